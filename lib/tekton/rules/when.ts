/**
 * Rules about when expressions, of pipeline tasks and of steps.
 * @module
 */

import { celProblem } from "../cel.ts";
import type { Place, Rule } from "../rule.ts";
import type { WhenExpression } from "../types.ts";
import { pipeline } from "./example.ts";
import { links } from "./links.ts";

/** When expressions; `path` leads to the list. */
export interface WhenSubject extends Place {
  /** The expressions. */
  readonly when: readonly WhenExpression[];
}

const guarded = (when: string) => pipeline(`tasks: [{name: a, taskRef: {name: b}, when: ${when}}]`);

const isEmpty = (when: WhenExpression): boolean =>
  !when.input && !when.operator && !when.cel && (when.values ?? []).length === 0;

/** Rules about when expressions. */
export const whenRules: readonly Rule<WhenSubject>[] = [
  {
    id: "when/empty",
    says: "A when expression is not empty.",
    link: links.when,
    violation: guarded("[{}]"),
    nearMiss: guarded("[]"),
    check({ when, path }, report) {
      for (const [index, expression] of when.entries()) {
        if (isEmpty(expression)) {
          report([...path, index], "the expression is empty", "Give it input, operator and values.");
        }
      }
    },
  },
  {
    id: "when/operator",
    says: "The operator is in or notin.",
    link: links.when,
    violation: guarded("[{input: a, operator: NotIn, values: [b]}]"),
    nearMiss: guarded("[{input: a, operator: notin, values: [b]}]"),
    check({ when, path }, report) {
      for (const [index, expression] of when.entries()) {
        const operator = expression.operator ?? "";
        if (!expression.cel && !isEmpty(expression) && operator !== "in" && operator !== "notin") {
          report([...path, index, "operator"], `${JSON.stringify(operator)} is no operator`, "Write in or notin.");
        }
      }
    },
  },
  {
    id: "when/values",
    says: "values has at least one element; input may be empty.",
    link: links.when,
    violation: guarded("[{input: a, operator: in, values: []}]"),
    nearMiss: guarded("[{input: '', operator: in, values: ['']}]"),
    check({ when, path }, report) {
      for (const [index, expression] of when.entries()) {
        if (!expression.cel && !isEmpty(expression) && (expression.values ?? []).length === 0) {
          report([...path, index], "there are no values to compare with", "List at least one.");
        }
      }
    },
  },
  {
    id: "when/cel-flag",
    says: "cel needs the flag enable-cel-in-whenexpression.",
    link: links.cel,
    violation: guarded(`[{cel: "'a' == 'b'"}]`),
    nearMiss: guarded("[{cel: '', input: a, operator: in, values: [a]}]"),
    check({ when, path, features }, report) {
      for (const [index, { cel }] of when.entries()) {
        if (cel && !features.flags.has("enable-cel-in-whenexpression")) {
          report(
            [...path, index, "cel"],
            "the flag enable-cel-in-whenexpression is off",
            "Use input, operator and values.",
          );
        }
      }
    },
  },
  {
    id: "when/cel",
    says: "cel stands alone, and its brackets and quotes are closed. Types are not checked.",
    link: links.cel,
    features: { flags: new Set(["enable-cel-in-whenexpression"]) },
    violation: guarded(`[{cel: "'a' == ('b'"}]`),
    nearMiss: guarded(`[{cel: "'$(params.a)' == 'b'"}]`),
    check({ when, path, features }, report) {
      if (!features.flags.has("enable-cel-in-whenexpression")) return;
      for (const [index, expression] of when.entries()) {
        if (!expression.cel) continue;
        if (expression.input || expression.operator || (expression.values ?? []).length > 0) {
          report([...path, index], "cel excludes input, operator and values", "Keep one form.");
        }
        const problem = celProblem(expression.cel);
        if (problem !== undefined) {
          report([...path, index, "cel"], problem, "Put Tekton's variables into quotes: '$(params.a)'.");
        }
      }
    },
  },
];
