/**
 * Rules about a PipelineSpec as a whole: workspaces, finally, the order of tasks and their results.
 * @module
 */

import { listed, repetitions } from "../names.ts";
import type { PipelineSubject, Rule } from "../rule.ts";
import type { PipelineSpec } from "../types.ts";
import { expressionsIn, looksLikeTaskResult, taskResult } from "../variables.ts";
import { pipeline } from "./example.ts";
import { expressionsOfParam, expressionsOfWhen, resultsUsedBy } from "./pipeline-expressions.ts";
import { links } from "./links.ts";
import { tasksOf } from "./pipeline-task.ts";

/** Whether a spec says nothing at all. */
function isEmpty(spec: PipelineSpec): boolean {
  return Object.values(spec).every((value) => value === "" || (Array.isArray(value) && value.length === 0));
}

/** Rules about every PipelineSpec. */
export const pipelineRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "pipeline/empty",
    says: "A Pipeline is not entirely empty.",
    link: links.pipelines,
    violation: pipeline("tasks: []"),
    nearMiss: pipeline("description: tasks to come"),
    check({ spec, path }, report) {
      if (isEmpty(spec)) report(path, "the Pipeline is empty", "Add a task.");
    },
  },
  {
    id: "pipeline/finally-needs-tasks",
    says: "finally needs at least one task in tasks.",
    link: links.finally,
    violation: pipeline("finally: [{name: a, taskRef: {name: b}}]"),
    nearMiss: pipeline("tasks: [{name: c, taskRef: {name: b}}]\nfinally: [{name: a, taskRef: {name: b}}]"),
    check({ spec, path }, report) {
      if ((spec.finally ?? []).length > 0 && (spec.tasks ?? []).length === 0) {
        report([...path, "finally"], "there is finally, but no tasks", "Add a task to tasks.");
      }
    },
  },
  {
    id: "pipeline/finally-run-after",
    says: "A finally task has no runAfter.",
    link: links.finally,
    violation: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nfinally: [{name: b, taskRef: {name: t}, runAfter: [a]}]",
    ),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nfinally: [{name: b, taskRef: {name: t}, runAfter: []}]",
    ),
    check({ spec, path }, report) {
      for (const [index, task] of (spec.finally ?? []).entries()) {
        if ((task.runAfter ?? []).length > 0) {
          report([...path, "finally", index, "runAfter"], "finally tasks all run at once", "Remove runAfter.");
        }
      }
    },
  },
  {
    id: "pipeline/workspace-names",
    says: "Workspaces have names, unique ones.",
    link: links.workspaces,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}}]\nworkspaces: [{name: w}, {name: w}]"),
    nearMiss: pipeline("tasks: [{name: a, taskRef: {name: t}}]\nworkspaces: [{name: w}, {name: W}]"),
    check({ spec, path }, report) {
      const names = (spec.workspaces ?? []).map((workspace) => workspace.name ?? "");
      for (const [index, name] of names.entries()) {
        if (name === "") report([...path, "workspaces", index], "the workspace has no name", "Name it.");
      }
      for (const { name, index } of repetitions(names)) {
        report(
          [...path, "workspaces", index, "name"],
          `there is another workspace named ${JSON.stringify(name)}`,
          "Rename one of them.",
        );
      }
    },
  },
  {
    id: "pipeline/order",
    says: "runAfter and results name tasks of tasks.",
    link: links.order,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}, runAfter: [b]}]"),
    nearMiss: pipeline("tasks: [{name: a, taskRef: {name: t}, runAfter: [b]}, {name: b, taskRef: {name: t}}]"),
    check({ spec, path }, report) {
      const known = new Set((spec.tasks ?? []).map((task) => task.name ?? ""));
      const advice = `Name one of ${listed(known)}.`;
      for (const [index, task] of (spec.tasks ?? []).entries()) {
        const at = [...path, "tasks", index];
        for (const [position, name] of (task.runAfter ?? []).entries()) {
          if (!known.has(name)) report([...at, "runAfter", position], `tasks has no ${JSON.stringify(name)}`, advice);
        }
        for (const name of new Set(resultsUsedBy(task).map((reference) => reference.from))) {
          if (!known.has(name)) {
            report(at, `the task uses a result of ${JSON.stringify(name)}, which is not in tasks`, advice);
          }
        }
      }
    },
  },
  {
    id: "pipeline/cycle",
    says: "runAfter and results make no circle.",
    link: links.order,
    violation: pipeline(
      "tasks: [{name: a, taskRef: {name: t}, runAfter: [b]}, {name: b, taskRef: {name: t}, params: [{name: p, value: $(tasks.a.results.r)}]}]",
    ),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}, runAfter: [b]}, {name: b, taskRef: {name: t}, params: [{name: p, value: $(tasks.a.result.r)}]}]",
    ),
    check({ spec, path }, report) {
      const cycle = findCycle(spec);
      if (cycle === undefined) return;
      const index = (spec.tasks ?? []).findIndex((task) => task.name === cycle[0]);
      report(
        [...path, "tasks", index],
        `the tasks wait for each other: ${cycle.join(" → ")}`,
        "Remove one of runAfter or the results that make the circle.",
      );
    },
  },
  {
    id: "pipeline/finally-results",
    says: "Params and when of finally tasks use results of tasks only.",
    link: links.finally,
    violation: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nfinally: [{name: b, taskRef: {name: t}}, {name: c, taskRef: {name: t}, params: [{name: p, value: $(tasks.b.results.r)}]}]",
    ),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nfinally: [{name: c, taskRef: {name: t}, params: [{name: p, value: $(tasks.a.results.r)}]}]",
    ),
    check({ spec, path }, report) {
      const known = new Set((spec.tasks ?? []).map((task) => task.name ?? ""));
      const finals = new Set((spec.finally ?? []).map((task) => task.name ?? ""));
      const look = (expressions: readonly string[], at: readonly (string | number)[]) => {
        for (const reference of expressions.map(taskResult)) {
          if (reference === undefined || (known.has(reference.from) && !finals.has(reference.from))) continue;
          const why = finals.has(reference.from) ? "is a finally task itself" : "is not in tasks";
          report(at, `${JSON.stringify(reference.from)} ${why}`, `Use results of ${listed(known)}.`);
        }
      };
      for (const [index, task] of (spec.finally ?? []).entries()) {
        for (const [position, param] of (task.params ?? []).entries()) {
          look(expressionsOfParam(param), [...path, "finally", index, "params", position, "value"]);
        }
        for (const [position, when] of (task.when ?? []).entries()) {
          look(expressionsOfWhen(when), [...path, "finally", index, "when", position]);
        }
      }
    },
  },
  {
    id: "pipeline/nested-results",
    says: "Nothing refers to results of a task that is a Pipeline.",
    link: links.nested,
    features: { featureSet: "alpha" },
    violation: pipeline(
      "tasks: [{name: a, pipelineRef: {name: p}}, {name: b, taskRef: {name: t}, params: [{name: x, value: $(tasks.a.results.r)}]}]",
    ),
    nearMiss: pipeline("tasks: [{name: a, pipelineRef: {name: p}}, {name: b, taskRef: {name: t}, runAfter: [a]}]"),
    check(subject, report) {
      const nested = new Set(
        (subject.spec.tasks ?? []).filter((task) => task.pipelineRef !== undefined || task.pipelineSpec !== undefined)
          .map((task) => task.name ?? ""),
      );
      if (nested.size === 0) return;
      for (const { task, path } of tasksOf(subject)) {
        const reference = resultsUsedBy(task).find(({ from }) => nested.has(from));
        if (reference !== undefined) {
          report(
            path,
            `the task ${JSON.stringify(reference.from)} is a Pipeline, whose results cannot be used yet`,
            "Order them by runAfter.",
          );
        }
      }
    },
  },
];

/** Names of tasks that wait for each other, the first again at the end. */
function findCycle(spec: PipelineSpec): string[] | undefined {
  const needs = new Map<string, readonly string[]>();
  for (const task of spec.tasks ?? []) {
    const names = [...resultsUsedBy(task).map((reference) => reference.from), ...task.runAfter ?? []];
    if (names.length > 0) needs.set(task.name ?? "", [...new Set(names)]);
  }
  const done = new Set<string>();
  for (const start of needs.keys()) {
    const trail: { name: string; next: number }[] = [{ name: start, next: 0 }];
    const open = new Set([start]);
    while (trail.length > 0) {
      const top = trail.at(-1)!;
      const name = done.has(top.name) ? undefined : needs.get(top.name)?.[top.next++];
      if (name === undefined) {
        done.add(top.name);
        open.delete(top.name);
        trail.pop();
      } else if (open.has(name)) {
        const from = trail.findIndex((entry) => entry.name === name);
        return [...trail.slice(from).map((entry) => entry.name), name];
      } else if (!done.has(name)) {
        trail.push({ name, next: 0 });
        open.add(name);
      }
    }
  }
  return undefined;
}

/** Rules about the results of every PipelineSpec. */
export const pipelineResultRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "pipeline/result-value",
    says: "The value of a Pipeline's result refers to results of tasks: $(tasks.<task>.results.<result>).",
    link: links.pipelineResults,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}}]\nresults: [{name: r, value: [fixed]}]"),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nresults: [{name: r, value: '$(tasks.a.results.any).txt'}]",
    ),
    check({ spec, path }, report) {
      const advice = "Write $(tasks.<task>.results.<result>).";
      for (const [index, { value }] of (spec.results ?? []).entries()) {
        const at = [...path, "results", index, "value"];
        const expressions = (typeof value === "string" ? [value] : Object.values(value ?? {})).flatMap(expressionsIn);
        const results = expressions.filter(looksLikeTaskResult);
        if (results.length === 0) report(at, "the value refers to no result of a task", advice);
        const wrong = results.find((text) => taskResult(text) === undefined);
        if (wrong !== undefined) report(at, `$(${wrong}) goes deeper than a key of a result`, advice);
      }
    },
  },
  {
    id: "pipeline/result-task",
    says: "A string value begins with a variable, and all of its variables are results of tasks that exist.",
    link: links.pipelineResults,
    violation: pipeline("tasks: [{name: a, taskRef: {name: t}}]\nresults: [{name: r, value: 'v$(tasks.a.results.x)'}]"),
    nearMiss: pipeline(
      "tasks: [{name: a, taskRef: {name: t}}]\nresults: [{name: r, value: ['v$(tasks.z.results.x)']}]",
    ),
    check({ spec, path }, report) {
      const tasks = new Set((spec.tasks ?? []).map((task) => task.name ?? ""));
      const finals = new Set((spec.finally ?? []).map((task) => task.name ?? ""));
      for (const [index, { value }] of (spec.results ?? []).entries()) {
        if (typeof value !== "string") continue;
        for (const piece of value.split("$")) {
          if (piece === "") continue;
          const bare = piece.startsWith("(") ? piece.slice(1) : `$${piece}`;
          const text = bare.endsWith(")") ? bare.slice(0, -1) : bare;
          const reference = taskResult(text);
          const at = [...path, "results", index, "value"];
          if (reference === undefined) {
            report(
              at,
              `${JSON.stringify(text)} is no result of a task`,
              "Begin with $(tasks.<task>.results.<result>); use no other variables.",
            );
          } else if (text.startsWith("tasks") ? !tasks.has(reference.from) : !finals.has(reference.from)) {
            report(
              at,
              `there is no task ${JSON.stringify(reference.from)} under ${text.split(".")[0]}`,
              "Name a task of the Pipeline.",
            );
          } else continue;
          break;
        }
      }
    },
  },
];
