/**
 * Many byte strings searched at once, in one pass, without decoding: Wu and Manber's algorithm with blocks of two
 * bytes. It looks at a block and knows from a table how far it may jump; in text that holds nothing, it jumps three
 * bytes at a time. Knows bytes; knows nothing of secrets.
 * @module
 */

/** A byte string to search, and what a hit of it means to the caller. */
export interface Needle<T> {
  /** At least {@link minimumNeedleBytes} bytes. */
  readonly bytes: Uint8Array;
  /** Handed back with a hit. */
  readonly meaning: T;
}

/** No needle may be shorter: the jump is this less one. */
export const minimumNeedleBytes = 4;

interface Placed<T> extends Needle<T> {
  /** Where in the needle the four bytes are that the search looks for. */
  readonly offset: number;
}

/** A search for a fixed set of needles. */
export class MultiSearch<T> {
  /** Length of the longest needle in bytes; 0 when there is none. */
  readonly longest: number;
  readonly #shifts = new Uint8Array(65_536).fill(minimumNeedleBytes - 1);
  /** By the last block of the window, where in #buckets its needles are. */
  readonly #heads = new Uint16Array(65_536);
  /** Needles by the first block of the window. */
  readonly #buckets: Map<number, Placed<T>[]>[] = [new Map()];

  /**
   * A search for these needles.
   * @throws RangeError when one is too short
   */
  constructor(needles: Iterable<Needle<T>>) {
    let longest = 0;
    for (const { bytes, meaning } of needles) {
      if (bytes.length < minimumNeedleBytes) {
        throw new RangeError(`cannot search for ${bytes.length} bytes: at least ${minimumNeedleBytes} are needed`);
      }
      longest = Math.max(longest, bytes.length);
      const offset = rarestWindow(bytes);
      for (let back = minimumNeedleBytes - 2; back >= 0; back--) {
        const block = blockAt(bytes, offset + minimumNeedleBytes - 2 - back);
        this.#shifts[block] = Math.min(this.#shifts[block]!, back);
      }
      const last = blockAt(bytes, offset + minimumNeedleBytes - 2);
      if (this.#heads[last] === 0) this.#heads[last] = this.#buckets.push(new Map()) - 1;
      const bucket = this.#buckets[this.#heads[last]!]!;
      const first = blockAt(bytes, offset);
      const placed = { bytes, meaning, offset };
      if (!bucket.get(first)?.push(placed)) bucket.set(first, [placed]);
    }
    this.longest = longest;
  }

  /**
   * Calls `hit` for each needle that lies in `bytes` and starts at `from` or behind it, in no particular order among
   * those that overlap.
   */
  each(bytes: Uint8Array, from: number, hit: (start: number, needle: Needle<T>) => void): void {
    if (this.longest === 0) return;
    const shifts = this.#shifts;
    const end = bytes.length;
    const begin = from + minimumNeedleBytes - 1;
    // Each step waits for the table's answer of the step before. Three walks at once, each over a third, fill the wait.
    const second = begin + Math.floor(Math.max(0, end - begin) / 3);
    const third = begin + Math.floor(Math.max(0, end - begin) / 3) * 2;
    let [i, j, k] = [begin, second, third];
    while (i < second && j < third && k < end) {
      const a = shifts[(bytes[i - 1]! << 8) | bytes[i]!]!;
      const b = shifts[(bytes[j - 1]! << 8) | bytes[j]!]!;
      const c = shifts[(bytes[k - 1]! << 8) | bytes[k]!]!;
      if (a === 0) this.#look(bytes, i++, from, hit);
      else i += a;
      if (b === 0) this.#look(bytes, j++, from, hit);
      else j += b;
      if (c === 0) this.#look(bytes, k++, from, hit);
      else k += c;
    }
    this.#walk(bytes, i, second, from, hit);
    this.#walk(bytes, j, third, from, hit);
    this.#walk(bytes, k, end, from, hit);
  }

  /** Looks at every window that ends at `i` or behind it and before `end`. */
  #walk(
    bytes: Uint8Array,
    i: number,
    end: number,
    from: number,
    hit: (start: number, needle: Needle<T>) => void,
  ): void {
    const shifts = this.#shifts;
    while (i < end) {
      const shift = shifts[(bytes[i - 1]! << 8) | bytes[i]!]!;
      if (shift === 0) this.#look(bytes, i++, from, hit);
      else i += shift;
    }
  }

  /** Compares the needles whose window may be the one that ends at `i`. */
  #look(bytes: Uint8Array, i: number, from: number, hit: (start: number, needle: Needle<T>) => void): void {
    const first = blockAt(bytes, i - (minimumNeedleBytes - 1));
    const needles = this.#buckets[this.#heads[blockAt(bytes, i - 1)]!]!.get(first);
    if (needles === undefined) return;
    for (const needle of needles) {
      const start = i - (minimumNeedleBytes - 1) - needle.offset;
      if (start >= from && lies(needle.bytes, bytes, start)) hit(start, needle);
    }
  }
}

function blockAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function lies(needle: Uint8Array, bytes: Uint8Array, start: number): boolean {
  if (start + needle.length > bytes.length) return false;
  for (let i = 0; i < needle.length; i++) if (needle[i] !== bytes[start + i]) return false;
  return true;
}

/** How rare each byte is in ordinary text: 0 for the letters of most words, 2 for capitals and signs. */
const rarity = new Uint8Array(256).fill(2);
for (const character of "abcdefghilmnoprstuvwy ./") rarity[character.charCodeAt(0)] = 0;
for (const character of "jkqxz0123456789:-") rarity[character.charCodeAt(0)] = 1;

/** Where in a needle the four bytes are that ordinary text holds least often, above all the last two of them. */
function rarestWindow(bytes: Uint8Array): number {
  let best = 0;
  let bestScore = -1;
  // The beginning of a long needle is as good as the rest.
  const last = Math.min(bytes.length, 64) - minimumNeedleBytes;
  for (let offset = 0; offset <= last; offset++) {
    const score = rarity[bytes[offset]!]! + rarity[bytes[offset + 1]!]! +
      3 * (rarity[bytes[offset + 2]!]! + rarity[bytes[offset + 3]!]!);
    if (score > bestScore) [best, bestScore] = [offset, score];
  }
  return best;
}
