/**
 * Whether Tekton would accept a document: structure, defaults, then every rule, all findings at once. Knows in which
 * order the parts of an object are looked at; the rules are under `rules/`. No input or output.
 * @module
 */

import { decode } from "./decode.ts";
import { withDefaults } from "./defaults.ts";
import { type Finding, isWithin, type Path } from "./finding.ts";
import { isTektonDocument, type Kind, kindOf } from "./kinds.ts";
import { mergedSteps } from "./merge.ts";
import { placed, type Propagation, Propagator } from "./propagation.ts";
import { defaultFeatures, type Features, type ObjectSubject, type PlacedParam, type Rule } from "./rule.ts";
import * as rules from "./rules/all.ts";
import type {
  EmbeddedTask,
  Pipeline,
  PipelineRun,
  PipelineSpec,
  StepAction,
  Task,
  TaskRun,
  TaskSpec,
  WhenExpression,
} from "./types.ts";

/** What is known about one document. */
export interface Validated {
  /** Its kind as written, null where there is none. */
  readonly kind: string | null;
  /** Its name or generateName, null where there is none. */
  readonly name: string | null;
  /** Whether Tekton would accept it. */
  readonly ok: boolean;
  /** What is wrong, in the order of the document's paths. */
  readonly findings: readonly Finding[];
}

/** Options of {@link validate}. */
export interface ValidateOptions {
  /**
   * Features of the installation.
   * @default defaultFeatures
   */
  readonly features?: Features;
  /**
   * Leaves out what only the API server refuses: case of field names, labels, annotations and the like.
   * @default false
   */
  readonly webhookOnly?: boolean;
  /**
   * Whose refusal counts for `ok`: `webhook` for that of Tekton's webhook alone, with what only the API server refuses
   * among the findings all the same.
   * @default "api-server"
   */
  readonly judge?: "webhook" | "api-server";
}

/** Checks a document; `undefined` for one that is not Tekton's. Never throws. */
export function validate(value: unknown, options: ValidateOptions = {}): Validated | undefined {
  if (!isTektonDocument(value)) return undefined;
  const metadata = value.metadata as Record<string, unknown> | null | undefined;
  const name = text(metadata?.name) ?? text(metadata?.generateName);
  const kind = kindOf(value);
  let findings: Finding[];
  if (typeof kind === "object") {
    const at = typeof value.kind === "string" && value.apiVersion !== undefined ? ["apiVersion"] : [];
    findings = [{ rule: "object/kind", path: at, link: rules.kindLink, ...kind }];
  } else findings = checkObject(kind, value, options.features ?? defaultFeatures);
  if (options.webhookOnly) findings = findings.filter((finding) => finding.layer !== "api-server");
  const ok = findings.every((finding) => options.judge === "webhook" && finding.layer === "api-server");
  return { kind: text(value.kind), name, ok, findings };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function checkObject(kind: Kind, value: Record<string, unknown>, features: Features): Finding[] {
  const decoded = decode(kind, value);
  const object = withDefaults(kind, decoded.value);
  const checker = new Checker(features);
  checker.object(kind, object, String(value.apiVersion));
  const own = checker.findings.filter(({ path }) => !decoded.findings.some((finding) => explains(finding, path)));
  return inOrder([...decoded.findings, ...own]);
}

/** Whether a finding about structure is the reason for one at `path`: the same place, or a field of it that is missing for it. */
function explains({ rule, path: broken }: Finding, path: Path): boolean {
  if (broken.length === 0 || rule === "structure/unknown-field") return false;
  return isWithin(path, broken) || (broken.length === path.length + 1 && isWithin(broken, path));
}

/** Findings without repetitions, those of one place together, structure first. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify([finding.rule, finding.path, finding.message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Applies the rules to the parts of one object. */
class Checker {
  readonly findings: Finding[] = [];

  constructor(readonly features: Features) {}

  object(kind: Kind, object: unknown, apiVersion: string): void {
    this.#apply(rules.metadataRules, { path: [], features: this.features, object: object as ObjectSubject["object"] });
    if (kind === "Task") this.#task(object as Task);
    else if (kind === "Pipeline") this.#pipeline(object as Pipeline);
    else if (kind === "TaskRun") this.#taskRun(object as TaskRun);
    else if (kind === "PipelineRun") this.#pipelineRun(object as PipelineRun);
    else this.#stepAction(object as StepAction, apiVersion);
  }

  #apply<Subject>(list: readonly Rule<Subject>[], subject: Subject): void {
    for (const rule of list) {
      rule.check(subject, (path, message, advice) => {
        const layer = rule.layer === undefined ? {} : { layer: rule.layer };
        this.findings.push({ rule: rule.id, path, message, advice, link: rule.link, ...layer });
      });
    }
  }

  #task({ spec = {} }: Task): void {
    this.#taskSpec(spec, ["spec"]);
    this.#declaredUse(spec, placed(spec.params, ["spec", "params"]), ["spec"]);
  }

  #taskSpec(spec: TaskSpec | EmbeddedTask, path: Path): void {
    const { features } = this;
    const steps = mergedSteps(spec);
    const subject = { spec, steps, path, features };
    this.#apply(rules.taskRules, subject);
    this.#apply(rules.stepRules, subject);
    this.#apply(rules.stepReferenceRules, subject);
    for (const [index, step] of steps.entries()) {
      const at = [...path, "steps", index];
      if (step.ref !== undefined) {
        this.#apply(rules.referenceRules, { reference: step.ref, path: [...at, "ref"], features });
      }
      if (step.results !== undefined) {
        this.#apply(rules.resultRules, { results: step.results, path: [...at, "results"], features });
      }
      this.#when(step.when, [...at, "when"]);
    }
    const params = placed(spec.params, [...path, "params"]);
    this.#params(params, path);
    this.#apply(rules.stepVariableRules, { steps, params, path: [...path, "steps"], features });
    this.#apply(rules.resultRules, { results: spec.results ?? [], path: [...path, "results"], features });
    this.#apply(rules.resultValueRules, subject);
  }

  /** Rules about declared params, those about their names included. */
  #params(params: readonly PlacedParam[], path: Path): void {
    const subject = { params, path, features: this.features };
    this.#apply(rules.paramTypeRules, subject);
    this.#apply(rules.paramEnumRules, subject);
    this.#apply(rules.paramNameRules, subject);
  }

  /** Rules that need to know every param that steps may refer to. */
  #declaredUse(spec: TaskSpec | EmbeddedTask, params: readonly PlacedParam[], path: Path): void {
    const { features } = this;
    this.#apply(rules.declaredVariableRules, { steps: mergedSteps(spec), params, path: [...path, "steps"], features });
    this.#apply(rules.paramObjectRules, { params, path, features });
  }

  #when(when: readonly WhenExpression[] | undefined, path: Path): void {
    if (when !== undefined) this.#apply(rules.whenRules, { when, path, features: this.features });
  }

  #taskRun(run: TaskRun): void {
    const { features } = this;
    const path = ["spec"];
    const spec = run.spec ?? {};
    this.#apply(rules.taskRunRules, { run, spec, path, features });
    if (spec.taskRef !== undefined) {
      this.#apply(rules.referenceRules, { reference: spec.taskRef, path: ["spec", "taskRef"], features });
    }
    this.#apply(rules.givenParamRules, { params: spec.params ?? [], path: ["spec", "params"], features });
    this.#apply(rules.bindingRules, {
      bindings: spec.workspaces ?? [],
      foldCase: true,
      path: ["spec", "workspaces"],
      features,
    });
    this.#apply(rules.overrideRules, { overrides: spec, path, features });
    const task = spec.taskSpec;
    if (task === undefined) return;
    this.#taskSpec(task, ["spec", "taskSpec"]);
    const propagator = new Propagator();
    propagator.give(spec.params, ["spec", "params"]);
    propagator.declare(placed(task.params, ["spec", "taskSpec", "params"]));
    const propagation = propagator.result();
    this.#apply(rules.propagationRules, { propagation, path, features });
    this.#propagated(task, propagation, ["spec", "taskSpec"]);
  }

  /** Steps of an inline spec against all params handed down to it. */
  #propagated(spec: TaskSpec | EmbeddedTask, { params }: Propagation, path: Path): void {
    if ((spec.steps ?? []).length === 0) return;
    this.#params(params, path);
    const steps = mergedSteps(spec);
    this.#apply(rules.stepVariableRules, { steps, params, path: [...path, "steps"], features: this.features });
    this.#declaredUse(spec, params, path);
  }

  #pipeline(pipeline: Pipeline): void {
    const { features } = this;
    const spec = pipeline.spec ?? {};
    const path = ["spec"];
    this.#pipelineSpec(spec, path);
    const params = placed(spec.params, ["spec", "params"]);
    for (const list of ["tasks", "finally"] as const) {
      for (const [index, { taskSpec }] of (spec[list] ?? []).entries()) {
        if (taskSpec === undefined) continue;
        const at = ["spec", list, index, "taskSpec"];
        this.#declaredUse(taskSpec, [...placed(taskSpec.params, [...at, "params"]), ...params], at);
      }
      this.#apply(rules.taskParamRules, { tasks: spec[list] ?? [], params, path: ["spec", list], features });
    }
    this.#apply(rules.pipelineWorkspaceRules, { pipeline, path, features });
  }

  #pipelineSpec(spec: PipelineSpec, path: Path): void {
    const { features } = this;
    const subject = { spec, path, features };
    this.#apply(rules.pipelineRules, subject);
    this.#apply(rules.pipelineTaskRules, subject);
    for (const { task, path: at } of rules.tasksOf(subject)) {
      this.#when(task.when, [...at, "when"]);
      if (rules.isCustom(task)) continue;
      if (task.taskSpec !== undefined) this.#taskSpec(task.taskSpec, [...at, "taskSpec"]);
      for (const field of ["taskRef", "pipelineRef"] as const) {
        if (task[field] !== undefined) {
          this.#apply(rules.referenceRules, { reference: task[field], path: [...at, field], features });
        }
      }
      if (task.pipelineSpec !== undefined) this.#pipelineSpec(task.pipelineSpec, [...at, "pipelineSpec"]);
    }
    const params = placed(spec.params, [...path, "params"]);
    this.#apply(rules.paramTypeRules, { params, path, features });
    this.#apply(rules.paramEnumRules, { params, path, features });
    for (const list of ["tasks", "finally"] as const) {
      this.#apply(rules.uniqueParamRules, { tasks: spec[list] ?? [], params, path: [...path, list], features });
    }
    this.#apply(rules.taskVariableRules, subject);
    this.#apply(rules.pipelineResultRules, subject);
    this.#apply(rules.matrixRules, subject);
    this.#apply(rules.matrixResultRules, subject);
  }

  #pipelineRun(run: PipelineRun): void {
    const { features } = this;
    const path = ["spec"];
    const spec = run.spec ?? {};
    this.#apply(rules.pipelineRunRules, { run, spec, path, features });
    if (spec.pipelineRef !== undefined) {
      this.#apply(rules.referenceRules, { reference: spec.pipelineRef, path: ["spec", "pipelineRef"], features });
    }
    this.#apply(rules.givenParamRules, { params: spec.params ?? [], path: ["spec", "params"], features });
    this.#apply(rules.bindingRules, {
      bindings: spec.workspaces ?? [],
      foldCase: false,
      path: ["spec", "workspaces"],
      features,
    });
    for (const [index, overrides] of (spec.taskRunSpecs ?? []).entries()) {
      this.#apply(rules.overrideRules, { overrides, path: ["spec", "taskRunSpecs", index], features });
    }
    const pipeline = spec.pipelineSpec;
    if (pipeline === undefined) return;
    const at = ["spec", "pipelineSpec"];
    this.#pipelineSpec(pipeline, at);
    const propagator = new Propagator();
    propagator.give(spec.params, ["spec", "params"]);
    propagator.declare(placed(pipeline.params, [...at, "params"]));
    const tasks = pipeline.tasks ?? [];
    for (const [index, task] of tasks.entries()) {
      propagator.giveByTask(task, [...at, "tasks", index]);
      propagator.declare(placed(task.taskSpec?.params, [...at, "tasks", index, "taskSpec", "params"]));
    }
    const propagation = propagator.result();
    this.#apply(rules.propagationRules, { propagation, path, features });
    if (tasks.length === 0) return;
    for (const [index, { taskSpec }] of tasks.entries()) {
      if (taskSpec !== undefined) this.#propagated(taskSpec, propagation, [...at, "tasks", index, "taskSpec"]);
    }
    const { params } = propagation;
    this.#apply(rules.paramTypeRules, { params, path, features });
    this.#apply(rules.paramEnumRules, { params, path, features });
    this.#apply(rules.taskParamRules, { tasks, params, path: [...at, "tasks"], features });
  }

  #stepAction({ spec = {} }: StepAction, apiVersion: string): void {
    const { features } = this;
    const path = ["spec"];
    const subject = { spec, path, features };
    const params = placed(spec.params, ["spec", "params"]);
    this.#apply(rules.stepActionRules, subject);
    if (apiVersion === "tekton.dev/v1alpha1") this.#apply(rules.alphaStepActionRules, subject);
    this.#apply(rules.paramTypeRules, { params, path, features });
    this.#apply(rules.paramNameRules, { params, path, features });
    this.#apply(rules.paramObjectRules, { params, path, features });
    const { image, script, command, args, env, volumeMounts } = spec;
    const names = (volumeMounts ?? []).map(({ name = "" }) => ({ name, mountPath: "" }));
    const step = {
      name: "",
      image: image ?? "",
      script: script ?? "",
      command: command ?? [],
      args: args ?? [],
      env: env ?? [],
      volumeMounts: names,
    };
    const steps = { steps: [step], params, path, features, single: true };
    this.#apply(rules.stepVariableRules.filter(({ id }) => id !== "variables/context"), steps);
    this.#apply(rules.declaredVariableRules, steps);
    const results = spec.results ?? [];
    this.#apply([rules.stepActionResultRule], { script, results, path, features });
    this.#apply(rules.resultRules, { results, path: ["spec", "results"], features });
  }
}
