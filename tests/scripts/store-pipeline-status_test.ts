/**
 * The Task store-pipeline-status through its front door: processes against an API on a socket, at a desk and as in a
 * pod.
 * @module
 */
import assert from "node:assert/strict";
import { Compile } from "typebox/schema";
import { serveRegistry } from "../../lib/oci/registry.ts";
import schema from "../../lib/record/schema.ts";
import { task } from "../../scripts/store-pipeline-status.ts";
import { Pipeline, type Served, withApi } from "../record/pipeline.ts";
import { files, oras, output } from "../record/tools.ts";
import { permissionFlags, run, start, withFolder } from "./step.ts";

const me = { status: "Unknown", observer: true } as const;
const desk = ["--pipelinerun-name", "pr", "--pipeline-aggregate-status", "Succeeded"];

async function readStatus(path: string) {
  const status = JSON.parse(await Deno.readTextFile(path));
  const [ok, errors] = Compile(schema).Errors(status);
  assert.ok(ok, JSON.stringify(errors));
  return status;
}

/** Starts the step as its YAML does, with a kubeconfig in place of the pod's service account. */
async function inPod(served: Served, folder: string, params: Record<string, string>, env: Record<string, string> = {}) {
  await Deno.mkdir(`${folder}/account`, { recursive: true });
  await Deno.copyFile(served.kubeconfig, `${folder}/account/kubeconfig`);
  const paths = {
    "/workspace/pipeline-status": `${folder}/work`,
    "/var/run/secrets/kubernetes.io/serviceaccount": `${folder}/account`,
  };
  return start("store-pipeline-status", {
    flags: permissionFlags(task, paths),
    env: {
      ...Object.fromEntries(
        Object.entries({
          "oci-ref": "quay.io/o/r:t",
          "credentials-secret-name": "s",
          "pipelinerun-name": "pr",
          ...params,
        })
          .map(([name, value]) => [`PARAM_${name.replaceAll("-", "_").toUpperCase()}`, value]),
      ),
      KUBECONFIG: `${folder}/account/kubeconfig`,
      SECRET_CREDENTIALS_VOLUME: "/secrets/credentials-volume/oci-storage-dockerconfigjson",
      STATUS_FILE: `${folder}/work/pipeline-status.json`,
      POD_NAMESPACE: "ns",
      TASKRUN_NAME: "run-me",
      ...env,
    },
  });
}

Deno.test("at a desk: an ended PipelineRun into ./pipeline-status.json", () =>
  withFolder(async (folder) => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }] });
    pipeline.start("a", {
      status: "True",
      more: {
        results: [{ name: "db-password", type: "string", value: "x1" }, { name: "n", type: "string", value: "1" }],
      },
    });
    await withApi(pipeline, {}, async ({ kubeconfig }) => {
      const { code, stdout, stderr } = await run("store-pipeline-status", {
        args: desk,
        env: { KUBECONFIG: kubeconfig },
        cwd: folder,
      });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "");
      assert.deepEqual(await files(folder), {
        "pipeline-status.json": await Deno.readTextFile(`${folder}/pipeline-status.json`),
      });
      const status = await readStatus(`${folder}/pipeline-status.json`);
      assert.equal(status.pipelineRunName, "pr");
      assert.equal(status.namespace, "ns");
      assert.deepEqual(
        status.taskRuns.map((each: { name: string; status: string; duration: string }) =>
          `${each.name} ${each.status} ${each.duration}`
        ),
        ["a Succeeded 5s"],
      );
      assert.deepEqual(status.taskRuns[0].results, [{ name: "db-password", value: "***" }, { name: "n", value: "1" }]);
    });
  }));

Deno.test({
  name: "at a desk with --oci-ref: pushed by the code of secure-push-oci, and oras gives it back",
  ignore: oras === undefined,
  fn: () =>
    withFolder(async (folder) => {
      await using registry = await serveRegistry({ auth: { users: { robot: "a-password" } } });
      const auth = { auths: { [registry.address]: { auth: btoa("robot:a-password") } } };
      await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(auth));
      const pipeline = new Pipeline({ tasks: [{ name: "a" }] });
      pipeline.start("a", {
        status: "True",
        more: { results: [{ name: "log", type: "string", value: "with a-password" }] },
      });
      const reference = `${registry.address}/org/status:pr`;
      await withApi(pipeline, {}, async ({ kubeconfig }) => {
        const args = [...desk, "--output", `${folder}/s.json`, "--kubeconfig", kubeconfig, "--oci-ref", reference];
        const pushed = await run("store-pipeline-status", { args, env: { DOCKER_CONFIG: folder } });
        assert.equal(pushed.code, 0, pushed.stderr);
        await output(oras!, [
          "pull",
          "--plain-http",
          "--username",
          "robot",
          "--password",
          "a-password",
          "--output",
          `${folder}/out`,
          reference,
        ]);
        assert.deepEqual(Object.keys(await files(`${folder}/out`)), ["pipeline-status.json"]);
        await readStatus(`${folder}/out/pipeline-status.json`);

        const named = [...args, "--credentials-volume-file", `${folder}/config.json`];
        const again = await run("store-pipeline-status", { args: named });
        assert.equal(again.code, 0, again.stderr);
        const { taskRuns: [{ results }] } = await readStatus(`${folder}/s.json`);
        assert.deepEqual(results, [{ name: "log", value: "with [masked:secret-value]" }]);

        await Deno.writeTextFile(`${folder}/malformed`, '{"auths": nonsense-value');
        const malformed = [...args, "--credentials-volume-file", `${folder}/malformed`];
        const refused = await run("store-pipeline-status", { args: malformed });
        assert.equal(refused.code, 2, refused.stderr);
        assert.ok(!refused.stderr.includes("nonsense-value"));
      });
    }),
});

Deno.test("two of them in one finally both finish", () =>
  withFolder(async (folder) => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }, { name: "you" }] });
    pipeline.start("a", { status: "True" });
    pipeline.start("me", { status: "Unknown" });
    pipeline.start("you", { status: "Unknown" });
    await withApi(pipeline, {}, async (served) => {
      const params = { "pipeline-aggregate-status": "Completed" };
      const mine = await inPod(served, `${folder}/me`, params);
      const yours = await inPod(served, `${folder}/you`, params, { TASKRUN_NAME: "run-you" });
      await mine.said("waiting for 1: you [run-you]");
      await yours.said("waiting for 1: me [run-me]");
      // Tekton copies the label from the Task a moment after it has created the TaskRun.
      pipeline.label("run-me");
      pipeline.label("run-you");
      for (const { code, stderr } of await Promise.all([mine.ended, yours.ended])) assert.equal(code, 0, stderr);
      const status = await readStatus(`${folder}/me/work/pipeline-status.json`);
      assert.equal(status.status, "Succeeded");
      assert.deepEqual(
        status.taskRuns.map(({ name, status, observer }: Record<string, unknown>) => ({ name, status, observer })),
        [{ name: "a", status: "Succeeded", observer: undefined }, { name: "you", status: "Running", observer: true }],
      );
    });
  }));

Deno.test("in a pod: what the pod's labels say, a cancelled run, a watch that breaks, and no half-written file", () =>
  withFolder(async (folder) => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }, { name: "b" }], finally: [{ name: "me" }] });
    pipeline.start("a", { status: "Unknown" });
    pipeline.start("me", me);
    pipeline.status({
      conditions: [{ type: "Succeeded", status: "Unknown", reason: "CancelledRunningFinally" }],
      skippedTasks: [{ name: "b", reason: "PipelineRun was gracefully cancelled" }],
    });
    const faults: Parameters<typeof withApi>[1]["faults"] = ({ verb, resource, count }) =>
      verb === "watch" && count === 1
        ? resource === "taskruns" ? { watchError: 410 } : { endAfterBytes: 0 }
        : undefined;
    await withApi(pipeline, { faults }, async (served) => {
      const child = await inPod(served, folder, { "pipeline-aggregate-status": "None" }, {
        GIT_ORGANIZATION: "acme",
        GIT_REPOSITORY: "rocket",
        EVENT_TYPE: "incoming",
        PULL_REQUEST_NUMBER: "12",
        SCENARIO: "smoke",
        CONSOLE_URL: "https://console/x",
      });
      await child.said("waiting for 1: a [run-a] (Running)");
      assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["account"]);
      pipeline.end("run-a", { status: "False", reason: "TaskRunCancelled" });
      const { code, stdout, stderr } = await child.ended;
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "");
      assert.deepEqual([...Deno.readDirSync(`${folder}/work`)].map((entry) => entry.name), ["pipeline-status.json"]);
      const { status, eventType, scenario, consoleUrl, git, taskRuns, skippedTasks } = await readStatus(
        `${folder}/work/pipeline-status.json`,
      );
      assert.deepEqual({ status, eventType, scenario, consoleUrl, git }, {
        status: "Cancelled",
        eventType: "pull_request",
        scenario: "smoke",
        consoleUrl: "https://console/x",
        git: { gitOrganization: "acme", gitRepository: "rocket", pullRequestNumber: "12", pullRequestAuthor: "" },
      });
      assert.deepEqual(taskRuns.map((each: { status: string }) => each.status), ["TaskRunCancelled"]);
      assert.deepEqual(skippedTasks, [{ name: "b", reason: "PipelineRun was gracefully cancelled" }]);
    });
  }));

Deno.test("the deadline: the record is written, the unfinished are marked, the step passes", () =>
  withFolder(async (folder) => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }] });
    pipeline.start("a", { status: "Unknown" });
    pipeline.start("me", me);
    await withApi(pipeline, {}, async (served) => {
      const child = await inPod(served, folder, { "pipeline-aggregate-status": "None", deadline: "300ms" });
      const { code, stderr } = await child.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /warning: run-a has not ended: Running/);
      const { timedOut, unfinished, taskRuns } = await readStatus(`${folder}/work/pipeline-status.json`);
      assert.equal(timedOut, true);
      assert.deepEqual(unfinished, [{ name: "run-a", pipelineTask: "a", why: "Running" }]);
      assert.equal(taskRuns[0].status, "Running");
    });
  }));

for (const [signal, expected] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`${signal} while it waits: exit code ${expected}, and no file`, () =>
    withFolder(async (folder) => {
      const pipeline = new Pipeline({ tasks: [{ name: "a" }], finally: [{ name: "me" }] });
      pipeline.start("a", { status: "Unknown" });
      pipeline.start("me", me);
      await withApi(pipeline, {}, async (served) => {
        const child = await inPod(served, folder, { "pipeline-aggregate-status": "None" });
        await child.said("waiting for 1");
        child.kill(signal);
        const { code, stderr } = await child.ended;
        assert.equal(code, expected, stderr);
        assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["account"]);
      });
    }));
}

Deno.test("bad input and refusals: one message that says what to do, and the documented exit code", () =>
  withFolder(async (folder) => {
    const pipeline = new Pipeline({ tasks: [{ name: "a" }] });
    const authorize = ({ resource }: { resource: string }) => resource !== "taskruns";
    await withApi(pipeline, { authorize }, async ({ kubeconfig }) => {
      const of = (...args: string[]) => ["--kubeconfig", kubeconfig, "--output", `${folder}/s.json`, ...args];
      const name = (value: string) => ["--pipelinerun-name", value, "--pipeline-aggregate-status", "x"];
      const cases: [args: string[], code: number, message: RegExp][] = [
        [of(...name("pr")), 1, /resources: \["taskruns"\]\s+verbs: \["list"\]/],
        [of(...name("pr"), "--deadline", "soon"), 2, /"soon" is not a duration/],
        [of(...name("no name")), 2, /not a Kubernetes name/],
        [of("--pipelinerun-name", "pr"), 2, /--pipeline-aggregate-status is missing/],
        [["--kubeconfig", `${folder}/absent`, ...name("pr")], 2, /absent/],
        [of(...name("pr"), "--outptu", "x"), 2, /Did you mean --output/],
      ];
      await Promise.all(cases.map(async ([args, code, message]) => {
        const ended = await run("store-pipeline-status", { args, cwd: folder });
        assert.equal(ended.code, code, ended.stderr);
        assert.match(ended.stderr, message);
        assert.equal(ended.stderr.match(/^error: /gm)?.length, 1, ended.stderr);
        assert.ok(!/\n {4}at /.test(ended.stderr), ended.stderr);
      }));
      assert.deepEqual(await files(folder), {});
    });
    await withApi(pipeline, {}, async ({ kubeconfig }) => {
      const args = ["--kubeconfig", kubeconfig, "--pipeline-aggregate-status", "x"];
      const unknown = await run("store-pipeline-status", {
        args: [...args, "--pipelinerun-name", "nobody"],
        cwd: folder,
      });
      assert.equal(unknown.code, 1, unknown.stderr);
      assert.match(unknown.stderr, /could not read PipelineRun "nobody": there is none of that name in namespace "ns"/);
      const nowhere = ["--deadline", "0s", "--output", `${folder}/absent/s.json`];
      const output = await run("store-pipeline-status", { args: [...args, "--pipelinerun-name", "pr", ...nowhere] });
      assert.equal(output.code, 2, output.stderr);
      assert.match(output.stderr, /there is no folder/);
    });
  }));

Deno.test("--help needs no permission", async () => {
  const help = await run("store-pipeline-status", { flags: [], args: ["--help"] });
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /--pipelinerun-name VALUE/);
});
