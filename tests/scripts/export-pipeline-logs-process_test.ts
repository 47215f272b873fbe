import assert from "node:assert/strict";
import type { LogEntry, LogSource } from "../../lib/engine/logs.ts";
import type { Faults as RegistryFaults } from "../../lib/oci/registry-faults.ts";
import { SampleRun, type Stage, tagsOf, withStage } from "./exporting.ts";

const script = new URL("../../scripts/export-pipeline-logs.ts", import.meta.url).pathname;

/** The script as a process. */
function start(stage: Stage, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-all", script, ...stage.args, ...args],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads stderr until it matches, then goes on reading to its end; gives all of it. */
async function watch(child: Deno.ChildProcess, pattern: RegExp, then: () => void): Promise<string> {
  let text = "";
  let matched = false;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (matched || !pattern.test(text)) continue;
    matched = true;
    then();
  }
  return text;
}

Deno.test("SIGTERM while it waits: exit code 143, one line, nothing pushed", () =>
  withStage(
    new SampleRun([{ task: "slow", logs: { "step-a": "a\n" }, running: true }]),
    {},
    async (stage) => {
      const child = start(stage);
      const [stderr, { code }, stdout] = await Promise.all([
        watch(child, /waiting for 1/, () => child.kill("SIGTERM")),
        child.status,
        new Response(child.stdout).text(),
      ]);
      assert.equal(code, 143, stderr);
      assert.match(stderr, /SIGTERM was received/);
      assert.equal(stdout, "");
      assert.deepEqual(await tagsOf(stage), []);
    },
  ));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} while it uploads: no tag, no spool left, the documented exit code`, () => {
    let child: Deno.ChildProcess | undefined;
    const faults: RegistryFaults = ({ kind, method }) => {
      if (kind !== "upload" || method === "DELETE") return undefined;
      child?.kill(signal);
      return { hang: true };
    };
    return withStage(
      new SampleRun([{ task: "build", logs: { "step-a": "a line\n".repeat(100_000) } }]),
      { registry: { faults } },
      async (stage) => {
        const spool = `${stage.folder}/shared`;
        await Deno.mkdir(spool);
        child = start(stage, "--shared-data", spool);
        const { code, stdout, stderr } = await child.output();
        const text = new TextDecoder().decode(stderr);
        assert.equal(code, signal === "SIGTERM" ? 143 : 130, text);
        assert.match(text, new RegExp(`${signal} was received`));
        assert.equal(stdout.length, 0);
        assert.deepEqual(await tagsOf(stage), []);
        assert.deepEqual([...Deno.readDirSync(spool)], []);
      },
    );
  });
}

Deno.test("results go to the files that RESULTS_DIR names, and are printed", () =>
  withStage(new SampleRun([{ task: "build", logs: { "step-a": "a\n" } }]), {}, async (stage) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--allow-all", script, ...stage.args, "--quiet", "--format", "json"],
      env: { NO_COLOR: "1", RESULTS_DIR: stage.folder },
    });
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(stderr.length, 0);
    const results = JSON.parse(new TextDecoder().decode(stdout));
    for (const name of ["LOG_ARTIFACT_TAG", "LOG_ARTIFACT_REF"]) {
      assert.equal(await Deno.readTextFile(`${stage.folder}/${name}`), results[name]);
    }
    assert.deepEqual(await tagsOf(stage), [results["LOG_ARTIFACT_TAG"]]);
  }));

/** Three logs of 40 MB that do not compress to nothing, made as they are read. */
const large: LogSource = {
  *open({ container }): Iterable<LogEntry> {
    const words = new Uint32Array(1000);
    let state = container.length;
    for (let second = 0; second < 400; second++) {
      let text = "";
      for (let line = 0; line < 500; line++) {
        for (let at = 0; at < 5; at++) words[at] = state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        text += `${words[0]} compiled module ${words[1]} of package ${words[2]} ${"in some time ".repeat(10)} ${
          words[3]
        }\n`;
      }
      const time = new Date(Date.UTC(2026, 10, 21, 5, 36, second)).toISOString().replace("Z", "000000Z");
      yield { time, bytes: new TextEncoder().encode(text) };
    }
  },
};

Deno.test({
  name: "memory stays flat and no file is larger than the archive: 3 logs of 40 MB",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withStage(
      new SampleRun([{ task: "build", logs: { "step-a": "", "step-bb": "", "step-ccc": "" } }]),
      { logs: large },
      async (stage) => {
        const spool = `${stage.folder}/shared`;
        await Deno.mkdir(spool);
        const child = start(stage, "--shared-data", spool);
        const output = child.output();
        let ended = false;
        const done = output.finally(() => ended = true);
        let [resident, largest] = [0, 0];
        while (!ended) {
          try {
            const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
            resident = Math.max(resident, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
            for (const folder of Deno.readDirSync(spool)) {
              let total = 0;
              for (const file of Deno.readDirSync(`${spool}/${folder.name}`)) {
                total += Deno.statSync(`${spool}/${folder.name}/${file.name}`).size;
              }
              largest = Math.max(largest, total);
            }
          } catch (error) {
            if (!(error instanceof Deno.errors.NotFound)) throw error;
          }
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        const { code, stderr } = await done;
        const text = new TextDecoder().decode(stderr);
        assert.equal(code, 0, text);
        const [, bytes = "0", compressed = "0"] = /3 logs, ([\d.]+) MB, compressed ([\d.]+) MB/.exec(text) ?? [];
        assert.ok(Number(bytes) > 35 * 3 && Number(compressed) < Number(bytes) / 2, text);
        assert.ok(largest > 0 && largest <= (Number(compressed) + 0.1) * 1e6, `${largest} bytes in the spool`);
        assert.ok(resident > 0 && resident < 250_000, `${resident} kB resident`);
      },
    ),
});
