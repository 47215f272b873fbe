import assert from "node:assert/strict";
import { deviations } from "../../lib/conformance/deviation.ts";

const file = new URL("../../docs/conformance.md", import.meta.url);

Deno.test("docs/conformance.md lists the deviations of the code, in its order and words", async () => {
  const text = await Deno.readTextFile(file);
  const section = text.split("## Where Tekton deviates from the letter")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert.deepEqual(rows, deviations.map(({ requirement, letter, tekton }) => [`\`${requirement}\``, letter, tekton]));
});

Deno.test("docs/conformance.md has every option of the command, and no other", async () => {
  const text = await Deno.readTextFile(file);
  const script = await Deno.readTextFile(new URL("../../scripts/check-conformance.ts", import.meta.url));
  const documented = [...text.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, flag]) => flag);
  const offered = [...script.matchAll(/"(--[a-z-]+)[ "]/g)].map(([, flag]) => flag ?? "");
  const own = [...new Set(offered)].filter((flag) => flag !== "--quiet" && flag !== "--debug");
  assert.deepEqual(documented.sort(), own.sort());
});
