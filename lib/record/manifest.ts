/**
 * `manifest.json` of a log archive: what is in it, and what is not and why. Pure: what was collected goes in, the JSON
 * comes out. Its names and words never change their meaning; {@link manifestVersion} grows when something is taken away.
 * @module
 */
import type { Finding } from "../secrets/mask.ts";
import type { Compression } from "../streams/compression.ts";
import { formatTime } from "../tekton/time.ts";
import { type ContainerKind, isLost, type LeftOut, type LogPlan, type MissingReason } from "./attempts.ts";
import type { CollectedLog } from "./logs.ts";
import type { Snapshot, Unfinished } from "./wait.ts";

/** Version of the JSON. */
export const manifestVersion = "1.0";

/** A container's log. */
export interface ManifestLog {
  /** Path in the archive; absent when there is nothing of it. */
  readonly path?: string;
  /** Name of the pipeline task. */
  readonly pipelineTask: string;
  /** Name of the TaskRun. */
  readonly taskRun: string;
  /** Position among the TaskRuns of a matrix, from 0. */
  readonly matrixIndex?: number;
  /** Attempt, from 1. */
  readonly attempt: number;
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** What the container is for. */
  readonly kind: ContainerKind;
  /** When it started, RFC 3339. */
  readonly startedAt?: string;
  /** Timestamp of its first line. Long after the start it means silence, or a loss that cannot be told from it. */
  readonly firstTimestamp?: string;
  /** Timestamp of its last line. */
  readonly lastTimestamp?: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Lines as the container wrote them; a secret of several lines is masked by one line of the file. */
  readonly lines: number;
  /** SHA-256 of the file, 64 hex digits; absent without one. */
  readonly sha256?: string;
  /** Whether everything that the container wrote is in the file. */
  readonly complete: boolean;
  /** Why not: a stable word. */
  readonly reason?: MissingReason;
  /** Why not, for people. */
  readonly detail?: string;
  /** Secrets that were masked: rule and count. */
  readonly masked?: readonly Finding[];
}

/** The JSON. */
export interface LogManifest {
  /** Version of this JSON. */
  readonly schemaVersion: string;
  /** Name of the PipelineRun. */
  readonly pipelineRunName: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its uid. */
  readonly uid: string;
  /** When the wait for the other runs ended, RFC 3339. */
  readonly createdAt: string;
  /** Whether each line begins with its timestamp. */
  readonly timestamps: boolean;
  /** How the archive is compressed. */
  readonly compression: Compression;
  /** Whether every log is complete; one of a container that never ran, or of a sidecar that still does, counts as such. */
  readonly complete: boolean;
  /** Whether the deadline ended the wait. */
  readonly timedOut: boolean;
  /** Every container, in order of path. */
  readonly logs: readonly ManifestLog[];
  /** Runs whose logs are not here, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Runs that had not ended when the wait did. */
  readonly unfinished: readonly Unfinished[];
}

/** What a manifest is made of. */
export interface ManifestParts {
  /** The runs. */
  readonly snapshot: Snapshot;
  /** What was planned. */
  readonly plan: LogPlan;
  /** What was collected, in the order of the plan. */
  readonly collected: readonly CollectedLog[];
  /** Whether each line begins with its timestamp. */
  readonly timestamps: boolean;
  /** How the archive is compressed. */
  readonly compression: Compression;
  /** Takes secrets out of what servers said. */
  readonly mask: (text: string) => string;
}

/** Logs of which something is lost. */
export function lostLogs(collected: readonly CollectedLog[]): CollectedLog[] {
  return collected.filter(({ planned, missing }) => missing !== undefined && isLost(missing.reason, planned.kind));
}

/** The JSON. */
export function logManifest(parts: ManifestParts): LogManifest {
  const { snapshot, plan, collected, timestamps, compression, mask } = parts;
  const { name = "", namespace = "", uid = "" } = snapshot.pipelineRun.metadata;
  return {
    schemaVersion: manifestVersion,
    pipelineRunName: name,
    namespace,
    uid,
    createdAt: formatTime(snapshot.finishedAt),
    timestamps,
    compression,
    complete: lostLogs(collected).length === 0 && snapshot.unfinished.length === 0,
    timedOut: snapshot.timedOut,
    logs: collected.map((log) => manifestLog(log, mask)),
    leftOut: plan.leftOut,
    unfinished: snapshot.unfinished,
  };
}

/** The JSON as its file holds it. */
export function logManifestText(manifest: LogManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function manifestLog(log: CollectedLog, mask: (text: string) => string): ManifestLog {
  const { planned, spooled, lines, firstTimestamp, lastTimestamp, missing } = log;
  const { path, missing: _known, previous: _previous, ...who } = planned;
  return {
    ...spooled !== undefined && { path },
    ...who,
    ...firstTimestamp !== undefined && { firstTimestamp },
    ...lastTimestamp !== undefined && { lastTimestamp },
    bytes: spooled?.bytes ?? 0,
    lines,
    ...spooled !== undefined && { sha256: spooled.sha256 },
    complete: missing === undefined,
    ...missing !== undefined && { reason: missing.reason, detail: mask(missing.detail) },
    ...spooled !== undefined && spooled.masked.length > 0 && { masked: spooled.masked },
  };
}
