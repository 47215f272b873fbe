/**
 * Access reviews of oneself: `kubectl auth can-i`. kubectl sends these, and only these, as protobuf whatever the server
 * says it takes, so the few fields are read from either form. Kubernetes API reference, SelfSubjectAccessReview.
 * @module
 */
import { isRecord } from "./object.ts";
import { ApiError } from "./status.ts";

/** What a review asks about. */
export interface ReviewedAttributes {
  /** RBAC verb. */
  readonly verb: string;
  /** API group. */
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  /** Such as `log`, or "". */
  readonly subresource: string;
  /** Namespace; "" for all or none. */
  readonly namespace: string;
  /** Object's name, or "". */
  readonly name: string;
}

/** Fields of ResourceAttributes by their protobuf number. */
const fields = new Map([
  [1, "namespace"],
  [2, "verb"],
  [3, "group"],
  [5, "resource"],
  [6, "subresource"],
  [7, "name"],
]);

/**
 * The resource attributes of a SelfSubjectAccessReview; undefined when it asks about a path. Throws {@link ApiError} 400
 * when it is none.
 */
export function readReview(body: Uint8Array, contentType: string): ReviewedAttributes | undefined {
  const found: Record<string, unknown> = contentType.includes("protobuf") ? fromProtobuf(body) : fromJson(body);
  if (Object.keys(found).length === 0) return undefined;
  const text = (field: string) => String(found[field] ?? "");
  return {
    verb: text("verb"),
    group: text("group"),
    resource: text("resource"),
    subresource: text("subresource"),
    namespace: text("namespace"),
    name: text("name"),
  };
}

function fromJson(body: Uint8Array): Record<string, unknown> {
  try {
    const review: unknown = JSON.parse(new TextDecoder().decode(body));
    const spec = isRecord(review) ? review["spec"] : undefined;
    const attributes = isRecord(spec) ? spec["resourceAttributes"] : undefined;
    return isRecord(attributes) ? attributes : {};
  } catch {
    throw new ApiError(400, "the object provided is unrecognized: the body is not JSON");
  }
}

function fromProtobuf(body: Uint8Array): Record<string, string> {
  // "k8s\0", then runtime.Unknown{raw = 2}, in it the review{spec = 2{resourceAttributes = 1}}.
  const magic = [0x6b, 0x38, 0x73, 0];
  if (!magic.every((byte, at) => body[at] === byte)) throw new ApiError(400, "the body is not Kubernetes protobuf");
  const attributes = [2, 2, 1].reduce<Uint8Array>(
    (message, field) => messageFields(message).get(field) ?? new Uint8Array(),
    body.subarray(4),
  );
  const found: Record<string, string> = {};
  for (const [number, bytes] of messageFields(attributes)) {
    const name = fields.get(number);
    if (name !== undefined) found[name] = new TextDecoder().decode(bytes);
  }
  return found;
}

/** The length-delimited fields of a protobuf message; of others nothing is needed here. */
function messageFields(message: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ApiError(400, "the protobuf body is cut off or malformed");
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag % 8;
    if (type === 0) {
      varint();
    } else if (type === 2) {
      const length = varint();
      if (at + length > message.length) throw new ApiError(400, "the protobuf body is cut off or malformed");
      found.set(Math.floor(tag / 8), message.subarray(at, at + length));
      at += length;
    } else {
      at += type === 1 ? 8 : 4;
    }
  }
  return found;
}
