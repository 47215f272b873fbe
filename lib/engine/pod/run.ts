/**
 * Running a TaskRun's pod: volumes, sidecars first, steps one after the other, sidecars stopped last; results read,
 * logs written, every change of state told. Knows the order and the files that steps share; must not know TaskRuns,
 * retries or who watches.
 * Source: Tekton documentation, "Tasks"; spec: StepState, SidecarState.
 * @module
 */
import { formatTime } from "../../tekton/time.ts";
import type { ParamValue, StepState } from "../../tekton/types.ts";
import { parseDuration } from "../../tekton/duration.ts";
import type { Logger } from "../../terminal/log.ts";
import { probed } from "./probe.ts";
import type { ContainerSpec, Mount, RunningContainer, Sandbox } from "../sandbox/sandbox.ts";
import { type MutableReplacements, replaceAll, replaceText } from "../substitute.ts";
import type { ResultSpec, Sidecar, Step, VolumeMount, VolumeSource } from "../taskrun/spec.ts";
import { addOwnResults, addStepResult, paths, readResult, stepName } from "../taskrun/variables.ts";
import { containerSpec, environmentOf, mountsOf, pathsSeen, type PodWorld } from "./container.ts";
import { makeVolume, type PodFacts, type ReadyVolume, type VolumeContent } from "./folders.ts";
import { writeLog } from "./logfile.ts";

/** Why a pod is ended from outside: it is the abort signal's reason. */
export interface PodStop {
  /** The reason that steps and TaskRun get. */
  readonly reason: "TaskRunTimeout" | "TaskRunCancelled" | "TaskRunStopped";
}

/** A pod to run: merged, and with everything substituted that does not depend on its own steps. */
export interface PodPlan {
  /** The pod. */
  readonly facts: PodFacts;
  /** Volumes by name. */
  readonly volumes: ReadonlyMap<string, VolumeSource>;
  /** Mounts that every step has unless it mounts something else there. */
  readonly stepMounts: readonly VolumeMount[];
  /** Mounts that every sidecar has. */
  readonly sidecarMounts: readonly VolumeMount[];
  /** Steps in order. */
  readonly steps: readonly Step[];
  /** Sidecars. */
  readonly sidecars: readonly Sidecar[];
  /** Results of the Task. */
  readonly results: readonly ResultSpec[];
}

/** What a pod runs with. */
export interface PodSetting {
  /** How containers are kept apart. */
  readonly sandbox: Sandbox;
  /** An empty folder of the pod's own; the caller removes it. */
  readonly folder: string;
  /** Folder that gets a file `<container>.log` for each container. */
  readonly logs: string;
  /** Where Secrets, ConfigMaps and claims come from. */
  readonly content: VolumeContent;
  /** Variables of every container. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether containers may use the network. */
  readonly network: boolean;
  /** Variables for what depends on earlier steps; grows as steps end. Made once the paths that steps see are known. */
  readonly variables: (at: (path: string) => string) => MutableReplacements;
  /** Ends the pod; the reason is a {@link PodStop}. */
  readonly signal: AbortSignal;
  /** Told of each change of a step or sidecar. */
  readonly onChange: (state: PodState) => void;
  /** Says whether a step's `when` holds. */
  readonly holds: (step: Step) => boolean;
  /** Between the end of a container's grace and SIGKILL, in milliseconds. @default 5000 */
  readonly graceMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Detail for finding a fault. */
  readonly log?: Logger;
}

/** The containers of a pod at a moment. */
export interface PodState {
  /** Steps in order. */
  readonly steps: readonly StepState[];
  /** Sidecars in order. */
  readonly sidecars: readonly StepState[];
}

/** How a pod ended. */
export interface PodOutcome extends PodState {
  /** Results of the Task that were written and could be read. */
  readonly results: readonly { readonly name: string; readonly type: string; readonly value: ParamValue }[];
  /** Results that could not be read: name → what is wrong with it. */
  readonly badResults: ReadonlyMap<string, string>;
}

interface Working {
  name: string;
  container: string;
  imageID: string;
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: { exitCode: number; reason: string; startedAt: string; finishedAt: string; message?: string };
  terminationReason?: string;
  results?: { name: string; type: string; value: ParamValue }[];
}

/**
 * Runs a pod to its end. Steps that fail are no error: their state tells.
 * @throws {VolumeError} before any container has started
 * @throws {ContainerError} when a container cannot be made; those that run are ended
 */
export async function runPod(plan: PodPlan, setting: PodSetting): Promise<PodOutcome> {
  return await new PodRun(plan, setting).run();
}

/** Bytes that a container's termination message may have. Kubernetes: terminationMessagePath. */
const messageLimit = 4096;

/** One pod on its way. */
class PodRun {
  readonly #plan: PodPlan;
  readonly #setting: PodSetting;
  readonly #now: () => string;
  readonly #steps: Working[];
  readonly #sidecars: Working[];
  /** Results of the Task as earlier steps left them. */
  readonly #written = new Map<string, string>();
  readonly #running = new Set<{ container: RunningContainer; done: Promise<unknown> }>();

  constructor(plan: PodPlan, setting: PodSetting) {
    this.#plan = plan;
    this.#setting = setting;
    const clock = setting.now ?? Date.now;
    this.#now = () => formatTime(new Date(clock()));
    const waiting = (name: string, container: string, image: string | undefined): Working => ({
      name,
      container,
      imageID: image ?? "",
      waiting: { reason: "PodInitializing" },
    });
    this.#steps = plan.steps.map((step, i) => waiting(stepName(step, i), `step-${stepName(step, i)}`, step.image));
    this.#sidecars = plan.sidecars.map((sidecar, i) => {
      const name = sidecar.name || `unnamed-${i}`;
      return waiting(name, `sidecar-${name}`, sidecar.image);
    });
  }

  async run(): Promise<PodOutcome> {
    const { folder } = this.#setting;
    const world = await this.#prepare();
    try {
      await this.#startSidecars(world);
      await this.#runSteps(world);
    } finally {
      await this.#stopAll();
    }
    const { results, badResults } = await this.#results(`${folder}${paths.results}`, this.#plan.results);
    return { ...this.#state(), results, badResults };
  }

  #state(): PodState {
    return { steps: structuredClone(this.#steps), sidecars: structuredClone(this.#sidecars) };
  }

  #changed(): void {
    this.#setting.onChange(this.#state());
  }

  /** Folders, scripts and volumes. */
  async #prepare(): Promise<PodWorld> {
    const { folder, content, env, network, sandbox, logs } = this.#setting;
    await Deno.mkdir(logs, { recursive: true });
    for (const path of [paths.results, paths.steps, paths.scripts, paths.home, paths.creds, paths.workspace]) {
      await Deno.mkdir(folder + path, { recursive: true });
      await Deno.chmod(folder + path, 0o777);
    }
    for (const [index, step] of this.#steps.entries()) {
      const own = `${folder}${paths.steps}/${step.container}`;
      await Deno.symlink(step.container, `${folder}${paths.steps}/${index}`);
      await Deno.mkdir(`${own}/results`, { recursive: true });
      await Deno.chmod(`${own}/results`, 0o777);
    }
    const volumes = new Map<string, ReadyVolume>();
    for (const [name, source] of this.#plan.volumes) {
      const path = `${folder}/volumes/${name}`;
      volumes.set(name, await makeVolume(name, source, path, this.#plan.facts, content));
    }
    for (const path of [paths.results, paths.steps, paths.scripts, paths.home, paths.creds, paths.workspace]) {
      volumes.set(implicitVolume(path), { path: folder + path, readOnly: path === paths.scripts });
    }
    return { facts: this.#plan.facts, volumes, content, network, env, ownPaths: sandbox.ownPaths };
  }

  /** Starts the sidecars and waits until those that can say so are ready. */
  async #startSidecars(world: PodWorld): Promise<void> {
    const ready: { sidecar: Sidecar; spec: ContainerSpec; ended: Promise<void> }[] = [];
    for (const [index, sidecar] of this.#plan.sidecars.entries()) {
      const state = this.#sidecars[index]!;
      const by = this.#setting.variables((path) => path);
      const mounts = await mountsOf(
        [...this.#plan.sidecarMounts, implicitMount(paths.scripts), ...sidecar.volumeMounts ?? []],
        world,
        state.container,
      );
      const started = await this.#start(state, replaceAll(sidecar, by), `sidecar-script-${index}`, mounts, world);
      const ended = started.done.then((exit) => {
        this.#terminate(state, exit.code, exit.code === 0 ? "Completed" : "Error");
        this.#changed();
      });
      this.#running.add({ container: started.container, done: ended });
      ready.push({ sidecar, spec: started.spec, ended });
    }
    const { sandbox, signal } = this.#setting;
    await Promise.all(ready.map(async ({ sidecar, spec, ended }) => {
      const over = new AbortController();
      // one that has ended will not get ready any more
      ended.then(() => over.abort(), () => over.abort());
      const until = AbortSignal.any([signal, over.signal]);
      for (const probe of [sidecar.startupProbe, sidecar.readinessProbe]) await probed(probe, spec, sandbox, until);
    }));
  }

  async #runSteps(world: PodWorld): Promise<void> {
    const { signal } = this.#setting;
    let failed = false;
    for (const [index, original] of this.#plan.steps.entries()) {
      const state = this.#steps[index]!;
      if (signal.aborted) {
        this.#stopped(state);
        continue;
      }
      if (failed) {
        this.#terminate(state, 1, "Error", "Skipped");
        continue;
      }
      const mounts = await mountsOf(
        [...stepImplicit.map(implicitMount), ...this.#plan.stepMounts, ...original.volumeMounts ?? []],
        world,
        state.container,
      );
      const at = pathsSeen(mounts, world.ownPaths);
      const by = this.#variables(at, index);
      addOwnResults(by, original, index, at);
      const step = replaceAll(original, by);
      if (!this.#setting.holds(step)) {
        this.#terminate(state, 0, "Completed", "Skipped");
        this.#changed();
        continue;
      }
      failed = !await this.#runStep(state, step, index, mounts, world);
    }
    this.#changed();
  }

  /** Variables as the step at an index sees them: with the results of the steps before it. */
  #variables(at: (path: string) => string, before: number): MutableReplacements {
    const by = this.#setting.variables(at);
    for (const step of this.#steps.slice(0, before)) {
      for (const result of step.results ?? []) addStepResult(by, step.name, result.name, result.value);
    }
    return by;
  }

  /** Runs one step; false when the steps after it are not to run. */
  async #runStep(
    state: Working,
    step: Step,
    index: number,
    mounts: readonly Mount[],
    world: PodWorld,
  ): Promise<boolean> {
    const { signal, folder } = this.#setting;
    const { container, done } = await this.#start(state, step, `script-${index}`, mounts, world);
    const entry = { container, done };
    this.#running.add(entry);
    const limit = parseDuration(step.timeout ?? "");
    const end = new AbortController();
    const timer = limit === undefined || limit <= 0n
      ? undefined
      : setTimeout(() => end.abort(), Number(limit / 1_000_000n));
    const stop = AbortSignal.any([signal, end.signal]);
    const kill = () => container.kill("SIGKILL");
    stop.addEventListener("abort", kill, { once: true });
    if (stop.aborted) kill();
    const exit = await done;
    stop.removeEventListener("abort", kill);
    clearTimeout(timer);
    this.#running.delete(entry);

    const own = `${folder}${paths.steps}/${state.container}`;
    const { results } = await this.#results(`${own}/results`, step.results ?? []);
    if (results.length > 0) state.results = [...results];
    const message = await this.#terminationMessage(`${own}/results`, step);
    const code = exit.code === 0 && message.length > messageLimit ? 1 : exit.code;
    await Deno.writeTextFile(`${own}/exitCode`, String(code));
    if (signal.aborted) {
      this.#stopped(state);
      return false;
    }
    if (end.signal.aborted) {
      this.#terminate(state, 1, "Error", "TimeoutExceeded");
      return false;
    }
    const carryOn = code === 0 || step.onError === "continue";
    const how = code === 0 ? "Completed" : carryOn ? "Continued" : "Error";
    this.#terminate(state, code, carryOn ? "Completed" : "Error", how);
    if (state.terminated && message !== "" && message.length <= messageLimit) state.terminated.message = message;
    this.#changed();
    return carryOn;
  }

  /**
   * What Tekton's entrypoint leaves as the container's termination message: the results that this step wrote, the
   * Task's (type 1) and its own (type 4), as JSON. All of them have to fit one message.
   */
  async #terminationMessage(own: string, step: Step): Promise<string> {
    const entries: { key: string; value: string; type: number }[] = [];
    const read = async (path: string, key: string, type: number) => {
      try {
        const info = await Deno.stat(path);
        const value = info.size > messageLimit ? "x".repeat(messageLimit) : await Deno.readTextFile(path);
        if (type === 1 && this.#written.get(key) === value) return;
        if (type === 1) this.#written.set(key, value);
        entries.push({ key, value, type });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    };
    for (const result of this.#plan.results) {
      await read(`${this.#setting.folder}${paths.results}/${result.name}`, result.name, 1);
    }
    for (const result of step.results ?? []) await read(`${own}/${result.name}`, result.name, 4);
    return entries.length === 0 ? "" : JSON.stringify(entries);
  }

  async #start(
    state: Working,
    fields: Step | Sidecar,
    scriptName: string,
    mounts: readonly Mount[],
    world: PodWorld,
  ): Promise<{ spec: ContainerSpec; container: RunningContainer; done: Promise<{ code: number }> }> {
    const { sandbox, folder, logs } = this.#setting;
    const env = await environmentOf(fields, world, state.container);
    const script = fields.script ? `${paths.scripts}/${scriptName}` : undefined;
    let interpreter: readonly string[] = [];
    if (script !== undefined) {
      const whole = fields.script!.startsWith("#!") ? fields.script! : `#!/bin/sh\nset -e\n${fields.script}`;
      await Deno.writeTextFile(folder + script, whole, { mode: 0o755 });
      if (!sandbox.ownPaths) interpreter = localInterpreter(whole, pathsSeen(mounts, false));
    }
    const spec = containerSpec({ name: state.container, fields, mounts, env, script, interpreter }, world);
    const container = await sandbox.start(spec);
    delete state.waiting;
    state.running = { startedAt: this.#now() };
    this.#changed();
    const logged = writeLog(container.output, `${logs}/${state.container}.log`);
    const done = Promise.all([container.exit, logged]).then(([exit]) => exit);
    return { spec, container, done };
  }

  #stopped(state: Working): void {
    this.#terminate(state, 1, (this.#setting.signal.reason as PodStop).reason);
    const message = `Step ${state.name} terminated as pod ${this.#plan.facts.name} is terminated`;
    if (state.terminated) state.terminated.message = message;
  }

  #terminate(state: Working, exitCode: number, reason: string, terminationReason: string = reason): void {
    if (state.terminated) return;
    const finishedAt = this.#now();
    const startedAt = state.running?.startedAt ?? finishedAt;
    delete state.running;
    delete state.waiting;
    state.terminated = { exitCode, reason, startedAt, finishedAt };
    state.terminationReason = terminationReason;
  }

  /** SIGTERM to whatever still runs, SIGKILL after the grace. */
  async #stopAll(): Promise<void> {
    const left = [...this.#running];
    for (const { container } of left) container.kill("SIGTERM");
    const timer = setTimeout(
      () => left.forEach(({ container }) => container.kill("SIGKILL")),
      this.#setting.graceMs ?? 5000,
    );
    await Promise.allSettled(left.map(({ done }) => done));
    clearTimeout(timer);
    this.#running.clear();
  }

  /** The files in a folder of results, as far as they are declared and were written. */
  async #results(
    folder: string,
    declared: readonly ResultSpec[],
  ): Promise<Pick<PodOutcome, "results" | "badResults">> {
    const results: { name: string; type: string; value: ParamValue }[] = [];
    const badResults = new Map<string, string>();
    for (const spec of declared) {
      try {
        let value: ParamValue | undefined;
        if (spec.value !== undefined) {
          value = this.#fromSteps(spec.value);
        } else {
          const text = await Deno.readTextFile(`${folder}/${spec.name}`);
          value = readResult(spec, text);
        }
        if (value === undefined) continue;
        const type = typeof value === "string" ? "string" : Array.isArray(value) ? "array" : "object";
        results.push({ name: spec.name, type, value });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        badResults.set(spec.name, error instanceof Error ? error.message : String(error));
      }
    }
    return { results, badResults };
  }

  /** A result of the Task that is taken from a step's; undefined when that step did not write it. */
  #fromSteps(value: ParamValue): ParamValue | undefined {
    const by = this.#variables((path) => path, this.#steps.length);
    if (typeof value !== "string") return replaceAll(value, by);
    const whole = /^\$\((.+)\)$/.exec(value)?.[1];
    const list = whole === undefined ? undefined : by.lists.get(whole) ?? by.lists.get(`${whole}[*]`);
    if (list !== undefined) return [...list];
    const object = whole === undefined ? undefined : by.objects.get(whole) ?? by.objects.get(`${whole}[*]`);
    if (object !== undefined) return { ...object };
    const text = replaceText(value, by);
    return text === value ? undefined : text;
  }
}

/**
 * The interpreter that a script's first line names, and its one argument. Where paths are not kept, folders that it
 * grants Deno are put by the names this machine has for them, which are too long for the line: the system cuts it at
 * 255 bytes.
 */
function localInterpreter(script: string, seen: (path: string) => string): string[] {
  const [, program = "", argument = ""] = /^#!\s*(\S+)[ \t]*(.*)/.exec(script) ?? [];
  const local = argument.trim().replace(
    /(--allow-(?:read|write)=)(\S+)/g,
    (_, flag: string, list: string) => flag + list.split(",").map(seen).join(","),
  );
  return local === "" ? [program] : [program, local];
}

/** What steps have besides their own mounts; sidecars have the scripts alone. */
const stepImplicit = [paths.results, paths.steps, paths.scripts, paths.home, paths.creds, paths.workspace];

function implicitVolume(path: string): string {
  return `tekton-internal-${path.slice(path.lastIndexOf("/") + 1)}`;
}

function implicitMount(path: string): VolumeMount {
  return { name: implicitVolume(path), mountPath: path };
}
