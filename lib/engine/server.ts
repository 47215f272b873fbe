/**
 * A Kubernetes-style API over an object store, on a socket: credentials, discovery, access reviews, and the hook for
 * faults. What is asked of objects and logs is answered elsewhere. Bound to loopback unless told otherwise.
 * @module
 */
import type { Admission } from "./admission.ts";
import { answerVerb, readBytes } from "./api.ts";
import { answerWithFault, type Faults } from "./faults.ts";
import type { LogSource } from "./logs.ts";
import { openApi } from "./openapi.ts";
import { type Asked, parsePath } from "./path.ts";
import { answerLog } from "./pod-log.ts";
import { type ApiResource, discovery } from "./resources.ts";
import { readReview, type ReviewedAttributes } from "./review.ts";
import { ApiError, noSuchPath, qualified } from "./status.ts";
import type { ObjectStore } from "./store.ts";

/** What one request wants to do, for whoever decides whether it may. */
export interface Access {
  /** RBAC verb. */
  readonly verb: string;
  /** API group. */
  readonly group: string;
  /** Plural, with a subresource after a slash: `pods/log`. */
  readonly resource: string;
  /** Namespace; "" for all or none. */
  readonly namespace: string;
  /** Object's name, or "". */
  readonly name: string;
}

/** How an API is served. */
export interface ServeApiOptions {
  /** The objects. */
  readonly store: ObjectStore;
  /** Logs of pods' containers. @default no container has one */
  readonly logs?: LogSource;
  /** Address to listen at. @default "127.0.0.1" */
  readonly hostname?: string;
  /** Port; 0: any free one. @default 0 */
  readonly port?: number;
  /** PEM of the server's certificate and key, and of who signed it for kubeconfigs. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** The bearer token to ask for, or the decision about one. @default anyone may ask */
  readonly token?: string | ((presented: string) => boolean);
  /** May this be done? @default everything */
  readonly authorize?: (access: Access) => boolean;
  /** Looks at objects that are created or changed. @default they are taken as they are */
  readonly admit?: Admission;
  /** The user's name in refusals. @default "tasksmith" */
  readonly user?: string;
  /** Namespace of {@link ServedApi.kubeconfig}'s context. @default "default" */
  readonly namespace?: string;
  /** Time between a watch's bookmarks, in milliseconds. @default 60000 */
  readonly bookmarkMs?: number;
  /** What goes wrong, for tests. @default nothing */
  readonly faults?: Faults;
  /** Hears of each request before it is answered. */
  readonly onRequest?: (request: Request) => void;
  /** Closes the server. */
  readonly signal?: AbortSignal;
}

/** A served API. */
export interface ServedApi {
  /** Base URL: `https://127.0.0.1:PORT`. */
  readonly url: string;
  /**
   * A kubeconfig for it, as JSON, which is YAML. With a `token` that is a function, the token must be given.
   */
  kubeconfig(options?: { readonly token?: string; readonly namespace?: string }): string;
  /** Ends every request and stops listening. */
  close(): Promise<void>;
}

const noLogs: LogSource = { open: () => undefined };

/** Serves an API over a store until it is closed. */
export function serveApi(options: ServeApiOptions): ServedApi {
  const { store, logs = noLogs, hostname = "127.0.0.1", tls, token, authorize = () => true, faults } = options;
  const user = options.user ?? "tasksmith";
  const closing = new AbortController();
  const counts = new Map<string, number>();

  async function handle(request: Request): Promise<Response> {
    options.onRequest?.(request);
    // A client that leaves cancels the answer's body; request.signal would tell no more and costs a warning each time.
    const left = closing.signal;
    const url = new URL(request.url);
    const asked = parsePath(request.method, url.pathname, url.searchParams);
    const access = asked && accessOf(asked);
    const run = () => answer(request, url, asked, left);
    if (faults === undefined) return await run();
    const { verb = "", resource = "", namespace = "", name = "" } = access ?? {};
    const key = `${verb} ${resource}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const authorization = request.headers.get("authorization") ?? "";
    const { method } = request;
    const about = {
      path: url.pathname,
      query: url.searchParams,
      verb,
      resource,
      namespace,
      name,
      count,
      authorization,
    };
    const fault = faults({ method, ...about });
    return fault === undefined ? await run() : await answerWithFault(fault, run, left);
  }

  async function answer(request: Request, url: URL, asked: Asked | undefined, signal: AbortSignal): Promise<Response> {
    try {
      authenticate(request);
      if (asked === undefined) return await answerOther(request, url);
      const access = accessOf(asked);
      if (!authorize(access)) throw forbidden(access, asked.resource, user);
      const { resource, subresource, namespace = "", name = "" } = asked;
      if (subresource === "log") {
        return await answerLog(store.get(resource, namespace, name), url.searchParams, logs, signal);
      }
      const bookmarkMs = options.bookmarkMs ?? 60_000;
      return await answerVerb(asked, request, url, { store, signal, bookmarkMs, admit: options.admit });
    } catch (error) {
      const { status } = error instanceof ApiError ? error : new ApiError(500, `Internal error: ${error}`);
      return Response.json(status, { status: status.code });
    }
  }

  function authenticate(request: Request): void {
    if (token === undefined) return;
    const presented = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim() ?? "";
    if (typeof token === "string" ? presented !== token : !token(presented)) throw new ApiError(401, "Unauthorized");
  }

  async function answerOther(request: Request, url: URL): Promise<Response> {
    const { method } = request;
    const path = url.pathname.replace(/(?<=.)\/$/, "");
    if (method === "POST" && path === "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") {
      const wanted = readReview(await readBytes(request), request.headers.get("content-type") ?? "");
      const allowed = wanted === undefined || authorize(reviewed(wanted));
      const kind = "SelfSubjectAccessReview";
      const answer = { kind, apiVersion: "authorization.k8s.io/v1", metadata: {}, spec: {}, status: { allowed } };
      return Response.json(answer, { status: 201 });
    }
    if (method === "POST" && path === "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews") {
      const resourceRules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
      const status = { resourceRules, nonResourceRules: [], incomplete: options.authorize !== undefined };
      const kind = "SelfSubjectRulesReview";
      const answer = { kind, apiVersion: "authorization.k8s.io/v1", metadata: {}, spec: {}, status };
      return Response.json(answer, { status: 201 });
    }
    if (method !== "GET") throw noSuchPath();
    if (["/healthz", "/livez", "/readyz"].includes(path)) return new Response("ok");
    const document = discovery(path, url.host) ?? openApi(path);
    if (document === undefined) throw noSuchPath();
    return Response.json(document);
  }

  const listening = { hostname, port: options.port ?? 0, onListen: () => {}, signal: closing.signal };
  const server = tls === undefined
    ? Deno.serve(listening, handle)
    : Deno.serve({ ...listening, cert: tls.cert, key: tls.key }, handle);
  const { port } = server.addr;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname === "0.0.0.0" ? "127.0.0.1" : hostname;
  const url = `${tls === undefined ? "http" : "https"}://${host}:${port}`;
  const close = async () => {
    options.signal?.removeEventListener("abort", close);
    closing.abort();
    await server.finished;
  };
  options.signal?.addEventListener("abort", close);
  if (options.signal?.aborted) closing.abort();

  return {
    url,
    close,
    kubeconfig: (given = {}) => {
      const bearer = given.token ?? (typeof token === "string" ? token : undefined);
      const ca = tls === undefined ? {} : { "certificate-authority-data": btoa(tls.ca ?? tls.cert) };
      const namespace = given.namespace ?? options.namespace ?? "default";
      const name = "tasksmith";
      const config = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server: url, ...ca, "disable-compression": true } }],
        users: [{ name, user: bearer === undefined ? {} : { token: bearer } }],
        contexts: [{ name, context: { cluster: name, user: name, namespace } }],
        "current-context": name,
      };
      return `${JSON.stringify(config, null, 2)}\n`;
    },
  };
}

function accessOf({ verb, resource, subresource, namespace = "", name = "" }: Asked): Access {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return { verb, group: resource.group, resource: plural, namespace, name };
}

function reviewed({ verb, group, resource, subresource, namespace, name }: ReviewedAttributes): Access {
  return { verb, group, resource: subresource === "" ? resource : `${resource}/${subresource}`, namespace, name };
}

/** 403 in the API's words. */
function forbidden(access: Access, resource: ApiResource, user: string): ApiError {
  const where = access.namespace === "" ? "at the cluster scope" : `in the namespace "${access.namespace}"`;
  const what = access.name === "" ? "" : ` "${access.name}"`;
  const details = { name: access.name, group: access.group, kind: resource.plural };
  return new ApiError(
    403,
    `${qualified(resource)}${what} is forbidden: User "${user}" cannot ${access.verb} resource "${access.resource}" ` +
      `in API group "${access.group}" ${where}`,
    { details },
  );
}
