/**
 * What an export of logs costs: time, processor, memory, disk; beside it the same with `kubectl logs`, `tar`, `gzip`
 * and `oras`, where they are there.
 * @module
 */
import { serveRegistry } from "../../lib/oci/registry.ts";
import { onPath } from "../task/tools.ts";
import type { Row } from "./row.ts";

const script = new URL("../../scripts/export-pipeline-logs.ts", import.meta.url).pathname;

/** What a process used, with the children it waited for. */
interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Largest resident size of the process itself. */
  readonly megabytes: number;
  /** Largest size of the folder. */
  readonly diskMegabytes: number;
}

/** Runs a process and looks at it, and at a folder, while it runs. */
async function measure(
  command: string,
  args: readonly string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Usage> {
  const begun = performance.now();
  const child = new Deno.Command(command, { args: [...args], env, stdout: "null", stderr: "piped" }).spawn();
  const said = new Response(child.stderr).text();
  let ended: Deno.CommandStatus | undefined;
  child.status.then((status) => ended = status);
  let [ticks, kilobytes, bytes] = [0, 0, 0];
  while (ended === undefined) {
    try {
      const fields = (await Deno.readTextFile(`/proc/${child.pid}/stat`)).replace(/^.*\) /, "").split(" ");
      ticks = Math.max(ticks, fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0));
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      bytes = Math.max(bytes, sizeOf(folder));
    } catch (error) {
      // it has just ended, or a file was just removed
      if (!(error instanceof Deno.errors.NotFound) && !/No such process/.test(String(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - begun) / 1000;
  if (!ended.success) throw new Error(`${command} ended with ${ended.code}: ${await said}`);
  return { seconds, cpuSeconds: ticks / 100, megabytes: kilobytes / 1e3, diskMegabytes: bytes / 1e6 };
}

function sizeOf(folder: string): number {
  let size = 0;
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    size += entry.isDirectory ? sizeOf(path) : Deno.statSync(path).size;
  }
  return size;
}

/** The script that people write: every log to a file, the files to a tar, the tar to a registry. */
const byHand = `
set -euo pipefail
cd "$WORK"
for pod in $(kubectl get pods -l tekton.dev/pipelineRun=run -o name); do
  for container in $(kubectl get "$pod" -o 'jsonpath={.spec.containers[*].name}'); do
    mkdir -p "logs/$pod"
    kubectl logs "$pod" -c "$container" > "logs/$pod/$container.log"
  done
done
tar cf logs.tar logs
gzip logs.tar
oras push --plain-http "$REPOSITORY:byhand" --artifact-type application/vnd.logs.tar+gzip logs.tar.gz
`;

async function compare(pods: number, containers: number, megabytes: number, withReference: boolean): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  const registry = await serveRegistry();
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-lock", new URL("log-server.ts", import.meta.url).pathname],
      ...[pods, containers, megabytes].map(String),
    ],
    stdout: "piped",
  }).spawn();
  try {
    const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let line = "";
    while (!line.includes("\n")) line += (await reader.read()).value ?? "\n";
    const { kubeconfig } = JSON.parse(line) as { kubeconfig: string };
    await Deno.writeTextFile(`${folder}/kubeconfig`, kubeconfig);
    await Deno.writeTextFile(`${folder}/config.json`, `{"auths":{}}`);
    const repository = `${registry.address}/bench/logs`;
    const work = `${folder}/work`;
    const fresh = async () => {
      await Deno.remove(work, { recursive: true }).catch(() => {});
      await Deno.mkdir(work);
    };
    const name = `${pods * containers} × ${megabytes} MB`;
    const rows: Row[] = [];
    let reference: Usage | undefined;
    if (withReference && ["kubectl", "tar", "gzip", "oras", "bash"].every(onPath)) {
      await fresh();
      const path = [onPath("oras")!.replace(/\/[^/]*$/, ""), Deno.env.get("PATH")].join(":");
      const env = { KUBECONFIG: `${folder}/kubeconfig`, WORK: work, REPOSITORY: repository, PATH: path };
      reference = await measure("bash", ["-c", byHand], work, env);
    }
    for (const compression of ["gzip", "zstd"]) {
      await fresh();
      const args = [
        ...["run", "--allow-all", "--no-lock", script, "--quay-repo", repository, "--pipeline-run-name", "run"],
        ...["--namespace", "bench", "--kubeconfig", `${folder}/kubeconfig`, "--shared-data", work, "--quiet"],
        ...["--credentials-file", `${folder}/config.json`, "--compression", compression],
      ];
      const used = await measure(Deno.execPath(), args, work);
      const row = (what: string, unit: string, of: (usage: Usage) => number, inverse = false): Row => ({
        name: `${name}, ${compression}: ${what}`,
        value: of(used),
        unit,
        ...reference === undefined ? {} : {
          reference: `kubectl, tar, gzip and oras (${of(reference).toFixed(1)} ${unit})`,
          ratio: inverse ? of(reference) / of(used) : of(used) / of(reference),
        },
      });
      rows.push(
        row("time", "s", (usage) => usage.seconds),
        row("processor", "s", (usage) => usage.cpuSeconds),
        row("disk", "MB", (usage) => usage.diskMegabytes),
        { name: `${name}, ${compression}: memory`, value: used.megabytes, unit: "MB" },
        {
          name: `${name}, ${compression}: throughput`,
          value: pods * containers * megabytes / used.seconds,
          unit: "MB/s",
        },
      );
    }
    await reader.cancel();
    return rows;
  } finally {
    server.kill();
    await server.status;
    await registry.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the benchmark. */
export async function run(): Promise<Row[]> {
  return [
    ...await compare(20, 3, 1, true),
    ...await compare(20, 3, 20, true),
    ...await compare(1, 3, 700, false),
  ];
}
