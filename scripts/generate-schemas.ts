#!/usr/bin/env -S deno run --allow-read --allow-write
/**
 * Writes the JSON Schema of each kind to `schemas/`, for editors. The same bytes on every machine.
 * @module
 */
import { Command, CommanderError } from "@commander-js/extra-typings";
import { join } from "node:path";
import { publishedSchemas } from "../lib/tekton/publish.ts";
import { describeError, ExitCode, exitCodeOf, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

/** The command line. */
function commandLine() {
  return new Command("generate-schemas")
    .description("Write the JSON Schema of Task, Pipeline, TaskRun, PipelineRun and StepAction.")
    .option("--check", "write nothing; fail where a file is stale or missing")
    .option("--out <dir>", "folder to write to", "schemas")
    .option("--quiet", "only warnings and errors")
    .option("--debug", "stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run --allow-read --allow-write scripts/generate-schemas.ts",
        "  deno run --allow-read scripts/generate-schemas.ts --check",
        "",
        "Exit codes: 0 done, 1 stale (with --check), 2 wrong usage.",
      ].join("\n"),
    )
    // asking for colours would ask for a permission, and errors are written below
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** Runs the command; resolves to the exit code. */
export function main(args: readonly string[]): ExitCode {
  const debug = args.includes("--debug");
  const log = createLogger({ quiet: args.includes("--quiet"), debug });
  try {
    return run(args, log);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
    const failure = error instanceof CommanderError ? wrongUsage(error) : error;
    log.error(describeError(failure, { debug }));
    return exitCodeOf(failure);
  }
}

function wrongUsage(error: CommanderError): UsageError {
  const [why = "", near = ""] = error.message.replace(/^error: /, "").split("\n");
  const advice = near.replace(/^\(|\)$/g, "") || "generate-schemas --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run generate-schemas", why, advice, cause: error });
}

function run(args: readonly string[], log: Logger): ExitCode {
  const program = commandLine().parse([...args], { from: "user" });
  const { check, out } = program.opts();
  if (program.args.length > 0) {
    throw new UsageError({
      doing: "run generate-schemas",
      why: `there is an argument too many: ${program.args[0]}`,
      advice: "Name a folder with --out.",
    });
  }
  let stale = 0;
  if (!check) Deno.mkdirSync(out, { recursive: true });
  for (const [name, schema] of publishedSchemas()) {
    const path = join(out, name);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (read(path) === text) continue;
    if (check) {
      log.error(`${path} is stale or missing; run generate-schemas without --check`);
      stale++;
    } else {
      Deno.writeTextFileSync(path, text);
      log.info(`wrote ${path}`);
    }
  }
  return stale > 0 ? ExitCode.failed : ExitCode.ok;
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) Deno.exitCode = main(Deno.args);
