import assert from "node:assert/strict";
import { MemoryLogs } from "../../lib/engine/logs.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { isTag } from "../../lib/oci/reference.ts";
import { tagFor } from "../../scripts/export-pipeline-logs.ts";
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

Deno.test("--plain-http is a switch at the desk", () =>
  withStage(small(), {}, async (stage) => {
    const { code, stderr } = await stage.export("--plain-http", "--format", "json");
    assert.equal(code, 0, stderr);
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

Deno.test("with a subject the archive is listed among the image's referrers", () =>
  withStage(small(), {}, async (stage) => {
    const bytes = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [],
    });
    const image = `http://${stage.registry.address}/v2/ex/logs/manifests/v1`;
    const headers = { "content-type": "application/vnd.oci.image.index.v1+json" };
    const pushed = await fetch(image, { method: "PUT", headers, body: bytes });
    const digest = pushed.headers.get("docker-content-digest")!;
    await pushed.body?.cancel();
    const repository = `${stage.registry.address}/ex/logs`;
    for (const subject of [`${repository}:v1`, `${repository}@${digest}`, digest]) {
      const { code, stderr, results } = await stage.export("--subject", subject);
      assert.equal(code, 0, stderr);
      const answer = await fetch(`http://${stage.registry.address}/v2/ex/logs/referrers/${digest}`);
      const { manifests } = await answer.json() as { manifests: { digest: string; artifactType: string }[] };
      const own = manifests.find((it) => results["LOG_ARTIFACT_REF"]!.endsWith(it.digest));
      assert.equal(own?.artifactType, "application/vnd.logs.tar+gzip");
    }
    const elsewhere = await stage.export("--subject", "quay.io/other/image:v1");
    assert.equal(elsewhere.code, 2);
    assert.match(elsewhere.stderr, /quay\.io\/other\/image:v1: it is not in the repository/);
  }));

Deno.test("only the repository of quay-repo counts: tag, digest and port are no part of it, nor taken for one", () =>
  withStage(small(), {}, async (stage) => {
    const { address } = stage.registry;
    for (const repo of [`${address}/ex/logs`, `${address}/ex/logs:v1`, `${address}/ex/logs@sha256:${"0".repeat(64)}`]) {
      const { code, stderr, results } = await stage.export("--quay-repo", repo);
      assert.equal(code, 0, stderr);
      assert.ok(results["LOG_ARTIFACT_REF"]!.startsWith(`${address}/ex/logs@sha256:`));
    }
  }));

Deno.test("wrong input is told in one error with exit code 2, before anything is asked of the cluster", async () => {
  await withStage(small(), {}, async (stage) => {
    const wrong: [args: string[], said: RegExp][] = [
      [["--quay-repo", "quay.io/UPPER/case"], /UPPER\/case.*is not a repository/],
      [["--quay-repo", "https://quay.io/org/repo"], /begins with "https:\/\/"/],
      [["--pipeline-run-name", "no/name"], /"no\/name" as the name of a PipelineRun/],
      [["--pipeline-run-name", ""], /--pipeline-run-name is missing/],
      [["--deadline", "soon"], /"soon" is not a duration/],
      [["--deadline=-1h"], /"-1h" is not a duration/],
      [["--concurrency", "0"], /"0" is not a number from 1 to 64/],
      [["--concurrency", "65"], /"65" is not a number/],
      [["--compression", "lzma"], /gzip, zstd/],
      [["--timestamps", "yes"], /true, false/],
      [["--on-missing-logs", "ignore"], /warn, fail/],
      [["--output", "x.tar.gz", "--compression", "zstd"], /does not end as zstd does/],
      [["--kubeconfig", "/nowhere"], /\/nowhere/],
      [["--quay-rep", "x"], /Did you mean --quay-repo\?/],
    ];
    for (const [args, said] of wrong) {
      const { code, stderr, stdout } = await stage.export(...args);
      assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /\n\s+at /, "a stack");
      assert.equal(stdout, "");
    }
  });
});

Deno.test("without the Secret it is skipped, green and with empty results, or fails when asked to", () =>
  withStage(small(), { env: { SECRET_CREDENTIALS: "/nowhere/.dockerconfigjson" } }, async (stage) => {
    const none = ["--credentials-file", "", "--artifact-credentials-secret", "push-secret"];
    const skipped = await stage.export(...none);
    assert.equal(skipped.code, 0, skipped.stderr);
    assert.match(skipped.stderr, /skipped: nothing is exported, because .*Secret "push-secret" or its key/);
    assert.deepEqual(skipped.results, { LOG_ARTIFACT_TAG: "", LOG_ARTIFACT_REF: "" });
    const failed = await stage.export(...none, "--on-missing-credentials", "fail");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /could not export logs: .*push-secret/);
    assert.deepEqual(await tagsOf(stage), []);
  }));

Deno.test("a malformed Secret is wrong input, and nothing of it is shown", () =>
  withStage(small(), {}, async (stage) => {
    await Deno.writeTextFile(stage.credentials, `{"auths": {"quay.io": {"auth": "c2VjcmV0LXRleHQ`);
    const { code, stderr } = await stage.export();
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /c2VjcmV0/);
  }));

Deno.test("what is lost is told: a warning, or exit code 1 after everything else is pushed", () => {
  const sample = new SampleRun([
    { task: "kept", logs: { "step-a": "a\n" } },
    { task: "lost", logs: { "step-b": "b\n", "sidecar-c": "c\n" }, deleted: true },
  ]);
  return withStage(sample, {}, async (stage) => {
    const warned = await stage.export();
    assert.equal(warned.code, 0, warned.stderr);
    assert.match(warned.stderr, /warning: lost.*attempt 1, step-b: gone: the pod was deleted/);
    const failed = await stage.export("--on-missing-logs", "fail");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /2 are missing or not complete; the archive with the others is stored/);
    assert.ok(
      (await tagsOf(stage)).includes(failed.results["LOG_ARTIFACT_TAG"]!),
      "the results are there all the same",
    );
    await stage.export("--output", `${stage.folder}/out.tar.gz`);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    assert.deepEqual([...files.keys()].sort(), ["kept/1/step-a.log", "manifest.json", "status.json"]);
    const manifest = manifestIn(files);
    assert.equal(manifest.complete, false);
    const lost = manifest.logs.filter((log) => log.pipelineTask === "lost");
    assert.deepEqual(
      lost.map(({ path, container, bytes, complete, reason }) => [path, container, bytes, complete, reason]),
      [
        [undefined, "sidecar-c", 0, false, "gone"],
        [undefined, "step-b", 0, false, "gone"],
      ],
    );
  });
});

Deno.test("a deadline ends the wait: what runs on is exported as it is, and marked", () => {
  const sample = new SampleRun([
    { task: "quick", logs: { "step-a": "done\n" } },
    { task: "slow", logs: { "step-b": "still at it\n" }, running: true },
  ]);
  return withStage(sample, {}, async (stage) => {
    const { code, stderr } = await stage.export("--deadline", "50ms", "--output", `${stage.folder}/out.tar.gz`);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /run-slowx had not ended/);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    assert.equal(textIn(files, "slow/1/step-b.log"), "still at it\n");
    const manifest = manifestIn(files);
    assert.deepEqual([manifest.timedOut, manifest.complete, manifest.unfinished.map((run) => run.name)], [true, false, [
      "run-slowx",
    ]]);
    assert.equal(manifest.logs.find((log) => log.pipelineTask === "slow")?.reason, "running");
    const failed = await stage.export("--deadline", "50ms", "--on-missing-logs", "fail");
    assert.equal(failed.code, 1);
  });
});

Deno.test("the namespace is the param's, else the pod's, else the kubeconfig's", () =>
  withStage(small(), { env: { POD_NAMESPACE: "ns" }, api: { namespace: "elsewhere" } }, async (stage) => {
    const own = await stage.export("--namespace", "");
    assert.equal(own.code, 0, own.stderr);
    const given = await stage.export("--namespace", "other");
    assert.equal(given.code, 1);
    assert.match(given.stderr, /in namespace "other"/);
  }));

Deno.test("secrets in logs are masked, and told in the manifest without their values", () => {
  const token = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  const basic = btoa("robot:correct-horse");
  const sample = new SampleRun([{
    task: "build",
    logs: { "step-a": `token ${token}\nlogin ${basic}\nand correct-horse\nall well\n` },
  }]);
  return withStage(sample, {}, async (stage) => {
    const { code, stderr } = await stage.export("--output", `${stage.folder}/out.tar.gz`);
    assert.equal(code, 0, stderr);
    const files = await unpack(`${stage.folder}/out.tar.gz`);
    const log = textIn(files, "build/1/step-a.log");
    assert.match(log, /^token \[masked:[a-z-]+\]\nlogin \[masked:[a-z-]+\]\nand \[masked:[a-z-]+\]\nall well\n$/);
    const all = [...files.values()].map((bytes) => new TextDecoder().decode(bytes)).join();
    for (const secret of [token, basic, "correct-horse"]) assert.ok(!all.includes(secret), secret);
    const masked = manifestIn(files).logs[0]!.masked!;
    assert.equal(masked.reduce((sum, { count }) => sum + count, 0), 3);
  });
});

Deno.test("help needs no permission, and names every param, option, result and exit code", async () => {
  const script = new URL("../../scripts/export-pipeline-logs.ts", import.meta.url).pathname;
  const help = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", script, "--help"],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(help.stdout);
  assert.equal(help.code, 0, new TextDecoder().decode(help.stderr));
  for (const word of ["--quay-repo", "--output", "LOG_ARTIFACT_TAG", "LOG_ARTIFACT_REF", "Example", "Exit codes"]) {
    assert.ok(text.includes(word), word);
  }
});

Deno.test("a tag stays valid whatever the PipelineRun's name", () => {
  const at = new Date("2026-11-21T05:36:14.999Z");
  assert.equal(tagFor("release", at), "release-20261121053614-logs");
  const long = tagFor(`${"a".repeat(200)}.b`, at);
  assert.equal(long.length, 128);
  assert.ok(long.endsWith("a-20261121053614-logs"));
  assert.ok(isTag(long) && isTag(tagFor("with.dots-and", at)));
});
