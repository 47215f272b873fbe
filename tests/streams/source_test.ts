import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesSource, concatSource, fileSource, type Source } from "../../lib/streams/source.ts";
import { TasksmithError } from "../../lib/terminal/error.ts";

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function withFile(bytes: Uint8Array<ArrayBuffer>, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => index * 31 >> 3);

Deno.test("bytes, a file and several sources in a row read alike from any offset, and more than once", async () => {
  await withFile(bytes, async (path) => {
    const third = bytesSource(bytes.slice(200_000, 200_000));
    const parts = [bytesSource(bytes.slice(0, 200_000)), third, bytesSource(bytes.slice(200_000))];
    const sources: Source[] = [bytesSource(bytes), fileSource(path, bytes.length), concatSource(parts)];
    for (const source of sources) {
      assert.equal(source.size, bytes.length);
      for (const offset of [0, 0, 1, 199_999, 200_000, 200_001, 262_144, 699_999, 700_000]) {
        assert.deepEqual(await read(source.open(offset)), bytes.subarray(offset), String(offset));
      }
      for (const offset of [-1, 700_001, 0.5, NaN]) assert.throws(() => source.open(offset), /cannot read from offset/);
    }
  });
});

Deno.test("sources in a row are one, however they are cut and wherever reading begins", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 }), fc.nat(), async (parts, at) => {
      const whole = parts.flatMap((part) => [...part]);
      const source = concatSource(parts.map((part) => bytesSource(new Uint8Array(part))));
      assert.equal(source.size, whole.length);
      const offset = at % (whole.length + 1);
      assert.deepEqual([...await read(source.open(offset))], whole.slice(offset));
    }),
  );
});

Deno.test("text is a source of its UTF-8", async () => {
  assert.deepEqual(await read(bytesSource("é").open()), new Uint8Array([0xc3, 0xa9]));
  assert.deepEqual(await read(bytesSource("").open()), new Uint8Array());
});

Deno.test("a reader that stops early leaves no file open, and a stream that is not read opens none", async () => {
  await withFile(bytes, async (path) => {
    const source = concatSource([fileSource(path, bytes.length)]);
    const reader = source.open().getReader();
    await reader.read();
    await reader.cancel();
    source.open();
    await source.open().cancel();
  });
});

Deno.test("a file that has grown is cut at its size, one that was cut is an error", async () => {
  await withFile(bytes, async (path) => {
    assert.equal((await read(fileSource(path, 1000).open())).length, 1000);
    await assert.rejects(read(fileSource(path, 700_001).open()), (error) => {
      assert(error instanceof TasksmithError && error.code === "streams/short-file");
      assert(error.message.includes(path) && error.message.includes("700000 of 700001"));
      return true;
    });
  });
  await assert.rejects(read(fileSource("/nowhere/at/all", 1).open()), Deno.errors.NotFound);
});
