import assert from "node:assert/strict";
import fc from "fast-check";
import { publicTexts, ruleCatalog } from "../../lib/secrets/catalog.ts";
import { createMasker, type Masker, replacement, valueRule } from "../../lib/secrets/mask.ts";

const encoder = new TextEncoder();
type Bytes = Uint8Array<ArrayBuffer>;

async function through(masker: Masker, chunks: Iterable<Bytes>, onFinding?: (rule: string) => void): Promise<Bytes> {
  const parts: Bytes[] = [];
  const stream = ReadableStream.from(chunks).pipeThrough(masker.transform(onFinding));
  for await (const part of stream) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Cuts bytes at pseudo-random places. */
function cut(bytes: Bytes, sizes: readonly number[]): Bytes[] {
  const chunks: Bytes[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const fragments = [
  ...Object.values(ruleCatalog).flatMap((entry) => [
    ...entry.examples().map((example) => example.text),
    ...entry.nearMisses(),
  ]),
  ...publicTexts(),
];
const secrets = Object.values(ruleCatalog).flatMap((entry) => entry.examples().map((example) => example.secret));
const values = ["hunter2-hunter2", "aaaaaaaa", "p@ss wörd/+&", "line one\nline two", secrets[0]!];

/** Logs in which secrets, near misses, values and noise follow each other in any order. */
const logs = fc.array(
  fc.oneof(
    fc.constantFrom(...fragments),
    fc.constantFrom(...values, ...values.map((value) => btoa(encodeURIComponent(value)))),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("\n", " ", "a", "aaaa", '"', "\\n", "eyJ", "-----", "://", ".", "="),
  ),
  { maxLength: 12 },
).map((parts) => encoder.encode(parts.join("")) as Bytes);

Deno.test("any chunking gives the same output and the same findings as one chunk", async () => {
  await fc.assert(
    fc.asyncProperty(
      logs,
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 7 }),
      async (log, sizes) => {
        const whole = createMasker({ values });
        const chunked = createMasker({ values });
        assert.equal(text(await through(chunked, cut(log, sizes))), text(await through(whole, [log])));
        assert.deepEqual(chunked.findings(), whole.findings());
        assert.deepEqual(whole.scan(log), whole.findings());
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("one byte at a time is the same, too", async () => {
  const log = encoder.encode(fragments.slice(0, 60).join("\n")) as Bytes;
  const whole = createMasker({ values });
  const single = createMasker({ values });
  assert.equal(text(await through(single, cut(log, [1]))), text(await through(whole, [log])));
  assert.deepEqual(single.findings(), whole.findings());
});

Deno.test("no form of a value is left in the output", async () => {
  const value = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 })
    .filter((value) => value.trim().length >= 6 && !/[[\]*]/.test(value));
  await fc.assert(
    fc.asyncProperty(
      value,
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      async (value, before, behind) => {
        const whole = value.trim().toWellFormed();
        const base64 = (text: string) => new Uint8Array(encoder.encode(text)).toBase64();
        const forms = [
          whole,
          encodeURIComponent(whole),
          new URLSearchParams([["v", whole]]).toString().slice(2),
          JSON.stringify(whole).slice(1, -1),
        ];
        for (const form of forms) {
          const masked = text(
            await through(createMasker({ values: [value], rules: false }), [
              encoder.encode(`${before} ${form} ${behind}`),
            ]),
          );
          // The value may be part of what is written in its place; that tells nothing.
          const rest = masked.replaceAll(replacement(valueRule), "\0");
          assert.equal(rest.includes(text(encoder.encode(form))), false, `${JSON.stringify(form)} is left: ${masked}`);
        }
        for (const prefix of ["", "x", "xy", "user:"]) {
          const encoded = base64(`${prefix}${whole}${behind}`);
          const masked = createMasker({ values: [value], rules: false }).mask(`<${encoded}>`);
          assert.ok(masked.includes(replacement(valueRule)), `base64 behind "${prefix}" is left: ${masked}`);
          // What is left may not decode to the value, at any of the four alignments of what precedes it.
          for (const run of masked.split(replacement(valueRule))) {
            for (const pad of ["", "A", "AA", "AAA"]) {
              const characters = pad + run.replace(/[^A-Za-z0-9+/]/g, "");
              const decoded = atob(characters.slice(0, characters.length - characters.length % 4));
              assert.equal(decoded.includes(text(encoder.encode(whole))), false);
            }
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("what holds no secret passes byte for byte, whatever the bytes are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 }), async (chunks) => {
      const masker = createMasker({ values: ["\u0000\u0001 never in there \u0002"] });
      const input = new Uint8Array(await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer());
      const output = await through(masker, chunks.map((chunk) => new Uint8Array(chunk)));
      if (masker.findings().length === 0) assert.deepEqual(output, input);
    }),
  );
});

Deno.test("bytes that are no text stay as they are around a secret", async () => {
  const noise = Uint8Array.from({ length: 700 }, (_, i) => (i * 151) % 256) as Bytes;
  const secret = encoder.encode("hunter2-hunter2") as Bytes;
  const output = await through(createMasker({ values: ["hunter2-hunter2"] }), [noise, secret, noise]);
  const mark = encoder.encode(replacement(valueRule));
  assert.deepEqual(output.slice(0, noise.length), noise);
  assert.deepEqual(output.slice(noise.length, noise.length + mark.length), mark);
  assert.deepEqual(output.slice(noise.length + mark.length), noise);
});

Deno.test("a line without end needs no more memory than a short one", async () => {
  // What is held back shows as the lag between bytes in and bytes out.
  const masker = createMasker({ values: ["hunter2-hunter2"] });
  const chunk = encoder.encode("x".repeat(64 * 1024)) as Bytes;
  let [pushed, pulled, lag] = [0, 0, 0];
  const writer = masker.transform();
  const reading = (async () => {
    for await (const part of writer.readable) pulled += part.length;
  })();
  const writing = writer.writable.getWriter();
  for (let i = 0; i < 160; i++) {
    await writing.ready;
    await writing.write(chunk);
    pushed += chunk.length;
    lag = Math.max(lag, pushed - pulled);
  }
  await writing.close();
  await reading;
  assert.equal(pulled, 160 * chunk.length);
  assert.ok(lag <= 4 * chunk.length, `${lag} bytes were held back`);
});

Deno.test("a secret of any length behind a known beginning is masked in bounded memory", async () => {
  const token = fragments.find((fragment) => fragment.startsWith("got eyJ"))!.slice(4).split(" ")[0]!;
  const chunks = [`got ${token}`, ...Array.from({ length: 50 }, () => "x".repeat(100_000)), " end"]
    .map((part) => encoder.encode(part) as Bytes);
  assert.equal(text(await through(createMasker(), chunks)), `got ${replacement("jwt")} end`);
});

Deno.test("secrets that overlap or repeat are masked as a whole", () => {
  const masker = createMasker({ values: ["abcdefgh", "efghijkl", "aaaaaa"], rules: false });
  const mark = replacement(valueRule);
  assert.equal(masker.mask("-abcdefghijkl-"), `-${mark}-`);
  assert.equal(masker.mask("-abcdefghefghijkl-"), `-${mark}${mark}-`);
  assert.equal(masker.mask(`-${"a".repeat(1000)}-`), `-${mark}-`);
  assert.deepEqual(masker.findings(), [{ rule: valueRule, count: 4 }]);
});

Deno.test("where several match, the longest names the finding, then the rule before the value", () => {
  const { secret } = ruleCatalog["jwt"]!.examples()[0]!;
  const values = [secret, secret.slice(0, 20), `${secret.slice(0, 20)}${secret.slice(20, 30)}`];
  assert.equal(createMasker({ values }).mask(secret), replacement("jwt"));
  const token = "npm_" + "a1".repeat(18);
  assert.equal(createMasker({ values: [token] }).mask(token), replacement("npm-token"));
  assert.equal(createMasker({ values: [`${token} and more`] }).mask(`${token} and more`), replacement(valueRule));
});

Deno.test("findings are counted by rule, and told as they come", async () => {
  const masker = createMasker({ values: ["hunter2-hunter2"] });
  const heard: string[] = [];
  const { text: jwt } = ruleCatalog["jwt"]!.examples()[0]!;
  await through(masker, [encoder.encode(`hunter2-hunter2 ${jwt} hunter2-hunter2`)], (rule) => heard.push(rule));
  assert.deepEqual(heard, [valueRule, "jwt", valueRule]);
  assert.deepEqual(masker.findings(), [{ rule: "jwt", count: 1 }, { rule: valueRule, count: 2 }]);
  assert.deepEqual(masker.scan(jwt), [{ rule: "jwt", count: 1 }]);
  assert.deepEqual(
    masker.findings(),
    [{ rule: "jwt", count: 1 }, { rule: valueRule, count: 2 }],
    "scan does not count",
  );
});

Deno.test("rules can be left out, values are optional, short values are ignored", () => {
  const { text: jwt } = ruleCatalog["jwt"]!.examples()[0]!;
  assert.equal(createMasker({ rules: false }).mask(jwt), jwt);
  assert.equal(createMasker({ values: ["true", "12345", "     a    "] }).mask("true 12345 a"), "true 12345 a");
  assert.equal(createMasker({ values: ["123456"] }).mask("1234567"), `${replacement(valueRule)}7`);
  assert.equal(createMasker().mask(""), "");
});

Deno.test("what comes out may be transferred to another thread at once", async () => {
  const masker = createMasker({ values: ["hunter2-hunter2"] });
  const quiet = "some text and more\n".repeat(5000);
  const leaky = "some text hunter2-hunter2 and more\n".repeat(5000);
  const log = encoder.encode(quiet + leaky + quiet) as Bytes;
  let output = "";
  for await (const part of ReadableStream.from(cut(log, [1000, 70_000])).pipeThrough(masker.transform())) {
    output += text(structuredClone(part, { transfer: [part.buffer] }));
  }
  assert.equal(output, quiet + leaky.replaceAll("hunter2-hunter2", replacement(valueRule)) + quiet);
});

Deno.test("a value in a chunk of many megabytes is found, and on the border of two", async () => {
  const filler = "0123456789abcde ".repeat(64 * 1024);
  const log = encoder.encode(`${filler}hunter2-hunter2${filler}`) as Bytes;
  for (const sizes of [[log.length], [filler.length + 7], [262_144]]) {
    const masker = createMasker({ values: ["hunter2-hunter2"] });
    assert.equal(text(await through(masker, cut(log, sizes))), `${filler}${replacement(valueRule)}${filler}`);
  }
});
