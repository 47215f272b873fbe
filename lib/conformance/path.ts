/**
 * Places inside a JSON value: read by path, compared as far as asked, shown in one line. Knows JSON only.
 * @module
 */

/** A JSON object of unknown content, as an API gives it. */
export interface JsonObject {
  /** Any field. */
  readonly [key: string]: unknown;
}

/** Whether the value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const step = /\.?([^.[\]]+)|\[(\d+)\]|\[([^=\]]+)=([^\]]*)\]/gy;

/**
 * The value at a path: fields by dots, elements by index or by the value of a field, as in
 * `status.results[name=image].value` and `status.steps[0].terminated`. `undefined` where the path ends early.
 * Throws a RangeError when the path itself is malformed.
 */
export function at(value: unknown, path: string): unknown {
  let current = value;
  step.lastIndex = 0;
  for (let position = 0; position < path.length; position = step.lastIndex) {
    const match = step.exec(path);
    if (match === null) {
      throw new RangeError(`"${path}" is no path: it cannot be read from "${path.slice(position)}" on`);
    }
    const [, field, index, key, wanted] = match;
    if (field !== undefined) current = isObject(current) ? current[field] : undefined;
    else if (!Array.isArray(current)) return undefined;
    else if (index !== undefined) current = current[Number(index)];
    else current = current.find((element) => isObject(element) && element[key ?? ""] === wanted);
  }
  return current;
}

/**
 * Whether `actual` holds all that `expected` asks for: objects may have more fields (an implementation fills in its
 * defaults), lists have the same elements in the same order, everything else is equal.
 */
export function contains(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length &&
      expected.every((element, index) => contains(actual[index], element));
  }
  if (isObject(expected)) {
    return isObject(actual) && Object.entries(expected).every(([key, value]) => contains(actual[key], value));
  }
  return actual === expected;
}

/** The value as one line of JSON, cut to about `limit` characters; `absent` when there is none. */
export function show(value: unknown, limit = 160): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
