import assert from "node:assert/strict";
import { faultsOf } from "../../lib/task/check.ts";
import type { Definition } from "../../lib/task/declaration.ts";
import { variable } from "../../lib/task/define.ts";

const sound: Definition = {
  kind: "Task",
  name: "sample",
  version: "0.1",
  displayName: "Sample",
  description: "d",
  params: {
    a: { description: "d" },
    list: { type: "array", description: "d" },
    object: { type: "object", description: "d", properties: { key: {} } },
    timeout: { description: "d", default: "1h" },
  },
  results: { R: { description: "d" } },
  workspaces: { data: { description: "d" } },
  secrets: { credentials: { secretName: variable("params.a"), key: ".dockerconfigjson", description: "d" } },
  env: {
    TASKRUN: variable("context.taskRun.name"),
    KEY: variable("params.object.key"),
    DATA: variable("workspaces.data.path"),
  },
  scratch: ["/scratch"],
  permissions: { net: true, env: ["X_*"], read: ["/etc/x"] },
  deadline: "timeout",
  stepsAfter: [{ name: "after", uses: { stepAction: "s", version: "0.1" }, params: { x: variable("params.a") } }],
  run: () => {},
};

function faults(change: Readonly<Record<string, unknown>>): string {
  return faultsOf({ ...sound, ...change } as Definition).join("; ");
}

Deno.test("check: a sound declaration has no faults", () => {
  assert.deepEqual(faultsOf(sound), []);
});

const wrong: readonly (readonly [what: string, change: Readonly<Record<string, unknown>>, says: RegExp])[] = [
  ["a name that is no label", { name: "Sample_Task" }, /"Sample_Task" is not a DNS label/],
  ["a version that is none", { version: "v1" }, /"v1" is not like 0\.1/],
  ["a member that means nothing", { discription: "x" }, /"discription" means nothing here/],
  ["an empty description", { description: " " }, /description is empty/],
  ["a param without a description", { params: { a: { description: "" } } }, /"a" has no description/],
  ["a member of a param that means nothing", {
    params: { ...sound.params, b: { description: "d", defualt: "x" } },
  }, /"defualt" means nothing in the param "b"/],
  [
    "a param's name that Tekton refuses",
    { params: { ...sound.params, "a.b": { description: "d" } } },
    /"a\.b" may hold/,
  ],
  ["a default outside of its enum", {
    params: { ...sound.params, b: { description: "d", default: "x", enum: ["y"] } },
  }, /"x" of "b" is not in its enum/],
  ["an enum that repeats", { params: { ...sound.params, b: { description: "d", enum: ["y", "y"] } } }, /repeats/],
  ["an object without keys", {
    params: { ...sound.params, b: { type: "object", description: "d", properties: {} } },
  }, /"b" has no properties/],
  ["a default with a key of its own", {
    params: { ...sound.params, b: { type: "object", description: "d", properties: { k: {} }, default: { l: "" } } },
  }, /has the key "l"/],
  ["params that meet in one variable", {
    params: { ...sound.params, "a-b": { description: "d" }, "a_b": { description: "d" } },
  }, /param "a-b" and param "a_b" are both the variable PARAM_A_B/],
  ["a param that meets an object's key", {
    params: { ...sound.params, "object-key": { description: "d" } },
  }, /key "key" of the param "object" and param "object-key" are both the variable PARAM_OBJECT_KEY/],
  ["a param that is a common option", {
    params: { ...sound.params, debug: { description: "d" } },
  }, /param "debug" and an option every command has are both the option --debug/],
  ["an option that is a param", { options: { a: { description: "d" } } }, /are both the option --a/],
  ["a secret's option that is a param", {
    params: { ...sound.params, "credentials-file": { description: "d" } },
  }, /--credentials-file/],
  ["a variable that is a param's", { env: { PARAM_A: "x" } }, /both the variable PARAM_A/],
  ["a variable the runtime sets", { env: { DENO_DIR: "x" } }, /DENO_DIR, which the runtime sets itself/],
  ["a variable in small letters", { env: { lower: "x" } }, /"lower" is not in capitals/],
  [
    "a result's name that Tekton refuses",
    { results: { "-r": { description: "d" } } },
    /"-r" is not a name Tekton takes/,
  ],
  ["a workspace that is no label", { workspaces: { Data: { description: "d" } } }, /"Data" is not a DNS label/],
  ["a step that is no label", { step: "Step" }, /the step "Step"/],
  ["two steps of one name", { step: "after" }, /are both the step after/],
  ["a secret without a Secret", { secrets: { s: { key: "k", description: "d" } } }, /names no Secret/],
  ["a secret of an undeclared param", {
    secrets: { s: { secretName: variable("params.nope"), key: "k", description: "d" } },
  }, /refers to "params\.nope"/],
  ["a key with a slash", { secrets: { s: { secretName: "x", key: "../k", description: "d" } } }, /cannot be a key/],
  ["a default that is no context variable", {
    params: { ...sound.params, b: { description: "d", default: variable("params.a") } },
  }, /which is not a context variable/],
  ["env of an undeclared param", { env: { X: variable("params.nope") } }, /env "X" refers to "params\.nope"/],
  ["env of a whole list", { env: { X: variable("params.list") } }, /refers to "params\.list"/],
  ["env of an undeclared key", { env: { X: variable("params.object.nope") } }, /refers to "params\.object\.nope"/],
  ["env of a variable a Task does not have", {
    env: { X: variable("context.pipelineRun.name") },
  }, /refers to "context\.pipelineRun\.name"/],
  ["a step's param of an undeclared param", {
    stepsAfter: [{ name: "s", uses: { stepAction: "s", version: "1.0" }, params: { x: variable("params.b") } }],
  }, /"x" of the step "s" refers to "params\.b"/],
  ["a relative scratch folder", { scratch: ["scratch"] }, /not a plain absolute path/],
  ["a scratch folder with dots", { scratch: ["/a/../etc"] }, /not a plain absolute path/],
  ["a scratch folder over Tekton's", { scratch: ["/tekton/x"] }, /would hide what is there/],
  ["a scratch folder of a secret's name", { scratch: ["/credentials"] }, /are both the volume credentials/],
  ["a relative permission", { permissions: { read: ["etc"] } }, /not an absolute path/],
  ["a permission a shebang cannot hold", { permissions: { env: ["A,B"] } }, /holds what a shebang cannot/],
  ["a deadline that is no param", { deadline: "nope" }, /the deadline "nope" is not a string param/],
  ["a deadline whose default is none", {
    params: { ...sound.params, timeout: { description: "d", default: "1 hour" } },
  }, /"1 hour" of the deadline/],
  ["a StepAction with a Task's parts", { kind: "StepAction" }, /a StepAction has no workspaces/],
];

for (const [what, change, says] of wrong) {
  Deno.test(`check: refuses ${what}`, () => assert.match(faults(change), says));
}
