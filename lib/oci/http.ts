/**
 * HTTP as a registry client needs it: a time limit on every wait, redirects that take no credentials to another
 * origin, bounded bodies, and errors that say which host and what to do. Knows nothing of registries' paths or logins.
 * @module
 */
import { retry } from "../streams/retry.ts";
import { OciError, type OciErrorCode } from "./error.ts";
import { type Logger, silent } from "../terminal/log.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: URL, init: RequestInit & { client?: Deno.HttpClient }) => Promise<Response>;

/** How long to wait, and how often to try. */
export interface HttpOptions {
  /** Certificate authorities beside the system's, PEM. @default none */
  readonly caCerts?: readonly string[] | undefined;
  /** Stands in for the platform's. @default fetch */
  readonly fetch?: Fetch | undefined;
  /** What the client calls itself. @default "tasksmith" */
  readonly userAgent?: string | undefined;
  /** The limits on waiting. */
  readonly timeouts?: {
    /**
     * From the request to the answer's headers, in milliseconds; bytes in the request add 1 s for every 64 KB, of a
     * streamed one each piece has this time to be taken.
     * @default 60000
     */
    readonly responseMs?: number;
    /** Between two pieces of an answer's body, in milliseconds. @default 60000 */
    readonly idleMs?: number;
  } | undefined;
  /** How often, and how long between: `attempts` 5, `baseMs` 500, `maxMs` 30000 unless given. */
  readonly retry?: { readonly attempts?: number; readonly baseMs?: number; readonly maxMs?: number } | undefined;
  /** Hears of retries. @default nobody */
  readonly log?: Logger | undefined;
}

/** One request. */
export interface HttpRequest {
  /** Such as `GET`. */
  readonly method: string;
  /** http or https. */
  readonly url: URL;
  /** Sent as they are; `authorization` only to the URL's own origin. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bytes, or what opens a stream of them, which is sent without a length; opened again for each sending. */
  readonly body?: Uint8Array<ArrayBuffer> | (() => ReadableStream<Uint8Array<ArrayBuffer>>) | undefined;
  /** What errors say was being done. */
  readonly doing: string;
  /** Ends the request, or the reading of its answer; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** The body is a secret: a redirect to another origin is an error. @default false */
  readonly sameOrigin?: boolean | undefined;
}

const maximumRedirects = 10;

/** Connections to one registry and the hosts it sends to. Close it. */
export class Http {
  readonly #fetch: Fetch;
  readonly #client: Deno.HttpClient;
  readonly #userAgent: string;
  readonly #responseMs: number;
  readonly #idleMs: number;
  /** How often, and how long between. */
  readonly retry: NonNullable<HttpOptions["retry"]>;
  /** Hears of retries. */
  readonly log: Logger;

  /** Opens no connection yet. */
  constructor(options: HttpOptions = {}) {
    this.#fetch = options.fetch ?? fetch;
    this.#client = Deno.createHttpClient(options.caCerts ? { caCerts: [...options.caCerts] } : {});
    this.#userAgent = options.userAgent ?? "tasksmith";
    this.#responseMs = options.timeouts?.responseMs ?? 60_000;
    this.#idleMs = options.timeouts?.idleMs ?? 60_000;
    this.retry = options.retry ?? {};
    this.log = options.log ?? silent;
  }

  /** Closes the connections. */
  close(): void {
    this.#client.close();
  }

  /**
   * Sends a request once, follows redirects, and gives the answer, whatever its status. It must be read to its end or
   * discarded.
   * @throws OciError `oci/network`, `oci/timeout` ({@link isRetryable} tells whether another attempt can help),
   * `oci/bad-response` for a redirect that must not be followed
   */
  async exchange(request: HttpRequest): Promise<Exchange> {
    const headers: Record<string, string> = {
      "user-agent": this.#userAgent,
      // Content is addressed by the digest of its bytes: no coding may be put on or taken off them on the way.
      "accept-encoding": "identity",
      ...request.headers,
    };
    const { method, signal, doing } = request;
    let { url } = request;
    for (let hops = 0;; hops++) {
      const exchange = await this.#send(request, url, headers);
      const location = exchange.headers.get("location");
      if (location === null || ![301, 302, 303, 307, 308].includes(exchange.status)) return exchange;
      await exchange.discard();
      signal?.throwIfAborted();
      const refuse = (why: string) =>
        new OciError({
          code: "oci/bad-response",
          doing,
          why: `${url.host} sends elsewhere (status ${exchange.status}), ${why}`,
          advice: "check the registry's address and the proxy before it",
          details: { host: url.host, status: exchange.status },
        });
      const next = resolveLocation(location, url);
      if (next === undefined) throw refuse("to something that is no https URL, or from https to http");
      if (hops === maximumRedirects) throw refuse(`and that ${maximumRedirects} times in a row`);
      if (method !== "GET" && method !== "HEAD" && exchange.status < 307) {
        throw refuse(`which is no answer to ${method}`);
      }
      if (next.origin !== url.origin) {
        // Another host, port or scheme: what is meant for this one must not reach it, nor come back by a detour.
        delete headers["authorization"];
        if (request.sameOrigin) throw refuse(`to ${next.host}, with a secret in the request`);
      }
      url = next;
    }
  }

  /** Runs an operation again after failures that may pass, and says so in the log. */
  retrying<T>(what: string, signal: AbortSignal | undefined, operation: () => Promise<T>): Promise<T> {
    return retry(operation, {
      ...this.retry,
      signal,
      retryable: isRetryable,
      onRetry: (error, attempt, delay) => this.logRetry(what, error, attempt, delay),
    });
  }

  /** Says in the log that something failed and will be tried again. */
  logRetry(what: string, error: unknown, attempt: number, delayMs: number): void {
    const why = error instanceof OciError ? error.why : String(error);
    this.log.info(`${what}: ${why}; trying again in ${(delayMs / 1000).toFixed(1)} s (attempt ${attempt} failed)`);
  }

  async #send(request: HttpRequest, url: URL, headers: Record<string, string>): Promise<Exchange> {
    const { method, body, doing, signal } = request;
    signal?.throwIfAborted();
    const lifeline = new Lifeline(signal, doing, url.host);
    const feed = typeof body === "function" ? new Feed(body(), lifeline, this.#responseMs) : undefined;
    lifeline.arm(this.#responseMs + (typeof body === "object" ? body.length : 0) / 64);
    try {
      const init: RequestInit & { client?: Deno.HttpClient; duplex?: "half" } = {
        method,
        headers,
        body: feed?.stream ?? (typeof body === "object" ? body : null),
        redirect: "manual",
        signal: lifeline.signal,
        client: this.#client,
        ...(feed && { duplex: "half" }),
      };
      const response = await this.#fetch(url, init);
      lifeline.disarm();
      return new Exchange(response, url, lifeline, this.#idleMs);
    } catch (error) {
      const failure = lifeline.end(error);
      throw feed?.failure !== undefined && !signal?.aborted ? feed.failure : failure;
    } finally {
      // An answer may come before all is sent.
      await feed?.stop();
    }
  }
}

/** A request's stream: every piece that is asked for shows that the other side lives. */
class Feed {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What went wrong on our side of it. */
  failure: unknown;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #stopped = false;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor(source: ReadableStream<Uint8Array<ArrayBuffer>>, lifeline: Lifeline, patienceMs: number) {
    this.#reader = source.getReader();
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: async (controller) => {
        if (this.#stopped) return;
        // What the source takes is not the other side's silence.
        lifeline.disarm();
        try {
          const { done, value } = await this.#reader.read();
          if (this.#stopped) return;
          lifeline.arm(patienceMs);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.failure = error;
          throw error;
        }
      },
      cancel: () => this.stop(),
    }, { highWaterMark: 0 });
  }

  /** Nothing more is read or sent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#reader.cancel().catch(() => {});
    try {
      this.#controller?.error(new Error("the request is over"));
    } catch {
      // The stream has ended already.
    }
  }
}

/** Whether another attempt can help, and how long the other side asks to wait before it. */
export function isRetryable(error: unknown): false | { readonly afterMs?: number | undefined } {
  if (!(error instanceof OciError) || error.details["retryable"] !== true) return false;
  const afterMs = error.details["retryAfterMs"];
  return { afterMs: typeof afterMs === "number" ? afterMs : undefined };
}

/**
 * The URL that a `Location` header means. A registry behind a proxy which ends TLS often says http of itself: its own
 * host is asked by https all the same. Undefined for what must not be followed: no URL of http or https, or from https
 * to plain http of another host.
 */
export function resolveLocation(location: string, base: URL): URL | undefined {
  const url = URL.parse(location, base);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  url.username = url.password = url.hash = "";
  if (base.protocol === "https:" && url.protocol === "http:") {
    if (url.hostname !== base.hostname || (url.port !== "" && url.port !== base.port)) return undefined;
    url.protocol = "https:";
    url.port = base.port;
  }
  return url;
}

/** An answer whose headers have arrived. */
export class Exchange {
  /** The status code. */
  readonly status: number;
  /** The answer's headers. */
  readonly headers: Headers;
  /** Who answered, after redirects. */
  readonly url: URL;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  readonly #lifeline: Lifeline;
  readonly #idleMs: number;

  /** Takes over the response. */
  constructor(response: Response, url: URL, lifeline: Lifeline, idleMs: number) {
    this.status = response.status;
    this.headers = response.headers;
    this.url = url;
    this.#reader = response.body?.getReader();
    this.#lifeline = lifeline;
    this.#idleMs = idleMs;
    if (this.#reader === undefined) lifeline.end();
  }

  /**
   * The next piece of the body, undefined at its end.
   * @throws OciError `oci/network` or `oci/timeout` when the body breaks off
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#reader === undefined) return undefined;
    this.#lifeline.arm(this.#idleMs);
    try {
      const { done, value } = await this.#reader.read();
      this.#lifeline.disarm();
      if (done) this.#lifeline.end();
      return value;
    } catch (error) {
      throw this.#lifeline.end(error);
    }
  }

  /** The whole body, or undefined (and the rest discarded) when it has more than `maximum` bytes. */
  async bytes(maximum: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (let piece = await this.read(); piece !== undefined; piece = await this.read()) {
      pieces.push(piece);
      size += piece.length;
      if (size > maximum) {
        await this.cancel();
        return undefined;
      }
    }
    const bytes = new Uint8Array(size);
    for (const piece of pieces.reverse()) bytes.set(piece, size -= piece.length);
    return bytes;
  }

  /** Reads and forgets a small body, so that the connection can be used again; cancels a large one. Never throws. */
  async discard(): Promise<void> {
    await this.bytes(16 * 1024).catch(() => {});
  }

  /** Gives up the body, and the connection with it. Never throws. */
  async cancel(): Promise<void> {
    await this.#reader?.cancel().catch(() => {});
    this.#lifeline.end();
  }
}

/** The time limit and the caller's signal over one request and its answer. */
class Lifeline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #doing: string;
  readonly #host: string;
  readonly #abort = () => this.#controller.abort(this.#outer?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timedOut: number | undefined;

  constructor(outer: AbortSignal | undefined, doing: string, host: string) {
    this.#outer = outer;
    this.#doing = doing;
    this.#host = host;
    outer?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  arm(ms: number): void {
    this.disarm();
    this.#timer = setTimeout(() => {
      this.#timedOut = ms;
      this.#controller.abort();
    }, ms);
  }

  disarm(): void {
    clearTimeout(this.#timer);
  }

  /** Lets go of timer and signal, and gives what is to be thrown for an error. */
  end(error?: unknown): unknown {
    this.disarm();
    this.#outer?.removeEventListener("abort", this.#abort);
    if (this.#outer?.aborted) return this.#outer.reason;
    if (this.#timedOut !== undefined) {
      return new OciError({
        code: "oci/timeout",
        doing: this.#doing,
        why: `${this.#host} was silent for ${Math.round(this.#timedOut / 100) / 10} s`,
        advice: "check that the host can be reached from here and is not overloaded, then try again",
        details: { host: this.#host, retryable: true },
      });
    }
    return error === undefined ? undefined : networkError(error, this.#doing, this.#host);
  }
}

/** Names what kept a request from its answer; details of the URL are left out, they may hold a signature. */
function networkError(error: unknown, doing: string, host: string): OciError {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  const text = cause instanceof Error
    ? cause.message.replace(/^error sending request [^]*?: (?=client error|error |operation )/, "")
    : message;
  const say = (why: string, advice: string, retryable: boolean, code: OciErrorCode = "oci/network") =>
    new OciError({ code, doing, why, advice, cause: error, details: { host, retryable } });
  if (error instanceof Deno.errors.NotCapable) {
    return say(`this process may not connect to ${host}`, `allow it: --allow-net=${host}`, false);
  }
  if (/InvalidContentType|corrupt message/.test(text)) {
    const advice = "if it is meant to be a registry without TLS, ask for plain HTTP";
    return say(`${host} does not speak TLS`, advice, false, "oci/not-tls");
  }
  if (/certificate|NotValidForName|UnknownIssuer/i.test(text)) {
    return say(
      `the certificate of ${host} is not trusted (${text})`,
      "name the certificate authority that signed it, or correct the host name",
      false,
    );
  }
  return say(
    `no answer from ${host}: ${text}`,
    "check the host's name, that it can be reached from here, and that the registry runs",
    true,
  );
}
