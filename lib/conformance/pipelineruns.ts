/**
 * The PipelineRuns that show what the specification says of pipelines, their tasks, timeouts and child references.
 * Data only. No manifest uses a field that the specification does not list.
 * @module
 */
import type { JsonObject } from "./path.ts";
import type { Scenario } from "./scenario.ts";
import { prerequisite, referencedTask, shell } from "./taskruns.ts";

/** A pipeline task of one step. */
const task = (name: string, image: string, ...lines: string[]): JsonObject => ({
  name,
  taskSpec: { steps: [{ name: "step", image, script: shell(...lines) }] },
});

/** The PipelineRuns. */
export const pipelineRunScenarios: readonly Scenario[] = [
  {
    id: "pipeline",
    purpose: "params, order, workspaces, results and finally of a pipeline",
    kind: "PipelineRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      params: [{ name: "given", value: "given value" }, { name: "list", value: ["a", "b c"] }],
      workspaces: [{ name: "shared", emptyDir: {} }],
      timeouts: { pipeline: "1h0.5m", tasks: "1800000ms", finally: "30m30s" },
      pipelineSpec: {
        params: [
          { name: "given", type: "string", description: "Has no default" },
          { name: "omitted", type: "string", default: "by default" },
          { name: "list", type: "array" },
        ],
        workspaces: [{ name: "shared" }],
        results: [{ name: "joined", type: "string", value: "$(tasks.first.results.joined)" }],
        tasks: [
          {
            name: "first",
            timeout: "10m",
            params: [
              { name: "words", value: "$(params.given)/$(params.omitted)" },
              { name: "list", value: ["$(params.list[*])"] },
            ],
            workspaces: [{ name: "place", workspace: "shared" }],
            taskSpec: {
              params: [{ name: "words", type: "string" }, { name: "list", type: "array" }],
              workspaces: [{ name: "place" }],
              results: [{ name: "joined", type: "string" }],
              steps: [
                {
                  name: "write",
                  image,
                  env: [{ name: "WORDS", value: "$(params.words)" }],
                  command: ["sh", "-c", 'printf "%s;" "$WORDS" "$@" > "$(workspaces.place.path)/file"', "write"],
                  args: ["$(params.list[*])"],
                },
                {
                  name: "read",
                  image,
                  script: shell('cat "$(workspaces.place.path)/file" > "$(results.joined.path)"'),
                },
              ],
            },
          },
          { ...task("second", image, "true"), runAfter: ["first"] },
        ],
        finally: [{
          name: "last",
          params: [{ name: "seen", value: "$(tasks.first.results.joined)" }],
          taskSpec: {
            params: [{ name: "seen", type: "string" }],
            results: [{ name: "seen", type: "string" }],
            steps: [{
              name: "copy",
              image,
              env: [{ name: "SEEN", value: "$(params.seen)" }],
              script: shell('printf %s "$SEEN" > "$(results.seen.path)"'),
            }],
          },
        }],
      },
    }),
  },
  {
    id: "pipeline-failure",
    purpose: "a task that fails, and what runs finally",
    kind: "PipelineRun",
    expects: "fails",
    spec: ({ image }) => ({
      pipelineSpec: {
        tasks: [task("fail", image, "exit 3"), { ...task("after", image, "true"), runAfter: ["fail"] }],
        finally: [task("last", image, "true")],
      },
    }),
  },
  {
    id: "pipeline-timeout",
    purpose: "a pipeline that takes longer than its timeout",
    kind: "PipelineRun",
    expects: "fails",
    spec: ({ image }) => ({
      timeouts: { pipeline: "5s" },
      pipelineSpec: { tasks: [task("sleep", image, "sleep 40")] },
    }),
  },
  {
    id: "tasks-timeout",
    purpose: "tasks that take longer than their share, with time left for finally",
    kind: "PipelineRun",
    expects: "fails",
    spec: ({ image }) => ({
      timeouts: { pipeline: "2m5s", tasks: "5s", finally: "2m" },
      pipelineSpec: { tasks: [task("sleep", image, "sleep 40")], finally: [task("last", image, "true")] },
    }),
  },
  {
    id: "finally-timeout",
    purpose: "a finally that takes longer than its share",
    kind: "PipelineRun",
    expects: "fails",
    spec: ({ image }) => ({
      timeouts: { pipeline: "10m", tasks: "5m", finally: "5s" },
      pipelineSpec: { tasks: [task("first", image, "true")], finally: [task("sleep", image, "sleep 40")] },
    }),
  },
  {
    id: "pipeline-task-timeout",
    purpose: "one task that takes longer than its own timeout",
    kind: "PipelineRun",
    expects: "fails",
    spec: ({ image }) => ({ pipelineSpec: { tasks: [{ ...task("sleep", image, "sleep 40"), timeout: "4s" }] } }),
  },
  {
    id: "no-timeout",
    purpose: "a task whose timeout of 0 means none",
    kind: "PipelineRun",
    expects: "succeeds",
    spec: ({ image }) => ({ pipelineSpec: { tasks: [{ ...task("step", image, "true"), timeout: "0s" }] } }),
  },
  {
    id: "timeouts-sum",
    purpose: "timeouts of tasks and finally beyond that of the pipeline",
    kind: "PipelineRun",
    expects: "refused",
    spec: ({ image }) => ({
      timeouts: { pipeline: "1m", tasks: "50s", finally: "30s" },
      pipelineSpec: { tasks: [task("step", image, "true")], finally: [task("last", image, "true")] },
    }),
  },
  {
    id: "missing-param",
    purpose: "a pipeline's param that has no default and is not given",
    kind: "PipelineRun",
    expects: "refused",
    spec: ({ image }) => ({
      pipelineSpec: { params: [{ name: "needed", type: "string" }], tasks: [task("step", image, "true")] },
    }),
  },
  {
    id: "minimal-pipeline",
    purpose: "a PipelineRun with no field more than it needs",
    kind: "PipelineRun",
    expects: "succeeds",
    spec: ({ image }) => ({
      pipelineSpec: { tasks: [{ name: "only", taskSpec: { steps: [{ image, command: ["true"] }] } }] },
    }),
  },
  {
    id: "pipeline-reference",
    purpose: "a PipelineRun of a Pipeline by name, with a Task by name",
    kind: "PipelineRun",
    expects: "succeeds",
    prerequisites: (settings) => [
      referencedTask("pipeline-reference", settings),
      prerequisite("Pipeline", "pipeline-reference", settings, {
        tasks: [{ name: "only", taskRef: { name: `${settings.prefix}pipeline-reference` } }],
      }),
    ],
    spec: ({ prefix }) => ({ pipelineRef: { name: `${prefix}pipeline-reference` } }),
  },
  {
    id: "pipeline-resolver",
    purpose: "a PipelineRun of a Pipeline by a resolver",
    kind: "PipelineRun",
    expects: "succeeds",
    prerequisites: (settings) => [
      prerequisite("Pipeline", "pipeline-resolver", settings, { tasks: [task("only", settings.image, "true")] }),
    ],
    spec: ({ prefix, namespace }) => ({
      pipelineRef: {
        resolver: "cluster",
        params: [
          { name: "kind", value: "pipeline" },
          { name: "name", value: `${prefix}pipeline-resolver` },
          { name: "namespace", value: namespace },
        ],
      },
    }),
  },
  {
    id: "pipelinerun-management",
    purpose: "create, read, list, update and delete a PipelineRun",
    kind: "PipelineRun",
    expects: "succeeds",
    action: "manage",
    spec: ({ image }) => ({ pipelineSpec: { tasks: [task("only", image, "true")] } }),
  },
  {
    id: "pipelinerun-generated-name",
    purpose: "two PipelineRuns whose names the server makes up",
    kind: "PipelineRun",
    expects: "open",
    action: "generate",
    spec: ({ image }) => ({ pipelineSpec: { tasks: [task("only", image, "true")] } }),
  },
];
