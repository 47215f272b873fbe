/**
 * Reading and thinning out the gzipped tar of a folder, made by the real tar in each of its formats.
 * @module
 */
import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { filterTar, namesIn, withoutEntries } from "../../lib/record/folder-layer.ts";

const long = `${"long-folder-name-".repeat(5)}/${"long-file-name-".repeat(6)}`;

async function run(command: string, args: string[], input?: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  writer.write(input ?? new Uint8Array()).catch(() => {});
  writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new Uint8Array(stdout);
}

/** The gzipped tar of a small folder with all kinds of entries. */
async function makeTar(format: string): Promise<Uint8Array<ArrayBuffer>> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/sub`);
    await Deno.mkdir(`${dir}/${long.split("/")[0]}`);
    await Deno.writeTextFile(`${dir}/a.txt`, "alpha\n");
    await Deno.writeTextFile(`${dir}/sub/b.txt`, "b".repeat(3000), { mode: 0o755 });
    await Deno.writeTextFile(`${dir}/${long}`, "long");
    await Deno.writeTextFile(`${dir}/empty`, "");
    await Deno.symlink("a.txt", `${dir}/link`);
    return await run("tar", ["cz", "--format", format, "-C", dir, "."]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The bytes in pieces of `size`. */
function stream(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += size));
    },
  });
}

for (const format of ["gnu", "pax", "ustar"]) {
  Deno.test(`a ${format} tar is listed, and thinned out without touching what stays`, async () => {
    const gzipped = await makeTar(format);
    const all = ["a.txt", "empty", "link", long, "sub/b.txt"].sort();
    assert.deepEqual((await namesIn(stream(gzipped, 100), "it")).sort(), all);

    const keep = (path: string) => path !== "a.txt" && path !== long;
    const thinned = new Uint8Array(await new Response(withoutEntries(stream(gzipped, 77), keep, "it")).arrayBuffer());
    const list = async (tar: Uint8Array) => new TextDecoder().decode(await run("tar", ["tv"], tar)).trim().split("\n");
    const before = await list(gunzipSync(gzipped));
    assert.deepEqual(await list(thinned), before.filter((line) => !/ \.\/a\.txt$/.test(line) && !line.includes(long)));
    assert.equal(thinned.length % 512, 0);
  });
}

Deno.test("however a tar is cut into chunks, the same comes out", async () => {
  const tar = new Uint8Array(gunzipSync(await makeTar("pax")));
  const thin = async (size: number) =>
    new Uint8Array(
      await new Response(stream(tar, size).pipeThrough(filterTar((path) => path !== "link", "it"))).arrayBuffer(),
    );
  const whole = await thin(tar.length);
  for (const size of [1, 3, 511, 512, 513, 4096]) assert.deepEqual(await thin(size), whole);
});

Deno.test("what is no tar is refused, and said to be none", async () => {
  const names = (bytes: Uint8Array<ArrayBuffer>) =>
    namesIn(stream(new Uint8Array(gzipSync(bytes)), 1000), "the layer X");
  await assert.rejects(
    names(new TextEncoder().encode("no tar".repeat(200))),
    /read the files in the layer X: it is no tar/,
  );
  const tar = new Uint8Array(gunzipSync(await makeTar("gnu")));
  const last = tar.findLastIndex((byte) => byte !== 0);
  await assert.rejects(names(tar.slice(0, last - 100)), /it ends in an entry/);
  await assert.rejects(namesIn(stream(new TextEncoder().encode("not gzip"), 3), "the layer X"));
});
