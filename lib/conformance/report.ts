/**
 * The report of a check: a verdict for every requirement, with its evidence, and the counts. Pure.
 * @module
 */
import { deviations } from "./deviation.ts";
import type { Judgement, Level, Requirement } from "./judge.ts";
import { at } from "./path.ts";
import { lastState, type Observation, type Observations, type RunKind } from "./scenario.ts";

/**
 * `pass`; `fail`: a MUST, MUST NOT or REQUIRED is not met; `warn`: a RECOMMENDED is not; `deviates`: as Tekton itself
 * does; `not-shown`: there was no occasion to see it.
 */
export type Verdict = "pass" | "fail" | "warn" | "deviates" | "not-shown";

/** The verdicts, worst first, as reports show them. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  fail: "fail",
  warn: "warn",
  deviates: "deviates as Tekton does",
  "not-shown": "not shown",
  pass: "pass",
};

/** What was found about one requirement. */
export interface RequirementResult {
  /** Id of the requirement, such as `TaskRunStatus.startTime.format`. */
  readonly id: string;
  /** Section of the specification. */
  readonly section: string;
  /** Field, or what else it is about. */
  readonly field: string;
  /** Weight of the requirement. */
  readonly level: Level;
  /** The requirement in our own words. */
  readonly sentence: string;
  /** The verdict. */
  readonly verdict: Verdict;
  /** The object that was looked at, the path in it, the value there, and a note; each may be empty. */
  readonly evidence: Omit<Judgement, "finding">;
  /** For `deviates`: what the letter says and what Tekton does. */
  readonly deviation?: { readonly letter: string; readonly tekton: string };
}

/** One of the small runs. */
export interface RunSummary {
  /** The scenario's id. */
  readonly id: string;
  /** Its kind. */
  readonly kind: RunKind;
  /** What it shows. */
  readonly purpose: string;
  /** Name of the run; empty when it was refused. */
  readonly name: string;
  /** `Succeeded` and its reason, `refused`, or why it broke off. */
  readonly outcome: string;
  /** How many states of it the watch showed. */
  readonly states: number;
  /** Milliseconds from its first request to its last answer. */
  readonly elapsedMs: number;
}

/** All of it. The JSON report is this object. */
export interface Report {
  /** Version of this format. */
  readonly version: 1;
  /** The profile that was checked. */
  readonly profile: "minimal";
  /** URL of the API. */
  readonly server: string;
  /** Image of the steps. */
  readonly image: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. */
  readonly finishedAt: string;
  /** Whether every MUST, MUST NOT and REQUIRED is met, as far as there was occasion to see. */
  readonly conformant: boolean;
  /** How many requirements got each verdict. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** In the order of the specification. */
  readonly results: readonly RequirementResult[];
  /** The runs that were made. */
  readonly runs: readonly RunSummary[];
}

/** Judges every requirement by what was observed. Throws a RangeError when a deviation is not in the table. */
export function judgeAll(requirements: readonly Requirement[], observed: Observations): RequirementResult[] {
  return requirements.map(({ judge, ...requirement }) => {
    const { finding, ...evidence } = judge(observed);
    if (finding !== "deviates") return { ...requirement, verdict: verdictOf(requirement.level, finding), evidence };
    const deviation = deviations.find((each) => each.requirement === requirement.id);
    if (deviation === undefined) throw new RangeError(`${requirement.id} deviates in a way that is not in the table`);
    const { letter, tekton } = deviation;
    return { ...requirement, verdict: "deviates", evidence, deviation: { letter, tekton } };
  });
}

function verdictOf(level: Level, finding: "pass" | "fail" | "not-shown"): Verdict {
  if (finding !== "fail") return finding;
  return level === "RECOMMENDED" || level === "MAY" ? "warn" : "fail";
}

/** How many results have each verdict. */
export function countVerdicts(results: readonly RequirementResult[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { fail: 0, warn: 0, deviates: 0, "not-shown": 0, pass: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

/** The run of a scenario in a line. */
export function summarize(observation: Observation): RunSummary {
  const { scenario, creation, problem, states, elapsedMs } = observation;
  const run = lastState(observation);
  const condition = at(run, "status.conditions[type=Succeeded]");
  const outcome = run === undefined
    ? `refused with ${creation.status}`
    : problem ?? (condition === undefined ? "created" : `${at(condition, "status")} ${at(condition, "reason") ?? ""}`);
  const { id, kind, purpose } = scenario;
  return { id, kind, purpose, name: String(at(run, "metadata.name") ?? ""), outcome, states: states.length, elapsedMs };
}

/** The evidence in one line: object, path and value, then the note. */
export function evidenceLine(evidence: RequirementResult["evidence"]): string {
  const { object, path, value, note } = evidence;
  const place = [object, path].filter((part) => part !== "").join(" ");
  const shown = value === "" ? place : place === "" ? value : `${place} = ${value}`;
  return note === undefined ? shown : shown === "" ? note : `${shown} (${note})`;
}
