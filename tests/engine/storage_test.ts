/** What every storage promises, shown for each of them, and what one in a file promises on top. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoredObject } from "../../lib/engine/object.ts";
import { resourceOfKind } from "../../lib/engine/resources.ts";
import { SqliteStorage } from "../../lib/engine/sqlite.ts";
import { ApiError } from "../../lib/engine/status.ts";
import { type Key, MemoryStorage, type Storage } from "../../lib/engine/storage.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { TasksmithError } from "../../lib/terminal/error.ts";

interface Value {
  readonly n: number;
  readonly version: number;
}

async function withFile(body: (path: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tasksmith-storage-" });
  try {
    await body(`${folder}/objects.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const key = (name: string, namespace = "ns", collection = "c"): Key => ({ collection, namespace, name });
const put = (storage: Storage<Value>, at: Key, n: number) => storage.write(at, (version) => ({ n, version }));
const all = () => true;

const kinds: Record<string, (path: string) => Storage<Value> & { close?(): void }> = {
  memory: () => new MemoryStorage<Value>(20),
  sqlite: (path) => new SqliteStorage<Value>(path, 20),
};

for (const [name, make] of Object.entries(kinds)) {
  const check = (what: string, body: (storage: Storage<Value>) => void) =>
    Deno.test(`${name}: ${what}`, () =>
      withFile((path) => {
        const storage = make(path);
        try {
          body(storage);
        } finally {
          storage.close?.();
        }
      }));

  check("begins at version 1, and each change is one more", (storage) => {
    assert.deepEqual([storage.version, storage.oldest], [1, 1]);
    const first = put(storage, key("a"), 7);
    assert.deepEqual(first, { version: 2, key: key("a"), after: { n: 7, version: 2 }, before: undefined });
    const second = storage.write(key("a"), () => undefined);
    assert.deepEqual(second, { version: 3, key: key("a"), after: undefined, before: { n: 7, version: 2 } });
    assert.equal(storage.read(key("a")), undefined);
    assert.deepEqual(storage.since(1, 10), [first, second]);
    assert.deepEqual(storage.since(3, 10), []);
  });

  check("a change that cannot be made is none", (storage) => {
    assert.throws(() =>
      storage.write(key("a"), () => {
        throw new Error("no");
      }), /no/);
    assert.equal(storage.version, 1);
    assert.equal(put(storage, key("a"), 1).version, 2);
  });

  check("scans in the order of keys, in pages, as it was at a version", (storage) => {
    for (const [index, at] of [key("b"), key("a"), key("z", "a"), key("a", "", "other")].entries()) {
      put(storage, at, index);
    }
    const then = storage.version;
    put(storage, key("a"), 99);
    storage.write(key("b"), () => undefined);
    const scan = (more: object) => storage.scan({ collection: "c", where: all, ...more });
    assert.deepEqual(scan({}).items.map(({ n }) => n), [2, 99]);
    assert.deepEqual(scan({ version: then }).items.map(({ n }) => n), [2, 1, 0]);
    const page = scan({ version: then, limit: 2 });
    assert.deepEqual([page.items.map(({ n }) => n), page.last, page.remaining], [[2, 1], "ns\0a", 1]);
    assert.deepEqual(scan({ version: then, limit: 2, after: page.last }).items.map(({ n }) => n), [0]);
    assert.deepEqual(scan({ namespace: "ns" }).items.map(({ n }) => n), [99]);
  });

  check("a long collection comes whole, and in order", (storage) => {
    const wanted = Array.from({ length: 1_100 }, (_, n) => `k${String(n).padStart(4, "0")}`);
    for (const [n, name] of wanted.entries()) put(storage, key(name), n);
    const odd = storage.scan({ collection: "c", where: ({ n }) => n % 2 === 1 });
    assert.deepEqual(odd.items.map(({ n }) => n), wanted.map((_, n) => n).filter((n) => n % 2 === 1));
    const page = storage.scan({ collection: "c", limit: 700, where: all });
    assert.deepEqual([page.items.length, page.last, page.remaining], [700, "ns\0k0699", 400]);
  });

  check("what is compacted away cannot be scanned, and the rest still can", (storage) => {
    for (let n = 0; n < 10; n++) put(storage, key("a"), n);
    storage.write(key("a"), () => undefined);
    storage.compact(8);
    assert.equal(storage.oldest, 8);
    assert.throws(() => storage.scan({ collection: "c", version: 7, where: all }), RangeError);
    assert.deepEqual(storage.scan({ collection: "c", version: 8, where: all }).items.map(({ n }) => n), [6]);
    assert.deepEqual(storage.since(8, 1)[0]?.before?.n, 6);
    storage.compact(storage.version);
    assert.deepEqual([storage.version, storage.oldest], [12, 12]);
    for (let n = 0; n < 100; n++) put(storage, key("b"), n);
    assert.ok(storage.version - storage.oldest <= 25, "history is bounded");
  });
}

const names = fc.constantFrom("a", "b", "c-1", "c.2", "long-name");
const keys = fc.record({
  collection: fc.constantFrom("v1/x", "v1/y"),
  namespace: fc.constantFrom("", "n", "n2"),
  name: names,
}, { noNullPrototype: true });
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("put" as const), key: keys, n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), key: keys }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("scan" as const),
      back: fc.nat(12),
      namespace: fc.option(fc.constantFrom("", "n", "n2"), { nil: undefined }),
      limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      after: fc.option(fc.tuple(fc.constantFrom("", "n", "n2"), names), { nil: undefined }),
      least: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("since" as const), back: fc.nat(12), limit: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), back: fc.integer({ min: -2, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) },
);

Deno.test("whatever is written, scanned, followed and compacted, a file answers as memory does, reopened or not", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const folder = Deno.makeTempDirSync({ prefix: "tasksmith-storage-" });
      const path = `${folder}/objects.sqlite`;
      const memory = new MemoryStorage<Value>(16);
      let file = new SqliteStorage<Value>(path, 16);
      try {
        for (const step of actions) {
          const answer = (storage: Storage<Value>): unknown => {
            const version = storage.version - ("back" in step ? step.back : 0);
            switch (step.do) {
              case "put":
                return put(storage, step.key, step.n);
              case "delete":
                return storage.write(step.key, () => undefined);
              case "compact":
                return storage.compact(version);
              case "since":
                return storage.since(Math.max(version, storage.oldest), step.limit);
              case "reopen":
                return;
              case "scan":
                return storage.scan({
                  collection: "v1/x",
                  namespace: step.namespace,
                  version: Math.max(version, storage.oldest),
                  limit: step.limit,
                  after: step.after?.join("\0"),
                  where: ({ n }) => n >= step.least,
                });
            }
          };
          if (step.do === "reopen") {
            file.close();
            file = new SqliteStorage<Value>(path, 16);
          }
          assert.deepEqual(answer(file), answer(memory));
          assert.deepEqual([file.version, file.oldest], [memory.version, memory.oldest]);
          if ("key" in step) assert.deepEqual(file.read(step.key), memory.read(step.key));
        }
      } finally {
        file.close();
        Deno.removeSync(folder, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a file keeps versions and values over its closing, and refuses what it did not make", () =>
  withFile(async (path) => {
    const first = new SqliteStorage<Value>(path);
    put(first, key("a"), 1);
    first.write(key("a"), () => undefined);
    first.compact(first.version);
    first.close();
    const second = new SqliteStorage<Value>(path);
    assert.deepEqual([second.version, second.oldest], [3, 3]);
    assert.equal(put(second, key("a"), 2).version, 4);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(`${path}-wal`)).mode! & 0o777, 0o600);
    second.close();
    await Deno.writeTextFile(path, "not a database, but long enough to be taken for the beginning of one".repeat(20));
    assert.throws(() => new SqliteStorage(path), (error: unknown) => {
      assert.ok(error instanceof TasksmithError);
      assert.equal(error.code, "engine/bad-data");
      return true;
    });
  }));

Deno.test("pages and watches go on over a restart, until what they stand on is compacted away: then 410", () =>
  withFile(async (path) => {
    const secrets = resourceOfKind("v1", "Secret");
    assert.ok(secrets);
    const opened = () => {
      const storage = new SqliteStorage<StoredObject>(path);
      return { storage, store: new ObjectStore({ storage }) };
    };
    const first = opened();
    for (const name of ["a", "b", "c"]) {
      first.store.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "ci" } });
    }
    const page = first.store.list(secrets, { limit: 1 });
    first.storage.close();

    const second = opened();
    second.store.delete(secrets, "ci", "b");
    const rest = () => second.store.list(secrets, { limit: 5, continue: page.continue ?? "" });
    const next = () => second.store.watch(secrets, { resourceVersion: page.resourceVersion }).next();
    assert.deepEqual(rest().items.map((object) => object.metadata.name), ["b", "c"]);
    assert.equal((await next()).value?.type, "DELETED");
    second.store.compact();
    const expired = (error: unknown) => error instanceof ApiError && error.code === 410;
    assert.throws(rest, expired);
    await assert.rejects(next(), expired);
    second.storage.close();
  }));
