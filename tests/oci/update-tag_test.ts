import assert from "node:assert/strict";
import { pushArtifact } from "../../lib/oci/artifact.ts";
import { OciError } from "../../lib/oci/error.ts";
import { canonicalJson, emptyContent, emptyDescriptor, mediaTypes, parseImageIndex } from "../../lib/oci/manifest.ts";
import { referrersTag } from "../../lib/oci/referrers.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { updateTag } from "../../lib/oci/update-tag.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { repositoryAt } from "./counterpart.ts";

type Repository = ReturnType<typeof repositoryAt>;

/** Adds a word to the annotations of the index under a tag. */
async function addWord(repository: Repository, word: string, options: { attempts?: number } = {}): Promise<void> {
  await updateTag(repository, "words", (current) => {
    const annotations = current === undefined ? {} : parseImageIndex(current.bytes, "read").annotations ?? {};
    if (word in annotations) return undefined;
    const index = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [],
      annotations: { ...annotations, [word]: "" },
    };
    return { bytes: canonicalJson(index), mediaType: mediaTypes.index };
  }, { settleMs: 100, ...options });
}

async function words(repository: Repository): Promise<string[]> {
  const { bytes } = await repository.fetchManifest("words");
  return Object.keys(parseImageIndex(bytes, "read").annotations ?? {}).sort();
}

Deno.test("many writers of one tag at once: the change of each is there in the end", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address);
  const all = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(all.map((word) => addWord(repository, word)));
  assert.deepEqual(await words(repository), all);
});

Deno.test("a writer who read before us and writes after us does not take our change away", async () => {
  let late: (() => Promise<void>) | undefined;
  let writes = 0;
  await using registry = await serveRegistry({
    faults: async ({ method, kind }) => {
      // The first look after our write finds it. Then the other one's write comes, made from what was there before.
      if (method === "PUT" && kind === "manifest") writes++;
      if (method === "GET" && kind === "manifest" && writes === 1 && late !== undefined) {
        const write = late;
        late = undefined;
        setTimeout(write, 10);
        await Promise.resolve();
      }
      return undefined;
    },
  });
  using repository = repositoryAt(registry.address);
  let other: Promise<unknown> | undefined;
  late = () => {
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [], annotations: { theirs: "" } };
    other = repository.pushManifest(canonicalJson(index), mediaTypes.index, "words");
    return Promise.resolve();
  };
  await addWord(repository, "ours");
  await other;
  assert(other !== undefined);
  assert.deepEqual(await words(repository), ["ours", "theirs"]);
});

Deno.test("what is there already is not written again", async () => {
  let writes = 0;
  await using registry = await serveRegistry({
    faults: ({ method }) => void (method === "PUT" && writes++) as undefined,
  });
  using repository = repositoryAt(registry.address);
  await addWord(repository, "a");
  assert.equal(writes, 1);
  await addWord(repository, "a");
  assert.equal(writes, 1);
});

Deno.test("others who never leave off are an error, not an endless loop", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address);
  const theirs = canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] });
  const target = {
    name: repository.name,
    fetchManifest: repository.fetchManifest.bind(repository),
    async pushManifest(...args: Parameters<Repository["pushManifest"]>) {
      const ours = await repository.pushManifest(...args);
      await repository.pushManifest(theirs, mediaTypes.index, "words");
      return ours;
    },
  };
  const change = (current: { bytes: Uint8Array } | undefined) =>
    current?.bytes.length === 2 ? undefined : {
      bytes: canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [], annotations: {} }),
      mediaType: mediaTypes.index,
    };
  await assert.rejects(
    updateTag(target, "words", change, { attempts: 3, settleMs: 4 }),
    (error) => error instanceof OciError && error.code === "oci/conflict" && /overwrote it 3 times/.test(error.message),
  );
});

Deno.test("referrers that are pushed at the same time to a registry without the API are all listed", async () => {
  await using registry = await serveRegistry({ referrersApi: false });
  using repository = repositoryAt(registry.address);
  const subject = await pushArtifact(repository, { artifactType: "application/vnd.image", layers: [], tag: "v1" });
  const pushed = await Promise.all(
    ["a", "b", "c", "d"].map((kind) =>
      pushArtifact(repository, { artifactType: `application/vnd.${kind}`, layers: [], subject })
    ),
  );
  const listed = await repository.referrers(subject.digest);
  assert.deepEqual(listed.map(({ digest }) => digest).sort(), pushed.map(({ digest }) => digest).sort());
  await Promise.all(pushed.slice(0, 2).map((each) => repository.deleteManifest(each)));
  assert.deepEqual(
    (await repository.referrers(subject.digest)).map(({ digest }) => digest).sort(),
    pushed.slice(2).map(({ digest }) => digest).sort(),
  );
});

Deno.test("a referrer that someone deleted and left in the tag does not stand in the way of the next", async () => {
  await using registry = await serveRegistry({ referrersApi: false });
  using repository = repositoryAt(registry.address);
  const subject = await pushArtifact(repository, { artifactType: "application/vnd.image", layers: [], tag: "v1" });
  const gone = await pushArtifact(repository, { artifactType: "application/vnd.gone", layers: [], subject });
  const answer = await fetch(`http://${registry.address}/v2/org/repo/manifests/${gone.digest}`, { method: "DELETE" });
  await answer.body?.cancel();
  assert.equal(answer.status, 202);
  const next = await pushArtifact(repository, { artifactType: "application/vnd.next", layers: [], subject });
  assert.deepEqual((await repository.referrers(subject.digest)).map(({ digest }) => digest), [next.digest]);
});

Deno.test("a registry with the referrers API gets no tag in its place", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address);
  const subject = await pushArtifact(repository, { artifactType: "application/vnd.image", layers: [], tag: "v1" });
  await pushArtifact(repository, { artifactType: "application/vnd.a", layers: [], subject });
  assert.deepEqual(await Array.fromAsync(repository.tags()), ["v1"]);
});

Deno.test("the API's pages are all read", async () => {
  await using registry = await serveRegistry({ referrersPageSize: 2 });
  using repository = repositoryAt(registry.address);
  await repository.pushBlob(emptyDescriptor, bytesSource(emptyContent));
  const subject = await pushArtifact(repository, { artifactType: "application/vnd.image", layers: [] });
  for (const kind of ["a", "b", "c", "d", "e"]) {
    await pushArtifact(repository, { artifactType: `application/vnd.${kind}`, layers: [], subject });
  }
  assert.equal((await repository.referrers(subject.digest)).length, 5);
});

Deno.test("the tag in the API's place is a tag, whatever the algorithm", () => {
  assert.equal(referrersTag(`sha256:${"a".repeat(64)}`), `sha256-${"a".repeat(64)}`);
  assert.equal(referrersTag(`sha512:${"b".repeat(128)}`), `sha512-${"b".repeat(64)}`);
});
