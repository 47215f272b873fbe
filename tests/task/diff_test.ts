import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { unifiedDiff } from "../../lib/task/diff.ts";
import { onPath } from "./tools.ts";

const names = { before: "a/f", after: "b/f" };

Deno.test("diff: the same text has none", () => {
  assert.equal(unifiedDiff("a\nb\n", "a\nb\n", names), "");
});

Deno.test("diff: a change stands between three lines of what is around it", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`);
  assert.equal(
    unifiedDiff(lines.join(""), lines.with(9, "ten\n").join(""), names),
    "--- a/f\n+++ b/f\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n",
  );
});

Deno.test("diff: new and removed files, and a missing last line end", () => {
  assert.equal(unifiedDiff("", "a\n", names), "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
  assert.equal(unifiedDiff("a\nb\n", "", names), "--- a/f\n+++ b/f\n@@ -1,2 +0,0 @@\n-a\n-b\n");
  assert.equal(
    unifiedDiff("a", "a\n", names),
    "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
  );
});

Deno.test("diff: patch makes the new text of the old one", { ignore: !onPath("patch") }, () => {
  const folder = Deno.makeTempDirSync();
  try {
    const text = fc.array(fc.constantFrom("a", "b", "c", "", " d")).map((lines) =>
      lines.map((line) => `${line}\n`).join("")
    );
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after, names);
        if (before === after) return assert.equal(diff, "");
        Deno.writeTextFileSync(`${folder}/f`, before);
        execFileSync("patch", ["--quiet", "--posix", `${folder}/f`], { input: diff });
        // patch removes what becomes empty
        const exists = [...Deno.readDirSync(folder)].some(({ name }) => name === "f");
        assert.equal(exists ? Deno.readTextFileSync(`${folder}/f`) : "", after, diff);
      }),
      { numRuns: 60 },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
