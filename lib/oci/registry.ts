/**
 * An OCI registry in this process: the distribution spec 1.1 (pull, push, content discovery, content management,
 * referrers) over image layouts on disk. For demos, tests and a desk without a registry; bound to the loopback
 * interface unless told otherwise. Streams: memory does not grow with what is pushed.
 *
 * @example
 * ```ts
 * import { serveRegistry } from "./registry.ts";
 * const registry = await serveRegistry();
 * const answer = await fetch(`http://${registry.address}/v2/`);
 * console.assert(answer.status === 200);
 * await answer.body?.cancel();
 * await registry.close();
 * ```
 * @module
 */
import { describeError } from "../terminal/error.ts";
import { type Logger, silent } from "../terminal/log.ts";
import { errorResponse, Refusal } from "./registry-answer.ts";
import { type Access, Authenticator, type RegistryAuth, tokenPath } from "./registry-auth.ts";
import { beginUpload, continueUpload, deleteBlob, getBlob } from "./registry-blobs.ts";
import { answerWithFault, type Faults } from "./registry-faults.ts";
import {
  deleteManifest,
  getManifest,
  listReferrers,
  listRepositories,
  listTags,
  putManifest,
} from "./registry-manifests.ts";
import { serveHttp } from "./registry-http.ts";
import { isWrite, type Route, routeOf } from "./registry-route.ts";
import { RegistryStore } from "./registry-store.ts";
import { UploadSessions } from "./registry-upload.ts";

/** How {@link serveRegistry} serves. */
export interface RegistryOptions {
  /** Folder of the repositories, each an OCI image layout; made if absent. @default a temporary folder, removed at close */
  readonly dir?: string;
  /** Address to listen on. @default "127.0.0.1" */
  readonly hostname?: string;
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Closes the registry when aborted. */
  readonly signal?: AbortSignal;
  /** Hears of each request (debug) and of failures (error). @default nobody */
  readonly log?: Logger;
  /** Refuse whatever changes something. @default false */
  readonly readOnly?: boolean;
  /** Who may do what. @default everyone everything */
  readonly auth?: RegistryAuth;
  /** Certificate and key (PEM) to serve HTTPS. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What goes wrong, for tests of clients. @default nothing */
  readonly faults?: Faults;
  /** Whether the referrers API is there; without it clients fall back to the tag schema. @default true */
  readonly referrersApi?: boolean;
  /** Referrers in one answer. @default 1000 */
  readonly referrersPageSize?: number;
  /** Bytes of one blob. @default 64 GiB */
  readonly maxBlobBytes?: number;
  /** An upload of which nothing arrives for this long, in milliseconds, is given up. @default 60000 */
  readonly idleMs?: number;
}

/** A registry that serves. */
export interface RunningRegistry {
  /** Host and port, as a reference begins with: `127.0.0.1:41234`. */
  readonly address: string;
  /** Folder of the repositories. */
  readonly directory: string;
  /** Stops: no new requests, a moment for those under way, then the end. Safe to call twice. */
  close(): Promise<void>;
  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Requests under way get this long to end at close. */
const graceMs = 2_000;

/** Starts a registry. It serves when the promise resolves. */
export async function serveRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const { hostname = "127.0.0.1", port = 0, log = silent, tls, faults, signal } = options;
  signal?.throwIfAborted();
  const directory = options.dir ?? await Deno.makeTempDir({ prefix: "registry-" });
  await Deno.mkdir(directory, { recursive: true });
  const store = new RegistryStore(directory);
  const uploads = new UploadSessions(store, {
    maxBlobBytes: options.maxBlobBytes ?? 64 * 1024 ** 3,
    maxSessions: 1000,
    sessionMs: 3600_000,
    idleMs: options.idleMs ?? 60_000,
  });
  const ending = new AbortController();
  const handler = new Handler(options, store, uploads);
  const counts = new Map<string, number>();

  const handle = async (request: Request, drop: () => void): Promise<Response> => {
    if (faults === undefined) return await handler.answer(request);
    const url = new URL(request.url);
    const kind = kindOf(request.method, url);
    const counter = `${request.method} ${kind}`;
    const count = (counts.get(counter) ?? 0) + 1;
    counts.set(counter, count);
    const fault = await faults({ method: request.method, url, headers: request.headers, kind, count });
    if (fault === undefined) return await handler.answer(request);
    return await answerWithFault(fault, request, (request) => handler.answer(request), drop, ending.signal);
  };

  const server = await serveHttp({
    hostname,
    port,
    tls,
    onError: (error) => log.debug(`registry: ${describeError(error, { debug: true })}`),
    handle,
  });
  const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${server.port}`;

  let closing: Promise<void> | undefined;
  const close = () =>
    closing ??= (async () => {
      signal?.removeEventListener("abort", close);
      ending.abort(new Error("the registry is closing"));
      await server.close(graceMs);
      await uploads.close();
      if (options.dir === undefined) await Deno.remove(directory, { recursive: true });
    })();
  signal?.addEventListener("abort", close, { once: true });
  return { address, directory, close, [Symbol.asyncDispose]: close };
}

/** Answers requests from a store. */
class Handler {
  readonly #options: RegistryOptions;
  readonly #store: RegistryStore;
  readonly #uploads: UploadSessions;
  readonly #authenticator: Authenticator | undefined;

  constructor(options: RegistryOptions, store: RegistryStore, uploads: UploadSessions) {
    this.#options = options;
    this.#store = store;
    this.#uploads = uploads;
    this.#authenticator = options.auth && new Authenticator(options.auth);
  }

  /** The answer, whatever comes: refusals and failures have become one too. */
  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    let response: Response;
    try {
      response = this.#authenticator !== undefined && url.pathname === tokenPath
        ? await this.#authenticator.token(request, url)
        : await this.#route(request, url);
    } catch (error) {
      response = error instanceof Refusal ? error.response() : this.#failure(error, request);
      // An unread body would hold the connection up for the next request.
      await request.body?.cancel().catch(() => {});
    }
    response.headers.set("docker-distribution-api-version", "registry/2.0");
    this.#options.log?.debug(`registry: ${request.method} ${url.pathname} ${response.status}`);
    return response;
  }

  /** The answer to a failure of the registry's own, or of the connection. */
  #failure(error: unknown, request: Request): Response {
    if (!request.signal.aborted) this.#options.log?.error(`registry: ${describeError(error, { debug: true })}`);
    return errorResponse(500, "UNKNOWN", "the registry failed; its log says why");
  }

  async #route(request: Request, url: URL): Promise<Response> {
    const route = routeOf(request.method, url.pathname);
    const access = this.#authenticator?.check(request, url.origin, needsOf(request.method, route)) ?? everything;
    if (this.#options.readOnly && isWrite(request.method)) {
      throw new Refusal(405, "UNSUPPORTED", "this registry is read-only", { headers: { allow: "GET, HEAD" } });
    }
    const mayPull = (repository: string) => access.allows(repository, "pull");
    switch (route.kind) {
      case "base":
        return Response.json({});
      case "catalog":
        return await listRepositories(url, this.#store, mayPull);
      case "tags":
        return await listTags(url, this.#store, route.repository);
      case "referrers":
        if (this.#options.referrersApi === false) throw new Refusal(404, "UNSUPPORTED", "there is no such endpoint");
        return await listReferrers(
          url,
          this.#store,
          route.repository,
          route.reference,
          this.#options.referrersPageSize ?? 1000,
        );
      case "uploads":
        return await beginUpload(request, url, this.#store, this.#uploads, route.repository, mayPull);
      case "upload":
        return await continueUpload(request, url, this.#uploads, route.repository, route.reference);
      case "blob":
        return request.method === "DELETE"
          ? await deleteBlob(this.#store, route.repository, route.reference)
          : await getBlob(request, this.#store, route.repository, route.reference);
      case "manifest":
        if (request.method === "PUT") {
          const response = await putManifest(request, url, this.#store, route.repository, route.reference);
          // Without the API, clients must see that the subject was not understood.
          if (this.#options.referrersApi === false) response.headers.delete("oci-subject");
          return response;
        }
        return request.method === "DELETE"
          ? await deleteManifest(this.#store, route.repository, route.reference)
          : await getManifest(request, this.#store, route.repository, route.reference);
    }
  }
}

const everything: Access = { allows: () => true };

/** What a request must be allowed to do. */
function needsOf(method: string, route: Route) {
  if (route.kind === "base") return undefined;
  if (route.kind === "catalog") return "catalog";
  const { repository } = route;
  if (method === "DELETE" && route.kind !== "upload") return { repository, actions: ["delete"] as const };
  return {
    repository,
    actions: isWrite(method) || route.kind === "upload" ? ["pull", "push"] as const : ["pull"] as const,
  };
}

function kindOf(method: string, url: URL): Route["kind"] | "token" | undefined {
  if (url.pathname === tokenPath) return "token";
  try {
    return routeOf(method, url.pathname).kind;
  } catch {
    return undefined;
  }
}
