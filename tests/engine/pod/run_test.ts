/** Pods with real processes: steps in order, what they share, how they end, and what is left in logs and results. */
import assert from "node:assert/strict";
import type { VolumeContent } from "../../../lib/engine/pod/folders.ts";
import { type PodOutcome, type PodPlan, type PodSetting, type PodState, runPod } from "../../../lib/engine/pod/run.ts";
import { bubblewrap } from "../../../lib/engine/sandbox/bubblewrap.ts";
import { plainProcess } from "../../../lib/engine/sandbox/process.ts";
import type { TaskSpec } from "../../../lib/engine/taskrun/spec.ts";
import { taskRunVariables } from "../../../lib/engine/taskrun/variables.ts";

const bwrap = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/bwrap`)
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

const content: VolumeContent = {
  secret: (name) => Promise.resolve(name === "token" ? { value: new TextEncoder().encode("s3cret-value") } : undefined),
  configMap: () => Promise.resolve(undefined),
  claim: () => Promise.resolve(undefined),
  token: () => Promise.resolve("a-token"),
  hostPathAllowed: () => false,
};

interface Ran {
  outcome: PodOutcome;
  states: PodState[];
  log: (container: string) => Promise<string>;
}

async function pod(
  spec: TaskSpec,
  check: (ran: Ran) => void | Promise<void>,
  change: Partial<PodSetting> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const states: PodState[] = [];
  const plan: PodPlan = {
    facts: {
      name: "run-pod",
      namespace: "default",
      uid: "1",
      labels: { a: "b" },
      annotations: {},
      serviceAccount: "default",
    },
    volumes: new Map((spec.volumes ?? []).map((volume) => [volume.name, volume])),
    stepMounts: [],
    sidecarMounts: [],
    steps: spec.steps ?? [],
    sidecars: spec.sidecars ?? [],
    results: spec.results ?? [],
  };
  const facts = { name: "run", namespace: "default", uid: "1", task: "run", retryCount: 0 };
  try {
    const outcome = await runPod(plan, {
      sandbox: plainProcess(),
      folder: `${folder}/pod`,
      logs: `${folder}/logs`,
      content,
      env: {},
      network: true,
      variables: (at) => taskRunVariables(spec, new Map(), [], facts, at),
      signal: new AbortController().signal,
      onChange: (state) => states.push(state),
      holds: () => true,
      ...change,
    });
    const log = async (container: string) =>
      (await Deno.readTextFile(`${folder}/logs/${container}.log`)).replace(/^\S+ /gm, "");
    await check({ outcome, states, log });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const sandboxes = [
  { sandbox: plainProcess(), ignore: false },
  ...(bwrap === undefined ? [] : [{ sandbox: bubblewrap(bwrap), ignore: false }]),
];

for (const { sandbox } of sandboxes) {
  Deno.test(`${sandbox.name}: steps run in order, share folders, give results and exit codes`, () =>
    pod({
      results: [{ name: "sum" }, { name: "list", type: "array" }, { name: "unwritten" }, {
        name: "from-step",
        value: "$(steps.first.results.part)",
      }],
      volumes: [{ name: "shared", emptyDir: {} }, { name: "secret", secret: { secretName: "token" } }],
      steps: [
        {
          name: "first",
          results: [{ name: "part" }],
          volumeMounts: [{ name: "shared", mountPath: "/shared" }],
          script: "printf 4 > $(step.results.part.path)\necho 'exits with 3'\nexit 3",
          onError: "continue",
        },
        {
          name: "second",
          volumeMounts: [{ name: "secret", mountPath: "/secret", readOnly: true }],
          env: [{ name: "PART", value: "$(steps.first.results.part)" }],
          script: '#!/bin/sh\necho "$PART and $(cat $(steps.step-first.exitCode.path))"\n' +
            "printf '%s' $((PART + 1)) > $(results.sum.path)\nprintf '[\"x\",\"y\"]' > $(results.list.path)",
        },
      ],
    }, async ({ outcome, log }) => {
      assert.deepEqual(outcome.steps.map((s) => [s.container, s.terminated?.exitCode, s.terminationReason]), [
        ["step-first", 3, "Continued"],
        ["step-second", 0, "Completed"],
      ]);
      assert.equal(await log("step-first"), "exits with 3\n");
      assert.equal(await log("step-second"), "4 and 3\n");
      assert.deepEqual(outcome.results, [
        { name: "sum", type: "string", value: "5" },
        { name: "list", type: "array", value: ["x", "y"] },
        { name: "from-step", type: "string", value: "4" },
      ]);
    }, { sandbox }));

  Deno.test(`${sandbox.name}: a failed step skips the others; a sidecar is there before and stopped after`, () =>
    pod({
      sidecars: [{
        name: "server",
        script: 'trap "echo stopped; exit 0" TERM\necho started\nwhile :; do sleep 0.05; done',
      }],
      steps: [
        { name: "fail", script: "sleep 0.2; exit 7" },
        { name: "never", script: "echo no" },
      ],
    }, async ({ outcome, states, log }) => {
      assert.deepEqual(outcome.steps.map((s) => [s.terminated?.exitCode, s.terminated?.reason, s.terminationReason]), [
        [7, "Error", "Error"],
        [1, "Error", "Skipped"],
      ]);
      assert.equal(await log("sidecar-server"), "started\nstopped\n");
      assert.equal(outcome.sidecars[0]?.terminated?.exitCode, 0);
      assert.ok(states.some((s) => s.sidecars[0]?.running && s.steps[0]?.waiting), "the sidecar runs first");
      assert.ok(states.some((s) => s.steps[0]?.running), "the running step is told");
    }, { sandbox }));

  Deno.test(`${sandbox.name}: a step's timeout ends it and what it left behind`, () =>
    pod({
      steps: [{ name: "slow", timeout: "200ms", script: "sleep 600 & echo waiting; wait" }],
    }, async ({ outcome, log }) => {
      assert.deepEqual([outcome.steps[0]?.terminated?.exitCode, outcome.steps[0]?.terminationReason], [
        1,
        "TimeoutExceeded",
      ]);
      assert.equal(await log("step-slow"), "waiting\n");
    }, { sandbox }));
}

Deno.test("a pod that is stopped marks what ran and what did not with the reason", async () => {
  const stop = new AbortController();
  await pod({
    steps: [{ name: "long", script: "echo on; sleep 600" }, { name: "later", script: "echo no" }],
  }, ({ outcome }) => {
    assert.deepEqual(outcome.steps.map((s) => s.terminationReason), ["TaskRunCancelled", "TaskRunCancelled"]);
  }, {
    signal: stop.signal,
    onChange: (state) => state.steps[0]?.running && stop.abort({ reason: "TaskRunCancelled" }),
  });
});

Deno.test("a missing Secret, an undeclared volume, a subPath that leads out: each is refused by name", async () => {
  const refused = async (spec: TaskSpec, message: RegExp) =>
    await assert.rejects(pod(spec, () => assert.fail("it ran")), { message });
  await refused({
    volumes: [{ name: "v", secret: { secretName: "none" } }],
    steps: [{ name: "s", command: ["true"], volumeMounts: [{ name: "v", mountPath: "/v" }] }],
  }, /mount the volume v: there is no Secret "none"/);
  await refused(
    { steps: [{ name: "s", command: ["true"], volumeMounts: [{ name: "v", mountPath: "/v" }] }] },
    /no volume "v"/,
  );
  await refused({
    volumes: [{ name: "v", emptyDir: {} }],
    steps: [{ name: "s", command: ["true"], volumeMounts: [{ name: "v", mountPath: "/v", subPath: "../x" }] }],
  }, /"\.\.\/x" leads out of the volume/);
  await refused({
    volumes: [{ name: "v", emptyDir: {} }],
    steps: [
      {
        name: "link",
        results: [{ name: "r" }],
        // the volume's folder is beside those of /tekton
        script:
          'ln -s /etc "$(dirname "$(dirname "$(dirname "$(dirname "$(dirname $(step.results.r.path))")")")")/volumes/v/out"',
      },
      { name: "s", command: ["true"], volumeMounts: [{ name: "v", mountPath: "/v", subPath: "out/ssl" }] },
    ],
  }, /leads out of the volume through a symlink/);
  await refused({ steps: [{ name: "s", image: "x" }] }, /neither script nor command/);
});
