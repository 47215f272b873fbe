import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  digestOf,
  hasDigest,
  IntegrityError,
  sha256Digest,
  sha256Hex,
  verifyStream,
} from "../../lib/streams/digest.ts";

const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks.map((chunk) => new Uint8Array(chunk)));
}

async function verify(
  chunks: readonly Uint8Array[],
  digest: string,
  size: number,
): Promise<{ seen: number; error?: unknown }> {
  let seen = 0;
  try {
    for await (const chunk of streamOf(chunks).pipeThrough(verifyStream(digest, size, "read the test"))) {
      seen += chunk.length;
    }
    return { seen };
  } catch (error) {
    return { seen, error };
  }
}

Deno.test("the SHA-256 of abc is that of FIPS 180-4, whole and as a stream", async () => {
  assert.equal(sha256Hex("abc"), abc);
  assert.equal(sha256Digest(new TextEncoder().encode("abc")), `sha256:${abc}`);
  const chunks = ["a", "", "bc"].map((text) => new TextEncoder().encode(text));
  assert.deepEqual(await digestOf(streamOf(chunks)), { digest: `sha256:${abc}`, size: 3 });
});

Deno.test("whatever the chunks, right content passes and any change is found", async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.constantFrom("sha256", "sha512"), fc.nat(), async (chunks, algorithm, at) => {
      const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
      const digest = `${algorithm}:${createHash(algorithm).update(whole).digest("hex")}`;
      assert.deepEqual(await verify(chunks, digest, whole.length), { seen: whole.length });
      assert(hasDigest(whole, digest));
      if (whole.length === 0) return;
      const changed = whole.slice();
      changed[at % whole.length]! ^= 1 << at % 8;
      assert(!hasDigest(changed, digest));
      const found = await verify([changed], digest, whole.length);
      assert(found.error instanceof IntegrityError && found.error.code === "integrity/digest");
      assert.match(found.error.message, /read the test/);
    }),
  );
});

Deno.test("too little is found at the end, too much at once and before it comes out", async () => {
  const little = await verify([new Uint8Array(3)], sha256Digest(new Uint8Array(4)), 4);
  assert(little.error instanceof IntegrityError && little.error.code === "integrity/size");
  assert.match(little.error.message, /after 3 of 4 bytes/);
  const much = await verify(
    [new Uint8Array(3), new Uint8Array(3), new Uint8Array(3)],
    sha256Digest(new Uint8Array(4)),
    4,
  );
  assert(much.error instanceof IntegrityError && much.error.code === "integrity/size");
  assert.equal(much.seen, 3);
});

Deno.test("a digest that nobody can verify is a mistake of the caller", () => {
  for (const digest of ["md5:abc", "abc", ""]) assert.throws(() => verifyStream(digest, 1), RangeError);
});
