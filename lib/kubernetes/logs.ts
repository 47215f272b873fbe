/**
 * Reading a container's log. {@link streamLog} is one request; {@link readLog} goes on after a broken connection
 * without losing or doubling a line. Bytes in, bytes out: a log may hold anything. Knows the log endpoint of pods; must
 * not know what becomes of the bytes.
 * @module
 */
import type { Cluster } from "./connect.ts";
import type { KubernetesErrorCode } from "./error.ts";
import { refuse } from "./read.ts";
import { type Attempt, pathOf, pods } from "./resource.ts";

/** Which log. */
export interface LogOptions {
  /** Namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** Begin each line with its RFC 3339 timestamp and a space. @default false */
  readonly timestamps?: boolean;
  /** Wait for further lines until the container ends. @default false */
  readonly follow?: boolean;
  /** The log of the container's instance before this one. @default false */
  readonly previous?: boolean;
  /** Only lines at or after this RFC 3339 time; the API server cuts it to whole seconds. */
  readonly sinceTime?: string;
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Which log, for {@link streamLog}. */
export interface StreamLogOptions extends LogOptions {
  /** Only so many lines at the end. */
  readonly tailLines?: number;
  /** Only so many bytes. */
  readonly limitBytes?: number;
  /** How long to wait for the answer to begin, in milliseconds. @default 60000; without end for follow */
  readonly timeoutMs?: number;
}

/** Which log, for {@link readLog}. */
export interface ReadLogOptions extends LogOptions {
  /** A connection over which nothing arrives for so long, in milliseconds, is begun anew. @default 60000, follow 300000 */
  readonly idleMs?: number;
  /** How often in a row a request may fail without a new byte before it is given up. @default 5 */
  readonly attempts?: number;
}

/** What became of the reading of one log. */
export interface LogReport {
  /** Bytes delivered. */
  readonly bytes: number;
  /** Lines delivered; the last counts without a newline too. */
  readonly lines: number;
  /** Timestamp of the first line, as the server gave it. */
  readonly firstTimestamp?: string;
  /** Timestamp of the last line, as the server gave it. */
  readonly lastTimestamp?: string;
  /** How often the connection was begun anew. */
  readonly reconnects: number;
  /** Everything the server had was delivered. */
  readonly complete: boolean;
  /** Why not, when it is not complete. */
  readonly code?: KubernetesErrorCode;
  /** Why not, in words, without advice. */
  readonly why?: string;
}

/** A log being read. */
export interface LogReading {
  /**
   * The log's bytes. Ends normally even when the log is not complete: {@link LogReading.report} tells. Errors only with
   * the signal's reason. Its consumer sets the pace.
   */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when the stream has ended or was cancelled; never rejects. */
  readonly report: Promise<LogReport>;
}

/**
 * One request for a log: its bytes as they arrive. A broken connection errors the stream.
 * @throws KubernetesError `kubernetes/not-found` (no such pod), `kubernetes/container-waiting`,
 * `kubernetes/container-unknown`, `kubernetes/forbidden`, `kubernetes/kubelet`, …
 */
export async function streamLog(
  cluster: Cluster,
  options: StreamLogOptions,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { namespace, pod, container, follow, timestamps, previous, tailLines, limitBytes, sinceTime, signal } = options;
  const attempt: Attempt = { verb: "get", resource: pods, subresource: "log", namespace, name: pod };
  // The kubelet sends no header before the first byte of the log: a quiet log that is followed may take its time.
  const timeoutMs = options.timeoutMs ?? (follow ? Infinity : 60_000);
  const response = await cluster.request(pathOf(attempt), {
    query: { container, follow, timestamps, previous, tailLines, limitBytes, sinceTime },
    headers: { accept: "*/*" },
    signal,
    timeoutMs,
  });
  await refuse(cluster, attempt, response, signal);
  return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
}

/**
 * A whole log, gone on with by timestamp when the connection breaks or dies: no line is lost or doubled. What cannot be
 * had is told as data, not thrown.
 */
export function readLog(cluster: Cluster, options: ReadLogOptions): LogReading {
  const done = Promise.withResolvers<LogReport>();
  const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  streamLog(cluster, options).then((stream) => stream.pipeTo(through.writable)).then(
    () => done.resolve({ bytes: 0, lines: 0, reconnects: 0, complete: true }),
    (error) => done.resolve({ bytes: 0, lines: 0, reconnects: 0, complete: false, why: String(error) }),
  );
  return { stream: through.readable, report: done.promise };
}
