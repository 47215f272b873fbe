/**
 * What refers to a manifest (distribution spec, "Listing Referrers"): the referrers API, and the tag with an index that
 * stands in for it where a registry has no such API ("Referrers Tag Schema").
 * @module
 */
import { isNotFound, OciError } from "./error.ts";
import { canonicalJson, type ImageIndex, mediaTypes, parseImageIndex } from "./manifest.ts";
import type { Descriptor, OperationOptions } from "./target.ts";
import { type TagStore, updateTag, type UpdateTagOptions } from "./update-tag.ts";

/** The tag that lists the referrers of a digest where there is no API: `sha256-<hex>`, at most 64 digits of it. */
export function referrersTag(digest: string): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/**
 * All referrers of a digest, from the pages of the API, or from the tag when there is none.
 * @throws OciError when neither API nor tag can be read; neither of them there means no referrers
 */
export async function listReferrers(
  store: TagStore,
  digest: string,
  doing: string,
  pages: AsyncIterable<unknown>,
  options: OperationOptions,
): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  try {
    for await (const page of pages) found.push(...parseImageIndex(canonicalJson(page), doing).manifests);
    return found;
  } catch (error) {
    // No API: 404 by the spec; other refusals, and pages that are no index, from registries older than it.
    const none = error instanceof OciError && found.length === 0 &&
      ["oci/not-found", "oci/unsupported", "oci/bad-manifest", "oci/bad-response"].includes(error.code);
    if (!none) throw error;
  }
  try {
    const { bytes } = await store.fetchManifest(referrersTag(digest), options);
    return [...parseImageIndex(bytes, doing).manifests];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Adds a referrer to the tag of its subject, and keeps what other writers add at the same time. */
export async function addReferrer(
  store: TagStore,
  subject: string,
  referrer: Descriptor,
  options: UpdateTagOptions,
): Promise<void> {
  await changeIndex(
    store,
    subject,
    options,
    (manifests) => manifests.some(({ digest }) => digest === referrer.digest) ? undefined : [...manifests, referrer],
  );
}

/** Takes a referrer out of the tag of its subject, where there is one. */
export async function removeReferrer(
  store: TagStore,
  subject: string,
  digest: string,
  options: UpdateTagOptions,
): Promise<void> {
  await changeIndex(store, subject, options, (manifests) => {
    const rest = manifests.filter((each) => each.digest !== digest);
    return rest.length === manifests.length ? undefined : rest;
  });
}

async function changeIndex(
  store: TagStore,
  subject: string,
  options: UpdateTagOptions,
  change: (manifests: readonly Descriptor[]) => readonly Descriptor[] | undefined,
): Promise<void> {
  const tag = referrersTag(subject);
  for (let attempt = 1;; attempt++) {
    try {
      await updateTag(store, tag, async (current) => {
        const index: ImageIndex = current === undefined
          ? { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] }
          : parseImageIndex(current.bytes, `list ${store.name}:${tag} as an index of referrers`);
        const changed = change(index.manifests);
        if (changed === undefined) return undefined;
        const manifests = attempt === 1 ? changed : await present(store, changed, options);
        return { bytes: canonicalJson({ ...index, manifests }), mediaType: mediaTypes.index };
      }, options);
      return;
    } catch (error) {
      // A listed manifest is gone: deleted meanwhile, or long ago by someone who left the tag as it was. Registries
      // take no index that refers to it, so it is left out.
      const codes = error instanceof OciError ? error.details["codes"] : undefined;
      if (attempt === 3 || !Array.isArray(codes) || !codes.includes("MANIFEST_BLOB_UNKNOWN")) throw error;
    }
  }
}

/** Those of the manifests that are there. */
async function present(
  store: TagStore,
  manifests: readonly Descriptor[],
  options: OperationOptions,
): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  for (const manifest of manifests) {
    try {
      await store.fetchManifest(manifest.digest, { signal: options.signal });
      found.push(manifest);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return found;
}
