/**
 * What Tekton's admission webhook does with an object that arrives: defaults, then refusal of what is not valid, and of
 * changes that come too late. Knows the words of the webhook; the rules are those of `lib/tekton`.
 * Source: Tekton's webhook, "validation.webhook.pipeline.tekton.dev"; Kubernetes API Concepts, "Field validation".
 * @module
 */
import { isDone } from "../tekton/condition.ts";
import { decode } from "../tekton/decode.ts";
import { withDefaults } from "../tekton/defaults.ts";
import { type Finding, formatPath } from "../tekton/finding.ts";
import type { Kind } from "../tekton/kinds.ts";
import type { TaskRun } from "../tekton/types.ts";
import { validate, type ValidateOptions } from "../tekton/validate.ts";
import { equal, isRecord, type NewObject, type StoredObject } from "./object.ts";
import { ApiError } from "./status.ts";

/** How an object arrives. */
export interface Arrival {
  /** What is there now; absent when it is created. */
  readonly stored?: StoredObject;
  /** Whether unknown fields are refused: `fieldValidation=Strict`. */
  readonly strict: boolean;
}

/** Takes an object that arrives and gives back the one to keep. Throws an {@link ApiError} to refuse it. */
export type Admission = (object: NewObject, arrival: Arrival) => NewObject;

const webhook = 'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ';

/** The {@link Admission} that Tekton's webhook is. Objects that are not Tekton's pass as they are. */
export function admitTekton(options: ValidateOptions = {}): Admission {
  return (object, { stored, strict }) => {
    const kind = String(object.kind);
    const validated = validate(object, options);
    if (validated === undefined || kind === "CustomRun") return object;
    const unknown = validated.findings.filter(({ rule }) => rule === "structure/unknown-field");
    if (strict && unknown.length > 0) {
      const fields = unknown.map(({ path }) => `unknown field ${JSON.stringify(formatPath(path))}`);
      throw new ApiError(
        400,
        `${kind} in version "v1" cannot be handled as a ${kind}: strict decoding error: ${fields}`,
      );
    }
    // what nothing reads is let through, as the API server drops it before the webhook sees it
    const wrong = validated.findings.filter((finding) => !unknown.includes(finding));
    if (wrong.length > 0) throw new ApiError(400, webhook + wrong.map(line).join("\n"));
    // fields under their own names and without what is unknown, as the webhook hands them on
    const { spec } = decode(kind as Kind, { ...object }).value as NewObject;
    const whole = withDefaults(kind, { ...object, spec });
    if (stored !== undefined) refuseLateChange(kind, whole, stored);
    return whole;
  };
}

function line({ message, path }: Finding): string {
  return `${message}: ${formatPath(path)}`;
}

function specOf(object: NewObject | StoredObject): Record<string, unknown> {
  const { spec } = object as NewObject;
  return isRecord(spec) ? spec : {};
}

/** A run that has begun keeps its spec, but for how it is to be ended. */
function refuseLateChange(kind: string, object: NewObject, stored: StoredObject): void {
  if (kind !== "TaskRun" && kind !== "PipelineRun") return;
  const status = stored["status"];
  if (!isRecord(status) || status["startTime"] === undefined) return;
  // a run that the engine made itself came without defaults
  const before = specOf(withDefaults(kind, stored));
  const after = specOf(object);
  const done = isDone(stored as StoredObject & TaskRun);
  const free = done ? [] : kind === "TaskRun" ? ["status", "statusMessage"] : ["status"];
  const fixed = (spec: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => !free.includes(key)));
  if (equal(fixed(before), fixed(after))) return;
  const tip = done
    ? `Once the ${kind} is complete, no updates are allowed`
    : `Once the ${kind} has started, only ${free.join(" and ")} updates are allowed`;
  throw new ApiError(400, `${webhook}invalid value: ${tip}: spec`);
}
