import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Report } from "../../lib/conformance/report.ts";
import { type Fake, serveFake } from "../conformance/fake.ts";
import { flaws } from "../conformance/flaws.ts";

const script = fileURLToPath(new URL("../../scripts/check-conformance.ts", import.meta.url));
const permissions = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
const image = "registry.example/sh:1";

function command(args: readonly string[], allowed: readonly string[] = permissions): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...allowed, script, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Runs the script to its end. */
async function run(args: readonly string[], allowed?: readonly string[]) {
  const { code, stdout, stderr } = await command(args, allowed).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** The flaw of that description. */
function flaw(wrong: string) {
  const found = flaws.find((each) => each.wrong === wrong);
  assert.ok(found !== undefined, wrong);
  return found;
}

const against = (fake: Fake, ...args: string[]) =>
  run(["--kubeconfig", fake.kubeconfig, "--image", image, "--jobs", "40", ...args]);

Deno.test("check-conformance --help needs no permission and tells options, example and exit codes", async () => {
  const { code, stdout, stderr } = await run(["--help"], []);
  assert.deepEqual([code, stderr], [0, ""]);
  for (const part of ["--kubeconfig <file>", "--profile", "Examples:", "Exit codes: 0", "130 interrupted"]) {
    assert.ok(stdout.includes(part), part);
  }
});

Deno.test("check-conformance: wrong usage is one clear error, exit code 2, and nothing is tried", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const cases: [string[], RegExp][] = [
      [["--bogus"], /^error: could not run check-conformance: unknown option '--bogus'\n {2}\S/],
      [["--profile", "full"], /--profile.*"?full"? is invalid|argument 'full' is invalid/],
      [["--jobs", "0"], /could not take --jobs: "0" is no number from 1 to 100\n {2}\S/],
      [["--jobs", "two"], /"two" is no number/],
      [["--run-timeout", "5"], /could not take --run-timeout: "5" is no duration from 1s to 24h\n {2}write it like/],
      [["--run-timeout", "-5m"], /no duration from 1s/],
      [["--image", ""], /could not take --image: "" is no image reference/],
      [["--namespace", "Not_A_Name"], /Not_A_Name/],
      [["--output", `${folder}/none/report.json`], /could not take --output: .* cannot be written/],
      [["--kubeconfig", `${folder}/none`], /there is no such file/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.ok(!stderr.includes("    at "), stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check-conformance: a good implementation ends with 0, the report is a file, and nothing is left", async () => {
  await using fake = await serveFake(image);
  const output = await Deno.makeTempFile();
  try {
    const { code, stdout, stderr } = await against(fake, "--format", "json", "--output", output);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /conformant: \d+ requirements by \d+ runs: 2 warn, 15 deviates as Tekton does, \d+ pass/);
    const report: Report = JSON.parse(await Deno.readTextFile(output));
    assert.equal(report.server, fake.url);
    assert.equal(report.conformant, true);
    assert.deepEqual(fake.left(), []);
  } finally {
    await Deno.remove(output);
  }
});

Deno.test("check-conformance: one failed MUST ends with 1, and each format goes to stdout", async () => {
  await using fake = await serveFake(image, flaw("the start of a TaskRun is no RFC 3339"));
  const marks = {
    text: /fail +MUST +startTime/,
    json: /"verdict": "fail"/,
    junit: /<failure /,
    html: /^<!DOCTYPE html>/,
  };
  for (const [format, mark] of Object.entries(marks)) {
    const { code, stdout, stderr } = await against(fake, "--format", format);
    assert.equal(code, 1, stderr);
    assert.match(stdout, mark);
  }
});

Deno.test("check-conformance: a warning alone ends with 0", async () => {
  await using fake = await serveFake(image, flaw("runs have no uid"));
  const { code, stdout } = await against(fake);
  assert.equal(code, 0);
  assert.match(stdout, /warn +RECOMMENDED +uid: /);
});

Deno.test("check-conformance: a namespace that was there before stays, and what was made in it goes", async () => {
  await using fake = await serveFake(image);
  const made = await fetch(`${fake.url}/api/v1/namespaces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "mine" } }),
  });
  await made.body?.cancel();
  const { code, stderr } = await against(fake, "--namespace", "mine");
  assert.equal(code, 0, stderr);
  assert.deepEqual(fake.left(), ["Namespace/mine"]);
});

for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`check-conformance: ${signal} ends it with ${expected}, and what was made is deleted all the same`, async () => {
    // A run that never ends keeps the check waiting.
    await using fake = await serveFake(image, { recording: (recording) => ({ ...recording, statuses: [] }) });
    const child = command(["--kubeconfig", fake.kubeconfig, "--image", image, "--jobs", "40"]).spawn();
    const stdout = new Response(child.stdout).text();
    const stderr = new Response(child.stderr).text();
    const deadline = Date.now() + 20_000;
    while (fake.left().length < 30 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const { code } = await child.status;
    assert.equal(code, expected, await stderr);
    assert.equal(await stdout, "");
    assert.match(await stderr, new RegExp(`error: could not finish the check: it was ended by ${signal}`));
    assert.deepEqual(fake.left(), []);
  });
}

Deno.test("check-conformance: an API that is not there is one clear error and exit code 1", async () => {
  const fake = await serveFake(image);
  const kubeconfig = await Deno.makeTempFile();
  try {
    await Deno.copyFile(fake.kubeconfig, kubeconfig);
    await fake[Symbol.asyncDispose]();
    const { code, stderr } = await run(["--kubeconfig", kubeconfig, "--image", image]);
    assert.equal(code, 1);
    assert.match(stderr, /error: could not .*\n?.*127\.0\.0\.1/);
    assert.ok(!stderr.includes("    at "), stderr);
  } finally {
    await Deno.remove(kubeconfig);
  }
});

Deno.test("check-conformance: refused credentials are said as such", async () => {
  const message = 'namespaces is forbidden: User "x" cannot create resource';
  await using fake = await serveFake(image, {
    request: ({ plural }) =>
      plural === "namespaces" || plural === "" ? Response.json({ message }, { status: 403 }) : undefined,
  });
  const { code, stderr } = await against(fake);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /could not make the namespace conformance-\S+: .* answered 403: .*cannot create resource.*\n {2}.*--namespace/,
  );
});
