/**
 * Workspaces: declared, mapped and bound.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { claimTypes } from "./kubernetes/claim.ts";
import { flag, maybe, object, of, text, webhookOnly } from "./define.ts";
import { volumeTypes } from "./kubernetes/volume.ts";

const WorkspaceDeclaration = object("WorkspaceDeclaration", "Declares a workspace of a Task.", {
  name: text("Name."),
  description: maybe(text("What it is for, for people.")),
  mountPath: maybe(text("Where it appears; /workspace/<name> when absent.")),
  readOnly: maybe(flag("Mounts it read-only.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const WorkspaceUsage = object("WorkspaceUsage", "Limits a workspace to one container.", {
  name: text("Name."),
  mountPath: maybe(text("Where it appears for this container.")),
});

const PipelineWorkspaceDeclaration = object("PipelineWorkspaceDeclaration", "Declares a workspace of a Pipeline.", {
  name: text("Name."),
  description: maybe(text("What it is for, for people.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const WorkspacePipelineTaskBinding = object(
  "WorkspacePipelineTaskBinding",
  "Maps a workspace of the Pipeline to one of the Task.",
  {
    name: text("Name."),
    workspace: maybe(text("Name of the workspace in the Pipeline.")),
    subPath: maybe(text("Folder inside the volume.")),
  },
);

const WorkspaceBinding = object("WorkspaceBinding", "Gives a workspace its volume.", {
  name: text("Name."),
  subPath: maybe(text("Folder inside the volume.")),
  volumeClaimTemplate: maybe(webhookOnly(of(claimTypes.PersistentVolumeClaim, "A claim made for each run."))),
  persistentVolumeClaim: maybe(of(volumeTypes.PersistentVolumeClaimVolumeSource, "An existing PersistentVolumeClaim.")),
  emptyDir: maybe(of(volumeTypes.EmptyDirVolumeSource, "A folder that lives as long as the pod.")),
  configMap: maybe(of(volumeTypes.ConfigMapVolumeSource, "Files from a ConfigMap.")),
  secret: maybe(of(volumeTypes.SecretVolumeSource, "Files from a Secret.")),
  projected: maybe(of(volumeTypes.ProjectedVolumeSource, "Several sources in one folder.")),
  csi: maybe(of(volumeTypes.CSIVolumeSource, "A volume of a CSI driver.")),
});

/**
 * Workspaces: declared, mapped and bound.
 * @internal
 */
export const workspaceTypes = {
  WorkspaceDeclaration,
  WorkspaceUsage,
  PipelineWorkspaceDeclaration,
  WorkspacePipelineTaskBinding,
  WorkspaceBinding,
};
