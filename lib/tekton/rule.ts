/**
 * What a rule is: a small function over one part of a document, with its id, what it says, an example that violates it
 * and one near miss that does not. Knows the form; the rules themselves are under `rules/`.
 * @module
 */

import type { Layer, Path } from "./finding.ts";
import type { ParamSpec, Pipeline, PipelineSpec, PipelineTask, Step, TaskSpec } from "./types.ts";

/** How far Tekton's `enable-api-fields` goes. */
export type FeatureSet = "stable" | "beta" | "alpha";

/** Tekton's per-feature flags that validation looks at. */
export const featureFlags = [
  "enable-param-enum",
  "enable-artifacts",
  "enable-cel-in-whenexpression",
  "enable-concise-resolver-syntax",
] as const;

/** A per-feature flag. */
export type FeatureFlag = typeof featureFlags[number];

/** Which features the installation has. */
export interface Features {
  /** `enable-api-fields`. Tekton's own default is beta. */
  readonly featureSet: FeatureSet;
  /** The flags that are on; Tekton has them all off. */
  readonly flags: ReadonlySet<FeatureFlag>;
}

/** Tekton's defaults: beta, no flag. */
export const defaultFeatures: Features = { featureSet: "beta", flags: new Set() };

/** How a rule tells what it found. The path is absolute. */
export type Report = (path: Path, message: string, advice: string) => void;

/** A rule over one kind of subject. */
export interface Rule<Subject> {
  /** Stable name, `subject/what`. */
  readonly id: string;
  /** The rule in one line. */
  readonly says: string;
  /** Page of the specification or of Tekton's documentation. */
  readonly link: string;
  /** YAML document that breaks the rule and no other. */
  readonly violation: string;
  /** YAML document close to it that Tekton accepts. */
  readonly nearMiss: string;
  /**
   * Who refuses it.
   * @default "webhook"
   */
  readonly layer?: Layer;
  /** Features under which the examples are meant, where not the defaults. */
  readonly features?: Partial<Features>;
  /** Looks and reports. */
  check(subject: Subject, report: Report): void;
}

/** What every subject says: where it is, and the features in force. */
export interface Place {
  /** Path of the subject in the document. */
  readonly path: Path;
  /** Features in force. */
  readonly features: Features;
}

/** A whole object. */
export interface ObjectSubject extends Place {
  /** The object as decoded. */
  readonly object: { readonly metadata?: Readonly<Record<string, unknown>> };
}

/** A TaskSpec, wherever it is. */
export interface TaskSubject extends Place {
  /** The spec with its defaults. */
  readonly spec: TaskSpec;
  /** Its steps, each merged with the stepTemplate. */
  readonly steps: readonly Step[];
}

/** Steps and the params that they may refer to. */
export interface StepsSubject extends Place {
  /** The steps, merged with the stepTemplate; `path` leads to the list. */
  readonly steps: readonly Step[];
  /** Every param declared or given, and where. */
  readonly params: readonly PlacedParam[];
  /** Whether there is one step whose place is `path` itself, as in a StepAction. */
  readonly single?: boolean;
}

/** A param and where it is declared or given. */
export interface PlacedParam {
  /** The param as a declaration; a given one counts as declared by its value. */
  readonly spec: ParamSpec;
  /** Where. */
  readonly path: Path;
}

/** A PipelineSpec, wherever it is. */
export interface PipelineSubject extends Place {
  /** The spec with its defaults. */
  readonly spec: PipelineSpec;
}

/** One task of a Pipeline. */
export interface PipelineTaskSubject extends Place {
  /** The task. */
  readonly task: PipelineTask;
}

/** A Pipeline of its own. */
export interface PipelineObjectSubject extends Place {
  /** The Pipeline. */
  readonly pipeline: Pipeline;
}

/** Whether the feature set reaches as far as `least`. */
export function reaches(features: Features, least: "beta" | "alpha"): boolean {
  return features.featureSet === "alpha" || (least === "beta" && features.featureSet === "beta");
}

/** What to say where a feature is off. */
export function needsFeature(least: "beta" | "alpha"): string {
  return `Set enable-api-fields to ${least}, or leave it out.`;
}
