/**
 * A small repository in a temporary folder: the real lib/, Task files of the test's own.
 * @module
 */
import { cpSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of this repository. */
export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** A Task with one of everything, and the StepAction it uses. */
export const sampleFiles: Readonly<Record<string, string>> = {
  "scripts/sample.ts": `
import { defineTask, fieldRef, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";

export const task = defineTask({
  name: "sample",
  version: "0.1",
  displayName: "Sample Task",
  description: "Shows everything once.\\n\\nMeant for {{context.pipelineRun.name}} | others.",
  categories: ["Testing"],
  tags: ["sample", "test"],
  labels: { "tasksmith.dev/observer": "true" },
  params: {
    "quay-repo": { description: "Where to push.", example: "{{params.output-image}}" },
    "namespace": { description: "Namespace.", default: variable("context.pipelineRun.namespace") },
    "compression": { description: "How.", default: "gzip", enum: ["gzip", "zstd"] },
    "files": { type: "array", description: "Which files.", default: [] },
    "more": { type: "array", description: "Which others.", example: ["a", "b"] },
    "git": {
      type: "object",
      description: "The commit.",
      properties: { url: { description: "its repository" }, "commit-sha": {} },
      default: { url: "", "commit-sha": "" },
    },
    "deadline": { description: "How long.", default: "1h" },
    "secret-name": { description: "Name of the Secret.", example: "my-secret" },
  },
  options: { output: { value: "DIR", description: "A folder." }, "plain-http": { description: "No TLS." } },
  results: { TAG: { description: "The tag." }, LIST: { description: "All.", type: "array" } },
  workspaces: { "shared-data": { description: "Scratch space.", optional: true } },
  secrets: {
    credentials: {
      secretName: variable("params.secret-name"),
      key: ".dockerconfigjson",
      optional: true,
      description: "Registry credentials.",
    },
  },
  env: { TASKRUN_NAME: variable("context.taskRun.name"), POD_NAMESPACE: fieldRef("metadata.namespace"), PLAIN: "1" },
  scratch: ["/scratch"],
  permissions: { net: true },
  rbac: [
    { apiGroups: ["tekton.dev"], resources: ["taskruns"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] },
  ],
  deadline: "deadline",
  step: "show",
  stepsAfter: [{
    name: "act",
    uses: { stepAction: "sample-action", version: "0.2" },
    params: { message: variable("params.quay-repo"), "volume": "credentials", "key": ".dockerconfigjson" },
  }],
  schemas: { "sample.schema.json": "scripts/sample-schema.json" },
  readme: { Notes: "Nothing to note about {{params.files}}." },
  run: async ({ params, results, workspaces, secrets, env, log }) => {
    log.info("shown");
    const secret = await secrets.credentials.read();
    await Deno.writeTextFile("/scratch/x", "x");
    results.set("TAG", JSON.stringify({ params, workspaces, secret: secret?.length, env }));
    results.set("LIST", params.files);
  },
});

if (import.meta.main) await main(task);
`,
  "scripts/sample-action.ts": `
import { defineStepAction, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";

export const stepAction = defineStepAction({
  name: "sample-action",
  version: "0.2",
  displayName: "Sample StepAction",
  description: "Says something.",
  params: {
    message: { description: "What to say." },
    volume: { description: "Volume with the credentials." },
    key: { description: "Key in it.", default: "config.json" },
    list: { type: "array", description: "A list.", default: ["a", "b c"] },
  },
  results: { SAID: { description: "What was said." } },
  secrets: {
    credentials: { volumeName: variable("params.volume"), key: variable("params.key"), description: "Credentials." },
  },
  run: async ({ params, results, secrets, log }) => {
    log.info(params.message + " " + (await secrets.credentials.read() ?? "without"));
    results.set("SAID", params.message + params.list.join("+"));
  },
});

if (import.meta.main) await main(stepAction);
`,
  "scripts/tool.ts": `// no Task: importing it would end the test\nDeno.exit(9);\n`,
  "scripts/sample-schema.json": `{ "type": "object" }`,
};

/** A temporary repository that goes away with `using`. */
export class Repository implements Disposable {
  /** Absolute path. */
  readonly path: string = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "repository" }));

  /** Makes it with the given files beside `lib/` and `deno.json`. */
  constructor(files: Readonly<Record<string, string>> = sampleFiles) {
    for (const part of ["lib/task", "lib/terminal", "lib/tekton", "lib/secrets", "deno.json"]) {
      cpSync(join(root, part), join(this.path, part), { recursive: true });
    }
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Writes a file, its folder too. */
  write(name: string, text: string): void {
    const path = join(this.path, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, text);
  }

  /** Reads a file. */
  read(name: string): string {
    return Deno.readTextFileSync(join(this.path, name));
  }

  /** Whether there is such a file. */
  has(name: string): boolean {
    try {
      return Deno.statSync(join(this.path, name)).isFile;
    } catch {
      return false;
    }
  }

  /** Removes it. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
