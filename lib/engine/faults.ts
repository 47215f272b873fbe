/**
 * Faults on request: what a test wants the API to do wrong, done at the socket. Knows responses and their bodies;
 * nothing of what is in them.
 * @module
 */
import { ApiError } from "./status.ts";

/** A request as whoever injects faults sees it. */
export interface FaultRequest {
  /** HTTP method. */
  readonly method: string;
  /** Path. */
  readonly path: string;
  /** Query. */
  readonly query: URLSearchParams;
  /** get, list, watch, create, update, patch, delete; "" for discovery. */
  readonly verb: string;
  /** Plural, with a subresource after a slash: `pods/log`; "" for discovery. */
  readonly resource: string;
  /** Namespace, or "". */
  readonly namespace: string;
  /** Object's name, or "". */
  readonly name: string;
  /** How many requests of the same verb and resource there have been, this one included. */
  readonly count: number;
  /** The Authorization header. */
  readonly authorization: string;
}

/** What goes wrong. */
export type Fault =
  | {
    /** Answer with this HTTP status. */
    readonly status: number;
    /** Message of the Status object. */
    readonly message?: string;
    /** Reason of the Status object. */
    readonly reason?: string;
    /** `metadata.continue` of the Status object. */
    readonly continue?: string;
    /** Further headers, such as Retry-After. */
    readonly headers?: Readonly<Record<string, string>>;
    /** This body instead of a Status object. */
    readonly body?: string;
  }
  /** Break the connection after so many bytes of the body. */
  | { readonly dropAfterBytes: number }
  /** End the body after so many bytes as if it were whole. */
  | { readonly endAfterBytes: number }
  /** Send nothing more after so many bytes of the body, and keep the connection; -1: not even headers. */
  | { readonly hangAfterBytes: number }
  /** On a watch: an ERROR event with this code instead of anything else. */
  | { readonly watchError: number }
  /** Answer so many milliseconds later. */
  | { readonly delayMs: number };

/** Chooses a fault for a request; undefined: none. */
export type Faults = (request: FaultRequest) => Fault | undefined;

/** Answers a request with a fault. `signal` ends what would last for ever. */
export async function answerWithFault(
  fault: Fault,
  answer: () => Promise<Response>,
  signal: AbortSignal,
): Promise<Response> {
  if ("status" in fault) {
    const { status, message = `fault: ${status}`, reason, headers = {} } = fault;
    const metadata = fault.continue === undefined ? {} : { continue: fault.continue };
    const error = new ApiError(status, message, { metadata, ...(reason === undefined ? {} : { reason }) });
    return new Response(fault.body ?? JSON.stringify(error.status), {
      status,
      headers: { "content-type": fault.body === undefined ? "application/json" : "text/plain", ...headers },
    });
  }
  if ("watchError" in fault) {
    const { status } = new ApiError(fault.watchError, `fault: ${fault.watchError}`);
    return new Response(`${JSON.stringify({ type: "ERROR", object: status })}\n`, {
      headers: { "content-type": "application/json" },
    });
  }
  if ("delayMs" in fault) {
    await pause(fault.delayMs, signal);
    return await answer();
  }
  if ("hangAfterBytes" in fault && fault.hangAfterBytes < 0) await pause(Infinity, signal);
  const { body, headers, status } = await answer();
  const broken = new Headers(headers);
  broken.delete("content-length");
  // A body that ends before its declared length is a broken connection for both ends.
  if ("dropAfterBytes" in fault) broken.set("content-length", String(Number.MAX_SAFE_INTEGER));
  return new Response(body === null ? null : damaged(body, fault, signal), { status, headers: broken });
}

/** The body, up to the fault. */
function damaged(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  fault: Exclude<Fault, { status: number } | { watchError: number } | { delayMs: number }>,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = "dropAfterBytes" in fault
    ? fault.dropAfterBytes
    : "endAfterBytes" in fault
    ? fault.endAfterBytes
    : fault.hangAfterBytes;
  const reader = body.getReader();
  const cancelled = new AbortController();
  return new ReadableStream({
    async pull(controller) {
      if (left > 0) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const part = value.subarray(0, left);
        left -= part.length;
        return controller.enqueue(part);
      }
      if ("hangAfterBytes" in fault) await pause(Infinity, AbortSignal.any([signal, cancelled.signal]));
      await reader.cancel();
      controller.close();
    },
    async cancel(reason) {
      cancelled.abort();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** Waits so long, or until the signal is aborted; never rejects. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = ms === Infinity ? undefined : setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
