import assert from "node:assert/strict";
import fc from "fast-check";
import { type ContainerStatus, isLost, planLogs, type Pod } from "../../lib/record/attempts.ts";
import type { Snapshot } from "../../lib/record/wait.ts";
import type { PipelineRun, TaskRun, TaskRunStatus } from "../../lib/tekton/types.ts";

interface Recording {
  readonly objects: readonly ({ readonly kind: string } & Record<string, unknown>)[];
}

const recording = JSON.parse(
  await Deno.readTextFile(new URL("../recordings/release.json", import.meta.url)),
) as Recording;

function recorded<T>(kind: string): T[] {
  return recording.objects.filter((object) => object.kind === kind) as T[];
}

function snapshotOf(taskRuns: readonly TaskRun[], pipelineRun: PipelineRun = { metadata: { name: "run" } }): Snapshot {
  const finishedAt = new Date("2026-11-21T06:00:00Z");
  return { pipelineRun, taskRuns, customRuns: [], unfinished: [], finishedAt, timedOut: false };
}

const done: TaskRunStatus = { conditions: [{ type: "Succeeded", status: "True", reason: "Succeeded" }] };

function taskRun(name: string, status: TaskRunStatus = {}, labels: Record<string, string> = {}): TaskRun {
  return { metadata: { name, labels: { "tekton.dev/pipelineTask": name, ...labels } }, status: { ...done, ...status } };
}

function podOf(name: string, statuses: readonly ContainerStatus[], init: readonly ContainerStatus[] = []): Pod {
  return {
    metadata: { name },
    spec: { initContainers: init.map(({ name }) => ({ name })), containers: statuses.map(({ name }) => ({ name })) },
    status: { containerStatuses: statuses, initContainerStatuses: init },
  };
}

const ended = { terminated: { exitCode: 0, startedAt: "2026-11-21T05:00:00Z", finishedAt: "2026-11-21T05:00:09Z" } };
const running = { running: { startedAt: "2026-11-21T05:00:00Z" } };

Deno.test("a recorded PipelineRun: every container of every attempt, and nothing of those who watch", () => {
  const snapshot = snapshotOf(recorded<TaskRun>("TaskRun"), recorded<PipelineRun>("PipelineRun")[0]!);
  const plan = planLogs(snapshot, recorded<Pod>("Pod"), "release-k7q2x-export-pipeline-logs");
  const ofTask = (task: string) => plan.logs.filter((log) => log.pipelineTask === task).map((log) => log.path);
  assert.deepEqual(ofTask("build-image"), [
    "build-image/1/place-scripts.log",
    "build-image/1/prepare.log",
    "build-image/1/step-build.log",
    "build-image/1/step-push.log",
  ]);
  assert.deepEqual(ofTask("integration-tests").filter((path) => !/prepare|place/.test(path)), [
    "integration-tests/1/sidecar-database.log",
    "integration-tests/1/step-test.log",
    "integration-tests/2/sidecar-database.log",
    "integration-tests/2/step-test.log",
  ]);
  assert.deepEqual(ofTask("unit-tests").filter((path) => /step/.test(path)), [
    "unit-tests/matrix-0/1/step-test.log",
    "unit-tests/matrix-1/1/step-test.log",
  ]);
  const database = plan.logs.find((log) => log.path === "integration-tests/2/sidecar-database.log");
  assert.deepEqual([database?.kind, database?.attempt, database?.pod, database?.missing?.reason], [
    "sidecar",
    2,
    "release-k7q2x-integration-tests-pod-retry1",
    "running",
  ]);
  assert.deepEqual(plan.leftOut.map(({ kind, name }) => [kind, name]), [
    ["TaskRun", "release-k7q2x-export-pipeline-logs"],
    ["TaskRun", "release-k7q2x-store-pipeline-status"],
  ]);
  assert.match(plan.leftOut[0]!.reason, /made the archive/);
  assert.match(plan.leftOut[1]!.reason, /waits for the other TaskRuns/);
  assert.equal(plan.logs.length, 28);
});

Deno.test("an observer that has ended has a log as any other", () => {
  const observer = taskRun("status", { podName: "p" }, { "tasksmith.dev/observer": "true" });
  const plan = planLogs(snapshotOf([observer]), [podOf("p", [{ name: "step-a", state: ended }])], "");
  assert.deepEqual([plan.logs.map((log) => log.path), plan.leftOut], [["status/1/step-a.log"], []]);
});

Deno.test("a deleted pod: each container that the TaskRun remembers is gone", () => {
  const status: TaskRunStatus = {
    podName: "second",
    steps: [{ name: "build", container: "step-build", ...ended }, { name: "push" }],
    sidecars: [{ name: "db", container: "sidecar-db" }],
    retriesStatus: [{ podName: "first", steps: [{ container: "step-build" }] }],
  };
  const { logs } = planLogs(snapshotOf([taskRun("build", status)]), [], "");
  assert.deepEqual(logs.map((log) => [log.path, log.pod, log.missing?.reason, log.kind]), [
    ["build/1/step-build.log", "first", "gone", "step"],
    ["build/2/sidecar-db.log", "second", "gone", "sidecar"],
    ["build/2/step-build.log", "second", "gone", "step"],
    ["build/2/step-push.log", "second", "gone", "step"],
  ]);
  assert.ok(logs.every((log) => isLost(log.missing!.reason, log.kind)));
});

Deno.test("a stopped sidecar: its log is the one of the instance before, not of what Tekton put in its place", () => {
  const pod = podOf("p", [
    { name: "step-a", state: ended },
    { name: "sidecar-db", restartCount: 1, state: ended, lastState: ended },
  ]);
  const { logs } = planLogs(snapshotOf([taskRun("a", { podName: "p" })]), [pod], "");
  assert.deepEqual(logs.map((log) => [log.path, log.previous]), [["a/1/sidecar-db.log", true], [
    "a/1/step-a.log",
    false,
  ]]);
});

Deno.test("a native sidecar that crashed once has two logs", () => {
  const pod: Pod = {
    metadata: { name: "p" },
    spec: { initContainers: [{ name: "sidecar-db", restartPolicy: "Always" }], containers: [{ name: "step-a" }] },
    status: {
      initContainerStatuses: [{ name: "sidecar-db", restartCount: 1, state: ended, lastState: ended }],
      containerStatuses: [{ name: "step-a", state: ended }],
    },
  };
  const { logs } = planLogs(snapshotOf([taskRun("a", { podName: "p" })]), [pod], "");
  assert.deepEqual(logs.map((log) => [log.path, log.kind, log.previous]), [
    ["a/1/sidecar-db.log", "sidecar", false],
    ["a/1/sidecar-db.previous.log", "sidecar", true],
    ["a/1/step-a.log", "step", false],
  ]);
});

Deno.test("what never ran lost nothing; what runs on has lost its rest, unless it is a sidecar", () => {
  const pod = podOf("p", [
    { name: "step-a", state: { waiting: { reason: "PodInitializing" } } },
    { name: "step-b", state: running },
    { name: "sidecar-c", state: running },
    { name: "istio-proxy", state: ended },
  ], [{ name: "prepare", state: ended }]);
  const { logs } = planLogs(snapshotOf([taskRun("a", { podName: "p" })]), [pod], "");
  const told = logs.map((log) => [
    log.container,
    log.kind,
    log.missing?.reason,
    log.missing !== undefined && isLost(log.missing.reason, log.kind),
  ]);
  assert.deepEqual(told, [
    ["istio-proxy", "sidecar", undefined, false],
    ["prepare", "init", undefined, false],
    ["sidecar-c", "sidecar", "running", false],
    ["step-a", "step", "never-started", false],
    ["step-b", "step", "running", true],
  ]);
  assert.match(logs[3]!.missing!.detail, /PodInitializing/);
});

Deno.test("a step counts as started when Tekton let it, not when its container waited for the steps before", () => {
  const status: TaskRunStatus = {
    podName: "p",
    steps: [{ container: "step-b", terminated: { exitCode: 0, startedAt: "2026-11-21T05:30:00Z" } }],
  };
  const { logs } = planLogs(snapshotOf([taskRun("a", status)]), [podOf("p", [{ name: "step-b", state: ended }])], "");
  assert.equal(logs[0]!.startedAt, "2026-11-21T05:30:00Z");
});

Deno.test("a TaskRun without a pod, a CustomRun and a child that cannot be read are named with the reason", () => {
  const failed: TaskRunStatus = {
    conditions: [{ type: "Succeeded", status: "False", reason: "TaskRunValidationFailed" }],
  };
  const pipelineRun: PipelineRun = {
    metadata: { name: "run" },
    status: {
      childReferences: [
        { kind: "TaskRun", name: "a", pipelineTaskName: "a" },
        { kind: "TaskRun", name: "deleted", pipelineTaskName: "d" },
        { kind: "PipelineRun", name: "nested", pipelineTaskName: "n" },
        { kind: "CustomRun", name: "wait", pipelineTaskName: "w" },
      ],
    },
  };
  const snapshot = { ...snapshotOf([taskRun("a", failed)], pipelineRun), customRuns: [{ metadata: { name: "wait" } }] };
  const { leftOut, logs } = planLogs(snapshot, [], "");
  assert.deepEqual(logs, []);
  assert.deepEqual(leftOut.map(({ kind, name, pipelineTask }) => [kind, name, pipelineTask]), [
    ["TaskRun", "a", "a"],
    ["TaskRun", "deleted", "d"],
    ["PipelineRun", "nested", "n"],
    ["CustomRun", "wait", "w"],
  ]);
  assert.match(leftOut[0]!.reason, /never had a pod \(TaskRunValidationFailed\)/);
});

Deno.test("a pod that the TaskRun has forgotten is an attempt more", () => {
  const forgotten: Pod = {
    ...podOf("lost", [{ name: "step-a", state: ended }]),
    metadata: { name: "lost", labels: { "tekton.dev/taskRun": "a" } },
  };
  const other: Pod = { metadata: { name: "affinity-assistant-0", labels: {} }, spec: { containers: [{ name: "x" }] } };
  const known = podOf("p", [{ name: "step-a", state: ended }]);
  const { logs } = planLogs(snapshotOf([taskRun("a", { podName: "p" })]), [other, forgotten, known], "");
  assert.deepEqual(logs.map((log) => [log.path, log.pod]), [["a/1/step-a.log", "p"], ["a/2/step-a.log", "lost"]]);
});

Deno.test("whatever the names are, paths are unique, relative, and stay below the archive's folder", () => {
  const name = fc.oneof(fc.constantFrom("..", "a/b", "a_b", "/etc", "", ".", "a\0b"), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.array(name, { minLength: 1, maxLength: 4 })), { maxLength: 5 }), (runs) => {
      const taskRuns = runs.map(([task], index) => ({
        ...taskRun(`run-${index}`, { podName: `pod-${index}` }),
        metadata: { name: `run-${index}`, labels: { "tekton.dev/pipelineTask": task } },
      }));
      const pods = runs.map(([, names], index) => podOf(`pod-${index}`, names.map((name) => ({ name, state: ended }))));
      const { logs } = planLogs(snapshotOf(taskRuns), pods, "");
      assert.equal(new Set(logs.map((log) => log.path)).size, logs.length);
      assert.equal(logs.length, runs.reduce((sum, [, names]) => sum + names.length, 0));
      for (const { path } of logs) {
        assert.match(path, /^[A-Za-z0-9._-]+(\/matrix-\d+)?\/1\/[A-Za-z0-9._~-]+\.log$/);
        assert.ok(!path.split("/").some((part) => part === ".." || part === "."), path);
      }
    }),
  );
});
