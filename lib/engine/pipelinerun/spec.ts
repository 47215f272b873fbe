/**
 * What the engine reads of a PipelineSpec. Types only; everything here has passed the checks of `lib/tekton`.
 * @module
 */
import type { NamedValue, ParamValue } from "../../tekton/types.ts";
import type { ParamSpec, TaskSpec, WhenExpression, WorkspaceBinding } from "../taskrun/spec.ts";

/** Spec: TaskRef, PipelineRef, ResolverRef. */
export interface Reference {
  /** Name of the referent. */
  readonly name?: string;
  /** Task, or the kind of a custom task. */
  readonly kind?: string;
  /** Group and version of a custom task. */
  readonly apiVersion?: string;
  /** Name of a resolver. */
  readonly resolver?: string;
  /** What the resolver is told. */
  readonly params?: readonly NamedValue[];
}

/** Spec: PipelineTask. */
export interface PipelineTaskSpec {
  /** Name within the pipeline. */
  readonly name: string;
  /** Name for people. */
  readonly displayName?: string;
  /** Reference to a Task. */
  readonly taskRef?: Reference;
  /** The Task itself; with apiVersion and kind, that of a custom task. */
  readonly taskSpec?: TaskSpec & {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly spec?: unknown;
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
  };
  /** Tasks that have to be over before. */
  readonly runAfter?: readonly string[];
  /** Params. */
  readonly params?: readonly NamedValue[];
  /** Fan-out. */
  readonly matrix?: Matrix;
  /** Conditions. */
  readonly when?: readonly WhenExpression[];
  /** Workspaces. */
  readonly workspaces?: readonly { readonly name: string; readonly workspace?: string; readonly subPath?: string }[];
  /** Go duration. */
  readonly timeout?: string;
  /** How often it is tried again. */
  readonly retries?: number;
  /** continue or stopAndFail. */
  readonly onError?: string;
}

/** Tekton documentation, "Matrix". */
export interface Matrix {
  /** Lists whose combinations are run. */
  readonly params?: readonly { readonly name: string; readonly value: ParamValue }[];
  /** Params added to combinations, or combinations of their own. */
  readonly include?: readonly { readonly name?: string; readonly params?: readonly NamedValue[] }[];
}

/** Spec: PipelineSpec. */
export interface PipelineSpec {
  /** For people. */
  readonly description?: string;
  /** Params. */
  readonly params?: readonly ParamSpec[];
  /** Workspaces. */
  readonly workspaces?: readonly { readonly name: string; readonly optional?: boolean }[];
  /** The graph. */
  readonly tasks?: readonly PipelineTaskSpec[];
  /** What runs last. */
  readonly finally?: readonly PipelineTaskSpec[];
  /** Results. */
  readonly results?: readonly { readonly name: string; readonly type?: string; readonly value: ParamValue }[];
}

/** Spec: PipelineRunSpec. */
export interface PipelineRunSpec {
  /** Params. */
  readonly params?: readonly NamedValue[];
  /** Reference to a Pipeline. */
  readonly pipelineRef?: Reference;
  /** The Pipeline itself. */
  readonly pipelineSpec?: PipelineSpec;
  /** Limits. */
  readonly timeouts?: { readonly pipeline?: string; readonly tasks?: string; readonly finally?: string };
  /** Workspaces. */
  readonly workspaces?: readonly WorkspaceBinding[];
  /** What every TaskRun gets. */
  readonly taskRunTemplate?: { readonly serviceAccountName?: string; readonly podTemplate?: unknown };
  /** What single TaskRuns get. */
  readonly taskRunSpecs?: readonly TaskRunOverride[];
  /** Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending. */
  readonly status?: string;
}

/** Spec: PipelineTaskRunSpec. */
export interface TaskRunOverride {
  /** The task that it is for. */
  readonly pipelineTaskName: string;
  /** ServiceAccount. */
  readonly serviceAccountName?: string;
  /** Pod template. */
  readonly podTemplate?: unknown;
  /** Labels and annotations. */
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Go duration. */
  readonly timeout?: string;
  /** Overrides of steps. */
  readonly stepSpecs?: unknown;
  /** Overrides of sidecars. */
  readonly sidecarSpecs?: unknown;
  /** Resources of the whole. */
  readonly computeResources?: unknown;
}
