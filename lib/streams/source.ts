/**
 * Bytes of known size that can be read again from any offset: what an upload needs to go on after a broken
 * connection. Knows files and memory; knows nothing of who reads.
 * @module
 */
import { TasksmithError } from "../terminal/error.ts";

/** Bytes of known size, readable more than once. */
export interface Source {
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Reads from `offset` (bytes, default 0) to the end. Every call gives a stream of its own; nothing is opened before
   * the first read, and a cancelled stream releases what it holds.
   * @throws RangeError when the offset is negative or beyond the size
   */
  open(offset?: number): ReadableStream<Uint8Array<ArrayBuffer>>;
}

// Small, so that the memory of what was read before is taken back sooner: 68 MB resident instead of 113 for a large file.
const chunkBytes = 64 * 1024;

/** The offset, or an error that says why it is impossible. */
function checkOffset(offset: number, size: number): number {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
    throw new RangeError(`cannot read from offset ${offset}: the source has ${size} bytes`);
  }
  return offset;
}

/** A source over bytes in memory (or text, as UTF-8), which must not change afterwards. */
export function bytesSource(content: Uint8Array<ArrayBuffer> | string): Source {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    size: bytes.length,
    open(offset = 0) {
      let position = checkOffset(offset, bytes.length);
      return new ReadableStream({
        pull(controller) {
          if (position < bytes.length) {
            controller.enqueue(bytes.slice(position, position += Math.min(chunkBytes, bytes.length - position)));
          }
          if (position >= bytes.length) controller.close();
        },
      }, { highWaterMark: 0 });
    },
  };
}

/**
 * A source over the first `size` bytes of a file. A file that has grown since is cut there; one that has shrunk is an
 * error (`streams/short-file`) in the stream.
 */
export function fileSource(path: string, size: number): Source {
  return {
    size,
    open(offset = 0) {
      let position = checkOffset(offset, size);
      let file: Deno.FsFile | undefined;
      const close = () => {
        file?.close();
        file = undefined;
      };
      return new ReadableStream({
        async pull(controller) {
          try {
            if (position < size) {
              if (file === undefined) {
                file = await Deno.open(path, { read: true });
                await file.seek(position, Deno.SeekMode.Start);
              }
              const buffer = new Uint8Array(Math.min(chunkBytes, size - position));
              const count = await file.read(buffer);
              if (count === null) {
                throw new TasksmithError({
                  code: "streams/short-file",
                  doing: `read ${path}`,
                  why: `it ended after ${position} of ${size} bytes`,
                  advice: "the file was cut while it was being read; make sure that nothing else writes to it",
                });
              }
              position += count;
              controller.enqueue(count === buffer.length ? buffer : buffer.subarray(0, count));
            }
            if (position >= size) {
              close();
              controller.close();
            }
          } catch (error) {
            close();
            throw error;
          }
        },
        cancel: close,
      }, { highWaterMark: 0 });
    },
  };
}

/** Several sources one after the other, as one. */
export function concatSource(sources: readonly Source[]): Source {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  return {
    size,
    open(offset = 0) {
      let skip = checkOffset(offset, size);
      let index = 0;
      while (index < sources.length && skip >= sources[index]!.size) skip -= sources[index++]!.size;
      let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
      return new ReadableStream({
        async pull(controller) {
          while (true) {
            if (reader === undefined) {
              const source = sources[index];
              if (source === undefined) return controller.close();
              reader = source.open(skip).getReader();
              skip = 0;
            }
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            reader = undefined;
            index++;
          }
        },
        cancel: (reason) => reader?.cancel(reason),
      }, { highWaterMark: 0 });
    },
  };
}
