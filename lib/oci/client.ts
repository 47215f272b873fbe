/**
 * A repository of a registry: the client of the OCI distribution spec 1.1 (pull, push, discovery, management). Knows
 * the endpoints; requests, login and retries are the session's.
 * @module
 */
import { hasDigest, sha256Digest } from "../streams/digest.ts";
import type { Source } from "../streams/source.ts";
import { downloadBlob } from "./download.ts";
import { isNotFound, OciError } from "./error.ts";
import type { Exchange } from "./http.ts";
import { inspectManifest, maximumManifestBytes, referrerDescriptor } from "./layout-manifest.ts";
import { mediaTypes } from "./manifest.ts";
import { isDigest, isTag, type Reference } from "./reference.ts";
import { addReferrer, listReferrers, removeReferrer } from "./referrers.ts";
import { nextPage, Session, type SessionOptions } from "./session.ts";
import type { Descriptor, OperationOptions, PushBlobOptions, ReferrersOptions, Target } from "./target.ts";
import { uploadBlob } from "./upload.ts";

/** How a repository is opened. */
export interface OpenRepositoryOptions extends SessionOptions {
  /** Bytes of a chunk: a blob up to this size is one request, and memory holds one chunk at most. @default 4 MiB */
  readonly chunkBytes?: number | undefined;
  /** Send a larger blob as one stream, and chunks only where that fails. @default true */
  readonly stream?: boolean | undefined;
  /** How long a change to a referrers tag must have stood, in milliseconds; see `updateTag`. @default 500 */
  readonly settleMs?: number | undefined;
}

const maximumPageBytes = 16 * 1024 * 1024;
const maximumPages = 10_000;
const acceptManifests = {
  accept: [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerList].join(", "),
};

/**
 * The repository that a reference names (its tag and digest do not count here). No request is made before the first
 * operation. Close it, or declare it with `using`.
 */
export function openRepository(reference: Reference, options: OpenRepositoryOptions = {}): Repository {
  return new Repository(reference, options);
}

/** A repository of a registry. */
export class Repository implements Target {
  /** `registry/repository`. */
  readonly name: string;
  readonly #session: Session;
  readonly #chunkBytes: number;
  readonly #stream: boolean;
  readonly #settleMs: number;

  /** See {@link openRepository}. */
  constructor(reference: Reference, options: OpenRepositoryOptions) {
    this.#session = new Session(reference, options);
    this.name = this.#session.name;
    this.#chunkBytes = options.chunkBytes ?? 4 * 1024 * 1024;
    this.#stream = options.stream ?? true;
    this.#settleMs = options.settleMs ?? 500;
  }

  /** Closes the connections. */
  close(): void {
    this.#session.http.close();
  }

  /** Closes the connections. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Asks whether there is a registry and whether it lets us in ("Determining Support").
   * @throws OciError `oci/not-found` when there is something else, and all that a request can fail with
   */
  async ping(options: OperationOptions = {}): Promise<void> {
    const doing = `reach the registry ${this.#session.base.host}`;
    const at = "/v2/";
    await (await this.#session.request({ method: "GET", at, expect: [200], doing, ...options })).discard();
  }

  /** See Resolver. */
  async resolve(tagOrDigest: string, options: OperationOptions = {}): Promise<Descriptor> {
    const at = this.#manifestPath(tagOrDigest);
    const doing = `find ${this.#nameOf(tagOrDigest)}`;
    const exchange = await this.#session.request({
      method: "HEAD",
      at,
      headers: acceptManifests,
      // A registry without HEAD, or one that says too little in it, is asked for the whole.
      expect: [200, 405],
      doing,
      ...options,
    });
    await exchange.discard();
    const digest = exchange.headers.get("docker-content-digest");
    const size = Number(exchange.headers.get("content-length") ?? NaN);
    const mediaType = mediaTypeOf(exchange);
    if (exchange.status !== 200 || digest === null || !isDigest(digest) || !(size > 0) || mediaType === undefined) {
      return (await this.fetchManifest(tagOrDigest, options)).descriptor;
    }
    if (isDigest(tagOrDigest) && tagOrDigest !== digest) throw this.#lie(doing, `the registry has ${digest} there`);
    return { mediaType, digest, size };
  }

  /** See Fetcher. */
  async fetchManifest(
    tagOrDigest: string,
    options: OperationOptions = {},
  ): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array<ArrayBuffer> }> {
    const at = this.#manifestPath(tagOrDigest);
    const doing = `fetch ${this.#nameOf(tagOrDigest)}`;
    // The body is read within the attempt, so that a connection which breaks in the middle of it is tried again.
    return await this.#session.http.retrying(doing, this.#session.signal(options.signal), async () => {
      const exchange = await this.#session.request({
        method: "GET",
        at,
        headers: acceptManifests,
        expect: [200],
        doing,
        once: true,
        ...options,
      });
      const bytes = await this.#body(exchange, maximumManifestBytes, doing);
      const said = exchange.headers.get("docker-content-digest");
      const announced = isDigest(tagOrDigest) ? tagOrDigest : said !== null && isDigest(said) ? said : undefined;
      if (announced !== undefined && !hasDigest(bytes, announced)) {
        throw this.#lie(doing, `its digest is ${sha256Digest(bytes)}, announced was ${announced}`);
      }
      const mediaType = mediaTypeOf(exchange) ?? inspectManifest(bytes, doing).mediaType;
      return { descriptor: { mediaType, digest: announced ?? sha256Digest(bytes), size: bytes.length }, bytes };
    });
  }

  /** See Fetcher. */
  async fetchBlob(
    descriptor: Descriptor,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    checkDigest(descriptor.digest);
    return await downloadBlob(this.#session, descriptor, options);
  }

  /** See Pusher. */
  async hasBlob(descriptor: Descriptor, options: OperationOptions = {}): Promise<boolean> {
    return await this.#hasBlob(descriptor, options, "pull");
  }

  /** See Pusher. */
  async pushBlob(descriptor: Descriptor, source: Source, options: PushBlobOptions = {}): Promise<void> {
    checkDigest(descriptor.digest);
    if (source.size !== descriptor.size) {
      throw this.#lie(
        `push the blob ${descriptor.digest} to ${this.name}`,
        `the content has ${source.size} bytes, its descriptor says ${descriptor.size}`,
      );
    }
    // Asked with the right to push, so that one login serves this and the upload.
    const exists = () => this.#hasBlob(descriptor, { signal: options.signal }, "push");
    if (await exists()) return;
    const how = { ...options, chunkBytes: this.#chunkBytes, stream: this.#stream, exists };
    await uploadBlob(this.#session, descriptor, source, how);
  }

  /** See Pusher. Of a registry without the referrers API the tag that stands in for it is kept up to date. */
  async pushManifest(
    bytes: Uint8Array<ArrayBuffer>,
    mediaType: string,
    tag?: string,
    options: OperationOptions = {},
  ): Promise<Descriptor> {
    const digest = sha256Digest(bytes);
    const at = this.#manifestPath(tag ?? digest);
    const doing = `push ${this.#nameOf(tag ?? digest)}`;
    const facts = inspectManifest(bytes, doing);
    const exchange = await this.#session.request({
      method: "PUT",
      at,
      headers: { "content-type": mediaType },
      body: bytes,
      expect: [201, 200, 202],
      doing,
      ...options,
    });
    await exchange.discard();
    const stored = exchange.headers.get("docker-content-digest");
    if (stored !== null && stored !== digest && stored.startsWith("sha256:")) {
      throw this.#lie(doing, `the registry says that it stored ${stored.slice(0, 80)}, sent was ${digest}`);
    }
    if (facts.subject !== undefined && exchange.headers.get("oci-subject") !== facts.subject) {
      const referrer = { ...referrerDescriptor(digest, bytes.length, facts), mediaType };
      await addReferrer(this, facts.subject, referrer, { ...options, settleMs: this.#settleMs });
    }
    return {
      mediaType,
      digest,
      size: bytes.length,
      ...(facts.artifactType !== undefined && { artifactType: facts.artifactType }),
    };
  }

  /** See TagLister. */
  async *tags(options: OperationOptions = {}): AsyncGenerator<string> {
    const doing = `list the tags of ${this.name}`;
    for await (const { tags } of this.#pages("tags/list?n=1000", doing, options)) {
      for (const tag of Array.isArray(tags) ? tags : []) {
        if (typeof tag === "string" && isTag(tag)) yield tag;
      }
    }
  }

  /** See ReferrerLister. */
  async referrers(digest: string, options: ReferrersOptions = {}): Promise<Descriptor[]> {
    checkDigest(digest);
    const { artifactType, ...operation } = options;
    const doing = `list the referrers of ${this.name}@${digest}`;
    const filter = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    const pages = this.#pages(`referrers/${digest}${filter}`, doing, operation);
    const all = await listReferrers(this, digest, doing, pages, operation);
    // Filtering is the registry's option, not its duty.
    return artifactType === undefined ? all : all.filter((each) => each.artifactType === artifactType);
  }

  /** See Deleter. A tag can be deleted only where the registry supports it. */
  async deleteManifest(which: Descriptor | string, options: OperationOptions = {}): Promise<void> {
    const tagOrDigest = typeof which === "string" ? which : which.digest;
    const at = this.#manifestPath(tagOrDigest);
    const doing = `delete ${this.#nameOf(tagOrDigest)}`;
    let subject: string | undefined;
    if (isDigest(tagOrDigest)) {
      try {
        subject = inspectManifest((await this.fetchManifest(tagOrDigest, options)).bytes, doing).subject;
      } catch (error) {
        if (isNotFound(error)) return;
        throw error;
      }
    }
    await this.#delete(at, doing, options);
    if (subject !== undefined) {
      await removeReferrer(this, subject, tagOrDigest, { ...options, settleMs: this.#settleMs });
    }
  }

  /** See Deleter. */
  async deleteBlob(descriptor: Descriptor, options: OperationOptions = {}): Promise<void> {
    checkDigest(descriptor.digest);
    await this.#delete(`blobs/${descriptor.digest}`, `delete the blob ${descriptor.digest} of ${this.name}`, options);
  }

  async #hasBlob(descriptor: Descriptor, options: OperationOptions, access: "pull" | "push"): Promise<boolean> {
    const { digest, size } = descriptor;
    checkDigest(digest);
    const doing = `look for the blob ${digest} in ${this.name}`;
    const at = `blobs/${digest}`;
    const exchange = await this.#session.request({ method: "HEAD", at, access, expect: [200, 404], doing, ...options });
    await exchange.discard();
    const length = exchange.headers.get("content-length");
    if (exchange.status === 200 && length !== null && Number(length) !== size) {
      throw this.#lie(doing, `the registry has ${length} bytes there, its descriptor says ${size}`);
    }
    return exchange.status === 200;
  }

  async #delete(at: string, doing: string, options: OperationOptions): Promise<void> {
    const expect = [200, 202, 204, 404];
    await (await this.#session.request({ method: "DELETE", at, expect, doing, ...options })).discard();
  }

  /** JSON objects, page by page as the registry links them. */
  async *#pages(path: string, doing: string, options: OperationOptions): AsyncGenerator<Record<string, unknown>> {
    let at: string | URL | undefined = path;
    for (let count = 0; at !== undefined; count++) {
      if (count === maximumPages) throw this.#badResponse(doing, `after ${maximumPages} pages there are still more`);
      const { json, next }: Page = await this.#page(at, doing, options);
      yield json;
      at = next;
    }
  }

  async #page(at: string | URL, doing: string, options: OperationOptions): Promise<Page> {
    return await this.#session.http.retrying(doing, this.#session.signal(options.signal), async () => {
      const exchange = await this.#session.request({ method: "GET", at, expect: [200], doing, once: true, ...options });
      const bytes = await this.#body(exchange, maximumPageBytes, doing);
      try {
        const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
        if (typeof json === "object" && json !== null) return { json: { ...json }, next: nextPage(exchange) };
      } catch {
        // The same error as for JSON of another kind.
      }
      throw this.#badResponse(doing, "not with the JSON that the distribution spec asks for");
    });
  }

  async #body(exchange: Exchange, maximum: number, doing: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await exchange.bytes(maximum);
    if (bytes !== undefined) return bytes;
    throw new OciError({
      code: "oci/too-large",
      doing,
      why: `the registry sends more than ${maximum} bytes`,
      advice: "no manifest may be so large; check what the tag or digest names",
      details: { host: this.#session.base.host },
    });
  }

  #manifestPath(tagOrDigest: string): string {
    if (!isTag(tagOrDigest)) checkDigest(tagOrDigest);
    return `manifests/${tagOrDigest}`;
  }

  #nameOf(tagOrDigest: string): string {
    return `${this.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
  }

  #lie(doing: string, why: string): OciError {
    return new OciError({
      code: "oci/digest-mismatch",
      doing,
      why,
      advice: "the content is damaged or was replaced: try again, and tell the registry's operators if it stays",
      details: { host: this.#session.base.host },
    });
  }

  #badResponse(doing: string, why: string): OciError {
    return new OciError({
      code: "oci/bad-response",
      doing,
      why: `${this.#session.base.host} answered, but ${why}`,
      advice: "check that the address is a registry's, and that no proxy answers in its place",
      details: { host: this.#session.base.host },
    });
  }
}

interface Page {
  readonly json: Record<string, unknown>;
  readonly next: URL | undefined;
}

/** The media type of an answer without its parameters; undefined where it says nothing of use. */
function mediaTypeOf(exchange: Exchange): string | undefined {
  const type = exchange.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  return ["", "application/json", "text/plain", "application/octet-stream"].includes(type) ? undefined : type;
}

function checkDigest(digest: string): void {
  if (isDigest(digest)) return;
  throw new OciError({
    code: "oci/bad-reference",
    doing: `read the digest or tag ${JSON.stringify(digest.slice(0, 200))}`,
    why: "it is neither",
    advice: "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits",
    details: { part: "digest" },
  });
}
