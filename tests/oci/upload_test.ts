import assert from "node:assert/strict";
import { createServer } from "node:http";
import { OciError } from "../../lib/oci/error.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import type { Faults } from "../../lib/oci/registry-faults.ts";
import { bytesSource, type Source } from "../../lib/streams/source.ts";
import { describe, find, noise, quick, read, repositoryAt, serveScripted, startDistribution } from "./counterpart.ts";

const chunkBytes = 64 * 1024;
const bytes = noise(300_000);
const descriptor = describe(bytes);

/** A source that says where it was opened. */
function watched(bytes: Uint8Array<ArrayBuffer>): Source & { opened: number[] } {
  const inner = bytesSource(bytes);
  const opened: number[] = [];
  return {
    size: inner.size,
    opened,
    open(offset = 0) {
      opened.push(offset);
      return inner.open(offset);
    },
  };
}

/** Pushes against a fault, and gives what happened; the blob must be there in the end. */
async function pushAgainst(faults: Faults, content = bytes, stream = false): Promise<string[]> {
  const requests: string[] = [];
  await using registry = await serveRegistry({
    faults: (request) => {
      const range = request.headers.get("content-range");
      requests.push(`${request.method} ${request.kind}${range === null ? "" : ` ${range}`}`);
      return faults(request);
    },
  });
  using repository = repositoryAt(registry.address, { chunkBytes, stream });
  await repository.pushBlob(describe(content), bytesSource(content));
  assert.deepEqual(await read(await repository.fetchBlob(describe(content))), content);
  return requests;
}

Deno.test("a large blob goes in chunks, a small one in one request", async () => {
  const large = await pushAgainst(() => undefined);
  assert.deepEqual(large.slice(0, 8), [
    "HEAD blob",
    "POST uploads",
    "PATCH upload 0-65535",
    "PATCH upload 65536-131071",
    "PATCH upload 131072-196607",
    "PATCH upload 196608-262143",
    "PATCH upload 262144-299999",
    "PUT upload",
  ]);
  const small = await pushAgainst(() => undefined, noise(chunkBytes));
  assert.deepEqual(small.slice(0, 3), ["HEAD blob", "POST uploads", "PUT upload"]);
});

Deno.test("a connection that breaks within a chunk: the registry is asked, and what it has is not sent again", async () => {
  const requests = await pushAgainst(({ method, count }) =>
    method === "PATCH" && (count === 2 || count === 3) ? { dropRequestAfterBytes: 10_000 } : undefined
  );
  const asked = requests.indexOf("GET upload");
  assert(asked > 0, String(requests));
  const resumed = requests.slice(asked).find((request) => request.startsWith("PATCH"));
  const from = Number(/ (\d+)-/.exec(resumed ?? "")?.[1]);
  assert(from >= 65536 && from < 131072, `goes on from ${from}`);
  assert.equal(requests.filter((request) => request === "POST uploads").length, 1);
});

Deno.test("a connection that breaks within a small blob's only request: it arrives whole all the same", async () => {
  for (const dropRequestAfterBytes of [0, 1000, 19_999]) {
    await pushAgainst(
      ({ method, count }) => method === "PUT" && count === 1 ? { dropRequestAfterBytes } : undefined,
      noise(20_000),
    );
    // On a connection that was not used before, fetch does not repeat the request by itself.
    await pushAgainst(
      ({ method, count }) =>
        count === 1 && method === "POST"
          ? { headers: { connection: "close" } }
          : count === 1 && method === "PUT"
          ? { dropRequestAfterBytes }
          : undefined,
      noise(20_000),
    );
  }
});

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  Deno.test(`a chunk and its completion are sent again after ${status}`, async () => {
    const requests = await pushAgainst(({ method, count }) =>
      (method === "PATCH" && count === 2) || (method === "PUT" && count === 1) || (method === "POST" && count === 1)
        ? { status, headers: { "retry-after": "0" } }
        : undefined
    );
    assert.equal(requests.filter((request) => request === "PUT upload").length, 2);
  });
}

Deno.test("an upload that the registry has lost begins anew", async () => {
  let lost = false;
  const requests = await pushAgainst(({ method, kind, count }) => {
    if (kind !== "upload" || method === "DELETE") return undefined;
    if (method === "PATCH" && count === 3) lost = true;
    if (method === "PATCH" && count === 4) lost = false;
    return lost ? { status: 404 } : undefined;
  });
  assert.equal(requests.filter((request) => request === "POST uploads").length, 2);
});

Deno.test("416: the registry is asked where it stands", async () => {
  const requests = await pushAgainst(({ method, count }) =>
    method === "PATCH" && count === 3 ? { status: 416 } : undefined
  );
  // It has what it had, so the session is of no use: its word and its deed differ.
  assert.deepEqual(requests.filter((request) => /^(POST|DELETE|GET upload)/.test(request)), [
    "POST uploads",
    "GET upload",
    "DELETE upload",
    "POST uploads",
  ]);
});

Deno.test("the answer to the last request is lost: the blob is found, and not sent again", async () => {
  await using registry = await serveRegistry();
  const requests: string[] = [];
  const losing = async (url: URL, init: RequestInit): Promise<Response> => {
    requests.push(`${init.method}`);
    const answer = await fetch(url, init);
    if (init.method !== "PUT") return answer;
    await answer.body?.cancel();
    throw new TypeError("connection reset");
  };
  for (const content of [noise(1000), bytes]) {
    using repository = repositoryAt(registry.address, { chunkBytes, stream: false, fetch: losing });
    requests.length = 0;
    await repository.pushBlob(describe(content), bytesSource(content));
    assert.deepEqual(requests.filter((method) => method !== "PATCH"), ["HEAD", "POST", "PUT", "GET", "HEAD"]);
  }
});

Deno.test("an upload that gets on is not given up, however often it breaks off", async () => {
  let failures = 0;
  await pushAgainst(({ method, count }) =>
    method === "PATCH" && count % 2 === 1 && ++failures ? { status: 503 } : undefined
  );
  assert(failures > quick.attempts, String(failures));
});

Deno.test("a registry that is faster to fail than to take anything is given up, with the number of attempts it was given", async () => {
  await using registry = await serveRegistry({
    faults: ({ method }) => method === "PATCH" ? { drop: true } : undefined,
  });
  using repository = repositoryAt(registry.address, { chunkBytes, stream: false });
  await assert.rejects(repository.pushBlob(descriptor, bytesSource(bytes)), (error) => {
    assert(error instanceof OciError && error.code === "oci/network");
    assert(error.message.includes(registry.address) && error.message.includes(descriptor.digest), error.message);
    return true;
  });
});

for (
  const [status, code] of [[400, "refused"], [401, "unauthorized"], [403, "forbidden"], [413, "too-large"]] as const
) {
  Deno.test(`${status} to a chunk is final, and the upload is cancelled`, async () => {
    const requests: string[] = [];
    await using registry = await serveRegistry({
      faults: ({ method, kind }) => {
        requests.push(`${method} ${kind}`);
        return method === "PATCH" ? { status } : undefined;
      },
    });
    using repository = repositoryAt(registry.address, { chunkBytes, stream: false });
    await assert.rejects(
      repository.pushBlob(descriptor, bytesSource(bytes)),
      (error) => error instanceof OciError && error.code === `oci/${code}`,
    );
    assert.deepEqual(requests, ["HEAD blob", "POST uploads", "PATCH upload", "DELETE upload"]);
  });
}

Deno.test("content that is not what its descriptor says is refused, and not stored", async () => {
  for (const size of [1000, 300_000]) {
    await using registry = await serveRegistry();
    using repository = repositoryAt(registry.address, { chunkBytes, stream: false });
    const claimed = describe(noise(size, 1));
    await assert.rejects(
      repository.pushBlob(claimed, bytesSource(noise(size, 2))),
      (error) => error instanceof OciError && error.code === "oci/digest-mismatch",
    );
    assert.equal(await repository.hasBlob(claimed), false);
  }
});

Deno.test("a source that ends early is an error that says where", async () => {
  await using registry = await serveRegistry();
  using repository = repositoryAt(registry.address, { chunkBytes, stream: false });
  const short: Source = { size: bytes.length, open: (offset = 0) => bytesSource(bytes.slice(0, 100_000)).open(offset) };
  await assert.rejects(repository.pushBlob(descriptor, short), /ended after 100000 of 300000 bytes/);
});

Deno.test("a registry that says it stored something else is not believed", async () => {
  const other = describe(noise(5)).digest;
  await using registry = await serveRegistry({
    faults: ({ method }) => method === "PUT" ? { headers: { "docker-content-digest": other } } : undefined,
  });
  using repository = repositoryAt(registry.address);
  await assert.rejects(
    repository.pushBlob(descriptor, bytesSource(bytes)),
    (error) => error instanceof OciError && error.code === "oci/digest-mismatch" && error.message.includes(other),
  );
});

for (const stream of [true, false]) {
  Deno.test(`a signal in the middle of an upload ends it and cancels it at the registry (${stream ? "stream" : "chunks"})`, async () => {
    const controller = new AbortController();
    const requests: string[] = [];
    await using registry = await serveRegistry({
      faults: ({ method, kind }) => {
        requests.push(`${method} ${kind}`);
        if (method !== "PATCH") return undefined;
        queueMicrotask(() => controller.abort(new Error("SIGTERM")));
        return { hang: true };
      },
    });
    using repository = repositoryAt(registry.address, { chunkBytes, stream, signal: controller.signal });
    await assert.rejects(repository.pushBlob(descriptor, bytesSource(bytes)), /SIGTERM/);
    assert.deepEqual(requests, ["HEAD blob", "POST uploads", "PATCH upload", "DELETE upload"]);
  });
}

Deno.test("a registry that never answers is given up after the time allowed", async () => {
  await using registry = await serveRegistry({
    faults: ({ method }) => method === "PATCH" ? { hang: true } : undefined,
  });
  using repository = repositoryAt(registry.address, {
    chunkBytes: 1000,
    stream: false,
    timeouts: { responseMs: 50 },
    retry: { ...quick, attempts: 2 },
  });
  await assert.rejects(
    repository.pushBlob(descriptor, bytesSource(bytes)),
    (error) => error instanceof OciError && error.code === "oci/timeout" && error.message.includes(registry.address),
  );
});

Deno.test("a large blob goes as one stream", async () => {
  const requests = await pushAgainst(() => undefined, bytes, true);
  assert.deepEqual(requests.slice(0, 4), ["HEAD blob", "POST uploads", "PATCH upload", "PUT upload"]);
});

Deno.test("a stream that breaks goes on with a chunk that says where it belongs, then as a stream again", async () => {
  const requests = await pushAgainst(
    ({ method, count }) => method === "PATCH" && count === 1 ? { dropRequestAfterBytes: 100_000 } : undefined,
    bytes,
    true,
  );
  const [begun, broken, asked, guard, rest, finished] = requests.slice(1);
  assert.deepEqual([begun, broken, asked, rest, finished], [
    "POST uploads",
    "PATCH upload",
    "GET upload",
    "PATCH upload",
    "PUT upload",
  ]);
  assert.match(guard ?? "", /^PATCH upload \d+-\d+$/);
});

Deno.test("a stream that gets on is not given up, however often it breaks off", async () => {
  let broken = 0;
  await pushAgainst(
    ({ method, headers }) =>
      method === "PATCH" && !headers.has("content-range") && ++broken ? { dropRequestAfterBytes: 20_000 } : undefined,
    noise(600_000),
    true,
  );
  assert(broken > quick.attempts, String(broken));
});

for (const status of [400, 405, 411, 413, 415, 501]) {
  Deno.test(`a registry, or a proxy before it, that answers a stream with ${status} gets chunks`, async () => {
    await using registry = uploadServer({ location: () => "/up", streams: status });
    using repository = repositoryAt(registry.address, { chunkBytes: 100_000 });
    await repository.pushBlob(descriptor, bytesSource(bytes));
    assert.deepEqual(
      registry.seen.filter(({ method }) => method === "PATCH").map(({ headers }) => headers.get("content-range")),
      [null, "0-99999", "100000-199999", "200000-299999"],
    );
  });
}

Deno.test("a stream's source that ends early, or fails, is not taken for the network's fault", async () => {
  const short: Source = { size: bytes.length, open: (offset = 0) => bytesSource(bytes.slice(0, 100_000)).open(offset) };
  const failing: Source = {
    size: bytes.length,
    open: () => new ReadableStream({ pull: (controller) => controller.error(new Error("the disk is gone")) }),
  };
  for (const [source, why] of [[short, /ended after 100000 of 300000 bytes/], [failing, /the disk is gone/]] as const) {
    const requests: string[] = [];
    await using registry = await serveRegistry({ faults: ({ method }) => void requests.push(method) as undefined });
    using repository = repositoryAt(registry.address, { chunkBytes });
    await assert.rejects(repository.pushBlob(descriptor, source), why);
    assert(requests.filter((method) => method === "PATCH").length <= 1);
    assert.equal(requests.at(-1), "DELETE");
  }
});

Deno.test("an answer that comes before all of a stream is sent ends the sending", async () => {
  let pulled = 0;
  const endless: Source = {
    size: 1e12,
    open: () =>
      new ReadableStream({
        pull(controller) {
          pulled += 65536;
          controller.enqueue(new Uint8Array(65536));
        },
      }, { highWaterMark: 0 }),
  };
  const closing = new AbortController();
  // Reads the head of each request only.
  const server = createServer((request, response) => {
    const status = request.method === "HEAD"
      ? 404
      : request.method === "POST"
      ? 202
      : request.method === "PATCH"
      ? 403
      : 200;
    response.writeHead(status, { location: "/up" }).end();
  });
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: "127.0.0.1", signal: closing.signal }, () => resolve())
  );
  const { port } = server.address() as { port: number };
  const repository = repositoryAt(`127.0.0.1:${port}`);
  try {
    const push = repository.pushBlob({ ...descriptor, size: 1e12 }, endless);
    await assert.rejects(push, (error) => error instanceof OciError && error.code === "oci/forbidden");
    assert(pulled < 100_000_000, String(pulled));
  } finally {
    repository.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("a registry that takes nothing of a stream is given up after the time allowed", async () => {
  await using registry = await serveRegistry({
    faults: ({ method }) => method === "PATCH" ? { hang: true } : undefined,
  });
  using repository = repositoryAt(registry.address, {
    chunkBytes: 1000,
    timeouts: { responseMs: 60 },
    retry: { ...quick, attempts: 2 },
  });
  await assert.rejects(
    repository.pushBlob(descriptor, bytesSource(bytes)),
    (error) => error instanceof OciError && error.code === "oci/timeout" && error.message.includes(registry.address),
  );
});

/** A registry that takes uploads by a script of its own. */
function uploadServer(
  options: {
    location: (origin: string, step: number) => string;
    take?: (sent: number) => number;
    minimum?: number;
    streams?: number;
  },
) {
  let have = 0;
  let step = 0;
  const server = serveScripted((request) => {
    if (request.method === "HEAD") return new Response(null, { status: 404 });
    const headers = new Headers({ location: options.location(server.origin, step++) });
    if (options.minimum !== undefined) headers.set("oci-chunk-min-length", String(options.minimum));
    if (request.method === "POST") return new Response(null, { status: 202, headers });
    if (request.method === "PUT") return new Response(null, { status: 201, headers });
    if (request.method === "GET") {
      headers.set("range", `0-${Math.max(0, have - 1)}`);
      return new Response(null, { status: 204, headers });
    }
    if (options.streams !== undefined && !request.headers.has("content-range")) {
      return new Response(null, { status: options.streams });
    }
    const [from] = (request.headers.get("content-range") ?? "").split("-").map(Number);
    if (from !== have) return new Response(null, { status: 416, headers });
    have += options.take?.(request.body.length) ?? request.body.length;
    headers.set("range", `0-${have - 1}`);
    return new Response(null, { status: 202, headers });
  });
  return server;
}

Deno.test("a Location may be relative, absolute, and carry parameters that are kept as they are", async () => {
  const locations = [
    (_origin: string, step: number) => `/uploads/${step}?_state=a%2Bb==`,
    (origin: string, step: number) => `${origin}/uploads/${step}?_state=a%2Bb==`,
    (_origin: string, step: number) =>
      step === 0 ? "../../../../../uploads/0?_state=a%2Bb==" : `${step}?_state=a%2Bb==`,
  ];
  for (const location of locations) {
    await using registry = uploadServer({ location });
    using repository = repositoryAt(registry.address, { chunkBytes: 200_000, stream: false });
    await repository.pushBlob(descriptor, bytesSource(bytes));
    assert.deepEqual(registry.seen.map(({ method, path }) => `${method} ${path}`).slice(2), [
      "PATCH /uploads/0?_state=a%2Bb==",
      "PATCH /uploads/1?_state=a%2Bb==",
      `PUT /uploads/2?_state=a%2Bb==&digest=${encodeURIComponent(descriptor.digest)}`,
    ]);
  }
});

Deno.test("a registry that takes less than it was sent gets the rest", async () => {
  await using registry = uploadServer({ location: () => "/up", take: (sent) => Math.min(sent, 70_000) });
  using repository = repositoryAt(registry.address, { chunkBytes: 100_000, stream: false });
  const source = watched(bytes);
  await repository.pushBlob(descriptor, source);
  assert.deepEqual(
    registry.seen.filter(({ method }) => method === "PATCH").map(({ headers }) => headers.get("content-range")),
    ["0-99999", "70000-169999", "140000-239999", "210000-299999", "280000-299999"],
  );
  assert.deepEqual(source.opened, [0, 70_000, 140_000, 210_000]);
});

Deno.test("chunks are no smaller than the registry asks for", async () => {
  await using registry = uploadServer({ location: () => "/up", minimum: 150_000 });
  using repository = repositoryAt(registry.address, { chunkBytes: 100_000, stream: false });
  await repository.pushBlob(descriptor, bytesSource(bytes));
  assert.deepEqual(
    registry.seen.filter(({ method }) => method === "PATCH").map(({ body }) => body.length),
    [150_000, 150_000],
  );
});

Deno.test("an upload without a usable Location is an error", async () => {
  for (const location of ["ftp://127.0.0.1/x", "http://[/"]) {
    await using registry = uploadServer({ location: () => location });
    using repository = repositoryAt(registry.address);
    await assert.rejects(
      repository.pushBlob(descriptor, bytesSource(bytes)),
      (error) => error instanceof OciError && error.code === "oci/bad-response",
    );
  }
});

Deno.test("an upload sent to another host takes no login there", async () => {
  await using other = serveScripted(() => new Response(null, { status: 201 }));
  await using registry = serveScripted((request) => {
    if (!request.headers.has("authorization")) {
      return new Response(null, { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } });
    }
    if (request.method === "HEAD") return new Response(null, { status: 404 });
    return new Response(null, { status: 202, headers: { location: `${other.origin}/storage?signature=s` } });
  });
  const { credentialsFromJson } = await import("../../lib/oci/credentials.ts");
  const credentials = credentialsFromJson(
    JSON.stringify({ auths: { [registry.address]: { auth: btoa("u:p") } } }),
    "x",
  );
  using repository = repositoryAt(registry.address, { credentials });
  await repository.pushBlob(descriptor, bytesSource(bytes));
  assert.equal(registry.seen.at(-1)?.headers.get("authorization"), `Basic ${btoa("u:p")}`);
  assert.deepEqual(other.seen.map(({ method, headers }) => [method, headers.get("authorization")]), [["PUT", null]]);
});

Deno.test("the right to read the other repository is not needed to write this one", async () => {
  const { credentialsFromJson } = await import("../../lib/oci/credentials.ts");
  await using registry = await serveRegistry({
    auth: { scheme: "token", users: { u: "p" }, may: (_user, repository) => repository === "org/repo" },
  });
  const credentials = credentialsFromJson(
    JSON.stringify({ auths: { [registry.address]: { auth: btoa("u:p") } } }),
    "x",
  );
  using repository = repositoryAt(registry.address, { credentials });
  await repository.pushBlob(descriptor, bytesSource(bytes), { mountFrom: "org/private" });
  assert.equal(await repository.hasBlob(descriptor), true);
});

const distribution = find("registry");

for (const stream of [true, false]) {
  Deno.test({
    name: `the distribution project's registry is asked where an upload stands after a connection broke (${
      stream ? "stream" : "chunks"
    })`,
    ignore: distribution === undefined,
    fn: async () => {
      await using registry = await startDistribution(distribution!);
      // A proxy that breaks the second and the fourth connection after 100 kB on their way in.
      let connections = 0;
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const [hostname, port] = registry.address.split(":");
      const serving = (async () => {
        const running: Promise<unknown>[] = [];
        for await (const inside of listener) {
          const limit = [2, 4].includes(++connections) ? 100_000 : Infinity;
          running.push((async () => {
            const outside = await Deno.connect({ hostname: hostname!, port: Number(port) });
            let passed = 0;
            const cut = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
              transform(chunk, controller) {
                passed += chunk.length;
                if (passed > limit) throw new Error("cut");
                controller.enqueue(chunk);
              },
            });
            const close = () => {
              for (const connection of [inside, outside]) {
                try {
                  connection.close();
                } catch {
                  // Closed already.
                }
              }
            };
            await Promise.race([
              inside.readable.pipeThrough(cut).pipeTo(outside.writable, { preventClose: true }).catch(close),
              outside.readable.pipeTo(inside.writable, { preventClose: true }).catch(close),
            ]);
            close();
          })());
        }
        await Promise.all(running);
      })();
      const logged: string[] = [];
      const log = { info: (line: string) => void logged.push(line), warn() {}, error() {}, debug() {}, progress() {} };
      const repository = repositoryAt(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`, {
        chunkBytes: 250_000,
        stream,
        log,
      });
      try {
        const large = noise(2_000_000, 3);
        // A new connection for the upload: the first one is taken by another client.
        const first = repositoryAt(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
        await first.ping();
        first.close();
        await repository.pushBlob(describe(large), bytesSource(large));
        assert.deepEqual(await read(await repository.fetchBlob(describe(large))), large);
        assert(logged.length >= 1 && logged.every((line) => line.includes("trying again")), String(logged));
      } finally {
        repository.close();
        listener.close();
        await serving.catch(() => {});
      }
    },
  });
}
