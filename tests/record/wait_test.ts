/**
 * Waiting over a real socket: reaction to what happens to the runs, the deadline, refusals, broken watches, and that
 * two observers in one finally both finish.
 * @module
 */
import assert from "node:assert/strict";
import { waitForOthers, type WaitOptions } from "../../lib/record/wait.ts";
import { createLogger } from "../../lib/terminal/log.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { Pipeline, type Served, withApi } from "./pipeline.ts";

/** A logger that keeps lines, and tells when one comes. */
function listening(): { lines: string[]; log: ReturnType<typeof createLogger>; said(text: string): Promise<void> } {
  const lines: string[] = [];
  let heard = () => {};
  const log = createLogger({
    terminal: false,
    write: (text) => {
      lines.push(text.trimEnd());
      heard();
    },
  });
  return {
    lines,
    log,
    said: async (text) => {
      while (!lines.some((line) => line.includes(text))) await new Promise<void>((resolve) => heard = resolve);
    },
  };
}

const wait = (served: Served, options: Partial<WaitOptions> = {}) =>
  waitForOthers(served.cluster, { namespace: "ns", pipelineRun: "pr", self: "run-me", ...options });

const me = { status: "Unknown", observer: true } as const;

Deno.test("when all have ended, three lists are all it takes", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }] });
  pipeline.start("a", { status: "True" });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const snapshot = await wait(served);
    assert.deepEqual(snapshot.taskRuns.map((run) => run.metadata?.name), ["run-a", "run-me"]);
    assert.deepEqual(snapshot.unfinished, []);
    assert.equal(snapshot.timedOut, false);
    assert.deepEqual(served.requests.sort(), ["list customruns", "list pipelineruns", "list taskruns"]);
  });
});

Deno.test("it goes on as soon as the last of the others has ended: created late, retried, custom", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }, { name: "b" }, { name: "c" }] });
  pipeline.start("a", { status: "True" });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const { log, said, lines } = listening();
    const done = wait(served, { log });
    await said("waiting for 2: b (not created yet), c (not created yet)");
    pipeline.start("b", { status: "Unknown" });
    pipeline.start("c", { custom: true, status: "Unknown" });
    pipeline.end("run-b", { status: "Unknown", reason: "ToBeRetried" });
    pipeline.end("run-c", { status: "False", custom: true });
    await said("waiting for 1: b [run-b] (ToBeRetried)");
    pipeline.end("run-b", { status: "True", more: { retriesStatus: [{}] } });
    const snapshot = await done;
    assert.deepEqual(snapshot.unfinished, []);
    assert.deepEqual(snapshot.customRuns.map((run) => run.metadata?.name), ["run-c"]);
    assert.equal(snapshot.taskRuns.find((run) => run.metadata?.name === "run-b")?.status?.retriesStatus?.length, 1);
    assert.equal(lines.length, 2);
  });
});

Deno.test("two observers in one finally both finish, although each waits for all others", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }, { name: "you" }, { name: "b" }] });
  pipeline.start("a", { status: "True" });
  pipeline.start("me", { status: "Unknown" });
  await withApi(pipeline, {}, async (served) => {
    const [mine, yours] = [listening(), listening()];
    const first = wait(served, { log: mine.log });
    const second = wait(served, { self: "run-you", log: yours.log });
    await mine.said("you (not created yet)");
    await yours.said("me [run-me] (Running)");
    pipeline.start("you", { status: "Unknown" });
    // Tekton copies the label from the Task a moment after it has created the TaskRun.
    pipeline.label("run-me");
    pipeline.label("run-you");
    pipeline.start("b", { status: "True" });
    const snapshots = await Promise.all([first, second]);
    for (const { unfinished, taskRuns } of snapshots) {
      assert.deepEqual(unfinished, []);
      assert.equal(taskRuns.length, 4);
    }
  });
});

Deno.test("the deadline ends the wait without an error, and the unfinished are named", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }, { name: "b" }] });
  pipeline.start("a", { status: "Unknown" });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const snapshot = await wait(served, { deadlineMs: 150 });
    assert.equal(snapshot.timedOut, true);
    assert.deepEqual(snapshot.unfinished, [
      { name: "run-a", pipelineTask: "a", why: "Running" },
      { name: "b", pipelineTask: "b", why: "not created yet" },
    ]);
    const now = await wait(served, { deadlineMs: 0 });
    assert.equal(now.unfinished.length, 2);
  });
});

Deno.test("the signal ends the wait with its reason, and nothing is left open", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [] });
  pipeline.start("a", { status: "Unknown" });
  await withApi(pipeline, {}, async (served) => {
    const { log, said } = listening();
    const controller = new AbortController();
    const done = wait(served, { log, signal: controller.signal });
    await said("waiting for 1");
    const reason = new Error("SIGTERM");
    controller.abort(reason);
    await assert.rejects(done, reason);
    await assert.rejects(wait(served, { signal: controller.signal }), reason);
  });
});

Deno.test("an unknown PipelineRun is an error that names it", async () => {
  await withApi(new Pipeline({}), {}, async (served) => {
    await assert.rejects(wait(served, { pipelineRun: "nobody" }), (error: Error) => {
      assert.ok(isKubernetesError(error, "kubernetes/not-found"));
      assert.match(error.message, /PipelineRun "nobody": there is none of that name in namespace "ns"/);
      return true;
    });
  });
});

Deno.test("a name that is none is refused before anything is asked", async () => {
  await withApi(new Pipeline({}), {}, async (served) => {
    await assert.rejects(wait(served, { pipelineRun: "a,b=c" }), /not a Kubernetes name/);
    assert.deepEqual(served.requests, []);
  });
});

for (const forbidden of ["list taskruns", "watch taskruns", "list pipelineruns", "watch pipelineruns"]) {
  Deno.test(`a ServiceAccount that may not ${forbidden} is told the rule that is missing`, async () => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }] });
    pipeline.start("a", { status: "Unknown" });
    const authorize = ({ verb, resource }: { verb: string; resource: string }) => `${verb} ${resource}` !== forbidden;
    await withApi(pipeline, { authorize }, async (served) => {
      const [verb, resource] = forbidden.split(" ");
      await assert.rejects(wait(served), (error: Error) => {
        assert.ok(isKubernetesError(error, "kubernetes/forbidden"));
        assert.match(error.message, new RegExp(`resources: \\["${resource}"\\]\\s+verbs: \\["${verb}"\\]`));
        return true;
      });
    });
  });
}

for (
  const [what, options] of [
    ["listed", { authorize: ({ resource }: { resource: string }) => resource !== "customruns" }],
    ["watched", {
      authorize: ({ verb, resource }: { verb: string; resource: string }) =>
        `${verb} ${resource}` !== "watch customruns",
    }],
    ["found", {
      faults: ({ resource }: { resource: string }) =>
        resource === "customruns" ? { status: 404, body: "404 page not found" } : undefined,
    }],
  ] as const
) {
  Deno.test(`CustomRuns that cannot be ${what} are left out, which is said`, async () => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }, { name: "c" }], finally: [{ name: "me" }] });
    pipeline.start("a", { status: "Unknown" });
    pipeline.start("c", { custom: true, status: "Unknown" });
    pipeline.start("me", me);
    await withApi(pipeline, options, async (served) => {
      const { log, said, lines } = listening();
      const done = wait(served, { log });
      await said("CustomRuns are left out");
      await said("waiting for");
      pipeline.end("run-a");
      const snapshot = await done;
      assert.deepEqual(snapshot.unfinished.map(({ name }) => name), ["run-c"]);
      assert.equal(lines.filter((line) => line.startsWith("warning:")).length, 1);
    });
  });
}

Deno.test("a watch that is dropped, dead or too old misses nothing", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }] });
  pipeline.start("a", { status: "Unknown" });
  pipeline.start("me", me);
  const faults: Parameters<typeof withApi>[1]["faults"] = ({ verb, resource, count }) => {
    if (verb !== "watch") return undefined;
    if (count === 1) return resource === "taskruns" ? { dropAfterBytes: 40 } : { watchError: 410 };
    return count === 2 && resource === "taskruns" ? { watchError: 410 } : undefined;
  };
  await withApi(pipeline, { faults }, async (served) => {
    const { log, said } = listening();
    const done = wait(served, { log });
    await said("waiting for 1");
    pipeline.end("run-a");
    assert.deepEqual((await done).unfinished, []);
    assert.ok(served.requests.filter((request) => request === "list taskruns").length >= 1);
  });
});

Deno.test("a TaskRun that is deleted is waited for again, since Tekton makes it anew under its name", async () => {
  const pipeline = new Pipeline({ finally: [{ name: "me" }, { name: "a" }] });
  pipeline.start("a", { status: "Unknown" });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const { log, said } = listening();
    const done = wait(served, { log });
    await said("a [run-a] (Running)");
    pipeline.delete("taskruns", "run-a");
    await said("a (not created yet)");
    pipeline.start("a", { status: "False" });
    const { unfinished, taskRuns } = await done;
    assert.deepEqual(unfinished, []);
    assert.equal(taskRuns.length, 2);
  });
});

Deno.test("the last state of what was deleted stays in the record", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }, { name: "b" }], finally: [{ name: "me" }, { name: "c" }] });
  pipeline.start("a", { status: "True" });
  pipeline.start("b", { status: "Unknown" });
  pipeline.start("me", me);
  pipeline.start("c", { status: "Unknown" });
  await withApi(pipeline, {}, async (served) => {
    const { log, said } = listening();
    const done = wait(served, { log });
    await said("waiting for 2");
    pipeline.delete("taskruns", "run-a");
    pipeline.delete("taskruns", "run-b");
    pipeline.end("run-c");
    const { unfinished, taskRuns } = await done;
    assert.deepEqual(taskRuns.map((run) => run.metadata?.name), ["run-a", "run-b", "run-c", "run-me"]);
    assert.deepEqual(unfinished, [{ name: "run-b", pipelineTask: "b", why: "deleted before it ended" }]);
  });
});

Deno.test("a PipelineRun that is deleted ends the wait: what is known of it is given", async () => {
  const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }] });
  pipeline.start("a", { status: "Unknown" });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const { log, said, lines } = listening();
    const done = wait(served, { log });
    await said("waiting for 1");
    pipeline.delete("pipelineruns", "pr");
    const snapshot = await done;
    assert.equal(snapshot.pipelineRun.metadata?.name, "pr");
    assert.deepEqual(snapshot.unfinished, [{ name: "run-a", pipelineTask: "a", why: "Running" }]);
    assert.ok(lines.some((line) => /PipelineRun pr was deleted/.test(line)));
  });
});

Deno.test("runs of an earlier PipelineRun of the same name are none of ours", async () => {
  const pipeline = new Pipeline({ finally: [{ name: "me" }] });
  pipeline.start("a", { status: "Unknown", uid: "an-earlier-one", name: "old" });
  pipeline.status({ childReferences: [] });
  pipeline.start("me", me);
  await withApi(pipeline, {}, async (served) => {
    const { taskRuns } = await wait(served);
    assert.deepEqual(taskRuns.map((run) => run.metadata?.name), ["run-me"]);
  });
});

Deno.test("a thousand TaskRuns are read in pages of 500, with no request for each", async () => {
  const pipeline = new Pipeline({ finally: [{ name: "me" }] });
  pipeline.start("me", me);
  for (let index = 0; index < 1000; index++) {
    pipeline.store.create({
      apiVersion: "tekton.dev/v1",
      kind: "TaskRun",
      metadata: {
        name: `run-${index}`,
        namespace: "ns",
        labels: { "tekton.dev/pipelineRun": "pr", "tekton.dev/pipelineTask": "many" },
      },
      ...{ status: { conditions: [{ type: "Succeeded", status: "True", reason: "Succeeded" }] } },
    });
  }
  await withApi(pipeline, {}, async (served) => {
    assert.equal((await wait(served)).taskRuns.length, 1001);
    assert.equal(served.requests.filter((request) => request === "list taskruns").length, 3);
    assert.equal(served.requests.length, 5);
  });
});
