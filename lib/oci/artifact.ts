/**
 * Artifacts: files under a media type of their own, as the OCI image spec 1.1 packs them ("Guidelines for Artifact
 * Usage"). The same content gives the same bytes, and so the same digest. The manifest goes last: whoever sees the tag
 * sees the whole artifact.
 * @module
 */
import { ExitCode } from "../terminal/error.ts";
import { bytesSource, type Source } from "../streams/source.ts";
import { OciError } from "./error.ts";
import { maximumManifestBytes } from "./layout-manifest.ts";
import {
  annotationKeys,
  canonicalJson,
  emptyContent,
  emptyDescriptor,
  type ImageManifest,
  mediaTypes,
  parseImageManifest,
} from "./manifest.ts";
import { isTag } from "./reference.ts";
import type { Descriptor, Fetcher, OperationOptions, Pusher } from "./target.ts";

/** One layer of an artifact. */
export interface ArtifactLayer {
  /** The content. */
  readonly source: Source;
  /** The content's digest. */
  readonly digest: string;
  /** Such as `text/plain`. */
  readonly mediaType: string;
  /** The file's path in the artifact, relative, with `/`: what tools that pull it name the file. @default none */
  readonly title?: string | undefined;
  /** Further annotations. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What {@link pushArtifact} pushes. */
export interface Artifact {
  /** Such as `application/vnd.logs.tar+gzip`. */
  readonly artifactType: string;
  /** In this order. None: the empty descriptor stands in their place. */
  readonly layers: readonly ArtifactLayer[];
  /** Annotations of the manifest. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** When the content was made; leave it out to have the same digest for the same content. @default none */
  readonly created?: Date | undefined;
  /** What the artifact says something about, such as an image: it is listed among its referrers. @default none */
  readonly subject?: Descriptor | undefined;
  /** The tag it gets. @default none: it is found by its digest only */
  readonly tag?: string | undefined;
  /** Its configuration. @default the empty one */
  readonly config?:
    | { readonly bytes: Uint8Array<ArrayBuffer>; readonly mediaType: string; readonly digest: string }
    | undefined;
}

/** The media type grammar of RFC 6838, 4.2. */
const mediaTypePattern = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/;

/**
 * The manifest of an artifact: pure, so that its digest is known before anything is sent.
 * @throws OciError `oci/bad-manifest` (exit code 2) for a bad media type, a title that would leave the folder it is
 * pulled into, two layers with one title, or a manifest of more than 4 MiB
 */
export function artifactManifest(
  artifact: Artifact,
): { readonly manifest: ImageManifest; readonly bytes: Uint8Array<ArrayBuffer> } {
  const { artifactType, layers, annotations, created, subject, config } = artifact;
  const bad = (why: string, advice: string) =>
    new OciError({
      code: "oci/bad-manifest",
      doing: `pack an artifact of type ${artifactType}`,
      why,
      advice,
      exitCode: ExitCode.usage,
    });
  for (const type of [artifactType, ...layers.map(({ mediaType }) => mediaType)]) {
    if (!mediaTypePattern.test(type)) {
      throw bad(
        `${JSON.stringify(type)} is not a media type`,
        "write type/subtype, such as application/vnd.example+json",
      );
    }
  }
  const titles = new Set<string>();
  for (const { title } of layers) {
    if (title === undefined) continue;
    if (
      title.startsWith("/") || title.includes("\\") || title.split("/").some((part) => ["", ".", ".."].includes(part))
    ) {
      throw bad(`the title ${JSON.stringify(title)} is no path below a folder`, "use a relative path without . and ..");
    }
    if (titles.has(title)) {
      throw bad(`two layers have the title ${JSON.stringify(title)}`, "give each file a name of its own");
    }
    titles.add(title);
  }
  const time = created?.toISOString().replace(/\.000Z$/, "Z");
  const all = { ...annotations, ...(time !== undefined && { [annotationKeys.created]: time }) };
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: config === undefined
      ? emptyDescriptor
      : { mediaType: config.mediaType, digest: config.digest, size: config.bytes.length },
    layers: layers.length === 0 ? [emptyDescriptor] : layers.map(layerDescriptor),
    ...(subject !== undefined &&
      { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } }),
    ...(Object.keys(all).length > 0 && { annotations: all }),
  };
  const bytes = canonicalJson(manifest);
  if (bytes.length > maximumManifestBytes) {
    throw bad(
      `its manifest has ${bytes.length} bytes, registries take ${maximumManifestBytes}`,
      "pack many files into one archive",
    );
  }
  return { manifest, bytes };
}

/**
 * Pushes an artifact: its layers and config, then its manifest, and the tag with it.
 * @throws OciError for what cannot be packed or pushed; the tag is then as it was
 */
export async function pushArtifact(
  target: Pusher,
  artifact: Artifact,
  options: OperationOptions = {},
): Promise<Descriptor & { readonly manifest: ImageManifest }> {
  const { layers, config, tag } = artifact;
  if (tag !== undefined && !isTag(tag)) {
    throw new OciError({
      code: "oci/bad-reference",
      doing: "push an artifact",
      why: `${JSON.stringify(tag.slice(0, 200))} is not a tag`,
      advice: "a tag is 1 to 128 letters, digits, '_', '.' or '-', and begins with none of the last two",
      exitCode: ExitCode.usage,
      details: { part: "tag" },
    });
  }
  const { manifest, bytes } = artifactManifest(artifact);
  const pushed = new Set<string>();
  const push = async (descriptor: Descriptor, source: Source) => {
    // The same content under two titles is one blob.
    if (pushed.has(descriptor.digest)) return;
    await target.pushBlob(descriptor, source, options);
    pushed.add(descriptor.digest);
  };
  for (const layer of layers) await push(layerDescriptor(layer), layer.source);
  if (layers.length === 0 || config === undefined) await push(emptyDescriptor, bytesSource(emptyContent));
  if (config !== undefined) await push(manifest.config, bytesSource(config.bytes));
  const descriptor = await target.pushManifest(bytes, mediaTypes.manifest, tag, options);
  return { ...descriptor, artifactType: artifact.artifactType, manifest };
}

/**
 * Reads the manifest of an artifact.
 * @throws OciError `oci/not-found`, or `oci/bad-manifest` when what is there is no image manifest
 */
export async function readArtifact(
  target: Fetcher,
  tagOrDigest: string,
  options: OperationOptions = {},
): Promise<{ readonly descriptor: Descriptor; readonly manifest: ImageManifest }> {
  const { descriptor, bytes } = await target.fetchManifest(tagOrDigest, options);
  return { descriptor, manifest: parseImageManifest(bytes, `read the artifact ${tagOrDigest}`) };
}

function layerDescriptor(layer: ArtifactLayer): Descriptor {
  const { source, digest, mediaType, title } = layer;
  const annotations = { ...layer.annotations, ...(title !== undefined && { [annotationKeys.title]: title }) };
  return { mediaType, digest, size: source.size, ...(Object.keys(annotations).length > 0 && { annotations }) };
}
