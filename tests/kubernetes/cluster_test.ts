/**
 * Against a real cluster: that of env KUBECONFIG, which is only read. The last test makes a pod in a namespace of its
 * own, and so asks for TASKSMITH_POD_IMAGE as well: an image with a shell that the cluster can run.
 */
import assert from "node:assert/strict";
import { type Cluster, connect } from "../../lib/kubernetes/connect.ts";
import { isKubernetesError } from "../../lib/kubernetes/error.ts";
import { readLog, streamLog } from "../../lib/kubernetes/logs.ts";
import { get, list, listPages } from "../../lib/kubernetes/read.ts";
import { configMaps, pods } from "../../lib/kubernetes/resource.ts";
import { watch } from "../../lib/kubernetes/watch.ts";

const image = Deno.env.get("TASKSMITH_POD_IMAGE") ?? "";
const ignore = !Deno.env.get("KUBECONFIG");

async function withCluster(test: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = await connect({ namespace: "kube-system" });
  try {
    await test(cluster);
  } finally {
    cluster.close();
  }
}

Deno.test("a real cluster lists in pages and watches from there", { ignore }, () =>
  withCluster(async (cluster) => {
    const { items } = await list<{ metadata: { name: string } }>(cluster, configMaps);
    const paged: string[] = [];
    for await (const page of listPages<{ metadata: { name: string } }>(cluster, configMaps, { limit: 1 })) {
      paged.push(...page.items.map((it) => it.metadata.name));
    }
    assert.deepEqual(paged, items.map((it) => it.metadata.name));
    for await (const update of watch(cluster, configMaps, { signal: AbortSignal.timeout(20_000) })) {
      assert.equal(update.type, "synced");
      break;
    }
    await assert.rejects(
      get(cluster, pods, "no-such-pod"),
      (error) => isKubernetesError(error, "kubernetes/not-found"),
    );
  }));

/** The script of a pod whose log has everything that is hard: long lines, no text, the same line many times. */
const script = `
i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done
printf 'a\\0b\\377\\376c\\n\\n\\n'
head -c 300000 /dev/zero | tr '\\0' x; echo
i=0; while [ $i -lt 50 ]; do echo same; echo error >&2; i=$((i+1)); done
head -c 40000 /dev/zero | tr '\\0' y
`;

Deno.test(
  "a real kubelet's log is gone on with after breaks at any place",
  { ignore: ignore || image === "" },
  () =>
    withCluster(async (cluster) => {
      const namespace = `tasksmith-logs-${crypto.randomUUID().slice(0, 8)}`;
      const send = async (method: string, path: string, body?: unknown) => {
        const response = await cluster.request(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
        assert.ok(response.ok, await response.text());
      };
      await send("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
      try {
        const containers = [{ name: "c", image, command: ["sh", "-c", script] }];
        await send("POST", `/api/v1/namespaces/${namespace}/pods`, {
          metadata: { name: "p" },
          spec: { containers, restartPolicy: "Never", automountServiceAccountToken: false },
        });
        const fieldSelector = "metadata.name=p";
        interface Pod {
          readonly status?: { readonly phase?: string };
        }
        for await (
          const update of watch<Pod>(cluster, pods, { namespace, fieldSelector, signal: AbortSignal.timeout(120_000) })
        ) {
          const pod = update.type === "synced" ? update.items[0] : update.object;
          if (pod?.status?.phase === "Succeeded") break;
        }
        const target = { namespace, pod: "p", container: "c" };
        for (const timestamps of [false, true]) {
          const plain = readLog(cluster, { ...target, timestamps });
          const whole = await new Response(plain.stream).bytes();
          const { complete, confirmed, reconnects } = await plain.report;
          assert.deepEqual([complete, confirmed], [true, true]);
          assert.ok(reconnects <= 1);
          // The two streams of a container may be interleaved anywhere: what the API gives without our doing is the measure.
          const direct = await new Response(await streamLog(cluster, { ...target, timestamps })).bytes();
          assert.ok(Buffer.compare(whole, direct) === 0);
          for (const bytes of [1, 45, 5000, 13_000, 13_100, 20_000, 200_000, 330_000, 345_000]) {
            const { stream, report } = readLog(breaking(cluster, bytes), {
              ...target,
              timestamps,
              maxBackoffMs: 10,
              attempts: 50,
            });
            const read = await new Response(stream).bytes();
            assert.ok(
              Buffer.compare(read, whole) === 0,
              `broken after ${bytes} bytes: ${read.length} of ${whole.length}`,
            );
            assert.ok((await report).complete);
          }
        }
      } finally {
        await send("DELETE", `/api/v1/namespaces/${namespace}`);
      }
    }),
);

/** The cluster over connections of which the first ten break after so many bytes, each after more. */
function breaking(cluster: Cluster, bytes: number): Cluster {
  let times = 0;
  return {
    ...cluster,
    async request(path, options) {
      const response = await cluster.request(path, options);
      if (options?.query?.["tailLines"] !== undefined || ++times > 10 || response.body === null) return response;
      let left = bytes * times;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk.slice(0, left));
          left -= chunk.length;
          if (left <= 0) controller.error(new Error("broken by the test"));
        },
      });
      return new Response(response.body.pipeThrough(cut), response);
    },
  };
}
