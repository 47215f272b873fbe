/**
 * Rules about workspace bindings of runs.
 * @module
 */

import { repetitions } from "../names.ts";
import type { Place, Rule } from "../rule.ts";
import type { WorkspaceBinding } from "../types.ts";
import { pipelineRun, taskRun } from "./example.ts";
import { links } from "./links.ts";

/** The workspaces of a run; `path` leads to the list. */
export interface BindingsSubject extends Place {
  /** The bindings. */
  readonly bindings: readonly WorkspaceBinding[];
  /** Whether names that differ by case are the same. */
  readonly foldCase: boolean;
}

const sources = [
  "persistentVolumeClaim",
  "volumeClaimTemplate",
  "emptyDir",
  "configMap",
  "secret",
  "projected",
  "csi",
] as const;

const run = (workspaces: string) => taskRun(`taskRef: {name: a}\nworkspaces: ${workspaces}`);
const sourcesOf = (binding: WorkspaceBinding) => sources.filter((source) => binding[source] !== undefined);

/** Rules about workspace bindings. */
export const bindingRules: readonly Rule<BindingsSubject>[] = [
  {
    id: "workspaces/one-source",
    says: `A workspace has exactly one source: ${sources.join(", ")}.`,
    link: links.workspaces,
    violation: run("[{name: a, emptyDir: {}, configMap: {name: b}}]"),
    nearMiss: run("[{name: a, emptyDir: {}, subPath: b}]"),
    check({ bindings, path }, report) {
      for (const [index, binding] of bindings.entries()) {
        const used = sourcesOf(binding);
        if (used.length === 0) {
          report([...path, index], "the workspace has no source", `Give it one of ${sources.join(", ")}.`);
        }
        if (used.length > 1) {
          report([...path, index], `the workspace has ${used.length} sources: ${used.join(", ")}`, "Keep one.");
        }
      }
    },
  },
  {
    id: "workspaces/source-complete",
    says: "A source names what it uses: claimName, name, secretName, sources or driver.",
    link: links.workspaces,
    violation: run("[{name: a, secret: {optional: true}}]"),
    nearMiss: run("[{name: a, secret: {secretName: b}}]"),
    check({ bindings, path }, report) {
      for (const [index, binding] of bindings.entries()) {
        if (sourcesOf(binding).length !== 1) continue;
        const missing = binding.persistentVolumeClaim && !binding.persistentVolumeClaim.claimName
          ? ["persistentVolumeClaim", "claimName"]
          : binding.configMap && !binding.configMap.name
          ? ["configMap", "name"]
          : binding.secret && !binding.secret.secretName
          ? ["secret", "secretName"]
          : binding.projected && (binding.projected.sources ?? []).length === 0
          ? ["projected", "sources"]
          : binding.csi && !binding.csi.driver
          ? ["csi", "driver"]
          : undefined;
        if (missing) {
          report([...path, index, missing[0]!], `${missing[0]} has no ${missing[1]}`, `Give it a ${missing[1]}.`);
        }
      }
    },
  },
  {
    id: "workspaces/unique",
    says: "Names of a run's workspaces are unique; in a TaskRun case does not count.",
    link: links.workspaces,
    violation: run("[{name: a, emptyDir: {}}, {name: A, emptyDir: {}}]"),
    nearMiss: pipelineRun("pipelineRef: {name: p}\nworkspaces: [{name: a, emptyDir: {}}, {name: A, emptyDir: {}}]"),
    check({ bindings, path, foldCase }, report) {
      const names = bindings.map(({ name = "" }) => foldCase ? name.toLowerCase() : name);
      for (const { name, index } of repetitions(names)) {
        report(
          [...path, index, "name"],
          `there is another workspace named ${JSON.stringify(name)}`,
          "Rename one of them.",
        );
      }
    },
  },
];
