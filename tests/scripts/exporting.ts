/**
 * What the tests of export-pipeline-logs share: a PipelineRun with pods and logs behind a served API, a registry, a
 * folder, and the script run against them in this process.
 * @module
 */
import assert from "node:assert/strict";
import { Compile } from "typebox/schema";
import { type LogEntry, type LogSource, MemoryLogs } from "../../lib/engine/logs.ts";
import { serveApi, type ServeApiOptions, type ServedApi } from "../../lib/engine/server.ts";
import type { ObjectStore } from "../../lib/engine/store.ts";
import { type RegistryOptions, type RunningRegistry, serveRegistry } from "../../lib/oci/registry.ts";
import manifestSchema from "../../lib/record/manifest-schema.ts";
import type { LogManifest } from "../../lib/record/manifest.ts";
import { run } from "../../lib/task/main.ts";
import { task } from "../../scripts/export-pipeline-logs.ts";
import { Pipeline } from "../record/pipeline.ts";
import { onPath } from "../task/tools.ts";

/** One TaskRun with one pod, and the logs of its containers. */
export interface SampleTask {
  /** Name of the pipeline task. */
  readonly task: string;
  /** Container → its log. Names begin with step- or sidecar-, others are init containers. */
  readonly logs: Readonly<Record<string, string | Uint8Array | readonly LogEntry[]>>;
  /** The pod does not exist. */
  readonly deleted?: boolean;
  /** Has not ended. */
  readonly running?: boolean;
  /** Tekton has stopped the sidecars, as it does: by another image in their place. */
  readonly stoppedSidecars?: boolean;
  /** When its containers started. @default 2026-11-21T05:36:00Z */
  readonly startedAt?: string;
}

/** Pods and logs of a PipelineRun `pr` in namespace `ns`. */
export class SampleRun {
  /** The objects. */
  readonly pipeline: Pipeline;
  /** The logs. */
  readonly logs = new MemoryLogs();

  /** Makes TaskRuns, pods and logs. */
  constructor(tasks: readonly SampleTask[]) {
    this.pipeline = new Pipeline({
      tasks: tasks.map(({ task }) => ({ name: task, taskSpec: { steps: [] } })),
      finally: [],
    });
    for (const sample of tasks) this.#add(sample);
  }

  #add(sample: SampleTask): void {
    const { task, logs, deleted = false, running = false, startedAt = "2026-11-21T05:36:00Z" } = sample;
    const run = `run-${task.replace(/[^a-z0-9]/g, "")}x`;
    const pod = `${run}-pod`;
    const names = Object.keys(logs);
    const of = (prefix: string) => names.filter((name) => name.startsWith(prefix));
    const state = running ? { running: { startedAt } } : { terminated: { exitCode: 0, startedAt } };
    const statuses = (names: readonly string[]) => names.map((container) => ({ name: container, container, ...state }));
    this.pipeline.start(task, {
      name: run,
      ...running ? { status: "Unknown" } : { status: "True" },
      more: { podName: pod, steps: statuses(of("step-")), sidecars: statuses(of("sidecar-")) },
    });
    if (deleted) return;
    const main = [...of("step-"), ...of("sidecar-")];
    const init = names.filter((name) => !main.includes(name));
    const containerStatuses = (names: readonly string[]) =>
      names.map((name) => {
        const stopped = sample.stoppedSidecars && name.startsWith("sidecar-");
        return { name, state, ...stopped ? { restartCount: 1, lastState: state } : { restartCount: 0 } };
      });
    this.pipeline.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: pod,
        namespace: "ns",
        labels: { "tekton.dev/pipelineRun": "pr", "tekton.dev/taskRun": run },
      },
      ...{
        spec: { initContainers: init.map((name) => ({ name })), containers: main.map((name) => ({ name })) },
        status: {
          phase: "Succeeded",
          initContainerStatuses: containerStatuses(init),
          containerStatuses: containerStatuses(main),
        },
      },
    });
    for (const [container, log] of Object.entries(logs)) {
      const target = { namespace: "ns", pod, container };
      this.logs.write(target, "");
      const entries = typeof log === "string" || log instanceof Uint8Array ? [{ time: undefined, bytes: log }] : log;
      for (const { time = "2026-11-21T05:36:01.000000001Z", bytes } of entries) this.logs.write(target, bytes, time);
    }
  }
}

/** What a test can use. */
export interface Stage {
  /** A folder that goes away. */
  readonly folder: string;
  /** The API. */
  readonly api: ServedApi;
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  /** The registry; the repository is `ex/logs`. */
  readonly registry: RunningRegistry;
  /** Path of a docker config.json for the registry. */
  readonly credentials: string;
  /** The arguments that every run here has. */
  readonly args: readonly string[];
  /** Runs the script in this process; arguments in addition to those, or instead: an empty one takes a flag away. */
  export(...args: string[]): Promise<Outcome>;
}

/** What a run did. */
export interface Outcome {
  /** Exit code. */
  readonly code: number;
  /** Data. */
  readonly stdout: string;
  /** Lines for people. */
  readonly stderr: string;
  /** The results on stdout. */
  readonly results: Readonly<Record<string, string>>;
}

/** How {@link withStage} sets up. */
export interface StageOptions {
  /** For the API. */
  readonly api?: Partial<ServeApiOptions>;
  /** For the registry. */
  readonly registry?: RegistryOptions;
  /** Instead of the sample's own. */
  readonly logs?: LogSource;
  /** Variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Serves a sample while a test runs. */
export async function withStage(
  sample: { readonly pipeline: { readonly store: ObjectStore }; readonly logs: LogSource },
  options: StageOptions,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "export-" });
  const api = serveApi({
    store: sample.pipeline.store,
    logs: options.logs ?? sample.logs,
    namespace: "ns",
    ...options.api,
  });
  const registry = await serveRegistry({ ...options.registry, dir: `${folder}/registry` });
  try {
    const kubeconfig = `${folder}/kubeconfig`;
    await Deno.writeTextFile(kubeconfig, api.kubeconfig());
    const credentials = `${folder}/config.json`;
    const auth = btoa("robot:correct-horse");
    await Deno.writeTextFile(credentials, JSON.stringify({ auths: { [registry.address]: { auth } } }));
    const args = [
      ...["--quay-repo", `${registry.address}/ex/logs:v1`],
      ...["--pipeline-run-name", "pr", "--namespace", "ns"],
      ...["--kubeconfig", kubeconfig, "--credentials-file", credentials],
    ];
    const start = async (...more: string[]): Promise<Outcome> => {
      let [stdout, stderr] = ["", ""];
      const given = new Set(more.filter((word) => word.startsWith("--")));
      const kept = args.filter((_word, at) => !given.has(args[at - at % 2]!));
      const code = await run(task, {
        args: [...kept, ...more.filter((word, at) => word !== "" && more[at + 1] !== "")],
        env: (name) => options.env?.[name],
        stdout: (text) => void (stdout += text),
        stderr: (text) => void (stderr += text),
        readText: (path) => Deno.readTextFile(path).catch(() => undefined),
        writeText: () => Promise.resolve("no folder"),
        onSignal: () => () => {},
        exit: () => {},
      });
      const results = Object.fromEntries(
        stdout.trim().split("\n").filter(Boolean).map((
          line,
        ) => [line.split("=")[0]!, line.slice(line.indexOf("=") + 1)]),
      );
      return { code, stdout, stderr, results };
    };
    await test({ folder, api, kubeconfig, registry, credentials, args, export: start });
  } finally {
    await registry.close();
    await api.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** An archive's files by path; unpacked by GNU tar. */
export async function unpack(archive: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const folder = await Deno.makeTempDir();
  try {
    await execute("tar", ["-xf", archive, "-C", folder, ...archive.endsWith("zst") ? ["--zstd"] : ["-z"]]);
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    const walk = async (path: string) => {
      for await (const entry of Deno.readDir(`${folder}/${path}`)) {
        const name = path === "" ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory) await walk(name);
        else files.set(name, await Deno.readFile(`${folder}/${name}`));
      }
    };
    await walk("");
    return files;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a program; fails with what it says. */
export async function execute(name: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(onPath(name) ?? name, { args: [...args] }).output();
  const said = new TextDecoder().decode(stdout);
  if (success) return said;
  throw new Error(`${name} ${args.join(" ")}:\n${new TextDecoder().decode(stderr)}${said}`);
}

/** The published schema of the manifest. */
const schema = Compile(manifestSchema);

/** The manifest of an archive, which must fit its schema. */
export function manifestIn(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): LogManifest {
  const json: unknown = JSON.parse(new TextDecoder().decode(files.get("manifest.json")));
  const [fits, errors] = schema.Errors(json);
  assert.ok(fits, JSON.stringify(errors, null, 1));
  return json as LogManifest;
}

/** A file of an archive as text. */
export function textIn(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, path: string): string {
  return new TextDecoder().decode(files.get(path));
}

/** The tags that the repository has. */
export async function tagsOf(stage: Stage): Promise<string[]> {
  const answer = await fetch(`http://${stage.registry.address}/v2/ex/logs/tags/list`);
  if (!answer.ok) {
    await answer.body?.cancel();
    return [];
  }
  return (await answer.json() as { tags: string[] | null }).tags ?? [];
}
