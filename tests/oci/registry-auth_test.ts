import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type RegistryAuth, registryUsers } from "../../lib/oci/registry-auth.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";

const digestOf = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const users = { writer: "wp-secret", reader: "rp-secret" };
const may: RegistryAuth["may"] = (user, repository, action) =>
  user === "writer" || (action === "pull" && repository !== "private/repo");
const basic = (user: string, password: string) => ({ authorization: `Basic ${btoa(`${user}:${password}`)}` });

async function call(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
  body?: string | URLSearchParams,
) {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: /"code":"([A-Z_]+)"/.exec(text)?.[1] };
}

const upload = (address: string, repository: string) =>
  `http://${address}/v2/${repository}/blobs/uploads/?digest=${digestOf("x")}`;
const blob = (address: string, repository: string) => `http://${address}/v2/${repository}/blobs/${digestOf("x")}`;

Deno.test("basic: nothing without a password, and no more than the user may", async () => {
  await using registry = await serveRegistry({ auth: { users, may } });
  const { address } = registry;
  for (
    const headers of [{}, basic("writer", "wrong"), basic("nobody", "x"), basic("toString", "x"), {
      authorization: "Basic %%",
    }]
  ) {
    const answer = await call(`http://${address}/v2/`, headers);
    assert.deepEqual([answer.status, answer.code], [401, "UNAUTHORIZED"]);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm="/);
  }
  assert.equal((await call(`http://${address}/v2/`, basic("reader", users.reader))).status, 200);
  assert.equal((await call(upload(address, "a"), basic("writer", users.writer), "POST", "x")).status, 201);
  assert.equal((await call(upload(address, "private/repo"), basic("writer", users.writer), "POST", "x")).status, 201);
  assert.equal((await call(blob(address, "a"), basic("reader", users.reader))).text, "x");
  const cases: [string, string][] = [
    [blob(address, "private/repo"), "GET"],
    [upload(address, "a"), "POST"],
    [blob(address, "a"), "DELETE"],
  ];
  for (const [url, method] of cases) {
    const denied = await call(url, basic("reader", users.reader), method);
    assert.deepEqual([denied.status, denied.code], [403, "DENIED"], url);
  }
});

Deno.test("a blob is not mounted from a repository that the user may not read", async () => {
  const mayNot: RegistryAuth["may"] = (user, repository) => user === "writer" || repository === "mine";
  await using registry = await serveRegistry({ auth: { users, may: mayNot } });
  const { address } = registry;
  assert.equal((await call(upload(address, "theirs"), basic("writer", users.writer), "POST", "x")).status, 201);
  for (const from of ["&from=theirs", ""]) {
    const url = `http://${address}/v2/mine/blobs/uploads/?mount=${digestOf("x")}${from}`;
    assert.equal((await call(url, basic("reader", users.reader), "POST")).status, 202, "an upload, no mount");
    assert.equal((await call(url, basic("writer", users.writer), "POST")).status, 201);
    await call(blob(address, "mine"), basic("writer", users.writer), "DELETE");
  }
});

Deno.test("the catalog shows what the user may read", async () => {
  await using registry = await serveRegistry({ auth: { users, may } });
  for (const repository of ["a", "private/repo"]) {
    await call(
      `http://${registry.address}/v2/${repository}/manifests/v1`,
      { ...basic("writer", users.writer), "content-type": "application/vnd.oci.image.index.v1+json" },
      "PUT",
      '{"schemaVersion":2,"manifests":[]}',
    );
  }
  const list = async (user: keyof typeof users) =>
    JSON.parse((await call(`http://${registry.address}/v2/_catalog`, basic(user, users[user]))).text).repositories;
  assert.deepEqual(await list("writer"), ["a", "private/repo"]);
  assert.deepEqual(await list("reader"), ["a"]);
});

Deno.test("anonymous pull: anyone reads, nobody writes without a password", async () => {
  await using registry = await serveRegistry({ auth: { users, anonymousPull: true } });
  const { address } = registry;
  assert.equal((await call(upload(address, "a"), {}, "POST", "x")).status, 401);
  assert.equal((await call(upload(address, "a"), basic("writer", users.writer), "POST", "x")).status, 201);
  assert.equal((await call(blob(address, "a"))).text, "x");
  assert.equal(
    (await call(blob(address, "a"), basic("writer", "wrong"))).status,
    401,
    "a wrong password is no anonymity",
  );
});

Deno.test("token: the challenge leads to a token, which opens what it was asked for and no more", async () => {
  await using registry = await serveRegistry({ auth: { scheme: "token", users, may } });
  const { address } = registry;
  const refused = await call(upload(address, "a"), {}, "POST", "x");
  const challenge = refused.headers.get("www-authenticate") ?? "";
  assert.match(
    challenge,
    /^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/token",service="[^"]+",scope="repository:a:pull,push"$/,
  );
  const realm = /realm="([^"]+)"/.exec(challenge)![1]!;
  const tokenFor = async (scope: string, user: keyof typeof users) => {
    const { text } = await call(`${realm}?service=x&scope=${scope}`, basic(user, users[user]));
    return { authorization: `Bearer ${JSON.parse(text).token}` };
  };
  const write = await tokenFor("repository:a:pull,push", "writer");
  assert.equal((await call(upload(address, "a"), write, "POST", "x")).status, 201);
  assert.equal((await call(blob(address, "a"), write)).text, "x");
  const other = await call(blob(address, "b"), write);
  assert.deepEqual([other.status, other.code], [401, "UNAUTHORIZED"]);
  assert.match(other.headers.get("www-authenticate") ?? "", /scope="repository:b:pull",error="insufficient_scope"$/);
  assert.equal((await call(blob(address, "a"), write, "DELETE")).status, 401);
  assert.equal((await call(blob(address, "a"), await tokenFor("repository:a:*", "writer"), "DELETE")).status, 202);
  const reader = await tokenFor("repository:a:pull,push", "reader");
  assert.equal(
    (await call(upload(address, "a"), reader, "POST", "x")).status,
    401,
    "only what the user may is granted",
  );
  assert.equal((await call(`http://${address}/v2/_catalog`, write)).status, 401);
  assert.equal(
    (await call(`http://${address}/v2/_catalog`, await tokenFor("registry:catalog:*", "writer"))).status,
    200,
  );
});

Deno.test("token: wrong, forged, expired and foreign tokens are refused", async () => {
  await using registry = await serveRegistry({ auth: { scheme: "token", users, tokenSeconds: -1 } });
  await using other = await serveRegistry({ auth: { scheme: "token", users } });
  const get = async (address: string) => {
    const { text } = await call(`http://${address}/token?scope=repository:a:pull`, basic("reader", users.reader));
    return JSON.parse(text).token as string;
  };
  const expired = await get(registry.address);
  const foreign = await get(other.address);
  for (const token of ["x", "x.y", expired, foreign, `${foreign.split(".")[0]}.${expired.split(".")[1]}`]) {
    const answer = await call(blob(registry.address, "a"), { authorization: `Bearer ${token}` });
    assert.equal(answer.status, 401);
  }
  assert.equal((await call(blob(other.address, "a"), { authorization: `Bearer ${foreign}` })).code, "NAME_UNKNOWN");
  assert.equal((await call(blob(other.address, "a"), basic("reader", users.reader))).status, 401, "only tokens count");
  assert.equal((await call(`http://${other.address}/token`, basic("reader", "wrong"))).status, 401);
  assert.equal((await call(`http://${other.address}/token`)).status, 401);
});

Deno.test("token: a form with a password or a refresh token is answered as well", async () => {
  const refreshTokens = { writer: "refresh-secret" };
  await using registry = await serveRegistry({ auth: { scheme: "token", users, refreshTokens } });
  const post = (form: Record<string, string>) =>
    call(
      `http://${registry.address}/token`,
      {},
      "POST",
      new URLSearchParams({ scope: "repository:a:pull,push", ...form }),
    );
  const byPassword = await post({ grant_type: "password", username: "writer", password: users.writer });
  const byRefresh = await post({ grant_type: "refresh_token", refresh_token: "refresh-secret" });
  for (const answer of [byPassword, byRefresh]) {
    const authorization = `Bearer ${JSON.parse(answer.text).access_token}`;
    assert.equal((await call(upload(registry.address, "a"), { authorization }, "POST", "x")).status, 201);
  }
  assert.equal((await post({ grant_type: "refresh_token", refresh_token: "wrong" })).status, 401);
  assert.equal((await post({ grant_type: "password", username: "writer", password: "wrong" })).status, 401);
  assert.equal((await post({})).status, 401);
  const offline = await call(`http://${registry.address}/token?offline_token=true`, basic("writer", users.writer));
  assert.equal(JSON.parse(offline.text).refresh_token, "refresh-secret");
});

Deno.test("token: with anonymous pull, a token without a name reads", async () => {
  await using registry = await serveRegistry({ auth: { scheme: "token", users, anonymousPull: true } });
  const { address } = registry;
  const anonymous = await call(`http://${address}/token?scope=repository:a:pull,push`);
  const authorization = `Bearer ${JSON.parse(anonymous.text).token}`;
  assert.equal((await call(blob(address, "a"), { authorization })).code, "NAME_UNKNOWN");
  assert.equal((await call(upload(address, "a"), { authorization }, "POST", "x")).status, 401);
});

Deno.test("a file of users is read line by line; what is wrong with it is said without showing it", () => {
  assert.deepEqual(registryUsers("# who\n\nme:a:b\r\nyou: c\n", "f"), { me: "a:b", you: " c" });
  for (const text of ["me", ":x", "me:", "me:$2y$05$hash", "me:{SHA}hash", "me:$apr1$hash"]) {
    assert.throws(() => registryUsers(`ok:fine\n${text}`, "users.txt"), (error: Error) => {
      assert.match(error.message, /users\.txt: line 2 /);
      return !error.message.includes("hash:") && !error.message.includes("$2y$05$");
    });
  }
});
