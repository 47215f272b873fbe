/**
 * Who starts what: follows the runs in the store, starts a drive for each that is not done, and ends it when it is
 * cancelled or deleted. Knows when a run begins and ends; what happens in between is the drive's.
 * @module
 */
import { isDone } from "../tekton/condition.ts";
import type { TaskRun } from "../tekton/types.ts";
import { type Engine, find, resourceFor } from "./engine.ts";
import type { StoredObject } from "./object.ts";
import { drivePipelineRun, type PipelineResolver } from "./pipelinerun/drive.ts";
import { driveTaskRun, type TaskResolver, type TaskRunStop } from "./taskrun/drive.ts";

/** A running controller. */
export interface Controller {
  /** Ends every run that is under way, and waits until nothing is left. */
  stop(): Promise<void>;
}

/** What a kind of run needs to be followed. */
export interface RunKind {
  /** TaskRun or PipelineRun. */
  readonly kind: string;
  /** Takes a run to its end. Never rejects. */
  drive(run: StoredObject, signal: AbortSignal): Promise<void>;
  /** Told of each change of a run that is under way. */
  changed?(run: StoredObject): void;
  /** Why a run that is under way has to end now; undefined to let it go on. */
  stopped(run: StoredObject): TaskRunStop | undefined;
  /** Whether a run must wait before it may begin. */
  held(run: StoredObject): boolean;
}

/** Follows runs of a kind until it is stopped. */
export function follow(engine: Engine, runKind: RunKind): Controller {
  const end = new AbortController();
  const under = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  const seen = (object: StoredObject, deleted: boolean): void => {
    const id = object.metadata.uid;
    const active = under.get(id);
    if (deleted) {
      active?.abort.abort(
        {
          reason: "TaskRunCancelled",
          message: `${runKind.kind} "${object.metadata.name}" was deleted`,
        } satisfies TaskRunStop,
      );
      return;
    }
    if (active !== undefined) {
      const stop = runKind.stopped(object);
      if (stop !== undefined) active.abort.abort(stop);
      else runKind.changed?.(object);
      return;
    }
    if (end.signal.aborted) return;
    // the event may be older than the end of the run it tells of
    const now = find(engine.store, runKind.kind, object.metadata.namespace ?? "", object.metadata.name);
    if (now === undefined || now.metadata.uid !== id) return;
    if (isDone(now as StoredObject & TaskRun) || runKind.held(now)) return;
    const abort = new AbortController();
    const stop = runKind.stopped(now);
    if (stop !== undefined) abort.abort(stop);
    const done = runKind.drive(now, abort.signal).finally(() => under.delete(id));
    under.set(id, { abort, done });
  };
  const watching = (async () => {
    const resource = resourceFor(runKind.kind);
    for await (const event of engine.store.watch(resource, { signal: end.signal })) {
      if (event.type !== "BOOKMARK") seen(event.object, event.type === "DELETED");
    }
  })();
  return {
    async stop() {
      end.abort();
      const stop: TaskRunStop = { reason: "TaskRunStopped", message: "the engine was stopped" };
      for (const { abort } of under.values()) abort.abort(stop);
      await Promise.all([...under.values()].map(({ done }) => done));
      await watching;
    },
  };
}

/** Whether a run says that another controller looks after it. Tekton: spec.managedBy. */
function managedElsewhere(run: StoredObject): boolean {
  const by = (run["spec"] as { managedBy?: string } | undefined)?.managedBy ?? "";
  return by !== "" && by !== "tekton.dev/pipeline";
}

/** Follows PipelineRuns. Cancelling one is its drive's affair, for its `finally` may still have to run. */
export function followPipelineRuns(engine: Engine, resolver: PipelineResolver): Controller {
  const wanted = (run: StoredObject) => String((run["spec"] as { status?: string } | undefined)?.status ?? "");
  return follow(engine, {
    kind: "PipelineRun",
    drive: (run, signal) => drivePipelineRun(engine, resolver, run, signal),
    stopped: () => undefined,
    held: (run) => wanted(run) === "PipelineRunPending" || managedElsewhere(run),
  });
}

/** Follows TaskRuns. */
export function followTaskRuns(engine: Engine, resolver: TaskResolver): Controller {
  const wanted = (run: StoredObject) => String((run["spec"] as { status?: string } | undefined)?.status ?? "");
  return follow(engine, {
    kind: "TaskRun",
    drive: (run, signal) => driveTaskRun(engine, resolver, run as unknown as TaskRun, signal),
    stopped(run) {
      if (wanted(run) !== "TaskRunCancelled") return undefined;
      const why = String((run["spec"] as { statusMessage?: string }).statusMessage ?? "");
      return { reason: "TaskRunCancelled", message: `TaskRun "${run.metadata.name}" was cancelled. ${why}` };
    },
    held: (run) => wanted(run) === "TaskRunPending" || managedElsewhere(run),
  });
}
