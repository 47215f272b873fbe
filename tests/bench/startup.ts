/**
 * Start-up of the Tasks' scripts as they stand in the YAML, from the start of the process to the first request at the
 * API, beside `kubectl version --client`, which asks nobody.
 * @module
 */
import { parse } from "yaml";
import { makeServerCertificate } from "../../lib/engine/certificate.ts";
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import type { Row } from "./row.ts";

const rounds = 15;
const root = new URL("../../", import.meta.url);

interface TaskYaml {
  readonly spec: { readonly steps: readonly { script: string; env: readonly { name: string; value?: string }[] }[] };
}

const params: Readonly<Record<string, string>> = {
  "pipelinerun-name": "none",
  "pipeline-run-name": "none",
  "oci-ref": "127.0.0.1:1/a/b:c",
  "quay-repo": "127.0.0.1:1/a/b",
  "pipeline-aggregate-status": "Succeeded",
  "deadline": "1h",
  "on-missing-credentials": "fail",
  "on-missing-logs": "warn",
  "compression": "gzip",
  "concurrency": "8",
  "timestamps": "false",
  "plain-http": "false",
};

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function kubectl(): Promise<number | undefined> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    try {
      await new Deno.Command("kubectl", { args: ["version", "--client"], stdout: "null", stderr: "null" }).output();
    } catch {
      return undefined;
    }
    times.push(performance.now() - start);
  }
  return median(times);
}

async function firstRequest(name: string): Promise<number> {
  const yaml = parse(await Deno.readTextFile(new URL(`tasks/${name}/0.1/${name}.yaml`, root))) as TaskYaml;
  const step = yaml.spec.steps[0]!;
  const folder = await Deno.makeTempDir();
  const tls = await makeServerCertificate(["127.0.0.1"]);
  let arrived: () => void = () => {};
  const api = serveApi({ store: new ObjectStore(), tls, token: "t", onRequest: () => arrived() });
  try {
    for (const [file, text] of [["token", "t"], ["ca.crt", tls.ca], ["namespace", "default"]] as const) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
    }
    await Deno.writeTextFile(`${folder}/.dockerconfigjson`, `{"auths":{"127.0.0.1:1":{"auth":"${btoa("a:b")}"}}}`);
    await Deno.writeTextFile(`${folder}/script`, step.script, { mode: 0o755 });
    const env = Object.fromEntries(step.env.map(({ name, value = "" }) => {
      if (name.startsWith("SECRET_")) return [name, `${folder}/.dockerconfigjson`];
      if (name === "ALLOW_READ" || name === "ALLOW_WRITE" || name.endsWith("_DIR")) return [name, folder];
      return [
        name,
        value.replace(/\$\(params\.([^)]+)\)/g, (_, param: string) => params[param] ?? "")
          .replace(/\$\([^)]*\)/g, ""),
      ];
    }));
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const first = new Promise<void>((resolve) => arrived = resolve);
      const child = new Deno.Command(`${folder}/script`, {
        clearEnv: true,
        env: {
          ...env,
          PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`,
          KUBERNETES_SERVICE_HOST: "127.0.0.1",
          KUBERNETES_SERVICE_PORT: new URL(api.url).port,
        },
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const ended = child.output();
      const silent = ended.then(({ stderr }) => {
        throw new Error(`${name} ended without a request: ${new TextDecoder().decode(stderr)}`);
      });
      await Promise.race([first, silent]);
      times.push(performance.now() - start);
      silent.catch(() => {}); // it ends once the API has said that there is no such PipelineRun
      await ended;
    }
    return median(times);
  } finally {
    await api.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Median times in milliseconds. */
export async function run(): Promise<Row[]> {
  const reference = await kubectl();
  const rows: Row[] = [];
  for (const name of ["store-pipeline-status", "export-pipeline-logs"]) {
    const value = await firstRequest(name);
    const beside = reference === undefined
      ? {}
      : { reference: `kubectl version --client (${reference.toFixed(0)} ms)`, ratio: value / reference };
    rows.push({ name: `${name}: start to first request`, value, unit: "ms", ...beside });
  }
  return rows;
}
