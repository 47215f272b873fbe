import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { runCredentialHelper } from "../../lib/oci/credential-helper.ts";
import { credentialsFromJson, type CredentialStore, loadCredentials } from "../../lib/oci/credentials.ts";
import { OciError } from "../../lib/oci/error.ts";

const auth = (text: string) => ({ auth: btoa(text) });
const store = (config: unknown) => credentialsFromJson(JSON.stringify(config), "the secret");
const user = async (from: CredentialStore, registry: string, repository: string) =>
  (await from.find(registry, repository))?.username;

Deno.test("the longest key that fits the repository counts", async () => {
  const credentials = store({
    auths: {
      "quay.io": auth("host:p"),
      "quay.io/org": auth("namespace:p"),
      "quay.io/org/repo": auth("repository:p"),
      "quay.io/org/repo/deep": auth("deep:p"),
    },
  });
  assert.equal(await user(credentials, "quay.io", "org/repo"), "repository");
  assert.equal(await user(credentials, "quay.io", "org/repo/deep/er"), "deep");
  assert.equal(await user(credentials, "quay.io", "org/repository"), "namespace");
  assert.equal(await user(credentials, "quay.io", "organisation/repo"), "host");
  assert.equal((await credentials.find("quay.io", "org/x"))?.key, "quay.io/org");
});

Deno.test("a host fits exactly, never as a prefix or a suffix", async () => {
  const credentials = store({ auths: { "example.com": auth("u:p"), "example.org:5000": auth("port:p") } });
  for (const host of ["example.com.evil.org", "example.co", "a.example.com", "example.com:5000", "example.org"]) {
    assert.equal(await credentials.find(host, "org/repo"), undefined, host);
  }
  assert.equal(await user(credentials, "EXAMPLE.com", "org/repo"), "u");
  assert.equal(await user(credentials, "example.org:5000", "org/repo"), "port");
});

Deno.test("no key fits a host that is not its own, whatever both are", async () => {
  const host = fc.stringMatching(/^[a-z]{1,5}(\.[a-z]{1,3}){1,2}(:[1-9][0-9]{0,2})?$/);
  await fc.assert(fc.asyncProperty(host, host, async (key, asked) => {
    const found = await store({ auths: { [key]: auth("u:p") } }).find(asked, "org/repo");
    assert.equal(found !== undefined, key === asked);
  }));
});

Deno.test("keys in docker's old form count as their host", async () => {
  const credentials = store({
    auths: {
      "https://index.docker.io/v1/": auth("hub:p"),
      "https://a.example/v1/": auth("a:p"),
      "http://b.example": auth("b:p"),
    },
  });
  assert.equal(await user(credentials, "docker.io", "library/alpine"), "hub");
  assert.equal(await user(credentials, "a.example", "x"), "a");
  assert.equal(await user(credentials, "b.example", "x"), "b");
  assert.equal((await credentials.find("docker.io", "library/alpine"))?.key, "https://index.docker.io/v1/");
  const both = store({ auths: { "https://c.example/v2/": auth("old:p"), "c.example": auth("new:p") } });
  assert.equal(await user(both, "c.example", "x"), "new");
});

Deno.test("every kind of secret is read", async () => {
  const credentials = store({
    auths: {
      "a.example": auth("user:pass:with:colons"),
      "b.example": { username: "user", password: "pässwörd" },
      "c.example": { auth: btoa("00000000-0000-0000-0000-000000000000:"), identitytoken: "refresh" },
      "d.example": { registrytoken: "bearer" },
      "e.example": { auth: btoa("user:padded\0\0") },
      "f.example": {},
      "g.example": { auth: "", email: "a@b.c" },
    },
  });
  const a = await credentials.find("a.example", "x");
  assert.deepEqual([a?.username, a?.password, a?.origin], ["user", "pass:with:colons", "the secret"]);
  assert.equal((await credentials.find("b.example", "x"))?.password, "pässwörd");
  assert.equal((await credentials.find("c.example", "x"))?.identityToken, "refresh");
  assert.equal((await credentials.find("d.example", "x"))?.registryToken, "bearer");
  assert.equal((await credentials.find("e.example", "x"))?.password, "padded");
  assert.equal(await credentials.find("f.example", "x"), undefined);
  assert.equal(await credentials.find("g.example", "x"), undefined);
  assert.equal(await user(store({ "old.example": auth("dockercfg:p") }), "old.example", "x"), "dockercfg");
});

Deno.test("an entry without a secret leaves the shorter key to count", async () => {
  const credentials = store({ auths: { "quay.io/org": {}, "quay.io": auth("host:p") } });
  assert.equal(await user(credentials, "quay.io", "org/repo"), "host");
});

Deno.test("a credential shows its key and never its value", async () => {
  const credential = await store({ auths: { "quay.io": auth("user:hunter2hunter2") } }).find("quay.io", "x");
  for (
    const text of [
      JSON.stringify(credential),
      inspect(credential, { depth: 9 }),
      Deno.inspect(credential),
      `${credential}`,
    ]
  ) {
    assert(!text.includes("hunter2") && !text.includes(btoa("user:hunter2hunter2")), text);
  }
  assert.equal(credential?.key, "quay.io");
});

const malformed: [string, string, RegExp][] = [
  ["empty", "", /is empty/],
  ["not JSON", '{"auths": {"quay.io": {"auth": "topsecretvalue"', /is not JSON/],
  ["encoded twice", btoa('{"auths":{"quay.io":{"auth":"topsecretvalue"}}}'), /looks like base64/],
  ["a list", '["topsecretvalue"]', /is not a JSON object/],
  ["auths of another kind", '{"auths":"topsecretvalue"}', /"auths" is not an object/],
  ["credHelpers of another kind", '{"credHelpers":["topsecretvalue"]}', /"credHelpers"/],
  ["credsStore of another kind", '{"credsStore":{"topsecretvalue":1}}', /"credsStore"/],
  ["an entry of another kind", '{"auths":{"quay.io":"topsecretvalue"}}', /quay\.io is not an object/],
  ["auth that is not base64", '{"auths":{"quay.io":{"auth":"topsecretvalue!"}}}', /not base64/],
  ["auth without a colon", `{"auths":{"quay.io":{"auth":"${btoa("topsecretvalue")}"}}}`, /user:password/],
  ["auth that is not UTF-8", `{"auths":{"quay.io":{"auth":"${btoa("\xff:topsecretvalue")}"}}}`, /not base64/],
  ["auth of another kind", '{"auths":{"quay.io":{"auth":["topsecretvalue"]}}}', /bad "auth"/],
  ["a password alone", '{"auths":{"quay.io":{"password":"topsecretvalue"}}}', /has no user name/],
];

for (const [what, text, why] of malformed) {
  Deno.test(`credentials with ${what} are refused without a word of their content`, async () => {
    await assert.rejects(
      async () => await credentialsFromJson(text, "the secret").find("quay.io", "org/repo"),
      (error) => {
        assert(error instanceof OciError);
        assert.equal(error.code, "oci/credentials");
        assert.equal(error.exitCode, 2);
        assert.match(error.message, why);
        assert(error.message.includes("the secret"));
        const all = inspect(error, { depth: 9 });
        for (const secret of ["topsecretvalue", btoa("topsecretvalue"), text.length > 20 ? text.slice(0, 40) : "\0"]) {
          assert(!all.includes(secret), all);
        }
        return true;
      },
    );
  });
}

Deno.test("a bad entry does not stand in the way of another registry's", async () => {
  assert.equal(await user(store({ auths: { "a.example": "bad", "b.example": auth("u:p") } }), "b.example", "x"), "u");
});

Deno.test("any text is credentials or an OciError", async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
    try {
      await credentialsFromJson(text, "x").find("quay.io", "a");
    } catch (error) {
      assert(error instanceof OciError, String(error));
    }
  }));
});

async function folder(files: Record<string, unknown>): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  for (const [name, config] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name.split("/").slice(0, -1).join("/")}`, { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, typeof config === "string" ? config : JSON.stringify(config));
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const only = (name: string) => ({ auths: { "quay.io": auth(`${name}:p`) } });

Deno.test("the usual places are looked at in podman's order, the first with a fitting key counts", async () => {
  await using places = await folder({
    "named.json": only("named"),
    "run/containers/auth.json": { auths: { "other.example": auth("run:p") } },
    "home/.config/containers/auth.json": only("config"),
    "xdg/containers/auth.json": only("xdg"),
    "home/.docker/config.json": only("docker"),
    "docker/config.json": only("docker-config"),
  });
  const { path } = places;
  const home = `${path}/home`;
  const find = async (env: Record<string, string>, home?: string) =>
    await user(await loadCredentials({ env, home }), "quay.io", "x");
  assert.equal(await find({}), undefined);
  assert.equal(await find({}, home), "config");
  assert.equal(await find({ XDG_RUNTIME_DIR: `${path}/run` }, home), "config");
  assert.equal(await find({ XDG_CONFIG_HOME: `${path}/xdg` }, home), "xdg");
  assert.equal(await find({ XDG_CONFIG_HOME: `${path}/none` }, home), "docker");
  assert.equal(await find({ DOCKER_CONFIG: `${path}/docker`, XDG_CONFIG_HOME: `${path}/none` }, home), "docker-config");
  assert.equal(
    await find({ REGISTRY_AUTH_FILE: `${path}/named.json`, DOCKER_CONFIG: `${path}/docker` }, home),
    "named",
  );
  const files = await loadCredentials({ files: [`${path}/docker/config.json`], env: { REGISTRY_AUTH_FILE: "/none" } });
  assert.equal(await user(files, "quay.io", "x"), "docker-config");
});

Deno.test("a named file that is not there is an error, a usual place that is not there is none", async () => {
  await assert.rejects(
    loadCredentials({ env: { REGISTRY_AUTH_FILE: "/nowhere/auth.json" } }),
    (error) =>
      error instanceof OciError && error.code === "oci/credentials" && error.message.includes("/nowhere/auth.json"),
  );
  assert.equal(await (await loadCredentials({ home: "/nowhere" })).find("quay.io", "x"), undefined);
});

/** Runs with a helper of this shell code on the PATH. */
async function withHelper(name: string, code: string, run: (path: string) => Promise<void>): Promise<void> {
  await using bin = await folder({ [`docker-credential-${name}`]: `#!/bin/sh\n${code}\n` });
  await Deno.chmod(`${bin.path}/docker-credential-${name}`, 0o755);
  const path = Deno.env.get("PATH");
  Deno.env.set("PATH", `${bin.path}:${path}`);
  try {
    await run(bin.path);
  } finally {
    Deno.env.set("PATH", path ?? "");
  }
}

Deno.test("a helper is asked by stdin, and only for its own host", async () => {
  const code =
    'test "$1" = get || exit 9; read -r server; printf \'{"ServerURL":"%s","Username":"from %s","Secret":"s"}\' "$server" "$server"';
  await withHelper("fake", code, async () => {
    const credentials = store({
      credHelpers: { "quay.io": "fake" },
      auths: { "ghcr.io": auth("u:p"), "quay.io/org": auth("org:p") },
    });
    const found = await credentials.find("quay.io", "x");
    assert.deepEqual([found?.username, found?.password, found?.origin], [
      "from quay.io",
      "s",
      "credential helper fake",
    ]);
    assert.equal(await user(credentials, "quay.io", "org/x"), "org");
    assert.equal(await user(credentials, "ghcr.io", "x"), "u");
    const all = store({ credsStore: "fake", auths: { "ghcr.io": {} } });
    assert.equal(await user(all, "ghcr.io", "x"), "from ghcr.io");
    assert.equal(await user(all, "docker.io", "library/x"), "from https://index.docker.io/v1/");
  });
});

Deno.test("a helper's <token> is an identity token", async () => {
  await withHelper("fake", 'echo \'{"Username":"<token>","Secret":"refresh"}\'', async () => {
    const found = await store({ credsStore: "fake" }).find("quay.io", "x");
    assert.deepEqual([found?.identityToken, found?.username], ["refresh", undefined]);
  });
});

Deno.test("a helper that knows nothing leaves the file to count", async () => {
  await withHelper("fake", 'echo "credentials not found in native keychain"; exit 1', async () => {
    assert.equal(await user(store({ credHelpers: { "quay.io": "fake" }, ...only("file") }), "quay.io", "x"), "file");
  });
});

const helperFaults: [string, string, RegExp][] = [
  ["fails", "echo hunter2hunter2; exit 3", /exited with 3/],
  ["answers nonsense", "echo hunter2hunter2", /something else than the JSON/],
  ["never ends", "exec sleep 60", /no answer in 0\.3 s/],
  ["talks without end", "exec tr '\\0' h < /dev/zero", /more than 64 KiB/],
];

for (const [what, code, why] of helperFaults) {
  Deno.test(`a helper that ${what} is an error that shows nothing of its output`, async () => {
    await withHelper("fault", code, async () => {
      const timeoutMs = what === "never ends" ? 300 : 20_000;
      await assert.rejects(runCredentialHelper("fault", "quay.io", { timeoutMs }), (error) => {
        assert(error instanceof OciError && error.code === "oci/credentials");
        assert.match(error.message, why);
        assert(!inspect(error).includes("hunter2"));
        return true;
      });
    });
  });
}

Deno.test("a helper's wait ends with the signal", async () => {
  await withHelper("slow", "exec sleep 60", async () => {
    const controller = new AbortController();
    const asked = runCredentialHelper("slow", "quay.io", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(asked, /enough/);
  });
});

Deno.test("a helper that is not installed, and a name that is none, are named", async () => {
  await assert.rejects(
    runCredentialHelper("not-installed", "quay.io"),
    /docker-credential-not-installed[^]*not installed/,
  );
  await assert.rejects(runCredentialHelper("../../bin/sh", "quay.io"), /not a program's name/);
});

Deno.test("without the permission to run programs a helper is a clear error", async () => {
  const module = new URL("../../lib/oci/credentials.ts", import.meta.url).href;
  await withHelper("present", "exit 1", async (path) => {
    await Deno.writeTextFile(
      `${path}/script.ts`,
      `import { credentialsFromJson } from ${JSON.stringify(module)};
      const store = credentialsFromJson('{"credsStore":"present"}', "x");
      await store.find("quay.io", "a").catch((error) => console.log(error.code, error.message));`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-prompt", "--quiet", `${path}/script.ts`],
    }).output();
    assert.match(new TextDecoder().decode(stdout), /oci\/credentials[^]*may not run programs[^]*under auths/);
  });
});
