/**
 * Cutting a stream of bytes into lines of JSON, as a watch sends them. Knows newlines and sizes; nothing of what the
 * lines say.
 * @module
 */

const newline = 10;

/**
 * The lines of a stream, without their newline, empty ones left out. A line may be spread over many chunks, and a chunk
 * hold many lines. What follows the last newline is a line that was cut off, and is left out.
 * @throws RangeError when a line is longer than `maxBytes`.
 */
export async function* lines(
  stream: AsyncIterable<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    while (start < chunk.length) {
      const found = chunk.indexOf(newline, start);
      const end = found < 0 ? chunk.length : found;
      if (end > start) parts.push(chunk.subarray(start, end));
      size += end - start;
      if (size > maxBytes) throw new RangeError(`a line has more than ${maxBytes} bytes`);
      start = end + 1;
      if (found < 0 || size === 0) continue;
      yield parts.length === 1 && parts[0] !== undefined ? parts[0] : join(parts, size);
      parts = [];
      size = 0;
    }
  }
}

/** One array of `size` bytes from its parts. */
export function join(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
