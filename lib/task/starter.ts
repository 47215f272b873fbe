/**
 * The files a new Task begins with. Pure text; only for `new-task`.
 * @module
 */

/** A Task file that does something small with one of each thing, and says beside each what it is for. */
export function starterTask(name: string): string {
  return `#!/usr/bin/env -S deno run --allow-env --allow-read --allow-write
/**
 * The Task \`${name}\`: say in one sentence what it does.
 * @module
 */
import { defineTask, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";

export const task = defineTask({
  // The file's name. The catalog holds it as tasks/${name}/0.1/.
  name: "${name}",
  // Raise it once 0.1 is released: what users have never changes.
  version: "0.1",
  displayName: "${title(name)}",
  // The first lines of the README and of --help. {{context.taskRun.name}} is shown as a Tekton variable; the variable
  // itself may stand nowhere in this file, since Tekton would replace it in the script.
  description: "Greets somebody and says how long the greeting is.",
  categories: ["Examples"],
  tags: ["greeting"],

  // What the pipeline gives. Without a default, a param is required. Here: --whom and --tone on the command line,
  // PARAM_WHOM and PARAM_TONE in the environment.
  params: {
    whom: { description: "Whom to greet.", example: "{{context.pipelineRun.name}}" },
    tone: { description: "How to greet.", default: "friendly", enum: ["friendly", "formal"] },
  },
  // What later tasks of the pipeline can use; all results of a Task share 4096 bytes.
  results: {
    GREETING: { description: "The greeting." },
  },
  // Variables of the step: Tekton's own, fields of the pod (fieldRef), or plain text.
  env: { TASKRUN_NAME: variable("context.taskRun.name") },
  // Also possible: workspaces, secrets (a key of a Secret as a file), scratch (writable folders), options (of the
  // command line alone), permissions (of Deno, such as { net: true }), rbac (what the Kubernetes API must allow),
  // stepsAfter (StepActions). docs/writing-a-task.md shows each.

  // The step's code. A name that is not declared above does not compile.
  run: ({ params, results, env, log }) => {
    const greeting = params.tone === "formal" ? \`Good day, \${params.whom}.\` : \`Hello \${params.whom}!\`;
    log.info(\`\${env.TASKRUN_NAME || "at a desk"}: \${greeting.length} characters\`);
    results.set("GREETING", greeting);
  },
});

if (import.meta.main) await main(task);
`;
}

/** Its test. */
export function starterTest(name: string): string {
  return `import assert from "node:assert/strict";
import { rehearse } from "../../lib/task/rehearse.ts";
import { task } from "../../scripts/${name}.ts";

Deno.test("${name}: greets whom the pipeline names", async () => {
  const { exitCode, results } = await rehearse(task, { env: { PARAM_WHOM: "you", PARAM_TONE: "formal" } });
  assert.equal(exitCode, 0);
  assert.deepEqual(results, { GREETING: "Good day, you." });
});

Deno.test("${name}: says what is missing", async () => {
  const { exitCode, stderr } = await rehearse(task);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--whom is missing/);
});

Deno.test("${name}: refuses a tone it does not know", async () => {
  const { exitCode, stderr } = await rehearse(task, { args: ["--whom", "you", "--tone", "rude"] });
  assert.equal(exitCode, 2);
  assert.match(stderr, /friendly, formal/);
});
`;
}

/** Its entry in the table of commands in `scripts/main.ts`, as the formatter leaves it. */
export function commandEntry(name: string): string {
  const key = name.includes("-") ? `"${name}"` : name;
  const about = `about: "${title(name)} (a Task)"`;
  const load = `load: () => import("./${name}.ts")`;
  const line = `  ${key}: { ${about}, ${load} },\n`;
  return line.length <= 121 ? line : `  ${key}: {\n    ${about},\n    ${load},\n  },\n`;
}

/** `scan-image` → `Scan Image`. */
function title(name: string): string {
  return name.split("-").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
}
