/**
 * Where objects are kept: a versioned key-value collection with its recent history, in memory. Knows keys and versions;
 * nothing of what an object means. Another way of keeping them (SQLite) implements the same interface.
 * @module
 */

/** Address of an object. */
export interface Key {
  /** Group and plural: `tekton.dev/taskruns`. */
  readonly collection: string;
  /** Namespace; `""` for objects without one. */
  readonly namespace: string;
  /** Name. */
  readonly name: string;
}

/** A change. */
export interface Change<T> {
  /** Version that the change made. */
  readonly version: number;
  /** What was changed. */
  readonly key: Key;
  /** State after it; undefined: deleted. */
  readonly after: T | undefined;
  /** State before it; undefined: it was created. */
  readonly before: T | undefined;
}

/** A part of a collection at one version. */
export interface Scan<T> {
  /** Values in the order of namespace and name. */
  readonly items: T[];
  /** More than `limit` were there: the key of the last one given, to go on after. */
  readonly last: string | undefined;
  /** How many are left after it. */
  readonly remaining: number;
}

/** What is scanned. */
export interface ScanOptions<T> {
  /** Group and plural. */
  readonly collection: string;
  /** Only of this namespace. */
  readonly namespace?: string | undefined;
  /** As it was at this version. @default now */
  readonly version?: number | undefined;
  /** Only after this key, as {@link Scan.last} gave it. */
  readonly after?: string | undefined;
  /** At most so many. */
  readonly limit?: number | undefined;
  /** Only those for which it is true. */
  readonly where: (value: T) => boolean;
}

/** A versioned collection. Values are never changed in place. */
export interface Storage<T> {
  /** Version of the last change. An empty storage has 1: to Kubernetes "0" means any version. */
  readonly version: number;
  /** Oldest version that can still be scanned or followed. */
  readonly oldest: number;
  /** The value now. */
  read(key: Key): T | undefined;
  /** Puts a value, or deletes it when undefined; `make` is given the new version. */
  write(key: Key, make: (version: number) => T | undefined): Change<T>;
  /**
   * Values of a collection.
   * @throws RangeError when that version is older than {@link Storage.oldest}.
   */
  scan(options: ScanOptions<T>): Scan<T>;
  /** Changes after a version, oldest first, at most `limit`. The version is not older than {@link Storage.oldest}. */
  since(version: number, limit: number): readonly Change<T>[];
  /** Forgets the history up to a version. */
  compact(version: number): void;
}

/** Sorts by namespace, then name: NUL is in neither. */
function sortKey(key: Key): string {
  return `${key.namespace}\0${key.name}`;
}

/** {@link Storage} in memory; remembers at most `history` changes. */
export class MemoryStorage<T> implements Storage<T> {
  #version = 1;
  #oldest = 1;
  readonly #history: number;
  readonly #collections = new Map<string, Map<string, T>>();
  #changes: Change<T>[] = [];

  /** An empty one. @param history how many changes are remembered for watches and lists in pages */
  constructor(history = 10_000) {
    this.#history = history;
  }

  /** Version of the last change. */
  get version(): number {
    return this.#version;
  }

  /** Oldest version that can still be scanned or followed. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The value now. */
  read(key: Key): T | undefined {
    return this.#collections.get(key.collection)?.get(sortKey(key));
  }

  /** Puts or deletes a value. */
  write(key: Key, make: (version: number) => T | undefined): Change<T> {
    let collection = this.#collections.get(key.collection);
    if (collection === undefined) this.#collections.set(key.collection, collection = new Map());
    const version = this.#version + 1;
    const after = make(version);
    this.#version = version;
    const before = collection.get(sortKey(key));
    if (after === undefined) collection.delete(sortKey(key));
    else collection.set(sortKey(key), after);
    const change = { version, key, after, before };
    this.#changes.push(change);
    // Cut in blocks: moving the array for each change would cost its length each time.
    if (this.#changes.length > this.#history * 1.25) this.compact(version - this.#history);
    return change;
  }

  /** Values of a collection, now or as they were. */
  scan(options: ScanOptions<T>): Scan<T> {
    const { collection, namespace, version = this.#version, after, limit = Infinity, where } = options;
    if (version < this.#oldest || version > this.#version) {
      throw new RangeError(`version ${version} is not between ${this.#oldest} and ${this.#version}`);
    }
    let state: ReadonlyMap<string, T> = this.#collections.get(collection) ?? new Map();
    if (version < this.#version) {
      const past = new Map(state);
      for (let at = this.#changes.length - 1; at >= 0; at--) {
        const change = this.#changes[at];
        if (change === undefined || change.version <= version) break;
        if (change.key.collection !== collection) continue;
        if (change.before === undefined) past.delete(sortKey(change.key));
        else past.set(sortKey(change.key), change.before);
      }
      state = past;
    }
    const prefix = namespace === undefined ? "" : `${namespace}\0`;
    const keys = [...state.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort();
    const items: T[] = [];
    let last: string | undefined;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] ?? "";
      const value = state.get(key);
      if (value === undefined || !where(value)) continue;
      if (items.length >= limit) return { items, last, remaining: keys.length - at };
      items.push(value);
      last = key;
    }
    return { items, last: undefined, remaining: 0 };
  }

  /** Changes after a version. */
  since(version: number, limit: number): readonly Change<T>[] {
    // Versions are consecutive, so the place is known.
    const start = Math.max(0, version - this.#version + this.#changes.length);
    return this.#changes.slice(start, start + limit);
  }

  /** Forgets the history up to a version. */
  compact(version: number): void {
    if (version <= this.#oldest) return;
    const oldest = Math.min(version, this.#version);
    this.#changes = this.#changes.slice(Math.max(0, oldest - this.#version + this.#changes.length));
    this.#oldest = oldest;
  }
}
