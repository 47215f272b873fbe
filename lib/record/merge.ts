/**
 * Adding files to an artifact: the manifest there is, the files to add, the manifest that holds both. Pure. Knows OCI
 * manifests and the two ways in which files stand in them: a layer for each file, titled with its path, and the tar of
 * a whole folder that `oras push REF ./` makes. Must not know registries or disks.
 * @module
 */

import { OciError } from "../oci/error.ts";
import {
  annotationKeys,
  emptyDescriptor,
  type ImageManifest,
  mediaTypes,
  parseImageManifest,
} from "../oci/manifest.ts";
import type { Descriptor } from "../oci/target.ts";

/** Type of the artifacts that are begun here: plain files. */
export const artifactType = "application/vnd.tasksmith.files.v1";

/** `true` on a layer that is the gzipped tar of a folder, by the conventions of oras. */
const unpackKey = "io.deis.oras.content.unpack";

/** Digest of that tar before compression, by the conventions of oras, which checks it. */
export const contentDigestKey = "io.deis.oras.content.digest";

/** A file to add. */
export interface FileEntry {
  /** Path within the folder, with `/`. */
  readonly title: string;
  /** Digest of its content. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** What the content is. */
  readonly mediaType: string;
}

/** What is to be in the artifact beside what is there. */
export interface Addition {
  /** The files; each replaces one of the same path. */
  readonly files: readonly FileEntry[];
  /** Annotations of the manifest; each replaces one of the same key. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Replaces the subject. */
  readonly subject?: Descriptor | undefined;
  /** A tar layer's digest → what stands in its place; `undefined`: nothing is left of it. */
  readonly rewritten?: ReadonlyMap<string, Descriptor | undefined>;
}

/**
 * The manifest as an artifact that files can be added to.
 * @param name what messages call it
 * @throws OciError `oci/bad-manifest` when it is no manifest, `oci/unsupported` when it is an index, or an image that
 * somebody runs: adding files to it would break it
 */
export function readManifest(bytes: Uint8Array, mediaType: string, name: string): ImageManifest {
  const doing = `add files to ${name}`;
  const refuse = (why: string) =>
    new OciError({ code: "oci/unsupported", doing, why, advice: "Name a tag that is free, or one that holds files." });
  if (mediaType !== mediaTypes.manifest) throw refuse(`it holds ${mediaType}`);
  const manifest = parseImageManifest(bytes, doing);
  if (imageConfig.test(manifest.config.mediaType)) throw refuse("it holds a container image");
  return manifest;
}

/** Configs of images that are run. */
const imageConfig = /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\.v1\+json$/;

/** Whether a layer is the tar of a folder. */
export function isFolder(layer: Descriptor): boolean {
  return layer.annotations?.[unpackKey] === "true";
}

/** The path that a layer is written to; `""` for one without, and for `.`. */
export function titleOf(layer: Descriptor): string {
  return normalised(layer.annotations?.[annotationKeys.title] ?? "");
}

/** Whether unpacking the layer stays inside the folder: its title is not absolute and does not lead up. */
function hasSafeTitle(layer: Descriptor): boolean {
  return isSafePath((layer.annotations?.[annotationKeys.title] ?? "").replace(/^(\.\/)+/, ""));
}

/** A path without `.` and without slashes at its ends: as `oras` understands it. */
export function normalised(path: string): string {
  return path.split("/").filter((part) => part !== "." && part !== "").join("/");
}

/** Whether a path stays inside the folder it is unpacked in, on every system. */
export function isSafePath(path: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return path !== "" && !/[\x00-\x1f\x7f\\]/.test(path) && !/^([A-Za-z]:)?\//.test(path) && path.isWellFormed() &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Tells of paths which one of the given ones replaces: the same path, a folder of it, or what is in it as a folder. */
export class Replaced {
  readonly #paths: Set<string>;
  readonly #folders: Set<string>;

  /** Of files at these paths. */
  constructor(paths: Iterable<string>) {
    this.#paths = new Set(paths);
    this.#folders = new Set([...this.#paths].flatMap(foldersOf));
  }

  /** Whether a file at this path cannot stay. */
  file(path: string): boolean {
    return this.#folders.has(path) || this.folder(path);
  }

  /** Whether a folder of this path cannot stay: only a file in its place, or in the place of one around it, says so. */
  folder(path: string): boolean {
    return this.#paths.has(path) || foldersOf(path).some((folder) => this.#paths.has(folder));
  }
}

/** The folders around a path: `a` and `a/b` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** What {@link merge} gives. */
export interface Merged {
  /** The manifest that holds both. */
  readonly manifest: ImageManifest;
  /** Paths of the files that cannot stay: a file has the name of their folder, or the other way round, or unsafe. */
  readonly dropped: readonly string[];
}

/**
 * The manifest with the addition: what is there stays where it is, a file of the same path is replaced in its place,
 * further ones follow in order of path. The same input gives the same manifest.
 */
export function merge(existing: ImageManifest | undefined, addition: Addition): Merged {
  const { files, annotations, subject, rewritten } = addition;
  const left = new Map(files.map((file) => [file.title, file]));
  const layers: Descriptor[] = [];
  const dropped: string[] = [];
  const replaced = new Replaced(left.keys());
  for (const layer of existing?.layers ?? []) {
    if (isEmptyLayer(layer, existing)) continue;
    if (isFolder(layer)) {
      const now = rewritten?.has(layer.digest) ? rewritten.get(layer.digest) : layer;
      if (now !== undefined) layers.push(now);
      continue;
    }
    const title = titleOf(layer);
    const file = left.get(title);
    if (file !== undefined) {
      layers.push(layerOf(file));
      left.delete(title);
    } else if (title === "" || (hasSafeTitle(layer) && !replaced.file(title))) layers.push(layer);
    // A second layer of a path that is replaced already is no loss.
    else if (!files.some((each) => each.title === title)) dropped.push(title);
  }
  layers.push(...[...left.values()].sort((a, b) => a.title < b.title ? -1 : 1).map(layerOf));
  const about = subject ?? existing?.subject;
  return {
    manifest: {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: existing?.artifactType ?? artifactType,
      config: existing?.config ?? emptyDescriptor,
      layers,
      ...about === undefined ? {} : { subject: about },
      annotations: sorted({ ...existing?.annotations, ...annotations }),
    },
    dropped,
  };
}

/** An artifact without files must have a layer, which is empty: it goes once there are files. */
function isEmptyLayer(layer: Descriptor, manifest: ImageManifest | undefined): boolean {
  return layer.digest === emptyDescriptor.digest && layer.mediaType === emptyDescriptor.mediaType &&
    manifest?.layers.length === 1;
}

function layerOf({ title, digest, size, mediaType }: FileEntry): Descriptor {
  return { mediaType, digest, size, annotations: { [annotationKeys.title]: title } };
}

function sorted(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => a < b ? -1 : 1));
}

/** The digests of files by path, as the artifact has them. */
export function digestsOf(manifest: ImageManifest | undefined): Map<string, string> {
  return new Map((manifest?.layers ?? []).map((layer) => [titleOf(layer), layer.digest]));
}

/**
 * The files that are missing from an artifact, because another writer did not know of them: not there at all, or as they
 * were before (`before`: path → digest). One that has a third content was replaced by somebody who knew of ours.
 */
export function missing(
  manifest: ImageManifest | undefined,
  files: readonly FileEntry[],
  before: ReadonlyMap<string, string>,
): FileEntry[] {
  const now = digestsOf(manifest);
  return files.filter(({ title, digest }) => {
    const there = now.get(title);
    return there !== digest && (there === undefined || there === before.get(title));
  });
}
