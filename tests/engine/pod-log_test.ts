import assert from "node:assert/strict";
import { type LogEntry, type LogSource, MemoryLogs, nanoseconds } from "../../lib/engine/logs.ts";
import type { NewObject } from "../../lib/engine/object.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";

const target = { namespace: "ci", pod: "p", container: "a" };
const start = Date.parse("2026-01-02T03:04:05.600Z");

function pod(name: string, containers: string[], more: object = {}): NewObject {
  const spec = { containers: containers.map((name) => ({ name })) };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ci" }, spec, ...more };
}

type Ask = (query?: string, name?: string) => Promise<{ status: number; text: string; bytes: Uint8Array }>;

async function withLogs(
  logs: LogSource,
  test: (ask: Ask, store: ObjectStore, url: string) => Promise<void>,
): Promise<void> {
  const store = new ObjectStore();
  const api = serveApi({ store, logs });
  try {
    await test(
      async (query = "", name = "p") => {
        const response = await fetch(`${api.url}/api/v1/namespaces/ci/pods/${name}/log?${query}`);
        const bytes = await response.bytes();
        const text = new TextDecoder().decode(bytes);
        return { status: response.status, text: response.ok ? text : JSON.parse(text).message, bytes };
      },
      store,
      api.url,
    );
  } finally {
    await api.close();
  }
}

Deno.test("timestamps, tailLines, sinceTime and limitBytes choose as the kubelet does", () => {
  const logs = new MemoryLogs();
  for (let at = 0; at < 4; at++) logs.write(target, `line ${at}\n`, nanoseconds(new Date(start + at * 500)));
  logs.write(target, "two\nat once", nanoseconds(new Date(start + 2000)));
  return withLogs(logs, async (ask, store) => {
    store.create(pod("p", ["a"]));
    for (
      const [query, expected] of [
        ["", "line 0\nline 1\nline 2\nline 3\ntwo\nat once"],
        ["tailLines=2", "two\nat once"],
        ["tailLines=3", "line 3\ntwo\nat once"],
        ["tailLines=0", ""],
        ["tailLines=100&limitBytes=8", "line 0\nl"],
        ["limitBytes=3", "lin"],
        // Cut to the whole second before: 05.6 is later than 05, 07.1 than 07.
        ["sinceTime=2026-01-02T03:04:05.999Z", "line 0\nline 1\nline 2\nline 3\ntwo\nat once"],
        ["sinceTime=2026-01-02T03:04:07Z", "line 3\ntwo\nat once"],
        ["sinceTime=2026-01-02T03:04:08Z", ""],
        ["sinceSeconds=1", ""],
        ["timestamps=true&tailLines=2", "2026-01-02T03:04:07.600000000Z two\n2026-01-02T03:04:07.600000000Z at once"],
        ["container=a&timestamps=true&limitBytes=38", "2026-01-02T03:04:05.600000000Z line 0\n"],
      ] as const
    ) assert.equal((await ask(query)).text, expected, query);
    for (
      const query of [
        "tailLines=-1",
        "tailLines=x",
        "limitBytes=0",
        "sinceTime=today",
        "sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z",
      ]
    ) {
      assert.ok([400, 422].includes((await ask(query)).status), query);
    }
  });
});

Deno.test("there is no log in the kubelet's words", () => {
  const logs = new MemoryLogs();
  return withLogs(logs, async (ask, store) => {
    store.create(pod("p", ["a", "b"]));
    const waiting = { containerStatuses: [{ name: "a", state: { waiting: { reason: "PodInitializing" } } }] };
    store.create(pod("w", ["a"], { status: waiting }));
    const ended = { containerStatuses: [{ name: "a", state: { terminated: { exitCode: 0 } } }] };
    store.create(pod("e", ["a"], { status: ended }));
    const init = { spec: { containers: [{ name: "a" }], initContainers: [{ name: "i" }] } };
    store.create({ ...pod("i", []), ...init });
    const cases: [string, string, number, string][] = [
      ["", "p", 400, "a container name must be specified for pod p, choose one of: [a b]"],
      [
        "",
        "i",
        400,
        "a container name must be specified for pod i, choose one of: [a] or one of the init containers: [i]",
      ],
      ["container=c", "p", 400, "container c is not valid for pod p"],
      ["container=a", "p", 400, 'container "a" in pod "p" is waiting to start: ContainerCreating'],
      ["", "w", 400, 'container "a" in pod "w" is waiting to start: PodInitializing'],
      ["previous=true", "w", 400, 'previous terminated container "a" in pod "w" not found'],
      ["", "e", 500, 'unable to retrieve container logs for "a" in pod "e": no such file'],
      ["", "none", 404, 'pods "none" not found'],
    ];
    for (const [query, name, status, message] of cases) {
      const answer = await ask(query, name);
      assert.deepEqual([answer.status, answer.text], [status, message]);
    }
    logs.write({ ...target, pod: "w", previous: true }, "the one before\n");
    assert.equal((await ask("previous=true", "w")).text, "the one before\n");
  });
});

Deno.test("a followed log comes line by line until its container ends, or the client leaves", () => {
  const logs = new MemoryLogs();
  return withLogs(logs, async (_, store, url) => {
    store.create(pod("p", ["a"]));
    for (const leave of [true, false]) {
      logs.forget("ci", "p");
      logs.write(target, "zeroth\nfirst\n");
      const controller = new AbortController();
      const { signal } = controller;
      const log = await fetch(`${url}/api/v1/namespaces/ci/pods/p/log?follow=true&tailLines=1`, { signal });
      const reader = (log.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await reader.read()).value, "first\n");
      const next = reader.read();
      logs.write(target, "second\n");
      assert.equal((await next).value, "second\n");
      if (leave) {
        controller.abort();
        await assert.rejects(reader.read());
      } else {
        logs.end(target);
        assert.equal((await reader.read()).done, true);
      }
    }
  });
});

Deno.test("a log of any size is generated while it is read; bytes are bytes", () => {
  const block = crypto.getRandomValues(new Uint8Array(50_000)).map((it, at) =>
    at % 100 === 99 ? 10 : it === 10 ? 0 : it
  );
  let generated = 0;
  const source: LogSource = {
    *open(): Iterable<LogEntry> {
      for (let at = 0; at < 1000; at++) {
        generated++;
        yield { time: nanoseconds(new Date(start + at)), bytes: block };
      }
    },
  };
  return withLogs(source, async (ask, store, url) => {
    store.create(pod("p", ["a"]));
    const { bytes } = await ask();
    assert.equal(bytes.length, 50_000_000);
    assert.ok(Buffer.compare(bytes.subarray(25_000_000, 25_050_000), block) === 0);
    generated = 0;
    const stamped = await fetch(`${url}/api/v1/namespaces/ci/pods/p/log?timestamps=true`);
    const reader = (stamped.body ?? new ReadableStream()).getReader();
    await reader.read();
    await reader.cancel();
    assert.ok(generated < 500, `${generated} blocks were made for a reader that left`);
  });
});
