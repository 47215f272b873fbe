/** The engine as a whole, with plain processes: runs from their creation to what users and tools read of them. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { resourceFor } from "../../lib/engine/engine.ts";
import type { StoredObject } from "../../lib/engine/object.ts";
import { plainProcess } from "../../lib/engine/sandbox/process.ts";
import { type RunningEngine, startEngine } from "../../lib/engine/start.ts";
import { isDone, succeeded } from "../../lib/tekton/condition.ts";
import type { PipelineRun, TaskRun } from "../../lib/tekton/types.ts";

type Run = StoredObject & PipelineRun & TaskRun;

async function withEngine(body: (engine: RunningEngine) => Promise<void>): Promise<void> {
  const engine = await startEngine({ sandbox: plainProcess(), jobs: 4 });
  try {
    await body(engine);
  } finally {
    await engine.close();
  }
}

/** Creates a run and waits for its end. */
async function ended(engine: RunningEngine, object: object, seen?: (run: Run) => void): Promise<Run> {
  const created = engine.store.create(object as { kind: string }, "default");
  const fieldSelector = `metadata.name=${created.metadata.name}`;
  for await (const event of engine.store.watch(resourceFor(created.kind), { namespace: "default", fieldSelector })) {
    const run = event.object as Run;
    seen?.(run);
    if (isDone(run)) return run;
  }
  throw new Error("the watch ended");
}

const verdict = (run: Run) => [succeeded(run)?.status, succeeded(run)?.reason, succeeded(run)?.message];
const step = (script: string, more: object = {}) => ({ name: "s", image: "none", script, ...more });
const taskRun = (name: string, taskSpec: object, spec: object = {}) => ({
  apiVersion: "tekton.dev/v1",
  kind: "TaskRun",
  metadata: { name },
  spec: { taskSpec, ...spec },
});
const pipelineRun = (name: string, pipelineSpec: object, spec: object = {}) => ({
  apiVersion: "tekton.dev/v1",
  kind: "PipelineRun",
  metadata: { name },
  spec: { pipelineSpec, ...spec },
});

Deno.test("the recorded release pipeline ends here as it ended on a real Tekton", () =>
  withEngine(async (engine) => {
    const text = await Deno.readTextFile(new URL("../recordings/release.yaml", import.meta.url));
    const wanted = parse(text.replaceAll("sleep 6", "sleep 0.1").replaceAll("sleep 2", "sleep 0.1"));
    const run = await ended(engine, wanted);
    assert.deepEqual(verdict(run), [
      "True",
      "Completed",
      "Tasks Completed: 8 (Failed: 0, Cancelled 0), Skipped: 1",
    ]);
    assert.deepEqual(run.status?.skippedTasks?.map(({ name, reason }) => [name, reason]), [
      ["publish", "When Expressions evaluated to false"],
    ]);
    assert.deepEqual(run.status?.results, [
      { name: "image", value: `registry.example.com/acme/rocket@sha256:${"7".padStart(64, "0")}` },
    ]);
    const recording = JSON.parse(await Deno.readTextFile(new URL("../recordings/release.json", import.meta.url)));
    const recorded = (recording.objects as Run[]).filter((o) => o.kind === "TaskRun");
    const here = engine.store.list(resourceFor("TaskRun")).items as Run[];
    assert.deepEqual(here.map((r) => r.metadata.name).sort(), recorded.map((r) => r.metadata.name).sort());
    for (const theirs of recorded.filter((r) => isDone(r))) {
      const ours = here.find((r) => r.metadata.name === theirs.metadata.name)!;
      assert.deepEqual(verdict(ours), verdict(theirs), theirs.metadata.name);
      assert.deepEqual(ours.status?.results, theirs.status?.results);
      assert.equal(ours.status?.podName, theirs.status?.podName);
      assert.equal(ours.status?.retriesStatus?.length, theirs.status?.retriesStatus?.length);
      const steps = (r: Run) =>
        r.status?.steps?.map((
          s,
        ) => [s.name, s.container, s.terminated?.exitCode, s.terminated?.reason, s.terminationReason]);
      assert.deepEqual(steps(ours), steps(theirs));
      const labels = (r: Run) =>
        Object.entries(r.metadata.labels ?? {}).filter(([key]) => !key.endsWith("UID")).sort().join("\n");
      assert.equal(labels(ours), labels(theirs));
    }
  }));

Deno.test("a TaskRun that cannot begin says why in Tekton's words", () =>
  withEngine(async (engine) => {
    const refused = async (object: object) => verdict(await ended(engine, object)).slice(1);
    assert.deepEqual(
      await refused({ ...taskRun("no-task", {}), spec: { taskRef: { name: "nope" } } }),
      ["TaskRunResolutionFailed", 'error when listing tasks for taskRun no-task: tasks.tekton.dev "nope" not found'],
    );
    assert.deepEqual(
      await refused(taskRun("no-param", { params: [{ name: "x" }, { name: "z" }], steps: [step("true")] })),
      [
        "TaskRunValidationFailed",
        "[User error] invalid input params for task no-param: missing values for these params which have no default " +
        "values: [x z]",
      ],
    );
    assert.deepEqual(await refused(taskRun("no-workspace", { workspaces: [{ name: "w" }], steps: [step("true")] })), [
      "TaskRunValidationFailed",
      '[User error] declared workspace "w" is required but has not been bound',
    ]);
    assert.deepEqual(await refused(taskRun("no-action", { steps: [{ name: "s", ref: { name: "none" } }] })), [
      "TaskRunResolutionFailed",
      'failed to resolve step ref for step "s" (index 0): stepactions.tekton.dev "none" not found',
    ]);
  }));

Deno.test("a TaskRun that fails, times out or is cancelled has the reason, message and steps that Tekton gives", () =>
  withEngine(async (engine) => {
    const failed = await ended(
      engine,
      taskRun("fails", { results: [{ name: "r" }], steps: [step("printf hi > $(results.r.path); exit 3")] }),
    );
    assert.deepEqual(verdict(failed), ["False", "StepFailed", '"step-s" exited with code 3: Error']);
    assert.deepEqual(failed.status?.results, [{ name: "r", type: "string", value: "hi" }]);

    const late = await ended(engine, taskRun("late", { steps: [step("sleep 60")] }, { timeout: "300ms" }));
    assert.deepEqual(verdict(late), ["False", "TaskRunTimeout", 'TaskRun "late" failed to finish within "300ms"']);
    assert.equal(late.status?.steps?.[0]?.terminated?.message, "Step s terminated as pod late-pod is terminated");

    const cancelled = await ended(engine, taskRun("cancelled", { steps: [step("sleep 60")] }), (run) => {
      const spec = run["spec"] as Record<string, unknown>;
      if (run.status?.steps?.[0]?.running === undefined || spec["status"]) return;
      engine.store.update({ ...run, spec: { ...spec, status: "TaskRunCancelled" } } as never);
    });
    assert.deepEqual(verdict(cancelled), ["False", "TaskRunCancelled", 'TaskRun "cancelled" was cancelled. ']);

    const big = await ended(
      engine,
      taskRun("big", {
        results: [{ name: "r" }],
        steps: [step("head -c 5000 /dev/zero | tr '\\0' x > $(results.r.path)")],
      }),
    );
    assert.deepEqual(verdict(big), ["False", "StepFailed", '"step-s" exited with code 1: Error']);
  }));

Deno.test("a failed task stops the pipeline, and its finally sees what has become of each", () =>
  withEngine(async (engine) => {
    const run = await ended(
      engine,
      pipelineRun("stops", {
        tasks: [
          { name: "bad", taskSpec: { steps: [step("exit 1")] } },
          { name: "after", runAfter: ["bad"], taskSpec: { results: [{ name: "y" }], steps: [step("true")] } },
        ],
        finally: [
          {
            name: "report",
            params: [{
              name: "all",
              value: "$(tasks.bad.status) $(tasks.after.status) $(tasks.status) $(tasks.bad.reason)",
            }],
            taskSpec: {
              params: [{ name: "all" }],
              results: [{ name: "said" }],
              steps: [step("printf '%s' '$(params.all)' > $(results.said.path)")],
            },
          },
          {
            name: "needs",
            params: [{ name: "p", value: "$(tasks.after.results.y)" }],
            taskSpec: { params: [{ name: "p" }], steps: [step("true")] },
          },
        ],
        results: [{ name: "said", value: "$(finally.report.results.said)" }],
      }),
    );
    assert.deepEqual(verdict(run), ["False", "Failed", "Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 2"]);
    assert.deepEqual(run.status?.skippedTasks?.map(({ name, reason }) => [name, reason]), [
      ["after", "PipelineRun was stopping"],
      ["needs", "Results were missing"],
    ]);
    assert.deepEqual(run.status?.results, [{ name: "said", value: "Failed None Failed StepFailed" }]);
  }));

Deno.test("when, missing results, onError and limits end a PipelineRun as they do on Tekton", () =>
  withEngine(async (engine) => {
    const echo = (params: readonly string[] = []) => ({
      params: params.map((name) => ({ name })),
      steps: [step("true")],
    });
    const guarded = await ended(
      engine,
      pipelineRun("guarded", {
        tasks: [
          {
            name: "skip",
            when: [{ input: "a", operator: "in", values: ["b"] }],
            taskSpec: { results: [{ name: "x" }], steps: [step("true")] },
          },
          { name: "order", runAfter: ["skip"], taskSpec: echo() },
          { name: "use", params: [{ name: "p", value: "$(tasks.skip.results.x)" }], taskSpec: echo(["p"]) },
          { name: "use2", runAfter: ["use"], taskSpec: echo() },
        ],
      }),
    );
    assert.deepEqual(verdict(guarded), [
      "True",
      "Completed",
      "Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 3",
    ]);
    assert.deepEqual(guarded.status?.skippedTasks?.map(({ name, reason }) => [name, reason]), [
      ["skip", "When Expressions evaluated to false"],
      ["use", "Results were missing"],
      ["use2", "Parent Tasks were skipped"],
    ]);

    const unwritten = await ended(
      engine,
      pipelineRun("unwritten", {
        tasks: [
          { name: "ok", taskSpec: { results: [{ name: "x" }], steps: [step("true")] } },
          { name: "use", params: [{ name: "p", value: "$(tasks.ok.results.x)" }], taskSpec: echo(["p"]) },
        ],
      }),
    );
    assert.deepEqual(verdict(unwritten), [
      "False",
      "PipelineValidationFailed",
      'Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0, Failed Validation: 1 (task "ok" completed successfully ' +
      'but did not emit the result "x", which is referenced by task "use")',
    ]);

    const ignored = await ended(
      engine,
      pipelineRun("ignored", {
        tasks: [
          { name: "a", onError: "continue", taskSpec: { steps: [step("exit 1")] } },
          { name: "b", runAfter: ["a"], taskSpec: echo() },
        ],
      }),
    );
    assert.deepEqual(verdict(ignored), [
      "True",
      "Succeeded",
      "Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0",
    ]);

    const late = await ended(
      engine,
      pipelineRun("late", { tasks: [{ name: "slow", taskSpec: { steps: [step("sleep 60")] } }] }, {
        timeouts: { pipeline: "400ms" },
      }),
    );
    assert.deepEqual(verdict(late), [
      "False",
      "PipelineRunTimeout",
      'PipelineRun "late" failed to finish within "400ms"',
    ]);
    const child = engine.store.get(resourceFor("TaskRun"), "default", "late-slow") as Run;
    assert.match(verdict(child)[2] ?? "", /cancelled as the PipelineRun it belongs to has timed out\.$/);
  }));

Deno.test("the three ways of cancelling: at once, with finally, after what runs", () =>
  withEngine(async (engine) => {
    const spec = {
      tasks: [
        { name: "slow", taskSpec: { steps: [step("sleep 0.5")] } },
        { name: "next", runAfter: ["slow"], taskSpec: { steps: [step("true")] } },
      ],
      finally: [{ name: "last", taskSpec: { steps: [step("true")] } }],
    };
    for (
      const [status, children, slow] of [
        ["Cancelled", ["slow"], "TaskRunCancelled"],
        ["CancelledRunFinally", ["slow", "last"], "TaskRunCancelled"],
        ["StoppedRunFinally", ["slow", "last"], "Succeeded"],
      ] as const
    ) {
      const name = status.toLowerCase();
      const run = await ended(engine, pipelineRun(name, spec), (run) => {
        const own = run["spec"] as Record<string, unknown>;
        if (!run.status?.childReferences?.length || own["status"]) return;
        engine.store.update({ ...run, spec: { ...own, status } } as never);
      });
      assert.deepEqual(verdict(run), ["False", "Cancelled", `PipelineRun "${name}" was cancelled`], status);
      assert.deepEqual(run.status?.childReferences?.map((c) => c.pipelineTaskName), children, status);
      const first = engine.store.get(resourceFor("TaskRun"), "default", `${name}-slow`) as Run;
      assert.equal(verdict(first)[1], slow, status);
    }
  }));

Deno.test("a run that is over before its changes are heard is not run again", () =>
  withEngine(async (engine) => {
    const names = Array.from({ length: 50 }, (_, index) => `at-once-${index}`);
    const end = new AbortController();
    const watching = (async () => {
      const over = new Set<string>();
      for await (const { object } of engine.store.watch(resourceFor("TaskRun"), { signal: end.signal })) {
        const done = isDone(object as Run);
        assert.ok(done || !over.has(object.metadata.name), `${object.metadata.name} began again`);
        if (done) over.add(object.metadata.name);
      }
      return over.size;
    })();
    const refused = (name: string) => ({ ...taskRun(name, {}), spec: { taskRef: { name: "nope" } } });
    await Promise.all(names.map((name) => ended(engine, refused(name))));
    await new Promise((resolve) => setTimeout(resolve, 0));
    end.abort();
    assert.equal(await watching, 50);
  }));
