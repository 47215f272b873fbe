/** Combinations as Tekton's documentation describes them. */
import assert from "node:assert/strict";
import { combinationsOf } from "../../../lib/engine/pipelinerun/matrix.ts";

const text = (matrix: Parameters<typeof combinationsOf>[0]) =>
  combinationsOf(matrix).map((params) => params.map((p) => `${p.name}=${p.value}`).join(" "));

Deno.test("the first param turns fastest; an empty list leaves nothing", () => {
  const params = [{ name: "a", value: ["1", "2"] }, { name: "b", value: ["x", "y"] }];
  assert.deepEqual(text({ params }), ["a=1 b=x", "a=2 b=x", "a=1 b=y", "a=2 b=y"]);
  assert.deepEqual(text({ params: [...params, { name: "c", value: [] }] }), []);
  assert.deepEqual(text({ params: [{ name: "c", value: [] }, ...params] }), []);
});

Deno.test("include adds to the combinations it agrees with, or stands alone", () => {
  const params = [{ name: "os", value: ["linux", "mac"] }, { name: "arch", value: ["amd"] }];
  assert.deepEqual(
    text({
      params,
      include: [
        { params: [{ name: "os", value: "linux" }, { name: "flag", value: "-v" }] },
        { params: [{ name: "os", value: "plan9" }, { name: "flag", value: "-p" }] },
        { params: [{ name: "all", value: "yes" }] },
      ],
    }),
    ["os=linux arch=amd flag=-v all=yes", "os=mac arch=amd all=yes", "os=plan9 flag=-p"],
  );
});

Deno.test("include alone makes a combination each", () => {
  const include = [{ params: [{ name: "i", value: "1" }] }, { params: [{ name: "i", value: "2" }] }];
  assert.deepEqual(text({ include }), ["i=1", "i=2"]);
});
