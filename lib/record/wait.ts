/**
 * Waiting for the other runs of a PipelineRun, by watch, and the picture of it that remains. Knows the order of
 * requests and the clock; which runs are still to be waited for is decided in `outstanding.ts`, and what is written
 * about them elsewhere.
 * @module
 */

import type { Cluster } from "../kubernetes/connect.ts";
import { isKubernetesError, KubernetesError } from "../kubernetes/error.ts";
import { checkName, customRuns, pipelineRuns, taskRuns } from "../kubernetes/resource.ts";
import { isDone } from "../tekton/condition.ts";
import { labels } from "../tekton/labels.ts";
import type { CustomRun, PipelineRun, TaskRun } from "../tekton/types.ts";
import { type Logger, silent } from "../terminal/log.ts";
import { Following } from "./following.ts";
import {
  isObserver,
  missingChildren,
  outstanding,
  type Picture,
  pipelineTaskOf,
  type Unfinished,
} from "./outstanding.ts";
import { Reporter } from "./reporter.ts";

export type { Unfinished } from "./outstanding.ts";

/** A PipelineRun and all its runs, as they stood when the wait ended. */
export interface Snapshot {
  /** The PipelineRun. */
  readonly pipelineRun: PipelineRun;
  /**
   * Every TaskRun of it, our own and other observers too, in order of name; without `managedFields`, `taskSpec` and
   * `provenance`.
   */
  readonly taskRuns: readonly TaskRun[];
  /** Every CustomRun of it, in order of name. */
  readonly customRuns: readonly CustomRun[];
  /** What had not ended, or is not there; empty unless the deadline passed or something was deleted. */
  readonly unfinished: readonly Unfinished[];
  /** When the picture was taken. */
  readonly finishedAt: Date;
  /** Whether the deadline ended the wait. */
  readonly timedOut: boolean;
}

/** What {@link waitForOthers} is told. */
export interface WaitOptions {
  /** Namespace of the PipelineRun. */
  readonly namespace: string;
  /** Name of the PipelineRun. */
  readonly pipelineRun: string;
  /**
   * Name of the TaskRun we run in, which is not waited for; `""` for none.
   * @default ""
   */
  readonly self?: string;
  /**
   * How long to wait, in milliseconds; 0 takes the picture as it is.
   * @default 3_600_000
   */
  readonly deadlineMs?: number;
  /** Ends the wait with its reason thrown. */
  readonly signal?: AbortSignal;
  /** Receives what is still waited for. */
  readonly log?: Logger;
  /**
   * The clock, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
}

/**
 * Waits until every other TaskRun and CustomRun of the PipelineRun has ended, or the deadline has passed, and returns
 * what is then known of them. Needs one list of each kind when all have ended already, and watches from there
 * otherwise. A passed deadline is no error: `timedOut` and `unfinished` say so. A PipelineRun or a run that is deleted
 * meanwhile is not waited for; its last known state stays in the picture.
 *
 * @throws {KubernetesError} `kubernetes/not-found` when there is no such PipelineRun, `kubernetes/forbidden` when
 * PipelineRuns or TaskRuns may not be read.
 * @throws the signal's reason when it fires.
 */
export async function waitForOthers(cluster: Cluster, options: WaitOptions): Promise<Snapshot> {
  const { namespace, pipelineRun: name, self = "", deadlineMs = 3_600_000, log = silent, now = Date.now } = options;
  const deadline = now() + deadlineMs;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const common = { namespace, signal, log };
  const labelSelector = `${labels.pipelineRun}=${name}`;
  const collections: Collections = {
    pipelineRun: new Following<PipelineRun>(cluster, pipelineRuns, {
      ...common,
      fieldSelector: `metadata.name=${checkName("the name of a PipelineRun", name)}`,
    }, withoutManagedFields),
    taskRuns: new Following<TaskRun>(cluster, taskRuns, { ...common, labelSelector }, withoutSpec),
    customRuns: new Following<CustomRun>(cluster, customRuns, { ...common, labelSelector }, withoutManagedFields),
    customRunsKnown: true,
  };
  const all = [collections.pipelineRun, collections.taskRuns, collections.customRuns];
  const reporter = new Reporter(log, now);
  let interval: ReturnType<typeof setInterval> | undefined;
  let timeout: ReturnType<typeof setTimeout> | undefined;
  const withoutCustomRuns = (error: unknown) => {
    if (!isKubernetesError(error, "kubernetes/forbidden", "kubernetes/not-found")) throw error;
    // They may be of no concern to this ServiceAccount, or not served at all: that is said, and no failure.
    log.warn(`CustomRuns are left out: ${error.message}`);
    collections.customRunsKnown = false;
  };
  try {
    await Promise.all([
      collections.pipelineRun.begin(),
      collections.taskRuns.begin(),
      collections.customRuns.begin().catch(withoutCustomRuns),
    ]);
    if (collections.pipelineRun.objects.size === 0) throw noSuchPipelineRun(cluster, namespace, name);
    const waitingFor = await new Promise<readonly Unfinished[]>((resolve, reject) => {
      const decide = (): boolean => {
        const left = collections.pipelineRun.objects.size === 0 ? [] : outstanding(pictureOf(collections), self);
        const over = left.length === 0 || now() >= deadline;
        if (over) resolve(left);
        else reporter.say(left);
        return over;
      };
      if (decide()) return;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      collections.pipelineRun.follow(decide, reject);
      collections.taskRuns.follow(decide, reject);
      if (collections.customRunsKnown) {
        collections.customRuns.follow(decide, (error) => {
          try {
            withoutCustomRuns(error);
            decide();
          } catch {
            reject(error);
          }
        });
      }
      interval = setInterval(decide, 1_000);
      timeout = setTimeout(decide, Math.min(Math.max(0, deadline - now()), 2 ** 31 - 1));
    });
    return snapshotOf(collections, self, waitingFor, new Date(now()), log);
  } finally {
    clearInterval(interval);
    clearTimeout(timeout);
    stop.abort();
    await Promise.all(all.map((each) => each.end()));
  }
}

/** Who wrote which field is up to a third of an object. */
function withoutManagedFields(object: PipelineRun | TaskRun | CustomRun): void {
  if (object.metadata !== undefined) Reflect.deleteProperty(object.metadata, "managedFields");
}

/** Most of a TaskRun is the Task it ran, once more for each attempt. */
function withoutSpec(run: TaskRun): void {
  withoutManagedFields(run);
  if (run.spec !== undefined) Reflect.deleteProperty(run.spec, "taskSpec");
  for (const status of [run.status, ...run.status?.retriesStatus ?? []]) {
    if (status === undefined) continue;
    Reflect.deleteProperty(status, "taskSpec");
    Reflect.deleteProperty(status, "provenance");
  }
}

/** What is followed. */
interface Collections {
  readonly pipelineRun: Following<PipelineRun>;
  readonly taskRuns: Following<TaskRun>;
  readonly customRuns: Following<CustomRun>;
  /** Whether CustomRuns can be read. */
  customRunsKnown: boolean;
}

/** The newest state, of what is there. */
function pictureOf({ pipelineRun, taskRuns, customRuns, customRunsKnown }: Collections): Picture {
  const run = firstOf(pipelineRun.objects);
  return {
    pipelineRun: run,
    taskRuns: [...taskRuns.objects.values()].filter((child) => belongsTo(child, run)),
    customRuns: customRunsKnown ? [...customRuns.objects.values()].filter((child) => belongsTo(child, run)) : undefined,
  };
}

/** The newest state, and the last known one of what was deleted. */
function snapshotOf(
  collections: Collections,
  self: string,
  waitingFor: readonly Unfinished[],
  finishedAt: Date,
  log: Logger,
): Snapshot {
  const { pipelineRun, taskRuns, customRuns, customRunsKnown } = collections;
  const run = firstOf(pipelineRun.objects.size > 0 ? pipelineRun.objects : pipelineRun.deleted);
  const known = <T extends TaskRun | CustomRun>(each: Following<T>): T[] =>
    [...each.objects.values(), ...each.deleted.values()]
      .filter((child) => belongsTo(child, run))
      .sort((a, b) => byName(a.metadata.name, b.metadata.name));
  const picture = { pipelineRun: run, taskRuns: known(taskRuns), customRuns: known(customRuns) };
  let unfinished = [...waitingFor];
  if (pipelineRun.objects.size === 0) {
    log.warn(`PipelineRun ${run.metadata.name} was deleted while its runs were waited for: no more will be known`);
    unfinished = outstanding(picture, self);
  }
  for (const child of [...taskRuns.deleted.values(), ...customRuns.deleted.values()]) {
    const name = child.metadata.name ?? "";
    if (isDone(child) || name === self || isObserver(child) || !belongsTo(child, run)) continue;
    unfinished = unfinished.filter((each) => each.name !== name);
    unfinished.push({ name, pipelineTask: pipelineTaskOf(child, run), why: "deleted before it ended" });
  }
  const named = new Set(unfinished.map((each) => each.name));
  const missing = missingChildren(customRunsKnown ? picture : { ...picture, customRuns: undefined })
    .filter((each) => !named.has(each.name) && each.name !== self);
  return { ...picture, unfinished: [...unfinished, ...missing], finishedAt, timedOut: waitingFor.length > 0 };
}

/** An earlier PipelineRun of the same name may have left runs behind. */
function belongsTo(child: TaskRun | CustomRun, run: PipelineRun): boolean {
  const uid = child.metadata.labels?.[labels.pipelineRunUid];
  return uid === undefined || run.metadata.uid === undefined || uid === run.metadata.uid;
}

/** By bytes, as the API lists objects. */
function byName(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstOf<T>(objects: ReadonlyMap<string, T>): T {
  for (const object of objects.values()) return object;
  throw new RangeError("cannot take the PipelineRun: it was never listed");
}

function noSuchPipelineRun(cluster: Cluster, namespace: string, name: string): KubernetesError {
  return new KubernetesError({
    code: "kubernetes/not-found",
    doing: `read PipelineRun "${name}"`,
    why: `there is none of that name in namespace "${namespace}" of ${cluster.server}`,
    advice: "Check the name and the namespace; it may have been deleted.",
    details: { server: cluster.server, namespace, name },
  });
}
