/**
 * A script that spools one large and one small log and prints what came of it: bundled by a test, to see that threads
 * start from a Task's script with the permissions that it has.
 * @module
 */
import { openSpool } from "../../lib/record/spool.ts";
import { inWorker } from "../../lib/record/spool-worker.ts";

if (import.meta.main && !inWorker()) {
  const spool = await openSpool({ folder: Deno.args[0]!, compression: "gzip", values: ["correct-horse"] });
  const logs = [3_000_000, 100].map((size) => {
    const text = "all is well with correct-horse\n".repeat(size / 30);
    return spool.add(new Blob([text]).stream());
  });
  const spooled = await Promise.all(logs);
  console.log(JSON.stringify(spooled.map(({ content, ...log }) => ({ ...log, compressed: content.size }))));
  await spool.close();
  Deno.exit(0);
}
