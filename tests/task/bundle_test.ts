import assert from "node:assert/strict";
import { bundleScript, minify, replacedByTekton, stopBundler } from "../../lib/task/bundle.ts";
import { packScript } from "../../lib/task/pack.ts";
import { Repository } from "./repository.ts";

const imports = { "@kubernetes/client-node": "npm:@kubernetes/client-node@2.0.1", esbuild: "npm:esbuild@0.28.2" };

/** esbuild's stop() does not wait for the end of its process, so the sanitizers would see it in one test or the next. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function bundle(files: Readonly<Record<string, string>>, path = "scripts/x.ts") {
  using repository = new Repository(files);
  try {
    return await bundleScript(path, { root: repository.path, imports });
  } finally {
    // its process would outlive the test
    await stopBundler();
  }
}

/** Runs a script as the kernel would, with an empty cache and no network. */
async function runScript(text: string, flags: readonly string[] = []) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/script-0`, text);
    const args = "run --ext=js --quiet --no-prompt --no-lock --no-config --cached-only".split(" ");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, ...flags, `${folder}/script-0`],
      env: { DENO_DIR: `${folder}/cache`, NO_COLOR: "1" },
      cwd: folder,
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

test("bundle: own code is inlined, types are gone, paths are the repository's", async () => {
  const files = {
    "scripts/x.ts":
      `import { two } from "../lib/own/two.ts";\nimport type { X } from "esbuild";\nconst x: X = two;\nconsole.log(x);\n`,
    "lib/own/two.ts": `export const two: number = 2;\nexport const unused = 3;\n`,
    "tsconfig.json": `{ "compilerOptions": { "target": "es5" } }`,
  };
  const first = await bundle(files);
  assert.equal(first.code, "// lib/own/two.ts\nvar two = 2;\n\n// scripts/x.ts\nvar x = two;\nconsole.log(x);\n");
  assert.deepEqual(first.files, ["lib/own/two.ts", "scripts/x.ts"]);
  assert.deepEqual(first.packages, []);
  assert.deepEqual(await bundle(files), first, "the same in another folder");
});

test("bundle: the shebang of a file is its own", async () => {
  const { code } = await bundle({ "scripts/x.ts": "#!/usr/bin/env -S deno run -A\nconsole.log(1);\n" });
  assert.equal(code, "// scripts/x.ts\nconsole.log(1);\n");
});

test("bundle: text is not escaped, so that people can read it", async () => {
  assert.match((await bundle({ "scripts/x.ts": `console.log("größer → \\u2028");` })).code, /größer → \\u2028/);
});

test("bundle: a package is left to the moment it is imported, pinned; before that Deno does not miss it", async () => {
  const { code, packages } = await bundle({
    "scripts/x.ts": `console.log("started");
try { await import("@kubernetes/client-node"); } catch { console.log("not cached"); }\n`,
  });
  assert.deepEqual(packages, ["npm:@kubernetes/client-node@2.0.1"]);
  assert.match(code, /import\("npm:@kubernetes\/client-node@2\.0\.1"\)/);
  const { stdout, stderr } = await runScript(code);
  assert.equal(stdout, "started\nnot cached\n", stderr);
});

test("bundle: what own code imports on demand is for the desk and stays out", async () => {
  const { code, files } = await bundle({
    "scripts/x.ts": `if (Deno.args[0] === "desk") await import("../lib/own/desk.ts");\nconsole.log("pod");\n`,
    "lib/own/desk.ts": `console.log("much code for the desk");\n`,
  });
  assert.doesNotMatch(code, /much code/);
  assert.deepEqual(files, ["scripts/x.ts"]);
  assert.equal((await runScript(code)).stdout, "pod\n");
});

test("bundle: a package imported at start is refused, with who imports it", async () => {
  await assert.rejects(
    bundle({ "scripts/x.ts": `import "../lib/own/y.ts";`, "lib/own/y.ts": `import { build } from "esbuild";\nbuild;` }),
    /lib\/own\/y\.ts:1: "esbuild" is imported at start/,
  );
});

test("bundle: what cannot be resolved, or lies outside of the repository, is refused", async () => {
  await assert.rejects(bundle({ "scripts/x.ts": `import "./none.ts";` }), /scripts\/x\.ts:1: Could not resolve/);
  await assert.rejects(bundle({ "scripts/x.ts": `import "unmapped";` }), /"unmapped" is not in the imports/);
  await assert.rejects(bundle({ "scripts/x.ts": `const = 1;` }), /scripts\/x\.ts:1/);
  const outside = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(outside, "console.log(1);");
    await assert.rejects(
      bundle({ "scripts/x.ts": `import ${JSON.stringify(`../../../../../../..${outside}`)};` }),
      /outside/,
    );
  } finally {
    await Deno.remove(outside);
  }
});

/** What Tekton replaces, put together so that no tool finds it in this file. */
const open = String.fromCharCode(36, 40);

test("bundle: every piece that Tekton replaces is found, others are not", () => {
  for (
    const name of "params context results workspaces steps tasks inputs step finally artifacts credentials".split(" ")
  ) {
    for (const text of [`${open}${name}.x)`, `a ${open}${name}["x"]) b`, `${open}${name}['x'])`]) {
      assert.deepEqual(replacedByTekton(`first\n${text}`).map(({ line }) => line), [2], text);
    }
  }
  for (const text of [`${open}date)`, "${params.x}", "$ (params.x)", `${open}paramsx.y)`, "\\$\\(params.x"]) {
    assert.deepEqual(replacedByTekton(text), []);
  }
});

test("bundle: a piece that constant folding puts together is found in the output", async () => {
  const { code } = await bundle({
    "scripts/x.ts": `const at = "$" + "(" + "params.x)";\nconsole.log(\`\${"$"}(context.\${"y"})\`, at);\n`,
  });
  assert.ok(replacedByTekton(code).length > 0 || replacedByTekton(await minify(code)).length > 0);
  await stopBundler();
});

test("pack: the packed script is shorter, runs the same program and knows that it is the program", async () => {
  const code = `const words = ${JSON.stringify("many words ".repeat(500).split(" "))};
if (import.meta.main) console.log(words.length, Deno.permissions.querySync({ name: "net" }).state, "größer");\n`;
  const packed = packScript(code, "scripts/x.ts, bundled, compressed", "x.js");
  assert.ok(packed.length < code.length / 4);
  assert.ok(packed.split("\n").every((line) => line.length <= 120));
  assert.equal(packed, packScript(code, "scripts/x.ts, bundled, compressed", "x.js"));
  assert.equal((await runScript(packed)).stdout, (await runScript(code)).stdout);
  const minified = packScript(await minify(code), "t", "x.js");
  await stopBundler();
  assert.equal((await runScript(minified)).stdout, "1001 prompt größer\n");
});

test("pack: a failing program fails with its own exit code and message", async () => {
  const { code, stderr } = await runScript(packScript(`throw new Error("it rained");`, "t", "x.js"));
  assert.equal(code, 1);
  assert.match(stderr, /it rained/);
  assert.equal((await runScript(packScript(`Deno.exit(143);`, "t", "x.js"))).code, 143);
});

test("pack: a worker can be started on the packed program itself, without a permission", async () => {
  const code = `if ("WorkerGlobalScope" in globalThis) { postMessage("from the worker"); close(); }
else if (import.meta.main) {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.onmessage = ({ data }) => { console.log(data); worker.terminate(); };
}\n`;
  const { stdout, stderr } = await runScript(packScript(code, "t", "x.js"));
  assert.equal(stdout, "from the worker\n", stderr);
});
