/**
 * The folder where logs lie, compressed, until they are sent: one file a log, and nothing of their uncompressed size.
 * Small logs are written at once; for large ones workers are started, which mask and compress beside each other. Knows
 * threads and files; must not know where logs come from or go to.
 * @module
 */
import { createMasker } from "../secrets/mask.ts";
import { type Compression, pieceBytes } from "../streams/compression.ts";
import { release } from "../streams/release.ts";
import { fileSource, type Source } from "../streams/source.ts";
import { TasksmithError } from "../terminal/error.ts";
import { type FromWorker, type ToWorker, workerName, workerUrl } from "./spool-worker.ts";
import { writeLog, type WrittenLog } from "./write-log.ts";

/** How a spool is set up. */
export interface SpoolOptions {
  /** A folder that exists; the spool makes one of its own in it. @default the system's for temporary files */
  readonly folder?: string | undefined;
  /** Format of the files. */
  readonly compression: Compression;
  /** Exact values to mask beside what the rules find. @default none */
  readonly values?: readonly string[];
  /** Threads that mask and compress large logs. @default the processors there are, at most 4 */
  readonly workers?: number;
}

/** A log in the spool. */
export interface SpooledLog extends Omit<WrittenLog, "compressedBytes"> {
  /** Its compressed bytes, until the spool is closed. */
  readonly content: Source;
}

/** Where logs lie until they are sent. */
export interface Spool {
  /**
   * Takes a log in. Several at once are welcome. The stream's chunks are given away with it: their memory is freed
   * when they have been copied.
   * @throws what the stream fails with; the signal's reason; {@link TasksmithError} `record/spool` when it cannot be
   * written (the disk is full)
   */
  add(stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal?: AbortSignal): Promise<SpooledLog>;
  /** No log comes any more: gives the memory of the workers back. */
  complete(): void;
  /** Removes the files. */
  close(): Promise<void>;
}

/** Makes a spool. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, compression, values = [] } = options;
  const most = options.workers ?? Math.max(1, Math.min(4, navigator.hardwareConcurrency));
  const own = await Deno.makeTempDir({ prefix: "logs-", ...folder !== undefined && { dir: folder } }).catch((error) => {
    throw spoolError(`make a folder in ${folder ?? "the system's folder for temporary files"}`, error);
  });
  const masker = createMasker({ values });
  const workers: SpoolWorker[] = [];
  let next = 0;
  const complete = () => {
    for (const worker of workers.splice(0)) worker.end();
  };
  return {
    async add(stream, signal) {
      signal?.throwIfAborted();
      const path = `${own}/${next++}`;
      const blocks = new Blocks(stream);
      let written: WrittenLog;
      try {
        const first = await blocks.next();
        if (first.length < pieceBytes) {
          written = await writeLog(streamOf(first), { path, masker, compression }).catch((error) => {
            throw spoolError(`write ${path}`, error);
          });
        } else {
          let worker = workers.find((worker) => worker.busy === 0);
          if (worker === undefined && workers.length < most) {
            workers.push(worker = new SpoolWorker(compression, values));
          }
          worker ??= workers.reduce((a, b) => b.busy < a.busy ? b : a);
          written = await worker.write(path, first, blocks, signal);
        }
      } catch (error) {
        await blocks.cancel(error);
        throw error;
      } finally {
        blocks.release();
      }
      const { compressedBytes, ...rest } = written;
      return { ...rest, content: fileSource(path, compressedBytes) };
    },
    complete,
    async close() {
      complete();
      // What cannot be removed is no reason to fail after everything is done.
      await Deno.remove(own, { recursive: true }).catch(() => {});
    },
  };
}

/** A stream in blocks that are worth a message to another thread. */
class Blocks {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  /** What did not fit into the block before. */
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** Buffers of chunks that were copied; the next chunk may be another part of the last one. */
  readonly #copied: ArrayBuffer[] = [];

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  /** The next `pieceBytes` bytes; fewer, or none, at the end. @param spare memory for them */
  async next(spare?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
    const block = new Uint8Array(spare ?? new ArrayBuffer(pieceBytes));
    let filled = 0;
    while (filled < block.length) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#take(value);
      }
      const part = this.#rest.subarray(0, block.length - filled);
      block.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return filled === block.length ? block : block.subarray(0, filled);
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => {});
  }

  /** Gives memory back; the stream has ended. */
  release(): void {
    for (const buffer of this.#copied) release(buffer);
  }

  #take(chunk: Uint8Array<ArrayBuffer>): void {
    this.#rest = chunk;
    if (this.#copied.at(-1) === chunk.buffer) return;
    this.#copied.push(chunk.buffer);
    if (this.#copied.length > 2) release(this.#copied.shift()!);
  }
}

function streamOf(block: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      if (block.length > 0) controller.enqueue(block);
      controller.close();
    },
  });
}

interface Writing {
  readonly pull: (spare: ArrayBuffer | undefined) => void;
  readonly resolve: (written: WrittenLog) => void;
  readonly reject: (error: unknown) => void;
}

/** A worker as seen from here. */
class SpoolWorker {
  readonly #worker: Worker;
  readonly #logs = new Map<number, Writing>();
  #next = 0;
  #failure: TasksmithError | undefined;

  constructor(compression: Compression, values: readonly string[]) {
    this.#worker = new Worker(workerUrl, { type: "module", name: workerName });
    this.#worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
      const log = this.#logs.get(message.log);
      if (message.kind === "pull") log?.pull(message.spare);
      else if (message.kind === "written") log?.resolve(message.written);
      else log?.reject(spoolError("write a log", message.message));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = spoolError("start a thread that compresses logs", event.message);
      for (const log of this.#logs.values()) log.reject(this.#failure);
    };
    this.#send({ kind: "setup", compression, values });
  }

  /** Logs it has in hand. */
  get busy(): number {
    return this.#logs.size;
  }

  end(): void {
    this.#worker.terminate();
  }

  /** Writes a block, and those that follow, to a file. The worker sets the pace. */
  async write(
    path: string,
    first: Uint8Array<ArrayBuffer>,
    blocks: Blocks,
    signal: AbortSignal | undefined,
  ): Promise<WrittenLog> {
    if (this.#failure !== undefined) throw this.#failure;
    const log = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<WrittenLog>();
    let ready: Uint8Array<ArrayBuffer> | undefined = first;
    const answer = async (spare: ArrayBuffer | undefined) => {
      const block = ready ?? await blocks.next(spare);
      ready = undefined;
      this.#send({ kind: "block", log, block, last: block.length < pieceBytes });
    };
    this.#logs.set(log, { pull: (spare) => void answer(spare).catch(reject), resolve, reject });
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#send({ kind: "open", log, path });
    try {
      return await promise;
    } catch (error) {
      this.#send({ kind: "drop", log });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#logs.delete(log);
    }
  }

  #send(message: ToWorker): void {
    // Blocks are handed over, not copied.
    this.#worker.postMessage(message, message.kind === "block" ? [message.block.buffer] : []);
  }
}

function spoolError(doing: string, cause: unknown): TasksmithError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TasksmithError({
    code: "record/spool",
    doing,
    why,
    advice: /space|ENOSPC|quota/i.test(why)
      ? "The disk is full: bind the workspace shared-data to a larger volume. Compressed logs need about a quarter of their size."
      : "Check that the folder can be written; the spool lies in the workspace shared-data or the scratch folder.",
    cause,
  });
}
