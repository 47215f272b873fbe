/**
 * Steps with the stepTemplate merged into them, as Tekton does before it looks at them. Knows the merge: scalars and
 * command, args, envFrom of the step win; env is merged by name, mounts by path.
 * @module
 */

import type { Step, StepTemplate, TaskSpec } from "./types.ts";

const merged = new WeakMap<TaskSpec, readonly Step[]>();

/** The steps of a spec, each merged with its stepTemplate; a step with ref stays as it is. */
export function mergedSteps(spec: TaskSpec): readonly Step[] {
  let steps = merged.get(spec);
  if (steps === undefined) {
    const { stepTemplate } = spec;
    steps = stepTemplate === undefined
      ? spec.steps ?? []
      : (spec.steps ?? []).map((step) => step.ref === undefined ? mergeStep(stepTemplate, step) : step);
    merged.set(spec, steps);
  }
  return steps;
}

function mergeStep(template: StepTemplate, step: Step): Step {
  const result: Record<string, unknown> = { ...template, ...withoutEmpty(step) };
  const env = mergeLists(template.env, step.env, "name")?.map((variable) =>
    variable.valueFrom !== undefined && variable.value
      ? step.env?.findLast((own) => own.name === variable.name) ?? variable
      : variable
  );
  const lists = {
    env,
    volumeMounts: mergeLists(template.volumeMounts, step.volumeMounts, "mountPath"),
    volumeDevices: mergeLists(template.volumeDevices, step.volumeDevices, "devicePath"),
  };
  for (const [field, list] of Object.entries(lists)) if (list !== undefined) result[field] = list;
  return result as Step;
}

/** A copy without empty strings and lists: those do not override. */
function withoutEmpty<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== "" && !(Array.isArray(item) && item.length === 0)),
  ) as Partial<T>;
}

function mergeLists<Item extends object>(
  base: readonly Item[] | undefined,
  own: readonly Item[] | undefined,
  key: keyof Item,
): Item[] | undefined {
  if (base === undefined || base.length === 0) return own === undefined ? undefined : [...own];
  if (own === undefined || own.length === 0) return [...base];
  const result = own.map((item) => {
    const under = base.find((candidate) => (candidate[key] ?? "") === (item[key] ?? ""));
    return under === undefined ? item : { ...under, ...withoutEmpty(item) };
  });
  const names = new Set(own.map((item) => item[key] ?? ""));
  return [...result, ...base.filter((item) => !names.has(item[key] ?? ""))];
}
