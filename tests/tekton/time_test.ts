import assert from "node:assert/strict";
import fc from "fast-check";
import { elapsedMs, formatTime, parseTime } from "../../lib/tekton/time.ts";

Deno.test("times: RFC 3339 in every form it has", () => {
  const cases: [string, string][] = [
    ["2026-01-31T23:59:59Z", "2026-01-31T23:59:59.000Z"],
    ["2026-01-31t23:59:59z", "2026-01-31T23:59:59.000Z"],
    ["2026-01-31T23:59:59.123456789Z", "2026-01-31T23:59:59.123Z"],
    ["2026-01-31T23:59:59.1Z", "2026-01-31T23:59:59.100Z"],
    ["2026-01-31T23:59:59+02:00", "2026-01-31T21:59:59.000Z"],
    ["2026-01-31T23:59:59-00:30", "2026-02-01T00:29:59.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
    ["2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000Z"],
  ];
  for (const [text, expected] of cases) assert.equal(parseTime(text)?.toISOString(), expected, text);
});

Deno.test("times: what is not RFC 3339 gives undefined", () => {
  const refused = [
    ...["", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31 23:59:59Z", "2026-1-31T23:59:59Z", "1769903999"],
    ...["2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z"],
    ...["2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z", "2026-01-31T12:00:60Z", "2026-01-31T23:59:61Z"],
    ...["2026-01-31T23:59:59.Z", "2026-01-31T23:59:59+0200", "2026-01-31T23:59:59+24:00", "2026-01-31T23:59:59ZZ"],
    ...["Sat Jan 31 2026", "Sat, 31 Jan 2026 23:59:59 GMT", "20260131T235959Z", " 2026-01-31T23:59:59Z"],
  ];
  for (const text of refused) assert.equal(parseTime(text), undefined, text);
});

Deno.test("times: written as Kubernetes does, and read back to the second", () => {
  const dates = fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(dates, (date) => {
    const text = formatTime(date);
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(parseTime(text)?.getTime(), Math.floor(date.getTime() / 1000) * 1000);
    assert.equal(parseTime(date.toISOString())?.getTime(), date.getTime());
  }));
  assert.throws(() => formatTime(new Date(NaN)), RangeError);
  assert.throws(() => formatTime(new Date("+012026-01-01T00:00:00Z")), RangeError);
});

Deno.test("times: no string makes the reader throw", () => {
  const near = fc.array(fc.constantFrom(..."0123456789-:.TZtz+ ".split("")), { maxLength: 30 }).map((all) =>
    all.join("")
  );
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), near), (text) => void parseTime(text)));
});

Deno.test("times: what passed between two of them, if both are known", () => {
  assert.equal(elapsedMs("2026-01-31T00:00:00Z", "2026-01-31T00:01:33Z"), 93_000);
  assert.equal(elapsedMs("2026-01-31T00:00:00Z", undefined), undefined);
  assert.equal(elapsedMs(undefined, "2026-01-31T00:00:00Z"), undefined);
  assert.equal(elapsedMs("yesterday", "2026-01-31T00:00:00Z"), undefined);
});
