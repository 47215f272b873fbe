/**
 * Doing many things at once, but only so many. Knows promises; nothing of what is done.
 * @module
 */

/** How {@link mapConcurrent} goes about it. */
export interface ConcurrencyOptions {
  /** Ends it; its reason is thrown once nothing runs any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `each` for every item, at most `limit` at a time, and gives the results in the order of the items. Items are
 * taken one by one, so an endless or lazy iterable is fine. The first failure aborts the signal that the others were
 * given, begins no further ones, and is thrown when all that had begun have ended: nothing runs on behind the caller.
 * @throws RangeError when `limit` is not a positive integer
 */
export async function mapConcurrent<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  each: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
  options: ConcurrencyOptions = {},
): Promise<Result[]> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`cannot do ${limit} things at once: the limit must be a positive integer`);
  }
  const { signal } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const inner = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const results: Result[] = [];
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  let exhausted = false;
  const fail = (error: unknown) => {
    failure ??= { error };
    stop.abort(error);
  };
  // One taker at a time: two lanes must not ask an async iterator at once and get the items out of order.
  let taking: Promise<unknown> = Promise.resolve();
  const take = (): Promise<{ readonly item: Item; readonly index: number } | undefined> => {
    const taken = taking.then(async () => {
      if (exhausted || inner.aborted) return undefined;
      const { done, value } = await iterator.next();
      if (!done) return { item: value, index: next++ };
      exhausted = true;
      return undefined;
    });
    taking = taken.catch(() => {});
    return taken;
  };
  const lane = async () => {
    try {
      for (let taken = await take(); taken !== undefined; taken = await take()) {
        results[taken.index] = await each(taken.item, taken.index, inner);
      }
    } catch (error) {
      fail(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (!exhausted) await iterator.return?.();
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  return results;
}
