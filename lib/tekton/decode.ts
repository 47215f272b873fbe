/**
 * The structural check: reads a value as Go's strict JSON decoder does for Tekton's types, against the definitions under
 * `schema/`. Unknown fields and wrong types are findings; null counts as absent; nothing is converted, save for the
 * values of params and results. Gives back the value as Go would hold it: fields under their own names, nulls gone.
 * Knows types; must not know what values mean (that is `rules/`).
 * @module
 */

import { parseDuration } from "./duration.ts";
import type { Finding } from "./finding.ts";
import type { Kind } from "./kinds.ts";
import { isQuantity } from "./quantity.ts";
import { kindSchemas } from "./schema/all.ts";
import { definitions, type Keywords } from "./schema/define.ts";
import { parseTime } from "./time.ts";

/** Page about the fields. */
export const structureLink = "https://tekton.dev/docs/pipelines/pipeline-api/";

/** A JSON Schema object as the definitions are made of, seen from here. */
interface Schema extends Keywords {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

type Reader = (value: unknown, context: Context, anyCase: boolean) => unknown;

interface Field {
  readonly name: string;
  readonly read: Reader;
  readonly anyCase: boolean;
  readonly uniqueBy: readonly string[] | undefined;
}

interface ObjectShape {
  readonly title: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly folded: ReadonlyMap<string, Field>;
  readonly mustHave: readonly string[];
  readonly values: readonly string[];
}

/** What one decoding has found so far, and where it is. */
class Context {
  readonly findings: Finding[] = [];
  readonly path: (string | number)[] = [];

  report(rule: string, message: string, advice: string, more: Partial<Finding> = {}): undefined {
    this.findings.push({ rule, path: [...this.path], message, advice, link: structureLink, ...more });
    return undefined;
  }
}

/** Result of {@link decode}. */
export interface Decoded {
  /** The value as Go would hold it; what could not be read is left out. */
  readonly value: Record<string, unknown>;
  /** Unknown fields and wrong types. */
  readonly findings: readonly Finding[];
}

/** Reads `value` as an object of the kind. Never throws. */
export function decode(kind: Kind, value: unknown): Decoded {
  const schema: unknown = kindSchemas[kind];
  const context = new Context();
  const decoded = readerOf(schema as Schema)(value, context, false);
  return { value: (decoded ?? {}) as Record<string, unknown>, findings: context.findings };
}

const shapes = new WeakMap<object, ObjectShape>();

/** The shape of an object type. Made once a type, on first use: the types refer to each other in circles. */
function shapeOf(schema: Schema): ObjectShape {
  const properties = schema.properties ?? {};
  const known = shapes.get(properties);
  if (known !== undefined) return known;
  const fields = new Map<string, Field>();
  const folded = new Map<string, Field>();
  const required = new Set(schema.required);
  const mustHave: string[] = [];
  const values: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const field: Field = {
      name,
      read: readerOf(property),
      anyCase: property["x-any-case"] === true,
      uniqueBy: property["x-unique-by"],
    };
    fields.set(name, field);
    folded.set(name.toLowerCase(), field);
    if (property["x-must-have"] === true) mustHave.push(name);
    if (property.format === "param-value" && required.has(name)) values.push(name);
  }
  const shape = { title: schema.title ?? "object", fields, folded, mustHave, values };
  shapes.set(properties, shape);
  return shape;
}

function readerOf(schema: Schema): Reader {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice("#/$defs/".length);
    return (value, context, anyCase) => readObject(definitions().get(name) as Schema, value, context, anyCase);
  }
  switch (schema.format) {
    case "int32":
      return integerReader(-(2n ** 31n), 2n ** 31n - 1n, "32");
    case "int64":
      return integerReader(-(2n ** 63n), 2n ** 63n - 1n, "64");
    case "go-duration":
      return readDuration;
    case "date-time":
      return readTime;
    case "quantity":
      return readQuantity;
    case "int-or-string":
      return readIntOrString;
    case "param-value":
      return readParamValue;
    case "anything":
      return (value) => value;
  }
  if (schema.type === "string") return readString;
  if (schema.type === "boolean") return readBoolean;
  if (schema.type === "array") return listReader(readerOf(schema.items ?? {}), zeroOf(schema.items ?? {}));
  if (schema.properties !== undefined) return (value, context, anyCase) => readObject(schema, value, context, anyCase);
  if (typeof schema.additionalProperties === "object") {
    return mapReader(readerOf(schema.additionalProperties), zeroOf(schema.additionalProperties));
  }
  if (schema.type === "object") return (value, context, anyCase) => readObject(schema, value, context, anyCase);
  throw new RangeError(`a definition has a part that cannot be read: ${JSON.stringify(schema)}`);
}

/** What Go makes of a null list element or map value. */
function zeroOf(schema: Schema): unknown {
  if (schema.format === "quantity") return "0";
  if (schema.type === "string") return "";
  if (schema.type === "integer") return 0;
  if (schema.type === "boolean") return false;
  if (schema.type === "array") return undefined;
  return {};
}

const emptyOf = (zero: unknown): unknown => typeof zero === "object" ? {} : zero;

/** A null in a list or map is an object without fields, or an empty text. */
function nullItem(read: Reader, zero: unknown, context: Context, anyCase: boolean): unknown {
  return typeof zero === "object" ? read({}, context, anyCase) : undefined;
}

function readObject(schema: Schema, value: unknown, context: Context, anyCase: boolean): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return wrongType(context, value, "a map");
  }
  const shape = shapeOf(schema);
  const result: Record<string, unknown> = {};
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    let field = shape.fields.get(key);
    if (field === undefined) {
      const near = shape.folded.get(key.toLowerCase());
      if (near === undefined || !anyCase) {
        context.path.push(key);
        unknownField(context, shape, key, near);
        context.path.pop();
        if (near === undefined) continue;
        field = near;
      } else field = near;
    }
    if (item === null || item === undefined) {
      if (anyCase && shape.values.includes(field.name)) result[field.name] = "";
      continue;
    }
    context.path.push(key);
    const read = field.read(item, context, anyCase || field.anyCase);
    if (field.uniqueBy !== undefined && !anyCase) checkUnique(field.uniqueBy, read, context);
    context.path.pop();
    if (read !== undefined) result[field.name] = read;
  }
  for (const name of shape.values) {
    if (!Object.hasOwn(result, name)) {
      context.report(
        "structure/value",
        `${shape.title} has no ${name}`,
        `Give it a ${name}, an empty string if need be.`,
      );
    }
  }
  for (const name of shape.mustHave) {
    if (!anyCase && (result[name] === undefined || result[name] === "")) {
      context.report("structure/required", `${shape.title} has no ${name}`, `Give it a ${name}.`, {
        layer: "api-server",
      });
    }
  }
  return result;
}

function unknownField(context: Context, shape: ObjectShape, key: string, near: Field | undefined): void {
  const names = [...shape.fields.keys()];
  const guess = near?.name ?? (context.findings.length < 100 ? closest(key, names) : undefined);
  const advice = guess !== undefined
    ? `Did you mean ${guess}?`
    : names.length === 0
    ? `${shape.title} has no fields.`
    : `${shape.title} has ${names.slice(0, 30).join(", ")}${names.length > 30 ? " …" : ""}.`;
  const inMetadata = context.path[0] === "metadata";
  context.report("structure/unknown-field", `unknown field ${JSON.stringify(key)} in ${shape.title}`, advice, {
    atKey: true,
    ...(near !== undefined || inMetadata ? { layer: "api-server" as const } : {}),
  });
}

function checkUnique(uniqueBy: readonly string[], items: unknown, context: Context): void {
  if (!Array.isArray(items)) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const fields = item as Record<string, unknown>;
    const key = JSON.stringify(uniqueBy.map((name) => fields[name] ?? (name === "protocol" ? "TCP" : "")));
    if (seen.has(key)) {
      context.path.push(index);
      context.report(
        "structure/duplicate-item",
        `${uniqueBy.join(" and ")} are those of an earlier item`,
        `Items of this list differ in ${uniqueBy.join(" or ")}.`,
        { layer: "api-server" },
      );
      context.path.pop();
    }
    seen.add(key);
  }
}

function listReader(read: Reader, zero: unknown): Reader {
  return (value, context, anyCase) => {
    if (!Array.isArray(value)) return wrongType(context, value, "a list");
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      context.path.push(index);
      const item = value[index] === null
        ? nullItem(read, zero, context, anyCase)
        : read(value[index], context, anyCase);
      context.path.pop();
      items.push(item === undefined ? emptyOf(zero) : item);
    }
    return items;
  };
}

function mapReader(read: Reader, zero: unknown): Reader {
  return (value, context, anyCase) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrongType(context, value, "a map");
    const result: Record<string, unknown> = Object.create(null);
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key];
      if (item === null && typeof zero === "object" && !anyCase) continue;
      context.path.push(key);
      const decoded = item === null ? nullItem(read, zero, context, anyCase) : read(item, context, anyCase);
      context.path.pop();
      result[key] = decoded === undefined ? emptyOf(zero) : decoded;
    }
    return result;
  };
}

function readString(value: unknown, context: Context): unknown {
  if (typeof value === "string") return value;
  return wrongType(context, value, "a string", typeof value === "object" ? undefined : `Put it in quotes: "${value}".`);
}

function readBoolean(value: unknown, context: Context): unknown {
  return typeof value === "boolean"
    ? value
    : wrongType(context, value, "a boolean", "Write true or false, without quotes.");
}

function integerReader(least: bigint, most: bigint, bits: string): Reader {
  return (value, context) => {
    if (typeof value === "number" && !Number.isInteger(value)) {
      return wrongType(context, value, "a whole number");
    }
    if (typeof value !== "number" && typeof value !== "bigint") {
      return wrongType(context, value, "a whole number", "Write digits, without quotes.");
    }
    if (BigInt(value) < least || BigInt(value) > most) {
      return context.report(
        "structure/range",
        `${value} does not fit a whole number of ${bits} bits`,
        "Use a smaller number.",
      );
    }
    return value;
  };
}

function readDuration(value: unknown, context: Context): unknown {
  const advice = 'Write numbers with units (h, m, s, ms, us, ns), such as "1h30m" or "90s".';
  if (typeof value !== "string") return wrongType(context, value, "a duration", advice);
  if (parseDuration(value) !== undefined) return value;
  return context.report("structure/duration", `${JSON.stringify(value)} is no duration`, advice);
}

function readTime(value: unknown, context: Context): unknown {
  const advice = "Write it as RFC 3339 does: 2026-01-31T23:59:59Z.";
  if (typeof value !== "string") return wrongType(context, value, "a time", advice);
  if (parseTime(value) !== undefined && !/[tz]/.test(value)) return value;
  return context.report("structure/time", `${JSON.stringify(value)} is no time`, advice);
}

function readQuantity(value: unknown, context: Context): unknown {
  const advice = "Write a number with or without a suffix: 2, 100m, 512Mi, 1.5Gi.";
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value !== "string") return wrongType(context, value, "a quantity", advice);
  return isQuantity(value)
    ? value
    : context.report("structure/quantity", `${JSON.stringify(value)} is no quantity`, advice);
}

const readPortNumber = integerReader(-(2n ** 31n), 2n ** 31n - 1n, "32");

function readIntOrString(value: unknown, context: Context, anyCase: boolean): unknown {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return readPortNumber(value, context, anyCase);
  return wrongType(context, value, "a number or a string");
}

/** A string, a list of strings or a map of strings stays; all else becomes its JSON text, as Tekton has it. */
function readParamValue(value: unknown): unknown {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    return value.every(isText) ? value.map((item) => item ?? "") : jsonText(value);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (!entries.every(([, item]) => isText(item))) return jsonText(value);
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, item] of entries) result[key] = item ?? "";
    return result;
  }
  return jsonText(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value === null;
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, item) => typeof item === "bigint" ? item.toString() : item);
}

function wrongType(context: Context, value: unknown, wanted: string, advice = `Give ${wanted}.`): undefined {
  return context.report("structure/type", `this is ${kindOf(value)}, not ${wanted}`, advice);
}

/** The value's type in words, with the value where it is short. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return value.length > 40 ? "a string" : `the string ${JSON.stringify(value)}`;
  if (typeof value === "boolean") return `the boolean ${value}`;
  return `the number ${value}`;
}

/** The name that differs least from `word`, if it is near. */
export function closest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 64 || b.length > 64) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}
