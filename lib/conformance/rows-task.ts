/**
 * Requirements of the sections about Tasks: TaskSpec, ParamSpec, Step, Sidecar, TaskResult, workspaces of a Task, env.
 * @module
 */
import {
  all,
  deviating,
  echo,
  ends,
  type Judge,
  judgement,
  of,
  refused,
  type Requirement,
  result,
  section,
  value,
} from "./judge.ts";
import { at, show } from "./path.ts";

const taskSpec = section("TaskSpec");
const paramSpec = section("ParamSpec");
const step = section("Step");
const sidecar = section("Sidecar");
const securityContext = section("SecurityContext");
const taskResult = section("TaskResult");
const workspace = section("WorkspaceDeclaration");
const envVar = section("EnvVar");

const params = "spec.taskSpec.params";
const steps = "spec.taskSpec.steps";
const sidecars = "spec.taskSpec.sidecars";

/**
 * The sidecar did something: what it left in the workspace was seen by the step, or, where sidecars get no workspace,
 * its state says that it ran.
 */
function sidecarRan(name: string): Judge {
  return of("sidecars", (_, run) => {
    const seen = at(run, "status.results[name=seen].value");
    if (typeof seen === "string" && seen.split(";").includes(name)) {
      return judgement("pass", run, "status.results[name=seen].value");
    }
    const path = `status.sidecars[name=${name}]`;
    const state = at(run, path);
    const inner = at(state, "containerState") ?? state;
    const ran = at(inner, "running") !== undefined || at(inner, "terminated") !== undefined;
    return judgement(ran ? "pass" : "fail", run, path, `the step saw ${show(seen)}`);
  });
}

/** The result has the value and says the type. */
const typed = (scenario: string, name: string, type: string, expected: unknown): Judge =>
  all(
    echo(scenario, `spec.taskSpec.results[name=${name}].type`),
    result(scenario, name, expected),
    value(scenario, `status.results[name=${name}].type`, type),
  );

/** Requirements of Tasks. */
export const taskRows: readonly Requirement[] = [
  taskSpec("description", "REQUIRED", "A Task may be described.", echo("steps", "spec.taskSpec.description")),
  taskSpec(
    "params",
    "REQUIRED",
    "A Task declares its params.",
    all(echo("params", `${params}[4].name`), echo("params", `${params}[0]`)),
  ),
  taskSpec(
    "steps",
    "REQUIRED",
    "A Task has steps.",
    all(echo("steps", steps), value("steps", "status.steps[1].name", "commanded")),
  ),
  taskSpec("sidecars", "REQUIRED", "A Task may have sidecars.", echo("sidecars", `${sidecars}[1].name`)),
  taskSpec("results", "REQUIRED", "A Task declares its results.", echo("steps", "spec.taskSpec.results")),
  taskSpec("workspaces", "REQUIRED", "A Task declares its workspaces.", echo("workspaces", "spec.taskSpec.workspaces")),

  paramSpec("name", "REQUIRED", "A declared param has a name.", echo("params", `${params}[0].name`)),
  paramSpec(
    "description",
    "REQUIRED",
    "A declared param may be described.",
    echo("params", `${params}[0].description`),
  ),
  paramSpec(
    "type",
    "REQUIRED",
    "A param may be of type string.",
    all(echo("params", `${params}[0].type`), result("params", "given", "given value")),
    "string",
  ),
  paramSpec(
    "type",
    "REQUIRED",
    "A param may be of type array, and reaches the step element by element.",
    all(echo("params", `${params}[3].type`), result("params", "list", "a;b c;d;")),
    "array",
  ),
  paramSpec(
    "type",
    "RECOMMENDED",
    "A param may be of type object, and reaches the step key by key.",
    all(
      echo("objects", `${params}[0].type`),
      result("objects", "image", { url: "example.test/app", digest: "sha256:1234" }),
    ),
    "object",
  ),
  paramSpec(
    "properties",
    "RECOMMENDED",
    "A param of type object declares its keys.",
    echo("objects", `${params}[0].properties`),
  ),
  paramSpec(
    "default",
    "REQUIRED",
    "A param that is not given has its default value, and one that is given has not.",
    all(
      echo("params", `${params}[2].default`),
      result("params", "omitted", "by default"),
      result("params", "overridden", "new"),
      result("params", "omitted-list", "x;y z;"),
    ),
  ),
  paramSpec(
    "default",
    "RECOMMENDED",
    "A param of type object that is not given has its default value.",
    all(echo("objects", `${params}[1].default`), result("objects", "omitted", "by default")),
    "object",
  ),

  step(
    "name",
    "REQUIRED",
    "A step may have a name.",
    all(echo("steps", `${steps}[0].name`), value("steps", "status.steps[0].name", "scripted")),
  ),
  step("image", "REQUIRED", "A step names the image that it runs in.", echo("steps", `${steps}[0].image`)),
  step(
    "args",
    "REQUIRED",
    "A step passes arguments to its command.",
    all(echo("steps", `${steps}[1].args`), result("steps", "words", "first|second word")),
  ),
  step(
    "command",
    "REQUIRED",
    "A step may run a command, without a shell.",
    all(echo("steps", `${steps}[1].command`), result("steps", "words")),
  ),
  step(
    "workingDir",
    "REQUIRED",
    "A step runs in the folder that it names.",
    deviating(all(echo("steps", `${steps}[0].workingDir`), result("steps", "directory", "/tmp"))),
  ),
  step(
    "env",
    "REQUIRED",
    "A step has the environment variables that it declares.",
    all(echo("steps", `${steps}[0].env`), result("steps", "variable", "hello there")),
  ),
  step(
    "script",
    "REQUIRED",
    "A step may run a script.",
    all(echo("steps", `${steps}[0].script`), result("steps", "constant", "constant")),
  ),
  step(
    "securityContext",
    "REQUIRED",
    "A step may have a security context.",
    echo("steps", `${steps}[0].securityContext`),
  ),

  sidecar("name", "REQUIRED", "A sidecar has a name.", echo("sidecars", `${sidecars}[0].name`)),
  sidecar(
    "name",
    "REQUIRED",
    "Two sidecars of one Task do not have the same name.",
    refused("duplicate-sidecars", "spec.taskSpec.sidecars"),
    "unique",
  ),
  sidecar("image", "REQUIRED", "A sidecar names the image that it runs in.", echo("sidecars", `${sidecars}[0].image`)),
  sidecar(
    "command",
    "REQUIRED",
    "A sidecar may run a command.",
    all(echo("sidecars", `${sidecars}[0].command`), sidecarRan("commanded")),
  ),
  sidecar(
    "args",
    "REQUIRED",
    "A sidecar passes arguments to its command.",
    all(echo("sidecars", `${sidecars}[0].args`), sidecarRan("commanded")),
  ),
  sidecar(
    "script",
    "REQUIRED",
    "A sidecar may run a script.",
    all(echo("sidecars", `${sidecars}[1].script`), sidecarRan("scripted")),
  ),
  sidecar(
    "securityContext",
    "REQUIRED",
    "A sidecar may have a security context.",
    echo("sidecars", `${sidecars}[1].securityContext`),
  ),

  securityContext(
    "privileged",
    "REQUIRED",
    "A step or sidecar may ask for privileged mode.",
    all(
      echo("privileged", `${steps}[0].securityContext`),
      echo("privileged", `${sidecars}[0].securityContext`),
      ends("privileged", "True"),
    ),
  ),

  taskResult("name", "REQUIRED", "A declared result has a name.", echo("steps", "spec.taskSpec.results[0].name")),
  taskResult(
    "type",
    "REQUIRED",
    "A result may be of type string.",
    typed("steps", "constant", "string", "constant"),
    "string",
  ),
  taskResult(
    "type",
    "RECOMMENDED",
    "A result may be of type array.",
    typed("array-results", "list", "array", ["one", "two words"]),
    "array",
  ),
  taskResult(
    "type",
    "RECOMMENDED",
    "A result may be of type object.",
    typed("objects", "image", "object", { url: "example.test/app", digest: "sha256:1234" }),
    "object",
  ),
  taskResult(
    "description",
    "RECOMMENDED",
    "A declared result may be described.",
    echo("array-results", "spec.taskSpec.results[0].description"),
  ),
  taskResult(
    "properties",
    "RECOMMENDED",
    "A result of type object declares its keys.",
    echo("objects", "spec.taskSpec.results[0].properties"),
  ),

  workspace(
    "name",
    "REQUIRED",
    "A declared workspace has the name by which it is bound.",
    all(echo("workspaces", "spec.taskSpec.workspaces[0].name"), result("workspaces", "found", "kept")),
  ),
  workspace(
    "description",
    "RECOMMENDED",
    "A declared workspace may be described.",
    echo("workspace-options", "spec.taskSpec.workspaces[0].description"),
  ),
  workspace(
    "mountPath",
    "RECOMMENDED",
    "A declared workspace may say where it is mounted.",
    all(
      echo("workspace-options", "spec.taskSpec.workspaces[0].mountPath"),
      result("workspace-options", "path", "/conformance/options"),
    ),
  ),
  workspace(
    "readOnly",
    "RECOMMENDED",
    "A declared workspace may be closed to writing; without that it is open.",
    all(
      echo("workspace-options", "spec.taskSpec.workspaces[0].readOnly"),
      result("workspace-options", "access", "read-only"),
    ),
  ),

  envVar("name", "REQUIRED", "An environment variable has a name.", echo("steps", `${steps}[0].env[0].name`)),
  envVar(
    "value",
    "REQUIRED",
    "An environment variable has a value.",
    all(echo("steps", `${steps}[0].env[0].value`), result("steps", "variable", "hello there")),
  ),
];
