/**
 * Rules about params and workspaces that the tasks of a Pipeline use.
 * @module
 */

import type { Path } from "../finding.ts";
import { listed, repetitions } from "../names.ts";
import type { PipelineObjectSubject, Place, PlacedParam, Rule } from "../rule.ts";
import type { Param, PipelineTask } from "../types.ts";
import { mentionsOf, paramsIn, withoutIndex, withoutStar } from "../variables.ts";
import { pipeline, pipelineRun } from "./example.ts";
import { links } from "./links.ts";
import { tasksOf } from "./pipeline-task.ts";

/** Tasks of a Pipeline and the params that they may refer to; `path` leads to the list of tasks. */
export interface TasksSubject extends Place {
  /** The tasks. */
  readonly tasks: readonly PipelineTask[];
  /** Every param declared or given. */
  readonly params: readonly PlacedParam[];
}

/** A text in which variables are replaced, and what may stand there. */
interface Text {
  readonly text: string;
  readonly path: Path;
  /** `string`: no whole arrays. `array`: whole arrays, alone. `any`: a whole array or object, alone with `[*]`. */
  readonly takes: "string" | "array" | "any";
}

const isolated = /^\$\(params(?:\.[_a-zA-Z0-9.-]+\[\*\]|\["[_a-zA-Z0-9.-]+\[\*\]"\]|\['[_a-zA-Z0-9.-]+\[\*\]'\])\)$/;

function textsOfParam(param: Param, path: Path): Text[] {
  const { value } = param;
  if (typeof value === "string") {
    return [{ text: value, path: [...path, "value"], takes: isolated.test(value) ? "any" : "string" }];
  }
  const takes = Array.isArray(value) ? "array" : "string";
  return Object.entries(value ?? {}).map(([key, text]) => ({
    text,
    path: [...path, "value", takes === "array" ? Number(key) : key],
    takes,
  }));
}

/** The texts of a task in which references to params are checked. */
function textsOf(task: PipelineTask, path: Path, arrays: ReadonlySet<string>): Text[] {
  const texts: Text[] = [];
  for (const [index, param] of (task.params ?? []).entries()) {
    texts.push(...textsOfParam(param, [...path, "params", index]));
  }
  for (const [index, include] of (task.matrix?.include ?? []).entries()) {
    for (const [position, { value }] of (include.params ?? []).entries()) {
      const at = [...path, "matrix", "include", index, "params", position, "value"];
      if (typeof value === "string") texts.push({ text: value, path: at, takes: "string" });
    }
  }
  for (const [index, { value }] of (task.matrix?.params ?? []).entries()) {
    if (!Array.isArray(value)) continue;
    const items: readonly string[] = value;
    for (const [position, text] of items.entries()) {
      texts.push({ text, path: [...path, "matrix", "params", index, "value", position], takes: "array" });
    }
  }
  for (const [index, { input, values }] of (task.when ?? []).entries()) {
    if (input !== undefined) texts.push({ text: input, path: [...path, "when", index, "input"], takes: "string" });
    for (const [position, text] of (values ?? []).entries()) {
      const name = text.replace(/^\$\(params\./, "").replace(/\[\*\]\)$/, "");
      const takes = arrays.has(name) ? "array" : "string";
      texts.push({ text, path: [...path, "when", index, "values", position], takes });
    }
  }
  return texts.filter(({ text }) => text.includes("$("));
}

function eachText(subject: TasksSubject, look: (text: Text) => void): void {
  const arrays = namesOfType(subject, "array");
  for (const [index, task] of subject.tasks.entries()) {
    for (const text of textsOf(task, [...subject.path, index], arrays)) look(text);
  }
}

function namesOfType({ params }: TasksSubject, type: string): Set<string> {
  return new Set(params.filter(({ spec }) => spec.type === type).map(({ spec }) => spec.name ?? ""));
}

/** Keys of each object param that has any. */
function keysOfObjects({ params }: TasksSubject): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { spec } of params) {
    const own = Object.keys(spec.properties ?? {});
    if (spec.type !== "object" || own.length === 0) continue;
    keys.set(spec.name ?? "", new Set([...keys.get(spec.name ?? "") ?? [], ...own]));
  }
  return keys;
}

const withParams = (params: string, task: string) =>
  pipeline(`params: ${params}\ntasks: [{name: a, taskRef: {name: t}, ${task}}]`);

/** Rules about references to params in tasks. */
export const taskParamRules: readonly Rule<TasksSubject>[] = [
  {
    id: "pipeline-params/declared",
    says: "Params that tasks refer to are declared, with at most two names after params.",
    link: links.pipelines,
    violation: withParams("[{name: p}]", "params: [{name: x, value: $(params.q)}]"),
    nearMiss: withParams("[{name: p}]", "params: [{name: x, value: $(params.p)}], displayName: $(params.q)"),
    check(subject, report) {
      const known = new Set(subject.params.map(({ spec }) => spec.name ?? ""));
      eachText(subject, ({ text, path }) => {
        const mentions = mentionsOf(text, "params");
        const unknown = mentions.first.map(withoutIndex).find((name) => !known.has(name));
        if (mentions.tooDeep) {
          report(
            path,
            "a variable has more than two names after params",
            'Put a name with dots into brackets: $(params["a.b"]).',
          );
        } else if (unknown !== undefined) {
          report(
            path,
            `the param ${JSON.stringify(unknown)} is not declared`,
            known.size === 0 ? "Declare it." : `Declared: ${listed(known)}.`,
          );
        }
      });
    },
  },
  {
    id: "pipeline-params/object-key",
    says: "Of an object param, tasks refer to keys that its properties list.",
    link: links.pipelines,
    violation: withParams("[{name: p, properties: {k: {}}}]", "params: [{name: x, value: $(params.p.l)}]"),
    nearMiss: withParams("[{name: p, properties: {k: {}}}]", "params: [{name: x, value: $(params.p.k)}]"),
    check(subject, report) {
      const objects = keysOfObjects(subject);
      const dotted = [...objects.keys()].filter((name) => name.includes("."));
      eachText(subject, ({ text, path, takes }) => {
        if (takes === "any") return;
        for (const name of new Set([...paramsIn(text), ...dotted])) {
          const keys = objects.get(name);
          if (keys === undefined) continue;
          const mentions = mentionsOf(text, `params.${name}`);
          const unknown = mentions.first.map(withoutIndex).find((key) => !keys.has(key));
          if (unknown !== undefined || mentions.tooDeep) {
            report(
              path,
              `the object param ${JSON.stringify(name)} has no key ${JSON.stringify(unknown ?? mentions.first[0])}`,
              `Its keys: ${listed(keys)}.`,
            );
          }
        }
      });
    },
  },
  {
    id: "pipeline-params/object-whole",
    says: "A whole object param stands alone in a string param, as $(params.p[*]).",
    link: links.pipelines,
    violation: withParams("[{name: p, properties: {k: {}}}]", "params: [{name: x, value: $(params.p)}]"),
    nearMiss: withParams("[{name: p, properties: {k: {}}}]", "params: [{name: x, value: '$(params.p[*])'}]"),
    check(subject, report) {
      const objects = keysOfObjects(subject);
      eachText(subject, ({ text, path, takes }) => {
        if (takes === "any") return;
        const name = mentionsOf(text, "params").whole.map(withoutStar).find((whole) => objects.has(whole));
        if (name !== undefined) {
          report(
            path,
            `the object param ${JSON.stringify(name)} cannot stand here as a whole`,
            `Refer to a key, or let $(params.${name}[*]) stand alone in a string.`,
          );
        }
      });
    },
  },
  {
    id: "pipeline-params/array",
    says: "A whole array param stands alone: in a string param as $(params.p[*]), in a list element or a when value.",
    link: links.pipelines,
    violation: withParams("[{name: p, type: array}]", "params: [{name: x, value: '$(params.p[*]) more'}]"),
    nearMiss: withParams("[{name: p, type: array}]", "params: [{name: x, value: '$(params.p[0]) more'}]"),
    check(subject, report) {
      const arrays = namesOfType(subject, "array");
      eachText(subject, ({ text, path, takes }) => {
        if (takes === "any") return;
        const mentions = mentionsOf(text, "params");
        const name = mentions.first.map(withoutStar).find((first) => arrays.has(first));
        if (name === undefined || mentions.tooDeep || (takes === "array" && text === mentions.texts[0])) return;
        report(
          path,
          `the array param ${JSON.stringify(name)} cannot stand here as a whole`,
          `Take one element, $(params.${name}[0]), or let $(params.${name}[*]) stand alone.`,
        );
      });
    },
  },
  {
    id: "pipeline-params/unique",
    says: "Names of a task's params are unique; case counts.",
    link: links.pipelines,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: v}, {name: x, value: w}]}]"),
    nearMiss: pipeline("tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: v}, {name: X, value: w}]}]"),
    check({ tasks, path }, report) {
      for (const [index, { params }] of tasks.entries()) {
        for (const { name, index: position } of repetitions((params ?? []).map((param) => param.name ?? ""))) {
          report(
            [...path, index, "params", position, "name"],
            `there is another param named ${JSON.stringify(name)}`,
            "Keep one of them.",
          );
        }
      }
    },
  },
];

/** Rules for a Pipeline of its own, whose workspaces cannot come from elsewhere. */
export const pipelineWorkspaceRules: readonly Rule<PipelineObjectSubject>[] = [
  {
    id: "pipeline/workspaces-declared",
    says: "Workspaces that tasks use are declared by the Pipeline, and each task names each of its own once.",
    link: links.workspaces,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}, workspaces: [{name: source}]}]"),
    nearMiss: pipelineRun("pipelineSpec: {tasks: [{name: a, taskRef: {name: t}, workspaces: [{name: source}]}]}"),
    check({ pipeline, path, features }, report) {
      const spec = pipeline.spec ?? {};
      const declared = new Set((spec.workspaces ?? []).map((workspace) => workspace.name ?? ""));
      for (const { task, path: at } of tasksOf({ spec, path, features })) {
        const workspaces = task.workspaces ?? [];
        for (const [index, { name = "", workspace }] of workspaces.entries()) {
          const wanted = workspace || name;
          if (!declared.has(wanted)) {
            report(
              [...at, "workspaces", index],
              `the Pipeline declares no workspace ${JSON.stringify(wanted)}`,
              "Declare it under workspaces of the Pipeline.",
            );
          }
        }
        for (const { name, index } of repetitions(workspaces.map((workspace) => workspace.name ?? ""))) {
          report(
            [...at, "workspaces", index, "name"],
            `the task has another workspace ${JSON.stringify(name)}`,
            "Keep one of them.",
          );
        }
      }
    },
  },
];
