/**
 * Driving one scenario: create its objects, do what it asks for, wait until its run ends, and hand over all that was
 * seen. Knows the API; passes no judgement.
 * @module
 */
import type { Cluster } from "../kubernetes/connect.ts";
import { KubernetesError } from "../kubernetes/error.ts";
import { get, list } from "../kubernetes/read.ts";
import { pipelines, type Resource, tasks } from "../kubernetes/resource.ts";
import { create, mergePatch, remove, replace } from "../kubernetes/write.ts";
import { type RunFollower, runResources } from "./follow.ts";
import { at, isObject, type JsonObject } from "./path.ts";
import {
  type Answer,
  type ManagementStep,
  type Observation,
  type Scenario,
  scenarioAnnotation,
  scenarioLabel,
  type ScenarioSettings,
} from "./scenario.ts";

/** Where scenarios are driven. */
export interface Laboratory {
  /** The implementation. */
  readonly cluster: Cluster;
  /** Sees all runs of the namespace. */
  readonly follower: RunFollower;
  /** What objects are built with. */
  readonly settings: ScenarioSettings;
  /** How long one run may take, in milliseconds. */
  readonly runTimeoutMs: number;
  /** Ends it all. */
  readonly signal: AbortSignal;
  /** Hears of every object that was created and has to be deleted. */
  readonly created: (resource: Resource, name: string) => void;
}

/** The run of a scenario, as it is sent. */
export function runOf(scenario: Scenario, settings: ScenarioSettings): JsonObject {
  const name = `${settings.prefix}${scenario.id}`;
  return {
    apiVersion: "tekton.dev/v1",
    kind: scenario.kind,
    metadata: {
      ...(scenario.action === "generate" ? { generateName: `${name}-` } : { name }),
      namespace: settings.namespace,
      labels: { [scenarioLabel]: scenario.id },
      annotations: { [scenarioAnnotation]: scenario.purpose },
    },
    spec: scenario.spec(settings),
  };
}

/** Whether a run has ended, whatever the case in which the status is spelt. */
export function hasEnded(run: JsonObject | undefined): boolean {
  return ["TRUE", "FALSE"].includes(String(at(run, "status.conditions[type=Succeeded].status")).toUpperCase());
}

/** The names that a PipelineRun's child references give, in either spelling. */
export function childNames(run: JsonObject | undefined): string[] {
  const references = at(run, "status.childReferences");
  if (!Array.isArray(references)) return [];
  return references.map((each) => at(each, "name") ?? at(each, "Name")).filter((name) => typeof name === "string");
}

/**
 * Drives the scenario to its end or its deadline. Whatever the implementation does is part of the observation; only
 * the signal's abort and a watch that fails are thrown.
 */
export async function drive(scenario: Scenario, laboratory: Laboratory): Promise<Observation> {
  const { cluster, follower, settings, signal, runTimeoutMs } = laboratory;
  const resource = runResources[scenario.kind];
  const options = { namespace: settings.namespace, signal };
  const begun = performance.now();
  const elapsed = () => ({ elapsedMs: Math.round(performance.now() - begun) });
  const management = new Map<ManagementStep, Answer>();
  const prerequisites: { sent: JsonObject; answer: Answer }[] = [];
  const make = async (kind: Resource, object: JsonObject): Promise<Answer> => {
    const answer = await ask(signal, () => create<JsonObject>(cluster, kind, object, options));
    const name = at(answer.object, "metadata.name");
    if (typeof name === "string") laboratory.created(kind, name);
    return answer;
  };
  for (const sent of scenario.prerequisites?.(settings) ?? []) {
    const answer = await make(sent["kind"] === "Pipeline" ? pipelines : tasks, sent);
    prerequisites.push({ sent, answer });
  }
  const sent = runOf(scenario, settings);
  const creation = await make(resource, sent);
  const name = at(creation.object, "metadata.name");
  const observation = { scenario, sent, prerequisites, creation, management };
  if (typeof name !== "string" || name === "") {
    return { ...observation, states: [], children: new Map(), ended: false, ...elapsed() };
  }

  const deadline = performance.now() + runTimeoutMs;
  const wait = (reached: (state: JsonObject | undefined, deleted: boolean) => boolean, atMost = Infinity) => {
    const timeoutMs = Math.max(0, Math.min(atMost, deadline - performance.now()));
    return follower.until(scenario.kind, name, { reached, timeoutMs, signal });
  };
  const manage = async (step: ManagementStep, request: () => Promise<JsonObject>): Promise<Answer> => {
    const answer = await ask(signal, request);
    management.set(step, answer);
    return answer;
  };
  const read = () => get<JsonObject>(cluster, resource, name, options);

  if (scenario.action === "cancel") {
    // Cancelled once it is under way, so that the end shows a run that was stopped and not one that never began.
    await wait((state) => at(state, "status.conditions[type=Succeeded].status") !== undefined);
    const patch = { spec: { status: "TaskRunCancelled" } };
    await manage("cancelled", () => mergePatch<JsonObject>(cluster, resource, name, patch, options));
  }
  if (scenario.action === "manage") {
    await manage("read", read);
    await manage("listed", async () => {
      const { items } = await list<JsonObject>(cluster, resource, options);
      const found = items.find((item) => at(item, "metadata.name") === name);
      if (found !== undefined) return found;
      throw new KubernetesError(absent(`list ${resource.plural}`, `${name} is not among the ${items.length} listed`));
    });
  }
  if (scenario.action === "generate") {
    management.set("created-again", await make(resource, sent));
    return {
      ...observation,
      states: follower.states(scenario.kind, name),
      children: new Map(),
      ended: false,
      ...elapsed(),
    };
  }

  const ended = await wait(hasEnded);
  const states = follower.states(scenario.kind, name);
  const children = new Map<string, readonly JsonObject[]>();
  if (scenario.kind === "PipelineRun") {
    const owned = await ownedBy(cluster, name, options);
    await Promise.all([...new Set([...owned, ...childNames(states.at(-1))])].map(async (child) => {
      // The other watch may lag behind by a moment.
      await follower.until("TaskRun", child, { reached: hasEnded, timeoutMs: ended ? 3000 : 0, signal });
      children.set(child, follower.states("TaskRun", child));
      // Not every implementation deletes what a deleted run owns.
      laboratory.created(runResources.TaskRun, child);
    }));
  }

  if (scenario.action === "manage") {
    await manage("updated", () => annotate(read, (run) => replace(cluster, resource, name, run, options)));
    await manage("read-after-update", read);
    await manage("deleted", () => erase(cluster, resource, name, options));
    await wait((_, deleted) => deleted, 10_000);
    await manage("read-after-delete", read);
  }
  const problem = ended ? {} : { problem: `has not ended within ${Math.round(runTimeoutMs / 1000)} s` };
  return { ...observation, states, children, ended, ...elapsed(), ...problem };
}

/** Names of the TaskRuns which say that the PipelineRun owns them; none when they cannot be listed. */
async function ownedBy(
  cluster: Cluster,
  owner: string,
  options: { readonly namespace: string; readonly signal: AbortSignal },
): Promise<string[]> {
  const ownership = `metadata.ownerReferences[name=${owner}]`;
  try {
    const { items } = await list<JsonObject>(cluster, runResources.TaskRun, options);
    const owned = items.filter((item) => at(item, ownership) !== undefined);
    return owned.map((item) => at(item, "metadata.name")).filter((name) => typeof name === "string");
  } catch (error) {
    if (error instanceof KubernetesError) return [];
    throw error;
  }
}

/** Annotation that an update adds, with its value. */
export const updateAnnotation = ["tasksmith.dev/conformance-update", "made"] as const;

/** Adds the annotation to the run as it is now, and again when someone else has changed it in between. */
async function annotate(
  read: () => Promise<JsonObject>,
  write: (run: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  for (let round = 1;; round++) {
    const run = await read();
    const metadata = isObject(run["metadata"]) ? run["metadata"] : {};
    const before = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
    const [key, value] = updateAnnotation;
    try {
      return await write({ ...run, metadata: { ...metadata, annotations: { ...before, [key]: value } } });
    } catch (error) {
      if (round === 5 || !(error instanceof KubernetesError) || error.status !== 409) throw error;
    }
  }
}

async function erase(
  cluster: Cluster,
  resource: Resource,
  name: string,
  options: { readonly namespace: string; readonly signal: AbortSignal },
): Promise<JsonObject> {
  if (await remove(cluster, resource, name, options)) return {};
  throw new KubernetesError(
    absent(`delete ${resource.plural} ${name}`, "the server says that there is no such object"),
  );
}

function absent(doing: string, why: string) {
  const advice = "The implementation has to hold every run that was created until it is deleted.";
  return { code: "kubernetes/not-found" as const, doing, why, advice, status: 404 };
}

/** The answer to a request, good or bad; only the signal's abort is thrown. */
async function ask(signal: AbortSignal, request: () => Promise<JsonObject>): Promise<Answer> {
  try {
    return { status: 200, object: await request() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubernetesError)) throw error;
    return { status: error.status ?? 0, message: error.why };
  }
}
