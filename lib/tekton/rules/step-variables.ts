/**
 * Rules about variables in steps. The subject is a list of merged steps with every param they may refer to.
 * @module
 */

import { listed } from "../names.ts";
import { type Mentions, mentionsOf, paramsIn, withoutIndex, withoutStar } from "../variables.ts";
import type { Path } from "../finding.ts";
import type { Report, Rule, StepsSubject } from "../rule.ts";
import type { ParamSpec, Step } from "../types.ts";
import { task } from "./example.ts";
import { links } from "./links.ts";

interface Text {
  readonly text: string;
  readonly path: Path;
  /** Whether a whole array may stand here, alone. */
  readonly takesArray: boolean;
}

/** The texts of a step in which Tekton looks for variables; onError is not among them. */
function textsOf(step: Step, path: Path): Text[] {
  const texts: Text[] = [];
  const add = (text: string | undefined, at: Path, takesArray = false) => {
    if (text !== undefined && text.includes("$(")) texts.push({ text, path: [...path, ...at], takesArray });
  };
  add(step.name, ["name"]);
  add(step.image, ["image"]);
  add(step.workingDir, ["workingDir"]);
  add(step.script, ["script"]);
  for (const [index, text] of (step.command ?? []).entries()) add(text, ["command", index], true);
  for (const [index, text] of (step.args ?? []).entries()) add(text, ["args", index], true);
  for (const [index, { value }] of (step.env ?? []).entries()) add(value, ["env", index, "value"]);
  for (const [index, mount] of (step.volumeMounts ?? []).entries()) {
    for (const field of ["name", "mountPath", "subPath"] as const) add(mount[field], ["volumeMounts", index, field]);
  }
  return texts;
}

function allTexts({ steps, path, single }: StepsSubject, withOnError = false): Text[] {
  return steps.flatMap((step, index) => {
    const at = single ? path : [...path, index];
    const texts = textsOf(step, at);
    if (withOnError && step.onError?.includes("$(")) {
      texts.push({ text: step.onError, path: [...at, "onError"], takesArray: false });
    }
    return texts;
  });
}

const nameOf = (spec: ParamSpec): string => spec.name ?? "";
const namesOfType = (subject: StepsSubject, type: string): Set<string> =>
  new Set(subject.params.filter(({ spec }) => spec.type === type).map(({ spec }) => nameOf(spec)));

/** Reports each name under `prefix` that is not known. */
function reportUnknown(
  texts: readonly Text[],
  prefix: string,
  known: ReadonlySet<string>,
  what: string,
  report: Report,
): void {
  for (const { text, path } of texts) {
    const mentions = mentionsOf(text, prefix);
    const unknown = mentions.first.map(withoutIndex).find((name) => !known.has(name));
    if (unknown !== undefined) {
      report(
        path,
        `${what} ${JSON.stringify(unknown)} is not known here`,
        known.size === 0 ? "There is none." : `Known: ${listed(known)}.`,
      );
    } else if (mentions.tooDeep && (prefix !== "params" || path.at(-1) === "onError")) {
      // elsewhere variables/depth has said so already
      reportTooDeep(path, prefix, report);
    }
  }
}

function reportTooDeep(path: Path, prefix: string, report: Report): void {
  report(
    path,
    `a variable has more than two names after ${prefix}`,
    'Put a name with dots into brackets: $(params["a.b"]).',
  );
}

/** Rules that hold for the steps of every TaskSpec. */
export const stepVariableRules: readonly Rule<StepsSubject>[] = [
  {
    id: "variables/depth",
    says: "A variable has at most two names after params; names with dots go into brackets.",
    link: links.variables,
    violation: task("params: [{name: a}]\nsteps: [{image: busybox, script: 'echo $(params.a.b.c)'}]"),
    nearMiss: task("params: [{name: a.b.c}]\nsteps: [{image: busybox, script: 'echo $(params[\"a.b.c\"])'}]"),
    check(subject, report) {
      for (const { text, path } of allTexts(subject)) {
        if (mentionsOf(text, "params").tooDeep) reportTooDeep(path, "params", report);
      }
    },
  },
  {
    id: "variables/array",
    says: "An array param stands alone in command or args; elsewhere only one of its elements.",
    link: links.variables,
    violation: task("params: [{name: a, type: array}]\nsteps: [{image: busybox, script: 'echo $(params.a[*])'}]"),
    nearMiss: task(
      "params: [{name: a, type: array}]\nsteps: [{image: busybox, script: 'echo $(params.a[0])', args: ['$(params.a[*])']}]",
    ),
    check(subject, report) {
      const arrays = namesOfType(subject, "array");
      if (arrays.size === 0) return;
      for (const { text, path, takesArray } of allTexts(subject)) {
        const mentions = mentionsOf(text, "params");
        const name = mentions.first.map(withoutStar).find((name) => arrays.has(name));
        if (name === undefined || mentions.tooDeep || (takesArray && text === mentions.texts[0])) continue;
        const advice = takesArray
          ? `Let $(params.${name}[*]) stand alone in its string, or take one element: $(params.${name}[0]).`
          : `Take one element, $(params.${name}[0]), or pass the array in args.`;
        report(path, `the array param ${JSON.stringify(name)} cannot stand here as a whole`, advice);
      }
    },
  },
  {
    id: "variables/context",
    says: "Of the context, steps know taskRun.name, namespace, uid and task.name, retry-count.",
    link: links.variables,
    violation: task("steps: [{image: busybox, script: 'echo $(context.taskRun.title)'}]"),
    nearMiss: task("steps: [{image: busybox, script: 'echo $(context.taskRun.name) $(context.task.retry-count)'}]"),
    check(subject, report) {
      const texts = allTexts(subject, true);
      reportUnknown(
        texts,
        "context.taskRun",
        new Set(["name", "namespace", "uid"]),
        "the variable context.taskRun",
        report,
      );
      reportUnknown(texts, "context.task", new Set(["name", "retry-count"]), "the variable context.task", report);
    },
  },
];

/** Rules that hold where every param is known: a Task of its own, and specs inside Pipelines and runs. */
export const declaredVariableRules: readonly Rule<StepsSubject>[] = [
  {
    id: "variables/declared",
    says: "Params that steps refer to are declared.",
    link: links.taskParams,
    violation: task("params: [{name: a}]\nsteps: [{image: busybox, script: 'echo $(params.b)'}]"),
    nearMiss: task("params: [{name: a}]\nsteps: [{image: busybox, script: 'echo $(inputs.params.b) $(param.b)'}]"),
    check(subject, report) {
      reportUnknown(
        allTexts(subject, true),
        "params",
        new Set(subject.params.map(({ spec }) => nameOf(spec))),
        "the param",
        report,
      );
    },
  },
  {
    id: "variables/object-key",
    says: "Of an object param, steps refer to keys that its properties list.",
    link: links.taskParams,
    violation: task(
      "params: [{name: a, properties: {k: {}}}]\nsteps: [{image: busybox, script: 'echo $(params.a.l)'}]",
    ),
    nearMiss: task("params: [{name: a, properties: {k: {}}}]\nsteps: [{image: busybox, script: 'echo $(params.a.k)'}]"),
    check(subject, report) {
      const texts = allTexts(subject, true);
      if (texts.length === 0) return;
      const keys = new Map<string, Set<string>[]>();
      for (const { spec } of subject.params) {
        if (spec.type !== "object") continue;
        keys.set(nameOf(spec), [...keys.get(nameOf(spec)) ?? [], new Set(Object.keys(spec.properties ?? {}))]);
      }
      const dotted = [...keys.keys()].filter((name) => name.includes("."));
      for (const text of texts) {
        for (const name of new Set([...paramsIn(text.text), ...dotted])) {
          for (const known of keys.get(name) ?? []) {
            reportUnknown([text], `params.${name}`, known, `in the object param ${name}, the key`, report);
          }
        }
      }
    },
  },
  {
    id: "variables/object-whole",
    says: "An object param never stands as a whole in a step.",
    link: links.taskParams,
    violation: task("params: [{name: a, properties: {k: {}}}]\nsteps: [{image: busybox, args: ['$(params.a[*])']}]"),
    nearMiss: task("params: [{name: a, properties: {k: {}}}]\nsteps: [{image: busybox, args: ['$(params.a.k)']}]"),
    check(subject, report) {
      const objects = namesOfType(subject, "object");
      if (objects.size === 0) return;
      for (const { text, path } of allTexts(subject)) {
        const name = mentionsOf(text, "params").whole.map(withoutStar).find((name) => objects.has(name));
        if (name !== undefined) {
          report(
            path,
            `the object param ${JSON.stringify(name)} cannot stand here as a whole`,
            `Refer to a key: $(params.${name}.key).`,
          );
        }
      }
    },
  },
];

/** The names under a prefix that are not known, for rules about results in scripts. */
export function unknownUnder(text: string | undefined, prefix: string, known: ReadonlySet<string>): string | undefined {
  const mentions: Mentions = mentionsOf(text, prefix);
  return mentions.first.map(withoutIndex).find((name) => !known.has(name)) ??
    (mentions.tooDeep ? mentions.first[0] : undefined);
}
