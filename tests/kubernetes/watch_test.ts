import assert from "node:assert/strict";
import type { Faults } from "../../lib/engine/faults.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { taskRuns } from "../../lib/kubernetes/resource.ts";
import { watch, type WatchOptions, type WatchUpdate } from "../../lib/kubernetes/watch.ts";
import { kind, type Served, taskRun, withApi } from "./api.ts";

interface Run {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** An update in a word: `synced a b`, `added c`. */
function word(update: WatchUpdate<Run>): string {
  return update.type === "synced"
    ? ["synced", ...update.items.map((it) => it.metadata.name)].join(" ")
    : `${update.type} ${update.object.metadata.name}`;
}

/** Watches with these faults; `next` gives the next update in a word. */
function watching(
  faults: Faults | undefined,
  test: (next: () => Promise<string>, served: Served, end: AbortController) => Promise<void>,
  options: WatchOptions = {},
  bookmarkMs?: number,
): Promise<void> {
  const served = { ...(faults === undefined ? {} : { faults }), ...(bookmarkMs === undefined ? {} : { bookmarkMs }) };
  return withApi(served, async (served) => {
    const end = new AbortController();
    const updates = watch<Run>(served.cluster, taskRuns, { maxBackoffMs: 20, ...options, signal: end.signal });
    const next = async () => {
      const { value } = await updates.next();
      return word(value);
    };
    try {
      await test(next, served, end);
    } finally {
      end.abort(new Error("the test is over"));
      await updates.next().catch(() => {});
    }
  });
}

Deno.test("a watch gives what is there, then each change", () =>
  watching(undefined, async (next, { store }) => {
    store.create(taskRun("a"));
    assert.equal(await next(), "synced a");
    store.create(taskRun("b"));
    assert.equal(await next(), "added b");
    store.patch(kind("TaskRun"), "ci", "a", { metadata: { labels: { x: "y" } } });
    assert.equal(await next(), "modified a");
    store.delete(kind("TaskRun"), "ci", "a");
    assert.equal(await next(), "deleted a");
  }));

Deno.test("objects larger than a chunk and many at once come whole", () =>
  watching(undefined, async (next, { store }) => {
    assert.equal(await next(), "synced");
    store.create({ ...taskRun("big"), spec: { text: "é\n".repeat(500_000) } });
    for (let at = 0; at < 700; at++) store.create(taskRun(`small-${at}`));
    assert.equal(await next(), "added big");
    for (let at = 0; at < 700; at++) assert.equal(await next(), `added small-${at}`);
  }));

Deno.test("a connection that breaks, wherever, costs no change and doubles none", async (t) => {
  for (const bytes of [0, 1, 300, 700, 1100]) {
    await t.step(`after ${bytes} bytes`, () =>
      watching(
        ({ verb, count }) => verb === "watch" && count % 2 === 1 ? { dropAfterBytes: bytes } : undefined,
        async (next, { store }) => {
          assert.equal(await next(), "synced");
          for (let at = 0; at < 6; at++) store.create(taskRun(`run-${at}`));
          for (let at = 0; at < 6; at++) assert.equal(await next(), `added run-${at}`);
          store.create(taskRun("last"));
          assert.equal(await next(), "added last");
        },
      ));
  }
});

Deno.test("an answer that ends in the middle of an event as if it were whole is gone on with", () =>
  watching(
    ({ verb, count }) => verb === "watch" && count === 1 ? { endAfterBytes: 500 } : undefined,
    async (next, { store }) => {
      assert.equal(await next(), "synced");
      for (let at = 0; at < 4; at++) store.create(taskRun(`run-${at}`));
      for (let at = 0; at < 4; at++) assert.equal(await next(), `added run-${at}`);
    },
  ));

Deno.test("a dead connection is noticed by its silence", () =>
  watching(
    ({ verb, count }) => verb === "watch" && count === 1 ? { hangAfterBytes: 0 } : undefined,
    async (next, { store }) => {
      assert.equal(await next(), "synced");
      store.create(taskRun("a"));
      assert.equal(await next(), "added a");
    },
    { idleMs: 100 },
  ));

Deno.test("410, as a status or as an event, leads to a list", async (t) => {
  for (const fault of [{ status: 410 }, { watchError: 410 }]) {
    await t.step(JSON.stringify(fault), () =>
      watching(
        ({ verb, count }) => verb === "watch" && count === 1 ? fault : undefined,
        async (next, { store }) => {
          store.create(taskRun("a"));
          assert.equal(await next(), "synced a");
          store.create(taskRun("b"));
          assert.equal(await next(), "synced a b");
          store.create(taskRun("c"));
          assert.equal(await next(), "added c");
        },
      ));
  }
});

Deno.test("what was compacted away while the connection was down comes as a list", () =>
  watching(
    ({ verb, count }) => verb === "watch" && count === 1 ? { dropAfterBytes: 0 } : undefined,
    async (next, { store }) => {
      store.create(taskRun("a"));
      assert.equal(await next(), "synced a");
      store.delete(kind("TaskRun"), "ci", "a");
      store.create(taskRun("b"));
      store.compact();
      assert.equal(await next(), "synced b");
    },
  ));

Deno.test("bookmarks move the version on, so that compaction of others' changes costs no list", () => {
  const versions: string[] = [];
  return watching(
    ({ verb, query, count }) => {
      if (verb === "watch") versions.push(query.get("resourceVersion") ?? "");
      // Broken after three bookmarks or so.
      return verb === "watch" && count === 1 ? { dropAfterBytes: 400 } : undefined;
    },
    async (next, { store }) => {
      assert.equal(await next(), "synced");
      const waiting = next();
      store.create({ ...taskRun("x"), kind: "PipelineRun" });
      while (versions.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      store.compact();
      store.create(taskRun("a"));
      assert.equal(await waiting, "added a");
      assert.notEqual(versions[0], versions[1]);
    },
    {},
    5,
  );
});

Deno.test("a server that is away for a while is waited for", () =>
  watching(
    ({ verb, count }) => verb === "watch" && count < 8 ? { status: 503 } : undefined,
    async (next, { store }) => {
      assert.equal(await next(), "synced");
      store.create(taskRun("a"));
      assert.equal(await next(), "added a");
    },
  ));

Deno.test("a watch that is refused is an error, not a loop", async (t) => {
  for (const [status, code] of [[403, "kubernetes/forbidden"], [401, "kubernetes/unauthorized"]] as const) {
    for (const verb of ["list", "watch"]) {
      await t.step(`${verb} ${status}`, () => {
        let refused = 0;
        return watching(
          (request) => {
            if (request.verb !== verb) return undefined;
            refused++;
            return { status };
          },
          async (next) => {
            if (verb === "watch") assert.equal(await next(), "synced");
            await assert.rejects(next(), (error) => {
              assert.ok(isKubernetesError(error, code));
              if (status === 403) assert.match(error.advice, new RegExp(`verbs: \\["${verb}"\\]`));
              return true;
            });
            assert.equal(refused, status === 401 ? 2 : 1);
          },
        );
      });
    }
  }
});

Deno.test("the first list must succeed", () =>
  watching(
    ({ verb }) => verb === "list" ? { status: 500 } : undefined,
    async (next) => await assert.rejects(next(), (error) => isKubernetesError(error, "kubernetes/server")),
    { attempts: 2 },
  ));

Deno.test("aborting ends a waiting watch at once, with the reason", () =>
  watching(undefined, async (next, _, end) => {
    assert.equal(await next(), "synced");
    const reason = new Error("deadline");
    const waiting = next();
    setTimeout(() => end.abort(reason), 20);
    await assert.rejects(waiting, reason);
  }));

Deno.test("aborting ends the wait before a new connection, too", () =>
  watching(
    ({ verb }) => verb === "watch" ? { status: 503, headers: { "retry-after": "60" } } : undefined,
    async (next, _, end) => {
      assert.equal(await next(), "synced");
      const waiting = next();
      setTimeout(() => end.abort(new Error("deadline")), 50);
      await assert.rejects(waiting, /deadline/);
    },
    { maxBackoffMs: 60_000 },
  ));

Deno.test("leaving the loop closes the connection", () =>
  withApi({}, async ({ cluster, store }) => {
    store.create(taskRun("a"));
    const seen: string[] = [];
    for await (const update of watch<Run>(cluster, taskRuns)) {
      seen.push(word(update));
      if (seen.length === 2) break;
      setTimeout(() => store.create(taskRun("b")), 10);
    }
    assert.deepEqual(seen, ["synced a", "added b"]);
  }));
