/**
 * Requirements of the sections about Pipelines: PipelineSpec, PipelineTask, references, params, results, workspaces.
 * @module
 */
import { elapsedMs } from "../tekton/time.ts";
import { childAbsent, childEnds, childOf, childResult } from "./child.ts";
import {
  all,
  deviating,
  echo,
  ends,
  given,
  type Judge,
  judgement,
  of,
  prerequisiteEcho,
  refused,
  type Requirement,
  result,
  sameDuration,
  section,
  value,
} from "./judge.ts";
import { at } from "./path.ts";

const pipelineSpec = section("PipelineSpec");
const pipelineTask = section("PipelineTask");
const taskRef = section("TaskRef");
const resolverRef = section("ResolverRef");
const param = section("Param");
const paramValue = section("ParamValue");
const pipelineResult = section("PipelineResult");
const taskBinding = section("WorkspacePipelineTaskBinding");
const declaration = section("PipelineWorkspaceDeclaration");
const pipelineRef = section("PipelineRef");

const spec = "spec.pipelineSpec";
const first = `${spec}.tasks[0]`;

/** What the first task of the pipeline wrote into its workspace and read back as its result. */
const joined = childResult("pipeline", "first", "joined", "given value/by default;a;b c;");

/** The second task began when the first had ended. */
const inOrder: Judge = of("pipeline", (observation, run) => {
  const first = childOf(observation, run, "first");
  const second = childOf(observation, run, "second");
  const path = "status.startTime";
  if (first === undefined || second === undefined) {
    return judgement("fail", run, "status.childReferences", "the TaskRuns of both tasks were not seen");
  }
  const end = String(at(first, "status.completionTime"));
  const waited = elapsedMs(end, String(at(second, path)));
  // That a time is missing or malformed is the finding of other requirements.
  if (waited === undefined) return judgement("not-shown", second, path, `the task before it ended at ${end}`);
  return judgement(waited >= 0 ? "pass" : "fail", second, path, `the task before it ended at ${end}`);
});

const reference = (scenario: string): Judge => given(scenario, ends(scenario, "True"));

/** Requirements of Pipelines. */
export const pipelineRows: readonly Requirement[] = [
  pipelineSpec(
    "params",
    "REQUIRED",
    "A Pipeline declares its params, with defaults.",
    all(echo("pipeline", `${spec}.params`), joined),
  ),
  pipelineSpec(
    "params",
    "REQUIRED",
    "A param of a Pipeline that has no default must be given.",
    refused("missing-param", "spec.params"),
    "given",
  ),
  pipelineSpec(
    "tasks",
    "REQUIRED",
    "A Pipeline runs its tasks.",
    all(
      echo("pipeline", `${spec}.tasks[1].name`),
      childEnds("pipeline", "first", "True"),
      childEnds("pipeline", "second", "True"),
    ),
  ),
  pipelineSpec("results", "REQUIRED", "A Pipeline declares its results.", echo("pipeline", `${spec}.results`)),
  pipelineSpec(
    "finally",
    "REQUIRED",
    "What stands in finally runs last, after tasks that succeeded and after tasks that failed.",
    all(
      echo("pipeline", `${spec}.finally[0].name`),
      childEnds("pipeline", "last", "True"),
      childEnds("pipeline-failure", "last", "True"),
    ),
  ),
  pipelineSpec(
    "workspaces",
    "REQUIRED",
    "A Pipeline declares the workspaces that it expects.",
    all(echo("pipeline", `${spec}.workspaces`), joined),
  ),

  pipelineTask("name", "REQUIRED", "A task of a Pipeline has a name.", echo("pipeline", `${first}.name`)),
  pipelineTask(
    "taskRef",
    "RECOMMENDED",
    "A task of a Pipeline may refer to a Task.",
    all(prerequisiteEcho("pipeline-reference", "Pipeline", "spec.tasks[0].taskRef"), reference("pipeline-reference")),
  ),
  pipelineTask(
    "taskSpec",
    "REQUIRED",
    "A task of a Pipeline may hold its Task.",
    all(echo("pipeline", `${spec}.tasks[1].taskSpec`), childEnds("pipeline", "second", "True")),
  ),
  pipelineTask(
    "runAfter",
    "REQUIRED",
    "A task begins when those have ended that it runs after, and not at all when one failed.",
    all(echo("pipeline", `${spec}.tasks[1].runAfter`), inOrder, childAbsent("pipeline-failure", "after")),
  ),
  pipelineTask(
    "params",
    "REQUIRED",
    "A task gets params, from those of the Pipeline and from results of other tasks.",
    all(
      echo("pipeline", `${first}.params`),
      joined,
      childResult("pipeline", "last", "seen", "given value/by default;a;b c;"),
    ),
  ),
  pipelineTask(
    "workspaces",
    "REQUIRED",
    "A task gets workspaces of the Pipeline under names of its own.",
    all(echo("pipeline", `${first}.workspaces`), joined),
  ),
  pipelineTask(
    "timeout",
    "REQUIRED",
    "A task that takes longer than its timeout fails.",
    deviating(
      all(
        echo("pipeline-task-timeout", `${first}.timeout`, sameDuration),
        childEnds("pipeline-task-timeout", "sleep", "False"),
        ends("pipeline-task-timeout", "False"),
      ),
    ),
  ),
  pipelineTask(
    "timeout",
    "REQUIRED",
    "A timeout of 0 means that there is none.",
    all(echo("no-timeout", `${first}.timeout`, sameDuration), ends("no-timeout", "True")),
    "none",
  ),

  taskRef(
    "name",
    "RECOMMENDED",
    "A Task may be referred to by its name.",
    all(
      echo("task-reference", "spec.taskRef.name"),
      given("task-reference", result("task-reference", "said", "referred")),
    ),
  ),
  taskRef(
    "resolver",
    "RECOMMENDED",
    "A Task may be referred to by a resolver.",
    all(echo("task-resolver", "spec.taskRef.resolver"), reference("task-resolver")),
  ),
  taskRef(
    "params",
    "RECOMMENDED",
    "A resolver gets params.",
    all(
      echo("task-resolver", "spec.taskRef.params"),
      given("task-resolver", result("task-resolver", "said", "referred")),
    ),
  ),
  resolverRef(
    "resolver",
    "RECOMMENDED",
    "A reference names its resolver.",
    echo("pipeline-resolver", "spec.pipelineRef.resolver"),
  ),
  resolverRef(
    "params",
    "RECOMMENDED",
    "A reference has params which say what is meant.",
    echo("pipeline-resolver", "spec.pipelineRef.params"),
  ),
  pipelineRef(
    "name",
    "RECOMMENDED",
    "A Pipeline may be referred to by its name.",
    all(echo("pipeline-reference", "spec.pipelineRef.name"), reference("pipeline-reference")),
  ),
  pipelineRef(
    "resolver",
    "RECOMMENDED",
    "A Pipeline may be referred to by a resolver.",
    all(echo("pipeline-resolver", "spec.pipelineRef.resolver"), reference("pipeline-resolver")),
  ),
  pipelineRef(
    "params",
    "RECOMMENDED",
    "A Pipeline's resolver gets params.",
    all(echo("pipeline-resolver", "spec.pipelineRef.params"), reference("pipeline-resolver")),
  ),

  param("name", "REQUIRED", "A param that is given has a name.", echo("params", "spec.params[0].name")),
  param(
    "value",
    "REQUIRED",
    "A param that is given has a value.",
    all(echo("params", "spec.params[0].value"), result("params", "given", "given value")),
  ),
  paramValue("value", "REQUIRED", "A value may be a text.", echo("params", "spec.params[1].value"), "string"),
  paramValue(
    "value",
    "REQUIRED",
    "A value may be a list of texts, and stays one.",
    echo("params", "spec.params[2].value"),
    "array",
  ),
  paramValue(
    "value",
    "RECOMMENDED",
    "A value may be a map from text to text.",
    echo("objects", "spec.params[0].value"),
    "object",
  ),

  pipelineResult(
    "name",
    "REQUIRED",
    "A declared pipeline result has a name.",
    echo("pipeline", `${spec}.results[0].name`),
  ),
  pipelineResult(
    "type",
    "REQUIRED",
    "A declared pipeline result has a type.",
    echo("pipeline", `${spec}.results[0].type`),
  ),
  pipelineResult(
    "value",
    "REQUIRED",
    "A declared pipeline result says where its value comes from.",
    echo("pipeline", `${spec}.results[0].value`),
  ),

  taskBinding(
    "name",
    "REQUIRED",
    "A binding names the workspace that the Task declares.",
    all(echo("pipeline", `${first}.workspaces[0].name`), joined),
  ),
  taskBinding(
    "workspace",
    "REQUIRED",
    "A binding names the workspace that the Pipeline declares.",
    all(echo("pipeline", `${first}.workspaces[0].workspace`), joined),
  ),
  declaration(
    "name",
    "REQUIRED",
    "A workspace that a Pipeline expects has a name.",
    all(echo("pipeline", `${spec}.workspaces[0].name`), value("pipeline", "spec.workspaces[0].name", "shared")),
  ),
];
