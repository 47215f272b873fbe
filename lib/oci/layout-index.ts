/**
 * `index.json` of an OCI image layout: which manifests there are, and their tags. Readers always see a whole file
 * (it is replaced by rename); writers of any number of processes take turns by an advisory lock on `oci-layout`, the
 * one file that is always there and never replaced. Knows descriptors; knows no manifests' content.
 * @module
 */
import { sleep } from "../streams/retry.ts";
import { OciError } from "./error.ts";
import { replaceFile } from "./layout-blobs.ts";
import { isRecord } from "./layout-manifest.ts";
import { isDigest, isTag } from "./reference.ts";
import type { Descriptor, OperationOptions } from "./target.ts";

/** The annotation that holds a tag (image spec, "Pre-Defined Annotation Keys"). */
const refName = "org.opencontainers.image.ref.name";
const maximumIndexBytes = 64 * 1024 * 1024;
const lockTimeoutMs = 60_000;

/** What `index.json` holds at one moment. */
export interface IndexSnapshot {
  /** Every entry, in the order of the file. */
  readonly entries: readonly Descriptor[];
  /** Entry by tag (or whatever name the entry gives). */
  readonly byTag: ReadonlyMap<string, Descriptor>;
  /** First entry by digest. */
  readonly byDigest: ReadonlyMap<string, Descriptor>;
}

/** The tag of an entry. */
function tagOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[refName];
}

/** Turns of the writers in this process, by folder: a file lock is not needed among ourselves and polls. */
const turns = new Map<string, Promise<unknown>>();

/** The index of one layout. */
export class LayoutIndex {
  readonly #directory: string;
  #cache:
    | { readonly key: string; readonly snapshot: IndexSnapshot; readonly rest: Record<string, unknown> }
    | undefined;

  /** The index of the layout in this folder, which must exist. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * What the index holds now; parsed only when the file has changed.
   * @throws OciError `oci/bad-manifest` when it cannot be read as one
   */
  async read(): Promise<IndexSnapshot> {
    return (await this.#load()).snapshot;
  }

  /** Tags, in lexical order. Names that are no tags are left out. */
  async tags(): Promise<string[]> {
    return [...(await this.read()).byTag.keys()].filter(isTag).sort();
  }

  /**
   * Enters a manifest, under the tags when any are given. A manifest that loses its last tag to it stays, untagged. Of
   * two writers to one tag, the last wins.
   */
  put(descriptor: Descriptor, tags: readonly string[] = [], options?: OperationOptions): Promise<void> {
    const { annotations: _, ...plain } = descriptor;
    return this.#update((entries) => {
      if (tags.length === 0) {
        return entries.some((entry) => entry.digest === descriptor.digest) ? entries : [...entries, plain];
      }
      const isThere = (tag: string) =>
        entries.some((entry) =>
          tagOf(entry) === tag && entry.digest === descriptor.digest && entry.mediaType === descriptor.mediaType
        );
      if (tags.every(isThere)) return entries;
      const kept = tags.reduce(untag, entries)
        .filter((entry) => entry.digest !== descriptor.digest || tagOf(entry) !== undefined);
      return [...kept, ...tags.map((tag) => ({ ...plain, annotations: { [refName]: tag } }))];
    }, options);
  }

  /** Removes a tag; its manifest stays. */
  removeTag(tag: string, options?: OperationOptions): Promise<void> {
    return this.#update((entries) => untag(entries, tag), options);
  }

  /** Removes a manifest's entries, and with them its tags. */
  removeDigest(digest: string, options?: OperationOptions): Promise<void> {
    return this.#update((entries) => {
      const kept = entries.filter((entry) => entry.digest !== digest);
      return kept.length === entries.length ? entries : kept;
    }, options);
  }

  async #load() {
    const path = `${this.#directory}/index.json`;
    const bad = (why: string, cause?: unknown) =>
      new OciError({
        code: "oci/bad-manifest",
        doing: `read ${path}`,
        why,
        advice: "check that the folder is an OCI image layout and that its index.json is whole",
        cause,
      });
    let info;
    try {
      info = await Deno.stat(path);
    } catch (cause) {
      throw bad("it cannot be read", cause);
    }
    // Every writer renames a new file into place: another inode, even within the clock's resolution.
    const key = `${info.ino}/${info.mtime?.getTime()}/${info.size}`;
    if (this.#cache?.key === key) return this.#cache;
    if (info.size > maximumIndexBytes) throw bad(`it has ${info.size} bytes, more than ${maximumIndexBytes}`);
    let parsed: unknown;
    try {
      parsed = JSON.parse(await Deno.readTextFile(path));
    } catch (cause) {
      throw bad("it is not JSON", cause);
    }
    if (!isRecord(parsed)) throw bad("it is not a JSON object");
    const { manifests, ...rest } = parsed;
    const entries = manifests ?? [];
    if (!Array.isArray(entries) || !entries.every(isDescriptor)) throw bad("its manifests are not descriptors");
    this.#cache = { key, snapshot: snapshotOf(entries), rest };
    return this.#cache;
  }

  #update(
    change: (entries: readonly Descriptor[]) => readonly Descriptor[],
    options?: OperationOptions,
  ): Promise<void> {
    const previous = turns.get(this.#directory) ?? Promise.resolve();
    const mine = previous.catch(() => {}).then(() => this.#locked(change, options?.signal));
    turns.set(this.#directory, mine);
    return mine.finally(() => {
      if (turns.get(this.#directory) === mine) turns.delete(this.#directory);
    });
  }

  async #locked(
    change: (entries: readonly Descriptor[]) => readonly Descriptor[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    using lock = await Deno.open(`${this.#directory}/oci-layout`, { read: true });
    const deadline = Date.now() + lockTimeoutMs;
    while (!await lock.tryLock(true)) {
      if (Date.now() > deadline) {
        throw new OciError({
          code: "oci/timeout",
          doing: `write to the layout ${this.#directory}`,
          why: `another process has held the lock on oci-layout for ${lockTimeoutMs / 1000} s`,
          advice: "find and end the process that holds the file open, then try again",
        });
      }
      await sleep(2 + Math.random() * 8, signal);
    }
    // The lock ends with the file's handle, also when this process is killed.
    const { snapshot, rest } = await this.#load();
    const entries = change(snapshot.entries);
    if (entries === snapshot.entries) return;
    const text = JSON.stringify({ schemaVersion: 2, mediaType: indexType, ...rest, manifests: entries });
    await replaceFile(this.#directory, "index.json", new TextEncoder().encode(text));
  }
}

const indexType = "application/vnd.oci.image.index.v1+json";

/** The bytes of an index without entries. */
export const emptyIndex: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] }),
);

/** Takes a tag from the entries. The manifest that had it stays, as an entry without tag if it has no other. */
function untag(entries: readonly Descriptor[], tag: string): readonly Descriptor[] {
  const tagged = entries.find((entry) => tagOf(entry) === tag);
  if (tagged === undefined) return entries;
  const kept = entries.filter((entry) => tagOf(entry) !== tag);
  if (kept.some((entry) => entry.digest === tagged.digest)) return kept;
  const { annotations: _, ...plain } = tagged;
  return [...kept, plain];
}

function snapshotOf(entries: readonly Descriptor[]): IndexSnapshot {
  const byTag = new Map<string, Descriptor>();
  const byDigest = new Map<string, Descriptor>();
  for (const entry of entries) {
    const tag = tagOf(entry);
    if (tag !== undefined) byTag.set(tag, entry);
    if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry);
  }
  return { entries, byTag, byDigest };
}

function isDescriptor(value: unknown): value is Descriptor {
  return isRecord(value) && typeof value["mediaType"] === "string" && typeof value["digest"] === "string" &&
    isDigest(value["digest"]) && typeof value["size"] === "number";
}
