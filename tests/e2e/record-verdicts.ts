#!/usr/bin/env -S deno run --allow-all
/**
 * Asks the real webhook about mutants and keeps its verdicts for tests without a cluster:
 * `KUBECONFIG=… deno run --allow-all tests/e2e/record-verdicts.ts`.
 * @module
 */
import { recorded, type Recording, recordingFile } from "../tekton/verdicts.ts";
import { openWebhook } from "./webhook.ts";

const seed = 20260131;
const count = 4000;
await using webhook = await openWebhook();
const { list, digest } = recorded(seed, count);
let verdicts = "";
for (let at = 0; at < list.length; at += 8) {
  const answers = await Promise.all(list.slice(at, at + 8).map(({ document }) => webhook.ask(document)));
  verdicts += answers.map(({ accepted }) => accepted ? "1" : "0").join("");
}
const recording: Recording = { seed, count, digest, verdicts };
Deno.writeTextFileSync(recordingFile, `${JSON.stringify(recording, null, 2)}\n`);
console.error(`recorded ${count} verdicts, ${[...verdicts].filter((bit) => bit === "1").length} of them accepting`);
