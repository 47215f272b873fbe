/**
 * The worker's side of the spool: reads, masks and compresses logs on a thread of its own, because all of that keeps a
 * thread busy. Knows the messages between the two sides; {@link ./spool.ts} is the other one.
 *
 * A worker is started on this module's own URL. In the repository that is this file; in a Task's script, where
 * everything is one file, it is the whole script, which then runs a second time: hence what a script does at its top
 * level must first make sure that it is not {@link inWorker}.
 * @module
 */
import { type Cluster, connect, type ConnectOptions } from "../kubernetes/connect.ts";
import { type LogOptions, type LogReport, readLog } from "../kubernetes/logs.ts";
import { createMasker, type Masker } from "../secrets/mask.ts";
import type { Compression } from "../streams/compression.ts";
import { writeLog, type WrittenLog } from "./write-log.ts";

/** The URL to start a worker on. */
export const workerUrl: string = import.meta.url;

/** The worker's name, by which it knows that it is one. */
export const workerName = "tasksmith-spool";

/** How a cluster is found, as far as it can be told to another thread. */
export type ClusterChoice = Pick<ConnectOptions, "kubeconfig" | "context" | "serviceAccountDir">;

/** Which log. */
export type LogChoice = Omit<LogOptions, "signal" | "follow">;

/** What the worker is sent. Each log has a number. */
export type ToWorker =
  | {
    readonly kind: "setup";
    readonly cluster: ClusterChoice;
    readonly compression: Compression;
    readonly values: readonly string[];
  }
  | { readonly kind: "read"; readonly log: number; readonly which: LogChoice; readonly path: string }
  /** Nobody wants the log any more. */
  | { readonly kind: "drop"; readonly log: number };

/** What the worker sends. */
export type FromWorker =
  | { readonly kind: "written"; readonly log: number; readonly written: WrittenLog; readonly report: LogReport }
  | { readonly kind: "failed"; readonly log: number; readonly message: string };

/** The parts of a worker's global scope that are used. */
interface WorkerScope {
  readonly name?: string;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** Whether this module runs in a worker that {@link ./spool.ts} has started. */
export function inWorker(): boolean {
  return "WorkerGlobalScope" in globalThis && (globalThis as { readonly name?: string }).name === workerName;
}

function serve(scope: WorkerScope): void {
  let cluster: Promise<Cluster> | undefined;
  let masker: Masker | undefined;
  let compression: Compression = "gzip";
  const reading = new Map<number, AbortController>();
  const read = async (log: number, which: LogChoice, path: string): Promise<FromWorker> => {
    if (cluster === undefined || masker === undefined) throw new Error("a log came before the setup");
    const controller = new AbortController();
    reading.set(log, controller);
    try {
      const { stream, report } = readLog(await cluster, { ...which, signal: controller.signal });
      const written = await writeLog(stream, { path, masker, compression });
      return { kind: "written", log, written, report: await report };
    } finally {
      reading.delete(log);
    }
  };
  scope.onmessage = ({ data: message }) => {
    switch (message.kind) {
      case "setup":
        compression = message.compression;
        masker = createMasker({ values: message.values });
        cluster = connect(message.cluster);
        // Whoever reads a log hears of it.
        cluster.catch(() => {});
        break;
      case "read":
        read(message.log, message.which, message.path)
          .catch((error): FromWorker => ({ kind: "failed", log: message.log, message: String(error) }))
          .then((answer) => scope.postMessage(answer));
        break;
      case "drop":
        reading.get(message.log)?.abort(new Error("nobody wants the log any more"));
    }
  };
}

if (inWorker()) serve(globalThis as typeof globalThis & WorkerScope);
