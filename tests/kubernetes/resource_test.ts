import assert from "node:assert/strict";
import fc from "fast-check";
import { checkName, describeAttempt, pathOf, pods, taskRuns } from "../../lib/kubernetes/resource.ts";
import { UsageError } from "../../lib/terminal/error.ts";

Deno.test("a path names group, version, namespace, name and subresource", () => {
  const list = { verb: "list", resource: taskRuns };
  assert.equal(pathOf(list), "/apis/tekton.dev/v1/taskruns");
  assert.equal(pathOf({ ...list, namespace: "ci" }), "/apis/tekton.dev/v1/namespaces/ci/taskruns");
  const log = { verb: "get", resource: pods, namespace: "ci", name: "a-pod.1", subresource: "log" };
  assert.equal(pathOf(log), "/api/v1/namespaces/ci/pods/a-pod.1/log");
  assert.equal(describeAttempt(log), 'get pods/log "a-pod.1" in namespace "ci"');
  assert.equal(describeAttempt(list), "list taskruns.tekton.dev in all namespaces");
});

Deno.test("no name leaves its place in the path", () => {
  for (const name of ["", ".", "..", "a/b", "a%2fb", "A", "-a", "a-", "a..b", "a.-b", "a?b", "a b", "a".repeat(254)]) {
    assert.throws(() => pathOf({ verb: "get", resource: pods, namespace: "ci", name }), UsageError, name);
    assert.throws(() => pathOf({ verb: "list", resource: pods, namespace: name }), UsageError, name);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    try {
      assert.equal(encodeURIComponent(checkName("a name", name)), name);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      assert.equal(error.exitCode, 2);
    }
  }));
});
