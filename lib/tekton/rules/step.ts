/**
 * Rules about single steps, merged with the stepTemplate: what goes together, names, mounts. The subject is the list of
 * steps; variables in them are the matter of `step-variables.ts`.
 * @module
 */

import { parseDuration } from "../duration.ts";
import { mergeConflicts } from "../merge.ts";
import { cleanPath, isLabel } from "../names.ts";
import { needsFeature, reaches, type Rule, type TaskSubject } from "../rule.ts";
import type { Step } from "../types.ts";
import { task } from "./example.ts";
import { links } from "./links.ts";

/** Fields of a step that a StepAction brings itself. */
const fieldsOfStepAction = [
  "image",
  "command",
  "args",
  "script",
  "workingDir",
  "env",
  "volumeMounts",
  "results",
] as const;

const isSet = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";

function each(subject: TaskSubject, look: (step: Step, path: readonly (string | number)[]) => void): void {
  for (const [index, step] of subject.steps.entries()) look(step, [...subject.path, "steps", index]);
}

/** Rules about the steps of a TaskSpec. */
export const stepRules: readonly Rule<TaskSubject>[] = [
  {
    id: "step/name",
    says: "The name of a step is an RFC 1123 label.",
    link: links.steps,
    violation: task("steps: [{name: Build, image: busybox}]"),
    nearMiss: task("steps: [{name: build-2, image: busybox}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.name && !isLabel(step.name)) {
          report(
            [...path, "name"],
            `${JSON.stringify(step.name)} is no name of a step`,
            "Use lower-case letters, digits and -, at most 63.",
          );
        }
      });
    },
  },
  {
    id: "step/image-required",
    says: "A step without ref has an image, its own or the stepTemplate's.",
    link: links.steps,
    violation: task("steps: [{name: build, script: make}]"),
    nearMiss: task("steps: [{name: build, script: make}]\nstepTemplate: {image: busybox}"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.ref === undefined && !step.image) {
          report(path, "the step has no image", "Give it an image, or a ref to a StepAction.");
        }
      });
    },
  },
  {
    id: "step/params-need-ref",
    says: "Only a step with ref takes params.",
    link: links.stepActions,
    violation: task("steps: [{image: busybox, params: [{name: a, value: b}]}]"),
    nearMiss: task("steps: [{ref: {name: action}, params: [{name: a, value: b}]}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.ref === undefined && isSet(step.params)) {
          report(
            [...path, "params"],
            "a step without ref takes no params",
            "Refer to params of the Task in the step instead.",
          );
        }
      });
    },
  },
  {
    id: "step/script-or-command",
    says: "A step has a script or a command, not both.",
    link: links.steps,
    violation: task("steps: [{image: busybox, command: [sh], script: echo}]"),
    nearMiss: task("steps: [{image: busybox, args: [a], script: echo}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.ref === undefined && step.script && isSet(step.command)) {
          report(
            [...path, "script"],
            "the step has a command as well",
            "Keep script or command; a stepTemplate may bring the command.",
          );
        }
      });
    },
  },
  {
    id: "step/ref-excludes",
    says: "A step with ref has no image, command, args, script, workingDir, env, volumeMounts and results of its own.",
    link: links.stepActions,
    violation: task("steps: [{ref: {name: action}, image: busybox}]"),
    nearMiss: task("steps: [{ref: {name: action}, timeout: 1m}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.ref === undefined) return;
        for (const field of fieldsOfStepAction) {
          if (isSet(step[field])) {
            report([...path, field], `the StepAction brings ${field}`, `Remove ${field}, or ref.`);
          }
        }
      });
    },
  },
  {
    id: "step/timeout",
    says: "The timeout of a step is not negative.",
    link: links.stepTimeout,
    violation: task("steps: [{image: busybox, timeout: -1s}]"),
    nearMiss: task("steps: [{image: busybox, timeout: 0s}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.timeout !== undefined && (parseDuration(step.timeout) ?? 0n) < 0n) {
          report([...path, "timeout"], "the timeout is negative", "Use 0 for no limit.");
        }
      });
    },
  },
  {
    id: "step/mount-path",
    says: "Nothing is mounted below /tekton/, /tekton/home excepted.",
    link: links.volumes,
    violation: task("steps: [{image: busybox, volumeMounts: [{name: a, mountPath: /tekton/results}]}]"),
    nearMiss: task("steps: [{image: busybox, volumeMounts: [{name: a, mountPath: /tekton/home/a}]}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        for (const [index, mount] of (step.volumeMounts ?? []).entries()) {
          const clean = cleanPath(mount.mountPath ?? "");
          if (clean.startsWith("/tekton/") && !clean.startsWith("/tekton/home")) {
            report(
              [...path, "volumeMounts", index, "mountPath"],
              `Tekton keeps ${clean} for itself`,
              "Mount it elsewhere.",
            );
          }
        }
      });
    },
  },
  {
    id: "step/mount-name",
    says: "No volume mount has a name that begins with tekton-internal-.",
    link: links.volumes,
    violation: task("steps: [{image: busybox, volumeMounts: [{name: tekton-internal-a, mountPath: /a}]}]"),
    nearMiss: task("steps: [{image: busybox, volumeMounts: [{name: tekton-a, mountPath: /a}]}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        for (const [index, mount] of (step.volumeMounts ?? []).entries()) {
          if (mount.name?.startsWith("tekton-internal-")) {
            report(
              [...path, "volumeMounts", index, "name"],
              "Tekton keeps names with tekton-internal- for itself",
              "Rename the volume.",
            );
          }
        }
      });
    },
  },
  {
    id: "step/on-error",
    says: "onError of a step is continue, stopAndFail, or begins with a param.",
    link: links.stepOnError,
    violation: task("steps: [{image: busybox, onError: ignore}]"),
    nearMiss: task("params: [{name: a}]\nsteps: [{image: busybox, onError: $(params.a)}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        const onError = step.onError ?? "";
        if (onError !== "" && onError !== "continue" && onError !== "stopAndFail" && !onError.startsWith("$(params")) {
          report(
            [...path, "onError"],
            `${JSON.stringify(onError)} is nothing onError knows`,
            "Write continue or stopAndFail.",
          );
        }
      });
    },
  },
  {
    id: "step/windows-script",
    says: "Scripts for Windows (#!win) are an alpha feature.",
    link: links.steps,
    violation: task("steps: [{image: busybox, script: '#!win powershell'}]"),
    nearMiss: task("steps: [{image: busybox, script: '#!/bin/sh'}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        if (step.script?.trimStart().startsWith("#!win") && !reaches(subject.features, "alpha")) {
          report([...path, "script"], "scripts for Windows are an alpha feature", needsFeature("alpha"));
        }
      });
    },
  },
  {
    id: "step/streams",
    says: "stdoutConfig and stderrConfig are alpha features.",
    link: links.steps,
    violation: task("steps: [{image: busybox, stdoutConfig: {path: /a}}]"),
    nearMiss: task("steps: [{image: busybox, script: 'echo >/a'}]"),
    check(subject, report) {
      each(subject, (step, path) => {
        for (const field of ["stdoutConfig", "stderrConfig"] as const) {
          if (step[field] !== undefined && !reaches(subject.features, "alpha")) {
            report([...path, field], `${field} is an alpha feature`, needsFeature("alpha"));
          }
        }
      });
    },
  },
  {
    id: "step/template-merge",
    says: "Where the stepTemplate has env or mounts, a step repeats no name or path of its own with others in between.",
    link: links.steps,
    violation: task(
      "stepTemplate: {env: [{name: T}]}\nsteps: [{image: busybox, env: [{name: A, value: a}, {name: B, value: b}, {name: A, value: c}]}]",
    ),
    nearMiss: task(
      "stepTemplate: {image: busybox}\nsteps: [{env: [{name: A, value: a}, {name: B, value: b}, {name: A, value: c}]}]",
    ),
    check({ spec, path }, report) {
      for (const { step, field, key } of mergeConflicts(spec)) {
        report(
          [...path, "steps", step, field],
          `${JSON.stringify(key)} is there twice, which cannot be merged with the stepTemplate`,
          "Keep one of them.",
        );
      }
    },
  },
];
