import assert from "node:assert/strict";
import fc from "fast-check";
import { attemptsOf, type Outcome, outcomeOf, resultOf, retriesOf, skippedTasksOf } from "../../lib/tekton/outcome.ts";
import type { Condition, TaskRunStatus } from "../../lib/tekton/types.ts";

const ended = (status: Condition["status"], reason: string): TaskRunStatus => ({
  conditions: [{ type: "Succeeded", status, reason, message: "" }],
  startTime: "2026-01-31T00:00:00Z",
  completionTime: "2026-01-31T00:00:05Z",
});

Deno.test("the outcome of a run, for every reason by which Tekton ends one", () => {
  const cases: [Condition["status"], string, Outcome][] = [
    ["True", "Succeeded", "succeeded"],
    ["True", "Completed", "succeeded"],
    ["True", "FailureIgnored", "succeeded"],
    ["False", "Failed", "failed"],
    ["False", "StepFailed", "failed"],
    ["False", "TaskRunImagePullFailed", "failed"],
    ["False", "TaskRunTimeout", "timed-out"],
    ["False", "PipelineRunTimeout", "timed-out"],
    ["False", "CustomRunTimedOut", "timed-out"],
    ["False", "TaskRunCancelled", "cancelled"],
    ["False", "Cancelled", "cancelled"],
    ["False", "CancelledRunningFinally", "cancelled"],
    ["Unknown", "Running", "running"],
    ["Unknown", "Started", "running"],
    ["Unknown", "ToBeRetried", "running"],
    ["Unknown", "CancelledRunningFinally", "running"],
    ["Unknown", "PipelineRunTimeoutRunningFinally", "running"],
    ["Unknown", "PipelineRunPending", "pending"],
    ["Unknown", "Pending", "pending"],
  ];
  for (const [status, reason, outcome] of cases) {
    assert.equal(outcomeOf({ status: ended(status, reason) }), outcome, `${status} ${reason}`);
  }
  assert.equal(outcomeOf({}), "pending");
});

Deno.test("the attempts of a TaskRun: those before in retriesStatus, then the one that stands", () => {
  const failed = ended("False", "Failed");
  const run = { status: { ...ended("True", "Succeeded"), retriesStatus: [failed, failed] } };
  assert.deepEqual(attemptsOf(run).map(({ number, outcome, elapsedMs }) => [number, outcome, elapsedMs]), [
    [1, "failed", 5000],
    [2, "failed", 5000],
    [3, "succeeded", 5000],
  ]);
  assert.equal(retriesOf(run), 2);
});

Deno.test("between two attempts the next one is not counted before it starts", () => {
  const conditions: Condition[] = [{ type: "Succeeded", status: "Unknown", reason: "ToBeRetried" }];
  const retriesStatus = [ended("False", "Failed")];
  assert.equal(attemptsOf({ status: { conditions, retriesStatus } }).length, 1);
  const started = attemptsOf({ status: { conditions, retriesStatus, startTime: "2026-01-31T00:00:06Z" } });
  assert.deepEqual(started.map((attempt) => attempt.outcome), ["failed", "running"]);
  assert.equal(started[1]?.elapsedMs, undefined);
});

Deno.test("a run without status: no attempt, no retry, no skipped task, no result", () => {
  assert.deepEqual([attemptsOf({}), retriesOf({}), skippedTasksOf({}), resultOf({}, "a")], [[], 0, [], undefined]);
});

Deno.test("skipped tasks and results are read by name", () => {
  const skippedTasks = [{ name: "deploy", reason: "When Expressions evaluated to false" }];
  assert.deepEqual(skippedTasksOf({ status: { skippedTasks } }), skippedTasks);
  const results = [{ name: "images", value: ["a", "b"] }];
  assert.deepEqual(resultOf({ status: { results } }, "images"), ["a", "b"]);
  assert.equal(resultOf({ status: { results } }, "image"), undefined);
});

Deno.test("there is one attempt more than there were retries, once the last has started", () => {
  fc.assert(fc.property(fc.nat(20), (retries) => {
    const retriesStatus = Array.from({ length: retries }, () => ended("False", "Failed"));
    const run = { status: { ...ended("False", "TaskRunTimeout"), retriesStatus } };
    assert.equal(attemptsOf(run).length, retriesOf(run) + 1);
    assert.equal(attemptsOf(run).at(-1)?.outcome, "timed-out");
  }));
});
