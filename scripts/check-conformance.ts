#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write --allow-env --allow-sys --allow-run
/**
 * Checks whether whatever a kubeconfig reaches implements the Tekton Pipelines API specification.
 * @module
 */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { checkConformance } from "../lib/conformance/check.ts";
import { htmlReport } from "../lib/conformance/html.ts";
import { junitReport } from "../lib/conformance/junit.ts";
import type { Report } from "../lib/conformance/report.ts";
import { summaryLine, textReport } from "../lib/conformance/text.ts";
import { connect } from "../lib/kubernetes/connect.ts";
import { checkName } from "../lib/kubernetes/resource.ts";
import { parseDuration, toMilliseconds } from "../lib/tekton/duration.ts";
import { describeError, ExitCode, exitCodeOf, TasksmithError, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

const defaultImage = "docker.io/library/busybox:1.37.0";

/** The command line. */
function commandLine() {
  return new Command("check-conformance")
    .description(
      "Check whether whatever a kubeconfig reaches implements the Tekton Pipelines API specification: makes about 30 " +
        "small runs in a namespace of its own, judges every requirement by what they show, and clears up.",
    )
    .option("--kubeconfig <file>", "kubeconfig of the implementation (default: env KUBECONFIG, else ~/.kube/config)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)")
    .addOption(
      new Option("--profile <profile>", "requirements that count").choices(["minimal"] as const)
        .default("minimal" as const),
    )
    .option("--image <reference>", "image of every step; it needs sh and nothing else", defaultImage)
    .option("--namespace <name>", "namespace to work in; made if it is not there (default: a new one)")
    .option("--jobs <number>", "runs at once", "8")
    .option("--run-timeout <duration>", "how long one run may take, as Go writes durations", "5m")
    .addOption(
      new Option("--format <format>", "form of the report").choices(["text", "json", "junit", "html"] as const)
        .default("text" as const),
    )
    .option("--output <file>", "write the report to this file (default: stdout)")
    .option("--quiet", "only warnings and errors")
    .option("--debug", "how each run ended, and stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Verdicts: pass; fail (a MUST, MUST NOT or REQUIRED is not met); warn (a RECOMMENDED is not met); deviates as",
        "Tekton does (not by the letter, but as Tekton itself); not shown (there was no occasion to see it).",
        "",
        "Examples:",
        "  check-conformance --kubeconfig ~/.kube/config",
        "  check-conformance --image registry.example/busybox:1 --format html --output conformance.html",
        "",
        "Exit codes: 0 every requirement is met, 1 one is not, or the check failed, 2 wrong usage,",
        "130 interrupted (SIGINT), 143 ended (SIGTERM); also when interrupted, what was made is deleted.",
      ].join("\n"),
    )
    // Asking for colours would ask for a permission, and errors are written below.
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** Runs the command; resolves to its exit code. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const debug = args.includes("--debug");
  let log: Logger | undefined;
  try {
    const program = commandLine();
    program.parse([...args], { from: "user" });
    log = createLogger({ quiet: args.includes("--quiet"), debug });
    return await run(program.opts(), log);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
    const failure = error instanceof CommanderError ? wrongUsage(error) : error;
    log ??= createLogger({ debug });
    log.error(describeError(failure, { debug }));
    return exitCodeOf(failure);
  }
}

function wrongUsage(error: CommanderError): UsageError {
  const [why = "", near = ""] = error.message.replace(/^error: /, "").split("\n");
  const advice = near.replace(/^\(|\)$/g, "") || "check-conformance --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run check-conformance", why, advice, cause: error });
}

/** The options as commander gives them. */
type Options = ReturnType<ReturnType<typeof commandLine>["opts"]>;

async function run(options: Options, log: Logger): Promise<ExitCode> {
  const jobs = Number(options.jobs);
  if (!/^\d+$/.test(options.jobs) || jobs < 1 || jobs > 100) {
    throw badFlag("--jobs", `${JSON.stringify(options.jobs)} is no number from 1 to 100`, "8 is a good one");
  }
  const runTimeout = parseDuration(options.runTimeout);
  if (runTimeout === undefined || runTimeout < 1_000_000_000n || runTimeout > 86_400_000_000_000n) {
    const why = `${JSON.stringify(options.runTimeout)} is no duration from 1s to 24h`;
    throw badFlag("--run-timeout", why, "write it like 90s, 5m or 1h30m");
  }
  if (!/^\S+$/.test(options.image)) {
    throw badFlag(
      "--image",
      `${JSON.stringify(options.image)} is no image reference`,
      `the default is ${defaultImage}`,
    );
  }
  if (options.namespace !== undefined) checkName("--namespace", options.namespace);
  const write = await openOutput(options.output);

  const stop = new AbortController();
  const interrupt = () => stop.abort(ended("SIGINT", ExitCode.interrupted));
  const terminate = () => stop.abort(ended("SIGTERM", ExitCode.terminated));
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", terminate);
  try {
    const { signal } = stop;
    const cluster = await connect({ kubeconfig: options.kubeconfig, context: options.context, log, signal });
    try {
      log.info(`checking ${cluster.server} with image ${options.image}`);
      const { image, namespace } = options;
      const runTimeoutMs = toMilliseconds(runTimeout);
      const report = await checkConformance({ cluster, image, namespace, jobs, runTimeoutMs, signal, log });
      await write(render(report, options));
      if (options.output !== undefined || options.format !== "text") log.info(summaryLine(report));
      return report.conformant ? ExitCode.ok : ExitCode.failed;
    } finally {
      cluster.close();
    }
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", terminate);
  }
}

function render(report: Report, options: Options): string {
  switch (options.format) {
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "junit":
      return junitReport(report);
    case "html":
      return htmlReport(report);
    case "text":
      return textReport(report, { colour: options.output === undefined && Deno.stdout.isTerminal() && !Deno.noColor });
  }
}

/** Opens the file before the runs are made: a report that cannot be written must not be found out after minutes. */
async function openOutput(path: string | undefined): Promise<(text: string) => Promise<void>> {
  if (path === undefined) {
    return async (text) => {
      await new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
    };
  }
  try {
    (await Deno.open(path, { write: true, create: true })).close();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const why = `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`;
    throw badFlag("--output", why, "name a file in a folder that exists and that you may write to", cause);
  }
  return (text) => Deno.writeTextFile(path, text);
}

function badFlag(flag: string, why: string, advice: string, cause?: unknown): UsageError {
  return new UsageError({ code: "usage/flag", doing: `take ${flag}`, why, advice, cause });
}

function ended(signal: string, exitCode: ExitCode): TasksmithError {
  return new TasksmithError({
    code: "interrupted",
    doing: "finish the check",
    why: `it was ended by ${signal}`,
    advice: "What was made has been deleted; run it again for a report.",
    exitCode,
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
