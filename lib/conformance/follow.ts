/**
 * Following all runs of a namespace by two watches, one for each kind, and keeping every state that they show. Knows
 * watches; nothing of what the states mean.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { pipelineRuns, type Resource, taskRuns } from "../kubernetes/resource.ts";
import { watch } from "../kubernetes/watch.ts";
import type { Logger } from "../terminal/log.ts";
import { at, type JsonObject } from "./path.ts";
import type { RunKind } from "./scenario.ts";

/** The resource of each kind of run. */
export const runResources: Readonly<Record<RunKind, Resource>> = { TaskRun: taskRuns, PipelineRun: pipelineRuns };

/** Most states kept of one run, and most runs: far more than a check makes, so that a flood ends somewhere. */
const mostStates = 1000;
const mostRuns = 10_000;

/** The states of one object, and whether it has been deleted since. */
interface Trail {
  readonly states: JsonObject[];
  deleted: boolean;
}

/** What {@link RunFollower.until} waits for. */
export interface Awaited {
  /** Asked with each state, first to last, and after each change. */
  readonly reached: (state: JsonObject | undefined, deleted: boolean) => boolean;
  /** Give up after so many milliseconds. */
  readonly timeoutMs: number;
  /** Give up with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Sees every run of a namespace. Make it, await {@link RunFollower.ready}, then create runs. */
export class RunFollower {
  /** Resolves once both watches have shown what is there already; rejects when one cannot begin. */
  readonly ready: Promise<void>;
  readonly #trails = new Map<string, Trail>();
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[];
  #failure: { readonly error: unknown } | undefined;

  /** Begins both watches; the signal or {@link RunFollower.close} ends them. */
  constructor(cluster: Cluster, namespace: string, options: { readonly signal: AbortSignal; readonly log: Logger }) {
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    const begun: Promise<void>[] = [];
    this.#loops = (["TaskRun", "PipelineRun"] as const).map((kind) => {
      const synced = Promise.withResolvers<void>();
      begun.push(synced.promise);
      return this.#follow(cluster, kind, { namespace, signal, log: options.log }, synced.resolve).catch((error) => {
        synced.reject(error);
        if (this.#stop.signal.aborted) return;
        this.#failure ??= { error };
        this.#wake();
      });
    });
    this.ready = Promise.all(begun).then(() => {});
    // Whoever never awaits it, because something else failed first, must not be ended by its rejection.
    this.ready.catch(() => {});
  }

  async #follow(
    cluster: Cluster,
    kind: RunKind,
    options: { readonly namespace: string; readonly signal: AbortSignal; readonly log: Logger },
    synced: () => void,
  ): Promise<void> {
    for await (const update of watch<JsonObject>(cluster, runResources[kind], options)) {
      if (update.type === "synced") {
        const present = new Set(update.items.map((item) => this.#keep(kind, item)));
        for (const [key, trail] of this.#trails) {
          if (key.startsWith(`${kind}/`) && !present.has(trail)) trail.deleted = true;
        }
        synced();
      } else {
        this.#keep(kind, update.object).deleted = update.type === "deleted";
      }
      this.#wake();
    }
  }

  #keep(kind: RunKind, state: JsonObject): Trail {
    const key = `${kind}/${at(state, "metadata.name")}`;
    let trail = this.#trails.get(key);
    if (trail === undefined) {
      trail = { states: [], deleted: false };
      if (this.#trails.size < mostRuns) this.#trails.set(key, trail);
    }
    // A relist shows the state that is known already.
    if (JSON.stringify(trail.states.at(-1)) !== JSON.stringify(state)) {
      if (trail.states.length === mostStates) trail.states.pop();
      trail.states.push(state);
    }
    return trail;
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  /** Every state of the run that was seen, first to last. */
  states(kind: RunKind, name: string): readonly JsonObject[] {
    return [...this.#trails.get(`${kind}/${name}`)?.states ?? []];
  }

  /**
   * Waits for a state of the run. True when it was reached, false when the time was over first.
   * Throws what ended the watches, and the signal's reason when that is aborted.
   */
  until(kind: RunKind, name: string, awaited: Awaited): Promise<boolean> {
    const { reached, timeoutMs, signal } = awaited;
    const done = Promise.withResolvers<boolean>();
    const check = () => {
      if (this.#failure !== undefined) return done.reject(this.#failure.error);
      const trail = this.#trails.get(`${kind}/${name}`);
      if (reached(trail?.states.at(-1), trail?.deleted ?? false)) done.resolve(true);
    };
    const abort = () => done.reject(signal.reason);
    const timer = setTimeout(() => done.resolve(false), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.add(check);
    if (signal.aborted) abort();
    else check();
    return done.promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      this.#waiting.delete(check);
    });
  }

  /** Ends both watches and waits until they have ended. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("no longer followed"));
    await Promise.allSettled(this.#loops);
  }
}
