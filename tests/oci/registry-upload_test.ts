import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { serveRegistry } from "../../lib/oci/registry.ts";

const digestOf = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A request whose body is read; what counts of the answer. */
async function call(method: string, url: string, init: RequestInit = {}) {
  const response = await fetch(url, { method, ...init });
  const text = await response.text();
  const code = response.status >= 400 ? JSON.parse(text).errors[0].code : undefined;
  return { status: response.status, headers: response.headers, text, code };
}

/** A registry with an upload begun: its repository's URL and the session's. */
async function begun(options: Parameters<typeof serveRegistry>[0] = {}) {
  const registry = await serveRegistry(options);
  const base = `http://${registry.address}/v2/org/repo`;
  const { status, headers } = await call("POST", `${base}/blobs/uploads/`);
  assert.equal(status, 202);
  const upload = new URL(headers.get("location")!, base).href;
  return { base, upload, registry, headers, [Symbol.asyncDispose]: () => registry.close() };
}

Deno.test("a blob in chunks: each stands where the one before ended", async () => {
  await using at = await begun();
  assert.equal(at.headers.get("range"), "0-0");
  const first = await call("PATCH", at.upload, { body: "hello ", headers: { "content-range": "0-5" } });
  assert.deepEqual([first.status, first.headers.get("range")], [202, "0-5"]);
  const second = await call("PATCH", at.upload, { body: "world", headers: { "content-range": "6-10" } });
  assert.deepEqual([second.status, second.headers.get("range")], [202, "0-10"]);
  const status = await call("GET", at.upload);
  assert.deepEqual([status.status, status.headers.get("range")], [204, "0-10"]);
  const digest = digestOf("hello world");
  const put = await call("PUT", `${at.upload}?digest=${digest}`);
  assert.deepEqual([put.status, put.headers.get("docker-content-digest")], [201, digest]);
  const blob = await call("GET", new URL(put.headers.get("location")!, at.base).href);
  assert.equal(blob.text, "hello world");
  assert.equal((await call("GET", at.upload)).code, "BLOB_UPLOAD_UNKNOWN", "the session is over");
});

Deno.test("the last chunk may come with the PUT, or all of it", async () => {
  await using at = await begun();
  await call("PATCH", at.upload, { body: "hello " });
  const put = await call("PUT", `${at.upload}?digest=${digestOf("hello world")}`, {
    body: "world",
    headers: { "content-range": "6-10" },
  });
  assert.equal(put.status, 201);
  const again = await call("POST", `${at.base}/blobs/uploads/`);
  const whole = await call("PUT", `${new URL(again.headers.get("location")!, at.base)}?digest=${digestOf("x")}`, {
    body: "x",
  });
  assert.equal(whole.status, 201);
});

Deno.test("a chunk that does not begin where the upload stands is refused, and changes nothing", async () => {
  await using at = await begun();
  await call("PATCH", at.upload, { body: "hello", headers: { "content-range": "0-4" } });
  for (const range of ["4-5", "6-7", "0-1"]) {
    const answer = await call("PATCH", at.upload, { body: "xx", headers: { "content-range": range } });
    assert.deepEqual([answer.status, answer.headers.get("range")], [416, "0-4"], range);
  }
  const malformed = await call("PATCH", at.upload, { body: "xx", headers: { "content-range": "five to six" } });
  assert.deepEqual([malformed.status, malformed.code], [400, "BLOB_UPLOAD_INVALID"]);
  const put = await call("PUT", `${at.upload}?digest=${digestOf("hello")}`, {
    body: "x",
    headers: { "content-range": "9-9" },
  });
  assert.equal(put.status, 416);
  assert.equal((await call("PUT", `${at.upload}?digest=${digestOf("hello")}`)).status, 201);
});

Deno.test("a chunk of another length than its range is refused", async () => {
  await using at = await begun();
  const answer = await call("PATCH", at.upload, { body: "hello", headers: { "content-range": "0-9" } });
  assert.deepEqual([answer.status, answer.code], [400, "SIZE_INVALID"]);
});

Deno.test("content that is not what its digest says is refused, and never becomes a blob", async () => {
  await using at = await begun();
  const digest = digestOf("what was promised");
  const put = await call("PUT", `${at.upload}?digest=${digest}`, { body: "something else" });
  assert.deepEqual([put.status, put.code], [400, "DIGEST_INVALID"]);
  const post = await call("POST", `${at.base}/blobs/uploads/?digest=${digest}`, { body: "something else" });
  assert.deepEqual([post.status, post.code], [400, "DIGEST_INVALID"]);
  for (const query of ["", "?digest=", "?digest=md5:abc"]) {
    assert.equal((await call("PUT", `${at.upload}${query}`)).status, query === "" ? 404 : 404, "the session is gone");
  }
  assert.equal((await call("GET", `${at.base}/blobs/${digest}`)).status, 404);
  assert.deepEqual(Array.from(Deno.readDirSync(`${at.registry.directory}/.uploads`)), []);
});

Deno.test("a digest that is none is refused before anything is read", async () => {
  await using at = await begun();
  assert.equal((await call("PUT", `${at.upload}?digest=sha256:abc`, { body: "x" })).code, "DIGEST_INVALID");
  assert.equal((await call("PUT", at.upload, { body: "x" })).code, "DIGEST_INVALID");
  assert.equal((await call("POST", `${at.base}/blobs/uploads/?digest=x`, { body: "x" })).code, "DIGEST_INVALID");
  assert.equal((await call("GET", at.upload)).headers.get("range"), "0-0");
});

Deno.test("a cancelled upload is gone with its file", async () => {
  await using at = await begun();
  await call("PATCH", at.upload, { body: "hello" });
  assert.equal((await call("DELETE", at.upload)).status, 204);
  assert.equal((await call("PATCH", at.upload, { body: "hello" })).code, "BLOB_UPLOAD_UNKNOWN");
  assert.deepEqual(Array.from(Deno.readDirSync(`${at.registry.directory}/.uploads`)), []);
});

Deno.test("what a registry that crashed left of uploads goes when it is a day old", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/.uploads`);
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    for (const name of ["old", "young"]) await Deno.writeTextFile(`${dir}/.uploads/${name}`, "half");
    await Deno.utime(`${dir}/.uploads/old`, yesterday, yesterday);
    await using at = await begun({ dir });
    const names = Array.from(Deno.readDirSync(`${dir}/.uploads`), (entry) => entry.name);
    assert.deepEqual(names.sort(), [at.upload.split("/").at(-1), "young"].sort());
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("an upload belongs to its repository", async () => {
  await using at = await begun();
  const other = at.upload.replace("/org/repo/", "/org/other/");
  assert.equal((await call("PATCH", other, { body: "x" })).code, "BLOB_UPLOAD_UNKNOWN");
});

Deno.test("what came before the connection broke is kept, and the upload goes on from there", async () => {
  await using at = await begun();
  const url = new URL(at.upload);
  const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const head = `PATCH ${url.pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`;
  await connection.write(new TextEncoder().encode(`${head}${"a".repeat(600)}`));
  let range = "";
  while (range !== "0-599") range = (await call("GET", at.upload)).headers.get("range")!;
  connection.close();
  const rest = await call("PATCH", at.upload, { body: "b".repeat(400), headers: { "content-range": "600-999" } });
  assert.equal(rest.status, 202);
  const content = "a".repeat(600) + "b".repeat(400);
  assert.equal((await call("PUT", `${at.upload}?digest=${digestOf(content)}`)).status, 201);
});

Deno.test("a connection that hangs in the middle does not block the client's next one", async () => {
  await using at = await begun();
  const url = new URL(at.upload);
  using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const head = `PATCH ${url.pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`;
  await connection.write(new TextEncoder().encode(`${head}half`));
  while ((await call("GET", at.upload)).headers.get("range") !== "0-3");
  const put = await call("PUT", `${at.upload}?digest=${digestOf("half and half")}`, {
    body: " and half",
    headers: { "content-range": "4-12" },
  });
  assert.equal(put.status, 201);
});

Deno.test("what a connection still delivers after the client went on elsewhere is not appended", async () => {
  await using at = await begun();
  const url = new URL(at.upload);
  using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const head = `PATCH ${url.pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`;
  await connection.write(new TextEncoder().encode(`${head}half`));
  while ((await call("GET", at.upload)).headers.get("range") !== "0-3");
  await call("PATCH", at.upload, { body: " and half", headers: { "content-range": "4-12" } });
  const answer = new Uint8Array(1000);
  await connection.read(answer);
  assert.match(new TextDecoder().decode(answer), /^HTTP\/1.1 409 /, "the first request has been ended");
  await connection.write(new TextEncoder().encode(" late"));
  assert.equal((await call("PUT", `${at.upload}?digest=${digestOf("half and half")}`)).status, 201);
});

Deno.test("a body of which nothing more arrives is given up", async () => {
  await using at = await begun({ idleMs: 50 });
  const url = new URL(at.upload);
  using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const head = `PATCH ${url.pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`;
  await connection.write(new TextEncoder().encode(`${head}half`));
  const answer = new Uint8Array(1000);
  await connection.read(answer);
  assert.match(new TextDecoder().decode(answer), /^HTTP\/1.1 408 /);
  assert.equal((await call("GET", at.upload)).headers.get("range"), "0-3", "what came is kept");
});

Deno.test("a blob of more than the limit is refused, and its upload removed", async () => {
  await using at = await begun({ maxBlobBytes: 100 });
  const post = await call("POST", `${at.base}/blobs/uploads/?digest=${digestOf("x")}`, { body: "x".repeat(101) });
  assert.deepEqual([post.status, post.code], [413, "SIZE_INVALID"]);
  assert.equal((await call("PATCH", at.upload, { body: "x".repeat(100) })).status, 202);
  assert.equal((await call("PATCH", at.upload, { body: "x" })).status, 413);
});

Deno.test("a blob is mounted from another repository without being sent", async () => {
  await using at = await begun();
  const digest = digestOf("shared");
  await call("POST", `${at.base}/blobs/uploads/?digest=${digest}`, { body: "shared" });
  const other = at.base.replace("org/repo", "org/other");
  const mount = await call("POST", `${other}/blobs/uploads/?mount=${digest}&from=org/repo`);
  assert.deepEqual([mount.status, mount.headers.get("location")], [201, `/v2/org/other/blobs/${digest}`]);
  assert.equal((await call("GET", `${other}/blobs/${digest}`)).text, "shared");
  assert.equal((await call("DELETE", `${at.base}/blobs/${digest}`)).status, 202);
  assert.equal((await call("GET", `${other}/blobs/${digest}`)).text, "shared", "each repository has its own");
  const anonymous = await call("POST", `${at.base}/blobs/uploads/?mount=${digest}`);
  assert.equal(anonymous.status, 201, "also when the client does not know where");
  for (const from of ["org/absent", "../org", "org/other"]) {
    const absent = await call("POST", `${at.base}/blobs/uploads/?mount=${digestOf("absent")}&from=${from}`);
    assert.equal(absent.status, 202, "otherwise it is an upload like any other");
  }
});

Deno.test("many uploads at once, of the same blob and of others", async () => {
  await using at = await begun();
  const contents = Array.from({ length: 30 }, (_, i) => `content ${i % 10} `.repeat(10_000));
  const statuses = await Promise.all(
    contents.map(async (body) =>
      (await call("POST", `${at.base}/blobs/uploads/?digest=${digestOf(body)}`, { body })).status
    ),
  );
  assert.deepEqual(new Set(statuses), new Set([201]));
  for (const content of contents) {
    assert.equal((await call("GET", `${at.base}/blobs/${digestOf(content)}`)).text, content);
  }
});
