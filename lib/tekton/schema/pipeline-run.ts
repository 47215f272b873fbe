/**
 * PipelineRuns.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { containerTypes } from "./kubernetes/container.ts";
import { duration, list, maybe, object, of, text, webhookOnly } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { paramTypes } from "./param.ts";
import { pipelineTypes } from "./pipeline.ts";
import { podTemplateTypes } from "./pod-template.ts";
import { referenceTypes } from "./reference.ts";
import { statusTypes } from "./status.ts";
import { taskRunTypes } from "./task-run.ts";
import { taskTypes } from "./task.ts";
import { workspaceTypes } from "./workspace.ts";

const TimeoutFields = object("TimeoutFields", "Time limits of a PipelineRun.", {
  pipeline: maybe(duration("For the whole run, a Go duration.")),
  tasks: maybe(duration("For the tasks, a Go duration.")),
  finally: maybe(duration("For the finally tasks, a Go duration.")),
});

const PipelineTaskRunTemplate = object("PipelineTaskRunTemplate", "Pipeline task run template.", {
  podTemplate: maybe(of(podTemplateTypes.PodTemplate, "Settings of the pods.")),
  serviceAccountName: maybe(text("Service account of the pods.")),
});

const PipelineTaskRunSpec = object("PipelineTaskRunSpec", "Pipeline task run spec.", {
  pipelineTaskName: maybe(text("Name of the task in the Pipeline.")),
  serviceAccountName: maybe(text("Service account of the pods.")),
  podTemplate: maybe(of(podTemplateTypes.PodTemplate, "Settings of the pods.")),
  stepSpecs: maybe(list(taskRunTypes.TaskRunStepSpec, "Resources of single steps.")),
  sidecarSpecs: maybe(list(taskRunTypes.TaskRunSidecarSpec, "Resources of single sidecars.")),
  metadata: maybe(of(taskTypes.PipelineTaskMetadata, "Labels and annotations of the run.")),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
  timeout: maybe(duration("Longest run time, a Go duration such as 1h30m; 0 is no limit.")),
});

const PipelineRunSpec = object("PipelineRunSpec", "Pipeline run spec.", {
  pipelineRef: maybe(of(referenceTypes.PipelineRef, "The Pipeline to run, by name or resolver.")),
  pipelineSpec: maybe(webhookOnly(of(pipelineTypes.PipelineSpec, "The Pipeline to run, written inline."))),
  params: maybe(list(paramTypes.Param, "Parameters.")),
  status: maybe(text("Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending.")),
  timeouts: maybe(of(TimeoutFields, "Time limits.")),
  taskRunTemplate: maybe(of(PipelineTaskRunTemplate, "Settings for every TaskRun.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceBinding, "Volumes for the workspaces.")),
  taskRunSpecs: maybe(list(PipelineTaskRunSpec, "Settings for the TaskRuns of single tasks.")),
  managedBy: maybe(text("Controller that acts on the object; Tekton itself when absent.")),
});

const PipelineRun = object("PipelineRun", "One execution of a Pipeline.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: of(metadataTypes.ObjectMeta, "Object metadata."),
  spec: maybe(of(PipelineRunSpec, "What is wanted.")),
  status: maybe(of(statusTypes.PipelineRunStatus, "What is.")),
});

/**
 * PipelineRuns.
 * @internal
 */
export const pipelineRunTypes = {
  TimeoutFields,
  PipelineTaskRunTemplate,
  PipelineTaskRunSpec,
  PipelineRunSpec,
  PipelineRun,
};
