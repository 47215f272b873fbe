/**
 * Both Tasks from their generated YAML on a real Tekton: a pipeline with a matrix, a retry that succeeds, a sidecar and
 * a task that fails, both Tasks in its `finally`, and both artifacts fetched with the real `oras`.
 * @module
 */
import assert from "node:assert/strict";
import { parseAllDocuments, stringify } from "yaml";
import type { PipelineRun, PipelineTask } from "../../lib/tekton/types.ts";
import { cluster, getObject, output, withNamespace } from "./cluster.ts";

const root = new URL("../../", import.meta.url);
const runName = "release-e2e";

/** release.yaml with a task that fails, and in its `finally` the two real Tasks in place of the recorded stand-ins. */
async function pipelineRun(registry: string, image: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("tests/recordings/release.yaml", root));
  const run = parseAllDocuments(text.replaceAll("registry.test/bash:1", image))[0]!.toJS() as {
    metadata: { name: string };
    spec: {
      pipelineSpec: { tasks: PipelineTask[]; finally: PipelineTask[] };
      taskRunTemplate?: unknown;
      taskRunSpecs?: unknown;
    };
  };
  run.metadata.name = runName;
  // any user id will do: this one is nobody's
  run.spec.taskRunTemplate = { podTemplate: { securityContext: { runAsUser: 1000830000, fsGroup: 1000830000 } } };
  // each Task under the ServiceAccount of its own manifest, with what that allows and no more
  run.spec.taskRunSpecs = ["store-pipeline-status", "export-pipeline-logs"].map((name) => ({
    pipelineTaskName: name,
    serviceAccountName: name,
  }));
  const spec = run.spec.pipelineSpec;
  spec.tasks.push({
    name: "always-fails",
    runAfter: ["build-image"], // so that the others have run when the pipeline stops
    taskSpec: { steps: [{ name: "fail", image, script: "#!/usr/bin/env bash\necho going to fail\nexit 7\n" }] },
  });
  spec.finally = spec.finally.filter((task) => task.name === "notify");
  spec.finally.push({
    name: "store-pipeline-status",
    taskRef: { name: "store-pipeline-status" },
    params: [
      { name: "oci-ref", value: `${registry}/e2e/status:${runName}` },
      { name: "credentials-secret-name", value: "registry-credentials" },
      { name: "pipeline-aggregate-status", value: "$(tasks.status)" },
      { name: "pipelinerun-name", value: "$(context.pipelineRun.name)" },
    ],
  }, {
    name: "export-pipeline-logs",
    taskRef: { name: "export-pipeline-logs" },
    params: [
      { name: "quay-repo", value: `${registry}/e2e/image:v1` },
      { name: "pipeline-run-name", value: "$(context.pipelineRun.name)" },
      { name: "artifact-credentials-secret", value: "registry-credentials" },
    ],
  });
  return stringify(run);
}

/** A Secret with credentials for the registry under both keys that the Tasks read. */
function secret(registry: string): string {
  const config = JSON.stringify({ auths: { [registry]: { auth: btoa("robot:not-a-real-one") } } });
  return stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "registry-credentials" },
    stringData: { ".dockerconfigjson": config, "oci-storage-dockerconfigjson": config },
  });
}

Deno.test({
  name: "both Tasks finish in one finally on a real Tekton, and oras fetches both artifacts",
  ignore: !cluster,
  fn: () =>
    withNamespace("tasksmith-e2e", async (namespace) => {
      const { registry, image, denoImage } = cluster!;
      const folder = await Deno.makeTempDir();
      const apply = (text: string) => output("kubectl", ["apply", "-n", namespace, "-f", "-"], text);
      try {
        await output(Deno.execPath(), [
          "run",
          "--allow-all",
          new URL("scripts/generate-tasks.ts", root).pathname,
          "--image",
          denoImage,
          "--step-actions",
          "name",
          "--output",
          folder,
        ]);
        await apply(secret(registry));
        for (const name of ["secure-push-oci", "store-pipeline-status", "export-pipeline-logs"]) {
          await apply(await Deno.readTextFile(`${folder}/tasks/${name}/0.1/${name}.yaml`));
        }
        for (const name of ["store-pipeline-status", "export-pipeline-logs"]) {
          const rbac = await Deno.readTextFile(`${folder}/tasks/${name}/0.1/rbac.yaml`);
          await apply(rbac);
        }
        await apply(await pipelineRun(registry, image));
        await output("kubectl", [
          "wait",
          "-n",
          namespace,
          `pipelinerun/${runName}`,
          "--for=condition=Succeeded=False",
          "--timeout=180s",
        ]);
        const run = await getObject<PipelineRun>(namespace, "pipelinerun", runName);
        const children = run.status?.childReferences?.map((child) => child.pipelineTaskName) ?? [];
        assert.ok(children.includes("store-pipeline-status") && children.includes("export-pipeline-logs"));
        const logs = async (task: string) => {
          const name = run.status!.childReferences!.find((c) => c.pipelineTaskName === task)!.name;
          return {
            taskRun: await getObject<
              { status: { conditions: { status: string }[]; results?: { name: string; value: string }[] } }
            >(namespace, "taskrun", name),
            text: await output("kubectl", ["logs", "-n", namespace, `${name}-pod`, "--all-containers"]),
          };
        };
        const stored = await logs("store-pipeline-status");
        assert.equal(stored.taskRun.status.conditions[0]!.status, "True", stored.text);
        const exported = await logs("export-pipeline-logs");
        assert.equal(exported.taskRun.status.conditions[0]!.status, "True", exported.text);

        const oras = ["pull", "--plain-http", "--output"];
        await output("oras", [...oras, `${folder}/status`, `${registry}/e2e/status:${runName}`]);
        const status = JSON.parse(await Deno.readTextFile(`${folder}/status/pipeline-status.json`));
        assert.equal(status.pipelineRunName, runName);
        assert.equal(status.namespace, namespace);
        assert.equal(status.status, "Failed");
        assert.equal(status.eventType, "pull_request");
        assert.equal(status.scenario, "release-smoke");
        assert.equal(status.git.pullRequestNumber, "42");
        const outcome = Object.fromEntries(
          (status.taskRuns as { name: string; status: string }[]).map((taskRun) => [taskRun.name, taskRun.status]),
        );
        assert.equal(outcome["integration-tests"], "Succeeded");
        assert.equal(outcome["always-fails"], "StepFailed"); // the reason of its condition, as Tekton 1.15 gives it
        assert.equal(outcome["notify"], "Succeeded");
        assert.equal(outcome["store-pipeline-status"], undefined);
        assert.equal((status.taskRuns as { name: string }[]).filter((t) => t.name === "unit-tests").length, 2);

        const tag = exported.taskRun.status.results?.find((r) => r.name === "LOG_ARTIFACT_TAG")?.value ?? "";
        assert.match(tag, new RegExp(`^${runName}-\\d{14}-logs$`));
        await output("oras", [...oras, `${folder}/logs`, `${registry}/e2e/image:${tag}`]);
        await output("tar", ["xzf", `${folder}/logs/logs.tar.gz`, "-C", `${folder}/logs`]);
        const entries = (await output("tar", ["tzf", `${folder}/logs/logs.tar.gz`])).trim().split("\n");
        for (const task of ["fetch-source", "lint", "unit-tests", "integration-tests", "always-fails", "notify"]) {
          assert.ok(
            entries.some((entry) => entry.startsWith(`${task}/`)),
            `${task} is missing in ${entries.join(" ")}`,
          );
        }
        const tests = entries.filter((entry) => /^integration-tests\/.*step-test\.log$/.test(entry));
        assert.equal(tests.length, 2, `both attempts: ${tests.join(" ")}`);
        assert.match(await Deno.readTextFile(`${folder}/logs/${tests[0]}`), /attempt 0: connecting/);
        assert.ok(entries.some((entry) => /^integration-tests\/.*sidecar-database\.log$/.test(entry)));
        const failed = entries.find((entry) => /^always-fails\/.*step-fail\.log$/.test(entry));
        assert.equal(await Deno.readTextFile(`${folder}/logs/${failed}`), "going to fail\n");
        assert.ok(entries.includes("manifest.json") && entries.includes("status.json"));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }),
});
