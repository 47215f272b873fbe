/**
 * Which files of a folder go out, and what is masked in them: real folders, links and pipes.
 * @module
 */
import assert from "node:assert/strict";
import { readOutgoing } from "../../lib/record/outgoing.ts";
import { createMasker } from "../../lib/secrets/mask.ts";
import { digestOf } from "../../lib/streams/digest.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const secret = "s3cr3t-value-of-a-secret";
const masker = createMasker({ values: [secret], rules: true });
const text = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => await new Response(stream).text();

Deno.test("every file goes out under its path, unchanged where it holds no secret", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    await Deno.writeTextFile(`${folder}/b/c/d.json`, "{}");
    await Deno.writeTextFile(`${folder}/a b.txt`, "ä\n");
    await Deno.writeFile(`${folder}/z.bin`, new Uint8Array([0, 255, 1]));
    await Deno.writeTextFile(`${folder}/.hidden`, "");
    const { files, leftOut } = await readOutgoing(folder, masker);
    assert.deepEqual(files.map(({ title, mediaType, size }) => ({ title, mediaType, size })), [
      { title: ".hidden", mediaType: "application/octet-stream", size: 0 },
      { title: "a b.txt", mediaType: "text/plain", size: 3 },
      { title: "b/c/d.json", mediaType: "application/json", size: 2 },
      { title: "z.bin", mediaType: "application/octet-stream", size: 3 },
    ]);
    assert.deepEqual(leftOut, []);
    for (const { source, digest, size } of files) assert.deepEqual(await digestOf(source.open()), { digest, size });
  }));

Deno.test("secrets in text are masked, in any form and across any border, and counted", () =>
  withFolder(async (folder) => {
    const filler = "x".repeat(256 * 1024 - 10);
    await Deno.writeTextFile(`${folder}/log.txt`, `${filler}${secret}\nbase64 ${btoa(secret)}\n`);
    const { files } = await readOutgoing(folder, masker);
    const [{ source, digest, size, findings } = assert.fail()] = files;
    assert.deepEqual(findings, [{ rule: "secret-value", count: 2 }]);
    const expected = `${filler}[masked:secret-value]\nbase64 [masked:secret-value]\n`;
    assert.equal(await text(source.open()), expected);
    assert.equal(await text(source.open(filler.length - 3)), expected.slice(filler.length - 3));
    assert.deepEqual(await digestOf(source.open()), { digest, size });
  }));

Deno.test("a binary file with a secret stays, and is named with what was found, never with its value", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/core`, new Uint8Array([0, ...new TextEncoder().encode(secret)]));
    await Deno.writeFile(`${folder}/latin1`, new Uint8Array([0xe4, ...new TextEncoder().encode(secret)]));
    const { files, leftOut } = await readOutgoing(folder, masker);
    assert.deepEqual(files, []);
    assert.deepEqual(
      leftOut,
      ["core", "latin1"].map((title) => ({
        title,
        why: "it is binary and holds secret-value (1)",
      })),
    );
  }));

Deno.test("a name that holds a secret is not told either", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/${secret}`);
    await Deno.writeTextFile(`${folder}/${secret}/x`, "");
    const { files, leftOut } = await readOutgoing(folder, masker);
    assert.deepEqual(files, []);
    assert.deepEqual(leftOut, [{ title: "[masked:secret-value]", why: "its name holds a secret" }]);
  }));

Deno.test("links out of the folder, special files and unsafe names stay, and are named", () =>
  withFolder(async (folder) => {
    const root = `${folder}/root`;
    await Deno.mkdir(`${root}/sub`, { recursive: true });
    await Deno.writeTextFile(`${folder}/outside`, "outside");
    await Deno.writeTextFile(`${root}/inside`, "inside");
    await Deno.symlink("../outside", `${root}/escapes`);
    await Deno.symlink("/etc/hostname", `${root}/absolute`);
    await Deno.symlink("nowhere", `${root}/dangling`);
    await Deno.symlink("sub", `${root}/to-a-folder`);
    await Deno.symlink("..", `${root}/sub/up`);
    await Deno.symlink("../inside", `${root}/sub/fine`);
    await Deno.writeTextFile(`${root}/back\\slash`, "");
    await Deno.writeTextFile(`${root}/line\nbreak`, "");
    assert.ok((await new Deno.Command("mkfifo", { args: [`${root}/pipe`] }).output()).success);
    const { files, leftOut } = await readOutgoing(root, masker);
    assert.deepEqual(files.map((file) => file.title), ["inside", "sub/fine"]);
    assert.equal(await text(files[1]!.source.open()), "inside");
    assert.deepEqual(Object.fromEntries(leftOut.map(({ title, why }) => [title, why])), {
      absolute: "it is a link that leads out of the folder",
      "back\\slash": "its name would not be safe to unpack",
      dangling: "it is a link that leads nowhere",
      escapes: "it is a link that leads out of the folder",
      "line\nbreak": "its name would not be safe to unpack",
      pipe: "it is no regular file",
      "sub/up": "it is a link that leads out of the folder",
      "to-a-folder": "it is a link to something else than a file",
    });
  }));

Deno.test("a folder that is none is an error of usage", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(readOutgoing(`${folder}/absent`, masker), /read the files of .*absent: it is not there/);
    await assert.rejects(readOutgoing(`${folder}/file`, masker), /it is not a folder/);
  }));

Deno.test("a signal ends it with its reason", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "x");
    const reason = new Error("enough");
    await assert.rejects(readOutgoing(folder, masker, AbortSignal.abort(reason)), reason);
  }));
