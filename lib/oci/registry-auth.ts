/**
 * Who may do what in the embedded registry: HTTP basic authentication, or the token flow that clients of public
 * registries speak (a 401 with a `Bearer` challenge, a token endpoint with scopes, expiring tokens, refresh tokens).
 * Made for tests and demos of clients: users stand in memory. Knows no storage.
 * @module
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { UsageError } from "../terminal/error.ts";
import { errorResponse, Refusal } from "./registry-answer.ts";

/** What can be done in a repository. */
export type RegistryAction = "pull" | "push" | "delete";

/** Who is let in. */
export interface RegistryAuth {
  /** How clients prove who they are. @default "basic" */
  readonly scheme?: "basic" | "token";
  /** Password by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** Whether anyone may pull. @default false */
  readonly anonymousPull?: boolean;
  /** What a known user (undefined: nobody in particular, with {@link anonymousPull}) may do. @default everything */
  readonly may?: (user: string | undefined, repository: string, action: RegistryAction) => boolean;
  /** How long a token is good, in seconds. @default 300 */
  readonly tokenSeconds?: number;
  /** Refresh (identity) token by user name, accepted by the token endpoint's POST. */
  readonly refreshTokens?: Readonly<Record<string, string>>;
}

/**
 * Users and passwords of a file of lines `user:password`; empty lines and those that begin with `#` do not count.
 * @param path what the error calls the file
 * @throws UsageError when a line is something else, such as a hash made by htpasswd; it names the line, not its content
 */
export function registryUsers(text: string, path: string): Record<string, string> {
  const users: Record<string, string> = {};
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const password = line.slice(colon + 1);
    const why = colon < 1 || password === ""
      ? "is not user:password"
      : /^(\$2[aby]\$|\$apr1\$|\{SHA\})/.test(password)
      ? "holds a hash, but the password itself is compared"
      : undefined;
    if (why !== undefined) {
      throw new UsageError({
        code: "usage/users-file",
        doing: `read the users of ${path}`,
        why: `line ${index + 1} ${why}`,
        advice: "write one user:password a line, in a file that only you can read",
      });
    }
    users[line.slice(0, colon)] = password;
  }
  return users;
}

/** What a request may do. */
export interface Access {
  /** Whether it may do this in the repository. */
  allows(repository: string, action: RegistryAction): boolean;
}

interface Grant {
  readonly user?: string | undefined;
  readonly repositories: Readonly<Record<string, readonly RegistryAction[]>>;
  readonly catalog: boolean;
  readonly expires: number;
}

/** The path of the token endpoint. */
export const tokenPath = "/token";
const service = "tasksmith-registry";

/** Decides about requests. */
export class Authenticator {
  readonly #auth: RegistryAuth;
  readonly #key = randomBytes(32);

  /** Decides by these rules. */
  constructor(auth: RegistryAuth) {
    this.#auth = auth;
  }

  /**
   * What the request may do.
   * @param needs what it is about to do; undefined: no repository is concerned
   * @throws Refusal 401 with a challenge when it must say (again) who it is, 403 when that is not enough
   */
  check(
    request: Request,
    origin: string,
    needs: { readonly repository: string; readonly actions: readonly RegistryAction[] } | "catalog" | undefined,
  ): Access {
    const token = (this.#auth.scheme ?? "basic") === "token";
    const credentials = /^(Basic|Bearer) (\S+)$/i.exec(request.headers.get("authorization") ?? "");
    const scheme = credentials?.[1]?.toLowerCase();
    if (token) {
      const grant = scheme === "bearer" ? this.#open(credentials?.[2] ?? "") : undefined;
      const access: Access = {
        allows: (repository, action) => grant?.repositories[repository]?.includes(action) ?? false,
      };
      const enough = needs === undefined
        ? grant !== undefined
        : needs === "catalog"
        ? grant?.catalog === true
        : needs.actions.every((action) => access.allows(needs.repository, action));
      if (enough) return { allows: (repository, action) => access.allows(repository, action) || needs === "catalog" };
      throw new Refusal(401, "UNAUTHORIZED", grant === undefined ? "authentication required" : "insufficient scope", {
        headers: { "www-authenticate": challenge(origin, needs, grant !== undefined) },
      });
    }
    const user = scheme === "basic" ? this.#userOf(credentials?.[2] ?? "") : undefined;
    const access: Access = { allows: (repository, action) => this.#may(user, repository, action) };
    const open = this.#auth.anonymousPull === true && credentials === null && typeof needs === "object" &&
      needs.actions.every((action) => action === "pull");
    if (user === undefined && !open) {
      throw new Refusal(401, "UNAUTHORIZED", "authentication required", {
        headers: { "www-authenticate": `Basic realm="${service}"` },
      });
    }
    if (typeof needs === "object" && !needs.actions.every((action) => access.allows(needs.repository, action))) {
      throw new Refusal(403, "DENIED", "requested access to the resource is denied");
    }
    return access;
  }

  /** Answers the token endpoint: GET with basic authentication, or POST with a form (password or refresh token). */
  async token(request: Request, url: URL): Promise<Response> {
    const query = new URLSearchParams(url.search);
    let user: string | undefined;
    let refused = false;
    if (request.method === "POST") {
      if (Number(request.headers.get("content-length") ?? Infinity) > 65_536) {
        return errorResponse(413, "SIZE_INVALID", "the form is too large or has no length");
      }
      for (const [name, value] of new URLSearchParams(await request.text())) query.append(name, value);
      const grantType = query.get("grant_type");
      if (grantType === "password") user = this.#verify(query.get("username") ?? "", query.get("password") ?? "");
      if (grantType === "refresh_token") {
        const offered = query.get("refresh_token") ?? "";
        user = Object.entries(this.#auth.refreshTokens ?? {}).find(([, value]) => same(value, offered))?.[0];
      }
      refused = user === undefined;
    } else if (request.method === "GET") {
      const header = request.headers.get("authorization");
      const basic = /^Basic (\S+)$/i.exec(header ?? "");
      user = basic === null ? undefined : this.#userOf(basic[1] ?? "");
      refused = header !== null && user === undefined;
    } else {
      return errorResponse(405, "UNSUPPORTED", "use GET or POST", { allow: "GET, POST" });
    }
    if (refused || (user === undefined && this.#auth.anonymousPull !== true)) {
      return errorResponse(401, "UNAUTHORIZED", "authentication required", {
        "www-authenticate": `Basic realm="${service}"`,
      });
    }
    const seconds = this.#auth.tokenSeconds ?? 300;
    const scopes = query.getAll("scope").flatMap((scope) => scope.split(" "));
    const token = this.#seal({ ...this.#grant(user, scopes), expires: Date.now() + seconds * 1000 });
    const refresh = user === undefined ? undefined : this.#auth.refreshTokens?.[user];
    return Response.json({
      token,
      access_token: token,
      expires_in: seconds,
      issued_at: new Date().toISOString(),
      ...(query.get("offline_token") === "true" && refresh !== undefined && { refresh_token: refresh }),
    });
  }

  #grant(user: string | undefined, scopes: readonly string[]): Omit<Grant, "expires"> {
    const repositories: Record<string, RegistryAction[]> = {};
    let catalog = false;
    for (const scope of scopes) {
      const [, kind, name = "", wanted = ""] = /^(repository|registry)(?:\([^)]*\))?:(.+):([^:]*)$/.exec(scope) ?? [];
      if (kind === "registry") catalog ||= name === "catalog" && user !== undefined;
      if (kind !== "repository") continue;
      const actions = wanted.split(",").flatMap((action): RegistryAction[] =>
        action === "*" ? ["pull", "push", "delete"] : isAction(action) ? [action] : []
      );
      const granted = actions.filter((action) => this.#may(user, name, action));
      repositories[name] = [...new Set([...repositories[name] ?? [], ...granted])];
    }
    return { user, repositories, catalog };
  }

  #may(user: string | undefined, repository: string, action: RegistryAction): boolean {
    if (user === undefined && (this.#auth.anonymousPull !== true || action !== "pull")) return false;
    return this.#auth.may?.(user, repository, action) ?? true;
  }

  #userOf(basic: string): string | undefined {
    let text: string;
    try {
      text = new TextDecoder().decode(Uint8Array.from(atob(basic), (character) => character.charCodeAt(0)));
    } catch {
      return undefined;
    }
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : this.#verify(text.slice(0, colon), text.slice(colon + 1));
  }

  #verify(user: string, password: string): string | undefined {
    const expected = Object.hasOwn(this.#auth.users, user) ? this.#auth.users[user] : undefined;
    return expected !== undefined && same(expected, password) ? user : undefined;
  }

  #seal(grant: Grant): string {
    const payload = btoa(JSON.stringify(grant)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return `${payload}.${createHmac("sha256", this.#key).update(payload).digest("hex")}`;
  }

  #open(token: string): Grant | undefined {
    const [payload = "", signature = ""] = token.split(".");
    if (!same(createHmac("sha256", this.#key).update(payload).digest("hex"), signature)) return undefined;
    const grant = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Grant;
    return grant.expires > Date.now() ? grant : undefined;
  }
}

function challenge(
  origin: string,
  needs: { readonly repository: string; readonly actions: readonly RegistryAction[] } | "catalog" | undefined,
  insufficient: boolean,
): string {
  const scope = needs === undefined
    ? ""
    : needs === "catalog"
    ? `,scope="registry:catalog:*"`
    : `,scope="repository:${needs.repository}:${needs.actions.join(",")}"`;
  const error = insufficient ? `,error="insufficient_scope"` : "";
  return `Bearer realm="${origin}${tokenPath}",service="${service}"${scope}${error}`;
}

function isAction(text: string): text is RegistryAction {
  return text === "pull" || text === "push" || text === "delete";
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function same(expected: string, offered: string): boolean {
  const key = randomBytes(16);
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(expected), digest(offered));
}
