import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldSelector, labelSelector } from "../../lib/engine/selector.ts";
import { ApiError } from "../../lib/engine/status.ts";

const object = (labels?: Record<string, string>) => ({
  metadata: { name: "n", namespace: "ci", labels },
  status: { phase: "Running" },
});

Deno.test("label selectors select as Kubernetes documents them", () => {
  const labels = { app: "web", "tekton.dev/pipelineRun": "run-1", empty: "" };
  for (
    const [text, expected] of [
      ["", true],
      ["app", true],
      ["!app", false],
      ["none", false],
      ["!none", true],
      ["app=web", true],
      ["app==web", true],
      ["app = web", true],
      ["app!=web", false],
      ["none!=web", true],
      ["empty=", true],
      ["app=", false],
      ["app in (api, web)", true],
      ["app in (api)", false],
      ["app notin (api,db)", true],
      ["none notin (api)", true],
      ["app notin (web)", false],
      ["tekton.dev/pipelineRun=run-1,app=web,!none", true],
      ["tekton.dev/pipelineRun=run-1,app in (a,b),!none", false],
    ] as const
  ) assert.equal(labelSelector(text)(object(labels)), expected, text);
  assert.equal(labelSelector("a=b")(object()), false);
  assert.equal(labelSelector(null)({}), true);
});

Deno.test("what is no label selector is refused with 400", () => {
  for (
    const text of [",", "a=b,", "=b", "a=b=c", "a in b", "a in (b", "!a=b", "!a in (b)", "a b", "a in (b,é)", "(a)"]
  ) {
    assert.throws(() => labelSelector(text), (error) => error instanceof ApiError && error.code === 400, text);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      labelSelector(text)(object({ a: "b" }));
    } catch (error) {
      assert.ok(error instanceof ApiError);
    }
  }));
});

Deno.test("field selectors select by any path", () => {
  for (
    const [text, expected] of [
      ["", true],
      ["metadata.name=n", true],
      ["metadata.name==n,metadata.namespace!=x", true],
      ["metadata.name=m", false],
      ["status.phase=Running", true],
      ["status.reason=", true],
      ["status.reason!=x", true],
      ["metadata.constructor=", true],
    ] as const
  ) assert.equal(fieldSelector(text)(object()), expected, text);
  assert.throws(() => fieldSelector("name"), ApiError);
});
