/**
 * The TaskRuns of a PipelineRun, found by the name of their pipeline task. Pure.
 * @module
 */
import { labels } from "../tekton/labels.ts";
import { byResults, type Judge, judgement, of } from "./judge.ts";
import { at, isObject, type JsonObject } from "./path.ts";
import { lastState, type Observation } from "./scenario.ts";

/** The list of child references in a PipelineRun. */
export const references = "status.childReferences";

/** The last state of the TaskRun that was made for a pipeline task; by reference, else by Tekton's label. */
export function childOf(observation: Observation, run: JsonObject, pipelineTask: string): JsonObject | undefined {
  const reference = at(run, `${references}[pipelineTaskName=${pipelineTask}]`) ??
    at(run, `${references}[PipelineTaskName=${pipelineTask}]`);
  const name = at(reference, "name") ?? at(reference, "Name");
  for (const [childName, states] of observation.children) {
    const last = states.at(-1);
    if (last === undefined) continue;
    const own = at(last, "metadata.labels");
    if (childName === name || (isObject(own) && own[labels.pipelineTask] === pipelineTask)) return last;
  }
  return undefined;
}

/** The TaskRun of a pipeline task holds this value at the path. */
export function childValue(
  scenario: string,
  pipelineTask: string,
  path: string,
  accept: (value: unknown) => boolean,
): Judge {
  return of(scenario, (observation, run) => {
    const child = childOf(observation, run, pipelineTask);
    if (child === undefined) return judgement("fail", run, references, `no TaskRun of ${pipelineTask} was seen`);
    return judgement(accept(at(child, path)) ? "pass" : "fail", child, path);
  });
}

/** A result of the TaskRun of a pipeline task has this value. */
export function childResult(scenario: string, pipelineTask: string, name: string, expected: string): Judge {
  const judge = childValue(scenario, pipelineTask, `status.results[name=${name}].value`, (value) => value === expected);
  return (observed) => {
    const observation = observed.get(scenario);
    const run = observation === undefined ? undefined : lastState(observation);
    const child = observation === undefined || run === undefined ? undefined : childOf(observation, run, pipelineTask);
    return child === undefined ? judge(observed) : byResults(child, () => judge(observed));
  };
}

/** The TaskRun of a pipeline task ended with `Succeeded` of that status. */
export function childEnds(scenario: string, pipelineTask: string, status: "True" | "False"): Judge {
  const path = "status.conditions[type=Succeeded].status";
  return childValue(scenario, pipelineTask, path, (value) => String(value).toUpperCase() === status.toUpperCase());
}

/** The pipeline task has no TaskRun. */
export function childAbsent(scenario: string, pipelineTask: string): Judge {
  return of(scenario, (observation, run) => {
    const child = childOf(observation, run, pipelineTask);
    if (child === undefined) return judgement("pass", run, references, `no TaskRun of ${pipelineTask}`);
    return judgement("fail", child, "metadata.name", `${pipelineTask} should not have been run`);
  });
}
