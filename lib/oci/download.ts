/**
 * Getting a blob out of a repository (distribution spec, "Pulling blobs"): as a stream that goes on by `Range` after a
 * broken connection and is checked against size and digest.
 * @module
 */
import { createVerifier, IntegrityError } from "../streams/digest.ts";
import { backoff, sleep } from "../streams/retry.ts";
import { OciError } from "./error.ts";
import { type Exchange, isRetryable } from "./http.ts";
import type { Session } from "./session.ts";
import type { Descriptor, OperationOptions } from "./target.ts";

/** So many new bytes make up for the failures before them. */
const progressBytes = 64 * 1024;

/**
 * Begins to fetch a blob. The stream fails with `oci/digest-mismatch` as soon as there is too much, or at the end.
 * @throws OciError `oci/not-found` when the repository has no such blob
 */
export async function downloadBlob(
  session: Session,
  descriptor: Descriptor,
  options: OperationOptions = {},
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { digest, size } = descriptor;
  const { attempts = 5 } = session.http.retry;
  const signal = session.signal(options.signal);
  const doing = `fetch the blob ${digest} from ${session.name}`;
  const verifier = createVerifier(digest, size, doing);
  const mismatch = (why: string, cause?: unknown, retryable = false) =>
    new OciError({
      code: "oci/digest-mismatch",
      doing,
      why,
      advice: "the content is damaged or was replaced: try again, and tell the registry's operators if it stays",
      cause,
      details: { host: session.base.host, digest, size, retryable },
    });

  let offset = 0;
  /** Bytes that come again from a registry that knows no ranges. */
  let skip = 0;
  const open = async (): Promise<Exchange> => {
    const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
    const exchange = await session.request({
      method: "GET",
      at: `blobs/${digest}`,
      headers,
      expect: [200, 206],
      doing,
      signal,
    });
    const partial = exchange.status === 206;
    const start = partial ? /^bytes (\d+)-/.exec(exchange.headers.get("content-range") ?? "")?.[1] : "0";
    skip = partial ? 0 : offset;
    const length = exchange.headers.get("content-length");
    const expected = partial ? size - offset : size;
    if (Number(start) !== (partial ? offset : 0) || (length !== null && Number(length) !== expected)) {
      await exchange.cancel();
      throw mismatch(
        `the registry sends ${length ?? "?"} bytes from ${start ?? "?"}, wanted were ${expected} from ${offset}`,
      );
    }
    return exchange;
  };

  let exchange = await open();
  let failures = 0;
  let progress = 0;
  return new ReadableStream({
    async pull(controller) {
      while (true) {
        try {
          let piece = await exchange.read();
          if (piece === undefined) {
            if (offset < size) throw mismatch(`it ended after ${offset} of ${size} bytes`, undefined, true);
            verifier.finish();
            return controller.close();
          }
          const skipped = Math.min(skip, piece.length);
          skip -= skipped;
          piece = piece.subarray(skipped);
          if (piece.length === 0) continue;
          verifier.update(piece);
          offset += piece.length;
          progress += piece.length;
          if (progress >= progressBytes) failures = progress = 0;
          return controller.enqueue(piece);
        } catch (error) {
          await exchange.cancel();
          signal?.throwIfAborted();
          if (error instanceof IntegrityError) throw mismatch(error.why, error);
          const again = isRetryable(error);
          if (!again || ++failures >= attempts) throw error;
          progress = 0;
          const delay = backoff(failures, again.afterMs, session.http.retry);
          session.http.logRetry(doing, error, failures, delay);
          await sleep(delay, signal);
          exchange = await open();
        }
      }
    },
    cancel: () => exchange.cancel(),
  }, { highWaterMark: 0 });
}
