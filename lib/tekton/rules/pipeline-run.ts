/**
 * Rules about PipelineRuns alone: what to run, params, status, timeouts.
 * @module
 */

import { parseDuration } from "../duration.ts";
import type { Place, Rule } from "../rule.ts";
import type { ParamValue, PipelineRun, PipelineRunSpec } from "../types.ts";
import { expressionsIn, taskResult } from "../variables.ts";
import { pipelineRun } from "./example.ts";
import { links } from "./links.ts";
import { hasStarted } from "./task-run.ts";

/** A PipelineRun; `path` leads to its spec. */
export interface PipelineRunSubject extends Place {
  /** The run. */
  readonly run: PipelineRun;
  /** Its spec, empty where it has none. */
  readonly spec: PipelineRunSpec;
}

/** All strings of a value. */
export function stringsOf(value: ParamValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  return Object.values(value);
}

const limits = ["pipeline", "tasks", "finally"] as const;
const statuses: readonly string[] = ["", "Cancelled", "CancelledRunFinally", "StoppedRunFinally", "PipelineRunPending"];
const run = (rest: string) => pipelineRun(`pipelineRef: {name: p}\n${rest}`);

function limitsOf(spec: PipelineRunSpec): { pipeline: bigint; tasks?: bigint; finally?: bigint } {
  const read = (text: string | undefined) => text === undefined ? undefined : parseDuration(text);
  const tasks = read(spec.timeouts?.tasks);
  const final = read(spec.timeouts?.finally);
  const pipeline = read(spec.timeouts?.pipeline) ?? 3_600_000_000_000n;
  return { pipeline, ...(tasks !== undefined && { tasks }), ...(final !== undefined && { finally: final }) };
}

/** Rules about PipelineRuns. */
export const pipelineRunRules: readonly Rule<PipelineRunSubject>[] = [
  {
    id: "pipeline-run/one-pipeline",
    says: "A PipelineRun has either pipelineRef or pipelineSpec.",
    link: links.pipelineRuns,
    violation: pipelineRun("managedBy:"),
    nearMiss: pipelineRun("pipelineRef: {name: a}\npipelineSpec:"),
    check({ spec, path }, report) {
      if (spec.pipelineRef === undefined && spec.pipelineSpec === undefined) {
        report(path, "there is neither pipelineRef nor pipelineSpec", "Give it one of them.");
      }
      if (spec.pipelineRef !== undefined && spec.pipelineSpec !== undefined) {
        report([...path, "pipelineSpec"], "there is a pipelineRef as well", "Keep one of them.");
      }
    },
  },
  {
    id: "pipeline-run/param-results",
    says: "Params of a PipelineRun refer to no result of a task.",
    link: links.pipelineRuns,
    violation: run("params: [{name: a, value: $(tasks.b.results.c)}]"),
    nearMiss: run("params: [{name: a, value: $(tasks.b.result.c)}]"),
    check({ spec, path }, report) {
      for (const [index, { value }] of (spec.params ?? []).entries()) {
        const reference = stringsOf(value).flatMap(expressionsIn).find((text) => taskResult(text) !== undefined);
        if (reference !== undefined) {
          report(
            [...path, "params", index, "value"],
            `no task has run yet whose result $(${reference}) could be`,
            "Give a fixed value.",
          );
        }
      }
    },
  },
  {
    id: "pipeline-run/status",
    says: "spec.status is empty, Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending.",
    link: links.pipelineRuns,
    violation: run("status: PipelineRunCancelled"),
    nearMiss: run("status: Cancelled"),
    check({ spec, path }, report) {
      if (!statuses.includes(spec.status ?? "")) {
        report(
          [...path, "status"],
          `${JSON.stringify(spec.status)} is no status`,
          `Write one of ${statuses.slice(1).join(", ")}.`,
        );
      }
    },
  },
  {
    id: "pipeline-run/pending",
    says: "A PipelineRun that has started is not pending.",
    link: links.pipelineRuns,
    violation: `${run("status: PipelineRunPending")}status: {startTime: 2026-01-31T00:00:00Z}\n`,
    nearMiss: run("status: PipelineRunPending"),
    check({ run: { status }, spec, path }, report) {
      if (spec.status === "PipelineRunPending" && hasStarted(status)) {
        report([...path, "status"], "the run has started already", "Leave the status out.");
      }
    },
  },
  {
    id: "pipeline-run/timeouts-negative",
    says: "No timeout is negative.",
    link: links.timeouts,
    violation: run("timeouts: {finally: -1s}"),
    nearMiss: run("timeouts: {pipeline: '0', finally: 0s}"),
    check({ spec, path }, report) {
      for (const field of limits) {
        const text = spec.timeouts?.[field];
        if (text !== undefined && (parseDuration(text) ?? 0n) < 0n) {
          report([...path, "timeouts", field], `the timeout of ${field} is negative`, "Use 0 for no limit.");
        }
      }
    },
  },
  {
    id: "pipeline-run/timeouts-within",
    says:
      "timeouts.tasks and timeouts.finally are at most timeouts.pipeline (1h by default); 0, no limit, needs 0 there too.",
    link: links.timeouts,
    violation: run("timeouts: {tasks: 61m}"),
    nearMiss: run("timeouts: {pipeline: '0', tasks: 61m}"),
    check({ spec, path }, report) {
      const { pipeline, ...parts } = limitsOf(spec);
      if (pipeline === 0n) return;
      for (const field of ["tasks", "finally"] as const) {
        const part = parts[field];
        if (part === undefined) continue;
        const limit = spec.timeouts?.pipeline ?? "1h, its default";
        if (part > pipeline) {
          report(
            [...path, "timeouts", field],
            `timeouts.${field} is longer than timeouts.pipeline, ${limit}`,
            "Shorten it, or lengthen timeouts.pipeline.",
          );
        } else if (part === 0n) {
          report(
            [...path, "timeouts", field],
            `timeouts.${field} has no limit, but timeouts.pipeline has (${limit})`,
            "Set timeouts.pipeline to 0 as well.",
          );
        }
      }
    },
  },
  {
    id: "pipeline-run/timeouts-sum",
    says: "timeouts.tasks and timeouts.finally together are at most timeouts.pipeline, even where that is 0.",
    link: links.timeouts,
    violation: run("timeouts: {pipeline: 1h, tasks: 40m, finally: 21m}"),
    nearMiss: run("timeouts: {pipeline: 1h, tasks: 40m, finally: 20m}"),
    check({ spec, path }, report) {
      const { pipeline, tasks, finally: final } = limitsOf(spec);
      if (tasks === undefined || final === undefined) return;
      if (BigInt.asIntN(64, tasks + final) > pipeline) {
        report(
          [...path, "timeouts"],
          "timeouts.tasks and timeouts.finally together are longer than timeouts.pipeline",
          "Leave one of them out: Tekton gives it what the other leaves.",
        );
      }
    },
  },
  {
    id: "pipeline-run/task-timeout",
    says: "A timeout in taskRunSpecs is not negative, and at most timeouts.tasks, else timeouts.pipeline.",
    link: links.timeouts,
    violation: run("taskRunSpecs: [{pipelineTaskName: a, timeout: 2h}]"),
    nearMiss: run("timeouts: {pipeline: '0'}\ntaskRunSpecs: [{pipelineTaskName: a, timeout: 2h}]"),
    check({ spec, path }, report) {
      const { pipeline, tasks } = limitsOf(spec);
      const most = tasks ?? pipeline;
      for (const [index, { timeout }] of (spec.taskRunSpecs ?? []).entries()) {
        if (timeout === undefined) continue;
        const own = parseDuration(timeout) ?? 0n;
        const at = [...path, "taskRunSpecs", index, "timeout"];
        if (own < 0n) report(at, "the timeout is negative", "Use 0 for no limit.");
        else if (most > 0n && own > most) {
          report(
            at,
            `the timeout is longer than timeouts.${tasks === undefined ? "pipeline" : "tasks"}`,
            "Shorten it, or lengthen the other.",
          );
        }
      }
    },
  },
];
