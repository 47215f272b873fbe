/**
 * Label and field selectors. Kubernetes, "Labels and Selectors" and "Field Selectors". Pure.
 * @module
 */
import { ApiError } from "./status.ts";

/** Says whether an object is selected. */
export type Selector = (object: unknown) => boolean;

const everything: Selector = () => true;

/** The value at a dotted path such as `metadata.name`; undefined where there is none. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

const key = "[A-Za-z0-9][-A-Za-z0-9_./]*";
const label = "(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?";
const requirement = new RegExp(
  `^(?:(?<absent>!)\\s*)?(?<key>${key})\\s*(?:(?<operator>==|=|!=)\\s*(?<value>${label})` +
    `|\\s(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))?$`,
);

/**
 * A label selector: `a=b, c!=d, e in (f,g), h notin (i), j, !k`. Absent or empty: everything.
 * @throws ApiError 400 when it is none.
 */
export function labelSelector(text: string | null | undefined): Selector {
  if (!text?.trim()) return everything;
  // A comma separates requirements, except between parentheses.
  const tests = text.split(/,(?![^()]*\))/).map((part) => {
    const groups = requirement.exec(part.trim())?.groups;
    const wanted = groups?.["values"]?.split(",").map((value) => value.trim());
    const sound = wanted === undefined || wanted.every((value) => new RegExp(`^${label}$`).test(value));
    if (groups === undefined || !sound || (groups["absent"] && (groups["operator"] || groups["set"]))) {
      throw new ApiError(400, `unable to parse requirement: ${JSON.stringify(part.trim())} in label selector`);
    }
    const { key = "", operator, value, set, absent } = groups;
    return (labels: unknown) => {
      const found = valueAt(labels, [key]);
      if (operator === "!=") return found !== value;
      if (operator !== undefined) return found === value;
      if (set === "in") return typeof found === "string" && wanted?.includes(found) === true;
      if (set === "notin") return typeof found !== "string" || wanted?.includes(found) === false;
      return (found === undefined) === (absent !== undefined);
    };
  });
  return (object) => {
    const labels = valueAt(object, ["metadata", "labels"]);
    return tests.every((test) => test(labels));
  };
}

/**
 * A field selector: `metadata.name=a,status.phase!=Running`. Any path is taken, which is more than Kubernetes does.
 * @throws ApiError 400 when it is none.
 */
export function fieldSelector(text: string | null | undefined): Selector {
  if (!text?.trim()) return everything;
  const tests = text.split(",").map((part) => {
    const groups = /^\s*(?<path>[\w.]+)\s*(?<operator>==|=|!=)(?<value>.*)$/.exec(part)?.groups;
    if (groups === undefined) {
      throw new ApiError(400, `invalid field selector ${JSON.stringify(text)}: invalid selector: ${part}`);
    }
    const { path = "", operator, value = "" } = groups;
    const keys = path.split(".");
    return (object: unknown) => (String(valueAt(object, keys) ?? "") === value.trim()) === (operator !== "!=");
  });
  return (object) => tests.every((test) => test(object));
}
