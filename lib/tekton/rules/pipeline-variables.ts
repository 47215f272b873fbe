/**
 * Rules about variables in tasks of a Pipeline that are no params: their first word, the status of tasks, the context,
 * artifacts.
 * @module
 */

import { listed } from "../names.ts";
import type { Path } from "../finding.ts";
import type { PipelineSubject, Report, Rule } from "../rule.ts";
import type { Param } from "../types.ts";
import { mentionsOf, withoutIndex } from "../variables.ts";
import { pipeline } from "./example.ts";
import { links } from "./links.ts";
import { allParamsOf, expressionsOfParam, expressionsOfWhen, isMatrixed } from "./pipeline-expressions.ts";
import { tasksOf } from "./pipeline-task.ts";
import { refersToTaskArtifact } from "./step-references.ts";

const roots = ["params", "tasks", "finally", "context", "workspaces", "results"];

/** The params and when expressions of all tasks, with their expressions. */
function eachExpression(
  subject: PipelineSubject,
  withMatrix: boolean,
  look: (expressions: string[], path: Path, final: boolean) => void,
): void {
  for (const { task, path, final } of tasksOf(subject)) {
    const params = (list: readonly Param[] | undefined, at: Path) => {
      for (const [index, param] of (list ?? []).entries()) {
        look(expressionsOfParam(param), [...at, index, "value"], final);
      }
    };
    params(task.params, [...path, "params"]);
    for (const [index, when] of (task.when ?? []).entries()) {
      look(expressionsOfWhen(when), [...path, "when", index], final);
    }
    if (!withMatrix || !isMatrixed(task)) continue;
    params(task.matrix?.params, [...path, "matrix", "params"]);
    for (const [index, include] of (task.matrix?.include ?? []).entries()) {
      params(include.params, [...path, "matrix", "include", index, "params"]);
    }
  }
}

/** Rules about other variables in tasks. */
export const taskVariableRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "pipeline-variables/root",
    says: `In params, matrix and when, variables begin with ${roots.join(", ")}.`,
    link: links.variables,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: $(HOME)}]}]"),
    nearMiss: pipeline("tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: '${HOME} $(ls -l)'}]}]"),
    check(subject, report) {
      eachExpression(subject, true, (expressions, path) => {
        const wrong = expressions.find((text) => !roots.includes(text.split(".")[0]!));
        if (wrong !== undefined) {
          report(
            path,
            `$(${wrong}) is no variable of a Pipeline`,
            `Begin with ${roots.join(", ")}; a shell's variable is \${NAME}.`,
          );
        }
      });
    },
  },
  {
    id: "pipeline-variables/status",
    says: "The status of tasks is known to finally tasks only, by the name of a task of tasks.",
    link: links.finally,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: $(tasks.status)}]}]"),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nfinally: [{name: b, taskRef: {name: t}, params: [{name: x, value: $(tasks.a.status) $(tasks.status)}]}]",
    ),
    check(subject, report) {
      const known = new Set((subject.spec.tasks ?? []).map((task) => task.name ?? ""));
      eachExpression(subject, false, (expressions, path, final) => {
        if (expressions.some((text) => /^(tasks|finally)\.[^.]*\.results\./.test(text))) return;
        for (const text of expressions) {
          if (!text.startsWith("tasks.") || !/\.(status|reason)$/.test(text)) continue;
          if (!final) {
            report(path, `$(${text}) is not known before finally`, "Use it in a finally task.");
            break;
          }
          const name = text.slice("tasks.".length).replace(/\.(status|reason)$/, "");
          if (text !== "tasks.status" && !known.has(name)) {
            report(path, `there is no task ${JSON.stringify(name)} in tasks`, `Name one of ${listed(known)}.`);
          }
        }
      });
    },
  },
  {
    id: "pipeline-variables/context",
    says:
      "Of the context, the last task knows pipelineRun.name, namespace, uid, pipeline.name and pipelineTask.retries.",
    link: links.variables,
    violation: pipeline(
      "tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: $(context.pipelineRun.title)}]}]",
    ),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: $(context.pipelineRun.title)}]}, {name: b, taskRef: {name: t}}]",
    ),
    check({ spec, path }, report) {
      const known: [string, Set<string>][] = [
        ["context.pipelineRun", new Set(["name", "namespace", "uid"])],
        ["context.pipeline", new Set(["name"])],
        ["context.pipelineTask", new Set(["retries"])],
      ];
      for (const list of ["tasks", "finally"] as const) {
        const tasks = spec[list] ?? [];
        const last = tasks.at(-1);
        if (last === undefined) continue;
        const at = [...path, list, tasks.length - 1, "params"];
        checkContext(allParamsOf(last), known, at, report);
      }
    },
  },
  {
    id: "pipeline-variables/artifacts-flag",
    says: "Params that refer to artifacts of tasks need the flag enable-artifacts.",
    link: links.artifacts,
    violation: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}, {name: b, taskRef: {name: t}, params: [{name: x, value: $(tasks.a.outputs.image)}]}]",
    ),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}, {name: b, taskRef: {name: t}, params: [{name: x, value: $(tasks.a.output.image)}]}]",
    ),
    check(subject, report) {
      if (subject.features.flags.has("enable-artifacts")) return;
      for (const { task, path } of tasksOf(subject)) {
        for (const [index, { value }] of (task.params ?? []).entries()) {
          const texts = typeof value === "string" ? [value] : Object.values(value ?? {});
          if (texts.some(refersToTaskArtifact)) {
            report(
              [...path, "params", index, "value"],
              "the flag enable-artifacts is off",
              "Turn it on in Tekton's feature-flags, or use results.",
            );
          }
        }
      }
    },
  },
];

function checkContext(
  params: readonly Param[],
  known: readonly [string, Set<string>][],
  path: Path,
  report: Report,
): void {
  for (const { value } of params) {
    for (const text of typeof value === "string" ? [value] : Object.values(value ?? {})) {
      for (const [prefix, names] of known) {
        const mentions = mentionsOf(text, prefix);
        const unknown = mentions.first.map(withoutIndex).find((name) => !names.has(name));
        if (unknown !== undefined || mentions.tooDeep) {
          report(
            path,
            `there is no $(${prefix}.${unknown ?? mentions.whole[0]})`,
            `Known: ${listed([...names].map((name) => `${prefix}.${name}`))}.`,
          );
        }
      }
    }
  }
}
