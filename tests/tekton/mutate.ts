/**
 * Documents to compare verdicts over: seeds of our own, objects made from the schema, and mutants of both. The same
 * number gives the same documents everywhere.
 * @module
 */
import { allRules } from "../../lib/tekton/rules/all.ts";
import { definitions } from "../../lib/tekton/schema/define.ts";
import { kindSchemas } from "../../lib/tekton/schema/all.ts";
import { readYaml } from "../../lib/tekton/yaml.ts";
import { seeds } from "./seeds.ts";

/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A document and where it comes from. */
export interface Mutant {
  /** What was done to the seed. */
  readonly category: string;
  /** The document. */
  readonly document: { [key: string]: Json };
}

/** Random numbers that are the same everywhere (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  /** One of several. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  /** True with the given chance. */
  chance(share: number): boolean {
    return this.next() < share;
  }
}

type Holder = { [key: string]: Json } | Json[];
interface Place {
  readonly parent: Holder;
  readonly key: string;
  readonly value: Json;
  readonly path: string;
}

/** All values of a document below its top, metadata aside. */
function placesOf(document: { [key: string]: Json }, withMetadata = false): Place[] {
  const places: Place[] = [];
  const walk = (parent: Holder, path: string) => {
    for (const [key, value] of Object.entries(parent)) {
      if (path === "" && (key === "apiVersion" || key === "kind" || (key === "metadata" && !withMetadata))) continue;
      places.push({ parent, key, value: value as Json, path: `${path}/${key}` });
      if (typeof value === "object" && value !== null) walk(value as Holder, `${path}/${key}`);
    }
  };
  walk(document, "");
  return places;
}

const put = ({ parent, key }: Place, value: Json): void => {
  (parent as { [key: string]: Json })[key] = value;
};
const isMap = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const durations = [
  "60",
  "1d",
  "1h 30m",
  "",
  "0",
  "-1s",
  "+5m",
  "1h10m",
  "1.5h",
  "100ms",
  "1us",
  "1µs",
  ".5s",
  "5",
  "1H",
  "0s",
  "-0",
  "9999999h",
  "61m",
  "1h1s",
];
const quantities: Json[] = [
  "100m",
  "1Gi",
  1,
  0.5,
  "1GB",
  "abc",
  "",
  "1e3",
  "-1",
  " 1",
  "1 Gi",
  "1.5",
  "0x1",
  "1Ki",
  "1K",
  "1k",
];
const wrong: Json[] = [
  "text",
  "",
  5,
  -1,
  1.5,
  true,
  false,
  null,
  [],
  {},
  ["a"],
  [1],
  [null],
  { a: "b" },
  { a: 1 },
  [["a"]],
  [{}],
  1e12,
  "$(params.zzz)",
  "true",
  "1",
];
const names = [
  "a",
  "A",
  "a.b",
  "a_b",
  "-a",
  "a-",
  "1a",
  "",
  "a b",
  "a/b",
  "x".repeat(63),
  "x".repeat(64),
  "é",
  "tekton-internal-x",
  "Task",
  "task",
  "in",
  "notin",
  "continue",
  "https://a/b",
  "a:b",
];
const variables = [
  "$(params.missing)",
  "$(params.array[*])",
  "$(params.array)",
  "$(params.array[0])",
  "$(params.object)",
  "$(params.object[*])",
  "$(params.object.k)",
  "$(params.object.zz)",
  "$(params.a.b.c)",
  '$(params["string"])',
  "$(params['string'])",
  '$(params["a.b"])',
  "$(params.string)",
  "x$(params.string)y$(params.string)",
  "a$(params.array[*])",
  "$(params.array[*])$(params.string)",
  "$(context.taskRun.name)",
  "$(context.taskRun.foo)",
  "$(context.task.retry-count)",
  "$(context.task.x)",
  "$(context.pipelineRun.name)",
  "$(context.pipelineRun.x)",
  "$(context.pipeline.name)",
  "$(context.pipeline.x)",
  "$(context.pipelineTask.retries)",
  "$(tasks.first.results.r)",
  "$(tasks.first.results.r[*])",
  "$(tasks.first.results.r[0])",
  "$(tasks.first.results.r.k)",
  "$(tasks.first.results.r.k.l)",
  "$(tasks.nope.results.r)",
  "$(tasks.first.status)",
  "$(tasks.nope.status)",
  "$(tasks.status)",
  "$(tasks.first.reason)",
  "$(tasks.first.result.r)",
  "$(finally.last.results.r)",
  "$(results.out.path)",
  "$(results.nope.path)",
  "$(step.results.s.path)",
  "$(step.results.nope.path)",
  "$(steps.one.results.s)",
  "$(steps.one.outputs.o)",
  "$(tasks.first.outputs.o)",
  "$(step.artifacts.path)",
  "$(artifacts.path)",
  "$(workspaces.w.path)",
  "$(workspaces.nope.path)",
  "$(HOME)",
  "$(foo.bar)",
  "$(ls -l)",
  "${HOME}",
  "$$(params.missing)",
  "$(params.missing",
  "$(params)",
  "$(params.)",
  "$( params.missing )",
  "$(inputs.params.missing)",
  "$(params.string[0])",
  "$(params.object['k'])",
  "$(credentials.path)",
  "$(params.string)\n$(params.missing)",
];

type Mutator = (document: { [key: string]: Json }, random: Random) => string | undefined;

/** Changes a document in place; says what it did, or undefined where it found nothing to change. */
const mutators: readonly Mutator[] = [
  function unknownField(document, random) {
    const maps = [{ value: document as Json }, ...placesOf(document)].map(({ value }) => value).filter(isMap);
    const map = random.pick(maps);
    map[random.pick(["bogus", "names", "resources", "ports", "timeouts", "conditions", "bundle", "spec", "x-y"])] =
      random.pick([1, "a", {}, [], true]);
    return "unknown field";
  },
  function misspelling(document, random) {
    const places = placesOf(document).filter(({ parent, key }) => isMap(parent as Json) && key.length > 2);
    if (places.length === 0) return undefined;
    const { parent, key, value } = random.pick(places);
    const at = random.below(key.length);
    const other = random.pick([
      key.slice(0, at) + key.slice(at + 1),
      key + "s",
      key.slice(0, at) + key.charAt(at).toUpperCase() + key.slice(at + 1),
      key.toLowerCase(),
      `_${key}`,
    ]);
    const fields = parent as { [key: string]: Json };
    delete fields[key];
    fields[other] = value;
    return other.toLowerCase() === key.toLowerCase() ? "case of a field" : "misspelt field";
  },
  function wrongType(document, random) {
    const place = random.pick(placesOf(document));
    put(place, structuredClone(random.pick(wrong)));
    return "wrong type";
  },
  function remove(document, random) {
    const { parent, key } = random.pick(placesOf(document));
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
    return "removed";
  },
  function repeat(document, random) {
    const lists = placesOf(document).map(({ value }) => value).filter((value) =>
      Array.isArray(value) && value.length > 0
    ) as Json[][];
    if (lists.length === 0) return undefined;
    const list = random.pick(lists);
    const copy = structuredClone(random.pick(list));
    if (isMap(copy) && typeof copy.name === "string" && random.chance(0.4)) {
      copy.name = random.pick([copy.name.toUpperCase(), `${copy.name}2`]);
    }
    list.push(copy);
    return "repeated item";
  },
  function duration(document, random) {
    const places = placesOf(document).filter(({ key, path }) => key === "timeout" || /timeouts\/\w+$/.test(path));
    if (places.length === 0) return undefined;
    put(random.pick(places), random.pick(durations));
    return "duration";
  },
  function quantity(document, random) {
    const places = placesOf(document).filter(({ key }) =>
      ["cpu", "memory", "sizeLimit", "storage", "divisor"].includes(key)
    );
    if (places.length === 0) return undefined;
    put(random.pick(places), structuredClone(random.pick(quantities)));
    return "quantity";
  },
  function name(document, random) {
    const places = placesOf(document).filter(({ value }) => typeof value === "string");
    if (places.length === 0) return undefined;
    put(random.pick(places), random.pick(names));
    return "name";
  },
  function exchange(document, random) {
    const places = placesOf(document).filter(({ value }) => typeof value === "string");
    if (places.length < 2) return undefined;
    const [one, two] = [random.pick(places), random.pick(places)];
    put(one, two.value);
    put(two, one.value);
    return "exchanged";
  },
  function variable(document, random) {
    const places = placesOf(document).filter(({ value }) => typeof value === "string");
    if (places.length === 0) return undefined;
    const place = random.pick(places);
    const text = random.pick(variables);
    put(place, random.chance(0.6) ? text : `${place.value} ${text}`);
    return "variable";
  },
  function value(document, random) {
    const places = placesOf(document).filter(({ key }) => key === "value" || key === "default");
    if (places.length === 0) return undefined;
    put(
      random.pick(places),
      structuredClone(
        random.pick([...wrong, random.pick(variables), [random.pick(variables)], { k: random.pick(variables) }]),
      ),
    );
    return "param value";
  },
  function order(document, random) {
    const tasks = placesOf(document).filter(({ parent, path }) =>
      Array.isArray(parent) && /(tasks|finally)\/\d+$/.test(path)
    );
    if (tasks.length === 0) return undefined;
    const task = random.pick(tasks).value;
    if (!isMap(task)) return undefined;
    task.runAfter = [random.pick(["first", "second", "third", "last", "nope", String(task.name)])];
    return "order";
  },
  function pipelineParam(document, random) {
    const tasks = placesOf(document).filter(({ parent, path }) =>
      Array.isArray(parent) && /(tasks|finally)\/\d+$/.test(path)
    );
    if (tasks.length === 0) return undefined;
    const task = random.pick(tasks).value;
    if (!isMap(task)) return undefined;
    const text = random.pick(variables);
    const value: Json = random.pick<Json>([text, [text], { k: text }, `a ${text}`]);
    const params = Array.isArray(task.params) ? task.params : (task.params = []);
    const name = random.pick(["p", "string", "array", "object", "a.b", "own"]);
    const where = random.next();
    if (where < 0.3) task.when = [{ input: text, operator: "in", values: [random.pick(variables)] }];
    else if (where < 0.45) task.matrix = { params: [{ name: "m", value: [text, "b"] }] };
    else if (where < 0.6) task.matrix = { include: [{ name: "i", params: [{ name: "m", value: text }] }] };
    else params.push({ name, value });
    return "pipeline param";
  },
  function param(document, random) {
    const lists = placesOf(document).filter(({ key, value }) => key === "params" && Array.isArray(value)).map((
      { value },
    ) => value as Json[]);
    if (lists.length === 0) return undefined;
    random.pick(lists).push(random.pick<Json>([
      { name: "array", type: "array" },
      { name: "object", type: "object" },
      { name: "object", properties: { k: {} }, value: { k: "v" } },
      { name: "object", value: { k: "v" } },
      { name: "new", type: "array", default: "x" },
      { name: "new", default: ["x"] },
      { name: "new", default: { a: "b" } },
      { name: "new", type: "object", properties: { a: { type: "array" } } },
      { name: "STRING", value: "x" },
      { name: "new", enum: ["a", "b"] },
      { name: "a.b" },
    ]));
    return "param";
  },
  function metadata(document, random) {
    document.metadata = random.pick<Json>([
      { name: random.pick(names) },
      { generateName: random.pick(names) },
      { name: "a", labels: { [random.pick(names)]: random.pick(names) } },
      { name: "a", annotations: { [random.pick(names)]: random.pick(names) } },
      { name: "a", bogus: 1 },
      { name: 1 },
      {},
      null,
      { name: "a", labels: null, annotations: null, creationTimestamp: null },
      { name: "a", labels: { a: 1 } },
    ]);
    return "metadata";
  },
];

/** Changes a document by one of the mutators; says how, undefined where it could not. */
function mutate(document: { [key: string]: Json }, random: Random): string | undefined {
  return placesOf(document).length === 0 ? undefined : random.pick(mutators)(document, random);
}

/** All seeds: written ones, and the examples of the rules. */
export function allSeeds(): { [key: string]: Json }[] {
  const texts = [...seeds, ...allRules.flatMap((rule) => [rule.violation, rule.nearMiss])];
  const documents = texts.flatMap((text) => readYaml(text).documents).map(({ value }) =>
    value as { [key: string]: Json }
  );
  for (const { metadata } of documents) {
    if (isMap(metadata ?? null)) delete (metadata as { [key: string]: Json }).namespace;
  }
  return documents;
}

/** `count` mutants; the same `seed` gives the same ones. */
export function* mutants(seed: number, count: number): Generator<Mutant> {
  const random = new Random(seed);
  const written = seeds.flatMap((text) => readYaml(text).documents).map(({ value }) =>
    value as { [key: string]: Json }
  );
  const all = allSeeds();
  for (let made = 0; made < count;) {
    if (random.chance(0.15)) {
      const document = generated(random);
      const category = random.chance(0.5)
        ? "from the schema"
        : `from the schema, ${mutate(document, random) ?? "as is"}`;
      yield { category, document };
      made++;
      continue;
    }
    const document = structuredClone(random.pick(random.chance(0.7) ? written : all));
    const category = mutate(document, random);
    if (category === undefined) continue;
    if (random.chance(0.1)) mutate(document, random);
    yield { category, document };
    made++;
  }
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** A small object of some kind with fields drawn from the schema. */
function generated(random: Random): { [key: string]: Json } {
  const bases: { [key: string]: Json }[] = [
    { apiVersion: "tekton.dev/v1", kind: "Task", metadata: { name: "a" }, spec: { steps: [{ image: "busybox" }] } },
    { apiVersion: "tekton.dev/v1", kind: "TaskRun", metadata: { name: "a" }, spec: { taskRef: { name: "t" } } },
    { apiVersion: "tekton.dev/v1", kind: "PipelineRun", metadata: { name: "a" }, spec: { pipelineRef: { name: "p" } } },
    {
      apiVersion: "tekton.dev/v1",
      kind: "Pipeline",
      metadata: { name: "a" },
      spec: { tasks: [{ name: "t", taskSpec: { steps: [{ image: "busybox" }] } }] },
    },
    { apiVersion: "tekton.dev/v1beta1", kind: "StepAction", metadata: { name: "a" }, spec: { image: "busybox" } },
  ];
  const document = random.pick(bases);
  const schema = kindSchemas[document.kind as keyof typeof kindSchemas] as Schema;
  fill(document, schema, random, 0, "");
  return document;
}

/** Adds fields to a map that is there already, or goes deeper into one that is. */
function fill(target: { [key: string]: Json }, schema: Schema, random: Random, depth: number, path: string): void {
  const names = Object.keys(schema.properties ?? {}).filter((name) =>
    depth > 0 || name === "spec" || (name === "status" && random.chance(0.3))
  );
  if (names.length === 0) return;
  for (let count = 1 + random.below(2); count > 0; count--) {
    const name = random.pick(names);
    const property = schema.properties![name]!;
    const there = target[name];
    if (there !== undefined && isMap(there)) fill(there, resolved(property), random, depth + 1, `${path}/${name}`);
    else if (Array.isArray(there) && isMap(there[0] ?? null)) {
      fill(there[0] as { [key: string]: Json }, resolved(property.items ?? {}), random, depth + 1, `${path}/${name}`);
    } else if (there === undefined) target[name] = valueOf(property, random, depth, name);
  }
}

function resolved(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : definitions().get(schema.$ref.slice("#/$defs/".length)) as Schema;
}

function valueOf(given: Schema, random: Random, depth: number, name: string): Json {
  const schema = resolved(given);
  if (random.chance(0.03)) return structuredClone(random.pick(wrong));
  switch (schema.format) {
    case "go-duration":
      return random.chance(0.7) ? "1m" : random.pick(durations);
    case "quantity":
      return random.chance(0.7) ? "1" : structuredClone(random.pick(quantities));
    case "date-time":
      return random.pick([
        "2026-01-31T00:00:00Z",
        "2026-01-31T00:00:00.123+02:00",
        "2026-01-31",
        "2026-02-30T00:00:00Z",
      ]);
    case "int32":
      return random.pick([1, 0, -1, 420, 2147483647, 2147483648]);
    case "int64":
      return random.pick([1, 0, -1, 2147483648]);
    case "int-or-string":
      return random.pick<Json>([80, "http", 0, 4294967296]);
    case "param-value":
      return random.pick<Json>(["a", ["a"], { a: "b" }, 5, true]);
    case "anything":
      return random.pick<Json>([{ a: 1 }, {}]);
  }
  if (schema.type === "string") return name === "name" ? random.pick(["a", "b"]) : random.pick(["a", "", "in", "1"]);
  if (schema.type === "boolean") return random.chance(0.5);
  if (schema.type === "array") {
    const item = () => valueOf(schema.items ?? {}, random, depth + 1, name);
    return random.chance(0.7) ? [item()] : random.chance(0.5) ? [item(), item()] : [];
  }
  if (schema.properties !== undefined) {
    const result: { [key: string]: Json } = {};
    if (depth < 9) {
      for (let count = 1 + random.below(3); count > 0; count--) fill(result, schema, random, depth + 1, "");
    }
    return result;
  }
  if (typeof schema.additionalProperties === "object") {
    return { a: valueOf(schema.additionalProperties, random, depth + 1, "") };
  }
  return {};
}
