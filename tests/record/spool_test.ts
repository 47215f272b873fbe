import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { openSpool, type Spool, type SpoolOptions } from "../../lib/record/spool.ts";
import { sha256Hex } from "../../lib/streams/digest.ts";
import type { Source } from "../../lib/streams/source.ts";
import { bundleScript, stopBundler } from "../../lib/task/bundle.ts";
import { packScript } from "../../lib/task/pack.ts";
import { root } from "../task/repository.ts";

async function withSpool(options: SpoolOptions, test: (spool: Spool, folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const spool = await openSpool({ folder, ...options });
  try {
    await test(spool, folder);
  } finally {
    await spool.close();
    assert.deepEqual([...Deno.readDirSync(folder)], [], "the spool leaves nothing behind");
    await Deno.remove(folder);
  }
}

async function read(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(source.open()).arrayBuffer());
}

/** A stream of these bytes in chunks of a size; each chunk a part of one buffer, as a network's are. */
function stream(bytes: Uint8Array, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const chunk = new Uint8Array(size + 10);
      const part = bytes.subarray(at, at += size);
      chunk.set(part, 5);
      // two parts of one buffer, one after the other
      const half = 5 + (part.length >> 1);
      controller.enqueue(chunk.subarray(5, half));
      controller.enqueue(chunk.subarray(half, 5 + part.length));
    },
  });
}

Deno.test("small and large logs come out as they went in, however they are cut, and several at once", () =>
  withSpool({ compression: "gzip", workers: 2 }, async (spool) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(900_000), fc.integer({ min: 1000, max: 300_000 }), fc.nat(250)), { maxLength: 5 }),
        async (logs) => {
          await Promise.all(logs.map(async ([size, chunk, step]) => {
            const bytes = new Uint8Array(size).map((_, at) => (at * step) >> 4);
            const spooled = await spool.add(stream(bytes, chunk));
            assert.deepEqual([spooled.bytes, spooled.sha256], [size, sha256Hex(bytes)]);
            const content = await read(spooled.content);
            assert.equal(content.length, spooled.content.size);
            assert.equal(sha256Hex(size === 0 ? content : gunzipSync(content)), sha256Hex(bytes));
          }));
        },
      ),
      { numRuns: 15 },
    );
  }));

Deno.test("secrets are masked on either way, also where two blocks meet, and counted", () =>
  withSpool({ compression: "gzip", values: ["correct-horse-battery"], workers: 1 }, async (spool) => {
    for (const filler of [10, 300_000]) {
      const text = `${"-".repeat(filler - 9)}correct-horse-battery${"=".repeat(filler)} ghp_${"aB3".repeat(12)}\n`;
      const { content, masked } = await spool.add(new Blob([text]).stream());
      const out = gunzipSync(await read(content)).toString();
      assert.doesNotMatch(out, /correct-horse|ghp_/);
      assert.equal(masked.reduce((sum, { count }) => sum + count, 0), 2);
    }
  }));

Deno.test("a stream that fails, and a signal, end a log and no other; the spool goes on", () =>
  withSpool({ compression: "gzip", workers: 1 }, async (spool) => {
    const block = new Uint8Array(300_000);
    const boom = new Error("the stream broke");
    let sent = 0;
    const breaking = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        if (sent++ < 3) controller.enqueue(block.slice());
        else controller.error(boom);
      },
    });
    const aborted = new AbortController();
    let cancelled: unknown;
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        controller.enqueue(block.slice());
        if (sent++ > 8) aborted.abort(new Error("enough"));
      },
      cancel: (reason) => void (cancelled = reason),
    });
    await Promise.all([
      assert.rejects(spool.add(breaking), boom),
      assert.rejects(spool.add(endless, aborted.signal), /enough/),
      spool.add(new Blob([new Uint8Array(2_000_000)]).stream()).then((log) => assert.equal(log.bytes, 2_000_000)),
    ]);
    assert.match(String(cancelled), /enough/);
    await assert.rejects(spool.add(new Blob(["x"]).stream(), aborted.signal), /enough/);
  }));

Deno.test("a folder that cannot be written is told with what to do", async () => {
  await assert.rejects(openSpool({ folder: "/proc/nowhere", compression: "gzip" }), {
    code: "record/spool",
    message: /could not make a folder in \/proc\/nowhere/,
  });
});

Deno.test("a file that can no longer be written fails its log, on either way", async () => {
  const folder = await Deno.makeTempDir();
  const spool = await openSpool({ folder, compression: "gzip", workers: 1 });
  await Deno.remove(`${folder}/${[...Deno.readDirSync(folder)][0]!.name}`, { recursive: true });
  for (const size of [10, 1_000_000]) {
    await assert.rejects(spool.add(new Blob([new Uint8Array(size)]).stream()), { code: "record/spool" });
  }
  await spool.close();
  await Deno.remove(folder);
});

Deno.test("threads start from a bundled script without extension, readable or packed, with read and write of two folders", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/scripts`);
    await Deno.mkdir(`${folder}/spool`);
    const { code } = await bundleScript("tests/record/spooling.ts", { root, imports: {} });
    await stopBundler();
    const forms = { "script-0-abcde": code, "script-1-fghij": packScript(code, "spooling", "spooling.js") };
    for (const [name, text] of Object.entries(forms)) {
      await Deno.writeTextFile(`${folder}/scripts/${name}`, text);
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--ext=js", "--quiet", "--no-prompt", "--no-lock", "--no-config", "--cached-only"],
          ...[`--allow-read=${folder}/scripts,${folder}/spool`, `--allow-write=${folder}/spool`],
          ...[`${folder}/scripts/${name}`, `${folder}/spool`],
        ],
        env: { NO_COLOR: "1" },
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const [large, small] = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual([large.bytes, large.masked[0].count, small.masked[0].count], [3_900_000, 100_000, 3]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
