/** Containers that are written down while they run, and ended by the next engine where they are still the same. */
import assert from "node:assert/strict";
import { plainProcess } from "../../../lib/engine/sandbox/process.ts";
import { endRecorded, recorded } from "../../../lib/engine/sandbox/recorded.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tasksmith-recorded-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const container = (script: string, folder: string) => ({
  name: "step-s",
  image: "none",
  argv: ["/bin/sh", "-c", script],
  env: {},
  workingDir: folder,
  mounts: [],
  hostname: "pod",
  network: true,
});
const written = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("a container is written down for as long as it runs", () =>
  withFolder(async (folder) => {
    const running = await recorded(plainProcess(), `${folder}/p`).start(container("exec sleep 600", folder));
    assert.deepEqual(written(`${folder}/p`), [String(running.pid)]);
    running.kill("SIGKILL");
    await Promise.all([running.output.cancel(), running.exit]);
    assert.deepEqual(written(`${folder}/p`), []);
  }));

Deno.test("what was left running is ended, and another process with its id is not", () =>
  withFolder(async (folder) => {
    const running = await recorded(plainProcess(), `${folder}/p`).start(container("sleep 600", folder));
    const path = `${folder}/p/${running.pid}`;
    const entry = JSON.parse(await Deno.readTextFile(path));
    for (const other of [{ start: entry.start - 1 }, { boot: "another" }]) {
      await Deno.writeTextFile(path, JSON.stringify({ ...entry, ...other }));
      assert.equal(await endRecorded(`${folder}/p`), 0);
      assert.deepEqual(written(`${folder}/p`), []);
      assert.ok(Deno.statSync(`/proc/${running.pid}`).isDirectory, "it still runs");
    }
    await Deno.writeTextFile(path, "{");
    assert.equal(await endRecorded(`${folder}/p`), 0);
    await Deno.writeTextFile(path, JSON.stringify(entry));
    assert.equal(await endRecorded(`${folder}/p`), 1);
    await running.output.cancel();
    assert.equal((await running.exit).signal, "SIGKILL");
    assert.equal(await endRecorded(`${folder}/none`), 0);
  }));
