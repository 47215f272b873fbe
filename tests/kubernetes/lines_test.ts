import assert from "node:assert/strict";
import fc from "fast-check";
import { lines } from "../../lib/kubernetes/lines.ts";

async function* cut(bytes: Uint8Array<ArrayBuffer>, cuts: readonly number[]) {
  const places = [...cuts.map((at) => at % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  for (let at = 1; at < places.length; at++) yield await Promise.resolve(bytes.slice(places[at - 1], places[at]));
}

Deno.test("lines come whole however the stream is cut, an unfinished last one not at all", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "𝄞", "{", '"', "\r", " ") });
  await fc.assert(fc.asyncProperty(fc.array(line), line, fc.array(fc.nat()), async (whole, rest, cuts) => {
    const bytes = new TextEncoder().encode(whole.map((it) => `${it}\n`).join("") + rest);
    const found: string[] = [];
    for await (const each of lines(cut(bytes, cuts), 1000)) found.push(new TextDecoder().decode(each));
    assert.deepEqual(found, whole.filter((it) => it !== ""));
  }));
});

Deno.test("a line without end is not collected for ever", async () => {
  async function* endless() {
    for (;;) yield await Promise.resolve(new Uint8Array(1000));
  }
  await assert.rejects(async () => {
    for await (const _ of lines(endless(), 5000));
  }, RangeError);
});
