import assert from "node:assert/strict";
import { aggregateStatus } from "../../lib/record/aggregate.ts";
import type { TaskRun } from "../../lib/tekton/types.ts";

type State = "True" | "False" | "Unknown";

function aggregate(tasks: Record<string, State | "skipped" | "absent">, finals: Record<string, State> = {}): string {
  const runs = (entries: [string, string][]): TaskRun[] =>
    entries.filter(([, state]) => /^[TFU]/.test(state)).map(([name, status]) => ({
      metadata: { name, labels: { "tekton.dev/pipelineTask": name } },
      status: { conditions: [{ type: "Succeeded", status: status as State }] },
    }));
  const skippedTasks = Object.entries(tasks).filter(([, state]) => state === "skipped").map(([name]) => ({
    name,
    reason: "When Expressions evaluated to false",
  }));
  const named = (names: object) => Object.keys(names).map((name) => ({ name }));
  return aggregateStatus({
    pipelineRun: {
      metadata: { name: "run" },
      status: { pipelineSpec: { tasks: named(tasks), finally: named(finals) }, skippedTasks },
    },
    taskRuns: [...runs(Object.entries(tasks)), ...runs(Object.entries(finals))],
    customRuns: [],
    unfinished: [],
    finishedAt: new Date(),
    timedOut: false,
  });
}

Deno.test("the aggregate status is what Tekton's variable would say of the tasks; finally does not count", () => {
  assert.equal(aggregate({ a: "True", b: "True" }), "Succeeded");
  assert.equal(aggregate({ a: "True", b: "skipped" }), "Completed");
  assert.equal(aggregate({ a: "True", b: "False", c: "skipped" }), "Failed");
  assert.equal(aggregate({ a: "True", b: "False", c: "Unknown" }), "Failed");
  assert.equal(aggregate({ a: "True", b: "Unknown" }), "None");
  assert.equal(aggregate({ a: "True" }, { last: "False" }), "Succeeded");
  assert.equal(aggregate({ a: "True" }, { last: "Unknown" }), "Succeeded");
  // as with a matrix of the wrong type: the PipelineRun fails and the task never runs
  assert.equal(aggregate({ a: "True", b: "absent" }), "None");
  assert.equal(aggregate({}), "Succeeded");
});
