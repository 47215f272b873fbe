/**
 * What a place for OCI content can do, whichever it is: a repository of a registry, or an image layout on disk.
 * Interfaces only; small ones, so that a function asks for no more than it uses.
 * @module
 */
import type { Source } from "../streams/source.ts";

/** Points to content: what it is, its digest and its size (OCI image spec, "Content Descriptors"). */
export interface Descriptor {
  /** What the content is. */
  readonly mediaType: string;
  /** `sha256:` or `sha512:` and lower-case hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** The kind of artifact, where the content is the manifest of one. */
  readonly artifactType?: string;
  /** Free metadata. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What an image of an index runs on. */
  readonly platform?: Platform;
  /** Where else the content may be had. Never followed by this code. */
  readonly urls?: readonly string[];
  /** The content itself, base64, when it is small. */
  readonly data?: string;
}

/** What an image runs on (OCI image spec, "Image Index"). */
export interface Platform {
  /** Such as `amd64`. */
  readonly architecture: string;
  /** Such as `linux`. */
  readonly os: string;
  /** Such as a Windows build number. */
  readonly "os.version"?: string;
  /** Required features of the system. */
  readonly "os.features"?: readonly string[];
  /** Such as `v8` of arm64. */
  readonly variant?: string;
}

/** What every operation takes. */
export interface OperationOptions {
  /** Ends the operation; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Finds out what a tag points to. */
export interface Resolver {
  /**
   * The descriptor of the manifest with this tag or digest.
   * @throws OciError `oci/not-found` when there is none
   */
  resolve(tagOrDigest: string, options?: OperationOptions): Promise<Descriptor>;
}

/** Reads content. Whatever it gives has been checked against size and digest. */
export interface Fetcher {
  /**
   * The manifest (at most 4 MiB) with this tag or digest; its bytes match the descriptor's digest.
   * @throws OciError `oci/not-found` when there is none, `oci/digest-mismatch` when it is not what was asked for
   */
  fetchManifest(
    tagOrDigest: string,
    options?: OperationOptions,
  ): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array<ArrayBuffer> }>;
  /**
   * The blob's bytes. The stream fails at its end (or as soon as there is too much) when size or digest are wrong:
   * throw away what came before.
   * @throws OciError `oci/not-found` when there is none
   */
  fetchBlob(
    descriptor: Descriptor,
    options?: OperationOptions,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** How a blob is pushed. */
export interface PushBlobOptions extends OperationOptions {
  /** A repository of the same registry that may hold the blob already, such as `org/other`: taken from there if so. */
  readonly mountFrom?: string | undefined;
}

/** Writes content. */
export interface Pusher {
  /** Whether the blob is there already. */
  hasBlob(descriptor: Descriptor, options?: OperationOptions): Promise<boolean>;
  /**
   * Stores the blob, unless it is there already.
   * @throws OciError `oci/digest-mismatch` when the source is not what the descriptor says
   */
  pushBlob(descriptor: Descriptor, source: Source, options?: PushBlobOptions): Promise<void>;
  /**
   * Stores a manifest or index, under its digest and, when given, under the tag. What it refers to must be there.
   * A manifest with a `subject` is listed by {@link ReferrerLister.referrers} of that subject afterwards.
   */
  pushManifest(
    bytes: Uint8Array<ArrayBuffer>,
    mediaType: string,
    tag?: string,
    options?: OperationOptions,
  ): Promise<Descriptor>;
}

/** Lists tags. */
export interface TagLister {
  /** Every tag, in the order of the store (lexical, by the distribution spec). An empty repository has none. */
  tags(options?: OperationOptions): AsyncIterable<string>;
}

/** Removes content. What is not there is no error. */
export interface Deleter {
  /** Removes the manifest with this digest (and with it its tags), or only the tag when a tag is given. */
  deleteManifest(which: Descriptor | string, options?: OperationOptions): Promise<void>;
  /** Removes a blob. */
  deleteBlob(descriptor: Descriptor, options?: OperationOptions): Promise<void>;
}

/** Which referrers are wanted. */
export interface ReferrersOptions extends OperationOptions {
  /** Only those of this artifact type. */
  readonly artifactType?: string | undefined;
}

/** Lists what refers to a manifest. */
export interface ReferrerLister {
  /** Descriptors of the manifests whose `subject` has this digest; none when nothing refers to it. */
  referrers(digest: string, options?: ReferrersOptions): Promise<Descriptor[]>;
}

/** A place for OCI content. */
export interface Target extends Resolver, Fetcher, Pusher, TagLister, Deleter, ReferrerLister {
  /** What messages call it, such as `quay.io/org/repo`. */
  readonly name: string;
}
