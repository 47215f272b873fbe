import assert from "node:assert/strict";
import fc from "fast-check";
import { resolvePlain } from "../../lib/tekton/scalar.ts";
import { maxFileLength, readYaml } from "../../lib/tekton/yaml.ts";

const valueOf = (text: string) => {
  const { documents, problem } = readYaml(text);
  assert.equal(problem, undefined);
  assert.equal(documents[0]?.problem, undefined);
  return documents[0]?.value;
};
const problemOf = (text: string) => {
  const { documents, problem } = readYaml(text);
  return (problem ?? documents.find((document) => document.problem !== undefined)?.problem)?.message;
};

Deno.test("plain scalars are those of YAML 1.1, as Kubernetes reads them", () => {
  const cases: [string, unknown][] = [
    ["yes", true],
    ["No", false],
    ["on", true],
    ["OFF", false],
    ["y", true],
    ["N", false],
    ["True", true],
    ["tRUE", "tRUE"],
    ["017", 15],
    ["0o17", 15],
    ["08", 8],
    ["0x1F", 31],
    ["0b11", 3],
    ["-0b11", -3],
    ["1_000", 1000],
    ["1e3", 1000],
    ["+1", 1],
    [".5", 0.5],
    ["1.", 1],
    ["-.5", -0.5],
    ["12:30:45", "12:30:45"],
    ["2026-01-31", "2026-01-31"],
    ["~", null],
    ["null", null],
    ["", null],
    ["9223372036854775807", 9223372036854775807n],
    ["1e999", "1e999"],
    ["0x", "0x"],
    ["1.2.3", "1.2.3"],
    ["e3", "e3"],
    ["-", "-"],
    ["_1", "_1"],
  ];
  for (const [text, value] of cases) assert.deepEqual(resolvePlain(text), value, JSON.stringify(text));
  fc.assert(fc.property(fc.string(), (text) => assert.notEqual(typeof resolvePlain(text), "undefined")));
});

Deno.test("quotes and tags keep text text", () => {
  assert.deepEqual(valueOf(`a: "yes"\nb: '017'\nc: !!str 5\nd: !!int "7"\ne: !!float 1\nf: !local 1`), {
    a: "yes",
    b: "017",
    c: "5",
    d: 7,
    e: 1,
    f: "1",
  });
});

Deno.test("keys become text; merge keys fill in what is not there", () => {
  assert.deepEqual(valueOf("yes: 1\n2: 3\n1.5: 4"), { true: 1, 2: 3, "1.5": 4 });
  assert.deepEqual(valueOf("x: &x {p: 1, q: 2}\nw: {<<: *x, q: 3}\nz: {q: 4, <<: [{q: 5}, {q: 6, r: 7}]}"), {
    x: { p: 1, q: 2 },
    w: { p: 1, q: 3 },
    z: { q: 5, r: 7 },
  });
});

Deno.test("documents come in order, empty ones as null; CRLF and a byte order mark do no harm", () => {
  assert.deepEqual(readYaml("\ufeffa: 1\r\n---\r\n---\n# c\n---\nb: 2\n").documents.map(({ value }) => value), [
    { a: 1 },
    null,
    null,
    { b: 2 },
  ]);
  assert.deepEqual(readYaml("").documents.map(({ value }) => value), []);
  assert.deepEqual(valueOf('{\n\t"a": [1, "\\u00e9\\/"]\n}'), { a: [1, "é/"] });
});

Deno.test("brackets and quotes may go on too far left, as in many catalogs; scripts keep their brackets", () => {
  const text =
    'k:\n  a: [\n    1\n  ]\n  b: "x\n y"\n  s: |\n    f() {\n    }\n    }\n  z: {\n   a: [\n   b\n   ]\n  }\n  d: ["p"\n,q]\n';
  assert.deepEqual(valueOf(text), { k: { a: [1], b: "x y", s: "f() {\n}\n}\n", z: { a: ["b"] }, d: ["p", "q"] } });
  const [document] = readYaml(text).documents;
  assert.ok(text.slice(document?.locate(["k", "d", 1])).startsWith("q]"));
});

Deno.test("what is no YAML, or cannot be JSON, gives one clear problem", () => {
  const cases: [string, RegExp][] = [
    ["a: 1\na: 2", /"a" is there twice/],
    ["a: *b", /no anchor/],
    ["a: &a [*a]", /contains itself/],
    ["a:\n\tb: 1", /tab/],
    ["a: 1\n\t", /tab/],
    ["a: .inf", /no number/],
    ["? [a]\n: b", /has to be text/],
    ["~: b", /may not be null/],
    ["<<: 1", /merge key/],
    ["a: !!int x", /cannot be read as !!int/],
    ["{a: b?c}", /has to be in quotes/],
    ["{a:[b]}", /needs a space/],
    ["a: 'x", /quoted/],
    ["[".repeat(600), /maxDepth|nests/],
    [" - a\n- b", /./],
  ];
  for (const [text, pattern] of cases) assert.match(problemOf(text) ?? "none", pattern, text.slice(0, 40));
});

Deno.test("alias bombs stop early", () => {
  const lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"];
  for (let index = 1; index < 20; index++) {
    lines.push(
      `${"abcdefghijklmnopqrst"[index]}: &k${index} [${
        Array(10).fill(index === 1 ? "*a" : `*k${index - 1}`).join(", ")
      }]`,
    );
  }
  assert.match(problemOf(lines.join("\n")) ?? "", /more than 1000000 values/);
});

Deno.test("a file beyond the limit is refused without being parsed", () => {
  assert.match(problemOf("#".repeat(maxFileLength + 1)) ?? "", /MiB/);
});

Deno.test("reading never throws, and JSON comes back as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readYaml(text)));
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          "a",
          ":",
          " ",
          "\n",
          "-",
          "[",
          "]",
          "{",
          "}",
          "\t",
          "&x",
          "*x",
          "|",
          ">",
          "'",
          '"',
          "?",
          "#",
          "!!str",
          "<<",
          "---",
        ),
      ),
      (parts) => void readYaml(parts.join("")),
    ),
    { numRuns: 300 },
  );
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
    if (JSON.stringify(value)?.includes('"__proto__"') || JSON.stringify(value).includes("-0")) return;
    // whole numbers beyond 2^53 come as bigint
    const read = JSON.stringify(
      valueOf(`[${JSON.stringify(value)}]`),
      (_, item) => typeof item === "bigint" ? Number(item) : item,
    );
    assert.deepEqual(JSON.parse(read), [JSON.parse(JSON.stringify(value))]);
  }));
});

Deno.test("a key named __proto__ is a key", () => {
  assert.deepEqual(Object.keys(valueOf("__proto__: {a: 1}") as object), ["__proto__"]);
  assert.equal(({} as { a?: number }).a, undefined);
});
