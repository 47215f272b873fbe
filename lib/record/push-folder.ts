/**
 * Putting the files of a folder into the artifact under a tag, beside those that are there. Knows the order in which
 * things reach a registry so that the tag never points to something half written, and so that no writer's files are
 * lost when several write at once. Must not know Tekton, or where credentials come from.
 * @module
 */

import { createHash } from "node:crypto";
import { isNotFound } from "../oci/error.ts";
import { canonicalJson, emptyContent, emptyDescriptor, type ImageManifest, mediaTypes } from "../oci/manifest.ts";
import type { Descriptor, Target } from "../oci/target.ts";
import { updateTag } from "../oci/update-tag.ts";
import { digestOf } from "../streams/digest.ts";
import { bytesSource, type Source } from "../streams/source.ts";
import { type Logger, silent } from "../terminal/log.ts";
import { mapConcurrent } from "../streams/concurrency.ts";
import { namesIn, withoutEntries } from "./folder-layer.ts";
import {
  contentDigestKey,
  digestsOf,
  isFolder,
  isSafePath,
  merge,
  missing,
  normalised,
  readManifest,
  Replaced,
} from "./merge.ts";
import type { OutgoingFile } from "./outgoing.ts";

/** What is pushed, and where. */
export interface PushFolderOptions {
  /** The tag. */
  readonly tag: string;
  /** The files. */
  readonly files: readonly OutgoingFile[];
  /** Annotations of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What the artifact says something about. */
  readonly subject?: Descriptor | undefined;
  /** Ends it with its reason thrown; the tag is then as it was, or holds everything. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of what is merged and repeated. */
  readonly log?: Logger;
  /**
   * The shortest time that the tag must have held our files before they count as settled, in milliseconds; it is longer
   * where the registry answers slowly.
   * @default 1000
   */
  readonly settleMs?: number;
  /**
   * How often the merge is repeated before other writers are taken for a fault.
   * @default 30
   */
  readonly attempts?: number;
}

/** What came of a push. */
export interface PushedFolder {
  /** The manifest under the tag. */
  readonly descriptor: Descriptor;
  /** How often the manifest was written; 0 when the tag held everything already. */
  readonly writes: number;
}

/** Blobs on their way at a time. */
const uploads = 4;
/** No writer is expected to take longer than this many answers from its reading of the tag to its writing. */
const answersToSettle = 16;
const settleAtMostMs = 15_000;

/**
 * Pushes the files, then puts them under the tag and watches that they stay there: whoever had read the tag before and
 * writes it after us takes our files away without knowing, and then the merge is done again.
 * @throws OciError what the registry refuses, or `oci/conflict` when other writers do not leave off
 */
export async function pushFolder(target: Target, options: PushFolderOptions): Promise<PushedFolder> {
  const { tag, files, annotations, subject, signal, log = silent, settleMs = 1_000, attempts = 30 } = options;
  const name = `${target.name}:${tag}`;
  const first = await readTag(target, tag, name, signal);
  const before = digestsOf(first);

  const folders = new FolderLayers(target, files, log, signal);
  // Before the tag is read to be changed: then there is little to do between that and its writing.
  await folders.prepare(first);
  await target.pushBlob(emptyDescriptor, bytesSource(emptyContent), { signal });
  await mapConcurrent(files, uploads, async ({ mediaType, digest, size, source }, _, ending) => {
    await target.pushBlob({ mediaType, digest, size }, source, { signal: ending });
  }, { signal });

  // By now connected and logged in: this is how long the registry takes for an answer.
  const began = performance.now();
  await target.hasBlob(emptyDescriptor, { signal });
  const answerMs = performance.now() - began;

  let writes = 0;
  let warned: readonly string[] = [];
  const descriptor = await updateTag(target, tag, async (current) => {
    const existing = current && readManifest(current.bytes, current.descriptor.mediaType, name);
    if (writes > 0) {
      const lost = missing(existing, files, before);
      if (lost.length === 0) return undefined;
      log.info(`another writer has overwritten ${name}: adding ${count(lost.length, "file")} again`);
    }
    const rewritten = await folders.prepare(existing);
    const { manifest, dropped } = merge(existing, { files, annotations, subject, rewritten });
    if (dropped.join("\n") !== warned.join("\n")) {
      log.warn(`${name}: no longer in it, because their names do not go together with new ones: ${dropped.join(", ")}`);
      warned = dropped;
    }
    const bytes = canonicalJson(manifest);
    if (current !== undefined && sameBytes(bytes, canonicalJson(existing))) return undefined;
    writes++;
    return { bytes, mediaType: mediaTypes.manifest };
  }, {
    attempts,
    settleMs: Math.min(settleAtMostMs, Math.max(settleMs, answersToSettle * answerMs)),
    signal,
  });
  return { descriptor: descriptor ?? await target.resolve(tag, { signal }), writes };
}

async function readTag(
  target: Target,
  tag: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ImageManifest | undefined> {
  try {
    const { descriptor, bytes } = await target.fetchManifest(tag, { signal });
    return readManifest(bytes, descriptor.mediaType, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Tars of whole folders, from before files had layers of their own, without the files that are replaced. */
class FolderLayers {
  readonly #target: Target;
  readonly #replaced: Replaced;
  readonly #log: Logger;
  readonly #signal: AbortSignal | undefined;
  readonly #rewritten = new Map<string, Descriptor | undefined>();

  constructor(target: Target, files: readonly OutgoingFile[], log: Logger, signal: AbortSignal | undefined) {
    this.#target = target;
    this.#replaced = new Replaced(files.map((file) => file.title));
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * What stands in place of each such layer. One that holds none of the files stays as it is; another is written anew
   * without them, since whoever pulls would otherwise get one or the other by chance. What is left in it keeps its modes,
   * times and links, which layers of single files do not have.
   */
  async prepare(manifest: ImageManifest | undefined): Promise<ReadonlyMap<string, Descriptor | undefined>> {
    for (const layer of (manifest?.layers ?? []).filter(isFolder)) {
      if (!this.#rewritten.has(layer.digest)) this.#rewritten.set(layer.digest, await this.#rewrite(layer));
    }
    return this.#rewritten;
  }

  async #rewrite(layer: Descriptor): Promise<Descriptor | undefined> {
    const fetch = () => this.#target.fetchBlob(layer, { signal: this.#signal });
    const what = `the layer ${layer.digest} of ${this.#target.name}`;
    const names = (await namesIn(await fetch(), what)).map(normalised);
    const gone = names.filter((path) => this.#replaced.file(path));
    if (gone.length === 0) return layer;
    if (gone.length === names.length) return undefined;
    this.#log.info(`writing the folder that is there anew, without ${gone.join(", ")}`);
    const keep = (path: string, folder: boolean) =>
      path === "." || path === "" || isSafePath(normalised(path)) &&
        !(folder ? this.#replaced.folder(normalised(path)) : this.#replaced.file(normalised(path)));
    const tar = createHash("sha256");
    const open = async () =>
      withoutEntries(await fetch(), keep, what)
        .pipeThrough(
          new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
            transform: (chunk, controller) => {
              hash?.update(chunk);
              controller.enqueue(chunk);
            },
          }),
        )
        .pipeThrough(new CompressionStream("gzip"));
    let hash: typeof tar | undefined = tar;
    const { digest, size } = await digestOf(await open());
    hash = undefined;
    const rewritten: Descriptor = {
      ...layer,
      digest,
      size,
      annotations: { ...layer.annotations, [contentDigestKey]: `sha256:${tar.digest("hex")}` },
    };
    await this.#target.pushBlob(rewritten, streamSource(size, open), { signal: this.#signal });
    return rewritten;
  }
}

/** A source over a stream that can be made again and is then the same. */
function streamSource(size: number, make: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>): Source {
  return {
    size,
    open(offset = 0) {
      let skip = offset;
      let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
      return new ReadableStream({
        async pull(controller) {
          reader ??= (await make()).getReader();
          while (true) {
            const { done, value } = await reader.read();
            if (done) return controller.close();
            const rest = value.subarray(Math.min(skip, value.length));
            skip -= value.length - rest.length;
            if (rest.length > 0) return controller.enqueue(rest);
          }
        },
        cancel: (reason) => reader?.cancel(reason),
      }, { highWaterMark: 0 });
    },
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
