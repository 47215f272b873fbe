/**
 * Versions that users have: their files never change again. A file `.released` beside them holds a digest of each.
 * Pure; only for the generator.
 * @module
 */
import { createHash } from "node:crypto";
import { TasksmithError } from "../terminal/error.ts";

/** Name of the file that marks a folder `tasks/<name>/<version>` as released. */
export const releasedFile = ".released";

/** Content of `.released`: a line `<sha256>  <file>` for each file, by name, as `sha256sum` writes and checks it. */
export function releasedText(files: ReadonlyMap<string, string>): string {
  return [...files].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, content]) => `${createHash("sha256").update(content).digest("hex")}  ${name}\n`).join("");
}

/**
 * Makes sure that a released version is generated as it was.
 * @param mark content of its `.released`
 * @throws {TasksmithError} `task/released` naming the files that differ
 */
export function assertReleasedUnchanged(
  task: { readonly name: string; readonly version: string },
  mark: string,
  files: ReadonlyMap<string, string>,
): void {
  const now = new Set(releasedText(files).split("\n"));
  const was = new Set(mark.split("\n"));
  const changed = [...was.symmetricDifference(now)].map((line) => line.slice(66)).filter((name) => name !== "");
  if (changed.length === 0) return;
  throw new TasksmithError({
    code: "task/released",
    doing: `generate ${task.name} ${task.version}`,
    why: `that version is released, and ${[...new Set(changed)].sort().join(", ")} would change`,
    advice: `Raise "version" in scripts/${task.name}.ts; users of ${task.version} keep what they have.`,
  });
}
