import assert from "node:assert/strict";
import type { Fault, FaultRequest } from "../../lib/engine/faults.ts";
import { isKubernetesError, type KubernetesErrorCode } from "../../lib/kubernetes/error.ts";
import { get, list, listPages } from "../../lib/kubernetes/read.ts";
import { pods, taskRuns } from "../../lib/kubernetes/resource.ts";
import { clusterAt, kind, type Served, taskRun, withApi } from "./api.ts";

interface Named {
  readonly metadata: { readonly name: string };
}

const names = (items: readonly Named[]) => items.map((it) => it.metadata.name);
const code = (code: KubernetesErrorCode) => (error: unknown) => isKubernetesError(error, code);

function fill({ store }: Served, count: number) {
  for (let at = 0; at < count; at++) {
    store.create(taskRun(`run-${String(at).padStart(3, "0")}`, { even: String(at % 2) }));
  }
}

Deno.test("a list comes in pages of one snapshot, whatever is written meanwhile", () =>
  withApi({}, async (served) => {
    fill(served, 25);
    const versions = new Set<string>();
    const found: string[] = [];
    for await (const page of listPages<Named>(served.cluster, taskRuns, { limit: 10 })) {
      if (found.length === 0) {
        served.store.delete(kind("TaskRun"), "ci", "run-020");
        served.store.create(taskRun("run-021-late"));
      }
      assert.ok(page.items.length <= 10 && page.consistent);
      found.push(...names(page.items));
      versions.add(page.resourceVersion);
    }
    assert.equal(found.length, 25);
    assert.ok(found.includes("run-020") && !found.includes("run-021-late"));
    assert.equal(versions.size, 1);
  }));

Deno.test("selectors and namespaces are passed on; an empty namespace is all of them", () =>
  withApi({}, async (served) => {
    fill(served, 4);
    served.store.create({ ...taskRun("elsewhere"), metadata: { name: "elsewhere", namespace: "other" } });
    const { cluster } = served;
    assert.deepEqual(names((await list<Named>(cluster, taskRuns, { labelSelector: "even=1" })).items), [
      "run-001",
      "run-003",
    ]);
    assert.deepEqual(names((await list<Named>(cluster, taskRuns, { fieldSelector: "metadata.name=run-002" })).items), [
      "run-002",
    ]);
    assert.equal((await list<Named>(cluster, taskRuns, { namespace: "" })).items.length, 5);
    assert.deepEqual(names((await list<Named>(cluster, taskRuns, { namespace: "other" })).items), ["elsewhere"]);
    assert.equal((await get<Named>(cluster, taskRuns, "run-001")).metadata.name, "run-001");
  }));

Deno.test("when the snapshot expires in the middle, the list is begun anew: nothing twice, nothing missing", () =>
  withApi({
    faults: ({ verb, query, count }) =>
      verb === "list" && query.has("continue") && count < 4 ? { status: 410 } : undefined,
  }, async (served) => {
    fill(served, 25);
    const { items, resourceVersion } = await list<Named>(served.cluster, taskRuns, { limit: 10 });
    assert.equal(new Set(names(items)).size, 25);
    assert.equal(items.length, 25);
    assert.equal(resourceVersion, served.store.resourceVersion);
  }));

Deno.test("a whole list is of one snapshot, even where the server offers to go on with a later one", () => {
  let forget = () => {};
  return withApi({
    faults: ({ query }) => void (query.has("continue") && forget()),
  }, async (served) => {
    fill(served, 25);
    forget = () => {
      forget = () => {};
      served.store.delete(kind("TaskRun"), "ci", "run-003");
      served.store.compact();
    };
    const { items, resourceVersion } = await list<Named>(served.cluster, taskRuns, { limit: 10 });
    assert.equal(items.length, 24);
    assert.ok(!names(items).includes("run-003"));
    assert.equal(resourceVersion, served.store.resourceVersion);
  });
});

Deno.test("when it expires again and again, the list is asked for in one answer", () => {
  const asked: (string | null)[] = [];
  return withApi({
    faults: ({ verb, query }) => {
      if (verb === "list") asked.push(query.get("limit"));
      return query.has("continue") ? { status: 410 } : undefined;
    },
  }, async (served) => {
    fill(served, 25);
    assert.equal((await list<Named>(served.cluster, taskRuns, { limit: 10 })).items.length, 25);
    assert.deepEqual(asked, ["10", "10", "10", "10", null]);
  });
});

Deno.test("a reader of pages goes on with a later snapshot when the server offers that, and is told", () =>
  withApi({}, async (served) => {
    fill(served, 25);
    const seen: [number, boolean][] = [];
    for await (const page of listPages<Named>(served.cluster, taskRuns, { limit: 10 })) {
      seen.push([page.items.length, page.consistent]);
      served.store.create(taskRun("another"), undefined);
      served.store.compact();
      served.store.delete(kind("TaskRun"), "ci", "another");
    }
    assert.deepEqual(seen, [[10, true], [10, false], [5, false]]);
  }));

Deno.test("a page that is too large is asked for in smaller ones", () => {
  const limits: (string | null)[] = [];
  return withApi({
    faults: ({ query }) => void limits.push(query.get("limit")),
  }, async (served) => {
    fill(served, 20);
    const { items } = await list<Named>(served.cluster, taskRuns, { limit: 20, maxBytes: 2500 });
    assert.equal(items.length, 20);
    assert.deepEqual(limits, ["20", "5", "5", "5", "5"]);
    await assert.rejects(list(served.cluster, taskRuns, { limit: 20, maxBytes: 50 }), code("kubernetes/too-large"));
  });
});

Deno.test("what may pass is tried again, what cannot is not", async (t) => {
  const first = (fault: Fault) => ({ verb, count }: FaultRequest) => verb === "list" && count === 1 ? fault : undefined;
  for (
    const fault of [
      { status: 429, headers: { "retry-after": "0" } },
      { status: 500 },
      { status: 503, body: "<html>upstream is away</html>" },
      { dropAfterBytes: 0 },
      { dropAfterBytes: 100 },
      { endAfterBytes: 100 },
    ]
  ) {
    await t.step(`${JSON.stringify(fault)} once`, () =>
      withApi({ faults: first(fault) }, async (served) => {
        fill(served, 3);
        assert.equal((await list<Named>(served.cluster, taskRuns)).items.length, 3);
      }));
  }
  const always: [Fault, KubernetesErrorCode, number][] = [
    [{ status: 400 }, "kubernetes/invalid", 1],
    [{ status: 401 }, "kubernetes/unauthorized", 2],
    [{ status: 403 }, "kubernetes/forbidden", 1],
    [{ status: 404 }, "kubernetes/not-found", 1],
    [{ status: 500 }, "kubernetes/server", 2],
    [{ status: 200, body: "<html>log in</html>" }, "kubernetes/malformed", 2],
    [{ status: 200, body: '{"items":7}' }, "kubernetes/malformed", 1],
    [{ status: 302, headers: { location: "https://example.com/" } }, "kubernetes/invalid", 1],
  ];
  for (const [fault, expected, requests] of always) {
    await t.step(`${JSON.stringify(fault)} always`, () => {
      let count = 0;
      return withApi({
        faults: () => {
          count++;
          return fault;
        },
      }, async ({ cluster }) => {
        await assert.rejects(list(cluster, taskRuns, { attempts: 2 }), code(expected));
        assert.equal(count, requests);
      });
    });
  }
});

Deno.test("Retry-After is obeyed", () =>
  withApi({
    faults: ({ count }) => count === 1 ? { status: 429, headers: { "retry-after": "1" } } : undefined,
  }, async (served) => {
    const before = performance.now();
    await list(served.cluster, taskRuns);
    assert.ok(performance.now() - before >= 999);
  }));

Deno.test("a server that does not answer is given up, by time and by signal", () =>
  withApi({ faults: () => ({ hangAfterBytes: -1 }) }, async ({ cluster }) => {
    await assert.rejects(cluster.request("/api", { timeoutMs: 30 }), code("kubernetes/timeout"));
    const reason = new Error("enough");
    const controller = new AbortController();
    const asking = list(cluster, taskRuns, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(asking, reason);
    await assert.rejects(list(cluster, taskRuns, { signal: AbortSignal.abort(reason) }), reason);
  }));

Deno.test("a body that stops coming is ended by the signal", () =>
  withApi({ faults: () => ({ hangAfterBytes: 10 }) }, async ({ cluster }) => {
    const controller = new AbortController();
    const asking = list(cluster, taskRuns, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 30);
    await assert.rejects(asking, /enough/);
  }));

Deno.test("a server that is not there is named, with the way out", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const cluster = clusterAt(`http://127.0.0.1:${port}`);
  await assert.rejects(get(cluster, pods, "x", { attempts: 1 }), (error) => {
    assert.ok(isKubernetesError(error, "kubernetes/unreachable"));
    assert.match(error.why, new RegExp(`^http://127\\.0\\.0\\.1:${port}: .*refused`, "i"));
    assert.match(error.advice, /server is up/);
    return true;
  });
  cluster.close();
});
