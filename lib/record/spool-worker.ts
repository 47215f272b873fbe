/**
 * The worker's side of the spool: masks and compresses logs on a thread of its own, because both keep a thread busy.
 * Knows the messages between the two sides; {@link ./spool.ts} is the other one.
 *
 * A worker is started on this module's own URL. In the repository that is this file; in a Task's script, where
 * everything is one file, it is the whole script, which then runs a second time: hence what a script does at its top
 * level must first make sure that it is not {@link inWorker}.
 * @module
 */
import { createMasker } from "../secrets/mask.ts";
import type { Compression } from "../streams/compression.ts";
import { release } from "../streams/release.ts";
import { writeLog, type WrittenLog } from "./write-log.ts";

/** The URL to start a worker on. */
export const workerUrl: string = import.meta.url;

/** The worker's name, by which it knows that it is one. */
export const workerName = "tasksmith-spool";

/** What the worker is sent. Each log has a number. */
export type ToWorker =
  | { readonly kind: "setup"; readonly compression: Compression; readonly values: readonly string[] }
  | { readonly kind: "open"; readonly log: number; readonly path: string }
  /** An answer to `pull`; the last block may be empty. */
  | { readonly kind: "block"; readonly log: number; readonly block: Uint8Array<ArrayBuffer>; readonly last: boolean }
  /** Nobody wants the log any more. */
  | { readonly kind: "drop"; readonly log: number };

/** What the worker sends. */
export type FromWorker =
  /** It can take more of a log, and gives the memory of an earlier block back. */
  | { readonly kind: "pull"; readonly log: number; readonly spare: ArrayBuffer | undefined }
  | { readonly kind: "written"; readonly log: number; readonly written: WrittenLog }
  | { readonly kind: "failed"; readonly log: number; readonly message: string };

/** The parts of a worker's global scope that are used. */
interface WorkerScope {
  readonly name?: string;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: readonly Transferable[]): void;
}

/** Whether this module runs in a worker that {@link ./spool.ts} has started. */
export function inWorker(): boolean {
  return "WorkerGlobalScope" in globalThis && (globalThis as { readonly name?: string }).name === workerName;
}

/** A log as it comes in. */
class Incoming {
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  /** Buffers that were handed on, and may still be looked at. */
  readonly #recent: ArrayBuffer[] = [];
  readonly #ask: (spare: ArrayBuffer | undefined) => void;
  #asked = false;
  #ended = false;
  #failure: Error | undefined;
  #wake = () => {};

  constructor(ask: (spare: ArrayBuffer | undefined) => void) {
    this.#ask = ask;
  }

  /** Its bytes. With nothing queued in between, whoever reads a chunk is done with the one before the one before. */
  readonly stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      while (this.#queue.length === 0 && !this.#ended && this.#failure === undefined) {
        this.#askOnce();
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      if (this.#failure !== undefined) throw this.#failure;
      const block = this.#queue.shift();
      if (block === undefined) return controller.close();
      controller.enqueue(block);
      this.#recent.push(block.buffer);
      // The next one may be on its way meanwhile.
      if (this.#queue.length === 0 && !this.#ended) this.#askOnce();
    },
  }, { highWaterMark: 0 });

  take(block: Uint8Array<ArrayBuffer>, last: boolean): void {
    this.#asked = false;
    this.#ended = last;
    if (block.length > 0) this.#queue.push(block);
    this.#wake();
  }

  /** Gives memory back; nobody reads the stream any more. */
  release(): void {
    for (const buffer of this.#recent) release(buffer);
  }

  drop(): void {
    this.#failure = new Error("nobody wants the log any more");
    this.#wake();
  }

  #askOnce(): void {
    if (this.#asked) return;
    this.#asked = true;
    const spare = this.#recent.length > 3 ? this.#recent.shift() : undefined;
    // The masker hands on the very first block as it is, and with it its memory, which is free by now.
    this.#ask(spare?.detached ? undefined : spare);
  }
}

function serve(scope: WorkerScope): void {
  let masker = createMasker();
  let compression: Compression = "gzip";
  const logs = new Map<number, Incoming>();
  scope.onmessage = ({ data: message }) => {
    if (message.kind === "setup") {
      compression = message.compression;
      masker = createMasker({ values: message.values });
      return;
    }
    const { log } = message;
    if (message.kind === "open") {
      const incoming = new Incoming((spare) =>
        scope.postMessage({ kind: "pull", log, spare }, spare === undefined ? [] : [spare])
      );
      logs.set(log, incoming);
      writeLog(incoming.stream, { path: message.path, masker, compression }).then(
        (written) => scope.postMessage({ kind: "written", log, written }),
        (error) => scope.postMessage({ kind: "failed", log, message: String(error) }),
      ).finally(() => {
        logs.delete(log);
        incoming.release();
      });
    } else if (message.kind === "block") {
      logs.get(log)?.take(message.block, message.last);
    } else {
      logs.get(log)?.drop();
    }
  };
}

if (inWorker()) serve(globalThis as typeof globalThis & WorkerScope);
