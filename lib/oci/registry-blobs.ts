/**
 * Blobs over HTTP in the embedded registry: get with ranges, delete, and the upload protocol (distribution spec,
 * "Pulling blobs", "Pushing blobs", "Deleting blobs").
 * @module
 */
import type { Layout } from "./layout.ts";
import { Refusal } from "./registry-answer.ts";
import type { RegistryStore } from "./registry-store.ts";
import { sessionHeaders, type UploadSessions } from "./registry-upload.ts";
import { isDigest, isRepository } from "./reference.ts";

/** Answers GET and HEAD of a blob, whole or one range of it (RFC 9110, 14). */
export async function getBlob(
  request: Request,
  store: RegistryStore,
  repository: string,
  digest: string,
): Promise<Response> {
  const { layout, size } = await findBlob(store, repository, digest);
  const headers: Record<string, string> = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  const range = parseRange(request.headers.get("range"), size);
  if (range === "unsatisfiable") {
    throw new Refusal(416, "SIZE_INVALID", `the blob has ${size} bytes`, {
      headers: { "content-range": `bytes */${size}` },
    });
  }
  const { start, end } = range ?? { start: 0, end: size };
  headers["content-length"] = String(end - start);
  if (range !== undefined) headers["content-range"] = `bytes ${start}-${end - 1}/${size}`;
  const body = request.method === "HEAD" || end === start ? null : layout.blobs.source(digest, end).open(start);
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
}

/** Answers DELETE of a blob. */
export async function deleteBlob(store: RegistryStore, repository: string, digest: string): Promise<Response> {
  const { layout, size } = await findBlob(store, repository, digest);
  if ((await layout.index.read()).byDigest.has(digest)) {
    throw new Refusal(405, "UNSUPPORTED", "this is a manifest: delete it under manifests/", {
      headers: { allow: "GET, HEAD" },
    });
  }
  await layout.deleteBlob({ mediaType: "application/octet-stream", digest, size });
  return new Response(null, { status: 202, headers: { "docker-content-digest": digest } });
}

/** Answers POST of an upload: mount from another repository, all at once, or the beginning of a session. */
export async function beginUpload(
  request: Request,
  url: URL,
  store: RegistryStore,
  uploads: UploadSessions,
  repository: string,
  mayPull: (repository: string) => boolean,
): Promise<Response> {
  const mount = url.searchParams.get("mount");
  if (mount !== null && isDigest(mount)) {
    const from = url.searchParams.get("from") ?? await store.whoHas(mount, mayPull);
    if (from !== undefined && isRepository(from) && mayPull(from) && await store.mount(mount, from, repository)) {
      return created(repository, mount);
    }
  }
  const digest = url.searchParams.get("digest");
  if (digest !== null) checkDigest(digest);
  const session = await uploads.begin(repository);
  if (digest === null) return new Response(null, { status: 202, headers: sessionHeaders(session) });
  try {
    await uploads.append(session, request.body);
  } catch (error) {
    await uploads.cancel(session);
    throw error;
  }
  await uploads.commit(session, digest);
  return created(repository, digest);
}

/** Answers GET, PATCH, PUT and DELETE of an upload session. */
export async function continueUpload(
  request: Request,
  url: URL,
  uploads: UploadSessions,
  repository: string,
  id: string,
): Promise<Response> {
  const session = uploads.get(repository, id);
  if (request.method === "GET") {
    return new Response(null, { status: 204, headers: sessionHeaders(await uploads.status(session)) });
  }
  if (request.method === "DELETE") {
    await uploads.cancel(session);
    return new Response(null, { status: 204 });
  }
  const range = parseContentRange(request.headers.get("content-range"));
  if (request.method === "PATCH") {
    await uploads.append(session, request.body, range);
    return new Response(null, { status: 202, headers: sessionHeaders(session) });
  }
  const digest = url.searchParams.get("digest") ?? "";
  checkDigest(digest);
  await uploads.append(session, request.body, request.body === null ? undefined : range);
  await uploads.commit(session, digest);
  return created(repository, digest);
}

function created(repository: string, digest: string): Response {
  return new Response(null, {
    status: 201,
    headers: { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest },
  });
}

function checkDigest(digest: string): void {
  if (!isDigest(digest)) throw new Refusal(400, "DIGEST_INVALID", "the query needs a sha256 or sha512 digest");
}

async function findBlob(
  store: RegistryStore,
  repository: string,
  digest: string,
): Promise<{ layout: Layout; size: number }> {
  const layout = await store.find(repository);
  if (layout === undefined) throw new Refusal(404, "NAME_UNKNOWN", "there is no such repository");
  const size = await layout.blobs.size(digest);
  if (size === undefined) {
    throw new Refusal(404, "BLOB_UNKNOWN", "the repository has no such blob", { detail: { digest } });
  }
  return { layout, size };
}

/** `start-end` of the distribution spec's Content-Range, which has no unit; `bytes start-end/size` is understood too. */
function parseContentRange(header: string | null): { start: number; end: number } | undefined {
  if (header === null) return undefined;
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(header.trim());
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || end < start) {
    throw new Refusal(400, "BLOB_UPLOAD_INVALID", "Content-Range is not <start>-<end>");
  }
  return { start, end };
}

/**
 * The range that is asked for, end exclusive; undefined for all of it, which is also the answer to what this server
 * does not know (other units, several ranges), as RFC 9110 allows.
 */
function parseRange(header: string | null, size: number): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const length = Number(match[2]);
    return length === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - length), end: size };
  }
  const start = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Number(match[2]);
  if (match[2] !== "" && last < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end: Math.min(last + 1, size) };
}
