/**
 * Adding files to an artifact, on manifests alone.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, emptyDescriptor, type ImageManifest, mediaTypes } from "../../lib/oci/manifest.ts";
import type { Descriptor } from "../../lib/oci/target.ts";
import {
  artifactType,
  type FileEntry,
  isSafePath,
  merge,
  missing,
  readManifest,
  Replaced,
  titleOf,
} from "../../lib/record/merge.ts";

const digest = (content: string) => `sha256:${content.repeat(64).slice(0, 64)}`;
const file = (title: string, content = "a"): FileEntry => ({
  title,
  digest: digest(content),
  size: 1,
  mediaType: "text/plain",
});
const layer = (title: string | undefined, content = "a", more: Record<string, string> = {}): Descriptor => ({
  mediaType: "text/plain",
  digest: digest(content),
  size: 1,
  annotations: { ...title === undefined ? {} : { "org.opencontainers.image.title": title }, ...more },
});
const manifest = (layers: Descriptor[], more: Partial<ImageManifest> = {}): ImageManifest => ({
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  config: emptyDescriptor,
  layers,
  ...more,
});
const titles = (of: ImageManifest) => of.layers.map(titleOf);

Deno.test("a new artifact holds the files in order of path", () => {
  const { manifest, dropped } = merge(undefined, { files: [file("b"), file("a/c")], annotations: { x: "1" } });
  assert.deepEqual(titles(manifest), ["a/c", "b"]);
  assert.deepEqual(manifest.annotations, { x: "1" });
  assert.equal(manifest.artifactType, artifactType);
  assert.deepEqual(dropped, []);
});

Deno.test("what is there stays, a file of the same path is replaced in its place, new ones follow", () => {
  const existing = manifest([layer("x"), layer("y", "1"), layer(undefined, "2")], {
    artifactType: "theirs",
    annotations: { a: "theirs", b: "theirs" },
    subject: layer(undefined, "9"),
  });
  const { manifest: merged } = merge(existing, { files: [file("y", "3"), file("b")], annotations: { b: "ours" } });
  assert.deepEqual(merged.layers, [
    layer("x"),
    layer("y", "3"),
    layer(undefined, "2"),
    layer("b"),
  ]);
  assert.deepEqual(merged.annotations, { a: "theirs", b: "ours" });
  assert.equal(merged.artifactType, "theirs");
  assert.deepEqual(merged.subject, existing.subject);
});

Deno.test("the empty layer of an artifact without files goes once there are files", () => {
  const { manifest: merged } = merge(manifest([emptyDescriptor]), { files: [file("a")], annotations: {} });
  assert.deepEqual(titles(merged), ["a"]);
});

Deno.test("a file takes the place of a folder of its name, and the other way round; unsafe names go", () => {
  const existing = manifest([layer("a/b"), layer("c"), layer("../../etc/passwd"), layer("/abs"), layer("./d")]);
  const { manifest: merged, dropped } = merge(existing, { files: [file("a"), file("c/d")], annotations: {} });
  assert.deepEqual(titles(merged), ["d", "a", "c/d"]);
  assert.deepEqual([...dropped].sort(), ["../../etc/passwd", "a/b", "abs", "c"]);
});

Deno.test("the tar of a folder stays, is exchanged, or goes", () => {
  const tar = layer(".", "t", { "io.deis.oras.content.unpack": "true" });
  const add = { files: [file("a")], annotations: {} };
  assert.deepEqual(merge(manifest([tar]), add).manifest.layers[0], tar);
  const other = layer(".", "u", { "io.deis.oras.content.unpack": "true" });
  const rewritten = new Map([[tar.digest, other]]);
  assert.deepEqual(merge(manifest([tar]), { ...add, rewritten }).manifest.layers[0], other);
  assert.deepEqual(titles(merge(manifest([tar]), { ...add, rewritten: new Map([[tar.digest, undefined]]) }).manifest), [
    "a",
  ]);
});

Deno.test("an image or an index is not added to", () => {
  const refuses = (value: unknown, type: string, why: RegExp) =>
    assert.throws(() => readManifest(canonicalJson(value), type, "r:t"), why);
  const image = { ...emptyDescriptor, mediaType: "application/vnd.oci.image.config.v1+json" };
  const docker = { ...emptyDescriptor, mediaType: "application/vnd.docker.container.image.v1+json" };
  refuses(manifest([], { config: image }), mediaTypes.manifest, /add files to r:t: it holds a container image/);
  refuses(manifest([], { config: docker }), mediaTypes.manifest, /container image/);
  refuses({ schemaVersion: 2, manifests: [] }, mediaTypes.index, /it holds application\/vnd\.oci\.image\.index/);
  refuses([], mediaTypes.manifest, /could not add files to r:t/);
});

Deno.test("missing is what is not there or as it was; what somebody replaced after us is not", () => {
  const before = new Map([["a", digest("0")]]);
  const files = [file("a", "1"), file("b", "1")];
  const of = (...layers: Descriptor[]) => missing(manifest(layers), files, before).map((each) => each.title);
  assert.deepEqual(missing(undefined, files, before).length, 2);
  assert.deepEqual(of(layer("a", "1"), layer("b", "1")), []);
  assert.deepEqual(of(layer("a", "0"), layer("b", "1")), ["a"]);
  assert.deepEqual(of(layer("a", "2"), layer("b", "2")), []);
  assert.deepEqual(of(layer("a", "1")), ["b"]);
});

Deno.test("safe paths stay inside the folder on every system", () => {
  for (const path of ["a", "a/b.json", "ä ö", ".hidden", "a..b", "..a", "a:b"]) assert.ok(isSafePath(path), path);
  for (const path of ["", "/a", "a//b", "a/", "..", "a/../b", "./a", "a\\b", "C:/x", "a\nb", "a\0", "\ud800"]) {
    assert.ok(!isSafePath(path), JSON.stringify(path));
  }
});

Deno.test("merging is done once: doing it again changes nothing, and in whatever order writers come, all files are there", () => {
  const path = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 }).map((p) => p.join("/"));
  const free = (paths: string[]) => {
    const taken: string[] = [];
    for (const each of paths) if (!new Replaced(taken).file(each)) taken.push(each);
    return taken;
  };
  fc.assert(fc.property(fc.array(path, { maxLength: 12 }), fc.nat(), (paths, seed) => {
    const all = free(paths);
    const [mine, yours] = [all.filter((_, at) => (at + seed) % 2), all.filter((_, at) => (at + seed + 1) % 2)];
    const add = (to: ImageManifest | undefined, names: string[]) =>
      merge(to, { files: names.map((name) => file(name)), annotations: {} }).manifest;
    const both = add(add(undefined, mine), yours);
    assert.deepEqual(titles(both).sort(), [...all].sort());
    assert.deepEqual(titles(add(add(undefined, yours), mine)).sort(), [...all].sort());
    assert.deepEqual(canonicalJson(add(both, yours)), canonicalJson(both));
  }));
});
