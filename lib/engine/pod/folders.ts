/**
 * Volumes as folders of this machine: made before a pod's first container, removed with the pod. Knows Kubernetes'
 * volume sources and how files are laid out in them; must not know steps.
 * Source: Kubernetes documentation, "Volumes", "Projected Volumes", "Expose Pod Information … Through Files".
 * @module
 */
import { TasksmithError } from "../../terminal/error.ts";
import type { DownwardItem, KeyToPath, Projection, VolumeSource } from "../taskrun/spec.ts";

/** What a pod says about itself. */
export interface PodFacts {
  /** Name. */
  readonly name: string;
  /** Namespace. */
  readonly namespace: string;
  /** Unique id. */
  readonly uid: string;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Name of its ServiceAccount. */
  readonly serviceAccount: string;
}

/** Where volumes get their content from. */
export interface VolumeContent {
  /** The keys of a Secret of the pod's namespace; undefined when there is none. */
  secret(name: string): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** The keys of a ConfigMap of the pod's namespace; undefined when there is none. */
  configMap(name: string): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** The folder of a claim; undefined when there is no such claim. */
  claim(name: string): Promise<string | undefined>;
  /** A token of the pod's ServiceAccount. */
  token(audience: string | undefined): Promise<string>;
  /** Whether the folder of this machine may be given to a pod. */
  hostPathAllowed(path: string): boolean;
}

/** A volume that is ready. */
export interface ReadyVolume {
  /** Absolute path of its folder or file on this machine. */
  readonly path: string;
  /** Whether nobody may write to it. */
  readonly readOnly: boolean;
}

/** A volume that cannot be had. Its code tells the reason that the TaskRun gets. */
export class VolumeError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "VolumeError";
  /** Makes the error. @param volume its name @param why what is missing */
  constructor(volume: string, why: string, advice: string) {
    super({ code: "engine/volume", doing: `mount the volume ${volume}`, why, advice });
  }
}

/**
 * Text of a field of the pod; undefined when it has none.
 * Source: Kubernetes documentation, "Downward API".
 */
export function podField(facts: PodFacts, path: string): string | undefined {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (entry) return facts[entry[1] as "labels" | "annotations"][entry[2] ?? ""] ?? "";
  const lines = (map: Readonly<Record<string, string>>) =>
    Object.keys(map).sort().map((key) => `${key}=${JSON.stringify(map[key])}`).join("\n");
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": facts.name,
    "metadata.namespace": facts.namespace,
    "metadata.uid": facts.uid,
    "metadata.labels": lines(facts.labels),
    "metadata.annotations": lines(facts.annotations),
    "spec.serviceAccountName": facts.serviceAccount,
    "spec.nodeName": "tasksmith",
    "status.podIP": "127.0.0.1",
    "status.podIPs": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
    "status.hostIPs": "127.0.0.1",
  };
  return fields[path];
}

/**
 * A path below a folder, checked by its text: relative, no `..`, no NUL.
 * @throws {VolumeError}
 */
export function inside(folder: string, path: string, volume: string): string {
  if (path.startsWith("/") || path.includes("\0") || path.split("/").includes("..")) {
    throw new VolumeError(volume, `"${path}" leads out of the volume`, "Give a relative path without `..`.");
  }
  return `${folder}/${path}`;
}

/**
 * A path below a folder that exists, every symlink followed: none may lead out. Missing folders are made.
 * @throws {VolumeError}
 */
export async function existingInside(folder: string, path: string, volume: string): Promise<string> {
  const wanted = inside(folder, path, volume);
  // the deepest part that is there decides: what is made below it cannot be a symlink
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const root = await Deno.realPath(folder);
  let at = root;
  for (const name of names) {
    const next = `${at}/${name}`;
    try {
      at = await Deno.realPath(next);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const dangling = await Deno.lstat(next).then((info) => info.isSymlink, () => false);
      if (dangling) throw leadsOut(volume, path);
      await Deno.mkdir(next, { mode: 0o777 });
      at = next;
    }
    if (at !== root && !at.startsWith(`${root}/`)) throw leadsOut(volume, path);
  }
  return names.length === 0 ? wanted.replace(/\/+$/, "") : at;
}

function leadsOut(volume: string, path: string): VolumeError {
  return new VolumeError(volume, `"${path}" leads out of the volume through a symlink`, "Remove the symlink.");
}

async function write(folder: string, path: string, content: Uint8Array, mode: number, volume: string): Promise<void> {
  const file = inside(folder, path, volume);
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(file, content, { mode });
}

async function writeKeys(
  folder: string,
  volume: string,
  kind: string,
  name: string,
  content: Readonly<Record<string, Uint8Array>> | undefined,
  wanted: { readonly optional?: boolean; readonly items?: readonly KeyToPath[] },
): Promise<void> {
  if (content === undefined) {
    if (wanted.optional) return;
    throw new VolumeError(volume, `there is no ${kind} "${name}"`, `Create it, or mark the volume as optional.`);
  }
  const items = wanted.items ?? Object.keys(content).map((key): KeyToPath => ({ key, path: key }));
  for (const item of items) {
    const bytes = content[item.key];
    if (bytes === undefined && wanted.optional) continue;
    if (bytes === undefined) {
      throw new VolumeError(volume, `the ${kind} "${name}" has no key "${item.key}"`, "Add the key.");
    }
    await write(folder, item.path, bytes, item.mode ?? 0o644, volume);
  }
}

async function writeFields(
  folder: string,
  volume: string,
  items: readonly DownwardItem[],
  facts: PodFacts,
): Promise<void> {
  for (const item of items) {
    const value = podField(facts, item.fieldRef?.fieldPath ?? "");
    if (value === undefined) {
      const field = item.fieldRef?.fieldPath ?? "a resource field";
      throw new VolumeError(volume, `the pod has no ${field} here`, "Use a field of its metadata.");
    }
    await write(folder, item.path, new TextEncoder().encode(value), 0o644, volume);
  }
}

async function project(
  folder: string,
  volume: string,
  source: Projection,
  facts: PodFacts,
  content: VolumeContent,
): Promise<void> {
  if (source.secret) {
    const name = source.secret.name ?? "";
    await writeKeys(folder, volume, "Secret", name, await content.secret(name), source.secret);
  } else if (source.configMap) {
    const name = source.configMap.name ?? "";
    await writeKeys(folder, volume, "ConfigMap", name, await content.configMap(name), source.configMap);
  } else if (source.downwardAPI) {
    await writeFields(folder, volume, source.downwardAPI.items ?? [], facts);
  } else if (source.serviceAccountToken) {
    const token = await content.token(source.serviceAccountToken.audience);
    await write(folder, source.serviceAccountToken.path, new TextEncoder().encode(token), 0o600, volume);
  }
}

/**
 * Makes a volume ready.
 * @param folder an empty path of this pod's own for it
 * @throws {VolumeError} when its content is missing, or the source cannot be had on one machine
 */
export async function makeVolume(
  name: string,
  source: VolumeSource,
  folder: string,
  facts: PodFacts,
  content: VolumeContent,
): Promise<ReadyVolume> {
  if (source.persistentVolumeClaim) {
    const { claimName, readOnly = false } = source.persistentVolumeClaim;
    const path = await content.claim(claimName);
    if (path === undefined) {
      throw new VolumeError(name, `there is no PersistentVolumeClaim "${claimName}"`, "Create it first.");
    }
    return { path, readOnly };
  }
  if (source.hostPath) {
    const { path } = source.hostPath;
    if (!content.hostPathAllowed(path)) {
      throw new VolumeError(name, `the folder ${path} of this machine is not allowed`, "Allow it where you run this.");
    }
    return { path, readOnly: false };
  }
  await Deno.mkdir(folder, { recursive: true });
  if (source.emptyDir) {
    await Deno.chmod(folder, 0o777);
    return { path: folder, readOnly: false };
  }
  if (source.secret) {
    const secret = source.secret.secretName ?? "";
    await writeKeys(folder, name, "Secret", secret, await content.secret(secret), source.secret);
  } else if (source.configMap) {
    const map = source.configMap.name ?? "";
    await writeKeys(folder, name, "ConfigMap", map, await content.configMap(map), source.configMap);
  } else if (source.downwardAPI) {
    await writeFields(folder, name, source.downwardAPI.items ?? [], facts);
  } else if (source.projected) {
    for (const part of source.projected.sources ?? []) await project(folder, name, part, facts, content);
  } else {
    const kind = Object.keys(source).find((key) => key !== "name" && key !== "subPath") ?? "none";
    throw new VolumeError(
      name,
      `a volume of the kind ${kind} cannot be had on one machine`,
      "Use emptyDir, secret, configMap, projected, downwardAPI, persistentVolumeClaim or hostPath.",
    );
  }
  return { path: folder, readOnly: true };
}
