/**
 * TaskRuns.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { containerTypes } from "./kubernetes/container.ts";
import { duration, int64, list, maybe, object, of, text, webhookOnly } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { paramTypes } from "./param.ts";
import { podTemplateTypes } from "./pod-template.ts";
import { referenceTypes } from "./reference.ts";
import { statusTypes } from "./status.ts";
import { taskTypes } from "./task.ts";
import { workspaceTypes } from "./workspace.ts";

const TaskBreakpoints = object("TaskBreakpoints", "Task breakpoints.", {
  onFailure: maybe(text("`enabled` keeps the pod after a failure.")),
  beforeSteps: maybe(list(text(), "Steps to stop before.")),
});

const TaskRunDebug = object("TaskRunDebug", "Task run debug.", {
  breakpoints: maybe(of(TaskBreakpoints, "Where to stop.")),
});

const TaskRunStepSpec = object("TaskRunStepSpec", "Task run step spec.", {
  name: text("Name."),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
});

const TaskRunSidecarSpec = object("TaskRunSidecarSpec", "Task run sidecar spec.", {
  name: text("Name."),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
});

const TaskRunSpec = object("TaskRunSpec", "Task run spec.", {
  debug: maybe(of(TaskRunDebug, "Breakpoints (alpha).")),
  params: maybe(list(paramTypes.Param, "Parameters.")),
  serviceAccountName: maybe(text("Service account of the pods.")),
  taskRef: maybe(of(referenceTypes.TaskRef, "The Task to run, by name or resolver.")),
  taskSpec: maybe(webhookOnly(of(taskTypes.TaskSpec, "The Task to run, written inline."))),
  status: maybe(text("TaskRunCancelled or TaskRunPending.")),
  statusMessage: maybe(text("Why the status was set.")),
  retries: maybe(int64("How often to try again after a failure.")),
  timeout: maybe(duration("Longest run time, a Go duration such as 1h30m; 0 is no limit.")),
  podTemplate: maybe(of(podTemplateTypes.PodTemplate, "Settings of the pods.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceBinding, "Volumes for the workspaces.")),
  stepSpecs: maybe(list(TaskRunStepSpec, "Resources of single steps.")),
  sidecarSpecs: maybe(list(TaskRunSidecarSpec, "Resources of single sidecars.")),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
  managedBy: maybe(text("Controller that acts on the object; Tekton itself when absent.")),
});

const TaskRun = object("TaskRun", "One execution of a Task.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: of(metadataTypes.ObjectMeta, "Object metadata."),
  spec: maybe(of(TaskRunSpec, "What is wanted.")),
  status: maybe(of(statusTypes.TaskRunStatus, "What is.")),
});

/**
 * TaskRuns.
 * @internal
 */
export const taskRunTypes = {
  TaskBreakpoints,
  TaskRunDebug,
  TaskRunStepSpec,
  TaskRunSidecarSpec,
  TaskRunSpec,
  TaskRun,
};
