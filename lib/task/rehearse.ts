/**
 * Running a Task in a test: with arguments, variables and files of the test's own, and everything it puts out in hand.
 * No process, no real file. Knows the runner; is no part of any script.
 * @module
 */
import type { ExitCode } from "../terminal/error.ts";
import type { Definition } from "./declaration.ts";
import type { Host } from "./host.ts";
import { run } from "./main.ts";

/** What a rehearsal starts with. */
export interface RehearsalOptions {
  /** Arguments. @default none */
  readonly args?: readonly string[];
  /** The environment; params are `PARAM_…`. @default empty */
  readonly env?: Readonly<Record<string, string>>;
  /** Files that secrets are read from, by path. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Receives what sends the process a signal, once the Task's code runs. */
  readonly signals?: (send: (name: "SIGTERM" | "SIGINT") => void) => void;
}

/** What came of it. */
export interface Rehearsal {
  /** What the process would end with. */
  readonly exitCode: ExitCode;
  /** Data. */
  readonly stdout: string;
  /** Lines for people. */
  readonly stderr: string;
  /** Results by name, as their files would hold them. */
  readonly results: Readonly<Record<string, string>>;
  /** Exit code of a process that was ended at once, by a second signal. */
  readonly ended: number | undefined;
}

/**
 * Runs a Task in a test.
 * @example
 * ```ts
 * import { defineTask } from "./define.ts";
 * import { rehearse } from "./rehearse.ts";
 * const task = defineTask({
 *   name: "greet", version: "0.1", displayName: "Greet", description: "Greets.",
 *   params: { whom: { description: "Whom to greet." } },
 *   results: { GREETING: { description: "The greeting." } },
 *   run: ({ params, results }) => results.set("GREETING", `Hello ${params.whom}`),
 * });
 * const { results } = await rehearse(task, { args: ["--whom", "you"] });
 * console.assert(results.GREETING === "Hello you");
 * ```
 */
export async function rehearse(task: Definition, options: RehearsalOptions = {}): Promise<Rehearsal> {
  const { args = [], env = {}, files = {}, signals } = options;
  const folder = `${env.RESULTS_DIR ?? "/tekton/results"}/`;
  const handlers = new Map<string, () => void>();
  const results: Record<string, string> = {};
  let stdout = "";
  let stderr = "";
  let ended: number | undefined;
  const host: Host = {
    args,
    env: (name) => Object.hasOwn(env, name) ? env[name] : undefined,
    stdout: (text) => stdout += text,
    stderr: (text) => stderr += text,
    readText: (path) => Promise.resolve(Object.hasOwn(files, path) ? files[path] : undefined),
    writeText: (path, text) => {
      results[path.startsWith(folder) ? path.slice(folder.length) : path] = text;
      return Promise.resolve("written");
    },
    onSignal: (name, handler) => {
      handlers.set(name, handler);
      return () => handlers.delete(name);
    },
    exit: (code) => ended = code,
  };
  const started: Definition = {
    ...task,
    run: (context) => {
      const running = task.run(context);
      signals?.((name) => handlers.get(name)?.());
      return running;
    },
  };
  const exitCode = await run(started, host);
  return { exitCode, stdout, stderr, results, ended };
}
