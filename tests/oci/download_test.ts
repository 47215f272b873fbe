import assert from "node:assert/strict";
import { OciError } from "../../lib/oci/error.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import type { Fault, FaultRequest } from "../../lib/oci/registry-faults.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { describe, noise, quick, read, repositoryAt, serveScripted } from "./counterpart.ts";

const bytes = noise(400_000);
const descriptor = describe(bytes);

/** Fetches a blob against a fault; gives the ranges that were asked for. */
async function fetchAgainst(fault: (request: FaultRequest) => Fault | undefined): Promise<(string | null)[]> {
  const ranges: (string | null)[] = [];
  await using registry = await serveRegistry({
    faults: (request) => {
      if (request.method !== "GET" || request.kind !== "blob") return undefined;
      ranges.push(request.headers.get("range"));
      return fault(request);
    },
  });
  using repository = repositoryAt(registry.address, { timeouts: { idleMs: 200, responseMs: 200 } });
  await repository.pushBlob(descriptor, bytesSource(bytes));
  assert.deepEqual(await read(await repository.fetchBlob(descriptor)), bytes);
  return ranges;
}

Deno.test("a download that breaks off goes on where it stopped", async () => {
  const ranges = await fetchAgainst(({ count }) => count < 4 ? { dropAfterBytes: 100_000 } : undefined);
  assert.equal(ranges.length, 4);
  const starts = ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]));
  assert(starts.every((start, index) => index === 0 || start > starts[index - 1]!), String(starts));
});

Deno.test("a download that gets on is not given up, however often it breaks off", async () => {
  const ranges = await fetchAgainst(({ count }) => count < 6 ? { dropAfterBytes: 70_000 } : undefined);
  assert.equal(ranges.length, 6);
  assert(ranges.length > quick.attempts);
});

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  Deno.test(`a blob is asked for again after ${status}`, async () => {
    assert.equal((await fetchAgainst(({ count }) => count < 3 ? { status } : undefined)).length, 3);
  });
}

Deno.test("a connection without an answer, and a silent registry, are tried again", async () => {
  await fetchAgainst(({ count }) => count === 1 ? { drop: true } : undefined);
  await fetchAgainst(({ count }) => count === 1 ? { hang: true } : undefined);
});

Deno.test("an answer that pretends to be whole is gone on with", async () => {
  await fetchAgainst(({ count }) => count === 1 ? { truncateAfterBytes: 100_000 } : undefined);
});

/** Serves one blob by hand. */
function serveBlob(answer: (range: number, index: number) => Response) {
  return serveScripted((request, index) => answer(Number(/\d+/.exec(request.headers.get("range") ?? "0")), index));
}

/** The first bytes, then silence or a break. */
function broken(content: Uint8Array<ArrayBuffer>, then: "break" | "silence", init: ResponseInit = {}): Response {
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!sent) controller.enqueue(content);
      else if (then === "break") controller.error(new Error("broken"));
      else await new Promise(() => {});
      sent = true;
    },
  });
  return new Response(body, init);
}

Deno.test("a registry without ranges sends all again, and what is known is passed over", async () => {
  await using registry = serveBlob((_range, index) =>
    index < 2 ? broken(bytes.slice(0, 150_000), "break") : new Response(bytes)
  );
  using repository = repositoryAt(registry.address);
  assert.deepEqual(await read(await repository.fetchBlob(descriptor)), bytes);
  assert.deepEqual(registry.seen.map(({ headers }) => headers.get("range")), [null, "bytes=150000-", "bytes=150000-"]);
});

Deno.test("a registry without ranges that breaks at the same place each time is given up", async () => {
  await using registry = serveBlob(() => broken(bytes.slice(0, 150_000), "break"));
  using repository = repositoryAt(registry.address);
  await assert.rejects(
    read(await repository.fetchBlob(descriptor)),
    (error) => error instanceof OciError && error.code === "oci/network",
  );
  assert(registry.seen.length <= 2 * quick.attempts, String(registry.seen.length));
});

Deno.test("silence within a blob is a break: the rest is asked for", async () => {
  await using registry = serveBlob((from, index) =>
    index === 0 ? broken(bytes.slice(0, 1000), "silence") : new Response(bytes.slice(from), {
      status: 206,
      headers: { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` },
    })
  );
  using repository = repositoryAt(registry.address, { timeouts: { idleMs: 100 } });
  assert.deepEqual(await read(await repository.fetchBlob(descriptor)), bytes);
  assert.equal(registry.seen.length, 2);
});

const lies: [string, (from: number, index: number) => Response, RegExp][] = [
  ["other content of the same size", () => new Response(noise(400_000, 2)), /the digest is sha256:/],
  ["one byte changed", () => {
    const changed = bytes.slice();
    changed[399_999]! ^= 1;
    return new Response(changed);
  }, /the digest is sha256:/],
  ["more than was announced, with its length", () => new Response(noise(400_001)), /sends 400001 bytes/],
  ["less than was announced, with its length", () => new Response(bytes.slice(1)), /sends 399999 bytes/],
  [
    "a part that was not asked for",
    () => new Response(bytes.slice(5), { status: 206, headers: { "content-range": "bytes 5-399999/400000" } }),
    /from 5, wanted/,
  ],
  [
    "another part than was asked for",
    (_from, index) =>
      index === 0 ? broken(bytes.slice(0, 1000), "break") : new Response(bytes.slice(1000), {
        status: 206,
        headers: { "content-range": "bytes 2000-399999/400000" },
      }),
    /from 2000, wanted/,
  ],
  ["an answer that ends early each time", (from) => broken(bytes.slice(from, from), "break"), /no answer|ended after/],
];

for (const [what, answer, why] of lies) {
  Deno.test(`a blob with ${what} is an error`, async () => {
    await using registry = serveBlob(answer);
    using repository = repositoryAt(registry.address);
    await assert.rejects(async () => await read(await repository.fetchBlob(descriptor)), (error) => {
      assert(error instanceof OciError, String(error));
      assert(["oci/digest-mismatch", "oci/network"].includes(error.code), error.code);
      assert.match(error.message, why);
      return true;
    });
  });
}

Deno.test("no byte beyond the announced size comes out, however much is sent", async () => {
  await using registry = serveBlob(() =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)) }))
  );
  using repository = repositoryAt(registry.address);
  const stream = await repository.fetchBlob(descriptor);
  let seen = 0;
  await assert.rejects(
    async () => {
      for await (const chunk of stream) seen += chunk.length;
    },
    (error) =>
      error instanceof OciError && error.code === "oci/digest-mismatch" &&
      /more than the announced 400000/.test(error.message),
  );
  assert(seen <= 400_000, String(seen));
});

Deno.test("404, 401 and 403 are final", async () => {
  for (const [status, code] of [[404, "oci/not-found"], [401, "oci/unauthorized"], [403, "oci/forbidden"]] as const) {
    await using registry = serveScripted(() => new Response(null, { status }));
    using repository = repositoryAt(registry.address);
    await assert.rejects(repository.fetchBlob(descriptor), (error) => error instanceof OciError && error.code === code);
    assert.equal(registry.seen.length, 1);
  }
});

Deno.test("a reader that has enough lets the connection go, and a signal ends the reading", async () => {
  await using registry = serveBlob(() => broken(bytes.slice(0, 1000), "silence"));
  const controller = new AbortController();
  using repository = repositoryAt(registry.address);
  const first = (await repository.fetchBlob(descriptor)).getReader();
  assert.equal((await first.read()).value?.length, 1000);
  await first.cancel();
  const second = (await repository.fetchBlob(descriptor, { signal: controller.signal })).getReader();
  await second.read();
  const waiting = second.read();
  controller.abort(new Error("deadline"));
  await assert.rejects(waiting, /deadline/);
});

Deno.test("a manifest that breaks off is fetched again, and one that lies is not believed", async () => {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [],
  });
  const whole = new TextEncoder().encode(manifest);
  const { digest } = describe(whole);
  await using registry = serveScripted((_request, index) =>
    index === 0 ? broken(whole.slice(0, 9), "break") : new Response(whole)
  );
  using repository = repositoryAt(registry.address);
  assert.equal((await repository.fetchManifest("v1")).descriptor.digest, digest);
  const other = describe(noise(3)).digest;
  await assert.rejects(
    repository.fetchManifest(other),
    (error) => error instanceof OciError && error.code === "oci/digest-mismatch" && error.message.includes(digest),
  );
  const headers = {
    "docker-content-digest": other,
    "content-type": "application/vnd.oci.image.index.v1+json",
    "content-length": String(whole.length),
  };
  await using liar = serveScripted(() => new Response(whole, { headers }));
  using lied = repositoryAt(liar.address);
  await assert.rejects(
    lied.fetchManifest("v1"),
    (error) => error instanceof OciError && error.code === "oci/digest-mismatch",
  );
  await assert.rejects(
    lied.resolve(digest),
    (error) => error instanceof OciError && error.code === "oci/digest-mismatch",
  );
});
