/**
 * Where Tekton itself does not keep to the letter of the specification, and what it does instead. The table stands in
 * docs/conformance.md too; a test compares them.
 * @module
 */

/** One deviation that counts as agreement, because whoever implements the specification has to do as Tekton does. */
export interface Deviation {
  /** Id of the requirement. */
  readonly requirement: string;
  /** What the letter says. */
  readonly letter: string;
  /** What Tekton does. */
  readonly tekton: string;
}

/** The deviations. */
export const deviations: readonly Deviation[] = [
  {
    requirement: "Task.apiVersion",
    letter: "`v1`",
    tekton: "`tekton.dev/v1`, with the group",
  },
  {
    requirement: "Pipeline.apiVersion",
    letter: "`v1`",
    tekton: "`tekton.dev/v1`, with the group",
  },
  {
    requirement: "TaskRun.apiVersion",
    letter: "`v1`",
    tekton: "`tekton.dev/v1`, with the group",
  },
  {
    requirement: "PipelineRun.apiVersion",
    letter: "`v1`",
    tekton: "`tekton.dev/v1`, with the group",
  },
  {
    requirement: "ObjectMeta.generateName.not-returned",
    letter: "`generateName` is not set on the response",
    tekton: "the answer still has it, as with every Kubernetes object",
  },
  {
    requirement: "Step.workingDir",
    letter: "a list of strings",
    tekton: "one string",
  },
  {
    requirement: "PipelineTask.timeout",
    letter: "an int64",
    tekton: "a duration string, as the other timeouts",
  },
  {
    requirement: "PipelineRunSpec.workspaces",
    letter: "one WorkspaceBinding",
    tekton: "a list of them",
  },
  {
    requirement: "StepState.containerState",
    letter: "the state is under `containerState`",
    tekton: "`waiting`, `running` and `terminated` stand in the step's state itself",
  },
  {
    requirement: "SidecarState.containerState",
    letter: "the state is under `containerState`",
    tekton: "`waiting`, `running` and `terminated` stand in the sidecar's state itself",
  },
  {
    requirement: "ContainerState.state.only-one",
    letter: "one of `waiting`, `running` and `terminated`",
    tekton: "none of them as long as the pod does not report the container",
  },
  {
    requirement: "ChildStatusReference.Name",
    letter: "`Name`",
    tekton: "`name`",
  },
  {
    requirement: "ChildStatusReference.PipelineTaskName",
    letter: "`PipelineTaskName`",
    tekton: "`pipelineTaskName`",
  },
  {
    requirement: "Condition.status",
    letter: "`TRUE`, `FALSE`, `UNKNOWN`",
    tekton: "`True`, `False`, `Unknown`, as section Status Signalling has it",
  },
  {
    requirement: "StatusSignalling.severity",
    letter: 'every condition has a `severity`, `""` by default',
    tekton: "the field is left out where it has the default value",
  },
];
