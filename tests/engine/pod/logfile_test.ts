/** Logs on disk: a time before each line, whatever the chunks; bytes as they came. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { writeLog } from "../../../lib/engine/pod/logfile.ts";

async function written(chunks: readonly Uint8Array[]): Promise<{ text: Uint8Array; bytes: number; lines: number }> {
  const path = await Deno.makeTempFile();
  try {
    const log = await writeLog(ReadableStream.from(chunks), path, () => Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    return { text: await Deno.readFile(path), ...log };
  } finally {
    await Deno.remove(path);
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("each line has its time, a line over several chunks one, an unfinished one is ended", async () => {
  const log = await written(["a\nb", "c\n", "", "d"].map(encode));
  assert.equal(
    new TextDecoder().decode(log.text),
    "2026-01-02T03:04:05.006000000Z a\n2026-01-02T03:04:05.006000001Z bc\n2026-01-02T03:04:05.006000002Z d\n",
  );
  assert.deepEqual([log.bytes, log.lines], [6, 3]);
});

Deno.test("without the times the bytes are those that came, however they were cut", async () => {
  const chunk = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.map((byte) => byte % 8 === 0 ? 10 : byte));
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), async (chunks) => {
      const all = chunks.flatMap((bytes) => [...bytes]);
      const { text, bytes } = await written(chunks);
      assert.equal(bytes, all.length);
      const rest: number[] = [];
      for (let from = 0; from < text.length;) {
        const end = text.indexOf(10, from) + 1;
        rest.push(...text.subarray(from + "2026-01-02T03:04:05.006000000Z ".length, end));
        from = end;
      }
      if (all.length > 0 && all.at(-1) !== 10) all.push(10);
      assert.deepEqual(rest, all);
    }),
    { numRuns: 60 },
  );
});
