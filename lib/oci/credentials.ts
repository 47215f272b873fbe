/**
 * Who one is to a registry: docker's `config.json`, a Secret's `.dockerconfigjson` and podman's `auth.json`, and the
 * credential helpers they name. Knows those files; knows nothing of HTTP. A secret's value leaves a {@link Credential}
 * only through its getters: it is no property, so neither JSON nor an inspector shows it.
 *
 * A key is `registry` or `registry/namespace…`; the longest one that fits the repository counts (containers-auth.json,
 * "Format"), by whole components and with the exact host and port, so that `example.com` is no key of
 * `example.com.evil.org` or of `example.com:5000`. Keys in docker's old form (`https://index.docker.io/v1/`,
 * `http://host/v2/`) count as their host.
 * @module
 */
import { ExitCode } from "../terminal/error.ts";
import type { runCredentialHelper } from "./credential-helper.ts";
import { OciError } from "./error.ts";
import type { OperationOptions } from "./target.ts";

/** The secret part of a {@link Credential}. */
export interface CredentialSecret {
  /** For Basic, and for the GET to a token service. */
  readonly username?: string | undefined;
  /** Goes with the user name. */
  readonly password?: string | undefined;
  /** A refresh token for the token service's POST (OAuth 2). */
  readonly identityToken?: string | undefined;
  /** A bearer token to be sent to the registry as it is. */
  readonly registryToken?: string | undefined;
}

/** What to show a registry, and where it comes from. */
export class Credential {
  /** The key it stands under, such as `quay.io/org`: for messages. */
  readonly key: string;
  /** The file or helper it comes from: for messages. */
  readonly origin: string;
  readonly #secret: CredentialSecret;

  /** Makes a credential of a secret and the names that messages may show. */
  constructor(key: string, origin: string, secret: CredentialSecret) {
    this.key = key;
    this.origin = origin;
    this.#secret = secret;
  }
  /** For Basic, and for the GET to a token service. */
  get username(): string | undefined {
    return this.#secret.username;
  }
  /** Goes with the user name. */
  get password(): string | undefined {
    return this.#secret.password;
  }
  /** A refresh token for the token service's POST (OAuth 2). */
  get identityToken(): string | undefined {
    return this.#secret.identityToken;
  }
  /** A bearer token to be sent to the registry as it is. */
  get registryToken(): string | undefined {
    return this.#secret.registryToken;
  }
}

/** Asks a helper program. On demand: a pod has no such programs, and its script no room for what runs them. */
async function askHelper(...args: Parameters<typeof runCredentialHelper>): ReturnType<typeof runCredentialHelper> {
  const helper = await import("./credential-helper.ts");
  return await helper.runCredentialHelper(...args);
}

/** Credentials to choose from. */
export interface CredentialStore {
  /** The keys there are, and where, for messages: `quay.io, ghcr.io/org in /root/.docker/config.json`. */
  readonly description: string;
  /**
   * The credential with the longest key that fits the repository, or undefined when none does.
   * @throws OciError `oci/credentials` when the entry cannot be read or its helper fails
   */
  find(registry: string, repository: string, options?: OperationOptions): Promise<Credential | undefined>;
}

/** No credentials at all. */
export const noCredentials: CredentialStore = { description: "no credentials", find: () => Promise.resolve(undefined) };

/** Where {@link loadCredentials} looks. */
export interface LoadCredentialsOptions {
  /** `REGISTRY_AUTH_FILE`, `DOCKER_CONFIG`, `XDG_RUNTIME_DIR` and `XDG_CONFIG_HOME` are read from it. @default {} */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The home directory. @default none: nothing is looked for there */
  readonly home?: string | undefined;
  /** Only these files, each of which must exist. @default the usual places */
  readonly files?: readonly string[];
}

/**
 * The credentials of this machine. Of several files the first with a fitting key counts, in the order of podman:
 * `REGISTRY_AUTH_FILE` alone when it is set; else `$XDG_RUNTIME_DIR/containers/auth.json`,
 * `$XDG_CONFIG_HOME/containers/auth.json` (by default in `~/.config`), `$DOCKER_CONFIG/config.json` (by default in
 * `~/.docker`). A usual place that is absent or may not be read is passed over.
 * @throws OciError `oci/credentials` (exit code 2) when a named file cannot be read, or any is malformed
 */
export async function loadCredentials(options: LoadCredentialsOptions = {}): Promise<CredentialStore> {
  const { env = {}, home } = options;
  const join = (directory: string | undefined, path: string) => directory ? [`${directory}/${path}`] : [];
  const named = options.files ?? (env["REGISTRY_AUTH_FILE"] ? [env["REGISTRY_AUTH_FILE"]] : undefined);
  const files = named ?? [
    ...join(env["XDG_RUNTIME_DIR"], "containers/auth.json"),
    ...join(env["XDG_CONFIG_HOME"] || home && `${home}/.config`, "containers/auth.json"),
    ...join(env["DOCKER_CONFIG"] || home && `${home}/.docker`, "config.json"),
  ];
  const stores: CredentialStore[] = [];
  for (const file of files) {
    let text: string;
    try {
      text = await Deno.readTextFile(file);
    } catch (error) {
      if (named === undefined) continue;
      throw credentialError(
        `read the credentials in ${file}`,
        error instanceof Error ? error.message : String(error),
        "name a docker config.json or podman auth.json that exists and may be read",
      );
    }
    stores.push(credentialsFromJson(text, file));
  }
  return combineCredentials(stores);
}

/** Several stores as one: the first that has a fitting key counts. */
export function combineCredentials(stores: readonly CredentialStore[]): CredentialStore {
  if (stores.length <= 1) return stores[0] ?? noCredentials;
  return {
    description: stores.map((store) => store.description).join("; "),
    async find(registry, repository, options) {
      for (const store of stores) {
        const credential = await store.find(registry, repository, options);
        if (credential !== undefined) return credential;
      }
      return undefined;
    },
  };
}

/**
 * The credentials in the text of a `config.json`, `.dockerconfigjson` or `auth.json`.
 * @param origin what messages call it, such as the file's path
 * @throws OciError `oci/credentials` (exit code 2) when it is not one; the message holds nothing of the text
 */
export function credentialsFromJson(text: string, origin: string): CredentialStore {
  const malformed = (why: string, advice = 'a docker config.json looks like {"auths":{"quay.io":{"auth":"…"}}}') =>
    credentialError(`read the credentials in ${origin}`, why, advice);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message quotes the text: it must not be passed on.
    if (text.trim() === "") throw malformed("it is empty");
    throw /^[A-Za-z0-9+/=\s]+$/.test(text)
      ? malformed("it is not JSON; it looks like base64", "decode it once: the Secret was probably encoded twice")
      : malformed("it is not JSON");
  }
  if (!isObject(json)) throw malformed("it is not a JSON object");
  const { credHelpers = {}, credsStore } = json;
  const plain = !("auths" in json) && !("credHelpers" in json) && credsStore === undefined;
  // The oldest form (.dockercfg) has the entries at the top.
  const auths = json["auths"] ??
    (plain && Object.values(json).some((entry) => isObject(entry) && "auth" in entry) ? json : {});
  if (!isObject(auths)) throw malformed('its "auths" is not an object');
  if (!isObject(credHelpers)) throw malformed('its "credHelpers" is not an object');
  if (credsStore !== undefined && typeof credsStore !== "string") throw malformed('its "credsStore" is not a string');

  const entries = byKey(auths);
  const helpers = byKey(credHelpers);
  const keys = [...entries.keys(), ...helpers.keys()];
  return {
    description: `${keys.length === 0 ? "no keys" : keys.slice(0, 20).join(", ")} in ${origin}`,
    async find(registry, repository, options) {
      const host = hostKey(registry);
      for (const key of candidates(host, repository)) {
        const helper = helpers.get(key);
        if (helper !== undefined) {
          const secret = await askHelper(String(helper.value), key, options);
          if (secret !== undefined) return new Credential(helper.key, `credential helper ${helper.value}`, secret);
        }
        const entry = entries.get(key);
        const secret = entry && entrySecret(entry.value, (why) => malformed(`the entry ${entry.key} ${why}`));
        if (secret !== undefined) return new Credential(entry!.key, origin, secret);
      }
      if (!credsStore) return undefined;
      const secret = await askHelper(credsStore, host, options);
      return secret && new Credential(host, `credential helper ${credsStore}`, secret);
    },
  };
}

/** The keys that fit a repository, longest first. */
function* candidates(host: string, repository: string): Iterable<string> {
  const components = repository.split("/");
  for (let count = components.length; count > 0; count--) yield `${host}/${components.slice(0, count).join("/")}`;
  yield host;
}

/** The host of a registry as keys have it: docker.io has three names. */
function hostKey(registry: string): string {
  const host = registry.toLowerCase();
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

/** A key's canonical form: `https://index.docker.io/v1/` is `docker.io`. */
function canonicalKey(key: string): string {
  const [host = "", ...path] = key.replace(/^https?:\/\//i, "").replace(/\/+$/, "").split("/");
  if (path[0] === "v1" || path[0] === "v2") path.shift();
  return [hostKey(host), ...path].join("/");
}

/** Entries by canonical key; where two come to the same, the one written canonically counts, else the first. */
function byKey(entries: Record<string, unknown>): Map<string, { readonly key: string; readonly value: unknown }> {
  const map = new Map<string, { key: string; value: unknown }>();
  for (const [key, value] of Object.entries(entries)) {
    const canonical = canonicalKey(key);
    if (!map.has(canonical) || key === canonical) map.set(canonical, { key, value });
  }
  return map;
}

/** The secret of an entry of `auths`; undefined for an empty one, which docker leaves behind beside a helper. */
function entrySecret(entry: unknown, malformed: (why: string) => OciError): CredentialSecret | undefined {
  if (!isObject(entry)) throw malformed("is not an object");
  const field = (name: string): string | undefined => {
    const value = entry[name];
    if (value !== undefined && value !== null && typeof value !== "string") throw malformed(`has a bad "${name}"`);
    return value || undefined;
  };
  const auth = field("auth");
  let username = field("username");
  let password = field("password");
  if (auth !== undefined) {
    let decoded: string;
    try {
      decoded = new TextDecoder("utf-8", { fatal: true })
        .decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    } catch {
      throw malformed('has an "auth" that is not base64');
    }
    const colon = decoded.indexOf(":");
    if (colon < 0) throw malformed('has an "auth" that is not "user:password" in base64');
    username = decoded.slice(0, colon) || username;
    // docker pads with NUL.
    password = decoded.slice(colon + 1).replace(/\0+$/, "") || password;
  }
  const identityToken = field("identitytoken");
  const registryToken = field("registrytoken");
  if (identityToken === undefined && registryToken === undefined) {
    if (username === undefined && password === undefined) return undefined;
    if (username === undefined || password === undefined) {
      throw malformed(`has no ${username === undefined ? "user name" : "password"}`);
    }
  }
  return { username, password, identityToken, registryToken };
}

function credentialError(doing: string, why: string, advice: string): OciError {
  return new OciError({ code: "oci/credentials", doing, why, advice, exitCode: ExitCode.usage });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
