/**
 * Steps, sidecars and their template.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { containerTypes } from "./kubernetes/container.ts";
import { duration, flag, list, maybe, object, of, text } from "./define.ts";
import { environmentTypes } from "./kubernetes/environment.ts";
import { paramTypes } from "./param.ts";
import { referenceTypes } from "./reference.ts";
import { resultTypes } from "./result.ts";
import { securityTypes } from "./kubernetes/security.ts";
import { whenTypes } from "./when.ts";
import { workspaceTypes } from "./workspace.ts";

const StepOutputConfig = object("StepOutputConfig", "Step output config.", {
  path: maybe(text("File that gets the stream.")),
});

const Step = object("Step", "One container of a Task.", {
  name: maybe(text("Name of the step, a DNS label.")),
  displayName: maybe(text("Name for people.")),
  image: maybe(text("Container image reference.")),
  command: maybe(list(text(), "Entrypoint, not run by a shell; the image has its own when absent.")),
  args: maybe(list(text(), "Arguments of the entrypoint.")),
  workingDir: maybe(text("Folder to start in.")),
  envFrom: maybe(list(environmentTypes.EnvFromSource, "Whole ConfigMaps or Secrets to take variables from.")),
  env: maybe(list(environmentTypes.EnvVar, "Environment variables.")),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
  volumeMounts: maybe(list(containerTypes.VolumeMount, "Where volumes appear in the file system.")),
  volumeDevices: maybe(list(containerTypes.VolumeDevice, "Where block devices appear.")),
  imagePullPolicy: maybe(text("When to pull: Always, IfNotPresent or Never.")),
  securityContext: maybe(of(securityTypes.SecurityContext, "Rights and identity of the process.")),
  script: maybe(text("Text of an executable file to run, instead of command.")),
  timeout: maybe(duration("Longest run time, a Go duration such as 1m30s.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceUsage, "Workspaces this step alone needs.")),
  onError: maybe(text("continue, stopAndFail, or a param.")),
  stdoutConfig: maybe(of(StepOutputConfig, "Where to put standard output (alpha).")),
  stderrConfig: maybe(of(StepOutputConfig, "Where to put standard error (alpha).")),
  ref: maybe(of(referenceTypes.Ref, "A StepAction instead of an image.")),
  params: maybe(list(paramTypes.Param, "Parameters of the StepAction.")),
  results: maybe(list(resultTypes.StepResult, "Results of the step.")),
  when: maybe(list(whenTypes.WhenExpression, "Runs only where all hold.")),
});

const StepTemplate = object("StepTemplate", "Defaults for every step.", {
  image: maybe(text("Container image reference.")),
  command: maybe(list(text(), "Entrypoint, not run by a shell; the image has its own when absent.")),
  args: maybe(list(text(), "Arguments of the entrypoint.")),
  workingDir: maybe(text("Folder to start in.")),
  envFrom: maybe(list(environmentTypes.EnvFromSource, "Whole ConfigMaps or Secrets to take variables from.")),
  env: maybe(list(environmentTypes.EnvVar, "Environment variables.")),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
  volumeMounts: maybe(list(containerTypes.VolumeMount, "Where volumes appear in the file system.")),
  volumeDevices: maybe(list(containerTypes.VolumeDevice, "Where block devices appear.")),
  imagePullPolicy: maybe(text("When to pull: Always, IfNotPresent or Never.")),
  securityContext: maybe(of(securityTypes.SecurityContext, "Rights and identity of the process.")),
});

const Sidecar = object("Sidecar", "A container that runs beside the steps.", {
  name: maybe(text("Name.")),
  image: maybe(text("Container image reference.")),
  command: maybe(list(text(), "Entrypoint, not run by a shell; the image has its own when absent.")),
  args: maybe(list(text(), "Arguments of the entrypoint.")),
  workingDir: maybe(text("Folder to start in.")),
  ports: maybe(list(containerTypes.ContainerPort, "Ports the container serves.", ["containerPort", "protocol"])),
  envFrom: maybe(list(environmentTypes.EnvFromSource, "Whole ConfigMaps or Secrets to take variables from.")),
  env: maybe(list(environmentTypes.EnvVar, "Environment variables.")),
  computeResources: maybe(of(containerTypes.ResourceRequirements, "CPU, memory and other resources asked for.")),
  volumeMounts: maybe(list(containerTypes.VolumeMount, "Where volumes appear in the file system.")),
  volumeDevices: maybe(list(containerTypes.VolumeDevice, "Where block devices appear.")),
  livenessProbe: maybe(of(containerTypes.Probe, "Restarts the container when it fails.")),
  readinessProbe: maybe(of(containerTypes.Probe, "Tells when the container is ready.")),
  startupProbe: maybe(of(containerTypes.Probe, "Tells when the container has started.")),
  lifecycle: maybe(of(containerTypes.Lifecycle, "What to do after start and before stop.")),
  terminationMessagePath: maybe(text("File with the final message.")),
  terminationMessagePolicy: maybe(text("Where the final message comes from.")),
  imagePullPolicy: maybe(text("When to pull: Always, IfNotPresent or Never.")),
  securityContext: maybe(of(securityTypes.SecurityContext, "Rights and identity of the process.")),
  stdin: maybe(flag("Keeps standard input open.")),
  stdinOnce: maybe(flag("Closes standard input after the first client.")),
  tty: maybe(flag("Gives the container a terminal.")),
  script: maybe(text("Text of an executable file to run, instead of command.")),
  workspaces: maybe(list(workspaceTypes.WorkspaceUsage, "Workspaces.")),
  restartPolicy: maybe(text("Always makes it an init sidecar.")),
});

/**
 * Steps, sidecars and their template.
 * @internal
 */
export const stepTypes = { StepOutputConfig, Step, StepTemplate, Sidecar };
