import assert from "node:assert/strict";
import fc from "fast-check";
import { htmlReport } from "../../lib/conformance/html.ts";
import { escapeXml, junitReport } from "../../lib/conformance/junit.ts";
import { type Judge, judgement, type Requirement } from "../../lib/conformance/judge.ts";
import { countVerdicts, evidenceLine, judgeAll, type Report, type Verdict } from "../../lib/conformance/report.ts";
import { summaryLine, textReport } from "../../lib/conformance/text.ts";

const hostile = 'a <b> & "c"\' ]]> \u0000\u001b[31m \ud800 </td><script>alert(1)</script>\nnext';

function reportOf(value: string): Report {
  const finding = (finding: "pass" | "fail" | "deviates" | "not-shown"): Judge => () =>
    judgement(finding, { kind: "TaskRun", metadata: { name: "run" }, status: { value } }, "status.value", value);
  const requirement = (id: string, level: Requirement["level"], judge: Judge): Requirement => {
    const [section = "", field = ""] = id.split(".");
    return { id, section, field, level, sentence: `It is ${id}.`, judge };
  };
  const results = judgeAll([
    requirement("TaskRun.kind", "RECOMMENDED", finding("pass")),
    requirement("TaskRun.create", "REQUIRED", finding("fail")),
    requirement("ObjectMeta.uid", "RECOMMENDED", finding("fail")),
    requirement("Condition.status", "REQUIRED", finding("deviates")),
    requirement("Condition.reason", "REQUIRED", finding("not-shown")),
  ], new Map());
  return {
    version: 1,
    profile: "minimal",
    server: `https://example.test/${value}`,
    image: "sh:1",
    startedAt: "2026-01-31T00:00:00Z",
    finishedAt: "2026-01-31T00:01:33Z",
    conformant: false,
    counts: countVerdicts(results),
    results,
    runs: [{ id: "steps", kind: "TaskRun", purpose: value, name: "run", outcome: value, states: 5, elapsedMs: 1234 }],
  };
}

Deno.test("a verdict follows from the finding and the level", () => {
  const verdicts = reportOf("x").results.map(({ id, verdict }) => [id, verdict]);
  assert.deepEqual(verdicts, [
    ["TaskRun.kind", "pass"],
    ["TaskRun.create", "fail"],
    ["ObjectMeta.uid", "warn"],
    ["Condition.status", "deviates"],
    ["Condition.reason", "not-shown"],
  ]);
});

Deno.test("a deviation that is not in the table is a fault of the checker, not a verdict", () => {
  const judge: Judge = () => judgement("deviates", {}, "kind");
  const invented: Requirement = { id: "A.b", section: "A", field: "b", level: "MUST", sentence: "It is.", judge };
  assert.throws(() => judgeAll([invented], new Map()), RangeError);
});

Deno.test("the text names section, level, field, verdict, sentence and evidence of every requirement", () => {
  const report = reportOf("seen");
  const text = textReport(report);
  for (const result of report.results) {
    for (
      const part of [result.section, result.level, `${result.field}: ${result.sentence}`, evidenceLine(result.evidence)]
    ) {
      assert.ok(text.includes(part), part);
    }
  }
  assert.ok(text.includes('TaskRun run status.value = "seen"'));
  assert.ok(text.includes("deviates as Tekton does") && text.includes("not shown"));
  assert.ok(text.endsWith(`${summaryLine(report)}\n`));
  assert.ok(!text.includes("\x1b") && textReport(report, { colour: true }).includes("\x1b[31mfail"));
  assert.match(
    summaryLine(report),
    /^not conformant: 5 requirements by 1 runs: 1 fail, 1 warn, 1 deviates as Tekton does/,
  );
});

/** The elements of an XML document, by a reader that takes nothing which is not well-formed. */
function readXml(text: string): string[] {
  // deno-lint-ignore no-control-regex -- XML 1.0 has no control characters
  assert.ok(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed());
  const entity = "&(?:amp|lt|gt|quot|apos|#\\d+);";
  const attributes = `(?: [\\w-]+="(?:[^"<&]|${entity})*")*`;
  const token = new RegExp(`<\\?xml [^?]*\\?>|<(/?)([A-Za-z][\\w-]*)${attributes}(/?)>|(?:[^<&]|${entity})`, "y");
  const open: string[] = [];
  const seen: string[] = [];
  for (let position = 0; position < text.length; position = token.lastIndex) {
    token.lastIndex = position;
    const match = token.exec(text);
    assert.ok(match !== null, `not well-formed from: ${text.slice(position, position + 80)}`);
    const [, closing, name, alone] = match;
    if (name === undefined) continue;
    if (closing === "/") assert.equal(open.pop(), name);
    else {
      seen.push(name);
      if (alone !== "/") open.push(name);
    }
  }
  assert.deepEqual(open, []);
  return seen;
}

Deno.test("JUnit: well-formed whatever the values are, with a case for each requirement and the right totals", () => {
  for (const value of ["seen", hostile]) {
    const xml = junitReport(reportOf(value));
    const elements = readXml(xml);
    assert.equal(elements.filter((name) => name === "testcase").length, 5);
    assert.equal(elements.filter((name) => name === "failure").length, 1);
    assert.equal(elements.filter((name) => name === "skipped").length, 1);
    assert.match(xml, /<testsuites name="[^"]+" tests="5" failures="1" errors="0" skipped="1" time="93.000">/);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
  }));
});

Deno.test("HTML: one page without script, that fetches nothing, and in which values cannot become markup", () => {
  const page = htmlReport(reportOf(hostile));
  assert.ok(page.startsWith("<!DOCTYPE html>") && page.endsWith("</html>\n"));
  assert.ok(!/<script|<link|<img|<iframe|@import|url\(|src=|href=/i.test(page));
  assert.ok(page.includes("&lt;script&gt;alert(1)"));
  for (const verdict of ["pass", "fail", "warn", "deviates", "not-shown"] satisfies Verdict[]) {
    assert.equal(page.split(`<tr class="of-${verdict}"`).length, 2, verdict);
    assert.ok(page.includes(`id="show-${verdict}"`));
  }
  for (const name of ["table", "tbody", "td", "span", "code", "label"]) {
    const opened = page.match(new RegExp(`<${name}[ >]`, "g"))?.length;
    assert.equal(opened, page.match(new RegExp(`</${name}>`, "g"))?.length, name);
  }
});
