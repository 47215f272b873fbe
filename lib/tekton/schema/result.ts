/**
 * Results: declared and written.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { map, maybe, object, paramValue, text } from "./define.ts";
import { paramTypes } from "./param.ts";

const TaskResult = object("TaskResult", "Declares a result of a Task.", {
  name: text("Name of the result."),
  type: maybe(text("string, array or object.")),
  properties: maybe(map(paramTypes.PropertySpec, "Keys of an object and their types.")),
  description: maybe(text("What it is for, for people.")),
  value: maybe(paramValue("A step result, as `$(steps.<step>.results.<result>)`.")),
});

const StepResult = object("StepResult", "Declares a result of a step.", {
  name: text("Name."),
  type: maybe(text("string, array or object.")),
  properties: maybe(map(paramTypes.PropertySpec, "Keys of an object and their types.")),
  description: maybe(text("What it is for, for people.")),
});

const PipelineResult = object("PipelineResult", "Declares a result of a Pipeline.", {
  name: text("Name."),
  type: maybe(text("string, array or object.")),
  description: maybe(text("What it is for, for people.")),
  value: paramValue("Task results, as `$(tasks.<task>.results.<result>)`."),
});

const TaskRunResult = object("TaskRunResult", "Task run result.", {
  name: text("Name."),
  type: maybe(text("Type.")),
  value: paramValue("The value."),
});

const PipelineRunResult = object("PipelineRunResult", "Pipeline run result.", {
  name: text("Name."),
  value: paramValue("The value."),
});

/**
 * Results: declared and written.
 * @internal
 */
export const resultTypes = { TaskResult, StepResult, PipelineResult, TaskRunResult, PipelineRunResult };
