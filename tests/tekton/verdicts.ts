/**
 * Verdicts of Tekton's real webhook over mutants, as recorded by `tests/e2e/record-verdicts.ts`. The mutants are made
 * again from their number, so that only one bit a document is kept.
 * @module
 */
import { sha256Hex } from "../../lib/streams/digest.ts";
import { type Mutant, mutants } from "./mutate.ts";

/** What a recording holds. */
export interface Recording {
  /** Number the mutants are made from. */
  readonly seed: number;
  /** How many. */
  readonly count: number;
  /** SHA-256 of all documents, to notice when the mutants have changed. */
  readonly digest: string;
  /** One character a mutant: 1 accepted, 0 refused. */
  readonly verdicts: string;
}

/** Where the recording is. */
export const recordingFile: URL = new URL("./testdata/verdicts.json", import.meta.url);

/** The mutants of a recording, and their digest. */
export function recorded(seed: number, count: number): { readonly list: Mutant[]; readonly digest: string } {
  const list = [...mutants(seed, count)];
  const digest = sha256Hex(new TextEncoder().encode(list.map(({ document }) => JSON.stringify(document)).join("\n")));
  return { list, digest };
}

/**
 * Whether the rules file and a dry run are known to differ: a run that is pending though its status says it started. A
 * dry run drops the status before the webhook judges it; an update does not.
 */
export function isJudgedWithStatus({ document }: Mutant): boolean {
  const spec = document.spec as Record<string, unknown> | null | undefined;
  return typeof spec === "object" && spec !== null && /^(TaskRun|PipelineRun)Pending$/.test(String(spec.status)) &&
    typeof document.status === "object" && document.status !== null && "startTime" in document.status;
}
