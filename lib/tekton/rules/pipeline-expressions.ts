/**
 * Where a Pipeline's tasks hold variables, read as Tekton reads them. No rules.
 * @module
 */

import type { Param, PipelineTask, Sidecar, Step, WhenExpression } from "../types.ts";
import { expressionsIn, type ResultReference, taskResult } from "../variables.ts";
import { mergedSteps } from "../merge.ts";
import { isCustom } from "./pipeline-task.ts";

/** All expressions in the value of a param. */
export function expressionsOfParam({ value }: Param): string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? expressionsIn(value) : Object.values(value).flatMap(expressionsIn);
}

/** All expressions in a when expression: input, cel, values. */
export function expressionsOfWhen({ input, cel, values }: WhenExpression): string[] {
  return [...expressionsIn(input), ...expressionsIn(cel), ...(values ?? []).flatMap(expressionsIn)];
}

/** Whether a task is fanned out. */
export function isMatrixed({ matrix }: PipelineTask): boolean {
  return (matrix?.params ?? []).length > 0 || (matrix?.include ?? []).length > 0;
}

/** Params of a task, those of its matrix included. */
export function allParamsOf({ params, matrix }: PipelineTask): Param[] {
  return [
    ...params ?? [],
    ...matrix?.params ?? [],
    ...(matrix?.include ?? []).flatMap((include) => include.params ?? []),
  ];
}

function expressionsOfContainer(container: Step | Sidecar): string[] {
  const texts: (string | undefined)[] = [
    container.name,
    container.image,
    container.imagePullPolicy,
    container.script,
    container.workingDir,
    ...container.command ?? [],
    ...container.args ?? [],
  ];
  for (const { value, valueFrom } of container.env ?? []) {
    texts.push(value);
    for (const source of [valueFrom?.secretKeyRef, valueFrom?.configMapKeyRef]) texts.push(source?.key, source?.name);
  }
  return texts.flatMap(expressionsIn);
}

const used = new WeakMap<PipelineTask, ResultReference[]>();

/** Results of other tasks that a task uses, in params, matrix, when, and the steps and sidecars of its taskSpec. */
export function resultsUsedBy(task: PipelineTask): ResultReference[] {
  const known = used.get(task);
  if (known !== undefined) return known;
  const spec = task.taskSpec;
  const steps = spec === undefined ? [] : isCustom(task) ? spec.steps ?? [] : mergedSteps(spec);
  const found = [
    ...allParamsOf(task).flatMap(expressionsOfParam),
    ...(task.when ?? []).flatMap(expressionsOfWhen),
    ...steps.flatMap(expressionsOfContainer),
    ...(spec?.sidecars ?? []).flatMap(expressionsOfContainer),
  ].map(taskResult).filter((reference) => reference !== undefined);
  used.set(task, found);
  return found;
}
