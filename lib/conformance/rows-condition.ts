/**
 * Requirements of the sections "Condition" and "Status Signalling".
 * @module
 */
import {
  all,
  elements,
  ends,
  every,
  isText,
  isTime,
  type Judge,
  judgement,
  type Place,
  type Requirement,
  section,
  some,
  states,
  within,
} from "./judge.ts";
import { at } from "./path.ts";
import type { Observations } from "./scenario.ts";

const condition = section("Condition");
const signalling = section("Status Signalling");

const conditions = elements("status.conditions", "TaskRun", "PipelineRun");
const succeeded = "status.conditions[type=Succeeded]";

/** `Succeeded` in every state of every run that has it. */
function* allSucceeded(observed: Observations): Generator<Place> {
  for (const run of states(observed, "TaskRun", "PipelineRun")) {
    const value = at(run, succeeded);
    if (value !== undefined) yield { run, path: succeeded, value };
  }
}

function* allFailed(observed: Observations): Generator<Place> {
  for (const place of allSucceeded(observed)) {
    if (String(at(place.value, "status")).toUpperCase() === "FALSE") yield place;
  }
}

/** Whether a step of the run waits or runs, and has not terminated. */
function hasOpenStep(run: unknown): boolean {
  const steps = at(run, "status.steps");
  return Array.isArray(steps) && steps.some((step) => {
    const state = at(step, "containerState") ?? step;
    const open = at(state, "waiting") !== undefined || at(state, "running") !== undefined;
    return open && at(state, "terminated") === undefined;
  });
}

/** While the run goes on the status is Unknown, and once it is something else it stays so. */
const unknownWhileRunning: Judge = (observed) => {
  let shown = judgement("fail", observed.get("running")?.states.at(-1), `${succeeded}.status`, "was never Unknown");
  for (const id of ["running", "minimal-pipeline"]) {
    const found = observed.get(id);
    let last = "";
    for (const run of found?.states ?? []) {
      const status = at(run, `${succeeded}.status`);
      if (status === undefined) continue;
      const path = `${succeeded}.status`;
      if (last !== "" && last !== "Unknown" && status !== last) {
        return judgement("fail", run, path, `was ${last} before`);
      }
      const going = hasOpenStep(run);
      if (going && status !== "Unknown") return judgement("fail", run, path, "the run goes on");
      if (going && id === "running") shown = judgement("pass", run, path);
      last = String(status);
    }
  }
  return shown;
};

/** Requirements of conditions. */
export const conditionRows: readonly Requirement[] = [
  condition(
    "type",
    "REQUIRED",
    "A condition has a type, and Succeeded is the one that every run has.",
    all(every(conditions, "type", isText), some(allSucceeded, "type", isText)),
  ),
  condition(
    "status",
    "REQUIRED",
    "The status of a condition is TRUE, FALSE or UNKNOWN.",
    every(conditions, "status", (status) => {
      if (["TRUE", "FALSE", "UNKNOWN"].includes(String(status))) return true;
      return ["True", "False", "Unknown"].includes(String(status)) ? "deviates" : { wrong: "is none of the three" };
    }),
  ),
  condition(
    "reason",
    "REQUIRED",
    "A condition says why it changed last, in a word.",
    every(conditions, "reason", isText),
  ),
  condition("message", "RECOMMENDED", "A condition says why, for people.", some(allSucceeded, "message", isText)),

  signalling(
    "conditions",
    "MUST",
    "Conditions are a list.",
    every(
      function* (observed) {
        for (const run of states(observed, "TaskRun")) {
          const value = at(run, "status.conditions");
          if (value !== undefined) yield { run, path: "status.conditions", value };
        }
      },
      "",
      (value) => Array.isArray(value) || { wrong: "should be a list" },
    ),
  ),
  signalling(
    "type",
    "REQUIRED",
    "A condition of a TaskRun has a type.",
    every(elements("status.conditions", "TaskRun"), "type", isText),
  ),
  signalling(
    "status",
    "REQUIRED",
    "The status of a condition is True, False or Unknown.",
    every(
      conditions,
      "status",
      (status) => ["True", "False", "Unknown"].includes(String(status)) || { wrong: "is none of the three" },
    ),
  ),
  signalling("reason", "REQUIRED", "Succeeded has a reason in every state.", every(allSucceeded, "reason", isText)),
  signalling("message", "REQUIRED", "Succeeded has a message in every state.", every(allSucceeded, "message", isText)),
  signalling(
    "severity",
    "REQUIRED",
    'A condition has a severity: "", Warning or Info.',
    every(conditions, "severity", (severity) => {
      if (severity === undefined) return "deviates";
      return ["", "Warning", "Info"].includes(String(severity)) || { wrong: "is none of the three" };
    }),
  ),
  signalling(
    "lastTransitionTime",
    "MUST",
    "The time of the last change, where it is given, is written by RFC 3339.",
    every(within(conditions, "lastTransitionTime"), "", isTime, "not-shown"),
    "format",
  ),
  signalling(
    "Succeeded",
    "MUST",
    "A run that finished well has Succeeded True.",
    all(ends("steps", "True"), ends("running", "True"), ends("pipeline", "True"), ends("minimal-pipeline", "True")),
    "true",
  ),
  signalling(
    "Succeeded",
    "MUST",
    "A run that finished badly has Succeeded False.",
    all(ends("failure", "False"), ends("pipeline-failure", "False")),
    "false",
  ),
  signalling(
    "Succeeded",
    "MUST",
    "Where it is False, reason and message say more.",
    all(every(allFailed, "reason", isText), every(allFailed, "message", isText)),
    "diagnostics",
  ),
  signalling(
    "Succeeded",
    "MUST",
    "While the run goes on, Succeeded is Unknown, and afterwards it no longer changes.",
    unknownWhileRunning,
    "unknown",
  ),
];
