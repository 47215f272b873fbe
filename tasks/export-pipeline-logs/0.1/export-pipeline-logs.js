var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};

// desk:kubeconfig.ts
var kubeconfig_exports = {};
var init_kubeconfig = __esm({
  "desk:kubeconfig.ts"() {
    throw new Error("kubeconfig.ts is not part of a Task's script: run it from its file");
  }
});

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

// desk:layout.ts
var layout_exports = {};
var init_layout = __esm({
  "desk:layout.ts"() {
    throw new Error("layout.ts is not part of a Task's script: run it from its file");
  }
});

// lib/terminal/log.ts
var encoder = new TextEncoder();
function createLogger(options = {}) {
  const { quiet = false, debug = false, mask = (message) => message } = options;
  const write = options.write ?? ((text2) => {
    let bytes = encoder.encode(text2);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  });
  const terminal = options.terminal ?? (Deno.stderr.isTerminal() && !Deno.noColor);
  let progress = false;
  const clear = () => {
    if (progress) write("\r\x1B[2K");
    progress = false;
  };
  const line = (label2, colour, message) => {
    clear();
    const text2 = mask(message);
    if (label2 === "") write(`${text2}
`);
    else write(terminal ? `\x1B[${colour}m${label2}\x1B[0m ${text2}
` : `${label2} ${text2}
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
  const text2 = error instanceof Deno.errors.NotCapable ? `could not go on: ${error.message}
  Run it with \`deno run -A …\`, or grant that permission.` : error instanceof Error ? error.message : String(error);
  if (!options.debug || !(error instanceof Error)) return text2;
  const causes = [error.stack ?? text2];
  for (let cause = error.cause; cause !== void 0; cause = cause instanceof Error ? cause.cause : void 0) {
    causes.push(`caused by: ${cause instanceof Error ? cause.stack ?? cause.message : String(cause)}`);
  }
  return causes.join("\n");
}
function exitCodeOf(error) {
  if (error instanceof Deno.errors.NotCapable) return ExitCode.usage;
  return error instanceof TasksmithError ? error.exitCode : ExitCode.failed;
}

// lib/kubernetes/resource.ts
var pipelineRuns = { group: "tekton.dev", version: "v1", plural: "pipelineruns" };
var taskRuns = { group: "tekton.dev", version: "v1", plural: "taskruns" };
var customRuns = { group: "tekton.dev", version: "v1beta1", plural: "customruns" };
var pods = { group: "", version: "v1", plural: "pods" };
var label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
function checkName(what, name) {
  if (name.length <= 253 && name.split(".").every((part) => label.test(part))) return name;
  throw new UsageError({
    code: "kubernetes/name",
    doing: `use ${JSON.stringify(name.length > 300 ? `${name.slice(0, 300)}…` : name)} as ${what}`,
    why: "it is not a Kubernetes name",
    advice: "A name has at most 253 lower-case letters, digits, '-' and '.', and begins and ends with a letter or digit."
  });
}
function pathOf(attempt) {
  const { resource, namespace, name, subresource } = attempt;
  const parts = [resource.group === "" ? "/api" : `/apis/${resource.group}`, resource.version];
  if (namespace !== void 0) parts.push("namespaces", checkName("a namespace", namespace));
  parts.push(resource.plural);
  if (name !== void 0) parts.push(checkName(`the name of one of the ${resource.plural}`, name));
  if (subresource !== void 0) parts.push(subresource);
  return parts.join("/");
}
function describeAttempt(attempt) {
  const { verb, resource, subresource, namespace, name } = attempt;
  const kind = `${resource.plural}${subresource === void 0 ? "" : `/${subresource}`}`;
  const what = resource.group === "" ? kind : `${kind}.${resource.group}`;
  const which = name === void 0 ? "" : ` ${JSON.stringify(name)}`;
  return `${verb} ${what}${which} ${namespace === void 0 ? "in all namespaces" : `in namespace "${namespace}"`}`;
}

// lib/kubernetes/error.ts
var KubernetesError = class extends TasksmithError {
  /** The class's name, as stack traces show it. */
  name = "KubernetesError";
  /** HTTP status, where there was an answer. */
  status;
  /** Worth another attempt, no sooner than `afterMs` milliseconds when that is given. */
  retry;
  /** Makes the error. */
  constructor(parts) {
    super(parts);
    this.status = parts.status;
    this.retry = parts.retry;
  }
};
function isKubernetesError(error, ...codes) {
  return error instanceof KubernetesError && (codes.length === 0 || codes.some((it) => it === error.code));
}
function retryable(error) {
  return error instanceof KubernetesError && error.retry !== void 0 ? error.retry : false;
}
function rbacRule(attempt, indent = "    ") {
  const { verb, resource, subresource } = attempt;
  const plural = subresource === void 0 ? resource.plural : `${resource.plural}/${subresource}`;
  return [
    `- apiGroups: ["${resource.group}"]`,
    `  resources: ["${plural}"]`,
    `  verbs: ["${verb}"]`
  ].map((line) => indent + line).join("\n");
}
function refusalError(attempt, refusal2) {
  const { server, status, body, afterMs } = refusal2;
  const { message: said, next } = readStatus(body);
  const log = attempt.subresource === "log";
  const parts = {
    doing: describeAttempt(attempt),
    status,
    details: {
      status,
      server,
      verb: attempt.verb,
      resource: attempt.resource.plural,
      namespace: attempt.namespace,
      // Of a list that expired: where it may go on with a later snapshot.
      ...next === void 0 ? {} : { continue: next }
    }
  };
  const answered = `${server} answered ${status}${said === "" ? "" : `: ${said}`}`;
  const kind = (code, advice, retry2) => new KubernetesError({ ...parts, code, why: answered, advice, retry: retry2 });
  switch (status) {
    case 401:
      return kind(
        "kubernetes/unauthorized",
        "The credential is missing, expired or of another cluster: log in again, or name another kubeconfig or context."
      );
    case 403: {
      const role = attempt.namespace === void 0 ? "a ClusterRole" : `a Role in namespace "${attempt.namespace}"`;
      return kind("kubernetes/forbidden", `This rule in ${role}, bound to that user, allows it:
${rbacRule(attempt)}`);
    }
    case 404:
      return attempt.name !== void 0 && !/could not find the requested resource|page not found/.test(said) ? kind("kubernetes/not-found", "Check the name and the namespace; it may have been deleted.") : kind(
        "kubernetes/not-found",
        `Check that the cluster serves ${attempt.resource.plural} of ${attempt.resource.group || "core"}/${attempt.resource.version} (kubectl api-resources).`
      );
    case 409:
      return kind("kubernetes/conflict", "The object exists already or has changed meanwhile: read it and try again.");
    case 410:
      return kind("kubernetes/gone", "The list or watch is too old for the server to continue: start it anew.");
    case 429:
      return kind("kubernetes/throttled", "The server asks for fewer requests: try again later.", { afterMs });
  }
  if (log && status === 400) {
    if (/waiting to start|ContainerCreating|PodInitializing|not available/.test(said)) {
      return kind("kubernetes/container-waiting", "The container has not started: there is no log to read yet.");
    }
    return kind(
      "kubernetes/container-unknown",
      "Check the container's name; the log of a container long gone is lost."
    );
  }
  if (status >= 500 || status === 408 || status === 425) {
    return log && status === 500 ? kind("kubernetes/kubelet", "The API server could not get the log from the node: check the node.", { afterMs }) : kind(
      "kubernetes/server",
      "The API server has trouble: try again later.",
      status === 501 ? void 0 : { afterMs }
    );
  }
  return kind(
    "kubernetes/invalid",
    "The server understood the request and does not accept it; trying again is no use."
  );
}
function readStatus(body) {
  let message = body;
  let next;
  try {
    const status = JSON.parse(body);
    if (typeof status?.message === "string") message = status.message;
    if (typeof status?.metadata?.continue === "string") next = status.metadata.continue || void 0;
  } catch {
  }
  message = message.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return { message: message.length > 500 ? `${message.slice(0, 500)}…` : message, next };
}

// lib/kubernetes/node-transport.ts
function nodeTransport(endpoint, credential) {
  const { ca, insecure = false, serverName, proxy } = endpoint;
  const { cert, key } = credential;
  const tlsOptions = {
    rejectUnauthorized: !insecure,
    ...ca === void 0 ? {} : { ca },
    ...cert === void 0 || key === void 0 ? {} : { cert, key },
    ...serverName === void 0 ? {} : { servername: serverName }
  };
  const modules = Promise.all([import("node:http"), import("node:https"), import("node:tls")]);
  const agent = modules.then(([, https]) => new https.Agent({ keepAlive: true, ...tlsOptions }));
  return {
    async send(address, init) {
      const [http, https, tls] = await modules;
      const url = new URL(address);
      const { method, headers, body, signal } = init;
      signal.throwIfAborted();
      const through = proxy === void 0 ? { agent: await agent } : await tunnel(proxy);
      const answer = Promise.withResolvers();
      const request = https.request(url, { method, headers, ...tlsOptions, ...through }, (message) => {
        const { statusCode: status = 500, rawHeaders } = message;
        const pairs = [];
        for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
          pairs.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
        }
        const body2 = ReadableStream.from(message);
        const stream = [204, 205, 304].includes(status) ? null : body2;
        answer.resolve(new Response(stream, { status, headers: pairs }));
      });
      const abort = () => request.destroy(new Error("aborted"));
      signal.addEventListener("abort", abort);
      request.on("close", () => signal.removeEventListener("abort", abort));
      request.on("error", answer.reject);
      request.end(body);
      return await answer.promise;
      async function tunnel(text2) {
        const { hostname, port, username, password, protocol } = new URL(text2);
        if (protocol !== "http:") {
          throw new Error(`a ${protocol} proxy cannot be combined with this cluster's TLS options`);
        }
        const target = `${url.hostname}:${url.port || 443}`;
        const authorization = username === "" ? {} : {
          "proxy-authorization": `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`
        };
        const connected = Promise.withResolvers();
        const connect2 = http.request({
          host: hostname.replace(/^\[|\]$/g, ""),
          port: Number(port || 80),
          method: "CONNECT",
          path: target,
          headers: { host: target, ...authorization },
          agent: false
        });
        const abort2 = () => connect2.destroy(new Error("aborted"));
        signal.addEventListener("abort", abort2);
        connect2.on("error", connected.reject);
        connect2.on("connect", (message, socket) => {
          if (message.statusCode !== 200) {
            socket.destroy();
            return connected.reject(
              new Error(`the proxy ${hostname}:${port} answered CONNECT with ${message.statusCode}`)
            );
          }
          const servername = serverName ?? (/^[\d.]+$|:/.test(url.hostname) ? void 0 : url.hostname);
          const secure = tls.connect({ ...tlsOptions, socket, ...servername === void 0 ? {} : { servername } });
          secure.on("secureConnect", () => connected.resolve(secure));
          secure.on("error", connected.reject);
        });
        connect2.end();
        try {
          const secure = await connected.promise;
          return { agent: false, createConnection: () => secure };
        } finally {
          signal.removeEventListener("abort", abort2);
        }
      }
    },
    close() {
      agent.then((it) => it.destroy());
    }
  };
}

// lib/kubernetes/transport.ts
function fetchTransport(endpoint, credential) {
  const { ca, proxy } = endpoint;
  const { cert, key } = credential;
  const client = Deno.createHttpClient({
    http2: false,
    ...ca === void 0 ? {} : { caCerts: [ca] },
    ...cert === void 0 || key === void 0 ? {} : { cert, key },
    ...proxy === void 0 ? {} : { proxy: proxyOf(proxy) }
  });
  return {
    send: (url, init) => fetch(url, { ...init, client, redirect: "manual" }),
    close: () => client.close()
  };
}
function proxyOf(text2) {
  const url = new URL(text2);
  const { username, password } = url;
  url.username = url.password = "";
  if (username === "") return { url: url.href };
  return {
    url: url.href,
    basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  };
}
function openCluster(endpoint, open = fetchTransport) {
  const server = endpoint.server.replace(/\/+$/, "");
  let transport;
  const transportFor = (credential) => {
    if (transport === void 0 || transport.cert !== credential.cert) {
      transport?.of.close();
      transport = { cert: credential.cert, of: opened(open, endpoint, credential) };
    }
    return transport.of;
  };
  return {
    server,
    namespace: endpoint.namespace,
    close() {
      transport?.of.close();
      transport = void 0;
    },
    async request(path, options = {}) {
      const url = new URL(server + path);
      for (const [name, value] of Object.entries(options.query ?? {})) {
        if (value !== void 0) url.searchParams.set(name, String(value));
      }
      const encoding = endpoint.compression === false ? { "accept-encoding": "identity" } : {};
      const headers = { ...encoding, ...options.headers };
      const exchange = async (renew) => {
        const credential = await endpoint.credential(renew);
        options.signal?.throwIfAborted();
        try {
          return await send(transportFor(credential), server, url, credential, { ...options, headers });
        } catch (error) {
          if (open === nodeTransport || !(error instanceof KubernetesError) || !/CaUsedAsEndEntity/.test(error.why)) {
            throw error;
          }
          transport?.of.close();
          transport = void 0;
          open = nodeTransport;
          return await exchange(false);
        }
      };
      const response = await exchange(false);
      if (response.status !== 401) return response;
      await response.body?.cancel();
      return await exchange(true);
    }
  };
}
function opened(open, endpoint, credential) {
  try {
    return open(endpoint, credential);
  } catch (error) {
    throw new KubernetesError({
      code: "kubernetes/config",
      doing: `prepare connections to ${endpoint.server}`,
      why: `the certificates, keys or proxy address for it cannot be used (${messageOf(error)})`,
      advice: "They must be PEM, the client's key not encrypted: check the kubeconfig, or the pod's ca.crt.",
      cause: error,
      exitCode: 2
    });
  }
}
async function send(transport, server, url, credential, options) {
  const { method = "GET", body, signal, timeoutMs = 3e4 } = options;
  const limit2 = new AbortController();
  const timer = timeoutMs === Infinity ? void 0 : setTimeout(() => limit2.abort(), timeoutMs);
  try {
    return await transport.send(url.href, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": "tasksmith",
        ...body === void 0 ? {} : { "content-type": "application/json" },
        ...options.headers,
        ...credential.headers
      },
      ...body === void 0 ? {} : { body },
      signal: signal === void 0 ? limit2.signal : AbortSignal.any([signal, limit2.signal])
    });
  } catch (error) {
    signal?.throwIfAborted();
    const doing = `reach the Kubernetes API (${method} ${url.pathname})`;
    if (limit2.signal.aborted) {
      throw new KubernetesError({
        code: "kubernetes/timeout",
        doing,
        why: `${server} did not answer within ${timeoutMs / 1e3} s`,
        advice: "Check that the server is up and that no firewall or proxy swallows the connection.",
        cause: error,
        details: { server },
        retry: {}
      });
    }
    throw unreachable(doing, server, error);
  } finally {
    clearTimeout(timer);
  }
}
function unreachable(doing, server, error) {
  const text2 = messageOf(error instanceof Error ? error.cause ?? error : error);
  const why = text2.replace(/^error sending request.*?\): /, "").replace(/^client error \(\w+\): /, "");
  const { advice, passing } = adviceFor(why, error);
  return new KubernetesError({
    code: "kubernetes/unreachable",
    doing,
    why: `${server}: ${why}`,
    advice,
    cause: error,
    details: { server },
    retry: passing ? {} : void 0
  });
}
function adviceFor(why, error) {
  if (error instanceof Deno.errors.NotCapable) {
    return { advice: "Allow it: run with --allow-net for that host.", passing: false };
  }
  if (/certificate|UnknownIssuer|NotValidForName|self.signed|CaUsedAsEndEntity/i.test(why)) {
    const advice = "The server's certificate and the cluster's certificate authority (certificate-authority-data, or the pod's ca.crt) do not go together, or the server wants a client certificate: check both.";
    return { advice, passing: false };
  }
  if (/dns error|lookup|ENOTFOUND|EAI_AGAIN/i.test(why)) {
    return { advice: "The host name has no address: check the server's URL and the DNS.", passing: true };
  }
  return { advice: "Check that the server is up and reachable from here (VPN, proxy, network policy).", passing: true };
}
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

// lib/kubernetes/pod.ts
var tokenMaxAgeMs = 6e4;
function inPod(settings) {
  return !!settings.env("KUBERNETES_SERVICE_HOST") && !!settings.env("KUBERNETES_SERVICE_PORT");
}
async function connectInPod(settings) {
  const { env, serviceAccountDir: dir, now = Date.now } = settings;
  const host = env("KUBERNETES_SERVICE_HOST") ?? "";
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${env("KUBERNETES_SERVICE_PORT")}`;
  const ca = await readMounted(`${dir}/ca.crt`);
  let token2 = "";
  let readAt = -Infinity;
  const credential = async (renew) => {
    if (renew || now() - readAt >= tokenMaxAgeMs) {
      token2 = await readMounted(`${dir}/token`);
      readAt = now();
    }
    return { headers: { authorization: `Bearer ${token2}` } };
  };
  await credential(false);
  const namespace = settings.namespace || await readMounted(`${dir}/namespace`);
  settings.log.debug(`cluster ${server} by the pod's service account, namespace ${namespace}`);
  return openCluster({ server, namespace, ca, credential, compression: false });
}
async function readMounted(path) {
  let why = "the file is empty";
  let cause;
  try {
    const text2 = (await Deno.readTextFile(path)).trim();
    if (text2 !== "") return text2;
  } catch (error) {
    cause = error;
    why = error instanceof Deno.errors.NotFound ? "the file is not there" : error instanceof Error ? error.message : String(error);
  }
  throw new KubernetesError({
    code: "kubernetes/config",
    doing: `use the pod's service account (${path})`,
    why,
    advice: "The pod needs a service account with automountServiceAccountToken, readable by the step's user; outside a pod, unset KUBERNETES_SERVICE_HOST or name a kubeconfig.",
    cause,
    exitCode: 2
  });
}

// lib/kubernetes/connect.ts
var serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";
async function connect(options = {}) {
  const env = options.env ?? ((name) => Deno.env.get(name));
  const log = options.log ?? silent;
  const settings = { ...options, env, log, serviceAccountDir: options.serviceAccountDir ?? serviceAccountDir };
  const named2 = options.kubeconfig !== void 0 || options.context !== void 0 || !!env("KUBECONFIG");
  if (!named2 && inPod(settings)) return await connectInPod(settings);
  const { connectByKubeconfig, kubeconfigFiles } = await Promise.resolve().then(() => (init_kubeconfig(), kubeconfig_exports)).catch((cause) => {
    throw new KubernetesError({
      code: "kubernetes/config",
      doing: named2 ? "connect by a kubeconfig" : "find a cluster",
      why: "this script is embedded in a Task, which connects in a pod by its service account only",
      advice: "In a pod, unset KUBECONFIG; elsewhere, run the script from the repository.",
      cause,
      exitCode: 2
    });
  });
  const files = kubeconfigFiles(settings);
  if (files.length > 0) return await connectByKubeconfig(files, settings);
  throw new KubernetesError({
    code: "kubernetes/config",
    doing: "find a cluster",
    why: "there is no kubeconfig (KUBECONFIG is not set, ~/.kube/config is not there) and this is not a pod",
    advice: "Name a kubeconfig file with --kubeconfig FILE or env KUBECONFIG.",
    exitCode: 2
  });
}

// lib/streams/retry.ts
function sleep(ms, signal) {
  return new Promise((resolve2, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve2();
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
  const { attempts = 5, signal, retryable: retryable2, onRetry } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const again = attempt < attempts && retryable2(error);
      if (!again) throw error;
      const delay = backoff(attempt, again.afterMs, options);
      onRetry?.(error, attempt, delay);
      await sleep(delay, signal);
    }
  }
}
function parseRetryAfter(header, now = Date.now()) {
  const text2 = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text2)) return Number(text2) * 1e3;
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text2)) return void 0;
  const at = Date.parse(text2);
  return Number.isNaN(at) ? void 0 : Math.max(0, at - now);
}

// lib/kubernetes/body.ts
async function* chunks(response, options) {
  const { doing, server, idleMs, signal } = options;
  const reader = response.body?.getReader();
  if (reader === void 0) return;
  let idle = false;
  let last = performance.now();
  let waiting = false;
  let timer = idleMs === Infinity ? void 0 : setTimeout(check, idleMs);
  function check() {
    const left = waiting ? last + idleMs - performance.now() : idleMs;
    if (left > 0) {
      timer = setTimeout(check, left);
    } else {
      idle = true;
      reader?.cancel().catch(() => {
      });
    }
  }
  const abort = () => void reader.cancel().catch(() => {
  });
  signal?.addEventListener("abort", abort);
  let ended = false;
  try {
    while (true) {
      signal?.throwIfAborted();
      last = performance.now();
      waiting = true;
      const { done, value } = await reader.read();
      waiting = false;
      signal?.throwIfAborted();
      if (idle) {
        throw new KubernetesError({
          code: "kubernetes/timeout",
          doing,
          why: `${server} sent nothing for ${idleMs / 1e3} s`,
          advice: "The connection is dead or the server overloaded: check the network between here and the server.",
          details: { server },
          retry: {}
        });
      }
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof KubernetesError) throw error;
    throw new KubernetesError({
      code: "kubernetes/broken",
      doing,
      why: `the connection to ${server} ended in the middle of the answer (${error instanceof Error ? error.message : String(error)})`,
      advice: "Check the network between here and the server; a proxy may limit how long a connection lasts.",
      cause: error,
      details: { server },
      retry: {}
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    if (!ended) await reader.cancel().catch(() => {
    });
    reader.releaseLock();
  }
}
async function readBody(response, options) {
  const decoder3 = new TextDecoder();
  let text2 = "";
  let size = 0;
  for await (const chunk of chunks(response, options)) {
    size += chunk.length;
    if (size > options.maxBytes) {
      throw new KubernetesError({
        code: "kubernetes/too-large",
        doing: options.doing,
        why: `${options.server} sent more than ${options.maxBytes} bytes in one answer`,
        advice: "Ask for less at once: a smaller page, a label selector.",
        details: { server: options.server, maxBytes: options.maxBytes }
      });
    }
    text2 += decoder3.decode(chunk, { stream: true });
  }
  return text2 + decoder3.decode();
}

// lib/kubernetes/read.ts
function namespaceOf(cluster, namespace) {
  return namespace === "" ? void 0 : namespace ?? cluster.namespace;
}
async function* listPages(cluster, resource, options = {}) {
  const { labelSelector, fieldSelector, maxBytes = 64 * 1024 * 1024 } = options;
  const attempt = attemptOf("list", cluster, resource, options);
  let limit2 = options.limit ?? 500;
  let consistent = true;
  let token2;
  while (true) {
    let answer;
    try {
      const query = { labelSelector, fieldSelector, limit: limit2 === 0 ? void 0 : limit2, continue: token2 };
      answer = await readJson(cluster, attempt, query, { ...options, maxBytes });
    } catch (error) {
      if (isKubernetesError(error, "kubernetes/too-large") && limit2 > 1) {
        limit2 = Math.ceil(limit2 / 4);
        continue;
      }
      const offered = isKubernetesError(error, "kubernetes/gone") ? error.details["continue"] : void 0;
      if (typeof offered !== "string" || offered === token2) throw error;
      token2 = offered;
      consistent = false;
      continue;
    }
    const { resourceVersion, continue: next } = answer.metadata ?? {};
    if ((answer.items ?? void 0) !== void 0 && !Array.isArray(answer.items)) throw malformed(attempt, cluster);
    if (resourceVersion === void 0 || next && next === token2) throw malformed(attempt, cluster);
    yield { items: answer.items ?? [], resourceVersion, consistent };
    token2 = next || void 0;
    if (token2 === void 0) return;
  }
}
async function list(cluster, resource, options = {}) {
  for (let round = 1; ; round++) {
    const items = [];
    let resourceVersion = "";
    let whole = true;
    try {
      const pages = listPages(cluster, resource, round < 3 ? options : { ...options, limit: 0 });
      for await (const page of pages) {
        whole = page.consistent;
        if (!whole) break;
        for (const item of page.items) {
          options.trim?.(item);
          items.push(item);
        }
        resourceVersion = page.resourceVersion;
      }
    } catch (error) {
      if (round >= 3 || !isKubernetesError(error, "kubernetes/gone")) throw error;
      whole = false;
    }
    if (whole) return { items, resourceVersion };
  }
}
function attemptOf(verb, cluster, resource, options) {
  const namespace = namespaceOf(cluster, options.namespace);
  return { verb, resource, ...namespace === void 0 ? {} : { namespace } };
}
async function readJson(cluster, attempt, query, options = {}) {
  const { signal, attempts = 5, maxBytes = 64 * 1024 * 1024 } = options;
  const path = pathOf(attempt);
  const doing = describeAttempt(attempt);
  return await retry(async () => {
    const response = await cluster.request(path, { ...query === void 0 ? {} : { query }, signal });
    await refuse(cluster, attempt, response, signal);
    const text2 = await readBody(response, { doing, server: cluster.server, idleMs: 6e4, signal, maxBytes });
    try {
      const value = JSON.parse(text2);
      if (typeof value === "object" && value !== null) return value;
    } catch {
    }
    throw malformed(attempt, cluster);
  }, { attempts, signal, retryable });
}
async function refuse(cluster, attempt, response, signal) {
  if (response.ok) return;
  const { status, headers } = response;
  const options = { doing: describeAttempt(attempt), server: cluster.server, idleMs: 1e4, maxBytes: 64 * 1024 };
  let body = "";
  try {
    body = await readBody(response, { ...options, signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof KubernetesError)) throw error;
  }
  const afterMs = parseRetryAfter(headers.get("retry-after"));
  throw refusalError(attempt, { server: cluster.server, status, body, afterMs });
}
function malformed(attempt, cluster) {
  return new KubernetesError({
    code: "kubernetes/malformed",
    doing: describeAttempt(attempt),
    why: `${cluster.server} did not answer with what the Kubernetes API promises`,
    advice: "Check that the URL is that of a Kubernetes API server and not of a proxy's or a provider's web page.",
    details: { server: cluster.server },
    retry: {}
  });
}

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
              const count = await file.read(buffer);
              if (count === null) {
                throw new TasksmithError({
                  code: "streams/short-file",
                  doing: `read ${path}`,
                  why: `it ended after ${position} of ${size} bytes`,
                  advice: "the file was cut while it was being read; make sure that nothing else writes to it"
                });
              }
              position += count;
              controller.enqueue(count === buffer.length ? buffer : buffer.subarray(0, count));
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
function concatSource(sources) {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  return {
    size,
    open(offset = 0) {
      let skip = checkOffset(offset, size);
      let index = 0;
      while (index < sources.length && skip >= sources[index].size) skip -= sources[index++].size;
      let reader;
      return new ReadableStream({
        async pull(controller) {
          while (true) {
            if (reader === void 0) {
              const source = sources[index];
              if (source === void 0) return controller.close();
              reader = source.open(skip).getReader();
              skip = 0;
            }
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            reader = void 0;
            index++;
          }
        },
        cancel: (reason) => reader?.cancel(reason)
      }, { highWaterMark: 0 });
    }
  };
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

// lib/oci/reference.ts
var hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
var repositoryComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
var tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
var digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
var maximumName = 255;
function isTag(text2) {
  return tagPattern.test(text2);
}
function isDigest(text2) {
  return digestPattern.test(text2);
}
function parseReference(text2) {
  const bad = (part, why, advice) => badReference(text2, part, why, advice);
  if (text2 === "") throw bad("reference", "it is empty", "give one such as quay.io/org/repo:tag");
  if (/\s/.test(text2)) throw bad("reference", "it holds white space", "remove the spaces or line ends");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text2);
  if (scheme) {
    throw bad("reference", `it begins with ${shown(scheme[0])}`, "write it without a scheme: quay.io/org/repo:tag");
  }
  const at = text2.indexOf("@");
  const digest = at < 0 ? void 0 : text2.slice(at + 1);
  if (digest !== void 0 && !isDigest(digest)) {
    throw bad(
      "digest",
      `${shown(digest)} is not a digest`,
      "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits"
    );
  }
  let name = at < 0 ? text2 : text2.slice(0, at);
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
function formatReference(reference2) {
  const { registry, repository, tag, digest } = reference2;
  return `${registry}/${repository}${tag === void 0 ? "" : `:${tag}`}${digest === void 0 ? "" : `@${digest}`}`;
}
function repositoryOf(text2) {
  const { registry, repository } = parseReference(text2);
  return `${registry}/${repository}`;
}
function registryFault(registry) {
  const match = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^:[\]]*)(?::(.*))?$/.exec(registry);
  const host = match?.[1] ?? "";
  if (match === null || host === "") return `${shown(registry)} is not a host`;
  if (host.startsWith("[")) {
    if (!URL.canParse(`http://${host}/`)) return `${shown(host)} is not an IPv6 address`;
  } else if (host.length > 253 || !host.split(".").every((label2) => hostLabel.test(label2))) {
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
function badReference(text2, part, why, advice) {
  return new OciError({
    code: "oci/bad-reference",
    doing: `parse the reference ${shown(text2)}`,
    why,
    advice,
    exitCode: ExitCode.usage,
    details: { part, reference: text2.slice(0, 512) }
  });
}
function shown(text2) {
  return JSON.stringify(text2.length > 200 ? `${text2.slice(0, 200)}…` : text2);
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
    const list2 = Array.isArray(value) ? value : [value];
    return list2.flatMap((entry) => {
      if (!isRecord(entry) || typeof entry["digest"] !== "string" || !isDigest(entry["digest"])) {
        throw bad(`its field ${field} holds something without a digest`);
      }
      return Array.isArray(entry["urls"]) && entry["urls"].length > 0 ? [] : [entry["digest"]];
    });
  };
  const { mediaType, artifactType, annotations, config } = manifest;
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
  const declaredType = typeof artifactType === "string" && artifactType !== "" ? artifactType : void 0;
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
  const sorted = (_key, value2) => isRecord(value2) ? Object.fromEntries(Object.entries(value2).sort(([a], [b]) => a < b ? -1 : 1)) : value2;
  return new TextEncoder().encode(JSON.stringify(value, sorted));
}
function parseImageIndex(bytes, doing) {
  const { common, json: { manifests } } = parse(bytes, doing);
  if (!areDescriptors(manifests)) throw notA("an image index with manifests", doing);
  return { ...common, manifests };
}
function parse(bytes, doing) {
  const { annotations } = inspectManifest(bytes, doing);
  const json = JSON.parse(new TextDecoder().decode(bytes));
  const { mediaType, artifactType, subject } = json;
  if (subject !== void 0 && !isDescriptor(subject)) throw notA("a manifest whose subject is a descriptor", doing);
  return {
    common: {
      schemaVersion: 2,
      ...typeof mediaType === "string" && { mediaType },
      ...typeof artifactType === "string" && { artifactType },
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
  return typeof mediaType === "string" && typeof digest === "string" && isDigest(digest) && Number.isSafeInteger(size) && Number(size) >= 0 && isRecord(annotations) && Object.values(annotations).every((text2) => typeof text2 === "string");
}
function notA(what, doing) {
  return new OciError({
    code: "oci/bad-manifest",
    doing,
    why: `this is not ${what}`,
    advice: "check that the tag or digest names the artifact that is meant"
  });
}

// lib/oci/artifact.ts
var mediaTypePattern = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/;
function artifactManifest(artifact) {
  const { artifactType, layers, annotations, created, subject, config } = artifact;
  const bad = (why, advice) => new OciError({
    code: "oci/bad-manifest",
    doing: `pack an artifact of type ${artifactType}`,
    why,
    advice,
    exitCode: ExitCode.usage
  });
  for (const type of [artifactType, ...layers.map(({ mediaType }) => mediaType)]) {
    if (!mediaTypePattern.test(type)) {
      throw bad(
        `${JSON.stringify(type)} is not a media type`,
        "write type/subtype, such as application/vnd.example+json"
      );
    }
  }
  const titles = /* @__PURE__ */ new Set();
  for (const { title } of layers) {
    if (title === void 0) continue;
    if (title.startsWith("/") || title.includes("\\") || title.split("/").some((part) => ["", ".", ".."].includes(part))) {
      throw bad(`the title ${JSON.stringify(title)} is no path below a folder`, "use a relative path without . and ..");
    }
    if (titles.has(title)) {
      throw bad(`two layers have the title ${JSON.stringify(title)}`, "give each file a name of its own");
    }
    titles.add(title);
  }
  const time = created?.toISOString().replace(/\.000Z$/, "Z");
  const all = { ...annotations, ...time !== void 0 && { [annotationKeys.created]: time } };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: config === void 0 ? emptyDescriptor : { mediaType: config.mediaType, digest: config.digest, size: config.bytes.length },
    layers: layers.length === 0 ? [emptyDescriptor] : layers.map(layerDescriptor),
    ...subject !== void 0 && { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } },
    ...Object.keys(all).length > 0 && { annotations: all }
  };
  const bytes = canonicalJson(manifest);
  if (bytes.length > maximumManifestBytes) {
    throw bad(
      `its manifest has ${bytes.length} bytes, registries take ${maximumManifestBytes}`,
      "pack many files into one archive"
    );
  }
  return { manifest, bytes };
}
async function pushArtifact(target, artifact, options = {}) {
  const { layers, config, tag } = artifact;
  if (tag !== void 0 && !isTag(tag)) {
    throw new OciError({
      code: "oci/bad-reference",
      doing: "push an artifact",
      why: `${JSON.stringify(tag.slice(0, 200))} is not a tag`,
      advice: "a tag is 1 to 128 letters, digits, '_', '.' or '-', and begins with none of the last two",
      exitCode: ExitCode.usage,
      details: { part: "tag" }
    });
  }
  const { manifest, bytes } = artifactManifest(artifact);
  const pushed = /* @__PURE__ */ new Set();
  const push = async (descriptor2, source) => {
    if (pushed.has(descriptor2.digest)) return;
    await target.pushBlob(descriptor2, source, options);
    pushed.add(descriptor2.digest);
  };
  for (const layer of layers) await push(layerDescriptor(layer), layer.source);
  if (layers.length === 0 || config === void 0) await push(emptyDescriptor, bytesSource(emptyContent));
  if (config !== void 0) await push(manifest.config, bytesSource(config.bytes));
  const descriptor = await target.pushManifest(bytes, mediaTypes.manifest, tag, options);
  return { ...descriptor, artifactType: artifact.artifactType, manifest };
}
function layerDescriptor(layer) {
  const { source, digest, mediaType, title } = layer;
  const annotations = { ...layer.annotations, ...title !== void 0 && { [annotationKeys.title]: title } };
  return { mediaType, digest, size: source.size, ...Object.keys(annotations).length > 0 && { annotations } };
}

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
      const refuse2 = (why) => new OciError({
        code: "oci/bad-response",
        doing,
        why: `${url.host} sends elsewhere (status ${exchange.status}), ${why}`,
        advice: "check the registry's address and the proxy before it",
        details: { host: url.host, status: exchange.status }
      });
      const next = resolveLocation(location, url);
      if (next === void 0) throw refuse2("to something that is no https URL, or from https to http");
      if (hops === maximumRedirects) throw refuse2(`and that ${maximumRedirects} times in a row`);
      if (method !== "GET" && method !== "HEAD" && exchange.status < 307) {
        throw refuse2(`which is no answer to ${method}`);
      }
      if (next.origin !== url.origin) {
        delete headers["authorization"];
        if (request.sameOrigin) throw refuse2(`to ${next.host}, with a secret in the request`);
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
    const feed2 = typeof body === "function" ? new Feed(body(), lifeline, this.#responseMs) : void 0;
    lifeline.arm(this.#responseMs + (typeof body === "object" ? body.length : 0) / 64);
    try {
      const init = {
        method,
        headers,
        body: feed2?.stream ?? (typeof body === "object" ? body : null),
        redirect: "manual",
        signal: lifeline.signal,
        client: this.#client,
        ...feed2 && { duplex: "half" }
      };
      const response = await this.#fetch(url, init);
      lifeline.disarm();
      return new Exchange(response, url, lifeline, this.#idleMs);
    } catch (error) {
      const failure = lifeline.end(error);
      throw feed2?.failure !== void 0 && !signal?.aborted ? feed2.failure : failure;
    } finally {
      await feed2?.stop();
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
    for (let piece2 = await this.read(); piece2 !== void 0; piece2 = await this.read()) {
      pieces2.push(piece2);
      size += piece2.length;
      if (size > maximum) {
        await this.cancel();
        return void 0;
      }
    }
    const bytes = new Uint8Array(size);
    for (const piece2 of pieces2.reverse()) bytes.set(piece2, size -= piece2.length);
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
  const text2 = cause instanceof Error ? cause.message.replace(/^error sending request [^]*?: (?=client error|error |operation )/, "") : message;
  const say = (why, advice, retryable2, code = "oci/network") => new OciError({ code, doing, why, advice, cause: error, details: { host, retryable: retryable2 } });
  if (error instanceof Deno.errors.NotCapable) {
    return say(`this process may not connect to ${host}`, `allow it: --allow-net=${host}`, false);
  }
  if (/InvalidContentType|corrupt message/.test(text2)) {
    const advice = "if it is meant to be a registry without TLS, ask for plain HTTP";
    return say(`${host} does not speak TLS`, advice, false, "oci/not-tls");
  }
  if (/certificate|NotValidForName|UnknownIssuer/i.test(text2)) {
    return say(
      `the certificate of ${host} is not trusted (${text2})`,
      "name the certificate authority that signed it, or correct the host name",
      false
    );
  }
  return say(
    `no answer from ${host}: ${text2}`,
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
  const mismatch = (why, cause, retryable2 = false) => new OciError({
    code: "oci/digest-mismatch",
    doing,
    why,
    advice: "the content is damaged or was replaced: try again, and tell the registry's operators if it stays",
    cause,
    details: { host: session.base.host, digest, size, retryable: retryable2 }
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
          let piece2 = await exchange.read();
          if (piece2 === void 0) {
            if (offset < size) throw mismatch(`it ended after ${offset} of ${size} bytes`, void 0, true);
            verifier.finish();
            return controller.close();
          }
          const skipped = Math.min(skip, piece2.length);
          skip -= skipped;
          piece2 = piece2.subarray(skipped);
          if (piece2.length === 0) continue;
          verifier.update(piece2);
          offset += piece2.length;
          progress += piece2.length;
          if (progress >= progressBytes) failures = progress = 0;
          return controller.enqueue(piece2);
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
async function loadCredentials(options = {}) {
  const { env = {}, home } = options;
  const join2 = (directory, path) => directory ? [`${directory}/${path}`] : [];
  const named2 = options.files ?? (env["REGISTRY_AUTH_FILE"] ? [env["REGISTRY_AUTH_FILE"]] : void 0);
  const files = named2 ?? [
    ...join2(env["XDG_RUNTIME_DIR"], "containers/auth.json"),
    ...join2(env["XDG_CONFIG_HOME"] || home && `${home}/.config`, "containers/auth.json"),
    ...join2(env["DOCKER_CONFIG"] || home && `${home}/.docker`, "config.json")
  ];
  const stores = [];
  for (const file of files) {
    let text2;
    try {
      text2 = await Deno.readTextFile(file);
    } catch (error) {
      if (named2 === void 0) continue;
      throw credentialError(
        `read the credentials in ${file}`,
        error instanceof Error ? error.message : String(error),
        "name a docker config.json or podman auth.json that exists and may be read"
      );
    }
    stores.push(credentialsFromJson(text2, file));
  }
  return combineCredentials(stores);
}
function combineCredentials(stores) {
  if (stores.length <= 1) return stores[0] ?? noCredentials;
  return {
    description: stores.map((store) => store.description).join("; "),
    async find(registry, repository, options) {
      for (const store of stores) {
        const credential = await store.find(registry, repository, options);
        if (credential !== void 0) return credential;
      }
      return void 0;
    }
  };
}
function credentialsFromJson(text2, origin) {
  const malformed2 = (why, advice = 'a docker config.json looks like {"auths":{"quay.io":{"auth":"…"}}}') => credentialError(`read the credentials in ${origin}`, why, advice);
  let json;
  try {
    json = JSON.parse(text2);
  } catch {
    if (text2.trim() === "") throw malformed2("it is empty");
    throw /^[A-Za-z0-9+/=\s]+$/.test(text2) ? malformed2("it is not JSON; it looks like base64", "decode it once: the Secret was probably encoded twice") : malformed2("it is not JSON");
  }
  if (!isObject(json)) throw malformed2("it is not a JSON object");
  const { credHelpers = {}, credsStore } = json;
  const plain = !("auths" in json) && !("credHelpers" in json) && credsStore === void 0;
  const auths = json["auths"] ?? (plain && Object.values(json).some((entry) => isObject(entry) && "auth" in entry) ? json : {});
  if (!isObject(auths)) throw malformed2('its "auths" is not an object');
  if (!isObject(credHelpers)) throw malformed2('its "credHelpers" is not an object');
  if (credsStore !== void 0 && typeof credsStore !== "string") throw malformed2('its "credsStore" is not a string');
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
        const secret2 = entry && entrySecret(entry.value, (why) => malformed2(`the entry ${entry.key} ${why}`));
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
  for (let count = components.length; count > 0; count--) yield `${host}/${components.slice(0, count).join("/")}`;
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
function entrySecret(entry, malformed2) {
  if (!isObject(entry)) throw malformed2("is not an object");
  const field = (name) => {
    const value = entry[name];
    if (value !== void 0 && value !== null && typeof value !== "string") throw malformed2(`has a bad "${name}"`);
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
      throw malformed2('has an "auth" that is not base64');
    }
    const colon = decoded2.indexOf(":");
    if (colon < 0) throw malformed2('has an "auth" that is not "user:password" in base64');
    username = decoded2.slice(0, colon) || username;
    password = decoded2.slice(colon + 1).replace(/\0+$/, "") || password;
  }
  const identityToken = field("identitytoken");
  const registryToken = field("registrytoken");
  if (identityToken === void 0 && registryToken === void 0) {
    if (username === void 0 && password === void 0) return void 0;
    if (username === void 0 || password === void 0) {
      throw malformed2(`has no ${username === void 0 ? "user name" : "password"}`);
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
  const retryable2 = status === 408 || status === 425 || status === 429 || status >= 500 && status !== 501 && status !== 505;
  const digestRefused = codes.includes("DIGEST_INVALID");
  const [code, advice] = digestRefused ? ["oci/digest-mismatch", "the content was changed or damaged on its way: try again"] : byStatus[status] ?? (status >= 500 || retryable2 ? ["oci/unavailable", "the registry has a fault: try again later, or ask its operators"] : ["oci/refused", "see what the registry says; if nothing is wrong here, ask its operators"]);
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
      ...retryable2 && { retryable: retryable2, retryAfterMs: parseRetryAfter(headers.get("retry-after")) }
    }
  });
}
function errorBody(body) {
  const text2 = new TextDecoder().decode(body ?? new Uint8Array());
  const clean = (value) => (
    // deno-lint-ignore no-control-regex
    typeof value === "string" ? value.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim().slice(0, 300) : ""
  );
  try {
    const { errors } = JSON.parse(text2);
    const list2 = errors.slice(0, 5);
    return {
      codes: list2.map(({ code }) => clean(code)),
      message: list2.map(({ code, message }) => [clean(code), clean(message)].filter(Boolean).join(": ")).join("; ")
    };
  } catch {
    return { codes: [], message: /^\s*</.test(text2) ? "" : clean(text2) };
  }
}

// lib/oci/auth.ts
var maximumTokenAnswer = 1024 * 1024;
function parseChallenges(header) {
  const challenges = [];
  const piece2 = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name = "", quoted, plain] of (header ?? "").slice(0, 8192).matchAll(piece2)) {
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
  constructor(http, reference2, credentials, plainHttp) {
    this.#http = http;
    this.#reference = reference2;
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
  redact(text2) {
    for (const secret of this.#secrets) text2 = text2.replaceAll(secret, "***");
    return text2;
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
    const send2 = async (init) => await this.#http.exchange({
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
      exchange = await send2({ method: "POST", url, headers, form });
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
      exchange = await send2({ method: "GET", url, headers: authorization === void 0 ? {} : { authorization } });
    }
    if (exchange.status !== 200) {
      throw await refusal(exchange, { doing, who: this.who, redact: (text2) => this.redact(text2) });
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
    const seconds2 = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : 60;
    return { value, expiresAt: Date.now() + seconds2 * 800 };
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
  constructor(reference2, options) {
    const { registry, repository } = reference2;
    const plainHttp = options.plainHttp ?? isLoopback(registry);
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    this.name = formatReference({ registry, repository });
    this.base = new URL(`${plainHttp ? "http" : "https"}://${host}/v2/${repository}/`);
    this.http = new Http(options);
    this.#repository = repository;
    this.#authenticator = new Authenticator(this.http, reference2, options.credentials, plainHttp);
    this.#signal = options.signal;
    if (options.plainHttp === void 0 && !plainHttp && !options.caCerts?.length && isPrivateAddress(registry)) {
      this.#withoutTls = () => {
        this.#withoutTls = void 0;
        this.base = new URL(this.base.href.replace(/^https:/, "http:"));
        this.#authenticator = new Authenticator(this.http, reference2, options.credentials, true);
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
      throw await refusal(exchange, { doing, who, redact: (text2) => this.#authenticator.redact(text2) });
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
function openRepository(reference2, options = {}) {
  return new Repository(reference2, options);
}
var Repository = class {
  /** `registry/repository`. */
  name;
  #session;
  #chunkBytes;
  #stream;
  #settleMs;
  /** See {@link openRepository}. */
  constructor(reference2, options) {
    this.#session = new Session(reference2, options);
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
    const { artifactType, ...operation } = options;
    const doing = `list the referrers of ${this.name}@${digest}`;
    const filter = artifactType === void 0 ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    const pages = this.#pages(`referrers/${digest}${filter}`, doing, operation);
    const all = await listReferrers(this, digest, doing, pages, operation);
    return artifactType === void 0 ? all : all.filter((each) => each.artifactType === artifactType);
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
    for (let count = 0; at !== void 0; count++) {
      if (count === maximumPages) throw this.#badResponse(doing, `after ${maximumPages} pages there are still more`);
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

// lib/tekton/condition.ts
function conditionOf(object, type) {
  const conditions = object.status?.conditions;
  return Array.isArray(conditions) ? conditions.find((condition) => condition?.type === type) : void 0;
}
function succeeded(run2) {
  return conditionOf(run2, "Succeeded");
}
function isDone(run2) {
  const status = succeeded(run2)?.status;
  return status === "True" || status === "False";
}
function isSuccessful(run2) {
  return succeeded(run2)?.status === "True";
}
function isFailed(run2) {
  return succeeded(run2)?.status === "False";
}
function reasonOf(run2) {
  return succeeded(run2)?.reason ?? "";
}
function messageOf2(run2) {
  return succeeded(run2)?.message ?? "";
}

// lib/tekton/labels.ts
var labels = {
  /** Name of the Pipeline that a run was made from. */
  pipeline: "tekton.dev/pipeline",
  /** Name of the PipelineRun that owns a TaskRun or CustomRun. */
  pipelineRun: "tekton.dev/pipelineRun",
  /** Its uid, which a later PipelineRun of the same name does not share. */
  pipelineRunUid: "tekton.dev/pipelineRunUID",
  /** Name of the task within the Pipeline. */
  pipelineTask: "tekton.dev/pipelineTask",
  /** `tasks` or `finally`: the section of the Pipeline that the task stands in. */
  memberOf: "tekton.dev/memberOf",
  /** Name of the referenced Task. */
  task: "tekton.dev/task",
  /** Name of the TaskRun that a pod belongs to. */
  taskRun: "tekton.dev/taskRun",
  /** Its uid. */
  taskRunUid: "tekton.dev/taskRunUID",
  /** Name of the CustomRun that an object belongs to. */
  customRun: "tekton.dev/customRun",
  /** `true` on TaskRuns that wait for the others of their PipelineRun, so that two of them do not wait for each other. */
  observer: "tasksmith.dev/observer"
};

// lib/record/outstanding.ts
var stoppingReasons = [
  "PipelineRunStopping",
  "PipelineRunTimeoutRunningFinally",
  "CancelledRunningFinally",
  "StoppedRunningFinally"
];
var stoppingStatuses = ["Cancelled", "CancelledRunFinally", "StoppedRunFinally"];
var stoppingSkip = /^PipelineRun (was (stopping|gracefully)|(Tasks )?timeout has been reached)/;
function outstanding(picture, self) {
  const { pipelineRun } = picture;
  const ended = isDone(pipelineRun);
  const runs = runsOf(picture);
  const waiting = runs.filter(
    (run2) => run2.name !== self && !run2.observer && !run2.done && !(ended && run2.kind === "CustomRun")
  );
  const spec = specOf(pipelineRun);
  if (ended) return waiting.map(unfinished);
  if (spec === void 0) {
    const { name = "" } = pipelineRun.metadata;
    return [...waiting.map(unfinished), { name, pipelineTask: "", why: "its tasks are not known yet" }];
  }
  const awaited = pipelineTasksToAwait(picture, spec, runs, self);
  return [...waiting.map(unfinished), ...awaited];
}
function missingChildren(picture) {
  const names = new Set(runsOf(picture).map((run2) => run2.name));
  return (picture.pipelineRun.status?.childReferences ?? []).filter((child) => !names.has(child.name) && child.kind !== "PipelineRun").map((child) => ({
    name: child.name,
    pipelineTask: child.pipelineTaskName,
    why: child.kind === "CustomRun" && picture.customRuns === void 0 ? "cannot be read" : "deleted"
  }));
}
function isObserver(run2) {
  return run2.metadata.labels?.[labels.observer] === "true";
}
function pipelineTaskOf(run2, pipelineRun) {
  return run2.metadata.labels?.[labels.pipelineTask] ?? pipelineRun.status?.childReferences?.find((child) => child.name === run2.metadata.name)?.pipelineTaskName ?? "";
}
function specOf(pipelineRun) {
  return pipelineRun.status?.pipelineSpec ?? pipelineRun.spec?.pipelineSpec;
}
function pipelineTasksToAwait(picture, spec, runs, self) {
  const { pipelineRun, customRuns: customRuns2 } = picture;
  const { tasks = [], finally: final = [] } = spec;
  const references = pipelineRun.status?.childReferences ?? [];
  const skipped = new Set((pipelineRun.status?.skippedTasks ?? []).map((task2) => task2.name));
  const own = runs.find((run2) => run2.name === self)?.pipelineTask;
  const inTasks = own !== void 0 && tasks.some((task2) => task2.name === own);
  const begun = /* @__PURE__ */ new Set([...runs.map((run2) => run2.pipelineTask), ...references.map((r) => r.pipelineTaskName)]);
  const finalBegun = final.some((task2) => begun.has(task2.name));
  const dependent = inTasks ? dependentsOf(tasks, [own, ...laterObservers(tasks, runs, own)]) : /* @__PURE__ */ new Set();
  const candidates2 = [];
  if (!finalBegun) {
    const open = isStopping(pipelineRun) ? tasks.filter((task2) => task2.matrix && begun.has(task2.name)) : tasks;
    candidates2.push(...open.filter((task2) => !dependent.has(task2.name)));
  }
  if (!inTasks) candidates2.push(...final);
  const awaited = [];
  for (const task2 of candidates2) {
    if (task2.name === own || skipped.has(task2.name) || isChildPipeline(task2) || declaresObserver(task2)) continue;
    if (customRuns2 === void 0 && isCustomTask(task2)) continue;
    const its = runs.filter((run2) => run2.pipelineTask === task2.name);
    const named2 = references.filter((child) => child.pipelineTaskName === task2.name);
    if (its.length === 0) awaited.push({ name: task2.name, pipelineTask: task2.name, why: "not created yet" });
    else if (task2.matrix && !(named2.length > 0 && named2.every((child) => its.some((run2) => run2.name === child.name)))) {
      awaited.push({ name: task2.name, pipelineTask: task2.name, why: "not every run of its matrix is created yet" });
    }
  }
  return awaited;
}
function isStopping(pipelineRun) {
  const { spec, status } = pipelineRun;
  return stoppingStatuses.includes(String(spec?.["status"] ?? "")) || stoppingReasons.includes(reasonOf(pipelineRun)) || (status?.skippedTasks ?? []).some((task2) => stoppingSkip.test(task2.reason ?? ""));
}
function dependentsOf(tasks, roots) {
  const parents = new Map(tasks.map((task2) => [task2.name, parentsOf(task2)]));
  const found = new Set(roots);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [name, its] of parents) if (its.some((parent) => found.has(parent))) found.add(name);
  }
  for (const root of roots) found.delete(root);
  return found;
}
function parentsOf(task2) {
  const references = JSON.stringify(task2).matchAll(/\$\(tasks\.([^.()[\]\s]+)\.results[.[]/g);
  return [...task2.runAfter ?? [], ...[...references].map((match) => match[1] ?? "")];
}
function laterObservers(tasks, runs, own) {
  const later = tasks.slice(tasks.findIndex((task2) => task2.name === own) + 1);
  return later.filter((task2) => declaresObserver(task2) || runs.some((run2) => run2.observer && run2.pipelineTask === task2.name)).map((task2) => task2.name);
}
function declaresObserver(task2) {
  const taskSpec = task2["taskSpec"];
  return taskSpec?.metadata?.labels?.[labels.observer] === "true";
}
function isChildPipeline(task2) {
  return task2["pipelineRef"] !== void 0 || task2["pipelineSpec"] !== void 0;
}
function isCustomTask(task2) {
  const of = task2["taskRef"] ?? task2["taskSpec"];
  return of?.apiVersion !== void 0 && of.apiVersion !== "" && !of.apiVersion.startsWith("tekton.dev/");
}
function runsOf({ pipelineRun, taskRuns: taskRuns2, customRuns: customRuns2 = [] }) {
  const run2 = (kind) => (object) => ({
    name: object.metadata.name ?? "",
    kind,
    pipelineTask: pipelineTaskOf(object, pipelineRun),
    observer: isObserver(object),
    done: isDone(object),
    why: reasonOf(object) || "not started"
  });
  return [...taskRuns2.map(run2("TaskRun")), ...customRuns2.map(run2("CustomRun"))];
}
function unfinished({ name, pipelineTask, why }) {
  return { name, pipelineTask, why };
}

// lib/record/aggregate.ts
function aggregateStatus(snapshot) {
  const { pipelineRun, taskRuns: taskRuns2, customRuns: customRuns2 } = snapshot;
  const { tasks = [], finally: final = [] } = specOf(pipelineRun) ?? {};
  const finals = new Set(final.map((task2) => task2.name));
  const runs = [...taskRuns2, ...customRuns2].filter((run2) => !finals.has(pipelineTaskOf(run2, pipelineRun)));
  if (runs.some(isFailed)) return "Failed";
  if (!runs.every(isDone)) return "None";
  const begun = new Set(runs.map((run2) => pipelineTaskOf(run2, pipelineRun)));
  const skipped = new Set((pipelineRun.status?.skippedTasks ?? []).map((task2) => task2.name));
  const missing = tasks.filter((task2) => !begun.has(task2.name));
  if (!missing.every((task2) => skipped.has(task2.name))) return "None";
  return missing.length === 0 ? "Succeeded" : "Completed";
}

// lib/streams/compression.ts
import { constants, gzipSync, zstdCompressSync } from "node:zlib";

// lib/streams/release.ts
function release(buffer) {
  if (!buffer.detached) buffer.transfer(0);
}

// lib/streams/compression.ts
var pieceBytes = 256 * 1024;
var gzipLevel = 2;
var zstdLevel = 3;
var chunkSize = 128 * 1024;
function compressPiece(bytes, compression) {
  const { ZSTD_c_compressionLevel: level, ZSTD_c_checksumFlag: checksum } = constants;
  const compressed = compression === "gzip" ? gzipSync(bytes, { level: gzipLevel, chunkSize }) : zstdCompressSync(bytes, { params: { [level]: zstdLevel, [checksum]: 1 }, chunkSize });
  const piece2 = new Uint8Array(compressed);
  if (compressed.buffer.byteLength >= chunkSize) release(compressed.buffer);
  return piece2;
}
function extensionOf(compression) {
  return compression === "gzip" ? ".gz" : ".zst";
}

// lib/streams/tar.ts
var blockBytes = 512;
var encoder2 = new TextEncoder();
var tarEnd = new Uint8Array(2 * blockBytes);
function tarPadding(size) {
  return new Uint8Array((blockBytes - size % blockBytes) % blockBytes);
}
function tarHeader(file) {
  const { path, size, mode = 420 } = file;
  const mtime = Math.max(0, Math.floor((file.mtime?.getTime() ?? 0) / 1e3));
  if (path.split("/").some((part) => part === "" || part === "." || part === "..") || path.includes("\0")) {
    throw new RangeError(`cannot archive ${JSON.stringify(path)}: an archived path is relative, without "." and ".."`);
  }
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`cannot archive ${path} with a size of ${size}`);
  const fields = { size, mtime, mode };
  const split = splitPath(path);
  const extended = {};
  if (split === void 0) extended["path"] = path;
  if (size > 8589934591) extended["size"] = String(size);
  if (Object.keys(extended).length === 0 && split !== void 0) return ustar(split, fields, "0");
  const records = Object.entries(extended).map(([key, value]) => paxRecord(key, value)).join("");
  const body = encoder2.encode(records);
  const standIn = ["", `_${path.replace(/[^A-Za-z0-9._-]/g, "_").slice(-60)}`];
  return concat([
    ustar(["PaxHeaders", standIn[1]], { ...fields, size: body.length }, "x"),
    body,
    tarPadding(body.length),
    ustar(split ?? standIn, "size" in extended ? { ...fields, size: 0 } : fields, "0")
  ]);
}
function tarPath(...names) {
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 100);
    return /^\.{0,2}$/.test(plain) ? "_".repeat(Math.max(1, plain.length)) : plain.replace(/^-/, "_");
  }).join("/");
}
function splitPath(path) {
  if (!/^[\x20-\x7e]*$/.test(path)) return void 0;
  if (path.length <= 100) return ["", path];
  for (let slash = path.indexOf("/"); slash >= 0 && slash <= 155; slash = path.indexOf("/", slash + 1)) {
    if (path.length - slash - 1 <= 100) return [path.slice(0, slash), path.slice(slash + 1)];
  }
  return void 0;
}
function paxRecord(key, value) {
  const rest = ` ${key}=${value}
`;
  const bytes = encoder2.encode(rest).length;
  let length = bytes + String(bytes).length;
  length = bytes + String(length).length;
  return `${length}${rest}`;
}
function ustar([prefix, name], fields, type) {
  const block = new Uint8Array(blockBytes);
  const text2 = (offset, value) => block.set(encoder2.encode(value), offset);
  const octal = (offset, digits3, value) => text2(offset, value.toString(8).padStart(digits3, "0"));
  text2(0, name);
  octal(100, 7, fields.mode);
  octal(108, 7, 0);
  octal(116, 7, 0);
  octal(124, 11, fields.size);
  octal(136, 11, fields.mtime);
  text2(148, " ".repeat(8));
  text2(156, type);
  text2(257, "ustar\x0000");
  text2(345, prefix);
  octal(148, 6, block.reduce((sum, byte) => sum + byte, 0));
  block[154] = 0;
  return block;
}
function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// lib/record/archive.ts
function memoryFile(path, content, compression, mtime) {
  const bytes = new TextEncoder().encode(content);
  return { path, bytes: bytes.length, content: bytesSource(compressPiece(bytes, compression)), mtime };
}
async function archiveOf(files, compression) {
  const pieces2 = [];
  let before = new Uint8Array();
  for (const { path, bytes: size, content, mtime } of files) {
    pieces2.push(piece([before, tarHeader({ path, size, mtime })], compression), content);
    before = tarPadding(size);
  }
  pieces2.push(piece([before, tarEnd], compression));
  const source = concatSource(pieces2);
  const { digest } = await digestOf(source.open());
  return { source, digest };
}
function piece(parts, compression) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytesSource(compressPiece(bytes, compression));
}

// lib/record/attempts.ts
function isLost(reason, kind) {
  return !(reason === "never-started" || reason === "running" && kind === "sidecar");
}
function planLogs(snapshot, pods2, self) {
  const byName2 = new Map(pods2.map((pod) => [pod.metadata.name ?? "", pod]));
  const logs = [];
  const leftOut = [];
  const { tasks = [], finally: final = [] } = specOf(snapshot.pipelineRun) ?? {};
  const matrixTasks = new Set([...tasks, ...final].filter((task2) => task2.matrix).map((task2) => task2.name));
  const groups = Map.groupBy(snapshot.taskRuns, (run2) => pipelineTaskOf(run2, snapshot.pipelineRun) || nameOf(run2));
  for (const [pipelineTask, runs] of groups) {
    const fanned = runs.length > 1 || matrixTasks.has(pipelineTask);
    const indices = fanned ? matrixIndices(runs.map(nameOf), snapshot.pipelineRun) : void 0;
    for (const run2 of runs) {
      const taskRun = nameOf(run2);
      const omit = (reason) => leftOut.push({ kind: "TaskRun", name: taskRun, pipelineTask, reason });
      if (taskRun === self) {
        omit("this is the TaskRun that made the archive, whose own log was still being written");
        continue;
      }
      if (isObserver(run2) && !isDone(run2)) {
        omit("it waits for the other TaskRuns, as the one that made the archive did, and was still running");
        continue;
      }
      const attempts = attemptsOf(run2, pods2);
      if (attempts.length === 0) omit(`it never had a pod (${reasonOf(run2) || "not begun"})`);
      const matrixIndex = indices?.get(taskRun);
      const folder = [pipelineTask, ...matrixIndex === void 0 ? [] : [`matrix-${matrixIndex}`]];
      attempts.forEach(({ podName, status }, index) => {
        const attempt = index + 1;
        const common = {
          pipelineTask,
          taskRun,
          ...matrixIndex !== void 0 && { matrixIndex },
          attempt,
          pod: podName
        };
        const done = index < attempts.length - 1 || isDone(run2);
        const pod = byName2.get(podName);
        const planned = pod === void 0 ? ofDeletedPod(status) : ofPod(pod, status, done);
        for (const { file, ...log } of planned) {
          logs.push({ ...common, ...log, path: `${tarPath(...folder, String(attempt), file)}.log` });
        }
      });
    }
  }
  for (const run2 of snapshot.customRuns) {
    const pipelineTask = pipelineTaskOf(run2, snapshot.pipelineRun);
    const reason = "a CustomRun has no pod of its own; its controller keeps the log";
    leftOut.push({ kind: "CustomRun", name: run2.metadata.name ?? "", pipelineTask, reason });
  }
  const known = /* @__PURE__ */ new Set([...snapshot.taskRuns.map(nameOf), ...leftOut.map((run2) => run2.name)]);
  for (const child of snapshot.pipelineRun.status?.childReferences ?? []) {
    if (known.has(child.name)) continue;
    const kind = child.kind ?? "TaskRun";
    const reason = kind === "PipelineRun" ? "the logs of a child PipelineRun are exported by naming it" : "the object could not be read or was deleted, and with it the names of its pods";
    leftOut.push({ kind, name: child.name, pipelineTask: child.pipelineTaskName, reason });
  }
  return {
    logs: unique(logs).sort((a, b) => a.path < b.path ? -1 : 1),
    leftOut: leftOut.sort((a, b) => a.name < b.name ? -1 : 1)
  };
}
var nameOf = (run2) => run2.metadata.name ?? "";
function matrixIndices(names, pipelineRun) {
  const children = (pipelineRun.status?.childReferences ?? []).map((child) => child.name);
  const place = (name) => children.includes(name) ? children.indexOf(name) : Infinity;
  const sorted = names.toSorted((a, b) => place(a) === place(b) ? a < b ? -1 : 1 : place(a) - place(b));
  return new Map(sorted.map((name, index) => [name, index]));
}
function attemptsOf(run2, pods2) {
  const status = run2.status ?? {};
  const attempts = /* @__PURE__ */ new Map();
  const add = (podName, status2) => {
    if (podName && !attempts.has(podName)) attempts.set(podName, status2);
  };
  for (const each of [...status.retriesStatus ?? [], status]) add(each.podName, each);
  for (const { metadata } of pods2) if (metadata.labels?.[labels.taskRun] === nameOf(run2)) add(metadata.name, {});
  return [...attempts].map(([podName, status2]) => ({ podName, status: status2 }));
}
function ofDeletedPod(status) {
  const missing = { reason: "gone", detail: "the pod was deleted" };
  const containers = (kind, states = []) => states.map((state) => {
    const container = state.container ?? `${kind}-${state.name ?? "unnamed"}`;
    return { container, file: container, kind, previous: false, missing, ...started(state) };
  });
  return [...containers("step", status.steps), ...containers("sidecar", status.sidecars)];
}
function ofPod(pod, status, done) {
  const { spec = {}, status: podStatus = {} } = pod;
  const statuses = [
    ...podStatus.initContainerStatuses ?? [],
    ...podStatus.containerStatuses ?? [],
    ...podStatus.ephemeralContainerStatuses ?? []
  ];
  const states = [...status.steps ?? [], ...status.sidecars ?? []];
  const init = new Set(spec.initContainers);
  const containers = [...init, ...spec.containers ?? [], ...spec.ephemeralContainers ?? []];
  return containers.flatMap((container) => {
    const { name } = container;
    const kind = name.startsWith("step-") ? "step" : init.has(container) && container.restartPolicy !== "Always" ? "init" : "sidecar";
    const now = statuses.find((status2) => status2.name === name);
    const base = { container: name, file: name, kind, previous: false };
    if (now?.state?.terminated === void 0 && now?.state?.running === void 0) {
      const why = now?.state?.waiting?.reason ?? podStatus.reason ?? podStatus.phase ?? "its state is not known";
      return [{ ...base, missing: { reason: "never-started", detail: `the container never ran: ${why}` } }];
    }
    const before = { ...base, previous: true, ...started(now.lastState ?? {}) };
    const restarted = (now.restartCount ?? 0) > 0;
    if (restarted && kind === "sidecar" && !init.has(container)) return [before];
    const current = {
      ...base,
      ...started(kind === "step" ? states.find((s) => s.container === name) ?? {} : {}, now.state)
    };
    const detail = done && kind === "sidecar" ? "Tekton had not stopped the sidecar yet when its log was read" : "the container was still running when its log was read";
    const log = now.state.running === void 0 ? current : { ...current, missing: { reason: "running", detail } };
    return restarted ? [{ ...before, file: `${name}.previous` }, log] : [log];
  });
}
function started(...states) {
  for (const { terminated, running } of states) {
    const startedAt = terminated?.startedAt ?? running?.startedAt;
    if (startedAt !== void 0) return { startedAt };
  }
  return {};
}
function unique(logs) {
  const taken = /* @__PURE__ */ new Set();
  return logs.map((log) => {
    let { path } = log;
    for (let n = 2; taken.has(path); n++) path = `${log.path.slice(0, -".log".length)}~${n}.log`;
    taken.add(path);
    return { ...log, path };
  });
}

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

// lib/tekton/time.ts
var pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
function parseTime(text2) {
  const match = pattern.exec(text2);
  if (match === null) return void 0;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return void 0;
  const date = /* @__PURE__ */ new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return void 0;
  date.setUTCHours(hour, minute, second, Number((match[7] ?? "").slice(0, 3).padEnd(3, "0")));
  const offset = (match[8] === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 6e4;
  const time = new Date(date.getTime() - offset);
  const midnight = time.getUTCHours() === 0 && time.getUTCMinutes() === 0 && time.getUTCSeconds() === 0;
  return second === 60 && !midnight ? void 0 : time;
}
function formatTime(time) {
  const text2 = time.toISOString();
  if (text2.length !== 24) throw new RangeError(`a year has four digits in RFC 3339, not as in ${text2}`);
  return `${text2.slice(0, 19)}Z`;
}
function elapsedMs(from, to) {
  const [start, end] = [parseTime(from ?? ""), parseTime(to ?? "")];
  return start === void 0 || end === void 0 ? void 0 : end.getTime() - start.getTime();
}

// lib/record/rotation.ts
var defaultMaximum = 10 * 1024 * 1024;
var checkMs = 1e4;
var lineOverhead = 46;
var marginMs = 2e3;
var enoughBytes = 1024 * 1024;
var enoughMs = 1e3;
function isBeginningGone(log) {
  const silence = elapsedMs(log.startedAt, log.firstTimestamp) ?? 0;
  const spoken = elapsedMs(log.firstTimestamp, log.lastTimestamp) ?? 0;
  const fileBytes = log.bytes + log.lines * lineOverhead;
  if (silence <= marginMs || spoken < enoughMs || fileBytes < enoughBytes) return false;
  const bytesPerMs = fileBytes / spoken;
  const maximum = Math.max(defaultMaximum, fileBytes - checkMs * bytesPerMs);
  return silence * bytesPerMs >= maximum;
}

// lib/record/logs.ts
async function collectLogs(planned, options) {
  const { log, signal, concurrency } = options;
  const urgency = (one) => one.kind === "sidecar" && one.missing?.reason === "running" ? 0 : 1;
  const order = [...planned.keys()].sort((a, b) => urgency(planned[a]) - urgency(planned[b]));
  const collected = [];
  let [done, bytes] = [0, 0];
  await mapConcurrent(order, concurrency, async (index, _at, inner) => {
    const one = collected[index] = await collectLog(planned[index], { ...options, signal: inner });
    bytes += one.spooled?.bytes ?? 0;
    log.progress(`${++done} of ${planned.length} logs, ${(bytes / 1e6).toFixed(1)} MB`);
  }, { signal });
  log.progress("");
  return collected;
}
async function collectLog(planned, options) {
  const { namespace, spool, timestamps, signal } = options;
  const { pod, container, previous } = planned;
  if (planned.missing !== void 0 && planned.missing.reason !== "running") {
    return { planned, lines: 0, missing: planned.missing };
  }
  const { spooled, report: report2 } = await spool.read({ namespace, pod, container, previous, timestamps }, signal);
  if (report2.code === "kubernetes/forbidden" || report2.code === "kubernetes/unauthorized") {
    throw refused(report2, namespace, pod);
  }
  const missing = missingOf(planned, report2);
  const nothing = report2.bytes === 0 || report2.firstTimestamp === void 0;
  if (missing !== void 0 && nothing) return { planned, lines: 0, missing };
  const { lines: lines2, firstTimestamp, lastTimestamp } = report2;
  return {
    planned,
    spooled,
    lines: lines2,
    ...firstTimestamp !== void 0 && { firstTimestamp },
    ...lastTimestamp !== void 0 && { lastTimestamp },
    ...missing !== void 0 && { missing }
  };
}
function missingOf(planned, report2) {
  if (report2.complete) {
    if (planned.missing === void 0 && isBeginningGone({ ...report2, startedAt: planned.startedAt })) {
      const detail2 = `the log begins at ${report2.firstTimestamp}, the container at ${planned.startedAt}, and wrote so much that the kubelet, which keeps one file, has thrown the beginning away`;
      return { reason: "rotated", detail: detail2 };
    }
    return planned.missing;
  }
  const stopped = "Tekton stopped the sidecar by putting another container in its place, upon which the node deleted its log";
  const why = report2.why ?? "no reason was given";
  const detail = planned.previous && planned.kind === "sidecar" ? `${stopped} (${why})` : why;
  switch (report2.code) {
    case "kubernetes/not-found":
    case "kubernetes/container-unknown":
      return { reason: "gone", detail };
    case "kubernetes/kubelet":
      return { reason: report2.firstTimestamp === void 0 ? "gone" : "unavailable", detail };
    case "kubernetes/container-waiting":
      return { reason: "never-started", detail };
    case "kubernetes/rotated":
      return { reason: "rotated", detail };
    case "kubernetes/broken":
    case "kubernetes/timeout":
    case "kubernetes/unreachable":
      return { reason: "connection-lost", detail: `given up after ${report2.reconnects} reconnects: ${detail}` };
    default:
      return { reason: "unavailable", detail };
  }
}
function refused(report2, namespace, pod) {
  const attempt = { verb: "get", resource: pods, subresource: "log", namespace, name: pod };
  return new KubernetesError({
    code: report2.code ?? "kubernetes/forbidden",
    doing: `read logs of pods in namespace "${namespace}"`,
    why: report2.why ?? "access is refused",
    advice: report2.code === "kubernetes/unauthorized" ? "The credential is missing, expired or of another cluster." : `This rule in a Role in namespace "${namespace}", bound to that user, allows it:
${rbacRule(attempt)}`,
    details: { namespace, pod }
  });
}

// lib/record/manifest.ts
var manifestVersion = "1.0";
function lostLogs(collected) {
  return collected.filter(({ planned, missing }) => missing !== void 0 && isLost(missing.reason, planned.kind));
}
function logManifest(parts) {
  const { snapshot, plan, collected, timestamps, compression, mask } = parts;
  const { name = "", namespace = "", uid = "" } = snapshot.pipelineRun.metadata;
  return {
    schemaVersion: manifestVersion,
    pipelineRunName: name,
    namespace,
    uid,
    createdAt: formatTime(snapshot.finishedAt),
    timestamps,
    compression,
    complete: lostLogs(collected).length === 0 && snapshot.unfinished.length === 0,
    timedOut: snapshot.timedOut,
    logs: collected.map((log) => manifestLog(log, mask)),
    leftOut: plan.leftOut,
    unfinished: snapshot.unfinished
  };
}
function logManifestText(manifest) {
  return `${JSON.stringify(manifest, null, 2)}
`;
}
function manifestLog(log, mask) {
  const { planned, spooled, lines: lines2, firstTimestamp, lastTimestamp, missing } = log;
  const { path, missing: _known, previous: _previous, ...who } = planned;
  return {
    ...spooled !== void 0 && { path },
    ...who,
    ...firstTimestamp !== void 0 && { firstTimestamp },
    ...lastTimestamp !== void 0 && { lastTimestamp },
    bytes: spooled?.bytes ?? 0,
    lines: lines2,
    ...spooled !== void 0 && { sha256: spooled.sha256 },
    complete: missing === void 0,
    ...missing !== void 0 && { reason: missing.reason, detail: mask(missing.detail) },
    ...spooled !== void 0 && spooled.masked.length > 0 && { masked: spooled.masked }
  };
}

// lib/kubernetes/log-cursor.ts
var newline = 10;
var space = 32;
var longestPrefix = 36;
var LogCursor = class {
  /** Bytes handed on. */
  bytes = 0;
  /** Lines handed on whole, and the one that is begun. */
  lines = 0;
  /** Lines that bore no timestamp: not the container's but the kubelet's own words. */
  unstamped = 0;
  /** The first of those, at most 300 bytes of it. */
  unstampedText = new Uint8Array();
  /** Timestamp of the first line. */
  firstTimestamp;
  #keepPrefix;
  /** Timestamp of the last line handed on, and how many lines of just that time were handed on in a row. */
  #last = new Uint8Array(longestPrefix);
  #lastLength = 0;
  #same = 0;
  /** The last line is not ended, and so much of its content was handed on. */
  #open = false;
  #openBytes = 0;
  /** The last line bore a timestamp. */
  #lastStamped = false;
  #pass = "first";
  /** In this pass the place is still to be found. */
  #skipping = false;
  #beyond = false;
  /** Lines of the last timestamp seen in this pass. */
  #seen = 0;
  /** Content bytes, or in a "count" pass bytes, still to skip. */
  #toSkip = 0;
  /** What the content at hand belongs to. */
  #inside = "nothing";
  /** The beginning of a line of which it is not clear yet whether it is a timestamp. */
  #head = new Uint8Array(longestPrefix);
  #headLength = 0;
  /** Nothing was read yet. @param keepPrefix hand on the timestamps too */
  constructor(keepPrefix) {
    this.#keepPrefix = keepPrefix;
  }
  /** Timestamp of the last line handed on. */
  get lastTimestamp() {
    return this.#lastLength === 0 ? void 0 : text(this.#last.subarray(0, this.#lastLength));
  }
  /** The pass that a further request calls for. */
  get nextPass() {
    return this.#lastLength > 0 ? "resume" : this.bytes > 0 ? "count" : "first";
  }
  /**
   * True when a "resume" pass need not go on: it has not found its place, and lines have come that are more than two
   * seconds later, for which a log's own disorder (two streams, a clock set back) is no explanation.
   */
  get beyond() {
    return this.#beyond && this.lost;
  }
  /** Begins a pass over a new answer. */
  begin(pass, emit) {
    this.#pass = pass;
    this.#beyond = false;
    if (pass === "resume" && !this.#lastStamped) this.#open = false;
    if (pass === "after" && this.#open) {
      this.#open = false;
      this.#handOn(Uint8Array.of(newline), emit);
    }
    this.#headLength = 0;
    this.#seen = 0;
    this.#inside = "nothing";
    this.#skipping = pass === "resume" || pass === "after";
    this.#toSkip = pass === "count" ? this.bytes : 0;
    if (pass === "count" && this.#open) this.#inside = "wanted";
  }
  /** True, at an answer's end, when a "resume" pass did not find its place. */
  get lost() {
    return this.#skipping && this.#pass === "resume";
  }
  /** Takes a chunk, which is overwritten, and hands on what is new in it, as views of it. */
  take(chunk, emit) {
    let at = 0;
    if (this.#pass === "count" && this.#toSkip > 0) {
      at = Math.min(this.#toSkip, chunk.length);
      this.#toSkip -= at;
    }
    let filled = 0;
    const length = chunk.length;
    while (at < length) {
      if (this.#inside === "nothing") {
        if (this.#headLength > 0) {
          const before = this.#headLength;
          let end2 = this.#endOfPrefix(chunk, at);
          if (end2 === 0) return;
          if (end2 < 0) end2 = this.#headLength;
          const head = this.#head.slice(0, this.#headLength);
          at += this.#headLength - before;
          this.#headLength = 0;
          const stamped = isTimestamp(head, 0, head.length);
          if (this.#beginLine(head, 0, stamped ? head.length : 0)) {
            if (this.#keepPrefix || !stamped) this.#handOn(head, emit);
            if (!stamped) this.#openBytes += head.length;
          }
          if (!stamped && head[head.length - 1] === newline) this.#endLine();
          continue;
        }
        const prefix = prefixLength(chunk, at);
        if (prefix < 0) {
          this.#head.set(chunk.subarray(at));
          this.#headLength = length - at;
          break;
        }
        if (this.#beginLine(chunk, at, prefix) && this.#keepPrefix && prefix > 0) {
          if (filled !== at) chunk.copyWithin(filled, at, at + prefix);
          filled += prefix;
        }
        at += prefix;
        if (prefix > 0 && at >= length) break;
      }
      const found = chunk.indexOf(newline, at);
      const end = found < 0 ? length : found + 1;
      if (this.#inside === "wanted") {
        const skipped = this.#pass === "count" ? 0 : Math.min(this.#toSkip, end - at);
        this.#toSkip -= skipped;
        const start = at + skipped;
        if (filled !== start) chunk.copyWithin(filled, start, end);
        filled += end - start;
        this.#openBytes += end - start;
      }
      if (found >= 0) this.#endLine();
      at = end;
    }
    if (filled > 0) this.#handOn(filled === length ? chunk : chunk.subarray(0, filled), emit);
  }
  /** The answer has come to its end: what was held back because it might have become a timestamp is content. */
  end(emit) {
    if (this.#headLength === 0) return;
    const head = this.#head.slice(0, this.#headLength);
    this.#headLength = 0;
    if (!this.#beginLine(head, 0, 0)) return;
    this.#openBytes += head.length;
    this.#handOn(head, emit);
  }
  /** Completes {@link #head} from a chunk. 0: not clear yet; > 0: length of the timestamp; < 0: it is none. */
  #endOfPrefix(chunk, at) {
    for (let from = at; from < chunk.length; from++) {
      const byte = chunk[from] ?? 0;
      this.#head[this.#headLength++] = byte;
      if (byte === space) return this.#headLength;
      if (byte === newline || this.#headLength === longestPrefix) return -1;
    }
    return 0;
  }
  #handOn(bytes, emit) {
    this.bytes += bytes.length;
    emit(bytes);
  }
  /**
   * A line begins whose timestamp, with its space, is `length` bytes long at `from`; 0: it has none. True when the line
   * is to be handed on from its beginning.
   */
  #beginLine(source, from, length) {
    if (this.#skipping && !this.#seek(source, from, length)) return false;
    this.#inside = "wanted";
    this.lines++;
    this.#open = true;
    this.#openBytes = 0;
    if (length === 0) {
      if (this.unstamped++ === 0) this.unstampedText = source.slice(from, from + 300);
      this.#lastStamped = false;
      return true;
    }
    const stamp = length - 1;
    const last = this.#last;
    let same = stamp === this.#lastLength;
    for (let at = 0; at < stamp; at++) {
      const byte = source[from + at] ?? 0;
      if (last[at] !== byte) {
        last[at] = byte;
        same = false;
      }
    }
    this.#lastLength = stamp;
    this.#lastStamped = true;
    this.#same = same ? this.#same + 1 : 1;
    this.firstTimestamp ??= text(source.subarray(from, from + stamp));
    return true;
  }
  /** A line begins, and the place is still to be found. True when it is the first line after the place. */
  #seek(source, from, length) {
    this.#inside = "unwanted";
    if (length === 0) return false;
    const stamp = length - 1;
    const order = compare(source.subarray(from, from + stamp), this.#last.subarray(0, this.#lastLength));
    if (this.#pass === "after") {
      if (order.later) this.#skipping = false;
      return order.later;
    }
    if (order.same) {
      if (++this.#seen < this.#same) return false;
      this.#skipping = false;
      if (this.#open) {
        this.#inside = "wanted";
        this.#toSkip = this.#openBytes;
      }
    } else if (order.laterMs > 2e3) {
      this.#beyond = true;
    }
    return false;
  }
  #endLine() {
    if (this.#inside === "wanted") {
      this.#open = false;
      this.#openBytes = 0;
      this.#toSkip = 0;
    }
    this.#inside = "nothing";
  }
};
function prefixLength(chunk, at) {
  if (chunk[at + 30] === space && chunk[at + 29] === 90 && isTimestamp(chunk, at, 31)) return 31;
  const end = Math.min(at + longestPrefix, chunk.length);
  for (let from = at; from < end; from++) {
    const byte = chunk[from];
    if (byte === space) return isTimestamp(chunk, at, from + 1 - at) ? from + 1 - at : 0;
    if (byte === newline) return 0;
  }
  return end - at === longestPrefix ? 0 : -1;
}
function isTimestamp(bytes, at, length) {
  return length >= 21 && bytes[at + length - 1] === space && bytes[at + 4] === 45 && bytes[at + 7] === 45 && bytes[at + 10] === 84 && bytes[at + 13] === 58 && bytes[at + 16] === 58;
}
function text(bytes) {
  return String.fromCharCode(...bytes);
}
function compare(a, b) {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at === a.length && at === b.length) return { same: true, later: false, laterMs: 0 };
  const laterMs = Date.parse(text(a)) - Date.parse(text(b));
  const later = laterMs > 0 || laterMs === 0 && (a[at] ?? 0) > (b[at] ?? 0);
  return { same: false, later, laterMs };
}

// lib/kubernetes/logs.ts
async function requestLog(cluster, options, timeoutMs, signal) {
  const { container, follow, timestamps, previous, tailLines, limitBytes, sinceTime } = options;
  const attempt = attemptOf2(options);
  const response = await cluster.request(pathOf(attempt), {
    query: { container, follow, timestamps, previous, tailLines, limitBytes, sinceTime },
    headers: { accept: "*/*" },
    signal,
    timeoutMs
  });
  await refuse(cluster, attempt, response, signal);
  return response;
}
function attemptOf2(options) {
  const { namespace, pod } = options;
  return { verb: "get", resource: pods, subresource: "log", namespace, name: pod };
}
function readLog(cluster, options) {
  const { promise: report2, resolve: resolve2 } = Promise.withResolvers();
  const cancelled = new AbortController();
  const signal = options.signal === void 0 ? cancelled.signal : AbortSignal.any([options.signal, cancelled.signal]);
  const reading = new Reading(cluster, options, signal);
  const pieces2 = reading.pieces();
  const stream = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces2.next();
        if (!done) return controller.enqueue(value);
        resolve2(reading.report(value));
        controller.close();
      } catch (error) {
        resolve2(reading.report({ why: "the reading was ended" }));
        controller.error(error);
      }
    },
    async cancel() {
      cancelled.abort();
      await pieces2.return(void 0).catch(() => {
      });
      resolve2(reading.report({ why: "the reading was ended" }));
    }
  }, { highWaterMark: 0 });
  return { stream, report: report2 };
}
var Reading = class {
  #cluster;
  #options;
  #signal;
  #cursor;
  #reconnects = 0;
  #confirmed = false;
  /** Set when lines may have been lost between two requests. */
  #rotatedAfter;
  constructor(cluster, options, signal) {
    this.#cluster = cluster;
    this.#options = options;
    this.#signal = signal;
    this.#cursor = new LogCursor(options.timestamps ?? false);
  }
  report(shortfall) {
    const { bytes, lines: lines2, firstTimestamp, lastTimestamp } = this.#cursor;
    return {
      bytes,
      lines: lines2,
      ...firstTimestamp === void 0 ? {} : { firstTimestamp },
      ...lastTimestamp === void 0 ? {} : { lastTimestamp },
      reconnects: this.#reconnects,
      complete: shortfall === void 0,
      confirmed: shortfall === void 0 && this.#confirmed,
      ...shortfall
    };
  }
  /** The log's bytes; returns what is missing. Throws the signal's reason only. */
  async *pieces() {
    const { attempts = 5, maxBackoffMs = 1e4, follow = false, confirmEnd = true } = this.#options;
    const cursor = this.#cursor;
    let pass = "first";
    for (let failures = 0; ; ) {
      const before = cursor.bytes;
      try {
        yield* this.#onePass(pass);
        if (cursor.lost) {
          this.#rotatedAfter ??= cursor.lastTimestamp;
          pass = "after";
          continue;
        }
        const twice = pass !== "first" && cursor.bytes === before;
        if (twice || !confirmEnd || !await this.#hasMore()) {
          this.#confirmed ||= twice;
          return this.#shortfall();
        }
        failures = 0;
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof KubernetesError)) return { why: error instanceof Error ? error.message : String(error) };
        if (cursor.bytes > before) failures = 0;
        if (!(follow && error.code === "kubernetes/timeout")) failures++;
        if (error.retry === void 0 || failures >= attempts) return { code: error.code, why: error.why };
        const backoff2 = Math.min(maxBackoffMs, 250 * 2 ** failures) * (0.5 + Math.random() / 2);
        await sleep(Math.min(maxBackoffMs, Math.max(backoff2, error.retry.afterMs ?? 0)), this.#signal);
      }
      pass = cursor.nextPass;
      this.#reconnects++;
    }
  }
  async *#onePass(pass) {
    const { follow = false, sinceTime } = this.#options;
    const idleMs = this.#options.idleMs ?? (follow ? 3e5 : 6e4);
    const cursor = this.#cursor;
    const ready = [];
    const emit = (bytes) => void ready.push(bytes);
    const since = pass === "first" || pass === "count" ? sinceTime : secondBefore(cursor.lastTimestamp) ?? sinceTime;
    const { sinceTime: _, ...rest } = this.#options;
    const query = { ...rest, timestamps: true, ...since === void 0 ? {} : { sinceTime: since } };
    const response = await requestLog(this.#cluster, query, idleMs, this.#signal);
    const { server } = this.#cluster;
    const doing = `read the log of container ${rest.container} of pod ${rest.namespace}/${rest.pod}`;
    cursor.begin(pass, emit);
    for await (const chunk of chunks(response, { doing, server, idleMs, signal: this.#signal })) {
      cursor.take(chunk, emit);
      yield* ready;
      ready.length = 0;
      if (cursor.beyond) return;
    }
    cursor.end(emit);
    yield* ready;
  }
  /** Asks for the last line's time. What cannot be asked is not confirmed, and is no reason to read again. */
  async #hasMore() {
    const { lastTimestamp, bytes } = this.#cursor;
    if (lastTimestamp === void 0 && bytes > 0) return false;
    const { namespace, pod, container, previous = false } = this.#options;
    const which = { namespace, pod, container, previous, timestamps: true, tailLines: 1, limitBytes: 40 };
    let text2 = "";
    try {
      const response = await requestLog(this.#cluster, which, 3e4, this.#signal);
      const options = { doing: "", server: this.#cluster.server, idleMs: 3e4, signal: this.#signal };
      const decoder3 = new TextDecoder();
      for await (const chunk of chunks(response, options)) {
        text2 += decoder3.decode(chunk, { stream: true });
        if (text2.length >= 40) break;
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof KubernetesError) return false;
      throw error;
    }
    const newest = /^(\d{4}-\d\d-\d\dT\S+) /.exec(text2)?.[1];
    const more = newest !== void 0 && newest !== lastTimestamp && (lastTimestamp === void 0 || newest.length !== lastTimestamp.length || newest > lastTimestamp) && (this.#options.sinceTime === void 0 || Date.parse(newest) >= Date.parse(this.#options.sinceTime));
    this.#confirmed = !more;
    return more;
  }
  /** What is missing of a log whose end was reached. */
  #shortfall() {
    const { unstamped, unstampedText, lastTimestamp } = this.#cursor;
    const said = new TextDecoder().decode(unstampedText).split("\n")[0] ?? "";
    if (unstamped > 0 && (lastTimestamp !== void 0 || /^(unable to|failed to|error) /i.test(said))) {
      return { code: "kubernetes/kubelet", why: `the node's kubelet wrote: ${said}` };
    }
    if (this.#rotatedAfter === void 0) return void 0;
    const why = `the log was rotated while it was read: lines after ${this.#rotatedAfter} may be missing`;
    return { code: "kubernetes/rotated", why };
  }
};
function secondBefore(timestamp) {
  const at = timestamp === void 0 ? NaN : Date.parse(timestamp);
  if (Number.isNaN(at)) return void 0;
  return new Date(Math.floor(at / 1e3) * 1e3 - 1e3).toISOString().replace(".000Z", "Z");
}

// lib/secrets/shapes.ts
var lookBehind = 16;
function set(text2) {
  const members = new Uint8Array(256);
  for (let i = 0; i < text2.length; i++) {
    const isRange = text2[i + 1] === "-" && i + 2 < text2.length;
    const last = text2.charCodeAt(isRange ? i + 2 : i);
    for (let code = text2.charCodeAt(i); code <= last; code++) members[code] = 1;
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
  let text2 = "";
  for (let i = from; i < to; i++) text2 += String.fromCharCode(bytes[i]);
  return text2;
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
function startsWith(bytes, at, end, text2) {
  for (let i = 0; i < text2.length; i++) {
    if (at + i >= end || bytes[at + i] !== text2.charCodeAt(i)) return false;
  }
  return true;
}
function decoded(text2) {
  try {
    return atob(text2.slice(0, text2.length - text2.length % 4));
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
    const label2 = runEnd(bytes, after, Math.min(end, after + 48), pemLabel);
    if (!/PRIVATE KEY( BLOCK)?$/.test(textOf(bytes, after, label2))) return void 0;
    const body = runEnd(bytes, label2, Math.min(end, label2 + 5), dash);
    if (body !== label2 + 5) return void 0;
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
  return beginnings.flatMap((text2) => [...next].map((character) => text2 + character));
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
var pieceBytes2 = 1024;
var encoder3 = new TextEncoder();
var decoder = new TextDecoder();
function encodedForms(values) {
  const forms = /* @__PURE__ */ new Map();
  const add = (text2, bitsBefore = false, bitsBehind = false) => {
    const known = forms.get(text2);
    if (known === void 0 || bitsBefore || bitsBehind) {
      forms.set(text2, {
        bytes: encoder3.encode(text2),
        bitsBefore: bitsBefore || known?.bitsBefore === true,
        bitsBehind: bitsBehind || known?.bitsBehind === true
      });
    }
  };
  for (const raw of values) {
    const value = raw.trim().toWellFormed();
    if (value.length < minimumValueLength) continue;
    for (const text2 of [value, JSON.stringify(value).slice(1, -1), ...urlEncoded(value)]) {
      for (const piece2 of pieces(encoder3.encode(text2))) add(decoder.decode(piece2));
    }
    for (const piece2 of pieces(encoder3.encode(value))) {
      for (const before of [0, 1, 2]) {
        const bits = 8 * (before + piece2.length);
        const text2 = base64Of(piece2, before).slice(Math.ceil(8 * before / 6), Math.floor(bits / 6));
        for (const alphabet of [text2, text2.replaceAll("+", "-").replaceAll("/", "_")]) {
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
  const lower = (text2) => text2.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [path, form, lower(path), lower(form)];
}
function pieces(bytes) {
  if (bytes.length <= pieceBytes2) return [bytes];
  const isInside = (at) => at < bytes.length && (bytes[at] & 192) === 128;
  const starts = [];
  for (let start = 0; start + pieceBytes2 < bytes.length; start += pieceBytes2 - 3) starts.push(start);
  starts.push(bytes.length - pieceBytes2);
  return starts.map((start) => {
    let [from, to] = [start, start + pieceBytes2];
    while (isInside(from)) from++;
    while (isInside(to)) to--;
    return bytes.subarray(from, to);
  });
}
function base64Of(bytes, before) {
  let text2 = "\0".repeat(before);
  for (const byte of bytes) text2 += String.fromCharCode(byte);
  return btoa(text2);
}
var secretName = /pass|secret|token|key|auth|credential|cookie/i;
function secretValues(text2) {
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
  add(text2);
  const json = parsed(text2);
  if (json !== void 0) {
    visit(json, "", 0, addSecret);
    return [...values];
  }
  for (const line of text2.split("\n")) {
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
    const text2 = decoder.decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    return text2.includes(":") ? text2 : void 0;
  } catch {
    return void 0;
  }
}
function isKeyLine(line) {
  const trimmed = line.trim();
  return trimmed.length >= 16 && !/\s/.test(trimmed) && !trimmed.startsWith("-----");
}
function unquoted(text2) {
  const trimmed = text2.trim();
  return /^(["']).*\1$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}
function percentDecoded(text2) {
  try {
    return decodeURIComponent(text2);
  } catch {
    return text2;
  }
}
function parsed(text2) {
  try {
    const value = JSON.parse(text2);
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
var encoder4 = new TextEncoder();
var decoder2 = new TextDecoder();
function createMasker(options = {}) {
  const { values = [], rules: rules2 = true } = options;
  const search = new MultiSearch([
    ...encodedForms(values).map((form) => ({ bytes: form.bytes, meaning: { rule: valueOf(form), rank: Infinity } })),
    ...(rules2 ? rules : []).flatMap(
      (rule, rank) => rule.anchors.map((anchor) => ({ bytes: encoder4.encode(anchor), meaning: { rule, rank } }))
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
    mask(text2) {
      let found = false;
      const count = add(totals);
      const parts = whole(encoder4.encode(text2), (rule) => {
        found = true;
        count(rule);
      });
      return found ? parts.map((part) => decoder2.decode(part, { stream: true })).join("") + decoder2.decode() : text2;
    },
    transform(onFinding) {
      const count = add(totals);
      let pass;
      return new TransformStream({
        start(controller) {
          pass = new Pass(search, (part) => controller.enqueue(part), (rule) => {
            count(rule);
            onFinding?.(rule);
          });
        },
        transform: (chunk) => pass.push(chunk, false),
        flush: () => pass.push(new Uint8Array(), true)
      });
    },
    scan(content) {
      const counts = /* @__PURE__ */ new Map();
      whole(typeof content === "string" ? encoder4.encode(content) : content, add(counts));
      return listed(counts);
    },
    findings: () => listed(totals)
  };
}
function listed(counts) {
  return [...counts].map(([rule, count]) => ({ rule, count })).sort((a, b) => a.rule < b.rule ? -1 : 1);
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
      pieces2.push(encoder4.encode(replacement(next.rule)));
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
  const bytes = new Uint8Array(pieces2.reduce((size, piece2) => size + piece2.length, 0));
  let at = 0;
  for (const piece2 of pieces2) {
    bytes.set(piece2, at);
    at += piece2.length;
  }
  return bytes;
}

// lib/record/write-log.ts
import { createHash as createHash2 } from "node:crypto";
async function writeLog(stream, options) {
  const { path, masker, compression } = options;
  const found = /* @__PURE__ */ new Map();
  const masking = masker.transform((rule) => found.set(rule, (found.get(rule) ?? 0) + 1));
  const fed = feed(stream, masking.writable);
  try {
    const written = await writeMasked(masking.readable, path, compression);
    const masked = [...found].map(([rule, count]) => ({ rule, count })).sort((a, b) => a.rule < b.rule ? -1 : 1);
    return { ...written, masked };
  } catch (error) {
    await masking.readable.cancel(error).catch(() => {
    });
    throw error;
  } finally {
    await fed;
  }
}
async function writeMasked(masked, path, compression) {
  const hash = createHash2("sha256");
  const piece2 = new Uint8Array(pieceBytes);
  let [bytes, filled, compressedBytes] = [0, 0, 0];
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const flush = () => {
    const compressed = compressPiece(piece2.subarray(0, filled), compression);
    compressedBytes += compressed.length;
    filled = 0;
    for (let at = 0; at < compressed.length; ) at += file.writeSync(compressed.subarray(at));
    release(compressed.buffer);
  };
  let before;
  for await (const chunk of masked) {
    if (before !== void 0 && before !== chunk.buffer) release(before);
    before = chunk.buffer;
    if (chunk.length === 0) continue;
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pieceBytes - filled);
      piece2.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === pieceBytes) flush();
    }
  }
  if (filled > 0) flush();
  if (before !== void 0) release(before);
  release(piece2.buffer);
  return { bytes, sha256: hash.digest("hex"), compressedBytes };
}
async function feed(stream, sink) {
  const reader = stream.getReader();
  const writer = sink.getWriter();
  const passed = [];
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      await writer.write(value);
      if (passed.at(-1) !== value.buffer) passed.push(value.buffer);
      if (passed.length > 3) release(passed.shift());
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([reader.cancel(error), writer.abort(error)]);
  }
}

// lib/record/spool-worker.ts
var workerUrl = import.meta.url;
var workerName = "tasksmith-spool";
function inWorker() {
  return "WorkerGlobalScope" in globalThis && globalThis.name === workerName;
}
function serve(scope) {
  let cluster;
  let masker;
  let compression = "gzip";
  const reading = /* @__PURE__ */ new Map();
  const read = async (log, which, path) => {
    if (cluster === void 0 || masker === void 0) throw new Error("a log came before the setup");
    const controller = new AbortController();
    reading.set(log, controller);
    try {
      const { stream, report: report2 } = readLog(await cluster, { ...which, signal: controller.signal });
      const written = await writeLog(stream, { path, masker, compression });
      return { kind: "written", log, written, report: await report2 };
    } finally {
      reading.delete(log);
    }
  };
  scope.onmessage = ({ data: message }) => {
    switch (message.kind) {
      case "setup":
        compression = message.compression;
        masker = createMasker({ values: message.values });
        cluster = connect(message.cluster);
        cluster.catch(() => {
        });
        break;
      case "read":
        read(message.log, message.which, message.path).catch((error) => ({ kind: "failed", log: message.log, message: String(error) })).then((answer) => scope.postMessage(answer));
        break;
      case "drop":
        reading.get(message.log)?.abort(new Error("nobody wants the log any more"));
    }
  };
}
if (inWorker()) serve(globalThis);

// lib/record/spool.ts
async function openSpool(options) {
  const { cluster, folder, compression, values = [] } = options;
  const most = options.workers ?? Math.max(1, Math.min(4, navigator.hardwareConcurrency));
  const own = await Deno.makeTempDir({ prefix: "logs-", ...folder !== void 0 && { dir: folder } }).catch((error) => {
    throw spoolError(`make a folder in ${folder ?? "the system's folder for temporary files"}`, error);
  });
  const masker = createMasker({ values });
  const workers = [];
  let next = 0;
  const complete = () => {
    for (const worker of workers.splice(0)) worker.end();
  };
  const chooseWorker = () => {
    const idle = workers.find((worker2) => worker2.busy === 0);
    if (idle !== void 0) return idle;
    if (workers.length === most) return workers.reduce((a, b) => b.busy < a.busy ? b : a);
    const worker = new SpoolWorker({ kind: "setup", cluster: options.choice, compression, values });
    workers.push(worker);
    return worker;
  };
  return {
    async read(which, signal) {
      signal?.throwIfAborted();
      const path = `${own}/${next++}`;
      const { stream, report: report2 } = readLog(cluster, { ...which, signal });
      const small = await readSmall(stream, pieceBytes);
      const { written, ...rest } = small === void 0 ? await chooseWorker().read(which, path, signal) : { written: await write(small), report: await report2 };
      const { compressedBytes, ...log } = written;
      return { spooled: { ...log, content: fileSource(path, compressedBytes) }, report: rest.report };
      async function write(chunks2) {
        try {
          return await writeLog(streamOf(chunks2), { path, masker, compression });
        } catch (error) {
          throw spoolError(`write ${path}`, error);
        }
      }
    },
    complete,
    async close() {
      complete();
      await Deno.remove(own, { recursive: true }).catch(() => {
      });
    }
  };
}
async function readSmall(stream, bytes) {
  const chunks2 = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks2.push(chunk);
    size += chunk.length;
    if (size >= bytes) return void 0;
  }
  return chunks2;
}
function streamOf(chunks2) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks2) controller.enqueue(chunk);
      controller.close();
    }
  });
}
var SpoolWorker = class {
  #worker;
  #logs = /* @__PURE__ */ new Map();
  #next = 0;
  #failure;
  constructor(setup) {
    this.#worker = new Worker(workerUrl, { type: "module", name: workerName });
    this.#worker.onmessage = ({ data: message }) => {
      const log = this.#logs.get(message.log);
      if (message.kind === "written") log?.resolve(message);
      else log?.reject(spoolError("write a log", message.message));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = spoolError("start a thread that reads logs", event.message);
      for (const log of this.#logs.values()) log.reject(this.#failure);
    };
    this.#send(setup);
  }
  /** Logs it has in hand. */
  get busy() {
    return this.#logs.size;
  }
  end() {
    this.#worker.terminate();
  }
  async read(which, path, signal) {
    signal?.throwIfAborted();
    if (this.#failure !== void 0) throw this.#failure;
    const log = this.#next++;
    const answer = Promise.withResolvers();
    const abort = () => answer.reject(signal?.reason);
    this.#logs.set(log, answer);
    signal?.addEventListener("abort", abort, { once: true });
    this.#send({ kind: "read", log, which, path });
    try {
      return await answer.promise;
    } catch (error) {
      this.#send({ kind: "drop", log });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#logs.delete(log);
    }
  }
  #send(message) {
    this.#worker.postMessage(message);
  }
};
function spoolError(doing, cause) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TasksmithError({
    code: "record/spool",
    doing,
    why,
    advice: /space|ENOSPC|quota/i.test(why) ? "The disk is full: bind the workspace shared-data to a larger volume. Compressed logs need about a quarter of their size." : "Check that the folder can be written; the spool lies in the workspace shared-data or the scratch folder.",
    cause
  });
}

// lib/record/pipeline-results.ts
var reference = /[$][(](?:tasks|finally)[.]([^.()[\]\s]+)[.]results[.]([^()[\]\s]+|\['[^']*'\])(\[(?:\*|\d+)\])?[)]/;
function pipelineResults(snapshot) {
  const { pipelineRun, taskRuns: taskRuns2 } = snapshot;
  if (pipelineRun.status?.results !== void 0) return pipelineRun.status.results;
  const declared = specOf(pipelineRun)?.results ?? [];
  const found = [];
  for (const { name, value } of declared) {
    const resolved = resolve(value, (task2, path) => {
      const runs = taskRuns2.filter((run2) => pipelineTaskOf(run2, pipelineRun) === task2);
      return runs.every(isSuccessful) ? valueOf2(runs, path) : void 0;
    });
    if (resolved !== void 0) found.push({ name, value: resolved });
  }
  return found;
}
function resolve(value, lookup) {
  if (typeof value === "string") return resolveText(value, lookup);
  if (Array.isArray(value)) {
    const items = [];
    for (const item of value) {
      const resolved = resolveText(item, lookup);
      if (resolved === void 0) return void 0;
      if (Array.isArray(resolved)) items.push(...resolved);
      else items.push(asText(resolved));
    }
    return items;
  }
  const entries = [];
  for (const [key, item] of Object.entries(value)) {
    const resolved = resolveText(item, lookup);
    if (resolved === void 0) return void 0;
    entries.push([key, asText(resolved)]);
  }
  return Object.fromEntries(entries);
}
function resolveText(text2, lookup) {
  let done = "";
  let rest = text2;
  for (let match = reference.exec(rest); match !== null; match = reference.exec(rest)) {
    const [whole, task2 = "", path = "", index = ""] = match;
    const target = lookup(task2, path);
    const value = index === "" || index === "[*]" ? target : Array.isArray(target) ? target[Number(index.slice(1, -1))] : void 0;
    if (value === void 0) return void 0;
    if (whole === text2) return value;
    done += rest.slice(0, match.index) + asText(value);
    rest = rest.slice(match.index + whole.length);
  }
  return done + rest;
}
function valueOf2(runs, path) {
  const values = runs.map((run2) => {
    const results = run2.status?.results ?? [];
    const direct = results.find((result) => result.name === path)?.value;
    if (direct !== void 0) return direct;
    const dot = path.lastIndexOf(".");
    const object = dot < 0 ? void 0 : results.find((result) => result.name === path.slice(0, dot))?.value;
    return typeof object === "object" && !Array.isArray(object) ? object[path.slice(dot + 1)] : void 0;
  });
  if (values.length === 1) return values[0];
  const texts = values.filter((value) => value !== void 0).flatMap(
    (value) => Array.isArray(value) ? value : [asText(value)]
  );
  return texts.length > 0 ? texts : void 0;
}
function asText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// lib/record/status.ts
var schemaVersion = "1.0";
function pipelineStatus(snapshot, options) {
  const { pipelineRun, finishedAt } = snapshot;
  const { self, mask = (text2) => text2 } = options;
  const { name = "", namespace = "", creationTimestamp = "" } = pipelineRun.metadata;
  const { labels: labels2 = {}, annotations = {} } = pipelineRun.metadata;
  const now = pipelineRun.status?.completionTime ?? formatTime(finishedAt);
  const given = (field, domain = "pac.test.appstudio.openshift.io") => options.pod?.[field] || labels2[`${domain}/${field}`] || annotations[`${domain}/${field}`] || "";
  const pullRequestNumber = given("pull-request");
  const commitSha = ["sha", "git-revision"].map((field) => `pac.test.appstudio.openshift.io/${field}`).map((key) => labels2[key] || annotations[key]).find((sha) => sha) ?? "";
  const values = (list2 = []) => list2.map((each) => valueRecord(each, mask));
  const context = { pipelineRun, now, mask, values };
  return {
    pipelineRunName: name,
    namespace,
    duration: seconds(pipelineRun.status?.startTime, now),
    status: overallStatus(options.aggregateStatus, reasonOf(pipelineRun)),
    eventType: eventType(given("event-type"), pullRequestNumber),
    scenario: given("scenario", "test.appstudio.openshift.io"),
    consoleUrl: given("log-url"),
    git: {
      gitOrganization: given("url-org"),
      gitRepository: given("url-repository"),
      ...pullRequestNumber === "" ? {} : { pullRequestNumber },
      ...commitSha === "" ? {} : { commitSha },
      pullRequestAuthor: ""
    },
    timestamps: { createdAt: creationTimestamp, startedAt: pipelineRun.status?.startTime ?? "", finishedAt: now },
    taskRuns: snapshot.taskRuns.filter((run2) => run2.metadata.name !== self).map((run2) => taskRunRecord(run2, context)),
    schemaVersion,
    reason: reasonOf(pipelineRun),
    message: mask(messageOf2(pipelineRun)),
    timedOut: snapshot.timedOut,
    unfinished: snapshot.unfinished.map(({ name: name2, pipelineTask, why }) => ({ name: name2, pipelineTask, why })),
    skippedTasks: (pipelineRun.status?.skippedTasks ?? []).map(({ name: name2, reason = "" }) => ({ name: name2, reason })),
    customRuns: snapshot.customRuns.map((run2) => customRunRecord(run2, context)),
    results: values(pipelineResults(snapshot))
  };
}
function pipelineStatusText(status) {
  return `${JSON.stringify(status, null, 2)}
`;
}
function overallStatus(aggregateStatus2, reason) {
  if (aggregateStatus2 === "Succeeded" || aggregateStatus2 === "Completed") return "Succeeded";
  return reason === "CancelledRunningFinally" ? "Cancelled" : "Failed";
}
function eventType(given, pullRequestNumber) {
  if (given === "push") return given;
  return pullRequestNumber === "" ? "push" : "pull_request";
}
function taskRunRecord(run2, context) {
  const { pipelineRun, now, mask, values } = context;
  const status = run2.status ?? {};
  const task2 = pipelineTaskOf(run2, pipelineRun);
  const name = run2.metadata.name ?? "";
  const matrix = matrixOf(run2, task2, pipelineRun);
  return {
    name: task2,
    status: reasonOf(run2) || "Pending",
    duration: seconds(status.startTime, status.completionTime ?? now),
    taskRunName: name,
    ...isObserver(run2) ? { observer: true } : {},
    ...matrix === void 0 || matrix.index < 0 ? {} : { matrixIndex: matrix.index },
    ...matrix === void 0 ? {} : { matrixParams: values(matrix.params) },
    attempts: (status.retriesStatus?.length ?? 0) + 1,
    ...attemptRecord(status, mask),
    retries: (status.retriesStatus ?? []).map((attempt) => attemptRecord(attempt, mask)),
    results: values(status.results)
  };
}
function customRunRecord(run2, { pipelineRun, now, mask, values }) {
  const { startTime, completionTime, results } = run2.status ?? {};
  return {
    name: pipelineTaskOf(run2, pipelineRun),
    status: reasonOf(run2) || "Pending",
    duration: seconds(startTime, completionTime ?? now),
    customRunName: run2.metadata.name ?? "",
    message: mask(messageOf2(run2)),
    ...startTime === void 0 ? {} : { startTime },
    ...completionTime === void 0 ? {} : { completionTime },
    results: values(results)
  };
}
function attemptRecord(status, mask) {
  const { startTime, completionTime, podName } = status;
  return {
    reason: reasonOf({ status }),
    message: mask(messageOf2({ status })),
    ...startTime === void 0 ? {} : { startTime },
    ...completionTime === void 0 ? {} : { completionTime },
    ...podName === void 0 || podName === "" ? {} : { podName },
    steps: (status.steps ?? []).map(stepRecord)
  };
}
function stepRecord(step) {
  const { terminated, running, imageID } = step;
  const startedAt = terminated?.startedAt ?? running?.startedAt;
  return {
    name: step.name ?? "",
    ...terminated === void 0 ? {} : { exitCode: terminated.exitCode },
    reason: step.terminationReason ?? terminated?.reason ?? (running === void 0 ? "Waiting" : "Running"),
    ...imageID === void 0 ? {} : { imageID },
    ...startedAt ? { startedAt } : {},
    ...terminated?.finishedAt ? { finishedAt: terminated.finishedAt } : {}
  };
}
function matrixOf(run2, task2, pipelineRun) {
  const spec = specOf(pipelineRun);
  const matrix = [...spec?.tasks ?? [], ...spec?.finally ?? []].find((each) => each.name === task2)?.matrix;
  if (matrix === void 0) return void 0;
  const its = (pipelineRun.status?.childReferences ?? []).filter((child) => child.pipelineTaskName === task2);
  const names = new Set(
    [...matrix.params ?? [], ...(matrix.include ?? []).flatMap((include) => include.params ?? [])].map((p) => p.name)
  );
  return {
    index: its.findIndex((child) => child.name === run2.metadata.name),
    params: (run2.spec?.params ?? []).filter((param) => names.has(param.name))
  };
}
var secretWord = /token|passw(or)?d|passphrase|secret|credential|^auth$|api_?key|private_?key|access_?key/;
function isSecretName(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word3) => secretWord.test(word3)) || secretWord.test(words.join("_"))) return true;
  return words.at(-1) === "key" && words.at(-2) !== "public";
}
function valueRecord({ name, value }, mask) {
  const hide = isSecretName(name) ? (text2) => text2 === "" ? "" : "***" : mask;
  if (typeof value === "string") return { name, value: hide(value) };
  if (Array.isArray(value)) return { name, value: value.map(hide) };
  const entries = Object.entries(value);
  return {
    name,
    value: Object.fromEntries(
      entries.map(([key, text2]) => [key, isSecretName(key) && text2 !== "" ? "***" : hide(text2)])
    )
  };
}
function seconds(from, to) {
  return `${Math.max(0, Math.floor((elapsedMs(from, to) ?? 0) / 1e3))}s`;
}

// lib/kubernetes/lines.ts
var newline2 = 10;
async function* lines(stream, maxBytes) {
  let parts = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    while (start < chunk.length) {
      const found = chunk.indexOf(newline2, start);
      const end = found < 0 ? chunk.length : found;
      if (end > start) parts.push(chunk.subarray(start, end));
      size += end - start;
      if (size > maxBytes) throw new RangeError(`a line has more than ${maxBytes} bytes`);
      start = end + 1;
      if (found < 0 || size === 0) continue;
      yield parts.length === 1 && parts[0] !== void 0 ? parts[0] : join(parts, size);
      parts = [];
      size = 0;
    }
  }
}
function join(parts, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// lib/kubernetes/watch.ts
var maxEventBytes = 32 * 1024 * 1024;
async function* watch(cluster, resource, options = {}) {
  const { signal, log = silent, maxBackoffMs = 3e4 } = options;
  const attempt = attemptOf("watch", cluster, resource, options);
  let version;
  let everSynced = false;
  let failures = 0;
  while (true) {
    try {
      if (version === void 0) {
        const { items, resourceVersion } = await list(cluster, resource, options);
        everSynced = true;
        version = resourceVersion;
        yield { type: "synced", items };
      }
      for await (const event of watchOnce(cluster, attempt, version, options)) {
        failures = 0;
        version = event.object.metadata?.resourceVersion ?? version;
        if (event.type === "BOOKMARK") continue;
        const type = updateTypes.get(event.type);
        if (type !== void 0) yield { type, object: event.object };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!everSynced || !(error instanceof KubernetesError)) throw error;
      const gone = error.code === "kubernetes/gone";
      if (!gone && error.retry === void 0) throw error;
      if (gone || error.code === "kubernetes/malformed") version = void 0;
      failures++;
      log.debug(`watch begun anew ${version === void 0 ? "with a list" : `from version ${version}`}: ${error.why}`);
      if (failures === 5) log.warn(`${describeAttempt(attempt)}: ${error.why}; trying on`);
      await backOff(failures - (gone ? 1 : 0), error.retry?.afterMs);
      continue;
    }
    await backOff(failures++);
  }
  function backOff(round, afterMs = 0) {
    if (round === 0) return Promise.resolve();
    const wait = Math.min(maxBackoffMs, 250 * 2 ** Math.min(round, 10)) * (0.5 + Math.random() / 2);
    return sleep(Math.min(maxBackoffMs, Math.max(wait, afterMs)), signal);
  }
}
var updateTypes = /* @__PURE__ */ new Map([["ADDED", "added"], ["MODIFIED", "modified"], ["DELETED", "deleted"]]);
async function* watchOnce(cluster, attempt, resourceVersion, options) {
  const { labelSelector, fieldSelector, idleMs = 3e5, signal } = options;
  const doing = describeAttempt(attempt);
  const { server } = cluster;
  const response = await cluster.request(pathOf(attempt), {
    query: {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      labelSelector,
      fieldSelector,
      // Spread, so that many watches begun together do not end together.
      timeoutSeconds: Math.max(1, Math.floor(idleMs / 1e3 * (0.6 + Math.random() * 0.2)))
    },
    signal
  });
  await refuse(cluster, attempt, response, signal);
  try {
    for await (const line of lines(chunks(response, { doing, server, idleMs, signal }), maxEventBytes)) {
      const event = JSON.parse(new TextDecoder().decode(line));
      if (event.type === "ERROR") {
        const status = event.object.code ?? 500;
        throw refusalError(attempt, { server, status, body: JSON.stringify(event.object) });
      }
      yield event;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new KubernetesError({
      code: "kubernetes/malformed",
      doing,
      why: `${server} sent something else than watch events (${error.message})`,
      advice: "Check that nothing between here and the API server alters its answers.",
      cause: error,
      details: { server },
      retry: {}
    });
  }
}

// lib/record/following.ts
var Following = class {
  /** What is there now, by name. */
  objects = /* @__PURE__ */ new Map();
  /** The last known state of what was there and has been deleted, by name. */
  deleted = /* @__PURE__ */ new Map();
  #updates;
  #trim;
  #running = Promise.resolve();
  /**
   * Sends no request yet. `options.signal` must be aborted before {@link Following.end} is called.
   * @param trim takes from each object what nobody will ask for, so that it is not kept
   */
  constructor(cluster, resource, options, trim) {
    this.#trim = trim;
    this.#updates = watch(cluster, resource, { ...options, trim: (object) => trim(object) });
  }
  /**
   * Lists the collection.
   * @throws {KubernetesError} what `watch` throws
   */
  async begin() {
    this.#apply((await this.#updates.next()).value);
  }
  /** Watches from there on; `changed` hears of every update, `failed` of what ends the watch. */
  follow(changed, failed) {
    this.#running = (async () => {
      for await (const update of this.#updates) {
        this.#apply(update);
        changed();
      }
    })().catch(failed);
  }
  /** Ends it. Never rejects. */
  async end() {
    await this.#running;
    await this.#updates.return(void 0).catch(() => {
    });
  }
  #apply(update) {
    if (update.type === "synced") {
      const names = new Set(update.items.map((item) => item.metadata.name ?? ""));
      for (const [name, object] of this.objects) if (!names.has(name)) this.#remove(name, object);
      for (const item of update.items) this.#put(item);
    } else if (update.type === "deleted") this.#remove(update.object.metadata.name ?? "", update.object);
    else {
      this.#trim(update.object);
      this.#put(update.object);
    }
  }
  #put(object) {
    const name = object.metadata.name ?? "";
    this.deleted.delete(name);
    this.objects.set(name, object);
  }
  #remove(name, object) {
    this.objects.delete(name);
    this.deleted.set(name, object);
  }
};

// lib/record/reporter.ts
var changeMs = 1e3;
var repeatMs = 3e4;
var namesAtMost = 8;
var Reporter = class {
  #log;
  #now;
  #last = "";
  #saidAt = -Infinity;
  /** `now` is the clock, in milliseconds. */
  constructor(log, now) {
    this.#log = log;
    this.#now = now;
  }
  /** To be called on every change and about once a second; says something when it is time. */
  say(waitingFor) {
    const since = this.#now() - this.#saidAt;
    if (since < changeMs) return;
    const text2 = describeWait(waitingFor);
    if (text2 === this.#last && since < repeatMs) return;
    this.#last = text2;
    this.#saidAt = this.#now();
    this.#log.info(text2);
  }
};
function describeWait(waitingFor) {
  const names = waitingFor.slice(0, namesAtMost).map(({ name, pipelineTask, why }) => {
    return `${pipelineTask === "" || pipelineTask === name ? name : `${pipelineTask} [${name}]`} (${why})`;
  });
  const more = waitingFor.length - names.length;
  return `waiting for ${waitingFor.length}: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

// lib/record/wait.ts
async function waitForOthers(cluster, options) {
  const { namespace, pipelineRun: name, self = "", deadlineMs = 36e5, log = silent, now = Date.now } = options;
  const deadline = now() + deadlineMs;
  const stop = new AbortController();
  const signal = options.signal === void 0 ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const common = { namespace, signal, log };
  const labelSelector = `${labels.pipelineRun}=${name}`;
  const collections = {
    pipelineRun: new Following(cluster, pipelineRuns, {
      ...common,
      fieldSelector: `metadata.name=${checkName("the name of a PipelineRun", name)}`
    }, withoutManagedFields),
    taskRuns: new Following(cluster, taskRuns, { ...common, labelSelector }, withoutSpec),
    customRuns: new Following(cluster, customRuns, { ...common, labelSelector }, withoutManagedFields),
    customRunsKnown: true
  };
  const all = [collections.pipelineRun, collections.taskRuns, collections.customRuns];
  const reporter = new Reporter(log, now);
  let interval;
  let timeout;
  const withoutCustomRuns = (error) => {
    if (!isKubernetesError(error, "kubernetes/forbidden", "kubernetes/not-found")) throw error;
    log.warn(`CustomRuns are left out: ${error.message}`);
    collections.customRunsKnown = false;
  };
  try {
    await Promise.all([
      collections.pipelineRun.begin(),
      collections.taskRuns.begin(),
      collections.customRuns.begin().catch(withoutCustomRuns)
    ]);
    if (collections.pipelineRun.objects.size === 0) throw noSuchPipelineRun(cluster, namespace, name);
    const waitingFor = await new Promise((resolve2, reject) => {
      const decide = () => {
        const left = collections.pipelineRun.objects.size === 0 ? [] : outstanding(pictureOf(collections), self);
        const over = left.length === 0 || now() >= deadline;
        if (over) resolve2(left);
        else reporter.say(left);
        return over;
      };
      if (decide()) return;
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      collections.pipelineRun.follow(decide, reject);
      collections.taskRuns.follow(decide, reject);
      if (collections.customRunsKnown) {
        collections.customRuns.follow(decide, (error) => {
          try {
            withoutCustomRuns(error);
            decide();
          } catch {
            reject(error);
          }
        });
      }
      interval = setInterval(decide, 1e3);
      timeout = setTimeout(decide, Math.min(Math.max(0, deadline - now()), 2 ** 31 - 1));
    });
    return snapshotOf(collections, self, waitingFor, new Date(now()), log);
  } finally {
    clearInterval(interval);
    clearTimeout(timeout);
    stop.abort();
    await Promise.all(all.map((each) => each.end()));
  }
}
function withoutManagedFields(object) {
  if (object.metadata !== void 0) Reflect.deleteProperty(object.metadata, "managedFields");
}
function withoutSpec(run2) {
  withoutManagedFields(run2);
  if (run2.spec !== void 0) Reflect.deleteProperty(run2.spec, "taskSpec");
  for (const status of [run2.status, ...run2.status?.retriesStatus ?? []]) {
    if (status === void 0) continue;
    Reflect.deleteProperty(status, "taskSpec");
    Reflect.deleteProperty(status, "provenance");
  }
}
function pictureOf({ pipelineRun, taskRuns: taskRuns2, customRuns: customRuns2, customRunsKnown }) {
  const run2 = firstOf(pipelineRun.objects);
  return {
    pipelineRun: run2,
    taskRuns: [...taskRuns2.objects.values()].filter((child) => belongsTo(child, run2)),
    customRuns: customRunsKnown ? [...customRuns2.objects.values()].filter((child) => belongsTo(child, run2)) : void 0
  };
}
function snapshotOf(collections, self, waitingFor, finishedAt, log) {
  const { pipelineRun, taskRuns: taskRuns2, customRuns: customRuns2, customRunsKnown } = collections;
  const run2 = firstOf(pipelineRun.objects.size > 0 ? pipelineRun.objects : pipelineRun.deleted);
  const known = (each) => [...each.objects.values(), ...each.deleted.values()].filter((child) => belongsTo(child, run2)).sort((a, b) => byName(a.metadata.name, b.metadata.name));
  const picture = { pipelineRun: run2, taskRuns: known(taskRuns2), customRuns: known(customRuns2) };
  let unfinished2 = [...waitingFor];
  if (pipelineRun.objects.size === 0) {
    log.warn(`PipelineRun ${run2.metadata.name} was deleted while its runs were waited for: no more will be known`);
    unfinished2 = outstanding(picture, self);
  }
  for (const child of [...taskRuns2.deleted.values(), ...customRuns2.deleted.values()]) {
    const name = child.metadata.name ?? "";
    if (isDone(child) || name === self || isObserver(child) || !belongsTo(child, run2)) continue;
    unfinished2 = unfinished2.filter((each) => each.name !== name);
    unfinished2.push({ name, pipelineTask: pipelineTaskOf(child, run2), why: "deleted before it ended" });
  }
  const named2 = new Set(unfinished2.map((each) => each.name));
  const missing = missingChildren(customRunsKnown ? picture : { ...picture, customRuns: void 0 }).filter((each) => !named2.has(each.name) && each.name !== self);
  return { ...picture, unfinished: [...unfinished2, ...missing], finishedAt, timedOut: waitingFor.length > 0 };
}
function belongsTo(child, run2) {
  const uid = child.metadata.labels?.[labels.pipelineRunUid];
  return uid === void 0 || run2.metadata.uid === void 0 || uid === run2.metadata.uid;
}
function byName(a = "", b = "") {
  return a < b ? -1 : a > b ? 1 : 0;
}
function firstOf(objects) {
  for (const object of objects.values()) return object;
  throw new RangeError("cannot take the PipelineRun: it was never listed");
}
function noSuchPipelineRun(cluster, namespace, name) {
  return new KubernetesError({
    code: "kubernetes/not-found",
    doing: `read PipelineRun "${name}"`,
    why: `there is none of that name in namespace "${namespace}" of ${cluster.server}`,
    advice: "Check the name and the namespace; it may have been deleted.",
    details: { server: cluster.server, namespace, name }
  });
}

// lib/task/define.ts
function defineTask(declaration) {
  return { kind: "Task", ...declaration };
}
function variable(name) {
  return { variable: name };
}
function fieldRef(path) {
  return { fieldRef: path };
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
function parseDuration(text2) {
  const negative = text2.startsWith("-");
  let rest = negative || text2.startsWith("+") ? text2.slice(1) : text2;
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
function flagsOf(task2) {
  return [
    ...Object.entries(task2.params ?? {}).map(([name, param]) => ({
      name,
      key: name,
      origin: "param",
      description: param.description,
      value: param.type === "object" ? "KEY=VALUE" : "VALUE",
      ...param.type === "array" || param.type === "object" ? { repeated: true } : {},
      ..."enum" in param && param.enum ? { choices: param.enum, value: param.enum.join("|") } : {}
    })),
    ...Object.entries(task2.options ?? {}).map(([name, option]) => ({
      name,
      key: name,
      origin: "option",
      description: option.description,
      ...option.value === void 0 ? {} : { value: option.value }
    })),
    ...Object.entries(task2.workspaces ?? {}).map(([name, workspace]) => ({
      name,
      key: name,
      origin: "workspace",
      description: workspace.description,
      value: "DIR"
    })),
    ...Object.entries(task2.secrets ?? {}).map(([name, secret]) => ({
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
  const refuse2 = (why, advice = `${command} --help lists all options.`) => new UsageError({ code: "usage/flag", doing: `run ${command}`, why, advice });
  for (let at = 0; at < args.length; at++) {
    const word3 = args[at] ?? "";
    if (!word3.startsWith("--")) throw refuse2(`"${word3}" is not an option`);
    const equals = word3.indexOf("=");
    const name = equals < 0 ? word3.slice(2) : word3.slice(2, equals);
    const flag = flags.find((candidate) => candidate.name === name);
    if (!flag) {
      const near = suggestion(name, flags.map((candidate) => candidate.name));
      throw refuse2(`there is no option --${name}`, near && `Did you mean --${near}? ${command} --help lists all.`);
    }
    let value = "";
    if (flag.value === void 0) {
      if (equals >= 0) throw refuse2(`--${name} takes no value`);
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
        throw refuse2(`--${name} needs a value`, `Write --${name} ${flag.value}, or --${name}=… for one with dashes.`);
      }
    }
    if (flag.origin === "common" && flag.choices && !flag.choices.includes(value)) {
      throw refuse2(`--${name} is "${value}"`, `It is one of ${flag.choices.join(", ")}.`);
    }
    const values = given.get(name);
    if (values && !flag.repeated) throw refuse2(`--${name} is given twice`, "Give it once.");
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
    stdout: (text2) => {
      let bytes = new TextEncoder().encode(text2);
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
    writeText: async (path, text2) => {
      if (!isGranted({ name: "write", path })) return "not allowed";
      try {
        await Deno.writeTextFile(path, text2);
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
function arrayParams(task2) {
  return Object.entries(task2.params ?? {}).filter(([, param]) => param.type === "array").map(([name]) => name);
}
function splitArrays(task2, args) {
  const names = arrayParams(task2);
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
      doing: `read the array params of ${task2.name}`,
      why: "their markers are not in the order of declaration",
      advice: "Generate the Task's YAML anew from its script."
    });
  }
  return Object.fromEntries(names.map((name, index) => [name, args.slice((found[index] ?? 0) + 1, found[index + 1])]));
}
function isUnresolvedContext(text2) {
  return /^\$\(context\.[A-Za-z.-]+\)$/.test(text2);
}
function readInputs(task2, args, env) {
  const marked = isFromPod(args);
  const arrays = marked ? splitArrays(task2, args) : {};
  const given = marked ? /* @__PURE__ */ new Map() : parseFlags(task2.name, flagsOf(task2), args);
  const params = {};
  const missing = [];
  for (const [name, param] of Object.entries(task2.params ?? {})) {
    const value = arrays[name] ?? readParam(task2.name, name, param, given.get(name), env);
    if (value === void 0) missing.push(`--${name}`);
    else params[name] = value;
  }
  const pathOf2 = (flag, variable2) => given.get(flag)?.[0] || env(variable2) || void 0;
  const workspaces = Object.fromEntries(
    Object.keys(task2.workspaces ?? {}).map((name) => [name, pathOf2(name, workspaceVariable(name))])
  );
  for (const [name, workspace] of Object.entries(task2.workspaces ?? {})) {
    if (!workspace.optional && workspaces[name] === void 0) missing.push(`--${name}`);
  }
  if (missing.length > 0) {
    throw new UsageError({
      code: "usage/missing",
      doing: `run ${task2.name}`,
      why: `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`,
      advice: `${task2.name} --help shows what each is for, and the variables that may hold it instead.`
    });
  }
  return {
    params,
    options: Object.fromEntries(
      Object.entries(task2.options ?? {}).map(([name, option]) => [
        name,
        option.value === void 0 ? given.has(name) : given.get(name)?.[0]
      ])
    ),
    workspaces,
    secrets: Object.fromEntries(
      Object.keys(task2.secrets ?? {}).map((name) => [
        name,
        { path: pathOf2(`${name}-file`, secretVariable(name)), named: given.has(`${name}-file`) }
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
    const text2 = env(paramVariable(name, key)) ?? param.default?.[key];
    if (text2 !== void 0) value[key] = text2;
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
  const text2 = env(paramVariable(name));
  if (text2 === void 0) return void 0;
  try {
    const list2 = JSON.parse(text2);
    if (Array.isArray(list2) && list2.every((element) => typeof element === "string")) return list2;
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
function createResults(task2) {
  const values = /* @__PURE__ */ new Map();
  const names = Object.keys(task2.results ?? {});
  return {
    set: (name, value) => {
      if (!names.includes(name)) {
        throw new TasksmithError({
          code: "task/unknown-result",
          doing: `set the result ${name}`,
          why: `${task2.name} declares no such result`,
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
    const text2 = resultText(value);
    return `${name}=${/[\x00-\x1f\x7f]/.test(text2) ? JSON.stringify(text2) : text2}
`;
  }).join("");
}

// lib/task/main.ts
async function main(task2, options = {}) {
  Deno.exit(await run(task2, denoHost(options.args ?? Deno.args), options.command));
}
async function run(task2, host, command) {
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
    const answer = await answerOf(task2, flags, command ?? `deno run -A scripts/${task2.name}.ts`);
    if (answer !== void 0) {
      host.stdout(answer);
      return ExitCode.ok;
    }
    inputs = readInputs(task2, host.args, (name) => host.env(name));
    interruption = interruptible(deadlineOf(task2, inputs), host);
  } catch (error) {
    return fail(error);
  }
  const results = createResults(task2);
  const failures = [];
  try {
    await task2.run(contextOf(task2, host, inputs, results, { log, hide, signal: interruption.signal }));
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
async function answerOf(task2, flags, command) {
  const asked = flags.find((word3) => /^(-h|--help|--version|--completions(=.*)?)$/.test(word3));
  if (asked === void 0) return void 0;
  if (asked === "--version") return `${task2.name} ${task2.version}
`;
  const { completions, helpText, shells } = await Promise.resolve().then(() => (init_help(), help_exports));
  if (!asked.startsWith("--completions")) return helpText(task2, command);
  const shell = asked.split("=")[1] ?? flags[flags.indexOf(asked) + 1] ?? "";
  if (shells.includes(shell)) return completions(shell, task2.name, flagsOf(task2));
  throw new UsageError({
    code: "usage/flag",
    doing: "print completions",
    why: `"${shell}" is not a shell known here`,
    advice: `It is one of ${shells.join(", ")}.`
  });
}
function contextOf(task2, host, inputs, results, { log, hide, signal }) {
  return {
    params: inputs.params,
    options: inputs.options,
    results,
    workspaces: mapValues(inputs.workspaces, (path) => path === void 0 ? void 0 : { path }),
    secrets: mapValues(inputs.secrets, ({ path, named: named2 }, name) => ({
      path,
      read: async () => {
        const text2 = path === void 0 ? void 0 : await host.readText(path);
        if (text2 !== void 0) hide(text2);
        else if (named2) throw missingFile(name, path);
        return text2;
      }
    })),
    env: mapValues(task2.env ?? {}, (_, name) => host.env(name) ?? ""),
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
function deadlineOf(task2, inputs) {
  if (task2.deadline === void 0) return void 0;
  const text2 = String(inputs.params[task2.deadline]);
  const duration = parseDuration(text2);
  if (duration === void 0 || duration < 0n) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${task2.deadline}" of ${task2.name}`,
      why: `"${text2}" is not a duration`,
      advice: "Write it as 90s, 1h30m or 0 for no deadline."
    });
  }
  return duration === 0n ? void 0 : toMilliseconds(duration);
}
function createMask() {
  const decoder3 = new TextDecoder();
  let forms = [];
  return {
    mask: (text2) => forms.reduce((masked, form) => masked.replaceAll(form, "[masked:secret-value]"), text2),
    hide: (secret) => {
      const fresh = encodedForms(secretValues(secret)).map(({ bytes }) => decoder3.decode(bytes));
      forms = [.../* @__PURE__ */ new Set([...forms, ...fresh])].sort((a, b) => b.length - a.length);
    }
  };
}
function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

// scripts/export-pipeline-logs.ts
var task = defineTask({
  name: "export-pipeline-logs",
  version: "0.1",
  displayName: "Export pipeline logs",
  description: `Gathers the execution logs of a PipelineRun and stores them as a compressed archive in an OCI repository,
for example that of the image it built.

The Task waits until all other TaskRuns of the PipelineRun have ended, reads the log of every container of every pod,
the pods of earlier attempts too, and pushes \`logs.tar.gz\` as an OCI artifact. \`manifest.json\` in it lists each
container with the size and digest of its log, or the reason why there is none or not all of it. Secrets are masked.

It belongs into the \`finally\` section of a Pipeline.`,
  categories: ["Observability"],
  tags: ["logs", "oci", "finally"],
  labels: { "tasksmith.dev/observer": "true" },
  params: {
    "quay-repo": {
      description: "The OCI repository to push to, such as quay.io/org/repo. A tag or digest behind it is ignored; the timestamped tag of the archive is made by the Task.",
      example: "{{params.output-image}}"
    },
    "pipeline-run-name": {
      description: "The name of the PipelineRun whose logs are collected (use {{context.pipelineRun.name}}).",
      example: "{{context.pipelineRun.name}}"
    },
    "namespace": {
      description: "The namespace of the PipelineRun. By default that of the Task's own pod.",
      default: variable("context.pipelineRun.namespace")
    },
    "artifact-credentials-secret": {
      description: "The name of the Secret with the registry credentials, under the key .dockerconfigjson.",
      example: "quay-push-secret",
      optionalAtDesk: true
    },
    "compression": {
      description: "How the archive is compressed: gzip makes logs.tar.gz, zstd makes logs.tar.zst, smaller and faster.",
      default: "gzip",
      enum: ["gzip", "zstd"]
    },
    "timestamps": {
      description: "Whether each line begins with the time at which it was written.",
      default: "false",
      enum: ["true", "false"]
    },
    "on-missing-logs": {
      description: "What a log that is gone or not complete does, once the archive with all others is pushed: a warning, or a failure.",
      default: "warn",
      enum: ["warn", "fail"]
    },
    "on-missing-credentials": {
      description: "What happens without the Secret or its key: nothing is exported and the Task succeeds, or it fails.",
      default: "skip",
      enum: ["skip", "fail"]
    },
    "deadline": {
      description: "How long to wait for other TaskRuns, such as 1h or 90m. What has not ended by then is exported as it is, and marked.",
      default: "1h"
    },
    "subject": {
      description: "An image in the same repository, with tag or digest, that the archive is attached to as a referrer.",
      default: ""
    },
    "concurrency": {
      description: "How many logs are read at once, 1 to 64.",
      default: "8"
    },
    "plain-http": {
      description: "Whether to speak to the registry without TLS.",
      default: "false",
      enum: ["true", "false"]
    }
  },
  options: {
    output: {
      value: "PATH",
      description: "Write instead of pushing: a file when it ends in .tar.gz or .tar.zst, else an OCI image layout."
    },
    kubeconfig: { value: "FILE", description: "The kubeconfig to use; default: KUBECONFIG, ~/.kube/config." },
    context: { value: "NAME", description: "The context of the kubeconfig." }
  },
  results: {
    LOG_ARTIFACT_TAG: { description: "The tag of the archive; empty when nothing was exported." },
    LOG_ARTIFACT_REF: { description: "The archive by digest, REPOSITORY@DIGEST; empty when nothing was exported." }
  },
  workspaces: {
    "shared-data": {
      description: "Room for the compressed logs until they are pushed. Without it, they lie in an emptyDir.",
      optional: true
    }
  },
  secrets: {
    credentials: {
      secretName: variable("params.artifact-credentials-secret"),
      key: ".dockerconfigjson",
      optional: true,
      description: "Credentials for the registry, as docker's config.json."
    }
  },
  env: {
    TASKRUN_NAME: variable("context.taskRun.name"),
    POD_NAMESPACE: fieldRef("metadata.namespace"),
    SERVICE_ACCOUNT_DIR: serviceAccountDir,
    SCRATCH_DIR: "/scratch"
  },
  scratch: ["/scratch"],
  permissions: {
    net: true,
    env: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG"],
    // the script itself: threads are started on it
    read: [serviceAccountDir, "/tekton/scripts"]
  },
  rbac: [
    { apiGroups: ["tekton.dev"], resources: ["pipelineruns", "taskruns", "customruns"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }
  ],
  schemas: { "manifest.schema.json": "lib/record/manifest-schema.ts" },
  readme: {
    "The archive": [
      "`oras pull REPOSITORY:TAG` gives `logs.tar.gz`, and `tar xzf logs.tar.gz`:",
      "- `<pipeline task>/<attempt>/<container>.log`, with `matrix-<index>/` before the attempt where a task has a matrix;",
      "- `manifest.json`: for each container the pod, bytes, lines, SHA-256, first and last timestamp, and whether the log is complete, or the reason why not; its schema is [manifest.schema.json](manifest.schema.json);",
      "- `status.json`: what the Task store-pipeline-status stores."
    ].join("\n"),
    "What can be missing": [
      "- `rotated`: a kubelet serves only the current file of a log, 10 MiB by default. A log that is large and steady and begins too late is recognised. A burst of output before a long silence is not: compare `startedAt` with `firstTimestamp`.",
      "- `gone`: the pod was deleted, or, where Tekton stops sidecars by another image, the sidecar has been stopped; its log goes with it. Tekton's `enable-kubernetes-sidecar` keeps it.",
      "- `running`, `connection-lost`, `unavailable`, and `never-started`, which loses nothing."
    ].join("\n")
  },
  step: "export",
  run: async ({ params, options, results, workspaces, secrets, env, signal, log }) => {
    const { compression } = params;
    const timestamps = params.timestamps === "true";
    const pipelineRun = checkName("the name of a PipelineRun", params["pipeline-run-name"]);
    const repository = parseReference(repositoryOf(params["quay-repo"]));
    const subject = subjectOf(params.subject, repository);
    const deadlineMs = durationOf(params.deadline);
    const concurrency = concurrencyOf(params.concurrency);
    const { kubeconfig, context, output } = options;
    if (output !== void 0) await checkOutput(output, compression);
    const secret = await secrets.credentials.read();
    const credentials = await credentialsOf(secrets.credentials.path, secret);
    if (credentials === void 0 && output === void 0) {
      const why = `there is no file ${secrets.credentials.path}: the Secret "${params["artifact-credentials-secret"]}" or its key .dockerconfigjson does not exist`;
      if (params["on-missing-credentials"] === "fail") throw missingCredentials(why);
      log.warn(`skipped: nothing is exported, because ${why}`);
      results.set("LOG_ARTIFACT_TAG", "");
      results.set("LOG_ARTIFACT_REF", "");
      return;
    }
    const values = secret === void 0 ? [] : secretValues(secret);
    const masker = createMasker({ values });
    const choice = { kubeconfig, context, serviceAccountDir: env.SERVICE_ACCOUNT_DIR || serviceAccountDir };
    const cluster = await connect({ ...choice, signal, log });
    let spool;
    try {
      const namespace = params.namespace || env.POD_NAMESPACE || cluster.namespace;
      const self = env.TASKRUN_NAME;
      const snapshot = await waitForOthers(cluster, { namespace, pipelineRun, self, deadlineMs, signal, log });
      const { finishedAt } = snapshot;
      const labelSelector = `${labels.pipelineRun}=${pipelineRun}`;
      const { items } = await list(cluster, pods, { namespace, labelSelector, signal });
      const plan = planLogs(snapshot, items, self);
      const folders = [workspaces["shared-data"]?.path, env.SCRATCH_DIR || void 0, void 0];
      spool = await spoolIn(folders, { cluster, choice, compression, values }, log);
      log.info(`reading ${plan.logs.length} logs of PipelineRun ${pipelineRun} in namespace ${namespace}`);
      const collected = await collectLogs(plan.logs, {
        namespace,
        spool,
        timestamps,
        concurrency,
        signal,
        log
      });
      spool.complete();
      const mask = (text2) => masker.mask(text2);
      const manifest = logManifest({ snapshot, plan, collected, timestamps, compression, mask });
      const status = pipelineStatus(snapshot, { aggregateStatus: aggregateStatus(snapshot), self, mask });
      const archive = await archiveOf([
        memoryFile("manifest.json", logManifestText(manifest), compression, finishedAt),
        memoryFile("status.json", pipelineStatusText(status), compression, finishedAt),
        ...collected.flatMap(({ planned: { path }, spooled, lastTimestamp }) => {
          const mtime = parseTime(lastTimestamp ?? "") ?? finishedAt;
          return spooled === void 0 ? [] : [{ path, bytes: spooled.bytes, content: spooled.content, mtime }];
        })
      ], compression);
      signal.throwIfAborted();
      const delivered = await deliver(archive, {
        artifact: {
          artifactType: `application/vnd.logs.tar+${compression}`,
          title: `logs.tar${extensionOf(compression)}`,
          annotations: { "dev.tasksmith.pipelinerun": pipelineRun, "dev.tasksmith.namespace": namespace },
          created: finishedAt,
          tag: tagFor(pipelineRun, finishedAt),
          subject
        },
        output,
        repository,
        credentials,
        plainHttp: params["plain-http"] === "true",
        signal,
        log
      });
      results.set("LOG_ARTIFACT_TAG", delivered.tag);
      results.set("LOG_ARTIFACT_REF", delivered.reference);
      report(manifest, archive, log);
      const lost = lostLogs(collected).length + snapshot.unfinished.length;
      if (lost > 0 && params["on-missing-logs"] === "fail") throw missingLogs(pipelineRun, lost);
    } finally {
      await spool?.close();
      cluster.close();
    }
  }
});
function durationOf(text2) {
  const nanoseconds = parseDuration(text2);
  if (nanoseconds !== void 0 && nanoseconds >= 0n) return toMilliseconds(nanoseconds);
  throw new UsageError({
    doing: `read the param "deadline"`,
    why: `"${text2}" is not a duration`,
    advice: "Write it as Go does: 1h, 90m, 1h30m."
  });
}
function concurrencyOf(text2) {
  const number = /^[0-9]{1,2}$/.test(text2) ? Number(text2) : 0;
  if (number >= 1 && number <= 64) return number;
  throw new UsageError({
    doing: `read the param "concurrency"`,
    why: `"${text2}" is not a number from 1 to 64`,
    advice: "8 is a good number for most clusters."
  });
}
function subjectOf(text2, repository) {
  if (text2 === "") return void 0;
  if (isDigest(text2)) return text2;
  const { digest, tag, ...where } = parseReference(text2);
  if (formatReference(where) === formatReference(repository)) return digest ?? tag ?? "latest";
  throw new UsageError({
    doing: `attach the archive to ${text2}`,
    why: `it is not in the repository ${formatReference(repository)}`,
    advice: "A referrer lies in the repository of its subject: push the archive there, or leave the subject out."
  });
}
async function credentialsOf(path, text2) {
  if (path === void 0) return await loadCredentials({ env: Deno.env.toObject(), home: Deno.env.get("HOME") });
  return text2 === void 0 || text2.trim() === "" ? void 0 : credentialsFromJson(text2, path);
}
function missingCredentials(why) {
  return new TasksmithError({
    code: "export/no-credentials",
    doing: "export logs",
    why,
    advice: "Create it (kubectl create secret docker-registry), or let on-missing-credentials be skip."
  });
}
function missingLogs(pipelineRun, lost) {
  return new TasksmithError({
    code: "export/missing-logs",
    doing: `export all logs of PipelineRun ${pipelineRun}`,
    why: `${lost} are missing or not complete; the archive with the others is stored`,
    advice: "manifest.json in the archive has the reason of each. To accept that, let on-missing-logs be warn.",
    details: { lost }
  });
}
async function spoolIn(folders, options, log) {
  let failure;
  for (const folder of new Set(folders)) {
    try {
      return await openSpool({ ...options, folder });
    } catch (error) {
      if (folder !== void 0) log.debug(`no room for logs: ${error instanceof Error ? error.message : error}`);
      failure ??= error;
    }
  }
  throw failure;
}
function tagFor(pipelineRun, at) {
  const end = `-${at.toISOString().slice(0, 19).replace(/[^0-9]/g, "")}-logs`;
  return pipelineRun.slice(0, 128 - end.length).replace(/[^A-Za-z0-9_.-]/g, "_") + end;
}
var isFile = (output) => /\.(tar\.(gz|zst)|tgz)$/.test(output);
async function checkOutput(output, compression) {
  const folder = output.includes("/") ? output.replace(/\/[^/]*\/?$/, "") || "/" : ".";
  if (!await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) {
    throw new UsageError({
      doing: `write ${output}`,
      why: `there is no folder ${folder}`,
      advice: "Create it, or name another place with --output."
    });
  }
  if (!isFile(output) || output.replace(/\.tgz$/, ".tar.gz").endsWith(extensionOf(compression))) return;
  throw new UsageError({
    doing: `write ${output}`,
    why: `its name does not end as ${compression} does`,
    advice: `Name it *.tar${extensionOf(compression)}, or choose the other --compression.`
  });
}
async function writeFile({ source }, path, signal) {
  const part = `${path}.part`;
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    for await (const chunk of source.open()) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.length; ) at += await file.write(chunk.subarray(at));
    }
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {
    });
    throw error;
  }
}
async function deliver(archive, to) {
  const { artifact, output, repository, credentials, plainHttp, signal, log } = to;
  if (output !== void 0 && isFile(output)) {
    await writeFile(archive, output, signal);
    log.info(`wrote ${output}`);
    return { tag: "", reference: output };
  }
  const push = async (target2) => {
    const { title, subject, ...rest } = artifact;
    const about = subject === void 0 ? void 0 : await target2.resolve(subject, { signal });
    const { source, digest: digest2 } = archive;
    const layers = [{ source, digest: digest2, mediaType: artifact.artifactType, title }];
    return await pushArtifact(target2, { ...rest, layers, subject: about }, { signal });
  };
  const { tag } = artifact;
  if (output !== void 0) {
    const { openLayout } = await Promise.resolve().then(() => (init_layout(), layout_exports));
    const { digest: digest2 } = await push(await openLayout(output, { create: true }));
    log.info(`wrote the archive; to get it: oras pull --oci-layout ${output}:${tag}`);
    return { tag, reference: `${output}@${digest2}` };
  }
  using target = openRepository(repository, { credentials, signal, log, ...plainHttp && { plainHttp } });
  const { digest } = await push(target);
  log.info(`pushed the archive; to get it: oras pull ${formatReference({ ...repository, tag })}`);
  return { tag, reference: formatReference({ ...repository, digest }) };
}
function report(manifest, archive, log) {
  const { logs, unfinished: unfinished2 } = manifest;
  const bytes = logs.reduce((sum, { bytes: bytes2 }) => sum + bytes2, 0);
  const size = (n) => n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
  const files = logs.filter((one) => one.path !== void 0).length;
  log.info(`${files} logs, ${size(bytes)}, compressed ${size(archive.source.size)}, ${archive.digest}`);
  const incomplete = logs.filter((one) => !one.complete && one.reason !== "never-started");
  for (const { pipelineTask, attempt, container, reason, detail } of incomplete.slice(0, 20)) {
    log.warn(`${pipelineTask}, attempt ${attempt}, ${container}: ${reason}: ${detail}`);
  }
  if (incomplete.length > 20) log.warn(`and ${incomplete.length - 20} more, see manifest.json`);
  for (const { name, why } of unfinished2.slice(0, 20)) log.warn(`${name} had not ended: ${why}`);
}
if (import.meta.main && !inWorker()) await main(task);
export {
  tagFor,
  task
};
