/**
 * Pipelines and their tasks.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { duration, int64, list, maybe, object, of, recursive, text, webhookOnly } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { paramTypes } from "./param.ts";
import { referenceTypes } from "./reference.ts";
import { resultTypes } from "./result.ts";
import { taskTypes } from "./task.ts";
import { whenTypes } from "./when.ts";
import { workspaceTypes } from "./workspace.ts";

const IncludeParams = object("IncludeParams", "Include params.", {
  name: maybe(text("Name.")),
  params: maybe(list(paramTypes.Param, "String parameters of this combination.")),
});

const Matrix = object("Matrix", "Fans a task out over lists.", {
  params: maybe(list(paramTypes.Param, "Array parameters; every combination is run.")),
  include: maybe(list(IncludeParams, "Combinations to add or extend.")),
});

const PipelineTask = object("PipelineTask", "A task in a Pipeline.", {
  name: text("Name of the task in the Pipeline, a DNS label."),
  displayName: maybe(text("Name for people.")),
  description: maybe(text("What it is for, for people.")),
  taskRef: maybe(of(referenceTypes.TaskRef, "The Task to run, by name or resolver.")),
  taskSpec: maybe(webhookOnly(of(taskTypes.EmbeddedTask, "The Task to run, written inline."))),
  when: maybe(list(whenTypes.WhenExpression, "Runs only where all hold.")),
  retries: maybe(int64("How often to try again after a failure.")),
  runAfter: maybe(list(text(), "Tasks that must have ended before.")),
  params: maybe(list(paramTypes.Param, "Parameters.")),
  matrix: maybe(of(Matrix, "Runs the task once for each combination.")),
  workspaces: maybe(list(workspaceTypes.WorkspacePipelineTaskBinding, "Workspaces.")),
  timeout: maybe(duration("Longest run time of one attempt, a Go duration.")),
  pipelineRef: maybe(of(referenceTypes.PipelineRef, "The Pipeline to run, by name or resolver.")),
  pipelineSpec: maybe(webhookOnly(recursive("PipelineSpec", "The Pipeline to run, written inline."))),
  onError: maybe(text("continue or stopAndFail.")),
});

const PipelineSpec = object("PipelineSpec", "What a Pipeline does.", {
  displayName: maybe(text("Name for people.")),
  description: maybe(text("What it is for, for people.")),
  tasks: maybe(list(PipelineTask, "Tasks of the graph.")),
  params: maybe(list(paramTypes.ParamSpec, "Parameters.")),
  workspaces: maybe(list(workspaceTypes.PipelineWorkspaceDeclaration, "Workspaces.")),
  results: maybe(list(resultTypes.PipelineResult, "Results.")),
  finally: maybe(list(PipelineTask, "Tasks that run at the end, whatever happened.")),
});

const Pipeline = object("Pipeline", "A graph of tasks.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: of(metadataTypes.ObjectMeta, "Object metadata."),
  spec: maybe(of(PipelineSpec, "What is wanted.")),
});

/**
 * Pipelines and their tasks.
 * @internal
 */
export const pipelineTypes = { IncludeParams, Matrix, PipelineTask, PipelineSpec, Pipeline };
