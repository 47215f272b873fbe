/**
 * Declaring a Task or StepAction so that its code sees exactly what was declared: a misspelt param, result, workspace,
 * secret or environment variable does not compile. Types, and functions that return what they are given; knows nothing
 * of Tekton's YAML, of command lines or of running.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type {
  ArrayParam,
  Declaration,
  FieldRef,
  ObjectParam,
  Options,
  Params,
  Results,
  Secrets,
  StepEnv,
  Variable,
  Workspaces,
} from "./declaration.ts";

/** Nothing declared. */
export type Nothing = Readonly<Record<never, never>>;

/** What the code receives for a param. */
export type ParamValue<P> = P extends ArrayParam ? readonly string[]
  : P extends ObjectParam ? { readonly [Key in keyof P["properties"]]: string }
  : P extends { readonly enum: readonly (infer Choice)[] } ? Choice
  : string;

/** What the code receives for an option: text, or whether the switch was given. */
export type OptionValue<O> = O extends { readonly value: string } ? string | undefined : boolean;

/** What the code gives for a result. */
export type ResultValue<R> = R extends { readonly type: "array" } ? readonly string[] : string;

/** A mounted workspace. */
export interface MountedWorkspace {
  /** Absolute path in a pod; what was given at the desk. */
  readonly path: string;
}

/** A secret's file. */
export interface SecretFile {
  /** Where it would be; undefined at the desk when none was named. */
  readonly path: string | undefined;
  /**
   * Its text; undefined when the Secret or its key is absent. What was read is masked from then on in every line the
   * logger writes.
   */
  read(): Promise<string | undefined>;
}

/** The results of this run. */
export interface ResultSetter<R> {
  /**
   * Sets a result; the last value counts. Written once the code has ended.
   * @throws {TasksmithError} `task/results-too-large` when all results together no longer fit Tekton's 4096 bytes
   */
  set<Name extends keyof R & string>(name: Name, value: ResultValue<R[Name]>): void;
}

/** What a step's code receives. */
export interface RunContext<
  P extends Params = Nothing,
  O extends Options = Nothing,
  R extends Results = Nothing,
  W extends Workspaces = Nothing,
  S extends Secrets = Nothing,
  E extends StepEnv = Nothing,
> {
  /** Params, checked against their types and enums. A default that is a Tekton variable is `""` where unresolved. */
  readonly params: { readonly [Name in keyof P]: ParamValue<P[Name]> };
  /** Options of the command line; none is set in a pod. */
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> };
  /** Where results go. */
  readonly results: ResultSetter<R>;
  /** Workspaces; an optional one may be undefined. */
  readonly workspaces: {
    readonly [Name in keyof W]: W[Name] extends { readonly optional: true } ? MountedWorkspace | undefined
      : MountedWorkspace;
  };
  /** Secrets. */
  readonly secrets: { readonly [Name in keyof S]: SecretFile };
  /** The declared environment; `""` where a variable is not set. */
  readonly env: { readonly [Name in keyof E]: string };
  /** Fires on SIGTERM, SIGINT and at the deadline; its reason is a TasksmithError with the exit code. */
  readonly signal: AbortSignal;
  /** Lines for people, with the secrets read so far masked. */
  readonly log: Logger;
}

/** What a declaration holds beside the parts whose literal types the code sees. */
export type Plain = Omit<
  Declaration,
  "params" | "options" | "results" | "workspaces" | "secrets" | "env" | "deadline"
>;

/** The parts of a declaration whose literal types the code sees. */
export interface Typed<
  P extends Params,
  O extends Options,
  R extends Results,
  W extends Workspaces,
  S extends Secrets,
  E extends StepEnv,
> {
  /** Params, in the order they are shown. */
  readonly params?: P;
  /** Options of the command line. */
  readonly options?: O;
  /** Results. */
  readonly results?: R;
  /** Workspaces. */
  readonly workspaces?: W;
  /** Secrets. */
  readonly secrets?: S;
  /** Environment of the step. */
  readonly env?: E;
  /** The param that holds the deadline, a Go duration. */
  readonly deadline?: NoInfer<keyof P & string>;
  /** The step's code. It ends the step by returning, or by throwing what went wrong. */
  readonly run: (context: RunContext<P, O, R, W, S, E>) => void | Promise<void>;
}

/** A Task's declaration with its code. */
export type TaskDeclaration<
  P extends Params = Nothing,
  O extends Options = Nothing,
  R extends Results = Nothing,
  W extends Workspaces = Nothing,
  S extends Secrets = Nothing,
  E extends StepEnv = Nothing,
> = Plain & Typed<P, O, R, W, S, E>;

/** A StepAction's declaration with its code: no workspaces, no volumes of its own, no further steps. */
export type StepActionDeclaration<
  P extends Params = Nothing,
  O extends Options = Nothing,
  R extends Results = Nothing,
  S extends Secrets = Nothing,
  E extends StepEnv = Nothing,
> =
  & Omit<Plain, "scratch" | "step" | "stepsAfter" | "rbac" | "resources">
  & Omit<Typed<P, O, R, Nothing, S, E>, "workspaces">;

/** Declares a Task. Nothing is checked here beyond types: the generator does that. */
export function defineTask<
  const P extends Params = Nothing,
  const O extends Options = Nothing,
  const R extends Results = Nothing,
  const W extends Workspaces = Nothing,
  const S extends Secrets = Nothing,
  const E extends StepEnv = Nothing,
>(declaration: TaskDeclaration<P, O, R, W, S, E>): TaskDeclaration<P, O, R, W, S, E> & { readonly kind: "Task" } {
  return { kind: "Task", ...declaration };
}

/** Declares a StepAction. */
export function defineStepAction<
  const P extends Params = Nothing,
  const O extends Options = Nothing,
  const R extends Results = Nothing,
  const S extends Secrets = Nothing,
  const E extends StepEnv = Nothing,
>(
  declaration: StepActionDeclaration<P, O, R, S, E>,
): StepActionDeclaration<P, O, R, S, E> & { readonly kind: "StepAction" } {
  return { kind: "StepAction", ...declaration };
}

/**
 * A Tekton variable by the name inside its brackets.
 * @example
 * ```ts
 * import { variable } from "./define.ts";
 * const taskRun = variable("context.taskRun.name");
 * ```
 */
export function variable<const Name extends string>(name: Name): Variable<Name> {
  return { variable: name };
}

/** Whether a value is a Tekton variable. */
export function isVariable(value: unknown): value is Variable {
  return typeof value === "object" && value !== null && "variable" in value;
}

/** A field of the pod, such as `metadata.namespace`. */
export function fieldRef(path: string): FieldRef {
  return { fieldRef: path };
}
