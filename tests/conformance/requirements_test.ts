import assert from "node:assert/strict";
import { scenarios } from "../../lib/conformance/check.ts";
import { deviations } from "../../lib/conformance/deviation.ts";
import { runOf } from "../../lib/conformance/drive.ts";
import { isObject, type JsonObject } from "../../lib/conformance/path.ts";
import { requirements } from "../../lib/conformance/requirements.ts";
import { committedRows, readRows } from "./spec.ts";

/** Path of a copy of the specification; without it the committed list of its rows is all that is compared with. */
const specification = Deno.env.get("TEKTON_API_SPEC");

Deno.test({
  name: "the committed list of fields is that of the specification's tables",
  ignore: specification === undefined,
  fn: async () => {
    const text = await Deno.readTextFile(specification ?? "");
    assert.deepEqual(await committedRows(), readRows(text));
    for (const { sentence } of requirements) assert.ok(!text.includes(sentence), `not in our own words: ${sentence}`);
  },
});

Deno.test("every field that is REQUIRED or RECOMMENDED has its requirement, at that level", async () => {
  const rows = await committedRows();
  assert.equal(rows.length, 155);
  for (const { section, field, level } of rows.filter((row) => row.level !== "OPTIONAL")) {
    const own = requirements.filter((each) => each.section === section && each.field === field);
    assert.ok(own.some((each) => each.level === level), `${section}.${field} is ${level} and nobody checks it`);
  }
});

/** What the specification asks for outside the tables' columns, in our words, and the ids that check it. */
const sentences: readonly [string, readonly string[]][] = [
  ["no spec field outside the specification is asked for", ["ResourceOverview.spec.no-other-fields"]],
  ["TaskRuns and PipelineRuns can be managed", [
    ...["create", "read", "list", "update", "delete"].flatMap((verb) => [`TaskRun.${verb}`, `PipelineRun.${verb}`]),
  ]],
  ["the time of creation", ["ObjectMeta.creationTimestamp.format", "ObjectMeta.creationTimestamp.other-types"]],
  ["generateName", ["ObjectMeta.generateName.random", "ObjectMeta.generateName.not-returned"]],
  ["names of sidecars are unique", ["Sidecar.name.unique"]],
  ["declared params are given", ["PipelineSpec.params.given"]],
  ["types of params", ["ParamSpec.type.string", "ParamSpec.type.array", "ParamSpec.type.object"]],
  ["types of results", ["TaskResult.type.string", "TaskResult.type.array", "TaskResult.type.object"]],
  ["Succeeded is populated", ["TaskRunStatus.conditions.Succeeded", "PipelineRunStatus.conditions.Succeeded"]],
  ["times of runs", [
    ...["startTime", "completionTime"].flatMap((time) => [
      `TaskRunStatus.${time}.format`,
      `PipelineRunStatus.${time}.format`,
    ]),
  ]],
  ["times of containers", [
    "ContainerStateRunning.startedAt.format",
    "ContainerStateTerminated.startedAt.format",
    "ContainerStateTerminated.finishedAt.format",
  ]],
  ["one state at a time", ["ContainerState.state.only-one"]],
  ["sum of timeouts, and durations", ["TimeoutFields.sum", "TimeoutFields.duration", "PipelineTask.timeout.none"]],
  ["default timeout", ["TaskRunSpec.timeout.default"]],
  ["conditions", ["StatusSignalling.conditions", "StatusSignalling.lastTransitionTime.format"]],
  ["what Succeeded says", [
    "StatusSignalling.Succeeded.true",
    "StatusSignalling.Succeeded.false",
    "StatusSignalling.Succeeded.diagnostics",
    "StatusSignalling.Succeeded.unknown",
  ]],
];

Deno.test("every sentence with a MUST has its requirement", () => {
  const ids = new Set(requirements.map(({ id }) => id));
  for (const [sentence, needed] of sentences) for (const id of needed) assert.ok(ids.has(id), `${sentence}: ${id}`);
});

Deno.test("ids are unique, sentences end with a full stop, deviations belong to a requirement", () => {
  const ids = requirements.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, sentence } of requirements) assert.match(sentence, /^[A-Z].*[.]$/, id);
  for (const { requirement } of deviations) assert.ok(ids.includes(requirement), requirement);
  assert.equal(new Set(deviations.map(({ requirement }) => requirement)).size, deviations.length);
});

/** The section of the specification that describes a field's value. */
const typeOf: Readonly<Record<string, string>> = {
  "TaskRun.metadata": "ObjectMeta",
  "TaskRun.spec": "TaskRunSpec",
  "PipelineRun.metadata": "ObjectMeta",
  "PipelineRun.spec": "PipelineRunSpec",
  "Task.metadata": "ObjectMeta",
  "Task.spec": "TaskSpec",
  "Pipeline.metadata": "ObjectMeta",
  "Pipeline.spec": "PipelineSpec",
  "TaskRunSpec.params": "Param",
  "TaskRunSpec.taskRef": "TaskRef",
  "TaskRunSpec.taskSpec": "TaskSpec",
  "TaskRunSpec.workspaces": "WorkspaceBinding",
  "PipelineRunSpec.params": "Param",
  "PipelineRunSpec.pipelineRef": "PipelineRef",
  "PipelineRunSpec.pipelineSpec": "PipelineSpec",
  "PipelineRunSpec.timeouts": "TimeoutFields",
  "PipelineRunSpec.workspaces": "WorkspaceBinding",
  "TaskRef.params": "Param",
  "PipelineRef.params": "Param",
  "TaskSpec.params": "ParamSpec",
  "TaskSpec.steps": "Step",
  "TaskSpec.sidecars": "Sidecar",
  "TaskSpec.results": "TaskResult",
  "TaskSpec.workspaces": "WorkspaceDeclaration",
  "Step.env": "EnvVar",
  "Step.securityContext": "SecurityContext",
  "Sidecar.securityContext": "SecurityContext",
  "PipelineSpec.params": "ParamSpec",
  "PipelineSpec.tasks": "PipelineTask",
  "PipelineSpec.finally": "PipelineTask",
  "PipelineSpec.results": "PipelineResult",
  "PipelineSpec.workspaces": "PipelineWorkspaceDeclaration",
  "PipelineTask.taskRef": "TaskRef",
  "PipelineTask.taskSpec": "TaskSpec",
  "PipelineTask.params": "Param",
  "PipelineTask.workspaces": "WorkspacePipelineTaskBinding",
};

Deno.test("no run asks for a field that the specification does not have, except the one that shows what comes of it", async () => {
  const rows = await committedRows();
  // A namespace says where the object is, and is not the specification's subject.
  const known = new Set([
    ...rows.map(({ section, field }) => `${section}.${field}`.toLowerCase()),
    "objectmeta.namespace",
  ]);
  const unknown: string[] = [];
  const walk = (section: string, value: unknown, path: string) => {
    for (const element of Array.isArray(value) ? value : [value]) {
      if (!isObject(element)) continue;
      for (const [field, inner] of Object.entries(element)) {
        if (!known.has(`${section}.${field}`.toLowerCase())) unknown.push(`${path}.${field}`);
        const type = typeOf[`${section}.${field}`];
        if (type !== undefined) walk(type, inner, `${path}.${field}`);
      }
    }
  };
  const settings = { image: "sh:1", namespace: "n", prefix: "p-" };
  for (const scenario of scenarios) {
    const objects: JsonObject[] = [...scenario.prerequisites?.(settings) ?? [], runOf(scenario, settings)];
    for (const object of objects) walk(String(object["kind"]), object, scenario.id);
  }
  assert.deepEqual(unknown, ["unknown-field.spec.conformanceUnknownField"]);
});
