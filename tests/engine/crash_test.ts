/** A PipelineRun that is cut off after each of its changes in turn: whichever was the last one, the next engine ends it. */
import assert from "node:assert/strict";
import { resourceFor } from "../../lib/engine/engine.ts";
import type { StoredObject } from "../../lib/engine/object.ts";
import { plainProcess } from "../../lib/engine/sandbox/process.ts";
import { type RunningEngine, startEngine } from "../../lib/engine/start.ts";
import { type Change, MemoryStorage } from "../../lib/engine/storage.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { isDone, succeeded } from "../../lib/tekton/condition.ts";
import type { PipelineRun, TaskRun } from "../../lib/tekton/types.ts";
import { createLogger } from "../../lib/terminal/log.ts";

type Run = StoredObject & PipelineRun & TaskRun;

const step = (script: string) => ({ name: "s", image: "none", script });
const pipelineRun = {
  apiVersion: "tekton.dev/v1",
  kind: "PipelineRun",
  metadata: { name: "p" },
  spec: {
    pipelineSpec: {
      tasks: [
        {
          name: "first",
          retries: 1,
          taskSpec: { results: [{ name: "r" }], steps: [step("printf x > $(results.r.path)")] },
        },
        { name: "guarded", when: [{ input: "a", operator: "in", values: ["b"] }], taskSpec: { steps: [step("true")] } },
        {
          name: "each",
          retries: 1,
          params: [{ name: "r", value: "$(tasks.first.results.r)" }],
          matrix: { params: [{ name: "m", value: ["1", "2"] }] },
          taskSpec: { params: [{ name: "r" }, { name: "m" }], steps: [step("true")] },
        },
      ],
      finally: [{ name: "last", retries: 1, taskSpec: { steps: [step("true")] } }],
      results: [{ name: "r", value: "$(tasks.first.results.r)" }],
    },
  },
};

async function ended(engine: RunningEngine): Promise<Run> {
  for await (const { object } of engine.store.watch(resourceFor("PipelineRun"), { namespace: "default" })) {
    if (isDone(object as Run)) return object as Run;
  }
  throw new Error("the watch ended");
}

const start = (storage: MemoryStorage<StoredObject>) =>
  startEngine({ store: new ObjectStore({ storage }), sandbox: plainProcess(), log: createLogger({ write: () => {} }) });

/** What has become of a run, but for how often its tasks were tried. */
function told(engine: RunningEngine, run: Run): unknown {
  return {
    verdict: [succeeded(run)?.status, succeeded(run)?.reason, succeeded(run)?.message],
    children: run.status?.childReferences?.map(({ name, pipelineTaskName }) => [name, pipelineTaskName]),
    skipped: run.status?.skippedTasks?.map(({ name, reason }) => [name, reason]),
    results: run.status?.results,
    taskRuns: engine.store.list(resourceFor("TaskRun")).items.map((object) => [
      object.metadata.name,
      succeeded(object as Run)?.reason,
      (object as Run).status?.results,
    ]),
  };
}

Deno.test("wherever a PipelineRun is cut off, it ends as if it had not been", async () => {
  const storage = new MemoryStorage<StoredObject>();
  const whole = await start(storage);
  let wanted: unknown;
  let changes: readonly Change<StoredObject>[];
  try {
    whole.store.create(pipelineRun, "default");
    wanted = told(whole, await ended(whole));
    changes = storage.since(1, Infinity);
  } finally {
    await whole.close();
  }
  const created = changes.findIndex(({ key }) => key.collection === "tekton.dev/pipelineruns");
  const cuts = Array.from({ length: changes.length - created }, (_, index) => created + 1 + index);
  const cutOff = async (cut: number) => {
    const past = new MemoryStorage<StoredObject>();
    for (const { key, after } of changes.slice(0, cut)) past.write(key, () => after);
    const engine = await start(past);
    try {
      assert.deepEqual(told(engine, await ended(engine)), wanted, `cut off after change ${cut}`);
      for (
        const { object } of past.since(cut + 1, Infinity).flatMap(({ before }) => before ? [{ object: before }] : [])
      ) {
        if (object.kind !== "TaskRun" || !isDone(object as Run)) continue;
        const now = engine.store.get(resourceFor("TaskRun"), "default", object.metadata.name);
        assert.equal(now.metadata.resourceVersion, object.metadata.resourceVersion, "finished work stays finished");
      }
    } finally {
      await engine.close();
    }
  };
  for (let at = 0; at < cuts.length; at += 8) await Promise.all(cuts.slice(at, at + 8).map(cutOff));
  assert.ok(cuts.length > 30, `${cuts.length} cuts`);
});

Deno.test("what was under way when another task had failed is waited for, and not taken for skipped", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tasksmith-crash-" });
  const waitFor = (file: string) => `while ! [ -e ${folder}/${file} ]; do sleep 0.02; done`;
  const storage = new MemoryStorage<StoredObject>();
  const outcome = (run: Run) => [
    succeeded(run)?.message,
    run.status?.childReferences?.map((child) => child.pipelineTaskName),
    run.status?.skippedTasks?.map(({ name, reason }) => [name, reason]),
  ];
  const wanted = [
    "Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 1",
    ["fails", "first", "second"],
    [["third", "PipelineRun was stopping"]],
  ];
  try {
    const whole = await start(storage);
    let cut = 0;
    try {
      const tasks = [
        { name: "fails", taskSpec: { steps: [step(`${waitFor("second-runs")}; exit 1`)] } },
        { name: "first", taskSpec: { steps: [step("true")] } },
        {
          name: "second",
          runAfter: ["first"],
          retries: 1,
          taskSpec: { steps: [step(`touch ${folder}/second-runs; ${waitFor("go")}`)] },
        },
        { name: "third", runAfter: ["second"], taskSpec: { steps: [step("true")] } },
      ];
      whole.store.create({ ...pipelineRun, spec: { pipelineSpec: { tasks } } }, "default");
      for await (const { object } of whole.store.watch(resourceFor("TaskRun"), { namespace: "default" })) {
        if (object.metadata.name !== "p-fails" || !isDone(object as Run)) continue;
        cut = Number(object.metadata.resourceVersion);
        break;
      }
      await Deno.writeTextFile(`${folder}/go`, "");
      assert.deepEqual(outcome(await ended(whole)), wanted);
    } finally {
      await whole.close();
    }
    const past = new MemoryStorage<StoredObject>();
    for (const { key, after } of storage.since(1, cut - 1)) past.write(key, () => after);
    assert.equal(past.version, cut);
    const next = await start(past);
    try {
      assert.deepEqual(outcome(await ended(next)), wanted);
      const second = next.store.get(resourceFor("TaskRun"), "default", "p-second") as Run;
      assert.equal(second.status?.retriesStatus?.[0]?.conditions?.[0]?.reason, "TaskRunInterrupted");
    } finally {
      await next.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
