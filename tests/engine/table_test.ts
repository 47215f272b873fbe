import assert from "node:assert/strict";
import type { StoredObject } from "../../lib/engine/object.ts";
import { resourceOfKind } from "../../lib/engine/resources.ts";
import { ageOf, tableOf } from "../../lib/engine/table.ts";

const now = Date.parse("2026-01-02T00:00:00Z");

function cells(kind: string, object: object): unknown[] {
  const resource = resourceOfKind("tekton.dev/v1", kind) ?? resourceOfKind("v1", kind);
  assert.ok(resource);
  const metadata = { name: "n", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T23:59:00Z" };
  const stored: StoredObject = { apiVersion: "v1", kind, metadata, ...object };
  return (tableOf(resource, [stored], {}, { now }) as { rows: [{ cells: unknown[] }] }).rows[0].cells;
}

Deno.test("ages are written as kubectl writes them", () => {
  const seconds = (count: number) => ageOf(new Date(now - count * 1000).toISOString(), now);
  const expected: [number, string][] = [
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [599, "9m59s"],
    [600, "10m"],
    [10_799, "179m"],
    [10_800, "3h"],
    [11_000, "3h3m"],
    [28_800, "8h"],
    [172_799, "47h"],
    [172_800, "2d"],
    [180_000, "2d2h"],
    [691_200, "8d"],
    [63_072_000, "2y"],
    [-5, "0s"],
  ];
  for (const [age, text] of expected) assert.equal(seconds(age), text, String(age));
  assert.equal(ageOf(undefined, now), "");
  assert.equal(ageOf("soon", now), "");
});

Deno.test("pods show what their containers say", () => {
  const status = (status: object) => cells("Pod", { spec: { containers: [{}, {}] }, status }).slice(1, 4);
  const ended = (reason: string) => ({ state: { terminated: { reason } } });
  assert.deepEqual(status({ phase: "Pending" }), ["0/2", "Pending", "0"]);
  assert.deepEqual(
    status({
      phase: "Running",
      containerStatuses: [{ ready: true, restartCount: 2, state: { running: {} } }, ended("Completed")],
    }),
    ["1/2", "Running", "2"],
  );
  assert.deepEqual(status({ phase: "Failed", containerStatuses: [ended("Error"), ended("Completed")] })[1], "Error");
  assert.deepEqual(
    status({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] })[1],
    "ImagePullBackOff",
  );
  assert.deepEqual(
    status({
      phase: "Pending",
      initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }, { state: { running: {} } }],
    })[1],
    "Init:1/2",
  );
  assert.equal(cells("Pod", { metadata: { name: "n", deletionTimestamp: "x" } })[2], "Terminating");
});

Deno.test("other kinds show what Kubernetes and Tekton show", () => {
  assert.deepEqual(cells("ConfigMap", { data: { a: "b", c: "d" }, binaryData: { e: "" } }), ["n", 3, "60s"]);
  assert.deepEqual(cells("Secret", { type: "Opaque", data: { a: "b" } }), ["n", "Opaque", 1, "60s"]);
  assert.deepEqual(cells("Task", {}), ["n", "60s"]);
  const status = {
    conditions: [{ type: "Succeeded", status: "Unknown", reason: "Running" }],
    startTime: "2026-01-01T23:58:00Z",
  };
  assert.deepEqual(cells("PipelineRun", { status }), ["n", "Unknown", "Running", "2m", ""]);
  const event = { type: "Warning", reason: "Failed", message: "m", involvedObject: { kind: "Pod", name: "p" } };
  assert.deepEqual(cells("Event", event), ["60s", "Warning", "Failed", "pod/p", "m", "n"]);
});
