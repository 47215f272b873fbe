/**
 * Refusals of the embedded registry: status and JSON body as the distribution spec says ("Error Codes"). Knows the
 * codes; knows nothing of what is refused.
 * @module
 */

/** Error codes of the distribution spec, and the two that every registry adds to them. */
export type RegistryErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "UNAUTHORIZED"
  | "DENIED"
  | "UNSUPPORTED"
  | "TOOMANYREQUESTS"
  | "PAGINATION_NUMBER_INVALID"
  | "UNKNOWN";

/** Thrown by a handler to refuse a request; becomes the answer. */
export class Refusal extends Error {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "Refusal";
  /** HTTP status. */
  readonly status: number;
  /** Code of the body. */
  readonly code: RegistryErrorCode;
  /** What else the answer's head says. */
  readonly headers: Readonly<Record<string, string>>;
  /** `detail` of the body. */
  readonly detail: unknown;

  /** Makes the refusal; `message` is read by people. */
  constructor(
    status: number,
    code: RegistryErrorCode,
    message: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly detail?: unknown } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.detail = options.detail;
  }

  /** The answer. */
  response(): Response {
    return errorResponse(this.status, this.code, this.message, this.headers, this.detail);
  }
}

/** An answer with the error body of the distribution spec. */
export function errorResponse(
  status: number,
  code: RegistryErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  detail?: unknown,
): Response {
  const error = { code, message, ...(detail !== undefined && { detail }) };
  return new Response(JSON.stringify({ errors: [error] }), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}
