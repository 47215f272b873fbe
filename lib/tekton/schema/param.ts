/**
 * Parameters: declared and given.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { list, map, maybe, object, paramValue, text } from "./define.ts";

const PropertySpec = object("PropertySpec", "Property spec.", {
  type: maybe(text("Always string.")),
});

const ParamSpec = object("ParamSpec", "Declares a parameter.", {
  name: text("Name by which variables refer to it."),
  type: maybe(text("string, array or object; from properties or default when absent.")),
  description: maybe(text("What it is for, for people.")),
  properties: maybe(map(PropertySpec, "Keys of an object and their types.")),
  default: maybe(paramValue("Value where none is given.")),
  enum: maybe(list(text(), "Values allowed (alpha).")),
});

const Param = object("Param", "Gives a parameter its value.", {
  name: text("Name of the parameter."),
  value: paramValue("String, list of strings, or map of strings; may hold variables."),
});

/**
 * Parameters: declared and given.
 * @internal
 */
export const paramTypes = { PropertySpec, ParamSpec, Param };
