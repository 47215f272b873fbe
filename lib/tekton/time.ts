/**
 * Points in time as the API writes them: RFC 3339. Knows that syntax and nothing else; takes the clock as an argument.
 * Needs no package, for it is embedded in the scripts of Tasks.
 * @module
 */

const pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * The point in time of an RFC 3339 text, to the millisecond (further digits are dropped, as a Date cannot hold them).
 * `undefined` for anything else: a missing zone, a space instead of the T, a day that the month does not have. A leap
 * second, 23:59:60 in UTC, counts as the second that follows it. Never throws.
 */
export function parseTime(text: string): Date | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second, Number((match[7] ?? "").slice(0, 3).padEnd(3, "0")));
  const offset = (match[8] === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  const time = new Date(date.getTime() - offset);
  const midnight = time.getUTCHours() === 0 && time.getUTCMinutes() === 0 && time.getUTCSeconds() === 0;
  return second === 60 && !midnight ? undefined : time;
}

/**
 * The time as Kubernetes writes it: UTC, whole seconds, `2026-01-31T23:59:59Z`.
 * Throws a RangeError for an invalid date or a year that four digits cannot hold.
 */
export function formatTime(time: Date): string {
  const text = time.toISOString();
  if (text.length !== 24) throw new RangeError(`a year has four digits in RFC 3339, not as in ${text}`);
  return `${text.slice(0, 19)}Z`;
}

/** Milliseconds from one RFC 3339 time to another; `undefined` when either is absent or no such time. */
export function elapsedMs(from: string | undefined, to: string | undefined): number | undefined {
  const [start, end] = [parseTime(from ?? ""), parseTime(to ?? "")];
  return start === undefined || end === undefined ? undefined : end.getTime() - start.getTime();
}
