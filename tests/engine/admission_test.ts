/** What Tekton's webhook would say, at the API of the served engine. */
import assert from "node:assert/strict";
import { admitTekton } from "../../lib/engine/admission.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { resourceFor } from "../../lib/engine/engine.ts";
import { ObjectStore } from "../../lib/engine/store.ts";

async function withApi(body: (send: Send, store: ObjectStore) => Promise<void>): Promise<void> {
  const store = new ObjectStore();
  const api = serveApi({ store, admit: admitTekton() });
  const send: Send = (method, path, body) => ask(api.url, method, path, body);
  try {
    await body(send, store);
  } finally {
    await api.close();
  }
}

interface Answer {
  readonly code: number;
  // deno-lint-ignore no-explicit-any -- an answer may be any object or Status
  readonly body: any;
}

type Send = (method: string, path: string, body: object) => Promise<Answer>;

async function ask(url: string, method: string, path: string, body: object): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`${url}/apis/tekton.dev/v1/namespaces/default/${path}`, {
    method,
    headers: { "content-type": type },
    body: JSON.stringify(body),
  });
  return { code: response.status, body: await response.json() };
}

const denied = 'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ';
const task = (spec: object) => ({ apiVersion: "tekton.dev/v1", kind: "Task", metadata: { name: "t" }, spec });

Deno.test("an object that is not valid is refused with a 400 in the webhook's frame, with every finding", () =>
  withApi(async (send) => {
    const { code, body } = await send("POST", "tasks", task({ steps: [{ name: "A B", script: "x" }] }));
    assert.equal(code, 400);
    assert.equal(body.reason, "BadRequest");
    assert.ok(body.message.startsWith(denied), body.message);
    assert.match(body.message, /: spec\.steps\[0\]\.name/);
    assert.match(body.message, /: spec\.steps\[0\]/);
  }));

Deno.test("unknown fields are refused only where the client asks for it", () =>
  withApi(async (send) => {
    const odd = task({ steps: [{ image: "a", scrpt: "x" }] });
    const strict = await send("POST", "tasks?fieldValidation=Strict", odd);
    assert.equal(strict.code, 400);
    assert.match(strict.body.message, /strict decoding error: unknown field "spec\.steps\[0\]\.scrpt"/);
    assert.equal((await send("POST", "tasks", odd)).code, 201);
  }));

Deno.test("defaults are set when an object arrives", () =>
  withApi(async (send) => {
    const metadata = { name: "r" };
    const spec = { taskSpec: { params: [{ name: "p", default: ["a"] }], steps: [{ image: "a" }] } };
    const { code, body } = await send("POST", "taskruns", {
      apiVersion: "tekton.dev/v1",
      kind: "TaskRun",
      metadata,
      spec,
    });
    assert.equal(code, 201);
    assert.deepEqual([body.spec.timeout, body.spec.serviceAccountName, body.spec.taskSpec.params[0].type], [
      "1h0m0s",
      "default",
      "array",
    ]);
    assert.equal(body.metadata.labels["app.kubernetes.io/managed-by"], "tekton-pipelines");
  }));

Deno.test("a run that has begun takes only its cancelling, one that is over nothing; the engine itself may write", () =>
  withApi(async (send, store) => {
    // as the engine makes it: without defaults
    const spec = { taskSpec: { params: [{ name: "p", default: "x" }], steps: [{ image: "a" }] } };
    const conditions = [{ type: "Succeeded", status: "Unknown" }];
    store.create({
      kind: "TaskRun",
      apiVersion: "tekton.dev/v1",
      metadata: { name: "r" },
      spec,
      status: { startTime: "2026-01-01T00:00:00Z", conditions },
    }, "default");
    const late = await send("PATCH", "taskruns/r", { spec: { timeout: "5m" } });
    assert.deepEqual([late.code, late.body.message], [
      400,
      `${denied}invalid value: Once the TaskRun has started, only status and statusMessage updates are allowed: spec`,
    ]);
    const cancel = { spec: { status: "TaskRunCancelled", statusMessage: "enough" } };
    assert.equal((await send("PATCH", "taskruns/r", cancel)).code, 200);
    assert.equal((await send("PATCH", "taskruns/r", { metadata: { labels: { a: "b" } } })).code, 200);
    const status = { conditions: [{ type: "Succeeded", status: "False" }] };
    store.patch(resourceFor("TaskRun"), "default", "r", { status }, { status: true });
    const over = await send("PATCH", "taskruns/r", { spec: { status: null, statusMessage: null } });
    assert.equal(
      over.body.message,
      `${denied}invalid value: Once the TaskRun is complete, no updates are allowed: spec`,
    );
  }));
