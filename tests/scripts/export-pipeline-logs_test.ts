import assert from "node:assert/strict";
import { MemoryLogs } from "../../lib/engine/logs.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { onPath } from "../task/tools.ts";
import { execute, manifestIn, SampleRun, tagsOf, textIn, unpack, withStage } from "./exporting.ts";

const small = () => new SampleRun([{ task: "build", logs: { prepare: "ready\n", "step-build": "one\ntwo\n" } }]);

const recording = JSON.parse(
  await Deno.readTextFile(new URL("../recordings/release.json", import.meta.url)),
) as {
  readonly objects: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { name: string };
  }[];
  readonly logs: readonly { readonly pod: string; readonly container: string; readonly text: string }[];
};

/** The PipelineRun that was recorded from a real Tekton, with the logs that the kubelet served. */
function recorded() {
  const store = new ObjectStore();
  const logs = new MemoryLogs();
  for (const object of recording.objects) store.create(structuredClone(object));
  for (const { pod, container, text } of recording.logs) {
    for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
      const [time = "", rest = ""] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
      logs.write({ namespace: "demo", pod, container }, rest, time);
    }
  }
  return { pipeline: { store }, logs };
}

const ofRecording = ["--pipeline-run-name", "release-k7q2x", "--namespace", "demo"];

Deno.test({
  name: "a recorded PipelineRun: oras pull and tar xzf give every log back, with manifest and status",
  ignore: onPath("oras") === undefined,
  fn: () =>
    withStage(recorded(), { env: { TASKRUN_NAME: "release-k7q2x-export-pipeline-logs" } }, async (stage) => {
      const { code, stderr, results } = await stage.export(...ofRecording);
      assert.equal(code, 0, stderr);
      const tag = results["LOG_ARTIFACT_TAG"]!;
      assert.match(tag, /^release-k7q2x-\d{14}-logs$/);
      assert.match(results["LOG_ARTIFACT_REF"]!, /^127\.0\.0\.1:\d+\/ex\/logs@sha256:[0-9a-f]{64}$/);
      for (const reference of [`${stage.registry.address}/ex/logs:${tag}`, results["LOG_ARTIFACT_REF"]!]) {
        await execute("oras", ["pull", "--plain-http", "--output", `${stage.folder}/pulled`, reference]);
        const files = await unpack(`${stage.folder}/pulled/logs.tar.gz`);
        const manifest = manifestIn(files);
        assert.equal(manifest.logs.length, 28);
        assert.equal(files.size, 30);
        for (const log of manifest.logs) {
          const text = recording.logs.find((it) => it.pod === log.pod && it.container === log.container)!.text;
          assert.equal(textIn(files, log.path!), text.replace(/^\S+ /gm, ""), `${log.path}`);
          assert.equal(log.firstTimestamp, text.split(" ")[0]);
          assert.equal(log.lines, text.split("\n").length - 1);
        }
        assert.deepEqual(manifest.leftOut.map((run) => run.name), [
          "release-k7q2x-export-pipeline-logs",
          "release-k7q2x-store-pipeline-status",
        ]);
        const incomplete = manifest.logs.filter((log) => !log.complete);
        assert.deepEqual([...new Set(incomplete.map((log) => `${log.container} ${log.reason}`))], [
          "sidecar-database running",
        ]);
        assert.ok(manifest.complete, "a sidecar that still runs is no loss");
        const status = JSON.parse(textIn(files, "status.json"));
        assert.deepEqual([status.pipelineRunName, status.status], ["release-k7q2x", "Succeeded"]);
      }
    }),
});

Deno.test("the artifact has its type and title, and the archive the layer's digest", () =>
  withStage(small(), {}, async (stage) => {
    const { code, stderr, results } = await stage.export();
    assert.equal(code, 0, stderr);
    const tag = results["LOG_ARTIFACT_TAG"];
    const answer = await fetch(`http://${stage.registry.address}/v2/ex/logs/manifests/${tag}`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    const manifest = await answer.json();
    assert.equal(manifest.artifactType, "application/vnd.logs.tar+gzip");
    assert.equal(manifest.layers.length, 1);
    assert.equal(manifest.layers[0].annotations["org.opencontainers.image.title"], "logs.tar.gz");
    assert.equal(manifest.annotations["dev.tasksmith.pipelinerun"], "pr");
    assert.match(stderr, new RegExp(manifest.layers[0].digest));
    assert.deepEqual(await tagsOf(stage), [tag]);
  }));

Deno.test("timestamps stand before each line when asked for", () =>
  withStage(small(), {}, async (stage) => {
    await stage.export("--timestamps", "true", "--output", `${stage.folder}/out.tar.gz`);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    const time = "2026-11-21T05:36:01.000000001Z";
    assert.equal(textIn(files, "build/1/step-build.log"), `${time} one\n${time} two\n`);
    assert.equal(manifestIn(files).timestamps, true);
  }));

Deno.test({
  name: "zstd: GNU tar unpacks it, the artifact says so",
  ignore: onPath("zstd") === undefined,
  fn: () =>
    withStage(small(), {}, async (stage) => {
      const file = await stage.export("--compression", "zstd", "--output", `${stage.folder}/out.tar.zst`);
      assert.equal(file.code, 0, file.stderr);
      assert.equal(textIn(await unpack(`${stage.folder}/out.tar.zst`), "build/1/step-build.log"), "one\ntwo\n");
      const { results } = await stage.export("--compression", "zstd");
      const answer = await fetch(
        `http://${stage.registry.address}/v2/ex/logs/manifests/${results["LOG_ARTIFACT_TAG"]}`,
      );
      const { artifactType, layers } = await answer.json();
      assert.equal(artifactType, "application/vnd.logs.tar+zstd");
      assert.equal(layers[0].annotations["org.opencontainers.image.title"], "logs.tar.zst");
    }),
});

Deno.test({
  name: "--output DIR writes an image layout that oras reads; nothing is pushed and no credentials are needed",
  ignore: onPath("oras") === undefined,
  fn: () =>
    withStage(small(), {}, async (stage) => {
      const layout = `${stage.folder}/layout`;
      const { code, stderr, results } = await stage.export("--output", layout, "--credentials-file", "");
      assert.equal(code, 0, stderr);
      const reference = `${layout}:${results["LOG_ARTIFACT_TAG"]}`;
      await execute("oras", ["pull", "--oci-layout", "--output", `${stage.folder}/pulled`, reference]);
      assert.equal(textIn(await unpack(`${stage.folder}/pulled/logs.tar.gz`), "build/1/prepare.log"), "ready\n");
      assert.deepEqual(await tagsOf(stage), []);
    }),
});
