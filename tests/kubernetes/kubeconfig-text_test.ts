import assert from "node:assert/strict";
import fc from "fast-check";
import { dump, load } from "js-yaml";
import { readPlainYaml } from "../../lib/kubernetes/kubeconfig-text.ts";

const config = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443", "insecure-skip-tls-verify": true } }, {
    name: "other",
    cluster: { server: "https://[::1]:6443", "certificate-authority-data": btoa("x".repeat(200)) },
  }],
  contexts: [{ context: { cluster: "c", user: "u", namespace: "ci" }, name: "u@c" }],
  "current-context": "u@c",
  preferences: {},
  users: [{
    name: "u",
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: ["--region", "eu-west-1", "eks", "get-token"],
        env: null,
        provideClusterInfo: false,
      },
    },
  }],
};

Deno.test("the forms in which kubeconfigs are written are read without a package", () => {
  const compact = `apiVersion: v1
clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: ${btoa("y".repeat(90))}}}]
current-context: x
`;
  for (
    const text of [
      JSON.stringify(config, null, 2),
      dump(config, { lineWidth: -1 }),
      dump(config, { lineWidth: -1, seqNoIndent: true }),
      `---\n# made by hand\n\n${dump(config, { lineWidth: -1 })}\n`,
      dump(config, { lineWidth: -1 }).replaceAll("\n", "\r\n"),
      compact,
    ]
  ) {
    const read = readPlainYaml(text);
    assert.notEqual(read, undefined, text);
    assert.deepEqual(read, load(text));
  }
});

Deno.test("whatever it reads, it reads as a YAML parser does", () => {
  const scalar = fc.oneof(
    fc.constantFrom(
      "a",
      "https://x:1/y",
      "~",
      "null",
      "true",
      "yes",
      "No",
      "1",
      "1.5",
      "0x1f",
      "1e3",
      "12:30",
      "2001-01-01",
    ),
    fc.constantFrom(
      '"q: x"',
      "'it'",
      '"a\\n"',
      "|",
      ">-",
      "&a",
      "*a",
      "!!str 1",
      "# c",
      "a # c",
      "a#b",
      "a: b",
      "[a, b]",
      "{a: b}",
    ),
    fc.constantFrom(
      "{}",
      "[]",
      "[a, [b], {c: d}]",
      "{a: , b}",
      "[,]",
      "[a b]",
      "a:",
      "-",
      "- a",
      "?",
      "",
      " ",
      "\t",
      "{a: 'x', b: \"y\"}",
    ),
    fc.string({
      unit: fc.constantFrom("a", "1", ".", ":", "-", " ", "#", "'", '"', "{", "}", "[", "]", ",", "e", "_", "=", "/"),
    }),
  );
  // Mostly what kubectl would write, with now and then something else in place of a value.
  const safe = fc.constantFrom(
    "abc",
    "https://[::1]:6443",
    '"1"',
    "true",
    "null",
    "{}",
    "--flag",
    "a@b",
    "[x, {y2: z}]",
  );
  const value = fc.oneof({ weight: 9, arbitrary: safe }, { weight: 1, arbitrary: scalar });
  const { node } = fc.letrec<{ node: string[] }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.array(value.map((it) => `- ${it}`), { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(value, fc.option(tie("node")), fc.nat(2)), { minLength: 1, maxLength: 3 }).map((entries) =>
        entries.flatMap(([value, below, indent], at) =>
          below === null ? [`k${at}: ${value}`] : [`k${at}:`, ...below.map((it) => " ".repeat(indent) + it)]
        )
      ),
      fc.array(tie("node"), { minLength: 1, maxLength: 2 }).map((items) =>
        items.flatMap(([first = "", ...more]) => [`- ${first}`, ...more.map((it) => `  ${it}`)])
      ),
    ),
  }));
  let read = 0;
  fc.assert(
    fc.property(node, (lines) => {
      const text = lines.join("\n");
      const plain = readPlainYaml(text);
      if (plain === undefined) return;
      read++;
      assert.deepEqual(plain, load(text), text);
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 500, `only ${read} were read at all`);
});
