import assert from "node:assert/strict";
import fc from "fast-check";
import type { Definition } from "../../lib/task/declaration.ts";
import { defineStepAction, defineTask, variable } from "../../lib/task/define.ts";
import { type Grants, grantsOf, shebangOf } from "../../lib/task/permissions.ts";

const about = { name: "sample", version: "0.1", displayName: "S", description: "d", run: () => {} } as const;

Deno.test("permissions: a Task that declares nothing is granted nothing", () => {
  const grants = grantsOf(defineTask(about));
  assert.deepEqual(grants, {});
  assert.ok(!shebangOf("x", grants).line.includes("--allow"));
});

Deno.test("permissions: each declared thing brings what it needs, and no more", () => {
  const task: Definition = defineTask({
    ...about,
    params: { a: { description: "d" }, list: { type: "array", description: "d" } },
    results: { R: { description: "d" } },
    workspaces: { data: { description: "d" }, fixed: { description: "d", readOnly: true } },
    secrets: { token: { secretName: "x", key: "k", description: "d" } },
    env: { TASKRUN: variable("context.taskRun.name") },
    scratch: ["/scratch"],
    permissions: { net: ["quay.io"], env: ["X_*"], read: ["/scratch/deeper", "/etc/ssl"], sys: ["hostname"] },
  });
  assert.deepEqual(grantsOf(task), {
    net: ["quay.io"],
    env: ["PARAM_*", "WORKSPACE_*", "SECRET_*", "RESULT_*", "TASKRUN", "X_*"],
    read: ["/secrets/token", "/workspace/data", "/workspace/fixed", "/scratch", "/etc/ssl"],
    write: ["/tekton/results", "/workspace/data", "/scratch"],
    sys: ["hostname"],
  });
});

Deno.test("permissions: lists come as arguments and need none", () => {
  assert.deepEqual(grantsOf(defineTask({ ...about, params: { list: { type: "array", description: "d" } } })), {});
});

Deno.test("permissions: a StepAction writes its results where steps have theirs", () => {
  const action = defineStepAction({ ...about, results: { R: { description: "d" } } });
  assert.deepEqual(grantsOf(action), { env: ["RESULT_*"], write: ["/tekton/steps"] });
});

Deno.test("permissions: a folder covers what lies in it, and not its namesakes", () => {
  const task = defineTask({ ...about, permissions: { read: ["/a/b", "/a", "/ab", "/a"] } });
  assert.deepEqual(grantsOf(task), { read: ["/a", "/ab"] });
});

Deno.test("permissions: never all of them", () => {
  const everything: Grants = { net: true, env: ["A"], read: ["/"], write: ["/x"], run: ["sh"], sys: ["hostname"] };
  assert.doesNotMatch(shebangOf("x", everything).line, /--allow-all|-A\b/);
});

Deno.test("permissions: a shebang stays below 200 characters; what does not fit stands in variables", () => {
  const list = fc.array(fc.stringMatching(/^[A-Z_/a-z]{1,40}$/), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(list, list, list, fc.boolean(), (env, read, write, net) => {
    const { line, env: variables } = shebangOf("x", { ...net ? { net: true } : {}, env, read, write });
    assert.ok(line.length < 200, line);
    const whole = line.replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? "?");
    assert.ok(
      whole.endsWith(`--allow-env=${env.join(",")} --allow-read=${read.join(",")} --allow-write=${write.join(",")}`),
    );
  }));
});

Deno.test("permissions: a shebang that cannot be short enough is refused", () => {
  const kinds = Object.fromEntries(
    ["net", "env", "read", "write", "run", "sys"].map((kind) => [kind, ["x".repeat(90)]]),
  );
  assert.throws(() => shebangOf("sample", kinds), /first line of sample's script/);
});

Deno.test("permissions: env -S and Deno take lists from variables", { ignore: Deno.build.os !== "linux" }, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const long = ["PARAM_*", `OTHER_${"X".repeat(120)}`];
    const { line, env } = shebangOf("x", { env: long, read: [folder] });
    assert.ok("ALLOW_ENV" in env);
    const file = `${folder}/script-0`;
    await Deno.writeTextFile(
      file,
      `${line}\nconst state = (name) => Deno.permissions.querySync(name).state;
console.log(state({ name: "env", variable: "PARAM_A" }), state({ name: "env", variable: "HOME" }), state({ name: "read", path: "${folder}/x" }), state({ name: "net" }));\n`,
      { mode: 0o755 },
    );
    const { stdout, stderr } = await new Deno.Command(file, {
      env: { ...env, PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}` },
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "granted prompt granted prompt\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
