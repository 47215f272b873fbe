/**
 * What Tekton fills in when an object arrives: types of params and results, kinds of references, timeouts. Takes a
 * decoded object and gives back a copy with the defaults set. Knows Tekton's built-in defaults; an installation may
 * have changed them in config-defaults.
 * @module
 */

/** Objects are rebuilt here field by field; their types are the decoder's matter. */
type Fields = Record<string, unknown>;

/** What an installation may have changed in `config-defaults`. */
export interface Defaults {
  /**
   * `default-timeout-minutes`.
   * @default 60
   */
  readonly timeoutMinutes?: number;
  /**
   * `default-service-account`.
   * @default "default"
   */
  readonly serviceAccount?: string;
  /**
   * `default-managed-by-label-value`.
   * @default "tekton-pipelines"
   */
  readonly managedBy?: string;
}

/** Label that says what manages a TaskRun. */
const managedByLabel = "app.kubernetes.io/managed-by";

/**
 * The object with Tekton's defaults. `kind` is Task, Pipeline, TaskRun, PipelineRun or StepAction; an object of another
 * kind comes back as it is. The object given is not changed.
 */
export function withDefaults<T extends object>(kind: string, object: T, defaults: Defaults = {}): T {
  const fields = { ...object } as Fields;
  const spec = (fields.spec ?? {}) as Fields;
  if (kind === "Task") fields.spec = taskSpec(spec);
  else if (kind === "Pipeline") fields.spec = pipelineSpec(spec);
  else if (kind === "StepAction") {
    fields.spec = mapLists(spec, { params: paramSpec, results: resultSpec });
  } else if (kind === "TaskRun") {
    fields.spec = taskRunSpec(spec, defaults);
    fields.metadata = withManagedBy(withoutReserved(fields.metadata), defaults);
  } else if (kind === "PipelineRun") {
    fields.spec = pipelineRunSpec(spec, defaults);
    fields.metadata = withoutReserved(fields.metadata);
  }
  return fields as T;
}

function mapLists(fields: Fields, changes: Readonly<Record<string, (item: Fields) => Fields>>): Fields {
  const result = { ...fields };
  for (const [name, change] of Object.entries(changes)) {
    if (Array.isArray(result[name])) result[name] = result[name].map((item) => change(item as Fields));
  }
  return result;
}

function taskSpec(spec: Fields): Fields {
  return mapLists(spec, { params: paramSpec, results: resultSpec });
}

function pipelineSpec(spec: Fields): Fields {
  return mapLists(spec, { params: paramSpec, tasks: pipelineTask, finally: pipelineTask });
}

function pipelineTask(task: Fields): Fields {
  const result = { ...task };
  if (task.taskRef !== undefined) result.taskRef = taskRef(task.taskRef as Fields);
  if (task.taskSpec !== undefined) result.taskSpec = taskSpec(task.taskSpec as Fields);
  return result;
}

function taskRef(reference: Fields): Fields {
  return reference.kind || reference.resolver ? reference : { ...reference, kind: "Task" };
}

/** Type from what is there: properties, the default's own type, string. Keys of an object are strings. */
function paramSpec(param: Fields): Fields {
  const value = param.default;
  const type = param.type ||
    (param.properties !== undefined
      ? "object"
      : value === undefined || typeof value === "string"
      ? "string"
      : Array.isArray(value)
      ? "array"
      : "object");
  return withProperties({ ...param, type });
}

function resultSpec(result: Fields): Fields {
  return withProperties({ ...result, type: result.type || (result.properties !== undefined ? "object" : "string") });
}

function withProperties(fields: Fields): Fields {
  if (fields.properties === undefined) return fields;
  const properties: Fields = Object.create(null);
  for (const [key, property] of Object.entries(fields.properties as Fields)) {
    properties[key] = { ...(property as Fields), type: (property as Fields).type || "string" };
  }
  return { ...fields, properties };
}

const minutes = (defaults: Defaults): string => {
  const { timeoutMinutes = 60 } = defaults;
  const hours = Math.floor(timeoutMinutes / 60);
  return `${hours > 0 ? `${hours}h` : ""}${timeoutMinutes % 60}m0s`;
};

function taskRunSpec(spec: Fields, defaults: Defaults): Fields {
  const result = { ...spec };
  if (spec.taskRef !== undefined) result.taskRef = taskRef(spec.taskRef as Fields);
  if (spec.taskSpec !== undefined) result.taskSpec = taskSpec(spec.taskSpec as Fields);
  result.timeout ??= minutes(defaults);
  result.serviceAccountName ||= defaults.serviceAccount ?? "default";
  return result;
}

function pipelineRunSpec(spec: Fields, defaults: Defaults): Fields {
  const result = { ...spec };
  if (spec.pipelineSpec !== undefined) result.pipelineSpec = pipelineSpec(spec.pipelineSpec as Fields);
  const timeouts = (spec.timeouts ?? {}) as Fields;
  result.timeouts = { ...timeouts, pipeline: timeouts.pipeline ?? minutes(defaults) };
  const template = (spec.taskRunTemplate ?? {}) as Fields;
  result.taskRunTemplate = {
    ...template,
    serviceAccountName: template.serviceAccountName || (defaults.serviceAccount ?? "default"),
  };
  return result;
}

/** Annotations of Tekton Chains are not for users to set: they are dropped at creation. */
function withoutReserved(metadata: unknown): Fields {
  const fields = { ...(metadata ?? {}) as Fields };
  if (fields.annotations === undefined) return fields;
  const kept = Object.entries(fields.annotations as Fields).filter(([key]) => !/chains\.tekton\.dev\/.*/.test(key));
  return { ...fields, annotations: Object.fromEntries(kept) };
}

function withManagedBy(metadata: Fields, defaults: Defaults): Fields {
  const labels = { ...(metadata.labels ?? {}) as Fields };
  if (!Object.hasOwn(labels, managedByLabel)) labels[managedByLabel] = defaults.managedBy ?? "tekton-pipelines";
  return { ...metadata, labels };
}
