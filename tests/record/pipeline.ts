/**
 * A PipelineRun under way for tests: objects in a store, changed step by step as Tekton would, served over a socket.
 * @module
 */
import { serveApi, type ServeApiOptions } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { findResource } from "../../lib/engine/resources.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import type { Cluster } from "../../lib/kubernetes/connect.ts";
import type { PipelineSpec } from "../../lib/tekton/types.ts";

/** What a run is made with. */
export interface ChildOptions {
  /** @default run-TASK */
  readonly name?: string;
  /** Status of `Succeeded`; absent: not looked at yet. */
  readonly status?: "True" | "False" | "Unknown";
  /** Reason of `Succeeded`. */
  readonly reason?: string;
  /** Carries the observers' label. */
  readonly observer?: boolean;
  /** A CustomRun. */
  readonly custom?: boolean;
  /** Merged into the status. */
  readonly more?: Record<string, unknown>;
  /** Label of the PipelineRun's uid. @default the right one */
  readonly uid?: string;
}

const resource = (version: string, plural: string) => findResource("tekton.dev", version, plural)!;

/** A namespace `ns` with the PipelineRun `pr`. */
export class Pipeline {
  /** The objects. */
  readonly store: ObjectStore = new ObjectStore();
  readonly #references: { kind: string; name: string; pipelineTaskName: string }[] = [];

  /** Makes the PipelineRun, which runs. */
  constructor(spec: PipelineSpec, options: { readonly labels?: Record<string, string> } = {}) {
    this.store.create({
      apiVersion: "tekton.dev/v1",
      kind: "PipelineRun",
      metadata: { name: "pr", namespace: "ns", uid: "uid-of-pr", labels: options.labels ?? {} },
      ...{
        spec: {},
        status: {
          startTime: "2026-11-21T05:36:00Z",
          pipelineSpec: spec,
          conditions: [{ type: "Succeeded", status: "Unknown", reason: "Running" }],
        },
      },
    });
  }

  /** Changes the PipelineRun's status. */
  status(change: Record<string, unknown>): void {
    this.store.patch(resource("v1", "pipelineruns"), "ns", "pr", { status: change }, { status: true });
  }

  /** Creates a run and refers to it. */
  start(task: string, options: ChildOptions = {}): string {
    const name = options.name ?? `run-${task}`;
    this.store.create({
      apiVersion: options.custom ? "tekton.dev/v1beta1" : "tekton.dev/v1",
      kind: options.custom ? "CustomRun" : "TaskRun",
      metadata: {
        name,
        namespace: "ns",
        labels: {
          "tekton.dev/pipelineRun": "pr",
          "tekton.dev/pipelineRunUID": options.uid ?? "uid-of-pr",
          "tekton.dev/pipelineTask": task,
          ...options.observer ? { "tasksmith.dev/observer": "true" } : {},
        },
      },
      ...{ spec: {}, status: statusOf(options) },
    });
    const kind = options.custom ? "CustomRun" : "TaskRun";
    this.#references.push({ kind, name, pipelineTaskName: task });
    this.status({ childReferences: [...this.#references] });
    return name;
  }

  /** Sets the status of a run; by default it ends well. */
  end(name: string, options: ChildOptions = { status: "True" }): void {
    const which = options.custom ? resource("v1beta1", "customruns") : resource("v1", "taskruns");
    this.store.patch(which, "ns", name, { status: statusOf(options) }, { status: true });
  }

  /** Gives a TaskRun the observers' label, as Tekton does a moment after it was created. */
  label(name: string): void {
    const labels = { "tasksmith.dev/observer": "true" };
    this.store.patch(resource("v1", "taskruns"), "ns", name, { metadata: { labels } });
  }

  /** Deletes an object. */
  delete(plural: "taskruns" | "pipelineruns", name: string): void {
    this.store.delete(resource("v1", plural), "ns", name);
  }
}

function statusOf(options: ChildOptions): Record<string, unknown> {
  const { status, reason = status === "True" ? "Succeeded" : status === "False" ? "Failed" : "Running" } = options;
  return {
    ...status === undefined ? {} : { conditions: [{ type: "Succeeded", status, reason, message: reason }] },
    ...status === undefined ? {} : { startTime: "2026-11-21T05:36:00Z" },
    ...status === "True" || status === "False" ? { completionTime: "2026-11-21T05:36:05Z" } : {},
    ...options.more,
  };
}

/** A served pipeline. */
export interface Served {
  /** The way to it. */
  readonly cluster: Cluster;
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  /** Requests so far, as `list taskruns`. */
  readonly requests: string[];
}

/** Serves the pipeline while `use` runs. */
export async function withApi(
  pipeline: Pipeline,
  options: Partial<ServeApiOptions>,
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const onRequest = (request: Request) => {
    const url = new URL(request.url);
    const plural = url.pathname.split("/").at(-1);
    requests.push(`${url.searchParams.has("watch") ? "watch" : "list"} ${plural}`);
  };
  const api = serveApi({ store: pipeline.store, namespace: "ns", onRequest, ...options });
  const kubeconfig = await Deno.makeTempFile({ suffix: ".kubeconfig" });
  try {
    await Deno.writeTextFile(kubeconfig, api.kubeconfig());
    const cluster = await connect({ kubeconfig });
    try {
      await use({ cluster, kubeconfig, requests });
    } finally {
      cluster.close();
    }
  } finally {
    await api.close();
    await Deno.remove(kubeconfig);
  }
}
