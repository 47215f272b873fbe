/** Variables in text, lists, values and objects, each pass a single one. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addValue,
  noReplacements,
  replaceAll,
  replaceList,
  replaceText,
  replaceValue,
} from "../../lib/engine/substitute.ts";

const by = noReplacements();
addValue(by, "params", "name", "$(params.list[0])");
addValue(by, "params", "a.b", "dotted");
addValue(by, "params", "list", ["one", "two"]);
addValue(by, "params", "object", { key: "value" });

Deno.test("text: every spelling, by index, by key; a value is not looked at again; unknown ones stay", () => {
  assert.equal(replaceText("$(params.name)", by), "$(params.list[0])");
  assert.equal(replaceText(`$(params["a.b"]) $(params['a.b'])`, by), "dotted dotted");
  assert.equal(replaceText("$(params.list[1])-$(params.object.key)", by), "two-value");
  assert.equal(
    replaceText("$(params.none) $(date) ${x} $(cat $(params.object.key))", by),
    "$(params.none) $(date) ${x} $(cat value)",
  );
});

Deno.test("lists: an element that is one list variable becomes the list, with or without [*]", () => {
  assert.deepEqual(replaceList(["a", "$(params.list[*])", "$(params.list)"], by), ["a", "one", "two", "one", "two"]);
  assert.deepEqual(replaceList(["x$(params.list[*])"], by), ["x$(params.list[*])"]);
});

Deno.test("values: a text that is one whole list or object becomes it", () => {
  assert.deepEqual(replaceValue("$(params.list[*])", by), ["one", "two"]);
  assert.deepEqual(replaceValue("$(params.object[*])", by), { key: "value" });
  assert.deepEqual(replaceValue({ k: "$(params.object.key)" }, by), { k: "value" });
});

Deno.test("objects: deep, keys stay, other types stay", () => {
  assert.deepEqual(replaceAll({ "$(params.name)": [{ a: "$(params.object.key)", n: 1, b: true, z: null }] }, by), {
    "$(params.name)": [{ a: "value", n: 1, b: true, z: null }],
  });
});

Deno.test("text without known variables is returned as it is", () => {
  fc.assert(fc.property(fc.string(), (text) => replaceText(text, noReplacements()) === text));
});
