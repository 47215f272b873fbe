import assert from "node:assert/strict";
import { join } from "node:path";
import { publishedSchemas } from "../../lib/tekton/publish.ts";
import { main } from "../../scripts/generate-schemas.ts";
import { seeds } from "../tekton/seeds.ts";
import { readYaml } from "../../lib/tekton/yaml.ts";

Deno.test("the schemas in the repository are those of the definitions", () => {
  const folder = new URL("../../schemas/", import.meta.url);
  assert.equal(main(["--check", "--quiet", "--out", folder.pathname]), 0, "run scripts/generate-schemas.ts");
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [...publishedSchemas().keys()].sort());
});

Deno.test("writing twice gives the same bytes; --check notices what is stale or missing", () => {
  const folder = Deno.makeTempDirSync();
  try {
    assert.equal(main(["--out", folder, "--quiet"]), 0);
    const path = join(folder, "task.json");
    const first = Deno.readTextFileSync(path);
    assert.equal(main(["--out", folder, "--check", "--quiet"]), 0);
    Deno.writeTextFileSync(path, first.replace("Task", "Tsk"));
    assert.equal(main(["--out", folder, "--check", "--quiet"]), 1);
    Deno.removeSync(path);
    assert.equal(main(["--out", folder, "--check", "--quiet"]), 1);
    assert.equal(main(["--out", folder, "--quiet"]), 0);
    assert.equal(Deno.readTextFileSync(path), first);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("wrong usage ends with exit code 2", () => {
  assert.equal(main(["--nope"]), 2);
  assert.equal(main(["extra"]), 2);
});

type Schema = { readonly [key: string]: unknown };

/** As much of JSON Schema as the published files use; says where a value does not fit. */
function misfit(schema: Schema, value: unknown, root: Schema, path = ""): string | undefined {
  if (typeof schema.$ref === "string") {
    const target = (root.$defs as Record<string, Schema>)[schema.$ref.slice("#/$defs/".length)];
    return target === undefined ? `${path}: no ${schema.$ref}` : misfit(target, value, root, path);
  }
  if (schema.const !== undefined && schema.const !== value) return `${path}: not ${schema.const}`;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return `${path}: not one of ${schema.enum}`;
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf.some((part) => misfit(part as Schema, value, root, path) === undefined)
      ? undefined
      : `${path}: fits nothing`;
  }
  const type = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const types = [schema.type].flat().filter((name) => name !== undefined);
  const fits = types.length === 0 || types.includes(type) ||
    (type === "number" && Number.isInteger(value) && types.includes("integer"));
  if (!fits) return `${path}: ${type} is not ${types}`;
  if (typeof schema.pattern === "string" && typeof value === "string" && !new RegExp(schema.pattern, "u").test(value)) {
    return `${path}: ${value} against ${schema.pattern}`;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => misfit((schema.items ?? {}) as Schema, item, root, `${path}[${index}]`)).find((
      found,
    ) => found !== undefined);
  }
  if (type !== "object") return undefined;
  const fields = value as Record<string, unknown>;
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  for (const name of (schema.required ?? []) as string[]) if (!(name in fields)) return `${path}: no ${name}`;
  for (const [name, item] of Object.entries(fields)) {
    const part = properties[name] ?? schema.additionalProperties;
    if (part === false) return `${path}: ${name} is unknown`;
    const found = typeof part === "object" ? misfit(part as Schema, item, root, `${path}.${name}`) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

Deno.test("documents that Tekton accepts fit the published schemas; every reference leads somewhere", () => {
  const schemas = new Map([...publishedSchemas().values()].map((schema) => [schema.title as string, schema]));
  for (const text of seeds) {
    for (const { value } of readYaml(text).documents) {
      const schema = schemas.get((value as { kind: string }).kind)!;
      assert.equal(misfit(schema, value, schema), undefined);
      assert.notEqual(misfit(schema, { ...value as object, bogus: 1 }, schema), undefined);
    }
  }
  for (const schema of schemas.values()) {
    const defs = new Set(Object.keys(schema.$defs as object));
    for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      assert.ok(defs.has(name!), `${name}`);
    }
  }
});

Deno.test("fields are described, in few words", () => {
  for (const [file, schema] of publishedSchemas()) {
    for (const [type, definition] of Object.entries(schema.$defs as Record<string, Schema>)) {
      for (const [field, part] of Object.entries((definition.properties ?? {}) as Record<string, Schema>)) {
        assert.match(String(part.description), /^.{4,160}[.)]$/, `${file} ${type}.${field}`);
      }
    }
  }
});
