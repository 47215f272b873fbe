/**
 * Rules about TaskRuns alone.
 * @module
 */

import { parseDuration } from "../duration.ts";
import { repetitions } from "../names.ts";
import { needsFeature, type Place, reaches, type Rule } from "../rule.ts";
import { parseTime } from "../time.ts";
import type { TaskRun, TaskRunSpec } from "../types.ts";
import { task as taskOf, taskRun } from "./example.ts";
import { links } from "./links.ts";

/** A TaskRun; `path` leads to its spec. */
export interface TaskRunSubject extends Place {
  /** The run. */
  readonly run: TaskRun;
  /** Its spec, empty where it has none. */
  readonly spec: TaskRunSpec;
}

/** Whether a status says that the run has begun. */
export function hasStarted(status: { readonly startTime?: string } | undefined): boolean {
  const time = status?.startTime === undefined ? undefined : parseTime(status.startTime);
  return time !== undefined && time.getTime() !== Date.UTC(0, 0, 1) && time.getUTCFullYear() !== 1;
}

/** Rules about TaskRuns. */
export const taskRunRules: readonly Rule<TaskRunSubject>[] = [
  {
    id: "task-run/one-task",
    says: "A TaskRun has either taskRef or taskSpec.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\ntaskSpec: {steps: [{image: busybox}]}"),
    nearMiss: taskRun("taskRef: {name: a}\ntaskSpec:"),
    check({ spec, path }, report) {
      if (spec.taskRef === undefined && spec.taskSpec === undefined) {
        report(path, "there is neither taskRef nor taskSpec", "Give it one of them.");
      }
      if (spec.taskRef !== undefined && spec.taskSpec !== undefined) {
        report([...path, "taskSpec"], "there is a taskRef as well", "Keep one of them.");
      }
    },
  },
  {
    id: "task-run/debug",
    says: "debug is an alpha feature; onFailure is `enabled`, and beforeSteps names each step once.",
    link: links.debug,
    violation: taskRun("taskRef: {name: a}\ndebug: {breakpoints: {onFailure: enabled}}"),
    nearMiss: taskOf("steps: [{image: busybox, onError: continue}]"),
    check({ spec, path, features }, report) {
      if (spec.debug === undefined) return;
      if (!reaches(features, "alpha")) report([...path, "debug"], "debug is an alpha feature", needsFeature("alpha"));
      const breakpoints = spec.debug.breakpoints;
      if (breakpoints === undefined) return;
      const at = [...path, "debug", "breakpoints"];
      if (breakpoints.onFailure !== "enabled") {
        report([...at, "onFailure"], "onFailure is not `enabled`", "Write onFailure: enabled.");
      }
      for (const { name, index } of repetitions(breakpoints.beforeSteps ?? [])) {
        report(
          [...at, "beforeSteps", index],
          `the step ${JSON.stringify(name)} is there twice`,
          "Name each step once.",
        );
      }
    },
  },
  {
    id: "task-run/status",
    says: "spec.status is empty, TaskRunCancelled or TaskRunPending.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nstatus: Cancelled"),
    nearMiss: taskRun("taskRef: {name: a}\nstatus: TaskRunCancelled"),
    check({ spec, path }, report) {
      const status = spec.status ?? "";
      if (status !== "" && status !== "TaskRunCancelled" && status !== "TaskRunPending") {
        report(
          [...path, "status"],
          `${JSON.stringify(status)} is no status`,
          "Write TaskRunCancelled or TaskRunPending.",
        );
      }
    },
  },
  {
    id: "task-run/status-message",
    says: "statusMessage stands only beside status.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nstatusMessage: stop"),
    nearMiss: taskRun("taskRef: {name: a}\nstatus: TaskRunCancelled\nstatusMessage: stop"),
    check({ spec, path }, report) {
      if (!spec.status && spec.statusMessage) {
        report([...path, "statusMessage"], "there is no status", "Set status, or leave statusMessage out.");
      }
    },
  },
  {
    id: "task-run/pending",
    says: "A TaskRun that has started is not pending.",
    link: links.runs,
    violation: `${taskRun("taskRef: {name: a}\nstatus: TaskRunPending")}status: {startTime: 2026-01-31T00:00:00Z}\n`,
    nearMiss: taskRun("taskRef: {name: a}\nstatus: TaskRunPending"),
    check({ run, spec, path }, report) {
      if (spec.status === "TaskRunPending" && hasStarted(run.status)) {
        report([...path, "status"], "the run has started already", "Leave the status out.");
      }
    },
  },
  {
    id: "task-run/retries",
    says: "retries is not negative.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nretries: -1"),
    nearMiss: taskRun("taskRef: {name: a}\nretries: 0"),
    check({ spec, path }, report) {
      if ((spec.retries ?? 0) < 0) report([...path, "retries"], "retries is negative", "Use 0 for none.");
    },
  },
  {
    id: "task-run/timeout",
    says: "timeout is not negative.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\ntimeout: -1m"),
    nearMiss: taskRun("taskRef: {name: a}\ntimeout: '0'"),
    check({ spec, path }, report) {
      if (spec.timeout !== undefined && (parseDuration(spec.timeout) ?? 0n) < 0n) {
        report([...path, "timeout"], "the timeout is negative", "Use 0 for no limit.");
      }
    },
  },
];
