import assert from "node:assert/strict";
import fc from "fast-check";
import { OciError } from "../../lib/oci/error.ts";
import { type Layout, openLayout } from "../../lib/oci/layout.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import type { Descriptor } from "../../lib/oci/target.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import { bytesSource } from "../../lib/streams/source.ts";

const encoder = new TextEncoder();
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

async function withLayout(test: (layout: Layout, directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    await test(await openLayout(directory, { create: true }), directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function blobOf(content: string): Descriptor {
  return { mediaType: "text/plain", digest: sha256Digest(content), size: encoder.encode(content).length };
}

async function push(layout: Layout, content: string): Promise<Descriptor> {
  await layout.pushBlob(blobOf(content), bytesSource(content));
  return blobOf(content);
}

async function pushManifest(layout: Layout, tag?: string, extra: Record<string, unknown> = {}): Promise<Descriptor> {
  const config = await push(layout, "{}");
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [], ...extra };
  return await layout.pushManifest(encoder.encode(JSON.stringify(manifest)), manifestType, tag);
}

const failsWith = (code: string, message: RegExp = /./) => (error: unknown) => {
  assert.ok(error instanceof OciError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

const tagsOf = (layout: Layout) => Array.fromAsync(layout.tags());
const readIndex = async (directory: string) => JSON.parse(await Deno.readTextFile(`${directory}/index.json`));

Deno.test("a new layout is what the image spec says", () =>
  withLayout(async (_layout, directory) => {
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${directory}/oci-layout`)), { imageLayoutVersion: "1.0.0" });
    assert.deepEqual(await readIndex(directory), { schemaVersion: 2, mediaType: indexType, manifests: [] });
    assert.ok((await Deno.stat(`${directory}/blobs/sha256`)).isDirectory);
    await openLayout(directory, { create: true });
    assert.deepEqual(Array.from(Deno.readDirSync(directory), (entry) => entry.name).sort(), [
      "blobs",
      "index.json",
      "oci-layout",
    ]);
  }));

Deno.test("what is no layout is refused, with what is missing", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await assert.rejects(openLayout(`${directory}/absent`), failsWith("oci/not-found", /has no file oci-layout/));
    await assert.rejects(openLayout(directory), failsWith("oci/not-found"));
    for (const text of ["", "{}", '{"imageLayoutVersion":"2.0.0"}', "[]"]) {
      await Deno.writeTextFile(`${directory}/oci-layout`, text);
      await assert.rejects(openLayout(directory), failsWith("oci/bad-manifest", /imageLayoutVersion 1\.0\.0/));
    }
    await Deno.writeTextFile(`${directory}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
    const layout = await openLayout(directory);
    for (const text of ["no json", "[]", '{"manifests":{}}', '{"manifests":[{"digest":"../../etc/passwd"}]}']) {
      await Deno.writeTextFile(`${directory}/index.json`, text);
      await assert.rejects(layout.resolve("v1"), failsWith("oci/bad-manifest"), text);
    }
    await Deno.remove(`${directory}/index.json`);
    await assert.rejects(layout.resolve("v1"), failsWith("oci/bad-manifest", /cannot be read/));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("blobs go in and out, and are verified on both ways", () =>
  withLayout(async (layout, directory) => {
    const content = "hello ".repeat(100_000);
    const blob = await push(layout, content);
    assert.equal(await layout.hasBlob(blob), true);
    assert.equal(await new Response(await layout.fetchBlob(blob)).text(), content);
    await layout.pushBlob(blob, { size: blob.size, open: () => assert.fail("it is there: nothing is read") });

    const lie = { ...blobOf("other"), size: 5 };
    await assert.rejects(layout.pushBlob(lie, bytesSource("wrong")), failsWith("oci/digest-mismatch"));
    await assert.rejects(layout.pushBlob({ ...lie, size: 4 }, bytesSource("other")), failsWith("oci/digest-mismatch"));
    await assert.rejects(layout.pushBlob({ ...lie, size: 6 }, bytesSource("other")), failsWith("oci/digest-mismatch"));
    assert.equal(await layout.hasBlob(lie), false);

    await Deno.writeTextFile(`${directory}/blobs/${blob.digest.replace(":", "/")}`, content.replace("hello", "hellO"));
    await assert.rejects(new Response(await layout.fetchBlob(blob)).text(), /digest/);
    await assert.rejects(layout.fetchBlob(blobOf("absent")), failsWith("oci/not-found", /no such blob/));
    for (const digest of ["sha256:../../../etc/passwd", "x", `sha256:${"A".repeat(64)}`]) {
      await assert.rejects(layout.fetchBlob({ ...blob, digest }), failsWith("oci/bad-reference", /is not a digest/));
    }
    assert.equal(Array.from(Deno.readDirSync(directory)).some((entry) => entry.name.startsWith(".partial")), false);
  }));

Deno.test("a source that fails leaves nothing behind, and its error is the one that is thrown", () =>
  withLayout(async (layout, directory) => {
    const source = {
      size: 5,
      open: () =>
        new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: () => Promise.reject(new Error("disk on fire")) }),
    };
    await assert.rejects(layout.pushBlob(blobOf("hello"), source), /disk on fire/);
    const abort = new AbortController();
    const endless = {
      size: 5,
      open: () => new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: () => abort.abort(new Error("enough")) }),
    };
    await assert.rejects(layout.pushBlob(blobOf("hello"), endless, { signal: abort.signal }), /enough/);
    assert.deepEqual(Array.from(Deno.readDirSync(directory), (entry) => entry.name).sort(), [
      "blobs",
      "index.json",
      "oci-layout",
    ]);
    assert.deepEqual(Array.from(Deno.readDirSync(`${directory}/blobs/sha256`)), []);
  }));

Deno.test("manifests by tag and digest; a tag moves, and the manifest it left stays", () =>
  withLayout(async (layout, directory) => {
    const first = await pushManifest(layout, "v1");
    const second = await pushManifest(layout, "v1", { annotations: { a: "b" } });
    await pushManifest(layout, "latest", { annotations: { a: "b" } });
    assert.equal((await layout.resolve("v1")).digest, second.digest);
    assert.deepEqual(await layout.resolve(first.digest), await layout.resolve(first.digest));
    const { descriptor, bytes } = await layout.fetchManifest(first.digest);
    assert.deepEqual([descriptor.digest, sha256Digest(bytes), descriptor.mediaType], [
      first.digest,
      first.digest,
      manifestType,
    ]);
    assert.deepEqual(await tagsOf(layout), ["latest", "v1"]);
    const { manifests } = await readIndex(directory);
    assert.deepEqual(
      manifests.map((entry: Descriptor) => [entry.digest, entry.annotations?.["org.opencontainers.image.ref.name"]]),
      [[first.digest, undefined], [second.digest, "v1"], [second.digest, "latest"]],
    );
    await assert.rejects(layout.resolve("v2"), failsWith("oci/not-found", /no such tag/));
    await assert.rejects(layout.fetchManifest(blobOf("x").digest), failsWith("oci/not-found"));
  }));

Deno.test("deleting: a tag alone, or a manifest with its tags; what is absent is no error", () =>
  withLayout(async (layout) => {
    const manifest = await pushManifest(layout, "v1");
    await pushManifest(layout, "v2");
    await layout.deleteManifest("v1");
    await layout.deleteManifest("v1");
    assert.deepEqual(await tagsOf(layout), ["v2"]);
    await layout.deleteManifest("v2");
    assert.equal((await layout.resolve(manifest.digest)).digest, manifest.digest);
    await layout.deleteManifest(manifest);
    await layout.deleteManifest(manifest.digest);
    await assert.rejects(layout.resolve(manifest.digest), failsWith("oci/not-found"));
    const blob = await push(layout, "x");
    await layout.deleteBlob(blob);
    await layout.deleteBlob(blob);
    assert.equal(await layout.hasBlob(blob), false);
  }));

Deno.test("a manifest that cannot be right is refused", () =>
  withLayout(async (layout) => {
    const bytes = (value: unknown) => encoder.encode(JSON.stringify(value));
    const absent = blobOf("absent");
    await assert.rejects(
      layout.pushManifest(encoder.encode("x"), manifestType),
      failsWith("oci/bad-manifest", /not JSON/),
    );
    await assert.rejects(
      layout.pushManifest(bytes({ schemaVersion: 2, mediaType: indexType, manifests: [] }), manifestType),
      failsWith("oci/bad-manifest", /is sent as/),
    );
    await assert.rejects(
      layout.pushManifest(bytes({ schemaVersion: 2, config: absent, layers: [] }), manifestType),
      failsWith("oci/not-found", new RegExp(absent.digest)),
    );
    const big = new Uint8Array(4 * 1024 * 1024 + 1).fill(32);
    await assert.rejects(layout.pushManifest(big, manifestType), failsWith("oci/bad-manifest", /more than 4194304/));
  }));

Deno.test("a damaged manifest is noticed", () =>
  withLayout(async (layout, directory) => {
    const manifest = await pushManifest(layout, "v1");
    const path = `${directory}/blobs/${manifest.digest.replace(":", "/")}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("2", "3"));
    await assert.rejects(layout.fetchManifest("v1"), failsWith("oci/digest-mismatch"));
    await Deno.writeTextFile(path, `${text} `);
    await assert.rejects(layout.fetchManifest("v1"), failsWith("oci/digest-mismatch"));
    await Deno.remove(path);
    await assert.rejects(layout.fetchManifest("v1"), failsWith("oci/not-found"));
  }));

Deno.test("referrers are found wherever they stand, also those that only an index refers to", () =>
  withLayout(async (layout, directory) => {
    const subject = await pushManifest(layout, "v1");
    const logs = await pushManifest(layout, undefined, {
      subject,
      artifactType: "application/vnd.logs",
      annotations: { a: "b" },
    });
    const nested = await pushManifest(layout, undefined, { subject, artifactType: "application/vnd.nested" });
    await layout.pushManifest(
      encoder.encode(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [nested] })),
      indexType,
      "index",
    );
    // As other tools write a layout: the members of an index have no entry of their own.
    const index = await readIndex(directory);
    index.manifests = index.manifests.filter((entry: Descriptor) => entry.digest !== nested.digest);
    await Deno.writeTextFile(`${directory}/index.json`, JSON.stringify(index));
    const all = await layout.referrers(subject.digest);
    assert.deepEqual(all.map((entry) => entry.digest).sort(), [logs.digest, nested.digest].sort());
    assert.deepEqual(await layout.referrers(subject.digest, { artifactType: "application/vnd.logs" }), [{
      mediaType: manifestType,
      digest: logs.digest,
      size: logs.size,
      artifactType: "application/vnd.logs",
      annotations: { a: "b" },
    }]);
    assert.equal((await layout.resolve(nested.digest)).mediaType, manifestType);
    assert.deepEqual(await layout.referrers(logs.digest), []);
  }));

Deno.test("fields and entries of other tools survive a change", () =>
  withLayout(async (layout, directory) => {
    const manifest = await pushManifest(layout);
    const foreign = {
      schemaVersion: 2,
      annotations: { "com.example": "kept" },
      manifests: [{
        ...manifest,
        platform: { os: "linux", architecture: "s390x" },
        annotations: { "org.opencontainers.image.ref.name": "docker.io/library/x:1", "io.containerd": "y" },
      }],
    };
    await Deno.writeTextFile(`${directory}/index.json`, JSON.stringify(foreign));
    await pushManifest(layout, "v2", { annotations: { a: "b" } });
    const index = await readIndex(directory);
    assert.deepEqual(index.annotations, foreign.annotations);
    assert.deepEqual(index.manifests[0], foreign.manifests[0]);
    assert.equal((await layout.resolve("docker.io/library/x:1")).digest, manifest.digest);
    assert.deepEqual(await tagsOf(layout), ["v2"], "a name that is no tag is not listed as one");
  }));

Deno.test("a reader always sees a whole index while others write", () =>
  withLayout(async (layout, directory) => {
    let writing = true;
    const reading = (async () => {
      for (let reads = 0; writing; reads++) {
        const fresh = await openLayout(directory);
        for (const tag of await tagsOf(fresh)) await fresh.fetchManifest(tag);
      }
    })();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => pushManifest(layout, `v${i}`, { annotations: { i: String(i) } })),
    );
    writing = false;
    await reading;
    assert.equal((await tagsOf(layout)).length, 40);
  }));

Deno.test("several processes write to one layout without losing each other's tags", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const module = new URL("../../lib/oci/layout.ts", import.meta.url).href;
    const program = `
      import { openLayout } from ${JSON.stringify(module)};
      const [directory, name] = Deno.args;
      const layout = await openLayout(directory, { create: true });
      for (let i = 0; i < 15; i++) {
        const manifest = JSON.stringify({ schemaVersion: 2, mediaType: "${indexType}", manifests: [], annotations: { by: name, i: String(i) } });
        await layout.pushManifest(new TextEncoder().encode(manifest), "${indexType}", name + "-" + i);
      }`;
    const file = `${directory}/writer.ts`;
    await Deno.writeTextFile(file, program);
    const codes = await Promise.all(["a", "b", "c"].map(async (name) => {
      const args = [
        "run",
        "--quiet",
        "--no-check",
        `--allow-read`,
        `--allow-write=${directory}`,
        file,
        `${directory}/layout`,
        name,
      ];
      const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
      return `${code}${new TextDecoder().decode(stderr)}`;
    }));
    assert.deepEqual(codes, ["0", "0", "0"]);
    assert.equal((await tagsOf(await openLayout(`${directory}/layout`))).length, 45);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a writer that was killed blocks nobody, and its partial file goes when it is old", () =>
  withLayout(async (layout, directory) => {
    const old = `${directory}/.partial-old`;
    const young = `${directory}/.partial-young`;
    await Deno.writeTextFile(old, "half");
    await Deno.writeTextFile(young, "half");
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    await Deno.utime(old, yesterday, yesterday);
    await openLayout(directory, { create: true });
    const names = Array.from(Deno.readDirSync(directory), (entry) => entry.name);
    assert.deepEqual([names.includes(".partial-old"), names.includes(".partial-young")], [false, true]);
    await pushManifest(layout, "v1");
    assert.deepEqual(await tagsOf(layout), ["v1"]);
  }));

Deno.test("waiting for another writer ends with the signal", () =>
  withLayout(async (layout, directory) => {
    using holder = await Deno.open(`${directory}/oci-layout`, { read: true });
    await holder.lock(true);
    const signal = AbortSignal.timeout(30);
    const manifest = encoder.encode(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] }));
    await assert.rejects(layout.pushManifest(manifest, indexType, "v1", { signal }), { name: "TimeoutError" });
    await holder.unlock();
    await layout.pushManifest(manifest, indexType, "v1");
    assert.deepEqual(await tagsOf(layout), ["v1"]);
  }));

Deno.test("any sequence of tagging and deleting leaves what a simple model says", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          action: fc.constantFrom("put", "untag", "delete"),
          tag: fc.constantFrom(undefined, "a", "b", "c"),
          content: fc.integer({ min: 0, max: 2 }),
        }),
        { maxLength: 14 },
      ),
      (steps) =>
        withLayout(async (layout) => {
          const tags = new Map<string, string>();
          const digests = new Set<string>();
          for (const { action, tag, content } of steps) {
            const manifest = JSON.stringify({
              schemaVersion: 2,
              mediaType: indexType,
              manifests: [],
              annotations: { c: String(content) },
            });
            const digest = sha256Digest(manifest);
            if (action === "put") {
              await layout.pushManifest(encoder.encode(manifest), indexType, tag);
              digests.add(digest);
              if (tag !== undefined) tags.set(tag, digest);
            } else if (action === "untag" && tag !== undefined) {
              await layout.deleteManifest(tag);
              tags.delete(tag);
            } else if (action === "delete") {
              await layout.deleteManifest(digest);
              digests.delete(digest);
              for (const [name, of] of [...tags]) if (of === digest) tags.delete(name);
            }
          }
          assert.deepEqual(await tagsOf(layout), [...tags.keys()].sort());
          for (const [tag, digest] of tags) assert.equal((await layout.resolve(tag)).digest, digest);
          const { entries } = await layout.index.read();
          assert.deepEqual(new Set(entries.map((entry) => entry.digest)), digests);
          // No entry says less than another one: an untagged entry stands only for what has no tag.
          assert.equal(
            entries.length,
            tags.size + [...digests].filter((digest) => ![...tags.values()].includes(digest)).length,
          );
        }),
    ),
    { numRuns: 60 },
  ));

Deno.test("a folder of the embedded registry is a layout for others, and the other way round", async () => {
  await using registry = await serveRegistry();
  const layout = await openLayout(`${registry.directory}/org+repo`, { create: true });
  const manifest = await pushManifest(layout, "v1");
  const answer = await fetch(`http://${registry.address}/v2/org/repo/manifests/v1`);
  await answer.body?.cancel();
  assert.equal(answer.headers.get("docker-content-digest"), manifest.digest);
  const body = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] });
  const headers = { "content-type": indexType };
  const put = await fetch(`http://${registry.address}/v2/org/repo/manifests/v2`, { method: "PUT", body, headers });
  await put.body?.cancel();
  assert.deepEqual(await tagsOf(layout), ["v1", "v2"]);
});
