import assert from "node:assert/strict";
import fc from "fast-check";
import { minimumNeedleBytes, MultiSearch } from "../../lib/secrets/search.ts";

/** Every place of every needle, the slow way. */
function naive(needles: readonly Uint8Array[], text: Uint8Array, from: number): string[] {
  return needles.flatMap((needle, index) =>
    Array.from(text.keys()).filter((at) => at >= from && needle.every((byte, i) => text[at + i] === byte))
      .map((at) => `${at}/${index}`)
  ).sort();
}

function found(needles: readonly Uint8Array[], text: Uint8Array, from: number): string[] {
  const hits: string[] = [];
  const search = new MultiSearch(needles.map((bytes, index) => ({ bytes, meaning: index })));
  search.each(text, from, (start, needle) => hits.push(`${start}/${needle.meaning}`));
  return hits.sort();
}

Deno.test("it finds what a naive search finds: all of it, and nothing twice", () => {
  // Few different bytes, so that needles overlap, contain and follow each other.
  const byte = fc.constantFrom(0, 97, 98, 255);
  const bytes = (minLength: number, maxLength: number) =>
    fc.array(byte, { minLength, maxLength }).map((list) => Uint8Array.from(list));
  const needlesAndText = fc.array(bytes(minimumNeedleBytes, 9), { maxLength: 12 }).chain((needles) =>
    fc.tuple(
      fc.constant(needles),
      // Texts made of the needles hold them often, next to and inside each other.
      fc.array(fc.oneof(bytes(0, 6), ...needles.map((needle) => fc.constant(needle))), { maxLength: 12 })
        .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part]))),
    )
  );
  fc.assert(
    fc.property(needlesAndText, fc.nat(30), ([needles, text], from) => {
      assert.deepEqual(found(needles, text, from), naive(needles, text, from));
    }),
    { numRuns: 1500 },
  );
});

Deno.test("it finds needles at the very beginning and end", () => {
  const encoder = new TextEncoder();
  assert.deepEqual(found([encoder.encode("abcd")], encoder.encode("abcd"), 0), ["0/0"]);
  assert.deepEqual(found([encoder.encode("abcd")], encoder.encode("xxabcd"), 2), ["2/0"]);
  assert.deepEqual(found([encoder.encode("abcd")], encoder.encode("abc"), 0), []);
  assert.deepEqual(found([], encoder.encode("abcdef"), 0), []);
});

Deno.test("it refuses needles that are too short to jump by", () => {
  assert.throws(() => new MultiSearch([{ bytes: new Uint8Array(3), meaning: 0 }]), /cannot search for 3 bytes/);
});
