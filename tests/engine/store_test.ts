import assert from "node:assert/strict";
import fc from "fast-check";
import type { NewObject, StoredObject } from "../../lib/engine/object.ts";
import { type ApiResource, resourceOfKind } from "../../lib/engine/resources.ts";
import { ApiError } from "../../lib/engine/status.ts";
import { MemoryStorage } from "../../lib/engine/storage.ts";
import { ObjectStore, type StoreOptions, type WatchEvent } from "../../lib/engine/store.ts";

function kind(apiVersion: string, kind: string): ApiResource {
  const found = resourceOfKind(apiVersion, kind);
  assert.ok(found);
  return found;
}
const taskRuns = kind("tekton.dev/v1", "TaskRun");
const configMaps = kind("v1", "ConfigMap");
const namespaces = kind("v1", "Namespace");

function run(name: string, more: object = {}): NewObject {
  return { apiVersion: "tekton.dev/v1", kind: "TaskRun", metadata: { name, namespace: "ci", ...more }, spec: { a: 1 } };
}

function refused(code: number, message: RegExp = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

const names = (items: readonly StoredObject[]) => items.map((it) => it.metadata.name);

Deno.test("a created object has what Kubernetes gives it, and is frozen", () => {
  const store = new ObjectStore({ now: () => new Date("2026-01-02T03:04:05.678Z") });
  const given = run("a", { labels: { x: "y" } });
  const created = store.create({ ...given, status: { note: "kept" } });
  const { uid, resourceVersion, ...metadata } = created.metadata;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.equal(resourceVersion, store.resourceVersion);
  assert.deepEqual(metadata, {
    name: "a",
    namespace: "ci",
    labels: { x: "y" },
    creationTimestamp: "2026-01-02T03:04:05Z",
    generation: 1,
  });
  assert.deepEqual(created["status"], { note: "kept" });
  assert.ok(Object.isFrozen(created.metadata.labels));
  assert.equal(store.get(taskRuns, "ci", "a"), created);
  // What was given is not held: changing it changes nothing.
  (given.spec as { a: number }).a = 2;
  assert.deepEqual(store.get(taskRuns, "ci", "a")["spec"], { a: 1 });
  assert.equal(store.get(namespaces, "", "ci").metadata.labels?.["kubernetes.io/metadata.name"], "ci");
});

Deno.test("generateName makes names that are free", () => {
  const store = new ObjectStore();
  const made = Array.from({ length: 50 }, () => store.create(run("", { generateName: "run-" })).metadata.name);
  assert.equal(new Set(made).size, 50);
  for (const name of made) assert.match(name, /^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

Deno.test("what is no object of ours is refused in the API's words", () => {
  const store = new ObjectStore();
  store.create(run("a"));
  assert.throws(() => store.create(run("a")), refused(409, /^taskruns\.tekton\.dev "a" already exists$/));
  assert.throws(() => store.create(run("")), refused(422, /name or generateName is required/));
  for (const name of ["../x", "A", "a/b", "a_b", "x".repeat(254)]) {
    assert.throws(() => store.create(run(name)), refused(422, /metadata\.name: Invalid value/));
    assert.throws(
      () => store.create(run("ok", { namespace: name })),
      refused(422, /metadata\.namespace: Invalid value/),
    );
  }
  assert.throws(
    () => store.create({ ...run("x"), kind: "Deployment" }),
    refused(400, /no matches for kind "Deployment"/),
  );
  assert.throws(() => store.create({ ...run("x"), metadata: [] }), refused(422));
  assert.throws(() => store.create(run("x", { labels: { a: 1 } })), refused(422, /labels/));
  assert.throws(() => store.create(run("x"), "other"), refused(400, /does not match the namespace/));
  assert.throws(() => store.get(taskRuns, "ci", "b"), refused(404, /^taskruns\.tekton\.dev "b" not found$/));
  assert.throws(() => store.get(taskRuns, "other", "a"), refused(404));
});

Deno.test("an update replaces, keeps what the store sets, and counts generations of the spec", () => {
  const store = new ObjectStore();
  const first = store.create({ ...run("a"), status: { phase: 1 } });
  const metadata = {
    name: "a",
    namespace: "ci",
    uid: "forged",
    creationTimestamp: "1999-01-01T00:00:00Z",
    generation: 9,
  };
  const second = store.update({
    ...first,
    metadata: { ...metadata, labels: { l: "m" } },
    spec: { a: 2 },
    status: "no",
  });
  assert.equal(second.metadata.uid, first.metadata.uid);
  assert.equal(second.metadata.creationTimestamp, first.metadata.creationTimestamp);
  assert.equal(second.metadata.generation, 2);
  assert.deepEqual([second["spec"], second["status"], second.metadata.labels], [{ a: 2 }, { phase: 1 }, { l: "m" }]);
  const third = store.update({ ...second, spec: { a: 3 }, status: { phase: 2 } }, { status: true });
  assert.deepEqual([third["spec"], third["status"], third.metadata.generation], [{ a: 2 }, { phase: 2 }, 2]);
  // Changing nothing makes no version and wakes no watch.
  assert.equal(store.update({ ...third }), third);
  const plain = store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "b" } });
  assert.equal(plain.metadata.generation, undefined);
  assert.deepEqual(store.update({ ...plain, data: { a: "c" } })["data"], { a: "c" });
});

Deno.test("a stale resourceVersion is a conflict, none is not", () => {
  const store = new ObjectStore();
  const first = store.create(run("a"));
  store.update({ ...first, spec: { a: 2 } });
  const stale = { ...first, spec: { a: 3 } };
  assert.throws(() => store.update(stale), refused(409, /the object has been modified; please apply your changes/));
  assert.throws(() => store.update(stale, { status: true }), refused(409));
  const { resourceVersion: _, ...metadata } = first.metadata;
  assert.deepEqual(store.update({ ...stale, metadata })["spec"], { a: 3 });
  assert.throws(() => store.update(run("b")), refused(404));
});

Deno.test("a merge patch merges, removes with null, and conflicts only when it names a version", () => {
  const store = new ObjectStore();
  const first = store.create({
    ...run("a", { labels: { x: "1", y: "2" } }),
    spec: { a: { b: 1, c: 2 }, l: [1, 2] },
    status: { s: 1 },
  });
  const patched = store.patch(taskRuns, "ci", "a", {
    metadata: { labels: { x: null, z: "3" } },
    spec: { a: { b: 5 }, l: [3] },
    status: { s: 2 },
  });
  assert.deepEqual(patched.metadata.labels, { y: "2", z: "3" });
  assert.deepEqual([patched["spec"], patched["status"]], [{ a: { b: 5, c: 2 }, l: [3] }, { s: 1 }]);
  const status = store.patch(taskRuns, "ci", "a", { spec: { a: 0 }, status: { s: 2 } }, { status: true });
  assert.deepEqual([status["spec"], status["status"]], [patched["spec"], { s: 2 }]);
  const stale = { metadata: { resourceVersion: first.metadata.resourceVersion }, spec: {} };
  assert.throws(() => store.patch(taskRuns, "ci", "a", stale), refused(409));
  assert.throws(() => store.patch(taskRuns, "ci", "a", 7), refused(400));
  const proto = JSON.parse('{"spec":{"__proto__":{"polluted":true}}}');
  store.patch(taskRuns, "ci", "a", proto);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

Deno.test("a delete gives the last state; preconditions hold or it is refused", () => {
  const store = new ObjectStore();
  const created = store.create(run("a"));
  assert.throws(() => store.delete(taskRuns, "ci", "a", { uid: "other" }), refused(409, /Precondition failed: uid/));
  const deleted = store.delete(taskRuns, "ci", "a", { uid: created.metadata.uid });
  assert.equal(deleted.metadata.uid, created.metadata.uid);
  assert.equal(deleted.metadata.resourceVersion, store.resourceVersion);
  assert.throws(() => store.get(taskRuns, "ci", "a"), refused(404));
  assert.throws(() => store.delete(taskRuns, "ci", "a"), refused(404));
});

Deno.test("pages show the state of the first; after compaction 410 offers to go on with the state of now", () => {
  const store = new ObjectStore();
  for (const name of ["a", "b", "c", "d", "e"]) store.create(run(name));
  const first = store.list(taskRuns, { limit: 2 });
  assert.deepEqual([names(first.items), first.remainingItemCount], [["a", "b"], 3]);
  store.delete(taskRuns, "ci", "c");
  store.create(run("bb"));
  store.patch(taskRuns, "ci", "d", { spec: { a: 9 } });
  const second = store.list(taskRuns, { limit: 2, continue: first.continue });
  assert.deepEqual(names(second.items), ["c", "d"]);
  assert.deepEqual(second.items[1]?.["spec"], { a: 1 });
  assert.equal(second.resourceVersion, first.resourceVersion);
  const third = store.list(taskRuns, { limit: 2, continue: second.continue });
  assert.deepEqual([names(third.items), third.continue], [["e"], undefined]);
  store.compact();
  let offered: string | undefined;
  assert.throws(() => store.list(taskRuns, { limit: 2, continue: first.continue }), (error) => {
    assert.ok(refused(410, /continue parameter is too old/)(error));
    offered = error instanceof ApiError ? error.status.metadata.continue : undefined;
    return true;
  });
  assert.deepEqual(names(store.list(taskRuns, { limit: 2, continue: offered }).items), ["bb", "d"]);
  for (const token of ["x", btoa("{}"), btoa('{"v":"1","k":""}'), "é"]) {
    assert.throws(() => store.list(taskRuns, { continue: token }), refused(400, /continue key is not valid/));
  }
});

/** The first events of a watch, in a word each. */
async function events(watch: AsyncGenerator<WatchEvent, void>, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { done, value } = await watch.next();
    if (done) break;
    seen.push(`${value.type} ${value.object.metadata.name}`.trim());
  }
  return seen;
}

Deno.test("a watch tells every change after its version, and what enters or leaves its selector", async () => {
  const store = new ObjectStore();
  store.create(run("a", { labels: { l: "1" } }));
  const { resourceVersion } = store;
  const end = new AbortController();
  const options = { resourceVersion, signal: end.signal, namespace: "ci" };
  const all = store.watch(taskRuns, options);
  const some = store.watch(taskRuns, { ...options, labelSelector: "l=1" });
  store.create(run("b"));
  store.create({ ...run("elsewhere"), metadata: { name: "elsewhere", namespace: "other" } });
  store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "ci" } });
  store.patch(taskRuns, "ci", "b", { metadata: { labels: { l: "1" } } });
  store.patch(taskRuns, "ci", "a", { metadata: { labels: { l: "2" } } });
  store.delete(taskRuns, "ci", "b");
  assert.deepEqual(await events(all, 4), ["ADDED b", "MODIFIED b", "MODIFIED a", "DELETED b"]);
  assert.deepEqual(await events(some, 3), ["ADDED b", "DELETED a", "DELETED b"]);
  const late = all.next();
  store.create(run("later"));
  assert.equal((await late).value?.object.metadata.name, "later");
  const never = all.next();
  end.abort();
  assert.equal((await never).done, true);
  assert.deepEqual(await events(some, 1), []);
  const fresh = store.watch(taskRuns, { namespace: "ci", signal: end.signal });
  assert.deepEqual(await events(fresh, 2), ["ADDED a", "ADDED later"]);
  await fresh.return();
});

Deno.test("bookmarks come while nothing else does, with the version of now", async () => {
  const store = new ObjectStore();
  const end = new AbortController();
  const watch = store.watch(taskRuns, { resourceVersion: store.resourceVersion, bookmarkMs: 5, signal: end.signal });
  store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
  const { value } = await watch.next();
  assert.deepEqual([value?.type, value?.object.metadata.resourceVersion], ["BOOKMARK", store.resourceVersion]);
  end.abort();
  await watch.return();
});

Deno.test("a watch from a forgotten version is 410, from the future 504, from nonsense 400", async () => {
  const store = new ObjectStore({ storage: new MemoryStorage(4) });
  const { resourceVersion } = store;
  const begun = store.watch(taskRuns, { resourceVersion });
  for (let at = 0; at < 12; at++) store.create(run(`r${at}`));
  await assert.rejects(begun.next(), refused(410, /too old resource version/));
  await assert.rejects(
    store.watch(taskRuns, { resourceVersion: "99" }).next(),
    refused(504, /Too large resource version/),
  );
  await assert.rejects(store.watch(taskRuns, { resourceVersion: "x" }).next(), refused(400));
  // What is remembered can be watched from its oldest version on.
  const recent = String(Number(store.resourceVersion) - 4);
  assert.equal((await events(store.watch(taskRuns, { resourceVersion: recent }), 4)).length, 4);
});

Deno.test("whatever is done, a list and the changes after it lead to the same state as a later list", async () => {
  const name = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ do: fc.constant("create" as const), name }),
    fc.record({ do: fc.constant("delete" as const), name }),
    fc.record({ do: fc.constant("patch" as const), name, label: fc.constantFrom("0", "1") }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const play = (store: ObjectStore, steps: Step[]) => {
    for (const each of steps) {
      try {
        if (each.do === "create") store.create(run(each.name));
        else if (each.do === "delete") store.delete(taskRuns, "ci", each.name);
        else store.patch(taskRuns, "ci", each.name, { metadata: { labels: { l: each.label } } });
      } catch (error) {
        assert.ok(error instanceof ApiError);
      }
    }
  };
  const steps = fc.array(step, { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(steps, steps, fc.constantFrom(undefined, "l=1"), async (before, after, labelSelector) => {
      const options: StoreOptions = {};
      const store = new ObjectStore(options);
      play(store, before);
      const first = store.list(taskRuns, { labelSelector });
      play(store, after);
      const state = new Map(first.items.map((it) => [it.metadata.name, it]));
      const end = new AbortController();
      const { resourceVersion } = first;
      for await (
        const event of store.watch(taskRuns, { resourceVersion, labelSelector, signal: end.signal, bookmarkMs: 0 })
      ) {
        const { name } = event.object.metadata;
        if (event.type === "BOOKMARK") break;
        if (event.type === "DELETED") assert.ok(state.delete(name));
        else {
          assert.equal(state.has(name), event.type === "MODIFIED");
          state.set(name, event.object);
        }
      }
      assert.deepEqual([...state.values()].sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1), [
        ...store.list(taskRuns, { labelSelector }).items,
      ]);
      assert.equal(store.list(configMaps).items.length, 0);
    }),
  );
});
