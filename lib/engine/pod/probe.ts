/**
 * Waiting until a sidecar says that it is ready: its `startupProbe` and `readinessProbe`, where they run a command.
 * Probes over the network are not made here. Source: Kubernetes API, Probe.
 * @module
 */
import { sleep } from "../../streams/retry.ts";
import type { ContainerSpec, Sandbox } from "../sandbox/sandbox.ts";

/** Kubernetes: Probe, as far as it is looked at. Times are in seconds. */
export interface Probe {
  /** A command in the container that succeeds once it is ready. */
  readonly exec?: { readonly command?: readonly string[] };
  /** Before the first try. @default 0 */
  readonly initialDelaySeconds?: number;
  /** Between tries. @default 10 */
  readonly periodSeconds?: number;
  /** For one try. @default 1 */
  readonly timeoutSeconds?: number;
}

/**
 * Resolves once the probe's command has succeeded in the world of the container, at once for a probe of another kind,
 * or when the signal is aborted. A sidecar that never gets ready is the affair of the TaskRun's timeout.
 */
export async function probed(
  probe: Probe | undefined,
  container: ContainerSpec,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<void> {
  const argv = probe?.exec?.command ?? [];
  if (probe === undefined || argv.length === 0) return;
  try {
    if (probe.initialDelaySeconds) await sleep(probe.initialDelaySeconds * 1000, signal);
    while (!await succeeds({ ...container, argv }, (probe.timeoutSeconds ?? 1) * 1000, sandbox, signal)) {
      await sleep((probe.periodSeconds ?? 10) * 1000, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Whether a command succeeds in its time. */
async function succeeds(spec: ContainerSpec, ms: number, sandbox: Sandbox, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const process = await sandbox.start(spec);
  const kill = () => process.kill("SIGKILL");
  const timer = setTimeout(kill, ms);
  signal.addEventListener("abort", kill, { once: true });
  try {
    // its output is nobody's, but has to be read
    const [{ code }] = await Promise.all([process.exit, process.output.pipeTo(new WritableStream())]);
    signal.throwIfAborted();
    return code === 0;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
}
