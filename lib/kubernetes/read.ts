/**
 * Reading objects: one by name, or lists in pages (Kubernetes API Concepts, "Retrieving large results sets in
 * chunks"). Knows paging, its 410 and retries; must not know what the objects mean.
 * @module
 */
import { parseRetryAfter, retry } from "../streams/retry.ts";
import { readBody } from "./body.ts";
import type { Cluster, RequestOptions } from "./connect.ts";
import { isKubernetesError, KubernetesError, refusalError, retryable } from "./error.ts";
import { type Attempt, describeAttempt, pathOf, type Resource } from "./resource.ts";

/** Which objects, and how patiently. */
export interface ReadOptions {
  /** Namespace. @default for get: the cluster's default one; for list and watch: the same; `""` is all namespaces */
  readonly namespace?: string | undefined;
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often a request that may yet succeed is sent in all. @default 5 */
  readonly attempts?: number;
}

/** Which objects of a list. */
export interface ListOptions extends ReadOptions {
  /** Such as `tekton.dev/pipelineRun=x`. */
  readonly labelSelector?: string | undefined;
  /** Such as `metadata.name=x`. */
  readonly fieldSelector?: string | undefined;
  /** Objects a page; 0: all in one answer. @default 500 */
  readonly limit?: number;
  /**
   * Takes from each object what will not be used, as soon as its page is there: a long list then needs less memory.
   * @default keeps all
   */
  readonly trim?: ((object: object) => void) | undefined;
  /** Largest answer accepted, in bytes; a page over it is asked for in smaller ones. @default 64 MiB */
  readonly maxBytes?: number;
}

/** A part of a list. */
export interface Page<T> {
  /** The objects, in the server's order. */
  readonly items: T[];
  /** Version of the collection that this page shows; a watch may begin here after the last page. */
  readonly resourceVersion: string;
  /** False when the server could not continue the same snapshot: this page is of a later one than the page before. */
  readonly consistent: boolean;
}

/** A whole list. */
export interface ObjectList<T> {
  /** The objects, in the server's order. */
  readonly items: T[];
  /** Version of the collection; a watch may begin here. */
  readonly resourceVersion: string;
}

/** The namespace that counts: `undefined` for all. */
export function namespaceOf(cluster: Cluster, namespace: string | undefined): string | undefined {
  return namespace === "" ? undefined : namespace ?? cluster.namespace;
}

/**
 * One object.
 * @throws KubernetesError; `kubernetes/not-found` when it is not there.
 */
export async function get<T>(
  cluster: Cluster,
  resource: Resource,
  name: string,
  options: ReadOptions = {},
): Promise<T> {
  const namespace = options.namespace || cluster.namespace;
  return await readJson<T>(cluster, { verb: "get", resource, namespace, name }, {}, options);
}

/**
 * A list, page by page, each as it arrives. When the server can no longer continue the snapshot (410), the list goes on
 * with a later one if the server offers that (`consistent: false` from there on).
 * @throws KubernetesError; `kubernetes/gone` when the server neither continues nor offers to go on.
 */
export async function* listPages<T>(
  cluster: Cluster,
  resource: Resource,
  options: ListOptions = {},
): AsyncGenerator<Page<T>, void> {
  const { labelSelector, fieldSelector, maxBytes = 64 * 1024 * 1024 } = options;
  const attempt = attemptOf("list", cluster, resource, options);
  let limit = options.limit ?? 500;
  let consistent = true;
  let token: string | undefined;
  while (true) {
    let answer: ListAnswer<T>;
    try {
      const query = { labelSelector, fieldSelector, limit: limit === 0 ? undefined : limit, continue: token };
      answer = await readJson<ListAnswer<T>>(cluster, attempt, query, { ...options, maxBytes });
    } catch (error) {
      if (isKubernetesError(error, "kubernetes/too-large") && limit > 1) {
        limit = Math.ceil(limit / 4);
        continue;
      }
      const offered = isKubernetesError(error, "kubernetes/gone") ? error.details["continue"] : undefined;
      if (typeof offered !== "string" || offered === token) throw error;
      token = offered;
      consistent = false;
      continue;
    }
    const { resourceVersion, continue: next } = answer.metadata ?? {};
    if ((answer.items ?? undefined) !== undefined && !Array.isArray(answer.items)) throw malformed(attempt, cluster);
    if (resourceVersion === undefined || (next && next === token)) throw malformed(attempt, cluster);
    yield { items: answer.items ?? [], resourceVersion, consistent };
    token = next || undefined;
    if (token === undefined) return;
  }
}

/**
 * A whole list, of one snapshot: when that expires in the middle (410), it is begun anew once, and then asked for in
 * one answer.
 * @throws KubernetesError
 */
export async function list<T>(
  cluster: Cluster,
  resource: Resource,
  options: ListOptions = {},
): Promise<ObjectList<T>> {
  for (let round = 1;; round++) {
    const items: T[] = [];
    let resourceVersion = "";
    let whole = true;
    try {
      const pages = listPages<T>(cluster, resource, round < 3 ? options : { ...options, limit: 0 });
      for await (const page of pages) {
        whole = page.consistent;
        if (!whole) break;
        for (const item of page.items) {
          options.trim?.(item as object);
          items.push(item);
        }
        resourceVersion = page.resourceVersion;
      }
    } catch (error) {
      if (round >= 3 || !isKubernetesError(error, "kubernetes/gone")) throw error;
      whole = false;
    }
    if (whole) return { items, resourceVersion };
  }
}

/** The wire form of a list. */
interface ListAnswer<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** The {@link Attempt} of a list or watch. */
export function attemptOf(verb: string, cluster: Cluster, resource: Resource, options: ReadOptions): Attempt {
  const namespace = namespaceOf(cluster, options.namespace);
  return { verb, resource, ...(namespace === undefined ? {} : { namespace }) };
}

/** How {@link readJson} goes about it. */
export interface JsonOptions extends ReadOptions {
  /** Largest answer accepted, in bytes. @default 64 MiB */
  readonly maxBytes?: number;
}

/**
 * Sends a GET until it is answered with a JSON object, or an error that no further try changes.
 * @throws KubernetesError
 */
export async function readJson<T>(
  cluster: Cluster,
  attempt: Attempt,
  query: RequestOptions["query"],
  options: JsonOptions = {},
): Promise<T> {
  const { signal, attempts = 5, maxBytes = 64 * 1024 * 1024 } = options;
  const path = pathOf(attempt);
  const doing = describeAttempt(attempt);
  return await retry(async () => {
    const response = await cluster.request(path, { ...(query === undefined ? {} : { query }), signal });
    await refuse(cluster, attempt, response, signal);
    const text = await readBody(response, { doing, server: cluster.server, idleMs: 60_000, signal, maxBytes });
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value as T;
    } catch { /* said below */ }
    throw malformed(attempt, cluster);
  }, { attempts, signal, retryable });
}

/**
 * Throws the {@link KubernetesError} for an answer with an error status; returns for a 2xx.
 * @throws KubernetesError
 */
export async function refuse(
  cluster: Cluster,
  attempt: Attempt,
  response: Response,
  signal?: AbortSignal,
): Promise<void> {
  if (response.ok) return;
  const { status, headers } = response;
  const options = { doing: describeAttempt(attempt), server: cluster.server, idleMs: 10_000, maxBytes: 64 * 1024 };
  let body = "";
  try {
    body = await readBody(response, { ...options, signal });
  } catch (error) {
    // The status says enough; only who ends it all is heard.
    signal?.throwIfAborted();
    if (!(error instanceof KubernetesError)) throw error;
  }
  const afterMs = parseRetryAfter(headers.get("retry-after"));
  throw refusalError(attempt, { server: cluster.server, status, body, afterMs });
}

function malformed(attempt: Attempt, cluster: Cluster): KubernetesError {
  return new KubernetesError({
    code: "kubernetes/malformed",
    doing: describeAttempt(attempt),
    why: `${cluster.server} did not answer with what the Kubernetes API promises`,
    advice: "Check that the URL is that of a Kubernetes API server and not of a proxy's or a provider's web page.",
    details: { server: cluster.server },
    retry: {},
  });
}
