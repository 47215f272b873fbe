/**
 * Following a collection: list, then watch from the list's version, and list anew when the server has forgotten that
 * version (Kubernetes API Concepts, "Efficient detection of changes"). Knows bookmarks, 410, broken and dead
 * connections; must not know what the objects mean.
 * @module
 */
import { sleep } from "../streams/retry.ts";
import { type Logger, silent } from "../terminal/log.ts";
import { chunks } from "./body.ts";
import type { Cluster } from "./connect.ts";
import { KubernetesError, refusalError } from "./error.ts";
import { lines } from "./lines.ts";
import { attemptOf, list, type ListOptions, refuse } from "./read.ts";
import { type Attempt, describeAttempt, pathOf, type Resource } from "./resource.ts";

/** What a watch tells. */
export type WatchUpdate<T> =
  | {
    /** The full state, after the first list and after every one that replaced a watch that could not go on. */
    readonly type: "synced";
    /** Every object there is. What was known and is not among them has been deleted. */
    readonly items: readonly T[];
  }
  | {
    /** One object changed. */
    readonly type: "added" | "modified" | "deleted";
    /** Its state now; for `deleted`, its last. */
    readonly object: T;
  };

/** What is watched, and how patiently. */
export interface WatchOptions extends ListOptions {
  /**
   * A watch over which nothing arrives for so long, in milliseconds, is taken for dead and begun anew. The server is
   * asked to end each watch somewhat earlier by itself, so that a healthy one never gets there. @default 300000
   */
  readonly idleMs?: number;
  /** The longest wait before a connection is begun anew, in milliseconds. @default 30000 */
  readonly maxBackoffMs?: number;
  /** Hears of connections that had to be begun anew. @default silent */
  readonly log?: Logger;
}

/** A watch event with a larger object than any API server stores is not one. */
const maxEventBytes = 32 * 1024 * 1024;

/** A watch event on the wire. */
interface WireEvent<T> {
  readonly type: string;
  readonly object: T & {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly code?: number;
  };
}

/**
 * Yields `synced` with every object, then each change, without end: until the loop is left or the signal is aborted,
 * whose reason is then thrown. The first list must succeed within `attempts`; after it a server that is away is waited
 * for as long as the signal allows. Nothing is doubled over a reconnection; what changed and changed back between a
 * `gone` and its new list is not seen.
 *
 * To end it while it waits, abort the signal: a generator's `return()` waits for the change after which it is heard.
 * @throws KubernetesError what no further try changes, such as `kubernetes/forbidden`
 */
export async function* watch<T>(
  cluster: Cluster,
  resource: Resource,
  options: WatchOptions = {},
): AsyncGenerator<WatchUpdate<T>, never> {
  const { signal, log = silent, maxBackoffMs = 30_000 } = options;
  const attempt = attemptOf("watch", cluster, resource, options);
  let version: string | undefined;
  let everSynced = false;
  let failures = 0;
  while (true) {
    try {
      if (version === undefined) {
        const { items, resourceVersion } = await list<T>(cluster, resource, options);
        everSynced = true;
        version = resourceVersion;
        yield { type: "synced", items };
      }
      for await (const event of watchOnce<T>(cluster, attempt, version, options)) {
        failures = 0;
        version = event.object.metadata?.resourceVersion ?? version;
        if (event.type === "BOOKMARK") continue;
        const type = updateTypes.get(event.type);
        if (type !== undefined) yield { type, object: event.object };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!everSynced || !(error instanceof KubernetesError)) throw error;
      const gone = error.code === "kubernetes/gone";
      if (!gone && error.retry === undefined) throw error;
      // An event that cannot be read would come again from the same version: the list goes past it.
      if (gone || error.code === "kubernetes/malformed") version = undefined;
      failures++;
      log.debug(`watch begun anew ${version === undefined ? "with a list" : `from version ${version}`}: ${error.why}`);
      if (failures === 5) log.warn(`${describeAttempt(attempt)}: ${error.why}; trying on`);
      await backOff(failures - (gone ? 1 : 0), error.retry?.afterMs);
      continue;
    }
    // The server ends each watch in its time. Ended at once and empty, it must not become a busy loop.
    await backOff(failures++);
  }

  function backOff(round: number, afterMs = 0): Promise<void> {
    if (round === 0) return Promise.resolve();
    const wait = Math.min(maxBackoffMs, 250 * 2 ** Math.min(round, 10)) * (0.5 + Math.random() / 2);
    return sleep(Math.min(maxBackoffMs, Math.max(wait, afterMs)), signal);
  }
}

const updateTypes = new Map([["ADDED", "added"], ["MODIFIED", "modified"], ["DELETED", "deleted"]] as const) as Map<
  string,
  "added" | "modified" | "deleted"
>;

/** One watch request, to the server's end of it. */
async function* watchOnce<T>(
  cluster: Cluster,
  attempt: Attempt,
  resourceVersion: string,
  options: WatchOptions,
): AsyncGenerator<WireEvent<T>, void> {
  const { labelSelector, fieldSelector, idleMs = 300_000, signal } = options;
  const doing = describeAttempt(attempt);
  const { server } = cluster;
  const response = await cluster.request(pathOf(attempt), {
    query: {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      labelSelector,
      fieldSelector,
      // Spread, so that many watches begun together do not end together.
      timeoutSeconds: Math.max(1, Math.floor((idleMs / 1000) * (0.6 + Math.random() * 0.2))),
    },
    signal,
  });
  await refuse(cluster, attempt, response, signal);
  try {
    for await (const line of lines(chunks(response, { doing, server, idleMs, signal }), maxEventBytes)) {
      const event: WireEvent<T> = JSON.parse(new TextDecoder().decode(line));
      if (event.type === "ERROR") {
        const status = event.object.code ?? 500;
        throw refusalError(attempt, { server, status, body: JSON.stringify(event.object) });
      }
      yield event;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new KubernetesError({
      code: "kubernetes/malformed",
      doing,
      why: `${server} sent something else than watch events (${error.message})`,
      advice: "Check that nothing between here and the API server alters its answers.",
      cause: error,
      details: { server },
      retry: {},
    });
  }
}
