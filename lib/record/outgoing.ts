/**
 * The files of a folder on their way out: which ones go, which ones stay and why, and what was masked in them. Knows
 * disks and secrets; must not know registries. Constant memory: what is masked is masked anew each time it is read.
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Masker } from "../secrets/mask.ts";
import { fileSource, type Source } from "../streams/source.ts";
import { TasksmithError, UsageError } from "../terminal/error.ts";
import { type FileEntry, isSafePath } from "./merge.ts";

/** A file that may go out. */
export interface OutgoingFile extends FileEntry {
  /** Its content, masked. */
  readonly source: Source;
  /** Masked in it, by rule. */
  readonly findings: readonly { readonly rule: string; readonly count: number }[];
}

/** Something that stays where it is. */
export interface LeftOut {
  /** Path within the folder. */
  readonly title: string;
  /** Why, for people. */
  readonly why: string;
}

/** A folder's files. */
export interface Outgoing {
  /** What may go out, in order of path. */
  readonly files: readonly OutgoingFile[];
  /** What stays. */
  readonly leftOut: readonly LeftOut[];
}

/** Files beyond this number are refused: a manifest names each of them, and registries take 4 MiB of manifest. */
const filesAtMost = 4_000;

/** More folders within folders are refused. */
const depthAtMost = 64;

/**
 * Reads every file of the folder once, looking for secrets.
 * @param masker takes the secrets out
 * @throws {UsageError} `record/no-folder` when there is no such folder
 * @throws {TasksmithError} `record/too-many-files` when there are more files than a manifest can name
 * @throws the signal's reason when it fires
 */
export async function readOutgoing(folder: string, masker: Masker, signal?: AbortSignal): Promise<Outgoing> {
  const root = await realFolder(folder);
  const files: OutgoingFile[] = [];
  const leftOut: LeftOut[] = [];
  const leave = (title: string, why: string) => leftOut.push({ title, why });
  const visit = async (path: string, prefix: string, depth: number): Promise<void> => {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(path)) names.push(name);
    for (const name of names.sort((a, b) => a < b ? -1 : 1)) {
      signal?.throwIfAborted();
      const title = `${prefix}${name}`;
      const from = join(path, name);
      // A name that is no UTF-8 comes out with replacement characters, and then it cannot be opened by it.
      if (!isSafePath(title) || title.includes("\ufffd")) {
        leave(title, "its name would not be safe to unpack");
        continue;
      }
      if (masker.scan(name).length > 0) {
        leave(masker.mask(title), "its name holds a secret");
        continue;
      }
      const info = await Deno.lstat(from);
      if (info.isDirectory) {
        if (depth >= depthAtMost) leave(title, `it is more than ${depthAtMost} folders deep`);
        else await visit(from, `${title}/`, depth + 1);
        continue;
      }
      const target = info.isSymlink ? await linkTarget(from, root) : { path: from };
      if ("why" in target) {
        leave(title, target.why);
        continue;
      }
      if (!info.isFile && !info.isSymlink) {
        leave(title, "it is no regular file");
        continue;
      }
      const file = await readFile(target.path, title, masker, signal);
      if ("why" in file) leave(title, file.why);
      else files.push(file);
      if (files.length > filesAtMost) throw tooMany(folder);
    }
  };
  await visit(root, "", 1);
  return { files, leftOut };
}

async function realFolder(folder: string): Promise<string> {
  let why = "it is not a folder";
  try {
    const root = await Deno.realPath(folder);
    if ((await Deno.stat(root)).isDirectory) return root;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    why = "it is not there";
  }
  throw new UsageError({
    code: "record/no-folder",
    doing: `read the files of ${folder}`,
    why,
    advice: "Name the folder that an earlier step has written its files to.",
  });
}

/** The file that a link within the folder leads to, or why it does not go out. */
async function linkTarget(link: string, root: string): Promise<{ readonly path: string } | { readonly why: string }> {
  let path: string;
  try {
    path = await Deno.realPath(link);
  } catch {
    return { why: "it is a link that leads nowhere" };
  }
  if (!path.startsWith(`${root}/`)) return { why: "it is a link that leads out of the folder" };
  return (await Deno.stat(path)).isFile ? { path } : { why: "it is a link to something else than a file" };
}

async function readFile(
  path: string,
  title: string,
  masker: Masker,
  signal: AbortSignal | undefined,
): Promise<OutgoingFile | { readonly why: string }> {
  let size: number;
  try {
    size = (await Deno.stat(path)).size;
    const plain = fileSource(path, size);
    const before = createHash("sha256");
    const after = createHash("sha256");
    let maskedSize = 0;
    const text = new TextCheck();
    const counts = new Map<string, number>();
    const stream = plain.open().pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          signal?.throwIfAborted();
          before.update(chunk);
          text.push(chunk);
          controller.enqueue(chunk);
        },
      }),
    ).pipeThrough(masker.transform((rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1)));
    for await (const chunk of stream) {
      after.update(chunk);
      maskedSize += chunk.length;
    }
    const findings = [...counts].map(([rule, count]) => ({ rule, count })).sort((a, b) => a.rule < b.rule ? -1 : 1);
    const common = { title, mediaType: mediaTypeOf(title), findings };
    if (findings.length === 0) return { ...common, source: plain, digest: `sha256:${before.digest("hex")}`, size };
    if (!text.end()) {
      return { why: `it is binary and holds ${findings.map(({ rule, count }) => `${rule} (${count})`).join(", ")}` };
    }
    const source = maskedSource(plain, masker, maskedSize);
    return { ...common, source, digest: `sha256:${after.digest("hex")}`, size: maskedSize };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { why: "it was removed meanwhile" };
    if (error instanceof Deno.errors.PermissionDenied) return { why: "it may not be read" };
    throw error;
  }
}

/** What is in the file, masked as it is read. A file that has changed since no longer has the digest, and is refused. */
function maskedSource(plain: Source, masker: Masker, size: number): Source {
  return {
    size,
    open(offset = 0) {
      let skip = offset;
      return plain.open().pipeThrough(masker.transform()).pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            const rest = chunk.subarray(Math.min(skip, chunk.length));
            skip -= chunk.length - rest.length;
            if (rest.length > 0) controller.enqueue(rest);
          },
        }),
      );
    },
  };
}

/** Whether bytes are text: UTF-8 without NUL. Others would be damaged by masking. */
class TextCheck {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #text = true;

  push(chunk: Uint8Array<ArrayBuffer>): void {
    this.#try(() => this.#decoder.decode(chunk, { stream: true }));
    if (this.#text && chunk.includes(0)) this.#text = false;
  }

  end(): boolean {
    this.#try(() => this.#decoder.decode());
    return this.#text;
  }

  #try(decode: () => string): void {
    if (!this.#text) return;
    try {
      decode();
    } catch {
      this.#text = false;
    }
  }
}

const mediaTypes: Readonly<Record<string, string>> = {
  json: "application/json",
  xml: "application/xml",
  html: "text/html",
  txt: "text/plain",
  log: "text/plain",
  md: "text/markdown",
  yaml: "application/yaml",
  yml: "application/yaml",
  gz: "application/gzip",
};

function mediaTypeOf(title: string): string {
  const extension = /\.([A-Za-z0-9]+)$/.exec(title)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(mediaTypes, extension) ? mediaTypes[extension]! : "application/octet-stream";
}

function tooMany(folder: string): TasksmithError {
  return new TasksmithError({
    code: "record/too-many-files",
    doing: `read the files of ${folder}`,
    why: `there are more than ${filesAtMost}, and the artifact's manifest names each of them`,
    advice: "Pack them into one file before they are pushed, such as a .tar.gz.",
  });
}
