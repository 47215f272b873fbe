/**
 * Changing what a tag points to when others may do the same at the same time. The distribution spec has no conditional
 * write, so this reads, changes, writes, and reads again until the change has outlived a moment in which a writer who
 * had read before could have overwritten it. Knows tags; not what the manifests say.
 * @module
 */
import { backoff, sleep } from "../streams/retry.ts";
import { isNotFound, OciError } from "./error.ts";
import type { Descriptor, Fetcher, OperationOptions, Pusher } from "./target.ts";

/** What a tag points to. */
export interface TaggedManifest {
  /** Its descriptor. */
  readonly descriptor: Descriptor;
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a tag is to point to. */
export interface NewManifest {
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its media type. */
  readonly mediaType: string;
}

/** What {@link updateTag} needs of a store. */
export interface TagStore extends Pick<Fetcher, "fetchManifest">, Pick<Pusher, "pushManifest"> {
  /** What messages call it. */
  readonly name: string;
}

/** How {@link updateTag} goes about it. */
export interface UpdateTagOptions extends OperationOptions {
  /** How often to write before giving up. @default 10 */
  readonly attempts?: number;
  /** How long a change must have stood, in milliseconds; longer than others take from their read to their write. @default 500 */
  readonly settleMs?: number;
}

/**
 * Makes a tag's manifest hold a change. `change` is given what the tag points to now (undefined: there is no such
 * tag) and gives what to write instead, or undefined when what is there holds the change already; it is called again
 * for as long as others overwrite it, so it must add to what it is given.
 * Gives the descriptor under the tag at last; undefined when there was nothing to change and is none.
 * @throws OciError `oci/conflict` when others do not leave off
 */
export async function updateTag(
  target: TagStore,
  tag: string,
  change: (current: TaggedManifest | undefined) => NewManifest | undefined | Promise<NewManifest | undefined>,
  options: UpdateTagOptions = {},
): Promise<Descriptor | undefined> {
  const { attempts = 10, settleMs = 500, signal } = options;
  let writes = 0;
  let backedOff = 0;
  let settled = true;
  let wait = 0;
  while (true) {
    if (wait > 0) await sleep(wait, signal);
    wait = 0;
    const current = await target.fetchManifest(tag, { signal }).catch((error) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const next = await change(current);
    if (next === undefined) {
      if (settled) return current?.descriptor;
      settled = true;
      wait = settleMs;
    } else if (writes > backedOff) {
      // Overwritten. Those who collided must not collide again: each waits another while, and reads anew.
      backedOff = writes;
      wait = backoff(writes, undefined, { baseMs: Math.max(1, settleMs / 4), maxMs: settleMs * 4 });
    } else if (writes === attempts) {
      throw new OciError({
        code: "oci/conflict",
        doing: `update the tag ${tag} of ${target.name}`,
        why: `others overwrote it ${attempts} times`,
        advice: "find out what else writes this tag all the time, or give each writer a tag of its own",
      });
    } else {
      await target.pushManifest(next.bytes, next.mediaType, tag, { signal });
      writes++;
      settled = false;
    }
  }
}
