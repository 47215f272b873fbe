/**
 * How fast secrets are looked for in a stream, beside reading the same stream without doing so.
 * @module
 */
import { createHash } from "node:crypto";
import { createMasker, type MaskerOptions } from "../../lib/secrets/mask.ts";
import { ruleCatalog } from "../../lib/secrets/catalog.ts";
import type { Row } from "./row.ts";

const chunkBytes = 64 * 1024;
const totalBytes = 256 * 1024 * 1024;

/** Log text of about 8 MB, as a build writes it: times, paths, URLs, digests. */
function logText(extra: (line: number) => string): Uint8Array<ArrayBuffer> {
  const lines: string[] = [];
  for (let i = 0, size = 0; size < 8e6; i++) {
    const digest = createHash("sha256").update(String(i)).digest("hex");
    const time = `2026-01-02T03:04:${String(i % 60).padStart(2, "0")}.${String(i * 7919 % 1e9).padStart(9, "0")}Z`;
    const line = [
      `${time} INFO  [build-${i % 17}] compile src/module_${i}.c -O2 -Wall -o out/module_${i}.o`,
      `${time} DEBUG fetching https://registry.example.com/v2/org/app/blobs/sha256:${digest} (${i} of 90000)`,
      `${time} warning: the token bucket is empty, login is retried in ${i % 9}s; key=value auth=none`,
    ][i % 3] + extra(i);
    lines.push(line);
    size += line.length + 1;
  }
  return new TextEncoder().encode(lines.join("\n"));
}

/** Seconds to read all of the text, repeated, through a transform. */
async function seconds(
  text: Uint8Array<ArrayBuffer>,
  transform: TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>,
): Promise<number> {
  let position = 0;
  let left = totalBytes;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left <= 0) return controller.close();
      const chunk = text.slice(position, position + chunkBytes);
      controller.enqueue(chunk);
      left -= chunk.length;
      position = position + chunkBytes < text.length ? position + chunkBytes : 0;
    },
  }, { highWaterMark: 1 });
  const start = performance.now();
  let size = 0;
  for await (const chunk of source.pipeThrough(transform)) size += chunk.length;
  if (size === 0) throw new Error("nothing came through");
  return (performance.now() - start) / 1000;
}

/** Measures; each figure beside the same stream through an idle transform, the better of two runs each. */
export async function run(): Promise<Row[]> {
  const plain = logText(() => "");
  const jwt = ruleCatalog["jwt"]!.examples()[0]!.text;
  const leaky = logText((line) => line % 1000 === 0 ? ` ${jwt} ${values[line % values.length]}` : "");
  // What a rule looks at closely, over and over, and then refuses.
  const hostile = new TextEncoder().encode(
    'eyJhbGci-eyJ.https://a:b token: x AKIA password" login -p '.repeat(140_000),
  );
  const cases: [string, Uint8Array<ArrayBuffer>, MaskerOptions][] = [
    ["plain log, rules", plain, {}],
    ["plain log, rules and 20 values", plain, { values }],
    ["plain log, 20 values", plain, { values, rules: false }],
    ["a secret in every 1000th line", leaky, { values }],
    ["beginnings of secrets only", hostile, { values }],
  ];
  const rows: Row[] = [];
  for (const [name, text, options] of cases) {
    const best = { masked: Infinity, idle: Infinity };
    for (let i = 0; i < 2; i++) {
      best.idle = Math.min(best.idle, await seconds(text, new TransformStream()));
      best.masked = Math.min(best.masked, await seconds(text, createMasker(options).transform()));
    }
    rows.push({
      name: `mask: ${name}`,
      value: totalBytes / 1e6 / best.masked,
      unit: "MB/s",
      reference: "the time of an idle transform",
      ratio: best.masked / best.idle,
    });
  }
  return rows;
}

const values = Array.from(
  { length: 20 },
  (_, i) => `Va1ue-${i}-${createHash("sha256").update(`v${i}`).digest("base64url")}`,
);
