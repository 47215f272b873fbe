/**
 * Credential helpers: programs named `docker-credential-…` that keep secrets in a key chain and give them out over
 * their standard streams (the protocol of docker-credential-helpers: `get`, the server on stdin, JSON on stdout).
 * Knows the protocol only. What a helper prints never reaches a message, since it may be the secret.
 * @module
 */
import { OciError } from "./error.ts";
import type { CredentialSecret } from "./credentials.ts";
import type { OperationOptions } from "./target.ts";

const maximumOutputBytes = 64 * 1024;

/** How a helper is run. */
export interface CredentialHelperOptions extends OperationOptions {
  /** It is killed after this many milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/**
 * Asks the helper `docker-credential-<name>` for the registry's secret; undefined when it has none.
 * @throws OciError `oci/credentials` when it cannot be run (which needs the permission to), fails, or answers nonsense
 */
export async function runCredentialHelper(
  name: string,
  registry: string,
  options: CredentialHelperOptions = {},
): Promise<CredentialSecret | undefined> {
  const { timeoutMs = 30_000, signal } = options;
  const program = `docker-credential-${name}`;
  const failed = (why: string, advice = `try it by hand: echo ${registry} | ${program} get`) =>
    new OciError({ code: "oci/credentials", doing: `ask ${program} for the credentials of ${registry}`, why, advice });
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw failed("that is not a program's name", "correct credHelpers or credsStore in the docker config.json");
  }
  signal?.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, { args: ["get"], stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  } catch (error) {
    throw failed(
      error instanceof Deno.errors.NotFound ? "it is not installed" : "this process may not run programs",
      "use an entry under auths with user name and password or token, which needs no helper",
    );
  }
  const reader = child.stdout.getReader();
  let why = "";
  const kill = (reason: string) => {
    why ||= reason;
    // Something that the helper started may hold its output open: read no further.
    reader.cancel().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const abort = () => kill("aborted");
  const timer = setTimeout(() => kill(`it gave no answer in ${timeoutMs / 1000} s`), timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const writer = child.stdin.getWriter();
    // docker.io's secret is kept under the name that docker has always used.
    const server = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
    // A helper that has ended without reading says why by its exit code.
    writer.write(new TextEncoder().encode(server)).then(() => writer.close()).catch(() => {});
    let output = "";
    const decoder = new TextDecoder();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      output += decoder.decode(read.value, { stream: true });
      if (output.length > maximumOutputBytes) kill("it printed more than 64 KiB");
    }
    const status = await child.status;
    signal?.throwIfAborted();
    if (why !== "") throw failed(why);
    if (!status.success) {
      if (/credentials not found/i.test(output)) return undefined;
      throw failed(`it exited with ${status.code}`);
    }
    const secret = secretOf(output);
    if (secret === undefined) throw failed("it answered something else than the JSON of the protocol");
    return secret;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function secretOf(output: string): CredentialSecret | undefined {
  try {
    const { Username: username, Secret: secret } = JSON.parse(output);
    if (typeof username !== "string" || typeof secret !== "string" || secret === "") return undefined;
    return username === "<token>" ? { identityToken: secret } : { username, password: secret };
  } catch {
    return undefined;
  }
}
