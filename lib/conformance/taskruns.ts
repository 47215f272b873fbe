/**
 * The TaskRuns that show what the specification says of tasks, steps, params, results, sidecars and workspaces.
 * Data only. No manifest uses a field that the specification does not list: what an implementation may refuse is not
 * asked of it.
 * @module
 */
import type { JsonObject } from "./path.ts";
import { scenarioAnnotation, scenarioLabel } from "./scenario.ts";
import type { Scenario, ScenarioSettings } from "./scenario.ts";

/** A script for `sh` that ends at the first command that fails. */
export function shell(...lines: string[]): string {
  return ["#!/bin/sh", "set -e", ...lines, ""].join("\n");
}

/** An object that a scenario's run refers to, with the labels by which it is cleaned up. */
export function prerequisite(
  kind: "Task" | "Pipeline",
  id: string,
  settings: ScenarioSettings,
  spec: JsonObject,
): JsonObject {
  return {
    apiVersion: "tekton.dev/v1",
    kind,
    metadata: {
      name: `${settings.prefix}${id}`,
      namespace: settings.namespace,
      labels: { [scenarioLabel]: id },
      annotations: { [scenarioAnnotation]: `${kind} of ${id}` },
    },
    spec,
  };
}

/** A Task of one step that does nothing, for scenarios which only refer to one. */
export function referencedTask(id: string, settings: ScenarioSettings): JsonObject {
  return prerequisite("Task", id, settings, {
    description: "Is referred to",
    results: [{ name: "said", type: "string", description: "What the step said" }],
    steps: [{ name: "say", image: settings.image, script: shell('printf referred > "$(results.said.path)"') }],
  });
}

const result = (name: string, type = "string") => ({ name, type });

/** The TaskRuns. */
export const taskRunScenarios: readonly Scenario[] = [
  {
    id: "steps",
    purpose: "every field of a step",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      taskSpec: {
        description: "Shows the fields of a step",
        results: ["constant", "directory", "variable", "words"].map((name) => result(name)),
        steps: [
          {
            name: "scripted",
            image,
            workingDir: "/tmp",
            env: [{ name: "GREETING", value: "hello there" }],
            securityContext: { privileged: false },
            script: shell(
              'printf constant > "$(results.constant.path)"',
              'printf %s "$PWD" > "$(results.directory.path)"',
              'printf %s "$GREETING" > "$(results.variable.path)"',
            ),
          },
          {
            name: "commanded",
            image,
            command: ["sh", "-c", 'printf "%s|%s" "$0" "$1" > "$(results.words.path)"'],
            args: ["first", "second word"],
          },
        ],
      },
    }),
  },
  {
    id: "params",
    purpose: "string and array params, given and by default",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      params: [
        { name: "given", value: "given value" },
        { name: "overridden", value: "new" },
        { name: "list", value: ["a", "b c", "d"] },
      ],
      taskSpec: {
        params: [
          { name: "given", type: "string", description: "Has no default" },
          { name: "overridden", type: "string", default: "old" },
          { name: "omitted", type: "string", default: "by default" },
          { name: "list", type: "array" },
          { name: "omitted-list", type: "array", default: ["x", "y z"] },
        ],
        results: ["given", "overridden", "omitted", "list", "omitted-list"].map((name) => result(name)),
        steps: [
          {
            name: "strings",
            image,
            env: [
              { name: "GIVEN", value: "$(params.given)" },
              { name: "OVERRIDDEN", value: "$(params.overridden)" },
              { name: "OMITTED", value: "$(params.omitted)" },
            ],
            script: shell(
              'printf %s "$GIVEN" > "$(results.given.path)"',
              'printf %s "$OVERRIDDEN" > "$(results.overridden.path)"',
              'printf %s "$OMITTED" > "$(results.omitted.path)"',
            ),
          },
          {
            name: "list",
            image,
            command: ["sh", "-c", 'printf "%s;" "$@" > "$(results.list.path)"', "list"],
            args: ["$(params.list[*])"],
          },
          {
            name: "omitted-list",
            image,
            command: ["sh", "-c", 'printf "%s;" "$@" > "$(results.omitted-list.path)"', "omitted-list"],
            args: ["$(params.omitted-list[*])"],
          },
        ],
      },
    }),
  },
  {
    id: "array-results",
    purpose: "a result that is a list",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      taskSpec: {
        results: [{ ...result("list", "array"), description: "Two words" }],
        steps: [{ name: "write", image, script: shell(`printf '["one","two words"]' > "$(results.list.path)"`) }],
      },
    }),
  },
  {
    id: "objects",
    purpose: "params and results that are objects",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      params: [{ name: "image", value: { url: "example.test/app", digest: "sha256:1234" } }],
      taskSpec: {
        params: [
          { name: "image", type: "object", properties: { url: { type: "string" }, digest: { type: "string" } } },
          {
            name: "omitted",
            type: "object",
            properties: { key: { type: "string" } },
            default: { key: "by default" },
          },
        ],
        results: [
          { name: "image", type: "object", properties: { url: { type: "string" }, digest: { type: "string" } } },
          result("omitted"),
        ],
        steps: [{
          name: "copy",
          image,
          env: [
            { name: "URL", value: "$(params.image.url)" },
            { name: "DIGEST", value: "$(params.image.digest)" },
            { name: "OMITTED", value: "$(params.omitted.key)" },
          ],
          script: shell(
            `printf '{"url":"%s","digest":"%s"}' "$URL" "$DIGEST" > "$(results.image.path)"`,
            'printf %s "$OMITTED" > "$(results.omitted.path)"',
          ),
        }],
      },
    }),
  },
  {
    id: "failure",
    purpose: "a step that fails",
    kind: "TaskRun",
    expects: "fails",
    spec: ({ image }) => ({
      taskSpec: {
        steps: [
          { name: "fail", image, script: shell("exit 3") },
          { name: "after", image, script: shell("true") },
        ],
      },
    }),
  },
  {
    id: "running",
    purpose: "a step that takes a while",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({ taskSpec: { steps: [{ name: "wait", image, script: shell("sleep 4") }] } }),
  },
  {
    id: "sidecars",
    purpose: "sidecars beside a step",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      workspaces: [{ name: "shared", emptyDir: {} }],
      taskSpec: {
        workspaces: [{ name: "shared" }],
        results: [result("seen")],
        sidecars: [
          {
            name: "commanded",
            image,
            command: ["sh", "-c", 'printf %s "$1" > "$(workspaces.shared.path)/commanded"; sleep 600', "sidecar"],
            args: ["was here"],
          },
          {
            name: "scripted",
            image,
            securityContext: { privileged: false },
            script: shell('printf "was here" > "$(workspaces.shared.path)/scripted"', "sleep 600"),
          },
        ],
        steps: [{
          name: "look",
          image,
          script: shell(
            'cd "$(workspaces.shared.path)"',
            "for second in 1 2 3 4 5 6 7 8 9 10; do if [ -s commanded ] && [ -s scripted ]; then break; fi; sleep 1; done",
            'for name in commanded scripted; do if [ -s $name ]; then printf "%s;" $name; fi; done > "$(results.seen.path)"',
          ),
        }],
      },
    }),
  },
  {
    id: "duplicate-sidecars",
    purpose: "two sidecars of the same name",
    kind: "TaskRun",
    expects: "refused",
    spec: ({ image }) => ({
      taskSpec: {
        sidecars: [
          { name: "beside", image, script: shell("sleep 600") },
          { name: "beside", image, script: shell("sleep 600") },
        ],
        steps: [{ name: "step", image, script: shell("true") }],
      },
    }),
  },
  {
    id: "privileged",
    purpose: "a step and a sidecar in privileged mode",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      taskSpec: {
        sidecars: [{ name: "beside", image, securityContext: { privileged: true }, script: shell("sleep 600") }],
        steps: [{ name: "step", image, securityContext: { privileged: true }, script: shell("true") }],
      },
    }),
  },
  {
    id: "timeout",
    purpose: "a TaskRun that takes longer than its timeout",
    kind: "TaskRun",
    expects: "fails",
    spec: ({ image }) => ({
      timeout: "4s",
      taskSpec: { steps: [{ name: "sleep", image, script: shell("sleep 40") }] },
    }),
  },
  {
    id: "workspaces",
    purpose: "an empty directory that two steps share",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      workspaces: [{ name: "shared", emptyDir: {} }],
      taskSpec: {
        workspaces: [{ name: "shared" }],
        results: [result("found")],
        steps: [
          { name: "write", image, script: shell('printf kept > "$(workspaces.shared.path)/file"') },
          { name: "read", image, script: shell('cat "$(workspaces.shared.path)/file" > "$(results.found.path)"') },
        ],
      },
    }),
  },
  {
    id: "workspace-options",
    purpose: "a workspace with description and place, not to be written to",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      workspaces: [{ name: "options", emptyDir: {} }],
      taskSpec: {
        workspaces: [{
          name: "options",
          description: "Is mounted elsewhere and cannot be written to",
          mountPath: "/conformance/options",
          readOnly: true,
        }],
        results: [result("path"), result("access")],
        steps: [{
          name: "try",
          image,
          script: shell(
            'printf %s "$(workspaces.options.path)" > "$(results.path.path)"',
            'if (: > "$(workspaces.options.path)/file") 2>/dev/null; then access=writable; else access=read-only; fi',
            'printf %s "$access" > "$(results.access.path)"',
          ),
        }],
      },
    }),
  },
  {
    id: "service-account",
    purpose: "a TaskRun under a named account",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      serviceAccountName: "default",
      taskSpec: { steps: [{ name: "step", image, script: shell("true") }] },
    }),
  },
  {
    id: "minimal",
    purpose: "a TaskRun with no field more than it needs",
    kind: "TaskRun",
    expects: "succeeds",
    spec: ({ image }) => ({ taskSpec: { steps: [{ image, command: ["true"] }] } }),
  },
  {
    id: "unknown-field",
    purpose: "a field that the specification does not know",
    kind: "TaskRun",
    expects: "open",
    spec: ({ image }) => ({
      conformanceUnknownField: "x",
      taskSpec: { steps: [{ name: "step", image, command: ["true"] }] },
    }),
  },
  {
    id: "cancel",
    purpose: "a TaskRun that is cancelled",
    kind: "TaskRun",
    expects: "fails",
    action: "cancel",
    spec: ({ image }) => ({ taskSpec: { steps: [{ name: "sleep", image, script: shell("sleep 40") }] } }),
  },
  {
    id: "task-reference",
    purpose: "a TaskRun of a Task by name",
    kind: "TaskRun",
    expects: "succeeds",
    prerequisites: (settings) => [referencedTask("task-reference", settings)],
    spec: ({ prefix }) => ({ taskRef: { name: `${prefix}task-reference` } }),
  },
  {
    id: "task-resolver",
    purpose: "a TaskRun of a Task by a resolver",
    kind: "TaskRun",
    expects: "succeeds",
    prerequisites: (settings) => [referencedTask("task-resolver", settings)],
    spec: ({ prefix, namespace }) => ({
      taskRef: {
        resolver: "cluster",
        params: [
          { name: "kind", value: "task" },
          { name: "name", value: `${prefix}task-resolver` },
          { name: "namespace", value: namespace },
        ],
      },
    }),
  },
  {
    id: "taskrun-management",
    purpose: "create, read, list, update and delete a TaskRun",
    kind: "TaskRun",
    expects: "succeeds",
    action: "manage",
    spec: ({ image }) => ({ taskSpec: { steps: [{ name: "step", image, script: shell("true") }] } }),
  },
  {
    id: "taskrun-generated-name",
    purpose: "two TaskRuns whose names the server makes up",
    kind: "TaskRun",
    expects: "open",
    action: "generate",
    spec: ({ image }) => ({ taskSpec: { steps: [{ name: "step", image, script: shell("true") }] } }),
  },
];
