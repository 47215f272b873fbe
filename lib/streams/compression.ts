/**
 * Compression in pieces that can be put one after the other: members of gzip (RFC 1952, 2.2: a file is a series of
 * members) and frames of zstd (RFC 8878, 3.1), so that parts compressed at different times and places are one file
 * without a second pass. Every reader of the formats takes several; `DecompressionStream` of browsers does not.
 * Knows bytes; nothing of what is in them.
 * @module
 */
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { release } from "./release.ts";

/** A format. */
export type Compression = "gzip" | "zstd";

/**
 * A piece of about this many bytes is compressed at once: enough that its dictionary, which begins empty, costs less
 * than 1 % of size, and little enough that many of them fit in memory.
 */
export const pieceBytes: number = 256 * 1024;

// Measured on build logs, one core: gzip levels 6, 5, 4, 3, 2, 1 take in 62, 110, 130, 180, 250, 330 MB/s and leave 24.1,
// 25.2, 25.8, 27.2, 28.6, 37.1 % of the size. Down to 2, each step saves a quarter of the time or more for a twentieth of
// the size; 1 costs a third more. Who wants it smaller takes zstd: level 3 does 366 MB/s and leaves 25.3 %.
const gzipLevel = 2;
const zstdLevel = 3;

/** What a compressed piece fits into as a rule; the default of zlib, 16 KiB, costs a tenth of the speed. */
const chunkSize = 128 * 1024;

/** One member or frame, which decompresses to these bytes. Blocks this thread meanwhile: call it in a worker. */
export function compressPiece(bytes: Uint8Array, compression: Compression): Uint8Array<ArrayBuffer> {
  const { ZSTD_c_compressionLevel: level, ZSTD_c_checksumFlag: checksum } = constants;
  const compressed = compression === "gzip"
    ? gzipSync(bytes, { level: gzipLevel, chunkSize })
    : zstdCompressSync(bytes, { params: { [level]: zstdLevel, [checksum]: 1 }, chunkSize });
  // A buffer of just its size; the one that zlib filled is not shared, being larger than those that Buffer pools.
  const piece = new Uint8Array(compressed);
  if (compressed.buffer.byteLength >= chunkSize) release(compressed.buffer as ArrayBuffer);
  return piece;
}

/** How a file name of the format ends: `.gz` or `.zst`. */
export function extensionOf(compression: Compression): string {
  return compression === "gzip" ? ".gz" : ".zst";
}
