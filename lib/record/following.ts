/**
 * The objects of one watched collection as they stand now, and the last state of those that were deleted. Knows what
 * watch updates mean; must not know what the objects are or what is decided by them.
 * @module
 */

import type { Cluster } from "../kubernetes/connect.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { watch, type WatchOptions, type WatchUpdate } from "../kubernetes/watch.ts";
import type { ObjectMeta } from "../tekton/types.ts";

/** What can be followed: anything with metadata. */
export interface Followed {
  /** Its name is looked at. */
  readonly metadata: ObjectMeta;
}

/** A collection that is kept up to date from a list and the watch after it. */
export class Following<T extends Followed> {
  /** What is there now, by name. */
  readonly objects: Map<string, T> = new Map();
  /** The last known state of what was there and has been deleted, by name. */
  readonly deleted: Map<string, T> = new Map();
  readonly #updates: AsyncGenerator<WatchUpdate<T>, never>;
  readonly #trim: (object: T) => void;
  #running: Promise<void> = Promise.resolve();

  /**
   * Sends no request yet. `options.signal` must be aborted before {@link Following.end} is called.
   * @param trim takes from each object what nobody will ask for, so that it is not kept
   */
  constructor(cluster: Cluster, resource: Resource, options: WatchOptions, trim: (object: T) => void) {
    this.#trim = trim;
    this.#updates = watch<T>(cluster, resource, { ...options, trim: (object) => trim(object as T) });
  }

  /**
   * Lists the collection.
   * @throws {KubernetesError} what `watch` throws
   */
  async begin(): Promise<void> {
    this.#apply((await this.#updates.next()).value);
  }

  /** Watches from there on; `changed` hears of every update, `failed` of what ends the watch. */
  follow(changed: () => void, failed: (error: unknown) => void): void {
    this.#running = (async () => {
      for await (const update of this.#updates) {
        this.#apply(update);
        changed();
      }
    })().catch(failed);
  }

  /** Ends it. Never rejects. */
  async end(): Promise<void> {
    await this.#running;
    // The type of what a generator that never ends by itself returns has no values.
    await this.#updates.return(undefined as never).catch(() => {});
  }

  #apply(update: WatchUpdate<T>): void {
    if (update.type === "synced") {
      const names = new Set(update.items.map((item) => item.metadata.name ?? ""));
      for (const [name, object] of this.objects) if (!names.has(name)) this.#remove(name, object);
      for (const item of update.items) this.#put(item);
    } else if (update.type === "deleted") this.#remove(update.object.metadata.name ?? "", update.object);
    else {
      this.#trim(update.object);
      this.#put(update.object);
    }
  }

  #put(object: T): void {
    const name = object.metadata.name ?? "";
    this.deleted.delete(name);
    this.objects.set(name, object);
  }

  #remove(name: string, object: T): void {
    this.objects.delete(name);
    this.deleted.set(name, object);
  }
}
