/**
 * Which task of a pipeline waits for which, and by what: order (`runAfter`) or use of results. Pure.
 * Source: Tekton documentation, "Configure the Task execution order", "Using Results".
 * @module
 */
import type { PipelineTaskSpec } from "./spec.ts";

/** A use of a task's result: `$(tasks.<task>.results.<result>…)`. */
export interface ResultUse {
  /** The task whose result it is. */
  readonly task: string;
  /** The result. */
  readonly result: string;
}

const use = /\$\(tasks\.([a-z0-9][-a-z0-9]*)\.results(?:\.([^.\s$()[\]]+)|\[(?:"([^"]+)"|'([^']+)')\])[^$()]*\)/g;

/** The results that anything in a value uses, each once, in order. */
export function resultsUsed(value: unknown): ResultUse[] {
  const found = new Map<string, ResultUse>();
  const look = (part: unknown): void => {
    if (typeof part === "string") {
      for (const [, task = "", ...names] of part.matchAll(use)) {
        const result = names.find((name) => name !== undefined) ?? "";
        found.set(`${task}\0${result}`, { task, result });
      }
    } else if (Array.isArray(part)) part.forEach(look);
    else if (typeof part === "object" && part !== null) Object.values(part).forEach(look);
  };
  look(value);
  return [...found.values()];
}

/** The results that a task needs before it can start. */
export function resultsNeeded(task: PipelineTaskSpec): ResultUse[] {
  return resultsUsed([task.params, task.matrix, task.when, task.taskSpec?.steps, task.taskSpec?.sidecars]);
}

const length = /\$\(tasks\.([a-z0-9][-a-z0-9]*)\.matrix\.(?:[^$()]+\.)?length\)/g;

/** Tasks the number of whose runs, or of whose results, something in a value uses. */
function lengthsUsed(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(length)].map(([, task = ""]) => task);
}

/** What one task waits for. */
export interface Dependencies {
  /** Tasks whose results it uses. */
  readonly resources: ReadonlySet<string>;
  /** Tasks it only runs after. */
  readonly order: ReadonlySet<string>;
}

/** What each task waits for, by name. */
export function graphOf(tasks: readonly PipelineTaskSpec[]): ReadonlyMap<string, Dependencies> {
  return new Map(tasks.map((task) => {
    const parts = [task.params, task.matrix, task.when, task.taskSpec?.steps];
    const resources = new Set([...resultsNeeded(task).map((needed) => needed.task), ...lengthsUsed(parts)]);
    return [task.name, { resources, order: new Set(task.runAfter ?? []) }];
  }));
}
