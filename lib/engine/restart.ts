/**
 * What an engine finds that another one left behind on the same data: TaskRuns whose pod was under way have failed, or
 * begin again where they have retries left; those of which nothing ran yet begin as if they were new. Knows what is
 * written down of a run; runs nothing itself. PipelineRuns need nothing of this: their drives go on.
 * @module
 */
import { isDone } from "../tekton/condition.ts";
import { formatTime } from "../tekton/time.ts";
import type { TaskRun } from "../tekton/types.ts";
import { describeError } from "../terminal/error.ts";
import { type Engine, find, resourceFor, setStatus } from "./engine.ts";
import type { StoredObject } from "./object.ts";
import { attemptsOf, podNameOf, toBeRetried } from "./taskrun/drive.ts";

/** What {@link settleInterrupted} reads of a step or a sidecar. */
interface StepStatus {
  readonly name: string;
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: unknown;
  readonly terminated?: unknown;
}

const reason = "TaskRunInterrupted";

/**
 * Settles the TaskRuns that were under way when the last engine on this data ended, before anything is followed. Gives
 * their names.
 */
export async function settleInterrupted(engine: Engine): Promise<string[]> {
  const { store, data } = engine;
  const settled: string[] = [];
  for (const object of store.list(resourceFor("TaskRun")).items) {
    const run = object as StoredObject & TaskRun;
    const { namespace = "default", name } = object.metadata;
    if (isDone(run)) continue;
    const podName = podNameOf(name, attemptsOf(run.status));
    const pod = find(store, "Pod", namespace, podName);
    // a pod that is not of this TaskRun is none of its attempts
    if (pod === undefined || !ownedBy(pod, object)) continue;
    const steps = (object["status"] as { steps?: readonly StepStatus[] } | undefined)?.steps ?? [];
    const began = steps.length > 0 || await exists(`${data}/pods/${pod.metadata.uid}`);
    if (!began) {
      store.delete(resourceFor("Pod"), namespace, podName);
      continue;
    }
    setStatus(store, "Pod", namespace, podName, (status) => failedPod(status, formatTime(new Date(engine.now()))));
    interrupt(engine, object, podName);
    settled.push(`${namespace}/${name}`);
  }
  // no pod runs yet: what is there belonged to those
  await Deno.remove(`${data}/pods`, { recursive: true }).catch((error) => engine.log.debug(describeError(error)));
  return settled;
}

/** The status of a Pod none of whose containers runs any more: who follows their logs waits for nothing. */
function failedPod(status: Readonly<Record<string, unknown>>, time: string): Record<string, unknown> {
  const containers = (status["containerStatuses"] ?? []) as readonly {
    readonly state?: { readonly running?: { readonly startedAt?: string }; readonly terminated?: unknown };
  }[];
  return {
    ...status,
    phase: "Failed",
    reason,
    containerStatuses: containers.map((container) => {
      if (container.state?.terminated !== undefined) return container;
      const startedAt = container.state?.running?.startedAt ?? time;
      const state = { terminated: { exitCode: 1, reason, startedAt, finishedAt: time } };
      return { ...container, ready: false, started: false, state };
    }),
  };
}

function interrupt(engine: Engine, run: StoredObject, podName: string): void {
  const { namespace = "default", name } = run.metadata;
  const time = formatTime(new Date(engine.now()));
  const ended = (step: StepStatus) => {
    const { running, waiting: _, ...rest } = step;
    if (step.terminated !== undefined) return step;
    const startedAt = running?.startedAt ?? time;
    const message = `Step ${step.name} terminated as pod ${podName} is terminated`;
    return {
      ...rest,
      terminated: { exitCode: 1, reason, startedAt, finishedAt: time, message },
      terminationReason: reason,
    };
  };
  const message = `TaskRun "${name}" was interrupted: the engine ended while pod "${podName}" was running`;
  const { retries = 0, status: wanted = "" } = (run["spec"] ?? {}) as { retries?: number; status?: string };
  const again = attemptsOf(run["status"]) < retries && wanted === "";
  setStatus(engine.store, "TaskRun", namespace, name, (status) => {
    const now: Record<string, unknown> = { ...status };
    for (const kind of ["steps", "sidecars"]) {
      const list = status[kind] as readonly StepStatus[] | undefined;
      if (list !== undefined) now[kind] = list.map(ended);
    }
    const conditions = [{ type: "Succeeded", status: "False", reason, message, lastTransitionTime: time }];
    const failed = { ...now, completionTime: time, conditions };
    return again ? toBeRetried(failed, message, time) : failed;
  });
}

function ownedBy(pod: StoredObject, run: StoredObject): boolean {
  const owners = (pod.metadata["ownerReferences"] ?? []) as readonly { readonly uid?: string }[];
  return owners.some((owner) => owner.uid === run.metadata.uid);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
