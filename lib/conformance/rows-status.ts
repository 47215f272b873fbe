/**
 * Requirements of the sections about what a run reports: TaskRunStatus, states of steps and sidecars, results,
 * PipelineRunStatus, child references.
 * @module
 */
import { references } from "./child.ts";
import { childNames } from "./drive.ts";
import {
  all,
  echo,
  elements,
  every,
  type Finding,
  isPresent,
  isStructure,
  isText,
  isTime,
  type Judge,
  judgement,
  of,
  type Place,
  type Requirement,
  result,
  section,
  some,
  states,
  value,
  within,
} from "./judge.ts";
import { at, isObject } from "./path.ts";
import type { Observations } from "./scenario.ts";

const taskRunStatus = section("TaskRunStatus");
const stepState = section("StepState");
const containerState = section("ContainerState");
const runningState = section("ContainerStateRunning");
const waitingState = section("ContainerStateWaiting");
const terminatedState = section("ContainerStateTerminated");
const taskRunResult = section("TaskRunResult");
const sidecarState = section("SidecarState");
const pipelineRunStatus = section("PipelineRunStatus");
const pipelineRunResult = section("PipelineRunResult");
const childReference = section("ChildStatusReference");

const stateNames = ["waiting", "running", "terminated"] as const;

/** States of containers, whether inlined as Tekton does or under containerState, of steps and of sidecars. */
function* containerStates(observed: Observations): Generator<Place> {
  for (const list of ["status.steps", "status.sidecars"]) yield* statesOf(list)(observed);
}

const statesOf = (list: string) =>
  function* (observed: Observations): Generator<Place> {
    for (const { run, path, value } of elements(list, "TaskRun")(observed)) {
      const nested = at(value, "containerState");
      yield nested === undefined ? { run, path, value } : { run, path: `${path}.containerState`, value: nested };
    }
  };

const state = (name: typeof stateNames[number]) => within(containerStates, name);

/** The state stands under containerState, or inlined. */
const nested = (list: string, scenario: string): Judge =>
  of(scenario, (_, run) => {
    const entry = at(run, `${list}[0]`);
    if (isObject(at(entry, "containerState"))) return judgement("pass", run, `${list}[0].containerState`);
    const inlined = stateNames.find((name) => isObject(at(entry, name)));
    if (inlined !== undefined) return judgement("deviates", run, `${list}[0].${inlined}`);
    return judgement("fail", run, `${list}[0].containerState`);
  });

/** Never two states at once; none only as long as the container is not known yet. */
const onlyOne = every(containerStates, "", (value, run) => {
  const set = stateNames.filter((name) => at(value, name) !== undefined && at(value, name) !== null);
  if (set.length === 1) return true;
  if (set.length > 1) return { wrong: `${set.join(" and ")} at once` };
  const over = String(at(run, "status.conditions[type=Succeeded].status")).toUpperCase() === "TRUE";
  return over ? { wrong: "no state at all, though the run has succeeded" } : "deviates";
});

/** The value is in the last state of each of the scenarios' runs, and passes the test. */
const finals = (scenarios: readonly string[], path: string, test: typeof isText): Judge => {
  const judges = scenarios.map((scenario) =>
    of(scenario, (_, run) => {
      const found = test(at(run, path), run);
      return judgement(
        found === true ? "pass" : "fail",
        run,
        path,
        typeof found === "object" ? found.wrong : undefined,
      );
    })
  );
  const [first, ...others] = judges;
  if (first === undefined) throw new RangeError(`no scenario shows ${path}`);
  return all(first, ...others);
};

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

const terminated = state("terminated");

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
    all(finals(["steps"], "status.results[0]", isStructure), result("steps", "directory", "/tmp")),
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

  stepState(
    "name",
    "REQUIRED",
    "The state of a step has the step's name.",
    all(value("steps", "status.steps[0].name", "scripted"), value("steps", "status.steps[1].name", "commanded")),
  ),
  stepState(
    "imageID",
    "REQUIRED",
    "The state of a step that ran has the id of its image.",
    all(finals(["steps"], "status.steps[0].imageID", isText), finals(["steps"], "status.steps[1].imageID", isText)),
  ),
  stepState(
    "containerState",
    "REQUIRED",
    "The state of a step has the state of its container.",
    nested("status.steps", "steps"),
  ),

  containerState(
    "waiting",
    "REQUIRED",
    "A container that has not started is waiting.",
    every(state("waiting"), "", isStructure, "not-shown"),
  ),
  containerState(
    "running",
    "REQUIRED",
    "A container that runs is running.",
    some(within(statesOf("status.steps"), "running"), "", isStructure),
  ),
  containerState("terminated", "REQUIRED", "A container that has ended is terminated.", terminatedSteps()),
  containerState("state", "MUST", "A container is never in two of the three states at once.", onlyOne, "only-one"),

  runningState(
    "startedAt",
    "REQUIRED",
    "A running container says since when.",
    every(state("running"), "startedAt", isPresent),
  ),
  runningState(
    "startedAt",
    "MUST",
    "The time since when it runs is written by RFC 3339.",
    every(within(state("running"), "startedAt"), "", isTime, "not-shown"),
    "format",
  ),
  waitingState(
    "reason",
    "REQUIRED",
    "A waiting container says why, in a word.",
    every(state("waiting"), "reason", isText, "not-shown"),
  ),
  waitingState(
    "message",
    "RECOMMENDED",
    "A waiting container says why, for people.",
    some(state("waiting"), "message", isText, "not-shown"),
  ),

  terminatedState(
    "exitCode",
    "REQUIRED",
    "A container that has ended shows its exit code.",
    all(
      every(terminated, "exitCode", (code) => Number.isInteger(code) || { wrong: "should be a whole number" }),
      of("steps", (_, run) => exitCode(run, 0)),
      of("failure", (_, run) => exitCode(run, 3)),
    ),
  ),
  terminatedState("reason", "REQUIRED", "A container that has ended says why.", every(terminated, "reason", isText)),
  terminatedState(
    "message",
    "RECOMMENDED",
    "A container that has ended may say more.",
    some(terminated, "message", isText),
  ),
  terminatedState(
    "startedAt",
    "REQUIRED",
    "A container that has ended says when it had started.",
    every(terminated, "startedAt", isPresent),
  ),
  terminatedState(
    "startedAt",
    "MUST",
    "That time is written by RFC 3339.",
    every(within(terminated, "startedAt"), "", isTime),
    "format",
  ),
  terminatedState(
    "finishedAt",
    "REQUIRED",
    "A container that has ended says when.",
    every(terminated, "finishedAt", isPresent),
  ),
  terminatedState(
    "finishedAt",
    "MUST",
    "That time is written by RFC 3339.",
    every(within(terminated, "finishedAt"), "", isTime),
    "format",
  ),

  taskRunResult(
    "name",
    "REQUIRED",
    "A result has its name.",
    value("steps", "status.results[name=directory].name", "directory"),
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
    all(result("steps", "directory", "/tmp"), result("steps", "variable", "hello there")),
  ),

  sidecarState(
    "name",
    "RECOMMENDED",
    "The state of a sidecar has the sidecar's name.",
    all(
      value("sidecars", "status.sidecars[name=commanded].name", "commanded"),
      value("sidecars", "status.sidecars[name=scripted].name", "scripted"),
    ),
  ),
  sidecarState(
    "imageID",
    "RECOMMENDED",
    "The state of a sidecar has the id of its image.",
    finals(["sidecars"], "status.sidecars[0].imageID", isText),
  ),
  sidecarState(
    "containerState",
    "RECOMMENDED",
    "The state of a sidecar has the state of its container.",
    nested("status.sidecars", "sidecars"),
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

/** Every step of a run that has ended, by itself, has terminated. */
function terminatedSteps(): Judge {
  return every(
    function* (observed) {
      for (const scenario of ["steps", "running", "failure"]) {
        const run = observed.get(scenario)?.states.at(-1);
        if (run === undefined) continue;
        const list = at(run, "status.steps");
        if (!Array.isArray(list)) continue;
        for (const [index, entry] of list.entries()) {
          const inner = at(entry, "containerState");
          const path = `status.steps[${index}]${inner === undefined ? "" : ".containerState"}`;
          yield { run, path, value: inner ?? entry };
        }
      }
    },
    "terminated",
    isStructure,
  );
}

function exitCode(run: unknown, expected: number) {
  const nested = at(run, "status.steps[0].containerState") === undefined ? "" : ".containerState";
  const path = `status.steps[0]${nested}.terminated.exitCode`;
  return judgement(at(run, path) === expected ? "pass" : "fail", run, path, `it should be ${expected}`);
}

function isPipelineTask(name: unknown, run: unknown): boolean {
  if (typeof name !== "string" || name === "") return false;
  const spec = at(run, "spec.pipelineSpec");
  // A Pipeline that is referred to is not in the run's spec.
  if (spec === undefined) return true;
  return at(spec, `tasks[name=${name}]`) !== undefined || at(spec, `finally[name=${name}]`) !== undefined;
}
