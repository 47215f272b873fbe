/**
 * Faults on request: what a test asks of the embedded registry to see how a client takes it. An answer of another
 * kind, one that is cut, corrupted or late, or a connection that breaks at a chosen byte of either direction.
 * Knows requests and answers; knows nothing of what the registry stores.
 * @module
 */
import { sleep } from "../streams/retry.ts";
import type { Route } from "./registry-route.ts";

/** What a fault is decided by. */
export interface FaultRequest {
  /** HTTP method. */
  readonly method: string;
  /** Its URL. */
  readonly url: URL;
  /** Its headers. */
  readonly headers: Headers;
  /** The endpoint; undefined for the token endpoint and for what is none. */
  readonly kind: Route["kind"] | "token" | undefined;
  /** How many requests with this method and endpoint there were so far, this one included: 1, 2, … */
  readonly count: number;
}

/** What goes wrong. Everything that is given happens, in the order of these fields. */
export interface Fault {
  /** Wait this long before anything else, in milliseconds. */
  readonly delayMs?: number;
  /** Never answer; ends when the client goes or the registry closes. */
  readonly hang?: boolean;
  /** Break the connection at once, without an answer. */
  readonly drop?: boolean;
  /** Break the connection when this many bytes of the request's body have been read (and, in an upload, kept). */
  readonly dropRequestAfterBytes?: number;
  /** Answer with this status instead of doing what was asked. */
  readonly status?: number;
  /** The body that comes with {@link status}. @default none */
  readonly body?: string;
  /** Headers that the answer gets in place of its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Flip the bits of the byte at this offset of the answer's body; `true` is the first. */
  readonly corrupt?: true | number;
  /** End the answer's body after this many bytes as if it were whole: an honest connection, too little content. */
  readonly truncateAfterBytes?: number;
  /** Break the connection when this many bytes of the answer's body have been sent. */
  readonly dropAfterBytes?: number;
}

/** Decides what goes wrong with a request; undefined: nothing. */
export type Faults = (request: FaultRequest) => Fault | undefined | Promise<Fault | undefined>;

/**
 * Answers a request with its fault.
 * @param handle does what was asked
 * @param drop breaks the connection of this request
 * @param signal the registry's end
 */
export async function answerWithFault(
  fault: Fault,
  request: Request,
  handle: (request: Request) => Promise<Response>,
  drop: () => void,
  signal: AbortSignal,
): Promise<Response> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs, AbortSignal.any([signal, request.signal]));
  if (fault.hang) await new Promise((resolve) => onAbort([signal, request.signal], resolve));
  if (fault.drop) {
    drop();
    return new Response(null, { status: 500 });
  }
  const counted = fault.dropRequestAfterBytes === undefined || request.body === null
    ? request
    : new Request(request, { body: cutAfter(request.body, fault.dropRequestAfterBytes, drop) });
  const answer = fault.status === undefined
    ? await handle(counted)
    : new Response(fault.body ?? null, { status: fault.status });
  const headers = new Headers(answer.headers);
  let body = answer.body;
  if (fault.corrupt !== undefined) body = body?.pipeThrough(flip(fault.corrupt === true ? 0 : fault.corrupt)) ?? null;
  if (fault.truncateAfterBytes !== undefined) {
    headers.delete("content-length");
    body = body?.pipeThrough(truncate(fault.truncateAfterBytes)) ?? null;
  }
  if (fault.dropAfterBytes !== undefined && body !== null) body = cutAfter(body, fault.dropAfterBytes, drop);
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers.set(name, value);
  return new Response(body, { status: answer.status, headers });
}

function onAbort(signals: readonly AbortSignal[], then: (value?: undefined) => void): void {
  const any = AbortSignal.any([...signals]);
  if (any.aborted) then();
  else any.addEventListener("abort", () => then(), { once: true });
}

/**
 * Lets so many bytes through, then breaks the connection: not before more is asked for, so that what went through has
 * been dealt with, and the other side sees the break behind it.
 */
function cutAfter(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  drop: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let room = limit;
  return new ReadableStream({
    async pull(controller) {
      if (room <= 0) {
        drop();
        controller.error(new Error("the connection was broken by a fault"));
        await reader.cancel().catch(() => {});
        return;
      }
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value.subarray(0, room));
      room -= value.length;
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function flip(offset: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let position = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const at = offset - position;
      position += chunk.length;
      if (at < 0 || at >= chunk.length) return controller.enqueue(chunk);
      const copy = chunk.slice();
      copy[at] = 0xff ^ (copy[at] ?? 0);
      controller.enqueue(copy);
    },
  });
}

function truncate(limit: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let room = limit;
  return new TransformStream({
    transform(chunk, controller) {
      const part = chunk.subarray(0, room);
      room -= part.length;
      if (part.length > 0) controller.enqueue(part);
      if (room === 0) controller.terminate();
    },
  });
}
