import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { defineTask, variable } from "../../lib/task/define.ts";
import { flagsOf } from "../../lib/task/flags.ts";
import { completions, helpText } from "../../lib/task/help.ts";
import { rehearse } from "../../lib/task/rehearse.ts";
import { suggestion } from "../../lib/task/suggest.ts";
import { onPath } from "./tools.ts";

const task = defineTask({
  name: "sample",
  version: "0.2",
  displayName: "Sample",
  description: "Shows {{context.pipelineRun.name}}\nto people.\n\n- one\n- two",
  params: {
    "zulu": { description: "The first.", example: "{{params.image}}" },
    "alpha": { description: "The second.", default: "gzip", enum: ["gzip", "zstd"] },
    "empty": { description: "The third.", default: "" },
    "from": { description: "The fourth.", default: variable("context.pipelineRun.namespace") },
  },
  options: { output: { value: "DIR", description: "A folder." } },
  results: { TAG: { description: "The tag." } },
  workspaces: { data: { description: "Data." } },
  run: () => {},
});

Deno.test("help: params stand in the order of declaration, with defaults, variables and what is required", () => {
  const text = helpText(task, "tasksmith sample");
  const order = ["--zulu VALUE", "--alpha gzip|zstd", "--empty VALUE", "--from VALUE", "--data DIR", "--output DIR"];
  assert.deepEqual(
    order.map((part) => text.indexOf(part)),
    order.map((part) => text.indexOf(part)).toSorted((a, b) => a - b),
  );
  assert.match(text, /The first\. \(required; env: PARAM_ZULU\)/);
  assert.match(text, /The second\. \(default: gzip; env: PARAM_ALPHA\)/);
  assert.match(text, /The third\. \(default: ""; env: PARAM_EMPTY\)/);
  assert.ok(text.includes("(default: $" + "(context.pipelineRun.namespace);"));
  assert.match(text, /Data\. \(required; env: WORKSPACE_DATA\)/);
  assert.match(text, /\n {2}TAG\n {6}The tag\.\n/);
  assert.match(text, /\nExample:\n {2}tasksmith sample --zulu ZULU --data \.\n/);
  assert.match(text, /0 done, 1 failed, 2 wrong usage, 3 deadline passed, 130 interrupted, 143 terminated/);
  assert.ok(text.includes("Shows $" + "(context.pipelineRun.name) to people.\n\n- one\n- two\n"));
  assert.ok(text.split("\n").every((line) => line.length <= 100));
});

Deno.test("help: --help, --version and --completions answer whatever else is wrong", async () => {
  assert.match((await rehearse(task, { args: ["--nonsense", "--help"] })).stdout, /^sample 0\.2 - Sample\n/);
  assert.match((await rehearse(task, { args: ["-h"] })).stdout, /^sample 0\.2/);
  assert.equal((await rehearse(task, { args: ["--version"] })).stdout, "sample 0.2\n");
  assert.match((await rehearse(task, { args: ["--completions", "bash"] })).stdout, /complete .* sample\n$/);
  assert.match((await rehearse(task, { args: ["--completions=fish"] })).stdout, /-l zulu -r\n/);
  const { exitCode, stderr } = await rehearse(task, { args: ["--completions", "csh"] });
  assert.equal(exitCode, 2);
  assert.match(stderr, /"csh".*\n.*bash, zsh, fish/);
});

Deno.test("help: bash completes flags, choices and commands", { ignore: !onPath("bash") }, () => {
  const ask = (script: string, id: string, ...words: string[]) =>
    execFileSync("bash", [
      "-c",
      `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); ${id}; echo "\${COMPREPLY[*]}"`,
      "-",
      ...words,
    ], { encoding: "utf8" }).trim();
  const own = completions("bash", "sample", flagsOf(task));
  assert.equal(ask(own, "_sample", "sample", "--al"), "--alpha");
  assert.equal(ask(own, "_sample", "sample", "--alpha", ""), "gzip zstd");
  assert.equal(ask(own, "_sample", "sample", "--alpha", "z"), "zstd");
  assert.equal(ask(own, "_sample", "sample", "--output", ""), "");
  const commands = completions("bash", "tool", [], ["build", "burn"]);
  assert.equal(ask(commands, "_tool", "tool", "bu"), "build burn");
  assert.equal(ask(commands, "_tool", "tool", "build", "b"), "");
});

for (const shell of ["zsh", "fish"]) {
  Deno.test(`help: ${shell} accepts its completions`, { ignore: !onPath(shell) }, () => {
    execFileSync(shell, ["-n", "/dev/stdin"], { input: completions(shell, "sample", flagsOf(task)) });
  });
}

Deno.test("suggest: slips of the fingers and beginnings are understood, other words are not", () => {
  const known = ["export-pipeline-logs", "generate-tasks", "validate"];
  assert.equal(suggestion("exprt-pipeline-logs", known), "export-pipeline-logs");
  assert.equal(suggestion("generate", known), "generate-tasks");
  assert.equal(suggestion("vaildate", known), "validate");
  assert.equal(suggestion("x", known), undefined);
  assert.equal(suggestion("deploy", known), undefined);
});
