/**
 * What one embedded engine is made of: its objects, its sandbox, its folders, its limits. The reconcilers get this and
 * nothing else. Knows no TaskRun and no PipelineRun.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type { StoredObject } from "./object.ts";
import { type ApiResource, resourceOfKind } from "./resources.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { ApiError } from "./status.ts";
import type { ObjectStore } from "./store.ts";

/** How containers reach the engine's own API, as on a cluster. */
export interface ApiAccess {
  /** `KUBERNETES_SERVICE_HOST` and its like. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder with `token`, `ca.crt` and `namespace` for a pod of the namespace. */
  folder(namespace: string): Promise<string>;
}

/** An engine. */
export interface Engine {
  /** Its objects. */
  readonly store: ObjectStore;
  /** How containers are kept apart. */
  readonly sandbox: Sandbox;
  /** Folder for pods, logs and claims. */
  readonly data: string;
  /** Whether containers may use the network. */
  readonly network: boolean;
  /** Folders of this machine that pods may mount. */
  readonly hostPaths: readonly string[];
  /** Variables of every container: PATH and what else images would bring. */
  readonly env: Readonly<Record<string, string>>;
  /** How containers reach the API. */
  readonly api?: ApiAccess;
  /** Lets at most so many pods run at once: waits for a place, gives back what frees it. */
  readonly place: (signal: AbortSignal) => Promise<() => void>;
  /** Lines for people. */
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The resource of a kind that the engine itself works with. */
export function resourceFor(kind: string): ApiResource {
  const resource = resourceOfKind(
    kind === "StepAction" || kind === "CustomRun" ? "tekton.dev/v1beta1" : groupOf(kind),
    kind,
  );
  if (resource === undefined) throw new RangeError(`the engine has no resource of the kind ${kind}`);
  return resource;
}

function groupOf(kind: string): string {
  return ["Task", "Pipeline", "TaskRun", "PipelineRun"].includes(kind) ? "tekton.dev/v1" : "v1";
}

/** An object, or undefined when it is not there. */
export function find(store: ObjectStore, kind: string, namespace: string, name: string): StoredObject | undefined {
  try {
    return store.get(resourceFor(kind), namespace, name);
  } catch (error) {
    if (error instanceof ApiError && error.status.code === 404) return undefined;
    throw error;
  }
}

/**
 * Changes the status of an object as it is now; nothing where it is gone. In one process there is no one to be in
 * conflict with: reading and writing are one turn of the event loop.
 */
export function setStatus(
  store: ObjectStore,
  kind: string,
  namespace: string,
  name: string,
  change: (status: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): StoredObject | undefined {
  const object = find(store, kind, namespace, name);
  if (object === undefined) return undefined;
  const status = (object["status"] ?? {}) as Readonly<Record<string, unknown>>;
  const next: Record<string, unknown> = { ...object, status: change(status) };
  return store.update(next, { status: true, resource: resourceFor(kind) });
}

/** Lets at most `limit` run at once, first come, first served. */
export function places(limit: number): Engine["place"] {
  let free = limit;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return (signal) =>
    new Promise((resolve, reject) => {
      let released = false;
      const take = () => {
        signal.removeEventListener("abort", leave);
        resolve(() => {
          if (!released) release();
          released = true;
        });
      };
      const leave = () => {
        const at = waiting.indexOf(take);
        if (at >= 0) waiting.splice(at, 1);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      if (free > 0) {
        free--;
        return take();
      }
      waiting.push(take);
      signal.addEventListener("abort", leave, { once: true });
    });
}
