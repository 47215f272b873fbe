/**
 * Environment variables of Kubernetes containers.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { flag, maybe, object, of, quantity, text } from "../define.ts";

const ObjectFieldSelector = object("ObjectFieldSelector", "Object field selector.", {
  apiVersion: maybe(text("API group and version.")),
  fieldPath: text("Path of the field."),
});

const ResourceFieldSelector = object("ResourceFieldSelector", "Resource field selector.", {
  containerName: maybe(text("Name of the container.")),
  resource: text("Resource, such as limits.cpu."),
  divisor: maybe(quantity("Unit of the output.")),
});

const ConfigMapKeySelector = object("ConfigMapKeySelector", "Config map key selector.", {
  name: maybe(text("Name.")),
  key: text("The key."),
  optional: maybe(flag("Whether it may be missing.")),
});

const SecretKeySelector = object("SecretKeySelector", "Secret key selector.", {
  name: maybe(text("Name.")),
  key: text("The key."),
  optional: maybe(flag("Whether it may be missing.")),
});

const FileKeySelector = object("FileKeySelector", "File key selector.", {
  volumeName: text("Name of the volume."),
  path: text("The path."),
  key: text("The key."),
  optional: maybe(flag("Whether it may be missing.")),
});

const EnvVarSource = object("EnvVarSource", "Env var source.", {
  fieldRef: maybe(of(ObjectFieldSelector, "A field of the pod.")),
  resourceFieldRef: maybe(of(ResourceFieldSelector, "A resource limit or request of a container.")),
  configMapKeyRef: maybe(of(ConfigMapKeySelector, "A key of a ConfigMap.")),
  secretKeyRef: maybe(of(SecretKeySelector, "A key of a Secret.")),
  fileKeyRef: maybe(of(FileKeySelector, "A variable of a file in a volume.")),
});

const EnvVar = object("EnvVar", "An environment variable.", {
  name: text("Name."),
  value: maybe(text("The value.")),
  valueFrom: maybe(of(EnvVarSource, "Takes the value from elsewhere.")),
});

const ConfigMapEnvSource = object("ConfigMapEnvSource", "Config map env source.", {
  name: maybe(text("Name.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const SecretEnvSource = object("SecretEnvSource", "Secret env source.", {
  name: maybe(text("Name.")),
  optional: maybe(flag("Whether it may be missing.")),
});

const EnvFromSource = object("EnvFromSource", "Env from source.", {
  prefix: maybe(text("Put before each variable name.")),
  configMapRef: maybe(of(ConfigMapEnvSource, "The ConfigMap.")),
  secretRef: maybe(of(SecretEnvSource, "Secret with the credentials.")),
});

/**
 * Environment variables of Kubernetes containers.
 * @internal
 */
export const environmentTypes = {
  ObjectFieldSelector,
  ResourceFieldSelector,
  ConfigMapKeySelector,
  SecretKeySelector,
  FileKeySelector,
  EnvVarSource,
  EnvVar,
  ConfigMapEnvSource,
  SecretEnvSource,
  EnvFromSource,
};
