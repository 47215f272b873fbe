/**
 * How a kubeconfig's user proves to be one: token, token file, password, certificate, plugin. Knows credentials; must
 * not know how requests are sent.
 * @module
 */
import { pluginCredential, readPlugin } from "./credential-plugin.ts";
import { clientNode, Entry, messageOf, recordOf } from "./kubeconfig-file.ts";
import type { KubeconfigSettings } from "./kubeconfig.ts";
import type { Credential } from "./transport.ts";

/** How a user proves to be one. The order is client-go's: token file, token, plugin, password; a certificate beside. */
export async function credentialOf(
  user: Entry,
  cluster: Entry,
  settings: KubeconfigSettings,
): Promise<(renew: boolean) => Promise<Credential>> {
  const headers = impersonation(user);
  const certificate = async () => {
    const [cert, key] = [await user.pem("client-certificate"), await user.pem("client-key")];
    if ((cert === undefined) !== (key === undefined)) {
      const missing = cert === undefined ? "client-certificate" : "client-key";
      throw user.wrong(missing, "is missing: a certificate and its key go together");
    }
    return { cert, key };
  };
  const now = settings.now ?? Date.now;
  if (user.path("tokenFile") !== undefined) {
    let known: Credential | undefined;
    let readAt = -Infinity;
    return async (renew) => {
      if (known === undefined || renew || now() - readAt >= 60_000) {
        const token = (await user.content("tokenFile") ?? "").trim();
        known = { ...await certificate(), headers: { ...headers, authorization: `Bearer ${token}` } };
        readAt = now();
      }
      return known;
    };
  }
  const token = user.text("token");
  if (token === undefined && user.values["exec"]) {
    const exec = new Entry(user.file, `exec of ${user.what}`, recordOf(user.values["exec"], user.file, user.what));
    const command = exec.text("command");
    // A bare name is looked up in PATH, a relative path counts from the kubeconfig's folder.
    const resolved = command?.includes("/") ? exec.path("command") : command;
    const plugin = readPlugin({ ...exec.values, command: resolved }, (why) => exec.wrong("it", why));
    const data = await cluster.pem("certificate-authority");
    const info = {
      server: cluster.text("server"),
      "tls-server-name": cluster.text("tls-server-name"),
      "insecure-skip-tls-verify": cluster.flag("insecure-skip-tls-verify") || undefined,
      "certificate-authority-data": data === undefined ? undefined : btoa(data),
      "proxy-url": cluster.text("proxy-url"),
    };
    const obtain = pluginCredential(plugin, info, { ...settings, now });
    return async (renew) => {
      const { token, cert, key } = await obtain(renew);
      const own = cert === undefined ? await certificate() : { cert, key };
      return { ...own, headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) } };
    };
  }
  if (token === undefined && user.values["auth-provider"]) {
    const authorization = await providerToken(user);
    return async () => ({ ...await certificate(), headers: { ...headers, authorization: await authorization() } });
  }
  const name = user.text("username");
  const basic = name === undefined ? undefined : `Basic ${base64(`${name}:${user.text("password") ?? ""}`)}`;
  const authorization = token === undefined ? basic : `Bearer ${token.trim()}`;
  let known: Credential | undefined;
  return async (renew) => {
    if (known === undefined || renew) {
      known = {
        ...await certificate(),
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      };
    }
    return known;
  };
}

/** The auth-provider plugins that client-node knows (oidc, gcp, azure): the Authorization header they make. */
async function providerToken(user: Entry): Promise<() => Promise<string>> {
  const { KubeConfig } = await clientNode(user.file);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    // Never contacted: KubeConfig asks for one, and refuses http without this flag.
    { name: "cluster", server: "https://unused.invalid", skipTLSVerify: true },
    { name: "user", authProvider: user.values["auth-provider"] },
  );
  return async () => {
    const options: { headers: Record<string, string> } = { headers: {} };
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw user.wrong("auth-provider", `gives no credential: ${messageOf(error)}`, error);
    }
    const { Authorization } = options.headers;
    if (Authorization !== undefined) return Authorization;
    throw user.wrong("auth-provider", "gives no credential: log in again");
  };
}

/** Headers that ask the server to act for somebody else. */
function impersonation(user: Entry): Record<string, string> {
  const as = user.text("as");
  const groups = user.values["as-groups"];
  if (Array.isArray(groups) && groups.length > 1) throw user.wrong("as-groups", "may hold one group only here");
  return {
    ...(as === undefined ? {} : { "impersonate-user": as }),
    ...(Array.isArray(groups) && groups.length === 1 ? { "impersonate-group": String(groups[0]) } : {}),
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
