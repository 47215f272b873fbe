import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { find, makeCertificates } from "./counterpart.ts";
import { type RegistryOptions, type RunningRegistry, serveRegistry } from "../../lib/oci/registry.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const digestOf = (content: string | Uint8Array, algorithm = "sha256") =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;

/** A registry, and requests to it whose bodies are read to the end. */
async function withRegistry(
  options: RegistryOptions,
  test: (
    call: (method: string, path: string, init?: RequestInit) => Promise<{
      status: number;
      headers: Headers;
      text: string;
      code: string | undefined;
    }>,
    registry: RunningRegistry,
  ) => Promise<void>,
) {
  await using registry = await serveRegistry(options);
  await test(async (method, path, init = {}) => {
    const url = path.startsWith("http") ? path : `http://${registry.address}${path}`;
    const response = await fetch(url, { method, redirect: "manual", ...init });
    const text = await response.text();
    let code: string | undefined;
    if (response.status >= 400 && text !== "") code = JSON.parse(text).errors[0].code;
    return { status: response.status, headers: response.headers, text, code };
  }, registry);
}

type Call = Parameters<Parameters<typeof withRegistry>[1]>[0];

async function pushBlob(call: Call, repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const { status } = await call("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content });
  assert.equal(status, 201);
  return digest;
}

async function pushManifest(
  call: Call,
  repository: string,
  reference: string,
  extra: Record<string, unknown> = {},
): Promise<string> {
  await pushBlob(call, repository, "{}");
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
    layers: [],
    ...extra,
  });
  const path = reference === "" ? digestOf(manifest) : reference;
  const { status, text } = await call("PUT", `/v2/${repository}/manifests/${path}`, {
    body: manifest,
    headers: { "content-type": manifestType },
  });
  assert.equal(status, 201, text);
  return digestOf(manifest);
}

Deno.test("it says that it speaks the API", () =>
  withRegistry({}, async (call) => {
    for (const path of ["/v2/", "/v2"]) {
      const { status, headers } = await call("GET", path);
      assert.equal(status, 200);
      assert.equal(headers.get("docker-distribution-api-version"), "registry/2.0");
    }
  }));

Deno.test("a blob comes back as it went in, whole and in ranges", () =>
  withRegistry({}, async (call) => {
    const digest = await pushBlob(call, "org/repo", "0123456789");
    const path = `/v2/org/repo/blobs/${digest}`;
    const head = await call("HEAD", path);
    assert.equal(head.headers.get("content-length"), "10");
    assert.equal(head.headers.get("docker-content-digest"), digest);
    assert.equal((await call("GET", path)).text, "0123456789");
    const cases: [string, number, string, string | null][] = [
      ["bytes=2-4", 206, "234", "bytes 2-4/10"],
      ["bytes=7-", 206, "789", "bytes 7-9/10"],
      ["bytes=-3", 206, "789", "bytes 7-9/10"],
      ["bytes=-99", 206, "0123456789", "bytes 0-9/10"],
      ["bytes=0-0", 206, "0", "bytes 0-0/10"],
      ["bytes=8-99", 206, "89", "bytes 8-9/10"],
      ["bytes=1-2,4-5", 200, "0123456789", null],
      ["lines=1-2", 200, "0123456789", null],
      ["bytes=5-2", 200, "0123456789", null],
    ];
    for (const [range, status, text, contentRange] of cases) {
      const answer = await call("GET", path, { headers: { range } });
      assert.deepEqual([answer.status, answer.text, answer.headers.get("content-range")], [status, text, contentRange]);
    }
    for (const range of ["bytes=10-", "bytes=99-100", "bytes=-0"]) {
      const answer = await call("GET", path, { headers: { range } });
      assert.deepEqual([answer.status, answer.headers.get("content-range")], [416, "bytes */10"]);
    }
  }));

Deno.test("an empty blob is a blob", () =>
  withRegistry({}, async (call) => {
    const digest = await pushBlob(call, "r", "");
    const answer = await call("GET", `/v2/r/blobs/${digest}`);
    assert.deepEqual([answer.status, answer.text, answer.headers.get("content-length")], [200, "", "0"]);
    assert.equal((await call("GET", `/v2/r/blobs/${digest}`, { headers: { range: "bytes=0-" } })).status, 416);
  }));

Deno.test("what is not there is told apart: repository, blob, manifest, upload, endpoint", () =>
  withRegistry({}, async (call) => {
    await pushBlob(call, "there", "x");
    const digest = digestOf("absent");
    const cases: [string, string, number, string][] = [
      ["GET", `/v2/absent/blobs/${digest}`, 404, "NAME_UNKNOWN"],
      ["GET", `/v2/there/blobs/${digest}`, 404, "BLOB_UNKNOWN"],
      ["DELETE", `/v2/there/blobs/${digest}`, 404, "BLOB_UNKNOWN"],
      ["GET", "/v2/absent/manifests/v1", 404, "NAME_UNKNOWN"],
      ["GET", "/v2/there/manifests/v1", 404, "MANIFEST_UNKNOWN"],
      ["GET", `/v2/there/manifests/${digest}`, 404, "MANIFEST_UNKNOWN"],
      ["DELETE", "/v2/there/manifests/v1", 404, "MANIFEST_UNKNOWN"],
      ["GET", "/v2/absent/tags/list", 404, "NAME_UNKNOWN"],
      ["GET", "/v2/there/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"],
      ["GET", "/v2/there/blobs/sha256:abc", 400, "DIGEST_INVALID"],
      ["GET", "/v2/there/manifests/sha256:abc", 400, "DIGEST_INVALID"],
      ["GET", "/v2/there/manifests/.tag", 404, "MANIFEST_UNKNOWN"],
      ["GET", "/v2/There/manifests/v1", 404, "NAME_INVALID"],
      ["GET", "/v1/there", 404, "UNSUPPORTED"],
      ["GET", "/v2/there/nothing", 404, "UNSUPPORTED"],
      ["POST", "/v2/there/manifests/v1", 405, "UNSUPPORTED"],
      ["PUT", "/v2/_catalog", 405, "UNSUPPORTED"],
    ];
    for (const [method, path, status, code] of cases) {
      const answer = await call(method, path);
      assert.deepEqual([answer.status, answer.code], [status, code], `${method} ${path}`);
    }
  }));

Deno.test("no path leads out of the store, whatever a client sends", async () => {
  const outside = await Deno.makeTempDir();
  try {
    const dir = `${outside}/store`;
    await Deno.writeTextFile(`${outside}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
    await withRegistry({ dir }, async (_call, registry) => {
      const [hostname, port] = registry.address.split(":");
      // Over a bare socket, because fetch would tidy up the path first.
      const post = async (name: string) => {
        using connection = await Deno.connect({ hostname: hostname!, port: Number(port) });
        const path = `/v2/${name}/blobs/uploads/?digest=${digestOf("x")}`;
        const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx`;
        await connection.write(new TextEncoder().encode(head));
        return (await new Response(connection.readable).text()).split(" ")[1];
      };
      const names = [
        "..",
        "a/..",
        "../store",
        "%2e%2e",
        "a%2f..%2fb",
        "a/%2e%2e/%2e%2e",
        ".uploads",
        "a+b",
        "%00",
        "a%5c..%5cb",
      ];
      for (const name of names) assert.match(await post(name) ?? "", /^4/, name);
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: fc.constantFrom("..", "/", "a", ".", "%2e", "%2f", "\\", "+"), maxLength: 8 }),
          async (name) => {
            assert.match(await post(name) ?? "", /^[24]/, name);
          },
        ),
        { numRuns: 100 },
      );
      assert.deepEqual(
        Array.from(Deno.readDirSync(dir), (entry) => entry.name).filter((name) =>
          !/^(\.uploads|a+(\.a+)*(\+a+(\.a+)*)*)$/.test(name)
        ),
        [],
      );
      const entries = Array.from(Deno.readDirSync(outside), (entry) => entry.name).sort();
      assert.deepEqual(entries, ["oci-layout", "store"]);
    });
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("a manifest comes back byte for byte, by tag and by digest, with its media type", () =>
  withRegistry({}, async (call) => {
    await pushBlob(call, "r", "{}");
    const descriptor = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 };
    for (
      const [mediaType, named] of [[manifestType, true], [manifestType, false], [
        "application/x.other+json",
        true,
      ]] as const
    ) {
      const manifest = `{ "schemaVersion": 2,${named ? `"mediaType":"${mediaType}",` : ""}\n "config": ${
        JSON.stringify(descriptor)
      }, "layers": [] }`;
      const put = await call("PUT", "/v2/r/manifests/v1", {
        body: manifest,
        headers: { "content-type": `${mediaType}; charset=utf-8` },
      });
      assert.equal(put.status, 201, put.text);
      const digest = digestOf(manifest);
      assert.equal(put.headers.get("docker-content-digest"), digest);
      assert.equal((await call("GET", put.headers.get("location")!)).text, manifest);
      for (const reference of ["v1", digest]) {
        const get = await call("GET", `/v2/r/manifests/${reference}`);
        assert.deepEqual([get.text, get.headers.get("content-type")], [manifest, mediaType]);
        const head = await call("HEAD", `/v2/r/manifests/${reference}`);
        assert.equal(head.headers.get("content-length"), String(manifest.length));
        assert.equal(head.headers.get("docker-content-digest"), digest);
      }
    }
  }));

Deno.test("a manifest that cannot be right is refused", () =>
  withRegistry({}, async (call) => {
    await pushBlob(call, "r", "{}");
    const config = { mediaType: "x/y", digest: digestOf("{}"), size: 2 };
    const absent = { mediaType: "x/y", digest: digestOf("absent"), size: 6 };
    const good = { schemaVersion: 2, mediaType: manifestType, config, layers: [] };
    const cases: [string, unknown, number, string][] = [
      ["v1", "no json", 400, "MANIFEST_INVALID"],
      ["v1", [], 400, "MANIFEST_INVALID"],
      ["v1", { ...good, schemaVersion: 1, mediaType: "x/y" }, 400, "MANIFEST_INVALID"],
      ["v1", { schemaVersion: 2 }, 400, "MANIFEST_INVALID"],
      ["v1", { ...good, layers: [{ digest: "sha256:abc" }] }, 400, "MANIFEST_INVALID"],
      ["v1", { ...good, mediaType: indexType }, 400, "MANIFEST_INVALID"],
      ["v1", { ...good, layers: [absent] }, 404, "MANIFEST_BLOB_UNKNOWN"],
      ["v1", { ...good, config: absent }, 404, "MANIFEST_BLOB_UNKNOWN"],
      ["v1", { schemaVersion: 2, manifests: [absent] }, 404, "MANIFEST_BLOB_UNKNOWN"],
      [digestOf("other"), good, 400, "DIGEST_INVALID"],
    ];
    for (const [reference, manifest, status, code] of cases) {
      const body = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
      const answer = await call("PUT", `/v2/r/manifests/${reference}`, {
        body,
        headers: { "content-type": manifestType },
      });
      assert.deepEqual([answer.status, answer.code], [status, code], body);
    }
    const foreign = { ...good, layers: [{ ...absent, urls: ["https://example.com/layer"] }], subject: absent };
    const answer = await call("PUT", "/v2/r/manifests/v1", {
      body: JSON.stringify(foreign),
      headers: { "content-type": manifestType },
    });
    assert.equal(answer.status, 201, "a foreign layer and a subject may be absent");
  }));

Deno.test("a manifest of more than 4 MiB is refused, announced or not", () =>
  withRegistry({}, async (call) => {
    const big = new Uint8Array(4 * 1024 * 1024 + 1).fill(32);
    const announced = await call("PUT", "/v2/r/manifests/v1", { body: big });
    assert.deepEqual([announced.status, announced.code], [413, "SIZE_INVALID"]);
    const chunked = await call("PUT", "/v2/r/manifests/v1", {
      body: ReadableStream.from([big.slice(0, 3e6), big.slice(3e6)]),
    });
    assert.deepEqual([chunked.status, chunked.code], [413, "SIZE_INVALID"]);
    assert.equal((await call("GET", "/v2/r/tags/list")).status, 404);
  }));

Deno.test("tags are listed in order and in pages, with a link to the next", () =>
  withRegistry({}, async (call) => {
    const tags = ["v1", "v10", "v2", "A", "_x", "latest"];
    for (const tag of tags) await pushManifest(call, "r", tag);
    const sorted = [...tags].sort();
    assert.deepEqual(JSON.parse((await call("GET", "/v2/r/tags/list")).text), { name: "r", tags: sorted });
    const seen: string[] = [];
    let path: string | undefined = "/v2/r/tags/list?n=4";
    for (let pages = 0; path !== undefined; pages++) {
      assert.ok(pages < 2);
      const { text, headers } = await call("GET", path);
      seen.push(...JSON.parse(text).tags);
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(seen, sorted);
    assert.deepEqual(JSON.parse((await call("GET", "/v2/r/tags/list?n=0")).text).tags, []);
    assert.deepEqual(JSON.parse((await call("GET", "/v2/r/tags/list?last=nothing")).text).tags, ["v1", "v10", "v2"]);
    assert.equal((await call("GET", "/v2/r/tags/list?n=-1")).code, "PAGINATION_NUMBER_INVALID");
  }));

Deno.test("repositories are listed when they hold a manifest", () =>
  withRegistry({}, async (call) => {
    await pushManifest(call, "org/b", "v1");
    await pushManifest(call, "a", "v1");
    await pushBlob(call, "only-blobs", "x");
    const { text } = await call("GET", "/v2/_catalog");
    assert.deepEqual(JSON.parse(text), { repositories: ["a", "org/b"] });
    const page = await call("GET", "/v2/_catalog?n=1");
    assert.equal(page.headers.get("link"), '</v2/_catalog?n=1&last=a>; rel="next"');
  }));

Deno.test("deleting a tag leaves the manifest, deleting a digest takes its tags along", () =>
  withRegistry({}, async (call) => {
    const digest = await pushManifest(call, "r", "v1");
    await pushManifest(call, "r", "v2");
    assert.equal((await call("DELETE", "/v2/r/manifests/v1")).status, 202);
    assert.equal((await call("GET", "/v2/r/manifests/v1")).status, 404);
    assert.equal((await call("GET", `/v2/r/manifests/${digest}`)).status, 200);
    assert.equal((await call("DELETE", "/v2/r/manifests/v2")).status, 202);
    assert.equal((await call("GET", `/v2/r/manifests/${digest}`)).status, 200, "without any tag, it is still there");
    await pushManifest(call, "r", "v3");
    assert.equal((await call("DELETE", `/v2/r/manifests/${digest}`)).status, 202);
    assert.equal((await call("GET", `/v2/r/manifests/${digest}`)).status, 404);
    assert.deepEqual(JSON.parse((await call("GET", "/v2/r/tags/list")).text).tags, []);
    const blob = await pushBlob(call, "r", "x");
    assert.equal((await call("DELETE", `/v2/r/blobs/${blob}`)).status, 202);
    assert.equal((await call("GET", `/v2/r/blobs/${blob}`)).status, 404);
    const manifest = await pushManifest(call, "r", "v4");
    assert.equal((await call("DELETE", `/v2/r/blobs/${manifest}`)).status, 405, "a manifest is no blob to delete");
  }));

Deno.test("referrers are listed by subject, filtered by type, in pages; the subject may come later", () =>
  withRegistry({ referrersPageSize: 2 }, async (call) => {
    const subjectDigest = await pushManifest(call, "scratch", "v1");
    const subject = { mediaType: manifestType, digest: subjectDigest, size: 1 };
    const logs = await pushManifest(call, "r", "", {
      subject,
      artifactType: "application/vnd.logs",
      annotations: { a: "b" },
    });
    const byConfig = await pushManifest(call, "r", "tagged", { subject });
    await pushManifest(call, "r", "", { subject, artifactType: "application/vnd.status" });
    await pushManifest(call, "r", "v1");
    const path = `/v2/r/referrers/${subjectDigest}`;
    const first = await call("GET", path);
    assert.equal(first.headers.get("content-type"), indexType);
    const next = /^<([^>]+)>/.exec(first.headers.get("link") ?? "")?.[1];
    assert.ok(next);
    const second = await call("GET", next);
    assert.equal(second.headers.get("link"), null);
    const all = [...JSON.parse(first.text).manifests, ...JSON.parse(second.text).manifests];
    assert.equal(all.length, 3);
    const found = all.find((descriptor) => descriptor.digest === logs);
    assert.deepEqual([found.artifactType, found.annotations], ["application/vnd.logs", { a: "b" }]);
    assert.equal(
      all.find((descriptor) => descriptor.digest === byConfig).artifactType,
      "application/vnd.oci.empty.v1+json",
    );
    const filtered = await call("GET", `${path}?artifactType=application/vnd.logs`);
    assert.equal(filtered.headers.get("oci-filters-applied"), "artifactType");
    assert.deepEqual(JSON.parse(filtered.text).manifests.map((entry: { digest: string }) => entry.digest), [logs]);
    const none = await call("GET", `/v2/absent/referrers/${subjectDigest}`);
    assert.deepEqual([none.status, JSON.parse(none.text).manifests], [200, []]);
    assert.equal((await call("DELETE", `/v2/r/manifests/${logs}`)).status, 202);
    assert.equal(JSON.parse((await call("GET", `${path}?artifactType=application/vnd.logs`)).text).manifests.length, 0);
  }));

Deno.test("a subject is confirmed, unless the referrers API is switched off", async () => {
  const subject = { mediaType: manifestType, digest: digestOf("x"), size: 1 };
  const put = (call: Call) =>
    call("PUT", "/v2/r/manifests/v1", {
      body: JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [], subject }),
      headers: { "content-type": indexType },
    });
  await withRegistry({}, async (call) => assert.equal((await put(call)).headers.get("oci-subject"), subject.digest));
  await withRegistry({ referrersApi: false }, async (call) => {
    assert.equal((await put(call)).headers.get("oci-subject"), null);
    assert.equal((await call("GET", `/v2/r/referrers/${subject.digest}`)).status, 404);
  });
});

Deno.test("of many writers to one tag one wins, and every manifest is whole", () =>
  withRegistry({}, async (call) => {
    await pushBlob(call, "r", "{}");
    const digests = await Promise.all(
      Array.from({ length: 20 }, (_, i) => pushManifest(call, "r", "latest", { annotations: { writer: String(i) } })),
    );
    const winner = await call("GET", "/v2/r/manifests/latest");
    assert.ok(digests.includes(winner.headers.get("docker-content-digest")!));
    for (const digest of digests) assert.equal((await call("GET", `/v2/r/manifests/${digest}`)).status, 200);
    assert.deepEqual(JSON.parse((await call("GET", "/v2/r/tags/list")).text).tags, ["latest"]);
  }));

Deno.test("sha512 is a digest like any other", () =>
  withRegistry({}, async (call) => {
    const digest = digestOf("hello", "sha512");
    const post = await call("POST", `/v2/r/blobs/uploads/?digest=${digest}`, { body: "hello" });
    assert.equal(post.status, 201, post.text);
    assert.equal((await call("GET", `/v2/r/blobs/${digest}`)).text, "hello");
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] });
    const name = digestOf(manifest, "sha512");
    const put = await call("PUT", `/v2/r/manifests/${name}?tag=a&tag=b`, {
      body: manifest,
      headers: { "content-type": indexType },
    });
    assert.deepEqual([put.status, put.headers.get("oci-tag")], [201, "a, b"]);
    assert.equal((await call("HEAD", "/v2/r/manifests/b")).headers.get("docker-content-digest"), name);
  }));

Deno.test("read-only, it serves what is there and changes nothing", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withRegistry({ dir }, async (call) => void await pushManifest(call, "r", "v1"));
    await withRegistry({ dir, readOnly: true }, async (call) => {
      assert.equal((await call("GET", "/v2/r/manifests/v1")).status, 200);
      for (const [method, path] of [["PUT", "manifests/v1"], ["DELETE", "manifests/v1"], ["POST", "blobs/uploads/"]]) {
        const { status, code } = await call(method!, `/v2/r/${path}`);
        assert.deepEqual([status, code], [405, "UNSUPPORTED"]);
      }
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("what was pushed is there after a restart; a temporary folder is gone after close", async () => {
  const dir = await Deno.makeTempDir();
  try {
    let digest = "";
    await withRegistry({ dir }, async (call) => {
      digest = await pushManifest(call, "org/repo", "v1");
    });
    await withRegistry({ dir }, async (call) => {
      assert.equal((await call("HEAD", "/v2/org/repo/manifests/v1")).headers.get("docker-content-digest"), digest);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  const temporary = await serveRegistry();
  await temporary.close();
  await temporary.close();
  await assert.rejects(Deno.stat(temporary.directory), Deno.errors.NotFound);
});

Deno.test("an aborted signal closes it, and a client that holds a connection does not keep it open", async () => {
  const abort = new AbortController();
  const registry = await serveRegistry({ signal: abort.signal });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(registry.address.split(":")[1]) });
  abort.abort();
  await registry.close();
  connection.close();
  await assert.rejects(fetch(`http://${registry.address}/v2/`));
});

Deno.test({
  name: "over TLS it serves the same, and its token endpoint's address says https",
  ignore: find("openssl") === undefined,
  fn: async () => {
    const { ca, cert, key } = await makeCertificates();
    await using registry = await serveRegistry({
      tls: { cert, key },
      auth: { scheme: "token", users: { me: "secret-password" } },
    });
    using client = Deno.createHttpClient({ caCerts: [ca] });
    const answer = await fetch(`https://${registry.address}/v2/`, { client });
    await answer.body?.cancel();
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /realm="https:\/\/127\.0\.0\.1:\d+\/token"/);
    await assert.rejects(fetch(`https://${registry.address}/v2/`), TypeError);
  },
});
