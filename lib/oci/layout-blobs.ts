/**
 * The content-addressed files of an OCI image layout: `blobs/<algorithm>/<hex>` (image spec, "Image Layout"). A blob
 * appears under its name in one step, whole, verified and synced, so that neither a crash nor another process ever
 * sees half of one. Knows files and digests; knows no manifests.
 * @module
 */
import { createHash } from "node:crypto";
import { fileSource, type Source } from "../streams/source.ts";
import { IntegrityError, verifyStream } from "../streams/digest.ts";
import { OciError } from "./error.ts";
import { isDigest } from "./reference.ts";

/** The start of the names of files that are being written; they stand beside `index.json`. */
const partialPrefix = ".partial-";

/** The blobs of one layout. */
export class LayoutBlobs {
  readonly #directory: string;

  /** The blobs of the layout in this folder, which must exist. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Where the blob is, whether it exists or not.
   * @throws OciError `oci/bad-reference` when the digest is none, so that no digest leads out of the folder
   */
  path(digest: string): string {
    if (!isDigest(digest)) {
      throw new OciError({
        code: "oci/bad-reference",
        doing: `find a blob in ${this.#directory}`,
        why: `${JSON.stringify(digest.slice(0, 200))} is not a digest`,
        advice: "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits",
        details: { part: "digest" },
      });
    }
    return `${this.#directory}/blobs/${digest.replace(":", "/")}`;
  }

  /** The blob's size in bytes; undefined when it is not there. */
  async size(digest: string): Promise<number | undefined> {
    try {
      const info = await Deno.stat(this.path(digest));
      return info.isFile ? info.size : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** The blob's bytes as they are on disk, not verified. */
  source(digest: string, size: number): Source {
    return fileSource(this.path(digest), size);
  }

  /** All of a small blob; undefined when it is not there or has more than `limit` bytes. Not verified. */
  async read(digest: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const size = await this.size(digest);
    if (size === undefined || size > limit) return undefined;
    try {
      return await Deno.readFile(this.path(digest));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Stores a blob, unless it is there.
   * @throws OciError `oci/digest-mismatch` when the content is not what digest and size say; then nothing is stored
   */
  async write(
    digest: string,
    size: number,
    content: () => ReadableStream<Uint8Array<ArrayBuffer>>,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    if (await this.size(digest) === size) return;
    const partial = `${this.#directory}/${partialPrefix}${crypto.randomUUID()}`;
    const doing = `store ${digest} in ${this.#directory}`;
    try {
      using file = await Deno.open(partial, { write: true, createNew: true });
      const verified = content().pipeThrough(verifyStream(digest, size, doing), signal === undefined ? {} : { signal });
      for await (const chunk of verified) await writeAll(file, chunk);
      await this.adopt(partial, digest, file);
    } catch (error) {
      await removeIfThere(partial);
      if (!(error instanceof IntegrityError)) throw error;
      const { why, advice, details } = error;
      throw new OciError({ code: "oci/digest-mismatch", doing, why, advice, details, cause: error });
    }
  }

  /** Makes a finished, verified file of the same file system the blob with this digest. It is moved, not copied. */
  async adopt(path: string, digest: string, file: Deno.FsFile): Promise<void> {
    await file.syncData();
    const target = this.path(digest);
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.rename(path, target);
  }

  /** Removes a blob. What is not there is no error. */
  async remove(digest: string): Promise<void> {
    await removeIfThere(this.path(digest));
  }
}

/** `algorithm:hex` of a file's content. */
export async function digestOfFile(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  using file = await Deno.open(path, { read: true });
  const buffer = new Uint8Array(256 * 1024);
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    hash.update(buffer.subarray(0, count));
  }
  return `${algorithm}:${hash.digest("hex")}`;
}

/** Writes all bytes to a file. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
}

/** Replaces a file's content in one step: readers see all of the old or all of the new. */
export async function replaceFile(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const partial = `${directory}/${partialPrefix}${crypto.randomUUID()}`;
  try {
    using file = await Deno.open(partial, { write: true, createNew: true });
    await writeAll(file, bytes);
    await file.syncData();
    await Deno.rename(partial, `${directory}/${name}`);
  } catch (error) {
    await removeIfThere(partial);
    throw error;
  }
}

/** Creates a file with its content in one step, unless it exists: of several at once, one wins and all see it whole. */
export async function createFile(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const partial = `${directory}/${partialPrefix}${crypto.randomUUID()}`;
  try {
    await Deno.writeFile(partial, bytes, { createNew: true });
    await Deno.link(partial, `${directory}/${name}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await removeIfThere(partial);
  }
}

/** Removes what a crashed process left half-written in a folder (files with this prefix), once it is a day old. */
export async function removeStale(directory: string, prefix: string = partialPrefix): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (!entry.isFile || !entry.name.startsWith(prefix)) continue;
    const path = `${directory}/${entry.name}`;
    const modified = await Deno.stat(path).then((info) => info.mtime?.getTime(), () => undefined);
    if (modified !== undefined && Date.now() - modified > 24 * 3600 * 1000) await removeIfThere(path);
  }
}

/** Removes a file; one that is not there is no error. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
