/**
 * What a benchmark reports. Figures, not verdicts: each stands beside a reference that was measured in the same run,
 * because the machines are shared.
 * @module
 */

/** One figure. */
export interface Row {
  /** What was measured: `collect 100 TaskRuns`. */
  readonly name: string;
  /** The figure. */
  readonly value: number;
  /** Its unit: `s`, `ms`, `MB`, `MB/s`, `requests`. */
  readonly unit: string;
  /** What it is compared with: `bare fetch`. */
  readonly reference?: string;
  /** The figure divided by the reference's figure, measured beside it. */
  readonly ratio?: number;
}
