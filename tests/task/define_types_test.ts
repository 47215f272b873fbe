import assert from "node:assert/strict";
import { join } from "node:path";
import { defineStepAction, defineTask, fieldRef, variable } from "../../lib/task/define.ts";
import { root } from "./repository.ts";

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never;

const about = { name: "x", version: "0.1", displayName: "X", description: "X." } as const;

Deno.test("types: the code sees the declared params with their types, and no others", () => {
  defineTask({
    ...about,
    params: {
      "quay-repo": { description: "d" },
      "namespace": { description: "d", default: variable("context.pipelineRun.namespace") },
      "compression": { description: "d", default: "gzip", enum: ["gzip", "zstd"] },
      "files": { type: "array", description: "d", default: [] },
      "git": { type: "object", description: "d", properties: { url: {}, "commit-sha": {} } },
    },
    run: ({ params }) => {
      const checks: readonly true[] = [
        true satisfies Same<typeof params["quay-repo"], string>,
        true satisfies Same<typeof params.namespace, string>,
        true satisfies Same<typeof params.compression, "gzip" | "zstd">,
        true satisfies Same<typeof params.files, readonly string[]>,
        true satisfies Same<typeof params.git, { readonly url: string; readonly "commit-sha": string }>,
      ];
      // @ts-expect-error: the param is called quay-repo
      params["quay-rep"];
      // @ts-expect-error: the object has no such key
      params.git.branch;
      // @ts-expect-error: gz is not in the enum
      params.compression === "gz";
      return void checks;
    },
  });
});

Deno.test("types: results, workspaces, secrets, options and variables are known by their names", () => {
  defineTask({
    ...about,
    params: { secret: { description: "d" } },
    options: { output: { value: "DIR", description: "d" }, "plain-http": { description: "d" } },
    results: { TAG: { description: "d" }, ALL: { description: "d", type: "array" } },
    workspaces: { data: { description: "d" }, more: { description: "d", optional: true } },
    secrets: { credentials: { secretName: variable("params.secret"), key: "k", description: "d" } },
    env: { TASKRUN_NAME: variable("context.taskRun.name"), POD_NAMESPACE: fieldRef("metadata.namespace") },
    run: ({ options, results, workspaces, secrets, env }) => {
      const checks: readonly true[] = [
        true satisfies Same<typeof options.output, string | undefined>,
        true satisfies Same<typeof options["plain-http"], boolean>,
        true satisfies Same<typeof env.TASKRUN_NAME, string>,
        true satisfies Same<Parameters<typeof results.set>[0], "TAG" | "ALL">,
      ];
      results.set("TAG", "v1");
      results.set("ALL", ["a"]);
      // @ts-expect-error: the result is called TAG
      results.set("TAGG", "v1");
      // @ts-expect-error: TAG is text, not a list
      results.set("TAG", ["v1"]);
      // @ts-expect-error: ALL is a list, not text
      results.set("ALL", "a");
      workspaces.data.path;
      // @ts-expect-error: an optional workspace may be undefined
      workspaces.more.path;
      // @ts-expect-error: there is no such workspace
      workspaces.dat;
      // @ts-expect-error: there is no such secret
      secrets.credential;
      // @ts-expect-error: there is no such option
      options.out;
      // @ts-expect-error: there is no such variable
      env.TASK_RUN_NAME;
      return void checks;
    },
  });
});

Deno.test("types: what is not declared does not exist", () => {
  defineTask({
    ...about,
    run: ({ params, results, secrets }) => {
      // @ts-expect-error: no param is declared
      params.anything;
      // @ts-expect-error: no result is declared
      results.set("ANY", "x");
      // @ts-expect-error: no secret is declared
      secrets.any;
    },
  });
});

Deno.test("types: a declaration is held to its shape", () => {
  // @ts-expect-error: a param needs a description
  defineTask({ ...about, params: { a: {} }, run: () => {} });
  // @ts-expect-error: the deadline is no param
  defineTask({ ...about, params: { timeout: { description: "d" } }, deadline: "timeou", run: () => {} });
  // @ts-expect-error: a Task has code
  defineTask({ ...about });
  // @ts-expect-error: a list's default is a list
  defineTask({ ...about, params: { a: { type: "array", description: "d", default: "x" } }, run: () => {} });
  // @ts-expect-error: a StepAction cannot declare workspaces
  defineStepAction({ ...about, workspaces: { data: { description: "d" } }, run: () => {} });
  // @ts-expect-error: nor volumes of its own
  defineStepAction({ ...about, scratch: ["/scratch"], run: () => {} });
});

Deno.test("types: a Task file with a misspelt param or result does not pass deno check", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const lib = new URL("../../lib/task/define.ts", import.meta.url).href;
    const file = (use: string) =>
      `import { defineTask } from ${JSON.stringify(lib)};
export const task = defineTask({
  name: "x", version: "0.1", displayName: "X", description: "X.",
  params: { "quay-repo": { description: "Where to." } },
  results: { TAG: { description: "The tag." } },
  run: ({ params, results }) => { ${use} },
});\n`;
    const check = async (use: string) => {
      await Deno.writeTextFile(join(folder, "task.ts"), file(use));
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", "--config", join(root, "deno.json"), "--no-lock", join(folder, "task.ts")],
        env: { NO_COLOR: "1" },
      }).output();
      return { success, text: new TextDecoder().decode(stderr) };
    };
    const right = await check(`results.set("TAG", params["quay-repo"]);`);
    assert.ok(right.success, right.text);
    const wrong = await check(`results.set("TGA", params["quay-rep"]);`);
    assert.ok(!wrong.success);
    assert.match(wrong.text, /"TGA"/);
    assert.match(wrong.text, /quay-rep/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
