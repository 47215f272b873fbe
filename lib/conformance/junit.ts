/**
 * The report as JUnit XML: a suite for each section, a case for each requirement. Pure.
 * @module
 */
import { elapsedMs } from "../tekton/time.ts";
import { evidenceLine, type Report, type RequirementResult, verdictWords } from "./report.ts";

/** The text within an attribute or element: markup escaped, and what XML 1.0 cannot hold replaced. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex -- these are exactly the characters that XML 1.0 excludes
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The report for whatever shows test results. Warnings and deviations are cases that pass and say so in their output. */
export function junitReport(report: Report): string {
  const suites = Map.groupBy(report.results, (result) => result.section);
  const seconds = ((elapsedMs(report.startedAt, report.finishedAt) ?? 0) / 1000).toFixed(3);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="Tekton API conformance" ${totals(report.results)} time="${seconds}">`,
  ];
  for (const [section, results] of suites) {
    lines.push(`  <testsuite name="${escapeXml(section)}" ${totals(results)} timestamp="${report.startedAt}">`);
    for (const result of results) lines.push(...testCase(result));
    lines.push("  </testsuite>");
  }
  lines.push("</testsuites>", "");
  return lines.join("\n");
}

function totals(results: readonly RequirementResult[]): string {
  const count = (verdict: string) => results.filter((result) => result.verdict === verdict).length;
  return `tests="${results.length}" failures="${count("fail")}" errors="0" skipped="${count("not-shown")}"`;
}

function testCase(result: RequirementResult): string[] {
  const { section, level, sentence, verdict, deviation } = result;
  const name = escapeXml(`${result.id} ${level}: ${sentence}`);
  const open = `    <testcase classname="${escapeXml(section)}" name="${name}">`;
  const found = escapeXml(evidenceLine(result.evidence));
  const close = "    </testcase>";
  if (verdict === "fail") {
    return [open, `      <failure message="${escapeXml(sentence)}" type="${level}">${found}</failure>`, close];
  }
  if (verdict === "not-shown") return [open, `      <skipped message="not shown: ${found}"/>`, close];
  const difference = deviation === undefined
    ? ""
    : escapeXml(` (letter: ${deviation.letter}; Tekton: ${deviation.tekton})`);
  return [open, `      <system-out>${verdictWords[verdict]}: ${found}${difference}</system-out>`, close];
}
