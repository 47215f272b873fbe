/**
 * Rules about what steps refer to of other steps: their results and their artifacts.
 * @module
 */

import type { Path } from "../finding.ts";
import type { Rule, TaskSubject } from "../rule.ts";
import type { Step } from "../types.ts";
import { stepResultIn } from "../variables.ts";
import { task } from "./example.ts";
import { links } from "./links.ts";

const stepArtifact = /\$\(steps\.[^.]+\.(?:inputs|outputs)\.[^.)]+\)/;
const taskArtifact = /\$\(tasks\.[^.]+\.(?:inputs|outputs)\.[^.)]+\)/;

/** Whether a text refers to artifacts of a task. */
export function refersToTaskArtifact(text: string): boolean {
  return text.includes("$(") && taskArtifact.test(text);
}

const refersToStepArtifact = (text: string): boolean =>
  text.includes("$(") && (stepArtifact.test(text) || text.includes("$(step.artifacts.path)"));
const refersToArtifact = (text: string): boolean =>
  refersToStepArtifact(text) || refersToTaskArtifact(text) || text.includes("$(artifacts.path)");

type Texts = [string | undefined, Path][];

/** Fields in which neither results nor artifacts of steps are replaced. */
function fixedTexts(step: Step): Texts {
  const texts: Texts = [
    [step.name, ["name"]],
    [step.image, ["image"]],
    [step.imagePullPolicy, ["imagePullPolicy"]],
    [step.workingDir, ["workingDir"]],
  ];
  for (const [index, source] of (step.envFrom ?? []).entries()) {
    texts.push([source.prefix, ["envFrom", index, "prefix"]]);
    texts.push([source.configMapRef?.name, ["envFrom", index, "configMapRef", "name"]]);
    texts.push([source.secretRef?.name, ["envFrom", index, "secretRef", "name"]]);
  }
  for (const [index, mount] of (step.volumeMounts ?? []).entries()) {
    for (const field of ["name", "mountPath", "subPath"] as const) {
      texts.push([mount[field], ["volumeMounts", index, field]]);
    }
  }
  for (const [index, device] of (step.volumeDevices ?? []).entries()) {
    for (const field of ["name", "devicePath"] as const) texts.push([device[field], ["volumeDevices", index, field]]);
  }
  return texts;
}

/** Fields in which artifacts are replaced. */
function openTexts(step: Step): Texts {
  const texts: Texts = [[step.script, ["script"]]];
  for (const field of ["command", "args"] as const) {
    for (const [index, text] of (step[field] ?? []).entries()) texts.push([text, [field, index]]);
  }
  for (const [index, { value }] of (step.env ?? []).entries()) texts.push([value, ["env", index, "value"]]);
  return texts;
}

/** Rules about references between steps. */
export const stepReferenceRules: readonly Rule<TaskSubject>[] = [
  {
    id: "step/result-reference",
    says: "$(steps.<step>.results.<result>) goes into env, command and args only.",
    link: links.stepResults,
    violation: task("steps: [{name: a, image: busybox}, {image: busybox, script: 'echo $(steps.a.results.b)'}]"),
    nearMiss: task("steps: [{name: a, image: busybox}, {image: busybox, args: ['$(steps.a.results.b)']}]"),
    check({ steps, path }, report) {
      for (const [index, step] of steps.entries()) {
        for (const [text, at] of [...fixedTexts(step), [step.script, ["script"]] as const]) {
          if (stepResultIn(text) !== undefined) {
            report(
              [...path, "steps", index, ...at],
              "results of steps are not replaced here",
              "Pass it by env, command or args.",
            );
          }
        }
      }
    },
  },
  {
    id: "step/artifact-reference",
    says: "Artifacts of steps go into env, command, args and script only.",
    link: links.artifacts,
    violation: task("steps: [{name: a, image: busybox}, {image: busybox, workingDir: $(steps.a.outputs.b)}]"),
    nearMiss: task("steps: [{name: a, image: busybox}, {image: busybox, workingDir: $(steps.a.output.b)}]"),
    check({ steps, path }, report) {
      for (const [index, step] of steps.entries()) {
        for (const [text, at] of fixedTexts(step)) {
          if (text !== undefined && refersToStepArtifact(text)) {
            report(
              [...path, "steps", index, ...at],
              "artifacts are not replaced here",
              "Pass it by env, command, args or script.",
            );
          }
        }
      }
    },
  },
  {
    id: "step/artifacts-flag",
    says: "References to artifacts need the flag enable-artifacts.",
    link: links.artifacts,
    violation: task("steps: [{image: busybox, script: 'cat $(step.artifacts.path)'}]"),
    nearMiss: task("steps: [{image: busybox, script: 'cat $(step.artifact.path)'}]"),
    check({ steps, path, features }, report) {
      if (features.flags.has("enable-artifacts")) return;
      for (const [index, step] of steps.entries()) {
        for (const [text, at] of openTexts(step)) {
          if (text !== undefined && refersToArtifact(text)) {
            report(
              [...path, "steps", index, ...at],
              "the flag enable-artifacts is off",
              "Turn it on in Tekton's feature-flags, or use results.",
            );
          }
        }
      }
    },
  },
];
