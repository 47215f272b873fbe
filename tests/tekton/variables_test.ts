import assert from "node:assert/strict";
import fc from "fast-check";
import {
  expressionsIn,
  findVariables,
  formatVariable,
  looksLikeTaskResult,
  mentionsOf,
  parseVariable,
  taskResult,
  type Variable,
  variableRoots,
  withoutIndex,
} from "../../lib/tekton/variables.ts";

Deno.test("a text's variables are found with their names and indices", () => {
  const text =
    `echo $(params.a) $(params["b.c"][0]) $(tasks.t.results.r[*]) $(context.taskRun.name) $(steps.s.results.o.k)`;
  assert.deepEqual(findVariables(text).map(({ root, names, index }) => [root, names, index]), [
    ["params", ["a"], undefined],
    ["params", ["b.c"], 0],
    ["tasks", ["t", "results", "r"], "*"],
    ["context", ["taskRun", "name"], undefined],
    ["steps", ["s", "results", "o", "k"], undefined],
  ]);
  for (const found of findVariables(text)) assert.equal(text.slice(found.start, found.end), found.text);
});

Deno.test("the shell's own substitutions are no variables", () => {
  for (
    const text of ["$(ls)", "${params.a}", "$(params", "$params.a", "$( params.a )", "$(param.a)", "$(params.a b)"]
  ) {
    assert.deepEqual(findVariables(text), [], text);
  }
});

const names = fc.array(
  fc.oneof(fc.stringMatching(/^[_a-zA-Z0-9-]{1,12}$/), fc.stringMatching(/^[^"\n\]]{1,12}$/)),
  { maxLength: 4 },
);
const variable: fc.Arbitrary<Variable> = fc.record({
  root: fc.constantFrom(...variableRoots),
  names,
  index: fc.oneof(fc.constant(undefined), fc.constant("*" as const), fc.nat(999_999_999)),
}).map(({ root, names, index }) => index === undefined ? { root, names } : { root, names, index });

Deno.test("a variable written and read again is the same", () => {
  fc.assert(fc.property(variable, (given) => assert.deepEqual(parseVariable(formatVariable(given)), given)));
});

Deno.test("a variable is found between any texts", () => {
  fc.assert(fc.property(variable, fc.string(), fc.string(), (given, before, after) => {
    const text = formatVariable(given);
    assert.ok(findVariables(`${before} ${text} ${after}`).some((found) => found.text === text));
  }));
});

Deno.test("no text makes the readers throw, and what they find is in the text", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("$(", ")", "params", ".", "[", "]", '"', "'", "*", "0", "\n", "tasks.a.results.b")).map((
      parts,
    ) => parts.join("")),
  );
  fc.assert(
    fc.property(odd, odd, (text, prefix) => {
      for (const found of findVariables(text)) assert.equal(text.slice(found.start, found.end), found.text);
      for (const found of expressionsIn(text)) {
        assert.ok(text.includes(`$(${found})`));
        taskResult(found);
        looksLikeTaskResult(found);
      }
      const mentions = mentionsOf(text, prefix);
      assert.equal(mentions.first.length, mentions.whole.length);
      for (const written of mentions.texts) assert.ok(text.includes(written));
      withoutIndex(text);
      parseVariable(text);
    }),
    { numRuns: 300 },
  );
});

Deno.test("formatting refuses a name that no bracket can hold", () => {
  assert.throws(() => formatVariable({ root: "params", names: [`a"b'c`] }), RangeError);
  assert.throws(() => formatVariable({ root: "params", names: [""] }), RangeError);
});

Deno.test("mentions are read as Tekton's substitution reads them", () => {
  assert.deepEqual(mentionsOf("$(params.a) $(params.o.k) $(params['b.c'])", "params"), {
    first: ["a", "o", "b.c"],
    whole: ["a", "o.k", "b.c"],
    texts: ["$(params.a)", "$(params.o.k)", "$(params['b.c'])"],
    tooDeep: false,
  });
  assert.equal(mentionsOf("$(params.a.b.c)", "params").tooDeep, true);
  assert.deepEqual(mentionsOf("$(context.taskRun.name)", "context.task").first, []);
  assert.deepEqual(mentionsOf("$(params.a\n)", "params").first, []);
});

Deno.test("expressions name results of tasks by four or five parts", () => {
  assert.deepEqual(taskResult("tasks.a.results.b"), { from: "a", result: "b" });
  assert.deepEqual(taskResult("tasks.a.results.b[3]"), { from: "a", result: "b" });
  assert.deepEqual(taskResult("finally.a.results.b.k"), { from: "a", result: "b", key: "k" });
  assert.equal(taskResult("tasks.a.results.b.k.l"), undefined);
  assert.equal(taskResult("steps.a.results.b"), undefined);
});
