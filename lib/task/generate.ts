/**
 * From Task files to the files of the catalog, in memory: checks, bundles, budget, YAML, README, RBAC, schemas. Reads
 * the repository, writes nothing. Only for the generator.
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TasksmithError, UsageError } from "../terminal/error.ts";
import { bundleScript, minify, replacedByTekton } from "./bundle.ts";
import { faultsOf } from "./check.ts";
import type { TaskFile } from "./find.ts";
import { manifestOf } from "./manifest.ts";
import { packScript } from "./pack.ts";
import { grantsOf, type Shebang, shebangOf } from "./permissions.ts";
import { rbacYaml } from "./rbac.ts";
import { readmeOf } from "./readme.ts";
import { scriptBudget, type Settings, taskFolder } from "./settings.ts";
import { writeYaml } from "./yaml.ts";

/** The generated files of one version of a Task or StepAction. */
export interface GeneratedTask {
  /** Where it comes from. */
  readonly source: TaskFile;
  /** Folder below the output: `tasks/<name>/<version>`. */
  readonly folder: string;
  /** File name → content. */
  readonly files: ReadonlyMap<string, string>;
  /** Scripts by step, those of referenced StepActions included. */
  readonly scripts: readonly StepScript[];
}

/** What a step's script takes of the budget. */
export interface StepScript {
  /** Name of the step. */
  readonly step: string;
  /** Bytes. */
  readonly bytes: number;
  /** How dense it had to be. */
  readonly form: Form["form"];
}

/**
 * Generates the named Tasks. A script is embedded as readable text where the budget allows it, else compressed, else
 * minified and compressed; then the readable text is published beside the YAML. A StepAction, which does not know what it
 * will stand beside, takes half of the budget at most.
 * @param root absolute path of the repository
 * @param all every Task file: StepActions that are referred to count toward the budget
 * @param names which to generate
 * @throws {UsageError} `task/declaration` listing every fault of a declaration
 * @throws {TasksmithError} `task/bundle`, `task/shebang`, `task/substitution`, `task/budget`
 */
export async function generate(
  root: string,
  all: readonly TaskFile[],
  names: readonly string[],
  settings: Settings,
): Promise<readonly GeneratedTask[]> {
  const imports = await readImports(root);
  const codes = new Map<string, Promise<Code>>();
  const codeOf = (file: TaskFile) => {
    const known = codes.get(file.path) ?? codeFor(root, file, imports, settings);
    codes.set(file.path, known);
    return known;
  };
  const generated: GeneratedTask[] = [];
  for (const source of all.filter(({ definition }) => names.includes(definition.name))) {
    assertSound(source);
    const { definition: task } = source;
    const code = await codeOf(source);
    const actions: StepScript[] = [];
    for (const { name, uses, params } of task.stepsAfter ?? []) {
      const action = findStepAction(source, all, uses.stepAction, uses.version);
      assertParamsFit(source, name, action, params);
      actions.push(scriptOf(name, await formFor(await codeOf(action), scriptBudget / 2)));
    }
    const own = await formFor(code, task.kind === "Task" ? scriptBudget - totalOf(actions) : scriptBudget / 2);
    const scripts = [scriptOf(task.step ?? task.name, own), ...actions];
    assertWithinBudget(source, scripts);
    const comment = `Generated from ${source.path}: change that file, then run: deno task generate`;
    const files = new Map<string, string>();
    files.set(
      `${task.name}.yaml`,
      writeYaml(manifestOf(task, { env: code.env, script: own?.script }, settings), comment),
    );
    if (own !== undefined && own.form !== "readable") files.set(`${task.name}.js`, code.readable);
    const rbac = rbacYaml(task, comment);
    if (rbac !== undefined) files.set("rbac.yaml", rbac);
    for (const [name, module] of Object.entries(task.schemas ?? {})) {
      files.set(name, `${JSON.stringify(await readSchema(root, source, module), null, 2)}\n`);
    }
    files.set("README.md", readmeOf(task, { grants: grantsOf(task), files: [...files.keys()] }, settings));
    generated.push({ source, folder: taskFolder(task.name, task.version), files, scripts });
  }
  return generated;
}

/** A way to embed a script. */
export interface Form {
  /** Readable text; the same compressed; minified and then compressed. */
  readonly form: "readable" | "compressed" | "minified";
  /** The complete script. */
  readonly script: string;
}

/** A step's code. */
interface Code {
  /** The ways to embed it, the most readable first; none where the image's binary holds it. */
  readonly forms: readonly (() => Promise<Form> | Form)[];
  /** The readable bundle. */
  readonly readable: string;
  /** Variables that the shebang needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** The most readable form that fits into what is left; the densest where none does. */
async function formFor({ forms }: Code, left: number): Promise<Form | undefined> {
  let form: Form | undefined;
  for (const make of forms) {
    form = await make();
    if (byteLength(form.script) <= left) break;
  }
  return form;
}

function scriptOf(step: string, form: Form | undefined): StepScript {
  return { step, bytes: byteLength(form?.script ?? ""), form: form?.form ?? "readable" };
}

function totalOf(scripts: readonly StepScript[]): number {
  return scripts.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function codeFor(
  root: string,
  { path, definition }: TaskFile,
  imports: Readonly<Record<string, string>>,
  settings: Settings,
): Promise<Code> {
  if (settings.embed === "binary") return { forms: [], readable: "", env: {} };
  const { code } = await bundleScript(path, { root, imports });
  const shebang: Shebang = shebangOf(definition.name, grantsOf(definition));
  const title = `${path}, bundled`;
  const whole = (form: Form["form"], text: string): Form => ({ form, script: `${shebang.line}\n${text}` });
  const packed = (text: string, how: string) => packScript(text, `${title}, ${how}`, `${definition.name}.js`);
  const readable = whole("readable", `// ${title}\n${code}`);
  // the other forms hold the code as base64, in which Tekton finds nothing
  const [found] = replacedByTekton(readable.script);
  if (found) {
    throw new TasksmithError({
      code: "task/substitution",
      doing: `embed ${path}`,
      why: `Tekton would replace text in line ${found.line} of its script: ${found.text.trim().slice(0, 120)}`,
      advice: "Take values from params, env or args; in prose write {{name}} for a Tekton variable.",
    });
  }
  const starts = code.match(/\bimport\.meta\.main\b/g)?.length ?? 0;
  if (starts !== 1) {
    throw new TasksmithError({
      code: "task/bundle",
      doing: `embed ${path}`,
      why: `its bundle asks for import.meta.main ${starts} times, so ${
        starts === 0 ? "nothing" : "more than it"
      } would run`,
      advice: "End the file with `if (import.meta.main) await main(task);` and import no other script, only lib/.",
    });
  }
  const forms = [
    () => readable,
    () => whole("compressed", packed(code, "compressed")),
    async () => whole("minified", packed(await minify(code), "minified and compressed")),
  ];
  return { forms, readable: code, env: shebang.env };
}

function assertSound({ path, definition }: TaskFile): void {
  const faults = faultsOf(definition);
  if (faults.length === 0) return;
  throw new UsageError({
    code: "task/declaration",
    doing: `generate from ${path}`,
    why: faults.join("; "),
    advice: "docs/writing-a-task.md says what a declaration may hold.",
    details: { faults },
  });
}

function findStepAction(user: TaskFile, all: readonly TaskFile[], name: string, version: string): TaskFile {
  const found = all.find(({ definition }) => definition.kind === "StepAction" && definition.name === name);
  if (found?.definition.version === version) return found;
  throw new UsageError({
    code: "task/declaration",
    doing: `generate from ${user.path}`,
    why: found
      ? `it uses ${name} ${version}, and ${found.path} declares ${found.definition.version}`
      : `it uses the StepAction ${name}, which no script declares`,
    advice: "Name a StepAction of scripts/ and its version.",
  });
}

function assertParamsFit(user: TaskFile, step: string, action: TaskFile, given: object): void {
  const declared = action.definition.params ?? {};
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  const missing = Object.entries(declared).filter(([name, { default: fallback }]) =>
    fallback === undefined && !Object.hasOwn(given, name)
  ).map(([name]) => name);
  if (unknown.length === 0 && missing.length === 0) return;
  throw new UsageError({
    code: "task/declaration",
    doing: `generate from ${user.path}`,
    why: [
      ...unknown.length > 0 ? [`the step "${step}" gives ${unknown.join(", ")}, unknown to ${action.path}`] : [],
      ...missing.length > 0 ? [`the step "${step}" lacks ${missing.join(", ")}`] : [],
    ].join("; "),
    advice: `${action.definition.name} takes ${Object.keys(declared).join(", ")}.`,
  });
}

function assertWithinBudget({ path, definition }: TaskFile, scripts: GeneratedTask["scripts"]): void {
  const total = totalOf(scripts);
  if (total <= scriptBudget) return;
  throw new TasksmithError({
    code: "task/budget",
    doing: `embed ${path}`,
    why: `the scripts of ${definition.name} take ${kib(total)} KiB together (${
      scripts.map(({ step, bytes }) => `${step} ${kib(bytes)}`).join(", ")
    }), and Tekton takes ${kib(scriptBudget)}`,
    advice: "Import less, or generate with --embed binary and an image that holds the code.",
    details: { total, budget: scriptBudget },
  });
}

/** The line about the budget that people see. */
export function budgetLine({ source: { definition }, scripts }: GeneratedTask): string {
  const parts = scripts.map(({ step, bytes, form }) => `${step} ${kib(bytes)} ${form}`);
  return `${definition.name} ${definition.version}: ${kib(totalOf(scripts))} of ${kib(scriptBudget)} KiB of scripts (${
    parts.join(", ")
  })`;
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

async function readImports(root: string): Promise<Readonly<Record<string, string>>> {
  const path = join(root, "deno.json");
  const config: unknown = JSON.parse(await Deno.readTextFile(path));
  const imports: unknown = typeof config === "object" && config !== null && "imports" in config ? config.imports : {};
  return imports as Readonly<Record<string, string>>;
}

async function readSchema(root: string, { path }: TaskFile, module: string): Promise<unknown> {
  try {
    const url = pathToFileURL(join(root, module)).href;
    const loaded: unknown = module.endsWith(".json")
      ? JSON.parse(await Deno.readTextFile(join(root, module)))
      : (await import(url) as { readonly default?: unknown }).default;
    if (typeof loaded === "object" && loaded !== null) return loaded;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
  throw new UsageError({
    code: "task/declaration",
    doing: `publish a schema of ${path}`,
    why: `${module} is not there, or its default export is no schema`,
    advice: "A schema is a .json file or a module whose default export is the schema, by its path from the root.",
  });
}
