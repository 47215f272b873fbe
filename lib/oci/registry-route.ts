/**
 * Which endpoint of the distribution spec a request is for: method and path in, data out. Names and references that
 * the grammar does not allow never become a route, so that no path leads out of the store.
 * @module
 */
import { Refusal } from "./registry-answer.ts";
import { isDigest, isRepository, isTag } from "./reference.ts";

/** An endpoint ("Endpoints" of the distribution spec) with its variable parts. */
export type Route =
  /** `/v2/`. */
  | { readonly kind: "base" }
  /** `/v2/_catalog`. */
  | { readonly kind: "catalog" }
  /** `/v2/<name>/tags/list`. */
  | { readonly kind: "tags"; readonly repository: string }
  /** `/v2/<name>/manifests/<reference>`. */
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  /** `/v2/<name>/blobs/<digest>`. */
  | { readonly kind: "blob"; readonly repository: string; readonly reference: string }
  /** `/v2/<name>/blobs/uploads/`. */
  | { readonly kind: "uploads"; readonly repository: string }
  /** `/v2/<name>/blobs/uploads/<session>`. */
  | { readonly kind: "upload"; readonly repository: string; readonly reference: string }
  /** `/v2/<name>/referrers/<digest>`. */
  | { readonly kind: "referrers"; readonly repository: string; readonly reference: string };

/** Methods of each endpoint. */
const methods: Readonly<Record<Route["kind"], readonly string[]>> = {
  base: ["GET", "HEAD"],
  catalog: ["GET"],
  tags: ["GET"],
  manifest: ["GET", "HEAD", "PUT", "DELETE"],
  blob: ["GET", "HEAD", "DELETE"],
  uploads: ["POST"],
  upload: ["GET", "PATCH", "PUT", "DELETE"],
  referrers: ["GET"],
};

/** Whether a request changes something. */
export function isWrite(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/**
 * The endpoint of a request.
 * @param path the path of its URL, still percent-encoded
 * @throws Refusal 404, 400 or 405 when there is none
 */
export function routeOf(method: string, path: string): Route {
  const route = parsePath(path);
  const allowed = methods[route.kind];
  if (!allowed.includes(method)) {
    throw new Refusal(405, "UNSUPPORTED", `${method} is not supported here`, {
      headers: { allow: allowed.join(", ") },
    });
  }
  return route;
}

function parsePath(path: string): Route {
  let segments: string[];
  try {
    segments = path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw new Refusal(404, "UNSUPPORTED", "the path is not percent-encoded UTF-8");
  }
  if (segments.shift() !== "v2") throw new Refusal(404, "UNSUPPORTED", "the API is under /v2/");
  if (segments.length === 0 || segments.join("/") === "") return { kind: "base" };
  if (segments.join("/") === "_catalog") return { kind: "catalog" };
  // Repositories may have components named like endpoints: what counts is the end of the path.
  const last = segments.pop() ?? "";
  const kind = segments.pop() ?? "";
  const before = segments.at(-1);
  if (kind === "tags" && last === "list") return { kind: "tags", repository: repository(segments) };
  if (kind === "manifests") {
    if (!isTag(last) && !isDigest(last)) {
      throw last.includes(":")
        ? new Refusal(400, "DIGEST_INVALID", "the reference is not a digest that this registry knows")
        : new Refusal(404, "MANIFEST_UNKNOWN", "the reference is neither a tag nor a digest");
    }
    return { kind: "manifest", repository: repository(segments), reference: last };
  }
  if (kind === "blobs" && last === "uploads") return { kind: "uploads", repository: repository(segments) };
  if (kind === "uploads" && before === "blobs") {
    segments.pop();
    const name = repository(segments);
    return last === "" ? { kind: "uploads", repository: name } : { kind: "upload", repository: name, reference: last };
  }
  if (kind === "blobs") return { kind: "blob", repository: repository(segments), reference: digest(last) };
  if (kind === "referrers") return { kind: "referrers", repository: repository(segments), reference: digest(last) };
  throw new Refusal(404, "UNSUPPORTED", "there is no such endpoint");
}

function repository(segments: readonly string[]): string {
  const name = segments.join("/");
  if (!isRepository(name)) throw new Refusal(404, "NAME_INVALID", "the repository's name is not valid");
  return name;
}

function digest(text: string): string {
  if (!isDigest(text)) throw new Refusal(400, "DIGEST_INVALID", "this is not a digest that this registry knows");
  return text;
}
