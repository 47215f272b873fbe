/**
 * One log on its way to disk: secrets masked, what remains measured and hashed, compressed in pieces, written to a file
 * that can be a part of an archive. Knows bytes, in constant memory; must not know where they come from.
 * @module
 */
import { createHash } from "node:crypto";
import type { Finding, Masker } from "../secrets/mask.ts";
import { type Compression, compressPiece, pieceBytes } from "../streams/compression.ts";
import { release } from "../streams/release.ts";

/** What was written. */
export interface WrittenLog {
  /** Bytes of the log, after masking and before compression. */
  readonly bytes: number;
  /** Of the log after masking, 64 hex digits. */
  readonly sha256: string;
  /** Bytes of the file. */
  readonly compressedBytes: number;
  /** What was masked. */
  readonly masked: readonly Finding[];
}

/** How a log is written. */
export interface WriteLogOptions {
  /** The file; replaced when it is there. */
  readonly path: string;
  /** Takes secrets out. */
  readonly masker: Masker;
  /** Format of the file. */
  readonly compression: Compression;
}

/**
 * Writes a log to a file. A log without a byte makes an empty file. The stream's chunks are given away with it: their
 * memory is freed when they have been written. Fails as the stream fails.
 */
export async function writeLog(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: WriteLogOptions,
): Promise<WrittenLog> {
  const { path, masker, compression } = options;
  const found = new Map<string, number>();
  const masking = masker.transform((rule) => found.set(rule, (found.get(rule) ?? 0) + 1));
  // A stream that fails makes the masked one fail with the same error: it is told once, where that one is read.
  const fed = feed(stream, masking.writable);
  try {
    const written = await writeMasked(masking.readable, path, compression);
    const masked = [...found].map(([rule, count]) => ({ rule, count })).sort((a, b) => a.rule < b.rule ? -1 : 1);
    return { ...written, masked };
  } catch (error) {
    // Nobody reads on: the other end must not wait for that.
    await masking.readable.cancel(error).catch(() => {});
    throw error;
  } finally {
    await fed;
  }
}

async function writeMasked(
  masked: ReadableStream<Uint8Array<ArrayBuffer>>,
  path: string,
  compression: Compression,
): Promise<Omit<WrittenLog, "masked">> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(pieceBytes);
  let [bytes, filled, compressedBytes] = [0, 0, 0];
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const flush = () => {
    const compressed = compressPiece(piece.subarray(0, filled), compression);
    compressedBytes += compressed.length;
    filled = 0;
    for (let at = 0; at < compressed.length;) at += file.writeSync(compressed.subarray(at));
    release(compressed.buffer);
  };
  let before: ArrayBuffer | undefined;
  for await (const chunk of masked) {
    // The masker gives its buffers away, and is done with one when it gives the next.
    if (before !== undefined && before !== chunk.buffer) release(before);
    before = chunk.buffer;
    if (chunk.length === 0) continue;
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceBytes - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === pieceBytes) flush();
    }
  }
  if (filled > 0) flush();
  if (before !== undefined) release(before);
  release(piece.buffer);
  return { bytes, sha256: hash.digest("hex"), compressedBytes };
}

/** What `pipeTo` does, and the memory of what has passed is freed. Never rejects: an error goes to both ends. */
async function feed(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  sink: WritableStream<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const reader = stream.getReader();
  const writer = sink.getWriter();
  const passed: ArrayBuffer[] = [];
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      await writer.write(value);
      // Chunks may be parts of one buffer, and the first may be handed on as it is: wait until others have followed.
      if (passed.at(-1) !== value.buffer) passed.push(value.buffer);
      if (passed.length > 3) release(passed.shift()!);
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([reader.cancel(error), writer.abort(error)]);
  }
}
