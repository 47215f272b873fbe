/**
 * Which sandbox to use: the one asked for, or the best that works here. Knows what is on the PATH and whether it runs.
 * @module
 */
import { TasksmithError } from "../../terminal/error.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { plainProcess } from "./process.ts";
import type { Sandbox } from "./sandbox.ts";

/** Names that a person can ask for. */
export const sandboxNames = ["bubblewrap", "process"] as const;

/** The path of a program on the PATH; undefined when there is none. */
export function onPath(program: string): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (folder !== "" && Deno.statSync(`${folder}/${program}`).isFile) return `${folder}/${program}`;
    } catch { /* not in this folder */ }
  }
  return undefined;
}

/** Whether bubblewrap may make namespaces here; some machines forbid it. */
async function works(program: string): Promise<boolean> {
  const args = ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--", "/bin/sh", "-c", ":"];
  try {
    return (await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/**
 * The sandbox of that name, or the best there is.
 * @throws {TasksmithError} `engine/sandbox` when the one asked for is not to be had
 */
export async function chooseSandbox(name?: string): Promise<Sandbox> {
  const refuse = (why: string): TasksmithError =>
    new TasksmithError({
      code: "engine/sandbox",
      doing: `use the sandbox ${name}`,
      why,
      advice: `Install it, or choose one of: ${sandboxNames.join(", ")}.`,
      exitCode: 2,
    });
  if (name === "process") return plainProcess();
  if (name !== undefined && name !== "bubblewrap") throw refuse("there is no such sandbox");
  const program = onPath("bwrap");
  const usable = program !== undefined && await works(program);
  if (usable) return bubblewrap(program);
  if (name === undefined) return plainProcess();
  throw refuse(program === undefined ? "there is no bwrap on the PATH" : "bwrap may not make namespaces here");
}
