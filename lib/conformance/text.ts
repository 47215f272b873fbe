/**
 * The report as text: a line or two for each requirement. Pure.
 * @module
 */
import { evidenceLine, type Report, type Verdict, verdictWords } from "./report.ts";

const colours: Readonly<Record<Verdict, number>> = { fail: 31, warn: 33, deviates: 36, "not-shown": 2, pass: 32 };

/** The report for a person at a terminal, or in a log; `colour` adds escape sequences. */
export function textReport(report: Report, options: { readonly colour?: boolean } = {}): string {
  const { colour = false } = options;
  const painted = (verdict: Verdict, text: string) => colour ? `\x1b[${colours[verdict]}m${text}\x1b[0m` : text;
  const lines = [`Tekton API specification, profile ${report.profile}: ${report.server}`];
  let section = "";
  for (const result of report.results) {
    if (result.section !== section) lines.push("", section = result.section);
    const verdict = painted(result.verdict, verdictWords[result.verdict].padEnd(24));
    lines.push(`  ${verdict} ${result.level.padEnd(11)} ${result.field}: ${result.sentence}`);
    lines.push(`${" ".repeat(27)}${evidenceLine(result.evidence)}`);
    if (result.deviation !== undefined) {
      lines.push(`${" ".repeat(27)}letter: ${result.deviation.letter}; Tekton: ${result.deviation.tekton}`);
    }
  }
  lines.push("", summaryLine(report), "");
  return lines.join("\n");
}

/** The counts in one sentence. */
export function summaryLine(report: Report): string {
  const counts = (Object.keys(verdictWords) as Verdict[])
    .filter((verdict) => report.counts[verdict] > 0)
    .map((verdict) => `${report.counts[verdict]} ${verdictWords[verdict]}`);
  const word = report.conformant ? "conformant" : "not conformant";
  return `${word}: ${report.results.length} requirements by ${report.runs.length} runs: ${counts.join(", ")}`;
}
