/**
 * What a manifest's bytes say that a store must know: what it refers to, its subject, its kind. By shape, so that
 * OCI manifests and indexes and their docker ancestors read alike. Bytes in, data out; knows no store.
 * @module
 */
import { OciError } from "./error.ts";
import { isDigest } from "./reference.ts";
import type { Descriptor } from "./target.ts";

/** No manifest is larger, in bytes: the limit that the distribution spec recommends ("Pushing Manifests"). */
export const maximumManifestBytes = 4 * 1024 * 1024;

/** Media types of what has layers. */
const imageManifests: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.artifact.manifest.v1+json",
];

/** Media types of what lists manifests. */
const indexes: readonly string[] = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/** What {@link inspectManifest} finds. */
export interface ManifestFacts {
  /** The manifest's own `mediaType`, or, where it names none, what its shape says. */
  readonly mediaType: string;
  /** The manifest's own `mediaType`; undefined where it names none. */
  readonly declaredMediaType: string | undefined;
  /** The manifest's own `artifactType`; undefined where it names none. */
  readonly artifactType: string | undefined;
  /** What referrers are filtered by: `artifactType`, or else the media type of the config ("Listing Referrers"). */
  readonly kind: string | undefined;
  /** The manifest's annotations. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** What it refers to as its subject, by digest. */
  readonly subject: string | undefined;
  /** Blobs that must be in the same store: config and layers, without those that say `urls`. */
  readonly blobs: readonly string[];
  /** Manifests that must be in the same store. */
  readonly manifests: readonly string[];
}

/** Whether content of this media type is a manifest or an index of a known kind. */
export function isManifestType(mediaType: string): boolean {
  return imageManifests.includes(mediaType) || indexes.includes(mediaType);
}

/**
 * Reads what a manifest says.
 * @param doing what the error says was being done
 * @throws OciError `oci/bad-manifest` when it is not JSON of the right shape, with why
 */
export function inspectManifest(bytes: Uint8Array, doing: string): ManifestFacts {
  const bad = (why: string, cause?: unknown) =>
    new OciError({
      code: "oci/bad-manifest",
      doing,
      why,
      advice: "push a manifest or index as the OCI image spec says (schemaVersion 2, at most 4 MiB of JSON)",
      cause,
    });
  if (bytes.length > maximumManifestBytes) throw bad(`it has ${bytes.length} bytes, more than ${maximumManifestBytes}`);
  let manifest: unknown;
  try {
    manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bad("it is not JSON", cause);
  }
  if (!isRecord(manifest)) throw bad("it is not a JSON object");
  const digests = (value: unknown, field: string): string[] => {
    if (value === undefined) return [];
    const list = Array.isArray(value) ? value as unknown[] : [value];
    return list.flatMap((entry) => {
      if (!isRecord(entry) || typeof entry["digest"] !== "string" || !isDigest(entry["digest"])) {
        throw bad(`its field ${field} holds something without a digest`);
      }
      // Content with urls lives elsewhere by intent ("non-distributable layers").
      return Array.isArray(entry["urls"]) && entry["urls"].length > 0 ? [] : [entry["digest"]];
    });
  };
  const { mediaType, artifactType, annotations, config } = manifest;
  const blobs = [
    ...digests(config, "config"),
    ...digests(manifest["layers"], "layers"),
    ...digests(manifest["blobs"], "blobs"),
  ];
  const manifests = digests(manifest["manifests"], "manifests");
  // Every kind but the withdrawn artifact manifest carries the version.
  if (manifest["schemaVersion"] !== 2 && !isManifestType(String(mediaType))) throw bad("its schemaVersion is not 2");
  const isIndex = Array.isArray(manifest["manifests"]);
  if (!isIndex && !Array.isArray(manifest["layers"]) && !isRecord(config) && mediaType === undefined) {
    throw bad("it has neither manifests nor config and layers");
  }
  const configType = isRecord(config) && typeof config["mediaType"] === "string" ? config["mediaType"] : undefined;
  const declaredType = typeof artifactType === "string" && artifactType !== "" ? artifactType : undefined;
  const declaredMediaType = typeof mediaType === "string" && mediaType !== "" ? mediaType : undefined;
  return {
    mediaType: declaredMediaType ?? (isIndex ? indexes : imageManifests)[0]!,
    declaredMediaType,
    artifactType: declaredType,
    kind: declaredType ?? configType,
    annotations: isRecord(annotations)
      ? Object.fromEntries(
        Object.entries(annotations).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
      )
      : undefined,
    subject: digests(manifest["subject"], "subject")[0],
    blobs: [...new Set(blobs)],
    manifests: [...new Set(manifests)],
  };
}

/** The descriptor of the manifest as the referrers API lists it (distribution spec, "Listing Referrers"). */
export function referrerDescriptor(digest: string, size: number, facts: ManifestFacts): Descriptor {
  return {
    mediaType: facts.mediaType,
    digest,
    size,
    ...(facts.kind !== undefined && { artifactType: facts.kind }),
    ...(facts.annotations !== undefined && { annotations: facts.annotations }),
  };
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
