import assert from "node:assert/strict";
import { type ArchiveFile, archiveOf, memoryFile } from "../../lib/record/archive.ts";
import type { Compression } from "../../lib/streams/compression.ts";
import { sha256Digest } from "../../lib/streams/digest.ts";
import { onPath } from "../task/tools.ts";
import { execute, unpack } from "../scripts/exporting.ts";

const at = new Date("2026-11-21T05:36:14Z");
const files = (compression: Compression): ArchiveFile[] => [
  memoryFile("manifest.json", "{}\n", compression, at),
  memoryFile("build/1/step-empty.log", "", compression, at),
  memoryFile("build/1/step-block.log", "b".repeat(512), compression, at),
  memoryFile(`${"long/".repeat(60)}x.log`, "long\n", compression),
];

async function bytesOf(compression: Compression): Promise<Uint8Array<ArrayBuffer>> {
  const { source } = await archiveOf(files(compression), compression);
  return new Uint8Array(await new Response(source.open()).arrayBuffer());
}

for (const compression of ["gzip", "zstd"] satisfies Compression[]) {
  Deno.test({
    name: `${compression}: GNU tar lists and unpacks an archive put together from pieces`,
    ignore: onPath(compression) === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        const path = `${folder}/logs.tar.${compression === "gzip" ? "gz" : "zst"}`;
        await Deno.writeFile(path, await bytesOf(compression));
        const listing = await execute("tar", ["--utc", "--full-time", "-tvf", path]);
        assert.match(listing, /^-rw-r--r-- 0\/0\s+3 2026-11-21 05:36:14 manifest\.json\n/);
        const unpacked = await unpack(path);
        assert.deepEqual(
          [...unpacked].map(([name, bytes]) => [name, bytes.length]).sort(),
          [[`${"long/".repeat(60)}x.log`, 5], ["build/1/step-block.log", 512], ["build/1/step-empty.log", 0], [
            "manifest.json",
            3,
          ]].sort(),
        );
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test("size and digest are those of the bytes, which are the same every time and from every offset", async () => {
  const archive = await archiveOf(files("gzip"), "gzip");
  const bytes = await bytesOf("gzip");
  assert.equal(archive.source.size, bytes.length);
  assert.equal(archive.digest, sha256Digest(bytes));
  for (let offset = 0; offset <= bytes.length; offset += 37) {
    const rest = new Uint8Array(await new Response(archive.source.open(offset)).arrayBuffer());
    assert.deepEqual(rest, bytes.subarray(offset), `from ${offset}`);
  }
});

Deno.test("an archive of nothing is an archive", async () => {
  const { source } = await archiveOf([], "gzip");
  const path = await Deno.makeTempFile({ suffix: ".tar.gz" });
  try {
    await Deno.writeFile(path, source.open());
    assert.equal(await execute("tar", ["-tzf", path]), "");
  } finally {
    await Deno.remove(path);
  }
});
