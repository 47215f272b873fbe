import assert from "node:assert/strict";
import fc from "fast-check";
import { mapConcurrent } from "../../lib/streams/concurrency.ts";

Deno.test("results come in the order of the items and never more than the limit run at once", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat(3), { maxLength: 30 }),
    fc.integer({ min: 1, max: 8 }),
    fc.boolean(),
    async (turns, limit, lazy) => {
      let running = 0;
      let most = 0;
      async function* later() {
        for (const turn of turns) {
          await Promise.resolve();
          yield turn;
        }
      }
      const results = await mapConcurrent(lazy ? later() : turns, limit, async (turn, index) => {
        most = Math.max(most, ++running);
        for (let i = 0; i < turn; i++) await Promise.resolve();
        running--;
        return `${index}:${turn}`;
      });
      assert.deepEqual(results, turns.map((turn, index) => `${index}:${turn}`));
      assert.ok(most <= limit, `${most} at once`);
    },
  ));
});

Deno.test("all lanes are used when there is work for them", async () => {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  await mapConcurrent([1, 2, 3], 3, () => {
    if (++running === 3) gate.resolve();
    return gate.promise;
  });
});

Deno.test("a failure aborts the others, begins none anew, and is thrown when nothing runs any more", async () => {
  const begun: number[] = [];
  let ended = 0;
  const boom = new Error("boom");
  await assert.rejects(
    mapConcurrent([0, 1, 2, 3, 4], 3, async (item, _index, signal) => {
      begun.push(item);
      if (item === 1) throw boom;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      ended++;
    }),
    boom,
  );
  assert.deepEqual([begun, ended], [[0, 1, 2], 2]);
});

Deno.test("an aborted signal ends it with its reason, and closes the iterator", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  let closed = false;
  function* endless() {
    try {
      for (let i = 0;; i++) yield i;
    } finally {
      closed = true;
    }
  }
  await assert.rejects(
    mapConcurrent(endless(), 2, (item) => {
      if (item === 5) controller.abort(reason);
      return Promise.resolve();
    }, { signal: controller.signal }),
    reason,
  );
  assert.ok(closed);
  await assert.rejects(mapConcurrent([1], 1, () => Promise.resolve(), { signal: controller.signal }), reason);
});

Deno.test("a failing iterator is a failure", async () => {
  function* broken() {
    yield 1;
    throw new Error("the list broke");
  }
  await assert.rejects(mapConcurrent(broken(), 2, () => Promise.resolve()), /the list broke/);
});

Deno.test("a limit that is impossible is refused", async () => {
  for (const limit of [0, -1, 1.5, NaN]) {
    await assert.rejects(mapConcurrent([], limit, () => Promise.resolve()), RangeError);
  }
});
