import assert from "node:assert/strict";
import { pushArtifact, readArtifact } from "../../lib/oci/artifact.ts";
import { OciError } from "../../lib/oci/error.ts";
import { emptyContent, emptyDescriptor, mediaTypes } from "../../lib/oci/manifest.ts";
import { openRepository } from "../../lib/oci/client.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import { bytesSource, type Source } from "../../lib/streams/source.ts";
import { describe, find, noise, quick, read, repositoryAt, serveScripted, startDistribution } from "./counterpart.ts";

const distribution = find("registry");
const codeIs = (code: string, text?: RegExp) => (error: unknown) => {
  assert(error instanceof OciError, String(error));
  assert.equal(error.code, code, error.message);
  if (text) assert.match(error.message, text);
  return true;
};

const registries: [string, boolean, () => Promise<{ address: string } & AsyncDisposable>][] = [
  ["the embedded registry", false, () => serveRegistry()],
  ["the embedded registry without the referrers API", false, () => serveRegistry({ referrersApi: false })],
  ["the distribution project's registry", distribution === undefined, () => startDistribution(distribution!)],
];

for (const [which, ignore, start] of registries) {
  Deno.test({
    name: `with ${which}: push, find, pull, list, refer and delete`,
    ignore,
    fn: async () => {
      await using registry = await start();
      using repository = repositoryAt(registry.address, { chunkBytes: 256 * 1024 });
      await repository.ping();
      await assert.rejects(repository.resolve("v1"), codeIs("oci/not-found", /org\/repo:v1/));
      await assert.rejects(Array.fromAsync(repository.tags()), codeIs("oci/not-found"));

      const contents = [new Uint8Array(), noise(1), noise(256 * 1024), noise(256 * 1024 + 1), noise(1_300_000, 7)];
      for (const bytes of contents) {
        const descriptor = describe(bytes);
        assert.equal(await repository.hasBlob(descriptor), false);
        await repository.pushBlob(descriptor, bytesSource(bytes));
        assert.equal(await repository.hasBlob(descriptor), true);
        assert.deepEqual(await read(await repository.fetchBlob(descriptor)), bytes);
      }
      const layers = contents.map((bytes, index) => ({
        source: bytesSource(bytes),
        digest: sha256Digest(bytes),
        mediaType: "application/octet-stream",
        title: `files/${index}`,
      }));
      const pushed = await pushArtifact(repository, { artifactType: "application/vnd.example", layers, tag: "v1" });
      assert.equal((await repository.resolve("v1")).digest, pushed.digest);
      assert.deepEqual(await repository.resolve(pushed.digest), {
        mediaType: mediaTypes.manifest,
        digest: pushed.digest,
        size: pushed.size,
      });
      const back = await readArtifact(repository, "v1");
      assert.equal(back.descriptor.digest, pushed.digest);
      assert.deepEqual(back.manifest, pushed.manifest);

      const kinds = ["application/vnd.a", "application/vnd.b", "application/vnd.b"];
      const referrers: string[] = [];
      for (const [index, artifactType] of kinds.entries()) {
        const annotations = { number: String(index) };
        referrers.push(
          (await pushArtifact(repository, { artifactType, layers: [], subject: pushed, annotations })).digest,
        );
      }
      const digests = async (artifactType?: string) =>
        (await repository.referrers(pushed.digest, { artifactType })).map(({ digest }) => digest).sort();
      assert.deepEqual(await digests(), [...referrers].sort());
      assert.deepEqual(await digests("application/vnd.b"), referrers.slice(1).sort());
      assert.deepEqual(await repository.referrers(sha256Digest("nothing refers to this")), []);
      const one = (await repository.referrers(pushed.digest)).find(({ digest }) => digest === referrers[0]);
      assert.deepEqual(one?.annotations, { number: "0" });

      await repository.deleteManifest(referrers[0]!);
      assert.deepEqual(await digests(), referrers.slice(1).sort());
      await repository.deleteManifest(referrers[0]!);
      await repository.deleteManifest(pushed);
      await assert.rejects(repository.fetchManifest("v1"), codeIs("oci/not-found"));
      await repository.deleteBlob(describe(noise(1)));
      await repository.deleteBlob(describe(noise(1)));
      assert.equal(await repository.hasBlob(describe(noise(1))), false);
      await assert.rejects(repository.fetchBlob(describe(noise(1))), codeIs("oci/not-found"));
    },
  });

  Deno.test({
    name: `with ${which}: a blob is mounted from another repository, and uploaded where that cannot be`,
    ignore,
    fn: async () => {
      await using registry = await start();
      using first = openRepository(parseReference(`${registry.address}/org/first`), { retry: quick });
      using second = openRepository(parseReference(`${registry.address}/org/second`), { retry: quick });
      const bytes = noise(1000);
      await first.pushBlob(describe(bytes), bytesSource(bytes));
      const unreadable: Source = {
        size: bytes.length,
        open() {
          throw new Error("nothing needs to be read for a mount");
        },
      };
      await second.pushBlob(describe(bytes), unreadable, { mountFrom: "org/first" });
      assert.deepEqual(await read(await second.fetchBlob(describe(bytes))), bytes);
      const other = noise(1000, 2);
      await second.pushBlob(describe(other), bytesSource(other), { mountFrom: "org/nowhere" });
      assert.deepEqual(await read(await second.fetchBlob(describe(other))), other);
    },
  });
}

Deno.test("tags come page by page, from the registry's own host only", async () => {
  const pages = [
    { tags: ["a", "b"], link: '</v2/org/repo/tags/list?n=2&last=b>; rel="next"' },
    { tags: ["c", "not a tag", 7], link: "<list?n=2&last=c>; rel=next" },
    { tags: null, link: '<https://evil.example/v2/org/repo/tags/list>; rel="next"' },
  ];
  await using registry = serveScripted((_request, index) => {
    const { tags, link } = pages[index]!;
    return Response.json({ name: "org/repo", tags }, { headers: { link } });
  });
  using repository = repositoryAt(registry.address);
  assert.deepEqual(await Array.fromAsync(repository.tags()), ["a", "b", "c"]);
  assert.deepEqual(registry.seen.map(({ path }) => path.split("?")[0]), Array(3).fill("/v2/org/repo/tags/list"));
});

Deno.test("many tags of the embedded registry are all listed", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address);
  await repository.pushBlob(emptyDescriptor, bytesSource(emptyContent));
  const manifest = new TextEncoder().encode(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: emptyDescriptor, layers: [] }),
  );
  const names = Array.from({ length: 25 }, (_, index) => `tag-${String(index).padStart(2, "0")}`);
  for (const name of names) await repository.pushManifest(manifest, mediaTypes.manifest, name);
  assert.deepEqual(await Array.fromAsync(repository.tags()), names);
});

Deno.test("a registry that says little in HEAD is asked with GET", async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] });
  await using registry = serveScripted((request) =>
    request.method === "HEAD"
      ? new Response(null)
      : new Response(manifest, { headers: { "content-type": "application/json" } })
  );
  using repository = repositoryAt(registry.address);
  assert.deepEqual(await repository.resolve("latest"), {
    mediaType: mediaTypes.index,
    digest: sha256Digest(manifest),
    size: manifest.length,
  });
  assert.match(
    registry.seen[1]?.headers.get("accept") ?? "",
    /oci\.image\.index.*docker\.distribution\.manifest\.list/,
  );
});

Deno.test("what is no tag and no digest, and what is no manifest, is refused before anything is sent", async () => {
  using repository = repositoryAt("127.0.0.1:1");
  for (const bad of ["", "../x", "a b", "sha256:abc", "x".repeat(129)]) {
    await assert.rejects(repository.resolve(bad), codeIs("oci/bad-reference"));
  }
  await assert.rejects(
    repository.fetchBlob({ mediaType: "a/b", digest: "sha256:../..", size: 1 }),
    codeIs("oci/bad-reference"),
  );
  const text = (text: string) => new TextEncoder().encode(text);
  for (const bad of ["", "[]", "{}", '{"schemaVersion":2,"config":{"digest":"x"}}']) {
    await assert.rejects(repository.pushManifest(text(bad), mediaTypes.manifest, "v1"), codeIs("oci/bad-manifest"));
  }
  const wrong = { ...describe(noise(10)), size: 11 };
  await assert.rejects(
    repository.pushBlob(wrong, bytesSource(noise(10))),
    codeIs("oci/digest-mismatch", /10 bytes.*says 11/),
  );
});

Deno.test("a manifest and a page of more than is allowed are not read to their end", async () => {
  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65536)) }));
  await using registry = serveScripted(endless);
  using repository = repositoryAt(registry.address);
  await assert.rejects(repository.fetchManifest("v1"), codeIs("oci/too-large", /4194304/));
  await assert.rejects(Array.fromAsync(repository.tags()), codeIs("oci/too-large"));
});

Deno.test("a page that is no JSON is an error that names the host", async () => {
  await using registry = serveScripted(() => new Response("<html>a proxy's greeting</html>"));
  using repository = repositoryAt(registry.address);
  await assert.rejects(
    Array.fromAsync(repository.tags()),
    codeIs("oci/bad-response", /127\.0\.0\.1.*not with the JSON/),
  );
});

Deno.test("an operation, and all of them, end with their signal", async () => {
  await using registry = serveScripted((_request) =>
    new Promise((resolve) => setTimeout(() => resolve(new Response()), 300))
  );
  const all = new AbortController();
  using repository = repositoryAt(registry.address, { signal: all.signal });
  const one = new AbortController();
  const asked = repository.ping({ signal: one.signal });
  one.abort(new Error("this one"));
  await assert.rejects(asked, /this one/);
  const other = repository.ping();
  all.abort(new Error("all of them"));
  await assert.rejects(other, /all of them/);
  await assert.rejects(repository.ping(), /all of them/);
});
