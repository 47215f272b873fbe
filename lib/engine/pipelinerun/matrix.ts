/**
 * The combinations that a matrix stands for. Pure. Source: Tekton documentation, "Matrix".
 * @module
 */
import type { NamedValue } from "../../tekton/types.ts";
import type { Matrix } from "./spec.ts";

/**
 * The params of each combination, in Tekton's order: the first param turns fastest. An `include` whose params agree with
 * combinations adds to those; one that agrees with none is a combination of its own.
 */
export function combinationsOf(matrix: Matrix): NamedValue[][] {
  let combinations: NamedValue[][] = [];
  for (const param of matrix.params ?? []) {
    const values = Array.isArray(param.value) ? param.value as readonly string[] : [String(param.value)];
    const one = (value: string): NamedValue => ({ name: param.name, value });
    combinations = combinations.length === 0 && param === matrix.params?.[0]
      ? values.map((value) => [one(value)])
      : values.flatMap((value) => combinations.map((before) => [...before, one(value)]));
  }
  const generated = combinations.map((params) => new Map(params.map((param) => [param.name, param.value])));
  const added: NamedValue[][] = [];
  for (const include of matrix.include ?? []) {
    const params = include.params ?? [];
    const shared = params.filter((param) => matrix.params?.some((p) => p.name === param.name));
    const fitting = generated.map((values, index) => ({ values, index }))
      .filter(({ values }) => shared.every((param) => values.get(param.name) === param.value));
    if (shared.length === params.length && fitting.length > 0) continue; // it says nothing new
    if (generated.length === 0 || fitting.length === 0) {
      added.push([...params]);
      continue;
    }
    for (const { index } of fitting) {
      const extra = params.filter((param) => !shared.includes(param));
      combinations[index]!.push(...extra);
    }
  }
  return [...combinations, ...added];
}
