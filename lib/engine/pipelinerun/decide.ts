/**
 * What a pipeline does next: which tasks start, which are skipped and why, given what has become of the others. Pure,
 * and the one place that knows the rules. Source: Tekton documentation, "Pipelines"; reasons as Tekton writes them.
 * @module
 */
import type { ParamValue } from "../../tekton/types.ts";
import { type MutableReplacements, replaceAll } from "../substitute.ts";
import { holds } from "../taskrun/when.ts";
import { graphOf, resultsNeeded } from "./graph.ts";
import type { PipelineSpec, PipelineTaskSpec } from "./spec.ts";
import { addTaskResults, addTaskStates, type TaskState } from "./variables.ts";

/** Tekton's words for why a task is not run. */
export const skipReasons = {
  when: "When Expressions evaluated to false",
  parents: "Parent Tasks were skipped",
  results: "Results were missing",
  stopping: "PipelineRun was stopping",
  stopped: "PipelineRun was gracefully stopped",
  emptyMatrix: "Matrix Parameters have an empty array",
  timeout: "PipelineRun timeout has been reached",
  tasksTimeout: "PipelineRun Tasks timeout has been reached",
  finallyTimeout: "PipelineRun Finally timeout has been reached",
} as const;

/** How one run of a task stands. */
export interface ChildState {
  /** Whether its condition says True or False. */
  readonly done: boolean;
  /** Whether it says True. */
  readonly succeeded: boolean;
  /** Whether it was cancelled. */
  readonly cancelled: boolean;
  /** Reason of the condition. */
  readonly reason: string;
  /** Results. */
  readonly results: ReadonlyMap<string, ParamValue>;
}

/** How a task of the pipeline stands. */
export interface TaskProgress {
  /** Its runs, once they have been created: one, or one for each combination of its matrix. */
  readonly runs?: readonly ChildState[];
  /** Why it was skipped. */
  readonly skipped?: string;
}

/** What the whole run is up to. */
export type Mode = "running" | "stopping" | "cancelled-run-finally" | "stopped-run-finally" | "tasks-timeout";

/** One step forward. */
export interface Decision {
  /** Tasks to start, with the variables that they may use. */
  readonly start: readonly PipelineTaskSpec[];
  /** Tasks to skip: name → reason. */
  readonly skip: ReadonlyMap<string, string>;
  /** A task needs a result that the task it depends on did not write. */
  readonly invalid?: { readonly task: string; readonly needs: string; readonly result: string };
}

/** Whether nothing more will become of a task. */
export function isOver(progress: TaskProgress | undefined): boolean {
  return progress?.skipped !== undefined || (progress?.runs?.every((run) => run.done) ?? false);
}

/** Whether a task has failed, its `onError` not looked at. */
export function hasFailed(progress: TaskProgress | undefined): boolean {
  return isOver(progress) && (progress?.runs?.some((run) => !run.succeeded) ?? false);
}

/** What has become of a task, as variables show it. A matrixed task's results are lists. */
export function taskState(task: PipelineTaskSpec, progress: TaskProgress | undefined): TaskState {
  const runs = progress?.runs;
  if (runs === undefined || !isOver(progress)) return { status: "None", reason: "None", results: new Map() };
  const failed = runs.find((run) => !run.succeeded);
  const results = new Map<string, ParamValue>();
  if (task.matrix === undefined) runs[0]?.results.forEach((value, name) => results.set(name, value));
  else {
    for (const name of new Set(runs.flatMap((run) => [...run.results.keys()]))) {
      const values = runs.map((run) => run.results.get(name));
      if (values.every((value) => typeof value === "string")) results.set(name, values as string[]);
    }
  }
  return {
    status: failed === undefined ? "Succeeded" : "Failed",
    reason: failed?.reason ?? runs[0]?.reason ?? "None",
    results,
  };
}

/** The status of all tasks together, as `$(tasks.status)` gives it to `finally`. */
export function aggregateStatus(
  tasks: readonly PipelineTaskSpec[],
  progress: ReadonlyMap<string, TaskProgress>,
): "Succeeded" | "Failed" | "Completed" | "None" {
  if (tasks.some((task) => hasFailed(progress.get(task.name)) && task.onError !== "continue")) return "Failed";
  if (tasks.some((task) => !isOver(progress.get(task.name)))) return "None";
  return tasks.some((task) => progress.get(task.name)?.skipped !== undefined) ? "Completed" : "Succeeded";
}

/** Variables as a task sees them now. @param base those that hold from the beginning; not changed */
export function variablesFor(
  spec: PipelineSpec,
  progress: ReadonlyMap<string, TaskProgress>,
  base: MutableReplacements,
  final: boolean,
): MutableReplacements {
  const by: MutableReplacements = {
    text: new Map(base.text),
    lists: new Map(base.lists),
    objects: new Map(base.objects),
  };
  const states = new Map((spec.tasks ?? []).map((task) => [task.name, taskState(task, progress.get(task.name))]));
  for (const [name, state] of states) addTaskResults(by, name, state);
  for (const task of spec.tasks ?? []) {
    const runs = progress.get(task.name)?.runs;
    if (task.matrix === undefined || runs === undefined) continue;
    by.text.set(`tasks.${task.name}.matrix.length`, String(runs.length));
    for (const name of new Set(runs.flatMap((run) => [...run.results.keys()]))) {
      const wrote = runs.filter((run) => run.results.has(name)).length;
      by.text.set(`tasks.${task.name}.matrix.${name}.length`, String(wrote));
    }
  }
  if (final) addTaskStates(by, states, aggregateStatus(spec.tasks ?? [], progress));
  return by;
}

/** Decides the next step. Called again after each change; decides nothing twice. */
export function decide(
  spec: PipelineSpec,
  progress: ReadonlyMap<string, TaskProgress>,
  mode: Mode,
  base: MutableReplacements,
): Decision {
  const tasks = spec.tasks ?? [];
  const graph = graphOf(tasks);
  const now = new Map(progress);
  const skip = new Map<string, string>();
  const start: PipelineTaskSpec[] = [];
  const skipTask = (task: PipelineTaskSpec, reason: string) => {
    skip.set(task.name, reason);
    now.set(task.name, { skipped: reason });
  };
  const by = variablesFor(spec, progress, base, false);
  const failed = tasks.some((task) => hasFailed(progress.get(task.name)) && task.onError !== "continue");
  const stop = stopReason(mode, failed);
  for (let changed = true; changed;) { // one skipped task may lead to the next
    changed = false;
    for (const task of tasks) {
      if (now.has(task.name) || start.includes(task)) continue;
      if (stop !== undefined) {
        skipTask(task, stop);
        changed = true;
        continue;
      }
      const { order, resources } = graph.get(task.name)!;
      const parents = [...order, ...resources];
      if (!parents.every((parent) => isOver(now.get(parent)))) continue;
      const skipped = (name: string) => now.get(name)?.skipped;
      // a task skipped by its own `when` does not hold up those that merely come after it
      if (parents.some((name) => skipped(name) !== undefined && skipped(name) !== skipReasons.when)) {
        skipTask(task, skipReasons.parents);
        changed = true;
        continue;
      }
      const needs = resultsNeeded(task).filter((needed) =>
        !taskState(tasks.find((t) => t.name === needed.task) ?? task, now.get(needed.task)).results.has(needed.result)
      );
      const lost = needs.find((needed) => skipped(needed.task) === undefined);
      if (lost !== undefined) {
        return { start, skip, invalid: { task: task.name, needs: lost.task, result: lost.result } };
      }
      const reason = needs.length > 0 ? skipReasons.results : ownReason(task, by);
      if (reason === undefined) start.push(task);
      else skipTask(task, reason);
      changed = true;
    }
  }
  if (tasks.every((task) => isOver(now.get(task.name)))) decideFinally(spec, now, base, start, skipTask);
  return { start, skip };
}

function stopReason(mode: Mode, failed: boolean): string | undefined {
  if (mode === "stopped-run-finally") return skipReasons.stopped;
  if (mode === "tasks-timeout") return skipReasons.tasksTimeout;
  return failed || mode === "stopping" || mode === "cancelled-run-finally" ? skipReasons.stopping : undefined;
}

/** Why a task whose parents are fine is skipped all the same. */
function ownReason(task: PipelineTaskSpec, by: MutableReplacements): string | undefined {
  if (!holds(replaceAll(task.when ?? [], by))) return skipReasons.when;
  const lists = replaceAll(task.matrix?.params ?? [], by);
  return lists.some((param) => Array.isArray(param.value) && param.value.length === 0)
    ? skipReasons.emptyMatrix
    : undefined;
}

function decideFinally(
  spec: PipelineSpec,
  now: ReadonlyMap<string, TaskProgress>,
  base: MutableReplacements,
  start: PipelineTaskSpec[],
  skipTask: (task: PipelineTaskSpec, reason: string) => void,
): void {
  const by = variablesFor(spec, now, base, true);
  for (const task of spec.finally ?? []) {
    if (now.has(task.name)) continue;
    const missing = resultsNeeded(task).some((needed) => {
      const producer = (spec.tasks ?? []).find((t) => t.name === needed.task);
      return producer === undefined || !taskState(producer, now.get(needed.task)).results.has(needed.result);
    });
    const reason = missing ? skipReasons.results : ownReason(task, by);
    if (reason === undefined) start.push(task);
    else skipTask(task, reason);
  }
}
