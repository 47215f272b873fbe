/**
 * HTTP for the embedded registry: requests and answers of the web platform over the server of `node:http`. That one
 * rather than `Deno.serve`, because of uploads: with Deno 2.9 a chunked body that arrives faster than it is written to
 * disk is kept in memory there, and taken out of it in a time that grows with the square of its size (300 MB: 80 s and
 * 300 MB against 0.4 s and 80 MB). It can also break a single connection, which tests of clients need.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** What is served, and where. */
export interface HttpOptions {
  /** Address to listen on. */
  readonly hostname: string;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Certificate and key (PEM) for HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /**
   * Answers a request. The body of the answer is sent as it comes; when that fails, the connection is broken.
   * @param drop breaks the request's connection at once, in the middle of whatever is being received or sent
   */
  readonly handle: (request: Request, drop: () => void) => Promise<Response>;
  /** Hears of what `handle` throws, and of bodies of answers that fail. */
  readonly onError: (error: unknown) => void;
}

/** A server that listens. */
export interface RunningHttp {
  /** The port. */
  readonly port: number;
  /** Takes no more requests, gives those under way so many milliseconds, then breaks every connection. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens.
 * @throws Error what the system says against it; `code` is `EADDRINUSE` when another process does so there
 */
export async function serveHttp(options: HttpOptions): Promise<RunningHttp> {
  const { hostname, port, tls, onError } = options;
  /** Open connections, and how many requests each has under way: one that has none can be closed at any time. */
  const connections = new Map<Socket, number>();
  let closing = false;
  const count = (socket: Socket, change: number) => {
    const underWay = (connections.get(socket) ?? 0) + change;
    if (connections.has(socket)) connections.set(socket, underWay);
    if (closing && underWay === 0) socket.end();
  };
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket } = incoming;
    count(socket, 1);
    outgoing.once("close", () => count(socket, -1));
    answer(incoming, outgoing, options).catch((error) => {
      onError(error);
      socket.destroy();
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  // An upload may take its time: it is watched over by whoever reads it.
  server.requestTimeout = 0;
  server.headersTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", onError);
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    connections.set(socket, 0);
    socket.once("close", () => connections.delete(socket));
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const [socket, underWay] of connections) if (underWay === 0) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy();
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, options: HttpOptions): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort(new Error("the client went away")));
  let dropped = false;
  let flushed = Promise.resolve();
  const drop = () => {
    dropped = true;
    // What has been written goes out first: the other side sees the break behind it, not in place of it.
    flushed.then(() => incoming.socket.destroy());
  };
  const response = await options.handle(requestOf(incoming, options, gone.signal), drop);
  if (dropped || outgoing.destroyed) {
    await response.body?.cancel().catch(() => {});
    return;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) headers[name] = value;
  // answered before the body was read: the next request on this connection waits behind what is left of it
  if (hasBody(incoming) && !incoming.complete) throwAway(incoming);
  outgoing.writeHead(response.status, headers);
  if (response.body === null || incoming.method === "HEAD") {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      if (gone.signal.aborted) return;
      let room = true;
      flushed = new Promise((resolve) => room = outgoing.write(value, () => resolve()));
      if (!room) await drained(outgoing);
    }
    outgoing.end();
  } catch (error) {
    if (!dropped) throw error;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Resolves when more may be written, or nothing more can be. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go);
      outgoing.off("close", go);
      resolve();
    };
    outgoing.on("drain", go);
    outgoing.on("close", go);
  });
}

/** What still arrives of a body is read and forgotten. */
function throwAway(incoming: IncomingMessage): void {
  for (const event of ["data", "end", "error", "close"]) incoming.removeAllListeners(event);
  incoming.on("error", () => {});
  incoming.resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function requestOf(incoming: IncomingMessage, { tls, hostname }: HttpOptions, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
  }
  const origin = `${tls === undefined ? "http" : "https"}://${headers.get("host") ?? hostname}`;
  const method = incoming.method ?? "GET";
  return new Request(new URL(incoming.url ?? "/", URL.canParse(origin) ? origin : "http://localhost"), {
    method,
    headers,
    signal,
    body: hasBody(incoming) && method !== "GET" && method !== "HEAD" ? bodyOf(incoming) : null,
  });
}

/** The body as a stream. Nothing is read before it is asked for; cancelled, the rest is thrown away as it comes. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  incoming.pause();
  return new ReadableStream({
    start(controller) {
      incoming.on("data", (chunk: Uint8Array) => {
        incoming.pause();
        controller.enqueue(new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength));
      });
      incoming.once("end", () => controller.close());
      const broken = (error?: Error) => {
        if (!incoming.readableEnded) {
          controller.error(error ?? new Error("the connection broke in the middle of the body"));
        }
      };
      incoming.once("error", broken);
      incoming.once("close", broken);
    },
    pull: () => void incoming.resume(),
    cancel: () => throwAway(incoming),
  }, { highWaterMark: 0 });
}
