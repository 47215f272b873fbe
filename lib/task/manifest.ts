/**
 * The Tekton object of a declared Task or StepAction, as a plain value. Pure: script text comes in finished. Knows
 * Tekton's v1 Task and v1beta1 StepAction; only for the generator.
 * @module
 */
import type { ComputeResources, Definition, Param, StepAfter, Variable } from "./declaration.ts";
import { isVariable } from "./define.ts";
import { scratchVolume } from "./check.ts";
import {
  arrayMarker,
  arrayParams,
  paramVariable,
  resultVariable,
  secretVariable,
  workspaceVariable,
} from "./inputs.ts";
import { secretsFolder } from "./permissions.ts";
import { renderProse } from "./prose.ts";
import { minimumTekton, type Settings, taskFolder } from "./settings.ts";
import type { Plain, PlainMap } from "./yaml.ts";

/** What the own step runs. */
export interface StepCode {
  /** Complete script text with its shebang; undefined where the image's binary holds the code. */
  readonly script?: string | undefined;
  /** Variables that the shebang needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** The object as `kubectl apply` takes it. Keys stand in the order of the catalog's files. */
export function manifestOf(task: Definition, code: StepCode, settings: Settings): PlainMap {
  return task.kind === "Task" ? taskManifest(task, code, settings) : stepActionManifest(task, code, settings);
}

function taskManifest(task: Definition, code: StepCode, settings: Settings): PlainMap {
  const volumes = volumesOf(task);
  return {
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: metadataOf(task),
    spec: {
      displayName: task.displayName,
      description: renderProse(task.description),
      ...listed("params", paramsOf(task)),
      ...listed(
        "workspaces",
        Object.entries(task.workspaces ?? {}).map(([name, { description, optional, readOnly }]) => ({
          name,
          description: renderProse(description),
          ...optional ? { optional } : {},
          ...readOnly ? { readOnly } : {},
        })),
      ),
      ...listed("results", resultsOf(task)),
      ...listed("volumes", volumes),
      steps: [
        {
          name: task.step ?? task.name,
          ...containerOf(task, code, settings),
          computeResources: resourcesOf(task.resources ?? settings.resources),
          ...listed("volumeMounts", [
            ...Object.keys(task.secrets ?? {}).map((name) => ({
              name,
              mountPath: `${secretsFolder}/${name}`,
              readOnly: true,
            })),
            ...(task.scratch ?? []).map((path) => ({ name: scratchVolume(path), mountPath: path })),
          ]),
          ...code.script === undefined ? {} : { script: code.script },
        },
        ...(task.stepsAfter ?? []).map((step) => referencedStep(step, settings)),
      ],
    },
  };
}

/** Tekton: StepAction. It has no resources, no description of results' values and no volumes of its own. */
function stepActionManifest(action: Definition, code: StepCode, settings: Settings): PlainMap {
  return {
    apiVersion: "tekton.dev/v1beta1",
    kind: "StepAction",
    metadata: metadataOf(action),
    spec: {
      description: renderProse(action.description),
      ...listed("params", paramsOf(action)),
      ...listed("results", resultsOf(action)),
      ...containerOf(action, code, settings),
      ...listed(
        "volumeMounts",
        Object.entries(action.secrets ?? {}).map(([name, { volumeName }]) => ({
          name: volumeName && substitution(volumeName),
          mountPath: `${secretsFolder}/${name}`,
          readOnly: true,
        })),
      ),
      ...code.script === undefined ? {} : { script: code.script },
    },
  };
}

function metadataOf(task: Definition): PlainMap {
  return {
    name: task.name,
    labels: { "app.kubernetes.io/version": task.version, ...task.labels },
    annotations: {
      "tekton.dev/pipelines.minVersion": minimumTekton,
      ...task.categories?.length ? { "tekton.dev/categories": task.categories.join(", ") } : {},
      ...task.tags?.length ? { "tekton.dev/tags": task.tags.join(", ") } : {},
      "tekton.dev/displayName": task.displayName,
      "tekton.dev/platforms": "linux/amd64,linux/arm64",
    },
  };
}

function paramsOf(task: Definition): PlainMap[] {
  return Object.entries(task.params ?? {}).map(([name, param]) => ({
    name,
    type: param.type ?? "string",
    description: describedParam(param),
    ...param.type === "object"
      ? { properties: Object.fromEntries(Object.keys(param.properties).map((key) => [key, { type: "string" }])) }
      : {},
    ...param.default === undefined
      ? {}
      : { default: isVariable(param.default) ? substitution(param.default) : param.default },
  }));
}

/** A param's description with the values it takes and the keys it has. */
export function describedParam(param: Param): string {
  const sentences = [renderProse(param.description)];
  if ("enum" in param && param.enum) sentences.push(`One of: ${param.enum.join(", ")}.`);
  if (param.type === "object") {
    const keys = Object.entries(param.properties).map(([key, { description }]) =>
      description === undefined ? key : `${key} (${renderProse(description)})`
    );
    sentences.push(`Keys: ${keys.join(", ")}.`);
  }
  return sentences.join(" ");
}

function resultsOf(task: Definition): PlainMap[] {
  return Object.entries(task.results ?? {}).map(([name, { type, description }]) => ({
    name,
    type: type ?? "string",
    description: renderProse(description),
  }));
}

/** A Secret that does not exist must not keep the pod from starting: the code says what is missing. */
function volumesOf(task: Definition): PlainMap[] {
  return [
    ...Object.entries(task.secrets ?? {}).map(([name, secret]) => {
      const key = isVariable(secret.key) ? substitution(secret.key) : secret.key;
      return {
        name,
        secret: {
          secretName: isVariable(secret.secretName) ? substitution(secret.secretName) : secret.secretName,
          optional: true,
          items: [{ key, path: key }],
        },
      };
    }),
    ...(task.scratch ?? []).map((path) => ({ name: scratchVolume(path), emptyDir: {} })),
  ];
}

/** Image, values and security of the own step: alike for Tasks and StepActions. */
function containerOf(task: Definition, code: StepCode, settings: Settings): PlainMap {
  return {
    image: task.image ?? settings.image,
    ...settings.embed === "binary" ? { command: ["tasksmith", task.name] } : {},
    ...listed("args", arrayParams(task).flatMap((name) => [arrayMarker(name), `$(params.${name}[*])`])),
    env: environmentOf(task, code),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      ...settings.runAsUser === undefined ? {} : { runAsUser: settings.runAsUser },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

function environmentOf(task: Definition, code: StepCode): PlainMap[] {
  const variable = (name: string, value: string) => ({ name, value });
  return [
    ...Object.entries(task.params ?? {}).flatMap(([name, param]) => {
      if (param.type === "array") return [];
      if (param.type !== "object") return [variable(paramVariable(name), `$(params.${name})`)];
      return Object.keys(param.properties).map((key) => variable(paramVariable(name, key), `$(params.${name}.${key})`));
    }),
    ...Object.keys(task.workspaces ?? {}).map((name) =>
      variable(workspaceVariable(name), `$(workspaces.${name}.path)`)
    ),
    ...Object.entries(task.secrets ?? {}).map(([name, { key }]) =>
      variable(secretVariable(name), `${secretsFolder}/${name}/${isVariable(key) ? substitution(key) : key}`)
    ),
    // where results go is Tekton's to say, and not the same on everything that runs Tasks
    ...Object.keys(task.results ?? {}).map((name) =>
      variable(resultVariable(name), `$(${task.kind === "Task" ? "" : "step."}results.${name}.path)`)
    ),
    ...Object.entries(task.env ?? {}).map(([name, value]) => {
      if (typeof value === "string") return variable(name, value);
      return isVariable(value)
        ? variable(name, substitution(value))
        : { name, valueFrom: { fieldRef: { fieldPath: value.fieldRef } } };
    }),
    ...Object.entries(code.env).map(([name, value]) => variable(name, value)),
    // Tekton's home is a writable volume; the image's own cache folder is on the read-only root
    variable("DENO_DIR", "/tekton/home/.deno"),
    variable("DENO_EMIT_CACHE_MODE", "disable"),
    variable("DENO_NO_UPDATE_CHECK", "1"),
    variable("NO_COLOR", "1"),
  ];
}

/** Spec: Step.ref. */
function referencedStep(step: StepAfter, settings: Settings): PlainMap {
  return {
    name: step.name,
    ref: stepActionReference(step.uses, settings),
    ...listed(
      "params",
      Object.entries(step.params).map(([name, value]) => ({
        name,
        value: isVariable(value) ? substitution(value) : value,
      })),
    ),
    ...step.onError === undefined ? {} : { onError: step.onError },
    computeResources: resourcesOf(step.resources ?? settings.resources),
  };
}

/** How a step names a StepAction of the catalog, as the settings say. Spec: Ref, ResolverRef. */
export function stepActionReference(uses: StepAfter["uses"], settings: Settings): PlainMap {
  const { stepAction, version } = uses;
  const params = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  switch (settings.stepActions.by) {
    case "name":
      return { name: stepAction };
    case "bundle":
      return {
        resolver: "bundles",
        params: params({ bundle: settings.stepActions.bundle, name: stepAction, kind: "stepaction" }),
      };
    case "git":
      return { resolver: "git", params: params(gitParams(settings, stepAction, version)) };
  }
}

/** Params of Tekton's git resolver for a file of the catalog. */
export function gitParams(settings: Settings, name: string, version: string): Readonly<Record<string, string>> {
  return {
    url: settings.catalog.url,
    revision: settings.catalog.revision,
    pathInRepo: `${taskFolder(name, version)}/${name}.yaml`,
  };
}

/** A variable as Tekton finds it in YAML. */
function substitution(variable: Variable): string {
  return `$(${variable.variable})`;
}

function resourcesOf(resources: ComputeResources): PlainMap {
  return { ...resources };
}

/** A list under its key, left out where it is empty. */
function listed(key: string, list: readonly Plain[]): PlainMap {
  return list.length === 0 ? {} : { [key]: list };
}
