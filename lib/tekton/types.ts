/**
 * Tekton's v1 objects as static types, derived from the definitions under `schema/`. Types only, no code at run time.
 * Spec: Tekton Pipelines API specification, "Detailed Resource Types - v1".
 * @module
 */

import type { Static } from "typebox";
import type { metadataTypes } from "./schema/kubernetes/metadata.ts";
import type { paramTypes } from "./schema/param.ts";
import type { pipelineRunTypes } from "./schema/pipeline-run.ts";
import type { pipelineTypes } from "./schema/pipeline.ts";
import type { referenceTypes } from "./schema/reference.ts";
import type { resultTypes } from "./schema/result.ts";
import type { statusTypes } from "./schema/status.ts";
import type { stepActionTypes } from "./schema/step-action.ts";
import type { stepTypes } from "./schema/step.ts";
import type { taskRunTypes } from "./schema/task-run.ts";
import type { taskTypes } from "./schema/task.ts";
import type { whenTypes } from "./schema/when.ts";
import type { workspaceTypes } from "./schema/workspace.ts";

export type { Static };

/** What a param or a result may hold. Spec: ParamValue. */
export type ParamValue = string | readonly string[] | Readonly<Record<string, string>>;

/** A type with all of its parts read-only. */
export type Frozen<T> = T extends readonly (infer Item)[] ? readonly Frozen<Item>[]
  : T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> }
  : T;

/**
 * Kubernetes object metadata. Spec: ObjectMeta.
 * @interface
 */
export type ObjectMeta = Frozen<Static<typeof metadataTypes.ObjectMeta>>;

/** Spec: Condition. Reasons and messages may be absent while a run starts. */
export type Condition = Frozen<Static<typeof statusTypes.Condition>>;

/** Spec: Param, TaskRunResult, PipelineRunResult. */
export interface NamedValue {
  /** Name. */
  readonly name: string;
  /** string, array or object. */
  readonly type?: string;
  /** The value. */
  readonly value: ParamValue;
}

/** A parameter as it is declared. Spec: ParamSpec. */
export type ParamSpec = Frozen<Static<typeof paramTypes.ParamSpec>>;

/** A parameter as it is given. Spec: Param. */
export type Param = Frozen<Static<typeof paramTypes.Param>>;

/** A result as a Task declares it. Spec: TaskResult. */
export type TaskResult = Frozen<Static<typeof resultTypes.TaskResult>>;

/** A result as a step declares it. */
export type StepResult = Frozen<Static<typeof resultTypes.StepResult>>;

/** A result of a Pipeline. Spec: PipelineResult. */
export type PipelineResult = Frozen<Static<typeof resultTypes.PipelineResult>>;

/** A guard of a task or step. */
export type WhenExpression = Frozen<Static<typeof whenTypes.WhenExpression>>;

/** Spec: TaskRef. */
export type TaskRef = Frozen<Static<typeof referenceTypes.TaskRef>>;

/** Spec: PipelineRef. */
export type PipelineRef = Frozen<Static<typeof referenceTypes.PipelineRef>>;

/** A step's reference to a StepAction. */
export type StepActionRef = Frozen<Static<typeof referenceTypes.Ref>>;

/** Spec: WorkspaceBinding. */
export type WorkspaceBinding = Frozen<Static<typeof workspaceTypes.WorkspaceBinding>>;

/** Spec: Step. */
export type Step = Frozen<Static<typeof stepTypes.Step>>;

/** Defaults for every step of a Task. */
export type StepTemplate = Frozen<Static<typeof stepTypes.StepTemplate>>;

/** Spec: Sidecar. */
export type Sidecar = Frozen<Static<typeof stepTypes.Sidecar>>;

/** Spec: TaskSpec. */
export type TaskSpec = Frozen<Static<typeof taskTypes.TaskSpec>>;

/** Spec: Task. */
export type Task = Frozen<Static<typeof taskTypes.Task>>;

/** A Task written inside a Pipeline, or the spec of a custom task. */
export type EmbeddedTask = Frozen<Static<typeof taskTypes.EmbeddedTask>>;

/** Fan-out of a pipeline task. */
export type Matrix = Frozen<Static<typeof pipelineTypes.Matrix>>;

/** Spec: PipelineTask. */
export interface PipelineTask extends Omit<Frozen<Static<typeof pipelineTypes.PipelineTask>>, "pipelineSpec"> {
  /** The Pipeline to run, written inline (alpha). */
  readonly pipelineSpec?: PipelineSpec;
}

/** Spec: PipelineSpec. */
export interface PipelineSpec extends Omit<Frozen<Static<typeof pipelineTypes.PipelineSpec>>, "tasks" | "finally"> {
  /** The graph. */
  readonly tasks?: readonly PipelineTask[];
  /** What runs last. */
  readonly finally?: readonly PipelineTask[];
}

/** Spec: Pipeline. */
export interface Pipeline extends Omit<Frozen<Static<typeof pipelineTypes.Pipeline>>, "spec"> {
  /** What the Pipeline does. */
  readonly spec?: PipelineSpec;
}

/** Spec: StepState, SidecarState. Tekton inlines the container state. */
export type StepState = Frozen<Static<typeof statusTypes.StepState>>;

/** Spec: SidecarState. */
export type SidecarState = Frozen<Static<typeof statusTypes.SidecarState>>;

/** Spec: TaskRunStatus. */
export interface TaskRunStatus extends Omit<Frozen<Static<typeof statusTypes.TaskRunStatus>>, "retriesStatus"> {
  /** The status of each earlier attempt, oldest first. */
  readonly retriesStatus?: readonly TaskRunStatus[];
}

/** Spec: TaskRunSpec. */
export type TaskRunSpec = Frozen<Static<typeof taskRunTypes.TaskRunSpec>>;

/** Spec: TaskRun. */
export interface TaskRun extends Omit<Frozen<Static<typeof taskRunTypes.TaskRun>>, "status"> {
  /** What is. */
  readonly status?: TaskRunStatus;
}

/** A run of a custom task (`tekton.dev/v1beta1` CustomRun), as far as it is read. */
export interface CustomRun {
  /** Metadata. */
  readonly metadata: ObjectMeta;
  /** Status. */
  readonly status?: Pick<TaskRunStatus, "conditions" | "startTime" | "completionTime" | "results">;
}

/** Spec: ChildStatusReference. */
export type ChildStatusReference = Frozen<Static<typeof statusTypes.ChildStatusReference>>;

/** A pipeline task that was not run, and why. */
export type SkippedTask = Frozen<Static<typeof statusTypes.SkippedTask>>;

/** Spec: PipelineRunSpec. */
export interface PipelineRunSpec extends Omit<Frozen<Static<typeof pipelineRunTypes.PipelineRunSpec>>, "pipelineSpec"> {
  /** The Pipeline to run, written inline. */
  readonly pipelineSpec?: PipelineSpec;
}

/** Spec: PipelineRunStatus. */
export interface PipelineRunStatus extends Omit<Frozen<Static<typeof statusTypes.PipelineRunStatus>>, "pipelineSpec"> {
  /** The resolved Pipeline. */
  readonly pipelineSpec?: PipelineSpec;
}

/** Spec: PipelineRun. */
export interface PipelineRun extends Omit<Frozen<Static<typeof pipelineRunTypes.PipelineRun>>, "spec" | "status"> {
  /** What is wanted. */
  readonly spec?: PipelineRunSpec;
  /** What is. */
  readonly status?: PipelineRunStatus;
}

/** What a StepAction does. */
export type StepActionSpec = Frozen<Static<typeof stepActionTypes.StepActionSpec>>;

/** A reusable step (`tekton.dev/v1beta1` and `v1alpha1`). */
export type StepAction = Frozen<Static<typeof stepActionTypes.StepAction>>;
