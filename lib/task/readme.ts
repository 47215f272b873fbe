/**
 * The README of a Task or StepAction: parameters, usage, results, workspaces, permissions. Pure text. Its tables have
 * the columns that readers of the catalog know; only for the generator.
 * @module
 */
import type { Definition, Param } from "./declaration.ts";
import { exampleValue, shownDefault } from "./help.ts";
import { describedParam, gitParams, stepActionReference } from "./manifest.ts";
import type { Grants } from "./permissions.ts";
import { renderProse } from "./prose.ts";
import { minimumTekton, type Settings, taskFolder } from "./settings.ts";
import { type Plain, writeYaml } from "./yaml.ts";

/** What else was generated. */
export interface Surroundings {
  /** Permissions of the own step. */
  readonly grants: Grants;
  /** Names of the other files of the folder. */
  readonly files: readonly string[];
}

/** The README, Markdown. */
export function readmeOf(task: Definition, { grants, files }: Surroundings, settings: Settings): string {
  const isTask = task.kind === "Task";
  const sections: (readonly [heading: string, body: string] | undefined)[] = [
    ["Parameters", parameters(task)],
    ["Usage", yamlBlock(isTask ? pipelineExample(task, settings) : stepExample(task, settings))],
    ["Results", results(task)],
    Object.keys(task.workspaces ?? {}).length > 0 ? ["Workspaces", workspaces(task)] : undefined,
    Object.keys(task.secrets ?? {}).length > 0 ? ["Secrets", secrets(task)] : undefined,
    ...Object.entries(task.readme ?? {}).map(([heading, body]) => [heading, renderProse(body)] as const),
    isTask ? ["RBAC", rbac(task)] : undefined,
    ["Permissions of the step", permissions(grants, settings)],
    files.some((file) => file.endsWith(".schema.json")) ? ["Schemas", schemas(files)] : undefined,
    ["At the desk", desk(task, files)],
  ];
  const body = sections.filter((section) => section !== undefined)
    .map(([heading, text]) => `## ${heading}\n\n${text.trim()}\n`).join("\n");
  return `<!-- Generated from scripts/${task.name}.ts: change that file, then run \`deno task generate\`. -->

# ${task.displayName}

**Version:** ${task.version}

${renderProse(task.description).trim()}

${body}`;
}

/** A cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `|${cells.map(cell).join("|")}|`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function parameters(task: Definition): string {
  const params = Object.entries(task.params ?? {});
  if (params.length === 0) return `This ${noun(task)} has no parameters.`;
  return table(
    ["name", "description", "default value", "required"],
    params.map(([name, param]) => [
      name,
      describedParam(param),
      param.default === undefined ? "" : `\`${shownDefault(param)}\``,
      String(param.default === undefined),
    ]),
  );
}

function noun(task: Definition): string {
  return task.kind === "Task" ? "task" : "StepAction";
}

function results(task: Definition): string {
  const list = Object.entries(task.results ?? {});
  if (list.length === 0) return `This ${noun(task)} does not produce any output results.`;
  return table(
    ["name", "description"],
    list.map(([name, { type, description }]) => [
      name,
      `${renderProse(description)}${type === "array" ? " An array." : ""}`,
    ]),
  );
}

function workspaces(task: Definition): string {
  return table(
    ["name", "description", "optional"],
    Object.entries(task.workspaces ?? {}).map(([name, { description, optional, readOnly }]) => [
      name,
      `${renderProse(description)}${readOnly ? " Read only." : ""}`,
      String(optional ?? false),
    ]),
  );
}

function secrets(task: Definition): string {
  const shown = (value: string | { readonly variable: string } | undefined) =>
    typeof value === "object" ? `\`$(${value.variable})\`` : `\`${value ?? ""}\``;
  return table(
    [task.kind === "Task" ? "secret" : "volume", "key", "description", "optional"],
    Object.values(task.secrets ?? {}).map((secret) => [
      shown(secret.secretName ?? secret.volumeName),
      shown(secret.key),
      renderProse(secret.description),
      String(secret.optional ?? false),
    ]),
  );
}

/** What the usage example gives for a param: nothing for one whose default serves, unless it has an example. */
function usageParams(params: Readonly<Record<string, Param>>): Plain[] {
  return Object.entries(params)
    .filter(([, param]) => param.default === undefined || param.example !== undefined)
    .map(([name, param]) => ({ name, value: rendered(exampleValue(name, param)) }));
}

function rendered(value: ReturnType<typeof exampleValue>): Plain {
  return JSON.parse(renderProse(JSON.stringify(value))) as Plain;
}

function pipelineExample(task: Definition, settings: Settings): Plain {
  const bound = Object.keys(task.workspaces ?? {});
  const names = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).map(([name, value]) => ({ name, value }));
  return {
    apiVersion: "tekton.dev/v1",
    kind: "Pipeline",
    metadata: { name: "my-pipeline" },
    spec: {
      ...bound.length > 0 ? { workspaces: bound.map((name) => ({ name })) } : {},
      tasks: [{ name: "build", taskRef: { name: "build" } }],
      finally: [{
        name: task.name,
        taskRef: {
          resolver: "git",
          params: names(gitParams(settings, task.name, task.version)),
        },
        ...Object.keys(task.params ?? {}).length > 0 ? { params: usageParams(task.params ?? {}) } : {},
        ...bound.length > 0 ? { workspaces: bound.map((name) => ({ name, workspace: name })) } : {},
      }],
    },
  };
}

function stepExample(action: Definition, settings: Settings): Plain {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: { name: "my-task" },
    spec: {
      steps: [{
        name: action.name,
        ref: stepActionReference({ stepAction: action.name, version: action.version }, settings),
        params: usageParams(action.params ?? {}),
      }],
    },
  };
}

function yamlBlock(value: Plain): string {
  return `\`\`\`yaml\n${writeYaml(value)}\`\`\``;
}

function rbac(task: Definition): string {
  if (!task.rbac?.length) return "The task asks the Kubernetes API for nothing.";
  return `The task's ServiceAccount needs:

${
    table(
      ["API group", "resources", "verbs"],
      task.rbac.map(({ apiGroups, resources, verbs }) => [
        apiGroups.map((group) => group || "(core)").join(", "),
        resources.join(", "),
        verbs.join(", "),
      ]),
    )
  }

[rbac.yaml](rbac.yaml) holds a ServiceAccount, a Role and a RoleBinding for exactly that:

\`\`\`sh
kubectl apply -n NAMESPACE -f ${taskFolder(task.name, task.version)}/rbac.yaml
\`\`\`

Let the PipelineRun use the ServiceAccount for this task alone:

${yamlBlock({ taskRunSpecs: [{ pipelineTaskName: task.name, serviceAccountName: task.name }] })}

or give the Role to the ServiceAccount that your PipelineRuns have:

\`\`\`sh
kubectl create rolebinding ${task.name}-pipelines -n NAMESPACE --role=${task.name} --serviceaccount=NAMESPACE:ACCOUNT
\`\`\``;
}

const grantMeaning: Readonly<Record<string, string>> = {
  net: "network",
  env: "environment variables",
  read: "files to read",
  write: "files to write",
  run: "programs to start",
  sys: "system information",
};

function permissions(grants: Grants, settings: Settings): string {
  const rows = Object.entries(grants).map(([kind, list]) => [
    `\`--allow-${kind}\``,
    grantMeaning[kind] ?? "",
    list === true ? "all" : list.map((item) => `\`${item}\``).join(" "),
  ]);
  const deno = settings.embed === "binary"
    ? "The image's binary was compiled with its permissions."
    : rows.length === 0
    ? "Deno grants the script nothing."
    : `Deno grants the script this and nothing else:\n\n${table(["flag", "what", "which"], rows)}`;
  return `${deno}

The container runs as any user but root, with a read-only root file system and no capability. On a cluster that assigns
no user ids (OpenShift does), the image's own user must not be root, or the pod template names one:
\`securityContext: {runAsUser: 65532}\`. Needs Tekton ${minimumTekton} or later.`;
}

function schemas(files: readonly string[]): string {
  const links = files.filter((file) => file.endsWith(".schema.json")).map((file) => `- [${file}](${file})`);
  return `JSON Schemas of what is stored:\n\n${links.join("\n")}`;
}

function desk(task: Definition, files: readonly string[]): string {
  const readable = `${task.name}.js`;
  return `The same file is a command:

\`\`\`sh
deno run -A scripts/${task.name}.ts --help
\`\`\`
${
    files.includes(readable)
      ? `\nThe script in the YAML is compressed, since Tekton passes all scripts of a Task in one argument; [${readable}](${readable})\nholds it readable.\n`
      : ""
  }`;
}
