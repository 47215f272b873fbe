import assert from "node:assert/strict";
import { checkConformance } from "../../lib/conformance/check.ts";
import { evidenceLine } from "../../lib/conformance/report.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { cluster } from "./cluster.ts";

Deno.test({
  name: "the real Tekton conforms to the API specification, but for the deviations that are known",
  ignore: cluster === undefined,
  fn: async () => {
    const connected = await connect();
    try {
      const report = await checkConformance({ cluster: connected, image: cluster?.image ?? "" });
      const failed = report.results.filter(({ verdict }) => verdict === "fail");
      assert.deepEqual(failed.map(({ id, evidence }) => `${id}: ${evidenceLine(evidence)}`), []);
      assert.equal(report.conformant, true);
      assert.equal(report.counts["not-shown"], 0);
    } finally {
      connected.close();
    }
  },
});
