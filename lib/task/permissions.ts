/**
 * Which Deno permissions a step starts with: what its declaration asks for and what comes with its inputs and outputs,
 * nothing else. Pure. Knows Deno's flags and the paths at which Tekton mounts things; only for the generator.
 * @module
 */
import { TasksmithError } from "../terminal/error.ts";
import type { Definition } from "./declaration.ts";
import { arrayParams } from "./inputs.ts";
import { shebangLimit } from "./settings.ts";

/** Folder under which each secret is mounted. */
export const secretsFolder = "/secrets";

/** Folder in which a step finds the files of Task results. Tekton: results. */
export const resultsFolder = "/tekton/results";

/** Folder in which a StepAction finds the files of its results. Tekton: step results. */
const stepsFolder = "/tekton/steps";

/** Each permission's values; `true` is all of it, an absent one is not granted. */
export type Grants = Readonly<Record<string, true | readonly string[]>>;

/** The order of flags in a shebang. */
const kinds = ["net", "env", "read", "write", "run", "sys"] as const;

/** Path at which a workspace is mounted. Tekton's default. */
export function workspaceFolder(name: string): string {
  return `/workspace/${name}`;
}

/** All permissions of a Task's own step. */
export function grantsOf(task: Definition): Grants {
  const { params = {}, results = {}, workspaces = {}, secrets = {}, env = {}, scratch = [], permissions = {} } = task;
  const arrays = arrayParams(task).length;
  const hasResults = Object.keys(results).length > 0;
  const written = Object.entries(workspaces).filter(([, workspace]) => !workspace.readOnly);
  const secretFolders = Object.keys(secrets).map((name) => `${secretsFolder}/${name}`);
  const lists = {
    env: [
      ...Object.keys(params).length > arrays ? ["PARAM_*"] : [],
      ...Object.keys(workspaces).length > 0 ? ["WORKSPACE_*"] : [],
      ...Object.keys(secrets).length > 0 ? ["SECRET_*"] : [],
      ...hasResults ? ["RESULT_*"] : [],
      ...Object.keys(env),
      ...permissions.env ?? [],
    ],
    read: [
      ...secretFolders,
      ...Object.keys(workspaces).map(workspaceFolder),
      ...scratch,
      ...permissions.read ?? [],
    ],
    write: [
      ...hasResults ? [task.kind === "Task" ? resultsFolder : stepsFolder] : [],
      ...written.map(([name]) => workspaceFolder(name)),
      ...scratch,
      ...permissions.write ?? [],
    ],
    net: permissions.net ?? [],
    run: permissions.run ?? [],
    sys: permissions.sys ?? [],
  };
  const grants: Record<string, true | readonly string[]> = {};
  for (const kind of kinds) {
    const list = lists[kind];
    if (list === true) grants[kind] = true;
    else if (list.length > 0) grants[kind] = kind === "read" || kind === "write" ? outermost(list) : [...new Set(list)];
  }
  return grants;
}

/** Each path once, without those that lie in another one. */
function outermost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)];
  const within = (path: string, folder: string) => path !== folder && path.startsWith(folder.replace(/\/*$/, "/"));
  return unique.filter((path) => !unique.some((folder) => within(path, folder)));
}

/** A shebang and the variables it needs. */
export interface Shebang {
  /** The line, without its end. */
  readonly line: string;
  /** Lists of permissions that did not fit, by variable. */
  readonly env: Readonly<Record<string, string>>;
}

const command = "#!/usr/bin/env -S deno run --ext=js --quiet --no-prompt --no-lock --no-config --cached-only";

/**
 * The shebang of an embedded script. Lists that make it too long move into variables of the step, longest first:
 * `env -S` puts each back as one word, so that the kernel, which cuts a long line silently, never sees it.
 * @throws {TasksmithError} `task/shebang` when it does not fit even so
 */
export function shebangOf(name: string, grants: Grants): Shebang {
  const env: Record<string, string> = {};
  const flags = Object.entries(grants).map(([kind, list]) => ({
    kind,
    list: list === true ? undefined : list.join(","),
  }));
  const line = () =>
    [
      command,
      ...flags.map(({ kind, list }) => {
        const variable = permissionVariable(kind);
        return `--allow-${kind}${list === undefined ? "" : `=${variable in env ? `\${${variable}}` : list}`}`;
      }),
    ].join(" ");
  const byLength = flags.filter(({ list }) => list !== undefined)
    .sort((a, b) => (b.list?.length ?? 0) - (a.list?.length ?? 0) || (a.kind < b.kind ? -1 : 1));
  for (const { kind, list } of byLength) {
    if (line().length < shebangLimit) break;
    env[permissionVariable(kind)] = list ?? "";
  }
  if (line().length >= shebangLimit) {
    throw new TasksmithError({
      code: "task/shebang",
      doing: `write the first line of ${name}'s script`,
      why: `it has ${line().length} characters, and ${shebangLimit - 1} are certain to be read`,
      advice: "Ask for fewer kinds of permissions.",
    });
  }
  return { line: line(), env };
}

/** Name of the variable that carries a list of permissions. */
function permissionVariable(kind: string): string {
  return `ALLOW_${kind.toUpperCase()}`;
}
