/**
 * Status of runs: conditions, step states, artifacts, provenance.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { containerTypes } from "./kubernetes/container.ts";
import { flag, int64, list, map, maybe, object, of, oneOf, recursive, text, time, webhookOnly } from "./define.ts";
import { pipelineTypes } from "./pipeline.ts";
import { resultTypes } from "./result.ts";
import { taskTypes } from "./task.ts";
import { whenTypes } from "./when.ts";

const Condition = object("Condition", "One observation about an object.", {
  type: text("Type of condition, such as Succeeded."),
  status: oneOf(["True", "False", "Unknown"], "True, False or Unknown."),
  severity: maybe(text("Severity; an error when empty.")),
  lastTransitionTime: maybe(time("When the status changed last, RFC 3339.")),
  reason: maybe(text("One CamelCase word that says why.")),
  message: maybe(text("Text for people.")),
});

const RefSource = object("RefSource", "Ref source.", {
  uri: maybe(text("Where it is.")),
  digest: maybe(map(text(), "Digest by algorithm.")),
  entryPoint: maybe(text("Path of the definition in its source.")),
});

const FeatureFlags = object("FeatureFlags", "Feature flags in force when the run was made.", {
  disableCredsInit: maybe(flag("Disable creds init.")),
  runningInEnvWithInjectedSidecars: maybe(flag("Running in env with injected sidecars.")),
  requireGitSSHSecretKnownHosts: maybe(flag("Require git SSH secret known hosts.")),
  enableAPIFields: maybe(text("Enable API fields.")),
  sendCloudEventsForRuns: maybe(flag("Send cloud events for runs.")),
  awaitSidecarReadiness: maybe(flag("Await sidecar readiness.")),
  enforceNonfalsifiability: maybe(text("Enforce nonfalsifiability.")),
  enableKeepPodOnCancel: maybe(flag("Enable keep pod on cancel.")),
  verificationNoMatchPolicy: maybe(text("Verification no match policy.")),
  enableProvenanceInStatus: maybe(flag("Enable provenance in status.")),
  resultExtractionMethod: maybe(text("Result extraction method.")),
  maxResultSize: maybe(int64("Max result size.")),
  setSecurityContext: maybe(flag("Set security context.")),
  setSecurityContextReadOnlyRootFilesystem: maybe(flag("Set security context read only root filesystem.")),
  coschedule: maybe(text("Coschedule.")),
  enableCELInWhenExpression: maybe(flag("Enable CEL in when expression.")),
  enableStepActions: maybe(flag("Enable step actions.")),
  enableParamEnum: maybe(flag("Enable param enum.")),
  enableArtifacts: maybe(flag("Enable artifacts.")),
  disableInlineSpec: maybe(text("Disable inline spec.")),
  enableConciseResolverSyntax: maybe(flag("Enable concise resolver syntax.")),
  enableKubernetesSidecar: maybe(flag("Enable kubernetes sidecar.")),
  enableWaitExponentialBackoff: maybe(flag("Enable wait exponential backoff.")),
  enableTerminationMessageCompression: maybe(flag("Enable termination message compression.")),
  enableTektonOCIBundles: maybe(flag("Enable tekton OCI bundles.")),
});

const Provenance = object("Provenance", "Provenance.", {
  refSource: maybe(of(RefSource, "Where the definition came from.")),
  featureFlags: maybe(of(FeatureFlags, "Feature flags in force.")),
});

const ArtifactValue = object("ArtifactValue", "Artifact value.", {
  digest: maybe(map(text(), "Digest by algorithm.")),
  uri: maybe(text("Where it is.")),
});

const Artifact = object("Artifact", "Artifact.", {
  name: maybe(text("Name.")),
  values: maybe(list(ArtifactValue, "Where it is, and its digests.")),
  buildOutput: maybe(flag("Whether it is a product of the build.")),
});

const Artifacts = object("Artifacts", "Artifacts.", {
  inputs: maybe(list(Artifact, "Artifacts read.")),
  outputs: maybe(list(Artifact, "Artifacts made.")),
});

const StepState = object("StepState", "Step state.", {
  waiting: maybe(of(containerTypes.ContainerStateWaiting, "Set while the container waits.")),
  running: maybe(of(containerTypes.ContainerStateRunning, "Set while it runs.")),
  terminated: maybe(of(containerTypes.ContainerStateTerminated, "Set once it has ended.")),
  name: maybe(text("Name.")),
  container: maybe(text("Name of the container.")),
  imageID: maybe(text("Image with its digest.")),
  results: maybe(list(resultTypes.TaskRunResult, "Results.")),
  provenance: maybe(of(Provenance, "Where the definition came from, and under which settings.")),
  terminationReason: maybe(text("Why Tekton says that the step ended.")),
  inputs: maybe(list(Artifact, "Artifacts read.")),
  outputs: maybe(list(Artifact, "Artifacts made.")),
});

const SidecarState = object("SidecarState", "Sidecar state.", {
  waiting: maybe(of(containerTypes.ContainerStateWaiting, "Set while the container waits.")),
  running: maybe(of(containerTypes.ContainerStateRunning, "Set while it runs.")),
  terminated: maybe(of(containerTypes.ContainerStateTerminated, "Set once it has ended.")),
  name: maybe(text("Name.")),
  container: maybe(text("Name of the container.")),
  imageID: maybe(text("Image with its digest.")),
});

const TaskRunStatus = object("TaskRunStatus", "Task run status.", {
  observedGeneration: maybe(int64("Generation that this status belongs to.")),
  conditions: maybe(list(Condition, "Conditions; `Succeeded` tells the outcome.")),
  annotations: maybe(map(text(), "Annotations.")),
  podName: maybe(text("Pod of the current attempt.")),
  startTime: maybe(time("When it started, RFC 3339.")),
  completionTime: maybe(time("When it ended, RFC 3339.")),
  steps: maybe(list(StepState, "State of each step.")),
  retriesStatus: maybe(webhookOnly(list(recursive("TaskRunStatus"), "Status of earlier attempts, oldest first."))),
  results: maybe(list(resultTypes.TaskRunResult, "Results written.")),
  artifacts: maybe(of(Artifacts, "Artifacts of the run.")),
  sidecars: maybe(list(SidecarState, "State of each sidecar.")),
  taskSpec: maybe(of(taskTypes.TaskSpec, "The resolved Task.")),
  provenance: maybe(of(Provenance, "Where the definition came from, and under which settings.")),
  spanContext: maybe(map(text(), "Trace context to continue.")),
});

const SkippedTask = object("SkippedTask", "Skipped task.", {
  name: text("Name."),
  reason: text("Why it was skipped, for people."),
  whenExpressions: maybe(list(whenTypes.WhenExpression, "The when expressions that were evaluated.")),
});

const ChildStatusReference = object("ChildStatusReference", "Child status reference.", {
  apiVersion: maybe(text("API group and version.")),
  kind: maybe(text("TaskRun, CustomRun or PipelineRun.")),
  name: text("Name of the run."),
  displayName: maybe(text("Name for people.")),
  pipelineTaskName: text("Name of the task in the Pipeline."),
  whenExpressions: maybe(list(whenTypes.WhenExpression, "The when expressions that were evaluated.")),
});

const PipelineRunStatus = object("PipelineRunStatus", "Pipeline run status.", {
  observedGeneration: maybe(int64("Generation that this status belongs to.")),
  conditions: maybe(list(Condition, "Conditions; `Succeeded` tells the outcome.")),
  annotations: maybe(map(text(), "Annotations.")),
  startTime: maybe(time("When it started, RFC 3339.")),
  completionTime: maybe(time("When it ended, RFC 3339.")),
  results: maybe(list(resultTypes.PipelineRunResult, "Results of the run.")),
  pipelineSpec: maybe(webhookOnly(of(pipelineTypes.PipelineSpec, "The resolved Pipeline."))),
  skippedTasks: maybe(list(SkippedTask, "Tasks that were not run, and why.")),
  childReferences: maybe(list(ChildStatusReference, "The runs made for the tasks.")),
  finallyStartTime: maybe(time("When the finally tasks started, RFC 3339.")),
  provenance: maybe(of(Provenance, "Where the definition came from, and under which settings.")),
  spanContext: maybe(map(text(), "Trace context to continue.")),
});

/**
 * Status of runs: conditions, step states, artifacts, provenance.
 * @internal
 */
export const statusTypes = {
  Condition,
  RefSource,
  FeatureFlags,
  Provenance,
  ArtifactValue,
  Artifact,
  Artifacts,
  StepState,
  SidecarState,
  TaskRunStatus,
  SkippedTask,
  ChildStatusReference,
  PipelineRunStatus,
};
