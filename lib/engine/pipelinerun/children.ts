/**
 * The TaskRuns and CustomRuns that a PipelineRun makes: names, labels, specs with the pipeline's variables replaced.
 * Pure. Names and labels as Tekton's, so that tools that read them work.
 * @module
 */
import { createHash } from "node:crypto";
import { labels as keys } from "../../tekton/labels.ts";
import type { NamedValue } from "../../tekton/types.ts";
import type { StoredObject } from "../object.ts";
import { type MutableReplacements, replaceAll, replaceValue } from "../substitute.ts";
import type { TaskSpec, WorkspaceBinding } from "../taskrun/spec.ts";
import { combinationsOf } from "./matrix.ts";
import type { PipelineRunSpec, PipelineTaskSpec } from "./spec.ts";

/** Label values and names that Tekton shortens end at 63 characters. */
const nameLimit = 63;

/** The name of a child: parent and suffix, or where that is too long, a digest in the middle. */
export function childName(parent: string, suffix: string): string {
  const whole = `${parent}${suffix}`;
  if (whole.length <= nameLimit) return whole;
  const digest = createHash("md5").update(whole).digest("hex");
  const short = suffix.length > nameLimit - digest.length ? "" : suffix;
  const head = parent.slice(0, Math.max(0, nameLimit - digest.length - short.length));
  return `${head}${digest}${short}`.replace(/^[^a-z0-9]+/, "");
}

/** Whether a task is one that other controllers run. */
export function isCustom(task: PipelineTaskSpec): boolean {
  const { apiVersion, kind } = task.taskRef ?? task.taskSpec ?? {};
  return (apiVersion ?? "") !== "" && !apiVersion!.startsWith("tekton.dev/") || (kind ?? "Task") !== "Task";
}

/** The child objects of a task: one, or one for each combination. */
export function childrenOf(
  run: StoredObject,
  task: PipelineTaskSpec,
  section: "tasks" | "finally",
  pipeline: string,
  by: MutableReplacements,
): Record<string, unknown>[] {
  if (task.matrix === undefined) return [child(run, task, section, pipeline, by, [], "")];
  const matrix = {
    params: (task.matrix.params ?? []).map((param) => ({ ...param, value: replaceValue(param.value, by) })),
    include: replaceAll(task.matrix.include ?? [], by),
  };
  return combinationsOf(matrix).map((params, index) => child(run, task, section, pipeline, by, params, `-${index}`));
}

function child(
  run: StoredObject,
  task: PipelineTaskSpec,
  section: "tasks" | "finally",
  pipeline: string,
  by: MutableReplacements,
  matrix: readonly NamedValue[],
  suffix: string,
): Record<string, unknown> {
  const spec = (run["spec"] ?? {}) as PipelineRunSpec;
  const override = spec.taskRunSpecs?.find((s) => s.pipelineTaskName === task.name);
  const own = task.taskSpec?.metadata ?? {};
  const ownParams = (task.params ?? []).map((param) => ({ ...param, value: replaceValue(param.value, by) }));
  const params = [...ownParams, ...matrix];
  const retries: MutableReplacements = { ...by, text: new Map(by.text) };
  retries.text.set("context.pipelineTask.retries", String(task.retries ?? 0));
  const custom = isCustom(task);
  const taskSpec = task.taskSpec && !custom ? embedded(task.taskSpec, params, by) : undefined;
  const placed = { ...task, workspaces: replaceAll(task.workspaces ?? [], by) };
  const workspaces = workspacesOf(placed, taskSpec, spec.workspaces ?? [], run.metadata.name);
  const template = { ...spec.taskRunTemplate?.podTemplate as object, ...override?.podTemplate as object };
  const annotations = { ...run.metadata.annotations, ...own.annotations, ...override?.metadata?.annotations };
  delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
  if (task.onError === "continue") annotations["pipeline.tekton.dev/pipeline-task-on-error"] = "continue";
  const metadata = {
    name: childName(run.metadata.name, `-${task.name}${suffix}`),
    namespace: run.metadata.namespace,
    labels: {
      ...run.metadata.labels,
      ...own.labels,
      ...override?.metadata?.labels,
      [keys.pipeline]: pipeline,
      [keys.pipelineRun]: run.metadata.name,
      [keys.pipelineRunUid]: run.metadata.uid,
      [keys.pipelineTask]: task.name,
      [keys.memberOf]: section,
    },
    annotations,
    ownerReferences: [{
      apiVersion: "tekton.dev/v1",
      kind: "PipelineRun",
      name: run.metadata.name,
      uid: run.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    }],
  };
  const common = {
    ...(params.length > 0
      ? { params: params.map((p) => ({ name: p.name, value: replaceValue(p.value, retries) })) }
      : {}),
    serviceAccountName: override?.serviceAccountName ?? spec.taskRunTemplate?.serviceAccountName ?? "default",
    ...(task.retries ? { retries: task.retries } : {}),
    ...(workspaces.length > 0 ? { workspaces } : {}),
  };
  if (custom) {
    const { apiVersion, kind, metadata: _m, spec: customSpec } = task.taskSpec ?? {};
    return {
      apiVersion: "tekton.dev/v1beta1",
      kind: "CustomRun",
      metadata,
      spec: {
        ...(task.taskRef ? { customRef: task.taskRef } : { customSpec: { apiVersion, kind, spec: customSpec } }),
        ...common,
        ...(task.timeout ? { timeout: task.timeout } : {}),
      },
    };
  }
  return {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata,
    spec: {
      ...common,
      ...(taskSpec ? { taskSpec } : { taskRef: { kind: "Task", ...replaceAll(task.taskRef ?? {}, by) } }),
      timeout: override?.timeout ?? task.timeout ?? "1h0m0s",
      ...(Object.keys(template).length > 0 ? { podTemplate: template } : {}),
      ...(override?.stepSpecs ? { stepSpecs: override.stepSpecs } : {}),
      ...(override?.sidecarSpecs ? { sidecarSpecs: override.sidecarSpecs } : {}),
      ...(override?.computeResources ? { computeResources: override.computeResources } : {}),
    },
  };
}

/** An inline Task with the pipeline's variables put in, but for the names that the Task gives a meaning of its own. */
function embedded(
  spec: NonNullable<PipelineTaskSpec["taskSpec"]>,
  params: readonly NamedValue[],
  by: MutableReplacements,
): TaskSpec {
  const { metadata: _m, apiVersion: _a, kind: _k, spec: _s, ...body } = spec;
  const own = new Set([
    ...params.map((param) => param.name),
    ...(body.params ?? []).filter((param) => param.default !== undefined).map((param) => param.name),
  ]);
  const foreign = <V>(map: ReadonlyMap<string, V>) =>
    new Map([...map].filter(([key]) => {
      if (key.startsWith("workspaces.") || key === "context.task.name") return false; // those of the TaskRun
      const name = /^params(?:\.([^.[\]]+)|\["([^"]+)"\]|\['([^']+)'\])/.exec(key);
      return name === null || !own.has(name[1] ?? name[2] ?? name[3] ?? "");
    }));
  return replaceAll(body, { text: foreign(by.text), lists: foreign(by.lists), objects: foreign(by.objects) });
}

/** The bindings of a TaskRun: those the task names, and for an inline Task those it uses without naming them. */
function workspacesOf(
  task: PipelineTaskSpec,
  spec: TaskSpec | undefined,
  bound: readonly WorkspaceBinding[],
  run: string,
): WorkspaceBinding[] {
  const bind = (name: string, from: string, subPath?: string): WorkspaceBinding[] => {
    const binding = bound.find((b) => b.name === from);
    if (binding === undefined) return [];
    const { volumeClaimTemplate, ...rest } = binding;
    const path = [binding.subPath, subPath].filter((part) => part).join("/");
    const claim = volumeClaimTemplate === undefined
      ? {}
      : { persistentVolumeClaim: { claimName: pipelineClaim(binding, run) } };
    return [{ ...rest, ...claim, name, ...(path ? { subPath: path } : {}) }];
  };
  const named = (task.workspaces ?? []).flatMap((w) => bind(w.name, w.workspace || w.name, w.subPath));
  if (spec === undefined) return named;
  const declared = new Set((spec.workspaces ?? []).map((w) => w.name));
  const text = JSON.stringify([spec.steps, spec.sidecars, spec.stepTemplate]);
  const used = bound.filter((b) =>
    !named.some((n) => n.name === b.name) &&
    (declared.has(b.name) || text.includes(`$(workspaces.${b.name}.`))
  );
  return [...named, ...used.flatMap((b) => bind(b.name, b.name))];
}

/** The claim that a workspace's template stands for in all tasks of a PipelineRun. */
export function pipelineClaim(binding: WorkspaceBinding, run: string): string {
  return `${binding.volumeClaimTemplate?.metadata?.name || "pvc"}-${run}`;
}
