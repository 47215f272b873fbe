/**
 * The table of all requirements, in the order of the specification's subjects. Pure data.
 * @module
 */
import type { Requirement } from "./judge.ts";
import { conditionRows } from "./rows-condition.ts";
import { objectRows } from "./rows-objects.ts";
import { pipelineRows } from "./rows-pipeline.ts";
import { runRows } from "./rows-runs.ts";
import { stateRows } from "./rows-state.ts";
import { statusRows } from "./rows-status.ts";
import { taskRows } from "./rows-task.ts";

/** Every MUST, MUST NOT, REQUIRED and RECOMMENDED of the specification, each with its judge. */
export const requirements: readonly Requirement[] = [
  ...objectRows,
  ...taskRows,
  ...pipelineRows,
  ...runRows,
  ...statusRows,
  ...stateRows,
  ...conditionRows,
];
