import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { openLayout } from "../../lib/oci/layout.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import type { Descriptor } from "../../lib/oci/target.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { onPath } from "../task/tools.ts";

// The tools of the field against the embedded registry and its layouts: what they write we read, and back.

const oras = onPath("oras");
const crane = onPath("crane");
const skopeo = onPath("skopeo");
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const encoder = new TextEncoder();
const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

interface Bench {
  /** The registry's host and port. */
  readonly address: string;
  /** The registry's folder. */
  readonly store: string;
  /** A folder for files. */
  readonly dir: string;
  /** Runs a tool; gives its stdout, and fails with its stderr. */
  readonly run: (program: string | undefined, ...args: string[]) => Promise<string>;
}

async function withBench(test: (bench: Bench) => Promise<void>) {
  const dir = await Deno.makeTempDir();
  await using registry = await serveRegistry();
  try {
    await test({
      address: registry.address,
      store: registry.directory,
      dir,
      run: async (program, ...args) => {
        const { code, stdout, stderr } = await new Deno.Command(program!, {
          args,
          cwd: dir,
          // No configuration of whoever runs the tests.
          env: { HOME: dir, DOCKER_CONFIG: dir, XDG_RUNTIME_DIR: dir },
        }).output();
        assert.equal(code, 0, `${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
        return new TextDecoder().decode(stdout).trim();
      },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** A layout with a small image that every tool takes for one; its manifest. */
async function imageLayout(directory: string, tag: string): Promise<Descriptor> {
  const layout = await openLayout(directory, { create: true });
  const tar = new Uint8Array(10_240);
  const layer = new Uint8Array(gzipSync(tar));
  const config = encoder.encode(JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
  }));
  const push = async (bytes: Uint8Array<ArrayBuffer>, mediaType: string) => {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await layout.pushBlob(descriptor, bytesSource(bytes));
    return descriptor;
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: await push(config, "application/vnd.oci.image.config.v1+json"),
    layers: [await push(layer, "application/vnd.oci.image.layer.v1.tar+gzip")],
  };
  return await layout.pushManifest(encoder.encode(JSON.stringify(manifest)), manifestType, tag);
}

Deno.test({
  name: "oras: push, pull, attach, discover, copy, tags, blobs, delete",
  ignore: oras === undefined,
  fn: () =>
    withBench(async ({ address, dir, run }) => {
      const at = `${address}/org/logs`;
      await Deno.writeTextFile(`${dir}/small.txt`, "small");
      await Deno.writeFile(`${dir}/large.bin`, new Uint8Array(9_000_000).map((_, i) => (i * 31) % 253));
      await run(
        oras,
        "push",
        "--plain-http",
        `${at}:v1,latest`,
        "--artifact-type",
        "application/vnd.logs",
        "small.txt",
        "large.bin",
      );
      assert.equal(await run(oras, "repo", "tags", "--plain-http", at), "latest\nv1");
      assert.equal(await run(oras, "repo", "ls", "--plain-http", address), "org/logs");
      await run(oras, "attach", "--plain-http", `${at}:v1`, "--artifact-type", "application/vnd.status", "small.txt");
      const tree = JSON.parse(await run(oras, "discover", "--plain-http", "--format", "json", `${at}:v1`));
      const [referrer] = tree.referrers ?? tree.manifests;
      assert.equal(referrer.artifactType, "application/vnd.status");

      await run(oras, "copy", "-r", "--from-plain-http", "--to-plain-http", `${at}:v1`, `${address}/copy:v1`);
      await run(oras, "pull", "--plain-http", "-o", "back", `${address}/copy:v1`);
      assert.deepEqual(await Deno.readFile(`${dir}/back/large.bin`), await Deno.readFile(`${dir}/large.bin`));
      const copied = await run(oras, "discover", "--plain-http", "--format", "json", `${address}/copy:v1`);
      assert.ok(copied.includes(referrer.digest), "the referrer came along");

      const manifest = JSON.parse(await run(oras, "manifest", "fetch", "--plain-http", `${at}:v1`));
      const [layer] = manifest.layers;
      assert.equal(await run(oras, "blob", "fetch", "--plain-http", "--output", "-", `${at}@${layer.digest}`), "small");
      await run(oras, "tag", "--plain-http", `${at}:v1`, "v2");
      await run(oras, "manifest", "delete", "--plain-http", "--force", `${at}:v1`);
      assert.equal(await run(oras, "repo", "tags", "--plain-http", at), "", "with the manifest went all its tags");
    }),
});

Deno.test({
  name: "oras: what it writes into a layout we read, what we write it reads",
  ignore: oras === undefined,
  fn: () =>
    withBench(async ({ address, store, dir, run }) => {
      await Deno.writeTextFile(`${dir}/a.txt`, "hello from oras");
      await run(oras, "push", "--oci-layout", "theirs:v1", "--artifact-type", "application/vnd.logs", "a.txt");
      await run(oras, "attach", "--oci-layout", "theirs:v1", "--artifact-type", "application/vnd.status", "a.txt");
      const theirs = await openLayout(`${dir}/theirs`);
      const { bytes, descriptor } = await theirs.fetchManifest("v1");
      const [layer] = JSON.parse(new TextDecoder().decode(bytes)).layers;
      assert.equal(await new Response(await theirs.fetchBlob(layer)).text(), "hello from oras");
      assert.deepEqual(await Array.fromAsync(theirs.tags()), ["v1"]);
      assert.equal((await theirs.referrers(descriptor.digest))[0]?.artifactType, "application/vnd.status");

      // Our change of their layout is theirs to read.
      await theirs.pushManifest(bytes, descriptor.mediaType, "v2");
      assert.equal(await run(oras, "repo", "tags", "--oci-layout", "theirs"), "v1\nv2");
      await run(oras, "pull", "--oci-layout", "-o", "back", "theirs:v2");
      assert.equal(await Deno.readTextFile(`${dir}/back/a.txt`), "hello from oras");

      await run(oras, "copy", "-r", "--from-oci-layout", "--to-plain-http", "theirs:v1", `${address}/org/repo:v1`);
      await run(oras, "copy", "-r", "--from-plain-http", "--to-oci-layout", `${address}/org/repo:v1`, "again:v1");
      assert.equal((await (await openLayout(`${dir}/again`)).resolve("v1")).digest, descriptor.digest);
      const discovered = await run(oras, "discover", "--oci-layout", "--format", "json", `${store}/org+repo:v1`);
      assert.ok(discovered.includes("application/vnd.status"), "the registry's folder is a layout, too");
    }),
});

Deno.test({
  name: "crane: push, pull, digest, ls, copy, tag, mutate, append, validate, delete",
  ignore: crane === undefined,
  fn: () =>
    withBench(async ({ address, dir, run }) => {
      const image = `${address}/org/image`;
      const manifest = await imageLayout(`${dir}/layout`, "v1");
      await run(crane, "push", "--insecure", "layout", `${image}:v1`);
      assert.equal(await run(crane, "digest", "--insecure", `${image}:v1`), manifest.digest);
      await run(crane, "validate", "--insecure", "--remote", `${image}:v1`);
      await run(crane, "tag", "--insecure", `${image}:v1`, "v2");
      await run(crane, "copy", "--insecure", `${image}:v1`, `${address}/elsewhere/image:v1`);
      assert.equal(await run(crane, "ls", "--insecure", image), "v1\nv2");
      assert.equal(await run(crane, "catalog", "--insecure", address), "elsewhere/image\norg/image");
      await run(crane, "mutate", "--insecure", `${image}:v1`, "--label", "a=b", "-t", `${image}:labelled`);
      assert.match(await run(crane, "config", "--insecure", `${image}:labelled`), /"a":"b"/);
      await Deno.writeFile(`${dir}/layer.tar`, new Uint8Array(20_480));
      await run(crane, "append", "--insecure", "-b", `${image}:v1`, "-f", "layer.tar", "-t", `${image}:appended`);
      await run(crane, "pull", "--insecure", "--format", "oci", `${image}:appended`, "back");
      assert.equal((await Array.fromAsync(Deno.readDir(`${dir}/back/blobs/sha256`))).length, 4);
      await run(
        crane,
        "index",
        "append",
        "--insecure",
        "-m",
        `${image}:v1`,
        "-m",
        `${image}:appended`,
        "-t",
        `${image}:all`,
      );
      assert.match(await run(crane, "manifest", "--insecure", `${image}:all`), /"manifests"/);
      await run(crane, "delete", "--insecure", `${image}:v2`);
      assert.equal(await run(crane, "ls", "--insecure", image), "all\nappended\nlabelled\nv1");
      await run(crane, "delete", "--insecure", `${image}@${manifest.digest}`);
      assert.equal(await run(crane, "ls", "--insecure", image), "all\nappended\nlabelled");
    }),
});

Deno.test({
  name: "skopeo: copy between layouts and the registry, inspect, list-tags, delete",
  ignore: skopeo === undefined,
  fn: () =>
    withBench(async ({ address, store, dir, run }) => {
      const image = `docker://${address}/org/image`;
      const manifest = await imageLayout(`${dir}/layout`, "v1");
      const copy = (...args: string[]) => run(skopeo, "--insecure-policy", "copy", "--quiet", ...args);
      await copy("--dest-tls-verify=false", "oci:layout:v1", `${image}:v1`);
      await copy("--dest-tls-verify=false", "--format", "v2s2", "oci:layout:v1", `${image}:docker`);
      const raw = await run(skopeo, "inspect", "--tls-verify=false", "--raw", `${image}:v1`);
      assert.equal(digestOf(raw), manifest.digest);
      const inspected = JSON.parse(await run(skopeo, "inspect", "--tls-verify=false", `${image}:v1`));
      assert.deepEqual([inspected.Digest, inspected.RepoTags], [manifest.digest, ["docker", "v1"]]);
      const docker = JSON.parse(await run(skopeo, "inspect", "--tls-verify=false", "--raw", `${image}:docker`));
      assert.equal(docker.mediaType, "application/vnd.docker.distribution.manifest.v2+json");
      const tags = JSON.parse(await run(skopeo, "list-tags", "--tls-verify=false", image));
      assert.deepEqual(tags.Tags, ["docker", "v1"]);

      await copy("--src-tls-verify=false", `${image}:v1`, "oci:theirs:v1");
      const theirs = await openLayout(`${dir}/theirs`);
      assert.equal((await theirs.resolve("v1")).digest, manifest.digest);
      const fetched = await theirs.fetchManifest("v1");
      await theirs.pushManifest(fetched.bytes, manifestType, "v2");
      await copy("oci:theirs:v2", "oci:third:v2");
      await copy(`oci:${store}/org+image:v1`, "oci:third:v1");
      assert.deepEqual(await Array.fromAsync((await openLayout(`${dir}/third`)).tags()), ["v1", "v2"]);

      await run(skopeo, "delete", "--tls-verify=false", `${image}:v1`);
      const left = JSON.parse(await run(skopeo, "list-tags", "--tls-verify=false", image));
      assert.deepEqual(left.Tags, ["docker"]);
    }),
});

Deno.test({
  name: "an index of several platforms goes through all of them unchanged",
  ignore: oras === undefined || crane === undefined || skopeo === undefined,
  fn: () =>
    withBench(async ({ address, dir, run }) => {
      const manifest = await imageLayout(`${dir}/layout`, "one");
      const layout = await openLayout(`${dir}/layout`);
      const index = encoder.encode(JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [{ ...manifest, platform: { os: "linux", architecture: "amd64" } }],
      }));
      const { digest } = await layout.pushManifest(index, indexType, "all");
      await run(
        skopeo,
        "--insecure-policy",
        "copy",
        "--quiet",
        "--all",
        "--preserve-digests",
        "--dest-tls-verify=false",
        "oci:layout:all",
        `docker://${address}/a:all`,
      );
      await run(crane, "copy", "--insecure", `${address}/a:all`, `${address}/b:all`);
      await run(oras, "copy", "--from-plain-http", "--to-oci-layout", `${address}/b:all`, "back:all");
      const back = await openLayout(`${dir}/back`);
      assert.equal((await back.resolve("all")).digest, digest);
      assert.equal((await back.fetchManifest(manifest.digest)).descriptor.mediaType, manifestType);
    }),
});
