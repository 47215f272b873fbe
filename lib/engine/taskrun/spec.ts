/**
 * What the engine reads of a TaskSpec and of the Kubernetes types in it. Types only; the full definitions with their
 * checks are in `lib/tekton`, and everything here has passed them.
 * @module
 */
import type { NamedValue, ParamValue } from "../../tekton/types.ts";
import type { Probe } from "../pod/probe.ts";

/** Spec: ParamSpec. */
export interface ParamSpec {
  /** Name. */
  readonly name: string;
  /** string, array or object. */
  readonly type?: string;
  /** Keys of an object. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Used where no value is given. */
  readonly default?: ParamValue;
  /** The only values allowed. */
  readonly enum?: readonly string[];
}

/** Spec: TaskResult; a step's result has the same shape. */
export interface ResultSpec {
  /** Name. */
  readonly name: string;
  /** string, array or object. */
  readonly type?: string;
  /** Keys of an object. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Taken from a step's result instead of a file. */
  readonly value?: ParamValue;
}

/** Spec: WorkspaceDeclaration. */
export interface WorkspaceSpec {
  /** Name. */
  readonly name: string;
  /** Where it is mounted. @default /workspace/<name> */
  readonly mountPath?: string;
  /** Read-only. */
  readonly readOnly?: boolean;
  /** May be left unbound. */
  readonly optional?: boolean;
}

/** Kubernetes: KeyToPath. */
export interface KeyToPath {
  /** Key of the object. */
  readonly key: string;
  /** File in the volume. */
  readonly path: string;
  /** File mode. */
  readonly mode?: number;
}

/** Kubernetes: EnvVar. */
export interface EnvVar {
  /** Name. */
  readonly name: string;
  /** Value; `$(NAME)` of an earlier variable is expanded. */
  readonly value?: string;
  /** Where else it comes from. */
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: { readonly resource: string; readonly divisor?: string };
  };
}

/** Kubernetes: EnvFromSource. */
export interface EnvFrom {
  /** Put before each name. */
  readonly prefix?: string;
  /** All keys of a Secret. */
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
  /** All keys of a ConfigMap. */
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
}

/** Kubernetes: VolumeMount. */
export interface VolumeMount {
  /** Name of the volume. */
  readonly name: string;
  /** Where. */
  readonly mountPath: string;
  /** A path within the volume. */
  readonly subPath?: string;
  /** Read-only. */
  readonly readOnly?: boolean;
}

/** Kubernetes: projections of a volume. */
export interface Projection {
  /** Keys of a Secret. */
  readonly secret?: { readonly name?: string; readonly optional?: boolean; readonly items?: readonly KeyToPath[] };
  /** Keys of a ConfigMap. */
  readonly configMap?: { readonly name?: string; readonly optional?: boolean; readonly items?: readonly KeyToPath[] };
  /** Fields of the pod. */
  readonly downwardAPI?: { readonly items?: readonly DownwardItem[] };
  /** A token of the service account. */
  readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
}

/** Kubernetes: DownwardAPIVolumeFile. */
export interface DownwardItem {
  /** File in the volume. */
  readonly path: string;
  /** Field of the pod. */
  readonly fieldRef?: { readonly fieldPath: string };
}

/** The sources that a volume and a workspace binding may have. Exactly one is set. */
export interface VolumeSource {
  /** A folder that lives as long as the pod. */
  readonly emptyDir?: Readonly<Record<string, unknown>>;
  /** Files from a Secret. A workspace binding says `secretName` too. */
  readonly secret?: {
    readonly secretName?: string;
    readonly optional?: boolean;
    readonly items?: readonly KeyToPath[];
  };
  /** Files from a ConfigMap. */
  readonly configMap?: { readonly name?: string; readonly optional?: boolean; readonly items?: readonly KeyToPath[] };
  /** Several of those. */
  readonly projected?: { readonly sources?: readonly Projection[] };
  /** Fields of the pod as files. */
  readonly downwardAPI?: { readonly items?: readonly DownwardItem[] };
  /** A folder that outlives the pod. */
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  /** A folder of this machine. */
  readonly hostPath?: { readonly path: string; readonly type?: string };
  /** A driver: cannot be had here. */
  readonly csi?: { readonly driver: string };
  /** Everything else that Kubernetes has. */
  readonly [source: string]: unknown;
}

/** Kubernetes: Volume. */
export interface Volume extends VolumeSource {
  /** Name. */
  readonly name: string;
}

/** Spec: WorkspaceBinding. */
export interface WorkspaceBinding extends VolumeSource {
  /** The workspace. */
  readonly name: string;
  /** A folder within the volume. */
  readonly subPath?: string;
  /** A claim made for this run. */
  readonly volumeClaimTemplate?: { readonly metadata?: { readonly name?: string }; readonly spec?: unknown };
}

/** What steps, sidecars and stepTemplate have in common. Kubernetes: Container. */
export interface ContainerFields {
  /** Name. */
  readonly name?: string;
  /** Image. */
  readonly image?: string;
  /** Program. */
  readonly command?: readonly string[];
  /** Arguments. */
  readonly args?: readonly string[];
  /** Working directory. */
  readonly workingDir?: string;
  /** Environment. */
  readonly env?: readonly EnvVar[];
  /** Environment from objects. */
  readonly envFrom?: readonly EnvFrom[];
  /** Mounts. */
  readonly volumeMounts?: readonly VolumeMount[];
  /** Identity and privileges. */
  readonly securityContext?: Readonly<Record<string, unknown>>;
  /** CPU and memory. */
  readonly computeResources?: Readonly<Record<string, unknown>>;
  /** Workspaces that only those who name them see. */
  readonly workspaces?: readonly { readonly name: string; readonly mountPath?: string }[];
}

/** Spec: When expression. */
export interface WhenExpression {
  /** Left side. */
  readonly input?: string;
  /** in or notin. */
  readonly operator?: string;
  /** Right side. */
  readonly values?: readonly string[];
  /** CEL, behind its flag. */
  readonly cel?: string;
}

/** Spec: Step. */
export interface Step extends ContainerFields {
  /** Text of a program. */
  readonly script?: string;
  /** Longest run of this step. */
  readonly timeout?: string;
  /** continue or stopAndFail. */
  readonly onError?: string;
  /** The StepAction it comes from. */
  readonly ref?: { readonly name?: string; readonly resolver?: string; readonly params?: readonly NamedValue[] };
  /** Params for the StepAction. */
  readonly params?: readonly NamedValue[];
  /** Results of the step. */
  readonly results?: readonly ResultSpec[];
  /** Conditions. */
  readonly when?: readonly WhenExpression[];
  /** Copy of stdout. */
  readonly stdoutConfig?: { readonly path?: string };
  /** Copy of stderr. */
  readonly stderrConfig?: { readonly path?: string };
}

/** Spec: Sidecar. */
export interface Sidecar extends ContainerFields {
  /** Text of a program. */
  readonly script?: string;
  /** Kubernetes: Probe. */
  readonly startupProbe?: Probe;
  /** Kubernetes: Probe. Steps wait for it. */
  readonly readinessProbe?: Probe;
}

/** Spec: TaskSpec. */
export interface TaskSpec {
  /** Name for people. */
  readonly displayName?: string;
  /** For people. */
  readonly description?: string;
  /** Params. */
  readonly params?: readonly ParamSpec[];
  /** Results. */
  readonly results?: readonly ResultSpec[];
  /** Workspaces. */
  readonly workspaces?: readonly WorkspaceSpec[];
  /** Volumes. */
  readonly volumes?: readonly Volume[];
  /** What every step starts from. */
  readonly stepTemplate?: ContainerFields;
  /** Steps. */
  readonly steps?: readonly Step[];
  /** Sidecars. */
  readonly sidecars?: readonly Sidecar[];
}
