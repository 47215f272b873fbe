/**
 * The object store of the embedded API: what Kubernetes promises of every object whatever its kind: names, versions,
 * conflicts, generations, lists in pages, watches from a version. Knows metadata; must not know HTTP, nor what a Task
 * or a pod is. Kubernetes API Concepts; API Conventions, "Metadata".
 * @module
 */
import {
  checkName,
  equal,
  freeze,
  generatedName,
  isRecord,
  mergePatch,
  metadataOf,
  namespaceFor,
  type NewObject,
  resourceOf,
  type StoredMetadata,
  type StoredObject,
} from "./object.ts";
import { type ApiResource, groupVersion, resourceOfKind } from "./resources.ts";
import { fieldSelector, labelSelector, type Selector } from "./selector.ts";
import { ApiError, expired, notFound, qualified } from "./status.ts";
import { type Change, type Key, MemoryStorage, type Storage } from "./storage.ts";

/** Which objects. */
export interface Selection {
  /** Only of this namespace. @default all */
  readonly namespace?: string | undefined;
  /** Label selector. */
  readonly labelSelector?: string | undefined;
  /** Field selector. */
  readonly fieldSelector?: string | undefined;
}

/** A part of a list. */
export interface StoredList {
  /** Objects by namespace and name. */
  readonly items: readonly StoredObject[];
  /** Version that the list shows. */
  readonly resourceVersion: string;
  /** Token for the rest. */
  readonly continue?: string;
  /** How many are left; not told with a selector. */
  readonly remainingItemCount?: number;
}

/** What a watch tells. */
export interface WatchEvent {
  /** ERROR's object is a Status, BOOKMARK's has only a resourceVersion. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  /** State after the change; before it for DELETED. */
  readonly object: StoredObject;
}

/** How a watch is begun. */
export interface StoreWatchOptions extends Selection {
  /** Changes after this version; absent or "0": first every object there is as ADDED. */
  readonly resourceVersion?: string | undefined;
  /** Ends it, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Time between bookmarks in milliseconds. @default no bookmarks */
  readonly bookmarkMs?: number | undefined;
}

/** How a {@link ObjectStore} is made. */
export interface StoreOptions {
  /** Where objects are kept. @default in memory */
  readonly storage?: Storage<StoredObject>;
  /** The time, for creation timestamps. @default the clock's */
  readonly now?: () => Date;
  /** Make namespaces that are written to and are not there. @default true */
  readonly createNamespaces?: boolean;
}

/** Most events handed to a watcher before it is asked whether it still listens. */
const batch = 500;

/** Objects by resource, namespace and name. Every refusal is an {@link ApiError}. */
export class ObjectStore {
  readonly #storage: Storage<StoredObject>;
  readonly #now: () => Date;
  readonly #createNamespaces: boolean;
  #waiting = new Set<() => void>();

  /** An empty store, or one over the given storage. */
  constructor(options: StoreOptions = {}) {
    this.#storage = options.storage ?? new MemoryStorage<StoredObject>();
    this.#now = options.now ?? (() => new Date());
    this.#createNamespaces = options.createNamespaces ?? true;
  }

  /** Version of the last change. */
  get resourceVersion(): string {
    return String(this.#storage.version);
  }

  /** One object; `namespace` is "" for objects without one. 404 when it is not there. */
  get(resource: ApiResource, namespace: string, name: string): StoredObject {
    const found = this.#storage.read(keyOf(resource, namespace, name));
    if (found === undefined) throw notFound(resource, name);
    return found;
  }

  /**
   * Creates an object, of the kind that it names itself unless `resource` is given; its status is kept. 409 when the
   * name is taken, 422 when it is no name. Objects that come with a uid or a creationTimestamp keep them: recordings.
   */
  create(object: NewObject, namespace?: string, resource: ApiResource = resourceOf(object)): StoredObject {
    const given = metadataOf(object);
    const where = namespaceFor(resource, namespace, given);
    const name = given.name || generatedName(given.generateName);
    checkName(resource, name, where);
    const key = keyOf(resource, where, name);
    if (this.#storage.read(key) !== undefined) {
      const details = { name, group: resource.group, kind: resource.plural };
      throw new ApiError(409, `${qualified(resource)} ${JSON.stringify(name)} already exists`, {
        reason: "AlreadyExists",
        details,
      });
    }
    if (resource.namespaced && this.#createNamespaces) this.#ensureNamespace(where);
    const time = this.#now().toISOString().replace(/\.\d+Z$/, "Z");
    const hasSpec = "spec" in object;
    return this.#write(key, (resourceVersion) => ({
      ...object,
      apiVersion: groupVersion(resource),
      kind: resource.kind,
      metadata: {
        ...(hasSpec ? { generation: 1 } : {}),
        uid: crypto.randomUUID(),
        creationTimestamp: time,
        ...given,
        name,
        ...(resource.namespaced ? { namespace: where } : {}),
        resourceVersion,
      },
    }));
  }

  /**
   * Replaces an object, or with `status` only its status. What `admit` makes of it is kept, or what it throws. 409 when the given resourceVersion is not the stored one's,
   * 404 when there is none.
   */
  update(
    object: NewObject,
    options: {
      readonly status?: boolean;
      readonly resource?: ApiResource;
      readonly admit?: (wanted: NewObject, stored: StoredObject) => NewObject;
    } = {},
  ): StoredObject {
    const resource = options.resource ?? resourceOf(object);
    let given = metadataOf(object);
    const where = namespaceFor(resource, undefined, given);
    const stored = this.get(resource, where, given.name ?? "");
    if (given.resourceVersion !== undefined && given.resourceVersion !== stored.metadata.resourceVersion) {
      const details = { name: given.name ?? "", group: resource.group, kind: resource.plural };
      const message =
        `Operation cannot be fulfilled on ${qualified(resource)} ${JSON.stringify(given.name)}: the object ` +
        "has been modified; please apply your changes to the latest version and try again";
      throw new ApiError(409, message, { details });
    }
    const admitted = options.admit === undefined || options.status ? object : options.admit(object, stored);
    given = metadataOf(admitted);
    const { status, ...rest } = admitted;
    const wanted: Record<string, unknown> = options.status
      ? { ...stored, ...statusOf(status) }
      : { ...rest, ...statusOf(resource.status ? stored["status"] : status) };
    // What the store sets is not the writer's to change.
    const kept = pickMetadata(stored.metadata, options.status ? stored.metadata : given);
    const generation = stored.metadata.generation;
    const changed = generation !== undefined && !equal(wanted["spec"], stored["spec"]);
    const same = !changed && equal({ ...wanted, metadata: kept }, { ...stored, metadata: kept }) &&
      equal(kept, pickMetadata(stored.metadata, stored.metadata));
    if (same) return stored;
    return this.#write(keyOf(resource, where, stored.metadata.name), (resourceVersion) => ({
      ...wanted,
      apiVersion: stored.apiVersion,
      kind: stored.kind,
      metadata: { ...kept, ...(changed ? { generation: generation + 1 } : {}), resourceVersion },
    }));
  }

  /** Merges a JSON merge patch (RFC 7386) into an object, or with `status` into its status only. */
  patch(
    resource: ApiResource,
    namespace: string,
    name: string,
    patch: unknown,
    options: {
      readonly status?: boolean;
      readonly admit?: (wanted: NewObject, stored: StoredObject) => NewObject;
    } = {},
  ): StoredObject {
    const merged = mergePatch(this.get(resource, namespace, name), patch);
    if (!isRecord(merged)) throw new ApiError(400, "the patch does not leave an object");
    const metadata = { ...metadataOf(merged), name, ...(resource.namespaced ? { namespace } : {}) };
    // Without a version in the patch itself there is nothing to be in conflict with.
    const said = isRecord(patch) && isRecord(patch["metadata"]) ? patch["metadata"]["resourceVersion"] : undefined;
    const { resourceVersion: _, ...unversioned } = metadata;
    const versioned = typeof said === "string" ? metadata : unversioned;
    return this.update({ ...merged, metadata: versioned }, { ...options, resource });
  }

  /** Deletes an object; its last state, under the version of the deletion. 409 when a precondition does not hold. */
  delete(
    resource: ApiResource,
    namespace: string,
    name: string,
    preconditions: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined } = {},
  ): StoredObject {
    const stored = this.get(resource, namespace, name);
    for (const field of ["uid", "resourceVersion"] as const) {
      const wanted = preconditions[field];
      if (wanted === undefined || wanted === stored.metadata[field]) continue;
      throw new ApiError(
        409,
        `Precondition failed: ${field} in precondition: ${wanted}, in object: ${stored.metadata[field]}`,
      );
    }
    const { version } = this.#change(keyOf(resource, namespace, name), () => undefined);
    return freeze({ ...stored, metadata: { ...stored.metadata, resourceVersion: String(version) } });
  }

  /**
   * Objects of a resource, in pages when `limit` is given: all pages show the state of the first. 410 when that state
   * is compacted away, with a token that goes on with the state of now; 400 for a token that is none.
   */
  list(
    resource: ApiResource,
    selection: Selection & { readonly limit?: number | undefined; readonly continue?: string | undefined } = {},
  ): StoredList {
    const { namespace, limit } = selection;
    const token = selection.continue ? parseToken(selection.continue) : undefined;
    const version = token === undefined || token.version < 0 ? this.#storage.version : token.version;
    if (version < this.#storage.oldest) {
      throw expired(version, this.#storage.oldest, formatToken(-1, token?.after ?? ""));
    }
    const scan = this.#storage.scan({
      collection: collectionOf(resource),
      namespace,
      version,
      after: token?.after,
      limit: limit || undefined,
      where: selectorOf(selection),
    });
    const resourceVersion = String(version);
    if (scan.last === undefined) return { items: scan.items, resourceVersion };
    const selected = selection.labelSelector || selection.fieldSelector;
    return {
      items: scan.items,
      resourceVersion,
      continue: formatToken(version, scan.last),
      ...(selected ? {} : { remainingItemCount: scan.remaining }),
    };
  }

  /**
   * Changes of a resource from a version on, as they happen, until the signal is aborted. A watcher that does not keep
   * up holds no memory; when what it has not read yet is compacted away, it gets 410.
   */
  async *watch(resource: ApiResource, options: StoreWatchOptions = {}): AsyncGenerator<WatchEvent, void> {
    const { signal, bookmarkMs = Infinity, namespace } = options;
    const collection = collectionOf(resource);
    const selected = selectorOf(options);
    let version = this.#storage.version;
    if (options.resourceVersion === undefined || /^0?$/.test(options.resourceVersion)) {
      const { items } = this.list(resource, options);
      for (const object of items) yield { type: "ADDED", object };
    } else {
      const wanted = Number(options.resourceVersion);
      if (!Number.isSafeInteger(wanted) || wanted < 0) {
        throw new ApiError(400, `invalid resource version ${JSON.stringify(options.resourceVersion)}`);
      }
      if (wanted > version) {
        throw new ApiError(504, `Too large resource version: ${wanted}, current: ${version}`, { reason: "Timeout" });
      }
      version = wanted;
    }
    let bookmarkAt = performance.now() + bookmarkMs;
    while (signal?.aborted !== true) {
      if (version < this.#storage.oldest) throw expired(version, this.#storage.oldest);
      const changes = this.#storage.since(version, batch);
      for (const change of changes) {
        version = change.version;
        if (change.key.collection !== collection) continue;
        if (namespace !== undefined && change.key.namespace !== namespace) continue;
        const event = eventOf(change, selected);
        if (event !== undefined) yield event;
        if (signal?.aborted) return;
      }
      if (changes.length > 0) continue;
      if (performance.now() >= bookmarkAt) {
        yield { type: "BOOKMARK", object: bookmark(resource, version) };
        bookmarkAt = performance.now() + bookmarkMs;
        continue;
      }
      await this.#changed(signal, bookmarkAt - performance.now());
    }
  }

  /** Forgets the history up to a version, or all of it: older watches and page tokens get 410. */
  compact(resourceVersion: string = this.resourceVersion): void {
    this.#storage.compact(Number(resourceVersion));
    this.#wake();
  }

  #ensureNamespace(name: string): void {
    const namespaces = resourceOfKind("v1", "Namespace");
    if (namespaces === undefined || this.#storage.read(keyOf(namespaces, "", name)) !== undefined) return;
    const labels = { "kubernetes.io/metadata.name": name };
    this.create({
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name, labels },
      spec: {},
      status: { phase: "Active" },
    });
  }

  #write(key: Key, make: (resourceVersion: string) => object): StoredObject {
    const change = this.#change(key, (version) => freeze(structuredClone(make(String(version))) as StoredObject));
    if (change.after === undefined) throw new ApiError(500, "the store did not keep what it was given");
    return change.after;
  }

  #change(key: Key, make: (version: number) => StoredObject | undefined): Change<StoredObject> {
    const change = this.#storage.write(key, make);
    this.#wake();
    return change;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next change, when `ms` have passed, or when the signal is aborted. */
  #changed(signal: AbortSignal | undefined, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = ms === Infinity ? undefined : setTimeout(done, Math.max(0, ms));
      this.#waiting.add(done);
      signal?.addEventListener("abort", done);
    });
  }
}

function collectionOf(resource: ApiResource): string {
  return `${resource.group}/${resource.plural}`;
}

function keyOf(resource: ApiResource, namespace: string, name: string): Key {
  return { collection: collectionOf(resource), namespace: resource.namespaced ? namespace : "", name };
}

function statusOf(status: unknown): { readonly status?: unknown } {
  return status === undefined ? {} : { status };
}

/** Metadata after an update: what the store sets from the stored object, the rest as given. */
function pickMetadata(stored: StoredMetadata, given: Partial<StoredMetadata>): StoredMetadata {
  const { uid, creationTimestamp, name, namespace, generation, resourceVersion } = stored;
  return {
    ...given,
    ...(generation === undefined ? {} : { generation }),
    uid,
    creationTimestamp,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    resourceVersion,
  };
}

function selectorOf(selection: Selection): Selector {
  const byLabel = labelSelector(selection.labelSelector);
  const byField = fieldSelector(selection.fieldSelector);
  return (object) => byLabel(object) && byField(object);
}

/** A change as a watcher with that selector sees it: what no longer matches is deleted for it, what begins to, added. */
function eventOf(change: Change<StoredObject>, selected: Selector): WatchEvent | undefined {
  const before = change.before !== undefined && selected(change.before) ? change.before : undefined;
  const after = change.after !== undefined && selected(change.after) ? change.after : undefined;
  if (after !== undefined) return { type: before === undefined ? "ADDED" : "MODIFIED", object: after };
  if (before === undefined) return undefined;
  const metadata = { ...before.metadata, resourceVersion: String(change.version) };
  return { type: "DELETED", object: { ...(change.after ?? before), metadata } };
}

function bookmark(resource: ApiResource, version: number): StoredObject {
  const metadata = { name: "", uid: "", creationTimestamp: "", resourceVersion: String(version) };
  return { apiVersion: groupVersion(resource), kind: resource.kind, metadata };
}

/** Where a list goes on: version of its snapshot (-1: of now) and the key to go on after. */
function formatToken(version: number, after: string): string {
  return btoa(JSON.stringify({ v: version, k: encodeURIComponent(after) })).replaceAll("=", "");
}

function parseToken(text: string): { readonly version: number; readonly after: string } {
  try {
    const token: unknown = JSON.parse(atob(text));
    if (isRecord(token)) {
      const { v, k } = token;
      if (typeof v === "number" && Number.isSafeInteger(v) && typeof k === "string") {
        return { version: v, after: decodeURIComponent(k) };
      }
    }
  } catch { /* said below */ }
  throw new ApiError(400, "continue key is not valid");
}
