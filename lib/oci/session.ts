/**
 * Requests to one repository of one registry: the base URL, the login, the retries, and refusals as errors. Knows no
 * endpoint but the path they share.
 * @module
 */
import { Authenticator } from "./auth.ts";
import type { CredentialStore } from "./credentials.ts";
import { OciError } from "./error.ts";
import { type Exchange, Http, type HttpOptions, type HttpRequest } from "./http.ts";
import { formatReference, type Reference } from "./reference.ts";
import { refusal } from "./refusal.ts";

/** How a session is opened. */
export interface SessionOptions extends HttpOptions {
  /** Who to be. @default nobody */
  readonly credentials?: CredentialStore | undefined;
  /**
   * Speak HTTP without TLS.
   * @default true with localhost, 127.0.0.0/8 and [::1]; with a private IP address (RFC 1918) when no TLS is spoken
   * there and no {@link caCerts} are given, as docker's and Google's clients have it for registries inside of clusters;
   * otherwise false
   */
  readonly plainHttp?: boolean | undefined;
  /** Ends every operation; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** One request to the repository. */
export interface SessionRequest {
  /** Such as `GET`. */
  readonly method: string;
  /** Below `/v2/<repository>/`, such as `tags/list?n=10`; or a whole URL that the registry named. */
  readonly at: string | URL;
  /** What a token must be good for. @default pull for GET and HEAD, delete for DELETE, else push */
  readonly access?: "pull" | "push" | "delete";
  /** A further repository that is read, for a mount. */
  readonly from?: string | undefined;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Request body; see {@link HttpRequest}. */
  readonly body?: HttpRequest["body"];
  /** Status codes that are answers; every other one is an error. */
  readonly expect: readonly number[];
  /** What errors say was being done. */
  readonly doing: string;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
  /** Do not try again: the caller does. @default false */
  readonly once?: boolean;
  /** Not ended by the session's signal, for what has to be cleared away after it. @default false */
  readonly detached?: boolean;
}

const actions = { pull: "pull", push: "pull,push", delete: "pull,push,delete" } as const;

/** Whether a registry is on this machine, where docker and its kin speak HTTP without TLS. */
export function isLoopback(registry: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(registry);
}

/** Whether a registry is named by a private address (RFC 1918), which no certificate authority vouches for. */
export function isPrivateAddress(registry: string): boolean {
  return /^(10\.\d{1,3}|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(:\d+)?$/.test(registry);
}

/** Requests to one repository. */
export class Session {
  /** `registry/repository`, for messages. */
  readonly name: string;
  /** `https://registry/v2/repository/`; `http:` once it has turned out that the registry has no TLS and needs none. */
  base: URL;
  /** The connections. */
  readonly http: Http;
  readonly #repository: string;
  #authenticator: Authenticator;
  /** Makes this a session without TLS; undefined where that is not allowed, or done. */
  #withoutTls: (() => void) | undefined;
  readonly #signal: AbortSignal | undefined;

  /** Opens no connection yet. */
  constructor(reference: Reference, options: SessionOptions) {
    const { registry, repository } = reference;
    const plainHttp = options.plainHttp ?? isLoopback(registry);
    // docker.io is a name; its API is served by another host.
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    this.name = formatReference({ registry, repository });
    this.base = new URL(`${plainHttp ? "http" : "https"}://${host}/v2/${repository}/`);
    this.http = new Http(options);
    this.#repository = repository;
    this.#authenticator = new Authenticator(this.http, reference, options.credentials, plainHttp);
    this.#signal = options.signal;
    if (options.plainHttp === undefined && !plainHttp && !options.caCerts?.length && isPrivateAddress(registry)) {
      this.#withoutTls = () => {
        this.#withoutTls = undefined;
        this.base = new URL(this.base.href.replace(/^https:/, "http:"));
        this.#authenticator = new Authenticator(this.http, reference, options.credentials, true);
        this.http.log.warn(`${host} has a private address and does not speak TLS: going on in plain HTTP`);
      };
    }
  }

  /** The session's signal and an operation's own, as one. */
  signal(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (signal === undefined || this.#signal === undefined) return signal ?? this.#signal;
    return AbortSignal.any([signal, this.#signal]);
  }

  /**
   * Sends a request, logs in when asked to, tries again what may pass.
   * @throws OciError for every answer that is not expected
   */
  async request(init: SessionRequest): Promise<Exchange> {
    const signal = init.detached ? init.signal : this.signal(init.signal);
    const attempt = async () => {
      const { base } = this;
      try {
        return await this.#attempt(init, signal);
      } catch (error) {
        // Of the registry itself, not of a host that it sent to.
        const notTls = error instanceof OciError && error.code === "oci/not-tls" && typeof init.at === "string" &&
          error.details["host"] === base.host;
        if (notTls) this.#withoutTls?.();
        if (!notTls || this.base === base) throw error;
        return await this.#attempt(init, signal); // nothing was sent yet: the handshake failed
      }
    };
    return init.once ? await attempt() : await this.http.retrying(init.doing, signal, attempt);
  }

  async #attempt(init: SessionRequest, signal: AbortSignal | undefined): Promise<Exchange> {
    const { method, body, doing, from } = init;
    const url = typeof init.at === "string" ? new URL(init.at, this.base) : init.at;
    const access = init.access ??
      (method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "push");
    const scope = `repository:${this.#repository}:${actions[access]}${
      from === undefined ? "" : ` repository:${from}:pull`
    }`;
    // An upload may be sent to another host: the login is for the registry's own.
    const ours = url.origin === this.base.origin;
    for (let logins = 0;; logins++) {
      const authorization = ours ? await this.#authenticator.authorization(scope, signal) : undefined;
      const headers = { ...init.headers, ...(authorization !== undefined && { authorization }) };
      const exchange = await this.http.exchange({ method, url, headers, body, doing, signal });
      // Who has spoken TLS once is not believed to have none later: that would be someone else.
      this.#withoutTls = undefined;
      if (init.expect.includes(exchange.status)) return exchange;
      const challenge = exchange.headers.get("www-authenticate");
      if (exchange.status === 401 && exchange.url.origin === this.base.origin && logins < 2) {
        let again: boolean;
        try {
          again = await this.#authenticator.challenged(challenge, scope, authorization, signal);
        } catch (error) {
          await exchange.cancel();
          throw error;
        }
        if (again) {
          await exchange.discard();
          continue;
        }
      }
      const { who } = this.#authenticator;
      throw await refusal(exchange, { doing, who, redact: (text) => this.#authenticator.redact(text) });
    }
  }
}

/**
 * The next page that a `Link` header names (RFC 8288), or undefined at the last. One on another host counts as none:
 * no registry has a reason for it.
 */
export function nextPage(exchange: Exchange): URL | undefined {
  const link = /<([^<>]*)>\s*;[^,<]*\brel\s*=\s*"?next\b/i.exec(exchange.headers.get("link") ?? "");
  const url = link && URL.parse(link[1]!, exchange.url);
  return url && url.host === exchange.url.host && url.href !== exchange.url.href
    ? new URL(url.pathname + url.search, exchange.url)
    : undefined;
}
