import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { unpackTar } from "modern-tar";
import { tarEnd, type TarFile, tarHeader, tarPadding, tarPath } from "../../lib/streams/tar.ts";

const execute = promisify(execFile);

interface Content extends Omit<TarFile, "size"> {
  readonly content: Uint8Array<ArrayBuffer>;
}

function archive(files: readonly Content[]): Blob {
  return new Blob([
    ...files.flatMap(({ content, ...file }) => [
      tarHeader({ ...file, size: content.length }),
      content,
      tarPadding(content.length),
    ]),
    tarEnd,
  ]);
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("GNU tar lists and extracts what was written: paths, sizes, times, modes, content", async () => {
  const long = `${"task-".repeat(18)}x/1/${"container-".repeat(9)}.log`;
  const longer = `${"a".repeat(120)}/${"b".repeat(120)}/${"c".repeat(120)}.log`;
  const files: Content[] = [
    { path: "manifest.json", content: bytes("{}\n"), mtime: new Date("2026-11-21T05:36:14Z") },
    { path: "empty/1/step-quiet.log", content: bytes("") },
    { path: "exactly/one/block.log", content: new Uint8Array(512).fill(65), mode: 0o600 },
    { path: long, content: bytes("fits into prefix and name") },
    { path: longer, content: bytes("needs an extended header") },
    { path: "größe/日本.log", content: bytes("not ASCII") },
  ];
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.tar`, archive(files).stream());
    const listing = await execute("tar", [
      "--utc",
      "--full-time",
      "--quoting-style=literal",
      "-tvf",
      `${folder}/a.tar`,
    ]);
    assert.equal(listing.stderr, "");
    const lines = listing.stdout.trim().split("\n");
    assert.equal(lines.length, files.length);
    assert.match(lines[0]!, /^-rw-r--r-- 0\/0\s+3 2026-11-21 05:36:14 manifest\.json$/);
    assert.match(lines[2]!, /^-rw------- .* 512 1970-01-01 00:00:00 exactly/);
    await execute("tar", ["-xf", `${folder}/a.tar`, "-C", folder]);
    for (const file of files) assert.deepEqual(await Deno.readFile(`${folder}/${file.path}`), file.content, file.path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("whatever path and content, a strict reader gets both back", async () => {
  const component = fc.string({ minLength: 1, maxLength: 90, unit: "grapheme" })
    .filter((text) => !/[/\0]/.test(text) && text !== "." && text !== ".." && text.isWellFormed());
  const file = fc.record({
    path: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
    content: fc.uint8Array({ maxLength: 1100 }).map((content) => new Uint8Array(content)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 4 }), async (files) => {
      const read = await unpackTar(archive(files).stream(), { strict: true });
      assert.deepEqual(
        read.map((entry) => [entry.header.name, [...entry.data ?? []]]),
        files.map((entry) => [entry.path, [...entry.content]]),
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("a size of more than 8 GiB is in the extended header", async () => {
  const header = tarHeader({ path: "huge.log", size: 9_000_000_000 });
  assert.equal(header.length, 3 * 512);
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeFile(file, header);
    await Deno.truncate(file, header.length + 9_000_000_000 + tarPadding(9_000_000_000).length + 1024);
    const listing = await execute("tar", ["-tvf", file]);
    assert.match(listing.stdout, /\s9000000000\s.*\shuge\.log\n$/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a path that would leave the folder is refused", () => {
  for (const path of ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\0b", "a/"]) {
    assert.throws(() => tarHeader({ path, size: 0 }), RangeError, path);
  }
  for (const size of [-1, 1.5, NaN, Infinity]) assert.throws(() => tarHeader({ path: "x", size }), RangeError);
});

Deno.test("names become one harmless component each", () => {
  assert.equal(tarPath("build-image", "1", "step-build.log"), "build-image/1/step-build.log");
  assert.equal(
    tarPath("../../etc", "..", ".", "", "/root", "-rf", "C:\\x", "a\nb"),
    ".._.._etc/__/_/_/_root/_rf/C__x/a_b",
  );
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary", maxLength: 200 }), { minLength: 1 }), (names) => {
    const path = tarPath(...names);
    assert.equal(path.split("/").length, names.length);
    assert.equal(new TextDecoder().decode(tarHeader({ path, size: 0 }).subarray(257, 262)), "ustar");
  }));
});
