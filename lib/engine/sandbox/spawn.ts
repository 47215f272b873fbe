/**
 * Starting a process whose stdout and stderr arrive as one stream, and ending all that it started. Knows Linux
 * processes; must not know sandboxes.
 * @module
 */
import { TasksmithError } from "../../terminal/error.ts";
import type { RunningContainer } from "./sandbox.ts";

/** What {@link spawn} starts. */
export interface SpawnOptions {
  /** Name for messages. */
  readonly name: string;
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of an existing folder. */
  readonly cwd: string;
  /** Gives the process that signals are meant for, where it is not the one started. @default the one started */
  readonly signalled?: (pid: number) => number | undefined;
}

/**
 * Starts a process in a session of its own. A shell joins the two outputs before anything is written, so that their
 * order is kept; it then becomes the program itself.
 *
 * @throws {TasksmithError} `engine/cannot-start`
 */
export function spawn(options: SpawnOptions): RunningContainer {
  const { name, argv, env, cwd, signalled = (pid) => pid } = options;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$0" "$@" 2>&1', ...argv],
      env: { ...env },
      clearEnv: true,
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
  } catch (cause) {
    throw new TasksmithError({
      code: "engine/cannot-start",
      doing: `start ${name}`,
      why: cause instanceof Error ? cause.message : String(cause),
      advice: "Check that its working directory exists and that this process may start programs.",
      cause,
    });
  }
  return {
    pid: child.pid,
    output: child.stdout,
    exit: child.status.then((status) => {
      send(-child.pid, "SIGKILL"); // as in a container: with the first process, those that it left behind end too
      return { code: status.code, ...(status.signal === null ? {} : { signal: status.signal }) };
    }),
    kill(signal) {
      // detached made the child the leader of a process group: a negative id reaches all of it
      const target = signal === "SIGKILL" ? -child.pid : signalled(child.pid);
      if (target !== undefined) send(target, signal);
    },
  };
}

function send(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error; // it has ended
  }
}

/** The process ids of a process's children, oldest first; empty when it has ended. Source: proc(5), `task/…/children`. */
export function childrenOf(pid: number): number[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    return text.split(" ").filter((word) => word !== "").map(Number);
  } catch {
    return [];
  }
}
