/**
 * Recordings of the checker's runs on a real Tekton: one scenario a line.
 * @module
 */
import type { JsonObject } from "../../lib/conformance/path.ts";

/** How one scenario went. */
export interface Recording {
  /** The scenario's id. */
  readonly scenario: string;
  /** Image of the steps. */
  readonly image: string;
  /** The answer to the creation of the run, if it was refused. */
  readonly refusal?: { readonly status: number; readonly message: string };
  /** The run as created, with the implementation's defaults, if it was not. */
  readonly created?: JsonObject;
  /** The objects that it refers to, as created. */
  readonly prerequisites: readonly JsonObject[];
  /** Statuses of the run, first to last. */
  readonly statuses: readonly JsonObject[];
  /** Its TaskRuns. */
  readonly children: readonly { readonly created: JsonObject; readonly statuses: readonly JsonObject[] }[];
}

/** The suffix of the names in the recordings; a playback puts its own in its place. */
export const recordingSuffix = "rec0rded";

/** Where they are. */
export const recordingFile = new URL("./testdata/tekton-1.15.jsonl", import.meta.url);

/** The recordings, with the names and the image of a playback. */
export async function readRecordings(suffix: string, image: string): Promise<Map<string, Recording>> {
  const text = (await Deno.readTextFile(recordingFile)).replaceAll(recordingSuffix, suffix);
  const lines = text.trimEnd().split("\n").map((line): Recording => JSON.parse(line));
  return new Map(lines.map((line) => [
    line.scenario,
    JSON.parse(JSON.stringify(line).replaceAll(JSON.stringify(line.image), JSON.stringify(image))),
  ]));
}
