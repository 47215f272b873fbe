/**
 * Digests of bytes and streams, and the check that a stream is what it was said to be. Written `algorithm:hex` as in
 * the OCI image spec, "Digests". Knows nothing of registries.
 * @module
 */
import { createHash } from "node:crypto";
import { TasksmithError } from "../terminal/error.ts";

/** What was read is not what was announced: another size or another digest. */
export class IntegrityError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "IntegrityError";
}

/** The SHA-256 of bytes (or of text, as UTF-8): 64 lower-case hex digits. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** `sha256:` and the SHA-256 of bytes (or of text, as UTF-8). */
export function sha256Digest(content: Uint8Array | string): string {
  return `sha256:${sha256Hex(content)}`;
}

/** Reads a stream to its end, and gives its digest and its size in bytes. Nothing is kept in memory. */
export async function digestOf(
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly digest: string; readonly size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

/** Whether bytes have the digest (`sha256:` or `sha512:`) that is claimed for them. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const [algorithm, hex] = digestParts(digest);
  return createHash(algorithm).update(bytes).digest("hex") === hex;
}

/** Compares what passes by with what was announced. */
export interface Verifier {
  /** Takes the next bytes. Throws an {@link IntegrityError} (`integrity/size`) as soon as there are too many. */
  update(chunk: Uint8Array): void;
  /** After the last bytes. Throws an {@link IntegrityError}: `integrity/size` or `integrity/digest`. */
  finish(): void;
}

/**
 * A check of bytes against the digest (`sha256:…` or `sha512:…`) and the size (bytes) announced for them.
 * @param doing what the error says was being done
 * @throws RangeError when the digest is not of a kind that can be verified
 */
export function createVerifier(digest: string, size: number, doing: string = `read ${digest}`): Verifier {
  const [algorithm, expected] = digestParts(digest);
  const hash = createHash(algorithm);
  let seen = 0;
  const fail = (code: string, why: string) =>
    new IntegrityError({
      code,
      doing,
      why,
      advice:
        "the content is damaged or was replaced on its way: try again, and tell the owner of the store if it stays",
      details: { digest, size },
    });
  return {
    update(chunk) {
      seen += chunk.length;
      if (seen > size) throw fail("integrity/size", `there is more than the announced ${size} bytes`);
      hash.update(chunk);
    },
    finish() {
      if (seen < size) throw fail("integrity/size", `it ended after ${seen} of ${size} bytes`);
      const actual = hash.digest("hex");
      if (actual !== expected) {
        throw fail("integrity/digest", `the digest is ${algorithm}:${actual}, announced was ${digest}`);
      }
    },
  };
}

/**
 * Passes bytes through a {@link createVerifier}: the stream fails as soon as there is too much, otherwise at its end.
 * Bytes beyond the size never come out, so a reader that writes as it reads is safe, but must throw away what it has
 * when the stream fails.
 * @param doing what the error says was being done
 * @throws RangeError when the digest is not of a kind that can be verified
 */
export function verifyStream(
  digest: string,
  size: number,
  doing?: string,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const verifier = createVerifier(digest, size, doing);
  return new TransformStream({
    transform(chunk, controller) {
      verifier.update(chunk);
      controller.enqueue(chunk);
    },
    flush: () => verifier.finish(),
  });
}

function digestParts(digest: string): ["sha256" | "sha512", string] {
  const [algorithm, hex] = digest.split(":");
  if ((algorithm !== "sha256" && algorithm !== "sha512") || hex === undefined) {
    throw new RangeError(`cannot verify the digest ${digest}: only sha256 and sha512 are known`);
  }
  return [algorithm, hex];
}
