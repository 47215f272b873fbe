#!/usr/bin/env -S deno run --allow-read --allow-write
/**
 * Writes the two files a new Task begins with: a commented Task that works, and its test.
 * @module
 */
import { Command, CommanderError } from "@commander-js/extra-typings";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { commandEntry, starterTask, starterTest } from "../lib/task/starter.ts";
import { describeError, ExitCode, exitCodeOf, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

/** The command line. */
function commandLine() {
  return new Command("new-task")
    .description("Write scripts/NAME.ts, a commented Task that works, and tests/scripts/NAME_test.ts, its test.")
    .argument("<name>", "name of the Task: small letters, digits and dashes, such as scan-image")
    .option("--root <dir>", "repository to write to (default: the one this script is in, or a binary's current folder)")
    .option("--quiet", "only warnings and errors")
    .option("--debug", "stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run --allow-read --allow-write scripts/new-task.ts scan-image",
        "",
        "Exit codes: 0 done, 1 failed, 2 wrong usage.",
      ].join("\n"),
    )
    // asking for colours would ask for a permission, and errors are written below
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** Runs the command; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const debug = args.includes("--debug");
  const log = createLogger({ quiet: args.includes("--quiet"), debug });
  try {
    return await run(args, log);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
    const failure = error instanceof CommanderError ? wrongUsage(error) : error;
    log.error(describeError(failure, { debug }));
    return exitCodeOf(failure);
  }
}

function wrongUsage(error: CommanderError): UsageError {
  const [why = "", near = ""] = error.message.replace(/^error: /, "").split("\n");
  const advice = near.replace(/^\(|\)$/g, "") || "new-task --help shows how it is used.";
  return new UsageError({ code: "usage/flag", doing: "run new-task", why, advice, cause: error });
}

async function run(args: readonly string[], log: Logger): Promise<ExitCode> {
  const program = commandLine().parse([...args], { from: "user" });
  const [name = ""] = program.args;
  const root = resolve(program.opts().root ?? ownRepository());
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UsageError({
      doing: "write a new Task",
      why: `"${name}" is no name for one`,
      advice: "Use small letters, digits and dashes, a letter first, at most 63 characters: scan-image.",
    });
  }
  const files = [
    [`scripts/${name}.ts`, starterTask(name)],
    [`tests/scripts/${name}_test.ts`, starterTest(name)],
  ] as const;
  for (const [path] of files) {
    if (await exists(join(root, path))) {
      throw new UsageError({
        doing: `write a new Task ${name}`,
        why: `${path} exists already`,
        advice: "Choose another name; nothing was written.",
      });
    }
  }
  for (const [path, text] of files) {
    await Deno.mkdir(dirname(join(root, path)), { recursive: true });
    await Deno.writeTextFile(join(root, path), text, { createNew: true });
    log.info(`wrote ${path}`);
  }
  await addCommand(join(root, "scripts/main.ts"), name, log);
  log.info(`Next:
  deno run -A scripts/${name}.ts --whom you
  deno test -A tests/scripts/${name}_test.ts
  deno task generate`);
  return ExitCode.ok;
}

/** Makes the Task a command of the compiled binary, where there is one. */
async function addCommand(path: string, name: string, log: Logger): Promise<void> {
  if (!await exists(path)) return;
  const before = await Deno.readTextFile(path);
  const after = before.replace(/^const commands: .*\{\n/m, (line) => line + commandEntry(name));
  if (after === before) return log.warn(`scripts/main.ts has no table of commands: add ${name} by hand`);
  await Deno.writeTextFile(path, after);
  log.info(`added the command ${name} to scripts/main.ts`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Where this script is; a compiled binary is nowhere, and means the current folder. */
function ownRepository(): string {
  return Deno.build.standalone ? Deno.cwd() : join(dirname(fileURLToPath(import.meta.url)), "..");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
