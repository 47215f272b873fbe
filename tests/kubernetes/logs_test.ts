import assert from "node:assert/strict";
import type { Fault, Faults } from "../../lib/engine/faults.ts";
import { nanoseconds } from "../../lib/engine/logs.ts";
import { isKubernetesError, type KubernetesErrorCode } from "../../lib/kubernetes/error.ts";
import { type LogReport, readLog, type ReadLogOptions, streamLog } from "../../lib/kubernetes/logs.ts";
import { clusterAt, pod, type Served, withApi } from "./api.ts";

const target = { namespace: "ci", pod: "p", container: "step-a" };
const start = Date.parse("2026-01-02T03:04:05Z");

/** Lines that try everything: nothing, what is no text, what looks like a timestamp, what is the same. */
const contents: Uint8Array[] = [
  "first",
  "",
  "\0\x01\x7f",
  "2026-01-02T03:04:05.000000000Z no timestamp",
  "same",
  "same",
  "same",
  "é𝄞",
]
  .map((it) => new TextEncoder().encode(it))
  .concat([
    Uint8Array.of(0xff, 0xfe, 0x80, 0),
    Uint8Array.from({ length: 5000 }, (_, at) => at % 256 === 10 ? 0 : at % 256),
  ]);

/** Writes a pod and a log of these lines; all "same" lines at one time. */
function fill({ store, logs }: Served, rounds: number, lastNewline = true): Uint8Array {
  store.create(pod("p", "step-a", "step-b"));
  const all: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [at, content] of contents.entries()) {
      const last = round === rounds - 1 && at === contents.length - 1;
      const line = [...content, ...(last && !lastNewline ? [] : [10])];
      const same = Math.min(at, 4) + Math.max(0, at - 6);
      logs.write(target, Uint8Array.from(line), nanoseconds(new Date(start + round * 700 + same)));
      for (const byte of line) all.push(byte);
    }
  }
  logs.end(target);
  return Uint8Array.from(all);
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
}

async function read(
  served: Served,
  options: Partial<ReadLogOptions> = {},
): Promise<{ bytes: Uint8Array; report: LogReport }> {
  const { stream, report } = readLog(served.cluster, { ...target, maxBackoffMs: 5, ...options });
  return { bytes: await bytesOf(stream), report: await report };
}

/** A fault for each request of the log itself, in turn; none after the last. Confirmations are left alone. */
function inTurn(...faults: (Fault | undefined)[]): Faults {
  let count = 0;
  return ({ resource, query }) => resource === "pods/log" && !query.has("tailLines") ? faults[count++] : undefined;
}

Deno.test("a log comes byte for byte, with a report of what came", () =>
  withApi({}, async (served) => {
    const whole = fill(served, 3, false);
    const { bytes, report } = await read(served);
    assert.deepEqual(bytes, whole);
    assert.deepEqual(report, {
      bytes: whole.length,
      lines: 30,
      firstTimestamp: "2026-01-02T03:04:05.000000000Z",
      lastTimestamp: "2026-01-02T03:04:06.407000000Z",
      reconnects: 0,
      complete: true,
      confirmed: true,
    });
    const stamped = await read(served, { timestamps: true });
    assert.equal(stamped.bytes.length, whole.length + 30 * 31);
    assert.deepEqual(stamped.bytes, await bytesOf(await streamLog(served.cluster, { ...target, timestamps: true })));
    assert.deepEqual(bytes, await bytesOf(await streamLog(served.cluster, target)));
  }));

Deno.test("a log that is dropped again and again comes byte for byte", async (t) => {
  for (const timestamps of [false, true]) {
    await t.step(timestamps ? "with timestamps" : "without", () =>
      withApi({
        faults: inTurn(
          { dropAfterBytes: 0 },
          { dropAfterBytes: 15 },
          { dropAfterBytes: 33 },
          { dropAfterBytes: 400 },
          { hangAfterBytes: 3000 },
          { status: 500 },
          { dropAfterBytes: 7000 },
          { endAfterBytes: 12_000 },
          { status: 429, headers: { "retry-after": "0" } },
          { dropAfterBytes: 11_000 },
        ),
      }, async (served) => {
        const whole = fill(served, 4);
        const { bytes, report } = await read(served, { timestamps, idleMs: 80 });
        const expected = timestamps ? await bytesOf(await streamLog(served.cluster, { ...target, timestamps })) : whole;
        assert.deepEqual(bytes, expected);
        assert.deepEqual([report.complete, report.confirmed, report.lines], [true, true, 40]);
        // A busy machine may add a silence of its own.
        assert.ok(report.reconnects >= 10);
        assert.equal(report.bytes, expected.length);
      }));
  }
});

Deno.test("a break in the middle of a line of 10 MB costs none of it and doubles none", () =>
  withApi({ faults: inTurn({ dropAfterBytes: 3_000_000 }, { dropAfterBytes: 9_999_999 }) }, async (served) => {
    served.store.create(pod("p", "step-a"));
    const line = crypto.getRandomValues(new Uint8Array(50_000)).map((it) => it === 10 ? 11 : it);
    const long = new Uint8Array(10_000_001).map((_, at) => at === 10_000_000 ? 10 : line[at % line.length] ?? 0);
    served.logs.write(target, "before\n");
    served.logs.write(target, long);
    served.logs.write(target, "after\n");
    const { bytes, report } = await read(served);
    assert.equal(bytes.length, 10_000_001 + 13);
    assert.ok(Buffer.compare(bytes.subarray(7, 7 + long.length), long) === 0);
    assert.deepEqual([report.lines, report.reconnects, report.complete], [3, 2, true]);
  }));

Deno.test("an answer that ends too early as if it were whole is noticed by the log's last line", () =>
  withApi({ faults: inTurn({ endAfterBytes: 100 }) }, async (served) => {
    const whole = fill(served, 2);
    assert.deepEqual((await read(served)).bytes, whole);
    const trusting = await read({ ...served }, { confirmEnd: false });
    assert.deepEqual([trusting.report.complete, trusting.report.confirmed], [true, false]);
  }));

Deno.test("a pod deleted after its log was read leaves it complete but not confirmed", () =>
  withApi({
    faults: ({ query }) => query.has("tailLines") ? { status: 404 } : undefined,
  }, async (served) => {
    const whole = fill(served, 1);
    const { bytes, report } = await read(served);
    assert.deepEqual(bytes, whole);
    assert.deepEqual([report.complete, report.confirmed], [true, false]);
  }));

Deno.test("a log that is empty is complete, one that only seems so is read again", () =>
  withApi({ faults: inTurn({ endAfterBytes: 0 }) }, async (served) => {
    const whole = fill(served, 1);
    assert.deepEqual((await read(served)).bytes, whole);
    served.logs.write({ ...target, container: "step-b" }, "");
    const { bytes, report } = await read(served, { container: "step-b" });
    assert.equal(bytes.length, 0);
    assert.deepEqual(report, { bytes: 0, lines: 0, reconnects: 0, complete: true, confirmed: true });
  }));

Deno.test("what cannot be had is told as data", async (t) => {
  const cases: [string, Faults | undefined, Partial<ReadLogOptions>, KubernetesErrorCode, RegExp][] = [
    ["a pod that is gone", undefined, { pod: "gone" }, "kubernetes/not-found", /pods "gone" not found/],
    ["a container that waits", undefined, { container: "step-c" }, "kubernetes/container-waiting", /PodInitializing/],
    ["a container that is none", undefined, { container: "nope" }, "kubernetes/container-unknown", /nope/],
    ["no previous instance", undefined, { previous: true }, "kubernetes/container-unknown", /previous terminated/],
    ["a refused log", () => ({ status: 403 }), {}, "kubernetes/forbidden", /403/],
    ["a node that is away", () => ({ status: 500, message: "dial tcp: refused" }), {}, "kubernetes/kubelet", /refused/],
    [
      "a log whose connections all break",
      () => ({ dropAfterBytes: 40 }),
      {},
      "kubernetes/broken",
      /ended in the middle/,
    ],
    [
      "a server that says nothing",
      () => ({ hangAfterBytes: 40 }),
      { idleMs: 30 },
      "kubernetes/timeout",
      /0\.03 s/,
    ],
    ["no answer at all", () => ({ hangAfterBytes: -1 }), { idleMs: 30 }, "kubernetes/timeout", /did not answer/],
  ];
  for (const [name, faults, options, code, why] of cases) {
    await t.step(name, () =>
      withApi(faults === undefined ? {} : { faults }, async (served) => {
        served.store.create({
          ...pod("p", "step-a", "step-c"),
          status: { containerStatuses: [{ name: "step-c", state: { waiting: { reason: "PodInitializing" } } }] },
        });
        for (let at = 0; at < 3; at++) served.logs.write(target, `${"x".repeat(100)}\n`);
        const { report } = await read(served, { attempts: 2, ...options });
        assert.equal(report.code, code);
        assert.match(report.why ?? "", why);
        assert.equal(report.complete, false);
      }));
  }
});

Deno.test("a pod deleted in the middle: what came is kept, the rest is told missing", () =>
  withApi(
    { faults: inTurn({ dropAfterBytes: 50 }, { status: 404, message: 'pods "p" not found' }) },
    async (served) => {
      fill(served, 1);
      const { bytes, report } = await read(served);
      assert.equal(new TextDecoder().decode(bytes), "first\n");
      assert.deepEqual([report.complete, report.code, report.bytes, report.lines], [
        false,
        "kubernetes/not-found",
        6,
        1,
      ]);
    },
  ));

Deno.test("streamLog throws what readLog tells", () =>
  withApi({}, async (served) => {
    fill(served, 1);
    const rejected = (code: KubernetesErrorCode) => (error: unknown) => isKubernetesError(error, code);
    await assert.rejects(streamLog(served.cluster, { ...target, pod: "gone" }), rejected("kubernetes/not-found"));
    await assert.rejects(
      streamLog(served.cluster, { ...target, container: "x" }),
      rejected("kubernetes/container-unknown"),
    );
    const tail = await streamLog(served.cluster, { ...target, tailLines: 3, limitBytes: 5 });
    assert.deepEqual([...await bytesOf(tail)], [...contents[7] ?? []].slice(0, 5));
  }));

Deno.test("a followed log goes on over breaks until its container ends", () =>
  withApi(
    { faults: inTurn({ dropAfterBytes: 45 }, { hangAfterBytes: 60 }, { dropAfterBytes: 200 }) },
    async (served) => {
      const { store, logs } = served;
      store.create(pod("p", "step-a"));
      const { stream, report } = readLog(served.cluster, { ...target, follow: true, idleMs: 50, maxBackoffMs: 5 });
      let text = "";
      const reading = (async () => {
        for await (const part of stream) text += new TextDecoder().decode(part);
      })();
      let expected = "";
      for (let at = 0; at < 20; at++) {
        logs.write(target, `line ${at}\n`);
        expected += `line ${at}\n`;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      logs.end(target);
      await reading;
      assert.equal(text, expected);
      const { complete, reconnects, lines } = await report;
      assert.ok(complete && reconnects >= 3 && lines === 20);
    },
  ));

/** Serves a log that is not the embedded API's: `answer` gets how often it was asked, confirmations apart. */
async function withLog(
  answer: (count: number, query: URLSearchParams) => string | undefined,
  test: (read: (options?: Partial<ReadLogOptions>) => Promise<{ text: string; report: LogReport }>) => Promise<void>,
): Promise<void> {
  let count = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const query = new URL(request.url).searchParams;
    const text = answer(query.has("tailLines") ? 0 : ++count, query) ?? "";
    // "✂" breaks the connection there.
    const [whole = "", rest] = text.split("✂");
    const headers = rest === undefined ? {} : { "content-length": "1000000" };
    return new Response(ReadableStream.from([new TextEncoder().encode(whole)]), { headers });
  });
  const cluster = clusterAt(`http://127.0.0.1:${server.addr.port}`);
  try {
    await test(async (options = {}) => {
      const { stream, report } = readLog(cluster, { ...target, maxBackoffMs: 5, ...options });
      return { text: await new Response(stream).text(), report: await report };
    });
  } finally {
    cluster.close();
    await server.shutdown();
  }
}

const at = (nanoseconds: number) => `2026-01-02T03:04:05.${String(nanoseconds).padStart(9, "0")}Z`;

Deno.test("a server that ignores sinceTime is no trouble", () =>
  withLog((count) => {
    const log = `${at(1)} a\n${at(2)} b\n${at(9)} c\n`;
    return count === 1 ? `${log.slice(0, 45)}✂` : count === 0 ? `${at(9)} c\n` : log;
  }, async (read) => assert.equal((await read()).text, "a\nb\nc\n")));

Deno.test("it asks from a second before the last line on, in whole seconds", () => {
  const asked: (string | null)[] = [];
  return withLog((count, query) => {
    if (count > 0) asked.push(query.get("sinceTime"));
    return count === 1 ? `${at(999_000_000)} a\n✂` : `${at(999_000_000)} a\n`;
  }, async (read) => {
    assert.equal((await read()).text, "a\n");
    assert.deepEqual(asked, [null, "2026-01-02T03:04:04Z"]);
  });
});

Deno.test("a server that knows no timestamps is gone on with by bytes", () =>
  withLog(
    (count) => count === 1 ? "alpha\nbe✂" : count === 2 ? "alpha\nbeta\ngam✂" : "alpha\nbeta\ngamma",
    async (read) => {
      const { text, report } = await read();
      assert.equal(text, "alpha\nbeta\ngamma");
      assert.deepEqual([report.complete, report.confirmed, report.lines, report.reconnects], [true, false, 3, 2]);
      assert.equal(report.firstTimestamp, undefined);
    },
  ));

Deno.test("the kubelet's own words in a log are kept, and told as what is missing", async (t) => {
  const words = "unable to retrieve container logs for containerd://0123";
  await t.step("instead of the log", () =>
    withLog(() => words, async (read) => {
      const { text, report } = await read();
      assert.equal(text, words);
      assert.deepEqual([report.complete, report.code], [false, "kubernetes/kubelet"]);
      assert.match(report.why ?? "", /unable to retrieve/);
    }));
  await t.step(
    "after a part of it",
    () =>
      withLog(() => `${at(1)} a\nfailed to watch file: too many open files\n`, async (read) => {
        const { text, report } = await read();
        assert.equal(text, "a\nfailed to watch file: too many open files\n");
        assert.deepEqual([report.complete, report.code], [false, "kubernetes/kubelet"]);
      }),
  );
});

Deno.test("a log rotated while the connection was down is read on, and told as rotated", async (t) => {
  const later = "2026-01-02T03:09:00.000000000Z later\n";
  for (const rest of [later, `${at(5)} soon\n`, ""]) {
    await t.step(
      rest === "" ? "nothing is left" : rest.slice(0, 30),
      () =>
        withLog((count) => count === 0 ? rest : count === 1 ? `${at(1)} a\n${at(2)} b\n✂` : rest, async (read) => {
          const { text, report } = await read();
          assert.equal(text, `a\nb\n${rest.slice(31)}`);
          assert.deepEqual([report.complete, report.code], [false, "kubernetes/rotated"]);
          assert.match(report.why ?? "", /lines after 2026-01-02T03:04:05\.000000002Z may be missing/);
        }),
    );
  }
});

Deno.test("aborting errors the stream with the reason, cancelling ends it; the report comes in any case", () =>
  withApi({ faults: inTurn({ hangAfterBytes: 100 }, { hangAfterBytes: 100 }) }, async (served) => {
    fill(served, 1);
    const controller = new AbortController();
    const aborted = readLog(served.cluster, { ...target, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("deadline")), 30);
    await assert.rejects(bytesOf(aborted.stream), /deadline/);
    assert.deepEqual((await aborted.report).complete, false);
    const cancelled = readLog(served.cluster, target);
    const reader = cancelled.stream.getReader();
    await reader.read();
    await reader.cancel();
    assert.deepEqual([(await cancelled.report).complete, (await cancelled.report).lines > 0], [false, true]);
  }));
