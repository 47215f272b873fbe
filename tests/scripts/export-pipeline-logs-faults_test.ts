import assert from "node:assert/strict";
import type { Faults as ApiFaults } from "../../lib/engine/faults.ts";
import type { Fault, Faults as RegistryFaults } from "../../lib/oci/registry-faults.ts";
import { sha256Hex } from "../../lib/streams/digest.ts";
import { manifestIn, type Outcome, SampleRun, type Stage, tagsOf, textIn, unpack, withStage } from "./exporting.ts";

/** Lines with a time each, so many that a worker takes them. */
function manyLines(count: number): { entries: { time: string; bytes: Uint8Array }[]; text: string } {
  const entries: { time: string; bytes: Uint8Array }[] = [];
  let text = "";
  for (let at = 0; at < count; at++) {
    // several lines have the same time, some are longer than others
    const line = `line ${at} ${"=".repeat(at % 90)}\n`;
    text += line;
    const time = new Date(Date.UTC(2026, 10, 21, 5, 36) + Math.floor(at / 3)).toISOString().replace("Z", "000000Z");
    entries.push({ time, bytes: new TextEncoder().encode(line) });
  }
  return { entries, text };
}

const onLog = (fault: (count: number) => ReturnType<ApiFaults>): ApiFaults => (request) =>
  request.resource === "pods/log" && !request.query.has("tailLines") ? fault(request.count) : undefined;

Deno.test("a log that breaks off, silently or not, is gone on with: no line is lost or doubled", async () => {
  const { entries, text } = manyLines(12_000);
  const faults = [
    onLog((count) => count <= 3 ? { dropAfterBytes: 200_000 * count + 17 } : undefined),
    onLog((count) => count === 2 ? { endAfterBytes: 400_001 } : undefined),
    onLog((count) => count <= 2 ? { status: 500, message: "the node is busy" } : undefined),
  ];
  await Promise.all(
    faults.map((faults) =>
      withStage(new SampleRun([{ task: "build", logs: { "step-a": entries } }]), { api: { faults } }, async (stage) => {
        const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
        assert.equal(code, 0, stderr);
        const files = await unpack(`${stage.folder}/out.tar.gz`);
        assert.equal(textIn(files, "build/1/step-a.log"), text);
        const [log] = manifestIn(files).logs;
        assert.deepEqual([log?.complete, log?.lines, log?.sha256], [true, 12_000, sha256Hex(text)]);
      })
    ),
  );
});

Deno.test("a log that breaks off again and again is kept as far as it came, with the reason", () => {
  const { entries, text } = manyLines(3000);
  const sample = new SampleRun([{ task: "build", logs: { "step-a": entries, "step-b": "fine\n" } }]);
  const faults: ApiFaults = ({ resource, query }) =>
    resource === "pods/log" && query.get("container") === "step-a" ? { dropAfterBytes: 50_000 } : undefined;
  return withStage(sample, { api: { faults } }, async (stage) => {
    const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /build.*attempt 1, step-a: connection-lost: given up after \d+ reconnects/);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    const part = textIn(files, "build/1/step-a.log");
    assert.ok(part.length > 20_000 && text.startsWith(part));
    const [a, b] = manifestIn(files).logs;
    assert.deepEqual([a?.complete, a?.reason, a?.sha256], [false, "connection-lost", sha256Hex(part)]);
    assert.deepEqual([b?.complete, textIn(files, "build/1/step-b.log")], [true, "fine\n"]);
  });
});

Deno.test("any bytes are archived as they are: NUL, invalid UTF-8, a line of 10 MB, no newline at the end", () => {
  const odd = new Uint8Array(100_000).map((_, at) => (at * 7919) >> 3);
  odd.set([0, 255, 254, 0xc3, 0x28, 13, 10, 10], 500);
  const long = new Uint8Array(10_000_002).fill(120);
  long.set([10, 46], 10_000_000);
  const sample = new SampleRun([{
    task: "build",
    logs: { "step-odd": odd, "step-long": long, "step-empty": "", "step-open": "no newline" },
  }]);
  return withStage(sample, {}, async (stage) => {
    const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
    assert.equal(code, 0, stderr);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    const expected = { "step-odd": odd, "step-long": long, "step-empty": "", "step-open": "no newline" };
    for (const [container, content] of Object.entries(expected)) {
      const bytes = files.get(`build/1/${container}.log`)!;
      assert.equal(sha256Hex(bytes), sha256Hex(content), container);
      const log = manifestIn(files).logs.find((log) => log.container === container)!;
      assert.deepEqual([log.complete, log.bytes, log.sha256], [true, bytes.length, sha256Hex(content)]);
    }
    const lines = Object.fromEntries(manifestIn(files).logs.map((log) => [log.container, log.lines]));
    assert.deepEqual([lines["step-long"], lines["step-empty"], lines["step-open"]], [2, 0, 1]);
  });
});

Deno.test("names that would leave the folder stay in it", () => {
  const sample = new SampleRun([
    { task: "../../../tmp/escape", logs: { "step-a": "a\n", "../../step-b": "b\n", "/etc/step-c": "c\n" } },
    { task: "..", logs: { "step-a": "d\n" } },
  ]);
  return withStage(sample, {}, async (stage) => {
    const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
    assert.equal(code, 0, stderr);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    assert.deepEqual([...files.keys()].sort(), [
      ".._.._.._tmp_escape/1/.._.._step-b.log",
      ".._.._.._tmp_escape/1/_etc_step-c.log",
      ".._.._.._tmp_escape/1/step-a.log",
      "__/1/step-a.log",
      "manifest.json",
      "status.json",
    ]);
    const log = manifestIn(files).logs.find((log) => log.container === "/etc/step-c");
    assert.deepEqual([log?.path, log?.pipelineTask], [".._.._.._tmp_escape/1/_etc_step-c.log", "../../../tmp/escape"]);
  });
});

Deno.test("a log whose beginning the kubelet has thrown away is told; a quiet starter is not", () => {
  const line = new TextEncoder().encode(`${"x".repeat(999)}\n`);
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 5, 36) + seconds * 1000).toISOString();
  const steady = Array.from({ length: 5000 }, (_, i) => ({ time: at(100 + i / 500), bytes: line }));
  const sample = new SampleRun([{
    task: "build",
    logs: { "step-steady": steady, "step-quiet": [{ time: at(600), bytes: line }] },
  }]);
  return withStage(sample, {}, async (stage) => {
    const { stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
    assert.match(stderr, /step-steady: rotated: the log begins at 2026-11-21T05:37:40.000Z/);
    const [quiet, rotated] = manifestIn(await unpack(`${stage.folder}/out.tar.gz`)).logs;
    assert.deepEqual([quiet?.complete, rotated?.complete, rotated?.reason], [true, false, "rotated"]);
  });
});

Deno.test("of a sidecar that Tekton has stopped, its own log is archived, or said to be gone when the node says so", async () => {
  const words = "unable to retrieve container logs for containerd://c9960b41a860";
  const gone = onLog(() => ({ status: 200, body: words }));
  for (const faults of [undefined, gone]) {
    const logs = { "sidecar-db": "exec /tekton/scripts/x: no such file or directory\n" };
    const sample = new SampleRun([{ task: "build", logs, stoppedSidecars: true }]);
    const target = { namespace: "ns", pod: "run-buildx-pod", container: "sidecar-db", previous: true };
    sample.logs.write(target, "ready for connections\n", "2026-11-21T05:36:01Z");
    await withStage(sample, { api: faults ? { faults } : {} }, async (stage) => {
      const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
      assert.equal(code, 0, stderr);
      const files = await unpack(`${stage.folder}/out.tar.gz`);
      const [log] = manifestIn(files).logs;
      assert.deepEqual([log?.complete, log?.reason], faults ? [false, "gone"] : [true, undefined]);
      assert.equal(files.has("build/1/sidecar-db.log"), faults === undefined);
      if (faults === undefined) assert.equal(textIn(files, "build/1/sidecar-db.log"), "ready for connections\n");
      else assert.match(stderr, /sidecar-db: gone: Tekton stopped the sidecar .*unable to retrieve/);
    });
  }
});

Deno.test("a token that is renewed in its file while logs are read is taken up", () => {
  const sample = new SampleRun([{ task: "build", logs: { "step-a": "a\n", "step-b": "b\n" } }]);
  let valid = "first";
  const token = (presented: string) => presented === valid;
  return withStage(sample, { api: { token, faults: renew } }, async (stage) => {
    const config = JSON.parse(stage.api.kubeconfig({ token: "first", namespace: "ns" }));
    config.users[0].user = { tokenFile: `${stage.folder}/token` };
    await Deno.writeTextFile(`${stage.folder}/token`, "first");
    await Deno.writeTextFile(stage.kubeconfig, JSON.stringify(config));
    renewed = () => Deno.writeTextFileSync(`${stage.folder}/token`, "second");
    const { code, stderr } = await stage.export("--concurrency", "1");
    assert.equal(code, 0, stderr);
    assert.equal(valid, "second");
    assert.equal((await tagsOf(stage)).length, 1);
  });
  function renew({ resource, count }: Parameters<ApiFaults>[0]): undefined {
    if (resource !== "pods/log" || count !== 1) return;
    renewed();
    valid = "second";
  }
});
let renewed = () => {};

Deno.test("a forbidden log ends it with the RBAC rule that is missing, and nothing is pushed", () =>
  withStage(
    new SampleRun([{ task: "build", logs: { "step-a": "a\n" } }]),
    { api: { authorize: ({ resource }) => resource !== "pods/log" } },
    async (stage) => {
      const { code, stderr, stdout } = await stage.export();
      assert.equal(code, 1);
      assert.match(stderr, /could not read logs of pods in namespace "ns"/);
      assert.match(stderr, /resources: \["pods\/log"\]\n\s+verbs: \["get"\]/);
      assert.equal(stdout, "");
      assert.deepEqual(await tagsOf(stage), []);
    },
  ));

Deno.test("forbidden pods and an unknown PipelineRun end it too", () =>
  withStage(
    new SampleRun([{ task: "build", logs: { "step-a": "a\n" } }]),
    { api: { authorize: ({ resource }) => resource !== "pods" } },
    async (stage) => {
      const forbidden = await stage.export();
      assert.equal(forbidden.code, 1);
      assert.match(forbidden.stderr, /resources: \["pods"\]\n\s+verbs: \["list"\]/);
      const unknown = await stage.export("--pipeline-run-name", "nobody");
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /"nobody"/);
    },
  ));

type Check = (stage: Stage, outcome: Outcome) => Promise<void>;

/** Runs an export against a registry with a fault. */
async function withFault(faults: RegistryFaults, check: Check, log: string | Uint8Array = "a line\n"): Promise<void> {
  const sample = new SampleRun([{ task: "build", logs: { "step-a": log } }]);
  await withStage(sample, { registry: { faults } }, async (stage) => check(stage, await stage.export()));
}

Deno.test("a registry that refuses: a clear message, exit code 1, no tag", async () => {
  const cases: [status: number, kind: "uploads" | "upload" | "manifest"][] = [
    [401, "uploads"],
    [403, "uploads"],
    [404, "uploads"],
    [413, "upload"],
    [429, "manifest"],
    [500, "manifest"],
  ];
  await Promise.all(cases.map(([status, where]) => {
    const fault = { status, headers: { "retry-after": "0" } };
    const faults: RegistryFaults = ({ kind, method }) => kind === where && method !== "GET" ? fault : undefined;
    return withFault(faults, async (stage, { code, stderr, stdout }) => {
      assert.equal(code, 1, `${status}: ${stderr}`);
      const error = stderr.slice(stderr.indexOf("error: "));
      assert.ok(error.includes(String(status)) && error.includes(stage.registry.address), error);
      assert.ok(error.trim().split("\n").length <= 4 && !/\n\s+at /.test(error), error);
      assert.doesNotMatch(stderr, /correct-horse|cm9ib3Q6/);
      assert.equal(stdout, "");
      assert.deepEqual(await tagsOf(stage), []);
    });
  }));
});

Deno.test("a registry that fails once, or breaks an upload in the middle, gets the archive all the same", async () => {
  const once = (fault: Fault): RegistryFaults => {
    let done = false;
    return ({ method }) => {
      if (done || (method !== "PATCH" && method !== "PUT" && method !== "POST")) return undefined;
      done = true;
      return fault;
    };
  };
  const check: Check = async (stage, { code, stderr, results }) => {
    assert.equal(code, 0, stderr);
    assert.deepEqual(await tagsOf(stage), [results["LOG_ARTIFACT_TAG"]]);
  };
  // more than one chunk of an upload
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  const large = new Uint8Array(9_000_000).map((_, at) => noise[(at * 31 + (at >> 8)) & 65_535]! ^ (at >> 16));
  const broken: RegistryFaults = ({ kind, method, count }) =>
    kind === "upload" && method === "PATCH" && count === 1 ? { dropRequestAfterBytes: 3_000_000 } : undefined;
  await Promise.all([
    withFault(once({ status: 429, headers: { "retry-after": "0" } }), check),
    withFault(once({ status: 503 }), check),
    withFault(broken, check, large),
  ]);
});

Deno.test("a registry that lies about a digest is not believed", async () => {
  const lie = `sha256:${"0".repeat(64)}`;
  await withFault(
    ({ kind, method }) =>
      kind === "manifest" && method === "PUT" ? { headers: { "docker-content-digest": lie } } : undefined,
    (_stage, { code, stderr, stdout }) => {
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(lie));
      assert.equal(stdout, "");
      return Promise.resolve();
    },
  );
});
