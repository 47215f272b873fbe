/**
 * What the embedded API serves: its resources with their kinds and names, and the discovery documents about them.
 * Data, no I/O. Kubernetes API Concepts, "API discovery"; names as Tekton's own definitions give them.
 * @module
 */

/** One resource of the API. */
export interface ApiResource {
  /** API group; `""` is core. */
  readonly group: string;
  /** API version. */
  readonly version: string;
  /** Lower-case plural, as in paths. */
  readonly plural: string;
  /** Lower-case singular. */
  readonly singular: string;
  /** Kind of its objects. */
  readonly kind: string;
  /** False for namespaces. */
  readonly namespaced: boolean;
  /** What kubectl takes instead of the plural. */
  readonly shortNames: readonly string[];
  /** Such as `all` or `tekton-pipelines`. */
  readonly categories: readonly string[];
  /** True where the status is written apart from the rest. */
  readonly status: boolean;
}

function core(plural: string, kind: string, shortNames: string[], more: Partial<ApiResource> = {}): ApiResource {
  const singular = kind.toLowerCase();
  const base = { group: "", version: "v1", plural, singular, kind, namespaced: true, shortNames };
  return { ...base, categories: [], status: false, ...more };
}

function tekton(version: string, kind: string, shortNames: string[] = []): ApiResource {
  const singular = kind.toLowerCase();
  const base = { group: "tekton.dev", version, plural: `${singular}s`, singular, kind, namespaced: true, shortNames };
  return { ...base, categories: ["tekton", "tekton-pipelines"], status: true };
}

/** Every resource that is served. */
export const apiResources: readonly ApiResource[] = [
  core("namespaces", "Namespace", ["ns"], { namespaced: false, status: true }),
  core("pods", "Pod", ["po"], { categories: ["all"], status: true }),
  core("secrets", "Secret", []),
  core("configmaps", "ConfigMap", ["cm"]),
  core("serviceaccounts", "ServiceAccount", ["sa"]),
  core("persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"], { status: true }),
  core("events", "Event", ["ev"]),
  tekton("v1", "Task"),
  tekton("v1", "Pipeline"),
  tekton("v1", "TaskRun", ["tr", "trs"]),
  tekton("v1", "PipelineRun", ["pr", "prs"]),
  tekton("v1beta1", "StepAction"),
  tekton("v1alpha1", "StepAction"),
  tekton("v1beta1", "CustomRun"),
];

/** The resource of a path, if it is served. */
export function findResource(group: string, version: string, plural: string): ApiResource | undefined {
  return apiResources.find((it) => it.group === group && it.version === version && it.plural === plural);
}

/** The resource of an object, if it is served. */
export function resourceOfKind(apiVersion: string, kind: string): ApiResource | undefined {
  return apiResources.find((it) => groupVersion(it) === apiVersion && it.kind === kind);
}

/** `v1`, `tekton.dev/v1`. */
export function groupVersion(resource: Pick<ApiResource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

const reviews = [{
  name: "selfsubjectaccessreviews",
  singularName: "selfsubjectaccessreview",
  namespaced: false,
  kind: "SelfSubjectAccessReview",
  verbs: ["create"],
}, {
  name: "selfsubjectrulesreviews",
  singularName: "selfsubjectrulesreview",
  namespaced: false,
  kind: "SelfSubjectRulesReview",
  verbs: ["create"],
}];
const verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
const groups: Readonly<Record<string, readonly string[]>> = {
  "tekton.dev": ["v1", "v1beta1", "v1alpha1"],
  "authorization.k8s.io": ["v1"],
};

/**
 * The discovery document for a path such as `/api`, `/apis`, `/apis/tekton.dev` or `/apis/tekton.dev/v1`; undefined for
 * any other path.
 */
export function discovery(path: string, address: string): unknown {
  if (path === "/version") {
    return { major: "1", minor: "36", gitVersion: "v1.36.0-tasksmith", platform: "deno/tasksmith", compiler: "deno" };
  }
  if (path === "/api") {
    const serverAddressByClientCIDRs = [{ clientCIDR: "0.0.0.0/0", serverAddress: address }];
    return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs };
  }
  if (path === "/apis") {
    return { kind: "APIGroupList", apiVersion: "v1", groups: Object.keys(groups).map(groupOf) };
  }
  const parts = path.split("/").slice(1);
  if (parts[0] === "api" && parts[1] === "v1" && parts.length === 2) return resourceList("", "v1");
  const [root, name = "", version] = parts;
  if (root !== "apis" || !Object.hasOwn(groups, name) || parts.length > 3) return undefined;
  if (version === undefined) return { kind: "APIGroup", apiVersion: "v1", ...groupOf(name) };
  return groups[name]?.includes(version) ? resourceList(name, version) : undefined;
}

function groupOf(name: string) {
  const versions = (groups[name] ?? []).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string) {
  const resources = apiResources.filter((it) => it.group === group && it.version === version).flatMap((it) => {
    const { plural, singular, namespaced, kind, shortNames, categories } = it;
    const whole = { name: plural, singularName: singular, namespaced, kind, verbs, shortNames, categories };
    const part = (name: string, verbs: string[]) => ({
      name: `${plural}/${name}`,
      singularName: "",
      namespaced,
      kind,
      verbs,
    });
    return [
      whole,
      ...(it.status ? [part("status", ["get", "patch", "update"])] : []),
      ...(plural === "pods" ? [part("log", ["get"])] : []),
    ];
  });
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersion({ group, version }),
    resources: group === "authorization.k8s.io" ? reviews : resources,
  };
}
