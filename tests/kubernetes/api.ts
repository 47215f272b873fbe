/** What the tests of this folder share: a served API with faults, and a cluster connected to it. */
import { MemoryLogs } from "../../lib/engine/logs.ts";
import { resourceOfKind } from "../../lib/engine/resources.ts";
import { serveApi, type ServeApiOptions, type ServedApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import type { ApiResource } from "../../lib/engine/resources.ts";
import type { Cluster } from "../../lib/kubernetes/connect.ts";
import { openCluster } from "../../lib/kubernetes/transport.ts";

/** The resource of a kind of tekton.dev/v1 or v1. */
export function kind(name: string): ApiResource {
  const found = resourceOfKind("tekton.dev/v1", name) ?? resourceOfKind("v1", name);
  if (found === undefined) throw new Error(`no kind ${name}`);
  return found;
}

/** A TaskRun with this name in namespace ci. */
export function taskRun(name: string, labels: Record<string, string> = {}) {
  return { apiVersion: "tekton.dev/v1", kind: "TaskRun", metadata: { name, namespace: "ci", labels }, spec: { n: 0 } };
}

/** A pod with these containers in namespace ci. */
export function pod(name: string, ...containers: string[]) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ci" },
    spec: { containers: containers.map((name) => ({ name })) },
    status: {
      phase: "Succeeded",
      containerStatuses: containers.map((name) => ({ name, state: { terminated: { exitCode: 0 } } })),
    },
  };
}

/** A served API, and a cluster connected to it without credentials. */
export interface Served {
  readonly store: ObjectStore;
  readonly logs: MemoryLogs;
  readonly api: ServedApi;
  readonly cluster: Cluster;
}

/** Runs a test against a served API, then closes everything. */
export async function withApi(
  options: Partial<ServeApiOptions>,
  test: (served: Served) => Promise<void>,
): Promise<void> {
  const store = new ObjectStore();
  const logs = new MemoryLogs();
  const api = serveApi({ store, logs, ...options });
  const cluster = clusterAt(api.url);
  try {
    await test({ store, logs, api, cluster });
  } finally {
    cluster.close();
    await api.close();
  }
}

/** A cluster without credentials. */
export function clusterAt(server: string): Cluster {
  return openCluster({
    server,
    namespace: "ci",
    compression: false,
    credential: () => Promise.resolve({ headers: {} }),
  });
}

/** A folder for a test, removed after it. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tasksmith-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
