/**
 * From a TaskRun and the spec it resolved to, to the pod that runs it: checks as Tekton's reconciler makes them, params
 * and StepActions put in, workspaces and volumes laid out. Pure: objects in, plan or refusal out.
 * @module
 */
import type { NamedValue, ParamValue, TaskRun } from "../../tekton/types.ts";
import { mergeTemplate } from "../pod/container.ts";
import type { PodFacts } from "../pod/folders.ts";
import type { PodPlan } from "../pod/run.ts";
import { addValue, type MutableReplacements, noReplacements, replaceAll, replaceValue } from "../substitute.ts";
import { declaredType, effectiveParams, typeOf } from "./params.ts";
import type {
  ParamSpec,
  Sidecar,
  Step,
  TaskSpec,
  VolumeMount,
  VolumeSource,
  WorkspaceBinding,
  WorkspaceSpec,
} from "./spec.ts";
import { type RunFacts, stepName, taskRunVariables, workspacePath } from "./variables.ts";

/** A TaskRun that fails before its pod: the condition it gets. */
export interface Refusal {
  /** CamelCase word. */
  readonly reason: string;
  /** In Tekton's words. */
  readonly message: string;
}

/** What a StepAction brings. */
export interface StepActionSpec extends Omit<Step, "params"> {
  /** Its params. */
  readonly params?: readonly ParamSpec[];
}

/** What the TaskRun's own spec says that the plan needs. */
export interface TaskRunParts {
  /** Params given. */
  readonly params: readonly NamedValue[];
  /** Workspaces bound. */
  readonly workspaces: readonly WorkspaceBinding[];
  /** Volumes that the pod template adds. */
  readonly podVolumes: readonly (VolumeSource & { readonly name: string })[];
  /** User and group that the pod template says for all containers. */
  readonly podSecurity: Readonly<Record<string, unknown>>;
}

/** Everything that a pod of this TaskRun needs, for each attempt alike. */
export interface TaskRunPlan {
  /** Effective params. */
  readonly params: ReadonlyMap<string, ParamValue>;
  /** Steps with StepActions and stepTemplate merged in, params of StepActions replaced. */
  readonly steps: readonly Step[];
  /** The spec as it is shown in the status: StepActions in place. */
  readonly spec: TaskSpec;
}

/** The parts of a TaskRun's spec, whatever of it is given. */
export function partsOf(run: TaskRun): TaskRunParts {
  const spec = (run.spec ?? {}) as Readonly<Record<string, unknown>>;
  const template = (spec["podTemplate"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    params: (spec["params"] ?? []) as readonly NamedValue[],
    workspaces: (spec["workspaces"] ?? []) as readonly WorkspaceBinding[],
    podVolumes: (template["volumes"] ?? []) as TaskRunParts["podVolumes"],
    podSecurity: (template["securityContext"] ?? {}) as Readonly<Record<string, unknown>>,
  };
}

/**
 * Checks a TaskRun against its spec, in Tekton's order and words: params, then workspaces.
 * @returns the refusal, or the params
 */
export function checkTaskRun(
  spec: TaskSpec,
  parts: TaskRunParts,
  task: string,
): Refusal | ReadonlyMap<string, ParamValue> {
  const { values, missing, missingKeys, wrongTypes } = effectiveParams(spec.params ?? [], parts.params);
  const refuse = (what: string): Refusal => ({ reason: "TaskRunValidationFailed", message: `[User error] ${what}` });
  const about = `invalid input params for task ${task}: `;
  if (missing.length > 0) {
    return refuse(`${about}missing values for these params which have no default values: [${missing.join(" ")}]`);
  }
  if (wrongTypes.length > 0) {
    const names = (spec.params ?? []).filter((param) => {
      const given = parts.params.find((p) => p.name === param.name);
      return given !== undefined && typeOf(given.value) !== declaredType(param);
    }).map((param) => param.name);
    return refuse(`${about}param types don't match the user-specified type: [${names.join(" ")}]`);
  }
  if (missingKeys.size > 0) {
    const keys = [...missingKeys].map(([name, list]) => `${name}:[${list.join(" ")}]`).join(" ");
    return refuse(`${about}missing keys for these params which are required in ParamSpec's properties map[${keys}]`);
  }
  for (const param of spec.params ?? []) {
    const value = values.get(param.name);
    if (param.enum && typeof value === "string" && !param.enum.includes(value)) {
      return refuse(`${about}param \`${param.name}\` value: ${value} is not in the enum list`);
    }
  }
  for (const workspace of spec.workspaces ?? []) {
    if (!workspace.optional && !parts.workspaces.some((binding) => binding.name === workspace.name)) {
      return refuse(`declared workspace "${workspace.name}" is required but has not been bound`);
    }
  }
  return values;
}

/**
 * The spec with its StepActions in place: what the step says over what the action says, the action's params replaced by
 * the step's values and its own defaults.
 * @param action gives the spec of a step's StepAction
 */
export function withStepActions(
  spec: TaskSpec,
  params: ReadonlyMap<string, ParamValue>,
  action: (step: Step) => StepActionSpec | undefined,
): TaskSpec {
  const by = noReplacements();
  for (const [name, value] of params) addValue(by, "params", name, value);
  const steps = (spec.steps ?? []).map((step): Step => {
    const found = step.ref === undefined ? undefined : action(step);
    if (found === undefined) return step;
    const own = stepActionParams(found.params ?? [], step.params ?? [], by);
    const { params: _declared, description: _description, ...body } = found as StepActionSpec & {
      readonly description?: string;
    };
    const { ref: _ref, params: _given, ...said } = step;
    return { ...replaceAll(body, own), ...said };
  });
  return { ...spec, steps };
}

/** Values of a StepAction's params: the step's, the Task's variables in them replaced, over the action's defaults. */
function stepActionParams(
  declared: readonly ParamSpec[],
  given: readonly NamedValue[],
  task: MutableReplacements,
): MutableReplacements {
  const own = noReplacements();
  const values = new Map<string, ParamValue>();
  for (const param of declared) {
    const type = declaredType(param);
    const said = given.find((g) => g.name === param.name);
    const value = said === undefined ? undefined : replaceValue(said.value, task);
    // a whole list or object that could not be put in yet, or never will be, leaves the default
    const fits = value !== undefined && (typeOf(value) === type || /^\$\(steps\./.test(String(value)));
    const fallback = param.default;
    if (fits && type === "object" && typeOf(value) === "object" && fallback !== undefined) {
      values.set(param.name, { ...fallback as Record<string, string>, ...value as Record<string, string> });
    } else if (fits) values.set(param.name, value);
    else if (fallback !== undefined) values.set(param.name, fallback);
  }
  for (const [name, value] of values) addValue(own, "params", name, value);
  for (const param of declared) addParts(own, param, values.get(param.name));
  // defaults may refer to other params of the action
  for (const [name, value] of values) addValue(own, "params", name, replaceValue(value, own));
  return own;
}

/** Most elements of a step's list that a StepAction can ask for one by one. */
const mostElements = 100;

/** Parts of a list or object that is a result of a step and not there yet: each becomes that part of the result. */
function addParts(own: MutableReplacements, param: ParamSpec, value: ParamValue | undefined): void {
  const result = typeof value === "string" ? /^\$\((steps\.[^()\s$]+)\[\*\]\)$/.exec(value)?.[1] : undefined;
  if (result === undefined) return;
  const parts = declaredType(param) === "array"
    ? ["[*]", ...Array.from({ length: mostElements }, (_, index) => `[${index}]`)]
    : ["[*]", ...Object.keys(param.properties ?? {}).map((key) => `.${key}`)];
  for (const part of parts) own.text.set(`params.${param.name}${part}`, `$(${result}${part})`);
}

/** Names that the workspaces' volumes get. */
function workspaceVolume(name: string): string {
  return `ws-${name}`;
}

/** The claim that a workspace's volumeClaimTemplate stands for. */
export function claimName(binding: WorkspaceBinding, owner: string): string {
  return `${binding.volumeClaimTemplate?.metadata?.name || "pvc"}-${owner}`;
}

function sourceOf(binding: WorkspaceBinding, claimOwner: string): VolumeSource {
  if (binding.volumeClaimTemplate !== undefined) {
    return { persistentVolumeClaim: { claimName: claimName(binding, claimOwner) } };
  }
  const { name: _name, subPath: _subPath, ...source } = binding;
  return source;
}

function workspaceMount(workspace: WorkspaceSpec, binding: WorkspaceBinding, path?: string): VolumeMount {
  return {
    name: workspaceVolume(workspace.name),
    mountPath: path ?? workspacePath(workspace),
    ...(binding.subPath ? { subPath: binding.subPath } : {}),
    ...(workspace.readOnly ? { readOnly: true } : {}),
  };
}

/** The pod of one attempt, and the variables that its steps see. */
export interface PlannedPod {
  /** What to run. */
  readonly plan: PodPlan;
  /** Variables for the paths that steps see. */
  readonly variables: (at: (path: string) => string) => MutableReplacements;
}

/**
 * Lays out the pod of one attempt.
 * @param spec with its StepActions in place
 * @param claimOwner part of the names of claims made from templates
 */
export function planPod(
  spec: TaskSpec,
  params: ReadonlyMap<string, ParamValue>,
  parts: TaskRunParts,
  facts: PodFacts,
  run: RunFacts,
  claimOwner: string,
): PlannedPod {
  const variables = (at: (path: string) => string) => taskRunVariables(spec, params, parts.workspaces, run, at);
  const by = variables((path) => path);
  const volumes = new Map<string, VolumeSource>();
  for (const volume of [...parts.podVolumes, ...spec.volumes ?? []]) {
    const { name, ...source } = replaceAll(volume, by);
    volumes.set(name, source as VolumeSource);
  }
  const mounts = new Map<string, VolumeMount>();
  for (const workspace of spec.workspaces ?? []) {
    const binding = parts.workspaces.find((b) => b.name === workspace.name);
    if (binding === undefined) continue;
    volumes.set(workspaceVolume(workspace.name), sourceOf(binding, claimOwner));
    mounts.set(workspace.name, workspaceMount(workspace, binding));
  }
  const containers = [...spec.steps ?? [], ...spec.sidecars ?? []];
  // a workspace that some container asks for by name is seen by those alone
  const isolated = new Set(containers.flatMap((container) => (container.workspaces ?? []).map((w) => w.name)));
  const common = [...mounts].filter(([name]) => !isolated.has(name)).map(([, mount]) => mount);
  const withOwn = <T extends Step | Sidecar>(container: T): T => {
    const merged = mergeTemplate(spec.stepTemplate, container);
    const own = (container.workspaces ?? []).flatMap((usage) => {
      const mount = mounts.get(usage.name);
      return mount === undefined ? [] : [usage.mountPath ? { ...mount, mountPath: usage.mountPath } : mount];
    });
    const security = { ...parts.podSecurity, ...merged.securityContext };
    return {
      ...merged,
      volumeMounts: [...own, ...replaceAll(merged.volumeMounts ?? [], by)],
      ...(Object.keys(security).length > 0 ? { securityContext: security } : {}),
    };
  };
  const plan: PodPlan = {
    facts,
    volumes,
    stepMounts: common,
    sidecarMounts: common,
    steps: (spec.steps ?? []).map((step, index) => ({ ...withOwn(step), name: stepName(step, index) })),
    sidecars: (spec.sidecars ?? []).map((sidecar) => // a stepTemplate is for steps
    ({ ...sidecar, volumeMounts: [...ownWorkspaces(sidecar, mounts), ...replaceAll(sidecar.volumeMounts ?? [], by)] })),
    results: spec.results ?? [],
  };
  return { plan, variables };
}

function ownWorkspaces(container: Sidecar, mounts: ReadonlyMap<string, VolumeMount>): VolumeMount[] {
  return (container.workspaces ?? []).flatMap((usage) => {
    const mount = mounts.get(usage.name);
    return mount === undefined ? [] : [usage.mountPath ? { ...mount, mountPath: usage.mountPath } : mount];
  });
}
