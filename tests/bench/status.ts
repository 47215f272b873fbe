/**
 * Collecting a PipelineRun's status: the script of `store-pipeline-status` as a pod runs it, beside a script that does
 * nothing but fetch the same pages, against an API on this machine; and how soon it reacts to the last run's end.
 * @module
 */
import { connect as connectTo } from "node:net";
import { createServer } from "node:tls";
import { makeServerCertificate } from "../../lib/engine/certificate.ts";
import { serveApi, type ServedApi } from "../../lib/engine/server.ts";
import { bundleScript, stopBundler } from "../../lib/task/bundle.ts";
import { Pipeline } from "../record/pipeline.ts";
import type { Row } from "./row.ts";

const root = new URL("../../", import.meta.url).pathname;
const sizes = [1, 10, 100, 1000];
const repeats = 5;

/** What any script that collects the status has to do: read every page and write a file. */
const bareFetch = `
const account = Deno.env.get("SERVICE_ACCOUNT_DIR");
const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(account + "/ca.crt")] });
const headers = { authorization: "Bearer " + (await Deno.readTextFile(account + "/token")) };
const base = "https://127.0.0.1:" + Deno.env.get("KUBERNETES_SERVICE_PORT") + "/apis/tekton.dev/v1/namespaces/ns/";
const get = async (path) => (await fetch(base + path, { client, headers })).json();
const run = await get("pipelineruns?fieldSelector=metadata.name%3Dpr&limit=500");
const taskRuns = [];
let next = "";
do {
  const query = "?labelSelector=tekton.dev%2FpipelineRun%3Dpr&limit=500" + (next ? "&continue=" + encodeURIComponent(next) : "");
  const page = await get("taskruns" + query);
  for (const { metadata, status } of page.items) {
    const { reason } = status.conditions[0];
    const duration = (Date.parse(status.completionTime) - Date.parse(status.startTime)) / 1000 + "s";
    taskRuns.push({ name: metadata.labels["tekton.dev/pipelineTask"], status: reason, duration });
  }
  next = page.metadata.continue;
} while (next);
await Deno.writeTextFile(Deno.args[0], JSON.stringify({ name: run.items[0].metadata.name, taskRuns }, null, 2));
`;

interface Recording {
  objects: { kind: string; metadata: { name: string }; spec: object; status: Record<string, unknown> }[];
}

/** A pipeline with so many ended TaskRuns, each of 8 to 15 KiB, made of a recorded one. */
async function pipelineOf(count: number): Promise<Pipeline> {
  const { objects }: Recording = JSON.parse(await Deno.readTextFile(`${root}tests/recordings/release.json`));
  const recorded = objects.find((object) => object.metadata.name.endsWith("integration-tests"))!;
  const pipeline = new Pipeline({ tasks: [{ name: "work" }], finally: [{ name: "me" }] });
  pipeline.start("me", { status: "Unknown", observer: true });
  const size = JSON.stringify(recorded).length;
  for (let index = 0; index < count; index++) {
    const padding = 8 * 1024 + (index * 997) % (7 * 1024) - size;
    pipeline.store.create({
      apiVersion: "tekton.dev/v1",
      kind: "TaskRun",
      metadata: {
        name: `run-${index}`,
        namespace: "ns",
        labels: { "tekton.dev/pipelineRun": "pr", "tekton.dev/pipelineTask": "work" },
      },
      // Most of a TaskRun in the field is the script of its steps.
      ...{
        spec: recorded.spec,
        status: { ...recorded.status, taskSpec: { steps: [{ script: "echo step\n".repeat(padding / 10) }] } },
      },
    });
  }
  return pipeline;
}

/** What a process took. */
interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** Runs a process to its end, looking at it in /proc. */
async function costOf(args: readonly string[], env: Record<string, string>): Promise<Cost> {
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args: [...args], env, stdout: "null", stderr: "piped" }).spawn();
  let megabytes = 0;
  let cpuSeconds = 0;
  let running = true;
  const look = (async () => {
    while (running) {
      try {
        const high = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile(`/proc/${child.pid}/status`))?.[1];
        if (high !== undefined) megabytes = Math.max(megabytes, Number(high) / 1024);
        const fields = (await Deno.readTextFile(`/proc/${child.pid}/stat`)).replace(/^.*\) /, "").split(" ");
        cpuSeconds = Math.max(cpuSeconds, (Number(fields[11]) + Number(fields[12])) / 100);
      } catch { /* not there any more */ }
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  })();
  const { success, stderr } = await child.output();
  const seconds = (performance.now() - began) / 1000;
  running = false;
  await look;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { seconds, cpuSeconds, megabytes };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The figures. */
export async function run(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    const { imports } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    const { code } = await bundleScript("scripts/store-pipeline-status.ts", { root, imports });
    await stopBundler();
    await Deno.writeTextFile(`${folder}/ours.js`, code);
    await Deno.writeTextFile(`${folder}/bare.js`, bareFetch);
    const rows: Row[] = [];
    for (const count of sizes) rows.push(...await collect(count, folder));
    rows.push(...await react(folder));
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const deno = ["run", "--no-config", "--no-lock", "--allow-all"];

const ours = (folder: string) => [...deno, `${folder}/ours.js`];
const bare = (folder: string) => [...deno, `${folder}/bare.js`, `${folder}/bare.json`];

/** Serves the pipeline as a pod sees its cluster; gives the pod's environment. */
async function serve(pipeline: Pipeline, folder: string, onRequest: (request: Request) => void) {
  const api: ServedApi = serveApi({ store: pipeline.store, token: "a-token", onRequest });
  const certificate = await makeServerCertificate(["127.0.0.1"]);
  // TLS in front: Deno.serve sends headers and body of HTTP/1.1 over TLS apart and without TCP_NODELAY, which costs each
  // answer 40 ms of waiting for an acknowledgement. No API server does that.
  const door = createServer({ cert: certificate.cert, key: certificate.key, noDelay: true }, (socket) => {
    const inner = connectTo({ port: Number(new URL(api.url).port), host: "127.0.0.1", noDelay: true });
    socket.pipe(inner).pipe(socket);
    for (const each of [socket, inner]) each.on("error", () => (socket.destroy(), inner.destroy()));
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  await Deno.mkdir(`${folder}/account`, { recursive: true });
  await Deno.writeTextFile(`${folder}/account/ca.crt`, certificate.ca);
  await Deno.writeTextFile(`${folder}/account/token`, "a-token");
  await Deno.writeTextFile(`${folder}/account/namespace`, "ns");
  const env = {
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(typeof address === "object" ? address?.port : ""),
    KUBECONFIG: "",
    SERVICE_ACCOUNT_DIR: `${folder}/account`,
    TASKRUN_NAME: "run-me",
    STATUS_FILE: `${folder}/status/status.json`,
    PARAM_OCI_REF: "quay.io/o/r:t",
    PARAM_CREDENTIALS_SECRET_NAME: "s",
    PARAM_PIPELINERUN_NAME: "pr",
    PARAM_PIPELINE_AGGREGATE_STATUS: "Succeeded",
  };
  const close = async () => {
    door.close();
    await api.close();
  };
  return { close, env };
}

async function collect(count: number, folder: string): Promise<Row[]> {
  const pipeline = await pipelineOf(count);
  let requests = 0;
  const { close, env } = await serve(pipeline, folder, () => requests++);
  try {
    const costs: { ours: Cost; bare: Cost }[] = [];
    let asked = 0;
    for (let round = 0; round <= repeats; round++) {
      const reference = await costOf(bare(folder), env);
      requests = 0;
      const cost = await costOf(ours(folder), env);
      asked = requests;
      // The first round fills caches.
      if (round > 0) costs.push({ ours: cost, bare: reference });
    }
    const of = (which: "ours" | "bare", what: keyof Cost) => median(costs.map((cost) => cost[which][what]));
    const row = (name: string, what: keyof Cost, unit: string): Row => ({
      name: `collect ${count} TaskRuns: ${name}`,
      value: of("ours", what),
      unit,
      reference: `bare fetch ${of("bare", what).toFixed(2)} ${unit}`,
      ratio: of("ours", what) / of("bare", what),
    });
    return [
      row("wall", "seconds", "s"),
      row("CPU", "cpuSeconds", "s"),
      row("peak memory", "megabytes", "MB"),
      { name: `collect ${count} TaskRuns: requests`, value: asked, unit: "requests" },
    ];
  } finally {
    await close();
  }
}

/** From the last TaskRun's end to the file. */
async function react(folder: string): Promise<Row[]> {
  const times: number[] = [];
  for (let round = 0; round < repeats; round++) {
    const pipeline = await pipelineOf(100);
    pipeline.start("last", { status: "Unknown" });
    let watches = 0;
    const onRequest = (request: Request) => watches += request.url.includes("watch=true") ? 1 : 0;
    const { close, env } = await serve(pipeline, folder, onRequest);
    try {
      await Deno.remove(`${folder}/status`, { recursive: true }).catch(() => {});
      const child = new Deno.Command(Deno.execPath(), { args: ours(folder), env, stdout: "null", stderr: "null" })
        .spawn();
      while (watches < 3) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const began = performance.now();
      pipeline.end("run-last");
      while (!exists(`${folder}/status/status.json`)) await new Promise((resolve) => setTimeout(resolve, 0));
      times.push(performance.now() - began);
      await child.status;
    } finally {
      await close();
    }
  }
  return [
    { name: "from the last TaskRun's end to the file", value: median(times), unit: "ms" },
    { name: "the slowest of them", value: Math.max(...times), unit: "ms" },
  ];
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
