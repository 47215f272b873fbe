/**
 * As much of OpenAPI v3 as kubectl asks for before it sends an object: which resources there are, and that the server
 * itself checks their fields. No schemas: what an object may hold is said when it arrives. Data, no I/O.
 * Kubernetes API Concepts, "OpenAPI V3" and "Field validation".
 * @module
 */
import { type ApiResource, apiResources, groupVersion } from "./resources.ts";

function pathOf(resource: Pick<ApiResource, "group" | "version">): string {
  return resource.group === "" ? `api/${resource.version}` : `apis/${groupVersion(resource)}`;
}

/** The document for `/openapi/v3` or `/openapi/v3/apis/tekton.dev/v1`; undefined for any other path. */
export function openApi(path: string): unknown {
  const [, root, version, ...rest] = path.split("/");
  if (root !== "openapi" || version !== "v3") return undefined;
  const prefix = rest.join("/");
  if (prefix === "") {
    const all = [...new Set(apiResources.map(pathOf))];
    return { paths: Object.fromEntries(all.map((it) => [it, { serverRelativeURL: `/openapi/v3/${it}` }])) };
  }
  const resources = apiResources.filter((resource) => pathOf(resource) === prefix);
  if (resources.length === 0) return undefined;
  return {
    openapi: "3.0.0",
    info: { title: "tasksmith", version: "v1" },
    paths: Object.fromEntries(resources.map((resource) => [`/${prefix}/${placeOf(resource)}`, operations(resource)])),
  };
}

function placeOf({ namespaced, plural }: ApiResource): string {
  return namespaced ? `namespaces/{namespace}/${plural}/{name}` : `${plural}/{name}`;
}

function operations({ group, version, kind }: ApiResource) {
  const parameter = { name: "fieldValidation", in: "query", schema: { type: "string", uniqueItems: true } };
  const responses = { 200: { description: "OK" } };
  const operation = { parameters: [parameter], responses, "x-kubernetes-group-version-kind": { group, version, kind } };
  return { put: operation, patch: operation };
}
