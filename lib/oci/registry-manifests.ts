/**
 * Manifests over HTTP in the embedded registry, and what is found through them: tags, the catalog and referrers
 * (distribution spec, "Pulling manifests", "Pushing Manifests", "Content Discovery", "Deleting Manifests").
 * @module
 */
import { isNotFound, OciError } from "./error.ts";
import type { Layout } from "./layout.ts";
import { inspectManifest, maximumManifestBytes } from "./layout-manifest.ts";
import { Refusal } from "./registry-answer.ts";
import type { RegistryStore } from "./registry-store.ts";
import { isDigest, isTag } from "./reference.ts";

/** Answers GET and HEAD of a manifest, byte for byte and with the media type as it was pushed. */
export async function getManifest(
  request: Request,
  store: RegistryStore,
  repository: string,
  reference: string,
): Promise<Response> {
  const layout = await find(store, repository);
  let found;
  try {
    found = await layout.fetchManifest(reference);
  } catch (error) {
    throw isNotFound(error) ? unknownManifest(reference) : error;
  }
  const { descriptor, bytes } = found;
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: {
      "content-type": descriptor.mediaType,
      "content-length": String(bytes.length),
      "docker-content-digest": descriptor.digest,
      etag: `"${descriptor.digest}"`,
    },
  });
}

/** Answers PUT of a manifest by tag or digest, and of a digest with tags in the query. */
export async function putManifest(
  request: Request,
  url: URL,
  store: RegistryStore,
  repository: string,
  reference: string,
): Promise<Response> {
  const bytes = await readBody(request);
  const tags = isDigest(reference) ? [...new Set(url.searchParams.getAll("tag"))] : [];
  if (tags.length > maximumTags) throw new Refusal(414, "UNSUPPORTED", `at most ${maximumTags} tags at a time`);
  if (!tags.every(isTag)) throw new Refusal(400, "MANIFEST_INVALID", "a tag of the query is not valid");
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  let descriptor, subject;
  try {
    const facts = inspectManifest(bytes, "store the manifest");
    subject = facts.subject;
    const algorithm = reference.startsWith("sha512:") ? "sha512" : "sha256";
    const layout = await store.create(repository);
    const expected = isDigest(reference) ? reference : undefined;
    descriptor = await layout.pushManifest(
      bytes,
      mediaType === "" ? facts.mediaType : mediaType,
      expected === undefined ? reference : undefined,
      { algorithm, tags, ...(expected !== undefined && { expected }) },
    );
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    if (error.code === "oci/digest-mismatch") throw new Refusal(400, "DIGEST_INVALID", error.why);
    if (error.code === "oci/bad-manifest") throw new Refusal(400, "MANIFEST_INVALID", error.why);
    if (error.code !== "oci/not-found") throw error;
    throw new Refusal(404, "MANIFEST_BLOB_UNKNOWN", error.why, { detail: error.details });
  }
  const headers: Record<string, string> = {
    location: `/v2/${repository}/manifests/${reference}`,
    "docker-content-digest": descriptor.digest,
  };
  if (subject !== undefined) headers["oci-subject"] = subject;
  if (tags.length > 0) headers["oci-tag"] = tags.join(", ");
  return new Response(null, { status: 201, headers });
}

/** Answers DELETE of a manifest: by digest all of it with its tags, by tag the tag alone. */
export async function deleteManifest(store: RegistryStore, repository: string, reference: string): Promise<Response> {
  const layout = await find(store, repository);
  if (await layout.find(reference) === undefined) throw unknownManifest(reference);
  await layout.deleteManifest(reference);
  return new Response(null, { status: 202 });
}

/** Answers the list of tags, in pages when `n` asks for them. */
export async function listTags(url: URL, store: RegistryStore, repository: string): Promise<Response> {
  const tags = await (await find(store, repository)).index.tags();
  const { page, headers } = pageOf(url, tags);
  return Response.json({ name: repository, tags: page }, { headers });
}

/** Answers the list of repositories that the caller may see, in pages when `n` asks for them. */
export async function listRepositories(
  url: URL,
  store: RegistryStore,
  mayPull: (repository: string) => boolean,
): Promise<Response> {
  const { page, headers } = pageOf(url, (await store.repositories()).filter(mayPull));
  return Response.json({ repositories: page }, { headers });
}

/** Answers the list of what refers to a manifest, as an index; in pages of `pageSize`. */
export async function listReferrers(
  url: URL,
  store: RegistryStore,
  repository: string,
  digest: string,
  pageSize: number,
): Promise<Response> {
  const artifactType = url.searchParams.get("artifactType") || undefined;
  const layout = await store.find(repository);
  const all = await layout?.referrers(digest, { artifactType }) ?? [];
  const last = url.searchParams.get("last") ?? "";
  const rest = all.filter((descriptor) => descriptor.digest > last);
  const manifests = rest.slice(0, pageSize);
  const headers: Record<string, string> = { "content-type": "application/vnd.oci.image.index.v1+json" };
  if (artifactType !== undefined) headers["oci-filters-applied"] = "artifactType";
  if (rest.length > manifests.length) headers["link"] = nextLink(url, { last: manifests.at(-1)!.digest });
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests };
  return new Response(JSON.stringify(index), { headers });
}

/** Tags that one push may set. */
const maximumTags = 64;

/** Names of one answer, when `n` asks for none in particular. */
const maximumPage = 10_000;

/** The names after `last`, at most `n`, and the link to the next page. */
function pageOf(url: URL, names: readonly string[]): { page: string[]; headers: Record<string, string> } {
  const asked = url.searchParams.get("n");
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    throw new Refusal(400, "PAGINATION_NUMBER_INVALID", "n is not a number of names");
  }
  const count = Math.min(maximumPage, asked === null ? maximumPage : Number(asked));
  const last = url.searchParams.get("last") ?? "";
  const rest = last === "" ? names : names.filter((name) => name > last);
  const page = rest.slice(0, count);
  const more = page.length > 0 && page.length < rest.length;
  return { page, headers: more ? { link: nextLink(url, { n: String(count), last: page.at(-1)! }) } : {} };
}

function nextLink(url: URL, change: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(change)) query.set(name, value);
  return `<${url.pathname}?${query}>; rel="next"`;
}

async function find(store: RegistryStore, repository: string): Promise<Layout> {
  const layout = await store.find(repository);
  if (layout === undefined) throw new Refusal(404, "NAME_UNKNOWN", "there is no such repository");
  return layout;
}

function unknownManifest(reference: string): Refusal {
  return new Refusal(404, "MANIFEST_UNKNOWN", "the repository has no such manifest", { detail: { reference } });
}

/** The body of a manifest, which must fit in memory. */
async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refusal(413, "SIZE_INVALID", `a manifest may have at most ${maximumManifestBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maximumManifestBytes) throw tooLarge();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maximumManifestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
