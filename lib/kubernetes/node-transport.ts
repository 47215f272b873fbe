/**
 * Sending requests over `node:https`, for what `fetch` cannot be told: to accept any certificate, a certificate of
 * another name than the URL's host, or a self-signed one that is its own authority. Knows HTTP and TLS only.
 * @module
 */
import type { Credential, Endpoint, Transport, TransportRequest } from "./transport.ts";

/** Over `node:https`; through an http proxy by CONNECT. */
export function nodeTransport(endpoint: Endpoint, credential: Credential): Transport {
  const { ca, insecure = false, serverName, proxy } = endpoint;
  const { cert, key } = credential;
  const tlsOptions = {
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  const modules = Promise.all([import("node:http"), import("node:https"), import("node:tls")]);
  const agent = modules.then(([, https]) => new https.Agent({ keepAlive: true, ...tlsOptions }));
  return {
    async send(address: string, init: TransportRequest): Promise<Response> {
      const [http, https, tls] = await modules;
      const url = new URL(address);
      const { method, headers, body, signal } = init;
      signal.throwIfAborted();
      const through = proxy === undefined ? { agent: await agent } : await tunnel(proxy);
      const answer = Promise.withResolvers<Response>();
      const request = https.request(url, { method, headers, ...tlsOptions, ...through }, (message) => {
        const { statusCode: status = 500, rawHeaders } = message;
        const pairs: [string, string][] = [];
        for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
          pairs.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
        }
        const body = ReadableStream.from<Uint8Array<ArrayBuffer>>(message);
        const stream = [204, 205, 304].includes(status) ? null : body;
        answer.resolve(new Response(stream, { status, headers: pairs }));
      });
      const abort = () => request.destroy(new Error("aborted"));
      signal.addEventListener("abort", abort);
      request.on("close", () => signal.removeEventListener("abort", abort));
      request.on("error", answer.reject);
      request.end(body);
      return await answer.promise;

      async function tunnel(text: string) {
        const { hostname, port, username, password, protocol } = new URL(text);
        if (protocol !== "http:") {
          throw new Error(`a ${protocol} proxy cannot be combined with this cluster's TLS options`);
        }
        const target = `${url.hostname}:${url.port || 443}`;
        const authorization = username === "" ? {} : {
          "proxy-authorization": `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`,
        };
        const connected = Promise.withResolvers<InstanceType<typeof tls.TLSSocket>>();
        const connect = http.request({
          host: hostname.replace(/^\[|\]$/g, ""),
          port: Number(port || 80),
          method: "CONNECT",
          path: target,
          headers: { host: target, ...authorization },
          agent: false,
        });
        const abort = () => connect.destroy(new Error("aborted"));
        signal.addEventListener("abort", abort);
        connect.on("error", connected.reject);
        connect.on("connect", (message, socket) => {
          if (message.statusCode !== 200) {
            socket.destroy();
            return connected.reject(
              new Error(`the proxy ${hostname}:${port} answered CONNECT with ${message.statusCode}`),
            );
          }
          const servername = serverName ?? (/^[\d.]+$|:/.test(url.hostname) ? undefined : url.hostname);
          const secure = tls.connect({ ...tlsOptions, socket, ...(servername === undefined ? {} : { servername }) });
          secure.on("secureConnect", () => connected.resolve(secure));
          secure.on("error", connected.reject);
        });
        connect.end();
        try {
          const secure = await connected.promise;
          return { agent: false as const, createConnection: () => secure };
        } finally {
          signal.removeEventListener("abort", abort);
        }
      }
    },
    close() {
      agent.then((it) => it.destroy());
    },
  };
}
