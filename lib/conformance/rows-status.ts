/**
 * Requirements of the sections about what a run reports: TaskRunStatus, PipelineRunStatus, results, child references.
 * @module
 */
import { references } from "./child.ts";
import { childNames } from "./drive.ts";
import {
  all,
  echo,
  elements,
  every,
  finals,
  type Finding,
  isPresent,
  isStructure,
  isText,
  isTime,
  type Judge,
  judgement,
  of,
  type Requirement,
  section,
  states,
  value,
} from "./judge.ts";
import { at } from "./path.ts";

const taskRunStatus = section("TaskRunStatus");
const taskRunResult = section("TaskRunResult");
const pipelineRunStatus = section("PipelineRunStatus");
const pipelineRunResult = section("PipelineRunResult");
const childReference = section("ChildStatusReference");

/** The value is a time by RFC 3339 wherever it is given in a state of the kind of run. */
const timesOf = (kind: "TaskRun" | "PipelineRun", path: string): Judge =>
  every(
    function* (observed) {
      for (const run of states(observed, kind)) {
        const value = at(run, path);
        if (value !== undefined) yield { run, path, value };
      }
    },
    "",
    isTime,
    "not-shown",
  );

/** `Succeeded` is among the conditions of every run that has ended or reports anything. */
const succeededGiven = (kind: "TaskRun" | "PipelineRun"): Judge =>
  every(
    function* (observed) {
      for (const run of states(observed, kind)) {
        const path = "status.conditions";
        const value = at(run, path);
        if (value !== undefined) yield { run, path, value };
      }
    },
    "",
    (value) => at(value, "[type=Succeeded]") !== undefined || { wrong: "has no condition Succeeded" },
  );

const endedTaskRuns = ["steps", "failure", "timeout"];
const endedPipelineRuns = ["pipeline", "pipeline-failure", "pipeline-timeout"];

/** The reference is there in the letter's spelling (upper case first), or in Tekton's. */
const spelled = (letter: string, tektons: string, good: (value: unknown, run: unknown) => boolean): Judge =>
  every(elements(references, "PipelineRun"), "", (reference, run) => {
    if (good(at(reference, letter), run)) return true;
    return good(at(reference, tektons), run) ? "deviates" : { wrong: `neither ${letter} nor ${tektons} is right` };
  });

/** Every child that is referred to is a TaskRun that was seen. */
const childrenExist: Judge = of("pipeline", (observation, run) => {
  const names = childNames(run);
  const missing = names.find((name) => (observation.children.get(name)?.length ?? 0) === 0);
  const finding: Finding = names.length === 3 && missing === undefined ? "pass" : "fail";
  const why = missing === undefined ? "one for each of 3 tasks is due" : `there is no TaskRun ${missing}`;
  return judgement(finding, run, references, finding === "pass" ? undefined : why);
});

/** Requirements of statuses. */
export const statusRows: readonly Requirement[] = [
  taskRunStatus(
    "conditions",
    "REQUIRED",
    "A TaskRun reports conditions.",
    finals(endedTaskRuns, "status.conditions[0]", isStructure),
  ),
  taskRunStatus("conditions", "MUST", "The condition Succeeded is among them.", succeededGiven("TaskRun"), "Succeeded"),
  taskRunStatus(
    "startTime",
    "REQUIRED",
    "A TaskRun says when it started.",
    finals(endedTaskRuns, "status.startTime", isText),
  ),
  taskRunStatus(
    "startTime",
    "MUST",
    "The time of the start is written by RFC 3339.",
    timesOf("TaskRun", "status.startTime"),
    "format",
  ),
  taskRunStatus(
    "completionTime",
    "REQUIRED",
    "A TaskRun says when it ended.",
    finals(endedTaskRuns, "status.completionTime", isText),
  ),
  taskRunStatus(
    "completionTime",
    "MUST",
    "The time of the end is written by RFC 3339.",
    timesOf("TaskRun", "status.completionTime"),
    "format",
  ),
  taskRunStatus(
    "taskSpec",
    "REQUIRED",
    "A TaskRun shows the Task that it ran.",
    all(
      value("steps", "status.taskSpec.description", "Shows the fields of a step"),
      value("steps", "status.taskSpec.steps[1].name", "commanded"),
    ),
  ),
  taskRunStatus(
    "steps",
    "REQUIRED",
    "A TaskRun shows the state of each step.",
    all(finals(["steps"], "status.steps[0]", isStructure), finals(["steps"], "status.steps[1]", isStructure)),
  ),
  taskRunStatus(
    "results",
    "REQUIRED",
    "A TaskRun shows its results.",
    finals(["steps"], "status.results[0]", isStructure),
  ),
  taskRunStatus(
    "sidecars",
    "RECOMMENDED",
    "A TaskRun shows the state of each sidecar.",
    finals(["sidecars"], "status.sidecars[1]", isStructure),
  ),
  taskRunStatus(
    "observedGeneration",
    "RECOMMENDED",
    "A TaskRun says which generation of it was looked at.",
    finals(["steps"], "status.observedGeneration", isPresent),
  ),

  taskRunResult(
    "name",
    "REQUIRED",
    "A result has its name.",
    value("steps", "status.results[name=constant].name", "constant"),
  ),
  taskRunResult(
    "type",
    "REQUIRED",
    "A result has its type.",
    every(elements("status.results", "TaskRun"), "type", isText),
  ),
  taskRunResult(
    "value",
    "REQUIRED",
    "A result has its value.",
    value("steps", "status.results[name=constant].value", "constant"),
  ),

  pipelineRunStatus(
    "conditions",
    "REQUIRED",
    "A PipelineRun reports conditions.",
    finals(endedPipelineRuns, "status.conditions[0]", isStructure),
  ),
  pipelineRunStatus(
    "conditions",
    "MUST",
    "The condition Succeeded is among them.",
    succeededGiven("PipelineRun"),
    "Succeeded",
  ),
  pipelineRunStatus(
    "startTime",
    "REQUIRED",
    "A PipelineRun says when it started.",
    finals(endedPipelineRuns, "status.startTime", isText),
  ),
  pipelineRunStatus(
    "startTime",
    "MUST",
    "The time of the start is written by RFC 3339.",
    timesOf("PipelineRun", "status.startTime"),
    "format",
  ),
  pipelineRunStatus(
    "completionTime",
    "REQUIRED",
    "A PipelineRun says when it ended.",
    finals(endedPipelineRuns, "status.completionTime", isText),
  ),
  pipelineRunStatus(
    "completionTime",
    "MUST",
    "The time of the end is written by RFC 3339.",
    timesOf("PipelineRun", "status.completionTime"),
    "format",
  ),
  pipelineRunStatus(
    "pipelineSpec",
    "RECOMMENDED",
    "A PipelineRun shows the Pipeline that it ran.",
    all(
      value("pipeline", "status.pipelineSpec.tasks[0].name", "first"),
      value("pipeline", "status.pipelineSpec.tasks[1].name", "second"),
    ),
  ),
  pipelineRunStatus(
    "results",
    "RECOMMENDED",
    "A PipelineRun shows its results.",
    finals(["pipeline"], "status.results[0]", isStructure),
  ),
  pipelineRunStatus(
    "childReferences",
    "REQUIRED",
    "A PipelineRun refers to every TaskRun that it made.",
    childrenExist,
  ),

  pipelineRunResult(
    "name",
    "RECOMMENDED",
    "A pipeline result has the name that the Pipeline declares.",
    all(
      echo("pipeline", "spec.pipelineSpec.results[0].name"),
      value("pipeline", "status.results[name=joined].name", "joined"),
    ),
  ),
  pipelineRunResult(
    "value",
    "RECOMMENDED",
    "A pipeline result has the value that the run gave it.",
    value("pipeline", "status.results[name=joined].value", "given value/by default;a;b c;"),
  ),

  childReference(
    "Name",
    "REQUIRED",
    "A child reference names the TaskRun.",
    spelled("Name", "name", (name) => typeof name === "string" && name !== ""),
  ),
  childReference(
    "PipelineTaskName",
    "REQUIRED",
    "A child reference names the task of the Pipeline.",
    spelled("PipelineTaskName", "pipelineTaskName", isPipelineTask),
  ),
];

function isPipelineTask(name: unknown, run: unknown): boolean {
  if (typeof name !== "string" || name === "") return false;
  const spec = at(run, "spec.pipelineSpec");
  // A Pipeline that is referred to is not in the run's spec.
  if (spec === undefined) return true;
  return at(spec, `tasks[name=${name}]`) !== undefined || at(spec, `finally[name=${name}]`) !== undefined;
}
