/**
 * How fast documents are checked: the command over a folder, start-up included, and where the time goes inside.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "../../lib/tekton/decode.ts";
import { withDefaults } from "../../lib/tekton/defaults.ts";
import { checkFile } from "../../lib/tekton/document.ts";
import { validate } from "../../lib/tekton/validate.ts";
import { readYaml } from "../../lib/tekton/yaml.ts";
import type { Row } from "./row.ts";

const documents = 1000;
const script = fileURLToPath(new URL("../../scripts/validate.ts", import.meta.url));

/** A Task of about 200 lines, as people write them. */
function task(number: number): string {
  const lines = [
    "apiVersion: tekton.dev/v1",
    "kind: Task",
    "metadata:",
    `  name: task-${number}`,
    "  labels:",
    "    app: bench",
    "spec:",
    "  description: >-",
    "    Builds, tests and ships",
    "    one component.",
    "  params:",
  ];
  for (let index = 0; index < 12; index++) {
    lines.push(
      `    - name: param-${index}`,
      `      description: Parameter number ${index}.`,
      "      type: string",
      `      default: "value-${index}"`,
    );
  }
  lines.push("  workspaces:", "    - name: source", "      description: The code.", "  results:");
  for (let index = 0; index < 4; index++) {
    lines.push(`    - name: result-${index}`, `      description: Result number ${index}.`);
  }
  lines.push("  steps:");
  for (let index = 0; index < 6; index++) {
    lines.push(
      `    - name: step-${index}`,
      "      image: registry.example.com/tools/build:1.2.3",
      "      workingDir: $(workspaces.source.path)",
      "      env:",
    );
    for (let variable = 0; variable < 4; variable++) {
      lines.push(`        - name: VARIABLE_${variable}`, `          value: $(params.param-${variable})`);
    }
    lines.push(
      "      computeResources:",
      "        requests:",
      "          cpu: 100m",
      "          memory: 256Mi",
      "      script: |",
      "        #!/usr/bin/env bash",
      "        set -euo pipefail",
      '        echo "$VARIABLE_0" | tee log.txt',
      `        for i in $(seq 3); do echo "$i"; done`,
      `        printf '%s' "$VARIABLE_1" > $(results.result-${index % 4}.path)`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function time(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

async function command(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return performance.now() - start;
}

/** Median of several runs. */
async function median(action: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < 5; index++) times.push(await action());
  return times.sort((a, b) => a - b)[2]!;
}

/** Runs the benchmark. */
export async function run(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    const texts = Array.from({ length: documents }, (_, index) => task(index));
    const files = join(folder, "tasks");
    await Deno.mkdir(files);
    for (const [index, text] of texts.entries()) await Deno.writeTextFile(join(files, `${index}.yaml`), text);
    const bundle = join(folder, "validate.js");
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform=deno", "-o", bundle, script],
    }).output();
    const program = code === 0 ? bundle : script;
    const empty = join(folder, "empty.js");
    await Deno.writeTextFile(empty, "");

    const bare = await median(() => command([empty]));
    const start = await median(() => command(["--allow-read", program, join(files, "0.yaml")]));
    const whole = await median(() => command(["--allow-read", program, "--format", "jsonl", files]));

    const encoder = new TextEncoder();
    for (const text of texts.slice(0, 100)) checkFile(encoder.encode(text));
    const values: unknown[] = [];
    const yaml = time(() => texts.forEach((text) => values.push(readYaml(text).documents[0]?.value)));
    const json = values.map((value) => JSON.stringify(value));
    const reference = time(() => json.forEach((text) => JSON.parse(text)));
    const decoded: object[] = [];
    const structure = time(() => values.forEach((value) => decoded.push(decode("Task", value).value)));
    const defaults = time(() => decoded.forEach((value) => withDefaults("Task", value)));
    const all = time(() => values.forEach((value) => validate(value)));
    const lines = texts[0]!.split("\n").length;
    return [
      { name: "start-up, one document", value: start, unit: "ms", reference: "empty script", ratio: start / bare },
      {
        name: `${documents} documents of ${lines} lines, start-up included`,
        value: whole / 1000,
        unit: "s",
        reference: "empty script",
        ratio: whole / bare,
      },
      { name: "documents per second, without start-up", value: documents / (yaml + all) * 1000, unit: "documents/s" },
      { name: "reading YAML", value: yaml, unit: "ms", reference: "JSON.parse of the same", ratio: yaml / reference },
      { name: "structural check", value: structure, unit: "ms", reference: "reading YAML", ratio: structure / yaml },
      { name: "defaults", value: defaults, unit: "ms", reference: "reading YAML", ratio: defaults / yaml },
      {
        name: "rules",
        value: Math.max(0, all - structure - defaults),
        unit: "ms",
        reference: "reading YAML",
        ratio: Math.max(0, all - structure - defaults) / yaml,
      },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
