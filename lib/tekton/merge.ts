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

/** A step whose lists Tekton cannot merge with the stepTemplate's. */
export interface MergeConflict {
  /** Index of the step. */
  readonly step: number;
  /** The list. */
  readonly field: "env" | "volumeMounts" | "volumeDevices";
  /** Name or path that comes again. */
  readonly key: string;
}

/**
 * Where merging fails: the list repeats a name or path, with others in between, and the template has such a list too.
 * Tekton's merge then finds the order of its patch wrong.
 */
export function mergeConflicts({ steps, stepTemplate }: TaskSpec): MergeConflict[] {
  if (stepTemplate === undefined) return [];
  const conflicts: MergeConflict[] = [];
  for (const [index, step] of (steps ?? []).entries()) {
    if (step.ref !== undefined) continue;
    const look = (
      field: MergeConflict["field"],
      base: readonly object[] = [],
      own: readonly object[] = [],
      name: string,
    ) => {
      const key = base.length === 0 ? undefined : outOfOrder(base, own, name);
      if (key !== undefined) conflicts.push({ step: index, field, key });
    };
    look("env", stepTemplate.env, step.env, "name");
    look("volumeMounts", stepTemplate.volumeMounts, step.volumeMounts, "mountPath");
    look("volumeDevices", stepTemplate.volumeDevices, step.volumeDevices, "devicePath");
  }
  return conflicts;
}

/** The first key of `own` that a patch against `base` would hold in another order than `own` has. */
function outOfOrder(base: readonly object[], own: readonly object[], name: string): string | undefined {
  const keyOf = (item: object) => String((item as Record<string, unknown>)[name] ?? "");
  const keys = own.map(keyOf);
  if (new Set(keys).size === keys.length) return undefined;
  const unused = [...base];
  const patched = own.filter((item) => {
    const at = unused.findIndex((candidate) => keyOf(candidate) === keyOf(item));
    const under = at < 0 ? undefined : unused.splice(at, 1)[0] as Record<string, unknown>;
    return under === undefined ||
      Object.entries(item).some(([field, value]) => JSON.stringify(value) !== JSON.stringify(under[field]));
  }).map(keyOf).sort((a, b) => keys.indexOf(a) - keys.indexOf(b));
  let next = 0;
  for (const key of keys) if (key === patched[next]) next++;
  return patched[next];
}
