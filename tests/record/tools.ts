/**
 * Programs that tests run when they are there, and what they leave on disk.
 * @module
 */
import assert from "node:assert/strict";
import { join, relative } from "node:path";

/** Path of a program, in PATH or among the tools of the test cluster; undefined when it is not there. */
function find(program: string): string | undefined {
  const cluster = Deno.env.get("CLUSTER_HOME") ?? `${Deno.env.get("HOME")}/.cache/tekton-cluster`;
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), `${cluster}/bin`]) {
    try {
      if (Deno.statSync(`${folder}/${program}`).isFile) return `${folder}/${program}`;
    } catch { /* not there */ }
  }
  return undefined;
}

/** The real oras. */
export const oras: string | undefined = find("oras");
/** The registry of the distribution project. */
export const distribution: string | undefined = find("registry");

/** Runs a program to its end; its stdout. Fails with its stderr. */
export async function output(program: string, args: string[], cwd?: string): Promise<string> {
  const command = new Deno.Command(program, { args, stdout: "piped", stderr: "piped", ...cwd ? { cwd } : {} });
  const { success, stdout, stderr } = await command.output();
  assert.ok(success, `${program} ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** All files below a folder, path → content; of a link where it leads. */
export async function files(folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  const visit = async (path: string): Promise<void> => {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      const at = join(path, name);
      if (isDirectory) await visit(at);
      else {found.push([
          relative(folder, at),
          isSymlink ? `-> ${await Deno.readLink(at)}` : await Deno.readTextFile(at),
        ]);}
    }
  };
  await visit(folder);
  return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
}
