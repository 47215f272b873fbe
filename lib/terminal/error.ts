/**
 * Errors as people meet them: what was being done, what went wrong, what to do, and the exit code that says so to a
 * machine. Knows nothing of any service; every other folder throws these.
 * @module
 */

/** Exit codes of every command. They are part of the interface: documented in the README and never renumbered. */
export const ExitCode = {
  /** Everything asked for was done. */
  ok: 0,
  /** The work was tried and failed. */
  failed: 1,
  /** The input is wrong: a flag, a param, a file. Nothing was tried. */
  usage: 2,
  /** A deadline passed first. */
  timedOut: 3,
  /** Interrupted by SIGINT (128 + 2). */
  interrupted: 130,
  /** Ended by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

/** One of the documented exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** What a {@link TasksmithError} is made of. */
export interface ErrorParts {
  /** Stable, machine-readable name of the kind of error, such as `oci/unauthorized`. */
  readonly code: string;
  /** What was being done, in the infinitive: `push quay.io/org/repo:tag`. */
  readonly doing: string;
  /** What went wrong, with the offending input. */
  readonly why: string;
  /** What the reader can do about it. */
  readonly advice: string;
  /**
   * The process's exit code.
   * @default ExitCode.failed
   */
  readonly exitCode?: ExitCode;
  /** What caused it, kept for `--debug`. */
  readonly cause?: unknown;
  /** Machine-readable fields, such as `{ status: 403, host: "quay.io" }`. Never holds a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The error of this project: three parts for people, a code and fields for machines, an exit code for the shell. */
export class TasksmithError extends Error {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "TasksmithError";
  /** Stable kind of error, such as `kubernetes/forbidden`. */
  readonly code: string;
  /** What was being done. */
  readonly doing: string;
  /** What went wrong. */
  readonly why: string;
  /** What to do about it. */
  readonly advice: string;
  /** The process's exit code. */
  readonly exitCode: ExitCode;
  /** Machine-readable fields. */
  readonly details: Readonly<Record<string, unknown>>;

  /** Makes the error; its message is composed of the three parts. */
  constructor(parts: ErrorParts) {
    super(
      `could not ${parts.doing}: ${parts.why}\n  ${parts.advice}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.code = parts.code;
    this.doing = parts.doing;
    this.why = parts.why;
    this.advice = parts.advice;
    this.exitCode = parts.exitCode ?? ExitCode.failed;
    this.details = parts.details ?? {};
  }
}

/** Bad input: {@link TasksmithError} with exit code 2. */
export class UsageError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "UsageError";
  /** Makes the error; the code is `usage` unless a finer one is given. */
  constructor(parts: Omit<ErrorParts, "exitCode" | "code"> & { readonly code?: string }) {
    super({ code: "usage", ...parts, exitCode: ExitCode.usage });
  }
}

/**
 * The text that stderr gets for any thrown value: the three parts for our own errors, the message for foreign ones,
 * and the stack with its causes only when `debug` is set.
 */
export function describeError(error: unknown, options: { readonly debug?: boolean } = {}): string {
  const text = error instanceof Deno.errors.NotCapable
    ? `could not go on: ${error.message}\n  Run it with \`deno run -A …\`, or grant that permission.`
    : error instanceof Error
    ? error.message
    : String(error);
  if (!options.debug || !(error instanceof Error)) return text;
  const causes: string[] = [error.stack ?? text];
  for (let cause = error.cause; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    causes.push(`caused by: ${cause instanceof Error ? cause.stack ?? cause.message : String(cause)}`);
  }
  return causes.join("\n");
}

/** The exit code for any thrown value: the error's own, 1 for foreign ones. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Deno.errors.NotCapable) return ExitCode.usage;
  return error instanceof TasksmithError ? error.exitCode : ExitCode.failed;
}
