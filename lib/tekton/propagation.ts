/**
 * Params as they reach the steps of an inline spec: declared there, or handed down from the run and its tasks. Knows
 * how Tekton joins the two when it checks a run.
 * @module
 */

import type { Path } from "./finding.ts";
import type { PlacedParam } from "./rule.ts";
import type { Param, ParamSpec, PipelineTask } from "./types.ts";

/** All params that the steps of a run may refer to, and where joining them failed. */
export interface Propagation {
  /** The params, one a name. */
  readonly params: readonly PlacedParam[];
  /** Declarations of objects without properties though an object is given. */
  readonly withoutProperties: readonly PlacedParam[];
  /** Objects given by a task for a param that is none, or that has no default: Tekton's webhook breaks off there. */
  readonly clashes: readonly { readonly name: string; readonly path: Path }[];
}

/** Declarations with their places. Properties without keys count as none. */
export function placed(params: readonly ParamSpec[] | undefined, path: Path): PlacedParam[] {
  return (params ?? []).map((param, index) => ({ spec: settled(param), path: [...path, index] }));
}

function settled(param: ParamSpec): ParamSpec {
  if (param.properties === undefined || Object.keys(param.properties).length > 0) return param;
  const { properties: _, ...rest } = param;
  return rest;
}

/** Joins params one after the other, as Tekton does. */
export class Propagator {
  readonly #params = new Map<string, PlacedParam>();
  readonly #withoutProperties: PlacedParam[] = [];
  readonly #withObjectDefault = new Set<string>();
  readonly #clashes: { name: string; path: Path }[] = [];

  /** Params given by the run. */
  give(params: readonly Param[] | undefined, path: Path): void {
    for (const [index, param] of (params ?? []).entries()) this.#give(param, [...path, index]);
  }

  #give(param: Param, path: Path): void {
    const { name = "", value = "" } = param;
    const object = typeof value === "object" && !Array.isArray(value);
    const type = typeof value === "string" ? "string" : object ? "object" : "array";
    const properties = Object.fromEntries(object ? Object.keys(value).map((key) => [key, { type: "string" }]) : []);
    this.#params.set(name, { spec: { name, type, default: value, ...(object && { properties }) }, path });
  }

  /** Params that a spec declares. */
  declare(params: readonly PlacedParam[]): void {
    for (const declared of params) {
      const name = declared.spec.name ?? "";
      const known = this.#params.get(name);
      if (known === undefined) {
        this.#params.set(name, declared);
        continue;
      }
      const value = declared.spec.default;
      const objectDefault = value !== undefined && isObject(value);
      const isObjectParam = known.spec.type === "object";
      if ((objectDefault || isObjectParam) && declared.spec.properties === undefined) {
        this.#withoutProperties.push(declared);
        continue;
      }
      if (objectDefault) this.#withObjectDefault.add(name);
      const { properties } = declared.spec;
      const spec = isObjectParam && properties !== undefined ? { ...known.spec, properties } : known.spec;
      this.#params.set(name, { spec, path: known.path });
    }
  }

  /** Params that a task of the Pipeline gives. */
  giveByTask(task: PipelineTask, path: Path): void {
    for (const [index, param] of (task.params ?? []).entries()) {
      const { name = "", value = "" } = param;
      const at = [...path, "params", index];
      const known = this.#params.get(name);
      if (known === undefined) {
        this.#give(param, at);
        continue;
      }
      if (!isObject(value) || Object.keys(value).length === 0) continue;
      const own = known.spec.default;
      const holdsObject = (own !== undefined && isObject(own)) ||
        this.#withObjectDefault.has(name);
      if (own === undefined || !holdsObject || known.spec.properties === undefined) {
        this.#clashes.push({ name, path: at });
        continue;
      }
      const keys = Object.fromEntries(Object.keys(value).map((key) => [key, { type: "string" }]));
      this.#params.set(name, {
        spec: { ...known.spec, properties: { ...known.spec.properties, ...keys } },
        path: known.path,
      });
    }
  }

  /** What came of it. */
  result(): Propagation {
    return { params: [...this.#params.values()], withoutProperties: this.#withoutProperties, clashes: this.#clashes };
  }
}

function isObject(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
