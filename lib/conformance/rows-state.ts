/**
 * Requirements of the sections about the states of steps and sidecars: StepState, ContainerState and its three forms,
 * SidecarState.
 * @module
 */
import {
  all,
  elements,
  every,
  finals,
  isPresent,
  isStructure,
  isText,
  isTime,
  type Judge,
  judgement,
  of,
  type Place,
  type Requirement,
  section,
  some,
  value,
  within,
} from "./judge.ts";
import { at, isObject } from "./path.ts";
import type { Observations } from "./scenario.ts";

const stepState = section("StepState");
const containerState = section("ContainerState");
const runningState = section("ContainerStateRunning");
const waitingState = section("ContainerStateWaiting");
const terminatedState = section("ContainerStateTerminated");
const sidecarState = section("SidecarState");

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

const terminated = state("terminated");

/** Requirements of the states of containers. */
export const stateRows: readonly Requirement[] = [
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
    "The time when a terminated container had started is written by RFC 3339.",
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
    "The time when a container ended is written by RFC 3339.",
    every(within(terminated, "finishedAt"), "", isTime),
    "format",
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
