/**
 * Rules about params handed down from a run to the steps of its inline spec.
 * @module
 */

import type { Propagation } from "../propagation.ts";
import type { Place, Rule } from "../rule.ts";
import { pipelineRun, taskRun } from "./example.ts";
import { links } from "./links.ts";

/** The params of a run, joined. */
export interface PropagationSubject extends Place {
  /** What came of joining them. */
  readonly propagation: Propagation;
}

/** Rules about params handed down. */
export const propagationRules: readonly Rule<PropagationSubject>[] = [
  {
    id: "run/object-properties",
    says: "Where a run gives an object, or a declaration has an object for default, the declaration lists properties.",
    link: links.taskParams,
    violation: taskRun(
      "params: [{name: a, value: {k: v}}]\ntaskSpec: {params: [{name: a}], steps: [{image: busybox}]}",
    ),
    nearMiss: taskRun(
      "params: [{name: a, value: {k: v}}]\ntaskSpec: {params: [{name: a, properties: {k: {}}}], steps: [{image: busybox}]}",
    ),
    check({ propagation }, report) {
      for (const { spec, path } of propagation.withoutProperties) {
        report(
          path,
          `the param ${JSON.stringify(spec.name ?? "")} is an object, but lists no properties`,
          "List its keys under properties.",
        );
      }
    },
  },
  {
    id: "run/object-clash",
    says: "A task gives an object only for a param that has an object already; else Tekton's webhook breaks off.",
    link: links.pipelineRuns,
    violation: pipelineRun(
      "params: [{name: a, value: v}]\npipelineSpec: {tasks: [{name: b, taskRef: {name: t}, params: [{name: a, value: {k: v}}]}]}",
    ),
    nearMiss: pipelineRun(
      "params: [{name: a, value: {k: w}}]\npipelineSpec: {tasks: [{name: b, taskRef: {name: t}, params: [{name: a, value: {k: v}}]}]}",
    ),
    check({ propagation }, report) {
      for (const { name, path } of propagation.clashes) {
        report(
          path,
          `the task gives an object for the param ${JSON.stringify(name)}, which has none elsewhere`,
          "Give the param another name.",
        );
      }
    },
  },
];
