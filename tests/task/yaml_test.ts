import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { parse } from "yaml";
import { type Plain, writeYaml } from "../../lib/task/yaml.ts";
import { onPath } from "./tools.ts";

/** What every kind of reader makes of the text must be the value. */
function readBack(value: Plain): void {
  const text = writeYaml(value);
  assert.deepEqual(parse(text), value, text);
  assert.deepEqual(parse(text, { version: "1.1" }), value, text);
  assert.deepEqual(load(text), value, text);
  assert.deepEqual(load(text, { schema: YAML11_SCHEMA }), value, text);
}

/** Texts that readers of YAML are known to take for something else. */
const traps = [
  ..."yes no on off y n True NULL ~ null .inf .NaN - -- --- ... ? : # ! & * @ ` % | > = << [] {} [a {a".split(" "),
  ..."017 0o17 0x1F 0b11 1_000 1e3 +1 .5 12:30:45 2024-01-01 1.5h 0.1 -1 1Gi 100m".split(" "),
  ...["", " ", "a ", " a", "a: b", "a:", "a #b", "#a", "- a", "a\tb", "\t", "'", '"', "\\", "a\\nb", "!x", "%a"],
  ...[
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b",
    "a \nb",
    "a\n ",
    "a\n\t",
    "\ta\nb",
    "a\n\tb\n",
    "a\n  \nb\n",
  ],
  ...[
    "a\r\nb",
    "a\rb",
    "\u0085",
    "a\u2028b\nc",
    "\ufeffa",
    "a\u0000b\nc",
    "a\u0007b",
    "\u00a0",
    "é\nß\n",
    "😀\n😀",
    "\ufffe",
  ],
  ...[
    "a\n#b\n",
    "a\n---\nb\n",
    "a\n...\n",
    "#!/bin/sh\nx\n",
    "a: b\nc: d\n",
    "|\n",
    ">-\n x",
    "$(params.x)",
    "$(params.x[*])",
  ],
];

Deno.test("YAML: text that looks like something else is read back as the same text", () => {
  for (const text of traps) readBack({ text, list: [text], nested: { deep: [{ text }] } });
});

Deno.test("YAML: traps as keys are read back as the same keys", () => {
  for (const text of traps) readBack({ [text]: "x" });
});

Deno.test("YAML: any JSON value is read back by readers of 1.1 and 1.2", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }).filter((value) => value.isWellFormed()),
    fc.array(fc.constantFrom("a", " ", "\t", "\n", ":", "#", "-", "'", '"', "\\", "\r", "|", "\u2028")).map((all) =>
      all.join("")
    ),
  );
  const { value } = fc.letrec<{ value: Plain }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.boolean(),
      fc.integer(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }).filter((map) =>
        !Object.hasOwn(map, "__proto__")
      ),
    ),
  }));
  fc.assert(fc.property(value, (sample) => readBack({ sample })), { numRuns: 500 });
});

Deno.test("YAML: a script is a block that people can read, byte for byte", () => {
  const script = '#!/usr/bin/env -S deno run\nconst a = "\\t$" + `${1}`;\n\n  // two\n\tconst tab = 1;\n';
  const text = writeYaml({ steps: [{ script }] }, "one\ntwo");
  assert.equal(
    text,
    `# one\n# two\nsteps:\n- script: |\n${script.replace(/^(?=.)/gm, "    ")}`,
  );
});

Deno.test("YAML: the same value gives the same bytes", () => {
  const value = { b: "x", a: ["1", { c: "line\nline\n" }] };
  assert.equal(writeYaml(value), writeYaml(structuredClone(value)));
});

Deno.test("YAML: kubectl reads the same bytes", { ignore: !onPath("kubectl") }, () => {
  const readable = traps.filter((text) => text.isWellFormed() && text !== "\ufffe");
  const data = Object.fromEntries(readable.map((text, index) => [`k${index}`, text]));
  const text = writeYaml({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data });
  const file = Deno.makeTempFileSync({ suffix: ".yaml" });
  try {
    Deno.writeTextFileSync(file, text);
    const out = execFileSync("kubectl", ["label", "--local", "-f", file, "a=b", "-o", "json"], { encoding: "utf8" });
    assert.deepEqual((JSON.parse(out) as { data: unknown }).data, data);
  } finally {
    Deno.removeSync(file);
  }
});
