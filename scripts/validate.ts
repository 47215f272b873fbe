#!/usr/bin/env -S deno run --allow-read
/**
 * Says whether Tekton would accept each Task, Pipeline, TaskRun, PipelineRun and StepAction in the given files.
 * @module
 */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { join, relative, resolve } from "node:path";
import { checkFile, type DocumentReport, type FileReport, tooLarge } from "../lib/tekton/document.ts";
import { type FeatureFlag, featureFlags } from "../lib/tekton/rule.ts";
import type { ValidateOptions } from "../lib/tekton/validate.ts";
import { maxFileLength } from "../lib/tekton/yaml.ts";
import { describeError, ExitCode, exitCodeOf, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

/** The command line. */
function commandLine() {
  return new Command("validate")
    .description(
      "Say whether Tekton (v1.15.0) would accept each document: Task, Pipeline, TaskRun, PipelineRun, StepAction. " +
        "Other documents are skipped.",
    )
    .argument("<path...>", "files; folders, searched for *.yaml, *.yml and *.json; - for standard input")
    .addOption(
      new Option("--format <format>", "text with source lines, one json value, or jsonl with a line a document")
        .choices(["text", "json", "jsonl"] as const).default("text" as const),
    )
    .option("--root <dir>", "name files relative to this folder")
    .addOption(
      new Option("--feature-set <set>", "enable-api-fields of the installation")
        .choices(["stable", "beta", "alpha"] as const).default("beta" as const),
    )
    .option("--enable <flag>", "a feature flag that is on in the installation; may be repeated", enabled, [])
    .option("--api-server", "refuse what the API server refuses before the webhook too, as kubectl create does")
    .option("--quiet", "no summary")
    .option("--debug", "stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run --allow-read scripts/validate.ts tasks/ pipelines/build.yaml",
        "  kustomize build . | deno run --allow-read scripts/validate.ts --format jsonl -",
        "",
        "Exit codes: 0 all accepted, 1 some refused, 2 wrong usage.",
      ].join("\n"),
    )
    // asking for colours would ask for a permission, and errors are written below
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** One more flag for `--enable`. Throws a UsageError for an unknown one. */
function enabled(flag: string, before: readonly FeatureFlag[]): FeatureFlag[] {
  const known = featureFlags.find((name) => name === flag);
  if (known !== undefined) return [...before, known];
  throw new UsageError({
    code: "usage/flag",
    doing: "run validate",
    why: `--enable knows no flag ${JSON.stringify(flag)}`,
    advice: `Flags are ${featureFlags.join(", ")}.`,
  });
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
  const advice = near.replace(/^\(|\)$/g, "") || "validate --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run validate", why, advice, cause: error });
}

async function run(args: readonly string[], log: Logger): Promise<ExitCode> {
  const program = commandLine().parse([...args], { from: "user" });
  const options = program.opts();
  const checks: ValidateOptions = {
    features: { featureSet: options.featureSet, flags: new Set(options.enable) },
    judge: options.apiServer ? "api-server" : "webhook",
  };
  const nameOf = (path: string) =>
    options.root === undefined || path === "-" ? path : relative(resolve(options.root), resolve(path));
  const print = printerOf(options.format);
  let files = 0;
  let accepted = 0;
  let refused = 0;
  for (const path of program.args.flatMap((given) => given === "-" ? [given] : filesUnder(given))) {
    const report = path === "-" ? check(await standardInput(), checks) : checkPath(path, checks);
    files++;
    for (const document of report.documents) document.ok ? accepted++ : refused++;
    print.file(nameOf(path), report);
  }
  print.end({ files, accepted, refused });
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  log.info(
    `${count(accepted + refused, "document")} in ${count(files, "file")}: ${accepted} accepted, ${refused} refused`,
  );
  return refused > 0 ? ExitCode.failed : ExitCode.ok;
}

/** The file, or the YAML and JSON files of a folder, in order. Throws a UsageError for what cannot be read. */
function filesUnder(path: string): string[] {
  try {
    if (!Deno.statSync(path).isDirectory) return [path];
    return list(path);
  } catch (error) {
    throw new UsageError({
      doing: `read ${path}`,
      why: error instanceof Deno.errors.NotFound ? "there is no such file or folder" : String(error),
      advice: "Give files, folders, or - for standard input.",
      cause: error,
    });
  }
}

function list(folder: string): string[] {
  const found: string[] = [];
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      if (entry.name !== ".git" && entry.name !== "node_modules") found.push(...list(path));
    } else if (/\.(ya?ml|json)$/i.test(entry.name) && (entry.isFile || isFile(path))) found.push(path);
  }
  return found;
}

/** Whether a link leads to a file; links to folders are not followed. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function checkPath(path: string, options: ValidateOptions): FileReport {
  const { size } = Deno.statSync(path);
  return size > maxFileLength ? tooLarge(size) : check(Deno.readFileSync(path), options);
}

function check(bytes: Uint8Array, options: ValidateOptions): FileReport {
  return bytes.length > maxFileLength ? tooLarge(bytes.length) : checkFile(bytes, options);
}

/** Standard input, as far as it is needed to see that it is too large. */
async function standardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of Deno.stdin.readable) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxFileLength) break;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Totals of a run. */
interface Summary {
  readonly files: number;
  readonly accepted: number;
  readonly refused: number;
}

/** How a format prints. */
interface Printer {
  file(name: string, report: FileReport): void;
  end(summary: Summary): void;
}

const encoder = new TextEncoder();

function write(text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

function printerOf(format: "text" | "json" | "jsonl"): Printer {
  if (format === "json") {
    const documents: ({ file: string } & DocumentReport)[] = [];
    return {
      file: (file, report) => documents.push(...report.documents.map((document) => ({ file, ...document }))),
      end: (summary) => write(`${JSON.stringify({ documents, summary }, null, 2)}\n`),
    };
  }
  if (format === "jsonl") {
    return {
      file: (file, report) =>
        write(report.documents.map((document) => `${JSON.stringify({ file, ...document })}\n`).join("")),
      end: () => {},
    };
  }
  return { file: (file, report) => write(asText(file, report)), end: () => {} };
}

function asText(file: string, { documents, lines }: FileReport): string {
  let text = "";
  for (const { kind, name, index, findings } of documents) {
    for (const { line, column, path, message, rule, advice, link } of findings) {
      const of = kind === null ? `document ${index}` : `${kind} ${name ?? `(document ${index})`}`;
      text += `${file}:${line}:${column}: ${message} [${rule}]\n`;
      text += `${lines.frame({ line, column }).replace(/^/gm, "  ")}\n`;
      text += `  ${of}, ${path}. ${advice}\n  ${link}\n\n`;
    }
  }
  return text;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
