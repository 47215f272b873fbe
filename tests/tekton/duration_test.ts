import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatDuration,
  fromMilliseconds,
  maxDuration,
  parseDuration,
  toMilliseconds,
} from "../../lib/tekton/duration.ts";

const second = 1_000_000_000n;

Deno.test("durations: every unit, fraction and sign that Go reads, to the nanosecond", () => {
  const cases: [string, bigint][] = [
    ["0", 0n],
    ["+0", 0n],
    ["-0", 0n],
    ["0s", 0n],
    ["5s", 5n * second],
    ["+5s", 5n * second],
    ["-5s", -5n * second],
    ["-.5s", -second / 2n],
    ["5.s", 5n * second],
    [".5s", second / 2n],
    ["10ns", 10n],
    ["11us", 11_000n],
    ["12\u00b5s", 12_000n],
    ["12\u03bcs", 12_000n],
    ["13ms", 13_000_000n],
    ["15m", 900n * second],
    ["16h", 57_600n * second],
    ["3h30m", 12_600n * second],
    ["10.5s4m", 250n * second + second / 2n],
    ["1h15m30.918273645s", 4530n * second + 918_273_645n],
    ["39h9m14.425s", 140_954n * second + 425_000_000n],
    ["52763797000ns", 52_763_797_000n],
    // Digits beyond what an int64 holds are dropped, not an overflow.
    ["0.3333333333333333333h", 1_200n * second],
    ["0.100000000000000000000h", 360n * second],
    ["9007199254740993ns", 9_007_199_254_740_993n],
    ["9223372036854775807ns", maxDuration],
    ["9223372036854.775807ms", maxDuration],
    ["-9223372036854775808ns", -maxDuration - 1n],
    ["-2562047h47m16.854775808s", -maxDuration - 1n],
    ["1.9ns", 1n],
    ["0.830103483285477580700h", 2_988_372_539_827n],
  ];
  for (const [text, expected] of cases) assert.equal(parseDuration(text), expected, text);
});

Deno.test("durations: what Go refuses gives undefined", () => {
  const refused = [
    ...["", "3", "-", "s", ".", "-.", ".s", "+.s", "1d", "1w", "1S", "1H", "1 s", " 1s", "1s ", "1,5s", "--1s", "1e3s"],
    ...["00", "1s-1s", "1..5s", "1.5.5s", "1h30", "\u0661s", "1\u00b5", "Infinity", "NaN", "PT1H", "1:30", "0x1s"],
    ...["9223372036854775808ns", "9223372036854775809ns", "3000000h", "9223372036854775.808us", "9223372036854ms776us"],
    ...["-9223372036854775809ns", `${"9".repeat(100_000)}s`, "\ud800s", "1s\u0000"],
  ];
  for (const text of refused) assert.equal(parseDuration(text), undefined, text.slice(0, 40));
});

Deno.test("durations: written as Go's Duration.String does", () => {
  const cases: [bigint, string][] = [
    [0n, "0s"],
    [1n, "1ns"],
    [1_100n, "1.1\u00b5s"],
    [2_200_000n, "2.2ms"],
    [3_300_000_000n, "3.3s"],
    [245n * second, "4m5s"],
    [245n * second + 1_000_000n, "4m5.001s"],
    [18_367n * second + 1_000_000n, "5h6m7.001s"],
    [480n * second + 1n, "8m0.000000001s"],
    [3600n * second, "1h0m0s"],
    [60n * second, "1m0s"],
    [-90n * second, "-1m30s"],
    [maxDuration, "2562047h47m16.854775807s"],
    [-maxDuration - 1n, "-2562047h47m16.854775808s"],
  ];
  for (const [nanoseconds, text] of cases) assert.equal(formatDuration(nanoseconds), text);
  assert.throws(() => formatDuration(maxDuration + 1n), RangeError);
  assert.throws(() => formatDuration(-maxDuration - 2n), RangeError);
});

Deno.test("durations: what is written reads back as the same nanoseconds, over all of int64", () => {
  fc.assert(fc.property(fc.bigInt({ min: -maxDuration - 1n, max: maxDuration }), (nanoseconds) => {
    assert.equal(parseDuration(formatDuration(nanoseconds)), nanoseconds);
  }));
  fc.assert(fc.property(fc.integer(), (nanoseconds) => {
    assert.equal(parseDuration(formatDuration(BigInt(nanoseconds))), BigInt(nanoseconds));
  }));
});

Deno.test("durations: no string makes the reader throw, and what it accepts it accepts again", () => {
  const near = fc.array(fc.constantFrom(..."-+.0123456789numhs\u00b5\u03bc ".split("")), { maxLength: 24 })
    .map((letters) => letters.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), near), (text) => {
      const read = parseDuration(text);
      if (read !== undefined) assert.equal(parseDuration(formatDuration(read)), read);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("durations: milliseconds for timers are rounded up, and come back", () => {
  assert.equal(toMilliseconds(1n), 1);
  assert.equal(toMilliseconds(1_000_000n), 1);
  assert.equal(toMilliseconds(1_000_001n), 2);
  assert.equal(toMilliseconds(-1_500_000n), -1);
  assert.equal(fromMilliseconds(1.5), 1_500_000n);
  assert.throws(() => fromMilliseconds(Infinity), RangeError);
  fc.assert(fc.property(fc.maxSafeInteger(), (ms) => assert.equal(toMilliseconds(fromMilliseconds(ms)), ms)));
});

async function hasGo(): Promise<boolean> {
  try {
    return (await new Deno.Command("go", { args: ["version"] }).output()).success;
  } catch {
    return false; // not on the PATH: that is thrown at once
  }
}

const go = await hasGo();

Deno.test({
  name: "durations: the same verdicts and values as Go itself on a thousand strings",
  ignore: !go,
  fn: async () => {
    const near = fc.array(fc.constantFrom(..."-.0123456789", "ns", "us", "ms", "s", "m", "h", "922337203", "\u00b5s"), {
      maxLength: 9,
    }).map((parts) => parts.join(""));
    const texts = fc.sample(near, { numRuns: 1000, seed: 7 });
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${folder}/main.go`,
        `package main
import ("bufio"; "fmt"; "os"; "time")
func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		d, err := time.ParseDuration(in.Text())
		if err != nil { fmt.Println("refused") } else { fmt.Println(int64(d), d.String()) }
	}
}`,
      );
      const child = new Deno.Command("go", {
        args: ["run", `${folder}/main.go`],
        stdin: "piped",
        stdout: "piped",
        env: { GOFLAGS: "-mod=mod", GO111MODULE: "off" },
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(texts.map((text) => `${text}\n`).join("")));
      await writer.close();
      const lines = new TextDecoder().decode((await child.output()).stdout).trimEnd().split("\n");
      assert.equal(lines.length, texts.length);
      assert.ok(lines.some((line) => line !== "refused"));
      texts.forEach((text, index) => {
        const read = parseDuration(text);
        assert.equal(read === undefined ? "refused" : `${read} ${formatDuration(read)}`, lines[index], text);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
