/**
 * How a TaskRun or PipelineRun went: its outcome, its attempts, what was skipped. Reads status only; knows the words
 * that Tekton uses for reasons. Needs no package, for it is embedded in the scripts of Tasks.
 * Spec: TaskRunStatus, PipelineRunStatus, Status Signalling.
 * @module
 */
import { type Conditioned, isDone, isSuccessful, reasonOf } from "./condition.ts";
import { elapsedMs } from "./time.ts";
import type { ParamValue, PipelineRun, SkippedTask, TaskRun, TaskRunStatus } from "./types.ts";

/**
 * How a run stands. `pending`: nothing has started, on purpose or not yet. The last three are ends that `Succeeded`
 * calls `False`.
 */
export type Outcome = "pending" | "running" | "succeeded" | "failed" | "cancelled" | "timed-out";

/** Reasons of ends that were asked for, by user or by pipeline. */
const cancelledReasons: ReadonlySet<string> = new Set([
  "TaskRunCancelled",
  "CustomRunCancelled",
  "Cancelled",
  "CancelledRunningFinally",
  "StoppedRunningFinally",
]);

/** Reasons of ends by the clock. */
const timedOutReasons: ReadonlySet<string> = new Set([
  "TaskRunTimeout",
  "CustomRunTimedOut",
  "PipelineRunTimeout",
  "PipelineRunTimeoutRunningFinally",
]);

const pendingReasons: ReadonlySet<string> = new Set(["", "Pending", "TaskRunPending", "PipelineRunPending"]);

/** How the run stands, by `Succeeded` and its reason. A run that is not looked at yet is `pending`. */
export function outcomeOf(run: Conditioned): Outcome {
  const reason = reasonOf(run);
  if (isSuccessful(run)) return "succeeded";
  if (!isDone(run)) return pendingReasons.has(reason) ? "pending" : "running";
  if (timedOutReasons.has(reason)) return "timed-out";
  return cancelledReasons.has(reason) ? "cancelled" : "failed";
}

/** One attempt of a TaskRun. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** Its status; the last attempt's is the TaskRun's own. */
  readonly status: TaskRunStatus;
  /** How it stands. */
  readonly outcome: Outcome;
  /** Milliseconds from start to completion; `undefined` until both are known. */
  readonly elapsedMs: number | undefined;
}

/**
 * The attempts of a TaskRun, first to last. Tekton keeps the status of each attempt that is to be retried in
 * `retriesStatus`; what stands beside it belongs to the newest one, which right after a failure is not there yet.
 */
export function attemptsOf(run: Pick<TaskRun, "status">): Attempt[] {
  const status = run.status;
  if (status === undefined) return [];
  const earlier = status.retriesStatus ?? [];
  const waiting = reasonOf(run) === "ToBeRetried" && status.startTime === undefined;
  return (waiting ? earlier : [...earlier, status]).map((each, index) => ({
    number: index + 1,
    status: each,
    outcome: outcomeOf({ status: each }),
    elapsedMs: elapsedMs(each.startTime, each.completionTime),
  }));
}

/** How often the TaskRun was tried again: 0 for one that went through at once or was never started. */
export function retriesOf(run: Pick<TaskRun, "status">): number {
  return run.status?.retriesStatus?.length ?? 0;
}

/** The pipeline tasks that were not run, with Tekton's reason, in the order of the status. */
export function skippedTasksOf(run: Pick<PipelineRun, "status">): readonly SkippedTask[] {
  return run.status?.skippedTasks ?? [];
}

/** The value of a run's result; `undefined` when it has none of that name. */
export function resultOf(run: Pick<TaskRun | PipelineRun, "status">, name: string): ParamValue | undefined {
  return run.status?.results?.find((result) => result.name === name)?.value;
}
