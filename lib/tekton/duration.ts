/**
 * Durations as Go writes them, which is how Tekton takes and gives them: `1h30m`, `-1.5h`, `300ms`, `0`. Knows the
 * syntax and the limits of Go's `time.Duration`, an int64 of nanoseconds; hence `bigint`, which is exact over that
 * whole range where a number ends at 104 days. Needs no package, for it is embedded in the scripts of Tasks.
 * Spec: TimeoutFields, "string (duration)".
 * @module
 */

/** Nanoseconds of each unit; micro is written with `u`, with the micro sign or with the Greek letter. */
const units: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** Magnitude of the smallest int64; the largest is one less. */
const limit = 1n << 63n;

/** The longest duration, about 292 years: `2562047h47m16.854775807s`. */
export const maxDuration: bigint = limit - 1n;

/**
 * Nanoseconds of a duration in Go's syntax: a sign if need be, then decimal numbers, each with a unit (ns, us, µs, μs,
 * ms, s, m, h); `0` alone needs none. `undefined` for every other string, one beyond int64 included. Never throws.
 */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") return undefined;
  const part = /^([0-9]*)(?:\.([0-9]*))?([^.0-9]+)/;
  let total = 0n;
  while (rest !== "") {
    const match = part.exec(rest);
    const unit = units.get(match?.[3] ?? "");
    if (match === null || unit === undefined) return undefined;
    const whole = match[1] ?? "";
    const decimals = match[2] ?? "";
    if (whole === "" && decimals === "") return undefined;
    const digits = whole.replace(/^0+/, "");
    if (digits.length > 19) return undefined;
    total += BigInt(digits) * unit + fraction(decimals, unit);
    if (total > limit) return undefined;
    rest = rest.slice(match[0].length);
  }
  if (negative) return -total;
  return total > maxDuration ? undefined : total;
}

/**
 * What `decimals` after the point are worth in nanoseconds. Go takes as many digits as fit an int64, drops the others,
 * and multiplies in floating point; the same arithmetic here, so that the last nanosecond agrees.
 */
function fraction(decimals: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of decimals.slice(0, 32)) {
    const next = value * 10n + BigInt(digit);
    if (value > maxDuration / 10n || next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/**
 * The duration as Go's `Duration.String` writes it, and therefore as Kubernetes' `metav1.Duration` does in JSON:
 * `1h30m0s`, `1.5s`, `300ms`, `0s`. Reading it back gives the same nanoseconds.
 * Throws a RangeError when the nanoseconds are beyond int64.
 */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds > maxDuration || nanoseconds < -limit) {
    throw new RangeError(`a duration is an int64 of nanoseconds, which cannot hold ${nanoseconds}`);
  }
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\u00b5s`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value` divided by ten to the `places`, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const tail = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (tail === "" ? "" : `.${tail}`);
}

/** Milliseconds of a duration, rounded up, as timers and deadlines want them; a wait never ends before its time. */
export function toMilliseconds(nanoseconds: bigint): number {
  const whole = nanoseconds / 1_000_000n;
  return Number(nanoseconds > whole * 1_000_000n ? whole + 1n : whole);
}

/** Nanoseconds of milliseconds, rounded to the nearest. Throws a RangeError when given no finite number. */
export function fromMilliseconds(milliseconds: number): bigint {
  if (!Number.isFinite(milliseconds)) throw new RangeError(`cannot make a duration of ${milliseconds} milliseconds`);
  const whole = Math.trunc(milliseconds);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((milliseconds - whole) * 1_000_000));
}
