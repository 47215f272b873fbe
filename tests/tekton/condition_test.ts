import assert from "node:assert/strict";
import {
  conditionOf,
  isDone,
  isFailed,
  isSuccessful,
  messageOf,
  reasonOf,
  succeeded,
} from "../../lib/tekton/condition.ts";
import type { Condition } from "../../lib/tekton/types.ts";

const run = (...conditions: Condition[]) => ({ status: { conditions } });

Deno.test("Succeeded True is a good end, False a bad one, Unknown none", () => {
  const verdicts = (status: Condition["status"]) => {
    const object = run({ type: "Succeeded", status });
    return [isDone(object), isSuccessful(object), isFailed(object)];
  };
  assert.deepEqual(verdicts("True"), [true, true, false]);
  assert.deepEqual(verdicts("False"), [true, false, true]);
  assert.deepEqual(verdicts("Unknown"), [false, false, false]);
});

Deno.test("a run that nobody has looked at yet has not ended, and has neither reason nor message", () => {
  for (const object of [{}, { status: {} }, { status: undefined }, run()]) {
    assert.equal(succeeded(object), undefined);
    assert.deepEqual([isDone(object), isSuccessful(object), isFailed(object)], [false, false, false]);
    assert.deepEqual([reasonOf(object), messageOf(object)], ["", ""]);
  }
});

Deno.test("other conditions beside Succeeded do not count", () => {
  const verified: Condition = { type: "TrustedResourcesVerified", status: "True", reason: "Verified" };
  const object = run(verified, { type: "Succeeded", status: "False", reason: "Failed", message: "step b" });
  assert.equal(isDone(run(verified)), false);
  assert.deepEqual([reasonOf(object), messageOf(object)], ["Failed", "step b"]);
  assert.equal(conditionOf(object, "TrustedResourcesVerified"), verified);
  assert.equal(conditionOf(object, "Ready"), undefined);
});

Deno.test("a status spelt otherwise is no end", () => {
  const malformed = JSON.parse('{"status":{"conditions":[null,{"type":"Succeeded","status":"TRUE"}]}}');
  assert.equal(isDone(malformed), false);
  assert.equal(isDone(JSON.parse('{"status":{"conditions":"True"}}')), false);
});
