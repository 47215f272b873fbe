/**
 * One engine to a data folder: a lock that the operating system takes back when its holder ends, however it ends.
 * Knows files; nothing of what is kept in the folder.
 * @module
 */
import { TasksmithError } from "../terminal/error.ts";

/**
 * Locks a folder for this engine, and makes it where it is not there. Gives back what unlocks it.
 * @throws {TasksmithError} `engine/data-in-use` when another engine has it, `engine/bad-data` when it cannot be locked
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const path = `${folder}/engine.lock`;
  let file: Deno.FsFile | undefined;
  let free: boolean;
  try {
    await Deno.mkdir(folder, { recursive: true });
    file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
    free = await file.tryLock(true);
  } catch (cause) {
    file?.close();
    throw new TasksmithError({
      code: "engine/bad-data",
      doing: `start an engine on the data folder ${folder}`,
      why: `${path} cannot be locked: ${cause instanceof Error ? cause.message : cause}`,
      advice: "Check that the folder can be written, or give another data folder.",
      cause,
    });
  }
  // the file stays: one that is removed could be locked by two, each with a file of its own
  if (free) return () => file.close();
  file.close();
  throw new TasksmithError({
    code: "engine/data-in-use",
    doing: `start an engine on the data folder ${folder}`,
    why: "another engine runs on it: two on one folder would run everything twice",
    advice: "Use the engine that runs, end it first, or give another data folder.",
  });
}
