import assert from "node:assert/strict";
import fc from "fast-check";
import type { Definition } from "../../lib/task/declaration.ts";
import { defineTask, variable } from "../../lib/task/define.ts";
import { arrayMarker, isUnresolvedContext, paramVariable, readInputs, splitArrays } from "../../lib/task/inputs.ts";
import { UsageError } from "../../lib/terminal/error.ts";

const task = defineTask({
  name: "sample",
  version: "0.1",
  displayName: "Sample",
  description: "d",
  params: {
    "quay-repo": { description: "d" },
    "namespace": { description: "d", default: variable("context.pipelineRun.namespace") },
    "compression": { description: "d", default: "gzip", enum: ["gzip", "zstd"] },
    "first": { type: "array", description: "d", default: [] },
    "second": { type: "array", description: "d", default: ["x"] },
    "git": { type: "object", description: "d", properties: { url: {}, "commit-sha": {} }, default: { url: "u" } },
  },
  options: { "output": { value: "DIR", description: "d" }, "plain-http": { description: "d" } },
  workspaces: { data: { description: "d", optional: true } },
  secrets: { credentials: { secretName: "s", key: "k", description: "d" } },
  run: () => {},
});

/** What is enough to run. */
const enough = { PARAM_QUAY_REPO: "r", PARAM_GIT_COMMIT_SHA: "c" };

function read(args: readonly string[], env: Readonly<Record<string, string>> = enough, of: Definition = task) {
  return readInputs(of, args, (name) => Object.hasOwn(env, name) ? env[name] : undefined);
}

function refusal(args: readonly string[], env?: Readonly<Record<string, string>>): UsageError {
  try {
    read(args, env);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.equal(error.exitCode, 2);
    return error;
  }
  throw new assert.AssertionError({ message: `${args.join(" ")} was accepted` });
}

/** A variable's text put together, as Tekton would leave it where it does not replace it. */
const unresolved = String.fromCharCode(36, 40) + "context.pipelineRun.namespace)";

Deno.test("inputs: params come by environment, with their defaults where they are unset", () => {
  assert.deepEqual(read([]).params, {
    "quay-repo": "r",
    "namespace": "",
    "compression": "gzip",
    "first": [],
    "second": ["x"],
    "git": { url: "u", "commit-sha": "c" },
  });
});

Deno.test("inputs: an empty text is a value, an unset variable is none", () => {
  assert.equal(read([], { ...enough, PARAM_QUAY_REPO: "" }).params["quay-repo"], "");
  assert.match(refusal([], { PARAM_GIT_COMMIT_SHA: "c" }).why, /--quay-repo is missing/);
  assert.deepEqual(read([], { ...enough, PARAM_GIT_URL: "" }).params.git, { url: "", "commit-sha": "c" });
});

Deno.test("inputs: every missing param is named at once", () => {
  assert.match(refusal([], {}).why, /--quay-repo, --git are missing/);
});

Deno.test("inputs: a default that Tekton left as a variable becomes empty, other text with brackets does not", () => {
  const namespace = (text: string) => read([], { ...enough, PARAM_NAMESPACE: text }).params.namespace;
  assert.equal(namespace(unresolved), "");
  assert.equal(namespace("team-a"), "team-a");
  assert.equal(namespace(` ${unresolved}`), ` ${unresolved}`);
  assert.equal(read([], { ...enough, PARAM_QUAY_REPO: unresolved }).params["quay-repo"], unresolved);
  assert.ok(isUnresolvedContext(unresolved));
});

Deno.test("inputs: a value outside of the enum is refused, with the values it takes", () => {
  const error = refusal([], { ...enough, PARAM_COMPRESSION: "bzip2" });
  assert.match(error.message, /"compression".*"bzip2"[\s\S]*gzip, zstd/);
  assert.match(refusal(["--compression", ""]).message, /it is ""/);
});

Deno.test("inputs: flags win over the environment, in both spellings", () => {
  const { params, options, workspaces, secrets, common } = read([
    "--quay-repo",
    "a b",
    "--namespace=n=1",
    "--first",
    "1",
    "--first=",
    "--first=--dashes",
    "--git",
    "url=a=b",
    "--output",
    "out",
    "--plain-http",
    "--data",
    "/d",
    "--credentials-file",
    "/f",
    "--format",
    "json",
    "--quiet",
  ]);
  assert.deepEqual(params, {
    "quay-repo": "a b",
    "namespace": "n=1",
    "compression": "gzip",
    "first": ["1", "", "--dashes"],
    "second": ["x"],
    "git": { url: "a=b", "commit-sha": "c" },
  });
  assert.deepEqual(options, { "output": "out", "plain-http": true });
  assert.deepEqual(workspaces, { data: "/d" });
  assert.deepEqual(secrets, { credentials: { path: "/f", named: true } });
  assert.deepEqual(common, { debug: false, quiet: true, format: "json" });
});

Deno.test("inputs: workspaces and secrets come by environment; an unbound workspace is empty there and undefined here", () => {
  const { workspaces, secrets, options } = read([], { ...enough, WORKSPACE_DATA: "", SECRET_CREDENTIALS: "/s/k" });
  assert.deepEqual(workspaces, { data: undefined });
  assert.deepEqual(secrets, { credentials: { path: "/s/k", named: false } });
  assert.deepEqual(options, { "output": undefined, "plain-http": false });
});

Deno.test("inputs: lists may come as a JSON array at the desk", () => {
  assert.deepEqual(read([], { ...enough, PARAM_FIRST: '["a","b"]' }).params.first, ["a", "b"]);
  for (const text of ["a,b", '{"a":1}', "[1]", ""]) {
    assert.match(refusal([], { ...enough, PARAM_FIRST: text }).why, /PARAM_FIRST does not hold a JSON array/);
  }
});

Deno.test("inputs: wrong flags are refused with what was meant", () => {
  assert.match(refusal(["--quay-rep", "x"]).message, /no option --quay-rep\n.*--quay-repo\?/);
  assert.match(refusal(["--zzzzzz"]).message, /no option --zzzzzz\n.*--help/);
  assert.match(refusal(["x"]).message, /"x" is not an option/);
  assert.match(refusal(["-q"]).message, /"-q" is not an option/);
  assert.match(refusal(["--quay-repo"]).message, /needs a value/);
  assert.match(refusal(["--quay-repo", "--quiet"]).message, /needs a value/);
  assert.match(refusal(["--plain-http=yes"]).message, /takes no value/);
  assert.match(refusal(["--quay-repo", "a", "--quay-repo", "b"]).message, /given twice/);
  assert.match(refusal(["--git", "url"]).message, /has no "="/);
  assert.match(refusal(["--git", "branch=x"]).message, /no key "branch"/);
  assert.match(refusal(["--format", "xml"]).message, /text, json/);
});

Deno.test("inputs: any lists without markers come back as they were", () => {
  const element = fc.oneof(fc.string(), fc.constantFrom("", "--help", "--first", "--array-param", "--array-param="));
  fc.assert(fc.property(fc.array(element), fc.array(element), (first, second) => {
    const { params } = read([arrayMarker("first"), ...first, arrayMarker("second"), ...second]);
    assert.deepEqual([params.first, params.second], [first, second]);
  }));
});

Deno.test("inputs: an element equal to a marker is refused, never misread", () => {
  const markers = [arrayMarker("first"), arrayMarker("second")];
  const element = fc.oneof(fc.constantFrom(...markers), fc.string());
  fc.assert(fc.property(fc.array(element), fc.array(element), (first, second) => {
    const args = [markers[0] ?? "", ...first, markers[1] ?? "", ...second];
    const ambiguous = [...first, ...second].some((text) => markers.includes(text));
    if (ambiguous) assert.throws(() => splitArrays(task, args), /appears twice/);
    else assert.deepEqual(splitArrays(task, args), { first, second });
  }));
});

Deno.test("inputs: markers out of order or missing are refused", () => {
  const [first, second] = [arrayMarker("first"), arrayMarker("second")];
  assert.throws(() => splitArrays(task, [first]), /second is not among/);
  assert.throws(() => splitArrays(task, [second, first]), /order/);
  assert.throws(() => splitArrays(task, ["x", first, second]), /order/);
});

Deno.test("inputs: names become variables", () => {
  assert.equal(paramVariable("quay-repo"), "PARAM_QUAY_REPO");
  assert.equal(paramVariable("git", "commit-sha"), "PARAM_GIT_COMMIT_SHA");
});
