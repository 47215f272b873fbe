/**
 * Which processes containers are, written down for as long as they run: an engine that was killed leaves them behind,
 * and the next one ends them. Knows Linux processes; must not know sandboxes. Source: proc(5), "stat".
 * @module
 */
import type { RunningContainer, Sandbox } from "./sandbox.ts";

interface Process {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** Ticks since the machine was started: with the id, the same process and no later one. */
  readonly start: number;
}

interface Entry {
  readonly pid: number;
  readonly start: number;
  /** The machine's start: ids and ticks of another one mean nothing. */
  readonly boot: string;
}

/** A sandbox whose containers are written down in a folder while they run, a file for each. */
export function recorded(sandbox: Sandbox, folder: string): Sandbox {
  Deno.mkdirSync(folder, { recursive: true });
  return {
    name: sandbox.name,
    ownPaths: sandbox.ownPaths,
    images: sandbox.images,
    refuse: (spec) => sandbox.refuse(spec),
    async start(spec): Promise<RunningContainer> {
      const container = await sandbox.start(spec);
      const { pid, output } = container;
      const start = processOf(pid)?.start;
      const path = `${folder}/${pid}`;
      if (start !== undefined) {
        try {
          Deno.writeTextFileSync(path, JSON.stringify({ pid, start, boot: boot() } satisfies Entry));
        } catch (error) {
          // what cannot be written down is not left running
          container.kill("SIGKILL");
          await Promise.all([output.cancel(), container.exit]);
          throw error;
        }
      }
      const exit = container.exit.finally(() => Deno.remove(path).catch(() => {}));
      return { pid, output, exit, kill: (signal) => container.kill(signal) };
    },
  };
}

/**
 * Ends the processes that an earlier engine wrote down and left behind, with all that they started, and waits until
 * they are gone. Gives the number of containers that were still there.
 */
export async function endRecorded(folder: string): Promise<number> {
  let ended = 0;
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    const entry = entryOf(path);
    if (entry !== undefined && entry.boot === boot()) {
      let left = leftOf(entry);
      if (left.length > 0) ended++;
      // a fork may be faster than one look at the list of processes
      for (let look = 0; left.length > 0 && look < 100; look++) {
        for (const { pid } of left) kill(pid);
        await new Promise((resolve) => setTimeout(resolve, 20));
        left = leftOf(entry);
      }
    }
    await Deno.remove(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  return ended;
}

/** The members of the session that the recorded process began; none when its id is another's now. */
function leftOf({ pid, start }: Entry): Process[] {
  const leader = processOf(pid);
  if (leader !== undefined && leader.start !== start) return [];
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const process = processOf(Number(name));
    if (process === undefined || process.start < start) return [];
    return process.pid === pid || process.group === pid || process.session === pid ? [process] : [];
  });
}

/** A process that has not ended; undefined for one that is gone or only waits to be taken note of. */
function processOf(pid: number): Process | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // the program's name may hold blanks and brackets
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, group: Number(fields[2]), session: Number(fields[3]), start: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

function boot(): string {
  try {
    return Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    return "";
  }
}

function entryOf(path: string): Entry | undefined {
  try {
    const { pid, start, boot } = JSON.parse(Deno.readTextFileSync(path)) as Partial<Entry>;
    const whole = Number.isSafeInteger(pid) && Number(pid) > 1 && typeof start === "number" && boot !== undefined;
    return whole ? { pid: Number(pid), start, boot } : undefined;
  } catch {
    return undefined; // the engine ended while it wrote this
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error; // it has ended
  }
}
