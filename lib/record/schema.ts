/**
 * The JSON Schema (2020-12) of `pipeline-status.json`. Data only; published beside the Task's YAML, and never part of a
 * script: nothing that runs in a pod imports it.
 * @module
 */

const text = (description: string) => ({ type: "string", description });
const time = (description: string) => ({ type: "string", format: "date-time", description });
const duration = (description: string) => ({ type: "string", pattern: "^[0-9]+s$", description });
const list = (items: object, description: string) => ({ type: "array", items, description });
const object = (description: string, properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: "object",
  description,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

const timeOrNone = {
  description: "UTC and whole seconds; an empty string where it is not known.",
  type: "string",
  pattern: "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$",
};

const attempt = {
  reason: text("Reason of its condition Succeeded."),
  message: text("Message of that condition."),
  startTime: time("When it started."),
  completionTime: time("When it ended."),
  podName: text("Name of its pod."),
  steps: list(ref("step"), "Its steps in order."),
};

/** The schema. Fields that are not named in it may be added by a later minor version. */
const schema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "pipeline-status.json",
  ...object("What the Task store-pipeline-status writes down about a PipelineRun.", {
    pipelineRunName: text("Name of the PipelineRun."),
    namespace: text("Its namespace."),
    duration: duration("From its start until this was written."),
    status: {
      enum: ["Succeeded", "Cancelled", "Failed"],
      description:
        "Succeeded when the aggregate status of the tasks is Succeeded or Completed; Cancelled when the PipelineRun's reason is CancelledRunningFinally; else Failed.",
    },
    eventType: text("push or pull_request."),
    scenario: text("Name of the test scenario; empty without one."),
    consoleUrl: text("Where a browser shows the PipelineRun; empty when that is not known."),
    git: object("What was built.", {
      gitOrganization: text("Owner of the repository."),
      gitRepository: text("The repository."),
      pullRequestNumber: text("Number of the pull request; absent without one."),
      commitSha: text("The commit; absent when it is not known."),
      pullRequestAuthor: { const: "", description: "Always empty." },
    }, ["pullRequestNumber", "commitSha"]),
    timestamps: object("Points in time.", {
      createdAt: timeOrNone,
      startedAt: timeOrNone,
      finishedAt: timeOrNone,
    }),
    taskRuns: list(ref("taskRun"), "Every TaskRun but the writer's own, in order of its name."),
    schemaVersion: {
      type: "string",
      pattern: "^1\\.[0-9]+$",
      description: "Version of this JSON. The first number grows when a field is taken away or changes its meaning.",
    },
    reason: text("Reason of the PipelineRun's condition Succeeded, as it stood."),
    message: text("Message of that condition."),
    timedOut: { type: "boolean", description: "Whether the deadline ended the wait for the other runs." },
    unfinished: list(
      object("A run, or a pipeline task that has none.", {
        name: text("Name of the run; of the pipeline task while it has none."),
        pipelineTask: text("Name of the pipeline task; empty when it is not known."),
        why: text("In which state it is."),
      }),
      "What had not ended when this was written, or is not there any more.",
    ),
    skippedTasks: list(
      object("A pipeline task.", { name: text("Its name."), reason: text("Why it was skipped.") }),
      "Pipeline tasks that were not run.",
    ),
    customRuns: list(ref("customRun"), "Every CustomRun, in order of its name."),
    results: list(ref("value"), "Results of the Pipeline."),
  }),
  $defs: {
    value: object("A result or a param.", {
      name: text("Its name."),
      value: {
        description: "The value; *** or [masked:…] in place of a secret.",
        anyOf: [
          { type: "string" },
          { type: "array", items: { type: "string" } },
          { type: "object", additionalProperties: { type: "string" } },
        ],
      },
    }),
    step: object("A step of one attempt.", {
      name: text("Its name."),
      exitCode: { type: "integer", description: "Absent while it has not ended." },
      reason: text("Why it ended: Completed, Error and the like; Running or Waiting before."),
      imageID: text("Its image with digest, as pulled."),
      startedAt: time("When it started."),
      finishedAt: time("When it ended."),
    }, ["exitCode", "imageID", "startedAt", "finishedAt"]),
    attempt: object("One attempt of a TaskRun.", attempt, ["startTime", "completionTime", "podName"]),
    taskRun: object("A TaskRun.", {
      name: text("Name of the pipeline task."),
      status: text("Reason of the condition Succeeded."),
      duration: duration("From start to completion, or until this was written."),
      taskRunName: text("Name of the TaskRun."),
      observer: { const: true, description: "It waits for the others, as the writer does, and may still be running." },
      matrixIndex: { type: "integer", minimum: 0, description: "Its place within the matrix, from 0." },
      matrixParams: list(ref("value"), "The params that the matrix gave to it."),
      attempts: { type: "integer", minimum: 1, description: "How often it was tried, the last time included." },
      ...attempt,
      retries: list(ref("attempt"), "The attempts before the last, oldest first."),
      results: list(ref("value"), "Its results."),
    }, ["observer", "matrixIndex", "matrixParams", "startTime", "completionTime", "podName"]),
    customRun: object("A CustomRun.", {
      name: text("Name of the pipeline task."),
      status: text("Reason of the condition Succeeded."),
      duration: duration("From start to completion, or until this was written."),
      customRunName: text("Name of the CustomRun."),
      message: text("Message of the condition."),
      startTime: time("When it started."),
      completionTime: time("When it ended."),
      results: list(ref("value"), "Its results."),
    }, ["startTime", "completionTime"]),
  },
};
export default schema;
