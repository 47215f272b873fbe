import assert from "node:assert/strict";
import { isKubernetesError, refusalError, retryable } from "../../lib/kubernetes/error.ts";
import { customRuns, pods, taskRuns } from "../../lib/kubernetes/resource.ts";

const server = "https://10.0.0.1:6443";
const body = (message: string) => JSON.stringify({ kind: "Status", status: "Failure", message });

Deno.test("a forbidden verb is named with resource, namespace and the rule that allows it", () => {
  const message = 'taskruns.tekton.dev is forbidden: User "system:serviceaccount:ci:default" cannot list resource ' +
    '"taskruns" in API group "tekton.dev" in the namespace "ci"';
  const attempt = { verb: "list", resource: taskRuns, namespace: "ci" };
  const error = refusalError(attempt, { server, status: 403, body: body(message) });
  assert.equal(error.code, "kubernetes/forbidden");
  assert.equal(error.exitCode, 1);
  assert.equal(
    error.message,
    `could not list taskruns.tekton.dev in namespace "ci": ${server} answered 403: ${message}
  This rule in a Role in namespace "ci", bound to that user, allows it:
    - apiGroups: ["tekton.dev"]
      resources: ["taskruns"]
      verbs: ["list"]`,
  );
  assert.deepEqual(error.details, { status: 403, server, verb: "list", resource: "taskruns", namespace: "ci" });
});

Deno.test("for all namespaces it takes a ClusterRole, for a log the subresource", () => {
  const all = refusalError({ verb: "watch", resource: customRuns }, { server, status: 403, body: "" });
  assert.match(all.advice, /in a ClusterRole[^]*resources: \["customruns"\]\n\s+verbs: \["watch"\]/);
  const log = { verb: "get", resource: pods, subresource: "log", namespace: "ci", name: "p" };
  assert.match(
    refusalError(log, { server, status: 403, body: "" }).advice,
    /apiGroups: \[""\]\n\s+resources: \["pods\/log"\]/,
  );
});

Deno.test("each status is told apart, and says whether to try again", () => {
  const get = { verb: "get", resource: taskRuns, namespace: "ci", name: "x" };
  const log = { verb: "get", resource: pods, subresource: "log", namespace: "ci", name: "p" };
  for (
    const [attempt, status, said, code, again] of [
      [get, 401, "Unauthorized", "unauthorized", false],
      [get, 404, 'taskruns.tekton.dev "x" not found', "not-found", false],
      [get, 404, "the server could not find the requested resource", "not-found", false],
      [get, 409, "modified", "conflict", false],
      [get, 410, "too old", "gone", false],
      [get, 422, "invalid", "invalid", false],
      [get, 429, "slow down", "throttled", true],
      [get, 500, "etcd", "server", true],
      [get, 501, "no", "server", false],
      [get, 503, "starting", "server", true],
      [log, 400, 'container "c" in pod "p" is waiting to start: PodInitializing', "container-waiting", false],
      [log, 400, 'container "c" in pod "p" is waiting to start: ContainerCreating', "container-waiting", false],
      [log, 400, 'previous terminated container "c" in pod "p" not found', "container-unknown", false],
      [log, 400, "container z is not valid for pod p", "container-unknown", false],
      [log, 404, 'pods "p" not found', "not-found", false],
      [log, 500, 'Get "https://node:10250/containerLogs/…": dial tcp: refused', "kubelet", true],
      [log, 503, "starting", "server", true],
    ] as const
  ) {
    const error = refusalError(attempt, { server, status, body: body(said), afterMs: 7 });
    assert.equal(error.code, `kubernetes/${code}`, said);
    assert.equal(retryable(error) !== false, again, said);
    assert.ok(isKubernetesError(error, error.code));
    assert.ok(!isKubernetesError(error, "kubernetes/broken"));
    assert.ok(error.why.includes(said) && error.why.includes(String(status)));
  }
  assert.match(
    refusalError(get, { server, status: 404, body: body("the server could not find the requested resource") }).advice,
    /serves taskruns of tekton\.dev\/v1/,
  );
});

Deno.test("a proxy's page is cut to one short line", () => {
  const page = `<html>\n\u001b[31m${"x".repeat(10_000)}</html>`;
  const error = refusalError({ verb: "list", resource: pods }, { server, status: 502, body: page });
  assert.ok(error.why.length < 600 && !/\n|\p{Cc}/u.test(error.why));
});
