/**
 * Documents for the examples of the rules, made of their spec alone. Knows the outer form of each kind.
 * @module
 */

function document(apiVersion: string, kind: string, spec: string): string {
  const lines = spec.split("\n").map((line) => `  ${line}\n`).join("");
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: example\nspec:\n${lines}`;
}

/** A Task with the given spec. */
export const task = (spec: string): string => document("tekton.dev/v1", "Task", spec);
/** A Pipeline with the given spec. */
export const pipeline = (spec: string): string => document("tekton.dev/v1", "Pipeline", spec);
/** A TaskRun with the given spec. */
export const taskRun = (spec: string): string => document("tekton.dev/v1", "TaskRun", spec);
/** A PipelineRun with the given spec. */
export const pipelineRun = (spec: string): string => document("tekton.dev/v1", "PipelineRun", spec);
/** A StepAction with the given spec. */
export const stepAction = (spec: string): string => document("tekton.dev/v1beta1", "StepAction", spec);
/** A Task with the given metadata. */
export const taskWithMetadata = (metadata: string): string => {
  const lines = metadata.split("\n").map((line) => `  ${line}\n`).join("");
  return `apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n${lines}spec:\n  steps: [{image: busybox}]\n`;
};
