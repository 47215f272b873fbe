/**
 * Putting values in place of variables, in text, in lists and in whole objects. Knows the forms `$(name)`,
 * `$(name[*])` and how a list takes the place of one element; must not know where values come from.
 * Source: Tekton documentation, "Variable Substitutions".
 * @module
 */

/** Values by the name inside the brackets, in every spelling that may stand there. */
export interface Replacements {
  /** `params.x`, `params["x"]`, `params.list[0]`, `context.taskRun.name` → text. */
  readonly text: ReadonlyMap<string, string>;
  /** `params.list`, `params.list[*]` → the elements that take the place of one list element. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** `params.object[*]` → the object that takes the place of a whole value. */
  readonly objects: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Replacements that are still being collected. */
export interface MutableReplacements extends Replacements {
  /** See {@link Replacements.text}. */
  readonly text: Map<string, string>;
  /** See {@link Replacements.lists}. */
  readonly lists: Map<string, readonly string[]>;
  /** See {@link Replacements.objects}. */
  readonly objects: Map<string, Readonly<Record<string, string>>>;
}

/** No replacements yet. */
export function noReplacements(): MutableReplacements {
  return { text: new Map(), lists: new Map(), objects: new Map() };
}

/**
 * Adds a value under a name in its three spellings (`group.name`, `group["name"]`, `group['name']`): a list also by
 * index, an object also by key.
 */
export function addValue(
  to: MutableReplacements,
  group: string,
  name: string,
  value: string | readonly string[] | Readonly<Record<string, string>>,
): void {
  const spellings = [`${group}.${name}`, `${group}["${name}"]`, `${group}['${name}']`];
  if (group === "params") spellings.push(`inputs.params.${name}`); // as Tekton's first versions wrote it
  for (const spelling of spellings) {
    if (typeof value === "string") {
      to.text.set(spelling, value);
    } else if (Array.isArray(value)) {
      to.lists.set(spelling, value);
      to.lists.set(`${spelling}[*]`, value);
      value.forEach((element: string, index: number) => to.text.set(`${spelling}[${index}]`, element));
    } else {
      const object = value as Readonly<Record<string, string>>;
      to.objects.set(`${spelling}[*]`, object);
      for (const [key, text] of Object.entries(object)) to.text.set(`${spelling}.${key}`, text);
    }
  }
}

/** `$(…)` without nesting; what stands inside is looked up as it is. */
const variable = /\$\(([^()\s$]+)\)/g;

/** Text with every known variable replaced, in one pass: a value is never looked at again. Unknown ones stay. */
export function replaceText(text: string, by: Replacements): string {
  if (!text.includes("$(")) return text;
  return text.replace(variable, (whole, name: string) => by.text.get(name) ?? whole);
}

/** A list with its variables replaced; an element that is nothing but a list variable becomes that list. */
export function replaceList(list: readonly string[], by: Replacements): string[] {
  return list.flatMap((element) => {
    const alone = /^\$\(([^()\s$]+)\)$/.exec(element)?.[1];
    const elements = alone === undefined ? undefined : by.lists.get(alone);
    return elements ?? [replaceText(element, by)];
  });
}

/**
 * A param value with its variables replaced: a text that is nothing but `$(list[*])` or `$(object[*])` becomes that
 * list or object.
 */
export function replaceValue(
  value: string | readonly string[] | Readonly<Record<string, string>>,
  by: Replacements,
): string | string[] | Record<string, string> {
  if (typeof value === "string") {
    // a list that is a task's result may be passed on without its star
    const alone = /^\$\(([^()\s$]+\[\*\]|tasks\.[^()\s$]+)\)$/.exec(value)?.[1];
    const list = alone === undefined ? undefined : by.lists.get(alone);
    if (list !== undefined) return [...list];
    const object = alone === undefined ? undefined : by.objects.get(alone);
    if (object !== undefined) return { ...object };
    return replaceText(value, by);
  }
  if (Array.isArray(value)) return replaceList(value, by);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, replaceText(text, by)]));
}

/** A copy of any JSON value with the variables in all its texts replaced; keys stay. */
export function replaceAll<T>(value: T, by: Replacements): T {
  return replaceAny(value, by) as T;
}

function replaceAny(value: unknown, by: Replacements): unknown {
  if (typeof value === "string") return replaceText(value, by);
  if (Array.isArray(value)) {
    if (value.every((element) => typeof element === "string")) return replaceList(value, by);
    return value.map((element) => replaceAny(element, by));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceAny(inner, by)]));
  }
  return value;
}
