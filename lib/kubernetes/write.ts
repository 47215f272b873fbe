/**
 * Writing objects: create, replace, patch, delete. Knows which of them may be sent twice; must not know what the
 * objects mean. Kubernetes API Concepts, "Resource URIs" and "API verbs".
 * @module
 */
import { retry } from "../streams/retry.ts";
import { readBody } from "./body.ts";
import type { Cluster } from "./connect.ts";
import { isKubernetesError, KubernetesError, retryable } from "./error.ts";
import { type ReadOptions, refuse } from "./read.ts";
import { type Attempt, describeAttempt, pathOf, type Resource } from "./resource.ts";

/** How an object is written. */
export interface WriteOptions extends ReadOptions {
  /** Checks only and stores nothing (`dryRun=All`). @default false */
  readonly dryRun?: boolean;
  /** How long to wait for the answer to one request, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/** Largest answer accepted: more than any API server stores in one object. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Creates the object and gives it as stored. It is sent again only when the server says that it did not take it (429,
 * 503): after a broken connection a second creation could make a second object.
 * @throws KubernetesError; `kubernetes/conflict` when there is one of that name already.
 */
export async function create<T>(
  cluster: Cluster,
  resource: Resource,
  object: unknown,
  options: WriteOptions = {},
): Promise<T> {
  const attempt = { verb: "create", resource, namespace: options.namespace || cluster.namespace };
  return await write<T>(cluster, attempt, { method: "POST", body: JSON.stringify(object) }, options, (error) => {
    const untaken = error instanceof KubernetesError && (error.status === 429 || error.status === 503);
    return untaken ? retryable(error) : false;
  });
}

/**
 * Replaces the object of that name. With `metadata.resourceVersion` in it, only if it has not changed since.
 * @throws KubernetesError; `kubernetes/conflict` when it has.
 */
export async function replace<T>(
  cluster: Cluster,
  resource: Resource,
  name: string,
  object: unknown,
  options: WriteOptions = {},
): Promise<T> {
  const attempt = { verb: "update", resource, namespace: options.namespace || cluster.namespace, name };
  return await write<T>(cluster, attempt, { method: "PUT", body: JSON.stringify(object) }, options, retryable);
}

/**
 * Changes the object of that name by a JSON merge patch (RFC 7386): fields given are set, `null` removes one.
 * @throws KubernetesError
 */
export async function mergePatch<T>(
  cluster: Cluster,
  resource: Resource,
  name: string,
  patch: unknown,
  options: WriteOptions = {},
): Promise<T> {
  const attempt = { verb: "patch", resource, namespace: options.namespace || cluster.namespace, name };
  const request = { method: "PATCH", body: JSON.stringify(patch), type: "application/merge-patch+json" };
  return await write<T>(cluster, attempt, request, options, retryable);
}

/**
 * Deletes the object of that name, and in the background what it owns. True when it was there, false when it was not;
 * it may take a moment longer to be gone.
 * @throws KubernetesError
 */
export async function remove(
  cluster: Cluster,
  resource: Resource,
  name: string,
  options: WriteOptions = {},
): Promise<boolean> {
  const attempt = { verb: "delete", resource, namespace: options.namespace || cluster.namespace, name };
  const body = JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" });
  try {
    await write<unknown>(cluster, attempt, { method: "DELETE", body }, options, retryable);
    return true;
  } catch (error) {
    if (isKubernetesError(error, "kubernetes/not-found")) return false;
    throw error;
  }
}

/** Sends one request until it is answered well or no further try makes sense, and reads the object of the answer. */
async function write<T>(
  cluster: Cluster,
  attempt: Attempt,
  request: { readonly method: string; readonly body: string; readonly type?: string },
  options: WriteOptions,
  again: (error: unknown) => false | { readonly afterMs?: number | undefined },
): Promise<T> {
  const { signal, attempts = 5, dryRun = false, timeoutMs } = options;
  const doing = describeAttempt(attempt);
  return await retry(async () => {
    const response = await cluster.request(pathOf(attempt), {
      method: request.method,
      query: { dryRun: dryRun ? "All" : undefined },
      body: request.body,
      headers: { "content-type": request.type ?? "application/json" },
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    await refuse(cluster, attempt, response, signal);
    const text = await readBody(response, { doing, server: cluster.server, idleMs: 60_000, signal, maxBytes });
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new KubernetesError({
        code: "kubernetes/malformed",
        doing,
        why: `${cluster.server} answered with something else than JSON`,
        advice: "Check that the URL is that of a Kubernetes API server.",
        details: { server: cluster.server },
        cause,
      });
    }
  }, { attempts, signal, retryable: again });
}
