import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatPath } from "../../lib/tekton/finding.ts";
import { isTektonDocument, kindOf } from "../../lib/tekton/kinds.ts";
import { validate } from "../../lib/tekton/validate.ts";
import { readYaml } from "../../lib/tekton/yaml.ts";
import { allSeeds, type Mutant, mutants } from "../tekton/mutate.ts";
import { isJudgedWithStatus } from "../tekton/verdicts.ts";
import { openWebhook } from "./webhook.ts";

const ignore = !Deno.env.get("KUBECONFIG");
if (ignore) console.error("comparing verdicts with the real webhook is skipped: no KUBECONFIG in the environment");

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Documents of Tekton's in the project's own files. */
function* samples(folder: string): Generator<Mutant> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) {
      if (![".git", "node_modules", "dist", "coverage"].includes(entry.name)) yield* samples(path);
    } else if (/\.ya?ml$/.test(entry.name)) {
      for (const { value } of readYaml(Deno.readTextFileSync(path)).documents) {
        if (!isTektonDocument(value) || typeof kindOf(value) === "object") continue;
        const document = structuredClone(value) as Mutant["document"];
        if (document.metadata && typeof document.metadata === "object" && !Array.isArray(document.metadata)) {
          delete document.metadata.namespace; // it may not exist there
        }
        yield { category: path, document };
      }
    }
  }
}

async function compare(list: Iterable<Mutant>): Promise<{ readonly count: number; readonly different: string[] }> {
  await using webhook = await openWebhook();
  const different: string[] = [];
  let count = 0;
  for (const mutant of list) {
    count++;
    const { accepted, message } = await webhook.ask(mutant.document);
    const validated = validate(mutant.document);
    if (isJudgedWithStatus(mutant) || validated?.ok === accepted) continue;
    const ours = validated?.findings.map(({ rule, path }) => `${rule} ${formatPath(path)}`).join("; ");
    different.push(`${mutant.category}: Tekton says ${message || "yes"}, we say ${ours || "yes"}`);
  }
  return { count, different };
}

Deno.test({
  name: "verdicts over the project's own samples are those of the real webhook",
  ignore,
  fn: async () => {
    const { count, different } = await compare([
      ...samples(root),
      ...allSeeds().map((document) => ({ category: "seed", document })),
    ]);
    assert.ok(count > 100, `only ${count} samples`);
    assert.deepEqual(different, []);
  },
});

Deno.test({
  name: "verdicts over fresh mutants are those of the real webhook",
  ignore,
  fn: async () => {
    const { count, different } = await compare(mutants(Date.now() % 2 ** 31, 1500));
    assert.ok(different.length <= count * 0.005, different.join("\n"));
  },
});
