import assert from "node:assert/strict";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { list } from "../../lib/kubernetes/read.ts";
import { taskRuns } from "../../lib/kubernetes/resource.ts";
import { taskRun, withFolder } from "./api.ts";
import { makeAuthority } from "./certificates.ts";

/** An API over TLS whose token can be changed, and the service account folder and env of a pod that may ask it. */
function withPod(
  test: (pod: {
    readonly folder: string;
    readonly env: (name: string) => string | undefined;
    accept: string;
    readonly presented: string[];
  }) => Promise<void>,
  hostname = "127.0.0.1",
): Promise<void> {
  return withFolder(async (folder) => {
    const authority = await makeAuthority(folder);
    const { cert, key } = await authority.issue({ name: "server" });
    const store = new ObjectStore();
    store.create(taskRun("a"));
    const pod = { folder, env: (name: string) => variables[name], accept: "first", presented: [] as string[] };
    const token = (presented: string) => {
      pod.presented.push(presented);
      return presented === pod.accept;
    };
    const api = serveApi({ store, hostname, tls: { cert, key }, token });
    const variables: Record<string, string> = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: new URL(api.url).port,
      HOME: folder,
    };
    await Deno.writeTextFile(`${folder}/ca.crt`, authority.ca);
    await Deno.writeTextFile(`${folder}/token`, "first\n");
    await Deno.writeTextFile(`${folder}/namespace`, "ci");
    try {
      await test(pod);
    } finally {
      await api.close();
    }
  });
}

Deno.test("a pod connects by its service account: address, authority, token, namespace", () =>
  withPod(async ({ folder, env }) => {
    const cluster = await connect({ env, serviceAccountDir: folder });
    assert.equal(cluster.namespace, "ci");
    assert.equal(cluster.server, `https://127.0.0.1:${env("KUBERNETES_SERVICE_PORT")}`);
    assert.equal((await list(cluster, taskRuns)).items.length, 1);
    cluster.close();
    const other = await connect({ env, serviceAccountDir: folder, namespace: "other" });
    assert.equal(other.namespace, "other");
    assert.equal((await list(other, taskRuns)).items.length, 0);
    other.close();
  }));

Deno.test("an IPv6 address of the API is put in brackets", () =>
  withPod(async ({ folder, env }) => {
    const cluster = await connect({ env, serviceAccountDir: folder });
    assert.match(cluster.server, /^https:\/\/\[::1\]:\d+$/);
    assert.equal((await list(cluster, taskRuns)).items.length, 1);
    cluster.close();
  }, "::1"));

Deno.test("a rotated token is read anew at once when the server refuses the old one", () =>
  withPod(async (pod) => {
    const cluster = await connect({ env: pod.env, serviceAccountDir: pod.folder });
    await list(cluster, taskRuns);
    pod.accept = "second";
    await Deno.writeTextFile(`${pod.folder}/token`, "second");
    assert.equal((await list(cluster, taskRuns)).items.length, 1);
    await list(cluster, taskRuns);
    assert.deepEqual(pod.presented, ["first", "first", "second", "second"]);
    pod.accept = "third";
    await assert.rejects(list(cluster, taskRuns), (error) => isKubernetesError(error, "kubernetes/unauthorized"));
    cluster.close();
  }));

Deno.test("a rotated token is read anew every minute, before the server refuses the old one", () =>
  withPod(async (pod) => {
    let now = 1_000_000;
    const cluster = await connect({ env: pod.env, serviceAccountDir: pod.folder, now: () => now });
    await list(cluster, taskRuns);
    pod.accept = "second";
    await Deno.writeTextFile(`${pod.folder}/token`, "second");
    now += 60_000;
    await list(cluster, taskRuns);
    assert.deepEqual(pod.presented, ["first", "second"]);
    cluster.close();
  }));

Deno.test("a broken service account is named, with the way out and exit code 2", () =>
  withPod(async ({ folder, env }) => {
    for (const file of ["namespace", "token", "ca.crt"]) {
      for (const empty of [true, false]) {
        if (empty) await Deno.writeTextFile(`${folder}/${file}`, "\n");
        else await Deno.remove(`${folder}/${file}`);
        await assert.rejects(connect({ env, serviceAccountDir: folder }), (error) => {
          assert.ok(isKubernetesError(error, "kubernetes/config"));
          assert.equal(error.exitCode, 2);
          assert.ok(
            error.message.includes(`${folder}/${file}`) && error.message.includes(empty ? "empty" : "not there"),
          );
          assert.match(error.advice, /automountServiceAccountToken/);
          return true;
        });
      }
    }
  }));

Deno.test("without a pod and without a kubeconfig there is a clear error", () =>
  withFolder(async (home) => {
    const env = (name: string) => name === "HOME" ? home : undefined;
    await assert.rejects(connect({ env }), (error) => {
      assert.ok(isKubernetesError(error, "kubernetes/config"));
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /no kubeconfig.*not a pod\n.*--kubeconfig FILE or env KUBECONFIG/);
      return true;
    });
  }));

Deno.test("a named kubeconfig comes before the pod, the pod before ~/.kube/config", () =>
  withPod(async ({ folder, env }) => {
    const config = { apiVersion: "v1", kind: "Config", "current-context": "x" };
    const cluster = { server: "https://kubeconfig.invalid" };
    const text = JSON.stringify({
      ...config,
      clusters: [{ name: "x", cluster }],
      contexts: [{ name: "x", context: { cluster: "x" } }],
    });
    await Deno.mkdir(`${folder}/.kube`);
    await Deno.writeTextFile(`${folder}/.kube/config`, text);
    const serviceAccountDir = folder;
    const servers: string[] = [];
    const named = (name: string) => name === "KUBECONFIG" ? `${folder}/.kube/config` : env(name);
    const alone = (name: string) => name === "HOME" ? folder : undefined;
    for (const options of [{ env }, { env: named }, { env, context: "x" }, { env: alone }]) {
      const cluster = await connect({ ...options, serviceAccountDir });
      servers.push(new URL(cluster.server).hostname);
      cluster.close();
    }
    assert.deepEqual(servers, ["127.0.0.1", "kubeconfig.invalid", "kubeconfig.invalid", "kubeconfig.invalid"]);
  }));
