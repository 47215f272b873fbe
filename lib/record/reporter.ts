/**
 * Saying what is still waited for: when it changes, and now and then when it does not. Knows words and intervals; must
 * not know why anything is waited for.
 * @module
 */

import type { Logger } from "../terminal/log.ts";
import type { Unfinished } from "./outstanding.ts";

/** A change is told at once, but not more often than this, in milliseconds. */
const changeMs = 1_000;
/** Without a change it is told again after this, in milliseconds. */
const repeatMs = 30_000;
/** More names are not listed. */
const namesAtMost = 8;

/** Tells a logger what is waited for. */
export class Reporter {
  readonly #log: Logger;
  readonly #now: () => number;
  #last = "";
  #saidAt = -Infinity;

  /** `now` is the clock, in milliseconds. */
  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** To be called on every change and about once a second; says something when it is time. */
  say(waitingFor: readonly Unfinished[]): void {
    const since = this.#now() - this.#saidAt;
    if (since < changeMs) return;
    const text = describeWait(waitingFor);
    if (text === this.#last && since < repeatMs) return;
    this.#last = text;
    this.#saidAt = this.#now();
    this.#log.info(text);
  }
}

/** What is waited for, in one line: `waiting for 2: build (Running), notify (not created yet)`. */
export function describeWait(waitingFor: readonly Unfinished[]): string {
  const names = waitingFor.slice(0, namesAtMost).map(({ name, pipelineTask, why }) => {
    return `${pipelineTask === "" || pipelineTask === name ? name : `${pipelineTask} [${name}]`} (${why})`;
  });
  const more = waitingFor.length - names.length;
  return `waiting for ${waitingFor.length}: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
