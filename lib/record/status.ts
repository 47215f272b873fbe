/**
 * What is written down about a PipelineRun: `pipeline-status.json`. Pure: a picture of the objects goes in, the JSON
 * comes out. Knows the names and formats that its readers rely on, which never change; what is new stands beside them
 * under names of its own. Must not know how the picture was come by, or where the JSON goes.
 * @module
 */

import { messageOf, reasonOf } from "../tekton/condition.ts";
import { elapsedMs, formatTime } from "../tekton/time.ts";
import type {
  CustomRun,
  NamedValue,
  ParamValue,
  PipelineRun,
  StepState,
  TaskRun,
  TaskRunStatus,
} from "../tekton/types.ts";
import { isObserver, pipelineTaskOf, specOf } from "./outstanding.ts";
import { pipelineResults } from "./pipeline-results.ts";
import type { Snapshot, Unfinished } from "./wait.ts";

/** Version of the JSON: the first number grows when something is taken away or changes its meaning. */
export const schemaVersion = "1.0";

/** One step of an attempt. */
export interface StepRecord {
  /** Name of the step. */
  readonly name: string;
  /** Absent while it has not ended. */
  readonly exitCode?: number;
  /** Why it ended, `Completed` or `Error`; `Running` or `Waiting` before. */
  readonly reason: string;
  /** Image with its digest, as pulled. */
  readonly imageID?: string;
  /** RFC 3339. */
  readonly startedAt?: string;
  /** RFC 3339. */
  readonly finishedAt?: string;
}

/** One attempt of a TaskRun. */
export interface AttemptRecord {
  /** Reason of its condition `Succeeded`. */
  readonly reason: string;
  /** Message of that condition. */
  readonly message: string;
  /** RFC 3339. */
  readonly startTime?: string;
  /** RFC 3339. */
  readonly completionTime?: string;
  /** Name of its pod. */
  readonly podName?: string;
  /** Its steps in order. */
  readonly steps: readonly StepRecord[];
}

/** A result, or the param of one run of a matrix. */
export interface ValueRecord {
  /** Name. */
  readonly name: string;
  /** The value; `***` where the name or the text looks like a secret. */
  readonly value: ParamValue;
}

/** One TaskRun: the first three fields are those of today's readers. */
export interface TaskRunRecord extends AttemptRecord {
  /** Name of the pipeline task. */
  readonly name: string;
  /** Reason of the condition `Succeeded`. */
  readonly status: string;
  /** From start to completion (or until now) in whole seconds: `93s`. */
  readonly duration: string;
  /** Name of the TaskRun. */
  readonly taskRunName: string;
  /** Whether it waits for the others, as the writer of this does, and is therefore still running. */
  readonly observer?: true;
  /** Place within the matrix of its pipeline task, from 0. */
  readonly matrixIndex?: number;
  /** The params that the matrix gave to it. */
  readonly matrixParams?: readonly ValueRecord[];
  /** How often it was tried, this time included. */
  readonly attempts: number;
  /** The attempts before this one, oldest first. */
  readonly retries: readonly AttemptRecord[];
  /** Its results. */
  readonly results: readonly ValueRecord[];
}

/** One CustomRun. */
export interface CustomRunRecord {
  /** Name of the pipeline task. */
  readonly name: string;
  /** Reason of the condition `Succeeded`. */
  readonly status: string;
  /** From start to completion (or until now) in whole seconds. */
  readonly duration: string;
  /** Name of the CustomRun. */
  readonly customRunName: string;
  /** Message of the condition. */
  readonly message: string;
  /** RFC 3339. */
  readonly startTime?: string;
  /** RFC 3339. */
  readonly completionTime?: string;
  /** Its results. */
  readonly results: readonly ValueRecord[];
}

/** The JSON. Its schema is in `schema.ts`. */
export interface PipelineStatus {
  /** Name of the PipelineRun. */
  readonly pipelineRunName: string;
  /** Its namespace. */
  readonly namespace: string;
  /** From its start until now in whole seconds: `93s`. */
  readonly duration: string;
  /** How its tasks went. */
  readonly status: "Succeeded" | "Cancelled" | "Failed";
  /** `push`, `pull_request`, or another kind of event that concerns a push. */
  readonly eventType: string;
  /** Name of the test scenario, `""` without one. */
  readonly scenario: string;
  /** Where a browser shows it, `""` when that is not known. */
  readonly consoleUrl: string;
  /** What was built. */
  readonly git: {
    /** Owner of the repository. */
    readonly gitOrganization: string;
    /** The repository. */
    readonly gitRepository: string;
    /** Absent outside a pull request. */
    readonly pullRequestNumber?: string;
    /** Absent when it is not known. */
    readonly commitSha?: string;
    /** Always `""`: nothing says who it is. */
    readonly pullRequestAuthor: "";
  };
  /** RFC 3339 in UTC and whole seconds; `""` where it is not known. */
  readonly timestamps: { readonly createdAt: string; readonly startedAt: string; readonly finishedAt: string };
  /** Every TaskRun but the writer's own, in order of name. */
  readonly taskRuns: readonly TaskRunRecord[];
  /** Version of this JSON. */
  readonly schemaVersion: string;
  /** Reason of the PipelineRun's condition `Succeeded`, as it stood. */
  readonly reason: string;
  /** Message of that condition. */
  readonly message: string;
  /** Whether the deadline ended the wait for the other runs. */
  readonly timedOut: boolean;
  /** What had not ended when this was written, or is not there any more. */
  readonly unfinished: readonly Unfinished[];
  /** Pipeline tasks that were not run. */
  readonly skippedTasks: readonly { readonly name: string; readonly reason: string }[];
  /** Every CustomRun, in order of name. */
  readonly customRuns: readonly CustomRunRecord[];
  /** Results of the Pipeline. */
  readonly results: readonly ValueRecord[];
}

/** What the pod's own labels and annotations say, by the name of the label without its domain; `""` for not set. */
export type PodLabels = Readonly<
  Record<"url-org" | "url-repository" | "event-type" | "pull-request" | "scenario" | "log-url", string>
>;

/** What {@link pipelineStatus} is told beside the picture. */
export interface StatusOptions {
  /** What Tekton's aggregate status of the tasks is: Succeeded, Failed, Completed, None. */
  readonly aggregateStatus: string;
  /** Name of the TaskRun that is left out, `""` for none. */
  readonly self: string;
  /**
   * Goes before the labels and annotations of the PipelineRun.
   * @default those alone
   */
  readonly pod?: PodLabels;
  /**
   * Masks secrets in a message or a value.
   * @default (text) => text
   */
  readonly mask?: (text: string) => string;
}

/** The JSON for a picture of a PipelineRun. */
export function pipelineStatus(snapshot: Snapshot, options: StatusOptions): PipelineStatus {
  const { pipelineRun, finishedAt } = snapshot;
  const { self, mask = (text: string) => text } = options;
  const { name = "", namespace = "", creationTimestamp = "" } = pipelineRun.metadata;
  const { labels = {}, annotations = {} } = pipelineRun.metadata;
  // of a run that is over, the end is its own: the same record whenever it is made
  const now = pipelineRun.status?.completionTime ?? formatTime(finishedAt);
  const given = (field: keyof PodLabels, domain = "pac.test.appstudio.openshift.io") =>
    options.pod?.[field] || labels[`${domain}/${field}`] || annotations[`${domain}/${field}`] || "";
  const pullRequestNumber = given("pull-request");
  const commitSha = ["sha", "git-revision"].map((field) => `pac.test.appstudio.openshift.io/${field}`)
    .map((key) => labels[key] || annotations[key]).find((sha) => sha) ?? "";
  const values = (list: readonly NamedValue[] = []) => list.map((each) => valueRecord(each, mask));
  const context = { pipelineRun, now, mask, values };
  return {
    pipelineRunName: name,
    namespace,
    duration: seconds(pipelineRun.status?.startTime, now),
    status: overallStatus(options.aggregateStatus, reasonOf(pipelineRun)),
    eventType: eventType(given("event-type"), pullRequestNumber),
    scenario: given("scenario", "test.appstudio.openshift.io"),
    consoleUrl: given("log-url"),
    git: {
      gitOrganization: given("url-org"),
      gitRepository: given("url-repository"),
      ...pullRequestNumber === "" ? {} : { pullRequestNumber },
      ...commitSha === "" ? {} : { commitSha },
      pullRequestAuthor: "",
    },
    timestamps: { createdAt: creationTimestamp, startedAt: pipelineRun.status?.startTime ?? "", finishedAt: now },
    taskRuns: snapshot.taskRuns.filter((run) => run.metadata.name !== self).map((run) => taskRunRecord(run, context)),
    schemaVersion,
    reason: reasonOf(pipelineRun),
    message: mask(messageOf(pipelineRun)),
    timedOut: snapshot.timedOut,
    unfinished: snapshot.unfinished.map(({ name, pipelineTask, why }) => ({ name, pipelineTask, why })),
    skippedTasks: (pipelineRun.status?.skippedTasks ?? []).map(({ name, reason = "" }) => ({ name, reason })),
    customRuns: snapshot.customRuns.map((run) => customRunRecord(run, context)),
    results: values(pipelineResults(snapshot)),
  };
}

/** The JSON as its file holds it. */
export function pipelineStatusText(status: PipelineStatus): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}

/** The one word for it all: the aggregate status of the tasks counts, unless somebody cancelled. */
export function overallStatus(aggregateStatus: string, reason: string): PipelineStatus["status"] {
  if (aggregateStatus === "Succeeded" || aggregateStatus === "Completed") return "Succeeded";
  return reason === "CancelledRunningFinally" ? "Cancelled" : "Failed";
}

/** Comments and the like on a pull request count as `pull_request`; what has no pull request counts as `push`. */
function eventType(given: string, pullRequestNumber: string): string {
  if (given === "push") return given;
  return pullRequestNumber === "" ? "push" : "pull_request";
}

interface Context {
  readonly pipelineRun: PipelineRun;
  readonly now: string;
  readonly mask: (text: string) => string;
  readonly values: (list?: readonly NamedValue[]) => ValueRecord[];
}

function taskRunRecord(run: TaskRun, context: Context): TaskRunRecord {
  const { pipelineRun, now, mask, values } = context;
  const status = run.status ?? {};
  const task = pipelineTaskOf(run, pipelineRun);
  const name = run.metadata.name ?? "";
  const matrix = matrixOf(run, task, pipelineRun);
  return {
    name: task,
    status: reasonOf(run) || "Pending",
    duration: seconds(status.startTime, status.completionTime ?? now),
    taskRunName: name,
    ...isObserver(run) ? { observer: true } : {},
    ...matrix === undefined || matrix.index < 0 ? {} : { matrixIndex: matrix.index },
    ...matrix === undefined ? {} : { matrixParams: values(matrix.params) },
    attempts: (status.retriesStatus?.length ?? 0) + 1,
    ...attemptRecord(status, mask),
    retries: (status.retriesStatus ?? []).map((attempt) => attemptRecord(attempt, mask)),
    results: values(status.results),
  };
}

function customRunRecord(run: CustomRun, { pipelineRun, now, mask, values }: Context): CustomRunRecord {
  const { startTime, completionTime, results } = run.status ?? {};
  return {
    name: pipelineTaskOf(run, pipelineRun),
    status: reasonOf(run) || "Pending",
    duration: seconds(startTime, completionTime ?? now),
    customRunName: run.metadata.name ?? "",
    message: mask(messageOf(run)),
    ...startTime === undefined ? {} : { startTime },
    ...completionTime === undefined ? {} : { completionTime },
    results: values(results),
  };
}

function attemptRecord(status: TaskRunStatus, mask: (text: string) => string): AttemptRecord {
  const { startTime, completionTime, podName } = status;
  return {
    reason: reasonOf({ status }),
    message: mask(messageOf({ status })),
    ...startTime === undefined ? {} : { startTime },
    ...completionTime === undefined ? {} : { completionTime },
    ...podName === undefined || podName === "" ? {} : { podName },
    steps: (status.steps ?? []).map(stepRecord),
  };
}

function stepRecord(step: StepState): StepRecord {
  const { terminated, running, imageID } = step;
  const startedAt = terminated?.startedAt ?? running?.startedAt;
  return {
    name: step.name ?? "",
    ...terminated === undefined ? {} : { exitCode: terminated.exitCode },
    reason: step.terminationReason ?? terminated?.reason ?? (running === undefined ? "Waiting" : "Running"),
    ...imageID === undefined ? {} : { imageID },
    ...startedAt ? { startedAt } : {},
    ...terminated?.finishedAt ? { finishedAt: terminated.finishedAt } : {},
  };
}

/** Which run of its pipeline task's matrix it is; `undefined` where there is no matrix. */
function matrixOf(
  run: TaskRun,
  task: string,
  pipelineRun: PipelineRun,
): { readonly index: number; readonly params: readonly NamedValue[] } | undefined {
  const spec = specOf(pipelineRun);
  const matrix = [...spec?.tasks ?? [], ...spec?.finally ?? []].find((each) => each.name === task)?.matrix;
  if (matrix === undefined) return undefined;
  // Tekton names the runs in the order of the combinations.
  const its = (pipelineRun.status?.childReferences ?? []).filter((child) => child.pipelineTaskName === task);
  const names = new Set(
    [...matrix.params ?? [], ...(matrix.include ?? []).flatMap((include) => include.params ?? [])].map((p) => p.name),
  );
  return {
    index: its.findIndex((child) => child.name === run.metadata.name),
    params: (run.spec?.params ?? []).filter((param) => names.has(param.name)),
  };
}

/** Parts of names that say of a value that it is nobody's business. */
const secretWord = /token|passw(or)?d|passphrase|secret|credential|^auth$|api_?key|private_?key|access_?key/;

/** Whether a result of this name is masked whatever it holds: `db-password`, `apiKey`, any key but a public one. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word) => secretWord.test(word)) || secretWord.test(words.join("_"))) return true;
  return words.at(-1) === "key" && words.at(-2) !== "public";
}

function valueRecord({ name, value }: NamedValue, mask: (text: string) => string): ValueRecord {
  const hide = isSecretName(name) ? (text: string) => text === "" ? "" : "***" : mask;
  if (typeof value === "string") return { name, value: hide(value) };
  if (Array.isArray(value)) return { name, value: (value as readonly string[]).map(hide) };
  const entries = Object.entries(value as Readonly<Record<string, string>>);
  return {
    name,
    value: Object.fromEntries(
      entries.map(([key, text]) => [key, isSecretName(key) && text !== "" ? "***" : hide(text)]),
    ),
  };
}

/** Whole seconds between two times, as `93s`; `0s` when one is missing or they are the wrong way round. */
function seconds(from: string | undefined, to: string | undefined): string {
  return `${Math.max(0, Math.floor((elapsedMs(from, to) ?? 0) / 1000))}s`;
}
