/**
 * Trying again: how long to wait, how often, and when to stop. Knows nothing of what is tried; whoever calls says
 * which errors are worth another attempt.
 * @module
 */

/** How {@link retry} goes about it. */
export interface RetryOptions {
  /** How often it is tried in all. @default 5 */
  readonly attempts?: number;
  /** The first wait is up to this long, each further one up to twice the one before, in milliseconds. @default 500 */
  readonly baseMs?: number;
  /** No wait is longer, in milliseconds; a longer `afterMs` is cut to it as well. @default 30000 */
  readonly maxMs?: number;
  /** Ends the waiting and the trying; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** `false`: throw this error now. Else try again, no sooner than `afterMs` milliseconds when that is given. */
  readonly retryable: (error: unknown) => false | { readonly afterMs?: number | undefined };
  /** Hears of each wait before it begins. */
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
  /** A number in [0, 1) for the jitter. @default Math.random */
  readonly random?: () => number;
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** How {@link backoff} grows. */
export type BackoffOptions = Pick<RetryOptions, "baseMs" | "maxMs" | "random">;

/**
 * The wait after the `failures`-th failure in a row, in milliseconds: jittered between half and all of a doubling
 * delay, so that many clients which failed together do not come back together; no less than `afterMs` (what the other
 * side asked for), no more than `maxMs`.
 */
export function backoff(failures: number, afterMs: number | undefined, options: BackoffOptions): number {
  const { baseMs = 500, maxMs = 30_000, random = Math.random } = options;
  const jittered = Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
  return Math.min(maxMs, Math.max(jittered, afterMs ?? 0));
}

/**
 * Calls `operation` (with 1, 2, …) until it succeeds, an error is not worth another attempt, or the attempts are used
 * up; then the last error is thrown. The waits between are those of {@link backoff}.
 */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 5, signal, retryable, onRetry } = options;
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const again = attempt < attempts && retryable(error);
      if (!again) throw error;
      const delay = backoff(attempt, again.afterMs, options);
      onRetry?.(error, attempt, delay);
      await sleep(delay, signal);
    }
  }
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from `now` (milliseconds since the epoch): seconds or
 * an HTTP date (RFC 9110, 10.2.3). A date gone by gives 0; a value of neither form gives undefined.
 */
export function parseRetryAfter(header: string | null | undefined, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much that is no HTTP date, such as "-1": ask for a weekday's name first.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
