/**
 * What the variables of a PipelineRun stand for: params, context, workspaces, and what its tasks have come to. Pure.
 * Source: Tekton documentation, "Variables available in a Pipeline".
 * @module
 */
import type { ParamValue } from "../../tekton/types.ts";
import { addValue, type MutableReplacements, noReplacements } from "../substitute.ts";
import type { WorkspaceBinding } from "../taskrun/spec.ts";
import type { PipelineSpec } from "./spec.ts";

/** Facts about the run itself. */
export interface PipelineRunFacts {
  /** Name of the PipelineRun. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its unique id. */
  readonly uid: string;
  /** Name of the Pipeline; the run's own for an inline one. */
  readonly pipeline: string;
}

/** What has become of a task. */
export interface TaskState {
  /** Succeeded, Failed or None. */
  readonly status: string;
  /** Reason of its condition. */
  readonly reason: string;
  /** Results; those of a matrixed task are lists, one element for each combination. */
  readonly results: ReadonlyMap<string, ParamValue>;
}

/** The variables that hold from the beginning. */
export function pipelineVariables(
  spec: PipelineSpec,
  params: ReadonlyMap<string, ParamValue>,
  workspaces: readonly WorkspaceBinding[],
  facts: PipelineRunFacts,
): MutableReplacements {
  const by = noReplacements();
  for (const [name, value] of params) addValue(by, "params", name, value);
  by.text.set("context.pipelineRun.name", facts.name);
  by.text.set("context.pipelineRun.namespace", facts.namespace);
  by.text.set("context.pipelineRun.uid", facts.uid);
  by.text.set("context.pipeline.name", facts.pipeline);
  for (const workspace of spec.workspaces ?? []) {
    const bound = workspaces.some((binding) => binding.name === workspace.name);
    by.text.set(`workspaces.${workspace.name}.bound`, String(bound));
  }
  return by;
}

/** Adds the results of a task that succeeded. */
export function addTaskResults(by: MutableReplacements, task: string, state: TaskState): void {
  for (const [name, value] of state.results) addValue(by, `tasks.${task}.results`, name, value);
}

/** Adds what only `finally` may see: how each task, and all of them together, have ended. */
export function addTaskStates(by: MutableReplacements, states: ReadonlyMap<string, TaskState>, all: string): void {
  for (const [name, state] of states) {
    by.text.set(`tasks.${name}.status`, state.status);
    by.text.set(`tasks.${name}.reason`, state.reason);
  }
  by.text.set("tasks.status", all);
}
