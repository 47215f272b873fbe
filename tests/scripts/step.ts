/**
 * Running a Task's script as its pod would: by its file, with the permissions that its declaration gives and the
 * environment that its YAML sets, or at a desk with options.
 * @module
 */
import type { Definition } from "../../lib/task/declaration.ts";
import { grantsOf } from "../../lib/task/permissions.ts";

/** How a process ended. */
export interface Ended {
  /** Exit code. */
  readonly code: number;
  /** Its data. */
  readonly stdout: string;
  /** Its lines for people. */
  readonly stderr: string;
}

/** A process that runs. */
export interface Running {
  /** Its id. */
  readonly pid: number;
  /** Resolves when its stderr holds the text; rejects when it ends without. */
  said(text: string): Promise<void>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Resolves at its end. */
  readonly ended: Promise<Ended>;
}

/** The flags for the permissions of a declaration; `paths` replaces some that stand for a pod's folders. */
export function permissionFlags(task: Definition, paths: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(grantsOf(task)).map(([kind, list]) =>
    list === true ? `--allow-${kind}` : `--allow-${kind}=${list.map((each) => paths[each] ?? each).join(",")}`
  );
}

/** Starts a script. The environment holds what is given, and where Deno keeps its modules. */
export function start(script: string, options: {
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}): Running {
  const path = new URL(`../../scripts/${script}.ts`, import.meta.url).pathname;
  const home: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "DENO_DIR"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) home[name] = value;
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...options.flags ?? ["--allow-all"], path, ...options.args ?? []],
    clearEnv: true,
    env: { ...home, NO_COLOR: "1", ...options.env },
    ...options.cwd === undefined ? {} : { cwd: options.cwd },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let closed = false;
  let heard = () => {};
  const listening = (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += chunk;
      heard();
    }
    closed = true;
    heard();
  })();
  const reading = new Response(child.stdout).text();
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    said: async (text) => {
      while (!stderr.includes(text)) {
        if (closed) throw new Error(`it ended without "${text}":\n${stderr}`);
        await new Promise<void>((resolve) => heard = resolve);
      }
    },
    ended: (async () => {
      const [{ code }, stdout] = await Promise.all([child.status, reading, listening]);
      return { code, stdout, stderr };
    })(),
  };
}

/** Runs a script to its end. */
export function run(script: string, options: Parameters<typeof start>[1] = {}): Promise<Ended> {
  return start(script, options).ended;
}

/** A folder that is removed afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
