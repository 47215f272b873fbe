/**
 * Running a Task, in a pod or at a desk: reads its inputs, calls its code, hands out its results, ends the process with
 * the documented exit code. Knows nothing of YAML. Travels in every script, hence without any package.
 * @module
 */
import { encodedForms, secretValues } from "../secrets/values.ts";
import { parseDuration, toMilliseconds } from "../tekton/duration.ts";
import { describeError, ExitCode, exitCodeOf, TasksmithError, UsageError } from "../terminal/error.ts";
import { createLogger, type Logger } from "../terminal/log.ts";
import type { Definition } from "./declaration.ts";
import { flagsOf } from "./flags.ts";
import { denoHost, type Host } from "./host.ts";
import { type Inputs, isFromPod, readInputs, resultVariable } from "./inputs.ts";
import { interruptible, type Interruption } from "./interruption.ts";
import { createResults, printedResults, type ResultStore, resultText } from "./results.ts";

/** How a Task is started. */
export interface StartOptions {
  /** Arguments after the program. @default Deno.args */
  readonly args?: readonly string[];
  /** What people type to start it. @default `deno run -A scripts/<name>.ts` */
  readonly command?: string;
}

/** Runs the Task with this process's environment, then ends the process. */
export async function main(task: Definition, options: StartOptions = {}): Promise<void> {
  Deno.exit(await run(task, denoHost(options.args ?? Deno.args), options.command));
}

/** Runs the Task on a host; resolves to the exit code. Never rejects. */
export async function run(task: Definition, host: Host, command?: string): Promise<ExitCode> {
  // in a pod, arguments are elements of arrays, whatever they look like
  const flags = isFromPod(host.args) ? [] : host.args;
  const { mask, hide } = createMask();
  const debug = flags.includes("--debug");
  const log = createLogger({
    quiet: flags.includes("--quiet"),
    debug,
    mask,
    ...host.stderr ? { write: host.stderr, terminal: false } : {},
  });
  const fail = (error: unknown): ExitCode => {
    log.error(describeError(error, { debug }));
    return exitCodeOf(error);
  };
  let inputs: Inputs;
  let interruption: Interruption;
  try {
    const answer = await answerOf(task, flags, command ?? `deno run -A scripts/${task.name}.ts`);
    if (answer !== undefined) {
      host.stdout(answer);
      return ExitCode.ok;
    }
    inputs = readInputs(task, host.args, (name) => host.env(name));
    interruption = interruptible(deadlineOf(task, inputs), host);
  } catch (error) {
    return fail(error);
  }
  const results = createResults(task);
  const failures: unknown[] = [];
  try {
    await task.run(contextOf(task, host, inputs, results, { log, hide, signal: interruption.signal }) as never);
    interruption.signal.throwIfAborted();
  } catch (error) {
    failures.push(interruption.signal.aborted ? interrupted(interruption.signal, error, log) : error);
  } finally {
    interruption.stop();
    log.progress("");
  }
  try {
    await handOut(results, inputs, host);
  } catch (error) {
    failures.push(error);
  }
  return failures.map(fail)[0] ?? ExitCode.ok;
}

/** What `--help`, `--version` and `--completions` print, whatever else is on the command line. */
async function answerOf(task: Definition, flags: readonly string[], command: string): Promise<string | undefined> {
  const asked = flags.find((word) => /^(-h|--help|--version|--completions(=.*)?)$/.test(word));
  if (asked === undefined) return undefined;
  if (asked === "--version") return `${task.name} ${task.version}\n`;
  const { completions, helpText, shells } = await import("./help.ts"); // for the desk: no part of a Task's script
  if (!asked.startsWith("--completions")) return helpText(task, command);
  const shell = asked.split("=")[1] ?? flags[flags.indexOf(asked) + 1] ?? "";
  if (shells.includes(shell)) return completions(shell, task.name, flagsOf(task));
  throw new UsageError({
    code: "usage/flag",
    doing: "print completions",
    why: `"${shell}" is not a shell known here`,
    advice: `It is one of ${shells.join(", ")}.`,
  });
}

interface Surroundings {
  readonly log: Logger;
  readonly hide: (secret: string) => void;
  readonly signal: AbortSignal;
}

/** What the code receives. It fits the declaration by construction, which no type can say of a declaration in general. */
function contextOf(
  task: Definition,
  host: Host,
  inputs: Inputs,
  results: ResultStore,
  { log, hide, signal }: Surroundings,
) {
  return {
    params: inputs.params,
    options: inputs.options,
    results,
    workspaces: mapValues(inputs.workspaces, (path) => path === undefined ? undefined : { path }),
    secrets: mapValues(inputs.secrets, ({ path, named }, name) => ({
      path,
      read: async () => {
        const text = path === undefined ? undefined : await host.readText(path);
        if (text !== undefined) hide(text);
        else if (named) throw missingFile(name, path);
        return text;
      },
    })),
    env: mapValues(task.env ?? {}, (_, name) => host.env(name) ?? ""),
    signal,
    log,
  };
}

function missingFile(name: string, path: string | undefined): UsageError {
  return new UsageError({
    code: "usage/file",
    doing: `read the secret "${name}"`,
    why: `${path} does not exist`,
    advice: `Name an existing file with --${name}-file, or leave the option out.`,
  });
}

/** The error of an interrupted run: the code's own where it says the same, else the interruption's. */
function interrupted({ reason }: AbortSignal, error: unknown, log: Logger): unknown {
  if (error === reason) return reason;
  if (error instanceof TasksmithError && error.exitCode === exitCodeOf(reason)) return error;
  log.debug(`interrupted, and then: ${describeError(error, { debug: true })}`);
  return reason;
}

async function handOut(results: ResultStore, { common: { format } }: Inputs, host: Host): Promise<void> {
  const entries = results.entries();
  // printed first: what has been pushed is not to be lost because a file cannot be written
  if (entries.length > 0 || format === "json") host.stdout(printedResults(entries, format));
  const folder = host.env("RESULTS_DIR");
  for (const [name, value] of entries) {
    // a StepAction is told each file, a Task knows the folder; at a desk there may be neither
    const told = host.env(resultVariable(name)) ?? (folder === undefined ? undefined : `${folder}/${name}`);
    const written = await host.writeText(told ?? `/tekton/results/${name}`, resultText(value));
    if (written === "written" || told === undefined) continue;
    throw new UsageError({
      code: "usage/results",
      doing: `write the result ${name}`,
      why: written === "no folder" ? `there is no folder for ${told}` : `writing ${told} is not allowed`,
      advice: written === "no folder" ? "Create the folder that RESULTS_DIR names." : `Add --allow-write=${told}.`,
    });
  }
}

/** Milliseconds until the deadline; undefined where there is none, which `0` says too. */
function deadlineOf(task: Definition, inputs: Inputs): number | undefined {
  if (task.deadline === undefined) return undefined;
  const text = String(inputs.params[task.deadline]);
  const duration = parseDuration(text);
  if (duration === undefined || duration < 0n) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${task.deadline}" of ${task.name}`,
      why: `"${text}" is not a duration`,
      advice: "Write it as 90s, 1h30m or 0 for no deadline.",
    });
  }
  return duration === 0n ? undefined : toMilliseconds(duration);
}

/** Takes the secrets that were read out of every line, in the forms in which they turn up. */
function createMask(): { readonly mask: (text: string) => string; readonly hide: (secret: string) => void } {
  const decoder = new TextDecoder();
  let forms: readonly string[] = [];
  return {
    mask: (text) => forms.reduce((masked, form) => masked.replaceAll(form, "[masked:secret-value]"), text),
    hide: (secret) => {
      const fresh = encodedForms(secretValues(secret)).map(({ bytes }) => decoder.decode(bytes));
      // a longer form may hold a shorter one, and goes first
      forms = [...new Set([...forms, ...fresh])].sort((a, b) => b.length - a.length);
    },
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
