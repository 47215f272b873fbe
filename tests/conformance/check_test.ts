import assert from "node:assert/strict";
import { checkConformance, scenarios } from "../../lib/conformance/check.ts";
import { deviations } from "../../lib/conformance/deviation.ts";
import { evidenceLine, type Report } from "../../lib/conformance/report.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { serveFake } from "./fake.ts";
import { allowed, flaws, type KnownFlaw } from "./flaws.ts";

const image = "registry.example/sh:1";

/** Checks a fake with that flaw; also says what was left in it. */
async function check(flaw?: KnownFlaw): Promise<{ report: Report; left: string[] }> {
  await using fake = await serveFake(image, flaw);
  const cluster = await connect({ kubeconfig: fake.kubeconfig });
  try {
    const report = await checkConformance({
      cluster,
      image,
      jobs: scenarios.length,
      runTimeoutMs: flaw?.runTimeoutMs ?? 30_000,
    });
    return { report, left: fake.left() };
  } finally {
    cluster.close();
  }
}

const missed = (report: Report) => report.results.filter(({ verdict }) => verdict === "fail" || verdict === "warn");

/** What the recorded Tekton itself does not do of what is recommended. */
const tektonsOwn = ["TaskRunStatus.observedGeneration", "ContainerStateWaiting.message"];

Deno.test("a good implementation passes, deviates where Tekton does and nowhere else, and is left as it was", async () => {
  const { report, left } = await check();
  assert.deepEqual(missed(report).map(({ id }) => id).sort(), [...tektonsOwn].sort());
  assert.equal(report.conformant, true);
  const deviating = report.results.filter(({ verdict }) => verdict === "deviates").map(({ id }) => id);
  assert.deepEqual(deviating.sort(), deviations.map(({ requirement }) => requirement).sort());
  assert.equal(report.counts["not-shown"], 0);
  assert.equal(report.runs.length, scenarios.length);
  assert.deepEqual(left, []);
});

for (const flaw of flaws) {
  Deno.test(`caught by the check that is meant for it: ${flaw.wrong}`, async () => {
    const { report } = await check(flaw);
    const found = missed(report).filter(({ id }) => !tektonsOwn.includes(id) || flaw.caught.includes(id));
    const evidence = found.map(({ id, evidence }) => `${id}: ${evidenceLine(evidence)}`).join("\n");
    assert.deepEqual(found.map(({ id }) => id).sort(), [...flaw.caught].sort(), evidence);
    assert.equal(report.conformant, found.every(({ verdict }) => verdict === "warn"));
    if (flaw.unseen !== undefined) {
      const unseen = report.results.filter(({ verdict }) => verdict === "not-shown").map(({ id }) => id);
      assert.deepEqual(unseen.sort(), [...flaw.unseen].sort());
    }
  });
}

for (const flaw of allowed) {
  Deno.test(`allowed: ${flaw.wrong}`, async () => {
    const { report } = await check(flaw);
    const failed = report.results.filter(({ verdict }) => verdict === "fail");
    assert.deepEqual(failed.map(({ id, evidence }) => `${id}: ${evidenceLine(evidence)}`), []);
    assert.equal(report.conformant, true);
  });
}

Deno.test("an implementation that accepts everything and does nothing fails, and the report says why", async () => {
  const { report, left } = await check({
    wrong: "nothing is ever run",
    recording: (recording) => ({ ...recording, statuses: [], children: [] }),
    caught: [],
    runTimeoutMs: 1000,
  });
  assert.equal(report.conformant, false);
  assert.ok(report.counts.fail > 60, `${report.counts.fail}`);
  const example = report.results.find(({ id }) => id === "StatusSignalling.Succeeded.true");
  assert.match(example?.evidence.note ?? "", /the run has not ended within 1 s/);
  assert.deepEqual(left, []);
});
