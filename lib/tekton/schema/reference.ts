/**
 * References to Tasks, Pipelines and StepActions.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { list, maybe, object, text } from "./define.ts";
import { paramTypes } from "./param.ts";

const Ref = object("Ref", "Refers to a StepAction.", {
  name: maybe(text("Name of the StepAction.")),
  resolver: maybe(text("Resolver that fetches the referenced object, such as git, hub, cluster, bundles or http.")),
  params: maybe(list(paramTypes.Param, "Parameters.")),
});

const TaskRef = object("TaskRef", "Refers to a Task or a custom task.", {
  name: maybe(text("Name of the Task.")),
  kind: maybe(text("Task, or the kind of a custom task.")),
  apiVersion: maybe(text("API version of a custom task.")),
  resolver: maybe(text("Resolver that fetches the referenced object, such as git, hub, cluster, bundles or http.")),
  params: maybe(list(paramTypes.Param, "Parameters.")),
});

const PipelineRef = object("PipelineRef", "Refers to a Pipeline.", {
  name: maybe(text("Name of the Pipeline.")),
  apiVersion: maybe(text("API group and version.")),
  resolver: maybe(text("Resolver that fetches the referenced object, such as git, hub, cluster, bundles or http.")),
  params: maybe(list(paramTypes.Param, "Parameters.")),
});

/**
 * References to Tasks, Pipelines and StepActions.
 * @internal
 */
export const referenceTypes = { Ref, TaskRef, PipelineRef };
