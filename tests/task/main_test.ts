import assert from "node:assert/strict";
import { join } from "node:path";
import { defineStepAction, defineTask, variable } from "../../lib/task/define.ts";
import { arrayMarker } from "../../lib/task/inputs.ts";
import { rehearse } from "../../lib/task/rehearse.ts";
import { resultBudget } from "../../lib/task/results.ts";
import { ExitCode, TasksmithError } from "../../lib/terminal/error.ts";
import { root } from "./repository.ts";

const about = { name: "sample", version: "0.1", displayName: "Sample", description: "d" } as const;

/** Waits for the signal, and says what it was. */
const waiting = defineTask({
  ...about,
  params: { deadline: { description: "d", default: "0" } },
  deadline: "deadline",
  run: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});

Deno.test("main: results are printed and written, text and lists, in the order of declaration", async () => {
  const task = defineTask({
    ...about,
    results: { TAG: { description: "d" }, LIST: { description: "d", type: "array" }, NONE: { description: "d" } },
    run: ({ results }) => {
      results.set("LIST", ["a", "b"]);
      results.set("TAG", "first");
      results.set("TAG", "line\nline");
    },
  });
  const text = await rehearse(task);
  assert.deepEqual(text.results, { TAG: "line\nline", LIST: '["a","b"]' });
  assert.equal(text.stdout, 'TAG="line\\nline"\nLIST=["a","b"]\n');
  assert.equal(text.exitCode, ExitCode.ok);
  const json = await rehearse(task, { args: ["--format", "json"], env: { RESULTS_DIR: "/r" } });
  assert.deepEqual(JSON.parse(json.stdout), { TAG: "line\nline", LIST: ["a", "b"] });
  assert.deepEqual(json.results, text.results);
});

Deno.test("main: a StepAction writes its results to the files it is told", async () => {
  const action = defineStepAction({
    ...about,
    results: { "said-it": { description: "d" } },
    run: ({ results }) => results.set("said-it", "x"),
  });
  const { results } = await rehearse(action, { env: { RESULT_SAID_IT: "/tekton/steps/a/results/said-it" } });
  assert.deepEqual(results, { "/tekton/steps/a/results/said-it": "x" });
});

Deno.test("main: results beyond what Tekton keeps are an error that says so, before anything is cut", async () => {
  const task = defineTask({
    ...about,
    results: { A: { description: "d" }, B: { description: "d" } },
    run: ({ results }) => {
      results.set("A", "x".repeat(2000));
      results.set("B", "é".repeat(1000));
    },
  });
  const { exitCode, stderr, results } = await rehearse(task);
  assert.equal(exitCode, ExitCode.failed);
  assert.match(stderr, /set the result B: all results together would take 4\d\d\d bytes/);
  assert.deepEqual(Object.keys(results), ["A"]);
  assert.equal(resultBudget, 4096);
});

Deno.test("main: what the code throws is the process's exit code and message", async () => {
  const failing = (error: unknown) =>
    defineTask({
      ...about,
      run: () => {
        throw error;
      },
    });
  const ours = new TasksmithError({ code: "x", doing: "push", why: "it rained", advice: "Wait.", exitCode: 3 });
  const { exitCode, stderr } = await rehearse(failing(ours));
  assert.equal(exitCode, 3);
  assert.equal(stderr, "error: could not push: it rained\n  Wait.\n");
  const foreign = await rehearse(failing(new RangeError("off by one")));
  assert.equal(foreign.exitCode, 1);
  assert.equal(foreign.stderr, "error: off by one\n");
  const debug = await rehearse(failing(new RangeError("off by one")), { args: ["--debug"] });
  assert.match(debug.stderr, /main_test\.ts/);
});

Deno.test("main: SIGTERM ends with 143, SIGINT with 130, whatever the code makes of it", async () => {
  for (const [name, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    const thrown = await rehearse(waiting, { signals: (send) => send(name) });
    assert.equal(thrown.exitCode, code);
    assert.match(thrown.stderr, new RegExp(name));
    const silent = defineTask({
      ...about,
      run: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    });
    assert.equal((await rehearse(silent, { signals: (send) => send(name) })).exitCode, code);
    const other = defineTask({
      ...about,
      run: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("socket closed")))),
    });
    assert.equal((await rehearse(other, { signals: (send) => send(name) })).exitCode, code);
  }
});

Deno.test("main: the same signal a second time ends the process at once", async () => {
  const stubborn = defineTask({
    ...about,
    run: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => setTimeout(resolve, 1))),
  });
  const { ended } = await rehearse(stubborn, {
    signals: (send) => {
      send("SIGTERM");
      send("SIGTERM");
    },
  });
  assert.equal(ended, 143);
});

Deno.test("main: the deadline ends with 3, and the code's own words about it are kept", async () => {
  const { exitCode, stderr } = await rehearse(waiting, { env: { PARAM_DEADLINE: "5ms" } });
  assert.equal(exitCode, ExitCode.timedOut);
  assert.match(stderr, /the deadline passed after 0.005 s/);
  const explaining = defineTask({
    ...about,
    params: { deadline: { description: "d", default: "5ms" } },
    deadline: "deadline",
    run: ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () =>
          reject(
            new TasksmithError({ code: "x", doing: "wait", why: "build has not ended", advice: "a", exitCode: 3 }),
          ))
      ),
  });
  const own = await rehearse(explaining);
  assert.equal(own.exitCode, 3);
  assert.match(own.stderr, /build has not ended/);
});

Deno.test("main: a deadline that is no duration is refused before anything is tried", async () => {
  for (const text of ["soon", "60", "-1h", ""]) {
    const { exitCode, stderr } = await rehearse(waiting, { env: { PARAM_DEADLINE: text } });
    assert.equal(exitCode, 2);
    assert.match(stderr, /"deadline".*is not a duration/);
  }
});

Deno.test("main: a secret that was read is masked in lines and errors, as it is, as base64 and URL-encoded", async () => {
  const secret = "s3cr3t/p4ssw0rd+ö";
  const task = defineTask({
    ...about,
    secrets: { token: { secretName: "x", key: "k", description: "d" } },
    run: async ({ secrets, log }) => {
      const text = (await secrets.token.read() ?? "").trim();
      log.info(`got ${text} and ${encodeURIComponent(text)}`);
      const inBase64 = btoa(String.fromCharCode(...new TextEncoder().encode(`user:${text}`)));
      throw new Error(`401 for Basic ${inBase64}`);
    },
  });
  const { stderr } = await rehearse(task, { env: { SECRET_TOKEN: "/s/k" }, files: { "/s/k": `${secret}\n` } });
  assert.match(stderr, /got \[masked:secret-value\] and \[masked:secret-value\]/);
  assert.match(stderr, /401 for Basic/);
  assert.ok(!stderr.includes("s3cr3t"));
  assert.ok(!stderr.includes(btoa("user:s3cr3t/p").slice(8, 16)));
});

Deno.test("main: an absent Secret is undefined in a pod, and an error where somebody named the file", async () => {
  const task = defineTask({
    ...about,
    secrets: { token: { secretName: "x", key: "k", description: "d" } },
    results: { FOUND: { description: "d" } },
    run: async ({ secrets, results }) => results.set("FOUND", String(await secrets.token.read())),
  });
  assert.equal((await rehearse(task)).results.FOUND, "undefined");
  assert.equal((await rehearse(task, { env: { SECRET_TOKEN: "/secrets/token/k" } })).results.FOUND, "undefined");
  const named = await rehearse(task, { args: ["--token-file", "typo"] });
  assert.equal(named.exitCode, 2);
  assert.match(named.stderr, /typo does not exist/);
});

Deno.test("main: in a pod, elements of lists are never taken for flags", async () => {
  const task = defineTask({
    ...about,
    params: { list: { type: "array", description: "d" } },
    results: { LIST: { description: "d", type: "array" } },
    run: ({ params, results }) => results.set("LIST", params.list),
  });
  const args = [arrayMarker("list"), "--help", "--version", "--completions", "--debug", "--nonsense"];
  const { results, stdout } = await rehearse(task, { args });
  assert.deepEqual(JSON.parse(results.LIST ?? ""), args.slice(1));
  assert.match(stdout, /^LIST=/);
});

Deno.test("main: the environment reaches the code; what is unset is empty", async () => {
  const task = defineTask({
    ...about,
    env: { TASKRUN_NAME: variable("context.taskRun.name"), OTHER: "x" },
    workspaces: { data: { description: "d", optional: true } },
    results: { SEEN: { description: "d" } },
    run: ({ env, workspaces, results }) =>
      results.set("SEEN", `${env.TASKRUN_NAME}|${env.OTHER}|${workspaces.data?.path}`),
  });
  assert.equal((await rehearse(task, { env: { TASKRUN_NAME: "t" } })).results.SEEN, "t||undefined");
  assert.equal((await rehearse(task, { env: { WORKSPACE_DATA: "/w" } })).results.SEEN, "||/w");
});

/** A real process. */
async function start(
  text: string,
  args: readonly string[],
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "task.ts");
  const from = (path: string) => JSON.stringify(new URL(`../../lib/${path}`, import.meta.url).href);
  await Deno.writeTextFile(
    file,
    `import { defineTask } from ${from("task/define.ts")};\nimport { main } from ${from("task/main.ts")};\n${text}`,
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-lock", "--no-prompt", ...flags, file, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { process, done: process.status.finally(() => Deno.remove(folder, { recursive: true })) };
}

const script = `const task = defineTask({
  name: "sample", version: "0.1", displayName: "Sample", description: "Waits.",
  params: { "what": { description: "What to say." }, "deadline": { description: "d", default: "1h" } },
  results: { SAID: { description: "d" } },
  deadline: "deadline",
  run: ({ params, results, signal }) => new Promise((resolve, reject) => {
    if (params.what !== "wait") { results.set("SAID", params.what); return resolve(); }
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => { clearInterval(alive); reject(signal.reason); });
    console.log("waiting");
  }),
});
await main(task);`;

Deno.test("main: a real process: --help without any permission", async () => {
  const { process, done } = await start(script, ["--help"], []);
  const [{ success, stdout, stderr }] = await Promise.all([process.output(), done]);
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /--what VALUE\n\s+What to say. \(required; env: PARAM_WHAT\)/);
});

Deno.test("main: a real process: results without RESULTS_DIR and without permissions are printed", async () => {
  const { process, done } = await start(script, ["--what", "hello"], []);
  const [{ code, stdout, stderr }] = await Promise.all([process.output(), done]);
  assert.equal(new TextDecoder().decode(stdout), "SAID=hello\n", new TextDecoder().decode(stderr));
  assert.equal(code, 0);
});

Deno.test("main: a real process: RESULTS_DIR that is missing or not allowed is said", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const [flags, dir, says] of [
        [[`--allow-env=RESULTS_DIR`], folder, /Add --allow-write/],
        [[`--allow-env=RESULTS_DIR`, "--allow-write"], `${folder}/none`, /Create the folder/],
      ] as const
    ) {
      const { process, done } = await start(script, ["--what", "hello"], flags, { RESULTS_DIR: dir });
      const [{ code, stderr }] = await Promise.all([process.output(), done]);
      assert.match(new TextDecoder().decode(stderr), says);
      assert.equal(code, 2);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "main: a real process: signals end it with their codes",
  { ignore: Deno.build.os === "windows" },
  async () => {
    for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
      const { process, done } = await start(script, ["--what", "wait"], []);
      const reader = process.stdout.getReader();
      await reader.read();
      process.kill(signal);
      const stderr = await new Response(process.stderr).text();
      await reader.cancel();
      assert.equal((await done).code, code);
      assert.match(stderr, new RegExp(`could not finish: ${signal} was received`));
    }
  },
);
