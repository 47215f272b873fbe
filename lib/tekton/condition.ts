/**
 * The condition `Succeeded` of a run, and what its three states mean. Knows section "Status Signalling" of the API
 * specification; does no I/O and needs no package, for it is embedded in the scripts of Tasks.
 * @module
 */
import type { Condition } from "./types.ts";

/** Whatever carries conditions: TaskRun, PipelineRun, CustomRun, or one attempt wrapped as `{ status }`. */
export interface Conditioned {
  /** Absent until the implementation has looked at the object for the first time. */
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

/** The condition of the given type; `undefined` when the object carries none (yet). */
export function conditionOf(object: Conditioned, type: string): Condition | undefined {
  const conditions = object.status?.conditions;
  return Array.isArray(conditions) ? conditions.find((condition) => condition?.type === type) : undefined;
}

/** The condition `Succeeded`; `undefined` before the run was first looked at. Spec: Status Signalling. */
export function succeeded(run: Conditioned): Condition | undefined {
  return conditionOf(run, "Succeeded");
}

/** Whether the run has ended, well or not: `Succeeded` is `True` or `False`. Spec: Status Signalling. */
export function isDone(run: Conditioned): boolean {
  const status = succeeded(run)?.status;
  return status === "True" || status === "False";
}

/** Whether the run ended well: `Succeeded` is `True`. */
export function isSuccessful(run: Conditioned): boolean {
  return succeeded(run)?.status === "True";
}

/** Whether the run ended badly (failed, cancelled or timed out): `Succeeded` is `False`. */
export function isFailed(run: Conditioned): boolean {
  return succeeded(run)?.status === "False";
}

/** The reason of `Succeeded`, one CamelCase word such as `TaskRunTimeout`; `""` when there is none. */
export function reasonOf(run: Conditioned): string {
  return succeeded(run)?.reason ?? "";
}

/** The message of `Succeeded`, for people; `""` when there is none. */
export function messageOf(run: Conditioned): string {
  return succeeded(run)?.message ?? "";
}
