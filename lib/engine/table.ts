/**
 * Objects as the table that `kubectl get` prints: columns as Kubernetes and Tekton define them. Pure.
 * Kubernetes API Concepts, "Receiving resources as Tables".
 * @module
 */
import type { StoredObject } from "./object.ts";
import type { ApiResource } from "./resources.ts";
import { valueAt } from "./selector.ts";

/** A column and how it comes from an object. */
interface Column {
  readonly name: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  readonly type?: string;
  readonly cell: (object: StoredObject, now: number) => unknown;
}

const name: Column = { name: "Name", priority: 0, cell: (object) => object.metadata.name };
const age: Column = { name: "Age", priority: 0, cell: (object, now) => ageOf(object.metadata.creationTimestamp, now) };

function at(name: string, path: string, absent: unknown = "", priority = 0): Column {
  const keys = path.split(".");
  return { name, priority, cell: (object) => valueAt(object, keys) ?? absent };
}

function dateAt(name: string, path: string): Column {
  const keys = path.split(".");
  return { name, priority: 0, type: "date", cell: (object, now) => ageOf(valueAt(object, keys), now) };
}

const succeeded = (field: string): Column => ({
  name: field === "status" ? "Succeeded" : "Reason",
  priority: 0,
  cell: (object) =>
    listAt(object, "status.conditions").find((it) => valueAt(it, ["type"]) === "Succeeded")?.[field] ?? "",
});
const run = [name, succeeded("status"), succeeded("reason"), dateAt("StartTime", "status.startTime")];
const runColumns = [...run, dateAt("CompletionTime", "status.completionTime")];
const data: Column = {
  name: "Data",
  priority: 0,
  cell: (object) => [...recordAt(object, "data"), ...recordAt(object, "binaryData")].length,
};

const columns: Readonly<Record<string, readonly Column[]>> = {
  namespaces: [name, at("Status", "status.phase"), age],
  pods: [
    name,
    { name: "Ready", priority: 0, cell: readyOf },
    { name: "Status", priority: 0, cell: podStatus },
    { name: "Restarts", priority: 0, cell: (pod) => String(restartsOf(pod)) },
    age,
    at("IP", "status.podIP", "<none>", 1),
    at("Node", "spec.nodeName", "<none>", 1),
  ],
  secrets: [name, at("Type", "type"), data, age],
  configmaps: [name, data, age],
  events: [
    { name: "Last Seen", priority: 0, cell: (event, now) => ageOf(lastSeen(event), now) },
    at("Type", "type"),
    at("Reason", "reason"),
    { name: "Object", priority: 0, cell: involved },
    at("Message", "message"),
    { ...name, priority: 1 },
  ],
  taskruns: runColumns,
  pipelineruns: runColumns,
  customruns: runColumns,
};

/** What stands in each row beside the cells. */
export type RowObject = "None" | "Metadata" | "Object";

/** Objects as a meta.k8s.io/v1 Table. */
export function tableOf(
  resource: ApiResource,
  objects: readonly StoredObject[],
  metadata: object,
  options: { readonly rowObject?: RowObject; readonly now?: number; readonly withColumns?: boolean } = {},
): unknown {
  const { rowObject = "Metadata", now = Date.now(), withColumns = true } = options;
  const shown = columns[resource.plural] ?? [name, age];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: withColumns
      ? shown.map(({ name, priority, type = "string" }) => ({
        name,
        type,
        format: name === "Name" ? "name" : "",
        description: name,
        priority,
      }))
      : null,
    rows: objects.map((object) => ({
      cells: shown.map((column) => column.cell(object, now)),
      ...(rowObject === "None" ? {} : {
        object: rowObject === "Object"
          ? object
          : { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata },
      }),
    })),
  };
}

/** Time since an RFC 3339 time as kubectl prints it: `45s`, `3m12s`, `5h`, `2d`; "" without one. */
export function ageOf(time: unknown, now: number): string {
  const from = typeof time === "string" && time !== "" ? Date.parse(time) : NaN;
  if (Number.isNaN(from)) return "";
  const seconds = Math.max(0, Math.floor((now - from) / 1000));
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  const two = (large: number, unit: string, small: number, smallUnit: string) =>
    `${large}${unit}${small === 0 ? "" : `${small}${smallUnit}`}`;
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  return two(Math.floor(days / 365), "y", days % 365, "d");
}

function listAt(object: unknown, path: string): readonly Readonly<Record<string, unknown>>[] {
  const value = valueAt(object, path.split("."));
  return Array.isArray(value) ? value.filter((it) => typeof it === "object" && it !== null) : [];
}

function recordAt(object: unknown, path: string): string[] {
  const value = valueAt(object, path.split("."));
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function readyOf(pod: StoredObject): string {
  const states = listAt(pod, "status.containerStatuses");
  const all = Math.max(listAt(pod, "spec.containers").length, states.length);
  return `${states.filter((it) => it["ready"] === true).length}/${all}`;
}

function restartsOf(pod: StoredObject): number {
  return listAt(pod, "status.containerStatuses").reduce((sum, it) => sum + Number(it["restartCount"] ?? 0), 0);
}

/** The pod's phase, or what its containers say that is more to the point, as kubectl shows it. */
function podStatus(pod: StoredObject): unknown {
  if (pod.metadata["deletionTimestamp"] !== undefined) return "Terminating";
  const inits = listAt(pod, "status.initContainerStatuses");
  for (const [at, each] of inits.entries()) {
    if (valueAt(each, ["state", "terminated", "exitCode"]) === 0) continue;
    const ended = valueAt(each, ["state", "terminated", "reason"]);
    if (ended !== undefined) return `Init:${ended}`;
    const waits = valueAt(each, ["state", "waiting", "reason"]);
    if (waits !== undefined && waits !== "PodInitializing") return `Init:${waits}`;
    if (valueAt(each, ["started"]) === true && each["restartPolicy"] === "Always") continue;
    return `Init:${at}/${inits.length}`;
  }
  let status: unknown = valueAt(pod, ["status", "reason"]) ?? valueAt(pod, ["status", "phase"]) ?? "Unknown";
  let running = false;
  for (const each of listAt(pod, "status.containerStatuses").toReversed()) {
    const waits = valueAt(each, ["state", "waiting", "reason"]);
    const ended = valueAt(each, ["state", "terminated", "reason"]);
    if (waits !== undefined) status = waits;
    else if (ended !== undefined) status = ended;
    else if (each["ready"] === true) running = true;
  }
  return status === "Completed" && running ? "Running" : status;
}

function lastSeen(event: StoredObject): unknown {
  return valueAt(event, ["lastTimestamp"]) ?? valueAt(event, ["eventTime"]) ?? event.metadata.creationTimestamp;
}

function involved(event: StoredObject): string {
  const { kind = "", name = "" } = (event["involvedObject"] ?? {}) as {
    readonly kind?: string;
    readonly name?: string;
  };
  return `${kind.toLowerCase()}/${name}`;
}
