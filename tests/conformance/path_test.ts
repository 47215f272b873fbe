import assert from "node:assert/strict";
import fc from "fast-check";
import { at, contains, show } from "../../lib/conformance/path.ts";

const run = { status: { results: [{ name: "a", value: "x" }, { name: "b.c", value: ["y"] }], steps: [] } };

Deno.test("a path reads fields, elements by index and elements by a field's value", () => {
  assert.equal(at(run, "status.results[0].value"), "x");
  assert.equal(at(run, "status.results[name=b.c].value[0]"), "y");
  assert.equal(at(run, ""), run);
  assert.equal(at(run.status.results, "[name=a].value"), "x");
});

Deno.test("a path that ends early gives undefined", () => {
  for (const path of ["status.steps[0].name", "status.results.value", "status.x.y", "status.results[name=z]", "a[0]"]) {
    assert.equal(at(run, path), undefined, path);
  }
  for (const value of [null, undefined, 1, "text"]) assert.equal(at(value, "a.b[0][c=d]"), undefined);
});

Deno.test("a malformed path is an error, not a value", () => {
  for (const path of ["a[", "a]", "a[b", "a..b", "[=x]"]) {
    assert.throws(() => at({ a: { b: 1 } }, path), RangeError, path);
  }
});

Deno.test("what is contained: more fields are allowed, other elements are not", () => {
  assert.ok(contains({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ c: 2 }] }));
  assert.ok(!contains({ b: [{ c: 2 }, { c: 3 }] }, { b: [{ c: 2 }] }));
  assert.ok(!contains({ b: { 0: 1 } }, { b: [1] }));
  assert.ok(!contains({ a: "1" }, { a: 1 }));
  assert.ok(!contains({}, { a: undefined, b: 1 }));
});

Deno.test("every JSON value contains itself, also with more fields, and shows in one bounded line", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.ok(contains(value, JSON.parse(JSON.stringify(value))));
    assert.ok(contains({ value, more: 1 }, { value: JSON.parse(JSON.stringify(value)) }));
    const text = show(value, 80);
    assert.ok(text.length <= 80 && !text.includes("\n"));
  }));
});
