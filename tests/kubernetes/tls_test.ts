/** Connections over TLS: certificates of both sides, names, proxies. Certificates are made by the test. */
import assert from "node:assert/strict";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { list } from "../../lib/kubernetes/read.ts";
import { taskRuns } from "../../lib/kubernetes/resource.ts";
import { watch } from "../../lib/kubernetes/watch.ts";
import { taskRun, withFolder } from "./api.ts";
import { type Authority, makeAuthority, selfSigned } from "./certificates.ts";

const noEnv = () => undefined;

/** Writes a kubeconfig of one cluster and one user. */
async function write(folder: string, cluster: Record<string, unknown>, user: Record<string, unknown> = {}) {
  const file = `${folder}/config`;
  const clusters = [{ name: "c", cluster }];
  const users = [{ name: "u", user }];
  const contexts = [{ name: "x", context: { cluster: "c", user: "u", namespace: "ci" } }];
  await Deno.writeTextFile(file, JSON.stringify({ clusters, users, contexts, "current-context": "x" }));
  return file;
}

/** A server that asks for a client's certificate and answers a list of as many objects as say who asked. */
async function withClientCertificates(
  authority: Authority,
  test: (server: string, seen: (string | undefined)[]) => Promise<void>,
): Promise<void> {
  const { cert, key } = await authority.issue({ name: "server" });
  const seen: (string | undefined)[] = [];
  const options = { cert, key, ca: authority.ca, requestCert: true, rejectUnauthorized: false };
  const server = https.createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket;
    const subject = socket.getPeerCertificate()?.subject;
    seen.push(socket.authorized && typeof subject?.CN === "string" ? subject.CN : undefined);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ kind: "TaskRunList", metadata: { resourceVersion: "1" }, items: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    await test(`https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** An API over TLS for these hosts, with one TaskRun. */
async function withTlsApi(
  tls: { readonly cert: string; readonly key: string },
  test: (server: string) => Promise<void>,
): Promise<void> {
  const store = new ObjectStore();
  store.create(taskRun("a"));
  const api = serveApi({ store, tls, token: "t" });
  try {
    await test(api.url);
  } finally {
    await api.close();
  }
}

async function count(kubeconfig: string): Promise<number> {
  const cluster = await connect({ kubeconfig, env: noEnv });
  try {
    return (await list(cluster, taskRuns, { attempts: 1 })).items.length;
  } finally {
    cluster.close();
  }
}

const data = (text: string) => btoa(text);

Deno.test("a client certificate is shown, from data and from files, with each form of key", (t) =>
  withFolder(async (folder) => {
    const authority = await makeAuthority(folder);
    await withClientCertificates(authority, async (server, seen) => {
      const cluster = { server, "certificate-authority-data": data(authority.ca) };
      for (const key of ["ec", "sec1", "rsa"] as const) {
        await t.step(key, async () => {
          const client = await authority.issue({ name: key, key });
          const inline = { "client-certificate-data": data(client.cert), "client-key-data": data(client.key) };
          await count(await write(folder, cluster, inline));
          await Deno.writeTextFile(`${folder}/client.crt`, client.cert);
          await Deno.writeTextFile(`${folder}/client.key`, client.key);
          await count(await write(folder, cluster, { "client-certificate": "client.crt", "client-key": "client.key" }));
          assert.deepEqual(seen.splice(0), [key, key]);
        });
      }
      await t.step("none", async () => {
        await count(await write(folder, { server, "certificate-authority": "ca.crt" }));
        assert.deepEqual(seen.splice(0), [undefined]);
      });
      await t.step("from a plugin, with an insecure server as well", async () => {
        const client = await authority.issue({ name: "plugin" });
        const status = { clientCertificateData: client.cert, clientKeyData: client.key };
        const apiVersion = "client.authentication.k8s.io/v1";
        await Deno.writeTextFile(
          `${folder}/status.json`,
          JSON.stringify({ kind: "ExecCredential", apiVersion, status }),
        );
        const exec = { apiVersion, interactiveMode: "Never", command: "cat", args: [`${folder}/status.json`] };
        await count(await write(folder, cluster, { exec }));
        await count(await write(folder, { server, "insecure-skip-tls-verify": true }, { exec }));
        assert.deepEqual(seen.splice(0), ["plugin", "plugin"]);
      });
    });
  }));

Deno.test("a server is believed by its authority only, unless told otherwise", (t) =>
  withFolder(async (folder) => {
    const authority = await makeAuthority(folder);
    await Deno.mkdir(`${folder}/other`);
    const other = await makeAuthority(`${folder}/other`);
    const user = { token: "t" };
    const refused = (error: unknown) => {
      assert.ok(isKubernetesError(error, "kubernetes/unreachable"), String(error));
      assert.match(error.message, /certificate/i);
      assert.match(error.advice, /certificate authority/);
      assert.equal(error.retry, undefined);
      return true;
    };
    await withTlsApi(await authority.issue({ name: "server" }), async (server) => {
      await t.step("its authority", async () =>
        assert.equal(
          await count(await write(folder, { server, "certificate-authority-data": data(authority.ca) }, user)),
          1,
        ));
      await t.step("another authority", async () => {
        await assert.rejects(
          count(await write(folder, { server, "certificate-authority-data": data(other.ca) }, user)),
          refused,
        );
        await assert.rejects(count(await write(folder, { server }, user)), refused);
      });
      await t.step("insecure-skip-tls-verify", async () =>
        assert.equal(await count(await write(folder, { server, "insecure-skip-tls-verify": true }, user)), 1));
    });
    await withTlsApi(await authority.issue({ name: "named", hosts: "DNS:api.test" }), async (server) => {
      const cluster = { server, "certificate-authority-data": data(authority.ca) };
      await t.step("another name", async () =>
        await assert.rejects(count(await write(folder, cluster, user)), refused));
      await t.step("tls-server-name", async () => {
        assert.equal(await count(await write(folder, { ...cluster, "tls-server-name": "api.test" }, user)), 1);
        await assert.rejects(count(await write(folder, { ...cluster, "tls-server-name": "www.test" }, user)), refused);
      });
    });
    await t.step("a self-signed certificate is its own authority, as for kubectl", async () => {
      const self = await selfSigned(folder);
      await withTlsApi(self, async (server) => {
        assert.equal(
          await count(await write(folder, { server, "certificate-authority-data": data(self.cert) }, user)),
          1,
        );
        await assert.rejects(
          count(await write(folder, { server, "certificate-authority-data": data(other.ca) }, user)),
          refused,
        );
      });
    });
  }));

Deno.test("a watch streams and ends promptly over the transport for insecure servers, too", () =>
  withFolder(async (folder) => {
    const store = new ObjectStore();
    const api = serveApi({ store, tls: await selfSigned(folder) });
    const kubeconfig = await write(folder, { server: api.url, "insecure-skip-tls-verify": true });
    const cluster = await connect({ kubeconfig, env: noEnv });
    const end = new AbortController();
    const updates = watch<{ metadata: { name: string } }>(cluster, taskRuns, { signal: end.signal });
    assert.equal((await updates.next()).value.type, "synced");
    for (let at = 0; at < 3; at++) {
      const next = updates.next();
      store.create({ ...taskRun(`run-${at}`), spec: { text: "x".repeat(100_000) } });
      assert.equal((await next).value.type, "added");
    }
    const waiting = updates.next();
    setTimeout(() => end.abort(new Error("enough")), 20);
    await assert.rejects(waiting, /enough/);
    cluster.close();
    await api.close();
  }));

/** An HTTP proxy: CONNECT for https, absolute URLs for http. Counts what it was asked for, and by whom. */
async function withProxy(
  test: (url: string, asked: string[]) => Promise<void>,
  accept: (authorization: string) => boolean = () => true,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();
  const serve = async (client: Deno.Conn) => {
    open.add(client);
    const buffer = new Uint8Array(65536);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const size = await client.read(buffer);
      if (size === null) return client.close();
      head += new TextDecoder().decode(buffer.subarray(0, size));
    }
    const [method = "", target = ""] = head.split(" ");
    const authorization = /^proxy-authorization: (.*)\r$/im.exec(head)?.[1] ?? "";
    asked.push(`${method} ${target} ${authorization}`.trim());
    if (!accept(authorization)) {
      await client.write(new TextEncoder().encode("HTTP/1.1 407 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
      return client.close();
    }
    const url = new URL(method === "CONNECT" ? `http://${target}` : target);
    const upstream = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    open.add(upstream);
    if (method === "CONNECT") await client.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    else await upstream.write(new TextEncoder().encode(head));
    const pipe = (from: Deno.Conn, to: Deno.Conn) => from.readable.pipeTo(to.writable).catch(() => {});
    await Promise.all([pipe(client, upstream), pipe(upstream, client)]);
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) serving.push(serve(client).catch(() => {}));
  })();
  try {
    await test(`127.0.0.1:${listener.addr.port}`, asked);
  } finally {
    listener.close();
    for (const connection of open) {
      try {
        connection.close();
      } catch { /* closed already */ }
    }
    await accepting;
    await Promise.all(serving);
  }
}

Deno.test("proxy-url is used for every way to reach a server, with its user and password", (t) =>
  withFolder(async (folder) => {
    const authority = await makeAuthority(folder);
    const user = { token: "t" };
    const basic = `Basic ${data("me:p@ss")}`;
    await withTlsApi(await authority.issue({ name: "server", hosts: "IP:127.0.0.1,DNS:api.test" }), async (server) => {
      const target = new URL(server).host;
      const secure = { server, "certificate-authority-data": data(authority.ca) };
      const insecure = { server, "insecure-skip-tls-verify": true };
      const named = { ...secure, "tls-server-name": "api.test" };
      for (const [name, cluster] of Object.entries({ secure, insecure, named })) {
        await t.step(name, () =>
          withProxy(async (proxy, asked) => {
            const file = await write(folder, { ...cluster, "proxy-url": `http://me:p%40ss@${proxy}` }, user);
            assert.equal(await count(file), 1);
            assert.deepEqual(asked, [`CONNECT ${target} ${basic}`]);
          }, (authorization) => authorization === basic));
        await t.step(`${name}, refused by the proxy`, () =>
          withProxy(async (proxy) => {
            const file = await write(folder, { ...cluster, "proxy-url": `http://${proxy}` }, user);
            await assert.rejects(count(file), (error) => {
              assert.ok(isKubernetesError(error, "kubernetes/unreachable"), String(error));
              return true;
            });
          }, () => false));
      }
    });
    await t.step("plain http", async () => {
      const api = serveApi({ store: new ObjectStore() });
      await withProxy(async (proxy, asked) => {
        assert.equal(await count(await write(folder, { server: api.url, "proxy-url": `http://${proxy}` })), 0);
        assert.match(asked[0] ?? "", new RegExp(`^GET ${api.url}/apis/tekton.dev/v1/namespaces/ci/taskruns`));
      });
      await api.close();
    });
  }));
