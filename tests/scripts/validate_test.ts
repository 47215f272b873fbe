import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/validate.ts", import.meta.url));

async function run(
  args: readonly string[],
  options: { input?: string | Uint8Array; permissions?: readonly string[]; cwd?: string } = {},
) {
  const { input, permissions = ["--allow-read"], cwd } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, script, ...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    ...(cwd !== undefined && { cwd }),
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

async function withFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const good = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: good}\nspec: {steps: [{image: busybox}]}\n";
const bad =
  "apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: bad\nspec:\n  steps:\n    - name: one\n      imge: busybox\n";

Deno.test("--help works without any permission and shows an example and the exit codes", async () => {
  const { code, stdout, stderr } = await run(["--help"], { permissions: [] });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Example:/);
  assert.match(stdout, /Exit codes: 0 all accepted, 1 some refused, 2 wrong usage/);
});

Deno.test("accepted documents: exit code 0, nothing on stdout, a summary on stderr", async () => {
  await withFolder({ "a.yaml": `${good}---\n${good}` }, async (folder) => {
    const { code, stdout, stderr } = await run([folder]);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.equal(stderr, "2 documents in 1 file: 2 accepted, 0 refused\n");
    assert.equal((await run([folder, "--quiet"])).stderr, "");
  });
});

Deno.test("a refused document: exit code 1, the source line with a caret, the rule, what would be right", async () => {
  await withFolder({ "bad.yaml": bad }, async (folder) => {
    const { code, stdout } = await run([join(folder, "bad.yaml"), "--root", folder]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^bad\.yaml:8:7: unknown field "imge" in Step \[structure\/unknown-field\]\n {2}8 \| {7}imge: busybox\n {4}\| {7}\^\n/,
    );
    assert.match(stdout, /Did you mean image\?/);
    assert.match(stdout, /\[step\/image-required\]/);
  });
});

Deno.test("jsonl: one line a document of Tekton's, files relative to --root, folders searched", async () => {
  const files = {
    "tasks/a.yaml": `# nothing\n---\napiVersion: v1\nkind: ConfigMap\n---\n${good}`,
    "tasks/deep/b.yml": bad,
    "tasks/c.json": JSON.stringify({
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: { generateName: "j-" },
      spec: { steps: [{ image: "a" }] },
    }),
    "tasks/no.yaml": "a: [\n",
    "tasks/readme.md": bad,
    "tasks/.tekton/run.yaml": good,
  };
  await withFolder(files, async (folder) => {
    const { code, stdout } = await run([join(folder, "tasks"), "--root", folder, "--format", "jsonl"]);
    assert.equal(code, 1);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ file, index, kind, name, ok }) => [file, index, kind, name, ok]), [
      ["tasks/.tekton/run.yaml", 0, "Task", "good", true],
      ["tasks/a.yaml", 1, "Task", "good", true],
      ["tasks/c.json", 0, "Task", "j-", true],
      ["tasks/deep/b.yml", 0, "Task", "bad", false],
      ["tasks/no.yaml", 0, null, null, false],
    ]);
    for (const line of lines) {
      assert.deepEqual(Object.keys(line), ["file", "index", "kind", "name", "ok", "error", "findings"]);
      assert.equal(line.error === null, line.ok);
      assert.equal(line.findings.length === 0, line.ok);
    }
  });
});

Deno.test("- reads standard input; json is one value with a summary", async () => {
  const { code, stdout } = await run(["-", "--format", "json", "--quiet"], { input: `${good}---\n${bad}` });
  assert.equal(code, 1);
  const { documents, summary } = JSON.parse(stdout);
  assert.deepEqual(documents.map(({ file, index, ok }: Record<string, unknown>) => [file, index, ok]), [
    ["-", 0, true],
    ["-", 1, false],
  ]);
  assert.deepEqual(summary, { files: 1, accepted: 1, refused: 1 });
});

Deno.test("features of the installation change the verdict", async () => {
  const text =
    "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: a}\nspec: {params: [{name: p, enum: [red]}], steps: [{image: a, stdoutConfig: {path: /a}}]}\n";
  assert.equal((await run(["-"], { input: text })).code, 1);
  const { code, stdout } = await run(["--feature-set", "alpha", "--enable", "enable-param-enum", "-"], { input: text });
  assert.equal(code, 0, stdout);
  const labels = good.replace("{name: good}", "{name: good, labels: {a: b c}}");
  assert.equal((await run(["-"], { input: labels })).code, 0);
  assert.equal((await run(["--api-server", "-"], { input: labels })).code, 1);
  const { documents } = JSON.parse((await run(["--format", "json", "-"], { input: labels })).stdout);
  assert.deepEqual([documents[0].ok, documents[0].error, documents[0].findings[0].layer], [true, null, "api-server"]);
});

Deno.test("wrong usage: exit code 2 and three parts on stderr, nothing on stdout", async () => {
  const cases: [string[], RegExp][] = [
    [[], /missing required argument/],
    [["/no/such/file.yaml"], /could not read \/no\/such\/file\.yaml: there is no such file or folder\n {2}\S/],
    [["--format", "xml", "-"], /xml/],
    [["--enable", "nothing", "-"], /knows no flag "nothing"/],
    [["--nope", "-"], /unknown option/],
  ];
  for (const [args, pattern] of cases) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, pattern);
    assert.ok(!stderr.includes("    at "), "there is a stack");
  }
});

Deno.test("hostile input ends in one clear line: bombs, depth, encoding, duplicate keys", async () => {
  let bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (let index = 1; index < 12; index++) {
    bomb += `k${index}: &k${index} [${Array(10).fill(index === 1 ? "*a" : `*k${index - 1}`).join(", ")}]\n`;
  }
  const files = {
    "bomb.yaml": bomb,
    "deep.yaml": "[".repeat(100_000),
    "deep-map.yaml": Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    "bytes.yaml": new Uint8Array([0x61, 0x3a, 0xff]),
    "twice.yaml": "kind: Task\nkind: Task\n",
    "large.yaml": new Uint8Array(50 * 1024 * 1024).fill(0x23),
  };
  await withFolder(files, async (folder) => {
    const { code, stdout } = await run([folder, "--root", folder, "--format", "jsonl", "--quiet"]);
    assert.equal(code, 1);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ file }) => file), Object.keys(files).sort());
    for (const { index, ok, findings } of lines) assert.deepEqual([index, ok, findings.length], [0, false, 1]);
  });
});
