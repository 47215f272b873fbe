/**
 * Waiting for the other runs of a PipelineRun, by watch, and the picture of it that remains. Knows the order of
 * requests and the clock; which runs are still to be waited for is decided in `outstanding.ts`, and what is written
 * about them elsewhere.
 * @module
 */

import type { Cluster } from "../kubernetes/connect.ts";
import type { CustomRun, PipelineRun, TaskRun } from "../tekton/types.ts";
import type { Logger } from "../terminal/log.ts";

/** A run, or a pipeline task that has no run yet, which had not ended when the wait did. */
export interface Unfinished {
  /** Name of the TaskRun or CustomRun; the pipeline task's name while it has none. */
  readonly name: string;
  /** Name of the pipeline task; `""` when it is not known. */
  readonly pipelineTask: string;
  /** What it is waiting for, for people: `Running`, `not created yet`. */
  readonly why: string;
}

/** A PipelineRun and all its runs, as they stood when the wait ended. */
export interface Snapshot {
  /** The PipelineRun. */
  readonly pipelineRun: PipelineRun;
  /** Every TaskRun of it, our own and other observers too, in order of name. */
  readonly taskRuns: readonly TaskRun[];
  /** Every CustomRun of it, in order of name. */
  readonly customRuns: readonly CustomRun[];
  /** What was waited for and had not ended; empty unless the deadline passed or something was deleted. */
  readonly unfinished: readonly Unfinished[];
  /** When the picture was taken. */
  readonly finishedAt: Date;
  /** Whether the deadline ended the wait. */
  readonly timedOut: boolean;
}

/** What {@link waitForOthers} is told. */
export interface WaitOptions {
  /** Namespace of the PipelineRun. */
  readonly namespace: string;
  /** Name of the PipelineRun. */
  readonly pipelineRun: string;
  /**
   * Name of the TaskRun we run in, which is not waited for; `""` for none.
   * @default ""
   */
  readonly self?: string;
  /**
   * How long to wait, in milliseconds.
   * @default 3_600_000
   */
  readonly deadlineMs?: number;
  /** Ends the wait with its reason thrown. */
  readonly signal?: AbortSignal;
  /** Receives what is still waited for. */
  readonly log?: Logger;
  /**
   * The clock, in milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number;
}

/**
 * Waits until every other TaskRun and CustomRun of the PipelineRun has ended, or the deadline has passed, and returns
 * what is then known of them. A passed deadline is no error: `timedOut` and `unfinished` say so.
 *
 * @throws {KubernetesError} `kubernetes/not-found` when there is no such PipelineRun, `kubernetes/forbidden` when
 * PipelineRuns or TaskRuns may not be read.
 * @throws the signal's reason when it fires.
 */
export function waitForOthers(_cluster: Cluster, _options: WaitOptions): Promise<Snapshot> {
  return Promise.reject(new Error("the wait is being written"));
}
