/**
 * A namespace of the check's own: made before, removed afterwards with all that was made in it. Knows namespaces,
 * service accounts and whose an object is; nothing of what the runs show.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { isKubernetesError, KubernetesError } from "../kubernetes/error.ts";
import { list } from "../kubernetes/read.ts";
import { pipelineRuns, pipelines, type Resource, taskRuns, tasks } from "../kubernetes/resource.ts";
import { remove } from "../kubernetes/write.ts";
import { sleep } from "../streams/retry.ts";
import type { Logger } from "../terminal/log.ts";
import { at, type JsonObject } from "./path.ts";

/** The namespace that a check works in. */
export interface Workplace {
  /** Its name. */
  readonly namespace: string;
  /** Notes an object that has to be deleted at the end, although its name does not say so. */
  readonly note: (resource: Resource, name: string) => void;
  /**
   * Deletes what was noted, what has a name that begins with the prefix, what such objects own, and the namespace if
   * it was made here. Warns of what stays; never throws.
   */
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
  options: { readonly prefix: string; readonly signal: AbortSignal; readonly log: Logger },
): Promise<Workplace> {
  const { prefix, signal, log } = options;
  const answer = await cluster.request("/api/v1/namespaces", {
    method: "POST",
    headers: { "content-type": "application/json" },
    // Not ended by the signal: whether it was made has to be known, so that it can be deleted.
    body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: wanted } }),
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
  const noted = new Set<string>();
  const isOurs = (resource: Resource, object: JsonObject) => {
    const name = String(at(object, "metadata.name"));
    const owner = String(at(object, "metadata.ownerReferences[0].name"));
    return name.startsWith(prefix) || owner.startsWith(prefix) || noted.has(`${resource.plural}/${name}`) ||
      noted.has(`${pipelineRuns.plural}/${owner}`);
  };
  /** Deletes all that is ours; says what could not be deleted, and whether there was anything. */
  const sweep = async (signal: AbortSignal): Promise<{ found: number; left: string[] }> => {
    const left: string[] = [];
    let found = 0;
    await Promise.all([pipelineRuns, taskRuns, pipelines, tasks].map(async (resource) => {
      const options = { namespace, signal, attempts: 3 };
      const items = await list<JsonObject>(cluster, resource, options).then((all) => all.items, (error) => {
        // A kind that is not served holds nothing of ours.
        if (!isKubernetesError(error, "kubernetes/not-found")) left.push(`${resource.plural}: ${describe(error)}`);
        return [];
      });
      await Promise.all(
        items.filter((item) => isOurs(resource, item)).map(async (item) => {
          const name = String(at(item, "metadata.name"));
          found++;
          await remove(cluster, resource, name, options).catch((error) => {
            left.push(`${resource.plural}/${name}: ${describe(error)}`);
          });
        }),
      );
    }));
    return { found, left };
  };
  const workplace: Workplace = {
    namespace,
    note: (resource, name) => void noted.add(`${resource.plural}/${name}`),
    clear: async () => {
      const within = AbortSignal.timeout(clearingMs);
      let left: string[] = [];
      // More than once: what was under way when the check was interrupted may only now have been made.
      for (let round = 0; round < 3; round++) {
        const swept = await sweep(within);
        left = swept.left;
        if (swept.found === 0) break;
      }
      if (made) {
        const gone = await cluster.request(`/api/v1/namespaces/${namespace}`, { method: "DELETE", signal: within })
          .then(async (deleted) => {
            await deleted.body?.cancel();
            return deleted.ok || deleted.status === 404;
          }, () => false);
        if (!gone) left.push(`namespace ${namespace}`);
      }
      if (left.length > 0) log.warn(`not deleted in namespace ${namespace}: ${left.join("; ")}`);
    },
  };
  if (made) {
    try {
      signal.throwIfAborted();
      await awaitAccount(cluster, namespace, signal);
    } catch (error) {
      await workplace.clear();
      throw error;
    }
  }
  return workplace;
}

function describe(error: unknown): string {
  return isKubernetesError(error) ? error.why : String(error);
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
