import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { parseChallenges } from "../../lib/oci/auth.ts";
import { credentialsFromJson, type CredentialStore } from "../../lib/oci/credentials.ts";
import { OciError } from "../../lib/oci/error.ts";
import { serveRegistry } from "../../lib/oci/registry.ts";
import { bytesSource } from "../../lib/streams/source.ts";
import { describe, noise, repositoryAt, type Seen, serveScripted } from "./counterpart.ts";

const basic = (text: string) => `Basic ${btoa(text)}`;
const authorization = ({ headers }: Seen) => headers.get("authorization");
const challenge = (value: string) => new Response(null, { status: 401, headers: { "www-authenticate": value } });

function credentials(address: string, entry: Record<string, unknown> | string): CredentialStore {
  const secret = typeof entry === "string" ? { auth: btoa(entry) } : entry;
  return credentialsFromJson(JSON.stringify({ auths: { [address]: secret } }), "/secrets/config.json");
}

Deno.test("challenges are read as RFC 9110 writes them", () => {
  assert.deepEqual(
    parseChallenges('Bearer realm="https://a/t?x=1,2",service="s \\"q\\"", scope="repository:a:pull,push"'),
    [
      {
        scheme: "bearer",
        parameters: { realm: "https://a/t?x=1,2", service: 's "q"', scope: "repository:a:pull,push" },
      },
    ],
  );
  assert.deepEqual(parseChallenges('Negotiate, BASIC Realm=plain , Bearer realm="r"'), [
    { scheme: "negotiate", parameters: {} },
    { scheme: "basic", parameters: { realm: "plain" } },
    { scheme: "bearer", parameters: { realm: "r" } },
  ]);
  assert.deepEqual(parseChallenges(null), []);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z"\\=, ]*$/)), (text) => void parseChallenges(text)),
  );
});

for (const scheme of ["basic", "token"] as const) {
  Deno.test(`a registry with ${scheme} login: right credentials can push and pull, wrong ones are named by their key`, async () => {
    await using registry = await serveRegistry({ auth: { scheme, users: { user: "right-password" } } });
    using repository = repositoryAt(registry.address, {
      credentials: credentials(registry.address, "user:right-password"),
    });
    await repository.ping();
    await repository.pushBlob(describe(noise(1000)), bytesSource(noise(1000)));
    assert.equal(await repository.hasBlob(describe(noise(1000))), true);
    await repository.deleteBlob(describe(noise(1000)));

    using wrong = repositoryAt(registry.address, {
      credentials: credentials(`${registry.address}/org`, "user:wrong-password"),
    });
    await assert.rejects(wrong.hasBlob(describe(noise(1000))), (error) => {
      assert(error instanceof OciError && error.code === "oci/unauthorized", String(error));
      assert(error.message.includes(`the key ${registry.address}/org of /secrets/config.json`), error.message);
      const all = inspect(error, { depth: 9 });
      assert(!all.includes("wrong-password") && !all.includes(btoa("user:wrong-password")), all);
      return true;
    });

    using nobody = repositoryAt(registry.address, { credentials: credentials("other.example", "user:right-password") });
    await assert.rejects(nobody.hasBlob(describe(noise(1000))), (error) => {
      assert(error instanceof OciError && error.code === "oci/unauthorized", String(error));
      assert.match(
        error.message,
        /without credentials: no key fits .*\/org\/repo \(other\.example in \/secrets\/config\.json\)/,
      );
      return true;
    });
  });
}

Deno.test("an account without the right is told so, with the key it was tried with", async () => {
  await using registry = await serveRegistry({
    auth: { users: { user: "password" }, may: (_user, _repository, action) => action === "pull" },
  });
  using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
  await assert.rejects(repository.pushBlob(describe(noise(9)), bytesSource(noise(9))), (error) => {
    assert(error instanceof OciError && ["oci/forbidden", "oci/unauthorized"].includes(error.code), String(error));
    assert(error.message.includes(`the key ${registry.address} of`));
    return true;
  });
});

/** A registry and its token service in one, which records what it is asked. */
function tokenRegistry(
  token: (request: Seen, index: number) => Response,
  accept: (authorization: string | null, request: Seen) => boolean,
  realm = (origin: string) => `${origin}/token`,
) {
  let tokens = 0;
  const server = serveScripted((request) => {
    if (request.path.startsWith("/token")) return token(request, tokens++);
    if (accept(authorization(request), request)) {
      return new Response(null, { status: request.method === "HEAD" ? 404 : 200 });
    }
    return challenge(`Bearer realm="${realm(server.origin)}",service="the service",scope="repository:org/repo:pull"`);
  });
  return server;
}

Deno.test("a token is asked for with service, scope and the credentials, and used while it lasts", async () => {
  await using registry = tokenRegistry(
    () => Response.json({ token: "t1", expires_in: 300 }),
    (sent) => sent === "Bearer t1",
  );
  using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
  for (let count = 0; count < 3; count++) await repository.hasBlob(describe(noise(1)));
  const [request, ...more] = registry.seen.filter(({ path }) => path.startsWith("/token"));
  assert.equal(more.length, 0);
  assert.equal(authorization(request!), basic("user:password"));
  const query = new URL(request!.path, registry.origin).searchParams;
  assert.deepEqual([query.get("service"), query.getAll("scope")], ["the service", ["repository:org/repo:pull"]]);
});

Deno.test("many operations at once log in once", async () => {
  await using registry = tokenRegistry(() => Response.json({ token: "t1" }), (sent) => sent === "Bearer t1");
  using repository = repositoryAt(registry.address);
  await Promise.all(Array.from({ length: 8 }, (_, index) => repository.hasBlob(describe(noise(index + 1)))));
  assert.equal(registry.seen.filter(({ path }) => path.startsWith("/token")).length, 1);
});

Deno.test("an expired token is renewed before it is used, a refused one after", async () => {
  let valid = 0;
  let refused = 0;
  await using registry = tokenRegistry(
    (_request, index) => Response.json({ access_token: `t${valid = index}`, expires_in: index === 0 ? 0.001 : 300 }),
    (sent) => sent === `Bearer t${valid}` || ++refused === 0,
  );
  using repository = repositoryAt(registry.address);
  await repository.hasBlob(describe(noise(1)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await repository.hasBlob(describe(noise(1)));
  assert.equal(refused, 1, "the first request only");
  assert.equal(registry.seen.filter(({ path }) => path.startsWith("/token")).length, 2);
  valid = 7;
  await repository.hasBlob(describe(noise(1)));
  assert.equal(refused, 2);
});

Deno.test("an identity token goes by POST, and by GET where POST is not known", async () => {
  for (const post of [true, false]) {
    await using registry = tokenRegistry(
      ({ method }) =>
        method === "POST" && !post ? new Response(null, { status: 405 }) : Response.json({ access_token: "t" }),
      (sent) => sent === "Bearer t",
    );
    const entry = { auth: btoa("00000000-0000-0000-0000-000000000000:"), identitytoken: "refresh-token" };
    using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, entry) });
    await repository.hasBlob(describe(noise(1)));
    const asked = registry.seen.filter(({ path }) => path.startsWith("/token"));
    const form = new URLSearchParams(new TextDecoder().decode(asked[0]?.body));
    assert.deepEqual(Object.fromEntries(form), {
      grant_type: "refresh_token",
      service: "the service",
      client_id: "tasksmith",
      scope: "repository:org/repo:pull",
      refresh_token: "refresh-token",
    });
    assert.equal(asked[0]?.headers.get("content-type"), "application/x-www-form-urlencoded");
    assert(!asked[0]?.path.includes("refresh-token"));
    assert.equal(asked.length, post ? 1 : 2);
    if (!post) assert.equal(authorization(asked[1]!), basic("00000000-0000-0000-0000-000000000000:refresh-token"));
  }
});

Deno.test("the embedded registry's refresh tokens are understood", async () => {
  await using registry = await serveRegistry({
    auth: { scheme: "token", users: { user: "password" }, refreshTokens: { user: "refresh" } },
  });
  using repository = repositoryAt(registry.address, {
    credentials: credentials(registry.address, { identitytoken: "refresh" }),
  });
  await repository.pushBlob(describe(noise(1)), bytesSource(noise(1)));
});

Deno.test("a registry token is sent as it is", async () => {
  await using registry = tokenRegistry(() => new Response(null, { status: 500 }), (sent) => sent === "Bearer mine");
  using repository = repositoryAt(registry.address, {
    credentials: credentials(registry.address, { registrytoken: "mine" }),
  });
  await repository.hasBlob(describe(noise(1)));
  assert.deepEqual(registry.seen.map(({ path }) => path.startsWith("/token")), [false, false]);
});

Deno.test("a token service that fails is asked again; one that refuses is not, and the key is named", async () => {
  await using flaky = tokenRegistry(
    (_request, index) => index < 2 ? new Response(null, { status: 503 }) : Response.json({ token: "t" }),
    (sent) => sent === "Bearer t",
  );
  using repository = repositoryAt(flaky.address);
  await repository.hasBlob(describe(noise(1)));
  await using strict = tokenRegistry(
    () => Response.json({ details: "echo: secretpassword" }, { status: 401 }),
    () => false,
  );
  using refused = repositoryAt(strict.address, { credentials: credentials(strict.address, "user:secretpassword") });
  await assert.rejects(refused.hasBlob(describe(noise(1))), (error) => {
    assert(error instanceof OciError && error.code === "oci/unauthorized");
    assert(
      error.message.includes(`log in to ${strict.address}`) && error.message.includes(`the key ${strict.address} of`),
      error.message,
    );
    assert(!inspect(error, { depth: 9 }).includes("secretpassword"));
    return true;
  });
  assert.equal(strict.seen.filter(({ path }) => path.startsWith("/token")).length, 1);
});

Deno.test("a registry that echoes a secret does not get it into a message", async () => {
  await using registry = serveScripted((request) => {
    if (authorization(request) === null) return challenge('Basic realm="x"');
    const message = `no: ${authorization(request)} is secretpassword`;
    return Response.json({ errors: [{ code: "DENIED", message }] }, { status: 403 });
  });
  using repository = repositoryAt(registry.address, {
    credentials: credentials(registry.address, "user:secretpassword"),
  });
  await assert.rejects(repository.fetchManifest("v1"), (error) => {
    assert(error instanceof OciError && error.code === "oci/forbidden");
    assert.match(error.message, /403 \(DENIED: no: Basic \*\*\* is \*\*\*\)/);
    return true;
  });
});

Deno.test("a token service that is not to be trusted gets nothing", async () => {
  for (const realm of ["ftp://a.example/token", "not a URL", "http://"]) {
    await using registry = tokenRegistry(() => new Response(), () => false, () => realm);
    using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
    await assert.rejects(repository.hasBlob(describe(noise(1))), /token service is not an https URL/);
  }
});

Deno.test("answers of a token service that hold no token are an error", async () => {
  for (const answer of ["", "[]", "{}", '{"token":""}', '{"token":"a\\nb"}', '{"token":7}', "x".repeat(2_000_000)]) {
    await using registry = tokenRegistry(() => new Response(answer), () => false);
    using repository = repositoryAt(registry.address);
    await assert.rejects(
      repository.hasBlob(describe(noise(1))),
      (error) =>
        error instanceof OciError && error.code === "oci/bad-response" && /without a token/.test(error.message),
    );
  }
});

Deno.test("a challenge that nobody knows is a plain refusal", async () => {
  for (const value of ["Negotiate abc", "Bearer service=x", ""]) {
    await using registry = serveScripted(() => challenge(value));
    using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
    await assert.rejects(
      repository.hasBlob(describe(noise(1))),
      (error) => error instanceof OciError && error.code === "oci/unauthorized",
    );
    assert.equal(registry.seen.length, 1);
  }
});

Deno.test("a redirect to another host takes no login there, and one on the way back takes none either", async () => {
  await using storage = serveScripted((request) =>
    request.path.startsWith("/back")
      ? new Response(null, { status: 302, headers: { location: `${registry.origin}/v2/final` } })
      : new Response(noise(10))
  );
  await using registry = serveScripted((request) => {
    if (request.path === "/v2/final") return new Response(noise(10));
    if (authorization(request) === null) return challenge('Basic realm="x"');
    const location = request.path.includes(describe(noise(10)).digest)
      ? `${storage.origin}/plain`
      : `${storage.origin}/back`;
    return new Response(null, { status: 307, headers: { location } });
  });
  using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
  for await (const _ of await repository.fetchBlob(describe(noise(10)))) { /* read it */ }
  assert.deepEqual(storage.seen.map((each) => [each.path, authorization(each)]), [["/plain", null]]);
  await assert.rejects(repository.fetchManifest("latest"));
  assert.deepEqual(storage.seen.slice(1).map((each) => [each.path, authorization(each)]), [["/back", null]]);
  const final = registry.seen.find(({ path }) => path === "/v2/final");
  assert(final !== undefined && authorization(final) === null);
  // Within the registry's own origin the login goes along.
  assert.equal(authorization(registry.seen[1]!), basic("user:password"));
});

Deno.test("a redirect within the registry keeps the login; a 401 of another host is not answered", async () => {
  await using other = serveScripted(() => challenge('Basic realm="give me"'));
  await using registry = serveScripted((request) => {
    if (authorization(request) === null) return challenge('Basic realm="x"');
    if (request.path === "/elsewhere") return new Response(null, { status: 404 });
    const location = request.path.includes("/blobs/") ? "/elsewhere" : `${other.origin}/`;
    return new Response(null, { status: 302, headers: { location } });
  });
  using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
  assert.equal(await repository.hasBlob(describe(noise(1))), false);
  assert.equal(authorization(registry.seen.at(-1)!), basic("user:password"));
  await assert.rejects(
    repository.fetchManifest("v1"),
    (error) => error instanceof OciError && error.code === "oci/unauthorized",
  );
  assert.deepEqual(other.seen.map(authorization), [null]);
});

Deno.test("a host that the registry sends to does not get to name a token service", async () => {
  await using thief = serveScripted((request) =>
    request.path.startsWith("/token")
      ? Response.json({ token: "t" })
      : challenge(`Bearer realm="${thief.origin}/token"`)
  );
  await using registry = serveScripted(() =>
    new Response(null, { status: 307, headers: { location: `${thief.origin}/x` } })
  );
  using repository = repositoryAt(registry.address, { credentials: credentials(registry.address, "user:password") });
  await assert.rejects(
    repository.fetchManifest("v1"),
    (error) => error instanceof OciError && error.code === "oci/unauthorized",
  );
  assert.deepEqual(thief.seen.map((each) => [each.path, authorization(each)]), [["/x", null]]);
});

Deno.test("a refresh token is not sent on to another host by a redirect", async () => {
  await using other = serveScripted(() => Response.json({ access_token: "t" }));
  await using registry = tokenRegistry(
    () => new Response(null, { status: 307, headers: { location: `${other.origin}/token` } }),
    () => false,
  );
  using repository = repositoryAt(registry.address, {
    credentials: credentials(registry.address, { identitytoken: "refresh" }),
  });
  await assert.rejects(repository.hasBlob(describe(noise(1))), /with a secret in the request/);
  assert.equal(other.seen.length, 0);
});
