/** The served API as kubectl sees it, over TLS with a token. Skipped where there is no kubectl. */
import assert from "node:assert/strict";
import { MemoryLogs } from "../../lib/engine/logs.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";

function found(tool: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  folders.push(`${Deno.env.get("CLUSTER_HOME") ?? `${Deno.env.get("HOME")}/.cache/tekton-cluster`}/bin`);
  return folders.map((folder) => `${folder}/${tool}`).find((file) => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  });
}

const kubectl = found("kubectl");
const tkn = found("tkn");
const target = { namespace: "ci", pod: "build-pod", container: "step-build" };

Deno.test(
  "kubectl and tkn get, watch, describe, label and delete, and read logs",
  { ignore: kubectl === undefined },
  async (t) => {
    const folder = await Deno.makeTempDir();
    const files = ["-keyout", `${folder}/key`, "-out", `${folder}/cert`];
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1"];
    await new Deno.Command("openssl", { args: ["req", "-x509", ...ec, ...files, ...subject], stderr: "null" }).output();
    const tls = { cert: await Deno.readTextFile(`${folder}/cert`), key: await Deno.readTextFile(`${folder}/key`) };
    const store = new ObjectStore();
    const logs = new MemoryLogs();
    const api = serveApi({
      store,
      logs,
      tls,
      token: "secret",
      namespace: "ci",
      authorize: ({ verb }) => verb !== "create",
    });
    const kubeconfig = `${folder}/kubeconfig`;
    await Deno.writeTextFile(kubeconfig, api.kubeconfig());
    const env = { KUBECONFIG: kubeconfig, HOME: folder };
    const run = async (tool: string | undefined, ...args: string[]) => {
      const { stdout, stderr, code } = await new Deno.Command(tool ?? "", { args, env }).output();
      return { out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr), code };
    };
    try {
      const startTime = new Date(Date.now() - 200_000).toISOString();
      const conditions = [{ type: "Succeeded", status: "True", reason: "Succeeded", message: "done" }];
      for (const name of ["build", "test"]) {
        const metadata = { name, namespace: "ci", labels: { "tekton.dev/pipelineRun": "pr" } };
        store.create({
          apiVersion: "tekton.dev/v1",
          kind: "TaskRun",
          metadata,
          spec: { taskSpec: { steps: [{ name: "build", image: "x" }] } },
          status: { conditions, startTime, podName: "build-pod", steps: [{ name: "build", container: "step-build" }] },
        });
      }
      const containers = [{ name: "step-build", image: "x" }, { name: "step-more", image: "x" }];
      store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "build-pod", namespace: "ci" },
        spec: { containers },
        status: { phase: "Running" },
      });
      logs.write(target, "hello\nworld\n", "2026-01-02T03:04:05.000000000Z");

      await t.step("get", async () => {
        assert.match(
          (await run(kubectl, "get", "taskruns")).out,
          /^NAME +SUCCEEDED +REASON +STARTTIME +COMPLETIONTIME\nbuild +True +Succeeded +3m2\d?s/,
        );
        assert.match(
          (await run(kubectl, "get", "tr,po", "-A", "-l", "tekton.dev/pipelineRun=pr", "-o", "name")).out,
          /^taskrun\.tekton\.dev\/build\ntaskrun\.tekton\.dev\/test\n$/,
        );
        assert.match(
          (await run(kubectl, "get", "tr", "build", "-o", "yaml")).out,
          /^apiVersion: tekton.dev\/v1\nkind: TaskRun\n/,
        );
        assert.equal((await run(kubectl, "get", "tr", "-o", "jsonpath={.items[*].metadata.name}")).out, "build test");
        const missing = await run(kubectl, "get", "pod", "none");
        assert.deepEqual([missing.code, missing.error], [1, 'Error from server (NotFound): pods "none" not found\n']);
      });
      await t.step("logs", async () => {
        assert.equal((await run(kubectl, "logs", "build-pod", "-c", "step-build")).out, "hello\nworld\n");
        assert.equal(
          (await run(kubectl, "logs", "build-pod", "--timestamps", "--tail=1")).out,
          "2026-01-02T03:04:05.000000000Z world\n",
        );
        assert.match(
          (await run(kubectl, "logs", "build-pod", "-c", "step-more")).error,
          /is waiting to start: ContainerCreating/,
        );
        const following = run(kubectl, "logs", "-f", "build-pod", "-c", "step-build", "--tail=1");
        logs.write(target, "more\n");
        logs.end(target);
        assert.match((await following).out, /^(world\n)?more\n$/);
      });
      await t.step("get -w", async () => {
        // Of a list, kubectl watches from the list's version on. Of one object it would watch from any version and leave
        // out the first event: a change that comes in between is then not printed.
        const args = ["get", "tr", "-l", "tekton.dev/pipelineRun=pr", "-w", "-o", "name"];
        const child = new Deno.Command(kubectl ?? "", { args, env, stdout: "piped" }).spawn();
        const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        const line = async () => {
          while (!text.includes("\n")) text += (await reader.read()).value ?? assert.fail("kubectl ended");
          const [first, ...rest] = text.split("\n");
          text = rest.join("\n");
          return first;
        };
        assert.deepEqual([await line(), await line()], ["taskrun.tekton.dev/build", "taskrun.tekton.dev/test"]);
        const resource = {
          group: "tekton.dev",
          version: "v1",
          plural: "taskruns",
          singular: "taskrun",
          kind: "TaskRun",
        };
        const more = { namespaced: true, shortNames: [], categories: [], status: true };
        store.patch({ ...resource, ...more }, "ci", "build", { metadata: { labels: { changed: "yes" } } });
        assert.equal(await line(), "taskrun.tekton.dev/build");
        child.kill("SIGTERM");
        await reader.cancel();
        await child.status;
      });
      await t.step("describe, label, can-i, api-resources, delete", async () => {
        assert.match((await run(kubectl, "describe", "pod", "build-pod")).out, /Name: +build-pod\n[^]*step-build:/);
        assert.match((await run(kubectl, "label", "tr", "build", "a=b")).out, /labeled/);
        assert.equal((await run(kubectl, "auth", "can-i", "list", "taskruns.tekton.dev")).out, "yes\n");
        assert.equal((await run(kubectl, "auth", "can-i", "create", "pods", "--subresource=log")).out, "no\n");
        assert.match(
          (await run(kubectl, "api-resources", "--api-group=tekton.dev")).out,
          /^pipelineruns +pr,prs +tekton.dev\/v1 +true +PipelineRun$/m,
        );
        assert.match(
          (await run(kubectl, "create", "configmap", "x")).error,
          /forbidden: User "tasksmith" cannot create resource "configmaps"/,
        );
        assert.match((await run(kubectl, "delete", "tr", "test")).out, /"test" deleted/);
        assert.equal((await run(kubectl, "get", "tr", "-o", "name")).out, "taskrun.tekton.dev/build\n");
      });
      await t.step({
        name: "tkn",
        ignore: tkn === undefined,
        fn: async () => assert.match((await run(tkn, "taskrun", "list")).out, /build +3 minutes ago .*Succeeded/),
      });
    } finally {
      await api.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
