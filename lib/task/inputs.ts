/**
 * How values reach a step: params by environment and arguments, workspaces and secrets by path. The one table of names
 * that the runner reads and the emitter writes. Pure: environment and arguments come in.
 * @module
 */
import { UsageError } from "../terminal/error.ts";
import type { Definition, ObjectParam, Param } from "./declaration.ts";
import { flagsOf, type Given, parseFlags } from "./flags.ts";

/** A value of a param once it has arrived. */
export type InputValue = string | readonly string[] | Readonly<Record<string, string>>;

/** Flags that every command line has. */
export interface CommonFlags {
  /** Stacks and debug lines. */
  readonly debug: boolean;
  /** Only warnings and errors. */
  readonly quiet: boolean;
  /** How results are printed. */
  readonly format: "text" | "json";
}

/** Everything that came in, by declared name. */
export interface Inputs {
  /** Each declared param has a value. */
  readonly params: Readonly<Record<string, InputValue>>;
  /** Undefined or false where not given. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Path, or undefined where not bound. */
  readonly workspaces: Readonly<Record<string, string | undefined>>;
  /** Path, or undefined where none is named; whether somebody named it on the command line. */
  readonly secrets: Readonly<Record<string, { readonly path: string | undefined; readonly named: boolean }>>;
  /** Flags every command line has. */
  readonly common: CommonFlags;
}

/** The flag's or variable's spelling of a declared name: `quay-repo` → `QUAY_REPO`. */
export function upperSnake(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();
}

/** The variable of a string param, or of one key of an object param. */
export function paramVariable(name: string, key?: string): string {
  return `PARAM_${upperSnake(key === undefined ? name : `${name}_${key}`)}`;
}

/** The variable that holds a workspace's path. */
export function workspaceVariable(name: string): string {
  return `WORKSPACE_${upperSnake(name)}`;
}

/** The variable that holds the path of a secret's file. */
export function secretVariable(name: string): string {
  return `SECRET_${upperSnake(name)}`;
}

/** The variable that holds the path of a result's file. Only StepActions need one: a Task's lie in one folder. */
export function resultVariable(name: string): string {
  return `RESULT_${upperSnake(name)}`;
}

/**
 * The argument before an array param's elements. Tekton puts elements into `args` one by one and nothing says where an
 * array ends, hence a marker before each array, in the order of declaration.
 */
export function arrayMarker(name: string): string {
  return `--array-param=${name}`;
}

/** Whether these are the arguments that the generated YAML gives a step with array params. */
export function isFromPod(args: readonly string[]): boolean {
  return args[0]?.startsWith(arrayMarker("")) ?? false;
}

/** Names of the array params in the order of their markers. */
export function arrayParams(task: Definition): readonly string[] {
  return Object.entries(task.params ?? {}).filter(([, param]) => param.type === "array").map(([name]) => name);
}

/**
 * Splits a pod's arguments at the markers of the array params.
 * @throws {UsageError} when a marker is missing, out of order, or also an element, so that nobody could tell them apart
 */
export function splitArrays(task: Definition, args: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const names = arrayParams(task);
  const found = names.map((name) => {
    const first = args.indexOf(arrayMarker(name));
    if (first < 0 || args.indexOf(arrayMarker(name), first + 1) >= 0) {
      throw new UsageError({
        code: "usage/array",
        doing: `read the array param "${name}"`,
        why: first < 0
          ? `its marker ${arrayMarker(name)} is not among the arguments`
          : `${arrayMarker(name)} appears twice among the arguments, once as somebody's element`,
        advice: "Arguments are generated; an array element must not be equal to a marker.",
      });
    }
    return first;
  });
  if (found.some((at, index) => at < (found[index - 1] ?? 0)) || found[0] !== 0) {
    throw new UsageError({
      code: "usage/array",
      doing: `read the array params of ${task.name}`,
      why: "their markers are not in the order of declaration",
      advice: "Generate the Task's YAML anew from its script.",
    });
  }
  return Object.fromEntries(names.map((name, index) => [name, args.slice((found[index] ?? 0) + 1, found[index + 1])]));
}

/** Whether a text is a Tekton `context` variable that nobody replaced, as Tekton leaves a Task's defaults. */
export function isUnresolvedContext(text: string): boolean {
  return /^\$\(context\.[A-Za-z.-]+\)$/.test(text);
}

/**
 * All inputs of a Task, from flags or markers first, then the environment, then defaults. Empty text is a value.
 * @throws {UsageError} naming each required param that is missing, or the first wrong one
 */
export function readInputs(
  task: Definition,
  args: readonly string[],
  env: (name: string) => string | undefined,
): Inputs {
  const marked = isFromPod(args);
  const arrays = marked ? splitArrays(task, args) : {};
  const given: Given = marked ? new Map() : parseFlags(task.name, flagsOf(task), args);
  const params: Record<string, InputValue> = {};
  const missing: string[] = [];
  for (const [name, param] of Object.entries(task.params ?? {})) {
    const value = arrays[name] ?? readParam(task.name, name, param, given.get(name), env);
    if (value === undefined) missing.push(`--${name}`);
    else params[name] = value;
  }
  const pathOf = (flag: string, variable: string) => given.get(flag)?.[0] || env(variable) || undefined;
  const workspaces = Object.fromEntries(
    Object.keys(task.workspaces ?? {}).map((name) => [name, pathOf(name, workspaceVariable(name))]),
  );
  for (const [name, workspace] of Object.entries(task.workspaces ?? {})) {
    if (!workspace.optional && workspaces[name] === undefined) missing.push(`--${name}`);
  }
  if (missing.length > 0) {
    throw new UsageError({
      code: "usage/missing",
      doing: `run ${task.name}`,
      why: `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`,
      advice: `${task.name} --help shows what each is for, and the variables that may hold it instead.`,
    });
  }
  return {
    params,
    options: Object.fromEntries(
      Object.entries(task.options ?? {}).map(([name, option]) => [
        name,
        option.value === undefined ? given.has(name) : given.get(name)?.[0],
      ]),
    ),
    workspaces,
    secrets: Object.fromEntries(
      Object.keys(task.secrets ?? {}).map((name) => [
        name,
        { path: pathOf(`${name}-file`, secretVariable(name)), named: given.has(`${name}-file`) },
      ]),
    ),
    common: {
      debug: given.has("debug"),
      quiet: given.has("quiet"),
      format: given.get("format")?.[0] === "json" ? "json" : "text",
    },
  };
}

function readParam(
  command: string,
  name: string,
  param: Param,
  given: readonly string[] | undefined,
  env: (name: string) => string | undefined,
): InputValue | undefined {
  if (param.type === "array") return given ?? listVariable(command, name, env) ?? param.default;
  if (param.type === "object") return readObject(command, name, param, given ?? [], env);
  const { default: fallback } = param;
  let value = given?.[0] ?? env(paramVariable(name));
  if (typeof fallback === "object") {
    if (value === undefined || isUnresolvedContext(value)) value = "";
  } else value ??= fallback;
  if (param.optionalAtDesk) value ??= "";
  if (value !== undefined && param.enum && !param.enum.includes(value)) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${name}" of ${command}`,
      why: `it is "${value}"`,
      advice: `It is one of ${param.enum.join(", ")}.`,
    });
  }
  return value;
}

function readObject(
  command: string,
  name: string,
  param: ObjectParam,
  given: readonly string[],
  env: (name: string) => string | undefined,
): Readonly<Record<string, string>> | undefined {
  const keys = Object.keys(param.properties);
  const value: Record<string, string> = {};
  for (const key of keys) {
    const text = env(paramVariable(name, key)) ?? param.default?.[key];
    if (text !== undefined) value[key] = text;
  }
  for (const pair of given) {
    const equals = pair.indexOf("=");
    const key = pair.slice(0, Math.max(equals, 0));
    if (!keys.includes(key)) {
      throw new UsageError({
        code: "usage/param",
        doing: `read the param "${name}" of ${command}`,
        why: equals < 0 ? `"${pair}" has no "="` : `it has no key "${key}"`,
        advice: `Write --${name} KEY=VALUE for each of ${keys.join(", ")}.`,
      });
    }
    value[key] = pair.slice(equals + 1);
  }
  return keys.every((key) => key in value) ? value : undefined;
}

/** A list from a variable, as a JSON array: only at the desk, in a pod lists come as arguments. */
function listVariable(
  command: string,
  name: string,
  env: (name: string) => string | undefined,
): readonly string[] | undefined {
  const text = env(paramVariable(name));
  if (text === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((element) => typeof element === "string")) return list;
  } catch {
    // said below
  }
  throw new UsageError({
    code: "usage/param",
    doing: `read the param "${name}" of ${command}`,
    why: `${paramVariable(name)} does not hold a JSON array of strings`,
    advice: `Write ${paramVariable(name)}='["one", "two"]', or --${name} for each element.`,
  });
}
