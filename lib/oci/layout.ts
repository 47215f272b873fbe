/**
 * An OCI image layout on disk as a {@link Target}: the same operations as on a repository of a registry, readable and
 * writable by any tool that knows layouts (`oras --oci-layout`, `skopeo oci:`). Several processes may use one layout at
 * once. Knows the layout's files (image spec, "Image Layout"); knows nothing of networks.
 * @module
 */
import { createHash } from "node:crypto";
import { verifyStream } from "../streams/digest.ts";
import { bytesSource, type Source } from "../streams/source.ts";
import { OciError } from "./error.ts";
import { createFile, LayoutBlobs, removeStale } from "./layout-blobs.ts";
import { emptyIndex, LayoutIndex } from "./layout-index.ts";
import {
  inspectManifest,
  isRecord,
  type ManifestFacts,
  maximumManifestBytes,
  referrerDescriptor,
} from "./layout-manifest.ts";
import { isDigest } from "./reference.ts";
import type { Descriptor, OperationOptions, PushBlobOptions, ReferrersOptions, Target } from "./target.ts";

/** How {@link openLayout} treats a folder. */
export interface OpenLayoutOptions {
  /** Make the layout where there is none. @default false */
  readonly create?: boolean;
}

/** How a layout stores a manifest. */
export interface PushManifestOptions extends OperationOptions {
  /** Of the digest under which it is stored. @default "sha256" */
  readonly algorithm?: "sha256" | "sha512";
  /** The digest that it must have. */
  readonly expected?: string;
  /** Further tags. @default none */
  readonly tags?: readonly string[];
}

/**
 * Opens the OCI image layout in a folder.
 * @throws OciError `oci/not-found` when there is none and `create` is not set; `oci/bad-manifest` when what is there is
 * no layout of version 1.0.0
 */
export async function openLayout(directory: string, options: OpenLayoutOptions = {}): Promise<Layout> {
  const doing = `open the OCI layout ${directory}`;
  if (options.create) {
    await Deno.mkdir(`${directory}/blobs/sha256`, { recursive: true });
    await createFile(directory, "oci-layout", new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}'));
    await createFile(directory, "index.json", emptyIndex);
  }
  let text: string;
  try {
    text = await Deno.readTextFile(`${directory}/oci-layout`);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new OciError({
      code: "oci/not-found",
      doing,
      why: "it has no file oci-layout",
      advice: "check the path; a layout is a folder with oci-layout, index.json and blobs/",
      cause,
    });
  }
  if (layoutVersion(text) !== "1.0.0") {
    throw new OciError({
      code: "oci/bad-manifest",
      doing,
      why: "its file oci-layout does not say imageLayoutVersion 1.0.0",
      advice: "use a layout as the OCI image spec 1.x describes it",
    });
  }
  if (options.create) await removeStale(directory);
  return new Layout(directory);
}

/** One OCI image layout. Made by {@link openLayout}. */
export class Layout implements Target {
  /** The folder. */
  readonly name: string;
  /** Its blobs. */
  readonly blobs: LayoutBlobs;
  /** Its index of manifests and tags. */
  readonly index: LayoutIndex;
  /** What manifests say, by digest: content that never changes. Bounded: the oldest goes first. */
  readonly #facts = new Map<string, ManifestFacts | undefined>();

  /** The layout in a folder that is one; {@link openLayout} makes sure of that. */
  constructor(directory: string) {
    this.name = directory;
    this.blobs = new LayoutBlobs(directory);
    this.index = new LayoutIndex(directory);
  }

  /** {@inheritDoc Target.resolve} */
  async resolve(tagOrDigest: string, options: OperationOptions = {}): Promise<Descriptor> {
    options.signal?.throwIfAborted();
    const found = await this.find(tagOrDigest);
    if (found !== undefined) return found;
    throw this.#absent(`find ${tagOrDigest}`, isDigest(tagOrDigest) ? "manifest" : "tag");
  }

  /** As {@link resolve}, but undefined when there is none. */
  async find(tagOrDigest: string): Promise<Descriptor | undefined> {
    const index = await this.index.read();
    const entry = index.byTag.get(tagOrDigest) ?? index.byDigest.get(tagOrDigest);
    if (entry !== undefined) {
      const { mediaType, digest, size, artifactType } = entry;
      return { mediaType, digest, size, ...(artifactType !== undefined && { artifactType }) };
    }
    // A manifest that only an index refers to has no entry of its own.
    if (!isDigest(tagOrDigest)) return undefined;
    const facts = await this.#inspect(tagOrDigest);
    const size = facts && await this.blobs.size(tagOrDigest);
    return facts && size !== undefined ? { mediaType: facts.mediaType, digest: tagOrDigest, size } : undefined;
  }

  /** {@inheritDoc Target.fetchManifest} */
  async fetchManifest(
    tagOrDigest: string,
    options: OperationOptions = {},
  ): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array<ArrayBuffer> }> {
    const descriptor = await this.resolve(tagOrDigest, options);
    const doing = `read the manifest ${tagOrDigest} in ${this.name}`;
    if (descriptor.size > maximumManifestBytes) {
      throw new OciError({
        code: "oci/too-large",
        doing,
        why: `it has ${descriptor.size} bytes, more than ${maximumManifestBytes}`,
        advice: "no manifest is that large: check what the entry of index.json refers to",
      });
    }
    const bytes = await this.blobs.read(descriptor.digest, maximumManifestBytes);
    if (bytes === undefined) throw this.#absent(doing, "manifest");
    if (bytes.length !== descriptor.size || digestLike(bytes, descriptor.digest) !== descriptor.digest) {
      throw new OciError({
        code: "oci/digest-mismatch",
        doing,
        why: `its file does not hold what ${descriptor.digest} and size ${descriptor.size} announce`,
        advice: "the layout is damaged: write this manifest again",
      });
    }
    return { descriptor, bytes };
  }

  /** {@inheritDoc Target.fetchBlob} */
  async fetchBlob(
    descriptor: Descriptor,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { digest, size } = descriptor;
    const { signal } = options;
    signal?.throwIfAborted();
    const doing = `read ${digest} in ${this.name}`;
    const present = await this.blobs.size(digest);
    if (present === undefined) throw this.#absent(doing, "blob");
    return this.blobs.source(digest, present).open()
      .pipeThrough(verifyStream(digest, size, doing), signal === undefined ? {} : { signal });
  }

  /** {@inheritDoc Target.hasBlob} */
  async hasBlob(descriptor: Descriptor, options: OperationOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted();
    return await this.blobs.size(descriptor.digest) === descriptor.size;
  }

  /** {@inheritDoc Target.pushBlob} */
  async pushBlob(descriptor: Descriptor, source: Source, options: PushBlobOptions = {}): Promise<void> {
    await this.blobs.write(descriptor.digest, descriptor.size, () => source.open(), options.signal);
  }

  /**
   * {@inheritDoc Target.pushManifest}
   * @throws OciError `oci/digest-mismatch` when it has not the expected digest; `oci/bad-manifest` when it is none or
   * names another media type; `oci/not-found` when something it refers to, other than its subject, is absent
   * (`details.missing` lists the digests)
   */
  async pushManifest(
    bytes: Uint8Array<ArrayBuffer>,
    mediaType: string,
    tag?: string,
    options: PushManifestOptions = {},
  ): Promise<Descriptor> {
    const doing = `store a manifest in ${this.name}`;
    const digest = digestLike(bytes, `${options.algorithm ?? "sha256"}:`);
    if (options.expected !== undefined && options.expected !== digest) {
      throw new OciError({
        code: "oci/digest-mismatch",
        doing,
        why: `its digest is ${digest}, not ${options.expected}`,
        advice: "send the manifest byte for byte as it was when its digest was computed",
      });
    }
    const facts = inspectManifest(bytes, doing);
    if (facts.declaredMediaType !== undefined && facts.declaredMediaType !== mediaType) {
      throw new OciError({
        code: "oci/bad-manifest",
        doing,
        why: `it says mediaType ${facts.declaredMediaType}, but is sent as ${mediaType}`,
        advice: "send it with the media type that it names",
      });
    }
    const missing: string[] = [];
    for (const digest of [...facts.blobs, ...facts.manifests]) {
      if (await this.blobs.size(digest) === undefined) missing.push(digest);
    }
    if (missing.length > 0) {
      throw new OciError({
        code: "oci/not-found",
        doing,
        why: `it refers to ${missing.join(", ")}, not there`,
        advice: "push what a manifest refers to before the manifest",
        details: { missing },
      });
    }
    const descriptor: Descriptor = {
      mediaType,
      digest,
      size: bytes.length,
      ...(facts.artifactType !== undefined && { artifactType: facts.artifactType }),
    };
    await this.blobs.write(digest, bytes.length, () => bytesSource(bytes).open(), options.signal);
    const tags = [...tag === undefined ? [] : [tag], ...options.tags ?? []];
    await this.index.put(descriptor, tags, options);
    return descriptor;
  }

  /** {@inheritDoc Target.tags} */
  async *tags(options: OperationOptions = {}): AsyncGenerator<string> {
    options.signal?.throwIfAborted();
    yield* await this.index.tags();
  }

  /** {@inheritDoc Target.deleteManifest} */
  async deleteManifest(which: Descriptor | string, options: OperationOptions = {}): Promise<void> {
    const name = typeof which === "string" ? which : which.digest;
    if (!isDigest(name)) return await this.index.removeTag(name, options);
    await this.index.removeDigest(name, options);
    await this.blobs.remove(name);
    this.#facts.delete(name);
  }

  /** {@inheritDoc Target.deleteBlob} */
  async deleteBlob(descriptor: Descriptor, options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    await this.blobs.remove(descriptor.digest);
  }

  /** {@inheritDoc Target.referrers} Computed from the manifests themselves, in the order of their digests. */
  async referrers(digest: string, options: ReferrersOptions = {}): Promise<Descriptor[]> {
    const found: Descriptor[] = [];
    const seen = new Set<string>();
    const pending = (await this.index.read()).entries.map((entry) => entry.digest);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      options.signal?.throwIfAborted();
      const facts = await this.#inspect(next);
      if (facts === undefined) continue;
      pending.push(...facts.manifests);
      if (facts.subject !== digest) continue;
      if (options.artifactType !== undefined && facts.kind !== options.artifactType) continue;
      const size = await this.blobs.size(next);
      if (size !== undefined) found.push(referrerDescriptor(next, size, facts));
    }
    return found.sort((a, b) => a.digest < b.digest ? -1 : 1);
  }

  /** What a manifest in this layout says; undefined when there is none or it is no manifest. */
  async #inspect(digest: string): Promise<ManifestFacts | undefined> {
    if (this.#facts.has(digest)) return this.#facts.get(digest);
    const bytes = await this.blobs.read(digest, maximumManifestBytes);
    // What is absent may come; what is there stays what it is.
    if (bytes === undefined) return undefined;
    let facts: ManifestFacts | undefined;
    try {
      facts = inspectManifest(bytes, `read ${digest} in ${this.name}`);
    } catch (error) {
      if (!(error instanceof OciError)) throw error;
    }
    if (this.#facts.size >= 10_000) this.#facts.delete(this.#facts.keys().next().value!);
    this.#facts.set(digest, facts);
    return facts;
  }

  #absent(doing: string, what: "tag" | "manifest" | "blob"): OciError {
    return new OciError({
      code: "oci/not-found",
      doing: doing.includes(this.name) ? doing : `${doing} in ${this.name}`,
      why: `there is no such ${what}`,
      advice: "check the name; index.json of the layout lists what there is",
    });
  }
}

/** The digest of bytes by the algorithm that another digest uses. */
function digestLike(bytes: Uint8Array, digest: string): string {
  const algorithm = digest.slice(0, digest.indexOf(":"));
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function layoutVersion(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed["imageLayoutVersion"] : undefined;
  } catch {
    return undefined;
  }
}
