/**
 * What it takes to run one container of a TaskRun on this machine, whichever way it is kept apart from the rest. Knows
 * processes, folders and environment; must not know Tekton, nor which sandbox is at hand (`choose.ts`).
 * @module
 */

/** A folder or file of this machine that a container sees under a path of its own. */
export interface Mount {
  /** Absolute path on this machine. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Whether the container may only read it. */
  readonly readOnly: boolean;
}

/** One container, ready to start: everything resolved and substituted. */
export interface ContainerSpec {
  /** Name for messages: `step-build`. */
  readonly name: string;
  /** The image the YAML asks for; sandboxes without images ignore it. */
  readonly image: string;
  /** Program and arguments; never empty. */
  readonly argv: readonly string[];
  /** The whole environment but for what the sandbox itself needs (PATH, HOME where absent). */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path in the container; created where it does not exist. */
  readonly workingDir: string;
  /** Folders and files of the container. */
  readonly mounts: readonly Mount[];
  /** Host name that the container sees: the pod's name. */
  readonly hostname: string;
  /** Whether the container may use the network. */
  readonly network: boolean;
  /** User id, where the YAML says one. */
  readonly runAsUser?: number;
  /** Group id, where the YAML says one. */
  readonly runAsGroup?: number;
}

/** How a container ended. */
export interface ContainerExit {
  /** Exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  /** Name of the signal that ended it. */
  readonly signal?: string;
}

/** A running container. */
export interface RunningContainer {
  /** Process id on this machine of the process that stands for the whole container. */
  readonly pid: number;
  /** Its stdout and stderr, in the order written. Has to be read. */
  readonly output: ReadableStream<Uint8Array>;
  /** Settles once every process of the container has ended. */
  readonly exit: Promise<ContainerExit>;
  /** Sends a signal to the container's first process; SIGKILL ends the whole container. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** A way to run containers on this machine. */
export interface Sandbox {
  /** `bubblewrap`, `process`, … */
  readonly name: string;
  /** Whether paths in the container are where the YAML says. Without it, steps learn paths through variables alone. */
  readonly ownPaths: boolean;
  /** Whether steps run in the images the YAML names. */
  readonly images: boolean;
  /**
   * What of this container cannot be had here, for people; undefined when all can. Asked before anything starts.
   */
  refuse(spec: ContainerSpec): string | undefined;
  /**
   * Starts a container.
   * @throws {TasksmithError} `engine/cannot-start` when the program is not there or the sandbox fails.
   */
  start(spec: ContainerSpec): Promise<RunningContainer>;
}
