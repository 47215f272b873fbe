/**
 * The definitions under `schema/` as JSON Schema documents for editors: one for each kind, draft 2020-12, named types
 * under `$defs`. Knows how to publish; the definitions are elsewhere.
 * @module
 */

import { type Kind, kinds } from "./kinds.ts";
import { kindSchemas } from "./schema/all.ts";
import { definitions } from "./schema/define.ts";

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const versions: Readonly<Record<Kind, readonly string[]>> = {
  Task: ["tekton.dev/v1"],
  Pipeline: ["tekton.dev/v1"],
  TaskRun: ["tekton.dev/v1"],
  PipelineRun: ["tekton.dev/v1"],
  StepAction: ["tekton.dev/v1beta1", "tekton.dev/v1alpha1"],
};

/** Formats that only this project knows, and patterns that say to an editor what they take. */
const patterns: Readonly<Record<string, string>> = {
  "go-duration": "^[-+]?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$",
};

/** Name of the file that the schema of a kind is published in. */
export function schemaFile(kind: Kind): string {
  return `${kind.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.json`;
}

/** The schema of one kind. */
export function publishedSchema(kind: Kind): JsonSchema {
  const used = new Map<string, JsonSchema>();
  const own: JsonSchema = { ...kindSchemas[kind] };
  const body = plain(own, used, true);
  const properties = {
    ...body.properties as Record<string, JsonSchema>,
    apiVersion: { description: "Group and version.", enum: versions[kind] },
    kind: { description: "Kind of object.", const: kind },
  };
  const $defs = Object.fromEntries([...used].sort(([a], [b]) => a < b ? -1 : 1));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: kind,
    description: own.description,
    ...body,
    properties,
    required: ["apiVersion", "kind", ...(body.required as string[] | undefined) ?? []],
    $defs,
  };
}

/** A part without our own keywords; named types become references and are added to `used`. */
function plain(schema: JsonSchema, used: Map<string, JsonSchema>, top = false): Record<string, unknown> {
  const { title, $ref, description } = schema;
  const name = typeof title === "string" ? title : typeof $ref === "string" ? $ref.slice("#/$defs/".length) : undefined;
  if (name !== undefined && !top) {
    if (!used.has(name)) {
      used.set(name, {});
      const { title: _, ...definition } = plain({ ...definitions().get(name) }, used, true);
      used.set(name, definition);
    }
    return { ...(description !== undefined && { description }), $ref: `#/$defs/${name}` };
  }
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith("x-") || key.startsWith("~")) continue;
    else if (key === "format" && value !== "date-time") {
      const pattern = patterns[value as string];
      if (pattern !== undefined) result.pattern = pattern;
    } else if (key === "properties") {
      result.properties = Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([field, part]) => [field, plain(part, used)]),
      );
    } else if (key === "items" || (key === "additionalProperties" && typeof value === "object")) {
      result[key] = plain(value as JsonSchema, used);
    } else result[key] = value;
  }
  return result;
}

/** All schemas, by the name of their file. */
export function publishedSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map(kinds.map((kind) => [schemaFile(kind), publishedSchema(kind)]));
}
