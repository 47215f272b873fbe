/**
 * Rules about a TaskSpec as a whole: steps, volumes, workspaces, sidecars. Single steps are the matter of `step.ts`.
 * @module
 */

import { cleanPath, repetitions } from "../names.ts";
import { needsFeature, reaches, type Rule, type TaskSubject } from "../rule.ts";
import { task } from "./example.ts";
import { links } from "./links.ts";

/** Rules about every TaskSpec, inline ones included. */
export const taskRules: readonly Rule<TaskSubject>[] = [
  {
    id: "task/steps-required",
    says: "A Task has at least one step.",
    link: links.steps,
    violation: task("description: nothing to do"),
    nearMiss: task("steps: [{image: busybox}]"),
    check({ spec, path }, report) {
      if ((spec.steps ?? []).length === 0) {
        report([...path, "steps"], "the Task has no steps", "Add a step with an image.");
      }
    },
  },
  {
    id: "task/volume-names-unique",
    says: "Names of volumes are unique.",
    link: links.volumes,
    violation: task("steps: [{image: busybox}]\nvolumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]"),
    nearMiss: task("steps: [{image: busybox}]\nvolumes: [{name: a, emptyDir: {}}, {name: A, emptyDir: {}}]"),
    check({ spec, path }, report) {
      for (const { name, index } of repetitions((spec.volumes ?? []).map((volume) => volume.name ?? ""))) {
        report(
          [...path, "volumes", index, "name"],
          `there is another volume named ${JSON.stringify(name)}`,
          "Rename one of them.",
        );
      }
    },
  },
  {
    id: "task/workspace-names-unique",
    says: "Names of workspaces are unique.",
    link: links.taskWorkspaces,
    violation: task("steps: [{image: busybox}]\nworkspaces: [{name: a}, {name: a, mountPath: /b}]"),
    nearMiss: task("steps: [{image: busybox}]\nworkspaces: [{name: a}, {name: A}]"),
    check({ spec, path }, report) {
      for (const { name, index } of repetitions((spec.workspaces ?? []).map((workspace) => workspace.name ?? ""))) {
        report(
          [...path, "workspaces", index, "name"],
          `there is another workspace named ${JSON.stringify(name)}`,
          "Rename one of them.",
        );
      }
    },
  },
  {
    id: "task/mount-paths-unique",
    says: "Mount paths of workspaces differ from each other and from those of volumes.",
    link: links.taskWorkspaces,
    violation: task(
      "steps: [{image: busybox, volumeMounts: [{name: v, mountPath: /workspace/a/}]}]\nworkspaces: [{name: a}]\nvolumes: [{name: v, emptyDir: {}}]",
    ),
    nearMiss: task(
      "steps: [{image: busybox, volumeMounts: [{name: v, mountPath: /workspace/a/b}]}]\nworkspaces: [{name: a}]\nvolumes: [{name: v, emptyDir: {}}]",
    ),
    check({ spec, path }, report) {
      const taken = new Set<string>();
      const mounts = [
        ...(spec.steps ?? []).flatMap((step) => step.volumeMounts ?? []),
        ...spec.stepTemplate?.volumeMounts ?? [],
      ];
      for (const mount of mounts) taken.add(cleanPath(mount.mountPath ?? ""));
      for (const [index, workspace] of (spec.workspaces ?? []).entries()) {
        const mountPath = cleanPath(workspace.mountPath || `/workspace/${workspace.name ?? ""}`);
        if (taken.has(mountPath)) {
          report(
            [...path, "workspaces", index],
            `${mountPath} is mounted already`,
            "Give the workspace another mountPath.",
          );
        }
        taken.add(mountPath);
      }
    },
  },
  {
    id: "task/workspaces-declared",
    says: "Workspaces that steps and sidecars use are declared by the Task.",
    link: links.taskWorkspaces,
    violation: task("steps: [{image: busybox, workspaces: [{name: source}]}]"),
    nearMiss: task("steps: [{image: busybox, workspaces: [{name: source}]}]\nworkspaces: [{name: source}]"),
    check({ spec, path, features }, report) {
      const declared = new Set((spec.workspaces ?? []).map((workspace) => workspace.name ?? ""));
      for (const list of ["steps", "sidecars"] as const) {
        for (const [index, container] of (spec[list] ?? []).entries()) {
          const used = container.workspaces ?? [];
          if (used.length > 0 && !reaches(features, "beta")) {
            report(
              [...path, list, index, "workspaces"],
              `workspaces of ${list} are a beta feature`,
              needsFeature("beta"),
            );
          }
          for (const [at, { name = "" }] of used.entries()) {
            if (!declared.has(name)) {
              report(
                [...path, list, index, "workspaces", at, "name"],
                `the Task declares no workspace ${JSON.stringify(name)}`,
                "Declare it under workspaces of the Task.",
              );
            }
          }
        }
      }
    },
  },
  {
    id: "task/step-names-unique",
    says: "Names of steps are unique.",
    link: links.steps,
    violation: task("steps: [{name: a, image: busybox}, {name: a, image: busybox}]"),
    nearMiss: task("steps: [{image: busybox}, {image: busybox}]"),
    check({ steps, path }, report) {
      for (const { name, index } of repetitions(steps.map((step) => step.name ?? ""))) {
        if (name !== "") {
          report(
            [...path, "steps", index, "name"],
            `there is another step named ${JSON.stringify(name)}`,
            "Rename one of them.",
          );
        }
      }
    },
  },
  {
    id: "task/sidecar-image-required",
    says: "A sidecar has an image.",
    link: links.sidecars,
    violation: task("steps: [{image: busybox}]\nsidecars: [{name: db}]"),
    nearMiss: task("steps: [{image: busybox}]\nsidecars: [{image: postgres}]"),
    check({ spec, path }, report) {
      for (const [index, sidecar] of (spec.sidecars ?? []).entries()) {
        if (!sidecar.image) report([...path, "sidecars", index], "the sidecar has no image", "Give it an image.");
      }
    },
  },
  {
    id: "task/sidecar-script-or-command",
    says: "A sidecar has a script or a command, not both.",
    link: links.sidecars,
    violation: task("steps: [{image: busybox}]\nsidecars: [{image: busybox, command: [a], script: b}]"),
    nearMiss: task("steps: [{image: busybox}]\nsidecars: [{image: busybox, args: [a], script: b}]"),
    check({ spec, path }, report) {
      for (const [index, sidecar] of (spec.sidecars ?? []).entries()) {
        if (sidecar.script && (sidecar.command ?? []).length > 0) {
          report(
            [...path, "sidecars", index, "script"],
            "the sidecar has a command as well",
            "Keep script or command.",
          );
        }
      }
    },
  },
  {
    id: "task/sidecar-name-reserved",
    says: "No sidecar is named tekton-log-results.",
    link: links.sidecars,
    violation: task("steps: [{image: busybox}]\nsidecars: [{name: tekton-log-results, image: busybox}]"),
    nearMiss: task("steps: [{image: busybox}]\nsidecars: [{name: tekton-log-result, image: busybox}]"),
    check({ spec, path }, report) {
      for (const [index, sidecar] of (spec.sidecars ?? []).entries()) {
        if (sidecar.name === "tekton-log-results") {
          report(
            [...path, "sidecars", index, "name"],
            "Tekton keeps the name tekton-log-results for itself",
            "Rename the sidecar.",
          );
        }
      }
    },
  },
];
