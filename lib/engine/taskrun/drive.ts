/**
 * Taking one TaskRun from its creation to its end: resolve, check, run a pod for each attempt, keep its status as
 * Tekton writes it. Knows the life of a TaskRun; what a pod does is in `../pod`, who starts it in the controller.
 * Source: Tekton documentation, "TaskRuns"; spec: TaskRunStatus, Status Signalling.
 * @module
 */
import { formatDuration, parseDuration } from "../../tekton/duration.ts";
import { formatTime } from "../../tekton/time.ts";
import type { TaskRun } from "../../tekton/types.ts";
import { describeError } from "../../terminal/error.ts";
import { type Engine, find, resourceFor, setStatus } from "../engine.ts";
import type { StoredObject } from "../object.ts";
import { ContainerError } from "../pod/container.ts";
import { type PodFacts, VolumeError } from "../pod/folders.ts";
import { podObject, podStatus } from "../pod/object.ts";
import { type PodOutcome, type PodState, type PodStop, runPod } from "../pod/run.ts";
import { volumeContent } from "./content.ts";
import {
  checkTaskRun,
  claimName,
  partsOf,
  planPod,
  type Refusal,
  type StepActionSpec,
  type TaskRunParts,
  withStepActions,
} from "./plan.ts";
import type { Step, TaskSpec } from "./spec.ts";
import { stepName } from "./variables.ts";
import { holds } from "./when.ts";

/** What a reference led to. */
export interface ResolvedTask {
  /** Name of the Task; the TaskRun's own for an inline one. */
  readonly name: string;
  /** Its spec. */
  readonly spec: TaskSpec;
  /** Labels that its TaskRuns get. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations that its TaskRuns get. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Follows the references of a TaskRun. Each throws an error whose message is the condition's. */
export interface TaskResolver {
  /** The Task of a TaskRun. */
  task(run: TaskRun, signal: AbortSignal): Promise<ResolvedTask>;
  /** The StepAction of a step. */
  stepAction(run: TaskRun, step: Step, index: number, signal: AbortSignal): Promise<StepActionSpec>;
}

/** The condition `Succeeded` of a TaskRun. */
interface Verdict extends Refusal {
  readonly status: "True" | "False" | "Unknown";
}

/**
 * Runs a TaskRun to its end. Resolves when its condition says True or False, or when it is gone. Never rejects: what
 * goes wrong is in the condition.
 * @param signal ends it; the reason is a {@link PodStop} with the message of the condition
 */
export async function driveTaskRun(
  engine: Engine,
  resolver: TaskResolver,
  run: TaskRun,
  signal: AbortSignal,
): Promise<void> {
  await new Drive(engine, resolver, run, signal).run();
}

/** The first container of a pod that has the name of one before it: Kubernetes takes no such pod. */
function duplicateContainer(spec: TaskSpec): { readonly index: number; readonly name: string } | undefined {
  const names = [
    ...(spec.steps ?? []).map((step, index) => `step-${stepName(step, index)}`),
    ...(spec.sidecars ?? []).map((sidecar, index) => `sidecar-${sidecar.name || `unnamed-${index}`}`),
  ];
  const index = names.findIndex((name, at) => names.indexOf(name) < at);
  return index < 0 ? undefined : { index, name: names[index] ?? "" };
}

/** The reason of the signal that ends a TaskRun. */
export interface TaskRunStop extends PodStop {
  /** Message of the condition. */
  readonly message: string;
}

class Drive {
  readonly #engine: Engine;
  readonly #resolver: TaskResolver;
  readonly #run: TaskRun;
  readonly #signal: AbortSignal;
  readonly #namespace: string;
  readonly #name: string;

  constructor(engine: Engine, resolver: TaskResolver, run: TaskRun, signal: AbortSignal) {
    this.#engine = engine;
    this.#resolver = resolver;
    this.#run = run;
    this.#signal = signal;
    this.#namespace = run.metadata.namespace ?? "default";
    this.#name = run.metadata.name ?? "";
  }

  async run(): Promise<void> {
    try {
      // what an earlier engine has tried is kept: it counts
      const before = attemptsOf(find(this.#engine.store, "TaskRun", this.#namespace, this.#name)?.["status"]);
      this.#status(({ retriesStatus, startTime }) => ({
        startTime: before > 0 ? startTime : this.#time(),
        ...(before > 0 ? { retriesStatus } : {}),
        ...this.#condition({ status: "Unknown", ...started }),
      }));
      const prepared = await this.#prepare();
      if ("reason" in prepared) return this.#end({ status: "False", ...prepared });
      const retries = Number(this.#run.spec?.retries ?? 0);
      for (let attempt = before;; attempt++) {
        const verdict = await this.#attempt(prepared.task, prepared.params, attempt);
        const over = verdict.status === "True" || attempt >= retries || this.#signal.aborted;
        if (over) return this.#end(verdict);
        this.#toBeRetried(verdict);
      }
    } catch (error) {
      const stop = this.#signal.aborted ? this.#signal.reason as TaskRunStop : undefined;
      this.#end({
        status: "False",
        reason: stop?.reason ?? "TaskRunFailed",
        message: stop?.message ?? describeError(error),
      });
    }
  }

  /** Reference, labels, checks, StepActions. */
  async #prepare(): Promise<Refusal | { task: ResolvedTask; params: Values }> {
    let task: ResolvedTask;
    const parts = partsOf(this.#run);
    try {
      task = await this.#resolver.task(this.#run, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      return { reason: "TaskRunResolutionFailed", message: describeError(error) };
    }
    this.#takeLabels(task);
    this.#status((status) => ({ ...status, taskSpec: task.spec }));
    const params = checkTaskRun(task.spec, parts, task.name);
    if ("reason" in params) return params;
    const actions = new Map<Step, StepActionSpec>();
    try {
      for (const [index, step] of (task.spec.steps ?? []).entries()) {
        if (step.ref) actions.set(step, await this.#resolver.stepAction(this.#run, step, index, this.#signal));
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      return { reason: "TaskRunResolutionFailed", message: describeError(error) };
    }
    const spec = withStepActions(task.spec, params, (step) => actions.get(step));
    const twice = duplicateContainer(spec);
    if (twice !== undefined) {
      const { taskRef } = (this.#run.spec ?? {}) as { taskRef?: { name?: string } };
      const maybe = taskRef === undefined
        ? "invalid TaskSpec"
        : `missing or invalid Task ${this.#namespace}/${taskRef.name ?? ""}`;
      const message = `failed to create task run pod "${this.#name}": Pod "${this.#name}-pod" is invalid: ` +
        `spec.containers[${twice.index}].name: Duplicate value: "${twice.name}". Maybe ${maybe}`;
      return { reason: "PodCreationFailed", message };
    }
    return { task: { ...task, spec }, params };
  }

  /** Labels and annotations of the Task go to the TaskRun, whose own are kept. */
  #takeLabels(task: ResolvedTask): void {
    const object = find(this.#engine.store, "TaskRun", this.#namespace, this.#name);
    if (object === undefined) return;
    const next: Record<string, unknown> = {
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...task.labels, ...object.metadata.labels, "app.kubernetes.io/managed-by": "tekton-pipelines" },
        annotations: { ...task.annotations, ...object.metadata.annotations },
      },
    };
    this.#engine.store.update(next, { resource: resourceFor("TaskRun") });
  }

  async #attempt(task: ResolvedTask, params: Values, attempt: number): Promise<Verdict> {
    const { store } = this.#engine;
    const stored = find(store, "TaskRun", this.#namespace, this.#name);
    if (stored === undefined) {
      return { status: "False", reason: "TaskRunCancelled", message: "the TaskRun was deleted" };
    }
    const parts = partsOf(this.#run);
    const podName = podNameOf(this.#name, attempt);
    const pod = podObject(stored, podName, task.spec);
    const created = store.create(pod, this.#namespace, resourceFor("Pod"));
    this.#status((status) => ({ ...status, podName, ...this.#condition({ status: "Unknown", ...pending }) }));
    const limit = timeoutOf(this.#run);
    const timeout = new AbortController();
    const timer = limit === undefined ? undefined : setTimeout(() => {
      const message = `TaskRun "${this.#name}" failed to finish within "${formatDuration(BigInt(limit) * 1_000_000n)}"`;
      timeout.abort({ reason: "TaskRunTimeout", message } satisfies TaskRunStop);
    }, limit);
    const signal = AbortSignal.any([this.#signal, timeout.signal]);
    try {
      const free = await this.#engine.place(signal);
      try {
        const outcome = await this.#runPod(created, task, params, parts, attempt, signal);
        return signal.aborted ? this.#stopVerdict(signal) : this.#verdict(outcome);
      } finally {
        free();
      }
    } catch (error) {
      if (signal.aborted) return this.#stopVerdict(signal);
      const config = error instanceof ContainerError || error instanceof VolumeError;
      const reason = config ? "CreateContainerConfigError" : "PodCreationFailed";
      return { status: "False", reason, message: describeError(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  #stopVerdict(signal: AbortSignal): Verdict {
    const { reason, message } = signal.reason as TaskRunStop;
    return { status: "False", reason, message };
  }

  async #runPod(
    pod: StoredObject,
    task: ResolvedTask,
    params: Values,
    parts: TaskRunParts,
    attempt: number,
    signal: AbortSignal,
  ): Promise<PodOutcome> {
    const { data, store, sandbox, network, api, env, log, now } = this.#engine;
    const { name, uid } = pod.metadata;
    const facts: PodFacts = {
      name,
      namespace: this.#namespace,
      uid,
      labels: pod.metadata.labels ?? {},
      annotations: pod.metadata.annotations ?? {},
      serviceAccount: String(
        (this.#run.spec as Record<string, unknown> | undefined)?.["serviceAccountName"] ?? "default",
      ),
    };
    const run = {
      name: this.#name,
      namespace: this.#namespace,
      uid: this.#run.metadata.uid ?? "",
      task: task.name,
      retryCount: attempt,
    };
    const content = volumeContent(this.#engine, this.#namespace);
    for (const binding of parts.workspaces) {
      if (binding.volumeClaimTemplate) await content.makeClaim(claimName(binding, this.#name), binding);
    }
    const { plan, variables } = planPod(task.spec, params, parts, facts, run, this.#name);
    const folder = `${data}/pods/${uid}`;
    await Deno.mkdir(folder, { recursive: true });
    const state = (current: PodState) => {
      this.#status((status) => ({
        ...status,
        steps: current.steps,
        ...(current.sidecars.length > 0 ? { sidecars: current.sidecars } : {}),
        ...this.#condition({ status: "Unknown", ...running }),
      }));
      setStatus(store, "Pod", this.#namespace, name, () => podStatus(current, "Running"));
    };
    try {
      const apiFolder = await api?.folder(this.#namespace);
      const outcome = await runPod({
        ...plan,
        volumes: new Map([
          ...plan.volumes,
          ...(apiFolder === undefined ? [] : [[apiVolume, { hostPath: { path: apiFolder } }] as const]),
        ]),
        stepMounts: [...apiFolder === undefined ? [] : [apiMount], ...plan.stepMounts],
        sidecarMounts: [...apiFolder === undefined ? [] : [apiMount], ...plan.sidecarMounts],
      }, {
        sandbox,
        folder,
        logs: logFolder(data, this.#namespace, name),
        content: { ...content, hostPathAllowed: (path) => path === apiFolder || content.hostPathAllowed(path) },
        env: { HOME: "/tekton/home", HOSTNAME: name, ...env, ...api?.env },
        network,
        variables,
        signal,
        onChange: state,
        holds: (step) => holds(step.when ?? []),
        log,
        now,
      });
      state(outcome);
      const failed = outcome.steps.some((step) => step.terminated?.reason !== "Completed");
      setStatus(store, "Pod", this.#namespace, name, () => podStatus(outcome, failed ? "Failed" : "Succeeded"));
      if (outcome.results.length > 0) this.#status((status) => ({ ...status, results: outcome.results }));
      return outcome;
    } catch (error) {
      setStatus(store, "Pod", this.#namespace, name, (status) => ({ ...status, phase: "Failed" }));
      throw error;
    } finally {
      await Deno.remove(folder, { recursive: true }).catch((error) => log.debug(describeError(error)));
    }
  }

  /** The condition after the last step. */
  #verdict(outcome: PodOutcome): Verdict {
    const failed = outcome.steps.find((step) => step.terminated?.reason === "Error");
    if (failed !== undefined) {
      const message = failed.terminationReason === "TimeoutExceeded"
        ? `"${failed.container}" exited because the step exceeded the specified timeout limit`
        : `"${failed.container}" exited with code ${failed.terminated?.exitCode}: Error`;
      return { status: "False", reason: "StepFailed", message };
    }
    const bad = [...outcome.badResults];
    if (bad.length > 0) {
      const what = bad.map(([name, why]) => `"${name}": ${why}`).join(", ");
      return {
        status: "False",
        reason: "TaskRunValidationFailed",
        message: "[User error] Provided results don't match declared results; may be invalid JSON or missing result " +
          `declaration:  ${what}`,
      };
    }
    return { status: "True", reason: "Succeeded", message: "All Steps have completed executing" };
  }

  #toBeRetried(verdict: Verdict): void {
    this.#status((status) => {
      const failed = { ...status, completionTime: this.#time(), ...this.#condition(verdict) };
      return toBeRetried(failed, verdict.message, this.#time());
    });
  }

  #end(verdict: Verdict): void {
    // a failure that its pipeline ignores says so
    const ignored = this.#run.metadata.annotations?.["pipeline.tekton.dev/pipeline-task-on-error"] === "continue";
    if (ignored && verdict.reason === "StepFailed") verdict = { ...verdict, reason: "FailureIgnored" };
    this.#status((status) => ({ ...status, completionTime: this.#time(), ...this.#condition(verdict) }));
  }

  #condition(verdict: Verdict): { conditions: readonly unknown[] } {
    return { conditions: [{ type: "Succeeded", lastTransitionTime: this.#time(), ...verdict }] };
  }

  #time(): string {
    return formatTime(new Date(this.#engine.now()));
  }

  #status(change: (status: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>): void {
    setStatus(this.#engine.store, "TaskRun", this.#namespace, this.#name, change);
  }
}

type Values = Exclude<ReturnType<typeof checkTaskRun>, Refusal>;

const started = { reason: "Started", message: "TaskRun is starting" };
const pending = { reason: "Pending", message: "Pending" };
const running = { reason: "Running", message: "Not all Steps in the Task have finished executing" };

const apiVolume = "kube-api-access";
const apiMount = { name: apiVolume, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true };

/** How many attempts of a TaskRun with that status have failed and were followed by another. */
export function attemptsOf(status: unknown): number {
  const { retriesStatus } = (status ?? {}) as { readonly retriesStatus?: readonly unknown[] };
  return retriesStatus?.length ?? 0;
}

/** The name of the pod of an attempt, the first one being 0. */
export function podNameOf(taskRun: string, attempt: number): string {
  return attempt === 0 ? `${taskRun}-pod` : `${taskRun}-pod-retry${attempt}`;
}

/** The status of a TaskRun whose attempt has failed, and is followed by another; times as Kubernetes writes them. */
export function toBeRetried(
  failed: Readonly<Record<string, unknown>>,
  message: string,
  time: string,
): Record<string, unknown> {
  const { retriesStatus, ...attempt } = failed;
  const condition = { type: "Succeeded", status: "Unknown", reason: "ToBeRetried", message, lastTransitionTime: time };
  return {
    ...(failed["taskSpec"] === undefined ? {} : { taskSpec: failed["taskSpec"] }),
    retriesStatus: [...(retriesStatus ?? []) as unknown[], attempt],
    startTime: time,
    conditions: [condition],
  };
}

/** The folder of a pod's logs, a file for each container. */
export function logFolder(data: string, namespace: string, pod: string): string {
  return `${data}/logs/${namespace}/${pod}`;
}

/** Milliseconds that one attempt may take; undefined for no limit. An hour where the TaskRun says nothing. */
function timeoutOf(run: TaskRun): number | undefined {
  const text = (run.spec as Readonly<Record<string, unknown>> | undefined)?.["timeout"];
  const limit = typeof text === "string" ? parseDuration(text) : 3_600_000_000_000n;
  return limit === undefined || limit === 0n ? undefined : Number(limit / 1_000_000n);
}
