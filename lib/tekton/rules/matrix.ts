/**
 * Rules about fanning tasks out.
 * @module
 */

import type { Path } from "../finding.ts";
import { repetitions } from "../names.ts";
import { needsFeature, type PipelineSubject, reaches, type Rule } from "../rule.ts";
import type { Matrix, Param, PipelineTask } from "../types.ts";
import { looksLikeTaskResult, taskResult } from "../variables.ts";
import { pipeline } from "./example.ts";
import { expressionsOfParam, isMatrixed } from "./pipeline-expressions.ts";
import { links } from "./links.ts";
import { tasksOf } from "./pipeline-task.ts";

/** Tekton's default-max-matrix-combinations-count. */
export const maxCombinations = 256;

const fanned = (matrix: string, rest = "") =>
  pipeline(`tasks: [{name: a, taskRef: {name: t}, matrix: ${matrix}${rest}}]`);
const listOf = (param: Param): readonly string[] => Array.isArray(param.value) ? param.value : [];
const numbers = (count: number) => `[${Array.from({ length: count }, (_, index) => `"${index}"`).join(", ")}]`;

/** How many runs a matrix makes: the product of its lists, and what include adds. */
export function combinationsOf(matrix: Matrix): number {
  const params = matrix.params ?? [];
  const include = matrix.include ?? [];
  if (params.length === 0) return include.length;
  let count = 1;
  const lists = new Map<string, readonly string[]>();
  for (const param of params) {
    const list = listOf(param);
    lists.set(param.name ?? "", list);
    if (list.length > 0) count *= list.length;
  }
  for (const { params: own } of include) {
    for (const param of own ?? []) {
      const list = lists.get(param.name ?? "");
      if (list === undefined) continue;
      if (list.includes(typeof param.value === "string" ? param.value : "")) break;
      count++;
    }
  }
  return count;
}

/** Rules about the matrix of each task. */
export const matrixRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "matrix/beta",
    says: "matrix is a beta feature.",
    link: links.matrix,
    features: { featureSet: "stable" },
    violation: fanned("{params: [{name: x, value: [a, b]}]}"),
    nearMiss: fanned("{}"),
    check(subject, report) {
      if (reaches(subject.features, "beta")) return;
      for (const { task, path } of tasksOf(subject)) {
        if (isMatrixed(task)) report([...path, "matrix"], "matrix is a beta feature", needsFeature("beta"));
      }
    },
  },
  {
    id: "matrix/combinations",
    says: `A matrix makes at most ${maxCombinations} combinations.`,
    link: links.matrix,
    violation: fanned(`{params: [{name: x, value: ${numbers(16)}}, {name: z, value: ${numbers(17)}}]}`),
    nearMiss: fanned(`{params: [{name: x, value: ${numbers(16)}}, {name: z, value: ${numbers(16)}}]}`),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        const count = task.matrix === undefined ? 0 : combinationsOf(task.matrix);
        if (count > maxCombinations) {
          report(
            [...path, "matrix"],
            `the matrix makes ${count} combinations, more than ${maxCombinations}`,
            "Shorten its lists.",
          );
        }
      }
    },
  },
  {
    id: "matrix/params-unique",
    says: "Names of params are unique in matrix.params and in each include.",
    link: links.matrix,
    violation: fanned("{params: [{name: x, value: [a]}, {name: x, value: [b]}]}"),
    nearMiss: fanned("{include: [{params: [{name: x, value: a}]}, {params: [{name: x, value: b}]}]}"),
    check(subject, report) {
      const look = (params: readonly Param[] | undefined, path: Path) => {
        for (const { name, index } of repetitions((params ?? []).map((param) => param.name ?? ""))) {
          report([...path, index, "name"], `there is another param named ${JSON.stringify(name)}`, "Keep one of them.");
        }
      };
      for (const { task, path } of tasksOf(subject)) {
        look(task.matrix?.params, [...path, "matrix", "params"]);
        for (const [index, include] of (task.matrix?.include ?? []).entries()) {
          look(include.params, [...path, "matrix", "include", index, "params"]);
        }
      }
    },
  },
  {
    id: "matrix/params-once",
    says: "A param is in matrix (params or include) or in params, not in both.",
    link: links.matrix,
    violation: fanned("{include: [{params: [{name: x, value: a}]}]}", ", params: [{name: x, value: b}]"),
    nearMiss: fanned("{include: [{params: [{name: x, value: a}]}]}", ", params: [{name: X, value: b}]"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        const inMatrix = new Set(
          [...task.matrix?.params ?? [], ...(task.matrix?.include ?? []).flatMap((include) => include.params ?? [])]
            .map((param) => param.name ?? ""),
        );
        for (const [index, { name = "" }] of (task.params ?? []).entries()) {
          if (inMatrix.has(name)) {
            report(
              [...path, "params", index, "name"],
              `the matrix has a param ${JSON.stringify(name)} as well`,
              "Keep one of them.",
            );
          }
        }
      }
    },
  },
];

const consumer = (value: string, results = "") =>
  pipeline(
    `tasks: [{name: a, taskSpec: {steps: [{image: busybox}], results: [{name: r${results}}]}, matrix: {params: [{name: x, value: [c]}]}}, {name: b, taskRef: {name: t}, params: [{name: z, value: '${value}'}]}]`,
  );

/** Rules about the results of tasks that are fanned out. */
export const matrixResultRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "matrix/results-whole",
    says: "Params take results of a task with matrix as [*] only.",
    link: links.matrix,
    violation: consumer("$(tasks.a.results.r)"),
    nearMiss: consumer("$(tasks.a.results.r[*])"),
    check({ spec, path }, report) {
      for (const list of ["tasks", "finally"] as const) {
        const tasks = byName(spec[list]);
        for (const [index, task] of (spec[list] ?? []).entries()) {
          for (const [position, param] of (task.params ?? []).entries()) {
            const wrong = matrixedResults(param, tasks).find((text) => !text.endsWith("[*]"));
            if (wrong !== undefined) {
              report(
                [...path, list, index, "params", position, "value"],
                `$(${wrong}) is a list, for its task has a matrix`,
                `Write $(${wrong.replace(/\[\d+\]$/, "")}[*]).`,
              );
            }
          }
        }
      }
    },
  },
  {
    id: "matrix/results-string",
    says: "A result of a task with matrix that params take is of type string.",
    link: links.matrix,
    violation: consumer("$(tasks.a.results.r[*])", ", type: array"),
    nearMiss: consumer("$(tasks.a.results.r[*])", ", type: string"),
    check({ spec, path }, report) {
      for (const list of ["tasks", "finally"] as const) {
        const tasks = byName(spec[list]);
        // Tekton looks at the last param with a result reference only; so do we.
        let last: { texts: string[]; path: Path } | undefined;
        for (const [index, task] of (spec[list] ?? []).entries()) {
          for (const [position, param] of (task.params ?? []).entries()) {
            if (!expressionsOfParam(param).some(looksLikeTaskResult)) continue;
            last = { texts: matrixedResults(param, tasks), path: [...path, list, index, "params", position, "value"] };
          }
        }
        for (const text of last?.texts ?? []) {
          const reference = taskResult(text);
          const task = reference && tasks.get(reference.from);
          const source = task?.taskRef === undefined ? task : tasks.get(task.taskRef.name ?? "");
          const result = source?.taskSpec?.results?.find(({ name }) => name === reference?.result);
          if (result !== undefined && result.type !== "string") {
            report(
              last!.path,
              `the result ${JSON.stringify(result.name)} is of type ${result.type}`,
              "Declare it with type string.",
            );
          }
        }
      }
    },
  },
];

function byName(tasks: readonly PipelineTask[] | undefined): Map<string, PipelineTask> {
  return new Map((tasks ?? []).map((task) => [task.name ?? "", task]));
}

/** Expressions of a param that name results of tasks with a matrix. */
function matrixedResults(param: Param, tasks: ReadonlyMap<string, PipelineTask>): string[] {
  return expressionsOfParam(param).filter((text) => {
    const task = looksLikeTaskResult(text) ? tasks.get(text.split(".")[1]!) : undefined;
    return task !== undefined && isMatrixed(task);
  });
}
