/**
 * The process around a Task: arguments, environment, files, signals. An interface, so that tests bring their own, and
 * this process behind it. Asks for no permission it was not started with.
 * @module
 */
import { TasksmithError } from "../terminal/error.ts";

/** What became of a write. */
export type Written = "written" | "no folder" | "not allowed";

/** The process as a Task sees it. */
export interface Host {
  /** Arguments after the program. */
  readonly args: readonly string[];
  /** A variable of the environment; undefined where it is unset or may not be read. */
  env(name: string): string | undefined;
  /** Writes data. */
  stdout(text: string): void;
  /** Writes lines for people. @default stderr */
  readonly stderr?: (text: string) => void;
  /**
   * Reads a text file; undefined when there is none.
   * @throws {TasksmithError} `task/file-too-large` above 1 MiB, which no Secret exceeds
   */
  readText(path: string): Promise<string | undefined>;
  /** Writes a text file into an existing folder. */
  writeText(path: string, text: string): Promise<Written>;
  /** Calls back on a signal; returns what takes that back. */
  onSignal(name: "SIGTERM" | "SIGINT", handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The largest file read as a whole, in bytes. Kubernetes: Secrets and ConfigMaps end at 1 MiB. */
const largestText = 1024 * 1024;

/** This process. */
export function denoHost(args: readonly string[]): Host {
  return {
    args,
    env: (variable) => isGranted({ name: "env", variable }) ? Deno.env.get(variable) : undefined,
    stdout: (text) => {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    },
    readText: async (path) => {
      try {
        const { size } = await Deno.stat(path);
        if (size <= largestText) return await Deno.readTextFile(path);
        throw new TasksmithError({
          code: "task/file-too-large",
          doing: `read ${path}`,
          why: `it has ${size} bytes`,
          advice: `At most ${largestText} are read.`,
        });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    writeText: async (path, text) => {
      if (!isGranted({ name: "write", path })) return "not allowed";
      try {
        await Deno.writeTextFile(path, text);
        return "written";
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return "no folder";
        throw error;
      }
    },
    onSignal: (name, handler) => {
      if (Deno.build.os === "windows" && name === "SIGTERM") return () => {};
      Deno.addSignalListener(name, handler);
      return () => Deno.removeSignalListener(name, handler);
    },
    exit: (code) => Deno.exit(code),
  };
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
