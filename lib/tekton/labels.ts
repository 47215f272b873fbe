/**
 * The label keys that Tekton puts on runs and pods, and the one by which our own Tasks say that they watch the others.
 * Knows names only; reads no object and does no I/O.
 * @module
 */

/** Label keys, by what their value names. */
export const labels = {
  /** Name of the Pipeline that a run was made from. */
  pipeline: "tekton.dev/pipeline",
  /** Name of the PipelineRun that owns a TaskRun or CustomRun. */
  pipelineRun: "tekton.dev/pipelineRun",
  /** Its uid, which a later PipelineRun of the same name does not share. */
  pipelineRunUid: "tekton.dev/pipelineRunUID",
  /** Name of the task within the Pipeline. */
  pipelineTask: "tekton.dev/pipelineTask",
  /** `tasks` or `finally`: the section of the Pipeline that the task stands in. */
  memberOf: "tekton.dev/memberOf",
  /** Name of the referenced Task. */
  task: "tekton.dev/task",
  /** Name of the TaskRun that a pod belongs to. */
  taskRun: "tekton.dev/taskRun",
  /** Its uid. */
  taskRunUid: "tekton.dev/taskRunUID",
  /** Name of the CustomRun that an object belongs to. */
  customRun: "tekton.dev/customRun",
  /** `true` on TaskRuns that wait for the others of their PipelineRun, so that two of them do not wait for each other. */
  observer: "tasksmith.dev/observer",
} as const;
