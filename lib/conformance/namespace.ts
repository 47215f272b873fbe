/**
 * A namespace of the check's own: made before, removed afterwards with all that was made in it. Knows namespaces and
 * service accounts; nothing of runs.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { isKubernetesError, KubernetesError } from "../kubernetes/error.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { remove } from "../kubernetes/write.ts";
import { sleep } from "../streams/retry.ts";
import type { Logger } from "../terminal/log.ts";

/** The namespace that a check works in. */
export interface Workplace {
  /** Its name. */
  readonly namespace: string;
  /** Notes an object that has to be deleted at the end. */
  readonly note: (resource: Resource, name: string) => void;
  /** Deletes what was noted, and the namespace if it was made here. Warns of what stays; never throws. */
  readonly clear: () => Promise<void>;
}

/** How long the clearing may take, in milliseconds: it goes on after an interruption, but not for ever. */
const clearingMs = 20_000;

/**
 * Makes the namespace, or takes it as it is when it exists. Where the implementation has no namespaces to make, its
 * default one serves.
 * @throws KubernetesError when the namespace can neither be made nor used.
 */
export async function openWorkplace(
  cluster: Cluster,
  wanted: string,
  options: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<Workplace> {
  const { signal, log } = options;
  const answer = await cluster.request("/api/v1/namespaces", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: wanted } }),
    signal,
  });
  const said = await answer.text();
  const made = answer.ok;
  const none = answer.status === 404 || answer.status === 405 || answer.status === 501;
  if (!made && !none && answer.status !== 409) {
    throw new KubernetesError({
      code: answer.status === 403 ? "kubernetes/forbidden" : "kubernetes/invalid",
      doing: `make the namespace ${wanted}`,
      why: `${cluster.server} answered ${answer.status}: ${said.slice(0, 300)}`,
      advice: "Make a namespace yourself, in which you may create TaskRuns, and name it with --namespace.",
      status: answer.status,
    });
  }
  const namespace = none ? cluster.namespace : wanted;
  if (none) log.debug(`there are no namespaces to make (${answer.status}); "${namespace}" serves`);
  const objects: [Resource, string][] = [];
  const workplace: Workplace = {
    namespace,
    note: (resource, name) => void objects.push([resource, name]),
    clear: async () => {
      const within = AbortSignal.timeout(clearingMs);
      const left: string[] = [];
      await Promise.all(objects.map(async ([resource, name]) => {
        try {
          await remove(cluster, resource, name, { namespace, signal: within, attempts: 3 });
        } catch (error) {
          left.push(`${resource.plural}/${name}: ${error instanceof Error ? error.message : error}`);
        }
      }));
      if (made) {
        const gone = await cluster.request(`/api/v1/namespaces/${namespace}`, { method: "DELETE", signal: within })
          .then(async (deleted) => {
            await deleted.body?.cancel();
            return deleted.ok || deleted.status === 404;
          }, () => false);
        if (!gone) left.push(`namespace ${namespace}`);
        else left.length = 0;
      }
      if (left.length > 0) log.warn(`not deleted: ${left.join("; ")}`);
    },
  };
  if (made) {
    try {
      await awaitAccount(cluster, namespace, signal);
    } catch (error) {
      await workplace.clear();
      throw error;
    }
  }
  return workplace;
}

/**
 * Waits until a fresh namespace has its service account `default`, without which Kubernetes admits no pod. An
 * implementation without service accounts, or one that is slow to make it, is waited for no longer than about 3 s.
 */
async function awaitAccount(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  for (let waitMs = 50, round = 0; round < 7; round++, waitMs = Math.min(1000, waitMs * 2)) {
    const answer = await cluster.request(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, { signal })
      .catch((error) => {
        if (isKubernetesError(error)) return undefined;
        throw error;
      });
    const text = await answer?.text() ?? "";
    if (answer?.ok) return;
    // A 404 that does not name the account is about the kind: there are no service accounts.
    if (answer?.status === 404 && !text.includes('"default')) return;
    await sleep(waitMs, signal);
  }
}
