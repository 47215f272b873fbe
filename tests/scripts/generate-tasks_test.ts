import assert from "node:assert/strict";
import { Repository } from "../task/repository.ts";
import { command } from "./command.ts";

const yaml = "tasks/sample/0.1/sample.yaml";

function generateIn(repository: Repository, ...args: string[]) {
  return command("generate-tasks", ["--root", repository.path, "--output", repository.path, ...args]);
}

Deno.test("generate-tasks: --help needs no permission; wrong usage ends with 2 and one clear error", async () => {
  const help = await command("generate-tasks", ["--help"], []);
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /--check/);
  assert.match(help.stdout, /Example:/);
  assert.match(help.stdout, /Exit codes: 0 done, 1 failed or stale, 2 wrong usage\./);
  for (
    const [args, says] of [
      [["--chek"], /unknown option '--chek'\n {2}Did you mean --check\?/],
      [["--embed", "x"], /source, binary/],
      [["--step-actions", "bundle"], /needs to know which\n {2}Add --bundle/],
      [["--bundle", "x"], /without --step-actions bundle/],
      [["--run-as-user", "0"], /"0"\n {2}It is a number above 0/],
      [["generate"], /generate generate: no script declares/],
    ] as const
  ) {
    const { code, stdout, stderr } = await command("generate-tasks", args);
    assert.match(stderr, says);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.doesNotMatch(stderr, /\n\s+at /);
  }
});

Deno.test("generate-tasks: writes everything, says what the budget is, and finds it up to date", async () => {
  using repository = new Repository();
  const { code, stderr } = await generateIn(repository);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /sample 0\.1: \d+\.\d of 95\.0 KiB of scripts \(show \d+\.\d readable, act \d+\.\d readable\)/);
  for (const name of ["sample.yaml", "README.md", "rbac.yaml", "sample.schema.json"]) {
    assert.ok(repository.has(`tasks/sample/0.1/${name}`), name);
  }
  assert.equal(repository.read("tasks/sample/0.1/sample.schema.json"), '{\n  "type": "object"\n}\n');
  assert.ok(repository.has("tasks/sample-action/0.2/sample-action.yaml"));
  assert.ok(!repository.has("tasks/sample-action/0.2/rbac.yaml"));
  const check = await generateIn(repository, "--check");
  assert.deepEqual([check.code, check.stdout], [0, ""], check.stderr);
  const again = await generateIn(repository);
  assert.match(again.stderr, /everything was up to date/);
});

Deno.test("generate-tasks: --check shows what is stale as a diff, and the command that mends it", async () => {
  using repository = new Repository();
  await generateIn(repository, "--quiet");
  const fresh = repository.read(yaml);
  repository.write(yaml, fresh.replace("Sample Task", "Simple Task"));
  repository.write("tasks/sample/0.1/old.schema.json", "{}\n");
  repository.write("tasks/sample/0.1/OWNERS", "kept\n");
  const { code, stdout, stderr } = await generateIn(repository, "--check", "sample");
  assert.equal(code, 1);
  assert.match(stdout, /--- a\/tasks\/sample\/0\.1\/sample\.yaml\n\+\+\+ b\/tasks\/sample\/0\.1\/sample\.yaml\n@@ /);
  assert.match(stdout, /\n- {4}tekton\.dev\/displayName: Simple Task\n\+ {4}tekton\.dev\/displayName: Sample Task\n/);
  assert.match(stdout, /--- a\/tasks\/sample\/0\.1\/old\.schema\.json\n\+\+\+ \/dev\/null\n/);
  const fix = /Run: deno run -A scripts\/generate-tasks\.ts (.*)\n/.exec(stderr)?.[1];
  assert.equal(fix, `--root ${repository.path} --output ${repository.path} sample`);
  assert.notEqual(repository.read(yaml), fresh, "--check writes nothing");
  assert.equal((await command("generate-tasks", fix.split(" "))).code, 0);
  assert.equal(repository.read(yaml), fresh);
  assert.ok(!repository.has("tasks/sample/0.1/old.schema.json"));
  assert.ok(repository.has("tasks/sample/0.1/OWNERS"));
});

Deno.test("generate-tasks: a released version is frozen, a new one is not", async () => {
  using repository = new Repository();
  await generateIn(repository, "--quiet");
  assert.match((await generateIn(repository, "--mark-released", "sample")).stderr, /tasks\/sample\/0\.1 is released/);
  assert.match(
    repository.read("tasks/sample/0.1/.released"),
    /^[0-9a-f]{64} {2}README\.md\n[0-9a-f]{64} {2}rbac\.yaml\n/,
  );
  const released = repository.read(yaml);
  assert.equal((await generateIn(repository, "--check")).code, 0);
  const script = repository.read("scripts/sample.ts");
  repository.write("scripts/sample.ts", script.replace("Shows everything once.", "Shows everything twice."));
  for (const args of [[], ["--check"], ["--image", "other:1"]]) {
    const { code, stderr } = await generateIn(repository, ...args);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /generate sample 0\.1: that version is released, and README\.md, sample\.yaml would change\n {2}Raise/,
    );
    assert.equal(repository.read(yaml), released);
  }
  repository.write(
    "scripts/sample.ts",
    repository.read("scripts/sample.ts").replace('version: "0.1"', 'version: "0.2"'),
  );
  const raised = await generateIn(repository);
  assert.equal(raised.code, 0, raised.stderr);
  assert.equal(repository.read(yaml), released);
  assert.match(repository.read("tasks/sample/0.2/sample.yaml"), /Shows everything twice\./);
});

Deno.test("generate-tasks: an unreleased version that no script declares any more is stale", async () => {
  using repository = new Repository();
  await generateIn(repository, "--quiet");
  repository.write(
    "scripts/sample.ts",
    repository.read("scripts/sample.ts").replace('version: "0.1"', 'version: "0.2"'),
  );
  await generateIn(repository, "--quiet");
  const { code, stderr } = await generateIn(repository, "--check");
  assert.equal(code, 1);
  assert.match(stderr, /tasks\/sample\/0\.1 is neither generated nor released\n {2}Run: rm -r /);
});

Deno.test("generate-tasks: the image, the form and the reference are settings", async () => {
  using repository = new Repository();
  const { code, stderr } = await generateIn(
    repository,
    "--image",
    "quay.io/a/b:1",
    "--step-actions",
    "name",
    "--embed",
    "binary",
  );
  assert.equal(code, 0, stderr);
  const text = repository.read(yaml);
  assert.match(text, /image: quay\.io\/a\/b:1\n {4}command:\n {4}- tasksmith\n {4}- sample\n/);
  assert.match(text, /ref:\n {6}name: sample-action\n/);
  assert.doesNotMatch(text, /script:/);
});
