/**
 * Running a Task, in a pod or at a desk: reads its inputs, calls its code, hands out its results, ends the process with
 * the documented exit code. Knows Deno and the process; nothing of YAML. Travels in every script, hence without any
 * package.
 * @module
 */
import { describeError, ExitCode, exitCodeOf, TasksmithError, UsageError } from "../terminal/error.ts";
import { createLogger } from "../terminal/log.ts";
import type { Definition } from "./declaration.ts";
import { flagsOf } from "./flags.ts";
import { completions, helpText } from "./help.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { createResults, printedResults, type ResultStore, resultText } from "./results.ts";

/** The process as a Task sees it; tests bring their own. */
export interface Host {
  /** Arguments after the program. */
  readonly args: readonly string[];
  /** A variable of the environment; undefined where it is unset or may not be read. */
  env(name: string): string | undefined;
  /** Writes data. */
  stdout(text: string): void;
  /** Writes lines for people. @default stderr */
  readonly stderr?: (text: string) => void;
  /** Reads a file; undefined when there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Writes a file in an existing folder; false when there is no such folder. */
  writeText(path: string, text: string): Promise<boolean>;
  /** Calls back on a signal; returns what takes that back. */
  onSignal(name: "SIGTERM" | "SIGINT", handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Runs the Task with this process's arguments and environment, then ends the process. */
export async function main(task: Definition): Promise<void> {
  Deno.exit(await run(task, denoHost()));
}

/** Runs the Task on a host; resolves to the exit code. Never rejects. */
export async function run(task: Definition, host: Host): Promise<ExitCode> {
  const first = host.args.find((word) => /^--(help|version|completions(=.*)?)$/.test(word) || word === "-h");
  if (first === "--help" || first === "-h") return say(host, helpText(task));
  if (first === "--version") return say(host, `${task.name} ${task.version}\n`);
  const secrets = new Set<string>();
  const mask = (text: string) => [...secrets].reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  const debug = host.args.includes("--debug");
  const log = createLogger({
    quiet: host.args.includes("--quiet"),
    debug,
    mask,
    ...host.stderr ? { write: host.stderr, terminal: false } : {},
  });
  const fail = (error: unknown): ExitCode => {
    log.error(describeError(error, { debug }));
    return exitCodeOf(error);
  };
  let inputs: Inputs;
  try {
    if (first !== undefined) return say(host, completionsFor(task, host.args));
    inputs = readInputs(task, host.args, (name) => host.env(name));
  } catch (error) {
    return fail(error);
  }
  const interruption = interruptible(task, inputs, host);
  const results = createResults(task);
  const failures: unknown[] = [];
  try {
    const context = {
      params: inputs.params,
      options: inputs.options,
      results,
      workspaces: mapValues(inputs.workspaces, (path) => path === undefined ? undefined : { path }),
      secrets: mapValues(inputs.secrets, (path) => ({
        path,
        read: async () => {
          const text = path === undefined ? undefined : await host.readText(path);
          if (text !== undefined && text.length > 5) secrets.add(text);
          return text;
        },
      })),
      env: mapValues(task.env ?? {}, (_, name) => host.env(name) ?? ""),
      signal: interruption.signal,
      log,
    };
    await task.run(context as never);
    interruption.signal.throwIfAborted();
  } catch (error) {
    failures.push(interruption.signal.aborted ? interruption.signal.reason : error);
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

function say(host: Host, text: string): ExitCode {
  host.stdout(text);
  return ExitCode.ok;
}

function completionsFor(task: Definition, args: readonly string[]): string {
  const flags = flagsOf(task);
  const at = args.findIndex((word) => word.startsWith("--completions"));
  const shell = args[at]?.split("=")[1] ?? args[at + 1] ?? "";
  if (!["bash", "zsh", "fish"].includes(shell)) {
    throw new UsageError({
      doing: "print completions",
      why: `"${shell}" is not a shell known here`,
      advice: "It is one of bash, zsh, fish.",
    });
  }
  return completions(shell, task.name, flags);
}

async function handOut(results: ResultStore, inputs: Inputs, host: Host): Promise<void> {
  const entries = results.entries();
  const folder = host.env("RESULTS_DIR");
  for (const [name, value] of entries) {
    const written = await host.writeText(`${folder ?? "/tekton/results"}/${name}`, resultText(value));
    if (!written && folder !== undefined) {
      throw new UsageError({
        doing: `write the result ${name}`,
        why: `the folder ${folder}, named by RESULTS_DIR, does not exist`,
        advice: "Create it, or unset RESULTS_DIR.",
      });
    }
  }
  if (entries.length > 0 || inputs.common.format === "json") host.stdout(printedResults(entries, inputs.common.format));
}

interface Interruption {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Turns signals and the deadline into one AbortSignal; a second signal ends the process without waiting. */
function interruptible(_task: Definition, _inputs: Inputs, host: Host): Interruption {
  const controller = new AbortController();
  const undo = ([["SIGTERM", ExitCode.terminated], ["SIGINT", ExitCode.interrupted]] as const).map(([name, exitCode]) =>
    host.onSignal(name, () => {
      if (controller.signal.aborted) return host.exit(exitCode);
      controller.abort(
        new TasksmithError({
          code: `signal/${name.toLowerCase()}`,
          doing: "finish",
          why: `${name} was received`,
          advice: "What was not finished is not stored.",
          exitCode,
        }),
      );
    })
  );
  return { signal: controller.signal, stop: () => undo.forEach((take) => take()) };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** This process. Asks for no permission it was not started with. */
function denoHost(): Host {
  const granted = (descriptor: Deno.PermissionDescriptor) => Deno.permissions.querySync(descriptor).state === "granted";
  return {
    args: Deno.args,
    env: (variable) => granted({ name: "env", variable }) ? Deno.env.get(variable) : undefined,
    stdout: (text) => {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    },
    readText: async (path) => {
      try {
        return await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    writeText: async (path, text) => {
      if (!granted({ name: "write", path })) return false;
      try {
        await Deno.writeTextFile(path, text);
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    },
    onSignal: (name, handler) => {
      Deno.addSignalListener(name, handler);
      return () => Deno.removeSignalListener(name, handler);
    },
    exit: (code) => Deno.exit(code),
  };
}
