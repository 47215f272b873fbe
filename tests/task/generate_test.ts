import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { stopBundler } from "../../lib/task/bundle.ts";
import type { Definition } from "../../lib/task/declaration.ts";
import { findTaskFiles, type TaskFile } from "../../lib/task/find.ts";
import { generate, type GeneratedTask } from "../../lib/task/generate.ts";
import { paramVariable } from "../../lib/task/inputs.ts";
import { defaultSettings, scriptBudget, type Settings } from "../../lib/task/settings.ts";
import { Repository, sampleFiles } from "./repository.ts";

/** esbuild's stop() does not wait for the end of its process, so the sanitizers would see it in one test or the next. */
function test(name: string, fn: () => void | Promise<void>, ignore = false): void {
  Deno.test({ name, fn, ignore, sanitizeOps: false, sanitizeResources: false });
}

async function all(repository: Repository, settings: Partial<Settings> = {}): Promise<readonly GeneratedTask[]> {
  const files = await findTaskFiles(repository.path);
  try {
    const names = files.map(({ definition }) => definition.name);
    return await generate(repository.path, files, names, { ...defaultSettings, ...settings });
  } finally {
    await stopBundler();
  }
}

function file(generated: readonly GeneratedTask[], task: string, name: string): string {
  return generated.find(({ source }) => source.definition.name === task)?.files.get(name) ?? "";
}

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly script?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly ref?: unknown;
  readonly params?: unknown;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: unknown;
  readonly computeResources?: unknown;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: Container & {
    readonly steps?: readonly Container[];
    readonly volumes?: unknown;
    readonly description: string;
    readonly params: readonly { readonly name: string; readonly default?: unknown }[];
  };
}

function manifest(generated: readonly GeneratedTask[], task: string): Manifest {
  const [document] = parseAllDocuments(file(generated, task, `${task}.yaml`));
  return document?.toJS() as Manifest;
}

/** A Tekton variable as YAML holds it. */
const variable = (name: string) => `$${`(${name})`}`;

test("generate: a Task as the catalog expects it", async () => {
  using repository = new Repository();
  const { apiVersion, kind, metadata, spec } = manifest(await all(repository), "sample");
  assert.deepEqual([apiVersion, kind, metadata.name], ["tekton.dev/v1", "Task", "sample"]);
  assert.deepEqual(metadata.labels, { "app.kubernetes.io/version": "0.1", "tasksmith.dev/observer": "true" });
  assert.match(spec.description, /^Shows everything once\.\n\nMeant for \$\(context\.pipelineRun\.name\) \| others\.$/);
  assert.deepEqual(spec.volumes, [
    {
      name: "credentials",
      secret: {
        secretName: variable("params.secret-name"),
        optional: true,
        items: [{ key: ".dockerconfigjson", path: ".dockerconfigjson" }],
      },
    },
    { name: "scratch", emptyDir: {} },
  ]);
  const [step, after] = spec.steps ?? [];
  assert.deepEqual(step?.securityContext, {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.deepEqual(step?.args, [
    "--array-param=files",
    variable("params.files[*]"),
    "--array-param=more",
    variable("params.more[*]"),
  ]);
  assert.deepEqual(step?.volumeMounts, [
    { name: "credentials", mountPath: "/secrets/credentials", readOnly: true },
    { name: "scratch", mountPath: "/scratch" },
  ]);
  const env = new Map(step?.env?.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  assert.equal(env.get("PARAM_QUAY_REPO"), variable("params.quay-repo"));
  assert.equal(env.get("PARAM_GIT_COMMIT_SHA"), variable("params.git.commit-sha"));
  assert.equal(env.get("WORKSPACE_SHARED_DATA"), variable("workspaces.shared-data.path"));
  assert.equal(env.get("SECRET_CREDENTIALS"), "/secrets/credentials/.dockerconfigjson");
  assert.equal(env.get("TASKRUN_NAME"), variable("context.taskRun.name"));
  assert.deepEqual(env.get("POD_NAMESPACE"), { fieldRef: { fieldPath: "metadata.namespace" } });
  assert.equal(env.get("DENO_EMIT_CACHE_MODE"), "disable");
  assert.equal(after?.name, "act");
  assert.deepEqual(after?.params, [
    { name: "message", value: variable("params.quay-repo") },
    { name: "volume", value: "credentials" },
    { name: "key", value: ".dockerconfigjson" },
  ]);
  assert.equal(
    spec.params.find(({ name }) => name === "namespace")?.default,
    variable("context.pipelineRun.namespace"),
  );
});

test("generate: a StepAction has what its kind has, and nothing else", async () => {
  using repository = new Repository();
  const { apiVersion, kind, spec } = manifest(await all(repository), "sample-action");
  assert.deepEqual([apiVersion, kind], ["tekton.dev/v1beta1", "StepAction"]);
  assert.deepEqual(spec.volumeMounts, [
    { name: variable("params.volume"), mountPath: "/secrets/credentials", readOnly: true },
  ]);
  const env = new Map(spec.env?.map(({ name, value }) => [name, value]));
  assert.equal(env.get("SECRET_CREDENTIALS"), `/secrets/credentials/${variable("params.key")}`);
  assert.equal(env.get("RESULT_SAID"), variable("step.results.SAID.path"));
  assert.equal(spec.computeResources, undefined);
  assert.equal(spec.volumes, undefined);
});

test("generate: the same bytes in another folder, and no path of this machine", async () => {
  using here = new Repository();
  using there = new Repository();
  const [first, second] = [await all(here), await all(there)];
  assert.deepEqual(first.map(({ files }) => [...files]), second.map(({ files }) => [...files]));
  for (const { files } of first) {
    for (const [name, text] of files) assert.ok(!text.includes(here.path), name);
  }
});

test("generate: StepActions are referred to by git, by bundle or by name", async () => {
  using repository = new Repository();
  const reference = async (settings: Partial<Settings>) =>
    manifest(await all(repository, settings), "sample").spec.steps?.[1]?.ref;
  assert.deepEqual(await reference({}), {
    resolver: "git",
    params: [
      { name: "url", value: "https://github.com/konflux-ci/tekton-integration-catalog.git" },
      { name: "revision", value: "main" },
      { name: "pathInRepo", value: "tasks/sample-action/0.2/sample-action.yaml" },
    ],
  });
  assert.deepEqual(await reference({ stepActions: { by: "bundle", bundle: "quay.io/a/b@sha256:0" } }), {
    resolver: "bundles",
    params: [
      { name: "bundle", value: "quay.io/a/b@sha256:0" },
      { name: "name", value: "sample-action" },
      { name: "kind", value: "stepaction" },
    ],
  });
  assert.deepEqual(await reference({ stepActions: { by: "name" } }), { name: "sample-action" });
});

test("generate: with the binary, a step has a command and no script", async () => {
  using repository = new Repository();
  const generated = await all(repository, { embed: "binary", image: "quay.io/a/tasksmith:1", runAsUser: 65532 });
  const [step] = manifest(generated, "sample").spec.steps ?? [];
  assert.deepEqual(step?.command, ["tasksmith", "sample"]);
  assert.equal(step?.script, undefined);
  assert.equal(step?.image, "quay.io/a/tasksmith:1");
  assert.equal(step?.securityContext?.runAsUser, 65532);
  assert.equal(step?.args?.length, 4);
  assert.ok(!step?.env?.some(({ name }) => name.startsWith("ALLOW_")));
  assert.deepEqual(generated.map(({ scripts }) => scripts[0]?.bytes), [0, 0]);
});

test("generate: Kubernetes would accept the RBAC manifest", async () => {
  using repository = new Repository();
  const documents = parseAllDocuments(file(await all(repository), "sample", "rbac.yaml")).map((one) => one.toJS());
  assert.deepEqual(documents.map(({ kind }: { kind: string }) => kind), ["ServiceAccount", "Role", "RoleBinding"]);
  assert.deepEqual(documents[1].rules, [
    { apiGroups: ["tekton.dev"], resources: ["taskruns"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] },
  ]);
  assert.deepEqual(documents[2].subjects, [{ kind: "ServiceAccount", name: "sample" }]);
});

test("generate: the README has the tables, a usage example in finally, results, workspaces and RBAC", async () => {
  using repository = new Repository();
  const text = file(await all(repository), "sample", "README.md");
  assert.match(text, /\n# Sample Task\n\n\*\*Version:\*\* 0\.1\n/);
  assert.ok(
    text.includes("\n|name|description|default value|required|\n|---|---|---|---|\n|quay-repo|Where to push.||true|\n"),
  );
  assert.ok(text.includes(`|namespace|Namespace.|\`${variable("context.pipelineRun.namespace")}\`|false|\n`));
  assert.ok(text.includes("|compression|How. One of: gzip, zstd.|`gzip`|false|\n"));
  assert.match(text, /\n {2}finally:\n {2}- name: sample\n {4}taskRef:\n {6}resolver: git\n/);
  assert.ok(text.includes(`    - name: quay-repo\n      value: ${variable("params.output-image")}\n`));
  assert.ok(text.includes("value: tasks/sample/0.1/sample.yaml\n"));
  assert.ok(text.includes("|name|description|\n|---|---|\n|TAG|The tag.|\n|LIST|All. An array.|\n"));
  assert.ok(text.includes("|shared-data|Scratch space.|true|\n"));
  assert.ok(text.includes("|(core)|pods, pods/log|get|\n"));
  assert.ok(text.includes(`Nothing to note about ${variable("params.files")}.`));
  assert.match(
    file(await all(repository), "sample-action", "README.md"),
    /kind: Task\n[\s\S]*- name: sample-action\n\s+ref:/,
  );
});

test("generate: a Task without results, params and RBAC says so", async () => {
  using repository = new Repository({
    "scripts/bare.ts": bareTask("bare", "run: () => {}"),
  });
  const text = file(await all(repository), "bare", "README.md");
  assert.match(text, /This task does not produce any output results\./);
  assert.match(text, /This task has no parameters\./);
  assert.match(text, /asks the Kubernetes API for nothing/);
  assert.match(text, /Deno grants the script nothing/);
});

function bareTask(name: string, rest: string, before = ""): string {
  return `import { defineTask } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";
${before}
export const task = defineTask({ name: "${name}", version: "0.1", displayName: "X", description: "d", ${rest} });
if (import.meta.main) await main(task);\n`;
}

test("generate: refuses script text that Tekton would replace, also when it was put together", async () => {
  for (
    const before of [`console.log("$` + `(params.x)");`, `console.log("$" + "(context.y)", "$" + "(results." + "z");`]
  ) {
    using repository = new Repository({ "scripts/bare.ts": bareTask("bare", "run: () => {}", before) });
    await assert.rejects(all(repository), /Tekton would replace text in line \d+ of its script: console\.log/);
  }
});

test("generate: a script that does not fit is compressed, with its readable text beside it; then it is refused", async () => {
  const random = (bytes: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const padded = (text: string) => ({
    "scripts/bare.ts": bareTask("bare", "run: ({ log }) => log.info(String(text.length))", `const text = "${text}";`),
  });
  using fits = new Repository(padded("many words ".repeat(3000)));
  const [readable] = await all(fits);
  assert.equal(readable?.scripts[0]?.form, "readable");
  assert.ok(!readable?.files.has("bare.js"));
  using compresses = new Repository(padded("many words ".repeat(20_000)));
  const [compressed] = await all(compresses);
  assert.equal(compressed?.scripts[0]?.form, "compressed");
  assert.ok(compressed?.files.get("bare.js")?.includes("many words"));
  assert.ok((compressed?.scripts[0]?.bytes ?? Infinity) < scriptBudget);
  using never = new Repository(padded(Array.from({ length: 40 }, () => random(2048)).join("")));
  await assert.rejects(
    all(never),
    /the scripts of bare take \d+\.\d KiB together \(bare \d+\.\d\), and Tekton takes 95\.0/,
  );
});

test("generate: what Tekton puts around all scripts of the largest Task still fits into an argument", () => {
  // base64 of the scripts, and for each a few lines of shell
  assert.ok(Math.ceil(scriptBudget / 3) * 4 + 1024 < 131_072);
});

test("generate: wrong use of a StepAction is refused", async () => {
  const change = (from: string, to: string) => {
    const before = sampleFiles["scripts/sample.ts"] ?? "";
    assert.ok(before.includes(from), from);
    return new Repository({ ...sampleFiles, "scripts/sample.ts": before.replace(from, to) });
  };
  for (
    const [from, to, says] of [
      [`stepAction: "sample-action"`, `stepAction: "other"`, /uses the StepAction other, which no script declares/],
      [`version: "0.2" }`, `version: "0.3" }`, /uses sample-action 0\.3, and scripts\/sample-action\.ts declares 0\.2/],
      [`message: variable`, `massage: variable`, /gives massage, unknown to .*lacks message/],
    ] as const
  ) {
    using repository = change(from, to);
    await assert.rejects(all(repository), says);
  }
});

test("generate: a faulty declaration names every fault; a file's name and its Task's agree", async () => {
  using faulty = new Repository({
    "scripts/bare.ts": bareTask("bare", `labls: {}, params: { "a.b": { description: "d" } }, run: () => {}`),
  });
  await assert.rejects(all(faulty), /generate from scripts\/bare\.ts: "labls" means nothing here; the param "a\.b"/);
  using misnamed = new Repository({ "scripts/other.ts": bareTask("bare", "run: () => {}") });
  await assert.rejects(all(misnamed), /read scripts\/other\.ts: it declares "bare"/);
});

test("generate: a script must start exactly one Task", async () => {
  const text = bareTask("bare", "run: () => {}");
  using idle = new Repository({ "scripts/bare.ts": text.replace(/^if \(import.*$/m, "") });
  await assert.rejects(all(idle), /import\.meta\.main 0 times/);
  using twice = new Repository({
    "scripts/bare.ts": text,
    "scripts/two.ts": `import "./bare.ts";\n${bareTask("two", "run: () => {}")}`,
  });
  await assert.rejects(all(twice), /import\.meta\.main 2 times/);
});

test("generate: a schema that is not there is refused", async () => {
  using repository = new Repository({
    "scripts/bare.ts": bareTask("bare", `schemas: { "x.schema.json": "lib/none.ts" }, run: () => {}`),
  });
  await assert.rejects(all(repository), /lib\/none\.ts is not there/);
});

test("generate: the emitted variables are the ones the runner reads", async () => {
  using repository = new Repository();
  const generated = await all(repository);
  const { definition } = generated.find(({ source }) => source.definition.name === "sample")?.source as TaskFile;
  const step = manifest(generated, "sample").spec.steps?.[0];
  const strings = Object.entries((definition as Definition).params ?? {}).filter(([, { type }]) => type === undefined);
  for (const [name] of strings) assert.ok(step?.env?.some((variable) => variable.name === paramVariable(name)), name);
});

test(
  "generate: bash and env read the generated script's shebang and run it with exactly the declared permissions",
  async () => {
    using repository = new Repository();
    const [step] = manifest(await all(repository), "sample").spec.steps ?? [];
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/script-0`, step?.script ?? "", { mode: 0o755 });
      const fixed = Object.fromEntries((step?.env ?? []).map(({ name, value }) => [name, value ?? "from-the-pod"]));
      const { code, stdout, stderr } = await new Deno.Command(`${folder}/script-0`, {
        args: ["--array-param=files", "--array-param=more", "--help", "x y"],
        clearEnv: true,
        env: {
          ...fixed,
          PARAM_COMPRESSION: "zstd",
          PARAM_DEADLINE: "0",
          WORKSPACE_SHARED_DATA: "",
          DENO_DIR: `${folder}/deno`,
          PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`,
        },
      }).output();
      const text = new TextDecoder().decode(stderr);
      // the folder of the declaration is not there, and no other may be written
      assert.equal(code, 1, text);
      assert.match(text, /shown\nerror: .*\/scratch\/x/);
      assert.equal(new TextDecoder().decode(stdout), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  Deno.build.os !== "linux",
);

test("generate: each permission in a shebang is one that the script uses", async () => {
  using repository = new Repository();
  const { spec } = manifest(await all(repository), "sample-action");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/script-0`, spec.script ?? "", { mode: 0o755 });
    const fixed = Object.fromEntries((spec.env ?? []).map(({ name, value }) => [name, value ?? ""]));
    await new Deno.Command(`${folder}/script-0`, {
      args: ["--array-param=list"],
      clearEnv: true,
      env: {
        ...fixed,
        SECRET_CREDENTIALS: "/secrets/credentials/config.json",
        RESULT_SAID: "/tekton/steps/step-none/results/SAID",
        DENO_DIR: `${folder}/deno`,
        DENO_AUDIT_PERMISSIONS: `${folder}/audit`,
        PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`,
      },
    }).output();
    const used = (await Deno.readTextFile(`${folder}/audit`)).trim().split("\n")
      .map((line) => JSON.parse(line) as { readonly permission: string; readonly value: string });
    const granted = (spec.script ?? "").split("\n", 1)[0]?.match(/--allow-\S+/g) ?? [];
    assert.equal(granted.length, 3);
    for (const flag of granted) {
      const [, kind, list = ""] = /^--allow-(\w+)=(.*)$/.exec(flag) ?? [];
      for (const item of list.split(",")) {
        const prefix = item.replace(/\*$/, "");
        assert.ok(
          used.some(({ permission, value }) => permission === kind && value.startsWith(prefix)),
          `${kind} ${item}`,
        );
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, Deno.build.os !== "linux");
