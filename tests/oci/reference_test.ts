import assert from "node:assert/strict";
import fc from "fast-check";
import { OciError } from "../../lib/oci/error.ts";
import { formatReference, isDigest, parseReference, type Reference, repositoryOf } from "../../lib/oci/reference.ts";

const sha256 = `sha256:${"0123456789abcdef".repeat(4)}`;
const sha512 = `sha512:${"0123456789abcdef".repeat(8)}`;

const good: [string, Reference][] = [
  ["quay.io/org/repo:tag", { registry: "quay.io", repository: "org/repo", tag: "tag" }],
  ["localhost:5000/repo", { registry: "localhost:5000", repository: "repo" }],
  ["localhost/repo", { registry: "localhost", repository: "repo" }],
  ["localhost:5000/repo:v1", { registry: "localhost:5000", repository: "repo", tag: "v1" }],
  ["host:5000/a/b:t@" + sha256, { registry: "host:5000", repository: "a/b", tag: "t", digest: sha256 }],
  ["quay.io/a@" + sha512, { registry: "quay.io", repository: "a", digest: sha512 }],
  ["[::1]:5000/a/b:t", { registry: "[::1]:5000", repository: "a/b", tag: "t" }],
  ["[fd00::1]/a", { registry: "[fd00::1]", repository: "a" }],
  ["10.231.0.2:5000/a__b/c-d.e:_x.Y-9", { registry: "10.231.0.2:5000", repository: "a__b/c-d.e", tag: "_x.Y-9" }],
  ["HOST/repo", { registry: "HOST", repository: "repo" }],
  ["alpine", { registry: "docker.io", repository: "library/alpine" }],
  ["alpine:3.20", { registry: "docker.io", repository: "library/alpine", tag: "3.20" }],
  ["org/repo", { registry: "docker.io", repository: "org/repo" }],
  ["docker.io/alpine", { registry: "docker.io", repository: "library/alpine" }],
  ["index.docker.io/org/repo", { registry: "docker.io", repository: "org/repo" }],
  // Without a slash there is no registry, so this is the tag 5000 of a repository: docker reads it so too.
  ["localhost:5000", { registry: "docker.io", repository: "library/localhost", tag: "5000" }],
];

for (const [text, expected] of good) {
  Deno.test(`${text} is parsed`, () => {
    assert.deepEqual(parseReference(text), expected);
    assert.deepEqual(parseReference(formatReference(expected)), expected);
  });
}

const bad: [string, string, RegExp][] = [
  ["", "reference", /empty/],
  ["quay.io/org/repo \n", "reference", /white space/],
  ["https://quay.io/org/repo", "reference", /"https:\/\/"/],
  ["quay.io/", "repository", /names no repository/],
  ["quay.io/org//repo", "repository", /"org\/\/repo"/],
  ["quay.io/Org/repo", "repository", /lower case/],
  ["quay.io/org/-repo", "repository", /-repo/],
  ["quay.io/org/a..b", "repository", /a\.\.b/],
  ["quay.io/org/../x", "repository", /is not a repository/],
  ["/org/repo", "registry", /is not a host/],
  ["quay.io:port/org/repo", "registry", /"port" is not a port/],
  ["quay.io:0/org/repo", "registry", /"0" is not a port/],
  ["quay.io:65536/org/repo", "registry", /"65536" is not a port/],
  ["quay.io:/repo", "registry", /is not a port/],
  ["-quay.io/repo", "registry", /is not a host name/],
  ["quay..io/repo", "registry", /is not a host name/],
  ["1.2.3.999/repo", "registry", /host name or an address/],
  ["[::zz]/repo", "registry", /is not a host/],
  ["[:::::]/repo", "registry", /IPv6/],
  ["quay.io/org/repo:", "tag", /"" is not a tag/],
  ["quay.io/org/repo:-tag", "tag", /"-tag"/],
  ["quay.io/org/repo:a:b", "tag", /"a:b"/],
  [`quay.io/org/repo:${"t".repeat(129)}`, "tag", /is not a tag/],
  ["quay.io/org/repo@", "digest", /"" is not a digest/],
  ["quay.io/org/repo@sha256:abc", "digest", /"sha256:abc"/],
  [`quay.io/org/repo@${sha256.toUpperCase()}`, "digest", /is not a digest/],
  [`quay.io/org/repo@md5:${"0".repeat(32)}`, "digest", /is not a digest/],
  [`quay.io/org/repo@${sha256}@${sha256}`, "digest", /is not a digest/],
  [`quay.io/${"a".repeat(250)}`, "repository", /255/],
  ["$(params.image)", "repository", /is not a repository/],
];

for (const [text, part, why] of bad) {
  Deno.test(`${JSON.stringify(text.slice(0, 60))} is refused for its ${part}`, () => {
    assert.throws(() => parseReference(text), (error) => {
      assert(error instanceof OciError);
      assert.equal(error.code, "oci/bad-reference");
      assert.equal(error.exitCode, 2);
      assert.equal(error.details["part"], part);
      assert.match(error.message, why);
      return true;
    });
  });
}

Deno.test("a message shows foreign text escaped and cut", () => {
  assert.throws(() => parseReference("quay.io/a:\u001b[31m" + "x".repeat(100_000)), (error) => {
    assert(error instanceof OciError);
    assert(!error.message.includes("\u001b"));
    assert(error.message.length < 2000);
    return true;
  });
});

Deno.test("any text is a reference or an OciError, and a reference survives the round trip", () => {
  const piece = fc.constantFrom(
    "a",
    "Z",
    "9",
    ".",
    "-",
    "_",
    "/",
    ":",
    "@",
    "[",
    "]",
    "::1",
    "localhost",
    "5000",
    sha256,
    "é",
    "%",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(text, (text) => {
      let reference: Reference;
      try {
        reference = parseReference(text);
      } catch (error) {
        assert(error instanceof OciError, String(error));
        return;
      }
      assert.deepEqual(parseReference(formatReference(reference)), reference);
      assert.equal(repositoryOf(text), `${reference.registry}/${reference.repository}`);
      // Both parts can stand in a URL as they are.
      const url = new URL(`https://${reference.registry}/v2/${reference.repository}/tags/list`);
      assert.equal(url.pathname, `/v2/${reference.repository}/tags/list`);
      assert.equal(url.username + url.search + url.hash, "");
    }),
    { numRuns: 3000 },
  );
});

Deno.test("whatever is put together by the grammar is parsed into its parts", () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
  const host = fc.oneof(
    fc.constantFrom("localhost", "[::1]", "10.0.0.1"),
    fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?(\.[a-z]{2,6}){1,2}$/).filter((host) =>
      host !== "docker.io" && host !== "index.docker.io" && URL.canParse(`http://${host}/`)
    ),
  );
  const reference = fc.record({
    host,
    port: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
    path: fc.array(component, { minLength: 1, maxLength: 4 }),
    tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/), { nil: undefined }),
    digest: fc.option(fc.constantFrom(sha256, sha512), { nil: undefined }),
  });
  fc.assert(fc.property(reference, ({ host, port, path, tag, digest }) => {
    const registry = port === undefined ? host : `${host}:${port}`;
    const expected: Reference = {
      registry,
      repository: path.join("/"),
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    };
    assert.deepEqual(parseReference(formatReference(expected)), expected);
    assert.equal(repositoryOf(formatReference(expected)), `${registry}/${path.join("/")}`);
  }));
});

Deno.test("a digest has the length of its algorithm", () => {
  assert(isDigest(sha256) && isDigest(sha512));
  for (const text of [sha256.slice(0, -1), `${sha256}0`, sha512.replace("512", "256"), "sha256:", `${sha256}\n`]) {
    assert(!isDigest(text), text);
  }
});
