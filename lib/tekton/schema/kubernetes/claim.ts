/**
 * Persistent volume claims.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { list, map, maybe, object, of, quantity, text, time } from "../define.ts";
import { metadataTypes } from "./metadata.ts";

const VolumeResourceRequirements = object("VolumeResourceRequirements", "Volume resource requirements.", {
  limits: maybe(map(quantity(), "Most that may be used.")),
  requests: maybe(map(quantity(), "What is reserved.")),
});

const PersistentVolumeClaimSpec = object("PersistentVolumeClaimSpec", "Persistent volume claim spec.", {
  accessModes: maybe(list(text(), "How it may be mounted.")),
  selector: maybe(of(metadataTypes.LabelSelector, "Selects by label.")),
  resources: maybe(of(VolumeResourceRequirements, "Resources asked for.")),
  volumeName: maybe(text("Name of the volume.")),
  storageClassName: maybe(text("Storage class.")),
  volumeMode: maybe(text("Filesystem or Block.")),
  dataSource: maybe(of(metadataTypes.TypedLocalObjectReference, "What the volume is filled from.")),
  dataSourceRef: maybe(of(metadataTypes.TypedObjectReference, "What the volume is filled from, any kind.")),
  volumeAttributesClassName: maybe(text("Volume attributes class.")),
});

const PersistentVolumeClaimCondition = object("PersistentVolumeClaimCondition", "Persistent volume claim condition.", {
  type: text("Type."),
  status: text("What is."),
  lastProbeTime: maybe(time("When it was probed last, RFC 3339.")),
  lastTransitionTime: maybe(time("When the status changed last, RFC 3339.")),
  reason: maybe(text("One CamelCase word that says why.")),
  message: maybe(text("Text for people.")),
});

const ModifyVolumeStatus = object("ModifyVolumeStatus", "Modify volume status.", {
  targetVolumeAttributesClassName: maybe(text("Class wanted.")),
  status: text("What is."),
});

const PersistentVolumeClaimStatus = object("PersistentVolumeClaimStatus", "Persistent volume claim status.", {
  phase: maybe(text("Phase.")),
  accessModes: maybe(list(text(), "How it may be mounted.")),
  capacity: maybe(map(quantity(), "Size in fact.")),
  conditions: maybe(list(PersistentVolumeClaimCondition, "Conditions; `Succeeded` tells the outcome.")),
  allocatedResources: maybe(map(quantity(), "Size allocated.")),
  allocatedResourceStatuses: maybe(map(text(), "State of each resize.")),
  currentVolumeAttributesClassName: maybe(text("Class in force.")),
  modifyVolumeStatus: maybe(of(ModifyVolumeStatus, "State of a change.")),
});

const PersistentVolumeClaim = object("PersistentVolumeClaim", "Persistent volume claim.", {
  kind: maybe(text("Kind of object.")),
  apiVersion: maybe(text("API group and version.")),
  metadata: maybe(of(metadataTypes.ObjectMeta, "Object metadata.")),
  spec: maybe(of(PersistentVolumeClaimSpec, "What is wanted.")),
  status: maybe(of(PersistentVolumeClaimStatus, "What is.")),
});

const PersistentVolumeClaimTemplate = object("PersistentVolumeClaimTemplate", "Persistent volume claim template.", {
  metadata: maybe(of(metadataTypes.ObjectMeta, "Object metadata.")),
  spec: maybe(of(PersistentVolumeClaimSpec, "What is wanted.")),
});

/**
 * Persistent volume claims.
 * @internal
 */
export const claimTypes = {
  VolumeResourceRequirements,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimCondition,
  ModifyVolumeStatus,
  PersistentVolumeClaimStatus,
  PersistentVolumeClaim,
  PersistentVolumeClaimTemplate,
};
