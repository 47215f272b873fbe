/**
 * Image manifests as the OCI image spec 1.1 defines them: their media types, their types, reading and writing them.
 * Bytes and data; no store.
 * @module
 */
import { sha256Digest } from "../streams/digest.ts";
import { OciError } from "./error.ts";
import { inspectManifest, isRecord } from "./layout-manifest.ts";
import { isDigest } from "./reference.ts";
import type { Descriptor } from "./target.ts";

/** The media types that this code writes or asks for. */
export const mediaTypes = {
  /** An image or artifact. */
  manifest: "application/vnd.oci.image.manifest.v1+json",
  /** A list of manifests. */
  index: "application/vnd.oci.image.index.v1+json",
  /** The config of an artifact that has none: `{}`. */
  empty: "application/vnd.oci.empty.v1+json",
  /** docker's image. */
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  /** docker's list of images. */
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

/** The annotation keys of the image spec ("Pre-Defined Annotation Keys") that this code knows. */
export const annotationKeys = {
  /** When the content was made, RFC 3339. */
  created: "org.opencontainers.image.created",
  /** A layer's file name; tools that pull an artifact give the file this name. */
  title: "org.opencontainers.image.title",
} as const;

/** An image manifest (image spec, "Image Manifest"). */
export interface ImageManifest {
  /** Always 2. */
  readonly schemaVersion: 2;
  /** Its own media type. */
  readonly mediaType?: string;
  /** The kind of artifact. */
  readonly artifactType?: string;
  /** Its configuration. */
  readonly config: Descriptor;
  /** Its content. */
  readonly layers: readonly Descriptor[];
  /** The manifest that this one says something about. */
  readonly subject?: Descriptor;
  /** Free metadata. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image index (image spec, "Image Index"). */
export interface ImageIndex {
  /** Always 2. */
  readonly schemaVersion: 2;
  /** Its own media type. */
  readonly mediaType?: string;
  /** The kind of artifact. */
  readonly artifactType?: string;
  /** What it lists. */
  readonly manifests: readonly Descriptor[];
  /** The manifest that this one says something about. */
  readonly subject?: Descriptor;
  /** Free metadata. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The bytes of the empty config, `{}`. */
export const emptyContent: Uint8Array<ArrayBuffer> = new TextEncoder().encode("{}");

/** The descriptor of {@link emptyContent} (image spec, "Guidance for an Empty Descriptor"). */
export const emptyDescriptor: Descriptor = {
  mediaType: mediaTypes.empty,
  digest: sha256Digest(emptyContent),
  size: 2,
  data: "e30=",
};

/** JSON without white space and with sorted keys, as UTF-8: the same data gives the same bytes, and so the same digest. */
export function canonicalJson(value: unknown): Uint8Array<ArrayBuffer> {
  const sorted = (_key: string, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value;
  return new TextEncoder().encode(JSON.stringify(value, sorted));
}

/**
 * Reads an image manifest.
 * @param doing what the error says was being done
 * @throws OciError `oci/bad-manifest` when it is no such manifest, or one without config or layers
 */
export function parseImageManifest(bytes: Uint8Array, doing: string): ImageManifest {
  const { common, json: { config, layers } } = parse(bytes, doing);
  if (!isDescriptor(config) || !areDescriptors(layers)) throw notA("an image manifest with config and layers", doing);
  return { ...common, config, layers };
}

/**
 * Reads an image index.
 * @param doing what the error says was being done
 * @throws OciError `oci/bad-manifest` when it is none
 */
export function parseImageIndex(bytes: Uint8Array, doing: string): ImageIndex {
  const { common, json: { manifests } } = parse(bytes, doing);
  if (!areDescriptors(manifests)) throw notA("an image index with manifests", doing);
  return { ...common, manifests };
}

/** What both kinds have, and the whole for the rest. */
function parse(bytes: Uint8Array, doing: string): {
  readonly common: Omit<ImageIndex, "manifests">;
  readonly json: Readonly<Record<string, unknown>>;
} {
  const { annotations } = inspectManifest(bytes, doing);
  const json: Readonly<Record<string, unknown>> = JSON.parse(new TextDecoder().decode(bytes));
  const { mediaType, artifactType, subject } = json;
  if (subject !== undefined && !isDescriptor(subject)) throw notA("a manifest whose subject is a descriptor", doing);
  return {
    common: {
      schemaVersion: 2,
      ...(typeof mediaType === "string" && { mediaType }),
      ...(typeof artifactType === "string" && { artifactType }),
      ...(subject !== undefined && { subject }),
      ...(annotations !== undefined && { annotations }),
    },
    json,
  };
}

function areDescriptors(value: unknown): value is Descriptor[] {
  return Array.isArray(value) && value.every(isDescriptor);
}

/** Whether this is a descriptor with all that is required, and annotations that are text. */
function isDescriptor(value: unknown): value is Descriptor {
  if (!isRecord(value)) return false;
  const { mediaType, digest, size, annotations = {} } = value;
  return typeof mediaType === "string" && typeof digest === "string" && isDigest(digest) &&
    Number.isSafeInteger(size) && Number(size) >= 0 &&
    isRecord(annotations) && Object.values(annotations).every((text) => typeof text === "string");
}

function notA(what: string, doing: string): OciError {
  return new OciError({
    code: "oci/bad-manifest",
    doing,
    why: `this is not ${what}`,
    advice: "check that the tag or digest names the artifact that is meant",
  });
}
