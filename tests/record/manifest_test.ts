import assert from "node:assert/strict";
import { Compile } from "typebox/schema";
import { planLogs, type PlannedLog, type Pod } from "../../lib/record/attempts.ts";
import type { CollectedLog } from "../../lib/record/logs.ts";
import schema from "../../lib/record/manifest-schema.ts";
import { logManifest, logManifestText, lostLogs } from "../../lib/record/manifest.ts";
import type { Snapshot } from "../../lib/record/wait.ts";
import { bytesSource } from "../../lib/streams/source.ts";

/** The schema with every object closed, so that a field which it does not name is an error. */
const closed = Compile(
  JSON.parse(
    JSON.stringify(schema),
    (_, value) => value?.type === "object" && value.properties ? { ...value, additionalProperties: false } : value,
  ),
);

const snapshot: Snapshot = {
  pipelineRun: { metadata: { name: "release", namespace: "ci", uid: "u-1" } },
  taskRuns: [{
    metadata: { name: "release-build", labels: { "tekton.dev/pipelineTask": "build" } },
    status: { podName: "p", steps: [{ container: "step-a" }] },
  }],
  customRuns: [{ metadata: { name: "approve", labels: { "tekton.dev/pipelineTask": "approve" } } }],
  unfinished: [],
  finishedAt: new Date("2026-11-21T05:37:00.750Z"),
  timedOut: false,
};

const planned: PlannedLog = {
  path: "build/1/step-a.log",
  pipelineTask: "build",
  taskRun: "release-build",
  attempt: 1,
  pod: "p",
  container: "step-a",
  kind: "step",
  previous: false,
  startedAt: "2026-11-21T05:36:00Z",
};
const spooled = { bytes: 7, sha256: "0".repeat(64), masked: [{ rule: "jwt", count: 2 }], content: bytesSource("x") };
const times = { firstTimestamp: "2026-11-21T05:36:01.000000001Z", lastTimestamp: "2026-11-21T05:36:02Z" };

function manifest(collected: readonly CollectedLog[], change: Partial<Snapshot> = {}) {
  const plan = planLogs(snapshot, [] as Pod[], "");
  return logManifest({
    snapshot: { ...snapshot, ...change },
    plan,
    collected,
    timestamps: false,
    compression: "gzip",
    mask: (text) => text.replaceAll("hunter2", "***"),
  });
}

const missing = (reason: "gone" | "running" | "never-started" | "rotated") => ({
  reason,
  detail: "because of hunter2",
});

Deno.test("whatever became of a log, the manifest says it and fits the published schema", () => {
  const logs: CollectedLog[] = [
    { planned, spooled, lines: 3, ...times },
    { planned: { ...planned, matrixIndex: 1 }, spooled: { ...spooled, masked: [] }, lines: 3, ...times },
    { planned, spooled, lines: 3, ...times, missing: missing("rotated") },
    { planned, lines: 0, missing: missing("gone") },
    { planned: { ...planned, kind: "sidecar" }, lines: 0, missing: missing("running") },
  ];
  const all = manifest(logs, { unfinished: [{ name: "x", pipelineTask: "x", why: "Running" }], timedOut: true });
  const [ok, errors] = closed.Errors(JSON.parse(logManifestText(all)));
  assert.ok(ok, JSON.stringify(errors, null, 1));
  assert.deepEqual(all.logs[0], {
    path: "build/1/step-a.log",
    pipelineTask: "build",
    taskRun: "release-build",
    attempt: 1,
    pod: "p",
    container: "step-a",
    kind: "step",
    startedAt: "2026-11-21T05:36:00Z",
    ...times,
    bytes: 7,
    lines: 3,
    sha256: "0".repeat(64),
    complete: true,
    masked: [{ rule: "jwt", count: 2 }],
  });
  assert.deepEqual([all.logs[3]?.path, all.logs[3]?.sha256, all.logs[3]?.detail], [
    undefined,
    undefined,
    "because of ***",
  ]);
  assert.deepEqual([all.createdAt, all.leftOut.map((run) => run.name)], ["2026-11-21T05:37:00Z", ["approve"]]);
});

Deno.test("it is complete unless something is lost or has not ended", () => {
  const log = (kind: PlannedLog["kind"], reason?: Parameters<typeof missing>[0]): CollectedLog => ({
    planned: { ...planned, kind },
    lines: 0,
    ...reason && { missing: missing(reason) },
  });
  assert.equal(manifest([log("step")]).complete, true);
  assert.equal(manifest([log("step", "never-started"), log("sidecar", "running")]).complete, true);
  for (const lost of [log("step", "running"), log("sidecar", "gone"), log("init", "rotated")]) {
    assert.equal(manifest([log("step"), lost]).complete, false);
    assert.deepEqual(lostLogs([log("step"), lost]), [lost]);
  }
  assert.equal(manifest([], { unfinished: [{ name: "x", pipelineTask: "x", why: "Running" }] }).complete, false);
});
