/**
 * Objects in a SQLite file: every revision of a key is a row, the newest one is what it is now. Survives the end of the
 * process, however it comes. Knows keys, versions and JSON; nothing of what an object means.
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { TasksmithError } from "../terminal/error.ts";
import { freeze } from "./object.ts";
import type { Change, Key, Scan, ScanOptions, Storage } from "./storage.ts";

/** Layout of the file; another number means another tasksmith made it. */
const layout = 1;

/** Rows read at once by a scan: what bounds its memory. */
const page = 500;

/** Changes and values that are held parsed, for the many readers of what is new. */
const held = 500;

const schema = `
  CREATE TABLE IF NOT EXISTS revisions (
    version INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT
  );
  CREATE INDEX IF NOT EXISTS by_key ON revisions (collection, namespace, name, version);
  CREATE TABLE IF NOT EXISTS bounds (one INTEGER PRIMARY KEY CHECK (one = 1), oldest INTEGER NOT NULL);
  INSERT OR IGNORE INTO bounds VALUES (1, 1);
  PRAGMA user_version = ${layout};
`;

const sameKey = "collection = ? AND namespace = ? AND name = ?";

/** The newest row of each key up to a version, deleted ones left out. */
const present = `
  FROM revisions AS r WHERE collection = :collection AND (namespace, name) > (:namespace, :name)
  AND (:only IS NULL OR namespace = :only) AND value IS NOT NULL AND version = (
    SELECT max(version) FROM revisions AS s
    WHERE s.collection = r.collection AND s.namespace = r.namespace AND s.name = r.name AND s.version <= :version
  )`;

interface Row {
  readonly version: number;
  readonly collection: string;
  readonly namespace: string;
  readonly name: string;
  readonly value: string | null;
}

/** {@link Storage} in a SQLite file; remembers at least `history` changes. Values must be what JSON can say. */
export class SqliteStorage<T> implements Storage<T> {
  readonly #database: DatabaseSync;
  readonly #history: number;
  #version: number;
  #oldest: number;
  /** The newest changes, parsed; their versions are consecutive and end with the newest. */
  #recent: Change<T>[] = [];
  /** Some of the values of now, parsed; the first one was not asked for the longest. */
  readonly #values = new Map<string, { readonly version: number; readonly value: T }>();
  readonly #read: StatementSync;
  readonly #insert: StatementSync;
  readonly #since: StatementSync;
  readonly #before: StatementSync;
  readonly #page: StatementSync;
  readonly #count: StatementSync;

  /**
   * Opens the file, or makes it. @param history how many changes are remembered for watches and lists in pages
   * @throws {TasksmithError} `engine/bad-data` when the file is none of these
   */
  constructor(path: string, history = 10_000) {
    this.#history = history;
    this.#database = open(path);
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#read = prepare(`SELECT version, value FROM revisions WHERE ${sameKey} ORDER BY version DESC LIMIT 1`);
    this.#insert = prepare("INSERT INTO revisions VALUES (?, ?, ?, ?, ?)");
    this.#since = prepare("SELECT * FROM revisions WHERE version > ? ORDER BY version LIMIT ?");
    this.#before = prepare(
      `SELECT value FROM revisions WHERE ${sameKey} AND version < ? ORDER BY version DESC LIMIT 1`,
    );
    this.#page = prepare(`SELECT version, namespace, name, value ${present} ORDER BY namespace, name LIMIT ${page}`);
    this.#count = prepare(`SELECT count(*) AS count ${present}`);
    const bounds = prepare(
      "SELECT oldest, coalesce((SELECT max(version) FROM revisions), 1) AS newest FROM bounds",
    ).get() as { oldest: number; newest: number };
    this.#oldest = bounds.oldest;
    // the newest row of all may have been a deletion that is forgotten
    this.#version = Math.max(bounds.oldest, bounds.newest);
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
    const id = idOf(key);
    const known = this.#values.get(id);
    if (known !== undefined) {
      this.#values.delete(id);
      this.#values.set(id, known);
      return known.value;
    }
    const row = this.#read.get(key.collection, key.namespace, key.name) as Pick<Row, "version" | "value"> | undefined;
    if (row === undefined || row.value === null) return undefined;
    const value = parse<T>(row.value);
    this.#hold(id, row.version, value);
    return value;
  }

  /** Puts or deletes a value: one row, which is there as a whole or not at all. */
  write(key: Key, make: (version: number) => T | undefined): Change<T> {
    const version = this.#version + 1;
    const after = make(version);
    const before = this.read(key);
    const json = after === undefined ? null : JSON.stringify(after);
    this.#insert.run(version, key.collection, key.namespace, key.name, json);
    this.#version = version;
    const id = idOf(key);
    if (after === undefined) this.#values.delete(id);
    else this.#hold(id, version, after);
    const change = { version, key, after, before };
    this.#recent.push(change);
    if (this.#recent.length > 2 * held) this.#recent = this.#recent.slice(-held);
    // In blocks: looking for what is superseded has its price each time.
    if (version - this.#oldest > this.#history * 1.25) this.compact(version - this.#history);
    return change;
  }

  /** Values of a collection, now or as they were. */
  scan(options: ScanOptions<T>): Scan<T> {
    const { collection, namespace: only = null, version = this.#version, limit = Infinity, where } = options;
    if (version < this.#oldest || version > this.#version) {
      throw new RangeError(`version ${version} is not between ${this.#oldest} and ${this.#version}`);
    }
    const items: T[] = [];
    let last: string | undefined;
    let [namespace = "", name = ""] = options.after?.split("\0") ?? [];
    for (;;) {
      const rows = this.#page.all({ collection, namespace, name, only, version }) as unknown as Row[];
      for (const row of rows) {
        const value = this.#parsed(collection, row);
        if (!where(value)) {
          ({ namespace, name } = row);
          continue;
        }
        if (items.length >= limit) {
          const { count } = this.#count.get({ collection, namespace, name, only, version }) as { count: number };
          return { items, last, remaining: count };
        }
        items.push(value);
        ({ namespace, name } = row);
        last = `${namespace}\0${name}`;
      }
      if (rows.length < page) return { items, last: undefined, remaining: 0 };
    }
  }

  /** Changes after a version. */
  since(version: number, limit: number): readonly Change<T>[] {
    const start = version - this.#version + this.#recent.length;
    if (start >= 0) return this.#recent.slice(start, start + limit);
    const rows = this.#since.all(Math.max(version, this.#oldest), limit) as unknown as Row[];
    return rows.map(({ version, collection, namespace, name, value }) => {
      const before = this.#before.get(collection, namespace, name, version) as Pick<Row, "value"> | undefined;
      return {
        version,
        key: { collection, namespace, name },
        after: value === null ? undefined : parse<T>(value),
        before: before === undefined || before.value === null ? undefined : parse<T>(before.value),
      };
    });
  }

  /** Forgets the history up to a version. */
  compact(version: number): void {
    if (version <= this.#oldest) return;
    const oldest = Math.min(version, this.#version);
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#database.prepare(
        `DELETE FROM revisions AS r WHERE version <= :oldest AND EXISTS (
          SELECT 1 FROM revisions AS s WHERE s.collection = r.collection AND s.namespace = r.namespace
          AND s.name = r.name AND s.version > r.version AND s.version <= :oldest)`,
      ).run({ oldest });
      this.#database.prepare("DELETE FROM revisions WHERE version <= ? AND value IS NULL").run(oldest);
      this.#database.prepare("UPDATE bounds SET oldest = ?").run(oldest);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
    this.#recent = this.#recent.filter((change) => change.version > oldest);
    this.#oldest = oldest;
  }

  /** Closes the file. Nothing can be read or written after it. */
  close(): void {
    this.#database.close();
  }

  /** The value of a row, the one that is held where it is that very one. */
  #parsed(collection: string, row: Row): T {
    const known = this.#values.get(idOf({ collection, namespace: row.namespace, name: row.name }));
    return known?.version === row.version ? known.value : parse<T>(row.value ?? "null");
  }

  #hold(id: string, version: number, value: T): void {
    this.#values.delete(id);
    this.#values.set(id, { version, value });
    if (this.#values.size <= held) return;
    for (const oldest of this.#values.keys()) return void this.#values.delete(oldest);
  }
}

function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // it holds Secrets; the files that SQLite puts beside it get the same mode
    Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
    database = new DatabaseSync(path);
    const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (found !== 0 && found !== layout) throw new RangeError(`its layout is ${found}, this one reads ${layout}`);
    // a process that is killed loses nothing; only a machine that loses its power may lose the last changes
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000");
    database.exec(schema);
    return database;
  } catch (cause) {
    database?.close();
    throw new TasksmithError({
      code: "engine/bad-data",
      doing: `open the engine's objects in ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      advice: "Check that the folder can be written and the disk has room, or give another data folder.",
      cause,
    });
  }
}

function parse<T>(json: string): T {
  return freeze(JSON.parse(json) as T);
}

function idOf(key: Key): string {
  return `${key.collection}\0${key.namespace}\0${key.name}`;
}
