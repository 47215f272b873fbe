/**
 * Rules that TaskRuns and the single TaskRuns of a PipelineRun share: params given, resources of steps and sidecars.
 * @module
 */

import { repetitions } from "../names.ts";
import { needsFeature, type Place, reaches, type Rule } from "../rule.ts";
import type { Param, TaskRunSpec } from "../types.ts";
import { taskRun } from "./example.ts";
import { links } from "./links.ts";

/** Params given to a run; `path` leads to the list. */
export interface GivenParamsSubject extends Place {
  /** The params. */
  readonly params: readonly Param[];
}

/** Rules about params given. */
export const givenParamRules: readonly Rule<GivenParamsSubject>[] = [
  {
    id: "run/params-unique",
    says: "Names of a run's params are unique; case does not count.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nparams: [{name: p, value: x}, {name: P, value: z}]"),
    nearMiss: taskRun("taskRef: {name: a}\nparams: [{name: p, value: x}, {name: q, value: x}]"),
    check({ params, path }, report) {
      for (const { name, index } of repetitions(params.map(({ name = "" }) => name.toLowerCase()))) {
        report(
          [...path, index, "name"],
          `there is another param named ${JSON.stringify(name)}`,
          "Rename one of them; case does not count.",
        );
      }
    },
  },
];

/** Resources that a run sets; `path` leads to the object that holds them. */
export interface OverridesSubject extends Place {
  /** The part of a TaskRunSpec or PipelineTaskRunSpec that sets them. */
  readonly overrides: Pick<TaskRunSpec, "stepSpecs" | "sidecarSpecs" | "computeResources">;
}

type Resources = TaskRunSpec["computeResources"];

const setsAnything = (resources: Resources): boolean =>
  Object.keys(resources?.limits ?? {}).length > 0 || Object.keys(resources?.requests ?? {}).length > 0 ||
  (resources?.claims ?? []).length > 0;

/** Rules about resources. */
export const overrideRules: readonly Rule<OverridesSubject>[] = [
  {
    id: "run/specs-named",
    says: "Each of stepSpecs and sidecarSpecs has a name.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nstepSpecs: [{computeResources: {limits: {cpu: 1}}}]"),
    nearMiss: taskRun("taskRef: {name: a}\nstepSpecs: [{name: no-such-step, computeResources: {limits: {cpu: 1}}}]"),
    check({ overrides, path }, report) {
      for (const list of ["stepSpecs", "sidecarSpecs"] as const) {
        for (const [index, { name }] of (overrides[list] ?? []).entries()) {
          if (!name) report([...path, list, index], "there is no name", "Name the step or sidecar that it is for.");
        }
      }
    },
  },
  {
    id: "run/specs-unique",
    says: "Names in stepSpecs and in sidecarSpecs are unique; case does not count.",
    link: links.runs,
    violation: taskRun("taskRef: {name: a}\nsidecarSpecs: [{name: db}, {name: DB}]"),
    nearMiss: taskRun("taskRef: {name: a}\nsidecarSpecs: [{name: db}]\nstepSpecs: [{name: db}]"),
    check({ overrides, path }, report) {
      for (const list of ["stepSpecs", "sidecarSpecs"] as const) {
        for (const { name, index } of repetitions((overrides[list] ?? []).map(({ name = "" }) => name.toLowerCase()))) {
          if (name !== "") {
            report(
              [...path, list, index, "name"],
              `there is another ${JSON.stringify(name)}`,
              "Keep one of them; case does not count.",
            );
          }
        }
      }
    },
  },
  {
    id: "run/resources-once",
    says: "computeResources of the run exclude computeResources in stepSpecs.",
    link: links.runs,
    violation: taskRun(
      "taskRef: {name: a}\ncomputeResources: {limits: {cpu: 1}}\nstepSpecs: [{name: b, computeResources: {limits: {cpu: 1}}}]",
    ),
    nearMiss: taskRun(
      "taskRef: {name: a}\ncomputeResources: {limits: {cpu: 1}}\nstepSpecs: [{name: b, computeResources: {}}]",
    ),
    check({ overrides, path }, report) {
      if (overrides.computeResources === undefined) return;
      for (const [index, { computeResources }] of (overrides.stepSpecs ?? []).entries()) {
        if (setsAnything(computeResources)) {
          report(
            [...path, "stepSpecs", index, "computeResources"],
            "the run has computeResources as well",
            "Set them for the run or for steps.",
          );
        }
      }
    },
  },
  {
    id: "run/resources-beta",
    says: "stepSpecs, sidecarSpecs and computeResources of runs are beta features.",
    link: links.runs,
    features: { featureSet: "stable" },
    violation: taskRun("taskRef: {name: a}\ncomputeResources: {limits: {cpu: 1}}"),
    nearMiss: taskRun("taskRef: {name: a}\nserviceAccountName: b"),
    check({ overrides, path, features }, report) {
      if (reaches(features, "beta")) return;
      for (const field of ["stepSpecs", "sidecarSpecs", "computeResources"] as const) {
        const value = overrides[field];
        if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
          report([...path, field], `${field} is a beta feature`, needsFeature("beta"));
        }
      }
    },
  },
];
