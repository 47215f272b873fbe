/**
 * The kinds that are Tekton's own, by apiVersion, and whether a document is one of them. Knows names only.
 * @module
 */

/** The five kinds. */
export const kinds = ["Task", "Pipeline", "TaskRun", "PipelineRun", "StepAction"] as const;

/** One of the five kinds. */
export type Kind = typeof kinds[number];

const versions: Readonly<Record<Kind, readonly string[]>> = {
  Task: ["tekton.dev/v1"],
  Pipeline: ["tekton.dev/v1"],
  TaskRun: ["tekton.dev/v1"],
  PipelineRun: ["tekton.dev/v1"],
  StepAction: ["tekton.dev/v1beta1", "tekton.dev/v1alpha1"],
};

/**
 * Whether a value is meant as an object of Tekton: its group says so, or its kind where there is no group. A Task of
 * another group is somebody else's.
 */
export function isTektonDocument(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as Record<string, unknown>;
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.split("/", 1)[0]! : undefined;
  if (group !== undefined) return /^tekton(\.dev)?\s*$/i.test(group);
  if (typeof apiVersion === "string" && /^tekton\b/i.test(apiVersion)) return true;
  const named = typeof kind === "string" ? kind.toLowerCase() : "";
  return kinds.some((known) => known.toLowerCase() === named);
}

/** The kind of a document, or why it is none of the five. */
export function kindOf(
  value: Readonly<Record<string, unknown>>,
): Kind | { readonly message: string; readonly advice: string } {
  const { apiVersion, kind } = value;
  const known = kinds.find((name) => name === kind);
  if (known === undefined) {
    const near = kinds.find((name) => name.toLowerCase() === String(kind).toLowerCase());
    return {
      message: kind === undefined ? "there is no kind" : `${quoted(kind)} is no kind that is checked`,
      advice: near === undefined ? `Kinds are ${kinds.join(", ")}.` : `Write kind: ${near}.`,
    };
  }
  if (versions[known].includes(apiVersion as string)) return known;
  return {
    message: apiVersion === undefined ? "there is no apiVersion" : `there is no ${known} in ${quoted(apiVersion)}`,
    advice: `Write apiVersion: ${versions[known].join(" or ")}.`,
  };
}

/** A value as it is shown in a message. */
function quoted(value: unknown): string {
  return typeof value === "object" && value !== null ? "that" : `"${value}"`;
}
