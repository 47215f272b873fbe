/**
 * Names of content in registries: `registry/repository:tag@digest`, by the grammar of the OCI distribution spec
 * ("Pulling manifests") and, for the registry's part, of docker. Text in, data out; no network.
 *
 * A reference without a registry means docker.io, as everywhere: the first component is a registry only when it holds
 * a `.` or `:`, is `localhost`, or has an upper-case letter, and something follows it. So `alpine` is
 * `docker.io/library/alpine`, `org/repo` is `docker.io/org/repo`, and `localhost:5000/repo` is a repository without a
 * tag.
 * @module
 */
import { ExitCode } from "../terminal/error.ts";
import { OciError } from "./error.ts";

/** Where content is: a repository, and in it possibly a tag, a digest, or both (then the digest counts). */
export interface Reference {
  /** Host, with port if any: `quay.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path in the registry: `org/repo`. */
  readonly repository: string;
  /** Such as `latest`. */
  readonly tag?: string;
  /** `sha256:` with 64 or `sha512:` with 128 lower-case hex digits. */
  readonly digest?: string;
}

/** A part of a reference that can be wrong, as `details.part` of the error names it. */
export type ReferencePart = "reference" | "registry" | "repository" | "tag" | "digest";

const hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const repositoryComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const maximumName = 255;

/** Whether text is a tag: up to 128 of `A-Za-z0-9._-`, not beginning with `.` or `-`. */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** Whether text is a digest that can be verified: `sha256:` or `sha512:` and lower-case hex of the right length. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** Whether text is the path of a repository in a registry: components of lower-case letters and digits. */
export function isRepository(text: string): boolean {
  return text.length <= maximumName && text.split("/").every((component) => repositoryComponent.test(component));
}

/**
 * Parses `[registry/]repository[:tag][@digest]`.
 * @throws OciError `oci/bad-reference` (exit code 2), whose `details.part` names the {@link ReferencePart}
 */
export function parseReference(text: string): Reference {
  const bad = (part: ReferencePart, why: string, advice: string) => badReference(text, part, why, advice);
  if (text === "") throw bad("reference", "it is empty", "give one such as quay.io/org/repo:tag");
  if (/\s/.test(text)) throw bad("reference", "it holds white space", "remove the spaces or line ends");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme) {
    throw bad("reference", `it begins with ${shown(scheme[0])}`, "write it without a scheme: quay.io/org/repo:tag");
  }
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    throw bad(
      "digest",
      `${shown(digest)} is not a digest`,
      "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits",
    );
  }
  let name = at < 0 ? text : text.slice(0, at);
  // A colon behind the last slash is a tag; one before it belongs to a port.
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (tag !== undefined) name = name.slice(0, colon);
  if (tag !== undefined && !isTag(tag)) {
    throw bad(
      "tag",
      `${shown(tag)} is not a tag`,
      "a tag is 1 to 128 letters, digits, '_', '.' or '-', and begins with none of the last two",
    );
  }
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasRegistry = first === "localhost" || /[.:A-Z[\]]/.test(first) || slash === 0;
  let registry = hasRegistry ? first : "docker.io";
  let repository = hasRegistry ? name.slice(slash + 1) : name;
  const wrong = registryFault(registry);
  if (wrong !== undefined) {
    throw bad("registry", wrong, "a registry is a host with an optional port: quay.io, localhost:5000");
  }
  if (registry === "index.docker.io") registry = "docker.io";
  if (registry === "docker.io" && repository !== "" && !repository.includes("/")) repository = `library/${repository}`;
  if (!repository.split("/").every((component) => repositoryComponent.test(component))) {
    const advice = repository !== repository.toLowerCase()
      ? "repositories are written in lower case"
      : "a repository is components of lower-case letters and digits, joined by '/', within them by '.', '_', '__' or '-'";
    throw bad(
      "repository",
      repository === "" ? "it names no repository" : `${shown(repository)} is not a repository`,
      advice,
    );
  }
  if (registry.length + 1 + repository.length > maximumName) {
    throw bad(
      "repository",
      `registry and repository together have more than ${maximumName} characters`,
      "use a shorter name",
    );
  }
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The text of a reference, always with its registry; {@link parseReference} gives the same reference back. */
export function formatReference(reference: Reference): string {
  const { registry, repository, tag, digest } = reference;
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/**
 * `registry/repository` of a reference: tag and digest dropped.
 * @throws OciError `oci/bad-reference` when the text is not a reference
 */
export function repositoryOf(text: string): string {
  const { registry, repository } = parseReference(text);
  return `${registry}/${repository}`;
}

/** What is wrong with a registry's name, or undefined. */
function registryFault(registry: string): string | undefined {
  const match = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^:[\]]*)(?::(.*))?$/.exec(registry);
  const host = match?.[1] ?? "";
  if (match === null || host === "") return `${shown(registry)} is not a host`;
  if (host.startsWith("[")) {
    if (!URL.canParse(`http://${host}/`)) return `${shown(host)} is not an IPv6 address`;
  } else if (host.length > 253 || !host.split(".").every((label) => hostLabel.test(label))) {
    return `${shown(host)} is not a host name`;
  } else if (!URL.canParse(`http://${host}/`)) {
    // Such as 1.2.3.999, which is neither an address nor a name.
    return `${shown(host)} is not a host name or an address`;
  }
  const port = match[2];
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    return `${shown(port)} is not a port`;
  }
  return undefined;
}

function badReference(text: string, part: ReferencePart, why: string, advice: string): OciError {
  return new OciError({
    code: "oci/bad-reference",
    doing: `parse the reference ${shown(text)}`,
    why,
    advice,
    exitCode: ExitCode.usage,
    details: { part, reference: text.slice(0, 512) },
  });
}

/** Foreign text for a message: quoted, control characters escaped, cut. */
function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
