/**
 * Putting a blob into a repository (distribution spec, "Pushing blobs"): a mount from another repository, one PUT for
 * a small blob, one streamed PATCH for a large one, as docker does it. After a failure the registry is asked where the
 * upload stands and it goes on from there, at first with a chunk that says where it belongs. A registry that takes no
 * stream gets chunks only. Memory holds one chunk at most.
 * @module
 */
import { backoff, sleep } from "../streams/retry.ts";
import type { Source } from "../streams/source.ts";
import { OciError } from "./error.ts";
import { type Exchange, isRetryable, resolveLocation } from "./http.ts";
import type { Session } from "./session.ts";
import type { Descriptor, PushBlobOptions } from "./target.ts";
import { Pieces, streamFrom } from "./upload-source.ts";

/** How a blob is uploaded. */
export interface UploadOptions extends PushBlobOptions {
  /** Bytes of a chunk; a blob up to this size is sent in one request. */
  readonly chunkBytes: number;
  /** Whether what is larger than a chunk may be sent as a stream. */
  readonly stream: boolean;
  /** Whether the registry has the blob by now. */
  readonly exists: () => Promise<boolean>;
}

/** An upload session as the registry last described it. */
interface Upload {
  readonly url: URL;
  /** Bytes that the registry has. */
  readonly offset: number;
  /** The registry takes no smaller chunk, but for the last. */
  readonly minimum: number;
}

const largestMinimum = 128 * 1024 * 1024;
/** What registries and proxies say that want a length, a smaller request, or no such thing at all. */
const refusesStreams: readonly number[] = [400, 405, 411, 413, 415, 501];
const octets = { "content-type": "application/octet-stream" };

/**
 * Uploads a blob that the registry is believed not to have.
 * @throws OciError `oci/digest-mismatch` when the registry finds that the source is not what the descriptor says
 */
export async function uploadBlob(
  session: Session,
  descriptor: Descriptor,
  source: Source,
  options: UploadOptions,
): Promise<void> {
  const { digest, size } = descriptor;
  const { chunkBytes, exists } = options;
  const { attempts = 5 } = session.http.retry;
  const signal = session.signal(options.signal);
  const doing = `push the blob ${digest} to ${session.name}`;
  const pieces = new Pieces(source, doing);
  let upload: Upload | undefined;
  let failures = 0;
  let doubted = false;
  let mayStream = options.stream;
  /** The next request says where its content belongs: behind a broken one, some of that may still arrive. */
  let guarded = false;
  let streaming = false;

  const begin = async (from: string | undefined): Promise<Upload | undefined> => {
    const query = from === undefined ? "" : `?mount=${digest}&from=${encodeURIComponent(from)}`;
    try {
      const exchange = await session.request({
        method: "POST",
        at: `blobs/uploads/${query}`,
        expect: [201, 202],
        doing,
        signal,
        from,
      });
      await exchange.discard();
      return exchange.status === 201 ? undefined : standing(exchange, doing, 0, 0);
    } catch (error) {
      const { code } = error as Partial<OciError>;
      // No right to read the other repository is no reason not to write this one.
      if (from === undefined || (code !== "oci/unauthorized" && code !== "oci/forbidden")) throw error;
      return await begin(undefined);
    }
  };

  /** Asks where the upload stands; undefined when the registry knows it no more. */
  const ask = async (known: Upload): Promise<Upload | undefined> => {
    try {
      const exchange = await session.request({
        method: "GET",
        at: known.url,
        access: "push",
        expect: [200, 204],
        doing,
        signal,
      });
      await exchange.discard();
      return standing(exchange, doing, 0, known.minimum, known.url);
    } catch (error) {
      const status = error instanceof OciError ? Number(error.details["status"]) : 0;
      if (status >= 400 && status < 500 && status !== 401 && status !== 403 && !isRetryable(error)) return undefined;
      throw error;
    }
  };

  const finish = async (at: URL, body: Uint8Array<ArrayBuffer> | undefined): Promise<void> => {
    const url = new URL(at);
    // By hand: searchParams would write the registry's own parameters anew, and they may be signed.
    url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
    const exchange = await session.request({
      method: "PUT",
      at: url,
      headers: octets,
      body,
      expect: [201, 204],
      doing,
      signal,
      once: true,
    });
    await exchange.discard();
    const stored = exchange.headers.get("docker-content-digest");
    if (stored !== null && stored !== digest && stored.split(":")[0] === digest.split(":")[0]) {
      throw new OciError({
        code: "oci/digest-mismatch",
        doing,
        why: `the registry says that it stored ${JSON.stringify(stored.slice(0, 200))}`,
        advice: "the content was changed or damaged on its way: try again, and tell the registry's operators",
        details: { host: session.base.host, digest },
      });
    }
  };

  try {
    while (true) {
      try {
        upload ??= await begin(failures === 0 ? options.mountFrom : undefined);
        if (upload === undefined) return;
        if (upload.offset === 0 && size <= chunkBytes) {
          return await finish(upload.url, await pieces.at(0, size));
        }
        while (upload.offset < size) {
          const { offset, minimum, url }: Upload = upload;
          streaming = mayStream && !guarded && size - offset > chunkBytes;
          const chunk = streaming ? undefined : await pieces.at(offset, Math.max(chunkBytes, minimum));
          const end: number = chunk === undefined ? size : offset + chunk.length;
          const exchange: Exchange = await session.request({
            method: "PATCH",
            at: url,
            headers: { ...octets, ...(chunk && { "content-range": `${offset}-${end - 1}` }) },
            body: chunk ?? (() => streamFrom(source, offset, doing)),
            expect: [201, 202, 204],
            doing,
            signal,
            once: true,
          });
          await exchange.discard();
          upload = standing(exchange, doing, end, minimum, url);
          if (upload.offset > end || upload.offset <= offset) throw notThere(doing, session, upload.offset, end);
          failures = 0;
          streaming = guarded = false;
        }
        return await finish(upload.url, undefined);
      } catch (error) {
        signal?.throwIfAborted();
        // 416: not where the registry stands. 404: it has lost the upload, or finished it and the answer was lost.
        const status = error instanceof OciError ? error.details["status"] : undefined;
        const resumable = upload !== undefined && (status === 416 || status === 404);
        // fetch by itself repeats a request whose connection broke before any answer. A chunk says where it belongs, but
        // a whole blob sent twice may end up behind the part that came through first: once, that is ruled out.
        const doubtful: boolean = !doubted && status === 400 && upload?.offset === 0 && size <= chunkBytes &&
          (error as OciError).code === "oci/digest-mismatch";
        doubted ||= doubtful;
        const noStream = streaming && refusesStreams.includes(Number(status));
        if (noStream) mayStream = false;
        const again = isRetryable(error) || ((resumable || doubtful || noStream) && {});
        if (!again || ++failures >= attempts) throw error;
        const delay = backoff(failures, again.afterMs, session.http.retry);
        session.http.logRetry(doing, error, failures, delay);
        await sleep(delay, signal);
        pieces.renew();
        guarded = true;
        streaming = false;
        if (upload === undefined) continue;
        const before: Upload = upload;
        upload = await ask(before);
        if (upload === undefined && await exists()) return;
        if (upload !== undefined && (doubtful || (status === 416 && upload.offset === before.offset))) {
          // Its word and its deed differ: leave that session and begin another.
          await cancel(session, upload.url);
          upload = undefined;
        }
      }
    }
  } catch (error) {
    if (upload !== undefined) await cancel(session, upload.url);
    throw error;
  } finally {
    await pieces.close();
  }
}

/** Tells the registry that it may forget an upload; whether it listens is of no matter. */
async function cancel(session: Session, url: URL): Promise<void> {
  // Not the operation's signal: that one may be what ended the upload.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 5000);
  try {
    const exchange = await session.request({
      method: "DELETE",
      at: url,
      access: "push",
      expect: [200, 202, 204],
      doing: "cancel the upload",
      signal: limit.signal,
      once: true,
      detached: true,
    });
    await exchange.discard();
  } catch {
    // Registries drop abandoned uploads by themselves after a while.
  } finally {
    clearTimeout(timer);
  }
}

/** What an answer says of the upload: where to go on, and how far it is. */
function standing(exchange: Exchange, doing: string, assumed: number, minimum: number, known?: URL): Upload {
  const location = exchange.headers.get("location");
  const url = location === null ? known : resolveLocation(location, exchange.url);
  if (url === undefined) {
    throw new OciError({
      code: "oci/bad-response",
      doing,
      why: `${exchange.url.host} names no usable place for the upload`,
      advice: "check the registry, and that a proxy before it passes on the Location header with https",
      details: { host: exchange.url.host },
    });
  }
  const range = /^(?:bytes=)?0-(\d{1,15})$/.exec(exchange.headers.get("range")?.trim() ?? "");
  // 0-0 is what an empty upload says: a range cannot say "nothing".
  const offset = range === null ? assumed : range[1] === "0" ? 0 : Number(range[1]) + 1;
  const asked = Number(exchange.headers.get("oci-chunk-min-length") ?? minimum);
  return { url, offset, minimum: asked > 0 ? Math.min(asked, largestMinimum) : minimum };
}

function notThere(doing: string, session: Session, offset: number, end: number): OciError {
  return new OciError({
    code: "oci/bad-response",
    doing,
    why: `${session.base.host} says that it has ${offset} bytes after it was sent ${end}`,
    advice: "try again, and tell the registry's operators if it stays",
    details: { host: session.base.host, retryable: true },
  });
}
