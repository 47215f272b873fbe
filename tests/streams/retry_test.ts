import assert from "node:assert/strict";
import fc from "fast-check";
import { backoff, parseRetryAfter, retry, sleep } from "../../lib/streams/retry.ts";

const again = () => ({});

Deno.test("an operation is tried until it succeeds, and told which attempt it is", async () => {
  const seen: number[] = [];
  const value = await retry((attempt) => {
    seen.push(attempt);
    return attempt < 3 ? Promise.reject(new Error(`no ${attempt}`)) : Promise.resolve("yes");
  }, { baseMs: 1, retryable: again });
  assert.equal(value, "yes");
  assert.deepEqual(seen, [1, 2, 3]);
});

Deno.test("the last error is thrown after the last attempt, and at once when it is not worth another", async () => {
  let calls = 0;
  const fail = () => Promise.reject(new Error(`attempt ${++calls}`));
  await assert.rejects(retry(fail, { attempts: 3, baseMs: 1, retryable: again }), /attempt 3/);
  calls = 0;
  await assert.rejects(retry(fail, { retryable: () => false }), /attempt 1/);
});

Deno.test("each wait is announced", async () => {
  const waits: [string, number, boolean][] = [];
  await assert.rejects(retry(() => Promise.reject(new Error("x")), {
    attempts: 3,
    baseMs: 2,
    maxMs: 5,
    retryable: () => ({ afterMs: 4 }),
    onRetry: (error, attempt, delay) => waits.push([(error as Error).message, attempt, delay >= 4 && delay <= 5]),
  }));
  assert.deepEqual(waits, [["x", 1, true], ["x", 2, true]]);
});

Deno.test("a signal ends the waiting and the trying with its reason", async () => {
  const controller = new AbortController();
  const running = retry(() => Promise.reject(new Error("x")), {
    baseMs: 60_000,
    retryable: again,
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(new Error("enough")), 5);
  await assert.rejects(running, /enough/);
  await assert.rejects(retry(() => Promise.resolve(1), { retryable: again, signal: controller.signal }), /enough/);
  await assert.rejects(sleep(60_000, controller.signal), /enough/);
});

Deno.test("waits double, are jittered downwards by at most half, and stay within their bounds", () => {
  const failures = fc.integer({ min: 1, max: 2000 });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(failures, random, fc.option(fc.nat(100_000), { nil: undefined }), (count, chance, afterMs) => {
    const delay = backoff(count, afterMs, { baseMs: 100, maxMs: 10_000, random: () => chance });
    const full = Math.min(10_000, 100 * 2 ** (count - 1));
    assert(delay >= full / 2 && delay <= 10_000);
    if (afterMs === undefined) assert(delay <= full);
    else assert(delay >= Math.min(afterMs, 10_000));
  }));
});

Deno.test("Retry-After is read in both of its forms", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  assert.equal(parseRetryAfter("0"), 0);
  assert.equal(parseRetryAfter(" 120 "), 120_000);
  assert.equal(parseRetryAfter("Thu, 01 Jan 2026 12:00:30 GMT", now), 30_000);
  assert.equal(parseRetryAfter("Thursday, 01-Jan-26 12:00:30 GMT", now), 30_000);
  assert.equal(parseRetryAfter("Thu, 01 Jan 2026 11:00:00 GMT", now), 0);
  for (const text of [null, undefined, "", "-1", "1.5", "soon", "1e9", "2026-01-01", "99999999999"]) {
    assert.equal(parseRetryAfter(text, now), undefined, String(text));
  }
  fc.assert(fc.property(fc.string(), (text) => {
    const ms = parseRetryAfter(text, now);
    assert(ms === undefined || ms >= 0);
  }));
});
