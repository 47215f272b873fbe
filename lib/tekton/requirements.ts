/**
 * What the Tekton Pipelines API specification requires of each field, as data beside the definitions. The names are the
 * specification's; where Tekton spells or nests a field in another way, `as` says how. Fields that the specification
 * does not list are OPTIONAL.
 * Spec: "Resource Overview - v1" and "Detailed Resource Types - v1".
 * @module
 */

/** How much the specification insists on a field. */
export type Level = "REQUIRED" | "RECOMMENDED" | "OPTIONAL";

/** One row of the specification's tables. */
export interface Requirement {
  /** Type as the specification names it, which is its section too. */
  readonly type: string;
  /** Field as the specification spells it. */
  readonly field: string;
  /** How much it insists. */
  readonly level: Level;
  /** Field as Tekton has it, where that differs; several where Tekton puts the parts of a field beside each other. */
  readonly as?: readonly string[];
}

type Row = readonly [field: string, level: Level, ...as: string[]];

const tables: Readonly<Record<string, readonly Row[]>> = {
  Task: [
    ["kind", "RECOMMENDED"],
    ["apiVersion", "RECOMMENDED"],
    ["metadata", "REQUIRED"],
    ["spec", "REQUIRED"],
  ],
  Pipeline: [
    ["kind", "RECOMMENDED"],
    ["apiVersion", "RECOMMENDED"],
    ["metadata", "REQUIRED"],
    ["spec", "REQUIRED"],
  ],
  TaskRun: [
    ["kind", "RECOMMENDED"],
    ["apiVersion", "RECOMMENDED"],
    ["metadata", "REQUIRED"],
    ["spec", "REQUIRED"],
    ["status", "REQUIRED"],
  ],
  PipelineRun: [
    ["kind", "RECOMMENDED"],
    ["apiVersion", "RECOMMENDED"],
    ["metadata", "REQUIRED"],
    ["spec", "REQUIRED"],
    ["status", "REQUIRED"],
  ],
  ObjectMeta: [
    ["name", "REQUIRED"],
    ["labels", "RECOMMENDED"],
    ["annotations", "RECOMMENDED"],
    ["creationTimestamp", "REQUIRED"],
    ["uid", "RECOMMENDED"],
    ["resourceVersion", "OPTIONAL"],
    ["generation", "OPTIONAL"],
    ["generateName", "RECOMMENDED"],
  ],
  TaskSpec: [
    ["description", "REQUIRED"],
    ["params", "REQUIRED"],
    ["steps", "REQUIRED"],
    ["sidecars", "REQUIRED"],
    ["results", "REQUIRED"],
    ["workspaces", "REQUIRED"],
  ],
  ParamSpec: [
    ["name", "REQUIRED"],
    ["description", "REQUIRED"],
    ["type", "REQUIRED"],
    ["properties", "RECOMMENDED"],
    ["default", "REQUIRED"],
  ],
  Step: [
    ["name", "REQUIRED"],
    ["image", "REQUIRED"],
    ["args", "REQUIRED"],
    ["command", "REQUIRED"],
    ["workingDir", "REQUIRED"],
    ["env", "REQUIRED"],
    ["script", "REQUIRED"],
    ["securityContext", "REQUIRED"],
  ],
  Sidecar: [
    ["name", "REQUIRED"],
    ["image", "REQUIRED"],
    ["command", "REQUIRED"],
    ["args", "REQUIRED"],
    ["script", "REQUIRED"],
    ["securityContext", "REQUIRED"],
  ],
  SecurityContext: [
    ["privileged", "REQUIRED"],
  ],
  TaskResult: [
    ["name", "REQUIRED"],
    ["type", "REQUIRED"],
    ["description", "RECOMMENDED"],
    ["properties", "RECOMMENDED"],
  ],
  PipelineSpec: [
    ["params", "REQUIRED"],
    ["tasks", "REQUIRED"],
    ["results", "REQUIRED"],
    ["finally", "REQUIRED"],
    ["workspaces", "REQUIRED"],
  ],
  PipelineTask: [
    ["name", "REQUIRED"],
    ["taskRef", "RECOMMENDED"],
    ["taskSpec", "REQUIRED"],
    ["runAfter", "REQUIRED"],
    ["params", "REQUIRED"],
    ["workspaces", "REQUIRED"],
    ["timeout", "REQUIRED"],
  ],
  TaskRef: [
    ["name", "RECOMMENDED"],
    ["resolver", "RECOMMENDED"],
    ["params", "RECOMMENDED"],
  ],
  ResolverRef: [
    ["resolver", "RECOMMENDED"],
    ["params", "RECOMMENDED"],
  ],
  Param: [
    ["name", "REQUIRED"],
    ["value", "REQUIRED"],
  ],
  PipelineResult: [
    ["name", "REQUIRED"],
    ["type", "REQUIRED"],
    ["value", "REQUIRED"],
  ],
  TaskRunSpec: [
    ["params", "REQUIRED"],
    ["taskRef", "REQUIRED"],
    ["taskSpec", "REQUIRED"],
    ["workspaces", "REQUIRED"],
    ["timeout", "REQUIRED"],
    ["status", "RECOMMENDED"],
    ["serviceAccountName", "RECOMMENDED"],
  ],
  TaskRunStatus: [
    ["conditions", "REQUIRED"],
    ["startTime", "REQUIRED"],
    ["completionTime", "REQUIRED"],
    ["taskSpec", "REQUIRED"],
    ["steps", "REQUIRED"],
    ["results", "REQUIRED"],
    ["sidecars", "RECOMMENDED"],
    ["observedGeneration", "RECOMMENDED"],
  ],
  Condition: [
    ["type", "REQUIRED"],
    ["status", "REQUIRED"],
    ["reason", "REQUIRED"],
    ["message", "RECOMMENDED"],
  ],
  StepState: [
    ["name", "REQUIRED"],
    ["imageID", "REQUIRED"],
    ["containerState", "REQUIRED", "waiting", "running", "terminated"],
  ],
  ContainerState: [
    ["waiting", "REQUIRED"],
    ["running", "REQUIRED"],
    ["terminated", "REQUIRED"],
  ],
  ContainerStateRunning: [
    ["startedAt", "REQUIRED"],
  ],
  ContainerStateWaiting: [
    ["reason", "REQUIRED"],
    ["message", "RECOMMENDED"],
  ],
  ContainerStateTerminated: [
    ["exitCode", "REQUIRED"],
    ["reason", "REQUIRED"],
    ["message", "RECOMMENDED"],
    ["startedAt", "REQUIRED"],
    ["finishedAt", "REQUIRED"],
  ],
  TaskRunResult: [
    ["name", "REQUIRED"],
    ["type", "REQUIRED"],
    ["value", "REQUIRED"],
  ],
  SidecarState: [
    ["name", "RECOMMENDED"],
    ["imageID", "RECOMMENDED"],
    ["containerState", "RECOMMENDED", "waiting", "running", "terminated"],
  ],
  PipelineRunSpec: [
    ["params", "REQUIRED"],
    ["pipelineRef", "RECOMMENDED"],
    ["pipelineSpec", "REQUIRED"],
    ["timeouts", "REQUIRED"],
    ["workspaces", "REQUIRED"],
  ],
  PipelineRef: [
    ["name", "RECOMMENDED"],
    ["resolver", "RECOMMENDED"],
    ["params", "RECOMMENDED"],
  ],
  PipelineRunStatus: [
    ["conditions", "REQUIRED"],
    ["startTime", "REQUIRED"],
    ["completionTime", "REQUIRED"],
    ["pipelineSpec", "RECOMMENDED"],
    ["results", "RECOMMENDED"],
    ["childReferences", "REQUIRED"],
  ],
  PipelineRunResult: [
    ["name", "RECOMMENDED"],
    ["value", "RECOMMENDED"],
  ],
  ChildStatusReference: [
    ["Name", "REQUIRED", "name"],
    ["PipelineTaskName", "REQUIRED", "pipelineTaskName"],
  ],
  TimeoutFields: [
    ["Pipeline", "REQUIRED", "pipeline"],
    ["Tasks", "REQUIRED", "tasks"],
    ["Finally", "REQUIRED", "finally"],
  ],
  WorkspaceDeclaration: [
    ["name", "REQUIRED"],
    ["description", "RECOMMENDED"],
    ["mountPath", "RECOMMENDED"],
    ["readOnly", "RECOMMENDED"],
  ],
  WorkspacePipelineTaskBinding: [
    ["name", "REQUIRED"],
    ["workspace", "REQUIRED"],
  ],
  PipelineWorkspaceDeclaration: [
    ["name", "REQUIRED"],
  ],
  WorkspaceBinding: [
    ["name", "REQUIRED"],
    ["emptyDir", "REQUIRED"],
  ],
  EnvVar: [
    ["name", "REQUIRED"],
    ["value", "REQUIRED"],
  ],
};

/** Every row of the specification's tables, in its order. */
export const requirements: readonly Requirement[] = Object.entries(tables).flatMap(([type, rows]) =>
  rows.map(([field, level, ...as]) => ({ type, field, level, ...(as.length > 0 && { as }) }))
);

/** What the specification says of a field of a type, by Tekton's name or its own; OPTIONAL where it says nothing. */
export function requirementOf(type: string, field: string): Level {
  const row = requirements.find((entry) => entry.type === type && (entry.field === field || entry.as?.includes(field)));
  return row?.level ?? "OPTIONAL";
}
