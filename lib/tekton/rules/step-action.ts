/**
 * Rules about StepActions alone.
 * @module
 */

import type { Path } from "../finding.ts";
import { needsFeature, type Place, reaches, type Rule } from "../rule.ts";
import type { StepActionSpec } from "../types.ts";
import { mentionsOf } from "../variables.ts";
import { stepAction } from "./example.ts";
import { links } from "./links.ts";

/** A StepAction's spec. */
export interface StepActionSubject extends Place {
  /** The spec with its defaults. */
  readonly spec: StepActionSpec;
}

/** Rules about StepActions. */
export const stepActionRules: readonly Rule<StepActionSubject>[] = [
  {
    id: "step-action/image-required",
    says: "A StepAction has an image.",
    link: links.stepActions,
    violation: stepAction("script: echo"),
    nearMiss: stepAction("image: busybox"),
    check({ spec, path }, report) {
      if (!spec.image) report(path, "the StepAction has no image", "Give it an image.");
    },
  },
  {
    id: "step-action/script-or-command",
    says: "A StepAction has a script or a command, not both.",
    link: links.stepActions,
    violation: stepAction("image: busybox\ncommand: [sh]\nscript: echo"),
    nearMiss: stepAction("image: busybox\nargs: [a]\nscript: echo"),
    check({ spec, path }, report) {
      if (spec.script && (spec.command ?? []).length > 0) {
        report([...path, "script"], "there is a command as well", "Keep script or command.");
      }
    },
  },
  {
    id: "step-action/windows-script",
    says: "Scripts for Windows (#!win) are an alpha feature.",
    link: links.stepActions,
    violation: stepAction("image: busybox\nscript: '#!win powershell'"),
    nearMiss: stepAction("image: busybox\nscript: '# !win'"),
    check({ spec, path, features }, report) {
      if (spec.script?.trimStart().startsWith("#!win") && !reaches(features, "alpha")) {
        report([...path, "script"], "scripts for Windows are an alpha feature", needsFeature("alpha"));
      }
    },
  },
  {
    id: "step-action/script-params",
    says: "The script of a StepAction refers to no param.",
    link: links.stepActions,
    violation: stepAction("image: busybox\nparams: [{name: a}]\nscript: echo $(params.a)"),
    nearMiss: stepAction("image: busybox\nparams: [{name: a}]\nenv: [{name: A, value: $(params.a)}]\nscript: echo $A"),
    check({ spec, path }, report) {
      if (mentionsOf(spec.script, "params").first.length > 0) {
        report([...path, "script"], "params are not replaced in the script of a StepAction", "Pass them by env.");
      }
    },
  },
  {
    id: "step-action/mount-name",
    says: "The name of a volume mount is exactly one param.",
    link: links.stepActions,
    violation: stepAction("image: busybox\nvolumeMounts: [{name: data, mountPath: /data}]"),
    nearMiss: stepAction(
      "image: busybox\nparams: [{name: data}]\nvolumeMounts: [{name: $(params.data), mountPath: /data}]",
    ),
    check({ spec, path }, report) {
      for (const [index, { name = "" }] of (spec.volumeMounts ?? []).entries()) {
        const found = mentionsOf(name, "params").texts;
        if (found.length !== 1 || found[0] !== name) {
          report(
            [...path, "volumeMounts", index, "name"],
            `${JSON.stringify(name)} is not one param`,
            "Write name: $(params.<name>).",
          );
        }
      }
    },
  },
];

/** Rules that only v1alpha1 has. */
export const alphaStepActionRules: readonly Rule<StepActionSubject>[] = [
  {
    id: "step-action/default-params",
    says: "In v1alpha1, params that defaults refer to are declared and make no circle.",
    link: links.stepActions,
    violation: stepAction("image: busybox\nparams: [{name: a, default: $(params.b)}]").replace("v1beta1", "v1alpha1"),
    nearMiss: stepAction("image: busybox\nparams: [{name: a, default: $(params.b)}, {name: b}]").replace(
      "v1beta1",
      "v1alpha1",
    ),
    check({ spec, path }, report) {
      const params = spec.params ?? [];
      const declared = new Set(params.map(({ name = "" }) => name));
      const settled = new Set<string>();
      const waiting = new Map<string, { needs: string[]; path: Path }>();
      for (const [index, { name = "", default: value }] of params.entries()) {
        const at = [...path, "params", index, "default"];
        const needs = mentionsOf(typeof value === "string" ? value : undefined, "params").texts
          .map((text) => text.replace(/^\$\(params\./, "").replace(/\)$/, ""));
        const unknown = needs.filter((need) => !declared.has(need));
        for (const need of unknown) report(at, `the param ${JSON.stringify(need)} is not declared`, "Declare it.");
        if (needs.length === 0) settled.add(name);
        else if (unknown.length === 0) waiting.set(name, { needs, path: at });
      }
      for (let moved = true; moved;) {
        moved = false;
        for (const [name, { needs }] of waiting) {
          if (!needs.every((need) => settled.has(need))) continue;
          settled.add(name);
          waiting.delete(name);
          moved = true;
        }
      }
      for (const [name, { path: at }] of waiting) {
        report(at, `the default of ${JSON.stringify(name)} leads back to itself`, "Give one of them a fixed default.");
      }
    },
  },
];
