/**
 * Rules about results of Tasks and steps, and about the variables that name them.
 * @module
 */

import type { Path } from "../finding.ts";
import { isLabel, isResultName } from "../names.ts";
import type { Place, Report, Rule, TaskSubject } from "../rule.ts";
import type { StepResult, TaskResult } from "../types.ts";
import { stepResultIn } from "../variables.ts";
import { stepAction, task } from "./example.ts";
import { links } from "./links.ts";
import { unknownUnder } from "./step-variables.ts";
import { typeOfValue } from "./param.ts";

/** Results of a Task or of a step. */
export interface ResultsSubject extends Place {
  /** The results; `path` leads to the list. */
  readonly results: readonly (TaskResult | StepResult)[];
}

const types: readonly (string | undefined)[] = [undefined, "", "string", "array", "object"];

/** Rules about results as Tasks, steps and StepActions declare them. */
export const resultRules: readonly Rule<ResultsSubject>[] = [
  {
    id: "results/name",
    says: "The name of a result has letters, digits, -, _ and dots, and a letter or digit at both ends.",
    link: links.taskResults,
    violation: task("results: [{name: digest_}]\nsteps: [{image: busybox}]"),
    nearMiss: task("results: [{name: Image.digest_1}]\nsteps: [{image: busybox}]"),
    check({ results, path }, report) {
      for (const [index, { name = "" }] of results.entries()) {
        if (!isResultName(name)) {
          report(
            [...path, index, "name"],
            `${JSON.stringify(name)} is no name of a result`,
            "Use letters, digits, -, _ and dots, with a letter or digit at both ends.",
          );
        }
      }
    },
  },
  {
    id: "results/type",
    says: "The type of a result is string, array or object.",
    link: links.taskResults,
    violation: task("results: [{name: a, type: number}]\nsteps: [{image: busybox}]"),
    nearMiss: task("results: [{name: a, type: array}]\nsteps: [{image: busybox}]"),
    check({ results, path }, report) {
      for (const [index, { name = "", type }] of results.entries()) {
        if (isResultName(name) && !types.includes(type)) {
          report(
            [...path, index, "type"],
            `${JSON.stringify(type)} is no type of a result`,
            "Write string, array or object.",
          );
        }
      }
    },
  },
  {
    id: "results/properties",
    says: "An object result lists its keys under properties, all of type string.",
    link: links.taskResults,
    violation: task("results: [{name: a, type: object}]\nsteps: [{image: busybox}]"),
    nearMiss: task("results: [{name: a, properties: {k: {}}}]\nsteps: [{image: busybox}]"),
    check({ results, path }, report) {
      for (const [index, { name = "", type, properties }] of results.entries()) {
        if (type !== "object" || !isResultName(name)) continue;
        const entries = Object.entries(properties ?? {});
        if (entries.length === 0) {
          report(
            [...path, index],
            `the object result ${JSON.stringify(name)} has no properties`,
            "List its keys under properties.",
          );
        }
        for (const [key, property] of entries) {
          if (property.type !== "string") {
            report(
              [...path, index, "properties", key],
              `the key ${JSON.stringify(key)} is of type ${JSON.stringify(property.type ?? "")}`,
              "Write type: string.",
            );
          }
        }
      }
    },
  },
];

/** Rules about the values of a Task's results. */
export const resultValueRules: readonly Rule<TaskSubject>[] = [
  {
    id: "results/value",
    says: "The value of a Task's result is a string that holds $(steps.<step>.results.<result>).",
    link: links.stepResults,
    violation: task("results: [{name: a, value: $(steps.b.c)}]\nsteps: [{name: b, image: busybox}]"),
    nearMiss: task("results: [{name: a, value: $(steps.other.results.c)}]\nsteps: [{name: b, image: busybox}]"),
    check({ spec, path }, report) {
      for (const [index, { name = "", value }] of (spec.results ?? []).entries()) {
        if (value === undefined || !isResultName(name)) continue;
        checkValue(value, [...path, "results", index, "value"], report);
      }
    },
  },
  {
    id: "results/declared",
    says: "Results that a script writes to are declared by the Task.",
    link: links.taskResults,
    violation: task("results: [{name: a}]\nsteps: [{image: busybox, script: 'echo >$(results.b.path)'}]"),
    nearMiss: task(
      "results: [{name: a}]\nsteps: [{image: busybox, script: 'echo >$(results.a.path)', args: [$(results.b.path)]}]",
    ),
    check({ spec, steps, path }, report) {
      const declared = new Set((spec.results ?? []).map(({ name = "" }) => name));
      for (const [index, { script }] of steps.entries()) {
        const unknown = unknownUnder(script, "results", declared);
        if (unknown !== undefined) {
          report(
            [...path, "steps", index, "script"],
            `the Task declares no result ${JSON.stringify(unknown)}`,
            "Declare it under results of the Task.",
          );
        }
      }
    },
  },
  {
    id: "results/step-declared",
    says: "Where a step has results, those that its script names are among them.",
    link: links.stepResults,
    violation: task("steps: [{image: busybox, results: [{name: a}], script: 'echo >$(step.results.b.path)'}]"),
    nearMiss: task("steps: [{image: busybox, script: 'echo >$(step.results.b.path)'}]"),
    check({ steps, path }, report) {
      for (const [index, { results, script }] of steps.entries()) {
        if ((results ?? []).length === 0) continue;
        const unknown = unknownUnder(script, "step.results", new Set(results?.map(({ name = "" }) => name)));
        if (unknown !== undefined) {
          report(
            [...path, "steps", index, "script"],
            `the step declares no result ${JSON.stringify(unknown)}`,
            "Declare it under results of the step.",
          );
        }
      }
    },
  },
];

function checkValue(value: NonNullable<TaskResult["value"]>, path: Path, report: Report): void {
  if (typeof value !== "string") {
    return report(path, `the value is of type ${typeOfValue(value)}`, "Give a string with a step's result.");
  }
  if (value === "") return;
  const { from: step, result } = stepResultIn(value) ?? {};
  const advice = "Write $(steps.<step>.results.<result>).";
  if (step === undefined || result === undefined) return report(path, "the value names no result of a step", advice);
  if (!isLabel(step)) report(path, `${JSON.stringify(step)} is no name of a step`, advice);
  if (!isResultName(result)) report(path, `${JSON.stringify(result)} is no name of a result`, advice);
}

/** Results of a StepAction as its script names them. */
export const stepActionResultRule: Rule<
  Place & { readonly script: string | undefined; readonly results: readonly StepResult[] }
> = {
  id: "step-action/results-declared",
  says: "Results that a StepAction's script names are declared by it.",
  link: links.stepResults,
  violation: stepAction("image: busybox\nresults: [{name: a}]\nscript: 'echo >$(step.results.b.path)'"),
  nearMiss: stepAction("image: busybox\nresults: [{name: a}]\nscript: 'echo >$(step.results.a.path)'"),
  check({ script, results, path }, report) {
    const declared = new Set(results.map(({ name = "" }) => name));
    for (const prefix of ["step.results", "results"]) {
      const unknown = unknownUnder(script, prefix, declared);
      if (unknown !== undefined) {
        report(
          [...path, "script"],
          `the StepAction declares no result ${JSON.stringify(unknown)}`,
          "Declare it under results.",
        );
      }
    }
  },
};
