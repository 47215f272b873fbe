/**
 * The StepAction secure-push-oci through its front door: processes with the permissions it declares, real registries,
 * the real oras.
 * @module
 */
import assert from "node:assert/strict";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { stepAction } from "../../scripts/secure-push-oci.ts";
import { distribution, files, oras, output } from "../record/tools.ts";
import { type Ended, permissionFlags, run, start, withFolder } from "./step.ts";

const flags = permissionFlags(stepAction);
const password = "correct-horse-battery";
const key = "oci-storage-dockerconfigjson";

/** A mounted Secret with credentials for a registry. */
async function mountSecret(folder: string, address: string, secret = password): Promise<string> {
  await Deno.mkdir(`${folder}/secret`, { recursive: true });
  const config = { auths: { [address]: { auth: btoa(`robot:${secret}`) } } };
  await Deno.writeTextFile(`${folder}/secret/${key}`, JSON.stringify(config));
  return `${folder}/secret/${key}`;
}

/** Runs the step as its YAML does. */
function step(params: Record<string, string>, secret = "/secrets/credentials/absent"): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries({
      "credentials-volume-name": "credentials-volume",
      "credentials-volume-key": key,
      "oci-tag-expiration": "1y",
      "always-pass": "false",
      ...params,
    }).map(([name, value]) => [`PARAM_${name.replaceAll("-", "_").toUpperCase()}`, value]),
  );
  return run("secure-push-oci", { flags, env: { ...env, SECRET_CREDENTIALS: secret } });
}

Deno.test({
  name: "a folder is pushed with the Secret's credentials, masked, and the real oras gives it back",
  ignore: oras === undefined,
  fn: () =>
    withFolder(async (folder) => {
      await using registry = await serveRegistry({ auth: { scheme: "token", users: { robot: password } } });
      const secret = await mountSecret(folder, registry.address);
      await Deno.writeTextFile(`${folder}/secret/other-key`, "another-mounted-value");
      await Deno.mkdir(`${folder}/work/sub`, { recursive: true });
      await Deno.writeTextFile(`${folder}/work/pipeline-status.json`, '{"ok":true}\n');
      await Deno.writeTextFile(
        `${folder}/work/sub/log.txt`,
        `login ${password}\n${btoa(password)}\nanother-mounted-value\nfine\n`,
      );
      await Deno.writeFile(`${folder}/work/core`, new Uint8Array([0, ...new TextEncoder().encode(password)]));
      const reference = `${registry.address}/org/status:run-1`;
      const { code, stdout, stderr } = await step({ "workdir-path": `${folder}/work`, "oci-ref": reference }, secret);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /sub\/log\.txt: masked 3 secrets \(secret-value\)/);
      assert.match(stderr, /core: left out, because it is binary and holds secret-value \(1\)/);
      assert.match(stderr, /pushed 2 files to \S+\/org\/status:run-1, sha256:[0-9a-f]{64}/);
      for (const value of [password, btoa(`robot:${password}`), "another-mounted-value"]) {
        assert.ok(!stderr.includes(value));
      }
      const login = ["--plain-http", "--username", "robot", "--password", password];
      await output(oras!, ["pull", ...login, "--output", `${folder}/out`, reference]);
      assert.deepEqual(await files(`${folder}/out`), {
        "pipeline-status.json": '{"ok":true}\n',
        "sub/log.txt": "login [masked:secret-value]\n[masked:secret-value]\n[masked:secret-value]\nfine\n",
      });
      const manifest = JSON.parse(await output(oras!, ["manifest", "fetch", ...login, reference]));
      assert.deepEqual(manifest.annotations, {
        "org.opencontainers.image.title": "Artifact storage for pipelinerun: run-1",
        "quay.expires-after": "1y",
      });
    }),
});

Deno.test("missing credentials: it says so and ends well, or fails where that is asked for", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/empty`, "");
    const params = { "workdir-path": folder, "oci-ref": "127.0.0.1:1/r:t" };
    for (const secret of [`${folder}/absent`, `${folder}/empty`]) {
      const skipped = await step(params, secret);
      assert.equal(skipped.code, 0);
      assert.match(
        skipped.stderr,
        /warning: skipped: nothing is pushed to 127\.0\.0\.1:1\/r:t.*no registry credentials/,
      );
    }
    const failed = await step(
      { ...params, "on-missing-credentials": "fail", "always-pass": "true" },
      `${folder}/absent`,
    );
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /error: could not push to 127\.0\.0\.1:1\/r:t: there are no registry credentials/);
  }));

Deno.test("bad input is told in one message with its exit code, and always-pass turns it into a loud warning", () =>
  withFolder(async (folder) => {
    await using registry = await serveRegistry({ auth: { users: { robot: password } } });
    const good = await mountSecret(folder, registry.address);
    await Deno.writeTextFile(`${folder}/malformed`, '{"auths": {"x": nonsense-with-a-value');
    await Deno.mkdir(`${folder}/work`);
    await Deno.writeTextFile(`${folder}/work/a`, "a");
    const reference = `${registry.address}/r:t`;
    const cases: [params: Record<string, string>, secret: string, code: number, message: RegExp][] = [
      [{ "oci-ref": "Not A Reference" }, good, 2, /white space/],
      [{ "oci-ref": `${registry.address}/r` }, good, 2, /it has no tag/],
      [{ "oci-ref": reference, subject: "quay.io/other/repo:1" }, good, 2, /not in the repository/],
      [{ "oci-ref": reference, "workdir-path": `${folder}/absent` }, good, 2, /it is not there/],
      [{ "oci-ref": reference }, `${folder}/malformed`, 2, /malformed/],
      [
        { "oci-ref": reference },
        await mountSecret(`${folder}/wrong`, registry.address, "wrong-password"),
        1,
        /401|refused/i,
      ],
      [{ "oci-ref": reference }, await mountSecret(`${folder}/else`, "quay.io"), 1, /quay\.io/],
    ];
    const results = await Promise.all(cases.map(async ([params, secret, code, message]) => {
      const strict = await step({ "workdir-path": `${folder}/work`, ...params }, secret);
      assert.equal(strict.code, code, strict.stderr);
      assert.match(strict.stderr, message);
      assert.equal(strict.stderr.match(/^error: /gm)?.length, 1, strict.stderr);
      assert.ok(!/wrong-password|nonsense-with-a-value|\n {4}at /.test(strict.stderr), strict.stderr);
      return strict;
    }));
    assert.equal(results.length, cases.length);
    const lenient = await step(
      { "workdir-path": `${folder}/work`, "oci-ref": "Not A Reference", "always-pass": "true" },
      good,
    );
    assert.equal(lenient.code, 0);
    assert.match(lenient.stderr, /error: could not .*white space/s);
    assert.match(lenient.stderr, /warning: NOT PUSHED to Not A Reference; the step passes all the same/);
  }));

Deno.test("an empty folder is nothing to push, which is said", () =>
  withFolder(async (folder) => {
    const secret = await mountSecret(`${folder}/s`, "127.0.0.1:1");
    await Deno.mkdir(`${folder}/work`);
    const { code, stderr } = await step({ "workdir-path": `${folder}/work`, "oci-ref": "127.0.0.1:1/r:t" }, secret);
    assert.equal(code, 0);
    assert.match(stderr, /warning: nothing is pushed: there are no files/);
  }));

Deno.test("SIGTERM during an upload ends it with 143 and nothing under the tag", () =>
  withFolder(async (folder) => {
    let hanging = () => {};
    const hangs = new Promise<void>((resolve) => hanging = resolve);
    await using registry = await serveRegistry({
      faults: ({ method, kind }) => {
        if (kind !== "upload" || (method !== "PUT" && method !== "PATCH")) return undefined;
        hanging();
        return { hang: true };
      },
    });
    const secret = await mountSecret(`${folder}/s`, registry.address);
    await Deno.mkdir(`${folder}/work`);
    await Deno.writeTextFile(`${folder}/work/a`, "a");
    const reference = `${registry.address}/r:t`;
    const child = start("secure-push-oci", {
      flags,
      env: {
        PARAM_WORKDIR_PATH: `${folder}/work`,
        PARAM_OCI_REF: reference,
        PARAM_CREDENTIALS_VOLUME_NAME: "v",
        SECRET_CREDENTIALS: secret,
      },
    });
    await hangs;
    child.kill("SIGTERM");
    const { code, stderr } = await child.ended;
    // Although always-pass is true: nobody must take a step that was stopped for one that is done.
    assert.equal(code, 143, stderr);
    const answer = await fetch(`http://${registry.address}/v2/r/manifests/t`);
    assert.equal(answer.status, 404);
    await answer.body?.cancel();
  }));

Deno.test("--help needs no permission, and an unknown option is an error of usage", async () => {
  const help = await run("secure-push-oci", { flags: [], args: ["--help"] });
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /--workdir-path VALUE/);
  const typo = await run("secure-push-oci", { args: ["--workdirpath", "x"] });
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /Did you mean --workdir-path\?/);
});

/** Several processes, each pushing files of its own to one tag, again and again; then all must be there. */
async function contend(address: string, folder: string, writers: number, rounds: number): Promise<void> {
  const secret = await mountSecret(folder, address);
  const reference = `${address}/contended:t`;
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let round = 0; round < rounds; round++) {
      const work = `${folder}/${writer}-${round}`;
      await Deno.mkdir(work);
      await Deno.writeTextFile(`${work}/w${writer}-r${round}.txt`, `${writer} ${round}`);
      await Deno.writeTextFile(`${work}/newest-of-${writer}.txt`, String(round));
      const { code, stderr } = await step({ "workdir-path": work, "oci-ref": reference }, secret);
      assert.equal(code, 0, stderr);
    }
  }));
  const { layers } = await (await fetch(`http://${reference.replace("/contended:t", "/v2/contended/manifests/t")}`, {
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  })).json();
  const expected = Array.from({ length: writers }, (_, writer) => [
    `newest-of-${writer}.txt`,
    ...Array.from({ length: rounds }, (_, round) => `w${writer}-r${round}.txt`),
  ]).flat();
  const titles = layers.map((layer: { annotations: Record<string, string> }) =>
    layer.annotations["org.opencontainers.image.title"]
  );
  assert.deepEqual(titles.sort(), expected.sort());
}

Deno.test("processes that push to one tag at once lose none of each other's files", () =>
  withFolder(async (folder) => {
    await using registry = await serveRegistry();
    await contend(registry.address, folder, 2, 3);
  }));

Deno.test({
  name: "nor do they on the registry of the distribution project",
  ignore: distribution === undefined,
  fn: () =>
    withFolder(async (folder) => {
      // It prints no port of its own choosing: take a free one.
      const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = probe.addr as Deno.NetAddr;
      probe.close();
      await Deno.writeTextFile(
        `${folder}/config.yml`,
        `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/registry}}\n` +
          `http: {addr: "127.0.0.1:${port}"}\n`,
      );
      const server = new Deno.Command(distribution!, {
        args: ["serve", `${folder}/config.yml`],
        env: { OTEL_TRACES_EXPORTER: "none" },
        stdout: "null",
        stderr: "null",
      }).spawn();
      try {
        for (let tries = 0;; tries++) {
          try {
            await (await fetch(`http://127.0.0.1:${port}/v2/`)).body?.cancel();
            break;
          } catch (error) {
            if (tries > 100) throw error;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        }
        await contend(`127.0.0.1:${port}`, folder, 4, 1);
      } finally {
        server.kill("SIGKILL");
        await server.status;
      }
    }),
});
