import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { credentialsFromJson } from "../../lib/oci/credentials.ts";
import { OciError } from "../../lib/oci/error.ts";
import { Http, isRetryable, resolveLocation } from "../../lib/oci/http.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { isLoopback, isPrivateAddress } from "../../lib/oci/session.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import {
  describe,
  find,
  makeCertificates,
  noise,
  quick,
  read,
  repositoryAt,
  serveScripted,
  startDistribution,
} from "./counterpart.ts";

const failsWith = (code: string, text?: RegExp) => (error: unknown) => {
  assert(error instanceof OciError, String(error));
  assert.equal(error.code, code, error.message);
  if (text) assert.match(error.message, text);
  return true;
};

for (const status of [400, 404, 405, 409, 413, 416, 418, 501, 505]) {
  Deno.test(`${status} cannot change by asking again, so it is not`, async () => {
    await using registry = serveScripted(() => new Response(null, { status }));
    using repository = repositoryAt(registry.address);
    await assert.rejects(
      repository.fetchManifest("v1"),
      (error) => error instanceof OciError && error.details["status"] === status,
    );
    assert.equal(registry.seen.length, 1);
  });
}

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  Deno.test(`${status} is asked again, and given up after so many attempts`, async () => {
    await using registry = serveScripted(() => new Response(null, { status }));
    using repository = repositoryAt(registry.address);
    const code = status === 429 ? "oci/rate-limited" : "oci/unavailable";
    await assert.rejects(
      repository.fetchManifest("v1"),
      failsWith(code, new RegExp(`127\\.0\\.0\\.1:\\d+ answered ${status}`)),
    );
    assert.equal(registry.seen.length, quick.attempts);
  });
}

Deno.test("Retry-After is kept to in both forms, within bounds", async () => {
  for (
    const [header, least] of [["1", 100], [new Date(Date.now() + 2000).toUTCString(), 100], ["86400", 100], [
      "nonsense",
      0,
    ]] as const
  ) {
    const times: number[] = [];
    await using registry = serveScripted((_request, index) => {
      times.push(performance.now());
      return index === 0
        ? new Response(null, { status: 429, headers: { "retry-after": header } })
        : Response.json({ tags: [] });
    });
    using repository = repositoryAt(registry.address, { retry: { baseMs: 1, maxMs: 100 } });
    await Array.fromAsync(repository.tags());
    assert(times[1]! - times[0]! >= least - 2, `${header}: ${times[1]! - times[0]!} ms`);
  }
});

Deno.test("what is said while trying again names the operation, the cause and the wait", async () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line), warn() {}, error() {}, debug() {}, progress() {} };
  await using registry = serveScripted((_request, index) =>
    index === 0 ? new Response(null, { status: 503 }) : Response.json({ tags: [] })
  );
  using repository = repositoryAt(registry.address, { log });
  await Array.fromAsync(repository.tags());
  assert.match(
    lines.join(),
    /^list the tags of .*: 127\.0\.0\.1:\d+ answered 503; trying again in 0\.0 s \(attempt 1 failed\)$/,
  );
});

Deno.test("a host that nobody listens on, and a name that nobody has, are named with what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  using repository = repositoryAt(`127.0.0.1:${port}`, { retry: { ...quick, attempts: 2 } });
  await assert.rejects(
    repository.ping(),
    failsWith("oci/network", new RegExp(`no answer from 127\\.0\\.0\\.1:${port}.*\\n  check the host`)),
  );
  using nowhere = repositoryAt("registry.invalid", { retry: { ...quick, attempts: 1 } });
  await assert.rejects(nowhere.ping(), failsWith("oci/network", /no answer from registry\.invalid/));
});

Deno.test("silence is given up after the time allowed, before and within the answer", async () => {
  await using silent = serveScripted((_request) => new Promise(() => {}));
  const timeouts = { responseMs: 40, idleMs: 40 };
  const retry = { ...quick, attempts: 2 };
  using repository = repositoryAt(silent.address, { timeouts, retry });
  await assert.rejects(repository.ping(), failsWith("oci/timeout", /was silent for 0 s|was silent for 0\.\d s/));
  assert.equal(silent.seen.length, 2);
  await using stuck = serveScripted(() =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) }))
  );
  using other = repositoryAt(stuck.address, { timeouts, retry });
  await assert.rejects(other.fetchManifest("v1"), failsWith("oci/timeout"));
});

Deno.test("ten redirects are followed, more are a fault of the registry", async () => {
  for (const hops of [10, 11]) {
    await using registry = serveScripted((_request, index) =>
      index < hops
        ? new Response(null, { status: 302, headers: { location: `/${index}` } })
        : Response.json({ tags: ["a"] })
    );
    using repository = repositoryAt(registry.address);
    const listing = Array.fromAsync(repository.tags());
    if (hops === 10) assert.deepEqual(await listing, ["a"]);
    else await assert.rejects(listing, failsWith("oci/bad-response", /10 times in a row/));
  }
});

Deno.test("a redirect of what writes is followed only where it stays a write", async () => {
  const manifest = new TextEncoder().encode(
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
  );
  for (const status of [301, 302, 303, 307, 308]) {
    await using registry = serveScripted((_request, index) =>
      index === 0
        ? new Response(null, { status, headers: { location: "/other" } })
        : new Response(null, { status: 201 })
    );
    using repository = repositoryAt(registry.address);
    const push = repository.pushManifest(manifest, "application/vnd.oci.image.index.v1+json", "v1");
    if (status < 307) await assert.rejects(push, failsWith("oci/bad-response"));
    else {
      await push;
      assert.deepEqual([registry.seen[1]?.method, registry.seen[1]?.path, registry.seen[1]?.body], [
        "PUT",
        "/other",
        manifest,
      ]);
    }
  }
});

Deno.test("a Location is resolved, upgraded or refused", () => {
  const base = new URL("https://registry.example:8443/v2/a/blobs/uploads/1");
  const cases: [string, string | undefined][] = [
    ["/v2/x?y=z", "https://registry.example:8443/v2/x?y=z"],
    ["https://user:pass@other.example/x#f", "https://other.example/x"],
    ["http://registry.example:8443/x", "https://registry.example:8443/x"],
    ["http://registry.example/x", "https://registry.example:8443/x"],
    ["http://registry.example:9000/x", undefined],
    ["http://other.example/x", undefined],
    ["file:///etc/passwd", undefined],
    ["http://[", undefined],
  ];
  for (const [location, expected] of cases) assert.equal(resolveLocation(location, base)?.href, expected, location);
  assert.equal(resolveLocation("http://other/x", new URL("http://a/"))?.href, "http://other/x");
  fc.assert(fc.property(fc.string(), (text) => {
    const url = resolveLocation(text, base);
    assert(url === undefined || (url.protocol === "https:" && url.username === ""));
  }));
});

Deno.test("an error body of a registry is quoted, a proxy's page is not, and neither controls the terminal", async () => {
  const bodies: [string, RegExp][] = [
    [
      '{"errors":[{"code":"DENIED","message":"no \\u001b[31mred"},{"code":"X"}]}',
      /answered 418 \(DENIED: no {1,2}\[31mred; X\)/,
    ],
    ["plain words", /answered 418 \(plain words\)/],
    ["<html><body>long page</body></html>", /answered 418\n/],
    ['{"errors":"?"}', /answered 418/],
    ['{"errors":[null]}', /answered 418/],
  ];
  for (const [body, expected] of bodies) {
    await using registry = serveScripted(() => new Response(body, { status: 418 }));
    using repository = repositoryAt(registry.address);
    await assert.rejects(repository.fetchManifest("v1"), failsWith("oci/refused", expected));
  }
});

Deno.test("the signature in a URL is no part of a message", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using registry = serveScripted(() =>
    new Response(null, { status: 307, headers: { location: `http://127.0.0.1:${port}/x?signature=topsecret` } })
  );
  using repository = repositoryAt(registry.address, { retry: { ...quick, attempts: 1 } });
  await assert.rejects(repository.fetchBlob(describe(noise(1))), (error) => {
    assert(error instanceof OciError && !error.message.includes("topsecret"), String(error));
    return true;
  });
});

Deno.test("only what can pass is worth another attempt", () => {
  assert.equal(isRetryable(new Error("x")), false);
  const error = (details: Record<string, unknown>) =>
    new OciError({ code: "oci/network", doing: "", why: "", advice: "", details });
  assert.equal(isRetryable(error({})), false);
  assert.deepEqual(isRetryable(error({ retryable: true, retryAfterMs: 5 })), { afterMs: 5 });
  assert.deepEqual(isRetryable(error({ retryable: true })), { afterMs: undefined });
});

Deno.test("a body is not given to a decoder on its way", async () => {
  await using registry = serveScripted(() => Response.json({ tags: [] }));
  using repository = repositoryAt(registry.address, { userAgent: "tasksmith-test" });
  await Array.fromAsync(repository.tags());
  assert.equal(registry.seen[0]?.headers.get("accept-encoding"), "identity");
  assert.equal(registry.seen[0]?.headers.get("user-agent"), "tasksmith-test");
});

Deno.test("which registries are on this machine, and which at private addresses", () => {
  for (const registry of ["localhost", "localhost:5000", "127.0.0.1", "127.9.9.9:80", "[::1]:5000"]) {
    assert(isLoopback(registry), registry);
  }
  for (const registry of ["localhost.example", "10.0.0.1", "127.0.0.1.example", "[::2]"]) {
    assert(!isLoopback(registry), registry);
  }
  for (const registry of ["10.1.2.3:5000", "192.168.0.1", "172.16.0.1"]) assert(isPrivateAddress(registry), registry);
  for (const registry of ["10.example.com", "172.32.0.1", "11.0.0.1", "10.1.2.3.example"]) {
    assert(!isPrivateAddress(registry), registry);
  }
});

const openssl = find("openssl");
const distribution = find("registry");

Deno.test({
  name: "TLS: a certificate of a known authority is trusted, every other is refused at once with what to do",
  ignore: openssl === undefined,
  fn: async () => {
    const { ca, cert, key } = await makeCertificates();
    await using registry = await serveRegistry({ tls: { cert, key } });
    const address = `localhost:${registry.address.split(":")[1]}`;
    const bytes = noise(300_000);
    using trusted = repositoryAt(address, { plainHttp: false, caCerts: [ca], chunkBytes: 100_000 });
    await trusted.pushBlob(describe(bytes), bytesSource(bytes));
    assert.deepEqual(await read(await trusted.fetchBlob(describe(bytes))), bytes);

    const lines: string[] = [];
    const log = { info: (line: string) => void lines.push(line), warn() {}, error() {}, debug() {}, progress() {} };
    using stranger = repositoryAt(address, { plainHttp: false, log });
    await assert.rejects(
      stranger.ping(),
      failsWith("oci/network", /certificate of localhost:\d+ is not trusted[^]*certificate authority/),
    );
    assert.deepEqual(lines, [], "not tried again");
  },
});

Deno.test({
  name: "TLS against the distribution project's registry, over HTTP/2",
  ignore: openssl === undefined || distribution === undefined,
  fn: async () => {
    const { ca, cert, key } = await makeCertificates();
    await using registry = await startDistribution(distribution!, { cert, key });
    using repository = repositoryAt(registry.address, { plainHttp: false, caCerts: [ca], chunkBytes: 100_000 });
    const bytes = noise(1_000_000);
    await repository.pushBlob(describe(bytes), bytesSource(bytes));
    assert.deepEqual(await read(await repository.fetchBlob(describe(bytes))), bytes);
  },
});

Deno.test({
  name: "TLS: a registry is not left for plain HTTP, neither by itself nor by a redirect nor by its token service",
  ignore: openssl === undefined,
  fn: async () => {
    const { ca, cert, key } = await makeCertificates();
    await using plain = serveScripted(() => Response.json({ token: "t" }));
    await using registry = serveScripted((request) => {
      if (request.path.includes("/blobs/")) {
        return new Response(null, { status: 307, headers: { location: `${plain.origin}/blob` } });
      }
      return new Response(null, {
        status: 401,
        headers: { "www-authenticate": `Bearer realm="${plain.origin}/token"` },
      });
    }, { cert, key });
    const address = new URL(registry.origin).host;
    const credentials = credentialsFromJson(
      JSON.stringify({ auths: { [address]: { auth: btoa("user:password") } } }),
      "x",
    );
    using repository = repositoryAt(address, { plainHttp: false, caCerts: [ca], credentials });
    await assert.rejects(repository.fetchBlob(describe(noise(1))), failsWith("oci/bad-response", /from https to http/));
    await assert.rejects(repository.fetchManifest("v1"), failsWith("oci/bad-response", /not an https URL/));
    assert.equal(plain.seen.length, 0);

    using tls = repositoryAt(plain.address, { plainHttp: false });
    await assert.rejects(tls.ping(), failsWith("oci/not-tls", /does not speak TLS[^]*ask for plain HTTP/));
    assert.equal(plain.seen.length, 0);
  },
});

Deno.test("without the permission for a host the error says which flag allows it", async () => {
  const module = new URL("../../lib/oci/http.ts", import.meta.url).href;
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/script.ts`,
      `import { Http } from ${JSON.stringify(module)};
      const http = new Http();
      await http.exchange({ method: "GET", url: new URL("https://registry.example/v2/"), doing: "x" })
        .catch((error) => console.log(error.message, error.details.retryable));`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-prompt", "--quiet", `${directory}/script.ts`],
    }).output();
    assert.match(
      new TextDecoder().decode(stdout),
      /may not connect to registry\.example\n.*--allow-net=registry\.example.* false/,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the platform's fetch can be replaced, and errors show no stack of it", async () => {
  const http = new Http({ fetch: () => Promise.reject(new TypeError("down")) });
  await assert.rejects(http.exchange({ method: "GET", url: new URL("http://a/"), doing: "reach a" }), (error) => {
    assert(failsWith("oci/network", /no answer from a: down/)(error));
    assert(inspect(error).includes("down"));
    return true;
  });
  http.close();
});

Deno.test("a private address without TLS is spoken to without it, but nobody who has TLS, or was asked for it, is", async () => {
  const notTls = () =>
    Promise.reject(
      new TypeError("fetch failed", { cause: new Error("received corrupt message of type InvalidContentType") }),
    );
  const ok = () => Promise.resolve(Response.json({ tags: ["a"] }));
  /** Lists tags twice; gives the schemes that were asked by. */
  const list = async (
    registry: string,
    https: (count: number, host: string) => Promise<Response>,
    options = {},
  ): Promise<string[]> => {
    const asked: string[] = [];
    const fetch = (url: URL) => {
      asked.push(`${url.protocol}//${url.hostname}`);
      return url.protocol === "http:" ? ok() : https(asked.length, url.host);
    };
    using repository = repositoryAt(registry, { fetch, ...options });
    for (let count = 0; count < 2; count++) {
      await Array.fromAsync(repository.tags()).catch((error) => asked.push(error.code));
    }
    return asked;
  };
  assert.deepEqual(await list("10.1.2.3", notTls), ["https://10.1.2.3", "http://10.1.2.3", "http://10.1.2.3"]);
  const refused = (host: string) => [`https://${host}`, "oci/not-tls", `https://${host}`, "oci/not-tls"];
  assert.deepEqual(await list("quay.io", notTls), refused("quay.io"));
  assert.deepEqual(await list("10.1.2.3", notTls, { plainHttp: false }), refused("10.1.2.3"));
  assert.deepEqual(await list("10.1.2.3", notTls, { caCerts: [], plainHttp: true }), [
    "http://10.1.2.3",
    "http://10.1.2.3",
  ]);
  // It has spoken TLS before: whoever answers without it now is another one.
  const later = (count: number) => count === 1 ? ok() : notTls();
  assert.deepEqual(await list("10.1.2.3", later), ["https://10.1.2.3", "https://10.1.2.3", "oci/not-tls"]);
  // It is the host that it sends to which has no TLS.
  const elsewhere = (_count: number, host: string) =>
    host === "10.1.2.3"
      ? Promise.resolve(new Response(null, { status: 307, headers: { location: "https://10.9.9.9/x" } }))
      : notTls();
  const once = ["https://10.1.2.3", "https://10.9.9.9", "oci/not-tls"];
  assert.deepEqual(await list("10.1.2.3", elsewhere), [...once, ...once]);
});
