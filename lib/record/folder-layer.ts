/**
 * The gzipped tar of a folder, as `oras push REF ./` makes it: which files it holds, and the same without some of them.
 * Knows the tar format (POSIX ustar and pax, GNU long names) as far as names and sizes go; entries pass as they are, with
 * their modes, times and links. Constant memory. Must not know registries.
 * @module
 */

import { TasksmithError } from "../terminal/error.ts";

/** A stream of bytes. */
export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Largest extended header that is read; it holds names. */
const maxHeaderBytes = 1024 * 1024;
const blockBytes = 512;
const decoder = new TextDecoder();

/** Types of entries that have content: 0 and NUL (files), 7 (contiguous files), S (GNU's sparse ones). */
const withContent: ReadonlySet<number> = new Set([0x30, 0, 0x37, 0x53]);

/** Names of the files and links in a gzipped tar, as they stand there but for a leading `./`; without its folders. */
export async function namesIn(gzipped: Bytes, name: string): Promise<string[]> {
  const names: string[] = [];
  const keep = (path: string, folder: boolean) => {
    if (!folder) names.push(path);
    return false;
  };
  await gzipped.pipeThrough(new DecompressionStream("gzip")).pipeThrough(filterTar(keep, name)).pipeTo(
    new WritableStream(),
  );
  return names;
}

/** The tar in a gzipped tar, with those entries only whose name `keep` accepts. */
export function withoutEntries(gzipped: Bytes, keep: (path: string, folder: boolean) => boolean, name: string): Bytes {
  return gzipped.pipeThrough(new DecompressionStream("gzip")).pipeThrough(filterTar(keep, name));
}

/**
 * Passes the entries of a tar that are to be kept, each with the extended headers before it, byte for byte.
 * @param name what errors call the tar
 */
export function filterTar(
  keep: (path: string, folder: boolean) => boolean,
  name: string,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const filter = new TarFilter(keep, name);
  return new TransformStream({
    transform: (chunk, controller) => filter.push(chunk, (bytes) => controller.enqueue(bytes)),
    flush: (controller) => filter.end((bytes) => controller.enqueue(bytes)),
  });
}

type Emit = (bytes: Uint8Array<ArrayBuffer>) => void;

class TarFilter {
  readonly #keep: (path: string, folder: boolean) => boolean;
  readonly #name: string;
  /** Bytes of a header, or of an extended header's records, that are not all there yet. */
  #held: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** Headers that belong to the entry that follows. */
  #before: Uint8Array<ArrayBuffer>[] = [];
  #path: string | undefined;
  #size: number | undefined;
  /** Bytes, padding included, that pass or fall without being looked at. */
  #content = 0;
  #passing = false;
  /** How long the extended header is that is being read, header and padding included; 0 for none. */
  #extended = 0;
  #ended = false;

  constructor(keep: (path: string, folder: boolean) => boolean, name: string) {
    this.#keep = keep;
    this.#name = name;
  }

  push(chunk: Uint8Array<ArrayBuffer>, emit: Emit): void {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#content > 0) {
        const take = Math.min(this.#content, chunk.length - at);
        if (this.#passing) emit(chunk.slice(at, at + take));
        this.#content -= take;
        at += take;
        continue;
      }
      const wanted = this.#extended || blockBytes;
      const take = Math.min(wanted - this.#held.length, chunk.length - at);
      const grown = new Uint8Array(this.#held.length + take);
      grown.set(this.#held);
      grown.set(chunk.subarray(at, at + take), this.#held.length);
      this.#held = grown;
      at += take;
      if (this.#held.length < wanted) return;
      const block = this.#held;
      if (this.#extended > 0) {
        this.#readExtended(block);
        this.#before.push(block);
        this.#extended = 0;
        this.#held = new Uint8Array();
      } else this.#header(block, emit);
    }
  }

  end(emit: Emit): void {
    // Some writers leave the two empty blocks away.
    if (this.#held.length > 0 || this.#content > 0 || this.#before.length > 0) {
      throw this.#broken("it ends in an entry");
    }
    emit(new Uint8Array(2 * blockBytes));
  }

  #header(block: Uint8Array<ArrayBuffer>, emit: Emit): void {
    if (block.every((byte) => byte === 0)) {
      this.#ended = true;
      this.#held = new Uint8Array();
      return;
    }
    let sum = 8 * 32;
    for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
    if (sum !== this.#number(block, 148, 8)) throw this.#broken("the checksum of a header is wrong");
    const type = String.fromCharCode(block[156] ?? 0);
    const size = this.#number(block, 124, 12);
    if ("xgLK".includes(type)) {
      if (size > maxHeaderBytes) throw this.#broken("an extended header is larger than 1 MiB");
      this.#extended = blockBytes + padded(size);
      return;
    }
    this.#held = new Uint8Array();
    const prefix = textOf(block, 257, 5) === "ustar" ? textOf(block, 345, 155) : "";
    const name = textOf(block, 0, 100);
    const path = (this.#path ?? (prefix === "" ? name : `${prefix}/${name}`)).replace(/^(\.\/)+/, "");
    this.#passing = this.#keep(path.replace(/\/+$/, ""), type === "5" || path.endsWith("/"));
    if (this.#passing) { for (const bytes of [...this.#before, block]) emit(bytes); }
    // Only files have content; whatever a link's or a folder's size says, nothing follows it.
    this.#content = withContent.has(block[156] ?? 0) ? padded(this.#size ?? size) : 0;
    this.#before = [];
    this.#path = this.#size = undefined;
  }

  #readExtended(block: Uint8Array<ArrayBuffer>): void {
    const type = String.fromCharCode(block[156] ?? 0);
    const body = block.subarray(blockBytes, blockBytes + this.#number(block, 124, 12));
    if (type === "L") this.#path = textOf(body, 0, body.length);
    if (type !== "x") return;
    for (let at = 0; at < body.length;) {
      const space = body.indexOf(32, at);
      const length = Number(decoder.decode(body.subarray(at, space < 0 ? at : space)));
      if (!Number.isInteger(length) || length <= 0 || space < 0) throw this.#broken("an extended header is malformed");
      const record = decoder.decode(body.subarray(space + 1, at + length - 1));
      const equals = record.indexOf("=");
      const value = record.slice(equals + 1);
      if (record.slice(0, equals) === "path") this.#path = value;
      if (record.slice(0, equals) === "size") this.#size = Number(value);
      at += length;
    }
  }

  /** A field in octal digits, or, by GNU's extension, in binary. */
  #number(block: Uint8Array<ArrayBuffer>, at: number, length: number): number {
    const field = block.subarray(at, at + length);
    let value = 0;
    if ((field[0] ?? 0) & 0x80) {
      for (const [index, byte] of field.entries()) value = value * 256 + (index === 0 ? byte & 0x7f : byte);
    } else value = parseInt(textOf(block, at, length).trim() || "0", 8);
    if (!Number.isSafeInteger(value)) throw this.#broken("a number in a header is none");
    return value;
  }

  #broken(why: string): TasksmithError {
    return new TasksmithError({
      code: "record/bad-tar",
      doing: `read the files in ${this.#name}`,
      why: `it is no tar that can be read: ${why}`,
      advice: "Push to a new tag, or remove the artifact that is there.",
    });
  }
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}

/** Text up to the first NUL. */
function textOf(bytes: Uint8Array<ArrayBuffer>, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}
