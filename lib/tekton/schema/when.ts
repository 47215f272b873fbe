/**
 * When expressions.
 * Field names and types as Tekton 1.15 decodes them; no rules.
 * @module
 */

import { list, maybe, object, text } from "./define.ts";

const WhenExpression = object("WhenExpression", "A guard.", {
  input: maybe(text("What is compared: text or a variable.")),
  operator: maybe(text("in or notin.")),
  values: maybe(list(text(), "What input is compared with.")),
  cel: maybe(text("A CEL expression instead of input, operator and values (alpha).")),
});

/**
 * When expressions.
 * @internal
 */
export const whenTypes = { WhenExpression };
