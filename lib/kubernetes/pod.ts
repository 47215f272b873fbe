/**
 * A pod's own way to its cluster: the service account that Kubernetes mounts. Kubernetes, "Accessing the Kubernetes
 * API from a Pod". Must not know kubeconfig files.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type { Cluster } from "./connect.ts";
import { KubernetesError } from "./error.ts";
import { openCluster } from "./transport.ts";

/** Where a pod's service account is found. */
export interface PodSettings {
  /** Folder of `token`, `ca.crt` and `namespace`. */
  readonly serviceAccountDir: string;
  /** Looks up an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Overrides the pod's own namespace. */
  readonly namespace?: string | undefined;
  /** Hears of what is chosen. */
  readonly log: Logger;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** A bound token lives an hour or more and is renewed at 80 % of that; client-go reads it anew every minute as well. */
const tokenMaxAgeMs = 60_000;

/** True where Kubernetes says by env that this process runs in a pod. */
export function inPod(settings: PodSettings): boolean {
  return !!settings.env("KUBERNETES_SERVICE_HOST") && !!settings.env("KUBERNETES_SERVICE_PORT");
}

/**
 * Connects by the pod's service account. The token is read anew every minute, and at once when the server answers 401.
 * @throws KubernetesError `kubernetes/config` when a file is missing or empty.
 */
export async function connectInPod(settings: PodSettings): Promise<Cluster> {
  const { env, serviceAccountDir: dir, now = Date.now } = settings;
  const host = env("KUBERNETES_SERVICE_HOST") ?? "";
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${env("KUBERNETES_SERVICE_PORT")}`;
  const ca = await readMounted(`${dir}/ca.crt`);
  let token = "";
  let readAt = -Infinity;
  const credential = async (renew: boolean) => {
    if (renew || now() - readAt >= tokenMaxAgeMs) {
      token = await readMounted(`${dir}/token`);
      readAt = now();
    }
    return { headers: { authorization: `Bearer ${token}` } };
  };
  await credential(false);
  const namespace = settings.namespace || await readMounted(`${dir}/namespace`);
  settings.log.debug(`cluster ${server} by the pod's service account, namespace ${namespace}`);
  return openCluster({ server, namespace, ca, credential, compression: false });
}

async function readMounted(path: string): Promise<string> {
  let why = "the file is empty";
  let cause: unknown;
  try {
    const text = (await Deno.readTextFile(path)).trim();
    if (text !== "") return text;
  } catch (error) {
    cause = error;
    why = error instanceof Deno.errors.NotFound
      ? "the file is not there"
      : error instanceof Error
      ? error.message
      : String(error);
  }
  throw new KubernetesError({
    code: "kubernetes/config",
    doing: `use the pod's service account (${path})`,
    why,
    advice: "The pod needs a service account with automountServiceAccountToken, readable by the step's user; " +
      "outside a pod, unset KUBERNETES_SERVICE_HOST or name a kubeconfig.",
    cause,
    exitCode: 2,
  });
}
