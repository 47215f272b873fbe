/**
 * Credentials from a program: the `exec` part of a kubeconfig's user. Kubernetes, "client-go credential plugins"
 * (client.authentication.k8s.io v1 and v1beta1). Knows processes; nothing of requests.
 * @module
 */
import { KubernetesError } from "./error.ts";

/** A program that gives credentials. */
export interface Plugin {
  /** `client.authentication.k8s.io/v1` or `/v1beta1`. */
  readonly apiVersion: string;
  /** Program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Environment variables besides our own. */
  readonly env: Readonly<Record<string, string>>;
  /** How to get the program. */
  readonly installHint: string;
  /** Tell it of the cluster. */
  readonly provideClusterInfo: boolean;
  /** It may talk to the person at the terminal. */
  readonly interactive: "Never" | "IfAvailable" | "Always";
}

/** What a plugin gave. */
export interface PluginCredential {
  /** Bearer token. */
  readonly token?: string | undefined;
  /** Client certificate, PEM. */
  readonly cert?: string | undefined;
  /** Its key, PEM. */
  readonly key?: string | undefined;
}

/** Where and how long a plugin runs. */
export interface PluginSettings {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long it may take without a person, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

/** The plugin of an `exec` part; `wrong` makes the error for one that is none. */
export function readPlugin(exec: Readonly<Record<string, unknown>>, wrong: (why: string) => Error): Plugin {
  const { apiVersion, command, args, env, installHint, provideClusterInfo, interactiveMode } = exec;
  if (typeof command !== "string" || command === "") throw wrong("has no command");
  if (typeof apiVersion !== "string" || !/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(apiVersion)) {
    throw wrong("must have apiVersion client.authentication.k8s.io/v1 or /v1beta1");
  }
  const words = args ?? [];
  if (!Array.isArray(words) || !words.every((it) => typeof it === "string")) throw wrong("must have args of texts");
  const variables = env ?? [];
  if (!Array.isArray(variables)) throw wrong("must have a list as env");
  return {
    apiVersion,
    command,
    args: words,
    env: Object.fromEntries(variables.map((it) => [String(it?.name), String(it?.value ?? "")])),
    installHint: typeof installHint === "string" ? installHint.trim() : "",
    provideClusterInfo: provideClusterInfo === true,
    interactive: interactiveMode === "Always" || interactiveMode === "Never" ? interactiveMode : "IfAvailable",
  };
}

const maxOutput = 1024 * 1024;

/**
 * A function that gives the plugin's credential: the last one until it expires, a new one when asked to renew it.
 * Requests that ask at the same time share one run of the program.
 */
export function pluginCredential(
  plugin: Plugin,
  cluster: Readonly<Record<string, unknown>>,
  settings: PluginSettings,
): (renew: boolean) => Promise<PluginCredential> {
  let known: { readonly credential: PluginCredential; readonly until: number } | undefined;
  let running: Promise<PluginCredential> | undefined;
  const refresh = async () => {
    try {
      const status = await run(plugin, cluster, settings);
      const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
      const expires = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : NaN;
      const credential = { token: textOf(token), cert: textOf(cert), key: textOf(key) };
      if (credential.token === undefined && (credential.cert === undefined || credential.key === undefined)) {
        throw failure(plugin, "it gave neither a token nor a certificate with its key");
      }
      known = { credential, until: Number.isNaN(expires) ? Infinity : expires };
      return credential;
    } finally {
      running = undefined;
    }
  };
  return async (renew) => {
    if (!renew && known !== undefined && settings.now() < known.until) return known.credential;
    return await (running ??= refresh());
  };
}

async function run(
  plugin: Plugin,
  cluster: Readonly<Record<string, unknown>>,
  settings: PluginSettings,
): Promise<Readonly<Record<string, unknown>>> {
  const { signal, timeoutMs = 60_000 } = settings;
  signal?.throwIfAborted();
  const interactive = plugin.interactive !== "Never" && Deno.stdin.isTerminal();
  if (plugin.interactive === "Always" && !interactive) throw failure(plugin, "it needs a person at a terminal");
  const spec = { interactive, ...(plugin.provideClusterInfo ? { cluster } : {}) };
  const info = JSON.stringify({ apiVersion: plugin.apiVersion, kind: "ExecCredential", spec });
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(plugin.command, {
      args: [...plugin.args],
      env: { ...plugin.env, KUBERNETES_EXEC_INFO: info },
      stdin: interactive ? "inherit" : "null",
      stdout: "piped",
      stderr: interactive ? "inherit" : "piped",
    }).spawn();
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    throw failure(plugin, missing ? "there is no such program" : messageOf(error), error);
  }
  let late = false;
  const readers = [child.stdout.getReader(), ...(interactive ? [] : [child.stderr.getReader()])];
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has just ended */ }
    // What it started may live on and hold its pipes.
    for (const reader of readers) reader.cancel().catch(() => {});
  };
  const timer = interactive ? undefined : setTimeout(() => {
    late = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener("abort", kill);
  try {
    const texts = readers.map((reader) => readText(reader, kill));
    const [{ success, code }, stdout = "", stderr = ""] = await Promise.all([child.status, ...texts]);
    signal?.throwIfAborted();
    if (late) throw failure(plugin, `it did not end within ${timeoutMs / 1000} s`);
    if (!success) throw failure(plugin, `it ended with ${code}: ${stderr.trim().slice(-500) || "no message"}`);
    return statusOf(plugin, stdout);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

/** The status of an ExecCredential. Its text is a secret and stays out of errors. */
function statusOf(plugin: Plugin, text: string): Readonly<Record<string, unknown>> {
  let answer: { kind?: unknown; apiVersion?: unknown; status?: unknown } | null = null;
  try {
    answer = JSON.parse(text);
  } catch { /* said below */ }
  if (answer?.kind !== "ExecCredential") throw failure(plugin, "what it wrote to stdout is not an ExecCredential");
  if (answer.apiVersion !== plugin.apiVersion) {
    throw failure(plugin, `it speaks ${answer.apiVersion}, the kubeconfig expects ${plugin.apiVersion}`);
  }
  return typeof answer.status === "object" && answer.status !== null
    ? answer.status as Readonly<Record<string, unknown>>
    : {};
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>, kill: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    if (text.length > maxOutput) kill();
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function failure(plugin: Plugin, why: string, cause?: unknown): KubernetesError {
  return new KubernetesError({
    code: "kubernetes/config",
    doing: `get a credential from ${plugin.command}, which the kubeconfig names`,
    why,
    advice: plugin.installHint || "Run the program by hand to see what it lacks; allow it with --allow-run.",
    cause,
    exitCode: 2,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
