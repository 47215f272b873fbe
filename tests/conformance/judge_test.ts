import assert from "node:assert/strict";
import { observeAll, scenarios } from "../../lib/conformance/check.ts";
import { at, isObject, type JsonObject } from "../../lib/conformance/path.ts";
import { requirements } from "../../lib/conformance/requirements.ts";
import type { Answer, Observation, Observations } from "../../lib/conformance/scenario.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { serveFake } from "./fake.ts";
import { flaws } from "./flaws.ts";

const image = "registry.example/sh:1";

async function observeFake(): Promise<Observations> {
  await using fake = await serveFake(image);
  const cluster = await connect({ kubeconfig: fake.kubeconfig });
  try {
    return await observeAll({ cluster, image, jobs: scenarios.length });
  } finally {
    cluster.close();
  }
}

/** A copy of the value in which what stands at the path is another; `undefined` removes it. */
function changed(value: unknown, path: string, replacement: unknown): unknown {
  const match = /^\.?(?:([^.[\]]+)|\[(\d+)\]|\[([^=\]]+)=([^\]]*)\])(.*)$/.exec(path);
  if (match === null) return replacement;
  const [, field, index, key, wanted, rest = ""] = match;
  if (field !== undefined) {
    if (!isObject(value) || !(field in value)) return value;
    const { [field]: old, ...others } = value;
    const inner = changed(old, rest, replacement);
    return inner === undefined ? others : { ...others, [field]: inner };
  }
  if (!Array.isArray(value)) return value;
  const place = index === undefined ? value.findIndex((each) => at(each, key ?? "") === wanted) : Number(index);
  if (place < 0 || place >= value.length) return value;
  return value.flatMap((each, position) => {
    if (position !== place) return [each];
    const inner = changed(each, rest, replacement);
    return inner === undefined ? [] : [inner];
  });
}

/** The observations, with that place changed in every state and answer of the object. */
function spoiled(observed: Observations, object: string, path: string, replacement: unknown): Observations {
  const [kind, name] = object.split(" ");
  const change = (state: JsonObject): JsonObject => {
    const same = state["kind"] === kind && at(state, "metadata.name") === name;
    const copy = same ? changed(state, path, replacement) : state;
    return isObject(copy) ? copy : {};
  };
  const answer = (given: Answer): Answer =>
    given.object === undefined ? given : { ...given, object: change(given.object) };
  return new Map([...observed].map(([id, observation]): [string, Observation] => [id, {
    ...observation,
    creation: answer(observation.creation),
    states: observation.states.map(change),
    children: new Map([...observation.children].map(([child, states]) => [child, states.map(change)])),
    prerequisites: observation.prerequisites.map(({ sent, answer: given }) => ({ sent, answer: answer(given) })),
    management: new Map([...observation.management].map(([step, given]) => [step, answer(given)])),
  }]));
}

/**
 * Requirements that rest on an answer, an order, an absence, or on one of many places, instead of one value; the flaws
 * show that they can fail.
 */
const otherwise = new Set([
  ...["create", "read", "list", "update", "delete"].flatMap((verb) => [`TaskRun.${verb}`, `PipelineRun.${verb}`]),
  "ResourceOverview.spec.no-other-fields",
  "ResourceOverview.spec.known-fields",
  "ResourceOverview.spec.unknown-field",
  "ObjectMeta.generateName",
  "ObjectMeta.generateName.not-returned",
  ...["name.unique", "command", "args", "script"].map((aspect) => `Sidecar.${aspect}`),
  "PipelineTask.runAfter",
  "ContainerState.running",
  "ContainerStateTerminated.message",
  "Condition.message",
  "StatusSignalling.severity",
  "PipelineSpec.params.given",
  "TimeoutFields.sum",
]);

Deno.test("no judge is satisfied whatever it sees: the value that its verdict rests on decides it", async () => {
  const observed = await observeFake();
  const content: string[] = [];
  let judged = 0;
  for (const { id, judge } of requirements) {
    const { finding, object, path } = judge(observed);
    if (otherwise.has(id) || (finding !== "pass" && finding !== "deviates")) continue;
    judged++;
    const decided = [undefined, "", "wrong", 424_242, [], { wrong: true }].some((replacement) => {
      const again = judge(spoiled(observed, object, path, replacement)).finding;
      return again === "fail" || again === "not-shown";
    });
    if (!decided) content.push(`${id}: ${object} ${path}`);
  }
  assert.deepEqual(content, []);
  assert.ok(judged > 170, `only ${judged} were judged`);
});

Deno.test("what does not rest on one value is shown to fail by a flaw", () => {
  const caught = new Set(flaws.flatMap((flaw) => flaw.caught));
  const tolerated = ["ResourceOverview.spec.unknown-field", "ObjectMeta.generateName.not-returned"];
  // Without creation there is nothing to check: the test below shows that it fails.
  const basic = ["TaskRun.create", "PipelineRun.create"];
  const unshown = [...otherwise].filter((id) => !caught.has(id) && !tolerated.includes(id) && !basic.includes(id));
  assert.deepEqual(unshown, []);
});

Deno.test("an implementation of which nothing was seen meets no requirement", () => {
  const met = requirements.filter(({ judge, level }) => level !== "MAY" && judge(new Map()).finding === "pass");
  assert.deepEqual(met.map(({ id }) => id), []);
});

Deno.test("an implementation that refuses every object meets nothing, and is not conformant", async () => {
  const observed = await observeFake();
  const refusing: Observations = new Map([...observed].map(([id, observation]): [string, Observation] => {
    const refusal = { status: 500, message: "no" };
    const prerequisites = observation.prerequisites.map(({ sent }) => ({ sent, answer: refusal }));
    return [id, {
      ...observation,
      prerequisites,
      creation: refusal,
      states: [],
      children: new Map(),
      management: new Map(),
      ended: false,
    }];
  }));
  const findings = requirements.filter(({ level }) => level !== "MAY").map(({ id, judge }) => ({
    id,
    ...judge(refusing),
  }));
  assert.deepEqual(findings.filter(({ finding }) => finding === "pass").map(({ id }) => id), []);
  assert.ok(findings.filter(({ finding }) => finding === "fail").length > 150);
});
