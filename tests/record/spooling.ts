/**
 * A script that spools two logs and prints what came of it: bundled by a test, to see that threads start from a Task's
 * script with the permissions that it has. Arguments: the folder of the spool, the service account's folder, and the
 * names of a pod's containers in namespace `ns`.
 * @module
 */
import { connect } from "../../lib/kubernetes/connect.ts";
import { openSpool } from "../../lib/record/spool.ts";
import { inWorker } from "../../lib/record/spool-worker.ts";

if (import.meta.main && !inWorker()) {
  const [folder = "", serviceAccountDir = "", pod = "", ...containers] = Deno.args;
  const choice = { serviceAccountDir };
  const cluster = await connect(choice);
  const spool = await openSpool({ cluster, choice, folder, compression: "gzip", values: ["correct-horse"] });
  const read = await Promise.all(containers.map((container) => spool.read({ namespace: "ns", pod, container })));
  console.log(
    JSON.stringify(read.map(({ spooled: { bytes, masked }, report: { lines } }) => ({ bytes, masked, lines }))),
  );
  await spool.close();
  Deno.exit(0);
}
