import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Repository, root } from "../task/repository.ts";
import { command } from "./command.ts";

Deno.test("new-task: --help needs no permission", async () => {
  const { code, stdout } = await command("new-task", ["--help"], []);
  assert.equal(code, 0);
  assert.match(stdout, /Exit codes:/);
});

Deno.test("new-task: the starter is formatted, linted, typed, tested, generated and run as it is", async () => {
  using repository = new Repository({});
  cpSync(join(root, "scripts/main.ts"), join(repository.path, "scripts/main.ts"), { recursive: true });
  const written = await command("new-task", ["scan-image", "--root", repository.path]);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stderr, /wrote scripts\/scan-image\.ts\nwrote tests\/scripts\/scan-image_test\.ts\n/);
  const deno = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: repository.path,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    return text;
  };
  const files = ["scripts/scan-image.ts", "tests/scripts/scan-image_test.ts"];
  await deno("fmt", "--check", ...files, "scripts/main.ts");
  await deno("lint", ...files);
  assert.match(
    await deno("test", "--allow-all", "--no-lock", "tests/scripts/scan-image_test.ts"),
    /3 passed \| 0 failed/,
  );
  assert.match(await deno("run", "--no-lock", "scripts/scan-image.ts", "--whom", "you"), /^GREETING=Hello you!\n/);
  const generated = await command("generate-tasks", ["--root", repository.path, "--output", repository.path]);
  assert.equal(generated.code, 0, generated.stderr);
  const { kind, spec } = parse(repository.read("tasks/scan-image/0.1/scan-image.yaml"));
  assert.equal(kind, "Task");
  assert.match(spec.steps[0].script, /^#!\/usr\/bin\/env -S deno run .*\n\/\/ scripts\/scan-image\.ts, bundled\n/);
  repository.write("script-0", spec.steps[0].script);
  const args = ["run", "--ext=js", "--cached-only", "--no-config", "--allow-env=PARAM_*,TASKRUN_NAME", "script-0"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: repository.path,
    env: { PARAM_WHOM: "pod", TASKRUN_NAME: "scan-1", NO_COLOR: "1" },
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "GREETING=Hello pod!\n", new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stderr), /scan-1: 10 characters/);
  assert.match(
    repository.read("scripts/main.ts"),
    /\n {2}"scan-image": \{ about: "Scan Image \(a Task\)", load: \(\) => import\("\.\/scan-image\.ts"\) \},\n/,
  );
});

Deno.test("new-task: a bad name is refused, and what exists is left alone", async () => {
  using repository = new Repository({ "tests/scripts/taken_test.ts": "mine\n" });
  for (
    const [args, says] of [
      [[], /missing required argument 'name'/],
      [["Scan"], /"Scan" is no name for one\n.*scan-image/],
      [["../x"], /"\.\.\/x" is no name/],
      [["x".repeat(64)], /is no name/],
      [["a", "b"], /too many arguments/],
      [["taken"], /tests\/scripts\/taken_test\.ts exists already\n.*nothing was written/],
    ] as const
  ) {
    const { code, stderr } = await command("new-task", ["--root", repository.path, ...args]);
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
  assert.ok(!repository.has("scripts/taken.ts"));
  assert.equal(repository.read("tests/scripts/taken_test.ts"), "mine\n");
});
