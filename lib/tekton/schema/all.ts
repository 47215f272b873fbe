/**
 * The definitions of the five kinds by name; importing this makes every definition known.
 * @module
 */

import { pipelineRunTypes } from "./pipeline-run.ts";
import { pipelineTypes } from "./pipeline.ts";
import { stepActionTypes } from "./step-action.ts";
import { taskRunTypes } from "./task-run.ts";
import { taskTypes } from "./task.ts";

/**
 * Definition of each kind.
 * @internal
 */
export const kindSchemas = {
  Task: taskTypes.Task,
  Pipeline: pipelineTypes.Pipeline,
  TaskRun: taskRunTypes.TaskRun,
  PipelineRun: pipelineRunTypes.PipelineRun,
  StepAction: stepActionTypes.StepAction,
};
