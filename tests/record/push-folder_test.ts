/**
 * Files into the artifact under a tag: beside what is there, without losing another writer's, and never by halves.
 * On image layouts, and on registries that break at the socket; what comes out is pulled with the real oras.
 * @module
 */
import assert from "node:assert/strict";
import { openRepository } from "../../lib/oci/client.ts";
import { openLayout } from "../../lib/oci/layout.ts";
import { canonicalJson, emptyDescriptor, mediaTypes } from "../../lib/oci/manifest.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import type { Descriptor, Target } from "../../lib/oci/target.ts";
import { pushFolder, type PushFolderOptions } from "../../lib/record/push-folder.ts";
import type { OutgoingFile } from "../../lib/record/outgoing.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { files, oras, output } from "./tools.ts";

function file(title: string, content: string): OutgoingFile {
  const source = bytesSource(content);
  const digest = sha256Digest(content);
  return { title, digest, size: source.size, mediaType: "text/plain", source, findings: [] };
}

const push = (target: Target, list: OutgoingFile[], more: Partial<PushFolderOptions> = {}) =>
  pushFolder(target, { tag: "t", files: list, annotations: {}, settleMs: 20, ...more });

/** The files under the tag, path → content. */
async function contents(target: Target, tag = "t"): Promise<Record<string, string>> {
  const { bytes } = await target.fetchManifest(tag);
  const { layers } = JSON.parse(new TextDecoder().decode(bytes)) as { layers: Descriptor[] };
  const found: Record<string, string> = {};
  for (const layer of layers) {
    const title = layer.annotations?.["org.opencontainers.image.title"] ?? "";
    found[title] = await new Response(await target.fetchBlob(layer)).text();
  }
  return found;
}

async function withLayout(use: (target: Target, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(await openLayout(folder, { create: true }), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a new tag, a second push beside it, the same once more", () =>
  withLayout(async (target) => {
    const first = await push(target, [file("a", "1"), file("b/c", "2")]);
    assert.equal(first.writes, 1);
    const second = await push(target, [file("d", "3"), file("a", "4")]);
    assert.deepEqual(await contents(target), { a: "4", "b/c": "2", d: "3" });
    const third = await push(target, [file("d", "3")]);
    assert.deepEqual(third, { descriptor: second.descriptor, writes: 0 });
  }));

/** The target, whose tag another writer overwrites without knowing, right after each of the given writes of ours. */
function contested(target: Target, overwrite: (write: number) => Promise<void>): Target {
  let writes = 0;
  return new Proxy(target, {
    get(of, key) {
      const value: unknown = Reflect.get(of, key);
      if (typeof value !== "function") return value;
      if (key !== "pushManifest") return value.bind(of);
      return async (...args: Parameters<Target["pushManifest"]>) => {
        const descriptor = await of.pushManifest(...args);
        await overwrite(++writes);
        return descriptor;
      };
    },
  });
}

Deno.test("what another writer overwrites without knowing is added again, and his is kept", () =>
  withLayout(async (target) => {
    await push(target, [file("a", "old"), file("x", "x")]);
    const stale = await target.fetchManifest("t");
    // He read before us, and adds his file to what he had read.
    const { layers, ...rest } = JSON.parse(new TextDecoder().decode(stale.bytes));
    await target.pushBlob({ mediaType: "text/plain", digest: sha256Digest("his"), size: 3 }, bytesSource("his"));
    const his = {
      ...layers[0],
      digest: sha256Digest("his"),
      size: 3,
      annotations: { "org.opencontainers.image.title": "h" },
    };
    const overwrite = async (write: number) => {
      if (write <= 2) {
        await target.pushManifest(canonicalJson({ ...rest, layers: [...layers, his] }), mediaTypes.manifest, "t");
      }
    };
    const lines: string[] = [];
    const log = { info: (line: string) => lines.push(line), warn() {}, error() {}, debug() {}, progress() {} };
    await push(contested(target, overwrite), [file("a", "new"), file("b", "b")], { log });
    assert.deepEqual(await contents(target), { a: "new", b: "b", h: "his", x: "x" });
    assert.ok(
      lines.some((line) => /another writer has overwritten .*: adding 2 files again/.test(line)),
      lines.join("\n"),
    );
  }));

Deno.test("a file that another writer replaces after us is his: nobody fights", () =>
  withLayout(async (target) => {
    const theirs = file("a", "theirs");
    const overwrite = async (write: number) => {
      if (write === 1) await push(target, [theirs]);
    };
    const { writes } = await push(contested(target, overwrite), [file("a", "ours"), file("b", "b")]);
    assert.equal(writes, 1);
    assert.deepEqual(await contents(target), { a: "theirs", b: "b" });
  }));

Deno.test("a writer who never leaves off is an error, not a wait without end", () =>
  withLayout(async (target) => {
    await push(target, [file("a", "1")]);
    const { bytes } = await target.fetchManifest("t");
    const overwrite = async () => void await target.pushManifest(bytes, mediaTypes.manifest, "t");
    await assert.rejects(
      push(contested(target, overwrite), [file("b", "2")], { settleMs: 1 }),
      /overwrote it 30 times/,
    );
  }));

Deno.test("a signal while it watches the tag leaves the tag whole", () =>
  withLayout(async (target) => {
    const controller = new AbortController();
    const reason = new Error("SIGTERM");
    const overwrite = () => Promise.resolve(controller.abort(reason));
    await assert.rejects(
      push(contested(target, overwrite), [file("a", "1")], { settleMs: 60_000, signal: controller.signal }),
      reason,
    );
    assert.deepEqual(await contents(target), { a: "1" });
  }));

Deno.test("an image under the tag is refused and stays as it is", () =>
  withLayout(async (target) => {
    const config = { ...emptyDescriptor, mediaType: "application/vnd.oci.image.config.v1+json" };
    await target.pushBlob(emptyDescriptor, bytesSource("{}"));
    const image = canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] });
    const { digest } = await target.pushManifest(image, mediaTypes.manifest, "t");
    await assert.rejects(push(target, [file("a", "1")]), /it holds a container image/);
    assert.equal((await target.resolve("t")).digest, digest);
  }));

const status = (answer: number) => () => ({ status: answer });
for (
  const [what, faults, why] of [
    ["refuses blobs with 403", status(403), /403|forbidden|denied/i],
    ["refuses manifests with 413", status(413), /413|large/i],
    ["answers 404 to an upload", status(404), /404|not found|does not exist/i],
    [
      "lies about a digest",
      () => ({ headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } }),
      /it stored sha256:0+, sent was/,
    ],
  ] as const
) {
  Deno.test(`a registry that ${what}: an error that says so, and nothing under the tag`, async () => {
    const manifest = what.includes("manifest") || what.includes("lies");
    await using registry = await serveRegistry({
      faults: ({ method, kind }) =>
        (manifest ? method === "PUT" && kind === "manifest" : method === "POST") ? faults() : undefined,
    });
    const target = openRepository(parseReference(`${registry.address}/r`), { retry: { baseMs: 10 } });
    try {
      await assert.rejects(push(target, [file("a", "1")]), why);
      if (!what.includes("lies")) await assert.rejects(target.resolve("t"), /not found|no such|404/i);
    } finally {
      target.close();
    }
  });
}

Deno.test("connections that break in the middle of a blob, 429 and 500 are got over", async () => {
  const broken = new Map<string, number>();
  await using registry = await serveRegistry({
    faults: ({ method, kind, count }) => {
      if (count > 1 || kind === undefined) return undefined;
      broken.set(`${method} ${kind}`, count);
      if (method === "PUT" && kind === "manifest") return { status: 500 };
      if (method === "GET") return { status: 429, headers: { "retry-after": "0" } };
      return method === "PUT" || method === "PATCH" ? { dropRequestAfterBytes: 100_000 } : undefined;
    },
  });
  const target = openRepository(parseReference(`${registry.address}/r`), { retry: { baseMs: 10 } });
  try {
    const content = "line\n".repeat(100_000);
    await push(target, [file("big", content)]);
    assert.deepEqual(await contents(target), { big: content });
    assert.ok(
      [...broken.keys()].some((key) => key.startsWith("PATCH") || key === "PUT upload"),
      [...broken.keys()].join(),
    );
  } finally {
    target.close();
  }
});

Deno.test({
  name: "the real oras pulls the files back, and what it had pushed as a folder is merged with them",
  ignore: oras === undefined,
  fn: async () => {
    await using registry = await serveRegistry({});
    const folder = await Deno.makeTempDir();
    const name = `${registry.address}/r`;
    const target = openRepository(parseReference(name), {});
    try {
      const pull = async (to: string) => {
        await output(oras!, ["pull", "--plain-http", "--output", `${folder}/${to}`, `${name}:t`]);
        return await files(`${folder}/${to}`);
      };
      await Deno.mkdir(`${folder}/old/sub`, { recursive: true });
      await Deno.writeTextFile(`${folder}/old/a.txt`, "old a");
      await Deno.writeTextFile(`${folder}/old/sub/run.sh`, "old run", { mode: 0o755 });
      await Deno.symlink("a.txt", `${folder}/old/link`);
      const layer = "./:application/vnd.acme.rocket.docs.layer.v1+tar";
      await output(
        oras!,
        ["push", "--plain-http", "--annotation", "quay.expires-after=5d", `${name}:t`, layer],
        `${folder}/old`,
      );

      // Nothing in it is touched: the layer stays as it is.
      const before = JSON.parse(new TextDecoder().decode((await target.fetchManifest("t")).bytes));
      await push(target, [file("new/b.txt", "new b")], { annotations: { "quay.expires-after": "1y" } });
      const after = JSON.parse(new TextDecoder().decode((await target.fetchManifest("t")).bytes));
      assert.deepEqual(after.layers[0], before.layers[0]);
      assert.equal(after.annotations["quay.expires-after"], "1y");
      assert.deepEqual(await pull("1"), {
        "a.txt": "old a",
        link: "-> a.txt",
        "new/b.txt": "new b",
        "sub/run.sh": "old run",
      });
      assert.equal((await Deno.stat(`${folder}/1/sub/run.sh`)).mode! & 0o777, 0o755);

      // One of its files is replaced: the others keep their modes and links.
      await push(target, [file("a.txt", "new a")]);
      assert.deepEqual(await pull("2"), {
        "a.txt": "new a",
        link: "-> a.txt",
        "new/b.txt": "new b",
        "sub/run.sh": "old run",
      });
      assert.equal((await Deno.stat(`${folder}/2/sub/run.sh`)).mode! & 0o777, 0o755);

      // All that is left of it is replaced: the tar goes.
      await push(target, [file("link", "l"), file("sub", "now a file")]);
      assert.deepEqual(await pull("3"), { "a.txt": "new a", link: "l", "new/b.txt": "new b", sub: "now a file" });
    } finally {
      target.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
