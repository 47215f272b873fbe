/**
 * A kubeconfig as the way to a cluster: which files count, which context is meant, what it says of the server.
 * `@kubernetes/client-node` is imported only for what is not read here: unusual YAML, and the old auth-provider plugins
 * (OIDC). Must not know any resource.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type { Cluster } from "./connect.ts";
import { type Entries, type Entry, namesOf, quote, readKubeconfigs, refusal } from "./kubeconfig-file.ts";
import { credentialOf } from "./kubeconfig-user.ts";
import { nodeTransport } from "./node-transport.ts";
import { openCluster } from "./transport.ts";

/** What counts in choosing from kubeconfig files. */
export interface KubeconfigSettings {
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context. */
  readonly context?: string | undefined;
  /** Overrides the context's namespace. */
  readonly namespace?: string | undefined;
  /** Hears of what is chosen. */
  readonly log: Logger;
  /** Looks up an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Ends a credential plugin. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** The files that count: the one that is named, those of env KUBECONFIG, or `~/.kube/config` if it is there. */
export function kubeconfigFiles(settings: KubeconfigSettings): string[] {
  if (settings.kubeconfig !== undefined) return [settings.kubeconfig];
  const listed = (settings.env("KUBECONFIG") ?? "").split(Deno.build.os === "windows" ? ";" : ":").filter(Boolean);
  if (listed.length > 0) return listed;
  const home = settings.env("HOME") || settings.env("USERPROFILE");
  if (!home) return [];
  const file = `${home}/.kube/config`;
  try {
    return Deno.statSync(file).isFile ? [file] : [];
  } catch {
    return [];
  }
}

/**
 * Connects as the files' current context, or the context that is named, says. Files are merged as kubectl does: of two
 * entries of one name the first counts, and of several files those that are not there do not.
 * @throws KubernetesError `kubernetes/config` (exit code 2) naming the file and the field that is wrong.
 */
export async function connectByKubeconfig(files: readonly string[], settings: KubeconfigSettings): Promise<Cluster> {
  const config = await readKubeconfigs(files);
  const name = settings.context || config.currentContext;
  if (name === undefined) {
    throw refusal(
      files.join(", "),
      "it has no current-context",
      `Name one with --context: ${namesOf(config.contexts)}.`,
    );
  }
  const context = config.contexts.get(name);
  if (context === undefined) {
    throw refusal(files.join(", "), `it has no context ${quote(name)}`, `It has: ${namesOf(config.contexts)}.`);
  }
  const cluster = named(config.clusters, context, "cluster");
  // kubectl allows a context without a user: the server decides what that may do.
  const user = context.text("user") === undefined ? undefined : named(config.users, context, "user");
  const server = cluster.text("server");
  if (server === undefined || !/^https?:\/\/[^/]/.test(server)) {
    throw cluster.wrong("server", "must be a URL that begins with https:// or http://");
  }
  const insecure = cluster.flag("insecure-skip-tls-verify");
  const serverName = cluster.text("tls-server-name");
  const proxy = cluster.text("proxy-url");
  if (proxy !== undefined && !/^(https?|socks5h?):\/\/[^/]/.test(proxy)) {
    throw cluster.wrong("proxy-url", "must begin with http://, https:// or socks5://");
  }
  const namespace = settings.namespace || context.text("namespace") || "default";
  const ca = await cluster.pem("certificate-authority");
  const credential = user === undefined
    ? () => Promise.resolve({ headers: {} })
    : await credentialOf(user, cluster, settings);
  settings.log.debug(`cluster ${server} by context ${quote(name)} of ${context.file}, namespace ${namespace}`);
  const near = /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(`${server}/`);
  const compression = !near && !cluster.flag("disable-compression");
  const endpoint = {
    server,
    compression,
    namespace,
    ca: insecure ? undefined : ca,
    proxy,
    serverName,
    insecure,
    credential,
  };
  // fetch cannot be told to accept any certificate, nor one of another name: node:https can.
  const special = server.startsWith("https:") && (insecure || serverName !== undefined);
  return special ? openCluster(endpoint, nodeTransport) : openCluster(endpoint);
}

function named(entries: Entries, context: Entry, field: "cluster" | "user"): Entry {
  const name = context.text(field);
  const found = name === undefined ? undefined : entries.get(name);
  if (found !== undefined) return found;
  const why = name === undefined ? "is missing" : `names ${quote(name)}, which is not there (${namesOf(entries)})`;
  throw context.wrong(field, why);
}
