import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { makeServerCertificate } from "../../lib/engine/certificate.ts";
import type { Faults } from "../../lib/engine/faults.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { openSpool, type Spool, type SpoolOptions } from "../../lib/record/spool.ts";
import { sha256Hex } from "../../lib/streams/digest.ts";
import type { Source } from "../../lib/streams/source.ts";
import { bundleScript, stopBundler } from "../../lib/task/bundle.ts";
import { packScript } from "../../lib/task/pack.ts";
import { SampleRun } from "../scripts/exporting.ts";
import { root } from "../task/repository.ts";

type Logs = Readonly<Record<string, string | Uint8Array>>;
type Read = (container: string, signal?: AbortSignal) => ReturnType<Spool["read"]>;

/** A pod with these logs, and a spool that reads them. */
async function withSpool(
  logs: Logs,
  test: (read: Read, folder: string) => Promise<void>,
  options: Partial<SpoolOptions> & { readonly faults?: Faults } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const sample = new SampleRun([{ task: "build", logs }]);
  const { faults, ...rest } = options;
  const api = serveApi({ store: sample.pipeline.store, logs: sample.logs, ...faults && { faults } });
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, api.kubeconfig());
  const cluster = await connect({ kubeconfig });
  await Deno.mkdir(`${folder}/spool`);
  const choice = { kubeconfig };
  const spool = await openSpool({
    cluster,
    choice,
    folder: `${folder}/spool`,
    compression: "gzip",
    workers: 2,
    ...rest,
  });
  try {
    const where = { namespace: "ns", pod: "run-buildx-pod" };
    await test((container, signal) => spool.read({ ...where, container }, signal), `${folder}/spool`);
  } finally {
    await spool.close();
    cluster.close();
    await api.close();
    assert.deepEqual([...Deno.readDirSync(`${folder}/spool`)], [], "the spool leaves nothing behind");
    await Deno.remove(folder, { recursive: true });
  }
}

async function read(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(source.open()).arrayBuffer());
}

Deno.test("small and large logs come out as they went in, whatever is in them, and several at once", async () => {
  // how long a log is, and what it consists of
  const shape = fc.tuple(fc.integer({ min: 0, max: 1_200_000 }), fc.integer({ min: 1, max: 999 }), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 4 }), async (shapes) => {
      const logs = Object.fromEntries(
        shapes.map(([size, step, xor], at) => {
          return [`step-${at}`, new Uint8Array(size).map((_, at) => (((at * step) >> 3) & 255) ^ xor)];
        }),
      );
      await withSpool(logs, async (readLog) => {
        await Promise.all(
          Object.entries(logs).map(async ([container, bytes]) => {
            const { spooled, report } = await readLog(container);
            assert.deepEqual([report.complete, report.bytes], [true, bytes.length]);
            if (spooled.masked.length === 0) {
              assert.deepEqual([spooled.bytes, spooled.sha256], [bytes.length, sha256Hex(bytes)]);
            }
            const content = await read(spooled.content);
            const back = content.length === 0 ? content : gunzipSync(content);
            assert.deepEqual([back.length, sha256Hex(back)], [spooled.bytes, spooled.sha256]);
          }),
        );
      });
    }),
    { numRuns: 5 },
  );
});

Deno.test("secrets are masked whoever reads the log, also where two pieces meet, and counted", () => {
  const text = (filler: number) =>
    `${"-".repeat(filler - 9)}correct-horse-battery${"=".repeat(filler)} ghp_${"aB3".repeat(12)}\n`;
  const logs = { "step-small": text(10), "step-large": text(256 * 1024), "step-larger": text(700_000) };
  return withSpool(logs, async (readLog) => {
    for (const container of Object.keys(logs)) {
      const { spooled } = await readLog(container);
      const out = gunzipSync(await read(spooled.content)).toString();
      assert.doesNotMatch(out, /correct-horse|ghp_/, container);
      assert.equal(spooled.masked.reduce((sum, { count }) => sum + count, 0), 2, container);
    }
  }, { values: ["correct-horse-battery"] });
});

Deno.test("a signal ends a log and no other; the spool goes on", () => {
  const aborted = new AbortController();
  const faults: Faults = ({ resource, query }) => {
    if (resource !== "pods/log" || query.get("container") !== "step-hangs") return undefined;
    setTimeout(() => aborted.abort(new Error("enough")), 50);
    return { hangAfterBytes: 400_000 };
  };
  const large = "a line of some length\n".repeat(50_000);
  return withSpool({ "step-hangs": large, "step-fine": large, "step-later": large }, async (readLog) => {
    const [, fine] = await Promise.all([
      assert.rejects(readLog("step-hangs", aborted.signal), /enough/),
      readLog("step-fine"),
    ]);
    const later = await readLog("step-later");
    for (const { report } of [fine, later]) assert.deepEqual([report.complete, report.bytes], [true, large.length]);
    await assert.rejects(readLog("step-later", aborted.signal), /enough/);
  }, { faults, workers: 1 });
});

Deno.test("a log that is not there is told in the report, not thrown", () =>
  withSpool({ "step-a": "a\n" }, async (readLog) => {
    const { spooled, report } = await readLog("step-none");
    assert.deepEqual([report.complete, report.code, spooled.bytes], [false, "kubernetes/container-unknown", 0]);
  }));

Deno.test("a folder that cannot be written is told with what to do", async () => {
  const cluster = { server: "", namespace: "", request: () => Promise.reject(new Error("not asked")), close: () => {} };
  await assert.rejects(openSpool({ cluster, choice: {}, folder: "/proc/nowhere", compression: "gzip" }), {
    code: "record/spool",
    message: /could not make a folder in \/proc\/nowhere/,
  });
});

Deno.test("a file that can no longer be written fails its log, whoever reads it", () =>
  withSpool({ "step-small": "a\n", "step-large": "a line\n".repeat(100_000) }, async (readLog, folder) => {
    await Deno.remove(`${folder}/${[...Deno.readDirSync(folder)][0]!.name}`, { recursive: true });
    for (const container of ["step-small", "step-large"]) {
      await assert.rejects(readLog(container), { code: "record/spool", message: /No such file/ });
    }
  }));

Deno.test("threads start from a script without extension, readable or packed, in a pod and with the least permissions", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const certificate = await makeServerCertificate(["127.0.0.1"]);
  const line = "all is well with correct-horse\n";
  const logs = { "step-large": line.repeat(100_000), "step-small": line };
  const sample = new SampleRun([{ task: "build", logs }]);
  const api = serveApi({ store: sample.pipeline.store, logs: sample.logs, tls: certificate, token: "t-1" });
  try {
    for (const name of ["scripts", "spool", "account"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/account/token`, "t-1");
    await Deno.writeTextFile(`${folder}/account/ca.crt`, certificate.ca);
    await Deno.writeTextFile(`${folder}/account/namespace`, "ns");
    const { code } = await bundleScript("tests/record/spooling.ts", { root, imports: {} });
    await stopBundler();
    const { hostname, port } = new URL(api.url);
    const forms = { "script-0-abcde": code, "script-1-fghij": packScript(code, "spooling", "spooling.js") };
    for (const [name, text] of Object.entries(forms)) {
      await Deno.writeTextFile(`${folder}/scripts/${name}`, text);
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--ext=js", "--quiet", "--no-prompt", "--no-lock", "--no-config", "--cached-only"],
          ...[
            `--allow-net=${hostname}:${port}`,
            "--allow-env=KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,KUBECONFIG",
          ],
          ...[`--allow-read=${folder}/scripts,${folder}/account,${folder}/spool`, `--allow-write=${folder}/spool`],
          ...[
            `${folder}/scripts/${name}`,
            `${folder}/spool`,
            `${folder}/account`,
            "run-buildx-pod",
            ...Object.keys(logs),
          ],
        ],
        clearEnv: true,
        env: { NO_COLOR: "1", HOME: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const [large, small] = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual([large.lines, large.masked[0].count, small.lines], [100_000, 100_000, 1]);
    }
  } finally {
    await api.close();
    await Deno.remove(folder, { recursive: true });
  }
});
