/**
 * The registry credentials of the machine one sits at: where docker and podman keep them. Knows which environment
 * variables say so; in a pod nobody asks.
 * @module
 */

import { type CredentialStore, loadCredentials } from "../oci/credentials.ts";

/**
 * The credentials by REGISTRY_AUTH_FILE, DOCKER_CONFIG, the XDG folders and the home directory.
 * @throws {OciError} `oci/credentials` (exit code 2) when a file that is named cannot be read
 */
export async function machineCredentials(): Promise<CredentialStore> {
  const names = ["REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"];
  const env = Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
  return await loadCredentials({ env, home: Deno.env.get("HOME") });
}
