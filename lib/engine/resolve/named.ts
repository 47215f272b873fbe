/**
 * References by name: Tasks, Pipelines and StepActions of the same namespace. Fails in Tekton's words.
 * @module
 */
import type { PipelineRun, TaskRun } from "../../tekton/types.ts";
import { type Engine, find } from "../engine.ts";
import type { StoredObject } from "../object.ts";
import type { ResolvedPipeline } from "../pipelinerun/drive.ts";
import type { PipelineRunSpec, PipelineSpec, Reference } from "../pipelinerun/spec.ts";
import type { ResolvedTask } from "../taskrun/drive.ts";
import type { StepActionSpec } from "../taskrun/plan.ts";
import type { Step, TaskSpec, WorkspaceBinding } from "../taskrun/spec.ts";

const plurals: Readonly<Record<string, string>> = {
  Task: "tasks",
  Pipeline: "pipelines",
  StepAction: "stepactions",
};

/**
 * An object of the namespace by name.
 * @throws {Error} `tasks.tekton.dev "x" not found`
 */
export function named(engine: Engine, kind: string, namespace: string, name: string): StoredObject {
  const object = find(engine.store, kind, namespace, name);
  if (object === undefined) throw new Error(`${plurals[kind]}.tekton.dev "${name}" not found`);
  return object;
}

/**
 * The object that a reference leads to: by its name, or by the resolver `cluster`, which finds it in any namespace.
 * @throws {Error} when it is not there, or the resolver is one that is not served here
 */
export function referenced(engine: Engine, kind: string, namespace: string, reference: Reference): StoredObject {
  if (!reference.resolver) return named(engine, kind, namespace, reference.name ?? "");
  if (reference.resolver !== "cluster") {
    throw new Error(`the resolver "${reference.resolver}" is not served by this engine: only "cluster" is`);
  }
  const param = (name: string) => {
    const value = reference.params?.find((given) => given.name === name)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const wanted = param("kind") ?? kind.toLowerCase();
  if (wanted !== kind.toLowerCase()) throw new Error(`the resolver "cluster" was asked for a ${wanted}, not a ${kind}`);
  return named(engine, kind, param("namespace") ?? namespace, param("name") ?? "");
}

/** The labels and annotations of an object that its runs take over. */
export function inherited(object: StoredObject): Pick<ResolvedTask, "labels" | "annotations"> {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } = object.metadata.annotations ?? {};
  return { labels: object.metadata.labels ?? {}, annotations };
}

/** An inline Task with the workspaces declared that it uses and the run binds: they are propagated. */
function withUsedWorkspaces(spec: TaskSpec, bindings: readonly WorkspaceBinding[]): TaskSpec {
  const text = JSON.stringify([spec.steps, spec.sidecars, spec.stepTemplate]);
  const used = bindings.filter((binding) =>
    !(spec.workspaces ?? []).some((workspace) => workspace.name === binding.name) &&
    text.includes(`$(workspaces.${binding.name}.`)
  );
  if (used.length === 0) return spec;
  return { ...spec, workspaces: [...spec.workspaces ?? [], ...used.map(({ name }) => ({ name }))] };
}

/** The Pipeline that a PipelineRun names or holds. */
export function namedPipeline(engine: Engine, run: PipelineRun): ResolvedPipeline {
  const spec = (run.spec ?? {}) as PipelineRunSpec;
  const own = run.metadata.name ?? "";
  if (spec.pipelineSpec) return { name: own, spec: spec.pipelineSpec, labels: {}, annotations: {} };
  const reference = spec.pipelineRef ?? {};
  let pipeline: StoredObject;
  try {
    pipeline = referenced(engine, "Pipeline", run.metadata.namespace ?? "default", reference);
  } catch (error) {
    throw new Error(
      `error when getting Pipeline for PipelineRun ${own}: tekton client cannot get pipeline ${
        reference.name ?? ""
      } from local ` +
        `cluster: ${(error as Error).message}`,
    );
  }
  return { name: pipeline.metadata.name, spec: pipeline["spec"] as PipelineSpec, ...inherited(pipeline) };
}

/** The Task that a TaskRun names or holds. */
export function namedTask(engine: Engine, run: TaskRun): ResolvedTask {
  const spec = (run.spec ?? {}) as Readonly<Record<string, unknown>>;
  const own = run.metadata.name ?? "";
  if (spec["taskSpec"]) {
    const bindings = (spec["workspaces"] ?? []) as readonly WorkspaceBinding[];
    const inline = withUsedWorkspaces(spec["taskSpec"] as TaskSpec, bindings);
    return { name: own, spec: inline, labels: {}, annotations: {} };
  }
  let task: StoredObject;
  try {
    task = referenced(engine, "Task", run.metadata.namespace ?? "default", (spec["taskRef"] ?? {}) as Reference);
  } catch (error) {
    throw new Error(`error when listing tasks for taskRun ${own}: ${(error as Error).message}`);
  }
  const { labels, annotations } = inherited(task);
  const { name } = task.metadata;
  return { name, spec: task["spec"] as TaskSpec, labels: { ...labels, "tekton.dev/task": name }, annotations };
}

/** The StepAction that a step names. */
export function namedStepAction(engine: Engine, run: TaskRun, step: Step, index: number): StepActionSpec {
  try {
    const action = referenced(engine, "StepAction", run.metadata.namespace ?? "default", step.ref ?? {});
    return action["spec"] as StepActionSpec;
  } catch (error) {
    throw new Error(
      `failed to resolve step ref for step "${step.name ?? ""}" (index ${index}): ${(error as Error).message}`,
    );
  }
}
