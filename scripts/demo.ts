#!/usr/bin/env -S deno run --allow-all
/**
 * Shows what the Tasks do, with nothing but Deno: a PipelineRun recorded from a real Tekton in an in-memory API, the
 * embedded registry, and both Tasks run from the script text of their generated YAML. Then both artifacts are fetched
 * back and shown.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { unpackTar } from "modern-tar";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { resourceFor } from "../lib/engine/engine.ts";
import { MemoryLogs } from "../lib/engine/logs.ts";
import type { StoredObject } from "../lib/engine/object.ts";
import { chooseSandbox, sandboxNames } from "../lib/engine/sandbox/choose.ts";
import { type RunningEngine, startEngine } from "../lib/engine/start.ts";
import { readArtifact } from "../lib/oci/artifact.ts";
import { openRepository } from "../lib/oci/client.ts";
import { credentialsFromJson } from "../lib/oci/credentials.ts";
import { parseReference } from "../lib/oci/reference.ts";
import { type RunningRegistry, serveRegistry } from "../lib/oci/registry.ts";
import { isDone, succeeded } from "../lib/tekton/condition.ts";
import type { TaskRun } from "../lib/tekton/types.ts";
import { describeError, ExitCode, exitCodeOf, TasksmithError } from "../lib/terminal/error.ts";

const root = new URL("../", import.meta.url);
const namespace = "demo";
const runName = "release-k7q2x";
const observers = ["store-pipeline-status", "export-pipeline-logs"] as const;

interface Recording {
  readonly objects: readonly StoredObject[];
  readonly logs: readonly { readonly pod: string; readonly container: string; readonly text: string }[];
}

interface TaskObject {
  readonly metadata: { readonly labels?: Record<string, string> };
  readonly spec: {
    steps: { ref?: { resolver?: string; name?: string; params?: { name: string; value: string }[] } }[];
  };
}

const say = (line = "") => console.log(line);

async function readYaml<T>(path: string): Promise<T> {
  return parse(await Deno.readTextFile(new URL(path, root))) as T;
}

/** The recording with its times moved, so that its last one is now. */
function asOfNow(text: string): string {
  const times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z)/g;
  const last = Math.max(...Array.from(text.matchAll(times), ([time]) => Date.parse(`${time}Z`)));
  const later = Math.floor((Date.now() - last) / 1000) * 1000;
  return text.replace(times, (time) => new Date(Date.parse(`${time}Z`) + later).toISOString().slice(0, 19));
}

/** The recorded objects but for the two Tasks' own runs, and the recorded logs line by line. */
async function load(engine: Pick<RunningEngine, "store">, logs: MemoryLogs): Promise<Recording> {
  const text = await Deno.readTextFile(new URL("tests/recordings/release.json", root));
  const recording = JSON.parse(asOfNow(text)) as Recording;
  const isObserver = (object: StoredObject) => object.metadata.labels?.["tasksmith.dev/observer"] === "true";
  for (const object of recording.objects.filter((o) => !isObserver(o))) {
    // the run was Tekton's: this engine shows it and leaves it alone
    const spec = { ...object["spec"] as object, managedBy: "recording" };
    engine.store.create(object.kind === "Pod" ? object : { ...object, spec }, namespace);
  }
  for (const { pod, container, text } of recording.logs) {
    const target = { namespace, pod, container };
    logs.write(target, "");
    for (const line of text.split("\n").filter((line) => line !== "")) {
      const space = line.indexOf(" ");
      logs.write(target, `${line.slice(space + 1)}\n`, line.slice(0, space));
    }
    logs.end(target);
  }
  return recording;
}

/** A Task from its generated YAML; the StepAction that it takes from its catalog is the one beside it. */
async function install(engine: RunningEngine, name: string): Promise<TaskObject> {
  const task = await readYaml<TaskObject>(`tasks/${name}/0.1/${name}.yaml`);
  for (const step of task.spec.steps) {
    const path = step.ref?.params?.find((param) => param.name === "pathInRepo")?.value;
    if (step.ref === undefined || path === undefined) continue;
    const action = await readYaml<{ metadata: { name: string } }>(path);
    engine.store.create(action, namespace);
    step.ref = { name: action.metadata.name };
  }
  engine.store.create(task, namespace);
  return task;
}

function startTask(engine: RunningEngine, recording: Recording, name: string, params: Record<string, string>): void {
  const recorded = recording.objects.find((o) => o.kind === "TaskRun" && o.metadata.name === `${runName}-${name}`)!;
  engine.store.create({
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: {
      name: recorded.metadata.name,
      labels: recorded.metadata.labels,
      annotations: recorded.metadata.annotations,
    },
    spec: {
      taskRef: { kind: "Task", name },
      params: Object.entries(params).map(([key, value]) => ({ name: key, value })),
    },
  }, namespace);
}

async function waitForTask(engine: RunningEngine, name: string): Promise<TaskRun> {
  const fieldSelector = `metadata.name=${runName}-${name}`;
  for await (const { object } of engine.store.watch(resourceFor("TaskRun"), { namespace, fieldSelector })) {
    const run = object as StoredObject & TaskRun;
    if (isDone(run)) return run;
  }
  throw new Error("the store was closed");
}

async function podLog(engine: RunningEngine, pod: string, container: string): Promise<string> {
  const { server, token, ca } = connection(engine);
  const client = Deno.createHttpClient({ caCerts: [ca] });
  try {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}`;
    const answer = await fetch(server + path, { client, headers: { authorization: `Bearer ${token}` } });
    return await answer.text();
  } finally {
    client.close();
  }
}

function connection(engine: RunningEngine): { server: string; token: string; ca: string } {
  const config = JSON.parse(engine.api.kubeconfig()) as {
    clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
    users: [{ user: { token: string } }];
  };
  const { cluster } = config.clusters[0];
  return {
    server: cluster.server,
    token: config.users[0].user.token,
    ca: atob(cluster["certificate-authority-data"]),
  };
}

/** The bytes of the first layer with that title. */
async function fetchFile(reference: string, title: string, credentials: string): Promise<Uint8Array<ArrayBuffer>> {
  const parsed = parseReference(reference);
  const repository = openRepository(parsed, { credentials: credentialsFromJson(credentials, "the demo's Secret") });
  try {
    const { manifest } = await readArtifact(repository, parsed.digest ?? parsed.tag ?? "latest");
    const layer = manifest.layers.find((l) => l.annotations?.["org.opencontainers.image.title"] === title);
    if (layer === undefined) throw new Error(`${reference} has no file ${title}`);
    return await new Response(await repository.fetchBlob(layer)).bytes();
  } finally {
    repository.close();
  }
}

function showStatus(bytes: Uint8Array): void {
  const status = JSON.parse(new TextDecoder().decode(bytes));
  say(
    `  pipeline-status.json: ${status.status} after ${status.duration}, ${status.eventType} of ` +
      `${status.git.gitOrganization}/${status.git.gitRepository}#${status.git.pullRequestNumber}`,
  );
  for (const run of status.taskRuns as { name: string; status: string; duration: string }[]) {
    say(`    ${run.name.padEnd(20)} ${run.status.padEnd(12)} ${run.duration}`);
  }
}

async function showLogs(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const entries = await unpackTar(gunzipSync(bytes)); // the web's DecompressionStream stops after the first gzip member
  say(`  logs.tar.gz: ${bytes.length} bytes, ${entries.length} files`);
  for (const { header, data } of entries) {
    if (!/step-|sidecar-/.test(header.name)) continue;
    const last = new TextDecoder().decode(data).trimEnd().split("\n").at(-1) ?? "";
    say(`    ${header.name.padEnd(46)} ${String(header.size).padStart(6)} B  … ${last.slice(0, 50)}`);
  }
}

interface DemoOptions {
  readonly keep?: true | undefined;
  readonly sandbox?: string | undefined;
}

async function demo(options: DemoOptions): Promise<void> {
  const password = crypto.randomUUID();
  const registry: RunningRegistry = await serveRegistry({ auth: { users: { robot: password } } });
  const logs = new MemoryLogs();
  const sandbox = await chooseSandbox(options.sandbox);
  const engine = await startEngine({ logs, sandbox });
  try {
    const recording = await load(engine, logs);
    say(`A registry serves at ${registry.address}, a Kubernetes-style API at ${engine.api.url}.`);
    say(`The API holds the PipelineRun ${runName}, recorded from a real Tekton: ${recording.objects.length} objects.`);
    const config = JSON.stringify({ auths: { [registry.address]: { auth: btoa(`robot:${password}`) } } });
    engine.store.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "registry-credentials" },
      ...{ data: { ".dockerconfigjson": btoa(config), "oci-storage-dockerconfigjson": btoa(config) } },
    }, namespace);
    for (const name of observers) await install(engine, name);

    // the last TaskRun has not ended yet, so that there is something to wait for
    const last = engine.store.get(resourceFor("TaskRun"), namespace, `${runName}-notify`);
    const conditions = [{ type: "Succeeded", status: "Unknown", reason: "Running", message: "" }];
    const { completionTime: _, ...running } = last["status"] as Record<string, unknown>;
    const put = (status: unknown) =>
      engine.store.update(
        { ...engine.store.get(resourceFor("TaskRun"), namespace, last.metadata.name), status } as never,
        {
          status: true,
        },
      );
    put({ ...running, conditions });

    say();
    say(`Both Tasks of its finally run from their generated YAML (sandbox: ${sandbox.name}), and wait for notify …`);
    startTask(engine, recording, "store-pipeline-status", {
      "oci-ref": `${registry.address}/acme/rocket:status`,
      "credentials-secret-name": "registry-credentials",
      "pipeline-aggregate-status": "Completed",
      "pipelinerun-name": runName,
    });
    startTask(engine, recording, "export-pipeline-logs", {
      "quay-repo": `${registry.address}/acme/rocket:v1`,
      "pipeline-run-name": runName,
      "artifact-credentials-secret": "registry-credentials",
    });
    const ended = Promise.all(observers.map((name) => waitForTask(engine, name)));
    const timer = setTimeout(() => {
      put(last["status"]);
      say("notify has ended.");
    }, 1500);
    const runs = await ended;
    clearTimeout(timer);
    for (const [index, run] of runs.entries()) {
      say();
      say(`${observers[index]}: ${succeeded(run)?.reason}`);
      for (const step of run.status?.steps ?? []) {
        const text = await podLog(engine, run.status?.podName ?? "", step.container ?? "");
        for (const line of text.trimEnd().split("\n").slice(-6)) say(`  [${step.name}] ${line}`);
      }
      for (const result of run.status?.results ?? []) say(`  ${result.name} = ${result.value}`);
    }
    const failed = runs.find((run) => succeeded(run)?.status !== "True");
    if (failed !== undefined) {
      throw new TasksmithError({
        code: "demo/failed",
        doing: `run ${failed.metadata.name}`,
        why: succeeded(failed)?.message ?? "it failed",
        advice: "Its log above says more; `--sandbox process` rules out the sandbox.",
      });
    }
    const tag = runs[1]?.status?.results?.find((result) => result.name === "LOG_ARTIFACT_TAG")?.value;
    const references = [`${registry.address}/acme/rocket:status`, `${registry.address}/acme/rocket:${tag}`] as const;
    say();
    say("What the registry holds now:");
    say(`  ${references[0]}`);
    showStatus(await fetchFile(references[0], "pipeline-status.json", config));
    say(`  ${references[1]}`);
    await showLogs(await fetchFile(references[1], "logs.tar.gz", config));
    say();
    if (options.keep) {
      const file = await Deno.makeTempFile({ prefix: "tasksmith-demo-", suffix: ".kubeconfig" });
      await Deno.writeTextFile(file, engine.api.kubeconfig({ namespace }));
      const login = await Deno.makeTempFile({ prefix: "tasksmith-demo-", suffix: ".json" });
      await Deno.writeTextFile(login, config);
      say("Everything stays up until Ctrl-C. Look further with:");
      say(`  kubectl --kubeconfig ${file} get taskruns,pods`);
      say(`  oras pull --plain-http --registry-config ${login} ${references[1]} && tar tzf logs.tar.gz`);
      await new Promise<void>((resolve) => Deno.addSignalListener("SIGINT", () => resolve()));
      await Promise.all([Deno.remove(file), Deno.remove(login)]);
    } else {
      say("Look further: `deno task demo --keep` leaves API and registry up for kubectl, tkn and oras.");
      say("The Tasks: tasks/. Their sources: scripts/store-pipeline-status.ts, scripts/export-pipeline-logs.ts.");
    }
  } finally {
    await engine.close();
    await registry.close();
  }
}

const program = new Command("demo")
  .description("Run both Tasks on a recorded PipelineRun, with an embedded API and registry, and show what they store.")
  .option("--keep", "leave API and registry up until Ctrl-C")
  .option("--sandbox <name>", `how the Tasks' steps are kept apart: ${sandboxNames.join(", ")}`)
  // commander would ask the environment about colours, which --help has no permission to read
  .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
  .addHelpText("after", "\nExample:\n  deno task demo --keep\n\nExit codes: 0 done, 1 a Task failed, 2 wrong usage.")
  .exitOverride((error) => Deno.exit(error.exitCode === 0 ? ExitCode.ok : ExitCode.usage));

if (import.meta.main) {
  try {
    await demo(program.parse(["deno", "demo", ...Deno.args]).opts());
  } catch (error) {
    console.error(`error: ${describeError(error)}`);
    Deno.exit(exitCodeOf(error));
  }
}
