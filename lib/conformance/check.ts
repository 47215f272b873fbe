/**
 * The check: make all the small runs, in parallel, then judge every requirement by what was seen. Works against
 * anything that serves the API; knows no implementation.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { mapConcurrent } from "../streams/concurrency.ts";
import { formatTime } from "../tekton/time.ts";
import { type Logger, silent } from "../terminal/log.ts";
import { drive, type Laboratory } from "./drive.ts";
import { RunFollower } from "./follow.ts";
import type { Requirement } from "./judge.ts";
import { openWorkplace } from "./namespace.ts";
import { pipelineRunScenarios } from "./pipelineruns.ts";
import { countVerdicts, judgeAll, type Report, summarize } from "./report.ts";
import { requirements as allRequirements } from "./requirements.ts";
import type { Observation, Observations, Scenario } from "./scenario.ts";
import { taskRunScenarios } from "./taskruns.ts";

/** Every scenario: those that take longest first, so that none of them is left over at the end. */
export const scenarios: readonly Scenario[] = [...pipelineRunScenarios, ...taskRunScenarios];

/** How a check is made. */
export interface CheckOptions {
  /** The implementation. */
  readonly cluster: Cluster;
  /** Image of every step; it has `sh`. */
  readonly image: string;
  /** Namespace; made when it is not there, and then removed. @default a new one with a random name */
  readonly namespace?: string | undefined;
  /** How many scenarios run at once. @default 8 */
  readonly jobs?: number;
  /** How long one run may take, in milliseconds. @default 300000 */
  readonly runTimeoutMs?: number;
  /** Ends it, and clears up. */
  readonly signal?: AbortSignal;
  /** Hears of progress. @default silent */
  readonly log?: Logger;
  /** What ends the names of objects, so that two checks in one namespace do not meet. @default random */
  readonly suffix?: string;
  /** The requirements. @default all of them */
  readonly requirements?: readonly Requirement[];
}

/**
 * Makes the runs and hands over what was seen of each, by the scenario's id. Whatever happens, what was made is
 * deleted.
 * @throws KubernetesError when the API cannot be reached or watched; the signal's reason when it is aborted.
 */
export async function observeAll(options: CheckOptions): Promise<Observations> {
  const { cluster, image, jobs = 8, runTimeoutMs = 300_000, log = silent } = options;
  const signal = options.signal ?? new AbortController().signal;
  const suffix = options.suffix ?? crypto.randomUUID().slice(0, 5);
  const prefix = `conformance-${suffix}-`;
  const workplace = await openWorkplace(cluster, options.namespace ?? `conformance-${suffix}`, { prefix, signal, log });
  const { namespace } = workplace;
  const follower = new RunFollower(cluster, namespace, { signal, log });
  const settings = { image, namespace, prefix };
  const laboratory: Omit<Laboratory, "signal"> = { cluster, follower, settings, runTimeoutMs, created: workplace.note };
  const open = new Set<string>();
  let done = 0;
  const tell = () => log.progress(`${done} of ${scenarios.length} runs; waiting for ${[...open].join(", ")}`);
  try {
    await follower.ready;
    const observations = await mapConcurrent(scenarios, jobs, async (scenario, _, signal) => {
      open.add(scenario.id);
      tell();
      const observation: Observation = await drive(scenario, { ...laboratory, signal });
      open.delete(scenario.id);
      done++;
      tell();
      log.debug(`${scenario.id}: ${summarize(observation).outcome}`);
      return observation;
    }, { signal });
    return new Map(observations.map((observation) => [observation.scenario.id, observation]));
  } finally {
    log.progress("");
    await follower.close();
    await workplace.clear();
  }
}

/**
 * Checks an implementation and reports.
 * @throws KubernetesError when the API cannot be reached or watched; the signal's reason when it is aborted.
 */
export async function checkConformance(options: CheckOptions): Promise<Report> {
  const startedAt = formatTime(new Date());
  const observed = await observeAll(options);
  const results = judgeAll(options.requirements ?? allRequirements, observed);
  const counts = countVerdicts(results);
  return {
    version: 1,
    profile: "minimal",
    server: options.cluster.server,
    image: options.image,
    startedAt,
    finishedAt: formatTime(new Date()),
    conformant: counts.fail === 0,
    counts,
    results,
    runs: [...observed.values()].map(summarize),
  };
}
