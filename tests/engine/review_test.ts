import assert from "node:assert/strict";
import fc from "fast-check";
import { readReview } from "../../lib/engine/review.ts";
import { ApiError } from "../../lib/engine/status.ts";

const attributes = { verb: "get", group: "", resource: "pods", subresource: "log", namespace: "ci", name: "p" };

/** A length-delimited protobuf field. */
function field(number: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const length = bytes.length < 128 ? [bytes.length] : [bytes.length % 128 + 128, Math.floor(bytes.length / 128)];
  return Uint8Array.from([number * 8 + 2, ...length, ...bytes]);
}

function message(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((it) => [...it]));
}

Deno.test("a review is read from JSON and from kubectl's protobuf alike", () => {
  const json = new TextEncoder().encode(JSON.stringify({ spec: { resourceAttributes: attributes } }));
  assert.deepEqual(readReview(json, "application/json"), attributes);
  const { namespace, verb, resource, subresource, name } = attributes;
  const spec = field(
    1,
    message(field(1, namespace), field(2, verb), field(5, resource), field(6, subresource), field(7, name)),
  );
  const type = message(field(1, "authorization.k8s.io/v1"), field(2, "SelfSubjectAccessReview"));
  const review = message(field(1, new Uint8Array()), field(2, spec));
  const body = message(new TextEncoder().encode("k8s\0"), field(1, type), field(2, review));
  assert.deepEqual(readReview(body, "application/vnd.kubernetes.protobuf"), attributes);
  assert.equal(readReview(new TextEncoder().encode("{}"), "application/json"), undefined);
});

Deno.test("anything else is refused, never a crash", () => {
  assert.throws(() => readReview(new TextEncoder().encode("{"), "application/json"), ApiError);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, magic) => {
    try {
      readReview(message(new TextEncoder().encode(magic ? "k8s\0" : ""), bytes), "application/vnd.kubernetes.protobuf");
    } catch (error) {
      assert.ok(error instanceof ApiError);
    }
  }));
});
