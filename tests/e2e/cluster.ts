/**
 * The real cluster that the end-to-end tests run on: where it is, its registry, a namespace that is removed afterwards.
 *
 * Environment: `KUBECONFIG` (none: every test here is skipped with a line that says so), `REGISTRY` (default: port 5000
 * of the API server's host, if a registry answers there), `E2E_IMAGE` and `E2E_DENO_IMAGE` (an image with bash, and the
 * image that the Tasks run in; defaults as the project's own test cluster has them).
 * @module
 */
import assert from "node:assert/strict";

/** What one test needs to know of the cluster. */
export interface TestCluster {
  /** `host:port` of a registry that pods and this machine reach over plain HTTP. */
  readonly registry: string;
  /** Image with bash for the steps of sample pipelines. */
  readonly image: string;
  /** Image that the project's Tasks run in. */
  readonly denoImage: string;
}

/** The folder that tools built for the test cluster are in, before the PATH. */
const toolPath = `${Deno.env.get("CLUSTER_HOME") ?? `${Deno.env.get("HOME")}/.cache/tekton-cluster`}/bin:${
  Deno.env.get("PATH")
}`;

async function findCluster(): Promise<TestCluster | string> {
  if (!Deno.env.get("KUBECONFIG")) return "no KUBECONFIG in the environment";
  const view = await output("kubectl", ["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"]);
  const registry = Deno.env.get("REGISTRY") ?? `${new URL(view).hostname}:5000`;
  const answer = await fetch(`http://${registry}/v2/`, { signal: AbortSignal.timeout(5000) }).catch((e: Error) => e);
  if (answer instanceof Error) return `no registry answers at ${registry} (set REGISTRY): ${answer.message}`;
  await answer.body?.cancel();
  return {
    registry,
    image: Deno.env.get("E2E_IMAGE") ?? "registry.test/bash:1",
    denoImage: Deno.env.get("E2E_DENO_IMAGE") ?? "registry.test/deno:2.9.6",
  };
}

const found = await findCluster();

/** The cluster, or undefined when there is none (then a line on stderr has said why). */
export const cluster: TestCluster | undefined = typeof found === "string" ? undefined : found;
if (typeof found === "string") console.error(`end-to-end tests are skipped: ${found}`);

/** Runs a command and gives its stdout; fails with its stderr. `input` goes to its stdin. */
export async function output(command: string, args: readonly string[], input?: string): Promise<string> {
  const child = new Deno.Command("env", {
    args: [`PATH=${toolPath}`, command, ...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const result = await child.output();
  const stdout = new TextDecoder().decode(result.stdout);
  assert.ok(
    result.success,
    `${command} ${args.join(" ")} ended with ${result.code}:\n${new TextDecoder().decode(result.stderr)}${stdout}`,
  );
  return stdout;
}

/** Creates a namespace, gives it to `body`, and deletes it whatever happens. */
export async function withNamespace(prefix: string, body: (namespace: string) => Promise<void>): Promise<void> {
  const namespace = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  await output("kubectl", ["create", "namespace", namespace]);
  try {
    await body(namespace);
  } finally {
    await output("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
  }
}

/** The object named, as the API server has it. */
export async function getObject<T>(namespace: string, kind: string, name: string): Promise<T> {
  return JSON.parse(await output("kubectl", ["get", kind, name, "-n", namespace, "-o", "json"])) as T;
}
