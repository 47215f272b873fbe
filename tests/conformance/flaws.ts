/**
 * Deliberately broken implementations, each with the requirements that it must be found to miss: those and no others.
 * @module
 */
import { at, isObject, type JsonObject } from "../../lib/conformance/path.ts";
import { scenarioLabel } from "../../lib/conformance/scenario.ts";
import type { Flaw } from "./fake.ts";
import type { Recording } from "./recording.ts";

/** A flaw and what finds it. */
export interface KnownFlaw extends Flaw {
  /** What it does wrong. */
  readonly wrong: string;
  /** Ids of the requirements that fail, or are warned of where they are only recommended. */
  readonly caught: readonly string[];
  /** Ids of requirements that can no longer be shown. @default not compared */
  readonly unseen?: readonly string[];
  /** How long a run may take, in milliseconds: short where the checker has to wait in vain. @default 30000 */
  readonly runTimeoutMs?: number;
}

type Edit = (value: unknown) => unknown;

/** A copy of `value` in which what stands at the path is changed; `*` is every element. `undefined` removes a field. */
function edit(value: unknown, path: string, change: Edit): unknown {
  const [head = "", ...rest] = path.split(".");
  const inner = (each: unknown): unknown => rest.length === 0 ? change(each) : edit(each, rest.join("."), change);
  if (head === "*") return Array.isArray(value) ? value.map(inner) : value;
  if (!isObject(value) || !(head in value)) return value;
  const { [head]: old, ...others } = value;
  const changed = inner(old);
  return changed === undefined ? others : { ...others, [head]: changed };
}

const object = (value: unknown): JsonObject => isObject(value) ? value : {};
const drop: Edit = () => undefined;

/** Changes the place in every run of the kinds that is served. */
const served = (path: string, change: Edit, ...kinds: readonly string[]): Flaw => ({
  object: (run) => kinds.length === 0 || kinds.includes(String(run["kind"])) ? object(edit(run, path, change)) : run,
});

/** Changes the place in every status of the scenario's run. */
const inStatus = (scenario: string, path: string, change: Edit): Flaw => ({
  recording: (recording) =>
    recording.scenario !== scenario
      ? recording
      : { ...recording, statuses: recording.statuses.map((status) => object(edit(status, path, change))) },
});

/** Sets the value of a result in the scenario. */
const resultIs = (scenario: string, name: string, value: unknown): Flaw =>
  inStatus(scenario, "results.*", (result) => at(result, "name") === name ? { ...object(result), value } : result);

const succeededNow = (status: JsonObject): JsonObject => ({
  ...status,
  conditions: [{ type: "Succeeded", status: "True", reason: "Succeeded", message: "All is well" }],
});

const lastSucceeds = (statuses: readonly JsonObject[]): JsonObject[] =>
  statuses.map((status, index) => index === statuses.length - 1 ? succeededNow(status) : status);

/** The scenario's run and its tasks end well where they should not. */
const succeeds = (scenario: string): Flaw => ({
  recording: (recording) =>
    recording.scenario !== scenario ? recording : {
      ...recording,
      statuses: lastSucceeds(recording.statuses),
      children: recording.children.map((child) => ({ ...child, statuses: lastSucceeds(child.statuses) })),
    },
});

/** The scenario's run is accepted, and ends well, where it should not. */
function endsWell(id: string): Flaw {
  const times = { startTime: "2026-01-31T00:00:00Z", completionTime: "2026-01-31T00:00:09Z" };
  return inRecording(id, ({ scenario, image, prerequisites }) => {
    return { scenario, image, prerequisites, children: [], statuses: [succeededNow(times)] };
  });
}

const inRecording = (scenario: string, change: (recording: Recording) => Recording): Flaw => ({
  recording: (recording) => recording.scenario === scenario ? change(recording) : recording,
});

const refusal = (status: number, message: string) =>
  Response.json({ kind: "Status", status: "Failure", message, code: status }, { status });

const isRun = (plural: string) => plural === "taskruns" || plural === "pipelineruns";

const conditionsWhere = (status: string, change: (condition: JsonObject) => JsonObject): Edit => (condition) =>
  at(condition, "status") === status ? change(object(condition)) : condition;

const withoutMessage = ({ message: _, ...rest }: JsonObject): JsonObject => rest;

/** The broken implementations. */
export const flaws: readonly KnownFlaw[] = [
  {
    wrong: "a failed run has no message",
    ...served("status.conditions.*", conditionsWhere("False", withoutMessage)),
    caught: ["StatusSignalling.message", "StatusSignalling.Succeeded.diagnostics"],
  },
  {
    wrong: "no condition has a message",
    ...served("status.conditions.*.message", drop),
    caught: ["Condition.message", "StatusSignalling.message", "StatusSignalling.Succeeded.diagnostics"],
  },
  {
    wrong: "no condition has a reason",
    ...served("status.conditions.*.reason", drop),
    caught: ["Condition.reason", "StatusSignalling.reason", "StatusSignalling.Succeeded.diagnostics"],
  },
  {
    wrong: "the status of conditions is in upper case",
    ...served("status.conditions.*.status", (status) => String(status).toUpperCase()),
    caught: ["StatusSignalling.status", "StatusSignalling.Succeeded.unknown"],
  },
  {
    wrong: "the severity of a condition is a word of its own",
    ...served("status.conditions.*", (condition) => ({ ...object(condition), severity: "Error" })),
    caught: ["StatusSignalling.severity"],
  },
  {
    wrong: "the time of a condition's change is no RFC 3339",
    ...served("status.conditions.*.lastTransitionTime", (time) => String(time).replace("T", " ")),
    caught: ["StatusSignalling.lastTransitionTime.format"],
  },
  {
    wrong: "a run that failed says that it succeeded",
    ...succeeds("failure"),
    caught: ["StatusSignalling.Succeeded.false"],
  },
  {
    wrong: "a run says how it ended while it goes on",
    ...inRecording("running", (recording) => ({
      ...recording,
      statuses: recording.statuses.map((status) => succeededNow(status)),
    })),
    caught: ["StatusSignalling.Succeeded.unknown", "ContainerState.terminated", "ContainerState.state.only-one"],
  },
  {
    wrong: "a run has no conditions until it has ended",
    ...inStatus("running", "conditions", (list) => at(list, "[0].status") === "Unknown" ? undefined : list),
    caught: ["StatusSignalling.Succeeded.unknown"],
  },
  {
    wrong: "the start of a TaskRun is no RFC 3339",
    ...served("status.startTime", (time) => String(time).replace("T", " "), "TaskRun"),
    caught: ["TaskRunStatus.startTime.format"],
  },
  {
    wrong: "the end of a PipelineRun is given in another calendar's order",
    ...served("status.completionTime", () => "21/11/2026 06:30", "PipelineRun"),
    caught: ["PipelineRunStatus.completionTime.format"],
  },
  {
    wrong: "a TaskRun does not say when it ended",
    ...served("status.completionTime", drop, "TaskRun"),
    caught: ["TaskRunStatus.completionTime"],
  },
  {
    wrong: "runs are created at a time that is no RFC 3339",
    ...served("metadata.creationTimestamp", (time) => new Date(String(time)).toUTCString(), "TaskRun", "PipelineRun"),
    caught: ["ObjectMeta.creationTimestamp.format"],
  },
  {
    wrong: "runs have no time of creation",
    ...served("metadata.creationTimestamp", drop, "TaskRun", "PipelineRun"),
    caught: ["ObjectMeta.creationTimestamp", "ObjectMeta.creationTimestamp.format"],
  },
  { wrong: "runs have no uid", ...served("metadata.uid", drop), caught: ["ObjectMeta.uid"] },
  {
    wrong: "labels are dropped",
    ...served("metadata.labels", drop, "TaskRun", "PipelineRun"),
    caught: ["ObjectMeta.labels"],
  },
  { wrong: "annotations are dropped on creation", ...inCreation("annotations"), caught: ["ObjectMeta.annotations"] },
  {
    wrong: "generateName is ignored: the server takes a name of its own",
    request: ({ object: sent }) => {
      const { generateName, ...metadata } = object(sent?.["metadata"]);
      if (typeof generateName !== "string") return undefined;
      return { ...sent, metadata: { ...metadata, name: `run-${crypto.randomUUID()}` } };
    },
    caught: ["ObjectMeta.generateName.random"],
  },
  {
    wrong: "generateName is refused",
    request: ({ object: sent }) =>
      at(sent, "metadata.generateName") === undefined ? undefined : refusal(422, "metadata.name: Required value"),
    caught: ["ObjectMeta.generateName"],
    unseen: ["ObjectMeta.generateName.random", "ObjectMeta.generateName.not-returned"],
  },
  {
    wrong: "a step is running and terminated at once",
    ...served("status.steps.*", (step) => {
      const startedAt = at(step, "terminated.startedAt");
      return startedAt === undefined ? step : { ...object(step), running: { startedAt } };
    }, "TaskRun"),
    caught: ["ContainerState.state.only-one"],
  },
  {
    wrong: "no step is ever seen to run",
    ...served("status.steps.*.running", drop, "TaskRun"),
    caught: ["ContainerState.running"],
  },
  {
    wrong: "a running step does not say since when",
    ...served("status.steps.*.running", () => ({}), "TaskRun"),
    caught: ["ContainerStateRunning.startedAt"],
  },
  {
    wrong: "a waiting step does not say why",
    ...served("status.steps.*.waiting", () => ({}), "TaskRun"),
    caught: ["ContainerStateWaiting.reason", "ContainerStateWaiting.message"],
  },
  {
    wrong: "every step ends with exit code 0",
    ...served("status.steps.*.terminated.exitCode", () => 0, "TaskRun"),
    caught: ["ContainerStateTerminated.exitCode"],
  },
  {
    wrong: "a terminated step does not say why",
    ...served("status.steps.*.terminated.reason", drop, "TaskRun"),
    caught: ["ContainerStateTerminated.reason"],
  },
  {
    wrong: "a terminated step never has a message",
    ...served("status.steps.*.terminated.message", drop, "TaskRun"),
    caught: ["ContainerStateTerminated.message"],
  },
  {
    wrong: "a terminated step does not say when it ended",
    ...served("status.steps.*.terminated.finishedAt", drop, "TaskRun"),
    caught: ["ContainerStateTerminated.finishedAt", "ContainerStateTerminated.finishedAt.format"],
  },
  {
    wrong: "a terminated step says when it started in milliseconds",
    ...served("status.steps.*.terminated.startedAt", (time) => Date.parse(String(time)), "TaskRun"),
    caught: ["ContainerStateTerminated.startedAt.format"],
  },
  { wrong: "steps have no image id", ...served("status.steps.*.imageID", drop), caught: ["StepState.imageID"] },
  {
    wrong: "sidecars have no state",
    ...served("status.sidecars", drop),
    caught: [
      "TaskRunStatus.sidecars",
      "SidecarState.name",
      "SidecarState.imageID",
      "SidecarState.containerState",
    ],
  },
  {
    wrong: "sidecars are not run",
    recording: (recording) => {
      const silent = resultIs("sidecars", "seen", "").recording?.(recording) ?? recording;
      const { running: _, terminated: __, ...none } = { running: 0, terminated: 0, waiting: { reason: "Skipped" } };
      const waiting: Edit = (sidecar) => ({ name: at(sidecar, "name"), imageID: "x", ...none });
      return inStatus("sidecars", "sidecars.*", waiting).recording?.(silent) ?? silent;
    },
    caught: ["Sidecar.command", "Sidecar.args", "Sidecar.script"],
  },
  {
    wrong: "results of TaskRuns are dropped",
    ...served("status.results", drop, "TaskRun"),
    caught: ["TaskRunStatus.results", "TaskRunResult.name", "TaskRunResult.type", "TaskRunResult.value"],
  },
  {
    wrong: "results of PipelineRuns are dropped",
    ...served("status.results", drop, "PipelineRun"),
    caught: ["PipelineRunStatus.results", "PipelineRunResult.name", "PipelineRunResult.value"],
  },
  {
    wrong: "a result that is a list is given as text",
    ...resultIs("array-results", "list", '["one","two words"]'),
    caught: ["TaskResult.type.array"],
  },
  {
    wrong: "a TaskRun does not show its Task",
    ...served("status.taskSpec", drop, "TaskRun"),
    caught: ["TaskRunStatus.taskSpec"],
  },
  {
    wrong: "defaults of params are ignored",
    ...resultIs("params", "omitted", "$(params.omitted)"),
    caught: ["ParamSpec.default"],
  },
  {
    wrong: "a default counts more than what is given",
    ...resultIs("params", "overridden", "old"),
    caught: ["ParamSpec.default"],
  },
  {
    wrong: "a param that is a list reaches the step as one text",
    ...resultIs("params", "list", "a b c d;"),
    caught: ["ParamSpec.type.array"],
  },
  {
    wrong: "environment variables of a step are not set",
    ...resultIs("steps", "variable", ""),
    caught: ["Step.env", "EnvVar.value"],
  },
  {
    wrong: "the folder of a step is ignored",
    ...resultIs("steps", "directory", "/"),
    caught: ["Step.workingDir"],
  },
  {
    wrong: "arguments are joined and split at spaces",
    ...resultIs("steps", "words", "first|second"),
    caught: ["Step.args"],
  },
  {
    wrong: "each step has a workspace of its own",
    ...resultIs("workspaces", "found", ""),
    caught: ["TaskRunSpec.workspaces", "WorkspaceBinding.emptyDir", "WorkspaceDeclaration.name"],
  },
  {
    wrong: "a read-only workspace can be written to",
    ...resultIs("workspace-options", "access", "writable"),
    caught: ["WorkspaceDeclaration.readOnly"],
  },
  { wrong: "a TaskRun's timeout is ignored", ...succeeds("timeout"), caught: ["TaskRunSpec.timeout"] },
  {
    wrong: "a TaskRun without a timeout gets ten minutes",
    ...served("spec.timeout", (timeout) => timeout === "1h0m0s" ? "10m0s" : timeout, "TaskRun"),
    caught: ["TaskRunSpec.timeout.default"],
  },
  { wrong: "a PipelineRun's timeout is ignored", ...succeeds("pipeline-timeout"), caught: ["TimeoutFields.Pipeline"] },
  { wrong: "the timeout of tasks is ignored", ...succeeds("tasks-timeout"), caught: ["TimeoutFields.Tasks"] },
  { wrong: "the timeout of finally is ignored", ...succeeds("finally-timeout"), caught: ["TimeoutFields.Finally"] },
  {
    wrong: "the timeout of a pipeline's task is ignored",
    ...succeeds("pipeline-task-timeout"),
    caught: ["PipelineTask.timeout"],
  },
  {
    wrong: "timeouts of tasks and finally may exceed that of the pipeline",
    ...endsWell("timeouts-sum"),
    caught: ["TimeoutFields.sum"],
  },
  {
    wrong: "two sidecars may have the same name",
    ...endsWell("duplicate-sidecars"),
    caught: ["Sidecar.name.unique"],
  },
  {
    wrong: "a param that nobody gives is no matter",
    ...endsWell("missing-param"),
    caught: ["PipelineSpec.params.given"],
  },
  {
    wrong: "durations are cut to whole hours",
    ...served("spec.timeouts.pipeline", (text) => text === "1h0.5m" ? "1h" : text, "PipelineRun"),
    caught: ["PipelineRunSpec.timeouts", "TimeoutFields.duration"],
  },
  {
    wrong: "finally is not run after a failure",
    ...inRecording("pipeline-failure", (recording) => ({
      ...recording,
      statuses: recording.statuses.map((status) =>
        object(
          edit(status, "childReferences", (list) =>
            (list as unknown[]).filter((each) =>
              at(each, "pipelineTaskName") !== "last"
            )),
        )
      ),
      children: recording.children.filter(({ created }) => !String(at(created, "metadata.name")).endsWith("-last")),
    })),
    caught: ["PipelineSpec.finally"],
  },
  {
    wrong: "a task does not wait for the one that it runs after",
    ...served(
      "status",
      (status) =>
        at(status, "taskSpec.steps[0].name") === "step" || at(status, "steps[0].name") === "step"
          ? { ...object(status), startTime: "2026-01-31T00:00:00Z" }
          : status,
      "TaskRun",
    ),
    caught: ["PipelineTask.runAfter"],
  },
  {
    wrong: "a PipelineRun refers to no child",
    ...served("status.childReferences", drop, "PipelineRun"),
    caught: [
      "PipelineRunStatus.childReferences",
      "ChildStatusReference.Name",
      "ChildStatusReference.PipelineTaskName",
    ],
  },
  {
    wrong: "a PipelineRun refers to children that do not exist",
    ...served("status.childReferences.*.name", (name) => `${name}-x`, "PipelineRun"),
    caught: ["PipelineRunStatus.childReferences"],
  },
  {
    wrong: "child references do not name the pipeline's task",
    ...served("status.childReferences.*.pipelineTaskName", () => "step", "PipelineRun"),
    caught: ["ChildStatusReference.PipelineTaskName"],
  },
  {
    wrong: "what is deleted stays",
    runTimeoutMs: 3000,
    request: ({ method, plural }) => method === "DELETE" && isRun(plural) ? Response.json({}) : undefined,
    caught: ["TaskRun.delete", "PipelineRun.delete"],
  },
  {
    wrong: "lists are empty",
    request: ({ method, plural, name, watch }) =>
      method === "GET" && isRun(plural) && name === "" && !watch
        ? Response.json({ kind: "List", metadata: { resourceVersion: "1" }, items: [] })
        : undefined,
    caught: ["TaskRun.list", "PipelineRun.list"],
  },
  {
    wrong: "a run cannot be read by its name",
    request: ({ method, plural, name }) =>
      method === "GET" && isRun(plural) && name !== "" ? refusal(404, `${plural} "${name}" not found`) : undefined,
    // An update begins with the run as it is.
    caught: ["TaskRun.read", "PipelineRun.read", "TaskRun.update", "PipelineRun.update"],
  },
  {
    wrong: "an update is answered, not made",
    request: ({ method, plural, object: sent }) => method === "PUT" && isRun(plural) ? Response.json(sent) : undefined,
    caught: ["TaskRun.update", "PipelineRun.update"],
  },
  {
    wrong: "cancelling is ignored",
    ...inRecording("cancel", (recording) => ({
      ...recording,
      statuses: [...recording.statuses.slice(0, 1), succeededNow({ startTime: "2026-01-31T00:00:00Z" })],
    })),
    caught: ["TaskRunSpec.status"],
  },
  {
    wrong: "a field of the specification is refused as unknown",
    request: ({ method, object: sent }) =>
      method === "POST" && at(sent, "spec.serviceAccountName") !== undefined
        ? refusal(400, 'strict decoding error: unknown field "spec.serviceAccountName"')
        : undefined,
    caught: ["ResourceOverview.spec.known-fields", "TaskRunSpec.serviceAccountName"],
  },
  {
    wrong: "a field is asked for that the specification does not have",
    request: ({ method, object: sent }) =>
      method === "POST" && at(sent, "kind") === "TaskRun" && at(sent, "spec.taskSpec.steps[0].name") === undefined &&
        at(sent, "spec.taskSpec") !== undefined
        ? refusal(422, "spec.taskSpec.steps[0].ref: Required value")
        : undefined,
    caught: ["ResourceOverview.spec.no-other-fields"],
  },
  {
    wrong: "a Task that is referred to is not found",
    ...inStatus(
      "task-reference",
      "conditions.*",
      (condition) =>
        at(condition, "status") === "True"
          ? { type: "Succeeded", status: "False", reason: "CouldntGetTask", message: "no such Task" }
          : condition,
    ),
    caught: ["TaskRunSpec.taskRef"],
  },
];

/** Drops a map of a run's metadata where it is created, except the label by which the fake knows the scenario. */
function inCreation(field: string): Flaw {
  return {
    request: ({ method, plural, object: sent }) =>
      method === "POST" && isRun(plural) ? object(edit(sent, `metadata.${field}`, drop)) : undefined,
  };
}

/** Implementations that lack only what they may lack: nothing fails. */
export const allowed: readonly KnownFlaw[] = [
  {
    wrong: "Tasks and Pipelines are not served",
    request: ({ method, plural }) =>
      method === "POST" && ["tasks", "pipelines"].includes(plural)
        ? refusal(404, "the server could not find the requested resource")
        : undefined,
    caught: [],
  },
  { wrong: "no container is ever seen waiting", ...served("status.steps.*.waiting", drop), caught: [] },
  {
    wrong: "states stand under containerState, as the letter has it",
    ...served("status.steps.*", (step) => {
      const { waiting, running, terminated, ...rest } = object(step);
      const states = Object.entries({ waiting, running, terminated }).filter(([, state]) => state !== undefined);
      return states.length === 0 ? rest : { ...rest, containerState: Object.fromEntries(states) };
    }),
    caught: [],
  },
  {
    wrong: "unknown fields are refused",
    request: ({ object: sent }) =>
      at(sent, "spec.conformanceUnknownField") === undefined
        ? undefined
        : refusal(400, 'unknown field "spec.conformanceUnknownField"'),
    caught: [],
  },
  {
    wrong: "nothing but the scenario's label is kept beside the annotations",
    ...served("metadata.labels", (labels) => ({ [scenarioLabel]: object(labels)[scenarioLabel] }), "TaskRun"),
    caught: [],
  },
];
