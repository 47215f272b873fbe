/** The served API as any HTTP client sees it. */
import assert from "node:assert/strict";
import net from "node:net";
import { MemoryLogs } from "../../lib/engine/logs.ts";
import type { NewObject } from "../../lib/engine/object.ts";
import { serveApi, type ServeApiOptions } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";

const runs = "/apis/tekton.dev/v1/namespaces/ci/taskruns";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

function run(name: string): NewObject {
  const conditions = [{ type: "Succeeded", status: "True", reason: "Succeeded" }];
  const metadata = { name, namespace: "ci", labels: { l: name } };
  return { apiVersion: "tekton.dev/v1", kind: "TaskRun", metadata, spec: { a: 1 }, status: { conditions } };
}

interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- whatever JSON the API answered
  readonly body: any;
}

interface Client {
  readonly store: ObjectStore;
  readonly logs: MemoryLogs;
  readonly url: string;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

async function withServer(options: Partial<ServeApiOptions>, test: (client: Client) => Promise<void>): Promise<void> {
  const store = new ObjectStore();
  const logs = new MemoryLogs();
  const api = serveApi({ store, logs, ...options });
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(api.url + path, { method, headers: { ...type, ...headers }, ...sent });
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  try {
    await test({ store, logs, url: api.url, ask });
  } finally {
    await api.close();
  }
}

Deno.test("objects are created, read, replaced, patched and deleted over HTTP", () =>
  withServer({}, async ({ ask }) => {
    const created = await ask("POST", runs, run("a"));
    assert.equal(created.status, 201);
    assert.equal(created.body.kind, "TaskRun");
    assert.equal(created.body.status, undefined, "a status is its controller's to write");
    const status = { ...created.body, status: { phase: "x" } };
    assert.equal((await ask("PUT", `${runs}/a/status`, status)).body.status.phase, "x");
    assert.equal((await ask("PUT", `${runs}/a`, created.body)).status, 409);
    const merge = { "content-type": "application/merge-patch+json" };
    const patched = await ask("PATCH", `${runs}/a`, { metadata: { labels: { l: null, m: "n" } } }, merge);
    assert.deepEqual([patched.status, patched.body.metadata.labels], [200, { m: "n" }]);
    assert.deepEqual((await ask("GET", `${runs}/a`)).body, patched.body);
    const deleted = await ask("DELETE", `${runs}/a`);
    assert.deepEqual([deleted.status, deleted.body.status, deleted.body.details.kind], [200, "Success", "taskruns"]);
    assert.deepEqual((await ask("GET", `${runs}/a`)).body, {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'taskruns.tekton.dev "a" not found',
      reason: "NotFound",
      details: { name: "a", group: "tekton.dev", kind: "taskruns" },
      code: 404,
    });
  }));

Deno.test("lists have Kubernetes' form, pages and selectors", () =>
  withServer({}, async ({ ask, store }) => {
    for (const name of ["a", "b", "c"]) store.create(run(name));
    const all = (await ask("GET", runs)).body;
    assert.deepEqual([all.kind, all.apiVersion, all.items.length], ["TaskRunList", "tekton.dev/v1", 3]);
    assert.equal(all.metadata.resourceVersion, store.resourceVersion);
    const first = (await ask("GET", `${runs}?limit=2`)).body;
    const rest = (await ask("GET", `${runs}?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`)).body;
    assert.deepEqual([...first.items, ...rest.items], all.items);
    assert.equal(
      (await ask("GET", `/apis/tekton.dev/v1/taskruns?labelSelector=${encodeURIComponent("l in (b)")}`)).body.items
        .length,
      1,
    );
    assert.equal((await ask("GET", `${runs}?limit=x`)).status, 400);
    assert.equal((await ask("DELETE", `${runs}?labelSelector=l=a`)).status, 200);
    assert.equal((await ask("GET", runs)).body.items.length, 2);
  }));

Deno.test("tables are for whoever asks for them", () =>
  withServer({}, async ({ ask, store }) => {
    store.create(run("a"));
    const list = (await ask("GET", runs, undefined, { accept: table })).body;
    assert.equal(list.kind, "Table");
    const columns = list.columnDefinitions.map((it: { name: string }) => it.name);
    assert.deepEqual(columns, ["Name", "Succeeded", "Reason", "StartTime", "CompletionTime"]);
    assert.deepEqual(list.rows[0].cells, ["a", "True", "Succeeded", "", ""]);
    assert.equal(list.rows[0].object.kind, "PartialObjectMetadata");
    const whole = (await ask("GET", `${runs}/a?includeObject=Object`, undefined, { accept: table })).body;
    assert.equal(whole.rows[0].object.spec.a, 1);
    assert.equal((await ask("GET", runs, undefined, { accept: "application/yaml" })).status, 406);
  }));

/** Reads lines of a watch; `next` gives type and name of the next event. */
async function watching(url: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal, headers });
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  // deno-lint-ignore no-explicit-any -- whatever JSON the API answered
  const next = async (): Promise<any> => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
    }
    const end = text.indexOf("\n");
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    return JSON.parse(line);
  };
  return {
    response,
    next,
    async end() {
      controller.abort();
      await reader.cancel().catch(() => {});
    },
  };
}

Deno.test("a watch answers at once, streams changes, ends in its time, and says 410 as an event", () =>
  withServer({ bookmarkMs: 20 }, async ({ store, url }) => {
    store.create(run("a"));
    const { resourceVersion } = store;
    const one = await watching(`${url}${runs}?watch=1&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`);
    const { type, object } = await one.next();
    assert.deepEqual([type, object.kind], ["BOOKMARK", "TaskRun"]);
    assert.deepEqual(object.metadata, { resourceVersion, creationTimestamp: null });
    store.create(run("b"));
    let event = await one.next();
    while (event.type === "BOOKMARK") event = await one.next();
    assert.deepEqual([event.type, event.object.metadata.name], ["ADDED", "b"]);
    await one.end();
    const tables = await watching(`${url}${runs}/a?watch=true&timeoutSeconds=1`, { accept: table });
    const first = await tables.next();
    assert.deepEqual([first.type, first.object.kind, first.object.rows[0].cells[0]], ["ADDED", "Table", "a"]);
    assert.equal(await tables.next(), undefined, "ended by timeoutSeconds");
    await tables.end();
    store.compact();
    const old = await watching(`${url}${runs}?watch=1&resourceVersion=${resourceVersion}`);
    const gone = await old.next();
    assert.deepEqual([gone.type, gone.object.code, gone.object.reason], ["ERROR", 410, "Expired"]);
    await old.end();
  }));

Deno.test("a watcher that stops reading costs nothing but its connection, and the server still closes", () =>
  withServer({}, async ({ store, url }) => {
    const idle = await watching(`${url}${runs}?watch=1`);
    for (let at = 0; at < 300; at++) store.create({ ...run(`r${at}`), spec: { text: "x".repeat(20_000) } });
    const other = await watching(`${url}${runs}?watch=1`);
    assert.equal((await other.next()).type, "ADDED");
    await other.end();
    await idle.end();
  }));

Deno.test("names cannot leave their place: anything but names in a path is no path", () =>
  withServer({}, async ({ store, url }) => {
    store.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "other" },
      data: { k: "dg==" },
    });
    store.create(run("a"));
    const { port } = new URL(url);
    // Over a plain socket: fetch would tidy the path up.
    const raw = (path: string) =>
      new Promise<number>((resolve, reject) => {
        const socket = net.connect(Number(port), "127.0.0.1");
        let text = "";
        socket.on("data", (data) => text += data);
        socket.on("end", () => resolve(Number(text.split(" ")[1])));
        socket.on("error", reject);
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      });
    assert.equal(await raw("/api/v1/namespaces/other/secrets/s"), 200);
    for (
      const path of [
        `${runs}/../secrets`,
        `${runs}/..%2f..%2fother`,
        `${runs}/%2e%2e/%2e%2e/x`,
        `${runs}/a%00`,
        `${runs}/A`,
        `${runs}/a/b/c`,
        `${runs}/a/log`,
        "/apis/tekton.dev/v1/taskruns/a",
        "/api/v1/namespaces//pods",
        "/api/v1/namespaces/ci/pods/%",
        "/apis/tekton.dev/v2/namespaces/ci/taskruns",
        "/apis/constructor",
        "/apis/__proto__/v1",
        "/",
        "//",
      ]
    ) assert.equal(await raw(path), 404, path);
  }));

Deno.test("bad bodies are refused: no JSON, no object, too large, another type, another kind, another place", () =>
  withServer({}, async ({ ask }) => {
    for (
      const [status, method, path, body, headers] of [
        [400, "POST", runs, "{", {}],
        [400, "POST", runs, "[]", {}],
        [413, "POST", runs, " ".repeat(3 * 1024 * 1024 + 1), {}],
        [415, "POST", runs, "a: b", { "content-type": "application/yaml" }],
        [415, "PATCH", `${runs}/a`, "[]", { "content-type": "application/json-patch+json" }],
        [400, "POST", runs, { ...run("a"), kind: "Pod" }, {}],
        [400, "POST", runs, { ...run("a"), metadata: { name: "a", namespace: "other" } }, {}],
        [400, "PUT", `${runs}/b`, run("a"), {}],
        [400, "POST", `${runs}?dryRun=All`, run("a"), {}],
        [422, "POST", runs, { ...run("a"), metadata: { name: 7 } }, {}],
        [422, "GET", `${runs}?watch=1&sendInitialEvents=true`, undefined, {}],
        [404, "PUT", `${runs}/a`, run("a"), {}],
        [404, "POST", "/apis/tekton.dev/v1/taskruns", run("a"), {}],
        [404, "OPTIONS", runs, undefined, {}],
      ] as const
    ) {
      const answer = await ask(method, path, body, headers);
      assert.deepEqual([answer.status, answer.body.kind], [status, "Status"], `${method} ${path} ${status}`);
    }
  }));

Deno.test("a token is asked for, and access refused in the API's words", () =>
  withServer({ token: "t", user: "ann", authorize: ({ verb }) => verb !== "list" }, async ({ ask }) => {
    const mine = { authorization: "Bearer t" };
    assert.equal((await ask("GET", runs)).status, 401);
    assert.equal((await ask("GET", "/api", undefined, { authorization: "Bearer x" })).body.reason, "Unauthorized");
    const refused = await ask("GET", runs, undefined, mine);
    assert.deepEqual([refused.status, refused.body.message], [
      403,
      'taskruns.tekton.dev is forbidden: User "ann" cannot list resource "taskruns" in API group "tekton.dev" in the namespace "ci"',
    ]);
    const review = async (verb: string) => {
      const spec = { resourceAttributes: { verb, resource: "taskruns", group: "tekton.dev" } };
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      return (await ask("POST", path, { kind: "SelfSubjectAccessReview", spec }, mine)).body.status.allowed;
    };
    assert.deepEqual([await review("get"), await review("list")], [true, false]);
  }));

Deno.test("discovery names every resource with its verbs", () =>
  withServer({}, async ({ ask }) => {
    assert.deepEqual((await ask("GET", "/api")).body.versions, ["v1"]);
    const { groups } = (await ask("GET", "/apis")).body;
    assert.deepEqual(groups.map((it: { name: string }) => it.name), ["tekton.dev", "authorization.k8s.io"]);
    for (const { versions } of groups) {
      for (const { groupVersion } of versions) {
        assert.equal((await ask("GET", `/apis/${groupVersion}`)).body.groupVersion, groupVersion);
      }
    }
    const { resources } = (await ask("GET", "/api/v1")).body;
    assert.ok(resources.some((it: { name: string }) => it.name === "pods/log"));
    assert.equal((await ask("GET", "/version")).body.major, "1");
    assert.equal((await ask("GET", "/readyz")).body, "ok");
    assert.equal((await ask("GET", "/apis/apps")).status, 404);
  }));

Deno.test("closing ends watches, followed logs and hanging requests; a signal closes, too", async () => {
  const store = new ObjectStore();
  const logs = new MemoryLogs();
  store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [{ name: "c" }] } });
  logs.write({ namespace: "default", pod: "p", container: "c" }, "x\n");
  const stop = new AbortController();
  const faults = ({ resource }: { resource: string }) => resource === "secrets" ? { hangAfterBytes: -1 } : undefined;
  const api = serveApi({ store, logs, faults, signal: stop.signal });
  const hanging = fetch(`${api.url}/api/v1/secrets`).then((it) => it.text(), () => "ended");
  const watch = await fetch(`${api.url}/api/v1/pods?watch=1`);
  const log = await fetch(`${api.url}/api/v1/namespaces/default/pods/p/log?follow=true`);
  stop.abort();
  await api.close();
  await Promise.all([hanging, watch.text().catch(() => ""), log.text().catch(() => "")]);
  await assert.rejects(fetch(`${api.url}/api`));
});
