/**
 * Sending one request to an API server: address, certificates, credential headers, time limit, and what a failed
 * connection means in words. Knows HTTP and TLS; where credentials come from is the caller's affair.
 * @module
 */
import type { Cluster, RequestOptions } from "./connect.ts";
import { KubernetesError } from "./error.ts";
import { nodeTransport } from "./node-transport.ts";

/** What proves who is asking. */
export interface Credential {
  /** Authorization and impersonation headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Client certificate, PEM. */
  readonly cert?: string | undefined;
  /** Its private key, PEM. */
  readonly key?: string | undefined;
}

/** An API server and how to reach it. */
export interface Endpoint {
  /** Base URL, `https://host:port` with an optional path. */
  readonly server: string;
  /** Default namespace. */
  readonly namespace: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
  /** Proxy URL; user and password in it are sent as Basic. */
  readonly proxy?: string | undefined;
  /** Name that the server's certificate must bear, when it is not the URL's host. */
  readonly serverName?: string | undefined;
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined;
  /** Let the server compress its answers: worth it over a long way only. @default true */
  readonly compression?: boolean | undefined;
  /** The credential; with `renew` a new one, because the server refused the last. */
  readonly credential: (renew: boolean) => Promise<Credential>;
}

/** Sends a request, gives the answer. */
export interface Transport {
  /** As `fetch`; rejects when there is no answer. */
  send(url: string, init: TransportRequest): Promise<Response>;
  /** Closes idle connections. */
  close(): void;
}

/** What a {@link Transport} sends. */
export interface TransportRequest {
  /** HTTP method. */
  readonly method: string;
  /** Headers. */
  readonly headers: Record<string, string>;
  /** Body. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Makes a {@link Transport} for an endpoint and a client certificate. */
export type OpenTransport = (endpoint: Endpoint, credential: Credential) => Transport;

/**
 * Over `fetch`. HTTP/1.1 on purpose: with a connection for each stream, a dead connection ends one stream only, and a
 * slow reader of one log does not use up the window of the others.
 */
export function fetchTransport(endpoint: Endpoint, credential: Credential): Transport {
  const { ca, proxy } = endpoint;
  const { cert, key } = credential;
  const client = Deno.createHttpClient({
    http2: false,
    ...(ca === undefined ? {} : { caCerts: [ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
  });
  return {
    send: (url, init) => fetch(url, { ...init, client, redirect: "manual" }),
    close: () => client.close(),
  };
}

function proxyOf(text: string): { url: string; basicAuth?: { username: string; password: string } } {
  const url = new URL(text);
  const { username, password } = url;
  url.username = url.password = "";
  if (username === "") return { url: url.href };
  return {
    url: url.href,
    basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

/** A {@link Cluster} over an endpoint. Connections are opened when the first request is sent. */
export function openCluster(endpoint: Endpoint, open: OpenTransport = fetchTransport): Cluster {
  const server = endpoint.server.replace(/\/+$/, "");
  let transport: { readonly cert: string | undefined; readonly of: Transport } | undefined;
  // A renewed client certificate needs connections of its own; a renewed token does not.
  const transportFor = (credential: Credential): Transport => {
    if (transport === undefined || transport.cert !== credential.cert) {
      transport?.of.close();
      transport = { cert: credential.cert, of: opened(open, endpoint, credential) };
    }
    return transport.of;
  };
  return {
    server,
    namespace: endpoint.namespace,
    close() {
      transport?.of.close();
      transport = undefined;
    },
    async request(path: string, options: RequestOptions = {}): Promise<Response> {
      const url = new URL(server + path);
      for (const [name, value] of Object.entries(options.query ?? {})) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      const encoding = endpoint.compression === false ? { "accept-encoding": "identity" } : {};
      const headers = { ...encoding, ...options.headers };
      const exchange = async (renew: boolean): Promise<Response> => {
        const credential = await endpoint.credential(renew);
        options.signal?.throwIfAborted();
        try {
          return await send(transportFor(credential), server, url, credential, { ...options, headers });
        } catch (error) {
          // A self-signed certificate that is its own authority, which kubectl takes: fetch refuses it, node does not.
          if (open === nodeTransport || !(error instanceof KubernetesError) || !/CaUsedAsEndEntity/.test(error.why)) {
            throw error;
          }
          transport?.of.close();
          transport = undefined;
          open = nodeTransport;
          return await exchange(false);
        }
      };
      const response = await exchange(false);
      if (response.status !== 401) return response;
      await response.body?.cancel();
      return await exchange(true);
    },
  };
}

/** @throws KubernetesError `kubernetes/config` when the certificates are none. */
function opened(open: OpenTransport, endpoint: Endpoint, credential: Credential): Transport {
  try {
    return open(endpoint, credential);
  } catch (error) {
    throw new KubernetesError({
      code: "kubernetes/config",
      doing: `prepare connections to ${endpoint.server}`,
      why: `the certificates, keys or proxy address for it cannot be used (${messageOf(error)})`,
      advice: "They must be PEM, the client's key not encrypted: check the kubeconfig, or the pod's ca.crt.",
      cause: error,
      exitCode: 2,
    });
  }
}

async function send(
  transport: Transport,
  server: string,
  url: URL,
  credential: Credential,
  options: RequestOptions,
): Promise<Response> {
  const { method = "GET", body, signal, timeoutMs = 30_000 } = options;
  const limit = new AbortController();
  const timer = timeoutMs === Infinity ? undefined : setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await transport.send(url.href, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": "tasksmith",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
        ...credential.headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const doing = `reach the Kubernetes API (${method} ${url.pathname})`;
    if (limit.signal.aborted) {
      throw new KubernetesError({
        code: "kubernetes/timeout",
        doing,
        why: `${server} did not answer within ${timeoutMs / 1000} s`,
        advice: "Check that the server is up and that no firewall or proxy swallows the connection.",
        cause: error,
        details: { server },
        retry: {},
      });
    }
    throw unreachable(doing, server, error);
  } finally {
    clearTimeout(timer);
  }
}

/** What a failed connection means. Only what may pass by itself is worth another try. */
function unreachable(doing: string, server: string, error: unknown): KubernetesError {
  // What happened is told by the cause of fetch's error, in a long form:
  const text = messageOf(error instanceof Error ? error.cause ?? error : error);
  // "error sending request for url (…): client error (Connect): <what we want>"
  const why = text.replace(/^error sending request.*?\): /, "").replace(/^client error \(\w+\): /, "");
  const { advice, passing } = adviceFor(why, error);
  return new KubernetesError({
    code: "kubernetes/unreachable",
    doing,
    why: `${server}: ${why}`,
    advice,
    cause: error,
    details: { server },
    retry: passing ? {} : undefined,
  });
}

function adviceFor(why: string, error: unknown): { advice: string; passing: boolean } {
  if (error instanceof Deno.errors.NotCapable) {
    return { advice: "Allow it: run with --allow-net for that host.", passing: false };
  }
  if (/certificate|UnknownIssuer|NotValidForName|self.signed|CaUsedAsEndEntity/i.test(why)) {
    const advice = "The server's certificate and the cluster's certificate authority (certificate-authority-data, or " +
      "the pod's ca.crt) do not go together, or the server wants a client certificate: check both.";
    return { advice, passing: false };
  }
  if (/dns error|lookup|ENOTFOUND|EAI_AGAIN/i.test(why)) {
    return { advice: "The host name has no address: check the server's URL and the DNS.", passing: true };
  }
  return { advice: "Check that the server is up and reachable from here (VPN, proxy, network policy).", passing: true };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
