import assert from "node:assert/strict";
import { formatPath } from "../../lib/tekton/finding.ts";
import { defaultFeatures } from "../../lib/tekton/rule.ts";
import { allRules, type RuleCard } from "../../lib/tekton/rules/all.ts";
import { validate } from "../../lib/tekton/validate.ts";
import { readYaml } from "../../lib/tekton/yaml.ts";

function check(text: string, rule: RuleCard) {
  const { documents, problem } = readYaml(text);
  assert.equal(problem, undefined, `${rule.id}: the example is no YAML`);
  const [document] = documents;
  assert.equal(document?.problem, undefined, `${rule.id}: ${document?.problem?.message}`);
  const validated = validate(document?.value, { features: { ...defaultFeatures, ...rule.features } });
  assert.ok(validated, `${rule.id}: the example is no document of Tekton's`);
  return { ...validated, document: document! };
}

const lines = (findings: ReturnType<typeof check>["findings"]) =>
  findings.map((finding) => `${finding.rule} ${formatPath(finding.path)}: ${finding.message}`);

Deno.test("every rule has an id of its own, one line that says it, and a page", () => {
  assert.equal(new Set(allRules.map((rule) => rule.id)).size, allRules.length);
  for (const { id, says, link } of allRules) {
    assert.match(id, /^[a-z]+(-[a-z]+)*\/[a-z]+(-[a-z]+)*$/);
    assert.match(says, /^\S.*\.$/, id);
    assert.ok(!says.includes("\n"), id);
    assert.match(link, /^https:\/\//, id);
  }
});

for (const rule of allRules) {
  Deno.test(`${rule.id} refuses its violation, for that reason alone, and lets the near miss pass`, () => {
    const violation = check(rule.violation, rule);
    assert.deepEqual(
      [...new Set(violation.findings.map((finding) => finding.rule))],
      [rule.id],
      lines(violation.findings).join("\n"),
    );
    for (const { path, message, advice } of violation.findings) {
      assert.ok(message !== "" && advice.endsWith(".") || advice.endsWith("?"), `${rule.id}: ${message} / ${advice}`);
      const offset = violation.document.locate(path);
      assert.ok(
        offset >= 0 && offset < rule.violation.length,
        `${rule.id}: the place ${formatPath(path)} is outside of the text`,
      );
    }
    assert.deepEqual(lines(check(rule.nearMiss, rule).findings), [], rule.id);
  });
}

Deno.test("what only the API server refuses is left out on request", () => {
  for (const rule of allRules.filter(({ layer }) => layer === "api-server")) {
    const value = readYaml(rule.violation).documents[0]?.value;
    assert.equal(validate(value)?.ok, false, rule.id);
    assert.equal(validate(value, { webhookOnly: true })?.ok, true, rule.id);
  }
});

Deno.test("docs/validate.md lists every rule with what it says", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/validate.md", import.meta.url)).replaceAll(/ +\|/g, " |");
  for (const { id, says } of allRules) {
    assert.ok(page.includes(`| \`${id}\` | ${says.replaceAll("|", "\\|")}`), `${id} is missing or says something else`);
  }
});
