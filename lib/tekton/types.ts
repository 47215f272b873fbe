/**
 * The parts of Tekton's v1 objects that this project reads. Types only, no code.
 * Source: Tekton Pipelines API specification, "Detailed Resource Types - v1".
 * @module
 */

/** What a param or a result may hold. Spec: ParamValue. */
export type ParamValue = string | readonly string[] | Readonly<Record<string, string>>;

/** Kubernetes object metadata, as far as it is read here. Spec: ObjectMeta. */
export interface ObjectMeta {
  /** Name within the namespace. */
  readonly name?: string;
  /** Namespace. */
  readonly namespace?: string;
  /** Unique id. */
  readonly uid?: string;
  /** Version for watches and conflicts. */
  readonly resourceVersion?: string;
  /** RFC 3339. */
  readonly creationTimestamp?: string;
  /** Labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Spec: Condition. */
export interface Condition {
  /** `Succeeded` for runs. */
  readonly type: string;
  /** True, False or Unknown. */
  readonly status: "True" | "False" | "Unknown";
  /** CamelCase word. */
  readonly reason?: string;
  /** For people. */
  readonly message?: string;
  /** RFC 3339. */
  readonly lastTransitionTime?: string;
}

/** Spec: Param, TaskRunResult, PipelineRunResult. */
export interface NamedValue {
  /** Name. */
  readonly name: string;
  /** string, array or object. */
  readonly type?: string;
  /** The value. */
  readonly value: ParamValue;
}

/** Spec: StepState, SidecarState. Tekton inlines the container state. */
export interface StepState {
  /** Step name. */
  readonly name?: string;
  /** Container name, `step-…` or `sidecar-…`. */
  readonly container?: string;
  /** Image with digest, as pulled. */
  readonly imageID?: string;
  /** Set while the container waits. */
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  /** Set while it runs. */
  readonly running?: { readonly startedAt?: string };
  /** Set once it has ended. */
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly signal?: number;
  };
  /** Why Tekton says the step ended: Completed, Error, Continued, Skipped, TimeoutExceeded, Cancelled. */
  readonly terminationReason?: string;
}

/** Spec: TaskRunStatus. */
export interface TaskRunStatus {
  /** Conditions; `Succeeded` is always there once reconciled. */
  readonly conditions?: readonly Condition[];
  /** Pod of the current attempt. */
  readonly podName?: string;
  /** RFC 3339. */
  readonly startTime?: string;
  /** RFC 3339. */
  readonly completionTime?: string;
  /** Steps in order. */
  readonly steps?: readonly StepState[];
  /** Sidecars. */
  readonly sidecars?: readonly StepState[];
  /** Results. */
  readonly results?: readonly NamedValue[];
  /** The status of each earlier attempt, oldest first. */
  readonly retriesStatus?: readonly TaskRunStatus[];
  /** The resolved spec. */
  readonly taskSpec?: Readonly<Record<string, unknown>>;
}

/** Spec: TaskRun. */
export interface TaskRun {
  /** `tekton.dev/v1`. */
  readonly apiVersion?: string;
  /** `TaskRun`. */
  readonly kind?: string;
  /** Metadata. */
  readonly metadata: ObjectMeta;
  /** Spec, as far as it is read. */
  readonly spec?: {
    readonly params?: readonly NamedValue[];
    readonly retries?: number;
    readonly status?: string;
    readonly [key: string]: unknown;
  };
  /** Status. */
  readonly status?: TaskRunStatus;
}

/** A run of a custom task (`tekton.dev/v1beta1` CustomRun), as far as it is read. */
export interface CustomRun {
  /** Metadata. */
  readonly metadata: ObjectMeta;
  /** Status. */
  readonly status?: Pick<TaskRunStatus, "conditions" | "startTime" | "completionTime" | "results">;
}

/** Spec: PipelineTask, as far as it is read. */
export interface PipelineTask {
  /** Name within the pipeline. */
  readonly name: string;
  /** Tasks that must have ended before. */
  readonly runAfter?: readonly string[];
  /** Fan-out. */
  readonly matrix?: {
    readonly params?: readonly NamedValue[];
    readonly include?: readonly { readonly name?: string; readonly params?: readonly NamedValue[] }[];
  };
  /** Everything else. */
  readonly [key: string]: unknown;
}

/** Spec: PipelineSpec, as far as it is read. */
export interface PipelineSpec {
  /** The graph. */
  readonly tasks?: readonly PipelineTask[];
  /** What runs last. */
  readonly finally?: readonly PipelineTask[];
}

/** Spec: ChildStatusReference. */
export interface ChildStatusReference {
  /** TaskRun or CustomRun. */
  readonly kind?: string;
  /** Name of the run. */
  readonly name: string;
  /** Name of its pipeline task. */
  readonly pipelineTaskName: string;
}

/** A pipeline task that was not run, and why. */
export interface SkippedTask {
  /** Name of the pipeline task. */
  readonly name: string;
  /** Tekton's reason, for people. */
  readonly reason?: string;
}

/** Spec: PipelineRun. */
export interface PipelineRun {
  /** `tekton.dev/v1`. */
  readonly apiVersion?: string;
  /** `PipelineRun`. */
  readonly kind?: string;
  /** Metadata. */
  readonly metadata: ObjectMeta;
  /** Spec, as far as it is read. */
  readonly spec?: { readonly pipelineSpec?: PipelineSpec; readonly [key: string]: unknown };
  /** Status. */
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly pipelineSpec?: PipelineSpec;
    readonly childReferences?: readonly ChildStatusReference[];
    readonly skippedTasks?: readonly SkippedTask[];
    readonly results?: readonly NamedValue[];
  };
}
