/**
 * Reading a container's log. {@link streamLog} is one request; {@link readLog} goes on after a broken connection
 * without losing or doubling a line. Bytes in, bytes out: a log may hold anything. Knows the log endpoint of pods; must
 * not know what becomes of the bytes.
 * @module
 */
import { sleep } from "../streams/retry.ts";
import { chunks } from "./body.ts";
import type { Cluster } from "./connect.ts";
import { KubernetesError, type KubernetesErrorCode } from "./error.ts";
import { LogCursor, type Pass } from "./log-cursor.ts";
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
  /** The longest wait before a request is sent again, in milliseconds. @default 10000 */
  readonly maxBackoffMs?: number;
  /**
   * When the answer has ended, ask for the log's last line: an API server that lost the node in the middle ends its
   * answer as if it were whole. @default true
   */
  readonly confirmEnd?: boolean;
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
  /** The last line delivered is the last line that the node has, or the log was read twice to the same end. */
  readonly confirmed: boolean;
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
  const { follow, signal } = options;
  // The kubelet sends no header before the first byte of the log: a quiet log that is followed may take its time.
  const timeoutMs = options.timeoutMs ?? (follow ? Infinity : 60_000);
  const response = await requestLog(cluster, options, timeoutMs, signal);
  return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
}

async function requestLog(
  cluster: Cluster,
  options: StreamLogOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const { container, follow, timestamps, previous, tailLines, limitBytes, sinceTime } = options;
  const attempt = attemptOf(options);
  const response = await cluster.request(pathOf(attempt), {
    query: { container, follow, timestamps, previous, tailLines, limitBytes, sinceTime },
    headers: { accept: "*/*" },
    signal,
    timeoutMs,
  });
  await refuse(cluster, attempt, response, signal);
  return response;
}

function attemptOf(options: LogOptions): Attempt {
  const { namespace, pod } = options;
  return { verb: "get", resource: pods, subresource: "log", namespace, name: pod };
}

/**
 * A whole log, gone on with by timestamp when the connection breaks or dies: no line is lost or doubled. What cannot be
 * had is told as data, not thrown. Of a container that still writes, it is read until its last line is reached.
 *
 * The kubelet's log has a time for each line, in nanoseconds. After a break the log is asked for again from a second
 * before the last line's time (the API knows whole seconds, and two streams of one container may be out of order by
 * less), and everything up to that line, or up to that byte of it, is left out.
 */
export function readLog(cluster: Cluster, options: ReadLogOptions): LogReading {
  const { promise: report, resolve } = Promise.withResolvers<LogReport>();
  const cancelled = new AbortController();
  const signal = options.signal === undefined ? cancelled.signal : AbortSignal.any([options.signal, cancelled.signal]);
  const reading = new Reading(cluster, options, signal);
  const pieces = reading.pieces();
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
        resolve(reading.report(value));
        controller.close();
      } catch (error) {
        resolve(reading.report({ why: "the reading was ended" }));
        controller.error(error);
      }
    },
    async cancel() {
      cancelled.abort();
      await pieces.return(undefined).catch(() => {});
      resolve(reading.report({ why: "the reading was ended" }));
    },
  }, { highWaterMark: 0 });
  return { stream, report };
}

/** Why a reading is not complete; undefined: it is. */
type Shortfall = { readonly code?: KubernetesErrorCode; readonly why: string } | undefined;

/** One log being read, over as many requests as it takes. */
class Reading {
  readonly #cluster: Cluster;
  readonly #options: ReadLogOptions;
  readonly #signal: AbortSignal;
  readonly #cursor: LogCursor;
  #reconnects = 0;
  #confirmed = false;
  /** Set when lines may have been lost between two requests. */
  #rotatedAfter: string | undefined;

  constructor(cluster: Cluster, options: ReadLogOptions, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#options = options;
    this.#signal = signal;
    this.#cursor = new LogCursor(options.timestamps ?? false);
  }

  report(shortfall: Shortfall): LogReport {
    const { bytes, lines, firstTimestamp, lastTimestamp } = this.#cursor;
    return {
      bytes,
      lines,
      ...(firstTimestamp === undefined ? {} : { firstTimestamp }),
      ...(lastTimestamp === undefined ? {} : { lastTimestamp }),
      reconnects: this.#reconnects,
      complete: shortfall === undefined,
      confirmed: shortfall === undefined && this.#confirmed,
      ...shortfall,
    };
  }

  /** The log's bytes; returns what is missing. Throws the signal's reason only. */
  async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, Shortfall> {
    const { attempts = 5, maxBackoffMs = 10_000, follow = false, confirmEnd = true } = this.#options;
    const cursor = this.#cursor;
    let pass: Pass = "first";
    for (let failures = 0;;) {
      const before = cursor.bytes;
      try {
        yield* this.#onePass(pass);
        if (cursor.lost) {
          this.#rotatedAfter ??= cursor.lastTimestamp;
          pass = "after";
          continue;
        }
        const twice = pass !== "first" && cursor.bytes === before;
        if (twice || !confirmEnd || !(await this.#hasMore())) {
          this.#confirmed ||= twice;
          return this.#shortfall();
        }
        // There is more: the answer was cut off, or the container has written meanwhile.
        failures = 0;
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof KubernetesError)) return { why: error instanceof Error ? error.message : String(error) };
        if (cursor.bytes > before) failures = 0;
        // A log that is followed may be quiet: asking again is no failure of anybody.
        if (!(follow && error.code === "kubernetes/timeout")) failures++;
        if (error.retry === undefined || failures >= attempts) return { code: error.code, why: error.why };
        const backoff = Math.min(maxBackoffMs, 250 * 2 ** failures) * (0.5 + Math.random() / 2);
        await sleep(Math.min(maxBackoffMs, Math.max(backoff, error.retry.afterMs ?? 0)), this.#signal);
      }
      pass = cursor.nextPass;
      this.#reconnects++;
    }
  }

  async *#onePass(pass: Pass): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const { follow = false, sinceTime } = this.#options;
    const idleMs = this.#options.idleMs ?? (follow ? 300_000 : 60_000);
    const cursor = this.#cursor;
    const ready: Uint8Array<ArrayBuffer>[] = [];
    const emit = (bytes: Uint8Array<ArrayBuffer>) => void ready.push(bytes);
    const since = pass === "first" || pass === "count" ? sinceTime : secondBefore(cursor.lastTimestamp) ?? sinceTime;
    const { sinceTime: _, ...rest } = this.#options;
    const query = { ...rest, timestamps: true, ...(since === undefined ? {} : { sinceTime: since }) };
    const response = await requestLog(this.#cluster, query, idleMs, this.#signal);
    const { server } = this.#cluster;
    const doing = `read the log of container ${rest.container} of pod ${rest.namespace}/${rest.pod}`;
    cursor.begin(pass, emit);
    for await (const chunk of chunks(response, { doing, server, idleMs, signal: this.#signal })) {
      cursor.take(chunk, emit);
      yield* ready;
      ready.length = 0;
      if (cursor.beyond) return;
    }
    cursor.end(emit);
    yield* ready;
  }

  /** Asks for the last line's time. What cannot be asked is not confirmed, and is no reason to read again. */
  async #hasMore(): Promise<boolean> {
    const { lastTimestamp, bytes } = this.#cursor;
    if (lastTimestamp === undefined && bytes > 0) return false;
    const { namespace, pod, container, previous = false } = this.#options;
    const which = { namespace, pod, container, previous, timestamps: true, tailLines: 1, limitBytes: 40 };
    let text = "";
    try {
      const response = await requestLog(this.#cluster, which, 30_000, this.#signal);
      const options = { doing: "", server: this.#cluster.server, idleMs: 30_000, signal: this.#signal };
      const decoder = new TextDecoder();
      for await (const chunk of chunks(response, options)) {
        text += decoder.decode(chunk, { stream: true });
        // Enough for a timestamp, should the server not know limitBytes.
        if (text.length >= 40) break;
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof KubernetesError) return false;
      throw error;
    }
    const newest = /^(\d{4}-\d\d-\d\dT\S+) /.exec(text)?.[1];
    const more = newest !== undefined && newest !== lastTimestamp &&
      (lastTimestamp === undefined || newest.length !== lastTimestamp.length || newest > lastTimestamp) &&
      (this.#options.sinceTime === undefined || Date.parse(newest) >= Date.parse(this.#options.sinceTime));
    this.#confirmed = !more;
    return more;
  }

  /** What is missing of a log whose end was reached. */
  #shortfall(): Shortfall {
    const { unstamped, unstampedText, lastTimestamp } = this.#cursor;
    const said = new TextDecoder().decode(unstampedText).split("\n")[0] ?? "";
    // With timestamps asked for, a line without one is the kubelet's: why it could not go on.
    if (unstamped > 0 && (lastTimestamp !== undefined || /^(unable to|failed to|error) /i.test(said))) {
      return { code: "kubernetes/kubelet", why: `the node's kubelet wrote: ${said}` };
    }
    if (this.#rotatedAfter === undefined) return undefined;
    const why = `the log was rotated while it was read: lines after ${this.#rotatedAfter} may be missing`;
    return { code: "kubernetes/rotated", why };
  }
}

/** The whole second that ended a second or more before an RFC 3339 time; undefined for anything else. */
function secondBefore(timestamp: string | undefined): string | undefined {
  const at = timestamp === undefined ? NaN : Date.parse(timestamp);
  if (Number.isNaN(at)) return undefined;
  return new Date(Math.floor(at / 1000) * 1000 - 1000).toISOString().replace(".000Z", "Z");
}
