#!/usr/bin/env -S deno run --allow-run=kubectl --allow-env=KUBECONFIG --allow-read --allow-write
/**
 * Records a PipelineRun from a real Tekton: runs release.yaml with `kubectl` (a kubeconfig is needed) and writes what
 * the API server gave, objects and logs, into release.json, while the two observers of its `finally` were still at work.
 *
 * usage: tests/recordings/record.ts [--namespace NAME]
 * @module
 */
import { parseArgs } from "node:util";

/** One container's log as the API server gave it: each line with its own time stamp. */
export interface RecordedLog {
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** Lines as `GET pods/log?timestamps=true` gives them. */
  readonly text: string;
}

/** What release.json holds. */
export interface Recording {
  /** The PipelineRun, its TaskRuns and their Pods, as the server gave them but for `managedFields`. */
  readonly objects: readonly Record<string, unknown>[];
  /** The log of every container that had started. */
  readonly logs: readonly RecordedLog[];
}

const here = new URL("./", import.meta.url);

async function kubectl(...args: string[]): Promise<string> {
  const out = await new Deno.Command("kubectl", { args, stdout: "piped", stderr: "inherit" }).output();
  if (!out.success) throw new Error(`kubectl ${args.join(" ")} ended with ${out.code}`);
  return new TextDecoder().decode(out.stdout);
}

interface Listed {
  items: {
    metadata: { name: string; labels: Record<string, string>; managedFields?: unknown };
    status: {
      conditions?: { type: string; status: string }[];
      [key: string]: unknown;
    };
  }[];
}

interface ContainerStatuses {
  name: string;
  state: { terminated?: unknown; running?: unknown };
}

async function record(namespace: string): Promise<Recording> {
  const inNamespace = ["-n", namespace];
  const selector = ["-l", "tekton.dev/pipelineRun=release-k7q2x", "-o", "json"];
  const read = async (kind: string) => JSON.parse(await kubectl("get", kind, ...inNamespace, ...selector)) as Listed;
  let runs: Listed;
  // what is recorded is the moment at which only the observers still run: that is what they see
  for (;;) {
    runs = await read("taskruns");
    const done = (run: Listed["items"][number]) =>
      run.status?.conditions?.some((c) => c.type === "Succeeded" && c.status !== "Unknown") ?? false;
    const observers = runs.items.filter((run) => run.metadata.labels["tasksmith.dev/observer"] === "true");
    if (observers.length === 2 && runs.items.every((run) => observers.includes(run) || done(run))) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const pods = await read("pods");
  const pipelineRun = JSON.parse(await kubectl("get", "pipelinerun", "release-k7q2x", ...inNamespace, "-o", "json"));
  const logs: RecordedLog[] = [];
  for (const pod of pods.items) {
    if (pod.metadata.labels["tasksmith.dev/observer"] === "true") continue;
    const status = pod.status as unknown as Record<string, ContainerStatuses[] | undefined>;
    for (const c of [...status.initContainerStatuses ?? [], ...status.containerStatuses ?? []]) {
      if (!c.state.terminated && !c.state.running) continue; // a sidecar may outlive its TaskRun
      const name = pod.metadata.name;
      const text = await kubectl("logs", name, "-c", c.name, "--timestamps", ...inNamespace);
      logs.push({ pod: name, container: c.name, text });
    }
  }
  const objects = [pipelineRun, ...runs.items, ...pods.items];
  for (const object of objects) delete object.metadata.managedFields;
  return { objects: objects as unknown as Record<string, unknown>[], logs };
}

if (import.meta.main) {
  const { values } = parseArgs({ args: Deno.args, options: { namespace: { type: "string", default: "demo" } } });
  const namespace = values.namespace;
  await kubectl("create", "namespace", namespace);
  try {
    await kubectl("create", "-n", namespace, "-f", new URL("release.yaml", here).pathname);
    const recording = await record(namespace);
    await Deno.writeTextFile(new URL("release.json", here), JSON.stringify(recording, null, 1) + "\n");
    console.error(`recorded ${recording.objects.length} objects and ${recording.logs.length} logs`);
  } finally {
    await kubectl("delete", "namespace", namespace, "--wait=false");
  }
}
