/**
 * Pushing a folder without its secrets: look through every file, say what was found, put the files under the tag. What
 * the StepAction `secure-push-oci` does, and `store-pipeline-status` at a desk. Must not know where credentials come
 * from, or Tekton.
 * @module
 */

import { openRepository } from "../oci/client.ts";
import type { CredentialStore } from "../oci/credentials.ts";
import { annotationKeys } from "../oci/manifest.ts";
import { formatReference, isDigest, parseReference, type Reference } from "../oci/reference.ts";
import type { Descriptor, Target } from "../oci/target.ts";
import { createMasker } from "../secrets/mask.ts";
import { UsageError } from "../terminal/error.ts";
import type { Logger } from "../terminal/log.ts";
import { type Outgoing, readOutgoing } from "./outgoing.ts";
import { pushFolder } from "./push-folder.ts";

/** What is pushed, where and how. */
export interface SecurePushOptions {
  /** The folder. */
  readonly folder: string;
  /** The tag it goes to: `quay.io/org/repo:tag`. */
  readonly reference: string;
  /** Who to be. */
  readonly credentials: CredentialStore;
  /** Values that must not go out, beside what the rules find. */
  readonly secrets: Iterable<string>;
  /** Time after which quay.io removes the tag, such as `1y`; `""` for never. */
  readonly expiration: string;
  /** An image of the same repository (tag, digest or whole reference) that the artifact is attached to. @default none */
  readonly subject?: string | undefined;
  /** Speak HTTP without TLS. @default only with registries on this machine */
  readonly plainHttp?: boolean | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what was masked, left out and pushed. */
  readonly log: Logger;
  /**
   * The shortest time that the tag is watched for other writers, in milliseconds.
   * @default 1000
   */
  readonly settleMs?: number | undefined;
}

/**
 * Pushes the folder; gives what the tag points to now, or undefined when there was nothing to push.
 * @throws {UsageError} when the reference has no tag, the subject is of another repository, or there is no folder
 * @throws {OciError} what the registry refuses
 */
export async function securePush(options: SecurePushOptions): Promise<Descriptor | undefined> {
  const { folder, credentials, secrets, expiration, plainHttp, signal, log, settleMs } = options;
  const reference = tagged(options.reference);
  const about = subjectOf(options.subject ?? "", reference);
  const outgoing = await readOutgoing(folder, createMasker({ values: secrets }), signal);
  report(outgoing, log);
  if (outgoing.files.length === 0) {
    log.warn(`nothing is pushed: there are no files to push in ${folder}`);
    return undefined;
  }
  const target = openRepository(reference, {
    credentials,
    signal,
    log,
    ...plainHttp === undefined ? {} : { plainHttp },
  });
  try {
    const subject = about === undefined ? undefined : await resolveSubject(target, about, signal);
    const { descriptor, writes } = await pushFolder(target, {
      tag: reference.tag,
      files: outgoing.files,
      annotations: {
        [annotationKeys.title]: `Artifact storage for pipelinerun: ${reference.tag}`,
        ...expiration === "" ? {} : { "quay.expires-after": expiration },
      },
      subject,
      signal,
      log,
      ...settleMs === undefined ? {} : { settleMs },
    });
    const name = formatReference(reference);
    const { length } = outgoing.files;
    log.info(
      writes === 0
        ? `${name} holds all of it already, ${descriptor.digest}`
        : `pushed ${length} file${
          length === 1 ? "" : "s"
        } to ${name}, ${descriptor.digest}; to get them: oras pull ${name}`,
    );
    return descriptor;
  } finally {
    target.close();
  }
}

/**
 * The reference, which must name a tag.
 * @throws {UsageError} `record/no-tag`; OciError `oci/bad-reference`
 */
export function tagged(text: string): Reference & { readonly tag: string } {
  const reference = parseReference(text);
  const { tag, digest } = reference;
  if (tag !== undefined && digest === undefined) return { ...reference, tag };
  throw new UsageError({
    code: "record/no-tag",
    doing: `push to ${text}`,
    why: digest === undefined ? "it has no tag" : "a digest names content that is there already",
    advice: "Name registry, repository and tag: quay.io/org/repo:tag.",
  });
}

/** Tag or digest of the subject; undefined for none. */
function subjectOf(text: string, reference: Reference): string | undefined {
  if (text === "" || isDigest(text)) return text || undefined;
  const { tag, digest, ...where } = parseReference(text);
  if (where.registry === reference.registry && where.repository === reference.repository) {
    return digest ?? tag ?? "latest";
  }
  throw new UsageError({
    code: "record/subject-elsewhere",
    doing: `attach the artifact to ${text}`,
    why: `it is not in the repository ${reference.registry}/${reference.repository}`,
    advice: "An artifact lies in the repository of its subject: push it there, or name no subject.",
  });
}

async function resolveSubject(target: Target, which: string, signal: AbortSignal | undefined): Promise<Descriptor> {
  const { mediaType, digest, size } = await target.resolve(which, { signal });
  return { mediaType, digest, size };
}

/** Says what was masked and what stays behind; never what it was. */
function report({ files, leftOut }: Outgoing, log: Logger): void {
  for (const { title, findings } of files) {
    for (const { rule, count } of findings) {
      log.warn(`${title}: masked ${count} secret${count === 1 ? "" : "s"} (${rule})`);
    }
  }
  for (const { title, why } of leftOut) log.warn(`${shown(title)}: left out, because ${why}`);
}

/** A path in one line, whatever is in it. */
function shown(title: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return /[\x00-\x1f\x7f]/.test(title) ? JSON.stringify(title) : title;
}
