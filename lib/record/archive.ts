/**
 * An archive put together from pieces that are compressed already: headers, contents and paddings of a tar, each a
 * gzip member or zstd frame of its own, one after the other. Nothing is compressed twice, and the archive is never
 * written to disk: it is a source that reads the pieces where they lie. Knows tar and compression; nothing of logs.
 * @module
 */
import { type Compression, compressPiece } from "../streams/compression.ts";
import { digestOf } from "../streams/digest.ts";
import { bytesSource, concatSource, type Source } from "../streams/source.ts";
import { tarEnd, tarHeader, tarPadding } from "../streams/tar.ts";

/** A file of the archive. */
export interface ArchiveFile {
  /** Path, as `tarPath` makes them. */
  readonly path: string;
  /** Bytes of the content before compression. */
  readonly bytes: number;
  /** The content, compressed as the archive is. */
  readonly content: Source;
  /** Time of last change. */
  readonly mtime?: Date | undefined;
}

/** An archive. */
export interface Archive {
  /** Its bytes. */
  readonly source: Source;
  /** `sha256:` and the SHA-256 of its bytes. */
  readonly digest: string;
}

/** A file of the archive from bytes in memory. */
export function memoryFile(
  path: string,
  content: string,
  compression: Compression,
  mtime?: Date | undefined,
): ArchiveFile {
  const bytes = new TextEncoder().encode(content);
  return { path, bytes: bytes.length, content: bytesSource(compressPiece(bytes, compression)), mtime };
}

/** The archive of these files, in this order. Their contents are read once here, compressed, for the digest. */
export async function archiveOf(files: readonly ArchiveFile[], compression: Compression): Promise<Archive> {
  const pieces: Source[] = [];
  let before: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (const { path, bytes: size, content, mtime } of files) {
    pieces.push(piece([before, tarHeader({ path, size, mtime })], compression), content);
    before = tarPadding(size);
  }
  pieces.push(piece([before, tarEnd], compression));
  const source = concatSource(pieces);
  const { digest } = await digestOf(source.open());
  return { source, digest };
}

function piece(parts: readonly Uint8Array<ArrayBuffer>[], compression: Compression): Source {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytesSource(compressPiece(bytes, compression));
}
