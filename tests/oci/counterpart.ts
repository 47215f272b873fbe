/**
 * What the client's tests talk to: a server that answers as a test says and remembers what it was asked, the registry
 * of the distribution project when its program is here, and certificates made on the spot.
 * @module
 */
import type { Repository } from "../../lib/oci/client.ts";
import { openRepository, type OpenRepositoryOptions } from "../../lib/oci/client.ts";
import { parseReference } from "../../lib/oci/reference.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import type { Descriptor } from "../../lib/oci/target.ts";

/** What a request said. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A server that answers by a function, and keeps what it saw. */
export interface Scripted extends AsyncDisposable {
  readonly address: string;
  readonly origin: string;
  readonly seen: Seen[];
}

/** Serves answers; `answer` sees the request and how many came before it. */
export function serveScripted(
  answer: (request: Seen, index: number) => Response | Promise<Response>,
  tls?: { readonly cert: string; readonly key: string },
): Scripted {
  const seen: Seen[] = [];
  const closing = new AbortController();
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      signal: closing.signal,
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
      ...tls,
    },
    async (request) => {
      const url = new URL(request.url);
      const body = new Uint8Array(await request.arrayBuffer());
      const entry = { method: request.method, path: url.pathname + url.search, headers: request.headers, body };
      seen.push(entry);
      return await answer(entry, seen.length - 1);
    },
  );
  const address = `127.0.0.1:${server.addr.port}`;
  return {
    address,
    origin: `${tls === undefined ? "http" : "https"}://${
      tls === undefined ? address : `localhost:${server.addr.port}`
    }`,
    seen,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  };
}

/** Retries without waiting for long. */
export const quick = { attempts: 4, baseMs: 1, maxMs: 20 } as const;

/** The repository `org/repo` of a server, with quick retries. */
export function repositoryAt(address: string, options: OpenRepositoryOptions = {}): Repository {
  return openRepository(parseReference(`${address}/org/repo`), { retry: quick, settleMs: 100, ...options });
}

/** Bytes that do not repeat, always the same for the same seed. */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed >>> 0;
  for (let index = 0; index < words.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/** The descriptor of bytes. */
export function describe(bytes: Uint8Array, mediaType = "application/octet-stream"): Descriptor {
  return { mediaType, digest: sha256Digest(bytes), size: bytes.length };
}

/** All bytes of a stream. */
export async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Where a program is, on the PATH or among the cluster's; undefined when it is not here. */
export function find(program: string): string | undefined {
  const cluster = Deno.env.get("CLUSTER_HOME") ?? `${Deno.env.get("HOME")}/.cache/tekton-cluster`;
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), `${cluster}/bin`]) {
    try {
      if (Deno.statSync(`${folder}/${program}`).isFile) return `${folder}/${program}`;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** A registry of the distribution project in a process of its own. */
export async function startDistribution(
  program: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<{ address: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir({ prefix: "distribution-" });
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const address = `127.0.0.1:${port}`;
  const config = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: directory }, delete: { enabled: true } },
    http: { addr: address, ...(tls && { tls: { certificate: `${directory}/cert.pem`, key: `${directory}/key.pem` } }) },
  };
  if (tls) {
    await Deno.writeTextFile(`${directory}/cert.pem`, tls.cert);
    await Deno.writeTextFile(`${directory}/key.pem`, tls.key);
  }
  await Deno.writeTextFile(`${directory}/config.yml`, JSON.stringify(config));
  const child = new Deno.Command(program, {
    args: ["serve", `${directory}/config.yml`],
    env: { OTEL_TRACES_EXPORTER: "none" },
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let attempt = 0;; attempt++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      break;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A certificate authority, and a certificate of it for `localhost` and 127.0.0.1, made with openssl. */
export async function makeCertificates(): Promise<{ ca: string; cert: string; key: string }> {
  const directory = await Deno.makeTempDir({ prefix: "certificates-" });
  try {
    const openssl = async (...args: string[]) => {
      const { success, stderr } = await new Deno.Command("openssl", { args, cwd: directory, stderr: "piped" }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
    };
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await openssl(
      ...["req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=test authority"],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
    );
    await openssl(
      ...["req", "-x509", ...key, "-keyout", "key.pem", "-out", "cert.pem", "-days", "1", "-subj", "/CN=localhost"],
      ...["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    );
    const text = (name: string) => Deno.readTextFile(`${directory}/${name}`);
    return { ca: await text("ca.pem"), cert: await text("cert.pem"), key: await text("key.pem") };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
