import assert from "node:assert/strict";
import { isBeginningGone, type LogShape } from "../../lib/record/rotation.ts";

/** A log as it would be served, with seconds from the start of the container. */
function served(options: { first: number; last: number; bytes: number; lines?: number }): LogShape {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 5) + seconds * 1000).toISOString();
  const { first, last, bytes, lines = Math.ceil(bytes / 100) } = options;
  return { bytes, lines, startedAt: at(0), firstTimestamp: at(first), lastTimestamp: at(last) };
}

Deno.test("what a real kubelet served of 1 MB a second for 45 s is recognised", () => {
  assert.ok(isBeginningGone({
    bytes: 7_070_760,
    lines: 70_715,
    startedAt: "2026-11-21T05:45:23Z",
    firstTimestamp: "2026-11-21T05:46:02.245860369Z",
    lastTimestamp: "2026-11-21T05:46:09.424390037Z",
  }));
});

const rotated: Record<string, LogShape> = {
  "a fast writer, just before the next rotation": served({ first: 60, last: 70, bytes: 10_000_000 }),
  "a slow writer after hours": served({ first: 7200, last: 7800, bytes: 2_000_000 }),
  "few long lines": served({ first: 100, last: 110, bytes: 9_000_000, lines: 50 }),
  "a cluster that keeps 50 MiB": served({ first: 300, last: 500, bytes: 45_000_000 }),
};

const whole: Record<string, LogShape> = {
  "a program that prints from the beginning": served({ first: 0.4, last: 70, bytes: 10_000_000 }),
  "quiet for a minute, then a line": served({ first: 60, last: 60, bytes: 6, lines: 1 }),
  "quiet for an hour, then a few lines for an hour": served({ first: 3600, last: 7200, bytes: 50_000 }),
  "quiet for a minute, then 8 MB of a report at once": served({ first: 60, last: 60.3, bytes: 8_000_000 }),
  "quiet for a minute, then tests that print a little": served({ first: 60, last: 90, bytes: 500_000 }),
  "quiet for five seconds, then steady": served({ first: 5, last: 30, bytes: 8_000_000 }),
  "700 MB from the fifth second on, where nothing is rotated": served({ first: 5, last: 75, bytes: 700_000_000 }),
  "nothing at all": { bytes: 0, lines: 0, startedAt: "2026-11-21T05:00:00Z" },
  "a start that nobody knows": { ...served({ first: 60, last: 70, bytes: 10_000_000 }), startedAt: undefined },
  "times that are none": { bytes: 1e7, lines: 1e5, startedAt: "yesterday", firstTimestamp: "x", lastTimestamp: "y" },
};

for (const [name, log] of Object.entries(rotated)) {
  Deno.test(`rotated: ${name}`, () => assert.ok(isBeginningGone(log)));
}
for (const [name, log] of Object.entries(whole)) {
  Deno.test(`not rotated: ${name}`, () => assert.ok(!isBeginningGone(log)));
}
