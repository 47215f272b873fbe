/**
 * Object metadata, selectors and references of Kubernetes objects.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { anything, flag, int64, list, map, maybe, object, text, time } from "../define.ts";

const OwnerReference = object("OwnerReference", "Owner reference.", {
  apiVersion: text("API group and version."),
  kind: text("Kind of object."),
  name: text("Name."),
  uid: text("Unique id."),
  controller: maybe(flag("Whether the owner is the controller.")),
  blockOwnerDeletion: maybe(flag("Whether the owner waits for this one.")),
});

const ManagedFieldsEntry = object("ManagedFieldsEntry", "Managed fields entry.", {
  manager: maybe(text("Who applied.")),
  operation: maybe(text("Apply or Update.")),
  apiVersion: maybe(text("API group and version.")),
  time: maybe(time("When.")),
  fieldsType: maybe(text("Format of fieldsV1.")),
  fieldsV1: maybe(anything("The fields, as a tree.")),
  subresource: maybe(text("Subresource that was written.")),
});

const ObjectMeta = object("ObjectMeta", "Metadata of a Kubernetes object.", {
  name: maybe(text("Name.")),
  generateName: maybe(text("Start of a generated name; the API server adds five characters.")),
  namespace: maybe(text("Namespace.")),
  selfLink: maybe(text("No longer set.")),
  uid: maybe(text("Unique id.")),
  resourceVersion: maybe(text("Version for watches and conflicts.")),
  generation: maybe(int64("Counts changes of the spec.")),
  creationTimestamp: maybe(time("When it was created, RFC 3339.")),
  deletionTimestamp: maybe(time("When it is to be deleted, RFC 3339.")),
  deletionGracePeriodSeconds: maybe(int64("Seconds until the deletion.")),
  labels: maybe(map(text(), "Labels.")),
  annotations: maybe(map(text(), "Annotations.")),
  ownerReferences: maybe(list(OwnerReference, "Objects that own this one.")),
  finalizers: maybe(list(text(), "Who must act before it is deleted.")),
  managedFields: maybe(list(ManagedFieldsEntry, "Which manager set which field.")),
});

const LabelSelectorRequirement = object("LabelSelectorRequirement", "Label selector requirement.", {
  key: text("The key."),
  operator: text("How key and values relate."),
  values: maybe(list(text(), "Values to compare with.")),
});

const LabelSelector = object("LabelSelector", "Label selector.", {
  matchLabels: maybe(map(text(), "Labels that must be equal.")),
  matchExpressions: maybe(list(LabelSelectorRequirement, "Requirements on labels; all must hold.")),
});

const LocalObjectReference = object("LocalObjectReference", "Local object reference.", {
  name: maybe(text("Name.")),
});

const TypedLocalObjectReference = object("TypedLocalObjectReference", "Typed local object reference.", {
  apiGroup: maybe(text("API group.")),
  kind: text("Kind of object."),
  name: text("Name."),
});

const TypedObjectReference = object("TypedObjectReference", "Typed object reference.", {
  apiGroup: maybe(text("API group.")),
  kind: text("Kind of object."),
  name: text("Name."),
  namespace: maybe(text("Namespace.")),
});

/**
 * Object metadata, selectors and references of Kubernetes objects.
 * @internal
 */
export const metadataTypes = {
  OwnerReference,
  ManagedFieldsEntry,
  ObjectMeta,
  LabelSelectorRequirement,
  LabelSelector,
  LocalObjectReference,
  TypedLocalObjectReference,
  TypedObjectReference,
};
