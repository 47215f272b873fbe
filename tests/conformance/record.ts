/**
 * Records how a real Tekton plays the checker's runs, for the fake implementation of the tests:
 * `deno run --allow-all tests/conformance/record.ts IMAGE`, with env KUBECONFIG. Run it again when a scenario changes.
 * @module
 */
import { observeAll } from "../../lib/conformance/check.ts";
import { at, isObject, type JsonObject } from "../../lib/conformance/path.ts";
import { connect } from "../../lib/kubernetes/connect.ts";
import { createLogger } from "../../lib/terminal/log.ts";
import { type Recording, recordingFile, recordingSuffix } from "./recording.ts";

const image = Deno.args[0] ?? "registry.test/bash:1";
const log = createLogger();
const cluster = await connect({ log });
const observed = await observeAll({ cluster, image, suffix: recordingSuffix, log });
cluster.close();

const lines = [...observed].map(([scenario, { creation, prerequisites, states, children, ended }]) => {
  const recording: Recording = {
    scenario,
    image,
    ...(creation.object === undefined
      ? { refusal: { status: creation.status, message: creation.message ?? "" } }
      : { created: withoutServerFields(creation.object) }),
    prerequisites: prerequisites.map(({ answer }) => withoutServerFields(answer.object ?? {})),
    // Runs that nobody waits for are as far as they happened to get: their states say nothing.
    statuses: ended ? statuses(states) : [],
    children: [...children.values()].filter((child) => child.length > 0).map((child) => ({
      created: withoutServerFields(child[0] ?? {}),
      statuses: statuses(child),
    })),
  };
  return JSON.stringify(recording);
});
await Deno.writeTextFile(recordingFile, `${lines.join("\n")}\n`);
log.info(`${lines.length} scenarios in ${recordingFile.pathname}`);

/** The object without what the server of the playback sets by itself. */
function withoutServerFields(object: JsonObject): JsonObject {
  const { status: _status, ...rest } = object;
  const metadata = isObject(rest["metadata"]) ? rest["metadata"] : {};
  const kept = ["name", "generateName", "namespace", "labels", "annotations", "ownerReferences"]
    .filter((field) => metadata[field] !== undefined).map((field) => [field, metadata[field]]);
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/**
 * The statuses that differ in what is judged; the resolved spec only with the last, for it is most of the text.
 */
function statuses(states: readonly JsonObject[]): JsonObject[] {
  const kept: JsonObject[] = [];
  let before = "";
  for (const [index, state] of states.entries()) {
    const status = at(state, "status");
    if (!isObject(status) || Object.keys(status).length === 0) continue;
    const now = signature(status);
    const last = index === states.length - 1;
    if (now === before && !last) continue;
    before = now;
    const { taskSpec: _task, pipelineSpec: _pipeline, provenance: _provenance, ...rest } = status;
    kept.push(last ? status : rest);
  }
  return kept;
}

function signature(status: JsonObject): string {
  const names = (list: unknown) => Array.isArray(list) ? list.map((entry) => Object.keys(entry)) : [];
  const conditions = [at(status, "conditions[0].status"), at(status, "conditions[0].reason")];
  return JSON.stringify([
    conditions,
    names(status["steps"]),
    names(status["sidecars"]),
    names(status["childReferences"]),
  ]);
}
