/**
 * Telling from what was served of a log that its beginning is gone. The kubelet serves only the current file; it starts
 * a new one when a check every 10 s finds more than `containerLogMaxSize` (10 MiB), and says so nowhere. Pure.
 *
 * A late first line alone proves nothing: it may be a program that had nothing to say for an hour. What gives a log
 * away is that it does not look like the output of such a program: it is large, it goes on for a while at a steady
 * pace, and at that pace the silence before the first line would have filled a file. A short burst after a silence
 * (`sleep 60; cat report`) is none of that. Seen on a real kubelet: 1 MB a second for 45 s is served from the 39th on,
 * and recognised; 15 MB at once, silence, and one last line are served as that line, which nothing tells from a quiet
 * program. So there are losses that this cannot see, and the manifest holds both times for who wants to judge.
 * @module
 */

import { elapsedMs } from "../tekton/time.ts";

/** What is known of a log that was read to its end. */
export interface LogShape {
  /** Bytes as the container wrote them. */
  readonly bytes: number;
  /** Lines. */
  readonly lines: number;
  /** When the container or step started, RFC 3339. */
  readonly startedAt?: string | undefined;
  /** Of the first line, RFC 3339. */
  readonly firstTimestamp?: string | undefined;
  /** Of the last line, RFC 3339. */
  readonly lastTimestamp?: string | undefined;
}

/** The kubelet's default for `containerLogMaxSize`, in bytes; a cluster with a larger one gives itself away. */
const defaultMaximum = 10 * 1024 * 1024;
/** How often the kubelet looks, by default. */
const checkMs = 10_000;
/** What the log file holds of each line beside its text: a timestamp with nanoseconds and ` stdout F `. */
const lineOverhead = 46;
/** Kubernetes gives start times in whole seconds. */
const marginMs = 2_000;
/** Less than this is no steady output, in bytes and milliseconds. */
const enoughBytes = 1024 * 1024;
const enoughMs = 1_000;

/** Whether the kubelet has thrown away what the container wrote first. */
export function isBeginningGone(log: LogShape): boolean {
  const silence = elapsedMs(log.startedAt, log.firstTimestamp) ?? 0;
  const spoken = elapsedMs(log.firstTimestamp, log.lastTimestamp) ?? 0;
  const fileBytes = log.bytes + log.lines * lineOverhead;
  if (silence <= marginMs || spoken < enoughMs || fileBytes < enoughBytes) return false;
  const bytesPerMs = fileBytes / spoken;
  // A file that grew beyond what two checks let pass shows that this cluster rotates later than by default.
  const maximum = Math.max(defaultMaximum, fileBytes - checkMs * bytesPerMs);
  return silence * bytesPerMs >= maximum;
}
