#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write
/**
 * Serves an OCI registry from a folder until it is interrupted: for a desk, a test or a demo that has none.
 * @module
 */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { type RegistryAuth, registryUsers } from "../lib/oci/registry-auth.ts";
import { serveRegistry } from "../lib/oci/registry.ts";
import { describeError, ExitCode, exitCodeOf, TasksmithError, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

/** The command line. */
function commandLine() {
  return new Command("serve-registry")
    .description("Serve an OCI registry (distribution spec 1.1) from a folder, until it is interrupted.")
    .option("--listen <address>", "host and port to listen on; port 0 takes a free one", "127.0.0.1:0")
    .option("--allow-remote", "listen on an address that other machines can reach")
    .option("--dir <dir>", "folder of the repositories, each an OCI image layout (default: a temporary one)")
    .option("--read-only", "refuse whatever changes something")
    .option("--users <file>", "ask for a password: a file of lines user:password")
    .addOption(
      new Option("--auth <scheme>", "how users prove who they are; only with --users")
        .choices(["basic", "token"] as const).default("basic" as const),
    )
    .option("--anonymous-pull", "with --users: let anyone pull")
    .option("--tls-cert <file>", "serve HTTPS with this certificate (PEM)")
    .option("--tls-key <file>", "and its private key (PEM)")
    .addOption(
      new Option("--format <format>", "how the address is printed to stdout")
        .choices(["text", "json"] as const).default("text" as const),
    )
    .option("--quiet", "only warnings and errors")
    .option("--debug", "each request, and stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run --allow-net --allow-read --allow-write scripts/serve-registry.ts --listen 127.0.0.1:5000 --dir ./registry",
        "  oras push --plain-http 127.0.0.1:5000/org/repo:v1 file.txt",
        "  oras pull --oci-layout ./registry/org+repo:v1",
        "",
        "Exit codes: 1 failed, 2 wrong usage, 130 interrupted (SIGINT), 143 ended (SIGTERM).",
      ].join("\n"),
    )
    // asking for colours would ask for a permission, and errors are written below
    .configureOutput({ writeErr: () => {}, getOutHasColors: () => false, getErrHasColors: () => false })
    .exitOverride();
}

/** Runs the command; resolves to the exit code when the registry has been closed. */
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
  const advice = near.replace(/^\(|\)$/g, "") || "serve-registry --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run serve-registry", why, advice, cause: error });
}

async function run(args: readonly string[], log: Logger): Promise<ExitCode> {
  const program = commandLine().parse([...args], { from: "user" });
  const options = program.opts();
  const { hostname, port } = listenAddress(options.listen);
  const isRemote = !isLoopback(hostname);
  if (isRemote && options.allowRemote !== true) {
    throw badFlag("--listen", `${hostname} can be reached from other machines`, "add --allow-remote if that is meant");
  }
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    throw badFlag("--tls-cert", "certificate and key come together", "give both --tls-cert and --tls-key");
  }
  if (options.users === undefined && (options.anonymousPull || program.getOptionValueSource("auth") === "cli")) {
    throw badFlag("--users", "--auth and --anonymous-pull need it", "give a file of lines user:password with --users");
  }
  const auth: RegistryAuth | undefined = options.users === undefined ? undefined : {
    scheme: options.auth,
    users: registryUsers(await inputFile("--users", options.users), options.users),
    anonymousPull: options.anonymousPull ?? false,
  };
  const tls = options.tlsCert === undefined || options.tlsKey === undefined ? undefined : {
    cert: await inputFile("--tls-cert", options.tlsCert),
    key: await inputFile("--tls-key", options.tlsKey),
  };
  if (isRemote && auth === undefined) {
    log.warn(`anyone who can reach ${options.listen} may push: --users asks for a password`);
  }

  const ended = Promise.withResolvers<ExitCode>();
  const interrupt = () => ended.resolve(ExitCode.interrupted);
  const terminate = () => ended.resolve(ExitCode.terminated);
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", terminate);
  try {
    await using registry = await serveRegistry({
      hostname,
      port,
      log,
      readOnly: options.readOnly ?? false,
      ...(options.dir !== undefined && { dir: options.dir }),
      ...(auth !== undefined && { auth }),
      ...(tls !== undefined && { tls }),
    }).catch((cause: unknown) => {
      if (cause instanceof TasksmithError) throw cause;
      throw cannotServe(options.listen, options.dir, cause);
    });
    const { address, directory } = registry;
    const url = `${tls === undefined ? "http" : "https"}://${address}`;
    console.log(options.format === "json" ? JSON.stringify({ address, url, directory }) : address);
    log.info(`serving ${directory} at ${url}; Ctrl-C ends it`);
    return await ended.promise;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", terminate);
  }
}

/** Host and port of `--listen`: `127.0.0.1:5000`, `localhost:0`, `[::1]:5000`. */
function listenAddress(text: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw badFlag(
      "--listen",
      `${JSON.stringify(text)} is not a host and a port`,
      "write it like 127.0.0.1:5000 or [::1]:0",
    );
  }
  return { hostname: match[1] ?? match[2] ?? "", port };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

async function inputFile(flag: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw badFlag(
      flag,
      `${path} cannot be read (${cause instanceof Error ? cause.name : cause})`,
      "give a file that is there",
    );
  }
}

function cannotServe(listen: string, dir: string | undefined, cause: unknown): TasksmithError {
  const inUse = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
  return new TasksmithError({
    code: "registry/cannot-serve",
    doing: `serve a registry at ${listen}`,
    why: inUse ? "another process listens there" : cause instanceof Error ? cause.message : String(cause),
    advice: inUse
      ? "take another port, or port 0 for a free one"
      : `check --listen${dir === undefined ? "" : " and --dir"}`,
    cause,
  });
}

function badFlag(flag: string, why: string, advice: string): UsageError {
  return new UsageError({ code: "usage/flag", doing: `run serve-registry with ${flag}`, why, advice });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
