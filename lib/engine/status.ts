/**
 * Refusals in the API's own words: an error that carries the Status object it is answered with. Kubernetes API
 * Conventions, "Response Status Kind". Knows no store and no socket.
 * @module
 */
import type { ApiResource } from "./resources.ts";

/** The Status object of a failed request. */
export interface Status {
  /** Always `Status`. */
  readonly kind: "Status";
  /** Always `v1`. */
  readonly apiVersion: "v1";
  /** Holds `continue` where a list may go on with a later snapshot. */
  readonly metadata: { readonly continue?: string };
  /** Success or Failure. */
  readonly status: "Success" | "Failure";
  /** For people. */
  readonly message?: string;
  /** CamelCase word for machines. */
  readonly reason?: string;
  /** What it is about. */
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string; readonly uid?: string };
  /** HTTP status. */
  readonly code?: number;
}

/** Words for {@link Status.reason}, by HTTP status. */
const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** A refused request. */
export class ApiError extends Error {
  /** The class's name, as stack traces show it. */
  override readonly name: string = "ApiError";
  /** HTTP status. */
  readonly code: number;
  /** What is answered. */
  readonly status: Status & { readonly code: number; readonly reason: string };
  /** Makes the error; the reason is the usual one of the HTTP status unless another is given. */
  constructor(code: number, message: string, more: Partial<Pick<Status, "reason" | "details" | "metadata">> = {}) {
    super(message);
    this.code = code;
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: more.metadata ?? {},
      status: "Failure",
      message,
      reason: more.reason ?? reasons[code] ?? "",
      ...(more.details === undefined ? {} : { details: more.details }),
      code,
    };
  }
}

/** The name that messages give a resource: `pods`, `taskruns.tekton.dev`. */
export function qualified(resource: Pick<ApiResource, "group" | "plural">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** 404 for an object. */
export function notFound(resource: ApiResource, name: string): ApiError {
  const details = { name, group: resource.group, kind: resource.plural };
  return new ApiError(404, `${qualified(resource)} ${JSON.stringify(name)} not found`, { details });
}

/** 404 for a path. */
export function noSuchPath(): ApiError {
  return new ApiError(404, "the server could not find the requested resource");
}

/** 410: the version is compacted away; `next` is a token with which the list may go on inconsistently. */
export function expired(wanted: number, oldest: number, next?: string): ApiError {
  return next === undefined ? new ApiError(410, `too old resource version: ${wanted} (${oldest})`) : new ApiError(
    410,
    "The provided continue parameter is too old to display a consistent list result. You can start a new list " +
      "without the continue parameter, or use the continue token in this response to retrieve the remainder of the " +
      "results.",
    { metadata: { continue: next } },
  );
}
