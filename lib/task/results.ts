/**
 * Results of a run: set by the code, bounded as Tekton bounds them, handed out at the end. Pure.
 * @module
 */
import { TasksmithError } from "../terminal/error.ts";
import type { Definition } from "./declaration.ts";

/** Bytes that all results of a step share: the kubelet cuts a termination message there. */
export const resultBudget = 4096;

/** Bytes of the termination message that Tekton's entrypoint takes for itself, such as the start time. */
const reserved = 256;

/** Results while the code runs. */
export interface ResultStore {
  /**
   * Sets a result.
   * @throws {TasksmithError} `task/unknown-result`, `task/results-too-large`
   */
  set(name: string, value: string | readonly string[]): void;
  /** What was set, in the order of declaration. */
  entries(): readonly (readonly [name: string, value: string | readonly string[]])[];
}

/** Results of one run of a Task. */
export function createResults(task: Definition): ResultStore {
  const values = new Map<string, string | readonly string[]>();
  const names = Object.keys(task.results ?? {});
  return {
    set: (name, value) => {
      if (!names.includes(name)) {
        throw new TasksmithError({
          code: "task/unknown-result",
          doing: `set the result ${name}`,
          why: `${task.name} declares no such result`,
          advice: `Declared are: ${names.join(", ") || "none"}.`,
        });
      }
      const after = new Map(values).set(name, value);
      const size = messageSize(after);
      if (size > resultBudget - reserved) {
        throw new TasksmithError({
          code: "task/results-too-large",
          doing: `set the result ${name}`,
          why: `all results together would take ${size} bytes, and Tekton keeps ${resultBudget - reserved}`,
          advice: "Store what is large as an artifact and give its reference as the result.",
          details: { size, limit: resultBudget - reserved },
        });
      }
      values.set(name, value);
    },
    entries: () => names.flatMap((name) => values.has(name) ? [[name, values.get(name) ?? ""] as const] : []),
  };
}

/** Bytes of the JSON in which Tekton's entrypoint reports these results. */
function messageSize(values: ReadonlyMap<string, string | readonly string[]>): number {
  const message = [...values].map(([key, value]) => ({ key, value: resultText(value), type: 1 }));
  return new TextEncoder().encode(JSON.stringify(message)).length;
}

/** A result as its file holds it: text as it is, a list as JSON. */
export function resultText(value: string | readonly string[]): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Results as stdout shows them: `NAME=value` lines, or one JSON object. */
export function printedResults(entries: ReturnType<ResultStore["entries"]>, format: "text" | "json"): string {
  if (format === "json") return `${JSON.stringify(Object.fromEntries(entries))}\n`;
  return entries.map(([name, value]) => {
    const text = resultText(value);
    // deno-lint-ignore no-control-regex -- a value with control characters is quoted so that one result stays one line
    return `${name}=${/[\x00-\x1f\x7f]/.test(text) ? JSON.stringify(text) : text}\n`;
  }).join("");
}
