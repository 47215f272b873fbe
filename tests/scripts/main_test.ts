import assert from "node:assert/strict";
import { commandNames } from "../../scripts/main.ts";
import { root } from "../task/repository.ts";
import { command } from "./command.ts";

Deno.test("main: every script is a command, but for the demo of the repository", () => {
  const scripts = [...Deno.readDirSync(`${root}/scripts`)].filter(({ isFile, name }) => isFile && name.endsWith(".ts"))
    .map(({ name }) => name.replace(/\.ts$/, "")).filter((name) => !["main", "demo"].includes(name)).sort();
  assert.deepEqual(commandNames, scripts);
});

Deno.test("main: lists its commands without any permission", async () => {
  const { code, stdout, stderr } = await command("main", ["--help"], []);
  assert.equal(code, 0, stderr);
  for (const name of commandNames) assert.match(stdout, new RegExp(`\\n {2}${name} +\\S`));
  assert.deepEqual(await command("main", ["help"], []), { code, stdout, stderr });
  assert.equal((await command("main", [], [])).code, 2);
});

Deno.test("main: hands the rest of the line to the command, a Task or a tool", async () => {
  const tool = await command("main", ["new-task", "--help"], []);
  assert.match(tool.stdout, /^Usage: new-task /);
  const task = await command("main", ["export-pipeline-logs", "--help"], []);
  assert.match(task.stdout, /\nUsage: tasksmith export-pipeline-logs \[options\]\n/);
  const action = await command("main", ["secure-push-oci", "--version"], []);
  assert.match(action.stdout, /^secure-push-oci \d/);
  const wrong = await command("main", ["store-pipeline-status", "--nonsense"], []);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no option --nonsense/);
});

Deno.test("main: an unknown command is refused, with the one that was meant", async () => {
  const { code, stdout, stderr } = await command("main", ["generate-task", "--check"], []);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /there is no command "generate-task"\n {2}Did you mean generate-tasks\?/);
  assert.equal((await command("main", ["toString"], [])).code, 2);
});

Deno.test("main: completes its commands", async () => {
  const { stdout } = await command("main", ["--completions", "fish"], []);
  assert.match(stdout, new RegExp(`-a '${commandNames.join(" ")}'`));
  assert.match((await command("main", ["--completions", "csh"], [])).stderr, /no command "--completions"/);
});
