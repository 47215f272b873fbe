/**
 * All rules, by what they look at, and as one list for documentation and tests.
 * @module
 */

import type { Rule } from "../rule.ts";
import { links } from "./links.ts";
import { matrixResultRules, matrixRules } from "./matrix.ts";
import { metadataRules } from "./metadata.ts";
import { paramEnumRules, paramNameRules, paramObjectRules, paramTypeRules } from "./param.ts";
import { pipelineWorkspaceRules, taskParamRules } from "./pipeline-params.ts";
import { taskVariableRules } from "./pipeline-variables.ts";
import { pipelineRunRules } from "./pipeline-run.ts";
import { pipelineTaskRules } from "./pipeline-task.ts";
import { pipelineResultRules, pipelineRules } from "./pipeline.ts";
import { propagationRules } from "./propagation.ts";
import { referenceRules } from "./reference.ts";
import { resultRules, resultValueRules, stepActionResultRule } from "./result.ts";
import { givenParamRules, overrideRules } from "./run.ts";
import { alphaStepActionRules, stepActionRules } from "./step-action.ts";
import { stepReferenceRules } from "./step-references.ts";
import { declaredVariableRules, stepVariableRules } from "./step-variables.ts";
import { stepRules } from "./step.ts";
import { taskRunRules } from "./task-run.ts";
import { taskRules } from "./task.ts";
import { whenRules } from "./when.ts";
import { bindingRules } from "./workspace.ts";

export {
  alphaStepActionRules,
  bindingRules,
  declaredVariableRules,
  givenParamRules,
  matrixResultRules,
  matrixRules,
  metadataRules,
  overrideRules,
  paramEnumRules,
  paramNameRules,
  paramObjectRules,
  paramTypeRules,
  pipelineResultRules,
  pipelineRules,
  pipelineRunRules,
  pipelineTaskRules,
  pipelineWorkspaceRules,
  propagationRules,
  referenceRules,
  resultRules,
  resultValueRules,
  stepActionResultRule,
  stepActionRules,
  stepReferenceRules,
  stepRules,
  stepVariableRules,
  taskParamRules,
  taskRules,
  taskRunRules,
  taskVariableRules,
  whenRules,
};
export { isCustom, tasksOf } from "./pipeline-task.ts";

/** The rule about names that holds for every list of tasks. */
export const uniqueParamRules: typeof taskParamRules = taskParamRules.filter(({ id }) =>
  id === "pipeline-params/unique"
);

/** Page about kinds and versions. */
export const kindLink: string = links.tasks;

/** What documentation and tests want to know of a rule. */
export type RuleCard = Omit<Rule<never>, "check">;

/** Every rule once. */
export const allRules: readonly RuleCard[] = [
  ...metadataRules,
  ...taskRules,
  ...stepRules,
  ...stepReferenceRules,
  ...stepVariableRules,
  ...declaredVariableRules,
  ...paramTypeRules,
  ...paramEnumRules,
  ...paramNameRules,
  ...paramObjectRules,
  ...resultRules,
  ...resultValueRules,
  ...whenRules,
  ...referenceRules,
  ...givenParamRules,
  ...overrideRules,
  ...bindingRules,
  ...taskRunRules,
  ...pipelineRunRules,
  ...propagationRules,
  ...pipelineRules,
  ...pipelineTaskRules,
  ...taskParamRules,
  ...taskVariableRules,
  ...pipelineWorkspaceRules,
  ...pipelineResultRules,
  ...matrixRules,
  ...matrixResultRules,
  ...stepActionRules,
  ...alphaStepActionRules,
  stepActionResultRule,
];
