/**
 * Logging in to a registry: Basic, and bearer tokens from a token service (distribution's "Token Authentication
 * Specification" and its OAuth 2 form). Knows challenges and tokens; which credential to show is the store's matter.
 * @module
 */
import { type Credential, type CredentialStore, noCredentials } from "./credentials.ts";
import { OciError } from "./error.ts";
import type { Exchange, Http } from "./http.ts";
import type { Reference } from "./reference.ts";
import { refusal } from "./refusal.ts";

/** One challenge of a `WWW-Authenticate` header. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: Readonly<Record<string, string>>;
}

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const maximumTokenAnswer = 1024 * 1024;

/** The challenges of a `WWW-Authenticate` header (RFC 9110, 11.6.1), as far as they can be read. */
export function parseChallenges(header: string | null): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const piece = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name = "", quoted, plain] of (header ?? "").slice(0, 8192).matchAll(piece)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else if (challenges.length > 0) challenges.at(-1)!.parameters[name.toLowerCase()] = value;
  }
  return challenges;
}

/** Who this client is to one repository: learns from challenges, keeps tokens while they last. */
export class Authenticator {
  readonly #http: Http;
  readonly #reference: Reference;
  readonly #credentials: CredentialStore;
  readonly #plainHttp: boolean;
  #credential: Promise<Credential | undefined> | undefined;
  #known: Credential | undefined;
  #challenge: Challenge | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();
  readonly #secrets = new Set<string>();

  /** Asks nobody yet, not even the credential store. */
  constructor(http: Http, reference: Reference, credentials: CredentialStore | undefined, plainHttp: boolean) {
    this.#http = http;
    this.#reference = reference;
    this.#credentials = credentials ?? noCredentials;
    this.#plainHttp = plainHttp;
  }

  /** The credentials in use, for messages. */
  get who(): string {
    if (this.#known !== undefined) return `the key ${this.#known.key} of ${this.#known.origin}`;
    const { registry, repository } = this.#reference;
    return `without credentials: no key fits ${registry}/${repository} (${this.#credentials.description})`;
  }

  /** Takes the secrets in use out of foreign text. */
  redact(text: string): string {
    for (const secret of this.#secrets) text = text.replaceAll(secret, "***");
    return text;
  }

  /** What to send as `Authorization` for a scope, such as `repository:org/repo:pull`; undefined before a challenge. */
  async authorization(scope: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (this.#challenge === undefined) return undefined;
    const credential = await this.#find(signal);
    if (this.#challenge.scheme === "basic") return credential && basic(credential.username, credential.password);
    if (credential?.registryToken !== undefined) return `Bearer ${credential.registryToken}`;
    return `Bearer ${(await this.#token(scope, signal)).value}`;
  }

  /**
   * Takes note of a 401 to a request that was sent with `sent` as its `Authorization`.
   * Gives whether the request is worth sending again.
   */
  async challenged(
    header: string | null,
    scope: string,
    sent: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const challenges = parseChallenges(header);
    const challenge = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters["realm"]) ??
      challenges.find(({ scheme }) => scheme === "basic");
    if (challenge === undefined) return false;
    const credential = await this.#find(signal);
    this.#challenge = challenge;
    if (challenge.scheme === "basic" || credential?.registryToken !== undefined) {
      // Always the same answer: of no use twice.
      return sent === undefined && credential !== undefined &&
        (challenge.scheme === "bearer" || credential.username !== undefined);
    }
    // A token that was refused has expired early, or was for less than the challenge asks: get another.
    if (sent !== undefined) { for (const key of goodFor(scope)) this.#tokens.delete(key); }
    return true;
  }

  async #find(signal: AbortSignal | undefined): Promise<Credential | undefined> {
    const { registry, repository } = this.#reference;
    this.#credential ??= this.#credentials.find(registry, repository, { signal });
    try {
      this.#known = await this.#credential;
    } catch (error) {
      this.#credential = undefined;
      throw error;
    }
    const { username, password, identityToken, registryToken } = this.#known ?? {};
    for (const secret of [password, identityToken, registryToken, basic(username, password)?.slice(6)]) {
      if (secret) this.#secrets.add(secret);
    }
    return this.#known;
  }

  async #token(scope: string, signal: AbortSignal | undefined): Promise<Token> {
    const keys = goodFor(scope);
    for (let key = keys.find((each) => this.#tokens.has(each)); key !== undefined;) {
      const cached = this.#tokens.get(key);
      // One that another operation asked for and did not get is no matter here.
      const token = await cached?.catch(() => undefined);
      if (token !== undefined && token.expiresAt > Date.now()) return token;
      if (this.#tokens.get(key) === cached) this.#tokens.delete(key);
      key = keys.find((each) => this.#tokens.has(each));
    }
    // Nothing is awaited between the look above and the note below: many operations at once log in once.
    const { registry } = this.#reference;
    const fetched = this.#http.retrying(`log in to ${registry}`, signal, () => this.#fetchToken(scope, signal));
    this.#tokens.set(scope, fetched);
    return await fetched;
  }

  async #fetchToken(scope: string, signal: AbortSignal | undefined): Promise<Token> {
    const { registry } = this.#reference;
    const { realm = "", service, scope: asked } = this.#challenge!.parameters;
    const doing = `log in to ${registry}`;
    const url = URL.parse(realm);
    if (url === null || !(url.protocol === "https:" || (url.protocol === "http:" && this.#plainHttp))) {
      throw new OciError({
        code: "oci/bad-response",
        doing,
        why: `its token service is not an https URL: ${JSON.stringify(realm.slice(0, 200))}`,
        advice: "credentials are not sent there; correct the realm in the registry's configuration",
        details: { host: registry },
      });
    }
    const credential = await this.#find(signal);
    // The registry may know better which scope it needs, as for a mount from another repository.
    const scopes = [...new Set([...scope.split(" "), ...(asked?.split(" ") ?? [])])].filter(Boolean);
    const send = async (init: { method: string; url: URL; headers?: Record<string, string>; form?: URLSearchParams }) =>
      await this.#http.exchange({
        ...init,
        body: init.form && new TextEncoder().encode(String(init.form)),
        doing,
        signal,
        sameOrigin: init.form !== undefined,
      });

    let exchange: Exchange | undefined;
    if (credential?.identityToken !== undefined) {
      const form = new URLSearchParams({
        grant_type: "refresh_token",
        service: service ?? registry,
        client_id: "tasksmith",
        scope: scopes.join(" "),
        refresh_token: credential.identityToken,
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      exchange = await send({ method: "POST", url, headers, form });
      if ([404, 405, 501].includes(exchange.status)) {
        await exchange.discard();
        exchange = undefined;
      }
    }
    if (exchange === undefined) {
      if (service !== undefined) url.searchParams.set("service", service);
      for (const each of scopes) url.searchParams.append("scope", each);
      url.searchParams.set("client_id", "tasksmith");
      const authorization = credential && basic(credential.username, credential.password || credential.identityToken);
      if (authorization !== undefined) this.#secrets.add(authorization.slice(6));
      exchange = await send({ method: "GET", url, headers: authorization === undefined ? {} : { authorization } });
    }
    if (exchange.status !== 200) {
      throw await refusal(exchange, { doing, who: this.who, redact: (text) => this.redact(text) });
    }
    const token = tokenOf(await exchange.bytes(maximumTokenAnswer));
    if (token === undefined) {
      throw new OciError({
        code: "oci/bad-response",
        doing,
        why: `${url.host} answered without a token`,
        advice: "check the registry's token service",
        details: { host: url.host },
      });
    }
    this.#secrets.add(token.value);
    return token;
  }
}

/** The scopes whose token serves for a scope: one to push is good for pulling too. */
function goodFor(scope: string): string[] {
  return [scope, scope.replace(/:pull$/, ":pull,push")];
}

function tokenOf(body: Uint8Array | undefined): Token | undefined {
  try {
    const answer = JSON.parse(new TextDecoder().decode(body));
    const value = answer.token || answer.access_token;
    // What cannot stand in a header must not be put there.
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) return undefined;
    const seconds = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : 60;
    // Renewed a little early, so that none expires on its way.
    return { value, expiresAt: Date.now() + seconds * 800 };
  } catch {
    return undefined;
  }
}

function basic(username: string | undefined, password: string | undefined): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))}`;
}
