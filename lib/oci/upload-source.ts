/**
 * How a source is read for an upload: as a stream from an offset, or in pieces that can be sent again. Knows sources and
 * what to say when one is shorter than it claims; nothing of requests.
 * @module
 */
import type { Source } from "../streams/source.ts";
import { OciError } from "./error.ts";

/** The source from an offset to its end, and an error in the stream when it ends before. */
export function streamFrom(source: Source, offset: number, doing: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = offset;
  return source.open(offset).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        position += chunk.length;
        controller.enqueue(chunk);
      },
      flush() {
        if (position < source.size) throw tooShort(doing, position, source.size);
      },
    }),
  );
}

/** Pieces of a source, at whichever offset is asked for; sequential reading opens it only once. */
export class Pieces {
  readonly #source: Source;
  readonly #doing: string;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array();
  #piece: Uint8Array<ArrayBuffer> = new Uint8Array();
  #start = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  #next = 0;

  /** Opens nothing yet. */
  constructor(source: Source, doing: string) {
    this.#source = source;
    this.#doing = doing;
  }

  /** Up to `length` bytes from `offset`; valid until the next call. */
  async at(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { size } = this.#source;
    const wanted = Math.min(length, size - offset);
    const within = offset - this.#start;
    if (within >= 0 && within + wanted <= this.#piece.length) return this.#piece.subarray(within, within + wanted);
    if (this.#reader === undefined || offset !== this.#next) {
      await this.close();
      this.#reader = this.#source.open(offset).getReader();
      this.#rest = new Uint8Array();
    }
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(wanted);
    for (let filled = 0; filled < wanted;) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw tooShort(this.#doing, offset + filled, size);
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, wanted - filled);
      this.#buffer.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#start = offset;
    this.#next = offset + wanted;
    return this.#piece = this.#buffer.subarray(0, wanted);
  }

  /** After a failed request, which may still be reading it, the memory is not written to again. */
  renew(): void {
    this.#buffer = new Uint8Array();
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.cancel().catch(() => {});
  }
}

function tooShort(doing: string, ended: number, size: number): OciError {
  return new OciError({
    code: "oci/digest-mismatch",
    doing,
    why: `the content ended after ${ended} of ${size} bytes`,
    advice: "make sure that nothing changes it while it is pushed",
  });
}
