import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { FaultRequest, Faults } from "../../lib/oci/registry-faults.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";

const digestOf = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const content = "0123456789".repeat(1000);

/**
 * A request on a connection of its own. On one that was used before, Deno's fetch sends a request again by itself when
 * the connection breaks before an answer, whatever the method.
 */
async function fetchAfresh(url: string, init: RequestInit = {}) {
  using client = Deno.createHttpClient({});
  return await fetch(url, { ...init, client });
}

/** A registry that holds a blob, whose faults begin when it is there. */
async function withBlob(faults: Faults) {
  let armed = false;
  const registry = await serveRegistry({ faults: (request) => armed ? faults(request) : undefined });
  const base = `http://${registry.address}/v2/r/blobs`;
  const push = (body: string) => fetch(`${base}/uploads/?digest=${digestOf(body)}`, { method: "POST", body });
  await (await push(content)).body?.cancel();
  armed = true;
  return { blob: `${base}/${digestOf(content)}`, base, registry, [Symbol.asyncDispose]: () => registry.close() };
}

Deno.test("a status, headers and a body in place of the answer", async () => {
  await using at = await withBlob(({ count }) =>
    count === 1 ? { status: 429, headers: { "retry-after": "1" }, body: "slow down" } : undefined
  );
  const first = await fetch(at.blob);
  assert.deepEqual([first.status, first.headers.get("retry-after"), await first.text()], [429, "1", "slow down"]);
  assert.equal(await (await fetch(at.blob)).text(), content);
});

Deno.test("headers that lie about the answer", async () => {
  await using at = await withBlob(() => ({ headers: { "docker-content-digest": digestOf("other") } }));
  const answer = await fetch(at.blob);
  assert.equal(answer.headers.get("docker-content-digest"), digestOf("other"));
  assert.equal(await answer.text(), content);
});

Deno.test("a corrupt byte in a body of the right length", async () => {
  await using at = await withBlob(({ count }) => ({ corrupt: count === 1 ? true : 5000 }));
  for (const offset of [0, 5000]) {
    const bytes = await (await fetch(at.blob)).bytes();
    assert.equal(bytes.length, content.length);
    const wrong = Array.from(bytes.keys()).filter((i) => bytes[i] !== content.charCodeAt(i));
    assert.deepEqual(wrong, [offset]);
  }
});

Deno.test("a body that ends early, honestly", async () => {
  await using at = await withBlob(() => ({ truncateAfterBytes: 100 }));
  assert.equal(await (await fetch(at.blob)).text(), content.slice(0, 100));
});

Deno.test("a connection that breaks in the middle of the answer, with what came before", async () => {
  await using at = await withBlob(({ count }) => count === 1 ? { dropAfterBytes: 1234 } : undefined);
  const answer = await fetch(at.blob);
  assert.equal(answer.headers.get("content-length"), String(content.length));
  let received = "";
  await assert.rejects(async () => {
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) received += part;
  });
  assert.equal(received, content.slice(0, 1234));
  assert.equal(await (await fetch(at.blob)).text(), content, "the next request is served");
});

Deno.test("a connection that breaks without an answer", async () => {
  await using at = await withBlob(({ count }) => count === 1 ? { drop: true } : undefined);
  await assert.rejects(fetchAfresh(at.blob), TypeError);
  assert.equal((await fetch(at.blob, { method: "HEAD" })).status, 200);
});

Deno.test("a connection that breaks in the middle of an upload, which keeps what came", async () => {
  await using at = await withBlob(({ method, count }) =>
    method === "PATCH" && count === 1 ? { dropRequestAfterBytes: 70_000 } : undefined
  );
  const begun = await fetch(`${at.base}/uploads/`, { method: "POST" });
  await begun.body?.cancel();
  const upload = new URL(begun.headers.get("location")!, at.base).href;
  const body = "y".repeat(200_000);
  await assert.rejects(fetchAfresh(upload, { method: "PATCH", body }), TypeError);
  const status = await fetch(upload);
  assert.equal(status.headers.get("range"), "0-69999");
  const rest = await fetch(upload, {
    method: "PATCH",
    body: body.slice(70_000),
    headers: { "content-range": "70000-199999" },
  });
  await rest.body?.cancel();
  const put = await fetch(`${upload}?digest=${digestOf(body)}`, { method: "PUT" });
  await put.body?.cancel();
  assert.equal(put.status, 201);
});

Deno.test("an answer that does not come until the client gives up, or the registry ends", async () => {
  await using at = await withBlob(({ url }) => url.pathname.endsWith("/v2/") ? { hang: true } : { delayMs: 20 });
  const abort = new AbortController();
  const hanging = fetch(`http://${at.registry.address}/v2/`, { signal: abort.signal });
  assert.equal(await (await fetch(at.blob)).text(), content, "late, but whole");
  abort.abort();
  await assert.rejects(hanging, { name: "AbortError" });
  const second = fetch(`http://${at.registry.address}/v2/`).then((answer) => answer.body?.cancel(), () => {});
  await at.registry.close();
  await second;
});

Deno.test("faults see the request: method, endpoint, and how many like it came before", async () => {
  const seen: string[] = [];
  await using at = await withBlob(({ method, kind, count }: FaultRequest) => {
    seen.push(`${method} ${kind} ${count}`);
    return undefined;
  });
  for (const [method, url] of [["HEAD", at.blob], ["GET", at.blob], ["GET", at.blob], ["GET", at.base]] as const) {
    await (await fetch(url, { method })).body?.cancel();
  }
  assert.deepEqual(seen, ["HEAD blob 1", "GET blob 1", "GET blob 2", "GET undefined 1"]);
});
