/**
 * What ends a Task early: SIGTERM, SIGINT, the deadline, each as an AbortSignal whose reason carries the exit code.
 * Knows nothing of what is interrupted.
 * @module
 */
import { ExitCode, TasksmithError } from "../terminal/error.ts";
import type { Host } from "./host.ts";

/** A signal to pass on, and the end of listening. */
export interface Interruption {
  /** Fires once; its reason is a {@link TasksmithError}. */
  readonly signal: AbortSignal;
  /** Takes back timers and listeners. */
  stop(): void;
}

/** The longest time a timer can wait, about 24 days; a later deadline never comes. */
const longestTimer = 2 ** 31 - 1;

/**
 * Turns signals and the deadline into one AbortSignal; the same signal a second time ends the process without waiting.
 * @param deadline milliseconds from now
 */
export function interruptible(deadline: number | undefined, host: Pick<Host, "onSignal" | "exit">): Interruption {
  const controller = new AbortController();
  const abort = (code: string, why: string, advice: string, exitCode: ExitCode) =>
    controller.abort(new TasksmithError({ code, doing: "finish", why, advice, exitCode }));
  const timer = deadline === undefined || deadline > longestTimer ? undefined : setTimeout(
    () => abort("deadline", `the deadline passed after ${deadline / 1000} s`, "Allow more time.", ExitCode.timedOut),
    deadline,
  );
  const undo = ([["SIGTERM", ExitCode.terminated], ["SIGINT", ExitCode.interrupted]] as const).map(
    ([name, exitCode]) => {
      let seen = false;
      return host.onSignal(name, () => {
        if (seen) return host.exit(exitCode);
        seen = true;
        abort(`signal/${name.toLowerCase()}`, `${name} was received`, "What was not finished is not stored.", exitCode);
      });
    },
  );
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      for (const take of undo) take();
    },
  };
}
