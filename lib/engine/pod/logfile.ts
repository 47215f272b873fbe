/**
 * A container's log on disk: each line with the time it began at, as the Kubernetes API gives logs with
 * `timestamps=true`. Knows lines and times; must not know who writes or reads them.
 * @module
 */

const newline = 10;

/** RFC 3339 with nanoseconds, as the kubelet writes them; the clock gives milliseconds, the counter keeps the order. */
function timestamp(ms: number, sequence: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, -1)}${String(sequence % 1_000_000).padStart(6, "0")}Z`;
}

/** How a log was written. */
export interface WrittenLog {
  /** Bytes of the container's own, without the times. */
  readonly bytes: number;
  /** Lines, the last one even without its newline. */
  readonly lines: number;
}

/**
 * Writes what a container prints to a file, a line each with its time. Memory stays flat however long a line is.
 * @param path of the file, which is created
 * @param now milliseconds since 1970
 */
export async function writeLog(
  output: ReadableStream<Uint8Array>,
  path: string,
  now: () => number = Date.now,
): Promise<WrittenLog> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  let bytes = 0;
  let lines = 0;
  let sequence = 0;
  let last = 0;
  let inLine = false;
  const encoder = new TextEncoder();
  const write = async (chunk: Uint8Array) => {
    for (let rest = chunk; rest.length > 0;) rest = rest.subarray(await file.write(rest));
  };
  try {
    for await (const chunk of output) {
      bytes += chunk.length;
      const time = now();
      sequence = time === last ? sequence : 0;
      last = time;
      const parts: Uint8Array[] = [];
      for (let from = 0; from < chunk.length;) {
        if (!inLine) parts.push(encoder.encode(`${timestamp(time, sequence++)} `));
        const end = chunk.indexOf(newline, from);
        inLine = end < 0;
        if (!inLine) lines++;
        const to = inLine ? chunk.length : end + 1;
        parts.push(chunk.subarray(from, to));
        from = to;
      }
      await write(joined(parts));
    }
    if (inLine) {
      lines++;
      await write(Uint8Array.of(newline)); // the API ends every line
    }
  } finally {
    file.close();
  }
  return { bytes, lines };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
