/**
 * The aggregate status of a Pipeline's tasks, for who does not get it from Tekton as a variable. Pure.
 * Tekton, "Using aggregate execution status of all Tasks".
 * @module
 */
import { isDone, isFailed } from "../tekton/condition.ts";
import { pipelineTaskOf, specOf } from "./outstanding.ts";
import type { Snapshot } from "./wait.ts";

/**
 * `Failed`: one failed; `None`: one has not ended, or will never be run for another reason than that it was skipped;
 * `Completed`: none failed and some were skipped; else `Succeeded`.
 */
export function aggregateStatus(snapshot: Snapshot): "Succeeded" | "Failed" | "Completed" | "None" {
  const { pipelineRun, taskRuns, customRuns } = snapshot;
  const { tasks = [], finally: final = [] } = specOf(pipelineRun) ?? {};
  const finals = new Set(final.map((task) => task.name));
  const runs = [...taskRuns, ...customRuns].filter((run) => !finals.has(pipelineTaskOf(run, pipelineRun)));
  if (runs.some(isFailed)) return "Failed";
  if (!runs.every(isDone)) return "None";
  const begun = new Set(runs.map((run) => pipelineTaskOf(run, pipelineRun)));
  const skipped = new Set((pipelineRun.status?.skippedTasks ?? []).map((task) => task.name));
  const missing = tasks.filter((task) => !begun.has(task.name));
  if (!missing.every((task) => skipped.has(task.name))) return "None";
  return missing.length === 0 ? "Succeeded" : "Completed";
}
