/**
 * Reading the body of an API server's answer: bounded in size, and given up when nothing arrives for too long, because
 * a dead TCP connection says nothing by itself. Knows no resource.
 * @module
 */
import { KubernetesError } from "./error.ts";

/** How a body is read. */
export interface BodyOptions {
  /** What is being done, for errors, in the infinitive. */
  readonly doing: string;
  /** The server's URL, for errors. */
  readonly server: string;
  /** Give up when nothing arrives for so many milliseconds. */
  readonly idleMs: number;
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The body's chunks as they arrive. Leaving the loop early ends the connection.
 * @throws KubernetesError `kubernetes/broken` when the connection ends before the body does, `kubernetes/timeout` when
 * nothing arrives for `idleMs`; the signal's reason when it is aborted.
 */
export async function* chunks(response: Response, options: BodyOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { doing, server, idleMs, signal } = options;
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let idle = false;
  // The timer is not set anew for each chunk: when it fires it looks at the clock. Only the server's silence counts,
  // not the time that the consumer takes for a chunk.
  let last = performance.now();
  let waiting = false;
  let timer = idleMs === Infinity ? undefined : setTimeout(check, idleMs);
  function check() {
    const left = waiting ? last + idleMs - performance.now() : idleMs;
    if (left > 0) {
      timer = setTimeout(check, left);
    } else {
      idle = true;
      reader?.cancel().catch(() => {});
    }
  }
  const abort = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", abort);
  let ended = false;
  try {
    while (true) {
      signal?.throwIfAborted();
      last = performance.now();
      waiting = true;
      const { done, value } = await reader.read();
      waiting = false;
      signal?.throwIfAborted();
      if (idle) {
        throw new KubernetesError({
          code: "kubernetes/timeout",
          doing,
          why: `${server} sent nothing for ${idleMs / 1000} s`,
          advice: "The connection is dead or the server overloaded: check the network between here and the server.",
          details: { server },
          retry: {},
        });
      }
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KubernetesError) throw error;
    throw new KubernetesError({
      code: "kubernetes/broken",
      doing,
      why: `the connection to ${server} ended in the middle of the answer (${
        error instanceof Error ? error.message : String(error)
      })`,
      advice: "Check the network between here and the server; a proxy may limit how long a connection lasts.",
      cause: error,
      details: { server },
      retry: {},
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    if (!ended) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/**
 * The whole body as text. Decoded as it arrives, so that the bytes of a large list are not all kept beside its text.
 * @throws KubernetesError `kubernetes/too-large` when it has more than `maxBytes`; else as {@link chunks}.
 */
export async function readBody(
  response: Response,
  options: BodyOptions & { readonly maxBytes: number },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of chunks(response, options)) {
    size += chunk.length;
    if (size > options.maxBytes) {
      throw new KubernetesError({
        code: "kubernetes/too-large",
        doing: options.doing,
        why: `${options.server} sent more than ${options.maxBytes} bytes in one answer`,
        advice: "Ask for less at once: a smaller page, a label selector.",
        details: { server: options.server, maxBytes: options.maxBytes },
      });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
