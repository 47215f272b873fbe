var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};

// desk:credential-helper.ts
var credential_helper_exports = {};
var init_credential_helper = __esm({
  "desk:credential-helper.ts"() {
    throw new Error("credential-helper.ts is not part of a Task's script: run it from its file");
  }
});

// desk:help.ts
var help_exports = {};
var init_help = __esm({
  "desk:help.ts"() {
    throw new Error("help.ts is not part of a Task's script: run it from its file");
  }
});

// desk:machine-credentials.ts
var machine_credentials_exports = {};
var init_machine_credentials = __esm({
  "desk:machine-credentials.ts"() {
    throw new Error("machine-credentials.ts is not part of a Task's script: run it from its file");
  }
});

// scripts/secure-push-oci.ts
import { dirname } from "node:path";

// lib/terminal/error.ts
var ExitCode = {
  /** Everything asked for was done. */
  ok: 0,
  /** The work was tried and failed. */
  failed: 1,
  /** The input is wrong: a flag, a param, a file. Nothing was tried. */
  usage: 2,
  /** A deadline passed first. */
  timedOut: 3,
  /** Interrupted by SIGINT (128 + 2). */
  interrupted: 130,
  /** Ended by SIGTERM (128 + 15). */
  terminated: 143
};
var TasksmithError = class extends Error {
  /** The class's name, as stack traces show it. */
  name = "TasksmithError";
  /** Stable kind of error, such as `kubernetes/forbidden`. */
  code;
  /** What was being done. */
  doing;
  /** What went wrong. */
  why;
  /** What to do about it. */
  advice;
  /** The process's exit code. */
  exitCode;
  /** Machine-readable fields. */
  details;
  /** Makes the error; its message is composed of the three parts. */
  constructor(parts) {
    super(
      `could not ${parts.doing}: ${parts.why}
  ${parts.advice}`,
      parts.cause === void 0 ? void 0 : { cause: parts.cause }
    );
    this.code = parts.code;
    this.doing = parts.doing;
    this.why = parts.why;
    this.advice = parts.advice;
    this.exitCode = parts.exitCode ?? ExitCode.failed;
    this.details = parts.details ?? {};
  }
};
var UsageError = class extends TasksmithError {
  /** The class's name, as stack traces show it. */
  name = "UsageError";
  /** Makes the error; the code is `usage` unless a finer one is given. */
  constructor(parts) {
    super({ code: "usage", ...parts, exitCode: ExitCode.usage });
  }
};
function describeError(error, options = {}) {
  const text = error instanceof Deno.errors.NotCapable ? `could not go on: ${error.message}
  Run it with \`deno run -A …\`, or grant that permission.` : error instanceof Error ? error.message : String(error);
  if (!options.debug || !(error instanceof Error)) return text;
  const causes = [error.stack ?? text];
  for (let cause = error.cause; cause !== void 0; cause = cause instanceof Error ? cause.cause : void 0) {
    causes.push(`caused by: ${cause instanceof Error ? cause.stack ?? cause.message : String(cause)}`);
  }
  return causes.join("\n");
}
function exitCodeOf(error) {
  if (error instanceof Deno.errors.NotCapable) return ExitCode.usage;
  return error instanceof TasksmithError ? error.exitCode : ExitCode.failed;
}

// lib/oci/error.ts
var OciError = class extends TasksmithError {
  /** The class's name, as stack traces show it. */
  name = "OciError";
  /** Makes the error. */
  constructor(parts) {
    super(parts);
  }
};
function isNotFound(error) {
  return error instanceof OciError && error.code === "oci/not-found";
}

// lib/oci/credentials.ts
var Credential = class {
  /** The key it stands under, such as `quay.io/org`: for messages. */
  key;
  /** The file or helper it comes from: for messages. */
  origin;
  #secret;
  /** Makes a credential of a secret and the names that messages may show. */
  constructor(key, origin, secret) {
    this.key = key;
    this.origin = origin;
    this.#secret = secret;
  }
  /** For Basic, and for the GET to a token service. */
  get username() {
    return this.#secret.username;
  }
  /** Goes with the user name. */
  get password() {
    return this.#secret.password;
  }
  /** A refresh token for the token service's POST (OAuth 2). */
  get identityToken() {
    return this.#secret.identityToken;
  }
  /** A bearer token to be sent to the registry as it is. */
  get registryToken() {
    return this.#secret.registryToken;
  }
};
async function askHelper(...args) {
  const helper = await Promise.resolve().then(() => (init_credential_helper(), credential_helper_exports));
  return await helper.runCredentialHelper(...args);
}
var noCredentials = { description: "no credentials", find: () => Promise.resolve(void 0) };
function credentialsFromJson(text, origin) {
  const malformed = (why, advice = 'a docker config.json looks like {"auths":{"quay.io":{"auth":"…"}}}') => credentialError(`read the credentials in ${origin}`, why, advice);
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    if (text.trim() === "") throw malformed("it is empty");
    throw /^[A-Za-z0-9+/=\s]+$/.test(text) ? malformed("it is not JSON; it looks like base64", "decode it once: the Secret was probably encoded twice") : malformed("it is not JSON");
  }
  if (!isObject(json)) throw malformed("it is not a JSON object");
  const { credHelpers = {}, credsStore } = json;
  const plain = !("auths" in json) && !("credHelpers" in json) && credsStore === void 0;
  const auths = json["auths"] ?? (plain && Object.values(json).some((entry) => isObject(entry) && "auth" in entry) ? json : {});
  if (!isObject(auths)) throw malformed('its "auths" is not an object');
  if (!isObject(credHelpers)) throw malformed('its "credHelpers" is not an object');
  if (credsStore !== void 0 && typeof credsStore !== "string") throw malformed('its "credsStore" is not a string');
  const entries = byKey(auths);
  const helpers = byKey(credHelpers);
  const keys = [...entries.keys(), ...helpers.keys()];
  return {
    description: `${keys.length === 0 ? "no keys" : keys.slice(0, 20).join(", ")} in ${origin}`,
    async find(registry, repository, options) {
      const host = hostKey(registry);
      for (const key of candidates(host, repository)) {
        const helper = helpers.get(key);
        if (helper !== void 0) {
          const secret3 = await askHelper(String(helper.value), key, options);
          if (secret3 !== void 0) return new Credential(helper.key, `credential helper ${helper.value}`, secret3);
        }
        const entry = entries.get(key);
        const secret2 = entry && entrySecret(entry.value, (why) => malformed(`the entry ${entry.key} ${why}`));
        if (secret2 !== void 0) return new Credential(entry.key, origin, secret2);
      }
      if (!credsStore) return void 0;
      const secret = await askHelper(credsStore, host, options);
      return secret && new Credential(host, `credential helper ${credsStore}`, secret);
    }
  };
}
function* candidates(host, repository) {
  const components = repository.split("/");
  for (let count2 = components.length; count2 > 0; count2--) yield `${host}/${components.slice(0, count2).join("/")}`;
  yield host;
}
function hostKey(registry) {
  const host = registry.toLowerCase();
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}
function canonicalKey(key) {
  const [host = "", ...path] = key.replace(/^https?:\/\//i, "").replace(/\/+$/, "").split("/");
  if (path[0] === "v1" || path[0] === "v2") path.shift();
  return [hostKey(host), ...path].join("/");
}
function byKey(entries) {
  const map = /* @__PURE__ */ new Map();
  for (const [key, value] of Object.entries(entries)) {
    const canonical = canonicalKey(key);
    if (!map.has(canonical) || key === canonical) map.set(canonical, { key, value });
  }
  return map;
}
function entrySecret(entry, malformed) {
  if (!isObject(entry)) throw malformed("is not an object");
  const field = (name) => {
    const value = entry[name];
    if (value !== void 0 && value !== null && typeof value !== "string") throw malformed(`has a bad "${name}"`);
    return value || void 0;
  };
  const auth = field("auth");
  let username = field("username");
  let password = field("password");
  if (auth !== void 0) {
    let decoded2;
    try {
      decoded2 = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    } catch {
      throw malformed('has an "auth" that is not base64');
    }
    const colon = decoded2.indexOf(":");
    if (colon < 0) throw malformed('has an "auth" that is not "user:password" in base64');
    username = decoded2.slice(0, colon) || username;
    password = decoded2.slice(colon + 1).replace(/\0+$/, "") || password;
  }
  const identityToken = field("identitytoken");
  const registryToken = field("registrytoken");
  if (identityToken === void 0 && registryToken === void 0) {
    if (username === void 0 && password === void 0) return void 0;
    if (username === void 0 || password === void 0) {
      throw malformed(`has no ${username === void 0 ? "user name" : "password"}`);
    }
  }
  return { username, password, identityToken, registryToken };
}
function credentialError(doing, why, advice) {
  return new OciError({ code: "oci/credentials", doing, why, advice, exitCode: ExitCode.usage });
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// lib/streams/digest.ts
import { createHash } from "node:crypto";
var IntegrityError = class extends TasksmithError {
  /** The class's name, as stack traces show it. */
  name = "IntegrityError";
};
function sha256Hex(content) {
  return createHash("sha256").update(content).digest("hex");
}
function sha256Digest(content) {
  return `sha256:${sha256Hex(content)}`;
}
async function digestOf(stream) {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
function hasDigest(bytes, digest) {
  const [algorithm, hex] = digestParts(digest);
  return createHash(algorithm).update(bytes).digest("hex") === hex;
}
function createVerifier(digest, size, doing = `read ${digest}`) {
  const [algorithm, expected] = digestParts(digest);
  const hash = createHash(algorithm);
  let seen = 0;
  const fail = (code, why) => new IntegrityError({
    code,
    doing,
    why,
    advice: "the content is damaged or was replaced on its way: try again, and tell the owner of the store if it stays",
    details: { digest, size }
  });
  return {
    update(chunk) {
      seen += chunk.length;
      if (seen > size) throw fail("integrity/size", `there is more than the announced ${size} bytes`);
      hash.update(chunk);
    },
    finish() {
      if (seen < size) throw fail("integrity/size", `it ended after ${seen} of ${size} bytes`);
      const actual = hash.digest("hex");
      if (actual !== expected) {
        throw fail("integrity/digest", `the digest is ${algorithm}:${actual}, announced was ${digest}`);
      }
    }
  };
}
function digestParts(digest) {
  const [algorithm, hex] = digest.split(":");
  if (algorithm !== "sha256" && algorithm !== "sha512" || hex === void 0) {
    throw new RangeError(`cannot verify the digest ${digest}: only sha256 and sha512 are known`);
  }
  return [algorithm, hex];
}

// lib/streams/retry.ts
function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
function backoff(failures, afterMs, options) {
  const { baseMs = 500, maxMs = 3e4, random = Math.random } = options;
  const jittered = Math.min(maxMs, baseMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
  return Math.min(maxMs, Math.max(jittered, afterMs ?? 0));
}
async function retry(operation, options) {
  const { attempts = 5, signal, retryable, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const again = attempt < attempts && retryable(error);
      if (!again) throw error;
      const delay = backoff(attempt, again.afterMs, options);
      onRetry?.(error, attempt, delay);
      await sleep(delay, signal);
    }
  }
}
function parseRetryAfter(header, now = Date.now()) {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1e3;
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return void 0;
  const at = Date.parse(text);
  return Number.isNaN(at) ? void 0 : Math.max(0, at - now);
}

// lib/terminal/log.ts
var encoder = new TextEncoder();
function createLogger(options = {}) {
  const { quiet = false, debug = false, mask = (message) => message } = options;
  const write = options.write ?? ((text) => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  });
  const terminal = options.terminal ?? (Deno.stderr.isTerminal() && !Deno.noColor);
  let progress = false;
  const clear = () => {
    if (progress) write("\r\x1B[2K");
    progress = false;
  };
  const line = (label, colour, message) => {
    clear();
    const text = mask(message);
    if (label === "") write(`${text}
`);
    else write(terminal ? `\x1B[${colour}m${label}\x1B[0m ${text}
` : `${label} ${text}
`);
  };
  return {
    info: (message) => quiet ? void 0 : line("", 0, message),
    warn: (message) => line("warning:", 33, message),
    error: (message) => line("error:", 31, message),
    debug: (message) => debug ? line("debug:", 2, message) : void 0,
    progress: (message) => {
      if (!terminal || quiet) return;
      clear();
      if (message === "") return;
      write(mask(message).slice(0, 200));
      progress = true;
    }
  };
}
var silent = createLogger({ quiet: true, terminal: false, write: () => {
} });

// lib/oci/http.ts
var maximumRedirects = 10;
var Http = class {
  #fetch;
  #client;
  #userAgent;
  #responseMs;
  #idleMs;
  /** How often, and how long between. */
  retry;
  /** Hears of retries. */
  log;
  /** Opens no connection yet. */
  constructor(options = {}) {
    this.#fetch = options.fetch ?? fetch;
    this.#client = Deno.createHttpClient(options.caCerts ? { caCerts: [...options.caCerts] } : {});
    this.#userAgent = options.userAgent ?? "tasksmith";
    this.#responseMs = options.timeouts?.responseMs ?? 6e4;
    this.#idleMs = options.timeouts?.idleMs ?? 6e4;
    this.retry = options.retry ?? {};
    this.log = options.log ?? silent;
  }
  /** Closes the connections. */
  close() {
    this.#client.close();
  }
  /**
   * Sends a request once, follows redirects, and gives the answer, whatever its status. It must be read to its end or
   * discarded.
   * @throws OciError `oci/network`, `oci/timeout` ({@link isRetryable} tells whether another attempt can help),
   * `oci/bad-response` for a redirect that must not be followed
   */
  async exchange(request) {
    const headers = {
      "user-agent": this.#userAgent,
      // Content is addressed by the digest of its bytes: no coding may be put on or taken off them on the way.
      "accept-encoding": "identity",
      ...request.headers
    };
    const { method, signal, doing } = request;
    let { url } = request;
    for (let hops = 0; ; hops++) {
      const exchange = await this.#send(request, url, headers);
      const location = exchange.headers.get("location");
      if (location === null || ![301, 302, 303, 307, 308].includes(exchange.status)) return exchange;
      await exchange.discard();
      signal?.throwIfAborted();
      const refuse = (why) => new OciError({
        code: "oci/bad-response",
        doing,
        why: `${url.host} sends elsewhere (status ${exchange.status}), ${why}`,
        advice: "check the registry's address and the proxy before it",
        details: { host: url.host, status: exchange.status }
      });
      const next = resolveLocation(location, url);
      if (next === void 0) throw refuse("to something that is no https URL, or from https to http");
      if (hops === maximumRedirects) throw refuse(`and that ${maximumRedirects} times in a row`);
      if (method !== "GET" && method !== "HEAD" && exchange.status < 307) {
        throw refuse(`which is no answer to ${method}`);
      }
      if (next.origin !== url.origin) {
        delete headers["authorization"];
        if (request.sameOrigin) throw refuse(`to ${next.host}, with a secret in the request`);
      }
      url = next;
    }
  }
  /** Runs an operation again after failures that may pass, and says so in the log. */
  retrying(what, signal, operation) {
    return retry(operation, {
      ...this.retry,
      signal,
      retryable: isRetryable,
      onRetry: (error, attempt, delay) => this.logRetry(what, error, attempt, delay)
    });
  }
  /** Says in the log that something failed and will be tried again. */
  logRetry(what, error, attempt, delayMs) {
    const why = error instanceof OciError ? error.why : String(error);
    this.log.info(`${what}: ${why}; trying again in ${(delayMs / 1e3).toFixed(1)} s (attempt ${attempt} failed)`);
  }
  async #send(request, url, headers) {
    const { method, body, doing, signal } = request;
    signal?.throwIfAborted();
    const lifeline = new Lifeline(signal, doing, url.host);
    const feed = typeof body === "function" ? new Feed(body(), lifeline, this.#responseMs) : void 0;
    lifeline.arm(this.#responseMs + (typeof body === "object" ? body.length : 0) / 64);
    try {
      const init = {
        method,
        headers,
        body: feed?.stream ?? (typeof body === "object" ? body : null),
        redirect: "manual",
        signal: lifeline.signal,
        client: this.#client,
        ...feed && { duplex: "half" }
      };
      const response = await this.#fetch(url, init);
      lifeline.disarm();
      return new Exchange(response, url, lifeline, this.#idleMs);
    } catch (error) {
      const failure = lifeline.end(error);
      throw feed?.failure !== void 0 && !signal?.aborted ? feed.failure : failure;
    } finally {
      await feed?.stop();
    }
  }
};
var Feed = class {
  stream;
  /** What went wrong on our side of it. */
  failure;
  #reader;
  #stopped = false;
  #controller;
  constructor(source, lifeline, patienceMs) {
    this.#reader = source.getReader();
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: async (controller) => {
        if (this.#stopped) return;
        lifeline.disarm();
        try {
          const { done, value } = await this.#reader.read();
          if (this.#stopped) return;
          lifeline.arm(patienceMs);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.failure = error;
          throw error;
        }
      },
      cancel: () => this.stop()
    }, { highWaterMark: 0 });
  }
  /** Nothing more is read or sent. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#reader.cancel().catch(() => {
    });
    try {
      this.#controller?.error(new Error("the request is over"));
    } catch {
    }
  }
};
function isRetryable(error) {
  if (!(error instanceof OciError) || error.details["retryable"] !== true) return false;
  const afterMs = error.details["retryAfterMs"];
  return { afterMs: typeof afterMs === "number" ? afterMs : void 0 };
}
function resolveLocation(location, base) {
  const url = URL.parse(location, base);
  if (url === null || !/^https?:$/.test(url.protocol)) return void 0;
  url.username = url.password = url.hash = "";
  if (base.protocol === "https:" && url.protocol === "http:") {
    if (url.hostname !== base.hostname || url.port !== "" && url.port !== base.port) return void 0;
    url.protocol = "https:";
    url.port = base.port;
  }
  return url;
}
var Exchange = class {
  /** The status code. */
  status;
  /** The answer's headers. */
  headers;
  /** Who answered, after redirects. */
  url;
  #reader;
  #lifeline;
  #idleMs;
  /** Takes over the response. */
  constructor(response, url, lifeline, idleMs) {
    this.status = response.status;
    this.headers = response.headers;
    this.url = url;
    this.#reader = response.body?.getReader();
    this.#lifeline = lifeline;
    this.#idleMs = idleMs;
    if (this.#reader === void 0) lifeline.end();
  }
  /**
   * The next piece of the body, undefined at its end.
   * @throws OciError `oci/network` or `oci/timeout` when the body breaks off
   */
  async read() {
    if (this.#reader === void 0) return void 0;
    this.#lifeline.arm(this.#idleMs);
    try {
      const { done, value } = await this.#reader.read();
      this.#lifeline.disarm();
      if (done) this.#lifeline.end();
      return value;
    } catch (error) {
      throw this.#lifeline.end(error);
    }
  }
  /** The whole body, or undefined (and the rest discarded) when it has more than `maximum` bytes. */
  async bytes(maximum) {
    const pieces2 = [];
    let size = 0;
    for (let piece = await this.read(); piece !== void 0; piece = await this.read()) {
      pieces2.push(piece);
      size += piece.length;
      if (size > maximum) {
        await this.cancel();
        return void 0;
      }
    }
    const bytes = new Uint8Array(size);
    for (const piece of pieces2.reverse()) bytes.set(piece, size -= piece.length);
    return bytes;
  }
  /** Reads and forgets a small body, so that the connection can be used again; cancels a large one. Never throws. */
  async discard() {
    await this.bytes(16 * 1024).catch(() => {
    });
  }
  /** Gives up the body, and the connection with it. Never throws. */
  async cancel() {
    await this.#reader?.cancel().catch(() => {
    });
    this.#lifeline.end();
  }
};
var Lifeline = class {
  #controller = new AbortController();
  #outer;
  #doing;
  #host;
  #abort = () => this.#controller.abort(this.#outer?.reason);
  #timer;
  #timedOut;
  constructor(outer, doing, host) {
    this.#outer = outer;
    this.#doing = doing;
    this.#host = host;
    outer?.addEventListener("abort", this.#abort, { once: true });
  }
  get signal() {
    return this.#controller.signal;
  }
  arm(ms) {
    this.disarm();
    this.#timer = setTimeout(() => {
      this.#timedOut = ms;
      this.#controller.abort();
    }, ms);
  }
  disarm() {
    clearTimeout(this.#timer);
  }
  /** Lets go of timer and signal, and gives what is to be thrown for an error. */
  end(error) {
    this.disarm();
    this.#outer?.removeEventListener("abort", this.#abort);
    if (this.#outer?.aborted) return this.#outer.reason;
    if (this.#timedOut !== void 0) {
      return new OciError({
        code: "oci/timeout",
        doing: this.#doing,
        why: `${this.#host} was silent for ${Math.round(this.#timedOut / 100) / 10} s`,
        advice: "check that the host can be reached from here and is not overloaded, then try again",
        details: { host: this.#host, retryable: true }
      });
    }
    return error === void 0 ? void 0 : networkError(error, this.#doing, this.#host);
  }
};
function networkError(error, doing, host) {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: void 0 };
  const text = cause instanceof Error ? cause.message.replace(/^error sending request [^]*?: (?=client error|error |operation )/, "") : message;
  const say = (why, advice, retryable, code = "oci/network") => new OciError({ code, doing, why, advice, cause: error, details: { host, retryable } });
  if (error instanceof Deno.errors.NotCapable) {
    return say(`this process may not connect to ${host}`, `allow it: --allow-net=${host}`, false);
  }
  if (/InvalidContentType|corrupt message/.test(text)) {
    const advice = "if it is meant to be a registry without TLS, ask for plain HTTP";
    return say(`${host} does not speak TLS`, advice, false, "oci/not-tls");
  }
  if (/certificate|NotValidForName|UnknownIssuer/i.test(text)) {
    return say(
      `the certificate of ${host} is not trusted (${text})`,
      "name the certificate authority that signed it, or correct the host name",
      false
    );
  }
  return say(
    `no answer from ${host}: ${text}`,
    "check the host's name, that it can be reached from here, and that the registry runs",
    true
  );
}

// lib/oci/download.ts
var progressBytes = 64 * 1024;
async function downloadBlob(session, descriptor, options = {}) {
  const { digest, size } = descriptor;
  const { attempts = 5 } = session.http.retry;
  const signal = session.signal(options.signal);
  const doing = `fetch the blob ${digest} from ${session.name}`;
  const verifier = createVerifier(digest, size, doing);
  const mismatch = (why, cause, retryable = false) => new OciError({
    code: "oci/digest-mismatch",
    doing,
    why,
    advice: "the content is damaged or was replaced: try again, and tell the registry's operators if it stays",
    cause,
    details: { host: session.base.host, digest, size, retryable }
  });
  let offset = 0;
  let skip = 0;
  const open = async () => {
    const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
    const exchange2 = await session.request({
      method: "GET",
      at: `blobs/${digest}`,
      headers,
      expect: [200, 206],
      doing,
      signal
    });
    const partial = exchange2.status === 206;
    const start = partial ? /^bytes (\d+)-/.exec(exchange2.headers.get("content-range") ?? "")?.[1] : "0";
    skip = partial ? 0 : offset;
    const length = exchange2.headers.get("content-length");
    const expected = partial ? size - offset : size;
    if (Number(start) !== (partial ? offset : 0) || length !== null && Number(length) !== expected) {
      await exchange2.cancel();
      throw mismatch(
        `the registry sends ${length ?? "?"} bytes from ${start ?? "?"}, wanted were ${expected} from ${offset}`
      );
    }
    return exchange2;
  };
  let exchange = await open();
  let failures = 0;
  let progress = 0;
  return new ReadableStream({
    async pull(controller) {
      while (true) {
        try {
          let piece = await exchange.read();
          if (piece === void 0) {
            if (offset < size) throw mismatch(`it ended after ${offset} of ${size} bytes`, void 0, true);
            verifier.finish();
            return controller.close();
          }
          const skipped = Math.min(skip, piece.length);
          skip -= skipped;
          piece = piece.subarray(skipped);
          if (piece.length === 0) continue;
          verifier.update(piece);
          offset += piece.length;
          progress += piece.length;
          if (progress >= progressBytes) failures = progress = 0;
          return controller.enqueue(piece);
        } catch (error) {
          await exchange.cancel();
          signal?.throwIfAborted();
          if (error instanceof IntegrityError) throw mismatch(error.why, error);
          const again = isRetryable(error);
          if (!again || ++failures >= attempts) throw error;
          progress = 0;
          const delay = backoff(failures, again.afterMs, session.http.retry);
          session.http.logRetry(doing, error, failures, delay);
          await sleep(delay, signal);
          exchange = await open();
        }
      }
    },
    cancel: () => exchange.cancel()
  }, { highWaterMark: 0 });
}

// lib/oci/reference.ts
var hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
var repositoryComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
var tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
var digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
var maximumName = 255;
function isTag(text) {
  return tagPattern.test(text);
}
function isDigest(text) {
  return digestPattern.test(text);
}
function parseReference(text) {
  const bad = (part, why, advice) => badReference(text, part, why, advice);
  if (text === "") throw bad("reference", "it is empty", "give one such as quay.io/org/repo:tag");
  if (/\s/.test(text)) throw bad("reference", "it holds white space", "remove the spaces or line ends");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme) {
    throw bad("reference", `it begins with ${shown(scheme[0])}`, "write it without a scheme: quay.io/org/repo:tag");
  }
  const at = text.indexOf("@");
  const digest = at < 0 ? void 0 : text.slice(at + 1);
  if (digest !== void 0 && !isDigest(digest)) {
    throw bad(
      "digest",
      `${shown(digest)} is not a digest`,
      "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits"
    );
  }
  let name = at < 0 ? text : text.slice(0, at);
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const tag = colon < 0 ? void 0 : name.slice(colon + 1);
  if (tag !== void 0) name = name.slice(0, colon);
  if (tag !== void 0 && !isTag(tag)) {
    throw bad(
      "tag",
      `${shown(tag)} is not a tag`,
      "a tag is 1 to 128 letters, digits, '_', '.' or '-', and begins with none of the last two"
    );
  }
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasRegistry = first === "localhost" || /[.:A-Z[\]]/.test(first) || slash === 0;
  let registry = hasRegistry ? first : "docker.io";
  let repository = hasRegistry ? name.slice(slash + 1) : name;
  const wrong = registryFault(registry);
  if (wrong !== void 0) {
    throw bad("registry", wrong, "a registry is a host with an optional port: quay.io, localhost:5000");
  }
  if (registry === "index.docker.io") registry = "docker.io";
  if (registry === "docker.io" && repository !== "" && !repository.includes("/")) repository = `library/${repository}`;
  if (!repository.split("/").every((component) => repositoryComponent.test(component))) {
    const advice = repository !== repository.toLowerCase() ? "repositories are written in lower case" : "a repository is components of lower-case letters and digits, joined by '/', within them by '.', '_', '__' or '-'";
    throw bad(
      "repository",
      repository === "" ? "it names no repository" : `${shown(repository)} is not a repository`,
      advice
    );
  }
  if (registry.length + 1 + repository.length > maximumName) {
    throw bad(
      "repository",
      `registry and repository together have more than ${maximumName} characters`,
      "use a shorter name"
    );
  }
  return { registry, repository, ...tag !== void 0 && { tag }, ...digest !== void 0 && { digest } };
}
function formatReference(reference) {
  const { registry, repository, tag, digest } = reference;
  return `${registry}/${repository}${tag === void 0 ? "" : `:${tag}`}${digest === void 0 ? "" : `@${digest}`}`;
}
function registryFault(registry) {
  const match = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^:[\]]*)(?::(.*))?$/.exec(registry);
  const host = match?.[1] ?? "";
  if (match === null || host === "") return `${shown(registry)} is not a host`;
  if (host.startsWith("[")) {
    if (!URL.canParse(`http://${host}/`)) return `${shown(host)} is not an IPv6 address`;
  } else if (host.length > 253 || !host.split(".").every((label) => hostLabel.test(label))) {
    return `${shown(host)} is not a host name`;
  } else if (!URL.canParse(`http://${host}/`)) {
    return `${shown(host)} is not a host name or an address`;
  }
  const port = match[2];
  if (port !== void 0 && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    return `${shown(port)} is not a port`;
  }
  return void 0;
}
function badReference(text, part, why, advice) {
  return new OciError({
    code: "oci/bad-reference",
    doing: `parse the reference ${shown(text)}`,
    why,
    advice,
    exitCode: ExitCode.usage,
    details: { part, reference: text.slice(0, 512) }
  });
}
function shown(text) {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

// lib/oci/layout-manifest.ts
var maximumManifestBytes = 4 * 1024 * 1024;
var imageManifests = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.artifact.manifest.v1+json"
];
var indexes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json"
];
function isManifestType(mediaType) {
  return imageManifests.includes(mediaType) || indexes.includes(mediaType);
}
function inspectManifest(bytes, doing) {
  const bad = (why, cause) => new OciError({
    code: "oci/bad-manifest",
    doing,
    why,
    advice: "push a manifest or index as the OCI image spec says (schemaVersion 2, at most 4 MiB of JSON)",
    cause
  });
  if (bytes.length > maximumManifestBytes) throw bad(`it has ${bytes.length} bytes, more than ${maximumManifestBytes}`);
  let manifest;
  try {
    manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bad("it is not JSON", cause);
  }
  if (!isRecord(manifest)) throw bad("it is not a JSON object");
  const digests = (value, field) => {
    if (value === void 0) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.flatMap((entry) => {
      if (!isRecord(entry) || typeof entry["digest"] !== "string" || !isDigest(entry["digest"])) {
        throw bad(`its field ${field} holds something without a digest`);
      }
      return Array.isArray(entry["urls"]) && entry["urls"].length > 0 ? [] : [entry["digest"]];
    });
  };
  const { mediaType, artifactType: artifactType2, annotations, config } = manifest;
  const blobs = [
    ...digests(config, "config"),
    ...digests(manifest["layers"], "layers"),
    ...digests(manifest["blobs"], "blobs")
  ];
  const manifests = digests(manifest["manifests"], "manifests");
  if (manifest["schemaVersion"] !== 2 && !isManifestType(String(mediaType))) throw bad("its schemaVersion is not 2");
  const isIndex = Array.isArray(manifest["manifests"]);
  if (!isIndex && !Array.isArray(manifest["layers"]) && !isRecord(config) && mediaType === void 0) {
    throw bad("it has neither manifests nor config and layers");
  }
  const configType = isRecord(config) && typeof config["mediaType"] === "string" ? config["mediaType"] : void 0;
  const declaredType = typeof artifactType2 === "string" && artifactType2 !== "" ? artifactType2 : void 0;
  const declaredMediaType = typeof mediaType === "string" && mediaType !== "" ? mediaType : void 0;
  return {
    mediaType: declaredMediaType ?? (isIndex ? indexes : imageManifests)[0],
    declaredMediaType,
    artifactType: declaredType,
    kind: declaredType ?? configType,
    annotations: isRecord(annotations) ? Object.fromEntries(
      Object.entries(annotations).filter((pair) => typeof pair[1] === "string")
    ) : void 0,
    subject: digests(manifest["subject"], "subject")[0],
    blobs: [...new Set(blobs)],
    manifests: [...new Set(manifests)]
  };
}
function referrerDescriptor(digest, size, facts) {
  return {
    mediaType: facts.mediaType,
    digest,
    size,
    ...facts.kind !== void 0 && { artifactType: facts.kind },
    ...facts.annotations !== void 0 && { annotations: facts.annotations }
  };
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// lib/oci/manifest.ts
var mediaTypes = {
  /** An image or artifact. */
  manifest: "application/vnd.oci.image.manifest.v1+json",
  /** A list of manifests. */
  index: "application/vnd.oci.image.index.v1+json",
  /** The config of an artifact that has none: `{}`. */
  empty: "application/vnd.oci.empty.v1+json",
  /** docker's image. */
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  /** docker's list of images. */
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json"
};
var annotationKeys = {
  /** When the content was made, RFC 3339. */
  created: "org.opencontainers.image.created",
  /** A layer's file name; tools that pull an artifact give the file this name. */
  title: "org.opencontainers.image.title"
};
var emptyContent = new TextEncoder().encode("{}");
var emptyDescriptor = {
  mediaType: mediaTypes.empty,
  digest: sha256Digest(emptyContent),
  size: 2,
  data: "e30="
};
function canonicalJson(value) {
  const sorted2 = (_key, value2) => isRecord(value2) ? Object.fromEntries(Object.entries(value2).sort(([a], [b]) => a < b ? -1 : 1)) : value2;
  return new TextEncoder().encode(JSON.stringify(value, sorted2));
}
function parseImageManifest(bytes, doing) {
  const { common, json: { config, layers } } = parse(bytes, doing);
  if (!isDescriptor(config) || !areDescriptors(layers)) throw notA("an image manifest with config and layers", doing);
  return { ...common, config, layers };
}
function parseImageIndex(bytes, doing) {
  const { common, json: { manifests } } = parse(bytes, doing);
  if (!areDescriptors(manifests)) throw notA("an image index with manifests", doing);
  return { ...common, manifests };
}
function parse(bytes, doing) {
  const { annotations } = inspectManifest(bytes, doing);
  const json = JSON.parse(new TextDecoder().decode(bytes));
  const { mediaType, artifactType: artifactType2, subject } = json;
  if (subject !== void 0 && !isDescriptor(subject)) throw notA("a manifest whose subject is a descriptor", doing);
  return {
    common: {
      schemaVersion: 2,
      ...typeof mediaType === "string" && { mediaType },
      ...typeof artifactType2 === "string" && { artifactType: artifactType2 },
      ...subject !== void 0 && { subject },
      ...annotations !== void 0 && { annotations }
    },
    json
  };
}
function areDescriptors(value) {
  return Array.isArray(value) && value.every(isDescriptor);
}
function isDescriptor(value) {
  if (!isRecord(value)) return false;
  const { mediaType, digest, size, annotations = {} } = value;
  return typeof mediaType === "string" && typeof digest === "string" && isDigest(digest) && Number.isSafeInteger(size) && Number(size) >= 0 && isRecord(annotations) && Object.values(annotations).every((text) => typeof text === "string");
}
function notA(what, doing) {
  return new OciError({
    code: "oci/bad-manifest",
    doing,
    why: `this is not ${what}`,
    advice: "check that the tag or digest names the artifact that is meant"
  });
}

// lib/oci/update-tag.ts
async function updateTag(target, tag, change, options = {}) {
  const { attempts = 10, settleMs = 500, signal } = options;
  let writes = 0;
  let backedOff = 0;
  let settled = true;
  let wait = 0;
  while (true) {
    if (wait > 0) await sleep(wait, signal);
    wait = 0;
    const current = await target.fetchManifest(tag, { signal }).catch((error) => {
      if (isNotFound(error)) return void 0;
      throw error;
    });
    const next = await change(current);
    if (next === void 0) {
      if (settled) return current?.descriptor;
      settled = true;
      wait = settleMs;
    } else if (writes > backedOff) {
      backedOff = writes;
      wait = backoff(writes, void 0, { baseMs: Math.max(1, settleMs / 4), maxMs: settleMs * 4 });
    } else if (writes === attempts) {
      throw new OciError({
        code: "oci/conflict",
        doing: `update the tag ${tag} of ${target.name}`,
        why: `others overwrote it ${attempts} times`,
        advice: "find out what else writes this tag all the time, or give each writer a tag of its own"
      });
    } else {
      await target.pushManifest(next.bytes, next.mediaType, tag, { signal });
      writes++;
      settled = false;
    }
  }
}

// lib/oci/referrers.ts
function referrersTag(digest) {
  const [algorithm = "", hex = ""] = digest.split(":");
  return `${algorithm}-${hex.slice(0, 64)}`;
}
async function listReferrers(store, digest, doing, pages, options) {
  const found = [];
  try {
    for await (const page of pages) found.push(...parseImageIndex(canonicalJson(page), doing).manifests);
    return found;
  } catch (error) {
    const none = error instanceof OciError && found.length === 0 && ["oci/not-found", "oci/unsupported", "oci/bad-manifest", "oci/bad-response"].includes(error.code);
    if (!none) throw error;
  }
  try {
    const { bytes } = await store.fetchManifest(referrersTag(digest), options);
    return [...parseImageIndex(bytes, doing).manifests];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
async function addReferrer(store, subject, referrer, options) {
  await changeIndex(
    store,
    subject,
    options,
    (manifests) => manifests.some(({ digest }) => digest === referrer.digest) ? void 0 : [...manifests, referrer]
  );
}
async function removeReferrer(store, subject, digest, options) {
  await changeIndex(store, subject, options, (manifests) => {
    const rest = manifests.filter((each) => each.digest !== digest);
    return rest.length === manifests.length ? void 0 : rest;
  });
}
async function changeIndex(store, subject, options, change) {
  const tag = referrersTag(subject);
  for (let attempt = 1; ; attempt++) {
    try {
      await updateTag(store, tag, async (current) => {
        const index = current === void 0 ? { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] } : parseImageIndex(current.bytes, `list ${store.name}:${tag} as an index of referrers`);
        const changed = change(index.manifests);
        if (changed === void 0) return void 0;
        const manifests = attempt === 1 ? changed : await present(store, changed, options);
        return { bytes: canonicalJson({ ...index, manifests }), mediaType: mediaTypes.index };
      }, options);
      return;
    } catch (error) {
      const codes = error instanceof OciError ? error.details["codes"] : void 0;
      if (attempt === 3 || !Array.isArray(codes) || !codes.includes("MANIFEST_BLOB_UNKNOWN")) throw error;
    }
  }
}
async function present(store, manifests, options) {
  const found = [];
  for (const manifest of manifests) {
    try {
      await store.fetchManifest(manifest.digest, { signal: options.signal });
      found.push(manifest);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return found;
}

// lib/oci/refusal.ts
var byStatus = {
  401: ["oci/unauthorized", "log in with an account that exists, or correct the credentials"],
  403: ["oci/forbidden", "give this account the right to do that in the repository, or use another one"],
  404: [
    "oci/not-found",
    "check the repository's name, the tag and the digest; a private repository may hide itself so"
  ],
  405: ["oci/unsupported", "the registry cannot do that, or does not allow it"],
  413: ["oci/too-large", "the registry or a proxy before it limits the size of a request: raise that limit"],
  429: ["oci/rate-limited", "wait and try again, or log in with an account with a higher limit"],
  501: ["oci/unsupported", "the registry cannot do that"]
};
async function refusal(exchange, context) {
  const { status, headers, url: { host } } = exchange;
  const body = await exchange.bytes(64 * 1024).catch(() => void 0);
  const { codes, message } = errorBody(body);
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500 && status !== 501 && status !== 505;
  const digestRefused = codes.includes("DIGEST_INVALID");
  const [code, advice] = digestRefused ? ["oci/digest-mismatch", "the content was changed or damaged on its way: try again"] : byStatus[status] ?? (status >= 500 || retryable ? ["oci/unavailable", "the registry has a fault: try again later, or ask its operators"] : ["oci/refused", "see what the registry says; if nothing is wrong here, ask its operators"]);
  const said = context.redact?.(message) ?? message;
  const who = status === 401 || status === 403 ? `; tried ${context.who ?? "without credentials"}` : "";
  return new OciError({
    code,
    doing: context.doing,
    why: `${host} answered ${status}${said === "" ? "" : ` (${said})`}${who}`,
    advice,
    details: {
      status,
      host,
      codes,
      ...retryable && { retryable, retryAfterMs: parseRetryAfter(headers.get("retry-after")) }
    }
  });
}
function errorBody(body) {
  const text = new TextDecoder().decode(body ?? new Uint8Array());
  const clean = (value) => (
    // deno-lint-ignore no-control-regex
    typeof value === "string" ? value.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim().slice(0, 300) : ""
  );
  try {
    const { errors } = JSON.parse(text);
    const list = errors.slice(0, 5);
    return {
      codes: list.map(({ code }) => clean(code)),
      message: list.map(({ code, message }) => [clean(code), clean(message)].filter(Boolean).join(": ")).join("; ")
    };
  } catch {
    return { codes: [], message: /^\s*</.test(text) ? "" : clean(text) };
  }
}

// lib/oci/auth.ts
var maximumTokenAnswer = 1024 * 1024;
function parseChallenges(header) {
  const challenges = [];
  const piece = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name = "", quoted, plain] of (header ?? "").slice(0, 8192).matchAll(piece)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain;
    if (value === void 0) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else if (challenges.length > 0) challenges.at(-1).parameters[name.toLowerCase()] = value;
  }
  return challenges;
}
var Authenticator = class {
  #http;
  #reference;
  #credentials;
  #plainHttp;
  #credential;
  #known;
  #challenge;
  #tokens = /* @__PURE__ */ new Map();
  #secrets = /* @__PURE__ */ new Set();
  /** Asks nobody yet, not even the credential store. */
  constructor(http, reference, credentials, plainHttp) {
    this.#http = http;
    this.#reference = reference;
    this.#credentials = credentials ?? noCredentials;
    this.#plainHttp = plainHttp;
  }
  /** The credentials in use, for messages. */
  get who() {
    if (this.#known !== void 0) return `the key ${this.#known.key} of ${this.#known.origin}`;
    const { registry, repository } = this.#reference;
    return `without credentials: no key fits ${registry}/${repository} (${this.#credentials.description})`;
  }
  /** Takes the secrets in use out of foreign text. */
  redact(text) {
    for (const secret of this.#secrets) text = text.replaceAll(secret, "***");
    return text;
  }
  /** What to send as `Authorization` for a scope, such as `repository:org/repo:pull`; undefined before a challenge. */
  async authorization(scope, signal) {
    if (this.#challenge === void 0) return void 0;
    const credential = await this.#find(signal);
    if (this.#challenge.scheme === "basic") return credential && basic(credential.username, credential.password);
    if (credential?.registryToken !== void 0) return `Bearer ${credential.registryToken}`;
    return `Bearer ${(await this.#token(scope, signal)).value}`;
  }
  /**
   * Takes note of a 401 to a request that was sent with `sent` as its `Authorization`.
   * Gives whether the request is worth sending again.
   */
  async challenged(header, scope, sent, signal) {
    const challenges = parseChallenges(header);
    const challenge = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters["realm"]) ?? challenges.find(({ scheme }) => scheme === "basic");
    if (challenge === void 0) return false;
    const credential = await this.#find(signal);
    this.#challenge = challenge;
    if (challenge.scheme === "basic" || credential?.registryToken !== void 0) {
      return sent === void 0 && credential !== void 0 && (challenge.scheme === "bearer" || credential.username !== void 0);
    }
    if (sent !== void 0) {
      for (const key of goodFor(scope)) this.#tokens.delete(key);
    }
    return true;
  }
  async #find(signal) {
    const { registry, repository } = this.#reference;
    this.#credential ??= this.#credentials.find(registry, repository, { signal });
    try {
      this.#known = await this.#credential;
    } catch (error) {
      this.#credential = void 0;
      throw error;
    }
    const { username, password, identityToken, registryToken } = this.#known ?? {};
    for (const secret of [password, identityToken, registryToken, basic(username, password)?.slice(6)]) {
      if (secret) this.#secrets.add(secret);
    }
    return this.#known;
  }
  async #token(scope, signal) {
    const keys = goodFor(scope);
    for (let key = keys.find((each) => this.#tokens.has(each)); key !== void 0; ) {
      const cached = this.#tokens.get(key);
      const token2 = await cached?.catch(() => void 0);
      if (token2 !== void 0 && token2.expiresAt > Date.now()) return token2;
      if (this.#tokens.get(key) === cached) this.#tokens.delete(key);
      key = keys.find((each) => this.#tokens.has(each));
    }
    const { registry } = this.#reference;
    const fetched = this.#http.retrying(`log in to ${registry}`, signal, () => this.#fetchToken(scope, signal));
    this.#tokens.set(scope, fetched);
    return await fetched;
  }
  async #fetchToken(scope, signal) {
    const { registry } = this.#reference;
    const { realm = "", service, scope: asked } = this.#challenge.parameters;
    const doing = `log in to ${registry}`;
    const url = URL.parse(realm);
    if (url === null || !(url.protocol === "https:" || url.protocol === "http:" && this.#plainHttp)) {
      throw new OciError({
        code: "oci/bad-response",
        doing,
        why: `its token service is not an https URL: ${JSON.stringify(realm.slice(0, 200))}`,
        advice: "credentials are not sent there; correct the realm in the registry's configuration",
        details: { host: registry }
      });
    }
    const credential = await this.#find(signal);
    const scopes = [.../* @__PURE__ */ new Set([...scope.split(" "), ...asked?.split(" ") ?? []])].filter(Boolean);
    const send = async (init) => await this.#http.exchange({
      ...init,
      body: init.form && new TextEncoder().encode(String(init.form)),
      doing,
      signal,
      sameOrigin: init.form !== void 0
    });
    let exchange;
    if (credential?.identityToken !== void 0) {
      const form = new URLSearchParams({
        grant_type: "refresh_token",
        service: service ?? registry,
        client_id: "tasksmith",
        scope: scopes.join(" "),
        refresh_token: credential.identityToken
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      exchange = await send({ method: "POST", url, headers, form });
      if ([404, 405, 501].includes(exchange.status)) {
        await exchange.discard();
        exchange = void 0;
      }
    }
    if (exchange === void 0) {
      if (service !== void 0) url.searchParams.set("service", service);
      for (const each of scopes) url.searchParams.append("scope", each);
      url.searchParams.set("client_id", "tasksmith");
      const authorization = credential && basic(credential.username, credential.password || credential.identityToken);
      if (authorization !== void 0) this.#secrets.add(authorization.slice(6));
      exchange = await send({ method: "GET", url, headers: authorization === void 0 ? {} : { authorization } });
    }
    if (exchange.status !== 200) {
      throw await refusal(exchange, { doing, who: this.who, redact: (text) => this.redact(text) });
    }
    const token2 = tokenOf(await exchange.bytes(maximumTokenAnswer));
    if (token2 === void 0) {
      throw new OciError({
        code: "oci/bad-response",
        doing,
        why: `${url.host} answered without a token`,
        advice: "check the registry's token service",
        details: { host: url.host }
      });
    }
    this.#secrets.add(token2.value);
    return token2;
  }
};
function goodFor(scope) {
  return [scope, scope.replace(/:pull$/, ":pull,push")];
}
function tokenOf(body) {
  try {
    const answer = JSON.parse(new TextDecoder().decode(body));
    const value = answer.token || answer.access_token;
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) return void 0;
    const seconds = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : 60;
    return { value, expiresAt: Date.now() + seconds * 800 };
  } catch {
    return void 0;
  }
}
function basic(username, password) {
  if (username === void 0 || password === void 0) return void 0;
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))}`;
}

// lib/oci/session.ts
var actions = { pull: "pull", push: "pull,push", delete: "pull,push,delete" };
function isLoopback(registry) {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(registry);
}
function isPrivateAddress(registry) {
  return /^(10\.\d{1,3}|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(:\d+)?$/.test(registry);
}
var Session = class {
  /** `registry/repository`, for messages. */
  name;
  /** `https://registry/v2/repository/`; `http:` once it has turned out that the registry has no TLS and needs none. */
  base;
  /** The connections. */
  http;
  #repository;
  #authenticator;
  /** Makes this a session without TLS; undefined where that is not allowed, or done. */
  #withoutTls;
  #signal;
  /** Opens no connection yet. */
  constructor(reference, options) {
    const { registry, repository } = reference;
    const plainHttp = options.plainHttp ?? isLoopback(registry);
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    this.name = formatReference({ registry, repository });
    this.base = new URL(`${plainHttp ? "http" : "https"}://${host}/v2/${repository}/`);
    this.http = new Http(options);
    this.#repository = repository;
    this.#authenticator = new Authenticator(this.http, reference, options.credentials, plainHttp);
    this.#signal = options.signal;
    if (options.plainHttp === void 0 && !plainHttp && !options.caCerts?.length && isPrivateAddress(registry)) {
      this.#withoutTls = () => {
        this.#withoutTls = void 0;
        this.base = new URL(this.base.href.replace(/^https:/, "http:"));
        this.#authenticator = new Authenticator(this.http, reference, options.credentials, true);
        this.http.log.warn(`${host} has a private address and does not speak TLS: going on in plain HTTP`);
      };
    }
  }
  /** The session's signal and an operation's own, as one. */
  signal(signal) {
    if (signal === void 0 || this.#signal === void 0) return signal ?? this.#signal;
    return AbortSignal.any([signal, this.#signal]);
  }
  /**
   * Sends a request, logs in when asked to, tries again what may pass.
   * @throws OciError for every answer that is not expected
   */
  async request(init) {
    const signal = init.detached ? init.signal : this.signal(init.signal);
    const attempt = async () => {
      const { base } = this;
      try {
        return await this.#attempt(init, signal);
      } catch (error) {
        const notTls = error instanceof OciError && error.code === "oci/not-tls" && typeof init.at === "string" && error.details["host"] === base.host;
        if (notTls) this.#withoutTls?.();
        if (!notTls || this.base === base) throw error;
        return await this.#attempt(init, signal);
      }
    };
    return init.once ? await attempt() : await this.http.retrying(init.doing, signal, attempt);
  }
  async #attempt(init, signal) {
    const { method, body, doing, from } = init;
    const url = typeof init.at === "string" ? new URL(init.at, this.base) : init.at;
    const access = init.access ?? (method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "push");
    const scope = `repository:${this.#repository}:${actions[access]}${from === void 0 ? "" : ` repository:${from}:pull`}`;
    const ours = url.origin === this.base.origin;
    for (let logins = 0; ; logins++) {
      const authorization = ours ? await this.#authenticator.authorization(scope, signal) : void 0;
      const headers = { ...init.headers, ...authorization !== void 0 && { authorization } };
      const exchange = await this.http.exchange({ method, url, headers, body, doing, signal });
      this.#withoutTls = void 0;
      if (init.expect.includes(exchange.status)) return exchange;
      const challenge = exchange.headers.get("www-authenticate");
      if (exchange.status === 401 && exchange.url.origin === this.base.origin && logins < 2) {
        let again;
        try {
          again = await this.#authenticator.challenged(challenge, scope, authorization, signal);
        } catch (error) {
          await exchange.cancel();
          throw error;
        }
        if (again) {
          await exchange.discard();
          continue;
        }
      }
      const { who } = this.#authenticator;
      throw await refusal(exchange, { doing, who, redact: (text) => this.#authenticator.redact(text) });
    }
  }
};
function nextPage(exchange) {
  const link = /<([^<>]*)>\s*;[^,<]*\brel\s*=\s*"?next\b/i.exec(exchange.headers.get("link") ?? "");
  const url = link && URL.parse(link[1], exchange.url);
  return url && url.host === exchange.url.host && url.href !== exchange.url.href ? new URL(url.pathname + url.search, exchange.url) : void 0;
}

// lib/oci/upload-source.ts
function streamFrom(source, offset, doing) {
  let position = offset;
  return source.open(offset).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        position += chunk.length;
        controller.enqueue(chunk);
      },
      flush() {
        if (position < source.size) throw tooShort(doing, position, source.size);
      }
    })
  );
}
var Pieces = class {
  #source;
  #doing;
  #buffer = new Uint8Array();
  #piece = new Uint8Array();
  #start = 0;
  #reader;
  #rest = new Uint8Array();
  #next = 0;
  /** Opens nothing yet. */
  constructor(source, doing) {
    this.#source = source;
    this.#doing = doing;
  }
  /** Up to `length` bytes from `offset`; valid until the next call. */
  async at(offset, length) {
    const { size } = this.#source;
    const wanted = Math.min(length, size - offset);
    const within = offset - this.#start;
    if (within >= 0 && within + wanted <= this.#piece.length) return this.#piece.subarray(within, within + wanted);
    if (this.#reader === void 0 || offset !== this.#next) {
      await this.close();
      this.#reader = this.#source.open(offset).getReader();
      this.#rest = new Uint8Array();
    }
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(wanted);
    for (let filled = 0; filled < wanted; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw tooShort(this.#doing, offset + filled, size);
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, wanted - filled);
      this.#buffer.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#start = offset;
    this.#next = offset + wanted;
    return this.#piece = this.#buffer.subarray(0, wanted);
  }
  /** After a failed request, which may still be reading it, the memory is not written to again. */
  renew() {
    this.#buffer = new Uint8Array();
  }
  /** Lets go of the source. */
  async close() {
    const reader = this.#reader;
    this.#reader = void 0;
    await reader?.cancel().catch(() => {
    });
  }
};
function tooShort(doing, ended, size) {
  return new OciError({
    code: "oci/digest-mismatch",
    doing,
    why: `the content ended after ${ended} of ${size} bytes`,
    advice: "make sure that nothing changes it while it is pushed"
  });
}

// lib/oci/upload.ts
var largestMinimum = 128 * 1024 * 1024;
var refusesStreams = [400, 405, 411, 413, 415, 501];
var octets = { "content-type": "application/octet-stream" };
async function uploadBlob(session, descriptor, source, options) {
  const { digest, size } = descriptor;
  const { chunkBytes: chunkBytes2, exists } = options;
  const { attempts = 5 } = session.http.retry;
  const signal = session.signal(options.signal);
  const doing = `push the blob ${digest} to ${session.name}`;
  const pieces2 = new Pieces(source, doing);
  let upload;
  let failures = 0;
  let doubted = false;
  let mayStream = options.stream;
  let guarded = false;
  let streaming = false;
  const begin = async (from) => {
    const query = from === void 0 ? "" : `?mount=${digest}&from=${encodeURIComponent(from)}`;
    try {
      const exchange = await session.request({
        method: "POST",
        at: `blobs/uploads/${query}`,
        expect: [201, 202],
        doing,
        signal,
        from
      });
      await exchange.discard();
      return exchange.status === 201 ? void 0 : standing(exchange, doing, 0, 0);
    } catch (error) {
      const { code } = error;
      if (from === void 0 || code !== "oci/unauthorized" && code !== "oci/forbidden") throw error;
      return await begin(void 0);
    }
  };
  const ask = async (known) => {
    try {
      const exchange = await session.request({
        method: "GET",
        at: known.url,
        access: "push",
        expect: [200, 204],
        doing,
        signal
      });
      await exchange.discard();
      return standing(exchange, doing, 0, known.minimum, known.url);
    } catch (error) {
      const status = error instanceof OciError ? Number(error.details["status"]) : 0;
      if (status >= 400 && status < 500 && status !== 401 && status !== 403 && !isRetryable(error)) return void 0;
      throw error;
    }
  };
  const finish = async (at, body) => {
    const url = new URL(at);
    url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
    const exchange = await session.request({
      method: "PUT",
      at: url,
      headers: octets,
      body,
      expect: [201, 204],
      doing,
      signal,
      once: true
    });
    await exchange.discard();
    const stored = exchange.headers.get("docker-content-digest");
    if (stored !== null && stored !== digest && stored.split(":")[0] === digest.split(":")[0]) {
      throw new OciError({
        code: "oci/digest-mismatch",
        doing,
        why: `the registry says that it stored ${JSON.stringify(stored.slice(0, 200))}`,
        advice: "the content was changed or damaged on its way: try again, and tell the registry's operators",
        details: { host: session.base.host, digest }
      });
    }
  };
  try {
    while (true) {
      try {
        upload ??= await begin(failures === 0 ? options.mountFrom : void 0);
        if (upload === void 0) return;
        if (upload.offset === 0 && size <= chunkBytes2) {
          return await finish(upload.url, await pieces2.at(0, size));
        }
        while (upload.offset < size) {
          const { offset, minimum, url } = upload;
          streaming = mayStream && !guarded && size - offset > chunkBytes2;
          const chunk = streaming ? void 0 : await pieces2.at(offset, Math.max(chunkBytes2, minimum));
          const end = chunk === void 0 ? size : offset + chunk.length;
          const exchange = await session.request({
            method: "PATCH",
            at: url,
            headers: { ...octets, ...chunk && { "content-range": `${offset}-${end - 1}` } },
            body: chunk ?? (() => streamFrom(source, offset, doing)),
            expect: [201, 202, 204],
            doing,
            signal,
            once: true
          });
          await exchange.discard();
          upload = standing(exchange, doing, end, minimum, url);
          if (upload.offset > end || upload.offset <= offset) throw notThere(doing, session, upload.offset, end);
          failures = 0;
          streaming = guarded = false;
        }
        return await finish(upload.url, void 0);
      } catch (error) {
        signal?.throwIfAborted();
        const status = error instanceof OciError ? error.details["status"] : void 0;
        const resumable = upload !== void 0 && (status === 416 || status === 404);
        const doubtful = !doubted && status === 400 && upload?.offset === 0 && size <= chunkBytes2 && error.code === "oci/digest-mismatch";
        doubted ||= doubtful;
        const noStream = streaming && refusesStreams.includes(Number(status));
        if (noStream) mayStream = false;
        const again = isRetryable(error) || (resumable || doubtful || noStream) && {};
        if (!again || ++failures >= attempts) throw error;
        const delay = backoff(failures, again.afterMs, session.http.retry);
        session.http.logRetry(doing, error, failures, delay);
        await sleep(delay, signal);
        pieces2.renew();
        guarded = true;
        streaming = false;
        if (upload === void 0) continue;
        const before = upload;
        upload = await ask(before);
        if (upload === void 0 && await exists()) return;
        if (upload !== void 0 && (doubtful || status === 416 && upload.offset === before.offset)) {
          await cancel(session, upload.url);
          upload = void 0;
        }
      }
    }
  } catch (error) {
    if (upload !== void 0) await cancel(session, upload.url);
    throw error;
  } finally {
    await pieces2.close();
  }
}
async function cancel(session, url) {
  const limit2 = new AbortController();
  const timer = setTimeout(() => limit2.abort(), 5e3);
  try {
    const exchange = await session.request({
      method: "DELETE",
      at: url,
      access: "push",
      expect: [200, 202, 204],
      doing: "cancel the upload",
      signal: limit2.signal,
      once: true,
      detached: true
    });
    await exchange.discard();
  } catch {
  } finally {
    clearTimeout(timer);
  }
}
function standing(exchange, doing, assumed, minimum, known) {
  const location = exchange.headers.get("location");
  const url = location === null ? known : resolveLocation(location, exchange.url);
  if (url === void 0) {
    throw new OciError({
      code: "oci/bad-response",
      doing,
      why: `${exchange.url.host} names no usable place for the upload`,
      advice: "check the registry, and that a proxy before it passes on the Location header with https",
      details: { host: exchange.url.host }
    });
  }
  const range = /^(?:bytes=)?0-(\d{1,15})$/.exec(exchange.headers.get("range")?.trim() ?? "");
  const offset = range === null ? assumed : range[1] === "0" ? 0 : Number(range[1]) + 1;
  const asked = Number(exchange.headers.get("oci-chunk-min-length") ?? minimum);
  return { url, offset, minimum: asked > 0 ? Math.min(asked, largestMinimum) : minimum };
}
function notThere(doing, session, offset, end) {
  return new OciError({
    code: "oci/bad-response",
    doing,
    why: `${session.base.host} says that it has ${offset} bytes after it was sent ${end}`,
    advice: "try again, and tell the registry's operators if it stays",
    details: { host: session.base.host, retryable: true }
  });
}

// lib/oci/client.ts
var maximumPageBytes = 16 * 1024 * 1024;
var maximumPages = 1e4;
var acceptManifests = {
  accept: [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerList].join(", ")
};
function openRepository(reference, options = {}) {
  return new Repository(reference, options);
}
var Repository = class {
  /** `registry/repository`. */
  name;
  #session;
  #chunkBytes;
  #stream;
  #settleMs;
  /** See {@link openRepository}. */
  constructor(reference, options) {
    this.#session = new Session(reference, options);
    this.name = this.#session.name;
    this.#chunkBytes = options.chunkBytes ?? 4 * 1024 * 1024;
    this.#stream = options.stream ?? true;
    this.#settleMs = options.settleMs ?? 500;
  }
  /** Closes the connections. */
  close() {
    this.#session.http.close();
  }
  /** Closes the connections. */
  [Symbol.dispose]() {
    this.close();
  }
  /**
   * Asks whether there is a registry and whether it lets us in ("Determining Support").
   * @throws OciError `oci/not-found` when there is something else, and all that a request can fail with
   */
  async ping(options = {}) {
    const doing = `reach the registry ${this.#session.base.host}`;
    const at = "/v2/";
    await (await this.#session.request({ method: "GET", at, expect: [200], doing, ...options })).discard();
  }
  /** See Resolver. */
  async resolve(tagOrDigest, options = {}) {
    const at = this.#manifestPath(tagOrDigest);
    const doing = `find ${this.#nameOf(tagOrDigest)}`;
    const exchange = await this.#session.request({
      method: "HEAD",
      at,
      headers: acceptManifests,
      // A registry without HEAD, or one that says too little in it, is asked for the whole.
      expect: [200, 405],
      doing,
      ...options
    });
    await exchange.discard();
    const digest = exchange.headers.get("docker-content-digest");
    const size = Number(exchange.headers.get("content-length") ?? NaN);
    const mediaType = mediaTypeOf(exchange);
    if (exchange.status !== 200 || digest === null || !isDigest(digest) || !(size > 0) || mediaType === void 0) {
      return (await this.fetchManifest(tagOrDigest, options)).descriptor;
    }
    if (isDigest(tagOrDigest) && tagOrDigest !== digest) throw this.#lie(doing, `the registry has ${digest} there`);
    return { mediaType, digest, size };
  }
  /** See Fetcher. */
  async fetchManifest(tagOrDigest, options = {}) {
    const at = this.#manifestPath(tagOrDigest);
    const doing = `fetch ${this.#nameOf(tagOrDigest)}`;
    return await this.#session.http.retrying(doing, this.#session.signal(options.signal), async () => {
      const exchange = await this.#session.request({
        method: "GET",
        at,
        headers: acceptManifests,
        expect: [200],
        doing,
        once: true,
        ...options
      });
      const bytes = await this.#body(exchange, maximumManifestBytes, doing);
      const said = exchange.headers.get("docker-content-digest");
      const announced = isDigest(tagOrDigest) ? tagOrDigest : said !== null && isDigest(said) ? said : void 0;
      if (announced !== void 0 && !hasDigest(bytes, announced)) {
        throw this.#lie(doing, `its digest is ${sha256Digest(bytes)}, announced was ${announced}`);
      }
      const mediaType = mediaTypeOf(exchange) ?? inspectManifest(bytes, doing).mediaType;
      return { descriptor: { mediaType, digest: announced ?? sha256Digest(bytes), size: bytes.length }, bytes };
    });
  }
  /** See Fetcher. */
  async fetchBlob(descriptor, options = {}) {
    checkDigest(descriptor.digest);
    return await downloadBlob(this.#session, descriptor, options);
  }
  /** See Pusher. */
  async hasBlob(descriptor, options = {}) {
    return await this.#hasBlob(descriptor, options, "pull");
  }
  /** See Pusher. */
  async pushBlob(descriptor, source, options = {}) {
    checkDigest(descriptor.digest);
    if (source.size !== descriptor.size) {
      throw this.#lie(
        `push the blob ${descriptor.digest} to ${this.name}`,
        `the content has ${source.size} bytes, its descriptor says ${descriptor.size}`
      );
    }
    const exists = () => this.#hasBlob(descriptor, { signal: options.signal }, "push");
    if (await exists()) return;
    const how = { ...options, chunkBytes: this.#chunkBytes, stream: this.#stream, exists };
    await uploadBlob(this.#session, descriptor, source, how);
  }
  /** See Pusher. Of a registry without the referrers API the tag that stands in for it is kept up to date. */
  async pushManifest(bytes, mediaType, tag, options = {}) {
    const digest = sha256Digest(bytes);
    const at = this.#manifestPath(tag ?? digest);
    const doing = `push ${this.#nameOf(tag ?? digest)}`;
    const facts = inspectManifest(bytes, doing);
    const exchange = await this.#session.request({
      method: "PUT",
      at,
      headers: { "content-type": mediaType },
      body: bytes,
      expect: [201, 200, 202],
      doing,
      ...options
    });
    await exchange.discard();
    const stored = exchange.headers.get("docker-content-digest");
    if (stored !== null && stored !== digest && stored.startsWith("sha256:")) {
      throw this.#lie(doing, `the registry says that it stored ${stored.slice(0, 80)}, sent was ${digest}`);
    }
    if (facts.subject !== void 0 && exchange.headers.get("oci-subject") !== facts.subject) {
      const referrer = { ...referrerDescriptor(digest, bytes.length, facts), mediaType };
      await addReferrer(this, facts.subject, referrer, { ...options, settleMs: this.#settleMs });
    }
    return {
      mediaType,
      digest,
      size: bytes.length,
      ...facts.artifactType !== void 0 && { artifactType: facts.artifactType }
    };
  }
  /** See TagLister. */
  async *tags(options = {}) {
    const doing = `list the tags of ${this.name}`;
    for await (const { tags } of this.#pages("tags/list?n=1000", doing, options)) {
      for (const tag of Array.isArray(tags) ? tags : []) {
        if (typeof tag === "string" && isTag(tag)) yield tag;
      }
    }
  }
  /** See ReferrerLister. */
  async referrers(digest, options = {}) {
    checkDigest(digest);
    const { artifactType: artifactType2, ...operation } = options;
    const doing = `list the referrers of ${this.name}@${digest}`;
    const filter = artifactType2 === void 0 ? "" : `?artifactType=${encodeURIComponent(artifactType2)}`;
    const pages = this.#pages(`referrers/${digest}${filter}`, doing, operation);
    const all = await listReferrers(this, digest, doing, pages, operation);
    return artifactType2 === void 0 ? all : all.filter((each) => each.artifactType === artifactType2);
  }
  /** See Deleter. A tag can be deleted only where the registry supports it. */
  async deleteManifest(which, options = {}) {
    const tagOrDigest = typeof which === "string" ? which : which.digest;
    const at = this.#manifestPath(tagOrDigest);
    const doing = `delete ${this.#nameOf(tagOrDigest)}`;
    let subject;
    if (isDigest(tagOrDigest)) {
      try {
        subject = inspectManifest((await this.fetchManifest(tagOrDigest, options)).bytes, doing).subject;
      } catch (error) {
        if (isNotFound(error)) return;
        throw error;
      }
    }
    await this.#delete(at, doing, options);
    if (subject !== void 0) {
      await removeReferrer(this, subject, tagOrDigest, { ...options, settleMs: this.#settleMs });
    }
  }
  /** See Deleter. */
  async deleteBlob(descriptor, options = {}) {
    checkDigest(descriptor.digest);
    await this.#delete(`blobs/${descriptor.digest}`, `delete the blob ${descriptor.digest} of ${this.name}`, options);
  }
  async #hasBlob(descriptor, options, access) {
    const { digest, size } = descriptor;
    checkDigest(digest);
    const doing = `look for the blob ${digest} in ${this.name}`;
    const at = `blobs/${digest}`;
    const exchange = await this.#session.request({ method: "HEAD", at, access, expect: [200, 404], doing, ...options });
    await exchange.discard();
    const length = exchange.headers.get("content-length");
    if (exchange.status === 200 && length !== null && Number(length) !== size) {
      throw this.#lie(doing, `the registry has ${length} bytes there, its descriptor says ${size}`);
    }
    return exchange.status === 200;
  }
  async #delete(at, doing, options) {
    const expect = [200, 202, 204, 404];
    await (await this.#session.request({ method: "DELETE", at, expect, doing, ...options })).discard();
  }
  /** JSON objects, page by page as the registry links them. */
  async *#pages(path, doing, options) {
    let at = path;
    for (let count2 = 0; at !== void 0; count2++) {
      if (count2 === maximumPages) throw this.#badResponse(doing, `after ${maximumPages} pages there are still more`);
      const { json, next } = await this.#page(at, doing, options);
      yield json;
      at = next;
    }
  }
  async #page(at, doing, options) {
    return await this.#session.http.retrying(doing, this.#session.signal(options.signal), async () => {
      const exchange = await this.#session.request({ method: "GET", at, expect: [200], doing, once: true, ...options });
      const bytes = await this.#body(exchange, maximumPageBytes, doing);
      try {
        const json = JSON.parse(new TextDecoder().decode(bytes));
        if (typeof json === "object" && json !== null) return { json: { ...json }, next: nextPage(exchange) };
      } catch {
      }
      throw this.#badResponse(doing, "not with the JSON that the distribution spec asks for");
    });
  }
  async #body(exchange, maximum, doing) {
    const bytes = await exchange.bytes(maximum);
    if (bytes !== void 0) return bytes;
    throw new OciError({
      code: "oci/too-large",
      doing,
      why: `the registry sends more than ${maximum} bytes`,
      advice: "no manifest may be so large; check what the tag or digest names",
      details: { host: this.#session.base.host }
    });
  }
  #manifestPath(tagOrDigest) {
    if (!isTag(tagOrDigest)) checkDigest(tagOrDigest);
    return `manifests/${tagOrDigest}`;
  }
  #nameOf(tagOrDigest) {
    return `${this.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
  }
  #lie(doing, why) {
    return new OciError({
      code: "oci/digest-mismatch",
      doing,
      why,
      advice: "the content is damaged or was replaced: try again, and tell the registry's operators if it stays",
      details: { host: this.#session.base.host }
    });
  }
  #badResponse(doing, why) {
    return new OciError({
      code: "oci/bad-response",
      doing,
      why: `${this.#session.base.host} answered, but ${why}`,
      advice: "check that the address is a registry's, and that no proxy answers in its place",
      details: { host: this.#session.base.host }
    });
  }
};
function mediaTypeOf(exchange) {
  const type = exchange.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  return ["", "application/json", "text/plain", "application/octet-stream"].includes(type) ? void 0 : type;
}
function checkDigest(digest) {
  if (isDigest(digest)) return;
  throw new OciError({
    code: "oci/bad-reference",
    doing: `read the digest or tag ${JSON.stringify(digest.slice(0, 200))}`,
    why: "it is neither",
    advice: "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits",
    details: { part: "digest" }
  });
}

// lib/secrets/shapes.ts
var lookBehind = 16;
function set(text) {
  const members = new Uint8Array(256);
  for (let i = 0; i < text.length; i++) {
    const isRange = text[i + 1] === "-" && i + 2 < text.length;
    const last = text.charCodeAt(isRange ? i + 2 : i);
    for (let code = text.charCodeAt(i); code <= last; code++) members[code] = 1;
    if (isRange) i += 2;
  }
  return members;
}
var word = set("A-Za-z0-9_");
var base64 = set("A-Za-z0-9+/=");
var digits = set("0-9");
var quoting = set(`"'\\ 	[`);
function runEnd(bytes, from, end, members) {
  let i = from;
  while (i < end && members[bytes[i]] === 1) i++;
  return i;
}
function startsToken(bytes, at, members) {
  const before = bytes[at - 1];
  if (before === void 0 || word[before] === 0 && (before !== 45 || members[before] === 0)) return true;
  const second = bytes[at - 2];
  if (second === 92) return before === 110 || before === 114 || before === 116;
  if (bytes[at - 3] === 37) return true;
  return before === 109 && (second === 91 || second === 59 || digits[second ?? 0] === 1);
}
function valueStart(bytes, after, end) {
  const limit2 = Math.min(end, after + 24);
  let i = runEnd(bytes, after, limit2, quoting);
  if (bytes[i] !== 58 && bytes[i] !== 61) return -1;
  i = runEnd(bytes, i + 1, limit2, quoting);
  return i < limit2 ? i : -1;
}
var placeholders = [
  "string",
  "password",
  "secret",
  "hidden",
  "redacted",
  "required",
  "optional",
  "undefined",
  "masked"
];
function isPlaceholder(bytes, from, to) {
  const first = bytes[from];
  if (first === 36 || first === 60 || first === 123 || first === 42 || first === 91) return true;
  let i = from;
  while (i < to && bytes[i] === first) i++;
  if (i === to) return true;
  return to - from < 12 && placeholders.includes(textOf(bytes, from, to).toLowerCase());
}
function textOf(bytes, from, to) {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
function token(id, anchors, members, minimum, maximum = minimum) {
  const longestAnchor = Math.max(...anchors.map((anchor) => anchor.length));
  return {
    id,
    anchors,
    reach: longestAnchor + maximum + 1,
    match(bytes, at, after, end) {
      if (!startsToken(bytes, at, members)) return void 0;
      const to = runEnd(bytes, after, Math.min(end, after + maximum + 1), members);
      const length = to - after;
      return length >= minimum && length <= maximum ? { from: at, to } : void 0;
    }
  };
}
function named(id, anchors, members, minimum, maximum = Infinity) {
  const needed = Math.min(maximum + 1, 64 + minimum);
  return {
    id,
    anchors,
    reach: Math.max(...anchors.map((anchor) => anchor.length)) + 24 + needed,
    match(bytes, _at, after, end) {
      const from = valueStart(bytes, after, end);
      if (from < 0) return void 0;
      const to = runEnd(bytes, from, Math.min(end, from + needed), members);
      if (to - from < minimum || to - from > maximum || isPlaceholder(bytes, from, to)) return void 0;
      return maximum === Infinity ? { from, to, run: members } : { from, to };
    }
  };
}
function startsWith(bytes, at, end, text) {
  for (let i = 0; i < text.length; i++) {
    if (at + i >= end || bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
function decoded(text) {
  try {
    return atob(text.slice(0, text.length - text.length % 4));
  } catch {
    return "";
  }
}
function encodedText(id, anchors, minimum, holds = "") {
  return {
    id,
    anchors,
    reach: minimum + 4,
    match(bytes, at, _after, end) {
      const to = runEnd(bytes, at, Math.min(end, at + minimum), base64);
      if (to - at < minimum || !decoded(textOf(bytes, at, to)).includes(holds)) return void 0;
      return { from: at, to, run: base64 };
    }
  };
}
function infix(id, anchors, before, members, minimum, maximum) {
  return {
    id,
    anchors,
    reach: Math.max(...anchors.map((anchor) => anchor.length)) + maximum + 1,
    match(bytes, at, after, end) {
      const from = at - before;
      if (from < 0 || runEnd(bytes, from, at, members) !== at) return void 0;
      const to = runEnd(bytes, after, Math.min(end, after + maximum + 1), members);
      return to - after >= minimum && to - after <= maximum ? { from, to } : void 0;
    }
  };
}

// lib/secrets/rules.ts
var upperOrDigit = set("A-Z0-9");
var lowerHex = set("0-9a-f");
var alphanumeric = set("A-Za-z0-9");
var word2 = set("A-Za-z0-9_");
var base64url = set("A-Za-z0-9_-");
var base64OrEscape = set("A-Za-z0-9+/=%_-");
var jwtCharacters = set("A-Za-z0-9_.=-");
var pemBody = set("A-Za-z0-9+/=\\\r\n");
var pemLabel = set("A-Z0-9 ");
var dash = set("-");
var digits2 = set("0-9");
var letters = set("A-Za-z");
var blank = set(" 	");
var opaque = set("!#-&(-+--:<-[^-z|~");
var pemReach = 16 * 1024;
var privateKey = {
  id: "private-key",
  anchors: ["-----BEGIN "],
  reach: pemReach,
  match(bytes, at, after, end) {
    const label = runEnd(bytes, after, Math.min(end, after + 48), pemLabel);
    if (!/PRIVATE KEY( BLOCK)?$/.test(textOf(bytes, after, label))) return void 0;
    const body = runEnd(bytes, label, Math.min(end, label + 5), dash);
    if (body !== label + 5) return void 0;
    let lastLong = -1;
    let marker = -1;
    for (let i = body; i < end; i++) {
      if (bytes[i] === 45 && startsWith(bytes, i, end, "-----")) {
        if (startsWith(bytes, i, end, "-----END ")) marker = i + 9;
        if (marker > 0 || startsWith(bytes, i, end, "-----BEGIN ")) break;
      }
      const run2 = runEnd(bytes, i, end, base64);
      if (run2 - i >= 40) lastLong = run2;
      if (run2 > i) i = run2 - 1;
      if (i - Math.max(lastLong, body) > (lastLong < 0 ? 512 : 128)) {
        if (lastLong < 0) return void 0;
        break;
      }
    }
    if (lastLong < 0) return void 0;
    if (marker < 0) return { from: at, to: runEnd(bytes, lastLong, end, pemBody), run: pemBody };
    marker = runEnd(bytes, marker, Math.min(end, marker + 64), pemLabel);
    return { from: at, to: runEnd(bytes, marker, Math.min(end, marker + 5), dash) };
  }
};
var jwt = {
  id: "jwt",
  // {" and the first letter of the names that a header may begin with: alg, b64, cty, enc, iss, jku, kid, typ, x5t, zip.
  anchors: ["eyJh", "eyJi", "eyJj", "eyJl", "eyJp", "eyJq", "eyJr", "eyJ0", "eyJ4", "eyJ6"],
  reach: 2048,
  match(bytes, at, after, end) {
    if (!startsToken(bytes, at, base64url)) return void 0;
    const dot = runEnd(bytes, after, Math.min(end, at + 1900), base64url);
    if (dot - at < 15 || bytes[dot] !== 46 || textOf(bytes, dot + 1, Math.min(end, dot + 4)) !== "eyJ") {
      return void 0;
    }
    const to = runEnd(bytes, dot + 1, end, jwtCharacters);
    return to - dot > 10 ? { from: at, to, run: jwtCharacters } : void 0;
  }
};
var registryAuth = {
  id: "dockerconfigjson-auth",
  anchors: ['"auth"', '"auth\\'],
  reach: 600,
  match(bytes, _at, after, end) {
    const from = valueStart(bytes, after, end);
    if (from < 0) return void 0;
    const to = runEnd(bytes, from, end, base64);
    if (to - from < 8 || !decoded(textOf(bytes, from, to)).includes(":")) return void 0;
    return { from, to, run: base64 };
  }
};
var jsonPassword = {
  id: "json-password",
  anchors: [
    "assword",
    "passwd",
    "identitytoken",
    "registrytoken",
    "client_secret",
    "clientSecret",
    "access_token",
    "refresh_token",
    "id_token"
  ].flatMap((name) => [`${name}"`, `${name}\\`]),
  reach: 512,
  match(bytes, _at, after, end) {
    const from = valueStart(bytes, after, end);
    if (from < 0 || bytes[from - 1] !== 34) return void 0;
    let to = from;
    const escaped = bytes[from - 2] === 92;
    while (to < end && bytes[to] !== 34 && bytes[to] !== 10) {
      if (bytes[to] === 92) {
        if (escaped && bytes[to + 1] === 34) break;
        to++;
      }
      to++;
    }
    to = Math.min(to, end);
    return to - from >= 6 && !isPlaceholder(bytes, from, to) ? { from, to } : void 0;
  }
};
var kubeconfigToken = {
  id: "kubeconfig-token",
  anchors: ["token: ", 'token":', 'token\\":', "token':"],
  reach: 160,
  match(bytes, at, after, end) {
    const before = bytes[at - 1];
    if (before !== void 0 && (base64url[before] === 1 || before === 46)) return void 0;
    const from = runEnd(bytes, after, Math.min(end, after + 8), quoting);
    const to = runEnd(bytes, from, Math.min(end, from + 128), jwtCharacters);
    if (to - from < 20 || isPlaceholder(bytes, from, to)) return void 0;
    let kinds = 0;
    for (let i = from; i < to; i++) kinds |= digits2[bytes[i]] === 1 ? 1 : letters[bytes[i]] === 1 ? 2 : 0;
    return kinds === 3 ? { from, to, run: jwtCharacters } : void 0;
  }
};
var urlPassword = {
  id: "url-password",
  anchors: [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => `${letter}://`).concat(":\\/\\/"),
  reach: 512,
  match(bytes, _at, after, end) {
    let colon = -1;
    let sign = -1;
    for (let i = after; i < end; i++) {
      const byte = bytes[i];
      if (byte === 58 && colon < 0) colon = i;
      else if (byte === 64) sign = i;
      else if (byte <= 32 || byte === 127 || authorityEnd[byte] === 1) break;
    }
    if (colon < 0 || sign < colon + 2 || isPlaceholder(bytes, colon + 1, sign)) return void 0;
    return { from: colon + 1, to: sign };
  }
};
var authorityEnd = set("/?#\"'<>\\`|^,");
var authorizationHeader = {
  id: "authorization-header",
  anchors: ["uthorization", "UTHORIZATION"],
  reach: 256,
  match(bytes, _at, after, end) {
    const value = valueStart(bytes, after, end);
    if (value < 0) return void 0;
    const schemeEnd = runEnd(bytes, value, Math.min(end, value + 16), letters);
    const known = ["bearer", "basic", "token"].includes(textOf(bytes, value, schemeEnd).toLowerCase());
    const from = known ? runEnd(bytes, schemeEnd, Math.min(end, schemeEnd + 4), blank) : value;
    if (known && from === schemeEnd) return void 0;
    const to = runEnd(bytes, from, end, opaque);
    if (to - from < (known ? 6 : 24) || isPlaceholder(bytes, from, to)) return void 0;
    return { from, to, run: opaque };
  }
};
var loginPassword = {
  id: "registry-login-password",
  anchors: [" login "],
  reach: 512,
  match(bytes, _at, after, end) {
    for (let i = after - 1; i < end && bytes[i] !== 10; i++) {
      if (bytes[i] !== 32 || bytes[i + 1] !== 45) continue;
      const option = /^ (?:-p|--password)[= ]?["']?/.exec(textOf(bytes, i, Math.min(end, i + 16)))?.[0];
      if (option === void 0) continue;
      const from = i + option.length;
      const to = runEnd(bytes, from, end, opaque);
      if (to - from >= 6 && bytes[from] !== 45 && !isPlaceholder(bytes, from, to)) return { from, to, run: opaque };
    }
    return void 0;
  }
};
function followed(beginnings) {
  const next = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~_.-";
  return beginnings.flatMap((text) => [...next].map((character) => text + character));
}
var azureCharacters = set("A-Za-z0-9~_.-");
var slackWebhook = {
  id: "slack-webhook",
  anchors: ["hooks.slack.com/services/"],
  reach: 128,
  match(bytes, _at, after, end) {
    const to = runEnd(bytes, after, end, set("A-Za-z0-9/"));
    return to - after >= 30 ? { from: after, to } : void 0;
  }
};
var rules = [
  token("aws-access-key-id", ["AKIA", "ASIA", "ABIA", "ACCA"], upperOrDigit, 16),
  named("aws-secret-access-key", ["ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey"], base64, 40, 40),
  named("aws-session-token", ["ession_token", "ESSION_TOKEN", "essionToken"], base64, 64),
  token("google-api-key", ["AIza"], base64url, 35),
  token("google-oauth-token", ["ya29.", "GOCSPX-"], base64url, 24, 512),
  token("google-oauth-token", ["1//0"], base64url, 60, 512),
  infix("azure-client-secret", followed([..."0123456789"].map((digit) => `${digit}Q~`)), 3, azureCharacters, 30, 36),
  named("azure-storage-key", ["AccountKey", "SharedAccessKey"], base64, 40),
  named("azure-sas-signature", ["?sig", "&sig", "u0026sig", "&amp;sig"], base64OrEscape, 43),
  token("github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], alphanumeric, 36, 255),
  token("github-token", ["github_pat_"], word2, 22, 255),
  token(
    "gitlab-token",
    ["pat", "dt", "rt", "cbt", "ptt", "ft", "soat", "imt", "agent", "oas", "ffct"].map((kind) => `gl${kind}-`),
    set("A-Za-z0-9_.-"),
    20,
    320
  ),
  token("bitbucket-token", ["ATBB"], set("A-Za-z0-9_="), 24, 64),
  token("atlassian-token", ["ATATT3", "ATCTT3"], set("A-Za-z0-9_=-"), 60, 400),
  token("npm-token", ["npm_"], alphanumeric, 36),
  named("npmrc-auth", [":_authToken", ":_auth", ":_password"], opaque, 8),
  token("pypi-token", ["pypi-AgE"], base64url, 50, 512),
  token("docker-hub-token", ["dckr_pat_", "dckr_oat_"], base64url, 24, 64),
  loginPassword,
  token("openshift-token", ["sha256~"], base64url, 43),
  token(
    "slack-token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xapp-"],
    set("A-Za-z0-9.-"),
    20,
    255
  ),
  slackWebhook,
  token("vault-token", ["hvs.", "hvb.", "hvr."], base64url, 24, 300),
  infix("terraform-token", [".atlasv1."], 14, base64url, 60, 70),
  token("stripe-key", ["sk_live_", "rk_live_"], alphanumeric, 24, 255),
  token("openai-key", ["sk-proj-", "sk-svcacct-", "sk-ant-"], base64url, 40, 300),
  token("grafana-token", ["glsa_"], word2, 41),
  token("sonarqube-token", ["squ_", "sqp_", "sqa_"], lowerHex, 40),
  token("digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], lowerHex, 64),
  token("artifactory-token", ["AKCp"], alphanumeric, 69),
  token("age-secret-key", ["AGE-SECRET-KEY-1"], upperOrDigit, 58),
  privateKey,
  // base64 around what the rules above and below know, as in the data of a Kubernetes Secret or a kubeconfig.
  encodedText("private-key-base64", ["LS0tLS1CRUdJTi"], 80, "PRIVATE KEY"),
  encodedText("jwt-base64", ["ZXlKaGJHY2lPaU"], 100),
  encodedText(
    "dockerconfigjson-base64",
    ["eyJhdXRocyI6", "ewogICJhdXRocyI6", "ewoJImF1dGhzIjo", "ewogICAgImF1dGhzIjo"],
    40
  ),
  jwt,
  registryAuth,
  jsonPassword,
  named("kubeconfig-client-key", ["client-key-data"], base64, 40),
  kubeconfigToken,
  urlPassword,
  authorizationHeader
];

// lib/secrets/search.ts
var minimumNeedleBytes = 4;
var MultiSearch = class {
  /** Length of the longest needle in bytes; 0 when there is none. */
  longest;
  #shifts = new Uint8Array(65536).fill(minimumNeedleBytes - 1);
  /** By the last block of the window, where in #buckets its needles are. */
  #heads = new Uint16Array(65536);
  /** Needles by the first block of the window. */
  #buckets = [/* @__PURE__ */ new Map()];
  /**
   * A search for these needles.
   * @throws RangeError when one is too short
   */
  constructor(needles) {
    let longest = 0;
    for (const { bytes, meaning } of needles) {
      if (bytes.length < minimumNeedleBytes) {
        throw new RangeError(`cannot search for ${bytes.length} bytes: at least ${minimumNeedleBytes} are needed`);
      }
      longest = Math.max(longest, bytes.length);
      const offset = rarestWindow(bytes);
      for (let back = minimumNeedleBytes - 2; back >= 0; back--) {
        const block = blockAt(bytes, offset + minimumNeedleBytes - 2 - back);
        this.#shifts[block] = Math.min(this.#shifts[block], back);
      }
      const last = blockAt(bytes, offset + minimumNeedleBytes - 2);
      if (this.#heads[last] === 0) this.#heads[last] = this.#buckets.push(/* @__PURE__ */ new Map()) - 1;
      const bucket = this.#buckets[this.#heads[last]];
      const first = blockAt(bytes, offset);
      const placed = { bytes, meaning, offset };
      if (!bucket.get(first)?.push(placed)) bucket.set(first, [placed]);
    }
    this.longest = longest;
  }
  /**
   * Calls `hit` for each needle that lies in `bytes` and starts at `from` or behind it, in no particular order among
   * those that overlap.
   */
  each(bytes, from, hit) {
    if (this.longest === 0) return;
    const shifts = this.#shifts;
    const end = bytes.length;
    const begin = from + minimumNeedleBytes - 1;
    const second = begin + Math.floor(Math.max(0, end - begin) / 3);
    const third = begin + Math.floor(Math.max(0, end - begin) / 3) * 2;
    let [i, j, k] = [begin, second, third];
    while (i < second && j < third && k < end) {
      const a = shifts[bytes[i - 1] << 8 | bytes[i]];
      const b = shifts[bytes[j - 1] << 8 | bytes[j]];
      const c = shifts[bytes[k - 1] << 8 | bytes[k]];
      if (a === 0) this.#look(bytes, i++, from, hit);
      else i += a;
      if (b === 0) this.#look(bytes, j++, from, hit);
      else j += b;
      if (c === 0) this.#look(bytes, k++, from, hit);
      else k += c;
    }
    this.#walk(bytes, i, second, from, hit);
    this.#walk(bytes, j, third, from, hit);
    this.#walk(bytes, k, end, from, hit);
  }
  /** Looks at every window that ends at `i` or behind it and before `end`. */
  #walk(bytes, i, end, from, hit) {
    const shifts = this.#shifts;
    while (i < end) {
      const shift = shifts[bytes[i - 1] << 8 | bytes[i]];
      if (shift === 0) this.#look(bytes, i++, from, hit);
      else i += shift;
    }
  }
  /** Compares the needles whose window may be the one that ends at `i`. */
  #look(bytes, i, from, hit) {
    const first = blockAt(bytes, i - (minimumNeedleBytes - 1));
    const needles = this.#buckets[this.#heads[blockAt(bytes, i - 1)]].get(first);
    if (needles === void 0) return;
    for (const needle of needles) {
      const start = i - (minimumNeedleBytes - 1) - needle.offset;
      if (start >= from && lies(needle.bytes, bytes, start)) hit(start, needle);
    }
  }
};
function blockAt(bytes, at) {
  return bytes[at] << 8 | bytes[at + 1];
}
function lies(needle, bytes, start) {
  if (start + needle.length > bytes.length) return false;
  for (let i = 0; i < needle.length; i++) if (needle[i] !== bytes[start + i]) return false;
  return true;
}
var rarity = new Uint8Array(256).fill(2);
for (const character of "abcdefghilmnoprstuvwy ./") rarity[character.charCodeAt(0)] = 0;
for (const character of "jkqxz0123456789:-") rarity[character.charCodeAt(0)] = 1;
function rarestWindow(bytes) {
  let best = 0;
  let bestScore = -1;
  const last = Math.min(bytes.length, 64) - minimumNeedleBytes;
  for (let offset = 0; offset <= last; offset++) {
    const score = rarity[bytes[offset]] + rarity[bytes[offset + 1]] + 3 * (rarity[bytes[offset + 2]] + rarity[bytes[offset + 3]]);
    if (score > bestScore) [best, bestScore] = [offset, score];
  }
  return best;
}

// lib/secrets/values.ts
var minimumValueLength = 6;
var pieceBytes = 1024;
var encoder2 = new TextEncoder();
var decoder = new TextDecoder();
function encodedForms(values) {
  const forms = /* @__PURE__ */ new Map();
  const add = (text, bitsBefore = false, bitsBehind = false) => {
    const known = forms.get(text);
    if (known === void 0 || bitsBefore || bitsBehind) {
      forms.set(text, {
        bytes: encoder2.encode(text),
        bitsBefore: bitsBefore || known?.bitsBefore === true,
        bitsBehind: bitsBehind || known?.bitsBehind === true
      });
    }
  };
  for (const raw of values) {
    const value = raw.trim().toWellFormed();
    if (value.length < minimumValueLength) continue;
    for (const text of [value, JSON.stringify(value).slice(1, -1), ...urlEncoded(value)]) {
      for (const piece of pieces(encoder2.encode(text))) add(decoder.decode(piece));
    }
    for (const piece of pieces(encoder2.encode(value))) {
      for (const before of [0, 1, 2]) {
        const bits = 8 * (before + piece.length);
        const text = base64Of(piece, before).slice(Math.ceil(8 * before / 6), Math.floor(bits / 6));
        for (const alphabet of [text, text.replaceAll("+", "-").replaceAll("/", "_")]) {
          add(alphabet, before > 0, bits % 6 !== 0);
        }
      }
    }
  }
  return [...forms.values()];
}
function urlEncoded(value) {
  const path = encodeURIComponent(value);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  const lower = (text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [path, form, lower(path), lower(form)];
}
function pieces(bytes) {
  if (bytes.length <= pieceBytes) return [bytes];
  const isInside = (at) => at < bytes.length && (bytes[at] & 192) === 128;
  const starts = [];
  for (let start = 0; start + pieceBytes < bytes.length; start += pieceBytes - 3) starts.push(start);
  starts.push(bytes.length - pieceBytes);
  return starts.map((start) => {
    let [from, to] = [start, start + pieceBytes];
    while (isInside(from)) from++;
    while (isInside(to)) to--;
    return bytes.subarray(from, to);
  });
}
function base64Of(bytes, before) {
  let text = "\0".repeat(before);
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
var secretName = /pass|secret|token|key|auth|credential|cookie/i;
function secretValues(text) {
  const values = /* @__PURE__ */ new Set();
  const add = (value) => {
    const trimmed = value.trim();
    if (trimmed.length >= minimumValueLength) values.add(trimmed);
  };
  const addSecret = (value) => {
    add(value);
    if (value.includes("\n")) {
      for (const line of value.split("\n")) if (isKeyLine(line)) add(line);
    }
  };
  add(text);
  const json = parsed(text);
  if (json !== void 0) {
    visit(json, "", 0, addSecret);
    return [...values];
  }
  for (const line of text.split("\n")) {
    if (isKeyLine(line)) add(line);
    const assignment = /^\s*(?:export\s+|-\s+)?["']?([\w./:@-]{1,128}?)["']?\s*(?::\s|=|\s)\s*(.+)$/.exec(line);
    if (assignment !== null && secretName.test(assignment[1] ?? "")) add(unquoted(assignment[2] ?? ""));
    for (const url of line.matchAll(/:\/\/[^\s:/@]*:([^\s/@]+)@/g)) {
      add(url[1] ?? "");
      add(percentDecoded(url[1] ?? ""));
    }
  }
  return [...values];
}
function visit(value, name, depth, add) {
  if (depth > 16) return;
  if (typeof value === "string") {
    if (!secretName.test(name) || /^(user|email|.*_?url$|.*_?uri$|type)/i.test(name)) return;
    add(value);
    if (name !== "auth") return;
    const pair = decodedPair(value);
    if (pair === void 0) return;
    add(pair);
    add(pair.slice(pair.indexOf(":") + 1));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const inherited = Array.isArray(value) ? name : name === "HttpHeaders" ? `auth-header-${key}` : key;
      visit(member, inherited, depth + 1, add);
    }
  }
}
function decodedPair(auth) {
  try {
    const text = decoder.decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    return text.includes(":") ? text : void 0;
  } catch {
    return void 0;
  }
}
function isKeyLine(line) {
  const trimmed = line.trim();
  return trimmed.length >= 16 && !/\s/.test(trimmed) && !trimmed.startsWith("-----");
}
function unquoted(text) {
  const trimmed = text.trim();
  return /^(["']).*\1$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}
function percentDecoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : void 0;
  } catch {
    return void 0;
  }
}

// lib/secrets/mask.ts
var valueRule = "secret-value";
function replacement(rule) {
  return `[masked:${rule}]`;
}
var encoder3 = new TextEncoder();
var decoder2 = new TextDecoder();
function createMasker(options = {}) {
  const { values = [], rules: rules2 = true } = options;
  const search = new MultiSearch([
    ...encodedForms(values).map((form) => ({ bytes: form.bytes, meaning: { rule: valueOf(form), rank: Infinity } })),
    ...(rules2 ? rules : []).flatMap(
      (rule, rank) => rule.anchors.map((anchor) => ({ bytes: encoder3.encode(anchor), meaning: { rule, rank } }))
    )
  ]);
  const totals = /* @__PURE__ */ new Map();
  const add = (counts) => (rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const whole = (bytes, found) => {
    const parts = [];
    new Pass(search, (part) => parts.push(part), found).push(bytes, true);
    return parts;
  };
  return {
    mask(text) {
      let found = false;
      const count2 = add(totals);
      const parts = whole(encoder3.encode(text), (rule) => {
        found = true;
        count2(rule);
      });
      return found ? parts.map((part) => decoder2.decode(part, { stream: true })).join("") + decoder2.decode() : text;
    },
    transform(onFinding) {
      const count2 = add(totals);
      let pass;
      return new TransformStream({
        start(controller) {
          pass = new Pass(search, (part) => controller.enqueue(part), (rule) => {
            count2(rule);
            onFinding?.(rule);
          });
        },
        transform: (chunk) => pass.push(chunk, false),
        flush: () => pass.push(new Uint8Array(), true)
      });
    },
    scan(content) {
      const counts = /* @__PURE__ */ new Map();
      whole(typeof content === "string" ? encoder3.encode(content) : content, add(counts));
      return listed(counts);
    },
    findings: () => listed(totals)
  };
}
function listed(counts) {
  return [...counts].map(([rule, count2]) => ({ rule, count: count2 })).sort((a, b) => a.rule < b.rule ? -1 : 1);
}
var partBytes = 256 * 1024;
var Pass = class {
  #search;
  #write;
  #found;
  /** Bytes that are not out yet. They reach back as far as a rule may look before what is not decided. */
  #kept = new Uint8Array();
  /** Offset of the first kept byte. */
  #base = 0;
  /** Needles that start before this have been decided about. */
  #decided = 0;
  /** What is before this is out, or masked. */
  #written = 0;
  /** Found, but not yet reached by #written; in the order in which they begin. */
  #ranges = [];
  /** What is before this is masked. */
  #maskedTo = 0;
  /** Sets of bytes by which the secret under way goes on, and from where on each counts. */
  #runs = [];
  constructor(search, write, found) {
    this.#search = search;
    this.#write = write;
    this.#found = found;
  }
  push(chunk, last) {
    let from = 0;
    for (; chunk.length - from > partBytes; from += partBytes) {
      this.#part(chunk.subarray(from, from + partBytes), false);
    }
    this.#part(chunk.subarray(from), last);
  }
  #part(part, last) {
    const bytes = this.#kept.length === 0 ? part : joined([this.#kept, part]);
    const base = this.#base;
    const first = this.#decided - base;
    let limit2 = last ? bytes.length : Math.max(first, bytes.length - this.#search.longest + 1);
    const fresh = [];
    this.#search.each(bytes, first, (start, { bytes: needle, meaning }) => {
      if (start >= limit2) return;
      const after = start + needle.length;
      const { rule, rank } = meaning;
      const end = start + rule.reach;
      if (end > bytes.length && !last) {
        limit2 = start;
        return;
      }
      const range = rule.match(bytes, start, after, Math.min(end, bytes.length));
      if (range === void 0) return;
      fresh.push({ start, range: { ...range, from: range.from + base, to: range.to + base, rule: rule.id, rank } });
    });
    const certain = fresh.filter(({ start }) => start < limit2);
    if (certain.length > 0) {
      this.#ranges.push(...certain.map(({ range }) => range));
      this.#ranges.sort((a, b) => a.from - b.from || b.to - a.to || a.rank - b.rank);
    }
    this.#decided = base + limit2;
    this.#writeUpTo(bytes, last ? base + bytes.length : Math.max(this.#written, base + limit2 - lookBehind));
    const keepFrom = this.#written - base;
    this.#kept = bytes.slice(keepFrom);
    this.#base = base + keepFrom;
  }
  #writeUpTo(bytes, upTo) {
    const base = this.#base;
    const pieces2 = [];
    let at = this.#written;
    while (at < upTo) {
      if (this.#covers(at, bytes[at - base])) {
        while (this.#ranges[0] !== void 0 && this.#ranges[0].from <= at) this.#absorb(this.#ranges.shift());
        const jump = Math.min(upTo, this.#maskedTo, this.#ranges[0]?.from ?? upTo);
        at = this.#runs.length === 0 && jump > at ? jump : at + 1;
        continue;
      }
      const next = this.#ranges[0];
      const stop = Math.min(upTo, Math.max(at, next?.from ?? upTo));
      if (stop > at) {
        pieces2.push(bytes.subarray(at - base, stop - base));
        at = stop;
      }
      if (next === void 0 || next.from > at || at === upTo) continue;
      this.#ranges.shift();
      this.#absorb(next);
      this.#found(next.rule);
      pieces2.push(encoder3.encode(replacement(next.rule)));
    }
    this.#written = at;
    if (pieces2.length > 0) this.#write(pieces2.length === 1 ? pieces2[0] : joined(pieces2));
  }
  /** Whether the byte at this offset belongs to the secret under way. */
  #covers(at, byte) {
    if (this.#runs.length > 0) this.#runs = this.#runs.filter((run2) => at < run2.from || run2.members[byte] === 1);
    return at < this.#maskedTo || this.#runs.some((run2) => run2.from <= at);
  }
  /** Lets the secret under way reach as far as this range does. */
  #absorb(range) {
    this.#maskedTo = Math.max(this.#maskedTo, range.to);
    if (range.run === void 0) return;
    const same = this.#runs.find((run2) => run2.members === range.run);
    this.#runs = this.#runs.filter((run2) => run2 !== same);
    this.#runs.push({ from: Math.max(range.to, same?.from ?? 0), members: range.run });
  }
};
function valueOf(form) {
  return {
    id: valueRule,
    reach: form.bytes.length + 3,
    match(bytes, at, after, end) {
      const from = form.bitsBefore && at > 0 && isBase64[bytes[at - 1]] === 1 ? at - 1 : at;
      let to = after;
      if (form.bitsBehind && to < end && isBase64[bytes[to]] === 1) {
        to++;
        while (to < end && bytes[to] === 61) to++;
      }
      return { from, to };
    }
  };
}
var isBase64 = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
  isBase64[character.charCodeAt(0)] = 1;
}
function joined(pieces2) {
  const bytes = new Uint8Array(pieces2.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces2) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

// lib/record/outgoing.ts
import { createHash as createHash2 } from "node:crypto";
import { join } from "node:path";

// lib/streams/source.ts
var chunkBytes = 64 * 1024;
function checkOffset(offset, size) {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
    throw new RangeError(`cannot read from offset ${offset}: the source has ${size} bytes`);
  }
  return offset;
}
function bytesSource(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    size: bytes.length,
    open(offset = 0) {
      let position = checkOffset(offset, bytes.length);
      return new ReadableStream({
        pull(controller) {
          if (position < bytes.length) {
            controller.enqueue(bytes.slice(position, position += Math.min(chunkBytes, bytes.length - position)));
          }
          if (position >= bytes.length) controller.close();
        }
      }, { highWaterMark: 0 });
    }
  };
}
function fileSource(path, size) {
  return {
    size,
    open(offset = 0) {
      let position = checkOffset(offset, size);
      let file;
      const close = () => {
        file?.close();
        file = void 0;
      };
      return new ReadableStream({
        async pull(controller) {
          try {
            if (position < size) {
              if (file === void 0) {
                file = await Deno.open(path, { read: true });
                await file.seek(position, Deno.SeekMode.Start);
              }
              const buffer = new Uint8Array(Math.min(chunkBytes, size - position));
              const count2 = await file.read(buffer);
              if (count2 === null) {
                throw new TasksmithError({
                  code: "streams/short-file",
                  doing: `read ${path}`,
                  why: `it ended after ${position} of ${size} bytes`,
                  advice: "the file was cut while it was being read; make sure that nothing else writes to it"
                });
              }
              position += count2;
              controller.enqueue(count2 === buffer.length ? buffer : buffer.subarray(0, count2));
            }
            if (position >= size) {
              close();
              controller.close();
            }
          } catch (error) {
            close();
            throw error;
          }
        },
        cancel: close
      }, { highWaterMark: 0 });
    }
  };
}

// lib/record/merge.ts
var artifactType = "application/vnd.tasksmith.files.v1";
var unpackKey = "io.deis.oras.content.unpack";
var contentDigestKey = "io.deis.oras.content.digest";
function readManifest(bytes, mediaType, name) {
  const doing = `add files to ${name}`;
  const refuse = (why) => new OciError({ code: "oci/unsupported", doing, why, advice: "Name a tag that is free, or one that holds files." });
  if (mediaType !== mediaTypes.manifest) throw refuse(`it holds ${mediaType}`);
  const manifest = parseImageManifest(bytes, doing);
  if (imageConfig.test(manifest.config.mediaType)) throw refuse("it holds a container image");
  return manifest;
}
var imageConfig = /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\.v1\+json$/;
function isFolder(layer) {
  return layer.annotations?.[unpackKey] === "true";
}
function titleOf(layer) {
  return normalised(layer.annotations?.[annotationKeys.title] ?? "");
}
function hasSafeTitle(layer) {
  return isSafePath((layer.annotations?.[annotationKeys.title] ?? "").replace(/^(\.\/)+/, ""));
}
function normalised(path) {
  return path.split("/").filter((part) => part !== "." && part !== "").join("/");
}
function isSafePath(path) {
  return path !== "" && !/[\x00-\x1f\x7f\\]/.test(path) && !/^([A-Za-z]:)?\//.test(path) && path.isWellFormed() && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
var Replaced = class {
  #paths;
  #folders;
  /** Of files at these paths. */
  constructor(paths) {
    this.#paths = new Set(paths);
    this.#folders = new Set([...this.#paths].flatMap(foldersOf));
  }
  /** Whether a file at this path cannot stay. */
  file(path) {
    return this.#folders.has(path) || this.folder(path);
  }
  /** Whether a folder of this path cannot stay: only a file in its place, or in the place of one around it, says so. */
  folder(path) {
    return this.#paths.has(path) || foldersOf(path).some((folder) => this.#paths.has(folder));
  }
};
function foldersOf(path) {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
function merge(existing, addition) {
  const { files, annotations, subject, rewritten } = addition;
  const left = new Map(files.map((file) => [file.title, file]));
  const layers = [];
  const dropped = [];
  const replaced = new Replaced(left.keys());
  for (const layer of existing?.layers ?? []) {
    if (isEmptyLayer(layer, existing)) continue;
    if (isFolder(layer)) {
      const now = rewritten?.has(layer.digest) ? rewritten.get(layer.digest) : layer;
      if (now !== void 0) layers.push(now);
      continue;
    }
    const title = titleOf(layer);
    const file = left.get(title);
    if (file !== void 0) {
      layers.push(layerOf(file));
      left.delete(title);
    } else if (title === "" || hasSafeTitle(layer) && !replaced.file(title)) layers.push(layer);
    else if (!files.some((each) => each.title === title)) dropped.push(title);
  }
  layers.push(...[...left.values()].sort((a, b) => a.title < b.title ? -1 : 1).map(layerOf));
  const about = subject ?? existing?.subject;
  return {
    manifest: {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: existing?.artifactType ?? artifactType,
      config: existing?.config ?? emptyDescriptor,
      layers,
      ...about === void 0 ? {} : { subject: about },
      annotations: sorted({ ...existing?.annotations, ...annotations })
    },
    dropped
  };
}
function isEmptyLayer(layer, manifest) {
  return layer.digest === emptyDescriptor.digest && layer.mediaType === emptyDescriptor.mediaType && manifest?.layers.length === 1;
}
function layerOf({ title, digest, size, mediaType }) {
  return { mediaType, digest, size, annotations: { [annotationKeys.title]: title } };
}
function sorted(annotations) {
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => a < b ? -1 : 1));
}
function digestsOf(manifest) {
  return new Map((manifest?.layers ?? []).map((layer) => [titleOf(layer), layer.digest]));
}
function missing(manifest, files, before) {
  const now = digestsOf(manifest);
  return files.filter(({ title, digest }) => {
    const there = now.get(title);
    return there !== digest && (there === void 0 || there === before.get(title));
  });
}

// lib/record/outgoing.ts
var filesAtMost = 4e3;
var depthAtMost = 64;
async function readOutgoing(folder, masker, signal) {
  const root = await realFolder(folder);
  const files = [];
  const leftOut = [];
  const leave = (title, why) => leftOut.push({ title, why });
  const visit2 = async (path, prefix, depth) => {
    const names = [];
    for await (const { name } of Deno.readDir(path)) names.push(name);
    for (const name of names.sort((a, b) => a < b ? -1 : 1)) {
      signal?.throwIfAborted();
      const title = `${prefix}${name}`;
      const from = join(path, name);
      if (!isSafePath(title) || title.includes("�")) {
        leave(title, "its name would not be safe to unpack");
        continue;
      }
      if (masker.scan(name).length > 0) {
        leave(masker.mask(title), "its name holds a secret");
        continue;
      }
      const info = await Deno.lstat(from);
      if (info.isDirectory) {
        if (depth >= depthAtMost) leave(title, `it is more than ${depthAtMost} folders deep`);
        else await visit2(from, `${title}/`, depth + 1);
        continue;
      }
      const target = info.isSymlink ? await linkTarget(from, root) : { path: from };
      if ("why" in target) {
        leave(title, target.why);
        continue;
      }
      if (!info.isFile && !info.isSymlink) {
        leave(title, "it is no regular file");
        continue;
      }
      const file = await readFile(target.path, title, masker, signal);
      if ("why" in file) leave(title, file.why);
      else files.push(file);
      if (files.length > filesAtMost) throw tooMany(folder);
    }
  };
  await visit2(root, "", 1);
  return { files, leftOut };
}
async function realFolder(folder) {
  let why = "it is not a folder";
  try {
    const root = await Deno.realPath(folder);
    if ((await Deno.stat(root)).isDirectory) return root;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    why = "it is not there";
  }
  throw new UsageError({
    code: "record/no-folder",
    doing: `read the files of ${folder}`,
    why,
    advice: "Name the folder that an earlier step has written its files to."
  });
}
async function linkTarget(link, root) {
  let path;
  try {
    path = await Deno.realPath(link);
  } catch {
    return { why: "it is a link that leads nowhere" };
  }
  if (!path.startsWith(`${root}/`)) return { why: "it is a link that leads out of the folder" };
  return (await Deno.stat(path)).isFile ? { path } : { why: "it is a link to something else than a file" };
}
async function readFile(path, title, masker, signal) {
  let size;
  try {
    size = (await Deno.stat(path)).size;
    const plain = fileSource(path, size);
    const before = createHash2("sha256");
    const after = createHash2("sha256");
    let maskedSize = 0;
    const text = new TextCheck();
    const counts = /* @__PURE__ */ new Map();
    const stream = plain.open().pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          signal?.throwIfAborted();
          before.update(chunk);
          text.push(chunk);
          controller.enqueue(chunk);
        }
      })
    ).pipeThrough(masker.transform((rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1)));
    for await (const chunk of stream) {
      after.update(chunk);
      maskedSize += chunk.length;
    }
    const findings = [...counts].map(([rule, count2]) => ({ rule, count: count2 })).sort((a, b) => a.rule < b.rule ? -1 : 1);
    const common = { title, mediaType: mediaTypeOf2(title), findings };
    if (findings.length === 0) return { ...common, source: plain, digest: `sha256:${before.digest("hex")}`, size };
    if (!text.end()) {
      return { why: `it is binary and holds ${findings.map(({ rule, count: count2 }) => `${rule} (${count2})`).join(", ")}` };
    }
    const source = maskedSource(plain, masker, maskedSize);
    return { ...common, source, digest: `sha256:${after.digest("hex")}`, size: maskedSize };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { why: "it was removed meanwhile" };
    if (error instanceof Deno.errors.PermissionDenied) return { why: "it may not be read" };
    throw error;
  }
}
function maskedSource(plain, masker, size) {
  return {
    size,
    open(offset = 0) {
      let skip = offset;
      return plain.open().pipeThrough(masker.transform()).pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            const rest = chunk.subarray(Math.min(skip, chunk.length));
            skip -= chunk.length - rest.length;
            if (rest.length > 0) controller.enqueue(rest);
          }
        })
      );
    }
  };
}
var TextCheck = class {
  #decoder = new TextDecoder("utf-8", { fatal: true });
  #text = true;
  push(chunk) {
    this.#try(() => this.#decoder.decode(chunk, { stream: true }));
    if (this.#text && chunk.includes(0)) this.#text = false;
  }
  end() {
    this.#try(() => this.#decoder.decode());
    return this.#text;
  }
  #try(decode) {
    if (!this.#text) return;
    try {
      decode();
    } catch {
      this.#text = false;
    }
  }
};
var mediaTypes2 = {
  json: "application/json",
  xml: "application/xml",
  html: "text/html",
  txt: "text/plain",
  log: "text/plain",
  md: "text/markdown",
  yaml: "application/yaml",
  yml: "application/yaml",
  gz: "application/gzip"
};
function mediaTypeOf2(title) {
  const extension = /\.([A-Za-z0-9]+)$/.exec(title)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(mediaTypes2, extension) ? mediaTypes2[extension] : "application/octet-stream";
}
function tooMany(folder) {
  return new TasksmithError({
    code: "record/too-many-files",
    doing: `read the files of ${folder}`,
    why: `there are more than ${filesAtMost}, and the artifact's manifest names each of them`,
    advice: "Pack them into one file before they are pushed, such as a .tar.gz."
  });
}

// lib/record/push-folder.ts
import { createHash as createHash3 } from "node:crypto";

// lib/streams/concurrency.ts
async function mapConcurrent(items, limit2, each, options = {}) {
  if (!Number.isSafeInteger(limit2) || limit2 < 1) {
    throw new RangeError(`cannot do ${limit2} things at once: the limit must be a positive integer`);
  }
  const { signal } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const inner = signal === void 0 ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const results = [];
  let failure;
  let next = 0;
  let exhausted = false;
  const fail = (error) => {
    failure ??= { error };
    stop.abort(error);
  };
  let taking = Promise.resolve();
  const take = () => {
    const taken = taking.then(async () => {
      if (exhausted || inner.aborted) return void 0;
      const { done, value } = await iterator.next();
      if (!done) return { item: value, index: next++ };
      exhausted = true;
      return void 0;
    });
    taking = taken.catch(() => {
    });
    return taken;
  };
  const lane = async () => {
    try {
      for (let taken = await take(); taken !== void 0; taken = await take()) {
        results[taken.index] = await each(taken.item, taken.index, inner);
      }
    } catch (error) {
      fail(error);
    }
  };
  await Promise.all(Array.from({ length: limit2 }, lane));
  if (!exhausted) await iterator.return?.();
  signal?.throwIfAborted();
  if (failure !== void 0) throw failure.error;
  return results;
}

// lib/record/folder-layer.ts
var maxHeaderBytes = 1024 * 1024;
var blockBytes = 512;
var decoder3 = new TextDecoder();
var withContent = /* @__PURE__ */ new Set([48, 0, 55, 83]);
async function namesIn(gzipped, name) {
  const names = [];
  const keep = (path, folder) => {
    if (!folder) names.push(path);
    return false;
  };
  await gzipped.pipeThrough(new DecompressionStream("gzip")).pipeThrough(filterTar(keep, name)).pipeTo(
    new WritableStream()
  );
  return names;
}
function withoutEntries(gzipped, keep, name) {
  return gzipped.pipeThrough(new DecompressionStream("gzip")).pipeThrough(filterTar(keep, name));
}
function filterTar(keep, name) {
  const filter = new TarFilter(keep, name);
  return new TransformStream({
    transform: (chunk, controller) => filter.push(chunk, (bytes) => controller.enqueue(bytes)),
    flush: (controller) => filter.end((bytes) => controller.enqueue(bytes))
  });
}
var TarFilter = class {
  #keep;
  #name;
  /** Bytes of a header, or of an extended header's records, that are not all there yet. */
  #held = new Uint8Array();
  /** Headers that belong to the entry that follows. */
  #before = [];
  #path;
  #size;
  /** Bytes, padding included, that pass or fall without being looked at. */
  #content = 0;
  #passing = false;
  /** How long the extended header is that is being read, header and padding included; 0 for none. */
  #extended = 0;
  #ended = false;
  constructor(keep, name) {
    this.#keep = keep;
    this.#name = name;
  }
  push(chunk, emit) {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#content > 0) {
        const take2 = Math.min(this.#content, chunk.length - at);
        if (this.#passing) emit(chunk.slice(at, at + take2));
        this.#content -= take2;
        at += take2;
        continue;
      }
      const wanted = this.#extended || blockBytes;
      const take = Math.min(wanted - this.#held.length, chunk.length - at);
      const grown = new Uint8Array(this.#held.length + take);
      grown.set(this.#held);
      grown.set(chunk.subarray(at, at + take), this.#held.length);
      this.#held = grown;
      at += take;
      if (this.#held.length < wanted) return;
      const block = this.#held;
      if (this.#extended > 0) {
        this.#readExtended(block);
        this.#before.push(block);
        this.#extended = 0;
        this.#held = new Uint8Array();
      } else this.#header(block, emit);
    }
  }
  end(emit) {
    if (this.#held.length > 0 || this.#content > 0 || this.#before.length > 0) {
      throw this.#broken("it ends in an entry");
    }
    emit(new Uint8Array(2 * blockBytes));
  }
  #header(block, emit) {
    if (block.every((byte) => byte === 0)) {
      this.#ended = true;
      this.#held = new Uint8Array();
      return;
    }
    let sum = 8 * 32;
    for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
    if (sum !== this.#number(block, 148, 8)) throw this.#broken("the checksum of a header is wrong");
    const type = String.fromCharCode(block[156] ?? 0);
    const size = this.#number(block, 124, 12);
    if ("xgLK".includes(type)) {
      if (size > maxHeaderBytes) throw this.#broken("an extended header is larger than 1 MiB");
      this.#extended = blockBytes + padded(size);
      return;
    }
    this.#held = new Uint8Array();
    const prefix = textOf2(block, 257, 5) === "ustar" ? textOf2(block, 345, 155) : "";
    const name = textOf2(block, 0, 100);
    const path = (this.#path ?? (prefix === "" ? name : `${prefix}/${name}`)).replace(/^(\.\/)+/, "");
    this.#passing = this.#keep(path.replace(/\/+$/, ""), type === "5" || path.endsWith("/"));
    if (this.#passing) {
      for (const bytes of [...this.#before, block]) emit(bytes);
    }
    this.#content = withContent.has(block[156] ?? 0) ? padded(this.#size ?? size) : 0;
    this.#before = [];
    this.#path = this.#size = void 0;
  }
  #readExtended(block) {
    const type = String.fromCharCode(block[156] ?? 0);
    const body = block.subarray(blockBytes, blockBytes + this.#number(block, 124, 12));
    if (type === "L") this.#path = textOf2(body, 0, body.length);
    if (type !== "x") return;
    for (let at = 0; at < body.length; ) {
      const space = body.indexOf(32, at);
      const length = Number(decoder3.decode(body.subarray(at, space < 0 ? at : space)));
      if (!Number.isInteger(length) || length <= 0 || space < 0) throw this.#broken("an extended header is malformed");
      const record = decoder3.decode(body.subarray(space + 1, at + length - 1));
      const equals = record.indexOf("=");
      const value = record.slice(equals + 1);
      if (record.slice(0, equals) === "path") this.#path = value;
      if (record.slice(0, equals) === "size") this.#size = Number(value);
      at += length;
    }
  }
  /** A field in octal digits, or, by GNU's extension, in binary. */
  #number(block, at, length) {
    const field = block.subarray(at, at + length);
    let value = 0;
    if ((field[0] ?? 0) & 128) {
      for (const [index, byte] of field.entries()) value = value * 256 + (index === 0 ? byte & 127 : byte);
    } else value = parseInt(textOf2(block, at, length).trim() || "0", 8);
    if (!Number.isSafeInteger(value)) throw this.#broken("a number in a header is none");
    return value;
  }
  #broken(why) {
    return new TasksmithError({
      code: "record/bad-tar",
      doing: `read the files in ${this.#name}`,
      why: `it is no tar that can be read: ${why}`,
      advice: "Push to a new tag, or remove the artifact that is there."
    });
  }
};
function padded(size) {
  return Math.ceil(size / blockBytes) * blockBytes;
}
function textOf2(bytes, at, length) {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder3.decode(end < 0 ? field : field.subarray(0, end));
}

// lib/record/push-folder.ts
var uploads = 4;
var answersToSettle = 16;
var settleAtMostMs = 15e3;
async function pushFolder(target, options) {
  const { tag, files, annotations, subject, signal, log = silent, settleMs = 1e3, attempts = 30 } = options;
  const name = `${target.name}:${tag}`;
  const first = await readTag(target, tag, name, signal);
  const before = digestsOf(first);
  const folders = new FolderLayers(target, files, log, signal);
  await folders.prepare(first);
  await target.pushBlob(emptyDescriptor, bytesSource(emptyContent), { signal });
  await mapConcurrent(files, uploads, async ({ mediaType, digest, size, source }, _, ending) => {
    await target.pushBlob({ mediaType, digest, size }, source, { signal: ending });
  }, { signal });
  const began = performance.now();
  await target.hasBlob(emptyDescriptor, { signal });
  const answerMs = performance.now() - began;
  let writes = 0;
  let warned = [];
  const descriptor = await updateTag(target, tag, async (current) => {
    const existing = current && readManifest(current.bytes, current.descriptor.mediaType, name);
    if (writes > 0) {
      const lost = missing(existing, files, before);
      if (lost.length === 0) return void 0;
      log.info(`another writer has overwritten ${name}: adding ${count(lost.length, "file")} again`);
    }
    const rewritten = await folders.prepare(existing);
    const { manifest, dropped } = merge(existing, { files, annotations, subject, rewritten });
    if (dropped.join("\n") !== warned.join("\n")) {
      log.warn(`${name}: no longer in it, because their names do not go together with new ones: ${dropped.join(", ")}`);
      warned = dropped;
    }
    const bytes = canonicalJson(manifest);
    if (current !== void 0 && sameBytes(bytes, canonicalJson(existing))) return void 0;
    writes++;
    return { bytes, mediaType: mediaTypes.manifest };
  }, {
    attempts,
    settleMs: Math.min(settleAtMostMs, Math.max(settleMs, answersToSettle * answerMs)),
    signal
  });
  return { descriptor: descriptor ?? await target.resolve(tag, { signal }), writes };
}
async function readTag(target, tag, name, signal) {
  try {
    const { descriptor, bytes } = await target.fetchManifest(tag, { signal });
    return readManifest(bytes, descriptor.mediaType, name);
  } catch (error) {
    if (isNotFound(error)) return void 0;
    throw error;
  }
}
var FolderLayers = class {
  #target;
  #replaced;
  #log;
  #signal;
  #rewritten = /* @__PURE__ */ new Map();
  constructor(target, files, log, signal) {
    this.#target = target;
    this.#replaced = new Replaced(files.map((file) => file.title));
    this.#log = log;
    this.#signal = signal;
  }
  /**
   * What stands in place of each such layer. One that holds none of the files stays as it is; another is written anew
   * without them, since whoever pulls would otherwise get one or the other by chance. What is left in it keeps its modes,
   * times and links, which layers of single files do not have.
   */
  async prepare(manifest) {
    for (const layer of (manifest?.layers ?? []).filter(isFolder)) {
      if (!this.#rewritten.has(layer.digest)) this.#rewritten.set(layer.digest, await this.#rewrite(layer));
    }
    return this.#rewritten;
  }
  async #rewrite(layer) {
    const fetch2 = () => this.#target.fetchBlob(layer, { signal: this.#signal });
    const what = `the layer ${layer.digest} of ${this.#target.name}`;
    const names = (await namesIn(await fetch2(), what)).map(normalised);
    const gone = names.filter((path) => this.#replaced.file(path));
    if (gone.length === 0) return layer;
    if (gone.length === names.length) return void 0;
    this.#log.info(`writing the folder that is there anew, without ${gone.join(", ")}`);
    const keep = (path, folder) => path === "." || path === "" || isSafePath(normalised(path)) && !(folder ? this.#replaced.folder(normalised(path)) : this.#replaced.file(normalised(path)));
    const tar = createHash3("sha256");
    const open = async () => withoutEntries(await fetch2(), keep, what).pipeThrough(
      new TransformStream({
        transform: (chunk, controller) => {
          hash?.update(chunk);
          controller.enqueue(chunk);
        }
      })
    ).pipeThrough(new CompressionStream("gzip"));
    let hash = tar;
    const { digest, size } = await digestOf(await open());
    hash = void 0;
    const rewritten = {
      ...layer,
      digest,
      size,
      annotations: { ...layer.annotations, [contentDigestKey]: `sha256:${tar.digest("hex")}` }
    };
    await this.#target.pushBlob(rewritten, streamSource(size, open), { signal: this.#signal });
    return rewritten;
  }
};
function streamSource(size, make) {
  return {
    size,
    open(offset = 0) {
      let skip = offset;
      let reader;
      return new ReadableStream({
        async pull(controller) {
          reader ??= (await make()).getReader();
          while (true) {
            const { done, value } = await reader.read();
            if (done) return controller.close();
            const rest = value.subarray(Math.min(skip, value.length));
            skip -= value.length - rest.length;
            if (rest.length > 0) return controller.enqueue(rest);
          }
        },
        cancel: (reason) => reader?.cancel(reason)
      }, { highWaterMark: 0 });
    }
  };
}
function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// lib/record/secure-push.ts
async function securePush(options) {
  const { folder, credentials, secrets, expiration, plainHttp, signal, log, settleMs } = options;
  const reference = tagged(options.reference);
  const about = subjectOf(options.subject ?? "", reference);
  const outgoing = await readOutgoing(folder, createMasker({ values: secrets }), signal);
  report(outgoing, log);
  if (outgoing.files.length === 0) {
    log.warn(`nothing is pushed: there are no files to push in ${folder}`);
    return void 0;
  }
  const target = openRepository(reference, {
    credentials,
    signal,
    log,
    ...plainHttp === void 0 ? {} : { plainHttp }
  });
  try {
    const subject = about === void 0 ? void 0 : await resolveSubject(target, about, signal);
    const { descriptor, writes } = await pushFolder(target, {
      tag: reference.tag,
      files: outgoing.files,
      annotations: {
        [annotationKeys.title]: `Artifact storage for pipelinerun: ${reference.tag}`,
        ...expiration === "" ? {} : { "quay.expires-after": expiration }
      },
      subject,
      signal,
      log,
      ...settleMs === void 0 ? {} : { settleMs }
    });
    const name = formatReference(reference);
    const { length } = outgoing.files;
    log.info(
      writes === 0 ? `${name} holds all of it already, ${descriptor.digest}` : `pushed ${length} file${length === 1 ? "" : "s"} to ${name}, ${descriptor.digest}; to get them: oras pull ${name}`
    );
    return descriptor;
  } finally {
    target.close();
  }
}
function tagged(text) {
  const reference = parseReference(text);
  const { tag, digest } = reference;
  if (tag !== void 0 && digest === void 0) return { ...reference, tag };
  throw new UsageError({
    code: "record/no-tag",
    doing: `push to ${text}`,
    why: digest === void 0 ? "it has no tag" : "a digest names content that is there already",
    advice: "Name registry, repository and tag: quay.io/org/repo:tag."
  });
}
function subjectOf(text, reference) {
  if (text === "" || isDigest(text)) return text || void 0;
  const { tag, digest, ...where } = parseReference(text);
  if (where.registry === reference.registry && where.repository === reference.repository) {
    return digest ?? tag ?? "latest";
  }
  throw new UsageError({
    code: "record/subject-elsewhere",
    doing: `attach the artifact to ${text}`,
    why: `it is not in the repository ${reference.registry}/${reference.repository}`,
    advice: "An artifact lies in the repository of its subject: push it there, or name no subject."
  });
}
async function resolveSubject(target, which, signal) {
  const { mediaType, digest, size } = await target.resolve(which, { signal });
  return { mediaType, digest, size };
}
function report({ files, leftOut }, log) {
  for (const { title, findings } of files) {
    for (const { rule, count: count2 } of findings) {
      log.warn(`${title}: masked ${count2} secret${count2 === 1 ? "" : "s"} (${rule})`);
    }
  }
  for (const { title, why } of leftOut) log.warn(`${shown2(title)}: left out, because ${why}`);
}
function shown2(title) {
  return /[\x00-\x1f\x7f]/.test(title) ? JSON.stringify(title) : title;
}

// lib/task/define.ts
function defineStepAction(declaration) {
  return { kind: "StepAction", ...declaration };
}
function variable(name) {
  return { variable: name };
}

// lib/tekton/duration.ts
var units = /* @__PURE__ */ new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["µs", 1000n],
  ["μs", 1000n],
  ["ms", 1000000n],
  ["s", 1000000000n],
  ["m", 60000000000n],
  ["h", 3600000000000n]
]);
var limit = 1n << 63n;
var maxDuration = limit - 1n;
function parseDuration(text) {
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") return void 0;
  const part = /^([0-9]*)(?:\.([0-9]*))?([^.0-9]+)/;
  let total = 0n;
  while (rest !== "") {
    const match = part.exec(rest);
    const unit = units.get(match?.[3] ?? "");
    if (match === null || unit === void 0) return void 0;
    const whole = match[1] ?? "";
    const decimals = match[2] ?? "";
    if (whole === "" && decimals === "") return void 0;
    const digits3 = whole.replace(/^0+/, "");
    if (digits3.length > 19) return void 0;
    total += BigInt(digits3) * unit + fraction(decimals, unit);
    if (total > limit) return void 0;
    rest = rest.slice(match[0].length);
  }
  if (negative) return -total;
  return total > maxDuration ? void 0 : total;
}
function fraction(decimals, unit) {
  let value = 0n;
  let scale = 1;
  for (const digit of decimals.slice(0, 32)) {
    const next = value * 10n + BigInt(digit);
    if (value > maxDuration / 10n || next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}
function toMilliseconds(nanoseconds) {
  const whole = nanoseconds / 1000000n;
  return Number(nanoseconds > whole * 1000000n ? whole + 1n : whole);
}

// lib/task/suggest.ts
function suggestion(word3, known) {
  let best;
  let least = Math.max(1, Math.floor(word3.length / 3)) + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(word3) && word3.length > 2 ? 1 : editDistance(word3, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

// lib/task/flags.ts
var commonFlags = [
  ...[
    ["help", "Show this text.", void 0],
    ["version", "Show name and version.", void 0],
    ["completions", "Print shell completions.", ["bash", "zsh", "fish"]],
    ["format", "How results are printed on stdout.", ["text", "json"]],
    ["quiet", "Only warnings and errors.", void 0],
    ["debug", "Debug lines, and stacks of errors.", void 0]
  ].map(([name, description, choices]) => ({
    name,
    key: name,
    origin: "common",
    description,
    ...choices ? { value: choices.join("|"), choices } : {}
  }))
];
function flagsOf(task) {
  return [
    ...Object.entries(task.params ?? {}).map(([name, param]) => ({
      name,
      key: name,
      origin: "param",
      description: param.description,
      value: param.type === "object" ? "KEY=VALUE" : "VALUE",
      ...param.type === "array" || param.type === "object" ? { repeated: true } : {},
      ..."enum" in param && param.enum ? { choices: param.enum, value: param.enum.join("|") } : {}
    })),
    ...Object.entries(task.options ?? {}).map(([name, option]) => ({
      name,
      key: name,
      origin: "option",
      description: option.description,
      ...option.value === void 0 ? {} : { value: option.value }
    })),
    ...Object.entries(task.workspaces ?? {}).map(([name, workspace]) => ({
      name,
      key: name,
      origin: "workspace",
      description: workspace.description,
      value: "DIR"
    })),
    ...Object.entries(task.secrets ?? {}).map(([name, secret]) => ({
      name: `${name}-file`,
      key: name,
      origin: "secret",
      description: secret.description,
      value: "FILE"
    })),
    ...commonFlags
  ];
}
function parseFlags(command, flags, args) {
  const given = /* @__PURE__ */ new Map();
  const refuse = (why, advice = `${command} --help lists all options.`) => new UsageError({ code: "usage/flag", doing: `run ${command}`, why, advice });
  for (let at = 0; at < args.length; at++) {
    const word3 = args[at] ?? "";
    if (!word3.startsWith("--")) throw refuse(`"${word3}" is not an option`);
    const equals = word3.indexOf("=");
    const name = equals < 0 ? word3.slice(2) : word3.slice(2, equals);
    const flag = flags.find((candidate) => candidate.name === name);
    if (!flag) {
      const near = suggestion(name, flags.map((candidate) => candidate.name));
      throw refuse(`there is no option --${name}`, near && `Did you mean --${near}? ${command} --help lists all.`);
    }
    let value = "";
    if (flag.value === void 0) {
      if (equals >= 0) throw refuse(`--${name} takes no value`);
    } else if (equals >= 0) {
      value = word3.slice(equals + 1);
    } else {
      const next = args[at + 1];
      if (next !== void 0 && !next.startsWith("--")) {
        value = next;
        at++;
      } else if (flag.choices?.join() === "true,false") {
        value = "true";
      } else {
        throw refuse(`--${name} needs a value`, `Write --${name} ${flag.value}, or --${name}=… for one with dashes.`);
      }
    }
    if (flag.origin === "common" && flag.choices && !flag.choices.includes(value)) {
      throw refuse(`--${name} is "${value}"`, `It is one of ${flag.choices.join(", ")}.`);
    }
    const values = given.get(name);
    if (values && !flag.repeated) throw refuse(`--${name} is given twice`, "Give it once.");
    if (values) values.push(value);
    else given.set(name, [value]);
  }
  return given;
}

// lib/task/host.ts
var largestText = 1024 * 1024;
function denoHost(args) {
  return {
    args,
    env: (variable2) => isGranted({ name: "env", variable: variable2 }) ? Deno.env.get(variable2) : void 0,
    stdout: (text) => {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    },
    readText: async (path) => {
      try {
        const { size } = await Deno.stat(path);
        if (size <= largestText) return await Deno.readTextFile(path);
        throw new TasksmithError({
          code: "task/file-too-large",
          doing: `read ${path}`,
          why: `it has ${size} bytes`,
          advice: `At most ${largestText} are read.`
        });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return void 0;
        throw error;
      }
    },
    writeText: async (path, text) => {
      if (!isGranted({ name: "write", path })) return "not allowed";
      try {
        await Deno.writeTextFile(path, text);
        return "written";
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return "no folder";
        throw error;
      }
    },
    onSignal: (name, handler) => {
      if (Deno.build.os === "windows" && name === "SIGTERM") return () => {
      };
      Deno.addSignalListener(name, handler);
      return () => Deno.removeSignalListener(name, handler);
    },
    exit: (code) => Deno.exit(code)
  };
}
function isGranted(descriptor) {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

// lib/task/inputs.ts
function upperSnake(name) {
  return name.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();
}
function paramVariable(name, key) {
  return `PARAM_${upperSnake(key === void 0 ? name : `${name}_${key}`)}`;
}
function workspaceVariable(name) {
  return `WORKSPACE_${upperSnake(name)}`;
}
function secretVariable(name) {
  return `SECRET_${upperSnake(name)}`;
}
function resultVariable(name) {
  return `RESULT_${upperSnake(name)}`;
}
function arrayMarker(name) {
  return `--array-param=${name}`;
}
function isFromPod(args) {
  return args[0]?.startsWith(arrayMarker("")) ?? false;
}
function arrayParams(task) {
  return Object.entries(task.params ?? {}).filter(([, param]) => param.type === "array").map(([name]) => name);
}
function splitArrays(task, args) {
  const names = arrayParams(task);
  const found = names.map((name) => {
    const first = args.indexOf(arrayMarker(name));
    if (first < 0 || args.indexOf(arrayMarker(name), first + 1) >= 0) {
      throw new UsageError({
        code: "usage/array",
        doing: `read the array param "${name}"`,
        why: first < 0 ? `its marker ${arrayMarker(name)} is not among the arguments` : `${arrayMarker(name)} appears twice among the arguments, once as somebody's element`,
        advice: "Arguments are generated; an array element must not be equal to a marker."
      });
    }
    return first;
  });
  if (found.some((at, index) => at < (found[index - 1] ?? 0)) || found[0] !== 0) {
    throw new UsageError({
      code: "usage/array",
      doing: `read the array params of ${task.name}`,
      why: "their markers are not in the order of declaration",
      advice: "Generate the Task's YAML anew from its script."
    });
  }
  return Object.fromEntries(names.map((name, index) => [name, args.slice((found[index] ?? 0) + 1, found[index + 1])]));
}
function isUnresolvedContext(text) {
  return /^\$\(context\.[A-Za-z.-]+\)$/.test(text);
}
function readInputs(task, args, env) {
  const marked = isFromPod(args);
  const arrays = marked ? splitArrays(task, args) : {};
  const given = marked ? /* @__PURE__ */ new Map() : parseFlags(task.name, flagsOf(task), args);
  const params = {};
  const missing2 = [];
  for (const [name, param] of Object.entries(task.params ?? {})) {
    const value = arrays[name] ?? readParam(task.name, name, param, given.get(name), env);
    if (value === void 0) missing2.push(`--${name}`);
    else params[name] = value;
  }
  const pathOf = (flag, variable2) => given.get(flag)?.[0] || env(variable2) || void 0;
  const workspaces = Object.fromEntries(
    Object.keys(task.workspaces ?? {}).map((name) => [name, pathOf(name, workspaceVariable(name))])
  );
  for (const [name, workspace] of Object.entries(task.workspaces ?? {})) {
    if (!workspace.optional && workspaces[name] === void 0) missing2.push(`--${name}`);
  }
  if (missing2.length > 0) {
    throw new UsageError({
      code: "usage/missing",
      doing: `run ${task.name}`,
      why: `${missing2.join(", ")} ${missing2.length > 1 ? "are" : "is"} missing`,
      advice: `${task.name} --help shows what each is for, and the variables that may hold it instead.`
    });
  }
  return {
    params,
    options: Object.fromEntries(
      Object.entries(task.options ?? {}).map(([name, option]) => [
        name,
        option.value === void 0 ? given.has(name) : given.get(name)?.[0]
      ])
    ),
    workspaces,
    secrets: Object.fromEntries(
      Object.keys(task.secrets ?? {}).map((name) => [
        name,
        { path: pathOf(`${name}-file`, secretVariable(name)), named: given.has(`${name}-file`) }
      ])
    ),
    common: {
      debug: given.has("debug"),
      quiet: given.has("quiet"),
      format: given.get("format")?.[0] === "json" ? "json" : "text"
    }
  };
}
function readParam(command, name, param, given, env) {
  if (param.type === "array") return given ?? listVariable(command, name, env) ?? param.default;
  if (param.type === "object") return readObject(command, name, param, given ?? [], env);
  const { default: fallback } = param;
  let value = given?.[0] ?? env(paramVariable(name));
  if (typeof fallback === "object") {
    if (value === void 0 || isUnresolvedContext(value)) value = "";
  } else value ??= fallback;
  if (param.optionalAtDesk) value ??= "";
  if (value !== void 0 && param.enum && !param.enum.includes(value)) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${name}" of ${command}`,
      why: `it is "${value}"`,
      advice: `It is one of ${param.enum.join(", ")}.`
    });
  }
  return value;
}
function readObject(command, name, param, given, env) {
  const keys = Object.keys(param.properties);
  const value = {};
  for (const key of keys) {
    const text = env(paramVariable(name, key)) ?? param.default?.[key];
    if (text !== void 0) value[key] = text;
  }
  for (const pair of given) {
    const equals = pair.indexOf("=");
    const key = pair.slice(0, Math.max(equals, 0));
    if (!keys.includes(key)) {
      throw new UsageError({
        code: "usage/param",
        doing: `read the param "${name}" of ${command}`,
        why: equals < 0 ? `"${pair}" has no "="` : `it has no key "${key}"`,
        advice: `Write --${name} KEY=VALUE for each of ${keys.join(", ")}.`
      });
    }
    value[key] = pair.slice(equals + 1);
  }
  return keys.every((key) => key in value) ? value : void 0;
}
function listVariable(command, name, env) {
  const text = env(paramVariable(name));
  if (text === void 0) return void 0;
  try {
    const list = JSON.parse(text);
    if (Array.isArray(list) && list.every((element) => typeof element === "string")) return list;
  } catch {
  }
  throw new UsageError({
    code: "usage/param",
    doing: `read the param "${name}" of ${command}`,
    why: `${paramVariable(name)} does not hold a JSON array of strings`,
    advice: `Write ${paramVariable(name)}='["one", "two"]', or --${name} for each element.`
  });
}

// lib/task/interruption.ts
var longestTimer = 2 ** 31 - 1;
function interruptible(deadline, host) {
  const controller = new AbortController();
  const abort = (code, why, advice, exitCode) => controller.abort(new TasksmithError({ code, doing: "finish", why, advice, exitCode }));
  const timer = deadline === void 0 || deadline > longestTimer ? void 0 : setTimeout(
    () => abort("deadline", `the deadline passed after ${deadline / 1e3} s`, "Allow more time.", ExitCode.timedOut),
    deadline
  );
  const undo = [["SIGTERM", ExitCode.terminated], ["SIGINT", ExitCode.interrupted]].map(
    ([name, exitCode]) => {
      let seen = false;
      return host.onSignal(name, () => {
        if (seen) return host.exit(exitCode);
        seen = true;
        abort(`signal/${name.toLowerCase()}`, `${name} was received`, "What was not finished is not stored.", exitCode);
      });
    }
  );
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      for (const take of undo) take();
    }
  };
}

// lib/task/results.ts
var resultBudget = 4096;
var reserved = 256;
function createResults(task) {
  const values = /* @__PURE__ */ new Map();
  const names = Object.keys(task.results ?? {});
  return {
    set: (name, value) => {
      if (!names.includes(name)) {
        throw new TasksmithError({
          code: "task/unknown-result",
          doing: `set the result ${name}`,
          why: `${task.name} declares no such result`,
          advice: `Declared are: ${names.join(", ") || "none"}.`
        });
      }
      const after = new Map(values).set(name, value);
      const size = messageSize(after);
      if (size > resultBudget - reserved) {
        throw new TasksmithError({
          code: "task/results-too-large",
          doing: `set the result ${name}`,
          why: `all results together would take ${size} bytes, and Tekton keeps ${resultBudget - reserved}`,
          advice: "Store what is large as an artifact and give its reference as the result.",
          details: { size, limit: resultBudget - reserved }
        });
      }
      values.set(name, value);
    },
    entries: () => names.flatMap((name) => values.has(name) ? [[name, values.get(name) ?? ""]] : [])
  };
}
function messageSize(values) {
  const message = [...values].map(([key, value]) => ({ key, value: resultText(value), type: 1 }));
  return new TextEncoder().encode(JSON.stringify(message)).length;
}
function resultText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
function printedResults(entries, format) {
  if (format === "json") return `${JSON.stringify(Object.fromEntries(entries))}
`;
  return entries.map(([name, value]) => {
    const text = resultText(value);
    return `${name}=${/[\x00-\x1f\x7f]/.test(text) ? JSON.stringify(text) : text}
`;
  }).join("");
}

// lib/task/main.ts
async function main(task, options = {}) {
  Deno.exit(await run(task, denoHost(options.args ?? Deno.args), options.command));
}
async function run(task, host, command) {
  const flags = isFromPod(host.args) ? [] : host.args;
  const { mask, hide } = createMask();
  const debug = flags.includes("--debug");
  const log = createLogger({
    quiet: flags.includes("--quiet"),
    debug,
    mask,
    ...host.stderr ? { write: host.stderr, terminal: false } : {}
  });
  const fail = (error) => {
    log.error(describeError(error, { debug }));
    return exitCodeOf(error);
  };
  let inputs;
  let interruption;
  try {
    const answer = await answerOf(task, flags, command ?? `deno run -A scripts/${task.name}.ts`);
    if (answer !== void 0) {
      host.stdout(answer);
      return ExitCode.ok;
    }
    inputs = readInputs(task, host.args, (name) => host.env(name));
    interruption = interruptible(deadlineOf(task, inputs), host);
  } catch (error) {
    return fail(error);
  }
  const results = createResults(task);
  const failures = [];
  try {
    await task.run(contextOf(task, host, inputs, results, { log, hide, signal: interruption.signal }));
    interruption.signal.throwIfAborted();
  } catch (error) {
    failures.push(interruption.signal.aborted ? interrupted(interruption.signal, error, log) : error);
  } finally {
    interruption.stop();
    log.progress("");
  }
  try {
    await handOut(results, inputs, host);
  } catch (error) {
    failures.push(error);
  }
  return failures.map(fail)[0] ?? ExitCode.ok;
}
async function answerOf(task, flags, command) {
  const asked = flags.find((word3) => /^(-h|--help|--version|--completions(=.*)?)$/.test(word3));
  if (asked === void 0) return void 0;
  if (asked === "--version") return `${task.name} ${task.version}
`;
  const { completions, helpText, shells } = await Promise.resolve().then(() => (init_help(), help_exports));
  if (!asked.startsWith("--completions")) return helpText(task, command);
  const shell = asked.split("=")[1] ?? flags[flags.indexOf(asked) + 1] ?? "";
  if (shells.includes(shell)) return completions(shell, task.name, flagsOf(task));
  throw new UsageError({
    code: "usage/flag",
    doing: "print completions",
    why: `"${shell}" is not a shell known here`,
    advice: `It is one of ${shells.join(", ")}.`
  });
}
function contextOf(task, host, inputs, results, { log, hide, signal }) {
  return {
    params: inputs.params,
    options: inputs.options,
    results,
    workspaces: mapValues(inputs.workspaces, (path) => path === void 0 ? void 0 : { path }),
    secrets: mapValues(inputs.secrets, ({ path, named: named2 }, name) => ({
      path,
      read: async () => {
        const text = path === void 0 ? void 0 : await host.readText(path);
        if (text !== void 0) hide(text);
        else if (named2) throw missingFile(name, path);
        return text;
      }
    })),
    env: mapValues(task.env ?? {}, (_, name) => host.env(name) ?? ""),
    signal,
    log
  };
}
function missingFile(name, path) {
  return new UsageError({
    code: "usage/file",
    doing: `read the secret "${name}"`,
    why: `${path} does not exist`,
    advice: `Name an existing file with --${name}-file, or leave the option out.`
  });
}
function interrupted({ reason }, error, log) {
  if (error === reason) return reason;
  if (error instanceof TasksmithError && error.exitCode === exitCodeOf(reason)) return error;
  log.debug(`interrupted, and then: ${describeError(error, { debug: true })}`);
  return reason;
}
async function handOut(results, { common: { format } }, host) {
  const entries = results.entries();
  if (entries.length > 0 || format === "json") host.stdout(printedResults(entries, format));
  const folder = host.env("RESULTS_DIR");
  for (const [name, value] of entries) {
    const told = host.env(resultVariable(name)) ?? (folder === void 0 ? void 0 : `${folder}/${name}`);
    const written = await host.writeText(told ?? `/tekton/results/${name}`, resultText(value));
    if (written === "written" || told === void 0) continue;
    throw new UsageError({
      code: "usage/results",
      doing: `write the result ${name}`,
      why: written === "no folder" ? `there is no folder for ${told}` : `writing ${told} is not allowed`,
      advice: written === "no folder" ? "Create the folder that RESULTS_DIR names." : `Add --allow-write=${told}.`
    });
  }
}
function deadlineOf(task, inputs) {
  if (task.deadline === void 0) return void 0;
  const text = String(inputs.params[task.deadline]);
  const duration = parseDuration(text);
  if (duration === void 0 || duration < 0n) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${task.deadline}" of ${task.name}`,
      why: `"${text}" is not a duration`,
      advice: "Write it as 90s, 1h30m or 0 for no deadline."
    });
  }
  return duration === 0n ? void 0 : toMilliseconds(duration);
}
function createMask() {
  const decoder4 = new TextDecoder();
  let forms = [];
  return {
    mask: (text) => forms.reduce((masked, form) => masked.replaceAll(form, "[masked:secret-value]"), text),
    hide: (secret) => {
      const fresh = encodedForms(secretValues(secret)).map(({ bytes }) => decoder4.decode(bytes));
      forms = [.../* @__PURE__ */ new Set([...forms, ...fresh])].sort((a, b) => b.length - a.length);
    }
  };
}
function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

// scripts/secure-push-oci.ts
var stepAction = defineStepAction({
  name: "secure-push-oci",
  version: "0.1",
  displayName: "Secure push to an OCI registry",
  description: [
    "Pushes the files of a folder to a tag of an OCI repository, after it has masked the secrets in them.",
    "Each file becomes a layer of the artifact under its path, so that `oras pull` gives the files back. If the tag exists, the files that are there are kept, and those of the folder added or put in the place of the ones with the same path; several writers may do so at the same time.",
    "Values of the mounted Secret (plain, base64 or URL-encoded) and what looks like a credential are replaced in text files, and reported with file, rule and count. A binary file that holds any is left out and named."
  ].join("\n\n"),
  categories: ["Publishing"],
  tags: ["oci", "artifact", "secrets"],
  params: {
    "workdir-path": {
      description: "The folder whose files are pushed.",
      example: "/workspace/pipeline-status"
    },
    "oci-ref": {
      description: "Full OCI artifact reference, with its tag.",
      example: "quay.io/org/repo:artifact-tag"
    },
    "credentials-volume-name": {
      description: "Name of the Task's volume that holds the Secret with the registry credentials. At a desk they come from --credentials-file, or from where docker and podman keep them.",
      example: "credentials-volume",
      optionalAtDesk: true
    },
    "credentials-volume-key": {
      description: "The Secret's key with the credentials, in .dockerconfigjson format.",
      default: "oci-storage-dockerconfigjson"
    },
    "oci-tag-expiration": {
      description: "Time after which quay.io removes the tag, as its annotation quay.expires-after; empty for never.",
      default: "1y"
    },
    "always-pass": {
      description: "Whether the step passes, with a warning, even though the push failed.",
      default: "true",
      enum: ["true", "false"]
    },
    "on-missing-credentials": {
      description: "What happens without the Secret or its key: nothing is pushed and the step passes, or it fails, whatever always-pass says.",
      default: "skip",
      enum: ["skip", "fail"]
    },
    "subject": {
      description: "An image in the same repository, with tag or digest, that the artifact is attached to as a referrer.",
      default: ""
    },
    "plain-http": {
      description: "Whether to speak to the registry without TLS.",
      default: "false",
      enum: ["true", "false"]
    }
  },
  secrets: {
    credentials: {
      volumeName: variable("params.credentials-volume-name"),
      key: variable("params.credentials-volume-key"),
      optional: true,
      description: "Credentials for the registry, as docker's config.json."
    }
  },
  readme: {
    "Writing one tag from several places": [
      "The distribution spec has no conditional write. After its push the step therefore watches the tag for a second, longer where the registry answers slowly, and does the merge again if another writer, who had read the tag before, has taken its files away. Of two writers of one path the later one wins.",
      "A folder that was pushed as one tar (`oras push REF ./`) stays as it is; if one of its files is replaced, the tar is written anew without it. A tag that holds a container image or an index is refused."
    ].join("\n\n"),
    "What stays behind": "Links out of the folder, links to folders, pipes and other special files, and names that would not be safe to unpack are left out and named. The contents of archives are not looked into."
  },
  // Any folder may be named; what is read goes nowhere but to the registry.
  permissions: { net: true, read: ["/"] },
  run: async ({ params, secrets, signal, log }) => {
    try {
      const { path } = secrets.credentials;
      const text = await secrets.credentials.read();
      const credentials = await credentialsOf(path, text);
      if (credentials === void 0) {
        const why = `there are no registry credentials: ${path} is not there or empty`;
        if (params["on-missing-credentials"] === "fail") throw missingCredentials(params["oci-ref"], why);
        log.warn(`skipped: nothing is pushed to ${params["oci-ref"]}, because ${why}`);
        return;
      }
      await securePush({
        folder: params["workdir-path"],
        reference: params["oci-ref"],
        credentials,
        secrets: await mountedSecrets(path, text),
        expiration: params["oci-tag-expiration"],
        subject: params.subject,
        plainHttp: params["plain-http"] === "true" ? true : void 0,
        signal,
        log
      });
    } catch (error) {
      const strict = error instanceof TasksmithError && error.code === "push/no-credentials";
      if (signal.aborted || strict || params["always-pass"] !== "true") throw error;
      log.error(describeError(error));
      log.warn(`NOT PUSHED to ${params["oci-ref"]}; the step passes all the same, because always-pass is true`);
    }
  }
});
async function credentialsOf(path, text) {
  if (path === void 0) {
    const { machineCredentials } = await Promise.resolve().then(() => (init_machine_credentials(), machine_credentials_exports));
    return await machineCredentials();
  }
  return text === void 0 || text.trim() === "" ? void 0 : credentialsFromJson(text, path);
}
var serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";
async function mountedSecrets(path, text) {
  const values = new Set(text === void 0 ? [] : secretValues(text));
  const files = [serviceAccountToken];
  if (path !== void 0 && path === Deno.env.get("SECRET_CREDENTIALS")) {
    for await (const { name } of Deno.readDir(dirname(path))) {
      if (!name.startsWith("..")) files.push(`${dirname(path)}/${name}`);
    }
  }
  for (const file of files) {
    try {
      for (const value of secretValues(await Deno.readTextFile(file))) values.add(value);
    } catch {
    }
  }
  return values;
}
function missingCredentials(reference, why) {
  return new TasksmithError({
    code: "push/no-credentials",
    doing: `push to ${reference}`,
    why,
    advice: "Create the Secret with that key, or let on-missing-credentials be skip."
  });
}
if (import.meta.main) await main(stepAction);
export {
  stepAction
};
