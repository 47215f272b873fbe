/**
 * Judging: what a requirement is, what a verdict is, and the few ways by which observations become one. Pure; knows
 * JSON and runs in general, no requirement in particular.
 * @module
 */
import { parseDuration } from "../tekton/duration.ts";
import { parseTime } from "../tekton/time.ts";
import { at, contains, isObject, type JsonObject, show } from "./path.ts";
import { lastState, type Observation, type Observations, type RunKind } from "./scenario.ts";

/** The weight of a requirement, in the specification's words (RFC 2119). */
export type Level = "MUST" | "MUST NOT" | "REQUIRED" | "RECOMMENDED" | "MAY";

/**
 * What was found. `deviates`: not by the letter, but in the way that Tekton itself deviates. `not-shown`: the
 * implementation gave no occasion to see it, and need not have.
 */
export type Finding = "pass" | "fail" | "deviates" | "not-shown";

/** A finding with what it rests on. */
export interface Judgement {
  /** What was found. */
  readonly finding: Finding;
  /** The object looked at, as `TaskRun name`; empty when there was none. */
  readonly object: string;
  /** Path within the object. */
  readonly path: string;
  /** The value found there, in one line. */
  readonly value: string;
  /** Why, where the value alone does not say it. */
  readonly note?: string;
}

/** Reads a judgement off what was observed. */
export type Judge = (observed: Observations) => Judgement;

/** One requirement of the specification. */
export interface Requirement {
  /** `Section.field`, and more where a field has several requirements. */
  readonly id: string;
  /** Heading of the specification's section. */
  readonly section: string;
  /** Field, or what else the sentence is about. */
  readonly field: string;
  /** Its weight. */
  readonly level: Level;
  /** What it asks for. */
  readonly sentence: string;
  /** How it is judged. */
  readonly judge: Judge;
}

/** Makes the requirements of one section: `row(field, level, sentence, judge, aspect?)`. */
export function section(
  name: string,
): (field: string, level: Level, sentence: string, judge: Judge, aspect?: string) => Requirement {
  return (field, level, sentence, judge, aspect) => ({
    id: [name.replaceAll(" ", ""), field, aspect].filter((part) => part !== undefined).join("."),
    section: name,
    field,
    level,
    sentence,
    judge,
  });
}

const nothing = { object: "", path: "", value: "" };

/** A judgement about a place in an object. */
export function judgement(finding: Finding, object: unknown, path: string, note?: string): Judgement {
  const name = at(object, "metadata.name") ?? at(object, "metadata.generateName") ?? "";
  return {
    finding,
    object: `${at(object, "kind") ?? "object"} ${name}`,
    path,
    value: show(path === "" ? undefined : at(object, path)),
    ...(note === undefined ? {} : { note }),
  };
}

/** Calls `judge` with the observation of a scenario; fails when its run was refused. */
export function of(scenario: string, judge: (observation: Observation, run: JsonObject) => Judgement): Judge {
  return (observed) => {
    const observation = observed.get(scenario);
    if (observation === undefined) return { ...nothing, finding: "not-shown", note: `${scenario} was not run` };
    const run = lastState(observation);
    if (run !== undefined) return judge(observation, run);
    const { status, message = "no object in the answer" } = observation.creation;
    return { ...judgement("fail", observation.sent, "", `${status || "no answer"}: ${message}`), value: "refused" };
  };
}

/** How a value that was sent and one that came back are compared. */
export type Comparison = (actual: unknown, expected: unknown) => boolean;

/** Durations of the same length, however they are written. */
export function sameDuration(actual: unknown, expected: unknown): boolean {
  return typeof actual === "string" && typeof expected === "string" && parseDuration(actual) !== undefined &&
    parseDuration(actual) === parseDuration(expected);
}

/** The run is accepted with this field, and the field comes back as it was sent. */
export function echo(scenario: string, path: string, same: Comparison = contains): Judge {
  return of(scenario, (observation, run) => {
    const expected = at(observation.sent, path);
    if (expected === undefined) throw new RangeError(`${scenario} sends nothing at ${path}`);
    const kept = same(at(run, path), expected);
    return judgement(kept ? "pass" : "fail", run, path, kept ? undefined : `sent as ${show(expected)}`);
  });
}

/** The run has ended, and the value at the path is this one (objects: holds it). */
export function value(scenario: string, path: string, expected: unknown): Judge {
  return of(scenario, (observation, run) => {
    if (contains(at(run, path), expected)) return judgement("pass", run, path);
    return judgement("fail", run, path, `${ending(observation, run)}; it should be ${show(expected)}`);
  });
}

/**
 * Judges by a TaskRun's results. Where a run shows none at all, nothing is shown: that results are missing is the
 * finding of TaskRunStatus.results, not of everything that results would have shown.
 */
export function byResults(run: unknown, judge: () => Judgement): Judgement {
  const path = "status.results";
  const list = at(run, path);
  const well = String(at(run, "status.conditions[type=Succeeded].status")).toUpperCase() === "TRUE";
  if (!well || (Array.isArray(list) && list.length > 0)) return judge();
  return judgement("not-shown", run, path, "the run shows no results");
}

/** The value of a TaskRun's result is this one; `undefined`: there is one. */
export function result(scenario: string, name: string, expected?: unknown): Judge {
  const path = `status.results[name=${name}].value`;
  const judge = expected === undefined
    ? of(scenario, (_, run) => judgement(at(run, path) === undefined ? "fail" : "pass", run, path))
    : value(scenario, path, expected);
  return (observed) => {
    const observation = observed.get(scenario);
    const run = observation === undefined ? undefined : lastState(observation);
    return run === undefined ? judge(observed) : byResults(run, () => judge(observed));
  };
}

/** The run has ended, with `Succeeded` of that status. */
export function ends(scenario: string, status: "True" | "False"): Judge {
  const path = "status.conditions[type=Succeeded].status";
  return of(scenario, (observation, run) => {
    const found = observation.ended && String(at(run, path)).toUpperCase() === status.toUpperCase();
    return judgement(found ? "pass" : "fail", run, path, found ? undefined : ending(observation, run));
  });
}

/**
 * The run is refused for what stands at the path; or it is accepted and then ends at once as failed, without any of
 * its tasks: whether that is found at creation or a moment later is the implementation's choice.
 */
export function refused(scenario: string, path: string): Judge {
  return (observed) => {
    const observation = observed.get(scenario);
    if (observation === undefined) return { ...nothing, finding: "not-shown", note: `${scenario} was not run` };
    const { creation, sent } = observation;
    if (creation.object === undefined) {
      const clear = creation.status >= 400 && creation.status < 500;
      const note = `refused with ${creation.status || "no answer"}: ${creation.message}`;
      return judgement(clear ? "pass" : "fail", sent, path, note);
    }
    const run = lastState(observation) ?? sent;
    const failed = String(at(run, "status.conditions[type=Succeeded].status")).toUpperCase() === "FALSE";
    return judgement(failed && observation.children.size === 0 ? "pass" : "fail", run, path, ending(observation, run));
  };
}

/** How a run ended, for a note. */
export function ending(observation: Observation, run: JsonObject): string {
  if (observation.problem !== undefined) return `the run ${observation.problem}`;
  const condition = at(run, "status.conditions[type=Succeeded]");
  return `the run ended ${show(at(condition, "status"))}, ${show(at(condition, "reason"))}: ${
    show(at(condition, "message"))
  }`;
}

/** All of them: the first that is no pass decides, the last one's evidence is shown. */
export function all(first: Judge, ...others: readonly Judge[]): Judge {
  return (observed) => {
    let last = first(observed);
    for (const judge of others) {
      if (last.finding === "fail" || last.finding === "not-shown") return last;
      const next = judge(observed);
      last = last.finding === "deviates" && next.finding === "pass" ? last : next;
    }
    return last;
  };
}

/** Passes only by way of a deviation that is Tekton's own: the letter asks for another form than the one sent. */
export function deviating(judge: Judge): Judge {
  return (observed) => {
    const found = judge(observed);
    return found.finding === "pass" ? { ...found, finding: "deviates" } : found;
  };
}

/** Prerequisites that the implementation need not offer: where it has no such kind, nothing is shown. */
export function given(scenario: string, judge: Judge): Judge {
  return (observed) => {
    const missing = observed.get(scenario)?.prerequisites.find(({ answer }) => answer.object === undefined);
    if (missing === undefined) return judge(observed);
    const { status, message } = missing.answer;
    // 404, 405 and 501: the kind is not served, which is allowed. Any other refusal is about its content.
    const finding = [404, 405, 501].includes(status) ? "not-shown" : "fail";
    return { ...judgement(finding, missing.sent, "", `${status}: ${message}`), value: "refused" };
  };
}

/** The prerequisite of that kind comes back with what was sent at the path. */
export function prerequisiteEcho(scenario: string, kind: "Task" | "Pipeline", path: string): Judge {
  return given(scenario, (observed) => {
    const found = observed.get(scenario)?.prerequisites.find(({ sent }) => sent["kind"] === kind);
    if (found === undefined) return { ...nothing, finding: "not-shown" };
    const kept = contains(at(found.answer.object, path), at(found.sent, path));
    return judgement(kept ? "pass" : "fail", found.answer.object, path);
  });
}

/** A place in one of the states that were observed. */
export interface Place {
  /** The state of the run it is in. */
  readonly run: JsonObject;
  /** Path from there. */
  readonly path: string;
  /** What is there. */
  readonly value: unknown;
}

/** Every state of every run of the kinds, first to last; children of PipelineRuns are TaskRuns too. */
export function* states(observed: Observations, ...kinds: readonly RunKind[]): Generator<JsonObject> {
  for (const observation of observed.values()) {
    if (kinds.includes(observation.scenario.kind)) yield* observation.states;
    if (kinds.includes("TaskRun")) { for (const child of observation.children.values()) yield* child; }
  }
}

/** The elements of the list at `list` in every state of the runs of the kinds. */
export function elements(list: string, ...kinds: readonly RunKind[]): (observed: Observations) => Generator<Place> {
  return function* (observed) {
    for (const run of states(observed, ...kinds)) {
      const found = at(run, list);
      if (!Array.isArray(found)) continue;
      for (const [index, value] of found.entries()) yield { run, path: `${list}[${index}]`, value };
    }
  };
}

/** The value at a path from each of the places, where there is one. */
export function within(
  places: (observed: Observations) => Iterable<Place>,
  path: string,
): (observed: Observations) => Generator<Place> {
  return function* (observed) {
    for (const place of places(observed)) {
      const value = at(place.value, path);
      if (value !== undefined) yield { run: place.run, path: `${place.path}.${path}`, value };
    }
  };
}

/** What a test of {@link every} says of a value: fine, deviating, or why it is wrong. */
export type Test = (value: unknown, run: JsonObject) => true | "deviates" | { readonly wrong: string };

/** All places pass the test. Where there is none: `none` is found. */
export function every(
  places: (observed: Observations) => Iterable<Place>,
  path: string,
  test: Test,
  none: Finding = "fail",
): Judge {
  return (observed) => {
    let shown: Judgement | undefined;
    for (const place of places(observed)) {
      const full = path === "" ? place.path : `${place.path}.${path}`;
      const found = test(path === "" ? place.value : at(place.value, path), place.run);
      if (found !== true && found !== "deviates") return judgement("fail", place.run, full, found.wrong);
      if (found === "deviates" && shown?.finding !== "deviates") shown = judgement("deviates", place.run, full);
      shown ??= judgement("pass", place.run, full);
    }
    return shown ?? { ...nothing, finding: none, path, value: "absent", note: "was in no state of any run" };
  };
}

/** At least one place passes the test. */
export function some(
  places: (observed: Observations) => Iterable<Place>,
  path: string,
  test: Test,
  none: Finding = "fail",
): Judge {
  return (observed) => {
    let wrong: Judgement | undefined;
    for (const place of places(observed)) {
      const full = path === "" ? place.path : `${place.path}.${path}`;
      const found = test(path === "" ? place.value : at(place.value, path), place.run);
      if (found === true || found === "deviates") return judgement(found === true ? "pass" : found, place.run, full);
      wrong ??= judgement("fail", place.run, full, found.wrong);
    }
    return wrong ?? { ...nothing, finding: none, path, value: "absent", note: "was in no state of any run" };
  };
}

/** A text with something in it. */
export function isText(value: unknown): ReturnType<Test> {
  return typeof value === "string" && value !== "" || { wrong: "should be a text" };
}

/** A time by RFC 3339. */
export function isTime(value: unknown): ReturnType<Test> {
  return typeof value === "string" && parseTime(value) !== undefined || { wrong: "is no time by RFC 3339" };
}

/** There at all. */
export function isPresent(value: unknown): ReturnType<Test> {
  return value !== undefined && value !== null || { wrong: "is missing" };
}

/** A JSON object. */
export function isStructure(value: unknown): ReturnType<Test> {
  return isObject(value) || { wrong: "should be an object" };
}

/** The value is in the last state of each of the scenarios' runs, and passes the test. */
export function finals(scenarios: readonly string[], path: string, test: Test): Judge {
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
}
