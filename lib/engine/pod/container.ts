/**
 * From a step or sidecar with its variables replaced to the container that a sandbox starts: program, environment,
 * mounts. Knows Kubernetes' rules for those; must not know the order of steps.
 * @module
 */
import { TasksmithError } from "../../terminal/error.ts";
import type { ContainerSpec, Mount } from "../sandbox/sandbox.ts";
import { imageCommand } from "../sandbox/image.ts";
import type { ContainerFields, EnvVar, Step, VolumeMount } from "../taskrun/spec.ts";
import { existingInside, type PodFacts, podField, type ReadyVolume, type VolumeContent } from "./folders.ts";

/** A container that cannot be made; the TaskRun fails with `CreateContainerConfigError`. */
export class ContainerError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "ContainerError";
  /** Makes the error. */
  constructor(container: string, why: string, advice: string) {
    super({ code: "engine/container", doing: `start ${container}`, why, advice });
  }
}

/** What all containers of a pod share. */
export interface PodWorld {
  /** The pod. */
  readonly facts: PodFacts;
  /** Volumes by name. */
  readonly volumes: ReadonlyMap<string, ReadyVolume>;
  /** Where Secrets and ConfigMaps come from. */
  readonly content: VolumeContent;
  /** Whether containers may use the network. */
  readonly network: boolean;
  /** Variables that every container has unless it sets them itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the sandbox shows paths where the YAML says. */
  readonly ownPaths: boolean;
}

/** Fields of a stepTemplate under those of a step: env and mounts by name and path, all else whole. */
export function mergeTemplate<T extends ContainerFields>(template: ContainerFields | undefined, container: T): T {
  if (template === undefined) return container;
  const own = container.env ?? [];
  const env = [...(template.env ?? []).filter((e) => !own.some((o) => o.name === e.name)), ...own];
  const mounts = container.volumeMounts ?? [];
  const volumeMounts = [
    ...(template.volumeMounts ?? []).filter((m) => !mounts.some((o) => o.mountPath === m.mountPath)),
    ...mounts,
  ];
  return {
    ...template,
    ...container,
    ...(template.securityContext || container.securityContext
      ? { securityContext: { ...template.securityContext, ...container.securityContext } }
      : {}),
    env,
    volumeMounts,
    envFrom: [...template.envFrom ?? [], ...container.envFrom ?? []],
  };
}

/** `$(NAME)` of an environment variable, `$$(…)` for a literal; unknown ones stay. Kubernetes: Container.command. */
export function expandEnv(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()$]+)\)/g, (whole, name: string | undefined) => {
    if (whole === "$$") return "$";
    return (name !== undefined && Object.hasOwn(env, name) ? env[name] : undefined) ?? whole;
  });
}

async function keyOf(
  kind: "Secret" | "ConfigMap",
  ref: { readonly name: string; readonly key: string; readonly optional?: boolean },
  world: PodWorld,
  container: string,
): Promise<string | undefined> {
  const keys = kind === "Secret" ? await world.content.secret(ref.name) : await world.content.configMap(ref.name);
  const value = keys?.[ref.key];
  if (value !== undefined) return new TextDecoder().decode(value);
  if (ref.optional) return undefined;
  const why = keys === undefined
    ? `${kind.toLowerCase()} "${ref.name}" not found`
    : `couldn't find key ${ref.key} in ${kind} ${world.facts.namespace}/${ref.name}`;
  throw new ContainerError(container, why, `Create the ${kind} or its key, or mark it as optional.`);
}

async function valueOf(variable: EnvVar, world: PodWorld, container: string): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return variable.value ?? "";
  if (from.secretKeyRef) return await keyOf("Secret", from.secretKeyRef, world, container);
  if (from.configMapKeyRef) return await keyOf("ConfigMap", from.configMapKeyRef, world, container);
  if (from.fieldRef) return podField(world.facts, from.fieldRef.fieldPath);
  throw new ContainerError(container, `${variable.name} wants a resource of the container`, "Set a value instead.");
}

/**
 * The environment of a container: the pod's, then `envFrom`, then `env` in order, each seeing those before it.
 * @throws {ContainerError} when a Secret, ConfigMap or key is missing
 */
export async function environmentOf(
  fields: ContainerFields,
  world: PodWorld,
  container: string,
): Promise<Record<string, string>> {
  const env: Record<string, string> = { ...world.env };
  for (const source of fields.envFrom ?? []) {
    const [kind, ref] = source.secretRef
      ? ["Secret", source.secretRef] as const
      : ["ConfigMap", source.configMapRef ?? { name: "" }] as const;
    const keys = kind === "Secret" ? await world.content.secret(ref.name) : await world.content.configMap(ref.name);
    if (keys === undefined && !ref.optional) {
      throw new ContainerError(container, `${kind.toLowerCase()} "${ref.name}" not found`, `Create the ${kind}.`);
    }
    for (const [key, value] of Object.entries(keys ?? {})) {
      env[`${source.prefix ?? ""}${key}`] = new TextDecoder().decode(value);
    }
  }
  for (const variable of fields.env ?? []) {
    const value = await valueOf(variable, world, container);
    if (value !== undefined) env[variable.name] = variable.valueFrom ? value : expandEnv(value, env);
  }
  return env;
}

/**
 * Mounts of a container on this machine; later ones of the same path win.
 * @throws {ContainerError} when a volume is not declared
 * @throws {VolumeError} when a subPath leads out of its volume
 */
export async function mountsOf(
  mounts: readonly VolumeMount[],
  world: PodWorld,
  container: string,
): Promise<Mount[]> {
  const byTarget = new Map<string, Mount>();
  for (const mount of mounts) {
    const volume = world.volumes.get(mount.name);
    if (volume === undefined) {
      throw new ContainerError(container, `there is no volume "${mount.name}"`, "Declare it under volumes.");
    }
    const source = mount.subPath ? await existingInside(volume.path, mount.subPath, mount.name) : volume.path;
    const target = mount.mountPath.replace(/(.)\/+$/, "$1");
    byTarget.set(target, { source, target, readOnly: volume.readOnly || mount.readOnly === true });
  }
  return [...byTarget.values()];
}

/** Turns a path of the container into the one its processes see: itself, or this machine's where paths are not kept. */
export function pathsSeen(mounts: readonly Mount[], ownPaths: boolean): (path: string) => string {
  if (ownPaths) return (path) => path;
  const deepestFirst = [...mounts].sort((a, b) => b.target.length - a.target.length);
  return (path) => {
    const mount = deepestFirst.find((m) => path === m.target || path.startsWith(`${m.target}/`));
    return mount === undefined ? path : mount.source + path.slice(mount.target.length);
  };
}

/** What {@link containerSpec} puts together. */
export interface ContainerParts {
  /** `step-build`, `sidecar-database`. */
  readonly name: string;
  /** The step or sidecar, merged and substituted. */
  readonly fields: ContainerFields & Pick<Step, "script">;
  /** Its mounts. */
  readonly mounts: readonly Mount[];
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Path of its script in the container, when it has one. */
  readonly script: string | undefined;
  /** What the script's first line names, where it is started by hand. @default the system reads that line */
  readonly interpreter?: readonly string[];
}

/**
 * The container itself.
 * @throws {ContainerError} when it has no program of its own: without images there is no entrypoint to fall back on
 */
export function containerSpec(parts: ContainerParts, world: PodWorld): ContainerSpec {
  const { name, fields, mounts, env, script } = parts;
  const own = script === undefined ? fields.command ?? [] : [script];
  const whole = own.length > 0 ? [...own, ...fields.args ?? []] : imageCommand(fields.image ?? "", fields.args ?? []);
  const seen = pathsSeen(mounts, world.ownPaths);
  const argv = (whole ?? []).map((word) => expandEnv(word, env));
  if (argv.length === 0) {
    throw new ContainerError(
      name,
      `it has neither script nor command, and what the image ${fields.image ?? ""} would start is not known here`,
      "Say the command, or a script.",
    );
  }
  const context = fields.securityContext ?? {};
  const id = (key: string) => typeof context[key] === "number" ? context[key] : undefined;
  const user = id("runAsUser");
  const group = id("runAsGroup");
  // where paths are not kept, a value that is one, or a list of them, becomes what this machine calls it
  const local = world.ownPaths
    ? env
    : Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value.split(",").map(seen).join(",")]));
  return {
    name,
    image: fields.image ?? "",
    argv: script === undefined ? argv : [...parts.interpreter ?? [], seen(script), ...argv.slice(1)],
    env: local,
    workingDir: seen(fields.workingDir || "/workspace"),
    mounts,
    hostname: world.facts.name,
    network: world.network,
    ...(user === undefined ? {} : { runAsUser: user }),
    ...(group === undefined ? {} : { runAsGroup: group }),
  };
}
