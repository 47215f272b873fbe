/**
 * Reaching a cluster: from inside a pod by its service account, from anywhere else by a kubeconfig. Knows credentials
 * and connections; must not know any resource.
 * @module
 */
import { type Logger, silent } from "../terminal/log.ts";
import { KubernetesError } from "./error.ts";
import { connectInPod, inPod } from "./pod.ts";

/** What one request asks for. */
export interface RequestOptions {
  /** HTTP method. @default "GET" */
  readonly method?: string;
  /** Query parameters; an undefined one is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Body, JSON unless a content-type header says otherwise. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request, and the reading of its body, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer's headers, in milliseconds; `Infinity`: without end. @default 30000 */
  readonly timeoutMs?: number;
}

/** A cluster that can be asked. */
export interface Cluster {
  /** Base URL of the API server, such as `https://10.0.0.1:6443`, without a slash at the end. */
  readonly server: string;
  /** The namespace that counts when none is named: the pod's own, or that of the kubeconfig's context. */
  readonly namespace: string;
  /**
   * Sends one request and gives the answer whatever its status; a 401 is tried once more with a credential read anew.
   * The caller reads the body to its end or cancels it. `path` begins with a slash.
   * @throws KubernetesError `kubernetes/unreachable`, `kubernetes/timeout`; the signal's reason when it is aborted.
   */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** Closes idle connections. */
  close(): void;
}

/** Where {@link connect} looks. */
export interface ConnectOptions {
  /** Path of a kubeconfig file. @default those that env KUBECONFIG names */
  readonly kubeconfig?: string | undefined;
  /** Name of a context of the kubeconfig. @default its current-context */
  readonly context?: string | undefined;
  /** Namespace that counts when none is named. @default the pod's own, or the context's, or "default" */
  readonly namespace?: string | undefined;
  /** Hears of what is chosen, at debug level. @default silent */
  readonly log?: Logger;
  /** Ends the connecting (a credential plugin may wait for a person). */
  readonly signal?: AbortSignal | undefined;
  /** Looks up an environment variable. @default Deno.env.get */
  readonly env?: (name: string) => string | undefined;
  /** Folder of the service account's `token`, `ca.crt` and `namespace`. @default that of every pod */
  readonly serviceAccountDir?: string;
  /** Milliseconds since the epoch, for the age of a token. @default Date.now */
  readonly now?: () => number;
}

/** Folder in which Kubernetes mounts a pod's service account. */
export const serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Connects to the cluster that is meant: by an explicit kubeconfig or context, else by env KUBECONFIG, else in a pod
 * by its service account, else by `~/.kube/config`. No request is sent yet.
 * @throws KubernetesError `kubernetes/config` (exit code 2) when nothing of that is there or it is broken.
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
  const env = options.env ?? ((name: string) => Deno.env.get(name));
  const log = options.log ?? silent;
  const settings = { ...options, env, log, serviceAccountDir: options.serviceAccountDir ?? serviceAccountDir };
  const named = options.kubeconfig !== undefined || options.context !== undefined || !!env("KUBECONFIG");
  if (!named && inPod(settings)) return await connectInPod(settings);
  // on demand: what only a desk needs is no part of a Task's script
  const { connectByKubeconfig, kubeconfigFiles } = await import("./kubeconfig.ts").catch((cause) => {
    throw new KubernetesError({
      code: "kubernetes/config",
      doing: named ? "connect by a kubeconfig" : "find a cluster",
      why: "this script is embedded in a Task, which connects in a pod by its service account only",
      advice: "In a pod, unset KUBECONFIG; elsewhere, run the script from the repository.",
      cause,
      exitCode: 2,
    });
  });
  const files = kubeconfigFiles(settings);
  if (files.length > 0) return await connectByKubeconfig(files, settings);
  throw new KubernetesError({
    code: "kubernetes/config",
    doing: "find a cluster",
    why: "there is no kubeconfig (KUBECONFIG is not set, ~/.kube/config is not there) and this is not a pod",
    advice: "Name a kubeconfig file with --kubeconfig FILE or env KUBECONFIG.",
    exitCode: 2,
  });
}
