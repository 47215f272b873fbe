/**
 * Which runs of a PipelineRun somebody inside it (or at a desk) still has to wait for. Pure: a picture of the objects
 * goes in, the reasons to wait come out. Knows Tekton's order of things (sections "tasks" and "finally", skipping,
 * stopping, retries, matrix) as measured on the real one; must not know how the picture was come by.
 * @module
 */

import { isDone, reasonOf } from "../tekton/condition.ts";
import { labels } from "../tekton/labels.ts";
import type { CustomRun, PipelineRun, PipelineSpec, PipelineTask, TaskRun } from "../tekton/types.ts";

/** What is known of a PipelineRun at one moment. */
export interface Picture {
  /** The PipelineRun. */
  readonly pipelineRun: PipelineRun;
  /** Its TaskRuns, in any order. */
  readonly taskRuns: readonly TaskRun[];
  /** Its CustomRuns; `undefined` when they cannot be read, and then none of them is waited for. */
  readonly customRuns: readonly CustomRun[] | undefined;
}

/** A run, or a pipeline task that has no run yet, which has not ended. */
export interface Unfinished {
  /** Name of the TaskRun or CustomRun; the pipeline task's name while it has none. */
  readonly name: string;
  /** Name of the pipeline task; `""` when it is not known. */
  readonly pipelineTask: string;
  /** In which state it is, for people: `Running`, `not created yet`. */
  readonly why: string;
}

/** A TaskRun or CustomRun, as far as waiting is concerned. */
interface Run {
  readonly name: string;
  readonly kind: "TaskRun" | "CustomRun";
  readonly pipelineTask: string;
  readonly observer: boolean;
  readonly done: boolean;
  readonly why: string;
}

/** Reasons of `Succeeded` at which the section `tasks` gets no further run. */
const stoppingReasons: readonly string[] = [
  "PipelineRunStopping",
  "PipelineRunTimeoutRunningFinally",
  "CancelledRunningFinally",
  "StoppedRunningFinally",
];

/** Values of `spec.status` by which somebody has asked for that. */
const stoppingStatuses: readonly string[] = ["Cancelled", "CancelledRunFinally", "StoppedRunFinally"];

/** How `status.skippedTasks` says it. */
const stoppingSkip = /^PipelineRun (was (stopping|gracefully)|(Tasks )?timeout has been reached)/;

/**
 * The runs and pipeline tasks that `self` (the name of the TaskRun we run in, `""` for none) has to wait for; empty
 * when nothing is left. Not among them, because waiting would be for ever or for ourselves:
 * - ourselves, and observers (label `tasksmith.dev/observer: "true"`), which wait for others as we do;
 * - pipeline tasks that were skipped, or can no longer start: those of `tasks` once `finally` has begun or the
 *   PipelineRun stops, and all that have no run once it has ended;
 * - what waits for us: `finally` when we stand in `tasks`, and tasks that depend on us. Of two observers in `tasks`, the
 *   one further down waits for what depends on the one further up, and never the other way round;
 * - child PipelineRuns, which are neither TaskRuns nor CustomRuns.
 */
export function outstanding(picture: Picture, self: string): Unfinished[] {
  const { pipelineRun } = picture;
  const ended = isDone(pipelineRun);
  const runs = runsOf(picture);
  // A CustomRun's controller may ignore that its PipelineRun has ended, and never end it; Tekton itself does not.
  const waiting = runs.filter((run) =>
    run.name !== self && !run.observer && !run.done && !(ended && run.kind === "CustomRun")
  );
  const spec = specOf(pipelineRun);
  if (ended) return waiting.map(unfinished);
  if (spec === undefined) {
    const { name = "" } = pipelineRun.metadata;
    return [...waiting.map(unfinished), { name, pipelineTask: "", why: "its tasks are not known yet" }];
  }
  const awaited = pipelineTasksToAwait(picture, spec, runs, self);
  return [...waiting.map(unfinished), ...awaited];
}

/**
 * What a finished picture lacks: children that the PipelineRun names but that are not there, because they were deleted
 * or because CustomRuns cannot be read.
 */
export function missingChildren(picture: Picture): Unfinished[] {
  const names = new Set(runsOf(picture).map((run) => run.name));
  return (picture.pipelineRun.status?.childReferences ?? [])
    .filter((child) => !names.has(child.name) && child.kind !== "PipelineRun")
    .map((child) => ({
      name: child.name,
      pipelineTask: child.pipelineTaskName,
      why: child.kind === "CustomRun" && picture.customRuns === undefined ? "cannot be read" : "deleted",
    }));
}

/** Whether a run says of itself that it waits for the others. */
export function isObserver(run: TaskRun | CustomRun): boolean {
  return run.metadata.labels?.[labels.observer] === "true";
}

/** The pipeline task that a run belongs to; `""` when neither its label nor the PipelineRun tells. */
export function pipelineTaskOf(run: TaskRun | CustomRun, pipelineRun: PipelineRun): string {
  return run.metadata.labels?.[labels.pipelineTask] ??
    pipelineRun.status?.childReferences?.find((child) => child.name === run.metadata.name)?.pipelineTaskName ?? "";
}

/** The Pipeline as it runs; before the first reconcile only one that is written into the PipelineRun is known. */
export function specOf(pipelineRun: PipelineRun): PipelineSpec | undefined {
  return pipelineRun.status?.pipelineSpec ?? pipelineRun.spec?.pipelineSpec;
}

/** Pipeline tasks without a run, or with a matrix that is not complete, which will have one. */
function pipelineTasksToAwait(
  picture: Picture,
  spec: PipelineSpec,
  runs: readonly Run[],
  self: string,
): Unfinished[] {
  const { pipelineRun, customRuns } = picture;
  const { tasks = [], finally: final = [] } = spec;
  const references = pipelineRun.status?.childReferences ?? [];
  const skipped = new Set((pipelineRun.status?.skippedTasks ?? []).map((task) => task.name));
  const own = runs.find((run) => run.name === self)?.pipelineTask;
  const inTasks = own !== undefined && tasks.some((task) => task.name === own);
  const begun = new Set([...runs.map((run) => run.pipelineTask), ...references.map((r) => r.pipelineTaskName)]);
  const finalBegun = final.some((task) => begun.has(task.name));
  const dependent = inTasks ? dependentsOf(tasks, [own, ...laterObservers(tasks, runs, own)]) : new Set<string>();

  const candidates: PipelineTask[] = [];
  if (!finalBegun) {
    // Once the PipelineRun stops nothing new begins, but a matrix that has begun is still completed.
    const open = isStopping(pipelineRun) ? tasks.filter((task) => task.matrix && begun.has(task.name)) : tasks;
    candidates.push(...open.filter((task) => !dependent.has(task.name)));
  }
  if (!inTasks) candidates.push(...final);
  const awaited: Unfinished[] = [];
  for (const task of candidates) {
    if (task.name === own || skipped.has(task.name) || isChildPipeline(task) || declaresObserver(task)) continue;
    if (customRuns === undefined && isCustomTask(task)) continue;
    const its = runs.filter((run) => run.pipelineTask === task.name);
    const named = references.filter((child) => child.pipelineTaskName === task.name);
    if (its.length === 0) awaited.push({ name: task.name, pipelineTask: task.name, why: "not created yet" });
    else if (task.matrix && !(named.length > 0 && named.every((child) => its.some((run) => run.name === child.name)))) {
      awaited.push({ name: task.name, pipelineTask: task.name, why: "not every run of its matrix is created yet" });
    }
  }
  return awaited;
}

/** Whether no further pipeline task of `tasks` will start, although the PipelineRun goes on. */
function isStopping(pipelineRun: PipelineRun): boolean {
  const { spec, status } = pipelineRun;
  return stoppingStatuses.includes(String(spec?.["status"] ?? "")) || stoppingReasons.includes(reasonOf(pipelineRun)) ||
    (status?.skippedTasks ?? []).some((task) => stoppingSkip.test(task.reason ?? ""));
}

/** Names of the pipeline tasks that depend on one of `roots`, directly or through others. */
function dependentsOf(tasks: readonly PipelineTask[], roots: readonly string[]): Set<string> {
  const parents = new Map(tasks.map((task) => [task.name, parentsOf(task)]));
  const found = new Set(roots);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [name, its] of parents) if (its.some((parent) => found.has(parent))) found.add(name);
  }
  for (const root of roots) found.delete(root);
  return found;
}

/** The tasks that must have ended before this one begins: by `runAfter`, and by the results it refers to. */
function parentsOf(task: PipelineTask): string[] {
  const references = JSON.stringify(task).matchAll(/\$\(tasks\.([^.()[\]\s]+)\.results[.[]/g);
  return [...task.runAfter ?? [], ...[...references].map((match) => match[1] ?? "")];
}

/** Pipeline tasks further down in `tasks` whose runs have turned out to be observers. */
function laterObservers(tasks: readonly PipelineTask[], runs: readonly Run[], own: string): string[] {
  const later = tasks.slice(tasks.findIndex((task) => task.name === own) + 1);
  return later
    .filter((task) => declaresObserver(task) || runs.some((run) => run.observer && run.pipelineTask === task.name))
    .map((task) => task.name);
}

/** Whether an embedded Task says that its runs will be observers, before there is one. */
function declaresObserver(task: PipelineTask): boolean {
  const taskSpec = task["taskSpec"] as { readonly metadata?: { readonly labels?: Record<string, string> } } | undefined;
  return taskSpec?.metadata?.labels?.[labels.observer] === "true";
}

/** Whether the task runs as a PipelineRun of its own. */
function isChildPipeline(task: PipelineTask): boolean {
  return task["pipelineRef"] !== undefined || task["pipelineSpec"] !== undefined;
}

/** Whether the task runs as a CustomRun. */
function isCustomTask(task: PipelineTask): boolean {
  const of = (task["taskRef"] ?? task["taskSpec"]) as
    | { readonly apiVersion?: string; readonly kind?: string }
    | undefined;
  return of?.apiVersion !== undefined && of.apiVersion !== "" && !of.apiVersion.startsWith("tekton.dev/");
}

function runsOf({ pipelineRun, taskRuns, customRuns = [] }: Picture): Run[] {
  const run = (kind: Run["kind"]) => (object: TaskRun | CustomRun): Run => ({
    name: object.metadata.name ?? "",
    kind,
    pipelineTask: pipelineTaskOf(object, pipelineRun),
    observer: isObserver(object),
    done: isDone(object),
    why: reasonOf(object) || "not started",
  });
  return [...taskRuns.map(run("TaskRun")), ...customRuns.map(run("CustomRun"))];
}

function unfinished({ name, pipelineTask, why }: Run): Unfinished {
  return { name, pipelineTask, why };
}
