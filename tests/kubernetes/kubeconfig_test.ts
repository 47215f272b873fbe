import assert from "node:assert/strict";
import { dump } from "js-yaml";
import { connect, type ConnectOptions } from "../../lib/kubernetes/connect.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { withFolder } from "./api.ts";

type Entries = Record<string, Record<string, unknown>>;

/** A kubeconfig with these parts; the first context is the current one. */
function config(clusters: Entries, users: Entries = {}, contexts?: Entries, current?: string): Record<string, unknown> {
  const list = (field: string, entries: Entries) =>
    Object.entries(entries).map(([name, it]) => ({ name, [field]: it }));
  const all = contexts ?? { x: { cluster: Object.keys(clusters)[0], user: Object.keys(users)[0] } };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: list("cluster", clusters),
    users: list("user", users),
    contexts: list("context", all),
    "current-context": current ?? Object.keys(all)[0],
  };
}

/** Env of a process that has these variables only. */
function env(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => variables[name];
}

async function write(file: string, content: unknown): Promise<string> {
  await Deno.writeTextFile(file, JSON.stringify(content));
  return file;
}

/** Connects, asks once, and gives the headers that arrived. */
async function asked(options: ConnectOptions, headers: Headers[], requests = 1): Promise<Record<string, string>> {
  const cluster = await connect({ env: env({}), ...options });
  headers.length = 0;
  try {
    for (let count = 0; count < requests; count++) await (await cluster.request("/version")).body?.cancel();
  } finally {
    cluster.close();
  }
  return Object.fromEntries(headers.at(-1) ?? []);
}

/** An API over HTTP that takes any credential but those that `refuse` names, and the headers that it got. */
function withServer(
  test: (server: string, headers: Headers[], folder: string) => Promise<void>,
  accept: (token: string) => boolean = () => true,
): Promise<void> {
  return withFolder(async (folder) => {
    const headers: Headers[] = [];
    const onRequest = (request: Request) => void headers.push(request.headers);
    const api = serveApi({ store: new ObjectStore(), onRequest, token: accept });
    try {
      await test(api.url, headers, folder);
    } finally {
      await api.close();
    }
  });
}

Deno.test("each way to be somebody arrives as the server expects it", async (t) => {
  const ways: [string, Record<string, unknown>, Record<string, string | undefined>][] = [
    ["nobody", {}, { authorization: undefined }],
    ["token", { token: "secret\n" }, { authorization: "Bearer secret" }],
    ["token file, before a token", { tokenFile: "token", token: "other" }, { authorization: "Bearer from-file" }],
    ["password", { username: "ann", password: "wörd" }, { authorization: `Basic ${btoa("ann:w\xc3\xb6rd")}` }],
    ["for somebody else", { token: "t", as: "bob", "as-groups": ["g"] }, {
      authorization: "Bearer t",
      "impersonate-user": "bob",
      "impersonate-group": "g",
    }],
  ];
  for (const [name, user, expected] of ways) {
    await t.step(name, () =>
      withServer(async (server, headers, folder) => {
        await Deno.writeTextFile(`${folder}/token`, "from-file\n");
        const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: user }));
        const sent = await asked({ kubeconfig }, headers);
        for (const [header, value] of Object.entries(expected)) assert.equal(sent[header], value);
      }));
  }
});

Deno.test("a token file is read again when the server refuses what was in it", () =>
  withServer(async (server, headers, folder) => {
    await Deno.writeTextFile(`${folder}/token`, "old");
    const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: { tokenFile: "token" } }));
    const cluster = await connect({ kubeconfig, env: env({}) });
    const refused = await cluster.request("/version");
    await refused.body?.cancel();
    assert.equal(refused.status, 401);
    await Deno.writeTextFile(`${folder}/token`, "new");
    const answer = await cluster.request("/version");
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    cluster.close();
    assert.deepEqual(headers.map((it) => it.get("authorization")), [
      "Bearer old",
      "Bearer old",
      "Bearer old",
      "Bearer new",
    ]);
  }, (token) => token === "new"));

/** Writes an executable script. */
async function program(file: string, script: string): Promise<string> {
  await Deno.writeTextFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

const exec = { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never" };

/** Shell that writes an ExecCredential. */
function credential(status: string, version = "v1"): string {
  return `cat <<END\n{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/${version}","status":${status}}\nEND`;
}

Deno.test("a credential plugin is run with its args, env and the cluster's data, and its token used until it expires", () =>
  withServer(async (server, headers, folder) => {
    const count = `${folder}/count`;
    await program(
      `${folder}/plugin`,
      `echo run >> ${count}
printf '%s' "$KUBERNETES_EXEC_INFO" > ${folder}/info
${credential('{"token":"$1-$FLAVOUR-$(wc -l < ' + count + ' | tr -d " ")","expirationTimestamp":"$2"}')}`,
    );
    const plugin = { ...exec, command: "./plugin", args: ["tok", "2026-01-01T00:10:00Z"], provideClusterInfo: true };
    const user = { exec: { ...plugin, env: [{ name: "FLAVOUR", value: "mint" }] } };
    const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: user }));
    let now = Date.parse("2026-01-01T00:00:00Z");
    const options = { kubeconfig, now: () => now };
    assert.equal((await asked(options, headers, 3)).authorization, "Bearer tok-mint-1");
    const cluster = await connect({ ...options, env: env({}) });
    headers.length = 0;
    await Promise.all([1, 2, 3].map(async () => await (await cluster.request("/version")).body?.cancel()));
    now = Date.parse("2026-01-01T00:10:00Z");
    await (await cluster.request("/version")).body?.cancel();
    cluster.close();
    const seen = headers.map((it) => it.get("authorization"));
    assert.deepEqual(seen, [...Array(3).fill("Bearer tok-mint-2"), "Bearer tok-mint-3"]);
    const info = JSON.parse(await Deno.readTextFile(`${folder}/info`));
    assert.equal(info.apiVersion, exec.apiVersion);
    assert.deepEqual(info.spec, { interactive: false, cluster: { server } });
  }));

Deno.test("a plugin's token that the server refuses is asked for anew once", () =>
  withServer(async (server, headers, folder) => {
    const count = `${folder}/count`;
    await program(
      `${folder}/plugin`,
      `echo run >> ${count}\n${credential(`{"token":"t$(wc -l < ${count} | tr -d " ")"}`, "v1beta1")}`,
    );
    const user = { exec: { ...exec, apiVersion: "client.authentication.k8s.io/v1beta1", command: `${folder}/plugin` } };
    const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: user }));
    assert.equal((await asked({ kubeconfig }, headers)).authorization, "Bearer t2");
    assert.equal(headers.length, 2);
  }, (token) => token === "t2"));

Deno.test("a plugin that fails is named, with its own words but never with what it wrote to stdout", async (t) => {
  const cases: [string, string | undefined, RegExp, RegExp][] = [
    ["not there", undefined, /no such program/, /Install it with care/],
    ["fails", "echo log in first >&2; echo secret-token; exit 3", /ended with 3: log in first/, /Install it with care/],
    ["says nothing", "true", /not an ExecCredential/, /./],
    [
      "another version",
      credential('{"token":"secret-token"}', "v1alpha1"),
      /speaks client.authentication.k8s.io\/v1alpha1/,
      /./,
    ],
    ["an empty status", credential('{"note":"secret-token"}'), /neither a token nor a certificate/, /./],
    ["writes without end", "yes secret-token", /ended with|not an ExecCredential/, /./],
  ];
  for (const [name, script, why, advice] of cases) {
    await t.step(name, () =>
      withServer(async (server, headers, folder) => {
        if (script !== undefined) await program(`${folder}/plugin`, script);
        const user = { exec: { ...exec, command: "./plugin", installHint: "Install it with care." } };
        const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: user }));
        await assert.rejects(asked({ kubeconfig }, headers), (error) => {
          assert.ok(isKubernetesError(error, "kubernetes/config"));
          assert.match(error.why, why);
          assert.match(error.advice, advice);
          assert.ok(!error.message.includes("secret-token"));
          return true;
        });
      }));
  }
});

Deno.test("a plugin that waits is ended with the signal", () =>
  withServer(async (server, headers, folder) => {
    await program(`${folder}/plugin`, "exec sleep 60");
    const user = { exec: { ...exec, command: "./plugin" } };
    const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: user }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await assert.rejects(asked({ kubeconfig, signal: controller.signal }, headers), /enough/);
  }));

Deno.test("the old auth-provider plugins work through the Kubernetes package", () =>
  withServer(async (server, headers, folder) => {
    const expiry = new Date(Date.now() + 3_600_000).toISOString();
    const provider = { name: "gcp", config: { "access-token": "from-provider", expiry } };
    const kubeconfig = await write(`${folder}/config`, config({ c: { server } }, { u: { "auth-provider": provider } }));
    assert.equal((await asked({ kubeconfig }, headers)).authorization, "Bearer from-provider");
  }));

Deno.test("several files are merged: the first entry of a name counts, a missing file does not", () =>
  withFolder(async (folder) => {
    const server = (name: string) => ({ server: `https://${name}.invalid` });
    const noContext = config({ a: server("a1") }, { u: { token: "1" } }, {});
    const one = await write(`${folder}/one`, { ...noContext, "current-context": "" });
    const contexts = { x: { cluster: "a", user: "u", namespace: "nx" }, y: { cluster: "b", user: "u" } };
    const two = await write(`${folder}/two`, config({ a: server("a2"), b: server("b2") }, {}, contexts, "x"));
    const three = await write(`${folder}/three`, config({ b: server("b3") }, {}, { z: { cluster: "b" } }));
    const KUBECONFIG = [one, `${folder}/missing`, two, "", three].join(":");
    const chosen = async (options: ConnectOptions) => {
      const cluster = await connect({ env: env({ KUBECONFIG }), ...options });
      cluster.close();
      return [new URL(cluster.server).hostname, cluster.namespace];
    };
    assert.deepEqual(await chosen({}), ["a1.invalid", "nx"]);
    assert.deepEqual(await chosen({ context: "y" }), ["b2.invalid", "default"]);
    assert.deepEqual(await chosen({ context: "z", namespace: "mine" }), ["b2.invalid", "mine"]);
    assert.deepEqual(await chosen({ kubeconfig: three }), ["b3.invalid", "default"]);
  }));

Deno.test("YAML in its odder forms is read by the package", () =>
  withFolder(async (folder) => {
    const text = `%YAML 1.2
---
address: &address "https://odd.invalid/prefix/"
clusters:
- name: c
  cluster:
    server: *address
    proxy-url: >-
      http://proxy.invalid:3128
contexts: [{name: x, context: {cluster: c}}]
current-context: !!str x
`;
    await Deno.writeTextFile(`${folder}/config`, text);
    const cluster = await connect({ kubeconfig: `${folder}/config`, env: env({}) });
    assert.equal(cluster.server, "https://odd.invalid/prefix");
    cluster.close();
    await Deno.writeTextFile(`${folder}/config`, dump(config({ c: { server: "https://plain.invalid" } })));
    const plain = await connect({ kubeconfig: `${folder}/config`, env: env({}) });
    assert.equal(plain.server, "https://plain.invalid");
    plain.close();
  }));

Deno.test("a wrong kubeconfig is refused with the file, the field and exit code 2, never with a secret", async (t) => {
  const c = { c: { server: "https://x.invalid" } };
  const u = (user: Record<string, unknown>) => config(c, { u: user });
  const cases: [string, unknown, RegExp][] = [
    ["not YAML", "clusters: [", /it is not YAML/],
    ["a list", "- a\n- b", /the file is not a mapping/],
    ["empty", "", /no current-context/],
    ["no such context", config(c, {}, { a: { cluster: "c" }, b: { cluster: "c" } }, "q"), /no context "q"\n.*"a", "b"/],
    ["no such cluster", config(c, {}, { x: { cluster: "d" } }), /cluster of context "x" names "d".*"c"/],
    ["no cluster", config(c, {}, { x: {} }), /cluster of context "x" is missing/],
    ["no such user", config(c, {}, { x: { cluster: "c", user: "v" } }), /user of context "x" names "v".*none/],
    ["no server", config({ c: {} }), /server of cluster "c" must be a URL/],
    ["no URL", config({ c: { server: "10.0.0.1:6443" } }), /server of cluster "c" must be a URL/],
    ["clusters is no list", { clusters: {}, "current-context": "x" }, /clusters of the file must be a list/],
    ["no name", { clusters: [{ cluster: {} }] }, /name of clusters\[0\] is missing/],
    ["no proxy", config({ c: { ...c.c, "proxy-url": "proxy:3128" } }), /proxy-url of cluster "c" must begin with/],
    ["a flag in quotes", config({ c: { ...c.c, "insecure-skip-tls-verify": "yes" } }), /must be true or false/],
    [
      "no base64",
      config({ c: { ...c.c, "certificate-authority-data": "%%%" } }),
      /certificate-authority-data.*must be base64/,
    ],
    [
      "no such CA file",
      config({ c: { ...c.c, "certificate-authority": "ca.pem" } }),
      /names .*\/ca.pem: there is no such file/,
    ],
    ["a token that is a number", u({ token: 12345678 }), /token of user "u" must be text/],
    ["no token file", u({ tokenFile: "gone" }), /tokenFile of user "u" names .*\/gone: there is no such file/],
    ["a certificate without key", u({ "client-certificate-data": btoa("c") }), /client-key of user "u" is missing/],
    [
      "certificates that are none",
      u({ "client-certificate-data": btoa("c"), "client-key-data": btoa("k") }),
      /cannot be used/,
    ],
    ["a plugin of no version", u({ exec: { command: "x" } }), /exec of user "u" must have apiVersion/],
    ["a plugin without command", u({ exec: { apiVersion: exec.apiVersion } }), /exec of user "u" has no command/],
  ];
  for (const [name, content, message] of cases) {
    await t.step(name, () =>
      withFolder(async (folder) => {
        const kubeconfig = `${folder}/config`;
        await Deno.writeTextFile(kubeconfig, typeof content === "string" ? content : JSON.stringify(content));
        await assert.rejects(asked({ kubeconfig }, []), (error) => {
          assert.ok(isKubernetesError(error, "kubernetes/config"), String(error));
          assert.equal(error.exitCode, 2);
          assert.match(error.message, message);
          assert.ok(!error.message.includes("12345678"));
          return true;
        });
      }));
  }
  await t.step("no such file", async () => {
    await assert.rejects(
      connect({ kubeconfig: "/no/such/file", env: env({}) }),
      /\/no\/such\/file: there is no such file/,
    );
    await assert.rejects(connect({ env: env({ KUBECONFIG: "/no/a:/no/b" }) }), /\/no\/a, \/no\/b: none of these files/);
  });
});

Deno.test("a script that has no packages reads a plain kubeconfig, and says what it lacks for another", () =>
  withFolder(async (folder) => {
    // As embedded in a Task: no import map, nothing cached, no network but the API.
    const connectTs = new URL("../../lib/kubernetes/connect.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/script.ts`,
      `import { connect } from ${JSON.stringify(connectTs)};
       try { console.log((await connect({ kubeconfig: Deno.args[0] })).server); } catch (error) { console.log(error.message); }`,
    );
    const plain = dump(config({ c: { server: "https://plain.invalid" } }));
    await Deno.writeTextFile(`${folder}/plain`, plain);
    await Deno.writeTextFile(`${folder}/odd`, plain.replace("clusters:", "clusters: !!seq"));
    const run = async (file: string) => {
      const flags = [
        "run",
        "--quiet",
        "--no-config",
        "--no-lock",
        "--cached-only",
        "--no-prompt",
        "--allow-read",
        "--allow-env",
      ];
      const env = { DENO_DIR: `${folder}/deno` };
      const args = [...flags, `${folder}/script.ts`, `${folder}/${file}`];
      return new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args, env }).output()).stdout).trim();
    };
    assert.equal(await run("plain"), "https://plain.invalid");
    assert.match(
      await run("odd"),
      /package @kubernetes\/client-node.* is not here\n.*embedded in a Task connects in a pod/,
    );
  }));

Deno.test("a script that is embedded without what only a desk needs says so", () =>
  withFolder(async (folder) => {
    for (const part of ["kubernetes", "streams", "terminal"]) {
      await Deno.mkdir(`${folder}/${part}`);
      const from = new URL(`../../lib/${part}/`, import.meta.url);
      for await (const { name, isFile } of Deno.readDir(from)) {
        if (isFile && name !== "kubeconfig.ts") await Deno.copyFile(new URL(name, from), `${folder}/${part}/${name}`);
      }
    }
    const script = `import { connect } from "./kubernetes/connect.ts";
      await connect({ kubeconfig: "x" }).catch((error) => console.log(error.exitCode, error.message));`;
    await Deno.writeTextFile(`${folder}/script.ts`, script);
    const args = [
      "run",
      "--quiet",
      "--no-config",
      "--cached-only",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      `${folder}/script.ts`,
    ];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: { DENO_DIR: `${folder}/deno` } }).output();
    assert.match(
      new TextDecoder().decode(stdout),
      /^2 could not connect by a kubeconfig: .*embedded in a Task.*in a pod/,
    );
  }));
