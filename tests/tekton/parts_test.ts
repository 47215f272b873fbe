/** The small parts that validation is made of. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { celProblem } from "../../lib/tekton/cel.ts";
import { decode } from "../../lib/tekton/decode.ts";
import { withDefaults } from "../../lib/tekton/defaults.ts";
import { formatPath, isWithin } from "../../lib/tekton/finding.ts";
import { mergedSteps } from "../../lib/tekton/merge.ts";
import {
  cleanPath,
  isLabel,
  isObjectName,
  isParamName,
  isQualifiedName,
  isResultName,
  isSubdomain,
  repetitions,
} from "../../lib/tekton/names.ts";
import { isQuantity } from "../../lib/tekton/quantity.ts";
import { requirementOf, requirements } from "../../lib/tekton/requirements.ts";
import { definitions } from "../../lib/tekton/schema/define.ts";
import type { TaskSpec } from "../../lib/tekton/types.ts";

Deno.test("names: labels, subdomains, qualified names, params, results", () => {
  assert.deepEqual(["a", "a-1", "1a", "A", "-a", "a-", "a.b", "", "a".repeat(64)].map(isLabel), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(["a.b", "a..b", "a.B", "a.b-", "x".repeat(254)].map(isSubdomain), [
    true,
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(["a", "A_b.c", "x/y", "x/y/z", "X/y", "a b", "/a", "a/"].map(isQualifiedName), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(["_a", "a.b-c", "1a", "", "a b"].map(isParamName), [true, true, false, false, false]);
  assert.deepEqual(["a-b", "a.b"].map(isObjectName), [true, false]);
  assert.deepEqual(["a", "A.b_c-1", "a-", "", "_a"].map(isResultName), [true, true, false, false, false]);
  assert.deepEqual(repetitions(["a", "b", "a", "a"]), [{ name: "a", index: 2 }, { name: "a", index: 3 }]);
});

Deno.test("paths are cleaned as Go does", () => {
  const cases: [string, string][] = [
    ["", "."],
    ["/", "/"],
    ["/a/", "/a"],
    ["/a//b/./c", "/a/b/c"],
    ["/a/../b", "/b"],
    ["/..", "/"],
    ["a/..", "."],
    ["../a", "../a"],
    ["./a/", "a"],
  ];
  for (const [given, clean] of cases) assert.equal(cleanPath(given), clean, given);
  fc.assert(fc.property(fc.string(), (path) => assert.equal(cleanPath(cleanPath(path)), cleanPath(path))));
});

Deno.test("quantities are those that Kubernetes parses, oddities included", () => {
  for (const text of ["1", "0.5", "100m", "1Gi", "1e3", "1E", "1E3", "-1", "+1.5k", ".", "m", " 1 ", "1.", "1e-3"]) {
    assert.ok(isQuantity(text), text);
  }
  for (const text of ["", "  ", "1GB", "1K", "abc", "1 Gi", "0x1", "1e", "1.2.3", "1,5", "1gi"]) {
    assert.ok(!isQuantity(text), text);
  }
});

Deno.test("CEL is looked at for its syntax alone", () => {
  for (
    const text of [
      "'a' == 'b'",
      "size([1, 2]) > 1 && !('x' in ['y'])",
      "{'a': 1}['a'] == 1 ? true : false",
      '"$(params.x)".startsWith("v") // c',
      "r'\\d'.matches('1')",
      "-1 < 2.5e3",
    ]
  ) {
    assert.equal(celProblem(text), undefined, text);
  }
  for (const text of ["$(params.a) == 'b'", "'a' == ", "('a'", "a)", "'a", "a b", "1 ==== 2", "a ]"]) {
    assert.notEqual(celProblem(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => void celProblem(text)));
});

Deno.test("defaults are Tekton's: types of params and results, kinds, timeouts, accounts, labels", () => {
  const task = {
    spec: {
      params: [{ name: "a" }, { name: "b", default: ["x"] }, { name: "c", properties: { k: {} } }, {
        name: "d",
        default: { k: "v" },
      }, { name: "e", type: "array" }],
      results: [{ name: "r" }, { name: "o", properties: { k: {} } }],
    },
  };
  const before = structuredClone(task);
  const { spec } = withDefaults("Task", task) as {
    spec: { params: Record<string, unknown>[]; results: Record<string, unknown>[] };
  };
  assert.deepEqual(spec.params.map(({ type }) => type), ["string", "array", "object", "object", "array"]);
  assert.deepEqual({ ...spec.params[2]?.properties as object }, { k: { type: "string" } });
  assert.deepEqual(spec.results.map(({ type }) => type), ["string", "object"]);
  assert.deepEqual(task, before, "the object given has changed");

  assert.deepEqual(
    withDefaults("TaskRun", {
      metadata: { annotations: { "chains.tekton.dev/signed": "true", a: "b" } },
      spec: { taskRef: { name: "t" } },
    }),
    {
      metadata: { annotations: { a: "b" }, labels: { "app.kubernetes.io/managed-by": "tekton-pipelines" } },
      spec: { taskRef: { name: "t", kind: "Task" }, timeout: "1h0m0s", serviceAccountName: "default" },
    },
  );
  assert.deepEqual(
    withDefaults("PipelineRun", { spec: { timeouts: { tasks: "1m" }, taskRunTemplate: { serviceAccountName: "s" } } }, {
      timeoutMinutes: 90,
    }),
    {
      metadata: {},
      spec: { timeouts: { tasks: "1m", pipeline: "1h30m0s" }, taskRunTemplate: { serviceAccountName: "s" } },
    },
  );
  assert.deepEqual(withDefaults("Pipeline", { spec: { tasks: [{ name: "a", taskRef: { resolver: "git" } }] } }), {
    spec: { tasks: [{ name: "a", taskRef: { resolver: "git" } }] },
  });
});

Deno.test("steps take what they lack from the stepTemplate; a step with ref takes nothing", () => {
  const spec: TaskSpec = {
    stepTemplate: {
      image: "t",
      command: ["c"],
      env: [{ name: "A", value: "1" }, { name: "B", value: "2" }],
      volumeMounts: [{ name: "v", mountPath: "/v" }],
    },
    steps: [
      { name: "own", image: "o", args: ["x"], env: [{ name: "B", value: "3" }, { name: "C", value: "4" }] },
      { name: "none" },
      { name: "ref", ref: { name: "r" } },
    ],
  };
  const [own, none, ref] = mergedSteps(spec);
  assert.deepEqual([own?.image, own?.command, own?.args], ["o", ["c"], ["x"]]);
  assert.deepEqual(own?.env?.map(({ name, value }) => `${name}=${value}`).sort(), ["A=1", "B=3", "C=4"]);
  assert.deepEqual([none?.image, none?.volumeMounts?.length], ["t", 1]);
  assert.deepEqual(ref, { name: "ref", ref: { name: "r" } });
});

Deno.test("decoding keeps Go's rules: null is absent, nothing is converted, values of params become text", () => {
  const { value, findings } = decode("TaskRun", {
    spec: {
      taskRef: null,
      retries: "1",
      serviceAccountName: 5,
      params: [{ name: "a", value: 1.5 }, { name: "b", value: [1, { c: true }] }, { name: "c", value: { k: null } }, {
        name: "d",
        value: ["x", null],
      }],
    },
  });
  assert.deepEqual(findings.map(({ rule, path }) => `${rule} ${formatPath(path)}`), [
    "structure/type spec.retries",
    "structure/type spec.serviceAccountName",
  ]);
  const spec = value.spec as Record<string, unknown>;
  assert.ok(!("taskRef" in spec));
  assert.deepEqual(
    (spec.params as { value: unknown }[]).map(({ value }) =>
      typeof value === "object" && !Array.isArray(value) ? { ...value } : value
    ),
    ["1.5", '[1,{"c":true}]', { k: "" }, ["x", ""]],
  );
});

Deno.test("where the API server does not look, names of fields match without regard to case", () => {
  const task = (steps: unknown) =>
    decode("Pipeline", { spec: { tasks: [{ name: "a", taskSpec: { steps } }] } }).findings.length;
  assert.equal(task([{ Image: "a", SCRIPT: "b" }]), 0);
  assert.equal(task([{ imagee: "a" }]), 1);
  assert.equal(decode("Task", { spec: { steps: [{ Image: "a" }] } }).findings[0]?.layer, "api-server");
  assert.equal(decode("Task", { spec: { steps: [{ imagee: "a" }] } }).findings[0]?.layer, undefined);
});

Deno.test("numbers have ranges, exact to the last digit", () => {
  const user = (runAsUser: unknown) =>
    decode("Task", { spec: { steps: [{ image: "a", securityContext: { runAsUser } }] } }).findings.length;
  assert.deepEqual([2 ** 62, 9223372036854775807n, -9223372036854775808n, 1000, -1].map(user), [0, 0, 0, 0, 0]);
  assert.deepEqual([9223372036854775808n, 2 ** 63, 1.5, "1", true].map(user), [1, 1, 1, 1, 1]);
});

Deno.test("paths are written as people do", () => {
  assert.equal(formatPath(["spec", "steps", 0, "image"]), "spec.steps[0].image");
  assert.equal(formatPath(["metadata", "labels", "a/b"]), 'metadata.labels["a/b"]');
  assert.equal(formatPath([]), "(document)");
  assert.ok(isWithin(["a", 0, "b"], ["a", 0]));
  assert.ok(!isWithin(["a", 1], ["a", 0]));
});

Deno.test("every field that the specification lists is in the definitions, under its own name or the one noted", () => {
  assert.ok(requirements.length > 140);
  for (const { type, field, as } of requirements) {
    const types = type === "ResolverRef"
      ? ["TaskRef", "PipelineRef", "Ref"]
      : type === "ContainerState"
      ? ["StepState"]
      : [type];
    for (const name of types) {
      const properties = definitions().get(name)?.properties;
      assert.ok(properties, `no definition ${name}`);
      for (const own of as ?? [field]) assert.ok(own in properties, `${name} has no ${own}`);
    }
  }
  assert.equal(requirementOf("Step", "image"), "REQUIRED");
  assert.equal(requirementOf("ChildStatusReference", "pipelineTaskName"), "REQUIRED");
  assert.equal(requirementOf("StepState", "terminated"), "REQUIRED");
  assert.equal(requirementOf("Step", "timeout"), "OPTIONAL");
});
