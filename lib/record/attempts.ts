/**
 * Which logs a PipelineRun has: every container of every attempt of every TaskRun, and what is known to be missing
 * before anything is asked for. Pure: runs and pods go in, a plan comes out. Knows how Tekton makes pods, retries and
 * stops sidecars, as seen on the real one; must not know how a log is read.
 * @module
 */
import { tarPath } from "../streams/tar.ts";
import { isDone, reasonOf } from "../tekton/condition.ts";
import { labels } from "../tekton/labels.ts";
import type { ObjectMeta, PipelineRun, StepState, TaskRun, TaskRunStatus } from "../tekton/types.ts";
import { isObserver, pipelineTaskOf, specOf } from "./outstanding.ts";
import type { Snapshot } from "./wait.ts";

/** State of a container. Kubernetes: ContainerState. */
export interface ContainerState {
  /** Not started. */
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  /** Running. */
  readonly running?: { readonly startedAt?: string };
  /** Ended. */
  readonly terminated?: { readonly startedAt?: string; readonly finishedAt?: string };
}

/** Status of a container, as far as it is read. Kubernetes: ContainerStatus. */
export interface ContainerStatus {
  /** Name. */
  readonly name: string;
  /** How often it was started anew. */
  readonly restartCount?: number;
  /** Now. */
  readonly state?: ContainerState;
  /** Before it was started anew. */
  readonly lastState?: ContainerState;
}

/** A container of a pod, as far as it is read. */
export interface PodContainer {
  /** Name. */
  readonly name: string;
  /** `Always` makes an init container a sidecar. */
  readonly restartPolicy?: string;
}

/** A pod, as far as it is read. */
export interface Pod {
  /** Metadata. */
  readonly metadata: ObjectMeta;
  /** Spec. */
  readonly spec?: {
    readonly initContainers?: readonly PodContainer[];
    readonly containers?: readonly PodContainer[];
    readonly ephemeralContainers?: readonly PodContainer[];
  };
  /** Status. */
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

/** What a container is for. Containers that somebody else put into the pod count as sidecars. */
export type ContainerKind = "init" | "step" | "sidecar";

/** Why a log is not, or not completely, in the archive. Stable words: they stand in the manifest. */
export type MissingReason =
  | "gone" // the pod, the container or its log file was deleted
  | "rotated" // the kubelet threw the beginning away
  | "connection-lost" // the connection broke more often than is worth trying
  | "running" // the container went on writing after its log was read
  | "never-started" // the container never ran: there was no log
  | "unavailable"; // the server would not give it, for the reason told beside

/** A log that ought to be in the archive. */
export interface PlannedLog {
  /** Path in the archive: `build-image/1/step-build.log`. */
  readonly path: string;
  /** Name of the pipeline task. */
  readonly pipelineTask: string;
  /** Name of the TaskRun. */
  readonly taskRun: string;
  /** Position among the TaskRuns of a matrix, from 0. */
  readonly matrixIndex?: number;
  /** Attempt, from 1. */
  readonly attempt: number;
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** What the container is for. */
  readonly kind: ContainerKind;
  /** Asked for as the log of the container's instance before the current one. */
  readonly previous: boolean;
  /** When the step or container started, RFC 3339. */
  readonly startedAt?: string;
  /** Known without asking: there is none, or it will not be complete. */
  readonly missing?: Missing;
}

/** Why something is missing. */
export interface Missing {
  /** The kind of reason. */
  readonly reason: MissingReason;
  /** For people. */
  readonly detail: string;
}

/** A run that has no log in the archive. */
export interface LeftOut {
  /** TaskRun, CustomRun or PipelineRun. */
  readonly kind: string;
  /** Name of the run. */
  readonly name: string;
  /** Name of its pipeline task. */
  readonly pipelineTask: string;
  /** Why, for people. */
  readonly reason: string;
}

/** Everything that is to be collected, and what is not. */
export interface LogPlan {
  /** In order of path. No two have the same path. */
  readonly logs: readonly PlannedLog[];
  /** In order of name. */
  readonly leftOut: readonly LeftOut[];
}

/** True where there was a log and the archive does not have all of it. A container that never ran has lost nothing. */
export function isLost(reason: MissingReason, kind: ContainerKind): boolean {
  // A sidecar outlives its steps until Tekton stops it: that it still runs is how it should be.
  return !(reason === "never-started" || (reason === "running" && kind === "sidecar"));
}

/**
 * The logs of a PipelineRun.
 * @param snapshot the runs as they stand
 * @param pods pods with the PipelineRun's label; others are ignored
 * @param self name of the TaskRun we run in, whose own log is left out; `""` for none
 */
export function planLogs(snapshot: Snapshot, pods: readonly Pod[], self: string): LogPlan {
  const byName = new Map(pods.map((pod) => [pod.metadata.name ?? "", pod]));
  const logs: PlannedLog[] = [];
  const leftOut: LeftOut[] = [];
  const { tasks = [], finally: final = [] } = specOf(snapshot.pipelineRun) ?? {};
  const matrixTasks = new Set([...tasks, ...final].filter((task) => task.matrix).map((task) => task.name));
  const groups = Map.groupBy(snapshot.taskRuns, (run) => pipelineTaskOf(run, snapshot.pipelineRun) || nameOf(run));
  for (const [pipelineTask, runs] of groups) {
    const fanned = runs.length > 1 || matrixTasks.has(pipelineTask);
    const indices = fanned ? matrixIndices(runs.map(nameOf), snapshot.pipelineRun) : undefined;
    for (const run of runs) {
      const taskRun = nameOf(run);
      const omit = (reason: string) => leftOut.push({ kind: "TaskRun", name: taskRun, pipelineTask, reason });
      if (taskRun === self) {
        omit("this is the TaskRun that made the archive, whose own log was still being written");
        continue;
      }
      if (isObserver(run) && !isDone(run)) {
        omit("it waits for the other TaskRuns, as the one that made the archive did, and was still running");
        continue;
      }
      const attempts = attemptsOf(run, pods);
      if (attempts.length === 0) omit(`it never had a pod (${reasonOf(run) || "not begun"})`);
      const matrixIndex = indices?.get(taskRun);
      const folder = [pipelineTask, ...matrixIndex === undefined ? [] : [`matrix-${matrixIndex}`]];
      attempts.forEach(({ podName, status }, index) => {
        const attempt = index + 1;
        const common = {
          pipelineTask,
          taskRun,
          ...matrixIndex !== undefined && { matrixIndex },
          attempt,
          pod: podName,
        };
        const done = index < attempts.length - 1 || isDone(run);
        const pod = byName.get(podName);
        const planned = pod === undefined ? ofDeletedPod(status) : ofPod(pod, status, done);
        for (const { file, ...log } of planned) {
          logs.push({ ...common, ...log, path: `${tarPath(...folder, String(attempt), file)}.log` });
        }
      });
    }
  }
  for (const run of snapshot.customRuns) {
    const pipelineTask = pipelineTaskOf(run, snapshot.pipelineRun);
    const reason = "a CustomRun has no pod of its own; its controller keeps the log";
    leftOut.push({ kind: "CustomRun", name: run.metadata.name ?? "", pipelineTask, reason });
  }
  const known = new Set([...snapshot.taskRuns.map(nameOf), ...leftOut.map((run) => run.name)]);
  for (const child of snapshot.pipelineRun.status?.childReferences ?? []) {
    if (known.has(child.name)) continue;
    const kind = child.kind ?? "TaskRun";
    const reason = kind === "PipelineRun"
      ? "the logs of a child PipelineRun are exported by naming it"
      : "the object could not be read or was deleted, and with it the names of its pods";
    leftOut.push({ kind, name: child.name, pipelineTask: child.pipelineTaskName, reason });
  }
  return {
    logs: unique(logs).sort((a, b) => a.path < b.path ? -1 : 1),
    leftOut: leftOut.sort((a, b) => a.name < b.name ? -1 : 1),
  };
}

const nameOf = (run: TaskRun) => run.metadata.name ?? "";

/** Position of each TaskRun of a matrix, as status.json counts: in the order in which the PipelineRun names them. */
function matrixIndices(names: readonly string[], pipelineRun: PipelineRun): Map<string, number> {
  const children = (pipelineRun.status?.childReferences ?? []).map((child) => child.name);
  const place = (name: string) => children.includes(name) ? children.indexOf(name) : Infinity;
  const sorted = names.toSorted((a, b) => place(a) === place(b) ? a < b ? -1 : 1 : place(a) - place(b));
  return new Map(sorted.map((name, index) => [name, index]));
}

interface Attempt {
  readonly podName: string;
  readonly status: TaskRunStatus;
}

/** Attempts that had a pod, oldest first; last, pods of the TaskRun that its status does not name any more. */
function attemptsOf(run: TaskRun, pods: readonly Pod[]): Attempt[] {
  const status = run.status ?? {};
  const attempts = new Map<string, TaskRunStatus>();
  const add = (podName: string | undefined, status: TaskRunStatus) => {
    if (podName && !attempts.has(podName)) attempts.set(podName, status);
  };
  for (const each of [...status.retriesStatus ?? [], status]) add(each.podName, each);
  for (const { metadata } of pods) if (metadata.labels?.[labels.taskRun] === nameOf(run)) add(metadata.name, {});
  return [...attempts].map(([podName, status]) => ({ podName, status }));
}

/** A log as its pod tells of it; `file` is its name without the extension. */
type ContainerLog =
  & Pick<PlannedLog, "container" | "kind" | "previous" | "startedAt" | "missing">
  & { readonly file: string };

function ofDeletedPod(status: TaskRunStatus): ContainerLog[] {
  const missing = { reason: "gone", detail: "the pod was deleted" } as const;
  const containers = (kind: ContainerKind, states: readonly StepState[] = []) =>
    states.map((state) => {
      const container = state.container ?? `${kind}-${state.name ?? "unnamed"}`;
      return { container, file: container, kind, previous: false, missing, ...started(state) };
    });
  return [...containers("step", status.steps), ...containers("sidecar", status.sidecars)];
}

function ofPod(pod: Pod, status: TaskRunStatus, done: boolean): ContainerLog[] {
  const { spec = {}, status: podStatus = {} } = pod;
  const statuses = [
    ...podStatus.initContainerStatuses ?? [],
    ...podStatus.containerStatuses ?? [],
    ...podStatus.ephemeralContainerStatuses ?? [],
  ];
  const states = [...status.steps ?? [], ...status.sidecars ?? []];
  const init = new Set(spec.initContainers);
  const containers = [...init, ...spec.containers ?? [], ...spec.ephemeralContainers ?? []];
  return containers.flatMap((container): ContainerLog[] => {
    const { name } = container;
    const kind = name.startsWith("step-")
      ? "step"
      : init.has(container) && container.restartPolicy !== "Always"
      ? "init"
      : "sidecar";
    const now = statuses.find((status) => status.name === name);
    const base = { container: name, file: name, kind, previous: false } as const;
    if (now?.state?.terminated === undefined && now?.state?.running === undefined) {
      const why = now?.state?.waiting?.reason ?? podStatus.reason ?? podStatus.phase ?? "its state is not known";
      return [{ ...base, missing: { reason: "never-started", detail: `the container never ran: ${why}` } }];
    }
    const before = { ...base, previous: true, ...started(now.lastState ?? {}) };
    const restarted = (now.restartCount ?? 0) > 0;
    // Nothing restarts in a Tekton pod, except that Tekton stops a sidecar by putting another image in its place: then
    // the sidecar's own log is that of the instance before, and the current one's is of no interest.
    if (restarted && kind === "sidecar" && !init.has(container)) return [before];
    const current = {
      ...base,
      ...started(kind === "step" ? states.find((s) => s.container === name) ?? {} : {}, now.state),
    };
    const detail = done && kind === "sidecar"
      ? "Tekton had not stopped the sidecar yet when its log was read"
      : "the container was still running when its log was read";
    const log = now.state.running === undefined
      ? current
      : { ...current, missing: { reason: "running", detail } as const };
    return restarted ? [{ ...before, file: `${name}.previous` }, log] : [log];
  });
}

/** When something started, from the first state that tells. */
function started(...states: readonly ContainerState[]): { readonly startedAt?: string } {
  for (const { terminated, running } of states) {
    const startedAt = terminated?.startedAt ?? running?.startedAt;
    if (startedAt !== undefined) return { startedAt };
  }
  return {};
}

/** Names that differ only in what a path cannot hold would share a path: the later ones get a number. */
function unique(logs: readonly PlannedLog[]): PlannedLog[] {
  const taken = new Set<string>();
  return logs.map((log) => {
    let { path } = log;
    for (let n = 2; taken.has(path); n++) path = `${log.path.slice(0, -".log".length)}~${n}.log`;
    taken.add(path);
    return { ...log, path };
  });
}
