/**
 * The words that the definitions under this folder are written in: JSON Schema objects made with typebox, one per Go
 * type that Tekton decodes. Static types, the structural check and the published schema are read off the same objects.
 * Knows how to say a field; must not know any field.
 * @module
 */

import {
  type Static,
  type TArray,
  type TBoolean,
  type TInteger,
  type TObject,
  type TOptional,
  type TProperties,
  type TRecord,
  type TSchema,
  type TString,
  type TUnsafe,
  Type,
} from "typebox";

/**
 * Keywords of our own that the definitions carry beside JSON Schema's.
 * @internal
 */
export interface Keywords {
  /** What kind of text or number a value is: `duration`, `quantity`, `int32`, `date-time`, `param-value` … */
  readonly format?: string;
  /** Only Tekton's webhook reads what is below, and it matches field names without regard to case. */
  readonly "x-any-case"?: boolean;
  /** Fields whose values together must differ between the items of a list. */
  readonly "x-unique-by"?: readonly string[];
  /** The API server refuses the object without this field. */
  readonly "x-must-have"?: boolean;
}

const registry = new Map<string, TObject>();

/**
 * Every named definition made so far, by name.
 * @internal
 */
export function definitions(): ReadonlyMap<string, TObject> {
  return registry;
}

/**
 * A named object type. Fields that are not listed are refused.
 * @internal
 */
export function object<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
): TObject<Properties> {
  const schema = Type.Object(properties, { title: name, description, additionalProperties: false });
  registry.set(name, schema);
  return schema;
}

/**
 * Uses a named type for a field, with the field's own description.
 * @internal
 */
export function of<Schema extends TSchema>(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

/**
 * A field that may be absent.
 * @internal
 */
export function maybe<Schema extends TSchema>(schema: Schema): TOptional<Schema> {
  return Type.Optional(schema) as TSchema as TOptional<Schema>;
}

/**
 * Marks what only the webhook checks: names match there without regard to case.
 * @internal
 */
export function webhookOnly<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, "x-any-case": true };
}

/**
 * Marks a field that the API server insists on.
 * @internal
 */
export function mustHave<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, "x-must-have": true };
}

/**
 * A use of a named type inside itself. Its static type is unknown; `types.ts` ties the knot.
 * @internal
 */
export function recursive(name: string, description?: string): TUnsafe<unknown> {
  return Type.Unsafe<unknown>({ $ref: `#/$defs/${name}`, ...said(description) });
}

/**
 * A string.
 * @internal
 */
export function text(description?: string): TString {
  return Type.String(said(description));
}

/**
 * One of several words. The structural check takes any string; rules say more.
 * @internal
 */
export function oneOf<Word extends string>(words: readonly Word[], description: string): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: "string", enum: [...words], description });
}

/**
 * A boolean.
 * @internal
 */
export function flag(description?: string): TBoolean {
  return Type.Boolean(said(description));
}

/**
 * A whole number of 32 bits.
 * @internal
 */
export function int32(description?: string): TInteger {
  return Type.Integer({ format: "int32", ...said(description) });
}

/**
 * A whole number of 64 bits.
 * @internal
 */
export function int64(description?: string): TInteger {
  return Type.Integer({ format: "int64", ...said(description) });
}

/**
 * A list; with `uniqueBy`, the named fields together tell its items apart.
 * @internal
 */
export function list<Item extends TSchema>(
  item: Item,
  description?: string,
  uniqueBy?: readonly string[],
): TArray<Item> {
  return Type.Array(item, { ...said(description), ...(uniqueBy && { "x-unique-by": uniqueBy }) });
}

/**
 * A map from any string.
 * @internal
 */
export function map<Value extends TSchema>(value: Value, description?: string): TRecord<string, Value> {
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: "object",
    additionalProperties: value,
    ...said(description),
  }) as TSchema as TRecord<string, Value>;
}

/**
 * A Go duration such as `1h30m`.
 * @internal
 */
export function duration(description?: string): TString {
  return Type.String({ format: "go-duration", ...said(description) });
}

/**
 * A time in RFC 3339.
 * @internal
 */
export function time(description?: string): TString {
  return Type.String({ format: "date-time", ...said(description) });
}

/**
 * A Kubernetes quantity such as `100m`, `1Gi` or 2.
 * @internal
 */
export function quantity(description?: string): TUnsafe<string | number> {
  return Type.Unsafe<string | number>({ type: ["string", "number"], format: "quantity", ...said(description) });
}

/**
 * A port by number or by name.
 * @internal
 */
export function intOrString(description?: string): TUnsafe<string | number> {
  return Type.Unsafe<string | number>({ type: ["integer", "string"], format: "int-or-string", ...said(description) });
}

/**
 * Anything at all.
 * @internal
 */
export function anything(description?: string): TUnsafe<unknown> {
  return Type.Unsafe<unknown>({ format: "anything", ...said(description) });
}

/**
 * The value of a param or result. Numbers, booleans and nested values are taken as their JSON text.
 * @internal
 */
export function paramValue(description?: string): TUnsafe<string | string[] | Record<string, string>> {
  return Type.Unsafe<string | string[] | Record<string, string>>({
    anyOf: [
      { type: ["string", "number", "boolean"] },
      { type: "array", items: { type: "string" } },
      { type: "object", additionalProperties: { type: "string" } },
    ],
    format: "param-value",
    ...said(description),
  });
}

function said(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}
