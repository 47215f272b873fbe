/**
 * The JSON Schema (2020-12) of a log archive's `manifest.json`. Data only; published beside the Task's YAML, and never
 * part of a script: nothing that runs in a pod imports it.
 * @module
 */

const text = (description: string) => ({ type: "string", description });
const time = (description: string) => ({ type: "string", format: "date-time", description });
const yes = (description: string) => ({ type: "boolean", description });
const whole = (description: string, minimum = 0) => ({ type: "integer", minimum, description });
const list = (items: object, description: string) => ({ type: "array", items, description });
const object = (description: string, properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: "object",
  description,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const log = object("A container's log.", {
  path: text("Where it is in the archive; absent when there is nothing of it."),
  pipelineTask: text("Name of the pipeline task."),
  taskRun: text("Name of the TaskRun."),
  matrixIndex: whole("Position among the TaskRuns of a matrix, from 0; absent without one."),
  attempt: whole("Attempt, from 1.", 1),
  pod: text("Name of the pod."),
  container: text("Name of the container."),
  kind: {
    enum: ["init", "step", "sidecar"],
    description: "What the container is for. One that somebody else put into the pod counts as a sidecar.",
  },
  startedAt: time("When the step or container started; absent when that is not known."),
  firstTimestamp: time(
    "Of the first line. Long after the start it means silence, or a loss that cannot be told from it.",
  ),
  lastTimestamp: time("Of the last line."),
  bytes: whole("Bytes of the file."),
  lines: whole("Lines as the container wrote them; a secret of several lines is masked by one line of the file."),
  sha256: { type: "string", pattern: "^[0-9a-f]{64}$", description: "Of the file; absent without one." },
  complete: yes("Whether everything that the container wrote is in the file."),
  reason: {
    enum: ["gone", "rotated", "connection-lost", "running", "never-started", "unavailable"],
    description: "Why it is not complete. gone: the pod, the container or its log was deleted. rotated: the kubelet " +
      "threw the beginning away. connection-lost: the connection broke more often than is worth trying. running: the " +
      "container went on writing. never-started: it never ran. unavailable: the server would not give it.",
  },
  detail: text("The reason, for people."),
  masked: list(
    object("A kind of secret.", { rule: text("The rule that found it."), count: whole("How often.", 1) }),
    "Secrets that were masked; absent without any.",
  ),
}, ["path", "matrixIndex", "startedAt", "firstTimestamp", "lastTimestamp", "sha256", "reason", "detail", "masked"]);

/** The schema. Fields that are not named in it may be added by a later minor version. */
const schema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "manifest.json",
  ...object("What the Task export-pipeline-logs puts into an archive, and what it could not.", {
    schemaVersion: {
      type: "string",
      pattern: "^1\\.[0-9]+$",
      description: "Version of this JSON. The first number grows when a field is taken away or changes its meaning.",
    },
    pipelineRunName: text("Name of the PipelineRun."),
    namespace: text("Its namespace."),
    uid: text("Its uid."),
    createdAt: time("When the wait for the other runs ended."),
    timestamps: yes("Whether each line of the logs begins with its timestamp."),
    compression: { enum: ["gzip", "zstd"], description: "How the archive is compressed." },
    complete: yes(
      "Whether nothing is lost. A container that never ran, and a sidecar that still does, have lost nothing.",
    ),
    timedOut: yes("Whether the deadline ended the wait."),
    logs: list(log, "Every container of every attempt, in order of the path."),
    leftOut: list(
      object("A run.", {
        kind: text("TaskRun, CustomRun or PipelineRun."),
        name: text("Its name."),
        pipelineTask: text("Name of its pipeline task."),
        reason: text("Why it has no log here."),
      }),
      "Runs that have no log in the archive, in order of name.",
    ),
    unfinished: list(
      object("A run, or a pipeline task that has none.", {
        name: text("Name of the run; of the pipeline task while it has none."),
        pipelineTask: text("Name of the pipeline task; empty when it is not known."),
        why: text("In which state it is."),
      }),
      "What had not ended when the wait did, or is not there any more.",
    ),
  }),
};

export default schema;
