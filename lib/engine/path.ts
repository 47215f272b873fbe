/**
 * What a request is about, from its method and path. Strict: a path that holds anything but names is no path. Pure.
 * Kubernetes API Concepts, "Resource URIs".
 * @module
 */
import { isName } from "./object.ts";
import { type ApiResource, findResource } from "./resources.ts";

/** What a request is about. */
export interface Asked {
  /** RBAC verb. */
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";
  /** The resource. */
  readonly resource: ApiResource;
  /** Namespace; undefined for all of them, "" for resources without one. */
  readonly namespace: string | undefined;
  /** Name of the object. */
  readonly name: string | undefined;
  /** `log` or `status`. */
  readonly subresource: string | undefined;
}

const verbs: Readonly<Record<string, Asked["verb"]>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** The request's subject; undefined when the path is none of the API's or the method none of its verbs. */
export function parsePath(method: string, path: string, query: URLSearchParams): Asked | undefined {
  const parts: string[] = [];
  for (const part of path.split("/").slice(1)) {
    const text = decode(part);
    if (text === undefined || !isName(text)) return undefined;
    parts.push(text);
  }
  const root = parts.shift();
  const group = root === "api" ? "" : root === "apis" ? parts.shift() : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined) return undefined;
  let namespace: string | undefined;
  const [first, second, third] = parts;
  // namespaces/x is an object, namespaces/x/pods a collection in it, namespaces/x/status a part of it again.
  if (first === "namespaces" && third !== undefined && findResource(group, version, third) !== undefined) {
    namespace = second;
    parts.splice(0, 2);
  }
  const [plural = "", name, subresource, ...rest] = parts;
  const resource = findResource(group, version, plural);
  const base = verbs[method];
  if (resource === undefined || base === undefined || rest.length > 0) return undefined;
  if (!resource.namespaced) {
    if (namespace !== undefined) return undefined;
    namespace = "";
  } else if (namespace === undefined && (name !== undefined || method !== "GET")) {
    return undefined;
  }
  if (subresource !== undefined) {
    const known = subresource === "log" ? plural === "pods" : subresource === "status" && resource.status;
    const allowed = subresource === "log" ? base === "get" : base === "get" || base === "update" || base === "patch";
    if (!known || !allowed) return undefined;
  }
  if (name !== undefined) {
    if (base === "create") return undefined;
    const watched = base === "get" && subresource === undefined && isTrue(query.get("watch"));
    return { verb: watched ? "watch" : base, resource, namespace, name, subresource };
  }
  if (base === "update" || base === "patch") return undefined;
  const verb = base === "get"
    ? isTrue(query.get("watch")) ? "watch" : "list"
    : base === "delete"
    ? "deletecollection"
    : base;
  return { verb, resource, namespace, name, subresource };
}

/** True for the ways in which a query says yes. */
export function isTrue(text: string | null): boolean {
  return text === "true" || text === "1" || text === "";
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
