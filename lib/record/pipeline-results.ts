/**
 * The results of a Pipeline, as they will be once its PipelineRun has ended: Tekton sets `status.results` only then,
 * which is after whoever stands in `finally` has looked. Pure. Knows result references (API specification, "Pipeline
 * results"); must not know what becomes of the values.
 * @module
 */

import { isSuccessful } from "../tekton/condition.ts";
import type { NamedValue, ParamValue, TaskRun } from "../tekton/types.ts";
import { pipelineTaskOf, specOf } from "./outstanding.ts";
import type { Snapshot } from "./wait.ts";

// Written with a class around each character that Tekton would otherwise find in the script's text.
const reference = /[$][(](?:tasks|finally)[.]([^.()[\]\s]+)[.]results[.]([^()[\]\s]+|\['[^']*'\])(\[(?:\*|\d+)\])?[)]/;

/** `status.results` where it is set; otherwise what the TaskRuns of the picture make of the Pipeline's results. */
export function pipelineResults(snapshot: Pick<Snapshot, "pipelineRun" | "taskRuns">): readonly NamedValue[] {
  const { pipelineRun, taskRuns } = snapshot;
  if (pipelineRun.status?.results !== undefined) return pipelineRun.status.results;
  const declared = (specOf(pipelineRun) as { readonly results?: readonly NamedValue[] } | undefined)?.results ?? [];
  const found: NamedValue[] = [];
  for (const { name, value } of declared) {
    const resolved = resolve(value, (task, path) => {
      const runs = taskRuns.filter((run) => pipelineTaskOf(run, pipelineRun) === task);
      return runs.every(isSuccessful) ? valueOf(runs, path) : undefined;
    });
    if (resolved !== undefined) found.push({ name, value: resolved });
  }
  return found;
}

type Lookup = (task: string, path: string) => ParamValue | undefined;

/** The value with its references replaced; `undefined` when one leads nowhere, and then there is no such result. */
function resolve(value: ParamValue, lookup: Lookup): ParamValue | undefined {
  if (typeof value === "string") return resolveText(value, lookup);
  if (Array.isArray(value)) {
    const items: string[] = [];
    for (const item of value as readonly string[]) {
      const resolved = resolveText(item, lookup);
      if (resolved === undefined) return undefined;
      if (Array.isArray(resolved)) items.push(...resolved);
      else items.push(asText(resolved));
    }
    return items;
  }
  const entries: [string, string][] = [];
  for (const [key, item] of Object.entries(value as Readonly<Record<string, string>>)) {
    const resolved = resolveText(item, lookup);
    if (resolved === undefined) return undefined;
    entries.push([key, asText(resolved)]);
  }
  return Object.fromEntries(entries);
}

/** A text that is one reference takes its value, list or object too; within more text a value stands as text. */
function resolveText(text: string, lookup: Lookup): ParamValue | undefined {
  let done = "";
  let rest = text;
  for (let match = reference.exec(rest); match !== null; match = reference.exec(rest)) {
    const [whole, task = "", path = "", index = ""] = match;
    const target = lookup(task, path);
    const value = index === "" || index === "[*]"
      ? target
      : Array.isArray(target)
      ? target[Number(index.slice(1, -1))]
      : undefined;
    if (value === undefined) return undefined;
    if (whole === text) return value;
    done += rest.slice(0, match.index) + asText(value);
    rest = rest.slice(match.index + whole.length);
  }
  return done + rest;
}

/** Results of a pipeline task: of the runs of a matrix, one after the other as a list. */
function valueOf(runs: readonly TaskRun[], path: string): ParamValue | undefined {
  const values = runs.map((run) => {
    const results = run.status?.results ?? [];
    const direct = results.find((result) => result.name === path)?.value;
    if (direct !== undefined) return direct;
    const dot = path.lastIndexOf(".");
    const object = dot < 0 ? undefined : results.find((result) => result.name === path.slice(0, dot))?.value;
    return typeof object === "object" && !Array.isArray(object)
      ? (object as Readonly<Record<string, string>>)[path.slice(dot + 1)]
      : undefined;
  });
  if (values.length === 1) return values[0];
  const texts = values.filter((value) => value !== undefined).flatMap((value) =>
    Array.isArray(value) ? value : [asText(value)]
  );
  return texts.length > 0 ? texts : undefined;
}

function asText(value: ParamValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
