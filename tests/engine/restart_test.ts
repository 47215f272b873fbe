/** An engine that is killed in the middle, and the next one on the same data. Real processes, a real SIGKILL. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { resourceFor } from "../../lib/engine/engine.ts";
import type { StoredObject } from "../../lib/engine/object.ts";
import { plainProcess } from "../../lib/engine/sandbox/process.ts";
import { type RunningEngine, startEngine } from "../../lib/engine/start.ts";
import { isDone, succeeded } from "../../lib/tekton/condition.ts";
import type { PipelineRun, TaskRun } from "../../lib/tekton/types.ts";
import { TasksmithError } from "../../lib/terminal/error.ts";

type Run = StoredObject & PipelineRun & TaskRun;

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tasksmith-restart-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is true at some time; the test runner's own limit is the only one. */
async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function lines(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** Whether a process runs, and does not only wait to be taken note of. */
function runs(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

async function ended(engine: RunningEngine, kind: string, name: string): Promise<Run> {
  const fieldSelector = `metadata.name=${name}`;
  for await (const event of engine.store.watch(resourceFor(kind), { namespace: "default", fieldSelector })) {
    if (isDone(event.object as Run)) return event.object as Run;
  }
  throw new Error("the watch ended");
}

const verdict = (run: Run) => [succeeded(run)?.status, succeeded(run)?.reason, succeeded(run)?.message];

Deno.test("an engine that is killed loses nothing, and the next one runs nothing twice that it does not say", () =>
  withFolder(async (folder) => {
    const data = `${folder}/data`;
    const once = (name: string) => ({ steps: [{ name: "s", image: "none", script: `echo $$ >> ${folder}/${name}` }] });
    // the first time it hangs, with a child in a process group of its own
    const hangs = (name: string) => ({
      steps: [{
        name: "s",
        image: "none",
        script: `#!/bin/bash\nset -m\necho $$ >> ${folder}/${name}\n` +
          `[ "$(wc -l < ${folder}/${name})" -gt 1 ] && exit 0\n` +
          `sleep 600 & echo $! >> ${folder}/${name}-child\nsleep 601`,
      }, { name: "never", image: "none", script: "true" }],
    });
    const pipelineRun = (name: string, retries: number) => ({
      apiVersion: "tekton.dev/v1",
      kind: "PipelineRun",
      metadata: { name },
      spec: {
        pipelineSpec: {
          tasks: [
            { name: "first", taskSpec: once(`${name}-first`) },
            {
              name: "guarded",
              when: [{ input: "a", operator: "in", values: ["b"] }],
              taskSpec: once(`${name}-guarded`),
            },
            { name: "hangs", runAfter: ["first"], retries, taskSpec: hangs(`${name}-hangs`) },
            { name: "after", runAfter: ["hangs"], taskSpec: once(`${name}-after`) },
          ],
          finally: [{ name: "last", taskSpec: once(`${name}-last`) }],
        },
      },
    });
    const wanted = [pipelineRun("fails", 0), pipelineRun("again", 1)];
    await Deno.writeTextFile(`${folder}/objects.json`, JSON.stringify(wanted));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", fileURLToPath(import.meta.resolve("./engine_to_kill.ts")), data, `${folder}/objects.json`],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const pids: number[] = [];
    try {
      for (const name of ["fails", "again"]) {
        await until(() => lines(`${folder}/${name}-hangs-child`).length === 1);
        pids.push(
          ...lines(`${folder}/${name}-hangs`).map(Number),
          ...lines(`${folder}/${name}-hangs-child`).map(Number),
        );
      }
      await assert.rejects(startEngine({ data, sandbox: plainProcess() }), (error: unknown) => {
        assert.ok(error instanceof TasksmithError);
        assert.equal(error.code, "engine/data-in-use");
        assert.match(error.why, /another engine runs on it/);
        return true;
      });
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    assert.equal(pids.length, 4);
    assert.ok(pids.every(runs), "an engine that is killed cannot end its plain processes");

    const engine = await startEngine({ data, sandbox: plainProcess(), jobs: 2 });
    try {
      assert.ok(!pids.some(runs), "no orphan is left");
      const task = (name: string) => engine.store.get(resourceFor("TaskRun"), "default", name) as Run;
      const fails = await ended(engine, "PipelineRun", "fails");
      assert.deepEqual(verdict(fails), ["False", "Failed", "Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 2"]);
      assert.deepEqual(fails.status?.childReferences?.map((c) => c.name), ["fails-first", "fails-hangs", "fails-last"]);
      assert.deepEqual(fails.status?.skippedTasks?.map((s) => [s.name, s.reason]), [
        ["guarded", "When Expressions evaluated to false"],
        ["after", "PipelineRun was stopping"],
      ]);
      assert.deepEqual(verdict(task("fails-hangs")), [
        "False",
        "TaskRunInterrupted",
        'TaskRun "fails-hangs" was interrupted: the engine ended while pod "fails-hangs-pod" was running',
      ]);
      assert.deepEqual(task("fails-hangs").status?.steps?.map((s) => [s.terminated?.exitCode, s.terminated?.reason]), [
        [1, "TaskRunInterrupted"],
        [1, "TaskRunInterrupted"],
      ]);

      const pod = engine.store.get(resourceFor("Pod"), "default", "fails-hangs-pod")["status"] as {
        phase: string;
        containerStatuses: { ready: boolean; state: { terminated?: { reason: string } } }[];
      };
      assert.equal(pod.phase, "Failed");
      assert.deepEqual(pod.containerStatuses.map(({ ready, state }) => [ready, state.terminated?.reason]), [
        [false, "TaskRunInterrupted"],
        [false, "TaskRunInterrupted"],
      ]);

      const again = await ended(engine, "PipelineRun", "again");
      assert.deepEqual(verdict(again).slice(0, 2), ["True", "Completed"]);
      assert.deepEqual(verdict(task("again-hangs")).slice(0, 2), ["True", "Succeeded"]);
      const { retriesStatus, podName } = task("again-hangs").status ?? {};
      assert.equal(podName, "again-hangs-pod-retry1");
      assert.deepEqual(
        retriesStatus?.map((r) => [r.podName, r.conditions?.[0]?.reason]),
        [["again-hangs-pod", "TaskRunInterrupted"]],
      );
      const times = (name: string) => lines(`${folder}/${name}`).length;
      const counted = ["first", "guarded", "hangs", "after", "last"].map((
        t,
      ) => [times(`fails-${t}`), times(`again-${t}`)]);
      assert.deepEqual(counted, [[1, 1], [0, 0], [1, 2], [0, 1], [1, 1]]);
    } finally {
      await engine.close();
    }

    // and a third one finds all of it finished
    const third = await startEngine({ data, sandbox: plainProcess() });
    try {
      const version = third.store.resourceVersion;
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert.equal(third.store.resourceVersion, version);
      assert.equal((await ended(third, "PipelineRun", "again")).metadata.name, "again");
    } finally {
      await third.close();
    }
  }));
