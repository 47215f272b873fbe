/**
 * The Task files of a repository: which scripts declare a Task or StepAction, and their declarations. Reads files and
 * imports modules; knows nothing of output. Only for the generator.
 *
 * A script is a Task file when it holds `export const task = defineTask(` or `export const stepAction =
 * defineStepAction(` at the beginning of a line. The text decides, so that no tool is imported, and run, to find out.
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../terminal/error.ts";
import type { Definition } from "./declaration.ts";

/** A script that declares a Task or StepAction. */
export interface TaskFile {
  /** Path from the repository's root: `scripts/export-pipeline-logs.ts`. */
  readonly path: string;
  /** What it declares. */
  readonly definition: Definition;
}

const declares = /^export const (task = defineTask|stepAction = defineStepAction)\b/m;

/**
 * All Task files in `scripts/`, by path.
 * @param root absolute path of the repository
 * @throws {UsageError} `task/file` when a file's name and its declaration differ
 */
export async function findTaskFiles(root: string): Promise<readonly TaskFile[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(join(root, "scripts"))) {
    const path = `scripts/${entry.name}`;
    if (entry.isFile && entry.name.endsWith(".ts") && declares.test(await Deno.readTextFile(join(root, path)))) {
      paths.push(path);
    }
  }
  return await Promise.all(paths.sort().map((path) => readTaskFile(root, path)));
}

async function readTaskFile(root: string, path: string): Promise<TaskFile> {
  const module: unknown = await import(pathToFileURL(join(root, path)).href);
  const exported = module as { readonly task?: Definition; readonly stepAction?: Definition };
  const definition = exported.task ?? exported.stepAction;
  const expected = path.replace(/^scripts\/|\.ts$/g, "");
  if (definition?.name !== expected) {
    throw new UsageError({
      code: "task/file",
      doing: `read ${path}`,
      why: `it declares "${definition?.name ?? "nothing"}"`,
      advice: `A file declares the Task it is named for: "${expected}".`,
    });
  }
  return { path, definition };
}
