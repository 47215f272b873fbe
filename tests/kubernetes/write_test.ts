import assert from "node:assert/strict";
import type { FaultRequest } from "../../lib/engine/faults.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { get } from "../../lib/kubernetes/read.ts";
import { taskRuns } from "../../lib/kubernetes/resource.ts";
import { create, mergePatch, remove, replace } from "../../lib/kubernetes/write.ts";
import { kind, taskRun, withApi } from "./api.ts";

interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly labels: Record<string, string>;
  };
  readonly spec: { readonly n: number; readonly m?: number };
}

Deno.test("an object is created, replaced, patched and deleted", async () => {
  await withApi({}, async ({ cluster }) => {
    const made = await create<Stored>(cluster, taskRuns, taskRun("a"));
    assert.equal(made.metadata.name, "a");
    const replaced = await replace<Stored>(cluster, taskRuns, "a", { ...made, spec: { n: 1, m: 1 } });
    assert.deepEqual(replaced.spec, { n: 1, m: 1 });
    const patched = await mergePatch<Stored>(cluster, taskRuns, "a", { spec: { m: null, n: 2 } });
    assert.deepEqual(patched.spec, { n: 2 });
    assert.deepEqual((await get<Stored>(cluster, taskRuns, "a")).spec, { n: 2 });
    assert.equal(await remove(cluster, taskRuns, "a"), true);
    assert.equal(await remove(cluster, taskRuns, "a"), false);
  });
});

Deno.test("a name that is taken and a version that is not the stored one's are conflicts", async () => {
  await withApi({}, async ({ cluster }) => {
    const made = await create<Stored>(cluster, taskRuns, taskRun("a"));
    const conflict = (error: unknown) => isKubernetesError(error, "kubernetes/conflict");
    await assert.rejects(create(cluster, taskRuns, taskRun("a")), conflict);
    await mergePatch(cluster, taskRuns, "a", { spec: { n: 5 } });
    await assert.rejects(replace(cluster, taskRuns, "a", { ...made, spec: { n: 6 } }), conflict);
  });
});

/** Fails the first request with that verb. */
const first = (verb: string, fault: { status: number } | { dropAfterBytes: number }) => (request: FaultRequest) =>
  request.verb === verb && request.count === 1 ? fault : undefined;

Deno.test("a creation that the server did not take is sent again", async () => {
  await withApi({ faults: first("create", { status: 503 }) }, async ({ cluster, store }) => {
    await create(cluster, taskRuns, { ...taskRun("a"), metadata: { generateName: "a-", namespace: "ci" } });
    assert.equal(store.list(kind("TaskRun")).items.length, 1);
  });
});

Deno.test("a creation of which nobody knows whether it was made is not sent again: there would be two", async () => {
  let sent = 0;
  const faults = (request: FaultRequest) => {
    if (request.verb === "create") sent++;
    return first("create", { dropAfterBytes: 5 })(request);
  };
  await withApi({ faults }, async ({ cluster }) => {
    const generated = { ...taskRun("a"), metadata: { generateName: "a-", namespace: "ci" } };
    await assert.rejects(create(cluster, taskRuns, generated), (error) => isKubernetesError(error));
    assert.equal(sent, 1);
  });
});

Deno.test("what may be sent twice is sent again after a server error or a broken connection", async () => {
  await withApi({ faults: first("patch", { dropAfterBytes: 5 }) }, async ({ cluster }) => {
    await create(cluster, taskRuns, taskRun("a"));
    assert.deepEqual((await mergePatch<Stored>(cluster, taskRuns, "a", { spec: { n: 7 } })).spec, { n: 7 });
  });
  await withApi({ faults: first("delete", { status: 500 }) }, async ({ cluster }) => {
    await create(cluster, taskRuns, taskRun("a"));
    assert.equal(await remove(cluster, taskRuns, "a"), true);
  });
});

Deno.test("an abort ends a write with the signal's reason", async () => {
  await withApi({ faults: () => ({ hangAfterBytes: -1 }) }, async ({ cluster }) => {
    const reason = new Error("enough");
    const stop = new AbortController();
    const made = create(cluster, taskRuns, taskRun("a"), { signal: stop.signal });
    stop.abort(reason);
    await assert.rejects(made, reason);
  });
});
