/**
 * What is written down about a PipelineRun: every field of today's readers under its name and in its format, and what
 * stands beside them, checked against the published schema.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Compile } from "typebox/schema";
import schema from "../../lib/record/schema.ts";
import { isSecretName, overallStatus, pipelineStatus, type PodLabels } from "../../lib/record/status.ts";
import type { Snapshot } from "../../lib/record/wait.ts";
import type { PipelineRun, TaskRun } from "../../lib/tekton/types.ts";
import type { Recording } from "../recordings/record.ts";

const recording: Recording = JSON.parse(
  await Deno.readTextFile(new URL("../recordings/release.json", import.meta.url)),
);
const objects = recording.objects as unknown as (TaskRun & { kind: string })[];
const recorded: Snapshot = {
  pipelineRun: objects.find((object) => object.kind === "PipelineRun") as PipelineRun,
  taskRuns: objects.filter((object) => object.kind === "TaskRun"),
  customRuns: [],
  unfinished: [],
  finishedAt: new Date("2026-11-21T05:37:00.750Z"),
  timedOut: false,
};
const self = "release-k7q2x-store-pipeline-status";
const status = (change: Partial<Snapshot> = {}, options: Partial<Parameters<typeof pipelineStatus>[1]> = {}) =>
  pipelineStatus({ ...recorded, ...change }, { aggregateStatus: "Succeeded", self, ...options });

/** The schema with every object closed, so that a field which it does not name is an error. */
const closed = Compile(
  JSON.parse(
    JSON.stringify(schema),
    (_, value) => value?.type === "object" && value.properties ? { ...value, additionalProperties: false } : value,
  ),
);
function valid(json: unknown): void {
  const [ok, errors] = closed.Errors(JSON.parse(JSON.stringify(json)));
  assert.ok(ok, JSON.stringify(errors, null, 1));
}

/** The recorded PipelineRun with other labels, annotations and the like. */
function changed(change: {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  status?: Partial<PipelineRun["status"]>;
}): PipelineRun {
  const { pipelineRun } = recorded;
  return {
    ...pipelineRun,
    metadata: {
      ...pipelineRun.metadata,
      labels: change.labels ?? pipelineRun.metadata?.labels ?? {},
      annotations: change.annotations ?? pipelineRun.metadata?.annotations ?? {},
    },
    status: { ...pipelineRun.status, ...change.status } as NonNullable<PipelineRun["status"]>,
  };
}

Deno.test("a recorded PipelineRun gives every field of today's readers, in their order and format", () => {
  const { taskRuns, ...rest } = status();
  const first = Object.fromEntries(Object.entries(rest).slice(0, 9));
  const { creationTimestamp } = recorded.pipelineRun.metadata!;
  const { startTime } = recorded.pipelineRun.status!;
  const duration = Math.floor((recorded.finishedAt.getTime() - 750 - Date.parse(startTime!)) / 1000);
  assert.equal(
    JSON.stringify(first),
    JSON.stringify({
      pipelineRunName: "release-k7q2x",
      namespace: "demo",
      duration: `${duration}s`,
      status: "Succeeded",
      eventType: "pull_request",
      scenario: "release-smoke",
      consoleUrl: "https://console.example.com/ns/demo/pipelinerun/release-k7q2x",
      git: {
        gitOrganization: "acme",
        gitRepository: "rocket",
        pullRequestNumber: "42",
        commitSha: "4f1c2e9a7b3d5068c1e2f3a4b5c6d7e8f9a0b1c2",
        pullRequestAuthor: "",
      },
      timestamps: { createdAt: creationTimestamp, startedAt: startTime, finishedAt: "2026-11-21T05:37:00Z" },
    }),
  );
  assert.deepEqual(
    taskRuns.map(({ name, status, duration }) => `${name} ${status} ${duration}`),
    [
      "build-image Succeeded 4s",
      "export-pipeline-logs Running 29s",
      "fetch-source Succeeded 3s",
      "integration-tests Succeeded 4s",
      "lint Succeeded 3s",
      "notify Succeeded 2s",
      "unit-tests Succeeded 3s",
      "unit-tests Succeeded 3s",
    ].map((line) => {
      const [name, reason] = line.split(" ");
      const run = recorded.taskRuns.find((each) =>
        each.metadata?.labels?.["tekton.dev/pipelineTask"] === name && each.status?.conditions?.[0]?.reason === reason
      )!;
      const end = run.status?.completionTime ?? "2026-11-21T05:37:00Z";
      return `${name} ${reason} ${(Date.parse(end) - Date.parse(run.status!.startTime!)) / 1000}s`;
    }),
  );
  assert.deepEqual(Object.keys(taskRuns[0]!).slice(0, 3), ["name", "status", "duration"]);
});

Deno.test("what is new stands beside them: attempts, steps, matrix, skipped tasks, results", () => {
  const record = status();
  valid(record);
  const byName = (name: string) => record.taskRuns.find((each) => each.taskRunName === `release-k7q2x-${name}`)!;

  const retried = byName("integration-tests");
  assert.equal(retried.attempts, 2);
  assert.equal(retried.retries[0]!.reason, "StepFailed");
  assert.match(retried.retries[0]!.message, /"step-test" exited with code 1/);
  assert.deepEqual(retried.retries[0]!.steps.map(({ name, exitCode, reason }) => ({ name, exitCode, reason })), [
    { name: "test", exitCode: 1, reason: "Error" },
  ]);
  assert.match(retried.steps[0]!.imageID!, /^sha256:/);
  assert.equal(retried.podName, "release-k7q2x-integration-tests-pod-retry1");

  assert.deepEqual(byName("lint").steps.map(({ exitCode, reason }) => ({ exitCode, reason })), [
    { exitCode: 3, reason: "Continued" },
    { exitCode: 0, reason: "Completed" },
  ]);
  const matrix = ["unit-tests-0", "unit-tests-1"].map((name) => byName(name));
  assert.deepEqual(matrix.map((each) => each.matrixIndex), [0, 1]);
  assert.equal(new Set(matrix.map((each) => JSON.stringify(each.matrixParams))).size, 2);
  assert.equal(byName("export-pipeline-logs").observer, true);
  assert.ok(record.skippedTasks.length > 0 && record.skippedTasks.every((task) => task.reason !== ""));
  assert.deepEqual(
    byName("fetch-source").results,
    [{ name: "commit", value: "4f1c2e9a7b3d5068c1e2f3a4b5c6d7e8f9a0b1c2" }],
  );
  // Tekton has not set them yet while finally runs: they are worked out of the TaskRuns' results.
  assert.equal(recorded.pipelineRun.status?.results, undefined);
  const image = byName("build-image").results.find((result) => result.name === "image")!.value;
  assert.deepEqual(record.results, [{ name: "image", value: image }]);
});

for (
  const [aggregate, reason, expected] of [
    ["Succeeded", "Running", "Succeeded"],
    ["Completed", "Running", "Succeeded"],
    ["Succeeded", "CancelledRunningFinally", "Succeeded"],
    ["Failed", "Running", "Failed"],
    ["Failed", "CancelledRunningFinally", "Cancelled"],
    ["None", "CancelledRunningFinally", "Cancelled"],
    ["None", "StoppedRunningFinally", "Failed"],
    ["", "", "Failed"],
  ] as const
) {
  Deno.test(`aggregate ${aggregate || "(empty)"} and reason ${reason || "(none)"} are ${expected}`, () => {
    assert.equal(overallStatus(aggregate, reason), expected);
    const conditions = [{ type: "Succeeded", status: "Unknown" as const, reason }];
    const pipelineRun = changed({ status: { conditions } });
    assert.equal(status({ pipelineRun }, { aggregateStatus: aggregate }).status, expected);
  });
}

const pac = (fields: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`pac.test.appstudio.openshift.io/${name}`, value]),
  );

for (
  const [title, fields, expected] of [
    ["push", { "event-type": "push" }, "push"],
    ["push with a number", { "event-type": "push", "pull-request": "7" }, "push"],
    ["pull_request", { "event-type": "pull_request", "pull-request": "7" }, "pull_request"],
    ["a comment on a pull request", { "event-type": "retest-all-comment", "pull-request": "7" }, "pull_request"],
    ["a comment on a push", { "event-type": "retest-all-comment" }, "push"],
    ["nothing", {}, "push"],
  ] as [string, Record<string, string>, string][]
) {
  Deno.test(`the event type of ${title} is ${expected}`, () => {
    const pipelineRun = changed({ labels: pac(fields), annotations: {} });
    assert.equal(status({ pipelineRun }).eventType, expected);
  });
}

Deno.test("the commit comes from the label sha, the annotation sha, the label git-revision, its annotation", () => {
  const sha = (labels: Record<string, string>, annotations: Record<string, string>) =>
    status({ pipelineRun: changed({ labels: pac(labels), annotations: pac(annotations) }) }).git.commitSha;
  const all = { sha: "l-sha", "git-revision": "l-rev" };
  assert.equal(sha(all, { sha: "a-sha", "git-revision": "a-rev" }), "l-sha");
  assert.equal(sha({ "git-revision": "l-rev" }, { sha: "a-sha", "git-revision": "a-rev" }), "a-sha");
  assert.equal(sha({ "git-revision": "l-rev" }, { "git-revision": "a-rev" }), "l-rev");
  assert.equal(sha({}, { "git-revision": "a-rev" }), "a-rev");
  assert.equal(sha({ sha: "" }, {}), undefined);
});

Deno.test("the pod's labels go before the PipelineRun's, and without either the fields are empty or left out", () => {
  const pod: PodLabels = {
    "url-org": "pod-org",
    "url-repository": "pod-repository",
    "event-type": "push",
    "pull-request": "9",
    scenario: "pod-scenario",
    "log-url": "https://pod",
  };
  const own = status({}, { pod });
  assert.deepEqual(
    [own.git.gitOrganization, own.git.gitRepository, own.eventType, own.git.pullRequestNumber],
    ["pod-org", "pod-repository", "push", "9"],
  );
  assert.deepEqual([own.scenario, own.consoleUrl], ["pod-scenario", "https://pod"]);
  const none = status({ pipelineRun: changed({ labels: {}, annotations: {} }) });
  valid(none);
  assert.deepEqual(none.git, { gitOrganization: "", gitRepository: "", pullRequestAuthor: "" });
  assert.deepEqual([none.scenario, none.consoleUrl], ["", ""]);
});

Deno.test("before anything has started there are no times to count from", () => {
  const pipelineRun = { metadata: { name: "p", namespace: "n" } } as PipelineRun;
  const taskRun = { metadata: { name: "t" } } as TaskRun;
  const record = status({ pipelineRun, taskRuns: [taskRun] });
  valid(record);
  assert.equal(record.duration, "0s");
  assert.deepEqual(record.timestamps, { createdAt: "", startedAt: "", finishedAt: "2026-11-21T05:37:00Z" });
  assert.deepEqual(
    [record.taskRuns[0]!.name, record.taskRuns[0]!.status, record.taskRuns[0]!.duration],
    ["", "Pending", "0s"],
  );
});

Deno.test("nothing is excluded when nobody says who writes", () => {
  assert.equal(status({}, { self: "" }).taskRuns.length, recorded.taskRuns.length);
});

Deno.test("the unfinished and the CustomRuns are written down", () => {
  const record = status({
    timedOut: true,
    unfinished: [{ name: "x", pipelineTask: "y", why: "Running" }],
    customRuns: [{
      metadata: { name: "c-1", labels: { "tekton.dev/pipelineTask": "c" } },
      status: {
        startTime: "2026-11-21T05:36:00Z",
        conditions: [{ type: "Succeeded", status: "Unknown", reason: "Started", message: "approve me" }],
      },
    }],
  });
  valid(record);
  assert.equal(record.timedOut, true);
  assert.deepEqual(record.unfinished, [{ name: "x", pipelineTask: "y", why: "Running" }]);
  assert.deepEqual(record.customRuns, [{
    name: "c",
    status: "Started",
    duration: "60s",
    customRunName: "c-1",
    message: "approve me",
    startTime: "2026-11-21T05:36:00Z",
    results: [],
  }]);
});

Deno.test("values of results whose name speaks of a secret are masked, others go through the masker", () => {
  const taskRun: TaskRun = {
    metadata: { name: "t", labels: { "tekton.dev/pipelineTask": "t" } },
    status: {
      conditions: [{ type: "Succeeded", status: "False", reason: "Failed", message: "login with hunter22 failed" }],
      results: [
        { name: "REGISTRY_TOKEN", type: "string", value: "abc" },
        { name: "url", type: "string", value: "https://hunter22@host" },
        { name: "lines", type: "array", value: ["a", "hunter22"] },
        { name: "login", type: "object", value: { user: "me", password: "p" } },
        { name: "empty-password", type: "string", value: "" },
      ],
    },
  };
  const mask = (text: string) => text.replaceAll("hunter22", "[masked]");
  const { results, message } = status({ taskRuns: [taskRun] }, { mask }).taskRuns[0]!;
  assert.deepEqual(results, [
    { name: "REGISTRY_TOKEN", value: "***" },
    { name: "url", value: "https://[masked]@host" },
    { name: "lines", value: ["a", "[masked]"] },
    { name: "login", value: { user: "me", password: "***" } },
    { name: "empty-password", value: "" },
  ]);
  assert.equal(message, "login with [masked] failed");
});

Deno.test("names of secrets are told from other names", () => {
  for (
    const name of ["token", "GITHUB_TOKEN", "db-password", "signing-key", "apiKey", "API_KEY", "clientSecret", "auth"]
  ) {
    assert.ok(isSecretName(name), name);
  }
  for (const name of ["IMAGE_DIGEST", "TEST_OUTPUT", "public-key", "commit", "author", "keyboard", "authority"]) {
    assert.ok(!isSecretName(name), name);
  }
});

Deno.test("results of the Pipeline are worked out as Tekton does, and left out where a reference leads nowhere", () => {
  const run = (name: string, task: string, results: Record<string, unknown>, outcome = "True"): TaskRun => ({
    metadata: { name, labels: { "tekton.dev/pipelineTask": task } },
    status: {
      conditions: [{ type: "Succeeded", status: outcome as "True", reason: "Succeeded" }],
      results: Object.entries(results).map(([name, value]) => ({ name, type: "string", value: value as string })),
    },
  });
  const results = {
    text: "v$(tasks.a.results.x) and $(tasks.a.results.x)",
    list: "$(tasks.a.results.list[*])",
    second: "$(tasks.a.results.list[1])",
    third: "$(tasks.a.results.list[2])",
    member: "$(tasks.a.results.object.url)",
    object: "$(tasks.a.results.object[*])",
    dotted: "$(tasks.a.results.with.dot)",
    matrix: "$(tasks.m.results.x[*])",
    late: "$(finally.f.results.x)",
    failed: "$(tasks.bad.results.x)",
    absent: "$(tasks.a.results.nothing)",
    nobody: "$(tasks.nobody.results.x)",
    items: ["$(tasks.a.results.x)", "b", "$(tasks.a.results.list[*])"],
    members: { one: "$(tasks.a.results.x)" },
  };
  const pipelineRun = {
    metadata: { name: "p", namespace: "n" },
    status: { pipelineSpec: { results: Object.entries(results).map(([name, value]) => ({ name, value })) } },
  } as unknown as PipelineRun;
  const taskRuns = [
    run("a", "a", { x: "1", list: ["p", "q"], object: { url: "u" }, "with.dot": "d" }),
    run("m-0", "m", { x: "m0" }),
    run("m-1", "m", { x: "m1" }),
    run("f", "f", { x: "f" }),
    run("bad", "bad", { x: "bad" }, "False"),
  ];
  const record = status({ pipelineRun, taskRuns });
  assert.deepEqual(Object.fromEntries(record.results.map(({ name, value }) => [name, value])), {
    text: "v1 and 1",
    list: ["p", "q"],
    second: "q",
    member: "u",
    object: { url: "u" },
    dotted: "d",
    matrix: ["m0", "m1"],
    late: "f",
    items: ["1", "b", "p", "q"],
    members: { one: "1" },
  });
  valid(record);
});

Deno.test("whatever a status holds, the record fits the schema", () => {
  const word = fc.string({ maxLength: 12 });
  const time = fc.option(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), {
    nil: undefined,
  })
    .map((date) => date === undefined ? {} : { at: `${date.toISOString().slice(0, 19)}Z` });
  const condition = fc.record({
    type: fc.constant("Succeeded"),
    status: fc.constantFrom("True", "False", "Unknown"),
    reason: word,
    message: word,
  });
  const step = fc.record({
    name: word,
    terminated: fc.option(fc.record({ exitCode: fc.integer(), reason: word }), { nil: undefined }),
  }, { requiredKeys: [] });
  const value = fc.oneof(word, fc.array(word), fc.dictionary(word, word));
  const attempt = fc.tuple(
    time,
    time,
    fc.record({
      conditions: fc.array(condition, { maxLength: 2 }),
      steps: fc.array(step, { maxLength: 3 }),
      results: fc.array(fc.record({ name: word, value }), { maxLength: 3 }),
    }, { requiredKeys: [] }),
  ).map(([start, end, rest]) => ({
    ...rest,
    ..."at" in start ? { startTime: start.at } : {},
    ..."at" in end ? { completionTime: end.at } : {},
  }));
  const taskRun = fc.tuple(word, attempt, fc.array(attempt, { maxLength: 2 })).map(([name, last, retriesStatus]) => ({
    metadata: { name },
    status: { ...last, ...retriesStatus.length > 0 ? { retriesStatus } : {} },
  }));
  fc.assert(
    fc.property(fc.array(taskRun, { maxLength: 4 }), (taskRuns) => {
      valid(status({ taskRuns: taskRuns as unknown as TaskRun[] }));
    }),
    { numRuns: 60 },
  );
});
