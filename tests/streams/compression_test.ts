import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { type Compression, compressPiece, extensionOf } from "../../lib/streams/compression.ts";

const bytes = fc.uint8Array({ maxLength: 5000 }).map((content) => new Uint8Array(content));

async function tool(command: string, args: string[], input: Uint8Array): Promise<Uint8Array> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  child.stdin.end(input);
  const output = await buffer(child.stdout);
  await closed;
  return new Uint8Array(output);
}

Deno.test("gzip: pieces one after the other are the compressed form of their contents together", () => {
  fc.assert(fc.property(fc.array(bytes, { minLength: 1, maxLength: 5 }), (pieces) => {
    const joined = Buffer.concat(pieces.map((piece) => compressPiece(piece, "gzip")));
    assert.deepEqual(new Uint8Array(gunzipSync(joined)), new Uint8Array(Buffer.concat(pieces)));
  }));
});

Deno.test("zstd: each piece is a frame with a checksum", () => {
  // node:zlib of Deno reads one frame; of several, the program zstd below.
  fc.assert(fc.property(bytes, (content) => {
    const frame = compressPiece(content, "zstd");
    assert.deepEqual(new Uint8Array(zstdDecompressSync(frame)), content);
    assert.equal(frame[4]! & 4, 4, "no checksum flag");
  }));
});

for (const compression of ["gzip", "zstd"] satisfies Compression[]) {
  Deno.test({
    name: `${compression}: the format's own program reads the pieces`,
    ignore: (await new Deno.Command("which", { args: [compression], stdout: "null" }).output()).code !== 0,
    fn: async () => {
      const joined = Buffer.concat(["one\n", "", "two\n"].map((text) => compressPiece(Buffer.from(text), compression)));
      assert.equal(new TextDecoder().decode(await tool(compression, ["-dc"], joined)), "one\ntwo\n");
    },
  });
}

Deno.test("the same bytes are compressed to the same bytes: nothing of the time or machine is in them", () => {
  for (const compression of ["gzip", "zstd"] satisfies Compression[]) {
    const piece = compressPiece(new TextEncoder().encode("x".repeat(1000)), compression);
    assert.deepEqual(piece, compressPiece(new TextEncoder().encode("x".repeat(1000)), compression));
    if (compression === "gzip") assert.deepEqual([...piece.subarray(4, 8)], [0, 0, 0, 0], "a time is in the header");
  }
});

Deno.test("extensions", () => {
  assert.deepEqual([extensionOf("gzip"), extensionOf("zstd")], [".gz", ".zst"]);
});
