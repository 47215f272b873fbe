/**
 * What a Task says about itself: the shapes of params, results, workspaces, secrets, permissions. Data only. Knows
 * Tekton's words for them; knows neither how they are emitted nor how they reach the code.
 * @module
 */

/** A Tekton variable, written without its brackets so that Tekton never finds it in script text. */
export interface Variable<Name extends string = string> {
  /** The name inside the brackets: `context.taskRun.name`, `params.oci-ref`. */
  readonly variable: Name;
}

/** A field of the pod, read by the kubelet. Kubernetes: EnvVarSource.fieldRef. */
export interface FieldRef {
  /** Path within the pod: `metadata.namespace`. */
  readonly fieldRef: string;
}

/** A param that holds one string. */
export interface StringParam {
  /** Left out for strings. */
  readonly type?: "string";
  /** What it is for. `{{x}}` is shown as a Tekton variable. */
  readonly description: string;
  /** What counts when the caller gives none; a param without a default is required. */
  readonly default?: string | Variable;
  /** The only values accepted; checked when the step starts, since Tekton's own enum is an alpha feature. */
  readonly enum?: readonly string[];
  /** A value that works in the README's usage example and in `--help`. */
  readonly example?: string;
  /** A param without a default that the command line can do without: it is then empty. */
  readonly optionalAtDesk?: true;
}

/** A param that holds a list of strings. */
export interface ArrayParam {
  /** Says that it is a list. */
  readonly type: "array";
  /** What it is for. */
  readonly description: string;
  /** What counts when the caller gives none. */
  readonly default?: readonly string[];
  /** For the README's usage example. */
  readonly example?: readonly string[];
}

/** A param that holds strings under fixed keys. */
export interface ObjectParam {
  /** Says that it is an object. */
  readonly type: "object";
  /** What it is for. */
  readonly description: string;
  /** Its keys. Tekton knows only strings there. */
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  /** What counts when the caller gives none. */
  readonly default?: Readonly<Record<string, string>>;
  /** For the README's usage example. */
  readonly example?: Readonly<Record<string, string>>;
}

/** A param. Spec: ParamSpec. */
export type Param = StringParam | ArrayParam | ObjectParam;

/** An option of the command line alone: it helps at the desk and is no param of the Task. */
export interface Option {
  /** The placeholder of its value, such as `DIR`; an option without one is a switch. */
  readonly value?: string;
  /** What it does. */
  readonly description: string;
}

/** A result. Spec: TaskResult, StepResult. */
export interface Result {
  /** What it holds. */
  readonly description: string;
  /** Left out for strings; Tekton has objects as well, which no Task here needs. @default "string" */
  readonly type?: "string" | "array";
}

/** A workspace. Spec: WorkspaceDeclaration. */
export interface Workspace {
  /** What is expected there. */
  readonly description: string;
  /** The caller may leave it out. @default false */
  readonly optional?: boolean;
  /** Mounted for reading only. @default false */
  readonly readOnly?: boolean;
}

/** A key of a Secret, mounted as a read-only file. A Secret that does not exist never blocks the pod. */
export interface Secret {
  /** What is expected in it. */
  readonly description: string;
  /** The Secret: a name, or a param that holds one. In a Task. */
  readonly secretName?: string | Variable;
  /** The param that names the volume to mount. In a StepAction, which cannot declare volumes. */
  readonly volumeName?: Variable;
  /** The key within the Secret, which is the file's name: a literal, or a param that holds one. */
  readonly key: string | Variable;
  /** For the reader: the step can do without. The mount is optional in either case. @default false */
  readonly optional?: boolean;
}

/** Deno permissions of the step beyond what params, results, secrets, workspaces and scratch folders bring along. */
export interface Permissions {
  /** Network: all of it where hosts come from params, else hosts. */
  readonly net?: true | readonly string[];
  /** Environment variables; `PREFIX_*` is accepted by Deno. */
  readonly env?: readonly string[];
  /** Files and folders to read. */
  readonly read?: readonly string[];
  /** Files and folders to write. */
  readonly write?: readonly string[];
  /** Programs to start. */
  readonly run?: readonly string[];
  /** System information, such as `hostname`. */
  readonly sys?: readonly string[];
}

/** What the step's ServiceAccount must be allowed. Kubernetes: PolicyRule. */
export interface RbacRule {
  /** `""` is the core group. */
  readonly apiGroups: readonly string[];
  /** Plural names; subresources after a slash. */
  readonly resources: readonly string[];
  /** What is done with them. */
  readonly verbs: readonly string[];
}

/** A step that follows the Task's own and comes from a StepAction of this catalog. */
export interface StepAfter {
  /** The step's name. */
  readonly name: string;
  /** The StepAction and its version. How it is referred to is a setting of the generator. */
  readonly uses: { readonly stepAction: string; readonly version: string };
  /** Its params. */
  readonly params: Readonly<Record<string, string | Variable | readonly string[]>>;
  /** What a failure of it does. Spec: Step.onError. @default stopAndFail */
  readonly onError?: "continue" | "stopAndFail";
  /** Kubernetes resources; the generator's default for referenced steps otherwise. */
  readonly resources?: ComputeResources;
}

/** Kubernetes: ResourceRequirements, quantities as text. */
export interface ComputeResources {
  /** What the scheduler sets aside. */
  readonly requests?: Readonly<Record<string, string>>;
  /** What is never exceeded. */
  readonly limits?: Readonly<Record<string, string>>;
}

/** Several params by name. */
export type Params = Readonly<Record<string, Param>>;
/** Several options by name. */
export type Options = Readonly<Record<string, Option>>;
/** Several results by name. */
export type Results = Readonly<Record<string, Result>>;
/** Several workspaces by name. */
export type Workspaces = Readonly<Record<string, Workspace>>;
/** Several secrets; the name is also the volume's. */
export type Secrets = Readonly<Record<string, Secret>>;
/** The step's environment by variable: a literal, a Tekton variable or a field of the pod. */
export type StepEnv = Readonly<Record<string, string | Variable | FieldRef>>;

/** What Tasks and StepActions say alike. */
export interface Declaration {
  /** Name: a DNS label. */
  readonly name: string;
  /** Version: `0.1`. */
  readonly version: string;
  /** Name for people. */
  readonly displayName: string;
  /** What it does, in paragraphs. `{{x}}` is shown as a Tekton variable. */
  readonly description: string;
  /** Catalog categories. */
  readonly categories?: readonly string[];
  /** Catalog tags. */
  readonly tags?: readonly string[];
  /** Labels of the Task, which Tekton copies to its TaskRuns. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Another image than the generator's setting. */
  readonly image?: string;
  /** Params, in the order they are shown. */
  readonly params?: Params;
  /** Options of the command line. */
  readonly options?: Options;
  /** Results. */
  readonly results?: Results;
  /** Workspaces. Tasks only. */
  readonly workspaces?: Workspaces;
  /** Secrets. */
  readonly secrets?: Secrets;
  /** Environment of the step. */
  readonly env?: StepEnv;
  /** Folders that are empty and writable for the step. Tasks only. */
  readonly scratch?: readonly string[];
  /** Deno permissions. */
  readonly permissions?: Permissions;
  /** What the ServiceAccount must be allowed. */
  readonly rbac?: readonly RbacRule[];
  /** Kubernetes resources of the step; the generator's default otherwise. */
  readonly resources?: ComputeResources;
  /** The param (a Go duration such as `1h`) after which the signal fires with exit code 3. */
  readonly deadline?: string;
  /** Name of the own step. Tasks only. @default the Task's name */
  readonly step?: string;
  /** Steps after the own one. Tasks only. */
  readonly stepsAfter?: readonly StepAfter[];
  /**
   * JSON Schemas published beside the YAML: file name → module of this repository, from its root, whose default export
   * is the schema. A path and not a value, so that no schema travels in the script.
   */
  readonly schemas?: Readonly<Record<string, string>>;
  /** More sections of the README, in order: heading → Markdown. */
  readonly readme?: Readonly<Record<string, string>>;
}

/** A declared Task or StepAction with its code, as the runner and the generator see it: types no longer literal. */
export interface Definition extends Declaration {
  /** Which of the two. */
  readonly kind: "Task" | "StepAction";
  /** The step's code. The runner makes a context that fits the declaration. */
  readonly run: (context: never) => void | Promise<void>;
}
