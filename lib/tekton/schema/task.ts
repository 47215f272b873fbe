/**
 * Tasks, on their own and inside a Pipeline.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { anything, list, map, maybe, object, of, text, webhookOnly } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { paramTypes } from "./param.ts";
import { resultTypes } from "./result.ts";
import { stepTypes } from "./step.ts";
import { volumeTypes } from "./kubernetes/volume.ts";
import { workspaceTypes } from "./workspace.ts";

const TaskSpec = object("TaskSpec", "What a Task does.", {
  params: maybe(list(paramTypes.ParamSpec, "Parameters.")),
  displayName: maybe(text("Name for people.")),
  description: maybe(text("What it is for, for people.")),
  steps: maybe(list(stepTypes.Step, "Containers run one after the other.")),
  volumes: maybe(webhookOnly(list(volumeTypes.Volume, "Volumes that steps and sidecars can mount."))),
  stepTemplate: maybe(of(stepTypes.StepTemplate, "Defaults for every step.")),
  sidecars: maybe(list(stepTypes.Sidecar, "Containers that run beside the steps.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceDeclaration, "Workspaces.")),
  results: maybe(list(resultTypes.TaskResult, "Results.")),
});

const PipelineTaskMetadata = object("PipelineTaskMetadata", "Pipeline task metadata.", {
  labels: maybe(map(text(), "Labels.")),
  annotations: maybe(map(text(), "Annotations.")),
});

const EmbeddedTask = object("EmbeddedTask", "A Task written inside a Pipeline.", {
  apiVersion: maybe(text("API version of a custom task.")),
  kind: maybe(text("Kind of a custom task.")),
  spec: maybe(anything("Spec of a custom task, any shape.")),
  metadata: maybe(of(PipelineTaskMetadata, "Labels and annotations of the run.")),
  params: maybe(list(paramTypes.ParamSpec, "Parameters.")),
  displayName: maybe(text("Name for people.")),
  description: maybe(text("What it is for, for people.")),
  steps: maybe(list(stepTypes.Step, "Containers run one after the other.")),
  volumes: maybe(webhookOnly(list(volumeTypes.Volume, "Volumes that steps and sidecars can mount."))),
  stepTemplate: maybe(of(stepTypes.StepTemplate, "Defaults for every step.")),
  sidecars: maybe(list(stepTypes.Sidecar, "Containers that run beside the steps.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceDeclaration, "Workspaces.")),
  results: maybe(list(resultTypes.TaskResult, "Results.")),
});

const Task = object("Task", "A sequence of steps with parameters, workspaces and results.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: of(metadataTypes.ObjectMeta, "Object metadata."),
  spec: maybe(of(TaskSpec, "What is wanted.")),
});

/**
 * Tasks, on their own and inside a Pipeline.
 * @internal
 */
export const taskTypes = { TaskSpec, PipelineTaskMetadata, EmbeddedTask, Task };
