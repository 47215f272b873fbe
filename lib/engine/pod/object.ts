/**
 * The Pod object of a TaskRun as tools read it: names of containers, states, phase, labels. Knows the shape that
 * Tekton gives its pods; the containers really run elsewhere.
 * @module
 */
import { labels } from "../../tekton/labels.ts";
import type { StepState } from "../../tekton/types.ts";
import type { StoredObject } from "../object.ts";
import type { TaskSpec } from "../taskrun/spec.ts";
import { stepName } from "../taskrun/variables.ts";
import type { PodState } from "./run.ts";

/** The Pod that a TaskRun's attempt begins with. */
export function podObject(run: StoredObject, name: string, spec: TaskSpec): Record<string, unknown> {
  const container = (prefix: string) => (c: { name?: string; image?: string }, index: number) => ({
    name: `${prefix}-${stepName(c, index)}`,
    image: c.image ?? spec.stepTemplate?.image ?? "",
  });
  const runSpec = (run["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: run.metadata.namespace,
      labels: { ...run.metadata.labels, [labels.taskRun]: run.metadata.name, [labels.taskRunUid]: run.metadata.uid },
      annotations: run.metadata.annotations ?? {},
      ownerReferences: [{
        apiVersion: "tekton.dev/v1",
        kind: "TaskRun",
        name: run.metadata.name,
        uid: run.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      }],
    },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: runSpec["serviceAccountName"] ?? "default",
      nodeName: "tasksmith",
      containers: [
        ...(spec.steps ?? []).map(container("step")),
        ...(spec.sidecars ?? []).map(container("sidecar")),
      ],
    },
    status: { phase: "Pending" },
  };
}

/** The status of a Pod whose containers are in the state given. */
export function podStatus(
  state: PodState,
  phase: "Running" | "Succeeded" | "Failed",
): Record<string, unknown> {
  const containerStatus = ({ container, imageID, waiting, running, terminated }: StepState) => ({
    name: container,
    image: imageID,
    imageID,
    ready: running !== undefined,
    restartCount: 0,
    started: running !== undefined,
    state: waiting ? { waiting } : running ? { running } : { terminated },
    lastState: {},
  });
  const started = state.steps.concat(state.sidecars)
    .flatMap((s) => [s.running?.startedAt ?? s.terminated?.startedAt ?? ""]).filter((t) => t !== "").sort()[0];
  return {
    phase,
    podIP: "127.0.0.1",
    hostIP: "127.0.0.1",
    qosClass: "BestEffort",
    ...(started === undefined ? {} : { startTime: started }),
    conditions: [{ type: "Ready", status: phase === "Running" ? "True" : "False" }, {
      type: "Initialized",
      status: "True",
      ...(phase === "Succeeded" ? { reason: "PodCompleted" } : {}),
    }],
    containerStatuses: [...state.steps, ...state.sidecars].map(containerStatus),
  };
}
