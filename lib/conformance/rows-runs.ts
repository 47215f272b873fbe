/**
 * Requirements of the sections about what is asked of a run: TaskRunSpec, PipelineRunSpec, TimeoutFields, bindings.
 * @module
 */
import { parseDuration } from "../tekton/duration.ts";
import { childEnds } from "./child.ts";
import {
  all,
  deviating,
  echo,
  ends,
  given,
  type Judge,
  judgement,
  of,
  refused,
  type Requirement,
  result,
  sameDuration,
  section,
} from "./judge.ts";
import { at, show } from "./path.ts";

const taskRunSpec = section("TaskRunSpec");
const pipelineRunSpec = section("PipelineRunSpec");
const timeouts = section("TimeoutFields");
const binding = section("WorkspaceBinding");

const hour = 3_600_000_000_000n;

/** The timeout that a TaskRun shows when none was given; it need not show it. */
const defaultTimeout: Judge = of("steps", (_, run) => {
  const path = "spec.timeout";
  const found = at(run, path);
  if (found === undefined) return judgement("not-shown", run, path, "it may apply all the same");
  return judgement(typeof found === "string" && parseDuration(found) === hour ? "pass" : "fail", run, path);
});

/** Cancelled by its spec's status, it ends as failed. */
const cancelled: Judge = of("cancel", (observation, run) => {
  const answer = observation.management.get("cancelled");
  if (answer?.object === undefined) return judgement("fail", run, "spec.status", answer?.message ?? "not asked");
  const ended = ends("cancel", "False")(new Map([["cancel", observation]]));
  return { ...ended, note: `spec.status is ${show(at(run, "spec.status"))}` };
});

/** Requirements of runs. */
export const runRows: readonly Requirement[] = [
  taskRunSpec(
    "params",
    "REQUIRED",
    "A TaskRun gives params.",
    all(echo("params", "spec.params"), result("params", "given", "given value")),
  ),
  taskRunSpec(
    "taskRef",
    "REQUIRED",
    "A TaskRun may refer to a Task.",
    given("task-reference", all(echo("task-reference", "spec.taskRef"), ends("task-reference", "True"))),
  ),
  taskRunSpec("taskSpec", "REQUIRED", "A TaskRun may hold its Task.", echo("steps", "spec.taskSpec")),
  taskRunSpec(
    "workspaces",
    "REQUIRED",
    "A TaskRun binds workspaces.",
    all(echo("workspaces", "spec.workspaces"), result("workspaces", "found", "kept")),
  ),
  taskRunSpec(
    "timeout",
    "REQUIRED",
    "A TaskRun that takes longer than its timeout fails.",
    all(echo("timeout", "spec.timeout", sameDuration), ends("timeout", "False")),
  ),
  taskRunSpec("timeout", "REQUIRED", "A TaskRun without a timeout has one of an hour.", defaultTimeout, "default"),
  taskRunSpec("status", "RECOMMENDED", "A TaskRun is cancelled by its spec's status.", cancelled),
  taskRunSpec(
    "serviceAccountName",
    "RECOMMENDED",
    "A TaskRun may name the account that it runs under.",
    all(echo("service-account", "spec.serviceAccountName"), ends("service-account", "True")),
  ),

  pipelineRunSpec("params", "REQUIRED", "A PipelineRun gives params.", echo("pipeline", "spec.params")),
  pipelineRunSpec(
    "pipelineRef",
    "RECOMMENDED",
    "A PipelineRun may refer to a Pipeline.",
    given(
      "pipeline-reference",
      all(echo("pipeline-reference", "spec.pipelineRef"), ends("pipeline-reference", "True")),
    ),
  ),
  pipelineRunSpec(
    "pipelineSpec",
    "REQUIRED",
    "A PipelineRun may hold its Pipeline.",
    all(echo("minimal-pipeline", "spec.pipelineSpec"), ends("minimal-pipeline", "True")),
  ),
  pipelineRunSpec(
    "timeouts",
    "REQUIRED",
    "A PipelineRun may have timeouts.",
    echo("pipeline", "spec.timeouts.pipeline", sameDuration),
  ),
  pipelineRunSpec(
    "workspaces",
    "REQUIRED",
    "A PipelineRun binds workspaces.",
    deviating(echo("pipeline", "spec.workspaces")),
  ),

  timeouts(
    "Pipeline",
    "REQUIRED",
    "A PipelineRun that takes longer than timeouts.pipeline fails.",
    all(echo("pipeline-timeout", "spec.timeouts.pipeline", sameDuration), ends("pipeline-timeout", "False")),
  ),
  timeouts(
    "Tasks",
    "REQUIRED",
    "Tasks that take longer than timeouts.tasks fail, and finally still runs.",
    all(
      echo("tasks-timeout", "spec.timeouts.tasks", sameDuration),
      childEnds("tasks-timeout", "sleep", "False"),
      childEnds("tasks-timeout", "last", "True"),
      ends("tasks-timeout", "False"),
    ),
  ),
  timeouts(
    "Finally",
    "REQUIRED",
    "A finally that takes longer than timeouts.finally fails.",
    all(
      echo("finally-timeout", "spec.timeouts.finally", sameDuration),
      childEnds("finally-timeout", "sleep", "False"),
      ends("finally-timeout", "False"),
    ),
  ),
  timeouts(
    "sum",
    "MUST",
    "Timeouts of tasks and finally that exceed the pipeline's together are refused.",
    refused("timeouts-sum", "spec.timeouts"),
  ),
  timeouts(
    "duration",
    "REQUIRED",
    "A duration is a sequence of decimal numbers, each with a unit, in any mixture.",
    all(
      echo("pipeline", "spec.timeouts.pipeline", sameDuration),
      echo("pipeline", "spec.timeouts.tasks", sameDuration),
      echo("pipeline", "spec.timeouts.finally", sameDuration),
    ),
  ),

  binding(
    "name",
    "REQUIRED",
    "A binding names the workspace that it fills.",
    echo("workspaces", "spec.workspaces[0].name"),
  ),
  binding(
    "emptyDir",
    "REQUIRED",
    "A workspace may be an empty folder, which the steps of a TaskRun share.",
    all(echo("workspaces", "spec.workspaces[0].emptyDir"), result("workspaces", "found", "kept")),
  ),
];
