/**
 * The values that a Task's params have in a run: what was given, over what is declared. Knows the rules of defaults
 * and types; must not know what the values are put into.
 * Source: Tekton documentation, "Specifying Parameters"; spec: ParamSpec, Param.
 * @module
 */
import type { NamedValue, ParamValue } from "../../tekton/types.ts";
import type { ParamSpec } from "./spec.ts";

/** Values of params, and what is wrong with them. */
export interface EffectiveParams {
  /** Value by name: the declared ones, and those given though nobody declared them. */
  readonly values: ReadonlyMap<string, ParamValue>;
  /** Declared params that have neither a value nor a default, in order of declaration. */
  readonly missing: readonly string[];
  /** Object params of which keys have no value: name → keys. */
  readonly missingKeys: ReadonlyMap<string, readonly string[]>;
  /** Params whose value is of another type than declared, in words. */
  readonly wrongTypes: readonly string[];
}

/** string, array or object. */
export function typeOf(value: ParamValue): "string" | "array" | "object" {
  return typeof value === "string" ? "string" : Array.isArray(value) ? "array" : "object";
}

/** The declared type: said, or that of `properties`, or that of the default, or string. */
export function declaredType(param: ParamSpec): string {
  return param.type || (param.properties ? "object" : param.default === undefined ? "string" : typeOf(param.default));
}

/** Puts given values over declared defaults; the keys of an object are filled in one by one. */
export function effectiveParams(declared: readonly ParamSpec[], given: readonly NamedValue[]): EffectiveParams {
  const values = new Map<string, ParamValue>(given.map((param) => [param.name, param.value]));
  const missing: string[] = [];
  const missingKeys = new Map<string, string[]>();
  const wrongTypes: string[] = [];
  for (const param of declared) {
    const value = values.get(param.name);
    const type = declaredType(param);
    if (value === undefined) {
      if (param.default === undefined) missing.push(param.name);
      else values.set(param.name, param.default);
    } else if (typeOf(value) !== type) {
      wrongTypes.push(`"${param.name}" is ${article(typeOf(value))} and must be ${article(type)}`);
      continue;
    } else if (typeOf(value) === "object" && param.default !== undefined && typeOf(param.default) === "object") {
      values.set(param.name, { ...param.default as Record<string, string>, ...value as Record<string, string> });
    }
    const final = values.get(param.name);
    if (type === "object" && final !== undefined) {
      const keys = Object.keys(param.properties ?? {}).filter((key) => !(key in (final as Record<string, string>)));
      if (keys.length > 0) missingKeys.set(param.name, keys);
    }
  }
  return { values, missing, missingKeys, wrongTypes };
}

function article(type: string): string {
  return /^[ao]/.test(type) ? `an ${type}` : `a ${type}`;
}
