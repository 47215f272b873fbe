/**
 * The one error of everything that has to do with registries. Knows the kinds of failure; the text comes from whoever
 * throws it. Never holds a secret.
 * @module
 */
import { type ErrorParts, TasksmithError } from "../terminal/error.ts";

/** What can go wrong with a registry, a layout or an artifact; stable, for machines. */
export type OciErrorCode =
  /** A reference, tag or digest that is not one; `details.part` names the bad part. Exit code 2. */
  | "oci/bad-reference"
  /** A credentials file that cannot be read as one, or a helper that failed. */
  | "oci/credentials"
  /** 404: no such repository, manifest, tag or blob. */
  | "oci/not-found"
  /** 401: no credentials, or refused ones. */
  | "oci/unauthorized"
  /** 403: the credentials do not reach this far. */
  | "oci/forbidden"
  /** 413, or more than this client accepts. */
  | "oci/too-large"
  /** 429 to the last attempt. */
  | "oci/rate-limited"
  /** 405 or a capability that the other side does not have. */
  | "oci/unsupported"
  /** Any other refusal by status code. */
  | "oci/refused"
  /** 5xx to the last attempt. */
  | "oci/unavailable"
  /** No connection, or a broken one, to the last attempt. */
  | "oci/network"
  /** The registry answers, but not with TLS. */
  | "oci/not-tls"
  /** No answer in time, to the last attempt. */
  | "oci/timeout"
  /** Others change the same tag faster than this client can keep up with. */
  | "oci/conflict"
  /** An answer that is not what the distribution spec says. */
  | "oci/bad-response"
  /** Content that is not what its digest or size says. */
  | "oci/digest-mismatch"
  /** A manifest, an index or a layout that cannot be read as one. */
  | "oci/bad-manifest";

/** A failure with a registry, a layout or an artifact. */
export class OciError extends TasksmithError {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "OciError";
  /** Stable kind of error. */
  declare readonly code: OciErrorCode;
  /** Makes the error. */
  constructor(parts: ErrorParts & { readonly code: OciErrorCode }) {
    super(parts);
  }
}

/** Whether something is absent, as opposed to unreachable or forbidden. */
export function isNotFound(error: unknown): error is OciError {
  return error instanceof OciError && error.code === "oci/not-found";
}
