/**
 * Taking one PipelineRun from its creation to its end: resolve, check, start what is decided, follow its children, keep
 * its status as Tekton writes it. Knows the life of a PipelineRun; what comes next is decided in `decide.ts`.
 * Source: Tekton documentation, "PipelineRuns"; spec: PipelineRunStatus, Status Signalling.
 * @module
 */
import { isDone, succeeded } from "../../tekton/condition.ts";
import { formatDuration, parseDuration } from "../../tekton/duration.ts";
import { labels as keys } from "../../tekton/labels.ts";
import { formatTime } from "../../tekton/time.ts";
import type { ParamValue, PipelineRun, TaskRun } from "../../tekton/types.ts";
import { describeError } from "../../terminal/error.ts";
import { type Engine, find, resourceFor, setStatus } from "../engine.ts";
import type { StoredObject } from "../object.ts";
import { type MutableReplacements, replaceValue } from "../substitute.ts";
import { volumeContent } from "../taskrun/content.ts";
import { effectiveParams } from "../taskrun/params.ts";
import { childrenOf, isCustom, pipelineClaim } from "./children.ts";
import {
  type ChildState,
  decide,
  type Decision,
  hasFailed,
  isOver,
  type Mode,
  skipReasons,
  type TaskProgress,
  variablesFor,
} from "./decide.ts";
import { resultsUsed } from "./graph.ts";
import type { PipelineRunSpec, PipelineSpec, PipelineTaskSpec } from "./spec.ts";
import { pipelineVariables } from "./variables.ts";

/** What a reference led to. */
export interface ResolvedPipeline {
  /** Name of the Pipeline; the PipelineRun's own for an inline one. */
  readonly name: string;
  /** Its spec. */
  readonly spec: PipelineSpec;
  /** Labels that its runs get. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations that its runs get. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Follows the references of a PipelineRun. Each throws an error whose message is the condition's. */
export interface PipelineResolver {
  /** The Pipeline of a PipelineRun. */
  pipeline(run: PipelineRun, signal: AbortSignal): Promise<ResolvedPipeline>;
  /** Makes sure that the Task of a pipeline task is there; resolves to nothing. */
  checkTask(run: PipelineRun, task: PipelineTaskSpec, signal: AbortSignal): Promise<void>;
}

/** A condition. */
interface Verdict {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** What a run's status says of what was begun. */
interface KeptStatus {
  readonly startTime?: string;
  readonly finallyStartTime?: string;
  readonly pipelineSpec?: PipelineSpec;
  readonly childReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly pipelineTaskName: string;
  }[];
  readonly skippedTasks?: readonly { readonly name: string; readonly reason: string }[];
}

/** Runs a PipelineRun to its end. Never rejects: what goes wrong is in the condition. */
export async function drivePipelineRun(
  engine: Engine,
  resolver: PipelineResolver,
  run: StoredObject,
  signal: AbortSignal,
): Promise<void> {
  await new Drive(engine, resolver, run, signal).run();
}

class Drive {
  readonly #engine: Engine;
  readonly #resolver: PipelineResolver;
  readonly #run: StoredObject;
  readonly #signal: AbortSignal;
  readonly #namespace: string;
  readonly #name: string;
  readonly #progress = new Map<string, TaskProgress>();
  /** Children by pipeline task: kind and name. */
  readonly #children = new Map<string, { readonly kind: string; readonly name: string }[]>();
  #mode: Mode = "running";
  /** Set once the whole run is to end, whatever still runs: the condition it gets. */
  #ending: Verdict | undefined;
  #finallyStarted = false;
  #limits: { over: "pipeline" | "tasks" | "finally"; at: number; text: string }[] = [];

  constructor(engine: Engine, resolver: PipelineResolver, run: StoredObject, signal: AbortSignal) {
    this.#engine = engine;
    this.#resolver = resolver;
    this.#run = run;
    this.#signal = signal;
    this.#namespace = run.metadata.namespace ?? "default";
    this.#name = run.metadata.name;
  }

  get #spec(): PipelineRunSpec {
    return (this.#run["spec"] ?? {}) as PipelineRunSpec;
  }

  async run(): Promise<void> {
    try {
      // a status that is there is an earlier engine's: this one goes on where that one ended
      if (this.#kept.startTime === undefined) {
        this.#status(() => ({
          startTime: this.#time(),
          ...this.#condition({ status: "Unknown", reason: "Started", message: "PipelineRun is starting" }),
        }));
      }
      const prepared = await this.#prepare();
      if ("reason" in prepared) return this.#end(prepared);
      await this.#follow(prepared.pipeline, prepared.variables);
    } catch (error) {
      const message = this.#signal.aborted ? String((this.#signal.reason as Error).message) : describeError(error);
      this.#end({ status: "False", reason: this.#signal.aborted ? "Cancelled" : "PipelineRunFailed", message });
    }
  }

  /** The status that the run came with. */
  get #kept(): KeptStatus {
    return (this.#run["status"] ?? {}) as KeptStatus;
  }

  /** The Pipeline as it was when the run began, whatever has become of it since. */
  #keptPipeline(): ResolvedPipeline | undefined {
    const { pipelineSpec: spec, startTime } = this.#kept;
    if (spec === undefined || startTime === undefined) return undefined;
    return { name: this.#run.metadata.labels?.[keys.pipeline] ?? this.#name, spec, labels: {}, annotations: {} };
  }

  async #prepare(): Promise<Verdict | { pipeline: ResolvedPipeline; variables: MutableReplacements }> {
    const run = this.#run as StoredObject & PipelineRun;
    const where = `${this.#namespace}/${this.#name}`;
    const fail = (reason: string, message: string): Verdict => ({ status: "False", reason, message });
    let pipeline: ResolvedPipeline;
    try {
      pipeline = this.#keptPipeline() ?? await this.#resolver.pipeline(run, this.#signal);
    } catch (error) {
      return fail("CouldntGetPipeline", `Error retrieving pipeline for pipelinerun ${where}: ${describeError(error)}`);
    }
    this.#takeLabels(pipeline);
    const { spec } = pipeline;
    this.#status((status) => ({ ...status, pipelineSpec: spec }));
    const about = `PipelineRun ${where}`;
    const params = effectiveParams(spec.params ?? [], this.#spec.params ?? []);
    const pipelineName = `${this.#namespace}/${pipeline.name}`;
    if (params.missing.length > 0) {
      return fail(
        "ParameterMissing",
        `[User error] ${about} is missing some parameters required by Pipeline ${pipelineName}: pipelineRun missing ` +
          `parameters: [${params.missing.join(" ")}]`,
      );
    }
    if (params.wrongTypes.length > 0) {
      return fail(
        "ParameterTypeMismatch",
        `[User error] ${about} parameters have mismatching types with Pipeline ${pipelineName}'s parameters: ` +
          params.wrongTypes.join(", "),
      );
    }
    const bound = this.#spec.workspaces ?? [];
    const unbound = (spec.workspaces ?? []).find((w) => !w.optional && !bound.some((b) => b.name === w.name));
    if (unbound !== undefined) {
      return fail(
        "InvalidWorkspaceBindings",
        `[User error] ${about} doesn't bind Pipeline ${pipelineName}'s Workspaces correctly: pipeline requires ` +
          `workspace with name "${unbound.name}" be provided by pipelinerun`,
      );
    }
    for (const task of [...spec.tasks ?? [], ...spec.finally ?? []]) {
      if (isCustom(task) || task.taskSpec) continue;
      try {
        await this.#resolver.checkTask(run, task, this.#signal);
      } catch (error) {
        const what = `Couldn't retrieve Task "${task.taskRef?.name ?? ""}": ${describeError(error)}`;
        return fail(
          "CouldntGetTask",
          `Pipeline ${pipelineName} can't be Run; it contains Tasks that don't exist: ${what}`,
        );
      }
    }
    for (const binding of bound) {
      if (binding.volumeClaimTemplate) {
        await volumeContent(this.#engine, this.#namespace).makeClaim(pipelineClaim(binding, this.#name), binding);
      }
    }
    const facts = {
      name: this.#name,
      namespace: this.#namespace,
      uid: this.#run.metadata.uid,
      pipeline: pipeline.name,
    };
    return { pipeline, variables: pipelineVariables(spec, params.values, bound, facts) };
  }

  #takeLabels(pipeline: ResolvedPipeline): void {
    const object = find(this.#engine.store, "PipelineRun", this.#namespace, this.#name);
    if (object === undefined) return;
    const metadata = {
      ...object.metadata,
      labels: { ...pipeline.labels, ...object.metadata.labels, [keys.pipeline]: pipeline.name },
      annotations: { ...pipeline.annotations, ...object.metadata.annotations },
    };
    this.#engine.store.update({ ...object, metadata } as typeof object, { resource: resourceFor("PipelineRun") });
  }

  /** Starts what can start, and again whenever a child, the run itself or the clock says something new. */
  async #follow(pipeline: ResolvedPipeline, variables: MutableReplacements): Promise<void> {
    const { spec } = pipeline;
    this.#setLimits();
    this.#adopt(pipeline, variables);
    const end = new AbortController();
    const signal = AbortSignal.any([this.#signal, end.signal]);
    let wake = () => {};
    let news = false;
    const tell = () => {
      news = true;
      wake();
    };
    const labelSelector = `${keys.pipelineRunUid}=${this.#run.metadata.uid}`;
    const watch = async (kind: string, options: { labelSelector?: string; fieldSelector?: string }) => {
      const where = { namespace: this.#namespace, signal, ...options };
      for await (const event of this.#engine.store.watch(resourceFor(kind), where)) {
        if (event.type !== "BOOKMARK") tell();
      }
    };
    const watches = Promise.all([
      watch("TaskRun", { labelSelector }),
      watch("CustomRun", { labelSelector }),
      watch("PipelineRun", { fieldSelector: `metadata.name=${this.#name}` }),
    ]);
    try {
      for (;;) {
        news = false;
        this.#signal.throwIfAborted();
        this.#observe(spec);
        const verdict = this.#advance(pipeline, variables);
        if (verdict !== undefined) return this.#end(verdict, this.#results(spec, variables));
        if (news) {
          // what is heard is heard in the same turn of the event loop: others get theirs
          await new Promise((resolve) => setTimeout(resolve, 0));
          continue;
        }
        await new Promise<void>((resolve) => {
          const next = Math.min(...this.#limits.map((limit) => limit.at)) - this.#engine.now();
          // a timer holds 31 bits of milliseconds; a later limit is looked at again then
          const timer = Number.isFinite(next)
            ? setTimeout(resolve, Math.min(Math.max(0, next), 2 ** 31 - 1))
            : undefined;
          const over = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", over);
            resolve();
          };
          wake = over;
          signal.addEventListener("abort", over, { once: true });
        });
        await Promise.resolve();
      }
    } finally {
      end.abort();
      await watches;
    }
  }

  #setLimits(): void {
    const { pipeline = "1h", tasks, finally: last } = this.#spec.timeouts ?? {};
    const { startTime, finallyStartTime } = this.#kept;
    const start = startTime === undefined ? this.#engine.now() : Date.parse(startTime);
    const ms = (text: string) => Number((parseDuration(text) ?? 0n) / 1_000_000n);
    const whole = ms(pipeline);
    if (whole > 0) this.#limits.push({ over: "pipeline", at: start + whole, text: pipeline });
    const forTasks = tasks !== undefined ? ms(tasks) : last !== undefined && whole > 0 ? whole - ms(last) : 0;
    if (finallyStartTime !== undefined) {
      this.#finallyStarted = true;
      this.#limitFinally(Date.parse(finallyStartTime));
    } else if (forTasks > 0) this.#limits.push({ over: "tasks", at: start + forTasks, text: tasks ?? "" });
  }

  #limitFinally(start: number): void {
    const { finally: text } = this.#spec.timeouts ?? {};
    const ms = Number((parseDuration(text ?? "") ?? 0n) / 1_000_000n);
    if (ms > 0) this.#limits.push({ over: "finally", at: start + ms, text: text ?? "" });
  }

  /** Takes over the children and the skipped tasks of an earlier engine: nothing is begun twice, or forgotten. */
  #adopt(pipeline: ResolvedPipeline, variables: MutableReplacements): void {
    const { spec } = pipeline;
    for (const { kind, name, pipelineTaskName } of this.#kept.childReferences ?? []) {
      const children = this.#children.get(pipelineTaskName) ?? [];
      this.#children.set(pipelineTaskName, [...children, { kind, name }]);
    }
    for (const { name, reason } of this.#kept.skippedTasks ?? []) {
      this.#progress.set(name, { skipped: reason });
      if (reason === skipReasons.tasksTimeout) this.#mode = "tasks-timeout";
    }
    this.#observe(spec);
    // created and not yet written down; of a matrix perhaps not all
    const labelSelector = `${keys.pipelineRunUid}=${this.#run.metadata.uid}`;
    const found = ["TaskRun", "CustomRun"].flatMap((kind) =>
      this.#engine.store.list(resourceFor(kind), { namespace: this.#namespace, labelSelector }).items
    );
    const begun = new Set(found.map((object) => object.metadata.labels?.[keys.pipelineTask] ?? ""));
    for (const task of [...spec.tasks ?? [], ...spec.finally ?? []]) {
      if (begun.has(task.name) && !this.#children.has(task.name)) this.#start(task, pipeline, variables);
    }
  }

  /** Takes in how the children stand now, and what is asked of the run itself. */
  #observe(spec: PipelineSpec): void {
    for (const [task, children] of this.#children) {
      const declared = [...spec.tasks ?? [], ...spec.finally ?? []].find((t) => t.name === task);
      const runs = children.map(({ kind, name }) => childState(find(this.#engine.store, kind, this.#namespace, name)));
      if (declared !== undefined) this.#progress.set(task, { runs });
    }
    const object = find(this.#engine.store, "PipelineRun", this.#namespace, this.#name);
    const wanted = (object?.["spec"] as PipelineRunSpec | undefined)?.status ?? "";
    if (object === undefined || wanted === "Cancelled") {
      const message = `PipelineRun "${this.#name}" was cancelled`;
      this.#ending ??= { status: "False", reason: "Cancelled", message };
    } else if (wanted === "CancelledRunFinally" && this.#mode !== "cancelled-run-finally") {
      this.#mode = "cancelled-run-finally";
      this.#cancel(spec.tasks ?? [], "cancelled");
    } else if (wanted === "StoppedRunFinally") this.#mode = "stopped-run-finally";
    for (const limit of this.#limits.filter((l) => l.at <= this.#engine.now())) {
      this.#limits = this.#limits.filter((l) => l !== limit);
      if (limit.over === "pipeline") {
        const text = formatDuration(parseDuration(limit.text) ?? 0n);
        const message = `PipelineRun "${this.#name}" failed to finish within "${text}"`;
        this.#ending ??= { status: "False", reason: "PipelineRunTimeout", message };
      } else if (limit.over === "tasks") {
        if (!this.#finallyStarted) this.#mode = "tasks-timeout";
        this.#cancel(spec.tasks ?? [], "timed out");
      } else this.#cancel(spec.finally ?? [], "timed out");
    }
  }

  /** One step; the condition once all is over. */
  #advance(pipeline: ResolvedPipeline, variables: MutableReplacements): Verdict | undefined {
    const { spec } = pipeline;
    const all = [...spec.tasks ?? [], ...spec.finally ?? []];
    if (this.#ending !== undefined) {
      this.#cancel(all, this.#ending.reason === "PipelineRunTimeout" ? "timed out" : "cancelled");
      const left = [...this.#progress.values()].some((progress) => !isOver(progress));
      // children of other controllers may never answer
      const waitsForOthers = [...this.#children.values()].flat().some(({ kind }) => kind === "CustomRun");
      return left && !waitsForOthers ? undefined : this.#ending;
    }
    const decision = decide(spec, this.#progress, this.#mode, variables);
    if (decision.invalid !== undefined) return this.#invalid(decision.invalid, spec);
    this.#apply(decision, pipeline, variables);
    const over = all.every((task) => isOver(this.#progress.get(task.name)));
    const verdict = this.#verdict(all, over);
    if (over) return verdict;
    this.#status((status) => ({ ...status, ...this.#overview(all), ...this.#condition(verdict) }));
    return undefined;
  }

  #apply(decision: Decision, pipeline: ResolvedPipeline, variables: MutableReplacements): void {
    for (const [name, reason] of decision.skip) this.#progress.set(name, { skipped: reason });
    for (const task of decision.start) this.#start(task, pipeline, variables);
  }

  /** Creates the children of a task, but for those that are there. */
  #start(task: PipelineTaskSpec, pipeline: ResolvedPipeline, variables: MutableReplacements): void {
    const { spec } = pipeline;
    const final = !(spec.tasks ?? []).includes(task);
    if (final && !this.#finallyStarted) this.#startFinally();
    const by = variablesFor(spec, this.#progress, variables, final);
    const objects = childrenOf(this.#run, task, final ? "finally" : "tasks", pipeline.name, by);
    const created = objects.map((object) => {
      const kind = String(object["kind"]);
      const name = String((object["metadata"] as { name: string }).name);
      if (find(this.#engine.store, kind, this.#namespace, name) === undefined) {
        this.#engine.store.create(object, this.#namespace, resourceFor(kind));
      }
      return { kind, name };
    });
    this.#children.set(task.name, created);
    this.#progress.set(task.name, {
      runs: created.map(({ kind, name }) => childState(find(this.#engine.store, kind, this.#namespace, name))),
    });
  }

  #startFinally(): void {
    this.#finallyStarted = true;
    this.#limits = this.#limits.filter((limit) => limit.over !== "tasks");
    this.#limitFinally(this.#engine.now());
    this.#status((status) => ({ ...status, finallyStartTime: this.#time() }));
  }

  /** Asks the children of tasks to end. */
  #cancel(tasks: readonly PipelineTaskSpec[], why: "cancelled" | "timed out"): void {
    for (const task of tasks) {
      for (const { kind, name } of this.#children.get(task.name) ?? []) {
        const object = find(this.#engine.store, kind, this.#namespace, name);
        const spec = (object?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;
        if (object === undefined || isDone(object as StoredObject & TaskRun) || spec["status"]) continue;
        const statusMessage = `${kind} cancelled as the PipelineRun it belongs to has ` +
          (why === "cancelled" ? "been cancelled." : "timed out.");
        const status = kind === "TaskRun" ? "TaskRunCancelled" : "RunCancelled";
        const next = { ...object, spec: { ...spec, status, statusMessage } };
        this.#engine.store.update(next as typeof object, { resource: resourceFor(kind) });
      }
    }
  }

  #invalid(invalid: NonNullable<Decision["invalid"]>, spec: PipelineSpec): Verdict | undefined {
    const runs = [...this.#progress.values()].filter((progress) => progress.runs !== undefined);
    if (runs.some((progress) => !isOver(progress))) {
      this.#mode = "stopping";
      return undefined;
    }
    const { completed, failed, cancelled, skipped } = this.#counts([...spec.tasks ?? [], ...spec.finally ?? []]);
    const message = `Tasks Completed: ${completed} (Failed: ${failed}, Cancelled ${cancelled}), Skipped: ${skipped}, ` +
      `Failed Validation: 1 (task "${invalid.needs}" completed successfully but did not emit the result ` +
      `"${invalid.result}", which is referenced by task "${invalid.task}")`;
    return { status: "False", reason: "PipelineValidationFailed", message };
  }

  #counts(all: readonly PipelineTaskSpec[]) {
    const runsOf = (task: PipelineTaskSpec) => this.#progress.get(task.name);
    const done = all.filter((task) => runsOf(task)?.runs !== undefined && isOver(runsOf(task)));
    const cancelledOnes = done.filter((task) => runsOf(task)?.runs?.some((run) => run.cancelled));
    const failedOnes = done.filter((task) => hasFailed(runsOf(task)) && !cancelledOnes.includes(task));
    const skipped = all.filter((task) => runsOf(task)?.skipped !== undefined).length;
    return {
      completed: done.length,
      failed: failedOnes.length,
      ignored: failedOnes.filter((task) => task.onError === "continue").length,
      cancelled: cancelledOnes.length,
      skipped,
      incomplete: all.length - done.length - skipped,
    };
  }

  /** The condition, in Tekton's words: while the run is under way, and after it. */
  #verdict(all: readonly PipelineTaskSpec[], over: boolean): Verdict {
    const { completed, failed, ignored, cancelled, skipped, incomplete } = this.#counts(all);
    const failures = ignored > 0 ? `${failed} (Ignored: ${ignored})` : String(failed);
    const tasks = `Tasks Completed: ${completed} (Failed: ${failures}, Cancelled ${cancelled})`;
    if (!over) {
      const reason = this.#mode === "cancelled-run-finally"
        ? "CancelledRunningFinally"
        : this.#mode === "stopped-run-finally" && this.#finallyStarted
        ? "StoppedRunningFinally"
        : "Running";
      return { status: "Unknown", reason, message: `${tasks}, Incomplete: ${incomplete}, Skipped: ${skipped}` };
    }
    const message = `${tasks}, Skipped: ${skipped}`;
    const graceful = this.#mode === "cancelled-run-finally" || this.#mode === "stopped-run-finally";
    if (
      graceful && (cancelled > 0 || this.#skippedFor(skipReasons.stopped) || this.#skippedFor(skipReasons.stopping))
    ) {
      return { status: "False", reason: "Cancelled", message: `PipelineRun "${this.#name}" was cancelled` };
    }
    if (failed - ignored > 0 || cancelled > 0 || this.#mode === "tasks-timeout") {
      return { status: "False", reason: "Failed", message };
    }
    return { status: "True", reason: skipped > 0 ? "Completed" : "Succeeded", message };
  }

  #skippedFor(reason: string): boolean {
    return [...this.#progress.values()].some((progress) => progress.skipped === reason);
  }

  #overview(all: readonly PipelineTaskSpec[]): Record<string, unknown> {
    const childReferences = all.flatMap((task) =>
      (this.#children.get(task.name) ?? []).map(({ kind, name }) => ({
        apiVersion: kind === "TaskRun" ? "tekton.dev/v1" : "tekton.dev/v1beta1",
        kind,
        name,
        pipelineTaskName: task.name,
        ...(task.when && task.when.length > 0 ? { whenExpressions: task.when } : {}),
      }))
    );
    const skippedTasks = all.flatMap((task) => {
      const reason = this.#progress.get(task.name)?.skipped;
      const when = reason === skipReasons.when ? { whenExpressions: task.when } : {};
      return reason === undefined ? [] : [{ name: task.name, reason, ...when }];
    });
    return {
      ...(childReferences.length > 0 ? { childReferences } : {}),
      ...(skippedTasks.length > 0 ? { skippedTasks } : {}),
    };
  }

  /** The pipeline's results, as far as the tasks they come from gave theirs. */
  #results(spec: PipelineSpec, variables: MutableReplacements): { name: string; value: ParamValue }[] {
    const all = { ...spec, tasks: [...spec.tasks ?? [], ...spec.finally ?? []] };
    const by = variablesFor(all, this.#progress, variables, true);
    for (const task of spec.finally ?? []) {
      for (const map of [by.text, by.lists, by.objects] as Map<string, unknown>[]) {
        for (const [key, value] of [...map]) {
          if (key.startsWith(`tasks.${task.name}.results`)) map.set(`finally${key.slice("tasks".length)}`, value);
        }
      }
    }
    return (spec.results ?? []).flatMap((result) => {
      const needed = resultsUsed(result.value);
      const failed = needed.some((use) => hasFailed(this.#progress.get(use.task)));
      const value = replaceValue(result.value, by);
      const whole = typeof value === "string" ? /^\$\(([^$()]+)\)$/.exec(value)?.[1] : undefined;
      const list = whole === undefined ? undefined : by.lists.get(whole) ?? by.objects.get(`${whole}[*]`);
      const final = list ?? value;
      return failed || /\$\((?:tasks|finally)\./.test(JSON.stringify(final))
        ? []
        : [{ name: result.name, value: final }];
    });
  }

  #end(verdict: Verdict, results: readonly unknown[] = []): void {
    const spec = (find(this.#engine.store, "PipelineRun", this.#namespace, this.#name)?.["status"] as {
      pipelineSpec?: PipelineSpec;
    } | undefined)?.pipelineSpec;
    this.#status((status) => ({
      ...status,
      ...this.#overview([...spec?.tasks ?? [], ...spec?.finally ?? []]),
      ...(results.length > 0 ? { results } : {}),
      completionTime: this.#time(),
      ...this.#condition(verdict),
    }));
  }

  #condition(verdict: Verdict): { conditions: readonly unknown[] } {
    return { conditions: [{ type: "Succeeded", lastTransitionTime: this.#time(), ...verdict }] };
  }

  #time(): string {
    return formatTime(new Date(this.#engine.now()));
  }

  #status(change: (status: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>): void {
    setStatus(this.#engine.store, "PipelineRun", this.#namespace, this.#name, (status) => {
      const next = change(status);
      return sameButTime(status, next) ? status : next;
    });
  }
}

/** Whether two statuses differ in nothing but when the condition was set: then nothing is to be told. */
function sameButTime(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const untimed = (_key: string, value: unknown) => _key === "lastTransitionTime" ? undefined : value;
  return JSON.stringify(a, untimed) === JSON.stringify(b, untimed);
}

/** How a child stands; one that is gone has failed. */
function childState(object: StoredObject | undefined): ChildState {
  if (object === undefined) {
    return { done: true, succeeded: false, cancelled: true, reason: "Deleted", results: new Map() };
  }
  const run = object as StoredObject & TaskRun;
  const condition = succeeded(run);
  const reason = condition?.reason ?? "";
  return {
    done: isDone(run),
    succeeded: condition?.status === "True",
    cancelled: condition?.status === "False" && /Cancelled/.test(reason),
    reason,
    results: new Map((run.status?.results ?? []).map((result) => [result.name, result.value])),
  };
}
