import assert from "node:assert/strict";
import fc from "fast-check";
import { LogCursor, type Pass } from "../../lib/kubernetes/log-cursor.ts";

/** A line of a log: nanoseconds since some start, and content without a newline. */
interface Line {
  readonly time: bigint;
  readonly content: Uint8Array;
}

const start = Date.parse("2026-01-02T03:04:05Z");
const billion = 1_000_000_000n;

function stamp(time: bigint): string {
  const seconds = new Date(start + Number(time / billion) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(time % billion).padStart(9, "0")}Z`;
}

function render(lines: readonly Line[], stamped: boolean, lastNewline: boolean): Uint8Array<ArrayBuffer> {
  const parts = lines.flatMap(({ time, content }, at) => [
    new TextEncoder().encode(stamped ? `${stamp(time)} ` : ""),
    content,
    new Uint8Array(at < lines.length - 1 || lastNewline ? [10] : []),
  ]);
  return Uint8Array.from(parts.flatMap((it) => [...it]));
}

/** Lines whose times hardly grow: many the same, some a second or more later. */
const log = fc.array(
  fc.record({
    step: fc.constantFrom(0n, 0n, 0n, 1n, 1000n, 300_000_000n, 1_000_000_000n, 5_000_000_001n),
    content: fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((it) => it.map((byte) => byte === 10 ? 0 : byte)),
      fc.constantFrom("", "x", " ", "2026-01-02T03:04:05.000000000Z fake", "same", "same").map((it) =>
        new TextEncoder().encode(it)
      ),
    ),
  }),
  { maxLength: 12 },
).map((steps) => {
  let time = 0n;
  return steps.map(({ step, content }): Line => ({ time: time += step, content }));
});

/** Plays a log to a cursor over broken connections; each break comes after so many bytes. */
function play(
  lines: readonly Line[],
  options: {
    keep: boolean;
    stamped: boolean;
    honoursSince: boolean;
    lastNewline: boolean;
    breaks: number[];
    chunk: number;
  },
) {
  const cursor = new LogCursor(options.keep);
  const out: number[] = [];
  const emit = (bytes: Uint8Array) => void out.push(...bytes);
  let pass: Pass = "first";
  for (const limit of [...options.breaks, Infinity]) {
    let from: readonly Line[] = lines;
    if (options.honoursSince && pass === "resume") {
      // The second before the one in which the last line was written, as readLog asks for it.
      const last = cursor.lastTimestamp ?? "";
      const since = BigInt((Date.parse(`${last.slice(0, 19)}Z`) - start) / 1000 - 1) * billion;
      from = lines.filter(({ time }) => time >= since);
    }
    const bytes = render(from, options.stamped, options.lastNewline).subarray(0, Math.min(limit, 1e9));
    cursor.begin(pass, emit);
    for (let at = 0; at < bytes.length && !cursor.beyond; at += options.chunk) {
      cursor.take(bytes.slice(at, at + options.chunk), emit);
    }
    if (limit === Infinity) cursor.end(emit);
    pass = cursor.beyond ? "after" : cursor.lost ? pass : cursor.nextPass;
  }
  return { cursor, out: Uint8Array.from(out) };
}

Deno.test("no byte is lost or doubled, wherever connections break and chunks end", () => {
  fc.assert(
    fc.property(
      log,
      fc.record({
        keep: fc.boolean(),
        stamped: fc.constant(true),
        honoursSince: fc.boolean(),
        lastNewline: fc.boolean(),
        breaks: fc.array(fc.nat(400), { maxLength: 4 }),
        chunk: fc.integer({ min: 1, max: 100 }),
      }),
      (lines, options) => {
        const { cursor, out } = play(lines, options);
        assert.deepEqual(out, render(lines, options.keep, options.lastNewline));
        assert.equal(cursor.bytes, out.length);
        assert.equal(cursor.lines, lines.length);
        assert.equal(cursor.unstamped, 0);
        assert.equal(cursor.firstTimestamp, lines[0] && stamp(lines[0].time));
        assert.equal(cursor.lastTimestamp, lines.length > 0 ? stamp(lines[lines.length - 1]?.time ?? 0n) : undefined);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("a log without timestamps is gone on with by counting bytes", () => {
  fc.assert(
    fc.property(
      log,
      fc.array(fc.nat(200), { maxLength: 3 }),
      fc.integer({ min: 1, max: 50 }),
      (lines, breaks, chunk) => {
        // A line that looks like a timestamp would be taken for one.
        const plain = lines.filter(({ content }) => content.length < 30);
        const shape = { keep: false, stamped: false, honoursSince: true, lastNewline: true };
        const { cursor, out } = play(plain, { ...shape, breaks, chunk });
        assert.deepEqual(out, render(plain, false, true));
        assert.equal(cursor.unstamped, plain.length);
      },
    ),
  );
});

Deno.test("lines out of order by less than a second are kept as they are", () => {
  const at = [0n, 900_000_000n, 400_000_000n, 1_100_000_000n, 800_000_000n, 2_000_000_000n];
  const lines = at.map((time, number): Line => ({ time, content: new TextEncoder().encode(`line ${number}`) }));
  const whole = render(lines, true, true);
  for (let limit = 0; limit <= whole.length; limit++) {
    const options = { keep: false, stamped: true, honoursSince: true, lastNewline: true, breaks: [limit], chunk: 7 };
    assert.deepEqual(play(lines, options).out, render(lines, false, true), `broken after ${limit}`);
  }
});

Deno.test("when the last line is rotated away, it goes on with the first later one and says so", () => {
  const lines = [0n, 1n, 2n, 3_000_000_000n].map((time): Line => ({
    time,
    content: new TextEncoder().encode(`at ${time}`),
  }));
  const cursor = new LogCursor(false);
  let out = "";
  const emit = (bytes: Uint8Array) => void (out += new TextDecoder().decode(bytes));
  cursor.begin("first", emit);
  cursor.take(render(lines.slice(0, 2), true, false), emit);
  const rest = render(lines.slice(2), true, true);
  cursor.begin(cursor.nextPass, emit);
  cursor.take(rest.slice(), emit);
  assert.ok(cursor.lost && cursor.beyond);
  cursor.begin("after", emit);
  cursor.take(rest.slice(), emit);
  assert.ok(!cursor.lost);
  // The line that was cut off ends where it was cut.
  assert.equal(out, "at 0\nat 1\nat 2\nat 3000000000\n");
});
