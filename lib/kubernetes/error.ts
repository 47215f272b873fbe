/**
 * Errors of the Kubernetes API in words: what was asked, of which server, what it said and what to do. Knows the
 * API's Status object and RBAC rules; does no I/O.
 * @module
 */
import { type ErrorParts, TasksmithError } from "../terminal/error.ts";
import { type Attempt, describeAttempt } from "./resource.ts";

/** Stable kinds of {@link KubernetesError}. */
export type KubernetesErrorCode =
  | "kubernetes/not-found" // 404: the object, or the whole API group
  | "kubernetes/forbidden" // 403: RBAC; advice holds the rule that would allow it
  | "kubernetes/unauthorized" // 401: no or a stale credential
  | "kubernetes/gone" // 410: the resourceVersion or continue token is too old
  | "kubernetes/conflict" // 409
  | "kubernetes/invalid" // 400, 422 and other 4xx that cannot change
  | "kubernetes/container-waiting" // 400 of pods/log: the container has not started
  | "kubernetes/container-unknown" // 400 of pods/log: no such container, or no previous one
  | "kubernetes/throttled" // 429
  | "kubernetes/server" // 5xx
  | "kubernetes/kubelet" // 5xx of pods/log: the API server could not reach the node
  | "kubernetes/unreachable" // no answer: DNS, TCP, TLS
  | "kubernetes/timeout" // no answer in time
  | "kubernetes/broken" // the answer ended too early
  | "kubernetes/malformed" // the answer is not what the API promises
  | "kubernetes/too-large" // the answer is larger than allowed
  | "kubernetes/rotated" // a log's earlier part was rotated away while it was read
  | "kubernetes/config"; // no kubeconfig, a broken one, or a credential plugin that failed

/** What a {@link KubernetesError} is made of. */
export interface KubernetesErrorParts extends ErrorParts {
  /** The kind. */
  readonly code: KubernetesErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Worth another attempt, no sooner than `afterMs` milliseconds when that is given. */
  readonly retry?: { readonly afterMs?: number | undefined } | undefined;
}

/** An error in talking to a cluster; {@link TasksmithError} with the HTTP status and whether another try makes sense. */
export class KubernetesError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "KubernetesError";
  /** The kind. */
  declare readonly code: KubernetesErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Worth another attempt, no sooner than `afterMs` milliseconds when that is given. */
  readonly retry: { readonly afterMs?: number | undefined } | undefined;
  /** Makes the error. */
  constructor(parts: KubernetesErrorParts) {
    super(parts);
    this.status = parts.status;
    this.retry = parts.retry;
  }
}

/** True for a {@link KubernetesError} of one of these kinds. */
export function isKubernetesError<C extends KubernetesErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is KubernetesError & { readonly code: C } {
  return error instanceof KubernetesError && (codes.length === 0 || codes.some((it) => it === error.code));
}

/** For `retry` of lib/streams: what a {@link KubernetesError} says of itself, `false` for any other error. */
export function retryable(error: unknown): false | { readonly afterMs?: number | undefined } {
  return error instanceof KubernetesError && error.retry !== undefined ? error.retry : false;
}

/** The RBAC rule, as YAML of one list item of `rules:`, that allows an {@link Attempt}. */
export function rbacRule(attempt: Attempt, indent = "    "): string {
  const { verb, resource, subresource } = attempt;
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return [
    `- apiGroups: ["${resource.group}"]`,
    `  resources: ["${plural}"]`,
    `  verbs: ["${verb}"]`,
  ].map((line) => indent + line).join("\n");
}

/** What an answer with an error status held. */
export interface Refusal {
  /** Base URL of the API server. */
  readonly server: string;
  /** HTTP status, or the code of a Status object. */
  readonly status: number;
  /** The body, as far as it was read: a Status object, or any text. */
  readonly body: string;
  /** From the Retry-After header, in milliseconds. */
  readonly afterMs?: number | undefined;
}

/** The {@link KubernetesError} for an answer with an error status. */
export function refusalError(attempt: Attempt, refusal: Refusal): KubernetesError {
  const { server, status, body, afterMs } = refusal;
  const { message: said, next } = readStatus(body);
  const log = attempt.subresource === "log";
  const parts = {
    doing: describeAttempt(attempt),
    status,
    details: {
      status,
      server,
      verb: attempt.verb,
      resource: attempt.resource.plural,
      namespace: attempt.namespace,
      // Of a list that expired: where it may go on with a later snapshot.
      ...(next === undefined ? {} : { continue: next }),
    },
  };
  const answered = `${server} answered ${status}${said === "" ? "" : `: ${said}`}`;
  const kind = (code: KubernetesErrorCode, advice: string, retry?: KubernetesErrorParts["retry"]) =>
    new KubernetesError({ ...parts, code, why: answered, advice, retry });
  switch (status) {
    case 401:
      return kind(
        "kubernetes/unauthorized",
        "The credential is missing, expired or of another cluster: log in again, or name another kubeconfig or context.",
      );
    case 403: {
      const role = attempt.namespace === undefined ? "a ClusterRole" : `a Role in namespace "${attempt.namespace}"`;
      return kind("kubernetes/forbidden", `This rule in ${role}, bound to that user, allows it:\n${rbacRule(attempt)}`);
    }
    case 404:
      return attempt.name !== undefined && !/could not find the requested resource|page not found/.test(said)
        ? kind("kubernetes/not-found", "Check the name and the namespace; it may have been deleted.")
        : kind(
          "kubernetes/not-found",
          `Check that the cluster serves ${attempt.resource.plural} of ${
            attempt.resource.group || "core"
          }/${attempt.resource.version} (kubectl api-resources).`,
        );
    case 409:
      return kind("kubernetes/conflict", "The object exists already or has changed meanwhile: read it and try again.");
    case 410:
      return kind("kubernetes/gone", "The list or watch is too old for the server to continue: start it anew.");
    case 429:
      return kind("kubernetes/throttled", "The server asks for fewer requests: try again later.", { afterMs });
  }
  if (log && status === 400) {
    if (/waiting to start|ContainerCreating|PodInitializing|not available/.test(said)) {
      return kind("kubernetes/container-waiting", "The container has not started: there is no log to read yet.");
    }
    return kind(
      "kubernetes/container-unknown",
      "Check the container's name; the log of a container long gone is lost.",
    );
  }
  if (status >= 500 || status === 408 || status === 425) {
    return log && status === 500
      ? kind("kubernetes/kubelet", "The API server could not get the log from the node: check the node.", { afterMs })
      : kind(
        "kubernetes/server",
        "The API server has trouble: try again later.",
        status === 501 ? undefined : { afterMs },
      );
  }
  return kind(
    "kubernetes/invalid",
    "The server understood the request and does not accept it; trying again is no use.",
  );
}

/** What a Status object says, its message in one line of at most 500 characters; of any other text, the text. */
function readStatus(body: string): { readonly message: string; readonly next: string | undefined } {
  let message = body;
  let next: string | undefined;
  try {
    const status: { message?: unknown; metadata?: { continue?: unknown } } | null = JSON.parse(body);
    if (typeof status?.message === "string") message = status.message;
    if (typeof status?.metadata?.continue === "string") next = status.metadata.continue || undefined;
  } catch { /* not JSON: a proxy's page, or cut */ }
  message = message.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return { message: message.length > 500 ? `${message.slice(0, 500)}…` : message, next };
}
