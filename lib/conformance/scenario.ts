/**
 * A scenario: one small run made to show requirements of the specification, and what was observed of it. Data only;
 * knows neither how a run is driven nor how it is judged.
 * @module
 */
import type { JsonObject } from "./path.ts";

/** What a scenario's objects are built with. */
export interface ScenarioSettings {
  /** Image of every step and sidecar; it has `sh`. */
  readonly image: string;
  /** Namespace that the objects are made in. */
  readonly namespace: string;
  /** Begins the name of every object. */
  readonly prefix: string;
}

/** The two kinds whose management the specification requires. */
export type RunKind = "TaskRun" | "PipelineRun";

/** How a scenario should end. `refused` also covers a run that is accepted and then ends at once as failed. */
export type Expectation = "succeeds" | "fails" | "refused" | "open";

/** One small run. */
export interface Scenario {
  /** Names it in the report and labels its objects. */
  readonly id: string;
  /** What it shows, in a few words. */
  readonly purpose: string;
  /** Kind of the run. */
  readonly kind: RunKind;
  /** How it should end. */
  readonly expects: Expectation;
  /**
   * What is done besides creating it and waiting. `manage`: read, list, update and delete; `cancel`: stop it early;
   * `generate`: let the server make up the names of two, and wait for neither.
   */
  readonly action?: "manage" | "cancel" | "generate";
  /** Objects that the run refers to; an implementation need not offer them. */
  readonly prerequisites?: (settings: ScenarioSettings) => readonly JsonObject[];
  /** The run's spec. */
  readonly spec: (settings: ScenarioSettings) => JsonObject;
}

/** How a request was answered. */
export interface Answer {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The object of the answer, if it is one. */
  readonly object?: JsonObject;
  /** What the server said against it. */
  readonly message?: string;
}

/** The label that every object of the checker carries; its value is the scenario's id. */
export const scenarioLabel = "tasksmith.dev/conformance-scenario";

/** The annotation that a scenario's objects are created with. */
export const scenarioAnnotation = "tasksmith.dev/conformance-purpose";

/** Requests of a scenario besides the creation of its run, by what they were for. */
export type ManagementStep =
  | "created-again"
  | "read"
  | "listed"
  | "updated"
  | "read-after-update"
  | "cancelled"
  | "deleted"
  | "read-after-delete";

/** All that was seen of a scenario. */
export interface Observation {
  /** Which. */
  readonly scenario: Scenario;
  /** The run as it was sent. */
  readonly sent: JsonObject;
  /** The prerequisites as sent, each with its answer. */
  readonly prerequisites: readonly { readonly sent: JsonObject; readonly answer: Answer }[];
  /** The answer to the creation of the run. */
  readonly creation: Answer;
  /** Every state of the run that the watch showed, first to last. */
  readonly states: readonly JsonObject[];
  /** Every state of every TaskRun that the run refers to as a child or that it owns, by the TaskRun's name. */
  readonly children: ReadonlyMap<string, readonly JsonObject[]>;
  /** Whether the run ended. */
  readonly ended: boolean;
  /** Answers to the further requests of its action. */
  readonly management: ReadonlyMap<ManagementStep, Answer>;
  /** Milliseconds from its first request to its last answer. */
  readonly elapsedMs: number;
  /** Why the scenario broke off, if it did: a deadline, a connection. */
  readonly problem?: string;
}

/** What was observed, by the scenario's id. */
export type Observations = ReadonlyMap<string, Observation>;

/** The run's last known state: of the watch, else as created. */
export function lastState(observation: Observation): JsonObject | undefined {
  return observation.states.at(-1) ?? observation.creation.object;
}
