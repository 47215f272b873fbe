/**
 * Starts a script of this repository as people do.
 * @module
 */
import { join } from "node:path";
import { root } from "../task/repository.ts";

/** What a finished process left. */
export interface Finished {
  /** Exit code. */
  readonly code: number;
  /** Data. */
  readonly stdout: string;
  /** Lines for people. */
  readonly stderr: string;
}

/** Runs `scripts/<name>.ts` to its end. */
export async function command(
  name: string,
  args: readonly string[],
  flags: readonly string[] = ["--allow-all"],
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", ...flags, join(root, "scripts", `${name}.ts`), ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
