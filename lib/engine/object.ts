/**
 * An object of the API as data: its metadata, names, comparison and merging, whatever its kind. Pure.
 * Kubernetes API Conventions, "Metadata"; RFC 7386 for merge patches.
 * @module
 */
import { type ApiResource, resourceOfKind } from "./resources.ts";
import { ApiError } from "./status.ts";

/** Metadata of a stored object. */
export interface StoredMetadata {
  /** Name. */
  readonly name: string;
  /** Namespace; absent for objects without one. */
  readonly namespace?: string;
  /** Unique id. */
  readonly uid: string;
  /** Version of the store that the object's last change made. */
  readonly resourceVersion: string;
  /** RFC 3339, seconds. */
  readonly creationTimestamp: string;
  /** Counts the changes of everything but status and metadata. */
  readonly generation?: number;
  /** Labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Anything else, kept as given. */
  readonly [field: string]: unknown;
}

/** A stored object. Never changed in place; frozen. */
export interface StoredObject {
  /** Group and version. */
  readonly apiVersion: string;
  /** Kind. */
  readonly kind: string;
  /** Metadata. */
  readonly metadata: StoredMetadata;
  /** Anything else. */
  readonly [field: string]: unknown;
}

/** What may be given to the store: an object with or without the metadata that the store sets. */
export interface NewObject {
  /** Group and version. */
  readonly apiVersion?: string | undefined;
  /** Kind. */
  readonly kind?: string | undefined;
  /** Name or generateName; resourceVersion for an update that must not overwrite another's. */
  readonly metadata?: object | undefined;
  /** Given as it is. */
  readonly spec?: unknown;
  /** Given as it is. */
  readonly status?: unknown;
  /** Given as it is. */
  readonly data?: unknown;
  /** Given as it is. */
  readonly type?: unknown;
}

/** True for an object that is neither null nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Metadata as given, of which nothing is certain. */
export type GivenMetadata = Partial<StoredMetadata> & { readonly generateName?: string };

/** Metadata of an object as given: {} when it has none, 422 when fields that must be text are not. */
export function metadataOf(object: { readonly metadata?: unknown }): GivenMetadata {
  const { metadata = {} } = object;
  if (!isRecord(metadata)) throw new ApiError(422, "metadata: Invalid value: must be an object");
  for (const field of ["name", "namespace", "generateName", "resourceVersion", "uid"]) {
    const value = metadata[field];
    if (value !== undefined && typeof value !== "string") {
      throw new ApiError(422, `metadata.${field}: Invalid value: must be a string`);
    }
  }
  for (const field of ["labels", "annotations"]) {
    const value = metadata[field] ?? {};
    if (!isRecord(value) || !Object.values(value).every((it) => typeof it === "string")) {
      throw new ApiError(422, `metadata.${field}: Invalid value: must be an object of strings`);
    }
  }
  // A resourceVersion of "" is that of an object that was never read.
  if (metadata["resourceVersion"] !== "") return metadata;
  const { resourceVersion: _, ...rest } = metadata;
  return rest;
}

/** The resource of an object, by its apiVersion and kind; 400 when that is not served. */
export function resourceOf(object: NewObject): ApiResource {
  const { apiVersion = "", kind = "" } = object;
  const resource = resourceOfKind(apiVersion, kind);
  if (resource === undefined) {
    throw new ApiError(400, `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  }
  return resource;
}

/** The namespace that an object goes to: 400 when it names another one than the request. */
export function namespaceFor(resource: ApiResource, wanted: string | undefined, given: GivenMetadata): string {
  if (!resource.namespaced) return "";
  const said = given.namespace || undefined;
  if (wanted !== undefined && said !== undefined && said !== wanted) {
    throw new ApiError(
      400,
      `the namespace of the provided object does not match the namespace sent on the request (${said} and ${wanted})`,
    );
  }
  return wanted ?? said ?? "default";
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** True for a DNS-1123 subdomain, of which every path segment of ours is one. */
export function isName(text: string): boolean {
  return text.length <= 253 && subdomain.test(text);
}

/** 422 unless name and namespace are names. */
export function checkName(resource: ApiResource, name: string, namespace: string): void {
  const details = { name, group: resource.group, kind: resource.kind };
  if (name === "") {
    throw new ApiError(
      422,
      `${resource.kind} "" is invalid: metadata.name: Required value: name or generateName is required`,
      {
        details,
      },
    );
  }
  const bad = isName(name) ? resource.namespaced && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace) : true;
  if (!bad) return;
  const [field, value] = isName(name) ? ["namespace", namespace] : ["name", name];
  throw new ApiError(
    422,
    `${resource.kind} ${JSON.stringify(name)} is invalid: metadata.${field}: Invalid value: ${
      JSON.stringify(value)
    }: ` +
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      "and end with an alphanumeric character",
    { details },
  );
}

/** A name from a generateName, as Kubernetes makes them: no vowels, nothing that looks alike. "" without one. */
export function generatedName(prefix: string | undefined): string {
  if (!prefix) return "";
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  const random = crypto.getRandomValues(new Uint8Array(5));
  return prefix.slice(0, 63 - 5) + [...random].map((value) => letters[value % letters.length]).join("");
}

/** True when two JSON values are the same; the order of keys does not count. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((it, at) => equal(it, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  if (keys.length !== Object.keys(b).filter((key) => b[key] !== undefined).length) return false;
  return keys.every((key) => equal(a[key], b[key]));
}

/** Merges a JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  // A Map, so that a key such as __proto__ is a key.
  const merged = new Map(Object.entries(isRecord(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Freezes a JSON value to its leaves. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}
