/** The engine against the specification: the checker that is made for any implementation finds no MUST unmet. */
import assert from "node:assert/strict";
import { checkConformance } from "../../lib/conformance/check.ts";
import { admitTekton } from "../../lib/engine/admission.ts";
import { startEngine } from "../../lib/engine/start.ts";
import { connect } from "../../lib/kubernetes/connect.ts";

Deno.test("check-conformance finds no failed requirement, and no warning but those it has of Tekton itself", async () => {
  const folder = await Deno.makeTempDir();
  const engine = await startEngine({ data: folder, admit: admitTekton() });
  try {
    const kubeconfig = `${folder}/kubeconfig`;
    await Deno.writeTextFile(kubeconfig, engine.api.kubeconfig());
    const cluster = await connect({ kubeconfig });
    try {
      const report = await checkConformance({ cluster, image: "busybox", jobs: 40, runTimeoutMs: 30_000 });
      const of = (verdict: string) => report.results.filter((it) => it.verdict === verdict).map((it) => it.id);
      assert.deepEqual(of("fail"), []);
      assert.deepEqual(of("warn"), ["TaskRunStatus.observedGeneration", "ContainerStateWaiting.message"]);
    } finally {
      cluster.close();
    }
  } finally {
    await engine.close();
    await Deno.remove(folder, { recursive: true });
  }
});
