#!/usr/bin/env -S deno run --allow-all
/**
 * The front door of the compiled binary: `tasksmith <command> …` is `scripts/<command>.ts …`. Loads only the command
 * that is asked for.
 * @module
 */
import type { Definition } from "../lib/task/declaration.ts";
import { completions } from "../lib/task/help.ts";
import { main as startTask } from "../lib/task/main.ts";
import { suggestion } from "../lib/task/suggest.ts";
import { describeError, ExitCode, UsageError } from "../lib/terminal/error.ts";
import { createLogger } from "../lib/terminal/log.ts";

/** A script of this folder: a Task, a StepAction, or a command with a main function of its own. */
type Script =
  | { readonly task: Definition }
  | { readonly stepAction: Definition }
  | { readonly main: (args: readonly string[]) => number | Promise<number> };

interface Command {
  /** One line for people. */
  readonly about: string;
  /** Loads the script. The path is literal, so that `deno compile` takes it along. */
  readonly load: () => Promise<Script>;
}

/** Every script of this folder but the demo, which shows what lies in the repository around it. */
const commands: Readonly<Record<string, Command>> = {
  "check-conformance": {
    about: "check whether a cluster implements the Tekton API specification",
    load: () => import("./check-conformance.ts"),
  },
  "export-pipeline-logs": {
    about: "store all logs of a PipelineRun as one artifact (a Task)",
    load: () => import("./export-pipeline-logs.ts"),
  },
  "generate-schemas": {
    about: "write the JSON Schemas of Tekton's kinds for editors",
    load: () => import("./generate-schemas.ts"),
  },
  "generate-tasks": {
    about: "write the YAML, README and RBAC of the Task files",
    load: () => import("./generate-tasks.ts"),
  },
  "new-task": { about: "write a commented starter Task and its test", load: () => import("./new-task.ts") },
  "secure-push-oci": {
    about: "push a folder to a registry, secrets masked (a StepAction)",
    load: () => import("./secure-push-oci.ts"),
  },
  "serve-registry": { about: "serve an OCI registry from a folder", load: () => import("./serve-registry.ts") },
  "serve-tekton": { about: "serve Tekton Pipelines without a cluster", load: () => import("./serve-tekton.ts") },
  "store-pipeline-status": {
    about: "store what became of a PipelineRun as JSON (a Task)",
    load: () => import("./store-pipeline-status.ts"),
  },
  validate: { about: "say whether Tekton would accept a file", load: () => import("./validate.ts") },
};

/** Names of all commands, sorted. */
export const commandNames: readonly string[] = Object.keys(commands).sort();

/** The text of `--help`. */
function helpText(): string {
  const width = Math.max(...commandNames.map((name) => name.length));
  return `Usage: tasksmith <command> [options]

Write, check, run and ship Tekton Tasks.

Commands:
${commandNames.map((name) => `  ${name.padEnd(width)}  ${commands[name]?.about}`).join("\n")}

Options:
  --completions bash|zsh|fish  print shell completions for the commands
  --help                       show this text; tasksmith <command> --help shows a command's options

Example:
  tasksmith export-pipeline-logs --help

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 deadline passed, 130 interrupted, 143 terminated.
`;
}

/** Runs the command that the arguments name; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (["", "-h", "--help", "help"].includes(name)) {
    write(helpText());
    return name === "" ? ExitCode.usage : ExitCode.ok;
  }
  if (name === "--completions" && ["bash", "zsh", "fish"].includes(rest[0] ?? "")) {
    write(completions(rest[0] ?? "", "tasksmith", [], commandNames));
    return ExitCode.ok;
  }
  if (!Object.hasOwn(commands, name)) return unknownCommand(name);
  const script = await commands[name]?.load();
  if (script === undefined) return unknownCommand(name);
  if ("main" in script) return await script.main(rest);
  const definition = "task" in script ? script.task : script.stepAction;
  await startTask(definition, { args: rest, command: `tasksmith ${name}` });
  return ExitCode.ok;
}

function unknownCommand(name: string): ExitCode {
  const near = suggestion(name, commandNames);
  const error = new UsageError({
    doing: "run tasksmith",
    why: `there is no command "${name}"`,
    advice: `${near ? `Did you mean ${near}? ` : ""}tasksmith --help lists all.`,
  });
  createLogger().error(describeError(error));
  return error.exitCode;
}

function write(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
