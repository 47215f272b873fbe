/**
 * What the variables of a TaskRun stand for, before its first step: params, context, and the places of results,
 * workspaces and exit codes. Results of steps come later, one by one (`addStepResult`).
 * Source: Tekton documentation, "Variables available in a Task".
 * @module
 */
import type { ParamValue } from "../../tekton/types.ts";
import { addValue, type MutableReplacements, noReplacements } from "../substitute.ts";
import type { ResultSpec, Step, TaskSpec, WorkspaceBinding } from "./spec.ts";

/** Where things are in the containers of a TaskRun. */
export const paths = {
  /** Results of the Task, a file each. */
  results: "/tekton/results",
  /** For each step a folder with its exit code and results. */
  steps: "/tekton/steps",
  /** Scripts of all steps. */
  scripts: "/tekton/scripts",
  /** A home that every step may write to. */
  home: "/tekton/home",
  /** Credentials. */
  creds: "/tekton/creds",
  /** What is shared between steps. */
  workspace: "/workspace",
} as const;

/** Facts about the run itself. */
export interface RunFacts {
  /** Name of the TaskRun. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its unique id. */
  readonly uid: string;
  /** Name of the Task; the TaskRun's own for an inline one. */
  readonly task: string;
  /** 0 for the first attempt. */
  readonly retryCount: number;
}

/** Name of a step's container and folder: its own, or by position. */
export function stepName(step: Step, index: number): string {
  return step.name || `unnamed-${index}`;
}

/** Where a workspace is mounted. */
export function workspacePath(workspace: { readonly name: string; readonly mountPath?: string }): string {
  return workspace.mountPath || `${paths.workspace}/${workspace.name}`;
}

/** The variables of a TaskRun before its first step. `at` turns a path in the container into the one steps see. */
export function taskRunVariables(
  spec: TaskSpec,
  params: ReadonlyMap<string, ParamValue>,
  bindings: readonly WorkspaceBinding[],
  facts: RunFacts,
  at: (path: string) => string = (path) => path,
): MutableReplacements {
  const by = noReplacements();
  for (const [name, value] of params) addValue(by, "params", name, value);
  by.text.set("context.taskRun.name", facts.name);
  by.text.set("context.taskRun.namespace", facts.namespace);
  by.text.set("context.taskRun.uid", facts.uid);
  by.text.set("context.task.name", facts.task);
  by.text.set("context.task.retry-count", String(facts.retryCount));
  by.text.set("credentials.path", at(paths.creds));
  for (const result of spec.results ?? []) addPath(by, "results", result.name, at(`${paths.results}/${result.name}`));
  for (const workspace of spec.workspaces ?? []) {
    const binding = bindings.find((b) => b.name === workspace.name);
    const name = `workspaces.${workspace.name}`;
    by.text.set(`${name}.path`, binding === undefined ? "" : at(workspacePath(workspace)));
    by.text.set(`${name}.bound`, String(binding !== undefined));
    by.text.set(`${name}.claim`, binding?.persistentVolumeClaim?.claimName ?? "");
    by.text.set(`${name}.volume`, binding === undefined ? "" : `ws-${workspace.name}`);
  }
  (spec.steps ?? []).forEach((step, index) => {
    const folder = `step-${stepName(step, index)}`;
    by.text.set(`steps.${folder}.exitCode.path`, at(`${paths.steps}/${folder}/exitCode`));
  });
  return by;
}

/** The variables that only one step knows: the places of its own results. */
export function addOwnResults(
  by: MutableReplacements,
  step: Step,
  index: number,
  at: (path: string) => string = (path) => path,
): void {
  for (const result of step.results ?? []) {
    const file = at(`${paths.steps}/step-${stepName(step, index)}/results/${result.name}`);
    addPath(by, "step.results", result.name, file);
  }
}

/** The result of a step that has ended, for those after it. */
export function addStepResult(by: MutableReplacements, step: string, result: string, value: ParamValue): void {
  addValue(by, `steps.${step}.results`, result, value);
}

function addPath(by: MutableReplacements, group: string, name: string, path: string): void {
  for (const spelling of [`${group}.${name}`, `${group}["${name}"]`, `${group}['${name}']`]) {
    by.text.set(`${spelling}.path`, path);
  }
}

/**
 * A result as its file holds it, read as its declared type: text as it is, lists and objects from JSON.
 * @throws {SyntaxError} when the text is not of the declared type
 */
export function readResult(declared: ResultSpec, text: string): ParamValue {
  const type = declared.type || (declared.properties ? "object" : "string");
  if (type === "string") return text;
  const value: unknown = JSON.parse(text);
  const texts = (values: unknown[]) => values.every((element) => typeof element === "string");
  if (type === "array" && Array.isArray(value) && texts(value)) return value as string[];
  if (type === "object" && typeof value === "object" && value !== null && !Array.isArray(value)) {
    if (texts(Object.values(value))) return value as Record<string, string>;
  }
  throw new SyntaxError(`is not ${type === "array" ? "a list" : "an object"} of strings`);
}
