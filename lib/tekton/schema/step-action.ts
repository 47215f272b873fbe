/**
 * StepActions.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { containerTypes } from "./kubernetes/container.ts";
import { environmentTypes } from "./kubernetes/environment.ts";
import { list, maybe, object, of, text } from "./define.ts";
import { metadataTypes } from "./kubernetes/metadata.ts";
import { paramTypes } from "./param.ts";
import { resultTypes } from "./result.ts";
import { securityTypes } from "./kubernetes/security.ts";

const StepActionSpec = object("StepActionSpec", "Step action spec.", {
  description: maybe(text("What it is for, for people.")),
  image: maybe(text("Container image reference.")),
  command: maybe(list(text(), "Entrypoint, not run by a shell; the image has its own when absent.")),
  args: maybe(list(text(), "Arguments of the entrypoint.")),
  env: maybe(list(environmentTypes.EnvVar, "Environment variables.")),
  script: maybe(text("Text of an executable file to run, instead of command.")),
  workingDir: maybe(text("Folder to start in.")),
  params: maybe(list(paramTypes.ParamSpec, "Parameters.")),
  results: maybe(list(resultTypes.StepResult, "Results.")),
  securityContext: maybe(of(securityTypes.SecurityContext, "Rights and identity of the process.")),
  volumeMounts: maybe(list(containerTypes.VolumeMount, "Where volumes appear in the file system.")),
});

const StepAction = object("StepAction", "A reusable step.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: of(metadataTypes.ObjectMeta, "Object metadata."),
  spec: maybe(of(StepActionSpec, "What is wanted.")),
});

/**
 * StepActions.
 * @internal
 */
export const stepActionTypes = { StepActionSpec, StepAction };
