/**
 * Rules about single tasks of a Pipeline: what they run, custom tasks, onError.
 * @module
 */

import type { Path } from "../finding.ts";
import { isLabel } from "../names.ts";
import { needsFeature, type PipelineSubject, reaches, type Rule } from "../rule.ts";
import type { PipelineTask } from "../types.ts";
import { pipeline } from "./example.ts";
import { links } from "./links.ts";

/** Every task of a Pipeline with its place. */
export function tasksOf({ spec, path }: PipelineSubject): { task: PipelineTask; path: Path; final: boolean }[] {
  return (["tasks", "finally"] as const).flatMap((list) =>
    (spec[list] ?? []).map((task, index) => ({ task, path: [...path, list, index], final: list === "finally" }))
  );
}

/** Whether a task is a custom task: one with a kind other than Task, or with an apiVersion. */
export function isCustom({ taskRef, taskSpec }: PipelineTask): boolean {
  const kindOf = taskRef?.kind ?? "";
  const specKind = taskSpec?.kind ?? "";
  return (taskRef !== undefined && (!["", "Task"].includes(kindOf) || !!taskRef.apiVersion)) ||
    (taskSpec !== undefined && (!["", "Task"].includes(specKind) || !!taskSpec.apiVersion));
}

const isGroupVersion = (text: string): boolean => /^[^/]+\/[^/]+$/.test(text);
const one = (task: string) => pipeline(`tasks: [{name: a, ${task}}]`);

/** Rules about the tasks of every PipelineSpec. */
export const pipelineTaskRules: readonly Rule<PipelineSubject>[] = [
  {
    id: "pipeline-task/name",
    says: "The name of a task is an RFC 1123 label.",
    link: links.pipelineTasks,
    violation: pipeline("tasks: [{name: Build, taskRef: {name: b}}]"),
    nearMiss: pipeline("tasks: [{name: build-1, taskRef: {name: b}}]"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        if (!isLabel(task.name ?? "")) {
          report(
            [...path, "name"],
            `${JSON.stringify(task.name ?? "")} is no name of a task`,
            "Use lower-case letters, digits and -, at most 63.",
          );
        }
      }
    },
  },
  {
    id: "pipeline-task/names-unique",
    says: "Names of tasks are unique over tasks and finally.",
    link: links.pipelineTasks,
    violation: pipeline("tasks: [{name: a, taskRef: {name: b}}]\nfinally: [{name: a, taskRef: {name: b}}]"),
    nearMiss: pipeline("tasks: [{name: a, taskRef: {name: b}}]\nfinally: [{name: a1, taskRef: {name: b}}]"),
    check(subject, report) {
      const seen = new Set<string>();
      for (const { task, path } of tasksOf(subject)) {
        const name = task.name ?? "";
        if (seen.has(name)) {
          report([...path, "name"], `there is another task named ${JSON.stringify(name)}`, "Rename one of them.");
        }
        seen.add(name);
      }
    },
  },
  {
    id: "pipeline-task/one-task",
    says: "A task has exactly one of taskRef and taskSpec.",
    link: links.pipelineTasks,
    violation: one("taskRef: {name: b}, taskSpec: {steps: [{image: busybox}]}"),
    nearMiss: one("taskRef: {name: b}, taskSpec: "),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        const given = (["taskRef", "taskSpec", "pipelineRef", "pipelineSpec"] as const).filter((field) =>
          task[field] !== undefined
        );
        if (given.length === 0) report(path, "the task has neither taskRef nor taskSpec", "Give it one of them.");
        if (given.length > 1) report(path, `the task has ${given.join(" and ")}`, "Keep one of them.");
      }
    },
  },
  {
    id: "pipeline-task/nested-alpha",
    says: "pipelineRef and pipelineSpec of a task are alpha features.",
    link: links.nested,
    violation: one("pipelineRef: {name: b}"),
    nearMiss: one("taskRef: {name: b}"),
    check(subject, report) {
      if (reaches(subject.features, "alpha")) return;
      for (const { task, path } of tasksOf(subject)) {
        for (const field of ["pipelineRef", "pipelineSpec"] as const) {
          if (task[field] !== undefined) {
            report([...path, field], `${field} is an alpha feature`, needsFeature("alpha"));
          }
        }
      }
    },
  },
  {
    id: "pipeline-task/steps-exclude-kind",
    says: "A taskSpec with steps has neither apiVersion nor kind.",
    link: links.customTasks,
    violation: one("taskSpec: {kind: Task, steps: [{image: busybox}]}"),
    nearMiss: one("taskSpec: {apiVersion: example.com/v1, kind: Wait, spec: {steps: []}}"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        if ((task.taskSpec?.steps ?? []).length === 0) continue;
        for (const field of ["apiVersion", "kind"] as const) {
          if (task.taskSpec?.[field]) {
            report([...path, "taskSpec", field], `a taskSpec with steps has no ${field}`, `Remove ${field}.`);
          }
        }
      }
    },
  },
  {
    id: "pipeline-task/custom-complete",
    says: "A custom task has a kind and an apiVersion of the form group/version.",
    link: links.customTasks,
    violation: one("taskRef: {kind: Wait, name: b}"),
    nearMiss: one("taskRef: {apiVersion: example.com/v1, kind: Wait}"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        if (!isCustom(task)) continue;
        for (const field of ["taskRef", "taskSpec"] as const) {
          const { kind = "", apiVersion = "" } = task[field] ?? {};
          if (task[field] === undefined) continue;
          if (kind === "") {
            report([...path, field], "a custom task has no kind", "Give it a kind; a Task has no apiVersion.");
          }
          if (apiVersion === "") {
            report(
              [...path, field],
              `${JSON.stringify(kind)} is a custom task without apiVersion`,
              "Give it an apiVersion, or write kind: Task.",
            );
          } else if (!isGroupVersion(apiVersion)) {
            report(
              [...path, field, "apiVersion"],
              `${JSON.stringify(apiVersion)} is not of the form group/version`,
              "Write group/version; a Task has no apiVersion.",
            );
          }
        }
      }
    },
  },
  {
    id: "pipeline-task/on-error",
    says: "onError of a task is continue, stopAndFail, or begins with a param.",
    link: links.pipelineTasks,
    violation: one("taskRef: {name: b}, onError: Continue"),
    nearMiss: one("taskRef: {name: b}, onError: $(params.undeclared)"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        const onError = task.onError ?? "";
        if (onError === "" || onError.startsWith("$(params")) continue;
        if (!reaches(subject.features, "beta")) {
          report([...path, "onError"], "onError is a beta feature", needsFeature("beta"));
        }
        if (onError !== "continue" && onError !== "stopAndFail") {
          report(
            [...path, "onError"],
            `${JSON.stringify(onError)} is nothing onError knows`,
            "Write continue or stopAndFail.",
          );
        }
      }
    },
  },
  {
    id: "pipeline-task/on-error-retries",
    says: "onError: continue excludes retries.",
    link: links.pipelineTasks,
    violation: one("taskRef: {name: b}, onError: continue, retries: 1"),
    nearMiss: one("taskRef: {name: b}, onError: continue, retries: -1"),
    check(subject, report) {
      for (const { task, path } of tasksOf(subject)) {
        if (task.onError === "continue" && (task.retries ?? 0) > 0) {
          report([...path, "retries"], "a task with onError: continue is not retried", "Remove retries or onError.");
        }
      }
    },
  },
];
