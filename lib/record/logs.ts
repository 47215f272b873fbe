/**
 * Collecting logs: each one that is planned is read into the spool, and what became of it is told.
 * Nothing is lost silently. Knows the order of reading and what a failed reading means; must not know archives.
 * @module
 */
import { KubernetesError, rbacRule } from "../kubernetes/error.ts";
import type { LogReport } from "../kubernetes/logs.ts";
import { pods } from "../kubernetes/resource.ts";
import { mapConcurrent } from "../streams/concurrency.ts";
import type { Logger } from "../terminal/log.ts";
import type { Missing, PlannedLog } from "./attempts.ts";
import { isBeginningGone } from "./rotation.ts";
import type { Spool, SpooledLog } from "./spool.ts";

/** What became of a planned log. */
export interface CollectedLog {
  /** What was planned. */
  readonly planned: PlannedLog;
  /** What there is of it; absent when there is nothing. */
  readonly spooled?: SpooledLog;
  /** Lines that were read; the last counts without a newline too. */
  readonly lines: number;
  /** Timestamp of the first line, as the kubelet wrote it. */
  readonly firstTimestamp?: string;
  /** Timestamp of the last line. */
  readonly lastTimestamp?: string;
  /** Why it is not there or not complete; absent when it is. */
  readonly missing?: Missing;
}

/** How logs are collected. */
export interface CollectOptions {
  /** Namespace of the pods. */
  readonly namespace: string;
  /** Where they go. */
  readonly spool: Spool;
  /** Each line begins with its timestamp. */
  readonly timestamps: boolean;
  /** How many are read at once. */
  readonly concurrency: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Hears of progress. */
  readonly log: Logger;
}

/**
 * Reads every planned log. A log that cannot be had is told as data.
 * @returns in the order of the plan
 * @throws KubernetesError when the server refuses all logs (`kubernetes/forbidden`, `kubernetes/unauthorized`);
 * TasksmithError when the spool cannot be written; the signal's reason
 */
export async function collectLogs(planned: readonly PlannedLog[], options: CollectOptions): Promise<CollectedLog[]> {
  const { log, signal, concurrency } = options;
  // First the sidecars that still run: once Tekton has stopped one, its log is gone within the second.
  const urgency = (one: PlannedLog) => one.kind === "sidecar" && one.missing?.reason === "running" ? 0 : 1;
  const order = [...planned.keys()].sort((a, b) => urgency(planned[a]!) - urgency(planned[b]!));
  const collected: CollectedLog[] = [];
  let [done, bytes] = [0, 0];
  await mapConcurrent(order, concurrency, async (index, _at, inner) => {
    const one = collected[index] = await collectLog(planned[index]!, { ...options, signal: inner });
    bytes += one.spooled?.bytes ?? 0;
    log.progress(`${++done} of ${planned.length} logs, ${(bytes / 1e6).toFixed(1)} MB`);
  }, { signal });
  log.progress("");
  return collected;
}

async function collectLog(planned: PlannedLog, options: CollectOptions): Promise<CollectedLog> {
  const { namespace, spool, timestamps, signal } = options;
  const { pod, container, previous } = planned;
  if (planned.missing !== undefined && planned.missing.reason !== "running") {
    return { planned, lines: 0, missing: planned.missing };
  }
  const { spooled, report } = await spool.read({ namespace, pod, container, previous, timestamps }, signal);
  if (report.code === "kubernetes/forbidden" || report.code === "kubernetes/unauthorized") {
    throw refused(report, namespace, pod);
  }
  const missing = missingOf(planned, report);
  // Bytes without a time are no log but the kubelet's own words about why there is none.
  const nothing = report.bytes === 0 || report.firstTimestamp === undefined;
  if (missing !== undefined && nothing) return { planned, lines: 0, missing };
  const { lines, firstTimestamp, lastTimestamp } = report;
  return {
    planned,
    spooled,
    lines,
    ...(firstTimestamp !== undefined && { firstTimestamp }),
    ...(lastTimestamp !== undefined && { lastTimestamp }),
    ...(missing !== undefined && { missing }),
  };
}

/** What is wrong with a log by the report of its reading; undefined when nothing is. */
function missingOf(planned: PlannedLog, report: LogReport): Missing | undefined {
  if (report.complete) {
    if (planned.missing === undefined && isBeginningGone({ ...report, startedAt: planned.startedAt })) {
      const detail =
        `the log begins at ${report.firstTimestamp}, the container at ${planned.startedAt}, and wrote so ` +
        "much that the kubelet, which keeps one file, has thrown the beginning away";
      return { reason: "rotated", detail };
    }
    return planned.missing;
  }
  const stopped =
    "Tekton stopped the sidecar by putting another container in its place, upon which the node deleted its log";
  const why = report.why ?? "no reason was given";
  const detail = planned.previous && planned.kind === "sidecar" ? `${stopped} (${why})` : why;
  switch (report.code) {
    case "kubernetes/not-found":
    case "kubernetes/container-unknown":
      return { reason: "gone", detail };
    case "kubernetes/kubelet":
      return { reason: report.firstTimestamp === undefined ? "gone" : "unavailable", detail };
    case "kubernetes/container-waiting":
      return { reason: "never-started", detail };
    case "kubernetes/rotated":
      return { reason: "rotated", detail };
    case "kubernetes/broken":
    case "kubernetes/timeout":
    case "kubernetes/unreachable":
      return { reason: "connection-lost", detail: `given up after ${report.reconnects} reconnects: ${detail}` };
    default:
      return { reason: "unavailable", detail };
  }
}

/** Access is refused for all logs alike: no archive without any log. */
function refused(report: LogReport, namespace: string, pod: string): KubernetesError {
  const attempt = { verb: "get", resource: pods, subresource: "log", namespace, name: pod };
  return new KubernetesError({
    code: report.code ?? "kubernetes/forbidden",
    doing: `read logs of pods in namespace "${namespace}"`,
    why: report.why ?? "access is refused",
    advice: report.code === "kubernetes/unauthorized"
      ? "The credential is missing, expired or of another cluster."
      : `This rule in a Role in namespace "${namespace}", bound to that user, allows it:\n${rbacRule(attempt)}`,
    details: { namespace, pod },
  });
}
