/**
 * The folder where logs lie, compressed, until they are sent: one file a log, and nothing of their uncompressed size.
 * Small logs are read and written here; for large ones workers are started, which do it beside each other. Knows
 * threads and files; must not know which logs there are or where they go to.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { type LogReport, readLog } from "../kubernetes/logs.ts";
import { createMasker } from "../secrets/mask.ts";
import { type Compression, pieceBytes } from "../streams/compression.ts";
import { fileSource, type Source } from "../streams/source.ts";
import { TasksmithError } from "../terminal/error.ts";
import {
  type ClusterChoice,
  type FromWorker,
  type LogChoice,
  type ToWorker,
  workerName,
  workerUrl,
} from "./spool-worker.ts";
import { writeLog, type WrittenLog } from "./write-log.ts";

/** How a spool is set up. */
export interface SpoolOptions {
  /** Where logs are read from. */
  readonly cluster: Cluster;
  /** How that cluster was found: each worker connects on its own. */
  readonly choice: ClusterChoice;
  /** A folder that exists; the spool makes one of its own in it. @default the system's for temporary files */
  readonly folder?: string | undefined;
  /** Format of the files. */
  readonly compression: Compression;
  /** Exact values to mask beside what the rules find. @default none */
  readonly values?: readonly string[];
  /** Threads for large logs. @default the processors there are, at most 4 */
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
   * Reads a log into the spool. Several at once are welcome. What cannot be had of it is told in the report.
   * @throws the signal's reason; {@link TasksmithError} `record/spool` when it cannot be written (the disk is full)
   */
  read(
    which: LogChoice,
    signal?: AbortSignal,
  ): Promise<{ readonly spooled: SpooledLog; readonly report: LogReport }>;
  /** No log comes any more: gives the memory of the workers back. */
  complete(): void;
  /** Removes the files. */
  close(): Promise<void>;
}

/** Makes a spool. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { cluster, folder, compression, values = [] } = options;
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
  const chooseWorker = (): SpoolWorker => {
    const idle = workers.find((worker) => worker.busy === 0);
    if (idle !== undefined) return idle;
    if (workers.length === most) return workers.reduce((a, b) => b.busy < a.busy ? b : a);
    const worker = new SpoolWorker({ kind: "setup", cluster: options.choice, compression, values });
    workers.push(worker);
    return worker;
  };
  return {
    async read(which, signal) {
      signal?.throwIfAborted();
      const path = `${own}/${next++}`;
      const { stream, report } = readLog(cluster, { ...which, signal });
      const small = await readSmall(stream, pieceBytes);
      const { written, ...rest } = small === undefined
        ? await chooseWorker().read(which, path, signal)
        : { written: await write(small), report: await report };
      const { compressedBytes, ...log } = written;
      return { spooled: { ...log, content: fileSource(path, compressedBytes) }, report: rest.report };

      async function write(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<WrittenLog> {
        try {
          return await writeLog(streamOf(chunks), { path, masker, compression });
        } catch (error) {
          throw spoolError(`write ${path}`, error);
        }
      }
    },
    complete,
    async close() {
      complete();
      // What cannot be removed is no reason to fail after everything is done.
      await Deno.remove(own, { recursive: true }).catch(() => {});
    },
  };
}

/** All chunks of a stream; undefined, and the stream is cancelled, when it has so many bytes or more. */
async function readSmall(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    // A worker reads it again from its beginning: cheaper than handing everything over.
    if (size >= bytes) return undefined;
  }
  return chunks;
}

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

interface Answer {
  readonly written: WrittenLog;
  readonly report: LogReport;
}

/** A worker as seen from here. */
class SpoolWorker {
  readonly #worker: Worker;
  readonly #logs = new Map<number, PromiseWithResolvers<Answer>>();
  #next = 0;
  #failure: TasksmithError | undefined;

  constructor(setup: ToWorker) {
    this.#worker = new Worker(workerUrl, { type: "module", name: workerName });
    this.#worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
      const log = this.#logs.get(message.log);
      if (message.kind === "written") log?.resolve(message);
      else log?.reject(spoolError("write a log", message.message));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = spoolError("start a thread that reads logs", event.message);
      for (const log of this.#logs.values()) log.reject(this.#failure);
    };
    this.#send(setup);
  }

  /** Logs it has in hand. */
  get busy(): number {
    return this.#logs.size;
  }

  end(): void {
    this.#worker.terminate();
  }

  async read(which: LogChoice, path: string, signal: AbortSignal | undefined): Promise<Answer> {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const log = this.#next++;
    const answer = Promise.withResolvers<Answer>();
    const abort = () => answer.reject(signal?.reason);
    this.#logs.set(log, answer);
    signal?.addEventListener("abort", abort, { once: true });
    this.#send({ kind: "read", log, which, path });
    try {
      return await answer.promise;
    } catch (error) {
      this.#send({ kind: "drop", log });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#logs.delete(log);
    }
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
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
