/**
 * Requirements of sections "Resource Overview - v1" and "ObjectMeta": objects, their management, their metadata.
 * @module
 */
import { updateAnnotation } from "./drive.ts";
import {
  all,
  deviating,
  echo,
  isPresent,
  isText,
  isTime,
  type Judge,
  judgement,
  of,
  prerequisiteEcho,
  type Requirement,
  section,
  value,
} from "./judge.ts";
import { at, contains, isObject } from "./path.ts";
import { type ManagementStep, type Observation, type RunKind, scenarioAnnotation, scenarioLabel } from "./scenario.ts";

const overview = section("Resource Overview");
const objectMeta = section("ObjectMeta");

/** The run is accepted, whatever comes of it. */
const accepted = (scenario: string): Judge => of(scenario, (_, run) => judgement("pass", run, "metadata.name"));

/** No run that keeps to the specification is refused for a field that the implementation does not know. */
const knownFields: Judge = (observed) => {
  let accepted = 0;
  for (const observation of observed.values()) {
    if (observation.scenario.id === "unknown-field") continue;
    const { message = "" } = observation.creation;
    if (/unknown field|field not declared/i.test(message)) {
      return { ...judgement("fail", observation.sent, ""), value: "refused", note: message };
    }
    if (observation.creation.object !== undefined) accepted++;
  }
  const found = judgement(accepted > 0 ? "pass" : "not-shown", undefined, "");
  return { ...found, object: `${accepted} of ${observed.size} runs`, value: "accepted, none refused for a field" };
};

/** Refused, dropped or kept: all is allowed; the evidence says which. */
const unknownField: Judge = (observed) => {
  const observation = observed.get("unknown-field");
  const path = "spec.conformanceUnknownField";
  const found = judgement("pass", observation?.creation.object ?? observation?.sent, path);
  if (observation?.creation.object !== undefined) {
    return { ...found, note: found.value === "absent" ? "dropped" : "kept" };
  }
  return { ...found, value: "refused", note: observation?.creation.message ?? "no answer" };
};

const isVersion = (kind: string, scenario: string): Judge =>
  of(scenario, (_, run) => {
    const version = at(run, "apiVersion");
    if (version === "v1") return judgement("pass", run, "apiVersion");
    return judgement(version === "tekton.dev/v1" ? "deviates" : "fail", run, "apiVersion", `of a ${kind}`);
  });

const ofTypes = (kind: "Task" | "Pipeline", scenario: string): Requirement[] => {
  const row = section(kind);
  const of = (path: string) => prerequisiteEcho(scenario, kind, path);
  return [
    row("kind", "RECOMMENDED", `A ${kind} says that it is one.`, of("kind")),
    row("apiVersion", "RECOMMENDED", `A ${kind} names the version of its schema.`, deviating(of("apiVersion"))),
    row("metadata", "REQUIRED", `A ${kind} has metadata.`, of("metadata.name")),
    row("spec", "REQUIRED", `A ${kind} has a spec.`, of("spec")),
  ];
};

/** The answer to one request of the management scenario is good, and holds what it should. */
function managed(
  kind: RunKind,
  step: ManagementStep,
  good: (observation: Observation) => boolean = (observation) => observation.management.get(step)?.object !== undefined,
): Judge {
  return of(`${kind.toLowerCase()}-management`, (observation, run) => {
    const answer = observation.management.get(step);
    const found = judgement(good(observation) ? "pass" : "fail", run, "metadata.name");
    const said = `${answer?.status ?? "not asked"}${answer?.message === undefined ? "" : `: ${answer.message}`}`;
    return { ...found, value: `${step}: ${said}` };
  });
}

const ofRuns = (kind: RunKind, scenario: string): Requirement[] => {
  const row = section(kind);
  const annotation = (observation: Observation) => {
    const annotations = at(observation.management.get("read-after-update")?.object, "metadata.annotations");
    return isObject(annotations) && annotations[updateAnnotation[0]] === updateAnnotation[1];
  };
  const same = (step: ManagementStep) => (observation: Observation) => {
    const object = observation.management.get(step)?.object;
    return object !== undefined && at(object, "metadata.name") === at(observation.sent, "metadata.name") &&
      contains(at(object, "spec"), at(observation.sent, "spec"));
  };
  return [
    row("kind", "RECOMMENDED", `A ${kind} says that it is one.`, value(scenario, "kind", kind)),
    row("apiVersion", "RECOMMENDED", `A ${kind} names the version of its schema.`, isVersion(kind, scenario)),
    row("metadata", "REQUIRED", `A ${kind} has metadata.`, echo(scenario, "metadata.name")),
    row("spec", "REQUIRED", `A ${kind} has a spec.`, of(scenario, (_, run) => present(run, "spec"))),
    row("status", "REQUIRED", `A ${kind} has a status.`, of(scenario, (_, run) => present(run, "status.conditions"))),
    row("create", "REQUIRED", `A ${kind} can be created.`, accepted(`${kind.toLowerCase()}-management`)),
    row("read", "REQUIRED", `A ${kind} can be read by its name.`, managed(kind, "read", same("read"))),
    row("list", "REQUIRED", `A ${kind} is found in the list of them.`, managed(kind, "listed", same("listed"))),
    row(
      "update",
      "REQUIRED",
      `A ${kind} can be replaced by a changed one, and the change is there when it is read again.`,
      all(managed(kind, "updated"), managed(kind, "read-after-update", annotation)),
    ),
    row(
      "delete",
      "REQUIRED",
      `A ${kind} can be deleted, and is then gone.`,
      all(
        managed(kind, "deleted"),
        managed(kind, "read-after-delete", ({ management }) => management.get("read-after-delete")?.status === 404),
      ),
    ),
  ];
};

const present = (run: unknown, path: string) =>
  judgement(isPresent(at(run, path)) === true ? "pass" : "fail", run, path);

/** The metadata of a run, at creation. */
const creation = (scenario: string, path: string, test: typeof isTime): Judge =>
  of(scenario, ({ creation }) => {
    const found = test(at(creation.object, path));
    if (found === true) return judgement("pass", creation.object, path);
    return judgement("fail", creation.object, path, found === "deviates" ? found : found.wrong);
  });

const prerequisiteTime: Judge = (observed) => {
  const there = prerequisiteEcho("task-reference", "Task", "metadata.name")(observed);
  if (there.finding !== "pass") return there;
  const object = observed.get("task-reference")?.prerequisites[0]?.answer.object;
  const path = "metadata.creationTimestamp";
  return judgement(isTime(at(object, path)) === true ? "pass" : "fail", object, path);
};

/** Judges the two runs whose names the server made up; where it refused to, only the recommendation is missed. */
const generated = (
  kind: RunKind,
  good: (name: string, prefix: string, other: unknown) => boolean,
): Judge =>
(observed) => {
  const observation = observed.get(`${kind.toLowerCase()}-generated-name`);
  const object = observation?.creation.object;
  const path = "metadata.name";
  if (object === undefined) {
    const said = observation?.creation.message ?? "no answer";
    return { ...judgement("not-shown", observation?.sent, "metadata.generateName", said), value: "refused" };
  }
  const other = at(observation?.management.get("created-again")?.object, path);
  const prefix = String(at(observation?.sent, "metadata.generateName"));
  return judgement(
    good(String(at(object, path) ?? ""), prefix, other) ? "pass" : "fail",
    object,
    path,
    `then ${other}`,
  );
};

const both = (make: (kind: RunKind) => Judge): Judge => all(make("TaskRun"), make("PipelineRun"));

const notReturned = (kind: RunKind): Judge =>
  all(generated(kind, () => true), (observed) => {
    const object = observed.get(`${kind.toLowerCase()}-generated-name`)?.creation.object;
    const path = "metadata.generateName";
    return judgement(at(object, path) === undefined ? "pass" : "deviates", object, path);
  });

/** Requirements of objects. */
export const objectRows: readonly Requirement[] = [
  overview(
    "spec",
    "MUST NOT",
    "An implementation asks for no spec field that the specification does not list.",
    all(accepted("minimal"), accepted("minimal-pipeline")),
    "no-other-fields",
  ),
  overview(
    "spec",
    "REQUIRED",
    "No field that the specification lists is refused as unknown.",
    knownFields,
    "known-fields",
  ),
  overview(
    "spec",
    "MAY",
    "A field that the specification does not list may be refused, dropped or kept.",
    unknownField,
    "unknown-field",
  ),
  ...ofTypes("Task", "task-reference"),
  ...ofTypes("Pipeline", "pipeline-reference"),
  ...ofRuns("TaskRun", "steps"),
  ...ofRuns("PipelineRun", "pipeline"),
  objectMeta("name", "REQUIRED", "An object has the name that it was given.", echo("steps", "metadata.name")),
  objectMeta(
    "labels",
    "RECOMMENDED",
    "An object keeps the labels that it was given.",
    metadataMap("labels", scenarioLabel),
  ),
  objectMeta(
    "annotations",
    "RECOMMENDED",
    "An object keeps the annotations that it was given, which other tools write to.",
    metadataMap("annotations", scenarioAnnotation),
  ),
  objectMeta(
    "creationTimestamp",
    "REQUIRED",
    "The implementation notes when a TaskRun or PipelineRun was created.",
    all(
      creation("steps", "metadata.creationTimestamp", isText),
      creation("pipeline", "metadata.creationTimestamp", isText),
    ),
  ),
  objectMeta(
    "creationTimestamp",
    "MUST",
    "The time of creation is written by RFC 3339.",
    all(
      creation("steps", "metadata.creationTimestamp", isTime),
      creation("pipeline", "metadata.creationTimestamp", isTime),
    ),
    "format",
  ),
  objectMeta(
    "creationTimestamp",
    "RECOMMENDED",
    "Tasks and Pipelines note when they were created, by RFC 3339.",
    prerequisiteTime,
    "other-types",
  ),
  objectMeta(
    "uid",
    "RECOMMENDED",
    "A run has an id that no other ever has.",
    creation("steps", "metadata.uid", isText),
  ),
  objectMeta(
    "generateName",
    "RECOMMENDED",
    "A run may be created without a name, with the beginning of one.",
    both((kind) => accepted(`${kind.toLowerCase()}-generated-name`)),
  ),
  objectMeta(
    "generateName",
    "MUST",
    "The name made up begins with generateName and goes on with something random, different each time.",
    both((kind) =>
      generated(
        kind,
        (name, prefix, other) =>
          name.startsWith(prefix) && name.length > prefix.length && typeof other === "string" &&
          other.startsWith(prefix) && other !== name,
      )
    ),
    "random",
  ),
  objectMeta(
    "generateName",
    "MUST",
    "The answer to the creation no longer has generateName.",
    both(notReturned),
    "not-returned",
  ),
];

function metadataMap(field: "labels" | "annotations", key: string): Judge {
  return of("steps", (observation, run) => {
    const read = (object: unknown) => {
      const map = at(object, `metadata.${field}`);
      return isObject(map) ? map[key] : undefined;
    };
    const kept = read(run) === read(observation.sent);
    return judgement(
      kept ? "pass" : "fail",
      run,
      `metadata.${field}`,
      kept ? undefined : `${key} is not as it was sent`,
    );
  });
}
