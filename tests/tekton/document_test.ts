import assert from "node:assert/strict";
import { checkFile, tooLarge } from "../../lib/tekton/document.ts";
import { Lines } from "../../lib/tekton/position.ts";

const check = (text: string) => checkFile(new TextEncoder().encode(text)).documents;
const task = (steps: string) =>
  `apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: a\nspec:\n  steps:\n${steps}`;

Deno.test("a finding names line and column of the field that is meant, in the right document", () => {
  const text = `# first\n---\nkind: ConfigMap\napiVersion: v1\n---\n${
    task("    - image: busybox\n      scrpt: echo\n      timeout: 60\n")
  }`;
  const [document] = check(text);
  assert.equal(document?.index, 1);
  assert.equal(document?.kind, "Task");
  assert.equal(document?.ok, false);
  assert.deepEqual(document?.findings.map(({ rule, path, line, column }) => [rule, path, line, column]), [
    ["structure/unknown-field", "spec.steps[0].scrpt", 13, 7],
    ["structure/type", "spec.steps[0].timeout", 14, 16],
  ]);
  assert.match(document?.error ?? "", /scrpt.*line 13, column 7/);
});

Deno.test("the index counts documents that are not empty, of any kind", () => {
  const text = ["", "# only a comment", "a: 1", task("    - image: busybox\n"), "", task("    - {}\n")].join("\n---\n");
  assert.deepEqual(check(text).map(({ index, ok }) => [index, ok]), [[1, true], [2, false]]);
});

Deno.test("a file that is no YAML, or not UTF-8, is one refused document with index 0", () => {
  for (const bytes of [new TextEncoder().encode("a: [\n"), new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe])]) {
    const { documents } = checkFile(bytes);
    assert.deepEqual(documents.map(({ index, kind, ok }) => [index, kind, ok]), [[0, null, false]]);
    assert.equal(documents[0]?.findings.length, 1);
  }
  assert.equal(tooLarge(50 * 1024 * 1024).documents[0]?.ok, false);
});

Deno.test("all findings of a document come in one run", () => {
  const [document] = check(
    task("    - {name: A, bogus: 1}\n    - {name: b, image: x, command: [a], script: b, onError: never}\n"),
  );
  const rules = document?.findings.map(({ rule }) => rule);
  for (
    const rule of [
      "structure/unknown-field",
      "step/name",
      "step/image-required",
      "step/script-or-command",
      "step/on-error",
    ]
  ) {
    assert.ok(rules?.includes(rule), rule);
  }
});

Deno.test("a wrong type brings no second finding about the same field", () => {
  assert.deepEqual(check(task("    - {image: 5}\n"))[0]?.findings.map(({ rule }) => rule), ["structure/type"]);
});

Deno.test("other kinds and versions of Tekton are refused, other groups skipped", () => {
  const document = (apiVersion: string, kind: string) =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: {steps: [{image: a}], image: a}\n`;
  for (
    const [version, kind] of [
      ["tekton.dev/v1beta1", "Task"],
      ["tekton.dev/v1", "task"],
      ["tekton.dev/v1", "StepAction"],
      ["tekton.dev/v2", "Task"],
      ["v1", "Task"],
      ["tekton.dev/v1", "Sequence"],
    ]
  ) {
    assert.deepEqual(check(document(version!, kind!)).map(({ ok, findings }) => [ok, findings[0]?.rule]), [[
      false,
      "object/kind",
    ]], `${version} ${kind}`);
  }
  for (const [version, kind] of [["tekton.dev/v1beta1", "StepAction"], ["tekton.dev/v1alpha1", "StepAction"]]) {
    assert.equal(check(document(version!, kind!).replace("steps: [{image: a}], ", ""))[0]?.ok, true);
  }
  for (const version of ["triggers.tekton.dev/v1beta1", "example.com/v1", "operator.tekton.dev/v1alpha1"]) {
    assert.deepEqual(check(document(version, "Task")), []);
  }
});

Deno.test("a frame shows the line with a caret, tabs kept, long lines cut, control characters made visible", () => {
  const lines = new Lines(`a\n\tbc: d\r\n${"x".repeat(500)}\n\u001b[31m`);
  assert.equal(lines.frame({ line: 2, column: 2 }), "2 | \tbc: d\n  | \t^");
  const [shown, caret] = lines.frame({ line: 3, column: 300 }).split("\n");
  assert.ok(shown!.length < 120);
  assert.equal(caret!.indexOf("^"), 4 + 50);
  assert.ok(!lines.frame({ line: 4, column: 1 }).includes("\u001b"));
  assert.deepEqual(lines.positionOf(2), { line: 2, column: 1 });
  assert.deepEqual(lines.positionOf(1e9), { line: 4, column: 6 });
});
