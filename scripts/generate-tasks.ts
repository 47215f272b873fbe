/**
 * Writes what is generated from the Task files: YAML, README, RBAC and schemas below `tasks/`; with `--check` writes
 * nothing and says what is stale.
 * @module
 */
import { Command, CommanderError, Option } from "@commander-js/extra-typings";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseReference } from "../lib/oci/reference.ts";
import { stopBundler } from "../lib/task/bundle.ts";
import { unifiedDiff } from "../lib/task/diff.ts";
import { findTaskFiles } from "../lib/task/find.ts";
import { budgetLine, generate, type GeneratedTask } from "../lib/task/generate.ts";
import { assertReleasedUnchanged, releasedFile, releasedText } from "../lib/task/released.ts";
import { binaryImage, defaultSettings, type Settings } from "../lib/task/settings.ts";
import { suggestion } from "../lib/task/suggest.ts";
import { describeError, ExitCode, exitCodeOf, UsageError } from "../lib/terminal/error.ts";
import { createLogger, type Logger } from "../lib/terminal/log.ts";

const { image, catalog } = defaultSettings;

/** The command line. */
function commandLine() {
  return new Command("generate-tasks")
    .description("Write the YAML, README, RBAC and schemas of the Task files in scripts/.")
    .argument("[names...]", "Tasks and StepActions to generate (default: all)")
    .option("--check", "write nothing; print a diff of what is stale and fail")
    .option("--image <reference>", `image of the steps (default: ${image}; with --embed binary: ${binaryImage})`)
    .addOption(
      new Option("--embed <form>", "the script's source in the YAML, or a step that runs the image's binary")
        .choices(["source", "binary"] as const).default("source" as const),
    )
    .addOption(
      new Option("--step-actions <how>", "how Tasks refer to StepActions")
        .choices(["git", "bundle", "name"] as const).default("git" as const),
    )
    .option("--bundle <reference>", "OCI bundle that holds the StepActions, for --step-actions bundle")
    .option("--catalog-url <url>", "git repository of the catalog", catalog.url)
    .option("--catalog-revision <revision>", "its branch, tag or commit", catalog.revision)
    .option("--run-as-user <uid>", "write this user id into every step (default: none; OpenShift assigns one)")
    .option("--output <dir>", "write below this folder instead of the repository")
    .option("--root <dir>", "repository to read (default: the one this script is in, or a binary's current folder)")
    .option("--mark-released", "write the files' digests to .released: they are frozen from then on")
    .option("--quiet", "only warnings and errors")
    .option("--debug", "stacks of errors")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  deno run -A scripts/generate-tasks.ts --check",
        "  deno run -A scripts/generate-tasks.ts --image quay.io/org/deno:2.9.6 --output dist export-pipeline-logs",
        "",
        "Exit codes: 0 done, 1 failed or stale, 2 wrong usage.",
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
  } finally {
    await stopBundler();
  }
}

function wrongUsage(error: CommanderError): UsageError {
  const [why = "", near = ""] = error.message.replace(/^error: /, "").split("\n");
  const advice = near.replace(/^\(|\)$/g, "") || "generate-tasks --help lists all options.";
  return new UsageError({ code: "usage/flag", doing: "run generate-tasks", why, advice, cause: error });
}

async function run(args: readonly string[], log: Logger): Promise<ExitCode> {
  const program = commandLine().parse([...args], { from: "user" });
  const options = program.opts();
  const settings = settingsOf(options);
  const root = resolve(options.root ?? ownRepository());
  const output = resolve(options.output ?? root);
  const all = await findTaskFiles(root);
  const known = all.map(({ definition }) => definition.name);
  const names = program.args.length > 0 ? program.args : known;
  for (const name of names.filter((name) => !known.includes(name))) {
    const near = suggestion(name, known);
    throw new UsageError({
      doing: `generate ${name}`,
      why: "no script declares a Task or StepAction of that name",
      advice: near ? `Did you mean ${near}?` : `There are: ${known.join(", ") || "none"}.`,
    });
  }
  const generated = await generate(root, all, names, settings);
  for (const task of generated) {
    log.info(budgetLine(task));
    const mark = await read(join(output, task.folder, releasedFile));
    if (mark !== undefined) assertReleasedUnchanged(task.source.definition, mark, task.files);
  }
  const abandoned = (await Promise.all(generated.map((task) => abandonedFolders(output, task)))).flat();
  for (const folder of abandoned) {
    const advice = `Run: rm -r ${quoted(relative(Deno.cwd(), join(output, folder)))}`;
    (options.check ? log.error : log.warn)(`${folder} is neither generated nor released\n  ${advice}`);
  }
  const stale = (await Promise.all(generated.map((task) => staleFiles(output, task)))).flat();
  if (options.check) return report(stale, args, output, log) || (abandoned.length > 0 ? ExitCode.failed : ExitCode.ok);
  for (const { path, content } of stale) {
    if (content === undefined) await Deno.remove(path);
    else {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, content);
    }
    log.info(`${content === undefined ? "removed" : "wrote"} ${relative(Deno.cwd(), path)}`);
  }
  if (options.markReleased) {
    for (const task of generated) {
      await Deno.writeTextFile(join(output, task.folder, releasedFile), releasedText(task.files));
      log.info(`${task.folder} is released: its files are frozen`);
    }
  }
  if (stale.length === 0) log.info("everything was up to date");
  return ExitCode.ok;
}

function settingsOf(options: ReturnType<ReturnType<typeof commandLine>["opts"]>): Settings {
  const usage = (why: string, advice: string) => new UsageError({ doing: "generate", why, advice });
  if (options.stepActions === "bundle" && options.bundle === undefined) {
    throw usage("--step-actions bundle needs to know which", "Add --bundle REGISTRY/REPOSITORY@sha256:…");
  }
  if (options.stepActions !== "bundle" && options.bundle !== undefined) {
    throw usage("--bundle is given without --step-actions bundle", "Give both or neither.");
  }
  if (options.runAsUser !== undefined && !/^[1-9]\d{0,9}$/.test(options.runAsUser)) {
    throw usage(`--run-as-user is "${options.runAsUser}"`, "It is a number above 0, such as 65532.");
  }
  if (options.image !== undefined) parseReference(options.image);
  if (options.bundle !== undefined && parseReference(options.bundle).digest === undefined) {
    throw usage(
      `--bundle ${options.bundle} names no digest`,
      "Name it REGISTRY/REPOSITORY@sha256:…: a tag may change.",
    );
  }
  return {
    ...defaultSettings,
    image: options.image ?? (options.embed === "binary" ? binaryImage : image),
    embed: options.embed,
    stepActions: options.stepActions === "bundle"
      ? { by: "bundle", bundle: options.bundle ?? "" }
      : { by: options.stepActions },
    catalog: { url: options.catalogUrl, revision: options.catalogRevision },
    ...options.runAsUser === undefined ? {} : { runAsUser: Number(options.runAsUser) },
  };
}

/** A file whose content is not what the scripts say; without content it should not be there. */
interface StaleFile {
  readonly path: string;
  readonly name: string;
  readonly before: string | undefined;
  readonly content: string | undefined;
}

async function staleFiles(output: string, task: GeneratedTask): Promise<readonly StaleFile[]> {
  const stale: StaleFile[] = [];
  for (const [name, content] of task.files) {
    const path = join(output, task.folder, name);
    const before = await read(path);
    if (before !== content) stale.push({ path, name: `${task.folder}/${name}`, before, content });
  }
  // left behind by an earlier declaration; what people keep beside the generated files is not touched
  for (const name of await list(join(output, task.folder))) {
    const path = join(output, task.folder, name);
    if (task.files.has(name) || !/^(rbac\.yaml|.*\.schema\.json|.*\.js)$/.test(name)) continue;
    stale.push({ path, name: `${task.folder}/${name}`, before: await read(path), content: undefined });
  }
  return stale;
}

/** Versions that some earlier declaration made, and nobody has released. */
async function abandonedFolders(output: string, { source, folder }: GeneratedTask): Promise<readonly string[]> {
  const parent = dirname(folder);
  const { name } = source.definition;
  const abandoned: string[] = [];
  for (const version of await list(join(output, parent))) {
    const other = `${parent}/${version}`;
    if (other === folder || await read(join(output, other, `${name}.yaml`)) === undefined) continue;
    if (await read(join(output, other, releasedFile)) === undefined) abandoned.push(other);
  }
  return abandoned;
}

function report(stale: readonly StaleFile[], args: readonly string[], output: string, log: Logger): ExitCode {
  if (stale.length === 0) {
    log.info(`everything below ${relative(Deno.cwd(), output) || "."} is up to date`);
    return ExitCode.ok;
  }
  for (const { name, before, content } of stale) {
    console.log(
      unifiedDiff(before ?? "", content ?? "", {
        before: before === undefined ? "/dev/null" : `a/${name}`,
        after: content === undefined ? "/dev/null" : `b/${name}`,
      }).trimEnd(),
    );
  }
  const rest = args.filter((word) => word !== "--check");
  const fix = rest.length === 0
    ? "deno task generate"
    : `deno run -A scripts/generate-tasks.ts ${rest.map(quoted).join(" ")}`;
  log.error(
    `${stale.length} generated file${stale.length > 1 ? "s differ" : " differs"} from the scripts\n  Run: ${fix}`,
  );
  return ExitCode.failed;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_.:/@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Where this script is; a compiled binary is nowhere, and means the current folder. */
function ownRepository(): string {
  return Deno.build.standalone ? Deno.cwd() : join(dirname(fileURLToPath(import.meta.url)), "..");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
