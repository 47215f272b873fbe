/**
 * What can be asked of a Kubernetes API: resources by group, version and plural, and their paths. Pure: no I/O.
 * Must not know how a cluster is reached. Paths: Kubernetes API Concepts, "Resource URIs".
 * @module
 */
import { UsageError } from "../terminal/error.ts";

/** A namespaced resource of the API, such as `{ group: "tekton.dev", version: "v1", plural: "taskruns" }`. */
export interface Resource {
  /** API group; `""` is core. */
  readonly group: string;
  /** API version within the group. */
  readonly version: string;
  /** The resource's name in paths and RBAC rules, lower case plural. */
  readonly plural: string;
}

/** tekton.dev/v1 PipelineRun. */
export const pipelineRuns: Resource = { group: "tekton.dev", version: "v1", plural: "pipelineruns" };
/** tekton.dev/v1 TaskRun. */
export const taskRuns: Resource = { group: "tekton.dev", version: "v1", plural: "taskruns" };
/** tekton.dev/v1 Pipeline. */
export const pipelines: Resource = { group: "tekton.dev", version: "v1", plural: "pipelines" };
/** tekton.dev/v1 Task. */
export const tasks: Resource = { group: "tekton.dev", version: "v1", plural: "tasks" };
/** tekton.dev/v1beta1 CustomRun. */
export const customRuns: Resource = { group: "tekton.dev", version: "v1beta1", plural: "customruns" };
/** tekton.dev/v1beta1 StepAction. */
export const stepActions: Resource = { group: "tekton.dev", version: "v1beta1", plural: "stepactions" };
/** Core v1 Pod. */
export const pods: Resource = { group: "", version: "v1", plural: "pods" };
/** Core v1 Event. */
export const events: Resource = { group: "", version: "v1", plural: "events" };
/** Core v1 Secret. */
export const secrets: Resource = { group: "", version: "v1", plural: "secrets" };
/** Core v1 ConfigMap. */
export const configMaps: Resource = { group: "", version: "v1", plural: "configmaps" };

/** One thing done to the API, as an RBAC rule and an error message name it. */
export interface Attempt {
  /** RBAC verb: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  /** What it is done to. */
  readonly resource: Resource;
  /** Such as `log` of pods. */
  readonly subresource?: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The object's name; absent for list, watch and create. */
  readonly name?: string;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Checks that `name` is a DNS-1123 subdomain of at most 253 characters (Object Names and IDs), so that it can stand in
 * a path.
 * @throws UsageError `kubernetes/name` when it is not.
 */
export function checkName(what: string, name: string): string {
  if (name.length <= 253 && name.split(".").every((part) => label.test(part))) return name;
  throw new UsageError({
    code: "kubernetes/name",
    doing: `use ${JSON.stringify(name.length > 300 ? `${name.slice(0, 300)}…` : name)} as ${what}`,
    why: "it is not a Kubernetes name",
    advice:
      "A name has at most 253 lower-case letters, digits, '-' and '.', and begins and ends with a letter or digit.",
  });
}

/**
 * The path of an {@link Attempt}: `/apis/tekton.dev/v1/namespaces/ns/taskruns/name`.
 * @throws UsageError when the namespace or the name is none that Kubernetes allows.
 */
export function pathOf(attempt: Attempt): string {
  const { resource, namespace, name, subresource } = attempt;
  const parts = [resource.group === "" ? "/api" : `/apis/${resource.group}`, resource.version];
  if (namespace !== undefined) parts.push("namespaces", checkName("a namespace", namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(checkName(`the name of one of the ${resource.plural}`, name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join("/");
}

/** The {@link Attempt} in words: `list taskruns.tekton.dev in namespace "ci"`, `get pods/log "a-pod" in …`. */
export function describeAttempt(attempt: Attempt): string {
  const { verb, resource, subresource, namespace, name } = attempt;
  const kind = `${resource.plural}${subresource === undefined ? "" : `/${subresource}`}`;
  const what = resource.group === "" ? kind : `${kind}.${resource.group}`;
  const which = name === undefined ? "" : ` ${JSON.stringify(name)}`;
  return `${verb} ${what}${which} ${namespace === undefined ? "in all namespaces" : `in namespace "${namespace}"`}`;
}
