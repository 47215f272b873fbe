/**
 * What is wrong with a declaration: names Tekton refuses, names that meet in one variable or flag, references to what
 * is not declared. Pure; returns sentences. Knows Tekton's rules for Tasks; only for the generator and for tests.
 * @module
 */
import { parseDuration } from "../tekton/duration.ts";
import type { Declaration, Definition, Param } from "./declaration.ts";
import { isVariable } from "./define.ts";
import { flagsOf } from "./flags.ts";
import { paramVariable, resultVariable, secretVariable, workspaceVariable } from "./inputs.ts";

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const paramName = /^[A-Za-z][A-Za-z0-9_-]*$/;
const resultName = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const variableName = /^[A-Z][A-Z0-9_]*$/;

/** Variables that the generator or Deno sets in a step. */
const reservedVariables = /^(DENO_.*|ALLOW_.*|HOME|PATH|NO_COLOR|RESULTS_DIR|TASKSMITH_.*|KUBERNETES_.*)$/;

/** What Tekton knows within a Task. Spec: variables available in a Task. */
const taskContext = new Set([
  "context.taskRun.name",
  "context.taskRun.namespace",
  "context.taskRun.uid",
  "context.task.name",
  "context.task.retry-count",
]);

const members = new Set(
  ("kind name version displayName description categories tags labels image params options results workspaces secrets " +
    "env scratch permissions rbac resources deadline step stepsAfter schemas readme run").split(" "),
);
const paramMembers = new Set(["type", "description", "default", "enum", "example", "properties", "optionalAtDesk"]);

/** Every fault of a declaration, one sentence each; none means that the generator accepts it. */
export function faultsOf(task: Definition): readonly string[] {
  return [
    ...shapeFaults(task),
    ...Object.entries(task.params ?? {}).flatMap(([name, param]) => paramFaults(name, param)),
    ...nameFaults(task),
    ...collisionFaults(task),
    ...referenceFaults(task),
    ...pathFaults(task),
  ];
}

function shapeFaults(task: Definition): string[] {
  const faults = Object.keys(task).filter((key) => !members.has(key)).map((key) => `"${key}" means nothing here`);
  if (!label.test(task.name)) faults.push(`the name "${task.name}" is not a DNS label`);
  if (!/^\d+(\.\d+){1,2}$/.test(task.version)) faults.push(`the version "${task.version}" is not like 0.1`);
  for (const key of ["displayName", "description"] as const) {
    if (task[key].trim() === "") faults.push(`${key} is empty`);
  }
  if (task.kind === "StepAction") {
    for (const key of ["workspaces", "scratch", "stepsAfter", "step", "rbac", "resources"] as const) {
      if (task[key] !== undefined) faults.push(`a StepAction has no ${key}`);
    }
  }
  const described = { ...task.params, ...task.options, ...task.results, ...task.workspaces, ...task.secrets };
  for (const [name, { description }] of Object.entries(described)) {
    if (description.trim() === "") faults.push(`"${name}" has no description`);
  }
  if (task.deadline !== undefined) {
    const param = task.params?.[task.deadline];
    if (param === undefined || param.type === "array" || param.type === "object") {
      faults.push(`the deadline "${task.deadline}" is not a string param`);
    } else if (typeof param.default === "string" && parseDuration(param.default) === undefined) {
      faults.push(
        `the default "${param.default}" of the deadline "${task.deadline}" is not a Go duration such as 1h30m`,
      );
    }
  }
  return faults;
}

function paramFaults(name: string, param: Param): string[] {
  const faults = Object.keys(param).filter((key) => !paramMembers.has(key))
    .map((key) => `"${key}" means nothing in the param "${name}"`);
  if (!paramName.test(name)) faults.push(`the param "${name}" may hold letters, digits, "-" and "_", a letter first`);
  if (param.type === "object") {
    const keys = Object.keys(param.properties);
    if (keys.length === 0) faults.push(`the object param "${name}" has no properties`);
    for (const key of keys.filter((key) => !paramName.test(key))) {
      faults.push(`the key "${key}" of "${name}" may hold letters, digits, "-" and "_", a letter first`);
    }
    for (const key of Object.keys(param.default ?? {}).filter((key) => !keys.includes(key))) {
      faults.push(`the default of "${name}" has the key "${key}", which its properties lack`);
    }
  } else if (param.type !== "array" && param.enum !== undefined) {
    if (param.enum.length === 0 || new Set(param.enum).size < param.enum.length) {
      faults.push(`the enum of "${name}" is empty or repeats a value`);
    }
    if (typeof param.default === "string" && !param.enum.includes(param.default)) {
      faults.push(`the default "${param.default}" of "${name}" is not in its enum`);
    }
  }
  return faults;
}

function nameFaults(task: Definition): string[] {
  const faults: string[] = [];
  for (const name of Object.keys(task.results ?? {})) {
    if (!resultName.test(name)) faults.push(`the result "${name}" is not a name Tekton takes`);
  }
  for (const name of [...Object.keys(task.workspaces ?? {}), ...Object.keys(task.secrets ?? {})]) {
    if (!label.test(name)) faults.push(`"${name}" is not a DNS label, as workspaces and volumes must be`);
  }
  for (const name of [task.step ?? task.name, ...(task.stepsAfter ?? []).map((step) => step.name)]) {
    if (!label.test(name)) faults.push(`the step "${name}" is not a DNS label`);
  }
  for (const name of Object.keys(task.env ?? {})) {
    if (!variableName.test(name)) faults.push(`the variable "${name}" is not in capitals`);
  }
  return faults;
}

/** Variables of the step with what they stem from. */
function variablesOf(task: Declaration): readonly (readonly [variable: string, origin: string])[] {
  return [
    ...Object.entries(task.params ?? {}).flatMap(([name, param]): [string, string][] =>
      param.type === "object"
        ? Object.keys(param.properties).map((key) => [paramVariable(name, key), `key "${key}" of the param "${name}"`])
        : [[paramVariable(name), `param "${name}"`]]
    ),
    ...Object.keys(task.workspaces ?? {}).map((name) => [workspaceVariable(name), `workspace "${name}"`] as const),
    ...Object.keys(task.secrets ?? {}).map((name) => [secretVariable(name), `secret "${name}"`] as const),
    ...Object.keys(task.results ?? {}).map((name) => [resultVariable(name), `result "${name}"`] as const),
    ...Object.keys(task.env ?? {}).map((name) => [name, `env "${name}"`] as const),
  ];
}

function collisionFaults(task: Definition): string[] {
  const repeated = (pairs: Iterable<readonly [string, string]>, what: string) => {
    const seen = new Map<string, string>();
    return [...pairs].flatMap(([name, origin]) => {
      const other = seen.get(name);
      seen.set(name, origin);
      return other === undefined ? [] : [`${other} and ${origin} are both the ${what} ${name}`];
    });
  };
  const reserved = variablesOf(task).filter(([name]) => reservedVariables.test(name))
    .map(([name, origin]) => `${origin} is the variable ${name}, which the runtime sets itself`);
  const flags = flagsOf(task).map((flag) =>
    [
      `--${flag.name}`,
      flag.origin === "common" ? "an option every command has" : `${flag.origin} "${flag.key}"`,
    ] as const
  );
  const steps = [task.step ?? task.name, ...(task.stepsAfter ?? []).map((step) => step.name)];
  const volumes = [
    ...Object.keys(task.secrets ?? {}).map((name) => [name, `secret "${name}"`] as const),
    ...(task.scratch ?? []).map((path) => [scratchVolume(path), `scratch folder ${path}`] as const),
  ];
  return [
    ...reserved,
    ...repeated(variablesOf(task), "variable"),
    ...repeated(flags, "option"),
    ...repeated(steps.map((name) => [name, "a step"] as const), "step"),
    ...repeated(volumes, "volume"),
  ];
}

/** The volume of a scratch folder: `/scratch/data` → `scratch-data`. */
export function scratchVolume(path: string): string {
  return path.replace(/^\/+|\/+$/g, "").replace(/[^a-z0-9]+/gi, "-").toLowerCase();
}

function referenceFaults(task: Definition): string[] {
  const faults: string[] = [];
  const check = (value: unknown, where: string, allowed: (name: string) => boolean, shape: string) => {
    if (!isVariable(value)) return;
    if (!allowed(value.variable)) faults.push(`${where} refers to "${value.variable}", which is not ${shape}`);
  };
  const stringParam = (name: string) => {
    const param = task.params?.[name.replace(/^params\./, "")];
    return name.startsWith("params.") && param !== undefined && param.type !== "array" && param.type !== "object";
  };
  const inTask = (name: string) => {
    const [first = "", second = "", third] = name.split(".");
    if (first === "params" && third !== undefined) {
      const param = task.params?.[second];
      return param?.type === "object" && third in param.properties;
    }
    if (first === "workspaces") {
      return second in (task.workspaces ?? {}) && /^(path|bound|claim|volume)$/.test(third ?? "");
    }
    return stringParam(name) || taskContext.has(name);
  };
  for (const [name, param] of Object.entries(task.params ?? {})) {
    check(
      param.default,
      `the default of "${name}"`,
      (variable) => variable.startsWith("context."),
      "a context variable",
    );
  }
  for (const [name, secret] of Object.entries(task.secrets ?? {})) {
    check(secret.key, `the key of the secret "${name}"`, stringParam, "a declared string param");
    if (typeof secret.key === "string" && !/^[A-Za-z0-9._-]+$/.test(secret.key)) {
      faults.push(`"${secret.key}" cannot be a key of a Secret`);
    }
    if (task.kind === "Task") {
      if (secret.secretName === undefined) faults.push(`the secret "${name}" names no Secret (secretName)`);
      if (secret.volumeName !== undefined) {
        faults.push(`the secret "${name}" has a volumeName, which is for StepActions`);
      }
      check(secret.secretName, `the secret "${name}"`, stringParam, "a declared string param");
    } else {
      if (secret.volumeName === undefined) faults.push(`the secret "${name}" names no volume (volumeName)`);
      if (secret.secretName !== undefined) faults.push(`the secret "${name}" has a secretName, which is for Tasks`);
      check(secret.volumeName, `the secret "${name}"`, stringParam, "a declared string param");
    }
  }
  for (const [name, value] of Object.entries(task.env ?? {})) {
    check(value, `env "${name}"`, inTask, "a declared string param, workspace path or context variable of a Task");
  }
  for (const step of task.stepsAfter ?? []) {
    for (const [name, value] of Object.entries(step.params)) {
      check(value, `"${name}" of the step "${step.name}"`, inTask, "a declared string param or context variable");
    }
  }
  return faults;
}

function pathFaults(task: Definition): string[] {
  const faults: string[] = [];
  for (const path of task.scratch ?? []) {
    if (!/^\/[A-Za-z0-9._/-]+$/.test(path) || /(^|\/)\.\.?(\/|$)|\/\/|\/$/.test(path)) {
      faults.push(`the scratch folder "${path}" is not a plain absolute path`);
    }
    if (/^\/(tekton|secrets|workspace|var|proc|sys|dev|etc|usr|bin|lib)(\/|$)/.test(path)) {
      faults.push(`the scratch folder "${path}" would hide what is there`);
    }
  }
  const { read = [], write = [], env = [], net = [], run = [], sys = [] } = task.permissions ?? {};
  for (const path of [...read, ...write]) {
    if (!path.startsWith("/")) faults.push(`the permission for "${path}" is not an absolute path`);
  }
  for (const item of [...read, ...write, ...env, ...(net === true ? [] : net), ...run, ...sys]) {
    if (/[\s,$"'\\]/.test(item) || item === "") faults.push(`the permission "${item}" holds what a shebang cannot`);
  }
  return faults;
}
