/**
 * The report as one HTML page that needs nothing else: no script, no font, no image. Pure.
 * @module
 */
import { escapeXml } from "./junit.ts";
import { type Report, type RequirementResult, type Verdict, verdictWords } from "./report.ts";
import { summaryLine } from "./text.ts";

const verdicts = Object.keys(verdictWords) as Verdict[];

const style = `
:root{color-scheme:light dark;--line:light-dark(#d8dee4,#373e47);--soft:light-dark(#57606a,#9198a1);
--fail:light-dark(#b3261e,#ff8a80);--warn:light-dark(#8a5a00,#f2c14e);--deviates:light-dark(#0b6e8a,#6fd0e8);
--not-shown:var(--soft);--pass:light-dark(#1a7f37,#5dd879);font:15px/1.45 system-ui,sans-serif}
body{margin:2rem auto;max-width:90rem;padding:0 1rem}
h1{font-size:1.4rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2rem 0 .4rem}
p{margin:.2rem 0;color:var(--soft)}
.filters{position:sticky;top:0;background:Canvas;padding:.6rem 0;display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;border-bottom:1px solid var(--line)}
.filters label{cursor:pointer}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;font-size:.85rem}
td.verdict{white-space:nowrap;font-weight:600}td.level{white-space:nowrap;font-size:.85rem;color:var(--soft)}
td code{overflow-wrap:anywhere;font-size:.85rem}td .note{color:var(--soft);font-size:.85rem;display:block}
${verdicts.map((verdict) => `.${verdict}{color:var(--${verdict})}`).join("")}
${verdicts.map((verdict) => `body:has(#show-${verdict}:not(:checked)) tr.of-${verdict}{display:none}`).join("")}
@media print{.filters{display:none}}
`;

/** The report for a browser. Boxes choose the verdicts that are shown. */
export function htmlReport(report: Report): string {
  const boxes = verdicts.map((verdict) =>
    `<label class="${verdict}"><input type="checkbox" id="show-${verdict}" checked> ${verdictWords[verdict]} (${
      report.counts[verdict]
    })</label>`
  );
  const sections = [...Map.groupBy(report.results, (result) => result.section)].map(([name, results]) =>
    `<h2>${escapeXml(name)}</h2>
<table><thead><tr><th scope="col">Field</th><th scope="col">Requirement</th><th scope="col">Verdict</th><th scope="col">Evidence</th></tr></thead><tbody>
${results.map(tableRow).join("\n")}
</tbody></table>`
  );
  const runs = report.runs.map((run) =>
    `<tr><td>${escapeXml(run.kind)}</td><td>${escapeXml(run.id)}<span class="note">${
      escapeXml(run.purpose)
    }</span></td><td>${escapeXml(run.outcome)}</td><td>${
      (run.elapsedMs / 1000).toFixed(1)
    } s, ${run.states} states</td></tr>`
  );
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tekton API conformance of ${escapeXml(report.server)}</title><style>${style}</style></head><body>
<h1>Tekton API conformance of ${escapeXml(report.server)}</h1>
<p><strong class="${report.conformant ? "pass" : "fail"}">${escapeXml(summaryLine(report))}</strong></p>
<p>Profile ${report.profile}; image ${escapeXml(report.image)}; ${report.startedAt} to ${report.finishedAt}</p>
<div class="filters">${boxes.join("")}</div>
${sections.join("\n")}
<h2>Runs</h2>
<table><thead><tr><th scope="col">Kind</th><th scope="col">Scenario</th><th scope="col">Outcome</th><th scope="col">Watched</th></tr></thead><tbody>
${runs.join("\n")}
</tbody></table>
</body></html>
`;
}

function tableRow(result: RequirementResult): string {
  const { verdict, evidence, deviation } = result;
  const place = [evidence.object, evidence.path].filter((part) => part !== "").join(" ");
  const notes = [
    evidence.note,
    deviation === undefined ? undefined : `letter: ${deviation.letter}; Tekton: ${deviation.tekton}`,
  ].filter((note) => note !== undefined);
  return `<tr class="of-${verdict}" id="${escapeXml(result.id)}"><td>${escapeXml(result.field)}</td><td>${
    escapeXml(result.sentence)
  } <span class="note">${result.level}</span></td><td class="verdict ${verdict}">${verdictWords[verdict]}</td><td>${
    escapeXml(place)
  } <code>${escapeXml(evidence.value)}</code>${
    notes.map((note) => `<span class="note">${escapeXml(note)}</span>`).join("")
  }</td></tr>`;
}
