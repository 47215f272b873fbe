/**
 * Whether `when` expressions hold, their variables already replaced. CEL is behind a flag of Tekton's and not here.
 * Source: Tekton documentation, "Guard Task execution using when expressions".
 * @module
 */
import type { WhenExpression } from "./spec.ts";

/** True when every expression holds. */
export function holds(expressions: readonly WhenExpression[]): boolean {
  return expressions.every(({ input = "", operator, values = [] }) => values.includes(input) === (operator === "in"));
}
