#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write --allow-env --allow-run --allow-sys
/**
 * Serves the embedded Tekton until it is interrupted: a Kubernetes-style API that kubectl, tkn and this repository's
 * own scripts use, and an engine that runs what is created there as processes of this machine.
 * @module
 */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { admitTekton } from "../lib/engine/admission.ts";
import { chooseSandbox, sandboxNames } from "../lib/engine/sandbox/choose.ts";
import { startEngine } from "../lib/engine/start.ts";
import { describeError, ExitCode, exitCodeOf, TasksmithError, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

/** The command line. */
function commandLine() {
  return new Command("serve-tekton")
    .description(
      "Serve Tekton Pipelines without a cluster, until it is interrupted. Prints the path of a kubeconfig for kubectl, " +
        "tkn and scripts/check-conformance.ts.",
    )
    .option("--listen <address>", "host and port to listen on; port 0 takes a free one", "127.0.0.1:0")
    .option("--allow-remote", "listen on an address that other machines can reach")
    .option("--data <dir>", "folder of objects, logs and claims, kept at the end (default: a temporary one)")
    .option("--kubeconfig <file>", "where to write the kubeconfig (default: in the data folder)")
    .addOption(
      new Option("--sandbox <name>", "how steps are kept apart (default: the best there is)").choices(sandboxNames),
    )
    .option("--jobs <number>", "pods that run at once (default: four for each processor)", positive)
    .option("--no-network", "keep steps from the network; not with the sandbox process")
    .option("--host-path <dir...>", "folders that volumes of the type hostPath may name")
    .option("--no-admission", "take objects as they come: no defaults and no refusals of Tekton's webhook")
    .addOption(
      new Option("--format <format>", "how the kubeconfig and the address are printed to stdout")
        .choices(["text", "json"] as const).default("text" as const),
    )
    .option("--quiet", "only warnings and errors")
    .option("--debug", "stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run --allow-all scripts/serve-tekton.ts --kubeconfig ./tekton.kubeconfig &",
        "  kubectl --kubeconfig ./tekton.kubeconfig create -f pipelinerun.yaml",
        "  tkn --kubeconfig ./tekton.kubeconfig pipelinerun logs -f --last",
        "",
        "An engine that is started on the same --data goes on where the last one ended; two at once are refused.",
        "",
        "Exit codes: 1 failed, 2 wrong usage, 130 interrupted (SIGINT), 143 ended (SIGTERM).",
      ].join("\n"),
    )
    // asking for colours would ask for a permission, and errors are written below
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** Runs the command; resolves to the exit code when the engine has been stopped. */
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
  const advice = near.replace(/^\(|\)$/g, "") || "serve-tekton --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run serve-tekton", why, advice, cause: error });
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw badFlag("--jobs", `${JSON.stringify(text)} is not a whole number above 0`, "write it like --jobs 4");
}

async function run(args: readonly string[], log: Logger): Promise<ExitCode> {
  const options = commandLine().parse([...args], { from: "user" }).opts();
  const { hostname, port } = listenAddress(options.listen);
  if (!isLoopback(hostname) && options.allowRemote !== true) {
    throw badFlag("--listen", `${hostname} can be reached from other machines`, "add --allow-remote if that is meant");
  }
  const sandbox = await chooseSandbox(options.sandbox);
  if (!options.network && !sandbox.ownPaths) {
    throw badFlag("--no-network", `the sandbox ${sandbox.name} cannot keep steps from it`, "take --sandbox bubblewrap");
  }

  const ended = Promise.withResolvers<ExitCode>();
  const interrupt = () => ended.resolve(ExitCode.interrupted);
  const terminate = () => ended.resolve(ExitCode.terminated);
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", terminate);
  const temporary = options.data === undefined;
  const data = await folderFor(options.data);
  const kubeconfig = options.kubeconfig ?? `${data}/kubeconfig`;
  try {
    const engine = await startEngine({
      data,
      sandbox,
      log,
      network: options.network,
      hostPaths: options.hostPath ?? [],
      listen: { hostname, port },
      ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
      ...(options.admission ? { admit: admitTekton() } : {}),
    }).catch((cause: unknown) => {
      throw cause instanceof TasksmithError ? cause : cannotServe(options.listen, cause);
    });
    try {
      await writeKubeconfig(kubeconfig, engine.api.kubeconfig());
      const { url } = engine.api;
      console.log(options.format === "json" ? JSON.stringify({ kubeconfig, url, sandbox: sandbox.name }) : kubeconfig);
      if (!sandbox.ownPaths) log.warn("steps run as plain processes of this machine: nothing keeps them apart from it");
      log.info(`serving Tekton at ${url}, sandbox ${sandbox.name}; Ctrl-C ends it`);
      return await ended.promise;
    } finally {
      await engine.close();
      // its token is of no use any more
      await Deno.remove(kubeconfig).catch(() => {});
    }
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", terminate);
    if (temporary) await Deno.remove(data, { recursive: true });
  }
}

async function folderFor(dir: string | undefined): Promise<string> {
  if (dir === undefined) return await Deno.makeTempDir({ prefix: "tasksmith-engine-" });
  try {
    await Deno.mkdir(dir, { recursive: true });
    return await Deno.realPath(dir);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw badFlag(
      "--data",
      `${dir} cannot be made (${cause instanceof Error ? cause.message : cause})`,
      "give a folder",
    );
  }
}

async function writeKubeconfig(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    await Deno.chmod(path, 0o600);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const why = `${path} cannot be written (${cause instanceof Error ? cause.message : cause})`;
    throw badFlag("--kubeconfig", why, "give a file in a folder that is there");
  }
}

/** Host and port of `--listen`: `127.0.0.1:6443`, `localhost:0`, `[::1]:0`. */
function listenAddress(text: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    const why = `${JSON.stringify(text)} is not a host and a port`;
    throw badFlag("--listen", why, "write it like 127.0.0.1:6443 or [::1]:0");
  }
  return { hostname: match[1] ?? match[2] ?? "", port };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function cannotServe(listen: string, cause: unknown): TasksmithError {
  const inUse = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
  return new TasksmithError({
    code: "engine/cannot-serve",
    doing: `serve Tekton at ${listen}`,
    why: inUse ? "another process listens there" : cause instanceof Error ? cause.message : String(cause),
    advice: inUse ? "take another port, or port 0 for a free one" : "check --listen",
    cause,
  });
}

function badFlag(flag: string, why: string, advice: string): UsageError {
  return new UsageError({ code: "usage/flag", doing: `run serve-tekton with ${flag}`, why, advice });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
