/**
 * Rules about declared params: types, defaults, names, enums. The subject is a list of params with the places where
 * they are declared (or, in a run, given).
 * @module
 */

import { isObjectName, isParamName } from "../names.ts";
import type { Place, PlacedParam, Rule } from "../rule.ts";
import type { ParamValue } from "../types.ts";
import { pipeline, stepAction, task } from "./example.ts";
import { links } from "./links.ts";

/** Declared params. */
export interface ParamsSubject extends Place {
  /** The params and their places. */
  readonly params: readonly PlacedParam[];
}

/** The type that a value has. */
export function typeOfValue(value: ParamValue): "string" | "array" | "object" {
  return typeof value === "string" ? "string" : Array.isArray(value) ? "array" : "object";
}

const types: readonly (string | undefined)[] = ["string", "array", "object"];
const names = (record: object | undefined): string[] => Object.keys(record ?? {});

/** Rules that hold wherever params are declared. */
export const paramTypeRules: readonly Rule<ParamsSubject>[] = [
  {
    id: "params/type",
    says: "The type of a param is string, array or object.",
    link: links.taskParams,
    violation: task("params: [{name: a, type: number}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a, type: array}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (!types.includes(spec.type)) {
          report(
            [...path, "type"],
            `${JSON.stringify(spec.type)} is no type of a param`,
            "Write string, array or object.",
          );
        }
      }
    },
  },
  {
    id: "params/default-type",
    says: "The default of a param has the param's type.",
    link: links.taskParams,
    violation: task("params: [{name: a, type: array, default: b}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a, type: string, default: 5}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (spec.default === undefined || !types.includes(spec.type)) continue;
        const type = typeOfValue(spec.default);
        if (type !== spec.type) {
          report(
            [...path, "default"],
            `the default is of type ${type}, the param of type ${spec.type}`,
            `Give a default of type ${spec.type}.`,
          );
        }
      }
    },
  },
  {
    id: "params/property-type",
    says: "The keys of an object param are of type string.",
    link: links.taskParams,
    violation: task("params: [{name: a, type: object, properties: {k: {type: array}}}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a, type: object, properties: {k: {}}}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (!types.includes(spec.type) || (spec.default !== undefined && typeOfValue(spec.default) !== spec.type)) {
          continue;
        }
        for (const [key, property] of Object.entries(spec.properties ?? {})) {
          if (property.type !== "string") {
            report(
              [...path, "properties", key],
              `the key ${JSON.stringify(key)} is of type ${JSON.stringify(property.type ?? "")}`,
              "Write type: string, or leave the type out.",
            );
          }
        }
      }
    },
  },
  {
    id: "params/unique",
    says: "Names of params are unique; case counts.",
    link: links.taskParams,
    violation: task("params: [{name: a}, {name: a}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a}, {name: A}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      const seen = new Set<string>();
      for (const { spec, path } of params) {
        const name = spec.name ?? "";
        if (seen.has(name)) {
          report([...path, "name"], `there is another param named ${JSON.stringify(name)}`, "Rename one of them.");
        }
        seen.add(name);
      }
    },
  },
];

/** Rules about enums; a StepAction does not check them. */
export const paramEnumRules: readonly Rule<ParamsSubject>[] = [
  {
    id: "params/enum-flag",
    says: "enum needs the flag enable-param-enum.",
    link: links.taskParams,
    violation: task("params: [{name: a, enum: [red, blue]}]\nsteps: [{image: busybox}]"),
    nearMiss: stepAction("params: [{name: a, enum: [red, blue]}]\nimage: busybox"),
    check({ params, features }, report) {
      for (const { spec, path } of params) {
        if ((spec.enum ?? []).length > 0 && !features.flags.has("enable-param-enum")) {
          report(
            [...path, "enum"],
            "the flag enable-param-enum is off",
            "Turn it on in Tekton's feature-flags, or leave enum out.",
          );
        }
      }
    },
  },
  {
    id: "params/enum",
    says: "enum belongs to a string param, names each value once, and the default is one of them.",
    link: links.taskParams,
    features: { flags: new Set(["enable-param-enum"]) },
    violation: task("params: [{name: a, enum: [red, blue], default: green}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a, enum: [red, blue], default: red}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        const values = spec.enum ?? [];
        if (values.length === 0) continue;
        if (spec.type !== "string") {
          report([...path, "enum"], `enum goes with strings, the param is of type ${spec.type}`, "Leave enum out.");
        }
        if (new Set(values).size < values.length) {
          report([...path, "enum"], "a value is there twice", "Name each value once.");
        }
        if (typeof spec.default === "string" && spec.default !== "" && !values.includes(spec.default)) {
          report(
            [...path, "default"],
            `${JSON.stringify(spec.default)} is not among the values of enum`,
            `Use one of ${values.join(", ")}.`,
          );
        }
      }
    },
  },
];

/** Rules about the form of names, which hold where steps are checked with the params. */
export const paramNameRules: readonly Rule<ParamsSubject>[] = [
  {
    id: "params/name",
    says:
      "The name of a string or array param begins with a letter or _ and goes on with letters, digits, _, - and dots.",
    link: links.taskParams,
    violation: task("params: [{name: 2nd}]\nsteps: [{image: busybox}]"),
    nearMiss: pipeline("params: [{name: 2nd}]\ntasks: [{name: a, taskRef: {name: b}}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (spec.type !== "object" && !isParamName(spec.name ?? "")) {
          report(
            [...path, "name"],
            `${JSON.stringify(spec.name ?? "")} is no name of a param`,
            "Begin with a letter or _, go on with letters, digits, _, - and dots.",
          );
        }
      }
    },
  },
  {
    id: "params/object-name",
    says: "The name of an object param and its keys are as for other params, without dots.",
    link: links.taskParams,
    violation: task("params: [{name: a.b, type: object, properties: {k: {}}}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a.b, type: array}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (spec.type !== "object") continue;
        const advice = "Begin with a letter or _, go on with letters, digits, _ and -.";
        if (!isObjectName(spec.name ?? "")) {
          report([...path, "name"], `${JSON.stringify(spec.name ?? "")} is no name of an object param`, advice);
        }
        for (const key of names(spec.properties)) {
          if (!isObjectName(key)) {
            report([...path, "properties", key], `${JSON.stringify(key)} is no key of an object param`, advice);
          }
        }
      }
    },
  },
];

/** Rules about object params, which hold where the use of declared params is checked. */
export const paramObjectRules: readonly Rule<ParamsSubject>[] = [
  {
    id: "params/properties-required",
    says: "An object param lists its keys under properties.",
    link: links.taskParams,
    violation: task("params: [{name: a, type: object}]\nsteps: [{image: busybox}]"),
    nearMiss: task("params: [{name: a, type: object, properties: {k: {}}}]\nsteps: [{image: busybox}]"),
    check({ params }, report) {
      for (const { spec, path } of params) {
        if (spec.type === "object" && spec.properties === undefined) {
          report(
            path,
            `the object param ${JSON.stringify(spec.name ?? "")} has no properties`,
            "List its keys under properties.",
          );
        }
      }
    },
  },
];
