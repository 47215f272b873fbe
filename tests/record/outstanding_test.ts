/**
 * Whom to wait for: a table of situations as the real Tekton makes them, and the promise that two observers of one
 * PipelineRun never wait for each other.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { missingChildren, outstanding, type Picture } from "../../lib/record/outstanding.ts";
import type { CustomRun, PipelineRun, PipelineTask, SkippedTask, TaskRun } from "../../lib/tekton/types.ts";

/** A run by its pipeline task: `build: True`, with `observer` or `custom` behind it. */
interface Child {
  task: string;
  name?: string;
  status?: "True" | "False" | "Unknown" | undefined;
  reason?: string;
  observer?: boolean;
  custom?: boolean;
  /** Not (yet) among the PipelineRun's childReferences. */
  unreferenced?: boolean;
  /** Referenced, but not there. */
  absent?: boolean;
  labelless?: boolean;
}

interface Situation {
  tasks?: (string | PipelineTask)[];
  finally?: (string | PipelineTask)[];
  children?: Child[];
  skipped?: (string | SkippedTask)[];
  run?: { status?: "True" | "False" | "Unknown"; reason?: string };
  specStatus?: string;
  /** How the spec is known. */
  spec?: "resolved" | "embedded" | "unknown";
  customRunsUnreadable?: boolean;
}

const succeeded = (status: string | undefined, reason: string | undefined) =>
  status === undefined ? [] : [{
    type: "Succeeded",
    status: status as "True",
    reason: reason ?? (status === "True" ? "Succeeded" : status === "False" ? "Failed" : "Running"),
  }];

function picture(situation: Situation): Picture {
  const { children = [], spec = "resolved" } = situation;
  const task = (each: string | PipelineTask): PipelineTask => typeof each === "string" ? { name: each } : each;
  const pipelineSpec = {
    tasks: (situation.tasks ?? []).map(task),
    finally: (situation.finally ?? []).map(task),
  };
  const nameOf = (child: Child) => child.name ?? `run-${child.task}`;
  const object = (child: Child): TaskRun => ({
    metadata: {
      name: nameOf(child),
      labels: {
        ...child.labelless ? {} : { "tekton.dev/pipelineTask": child.task },
        ...child.observer ? { "tasksmith.dev/observer": "true" } : {},
      },
    },
    status: { conditions: succeeded(child.status, child.reason) },
  });
  const pipelineRun: PipelineRun = {
    metadata: { name: "pr" },
    spec: {
      ...spec === "embedded" ? { pipelineSpec } : { pipelineRef: { name: "p" } },
      ...situation.specStatus ? { status: situation.specStatus } : {},
    },
    status: {
      conditions: succeeded(situation.run?.status ?? "Unknown", situation.run?.reason),
      ...spec === "resolved" ? { pipelineSpec } : {},
      childReferences: children.filter((child) => !child.unreferenced).map((child) => ({
        kind: child.custom ? "CustomRun" : "TaskRun",
        name: nameOf(child),
        pipelineTaskName: child.task,
      })),
      skippedTasks: (situation.skipped ?? []).map((each) =>
        typeof each === "string" ? { name: each, reason: "When Expressions evaluated to false" } : each
      ),
    },
  };
  const there = children.filter((child) => !child.absent);
  return {
    pipelineRun,
    taskRuns: there.filter((child) => !child.custom).map(object),
    customRuns: situation.customRunsUnreadable
      ? undefined
      : there.filter((child) => child.custom).map((child): CustomRun => object(child)),
  };
}

const wait = (situation: Situation, self = "run-me") =>
  outstanding(picture(situation), self).map(({ name, why }) => `${name}: ${why}`);

const me: Child = { task: "me", status: "Unknown" };
const fanOut = (name: string): PipelineTask => ({
  name,
  matrix: { params: [{ name: "os", value: ["linux", "mac"] }] },
});

const table: [title: string, situation: Situation, expected: string[], self?: string][] = [
  ["nothing but ourselves", { finally: ["me"], children: [me] }, []],
  [
    "a running TaskRun",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "Unknown" }] },
    ["run-a: Running"],
  ],
  [
    "one that the controller has not looked at yet",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a" }] },
    ["run-a: not started"],
  ],
  ["one that ended well", { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "True" }] }, []],
  ["one that failed", { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "False" }] }, []],
  [
    "one that will be tried again",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "Unknown", reason: "ToBeRetried" }] },
    ["run-a: ToBeRetried"],
  ],
  ["a finally task not created yet", { finally: ["me", "notify"], children: [me] }, ["notify: not created yet"]],
  ["a finally task that was skipped", { finally: ["me", "notify"], children: [me], skipped: ["notify"] }, []],
  [
    "a finally task whose results are missing",
    { finally: ["me", "notify"], children: [me], skipped: [{ name: "notify", reason: "Results were missing" }] },
    [],
  ],
  ["tasks that were never created, seen from finally", { tasks: ["a", "b"], finally: ["me"], children: [me] }, []],
  [
    "a deleted TaskRun of tasks, seen from finally",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a", absent: true }] },
    [],
  ],
  [
    "a deleted run of a matrix of tasks, seen from finally",
    {
      tasks: [fanOut("m")],
      finally: ["me"],
      children: [me, { task: "m", name: "m-0", status: "True" }, { task: "m", name: "m-1", absent: true }],
    },
    [],
  ],
  [
    "a finally task that is referenced and has not arrived",
    { finally: ["me", "b"], children: [me, { task: "b", absent: true }] },
    ["b: not created yet"],
  ],
  [
    "another observer in finally",
    { finally: ["me", "other"], children: [me, { task: "other", status: "Unknown", observer: true }] },
    [],
  ],
  [
    "another observer in finally whose label has not been set yet",
    { finally: ["me", "other"], children: [me, { task: "other", status: "Unknown" }] },
    ["run-other: Running"],
  ],
  [
    "an embedded observer that is not created yet",
    {
      finally: ["me", { name: "other", taskSpec: { metadata: { labels: { "tasksmith.dev/observer": "true" } } } }],
      children: [me],
    },
    [],
  ],
  [
    "a CustomRun",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "Unknown", custom: true }] },
    ["run-a: Running"],
  ],
  [
    "a CustomRun in finally not created yet",
    { finally: ["me", { name: "a", taskRef: { apiVersion: "x.dev/v1", kind: "Wait" } }], children: [me] },
    ["a: not created yet"],
  ],
  [
    "CustomRuns that cannot be read",
    {
      finally: ["me", { name: "a", taskRef: { apiVersion: "x.dev/v1", kind: "Wait" } }],
      children: [me, { task: "a", status: "Unknown", custom: true }],
      customRunsUnreadable: true,
    },
    [],
  ],
  [
    "a child pipeline in finally",
    { finally: ["me", { name: "child", pipelineSpec: {} }], children: [me] },
    [],
  ],
  [
    "a run with no label, known by its reference",
    { tasks: ["a"], finally: ["me"], children: [me, { task: "a", status: "Unknown", labelless: true }] },
    ["run-a: Running"],
  ],
  [
    "a run that no pipeline task explains",
    { finally: ["me"], children: [me, { task: "stranger", status: "Unknown", unreferenced: true }] },
    ["run-stranger: Running"],
  ],
  // matrix
  [
    "a matrix whose first run is there and done, the others not referenced yet",
    { finally: ["me", fanOut("m")], children: [me, { task: "m", name: "m-0", status: "True", unreferenced: true }] },
    ["m: not every run of its matrix is created yet"],
  ],
  [
    "a matrix of which one run has not arrived",
    {
      finally: ["me", fanOut("m")],
      children: [me, { task: "m", name: "m-0", status: "True" }, { task: "m", name: "m-1", absent: true }],
    },
    ["m: not every run of its matrix is created yet"],
  ],
  [
    "a matrix with one run still going",
    {
      tasks: [fanOut("m")],
      finally: ["me"],
      children: [me, { task: "m", name: "m-0", status: "True" }, { task: "m", name: "m-1", status: "Unknown" }],
    },
    ["m-1: Running"],
  ],
  [
    "a matrix that is done",
    {
      finally: ["me", fanOut("m")],
      children: [me, { task: "m", name: "m-0", status: "True" }, { task: "m", name: "m-1", status: "False" }],
    },
    [],
  ],
  [
    "an empty matrix, which Tekton skips",
    {
      finally: ["me", fanOut("m")],
      children: [me],
      skipped: [{ name: "m", reason: "Matrix Parameters have an empty array" }],
    },
    [],
  ],
  // in `tasks`
  [
    "in tasks: those not created yet, but not finally",
    { tasks: ["me", "a"], finally: ["notify"], children: [me] },
    ["a: not created yet"],
  ],
  [
    "in tasks: what runs after us, directly or not, is not waited for",
    {
      tasks: [
        "me",
        { name: "b", runAfter: ["me"] },
        { name: "c", runAfter: ["b"] },
        { name: "d", runAfter: ["a"] },
        "a",
      ],
      children: [me],
    },
    ["d: not created yet", "a: not created yet"],
  ],
  [
    "in tasks: what takes a result of ours is not waited for",
    {
      tasks: [
        "me",
        { name: "b", params: [{ name: "x", value: "$(tasks.me.results.url)" }] },
        { name: "c", when: [{ input: "$(tasks.b.results.y[0])", operator: "in", values: ["z"] }] },
      ],
      children: [me],
    },
    [],
  ],
  [
    "in tasks: one that fails stops the others, which Tekton lists as skipped",
    {
      tasks: ["me", "a", "b"],
      children: [me, { task: "a", status: "False" }],
      skipped: [{ name: "b", reason: "PipelineRun was stopping" }],
    },
    [],
  ],
  [
    "in tasks: a task that failed validation is in no list, but the run is stopping",
    {
      tasks: ["me", "invalid", "b"],
      children: [me],
      skipped: [{ name: "b", reason: "PipelineRun was stopping" }],
    },
    [],
  ],
  [
    "in tasks: another observer further down, and what depends on it",
    {
      tasks: ["me", "other", { name: "c", runAfter: ["other"] }],
      children: [me, { task: "other", status: "Unknown", observer: true }],
    },
    [],
  ],
  [
    "in tasks: another observer further up, and what depends on it",
    {
      tasks: ["other", "me", { name: "c", runAfter: ["other"] }],
      children: [me, { task: "other", status: "Unknown", observer: true }],
    },
    ["c: not created yet"],
  ],
  // stopping
  ...["CancelledRunFinally", "StoppedRunFinally", "Cancelled"].map((specStatus): typeof table[number] => [
    `spec.status ${specStatus}: nothing new in tasks, but what runs is waited for, and finally`,
    { tasks: ["me", "a", "b"], finally: ["f"], specStatus, children: [{ task: "a", status: "Unknown" }] },
    ["run-a: Running", "f: not created yet"],
    "",
  ]),
  ...[
    "CancelledRunningFinally",
    "StoppedRunningFinally",
    "PipelineRunStopping",
    "PipelineRunTimeoutRunningFinally",
  ].map((reason): typeof table[number] => [
    `reason ${reason}: nothing new in tasks`,
    { tasks: ["a", "b"], run: { reason }, children: [{ task: "a", status: "False" }] },
    [],
    "",
  ]),
  [
    "a stopping run whose matrix is not complete",
    {
      tasks: [fanOut("m"), "b"],
      run: { reason: "PipelineRunStopping" },
      children: [{ task: "m", name: "m-0", status: "True", unreferenced: true }],
    },
    ["m: not every run of its matrix is created yet"],
    "",
  ],
  // at a desk
  [
    "at a desk: everything, finally too",
    { tasks: ["a", "b"], finally: ["f"], children: [{ task: "a", status: "Unknown" }] },
    ["run-a: Running", "b: not created yet", "f: not created yet"],
    "",
  ],
  [
    "at a desk: finally has begun, so what is missing in tasks never comes",
    { tasks: ["a", "b"], finally: ["f"], children: [{ task: "a", status: "True" }, { task: "f", status: "Unknown" }] },
    ["run-f: Running"],
    "",
  ],
  [
    "a name that is no TaskRun of this PipelineRun excludes nothing",
    { tasks: ["a"], children: [{ task: "a", status: "Unknown" }] },
    ["run-a: Running"],
    "run-elsewhere",
  ],
  [
    "before the first reconcile, spec embedded",
    { tasks: ["a"], finally: ["f"], spec: "embedded" },
    ["a: not created yet", "f: not created yet"],
    "",
  ],
  ["before the first reconcile, spec by reference", { spec: "unknown" }, ["pr: its tasks are not known yet"], ""],
  [
    "ended: what was not created never will be",
    { tasks: ["a", "b"], finally: ["f"], run: { status: "True" }, children: [{ task: "a", status: "True" }] },
    [],
    "",
  ],
  [
    "ended by cancellation: a TaskRun that is being cancelled will end in a moment, a CustomRun perhaps never",
    {
      tasks: ["a", "b"],
      run: { status: "False", reason: "Cancelled" },
      children: [{ task: "a", status: "Unknown" }, { task: "b", status: "Unknown", custom: true }],
    },
    ["run-a: Running"],
    "",
  ],
  [
    "ended before its tasks were known",
    { spec: "unknown", run: { status: "False", reason: "CouldntGetPipeline" } },
    [],
  ],
];

for (const [title, situation, expected, self] of table) {
  Deno.test(`whom to wait for: ${title}`, () => assert.deepEqual(wait(situation, self), expected));
}

Deno.test("children that are named but not there are told", () => {
  const situation: Situation = {
    tasks: ["a", "b"],
    finally: ["me"],
    children: [me, { task: "a", absent: true }, { task: "b", absent: true, custom: true }],
  };
  assert.deepEqual(missingChildren(picture(situation)).map(({ name, why }) => `${name}: ${why}`), [
    "run-a: deleted",
    "run-b: deleted",
  ]);
  assert.deepEqual(
    missingChildren(picture({ ...situation, customRunsUnreadable: true })).map(({ name, why }) => `${name}: ${why}`),
    ["run-a: deleted", "run-b: cannot be read"],
  );
});

/**
 * Runs a pipeline of `tasks` to its end, as Tekton would: a task begins when its parents have ended, an ordinary one
 * ends at once, an observer when it has nobody left to wait for. Gives the tasks that never ended.
 */
function simulate(tasks: PipelineTask[], observers: ReadonlySet<string>): string[] {
  const state = new Map<string, "Unknown" | "True">();
  for (let before = ""; before !== JSON.stringify([...state]);) {
    before = JSON.stringify([...state]);
    for (const task of tasks) {
      const ready = (task.runAfter ?? []).every((parent) => state.get(parent) === "True");
      if (!state.has(task.name) && ready) state.set(task.name, observers.has(task.name) ? "Unknown" : "True");
    }
    for (const name of observers) {
      if (state.get(name) !== "Unknown") continue;
      const children = [...state].map(([task, status]) => ({ task, status, observer: observers.has(task) }));
      if (wait({ tasks, children }, `run-${name}`).length === 0) state.set(name, "True");
    }
  }
  return tasks.map((task) => task.name).filter((name) => state.get(name) !== "True");
}

Deno.test("whatever the graph, observers in it never wait for each other in a circle", () => {
  const graph = fc.integer({ min: 1, max: 8 }).chain((size) =>
    fc.record({
      order: fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 14 }),
      observers: fc.subarray([...Array(size).keys()]),
    })
  );
  fc.assert(
    fc.property(graph, ({ order, edges, observers }) => {
      const tasks = order.map((id): PipelineTask => ({
        name: `t${id}`,
        runAfter: edges.filter(([from, to]) => to === id && from < id).map(([from]) => `t${from}`),
      }));
      assert.deepEqual(simulate(tasks, new Set(observers.map((id) => `t${id}`))), []);
    }),
    { numRuns: 300 },
  );
});
