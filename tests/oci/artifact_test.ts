import assert from "node:assert/strict";
import fc from "fast-check";
import { type Artifact, artifactManifest, pushArtifact, readArtifact } from "../../lib/oci/artifact.ts";
import { OciError } from "../../lib/oci/error.ts";
import {
  canonicalJson,
  emptyDescriptor,
  mediaTypes,
  parseImageIndex,
  parseImageManifest,
} from "../../lib/oci/manifest.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { find, noise, repositoryAt } from "./counterpart.ts";

const layer = (text: string, title?: string, annotations?: Record<string, string>) => ({
  source: bytesSource(text),
  digest: sha256Digest(text),
  mediaType: "text/plain",
  title,
  annotations,
});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("an artifact's manifest is what the image spec says, byte for byte", () => {
  const { bytes } = artifactManifest({
    artifactType: "application/vnd.logs.tar+gzip",
    layers: [layer("hello", "logs/hello.txt", { b: "2", a: "1" })],
    annotations: { z: "last", a: "first" },
    created: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    subject: { mediaType: mediaTypes.manifest, digest: sha256Digest("s"), size: 7, annotations: { no: "part of it" } },
  });
  assert.equal(
    text(bytes),
    '{"annotations":{"a":"first","org.opencontainers.image.created":"2026-01-02T03:04:05Z","z":"last"},' +
      '"artifactType":"application/vnd.logs.tar+gzip",' +
      '"config":{"data":"e30=","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",' +
      '"mediaType":"application/vnd.oci.empty.v1+json","size":2},' +
      '"layers":[{"annotations":{"a":"1","b":"2","org.opencontainers.image.title":"logs/hello.txt"},' +
      '"digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","mediaType":"text/plain","size":5}],' +
      '"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2,' +
      `"subject":{"digest":"${sha256Digest("s")}","mediaType":"application/vnd.oci.image.manifest.v1+json","size":7}}`,
  );
});

Deno.test("the same content gives the same digest, in whatever order its annotations come", async () => {
  const make = (annotations: Record<string, string>): Artifact => ({
    artifactType: "application/vnd.example",
    layers: [layer("a", "a"), layer("b", "b")],
    annotations,
  });
  const one = artifactManifest(make({ x: "1", y: "2" }));
  const two = artifactManifest(make({ y: "2", x: "1" }));
  assert.deepEqual(one.bytes, two.bytes);
  const time = artifactManifest({ ...make({ x: "1", y: "2" }), created: new Date(0) });
  assert.notDeepEqual(time.bytes, one.bytes);
  await fc.assert(fc.asyncProperty(fc.jsonValue(), (value) => {
    assert.deepEqual(JSON.parse(text(canonicalJson(value))), JSON.parse(JSON.stringify(value)));
    return Promise.resolve();
  }));
});

const refused: [string, Partial<Artifact>, RegExp][] = [
  ["a bad artifact type", { artifactType: "logs" }, /"logs" is not a media type/],
  [
    "a layer's bad media type",
    { layers: [{ ...layer("a"), mediaType: "text/plain; charset=utf-8" }] },
    /not a media type/,
  ],
  ["an absolute title", { layers: [layer("a", "/etc/passwd")] }, /no path below a folder/],
  ["a title that climbs", { layers: [layer("a", "a/../../b")] }, /no path below a folder/],
  ["a title with an empty part", { layers: [layer("a", "a//b")] }, /no path below a folder/],
  ["a title of Windows' kind", { layers: [layer("a", "..\\b")] }, /no path below a folder/],
  ["a title twice", { layers: [layer("a", "x"), layer("b", "x")] }, /two layers have the title "x"/],
  ["a manifest that no registry takes", { annotations: { big: "x".repeat(5_000_000) } }, /registries take 4194304/],
  ["a bad tag", { tag: "a:b" }, /"a:b" is not a tag/],
];

for (const [what, part, why] of refused) {
  Deno.test(`${what} is refused before anything is sent`, async () => {
    using repository = repositoryAt("127.0.0.1:1");
    await assert.rejects(
      pushArtifact(repository, { artifactType: "application/vnd.example", layers: [layer("a", "a")], ...part }),
      (error) => error instanceof OciError && error.exitCode === 2 && why.test(error.message),
    );
  });
}

Deno.test("the manifest goes last, and a failure before it leaves the tag as it was", async () => {
  const requests: string[] = [];
  let broken = false;
  await using registry = await serveRegistry({
    faults: ({ method, kind, url }) => {
      requests.push(`${method} ${kind}`);
      return broken && method === "PUT" && kind === "upload" &&
          url.search.includes(encodeURIComponent(sha256Digest("late")))
        ? { status: 500 }
        : undefined;
    },
  });
  using repository = repositoryAt(registry.address);
  const push = (content: string) =>
    pushArtifact(repository, {
      artifactType: "application/vnd.example",
      tag: "v1",
      layers: [layer("first", "a"), layer(content, "b")],
    });
  const before = await push("good");
  assert.equal(requests.at(-1), "PUT manifest");
  assert.equal(requests.filter((request) => request === "PUT manifest").length, 1);
  broken = true;
  await assert.rejects(push("late"), (error) => error instanceof OciError && error.code === "oci/unavailable");
  assert.equal((await repository.resolve("v1")).digest, before.digest);
});

Deno.test("the same content under two titles is sent once", async () => {
  const requests: string[] = [];
  await using registry = await serveRegistry({
    faults: ({ method, kind }) => void requests.push(`${method} ${kind}`) as undefined,
  });
  using repository = repositoryAt(registry.address);
  await pushArtifact(repository, {
    artifactType: "application/vnd.example",
    layers: [layer("same", "a"), layer("same", "b")],
  });
  const one = ["HEAD blob", "POST uploads", "PUT upload"];
  assert.deepEqual(requests, [...one, ...one, "PUT manifest"], "the content, the empty config, the manifest");
});

Deno.test("an artifact with a config of its own, and one without layers", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address);
  const bytes = new TextEncoder().encode('{"a":1}');
  const config = { bytes, mediaType: "application/vnd.example.config+json", digest: sha256Digest(bytes) };
  const pushed = await pushArtifact(repository, {
    artifactType: "application/vnd.example",
    layers: [],
    config,
    tag: "v1",
  });
  const { manifest } = await readArtifact(repository, "v1");
  assert.deepEqual(manifest.config, { mediaType: config.mediaType, digest: config.digest, size: 7 });
  assert.deepEqual(manifest.layers, [emptyDescriptor]);
  assert.equal(pushed.artifactType, "application/vnd.example");
});

Deno.test("what is no artifact is not read as one", () => {
  const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const good = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: emptyDescriptor, layers: [emptyDescriptor] };
  assert.equal(parseImageManifest(bytes(good), "read").layers.length, 1);
  const bad: unknown[] = [
    "",
    "not JSON",
    [],
    {},
    { ...good, schemaVersion: 1, mediaType: undefined },
    { ...good, layers: undefined },
    { ...good, layers: [{ ...emptyDescriptor, size: -1 }] },
    { ...good, layers: [{ ...emptyDescriptor, size: "2" }] },
    { ...good, layers: [{ ...emptyDescriptor, digest: "sha256:x" }] },
    { ...good, layers: [{ ...emptyDescriptor, annotations: { title: 7 } }] },
    { ...good, config: { digest: emptyDescriptor.digest, size: 2 } },
    { ...good, subject: { digest: emptyDescriptor.digest } },
    { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] },
  ];
  for (const value of bad) {
    assert.throws(
      () => parseImageManifest(bytes(value), "read it"),
      (error) => error instanceof OciError && error.code === "oci/bad-manifest",
      JSON.stringify(value),
    );
  }
  assert.throws(() => parseImageIndex(bytes(good), "read it"), (error) => error instanceof OciError);
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (value) => {
    try {
      parseImageManifest(bytes(value), "read it");
    } catch (error) {
      assert(error instanceof OciError, String(error));
    }
  }));
});

const oras = find("oras");
const distribution = find("registry");

Deno.test({
  name: "oras pulls an artifact with its files, finds it as a referrer, and what oras pushes is read",
  ignore: oras === undefined || distribution === undefined,
  fn: async () => {
    await using registry = await serveRegistry();
    using repository = repositoryAt(registry.address);
    const directory = await Deno.makeTempDir();
    const run = async (...args: string[]): Promise<string> => {
      const output = await new Deno.Command(oras!, { args, cwd: directory, env: { HOME: directory } }).output();
      assert(output.success, new TextDecoder().decode(output.stderr));
      return new TextDecoder().decode(output.stdout);
    };
    try {
      const large = noise(5_000_000);
      const image = await pushArtifact(repository, {
        artifactType: "application/vnd.image",
        layers: [layer("image")],
        tag: "image",
      });
      await pushArtifact(repository, {
        artifactType: "application/vnd.logs.tar+gzip",
        tag: "logs",
        subject: image,
        layers: [
          layer("some text", "folder/text.txt"),
          {
            source: bytesSource(large),
            digest: sha256Digest(large),
            mediaType: "application/octet-stream",
            title: "large",
          },
        ],
      });
      const name = `${registry.address}/org/repo`;
      await run("pull", "--plain-http", `${name}:logs`, "--output", "pulled");
      assert.equal(await Deno.readTextFile(`${directory}/pulled/folder/text.txt`), "some text");
      assert.deepEqual(await Deno.readFile(`${directory}/pulled/large`), large);
      const discovered = JSON.parse(await run("discover", "--plain-http", "--format", "json", `${name}:image`));
      assert.equal((discovered.referrers ?? discovered.manifests)[0].artifactType, "application/vnd.logs.tar+gzip");

      await Deno.writeTextFile(`${directory}/theirs.txt`, "of oras");
      await run(
        "push",
        "--plain-http",
        "--artifact-type",
        "application/vnd.theirs",
        `${name}:theirs`,
        "theirs.txt:text/plain",
      );
      const { manifest } = await readArtifact(repository, "theirs");
      assert.equal(manifest.artifactType, "application/vnd.theirs");
      assert.equal(manifest.layers[0]?.annotations?.["org.opencontainers.image.title"], "theirs.txt");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
