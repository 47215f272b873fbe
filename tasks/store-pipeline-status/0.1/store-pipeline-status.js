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

// desk:help.ts
var help_exports = {};
var init_help = __esm({
  "desk:help.ts"() {
    throw new Error("help.ts is not part of a Task's script: run it from its file");
  }
});

// desk:mask.ts
var mask_exports = {};
var init_mask = __esm({
  "desk:mask.ts"() {
    throw new Error("mask.ts is not part of a Task's script: run it from its file");
  }
});

// desk:values.ts
var values_exports = {};
var init_values = __esm({
  "desk:values.ts"() {
    throw new Error("values.ts is not part of a Task's script: run it from its file");
  }
});

// desk:secure-push.ts
var secure_push_exports = {};
var init_secure_push = __esm({
  "desk:secure-push.ts"() {
    throw new Error("secure-push.ts is not part of a Task's script: run it from its file");
  }
});

// desk:credentials.ts
var credentials_exports = {};
var init_credentials = __esm({
  "desk:credentials.ts"() {
    throw new Error("credentials.ts is not part of a Task's script: run it from its file");
  }
});

// desk:machine-credentials.ts
var machine_credentials_exports = {};
var init_machine_credentials = __esm({
  "desk:machine-credentials.ts"() {
    throw new Error("machine-credentials.ts is not part of a Task's script: run it from its file");
  }
});

// scripts/store-pipeline-status.ts
import { dirname } from "node:path";

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
  const line = (label2, colour, message) => {
    clear();
    const text = mask(message);
    if (label2 === "") write(`${text}
`);
    else write(terminal ? `\x1B[${colour}m${label2}\x1B[0m ${text}
` : `${label2} ${text}
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

// lib/kubernetes/resource.ts
var pipelineRuns = { group: "tekton.dev", version: "v1", plural: "pipelineruns" };
var taskRuns = { group: "tekton.dev", version: "v1", plural: "taskruns" };
var customRuns = { group: "tekton.dev", version: "v1beta1", plural: "customruns" };
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
function refusalError(attempt, refusal) {
  const { server, status, body, afterMs } = refusal;
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
      async function tunnel(text) {
        const { hostname, port, username, password, protocol } = new URL(text);
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
function proxyOf(text) {
  const url = new URL(text);
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
  const text = messageOf(error instanceof Error ? error.cause ?? error : error);
  const why = text.replace(/^error sending request.*?\): /, "").replace(/^client error \(\w+\): /, "");
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
  let token = "";
  let readAt = -Infinity;
  const credential = async (renew) => {
    if (renew || now() - readAt >= tokenMaxAgeMs) {
      token = await readMounted(`${dir}/token`);
      readAt = now();
    }
    return { headers: { authorization: `Bearer ${token}` } };
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
    const text = (await Deno.readTextFile(path)).trim();
    if (text !== "") return text;
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
  const named = options.kubeconfig !== void 0 || options.context !== void 0 || !!env("KUBECONFIG");
  if (!named && inPod(settings)) return await connectInPod(settings);
  const { connectByKubeconfig, kubeconfigFiles } = await Promise.resolve().then(() => (init_kubeconfig(), kubeconfig_exports)).catch((cause) => {
    throw new KubernetesError({
      code: "kubernetes/config",
      doing: named ? "connect by a kubeconfig" : "find a cluster",
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
function reasonOf(run2) {
  return succeeded(run2)?.reason ?? "";
}
function messageOf2(run2) {
  return succeeded(run2)?.message ?? "";
}

// lib/tekton/time.ts
var pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
function parseTime(text) {
  const match = pattern.exec(text);
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
  const text = time.toISOString();
  if (text.length !== 24) throw new RangeError(`a year has four digits in RFC 3339, not as in ${text}`);
  return `${text.slice(0, 19)}Z`;
}
function elapsedMs(from, to) {
  const [start, end] = [parseTime(from ?? ""), parseTime(to ?? "")];
  return start === void 0 || end === void 0 ? void 0 : end.getTime() - start.getTime();
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
  const candidates = [];
  if (!finalBegun) {
    const open = isStopping(pipelineRun) ? tasks.filter((task2) => task2.matrix && begun.has(task2.name)) : tasks;
    candidates.push(...open.filter((task2) => !dependent.has(task2.name)));
  }
  if (!inTasks) candidates.push(...final);
  const awaited = [];
  for (const task2 of candidates) {
    if (task2.name === own || skipped.has(task2.name) || isChildPipeline(task2) || declaresObserver(task2)) continue;
    if (customRuns2 === void 0 && isCustomTask(task2)) continue;
    const its = runs.filter((run2) => run2.pipelineTask === task2.name);
    const named = references.filter((child) => child.pipelineTaskName === task2.name);
    if (its.length === 0) awaited.push({ name: task2.name, pipelineTask: task2.name, why: "not created yet" });
    else if (task2.matrix && !(named.length > 0 && named.every((child) => its.some((run2) => run2.name === child.name)))) {
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
      return runs.every(isSuccessful) ? valueOf(runs, path) : void 0;
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
function resolveText(text, lookup) {
  let done = "";
  let rest = text;
  for (let match = reference.exec(rest); match !== null; match = reference.exec(rest)) {
    const [whole, task2 = "", path = "", index = ""] = match;
    const target = lookup(task2, path);
    const value = index === "" || index === "[*]" ? target : Array.isArray(target) ? target[Number(index.slice(1, -1))] : void 0;
    if (value === void 0) return void 0;
    if (whole === text) return value;
    done += rest.slice(0, match.index) + asText(value);
    rest = rest.slice(match.index + whole.length);
  }
  return done + rest;
}
function valueOf(runs, path) {
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
  const { self, mask = (text) => text } = options;
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
function overallStatus(aggregateStatus, reason) {
  if (aggregateStatus === "Succeeded" || aggregateStatus === "Completed") return "Succeeded";
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
  if (words.some((word) => secretWord.test(word)) || secretWord.test(words.join("_"))) return true;
  return words.at(-1) === "key" && words.at(-2) !== "public";
}
function valueRecord({ name, value }, mask) {
  const hide = isSecretName(name) ? (text) => text === "" ? "" : "***" : mask;
  if (typeof value === "string") return { name, value: hide(value) };
  if (Array.isArray(value)) return { name, value: value.map(hide) };
  const entries = Object.entries(value);
  return {
    name,
    value: Object.fromEntries(
      entries.map(([key, text]) => [key, isSecretName(key) && text !== "" ? "***" : hide(text)])
    )
  };
}
function seconds(from, to) {
  return `${Math.max(0, Math.floor((elapsedMs(from, to) ?? 0) / 1e3))}s`;
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
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1e3;
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return void 0;
  const at = Date.parse(text);
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
  const decoder2 = new TextDecoder();
  let text = "";
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
    text += decoder2.decode(chunk, { stream: true });
  }
  return text + decoder2.decode();
}

// lib/kubernetes/lines.ts
var newline = 10;
async function* lines(stream, maxBytes) {
  let parts = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    while (start < chunk.length) {
      const found = chunk.indexOf(newline, start);
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

// lib/kubernetes/read.ts
function namespaceOf(cluster, namespace) {
  return namespace === "" ? void 0 : namespace ?? cluster.namespace;
}
async function* listPages(cluster, resource, options = {}) {
  const { labelSelector, fieldSelector, maxBytes = 64 * 1024 * 1024 } = options;
  const attempt = attemptOf("list", cluster, resource, options);
  let limit2 = options.limit ?? 500;
  let consistent = true;
  let token;
  while (true) {
    let answer;
    try {
      const query = { labelSelector, fieldSelector, limit: limit2 === 0 ? void 0 : limit2, continue: token };
      answer = await readJson(cluster, attempt, query, { ...options, maxBytes });
    } catch (error) {
      if (isKubernetesError(error, "kubernetes/too-large") && limit2 > 1) {
        limit2 = Math.ceil(limit2 / 4);
        continue;
      }
      const offered = isKubernetesError(error, "kubernetes/gone") ? error.details["continue"] : void 0;
      if (typeof offered !== "string" || offered === token) throw error;
      token = offered;
      consistent = false;
      continue;
    }
    const { resourceVersion, continue: next } = answer.metadata ?? {};
    if ((answer.items ?? void 0) !== void 0 && !Array.isArray(answer.items)) throw malformed(attempt, cluster);
    if (resourceVersion === void 0 || next && next === token) throw malformed(attempt, cluster);
    yield { items: answer.items ?? [], resourceVersion, consistent };
    token = next || void 0;
    if (token === void 0) return;
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
    const text = await readBody(response, { doing, server: cluster.server, idleMs: 6e4, signal, maxBytes });
    try {
      const value = JSON.parse(text);
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
    const text = describeWait(waitingFor);
    if (text === this.#last && since < repeatMs) return;
    this.#last = text;
    this.#saidAt = this.#now();
    this.#log.info(text);
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
  const named = new Set(unfinished2.map((each) => each.name));
  const missing = missingChildren(customRunsKnown ? picture : { ...picture, customRuns: void 0 }).filter((each) => !named.has(each.name) && each.name !== self);
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
    const digits = whole.replace(/^0+/, "");
    if (digits.length > 19) return void 0;
    total += BigInt(digits) * unit + fraction(decimals, unit);
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
function suggestion(word, known) {
  let best;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(word) && word.length > 2 ? 1 : editDistance(word, candidate);
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
    const word = args[at] ?? "";
    if (!word.startsWith("--")) throw refuse2(`"${word}" is not an option`);
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const flag = flags.find((candidate) => candidate.name === name);
    if (!flag) {
      const near = suggestion(name, flags.map((candidate) => candidate.name));
      throw refuse2(`there is no option --${name}`, near && `Did you mean --${near}? ${command} --help lists all.`);
    }
    let value = "";
    if (flag.value === void 0) {
      if (equals >= 0) throw refuse2(`--${name} takes no value`);
    } else if (equals >= 0) {
      value = word.slice(equals + 1);
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
function isUnresolvedContext(text) {
  return /^\$\(context\.[A-Za-z.-]+\)$/.test(text);
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
    const list2 = JSON.parse(text);
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
    const text = resultText(value);
    return `${name}=${/[\x00-\x1f\x7f]/.test(text) ? JSON.stringify(text) : text}
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
  const asked = flags.find((word) => /^(-h|--help|--version|--completions(=.*)?)$/.test(word));
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
    secrets: mapValues(inputs.secrets, ({ path, named }, name) => ({
      path,
      read: async () => {
        const text = path === void 0 ? void 0 : await host.readText(path);
        if (text !== void 0) hide(text);
        else if (named) throw missingFile(name, path);
        return text;
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
  const folder2 = host.env("RESULTS_DIR");
  for (const [name, value] of entries) {
    const told = host.env(resultVariable(name)) ?? (folder2 === void 0 ? void 0 : `${folder2}/${name}`);
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
  const text = String(inputs.params[task2.deadline]);
  const duration = parseDuration(text);
  if (duration === void 0 || duration < 0n) {
    throw new UsageError({
      code: "usage/param",
      doing: `read the param "${task2.deadline}" of ${task2.name}`,
      why: `"${text}" is not a duration`,
      advice: "Write it as 90s, 1h30m or 0 for no deadline."
    });
  }
  return duration === 0n ? void 0 : toMilliseconds(duration);
}
function createMask() {
  const decoder2 = new TextDecoder();
  let forms = [];
  return {
    mask: (text) => forms.reduce((masked, form) => masked.replaceAll(form, "[masked:secret-value]"), text),
    hide: (secret) => {
      const fresh = encodedForms(secretValues(secret)).map(({ bytes }) => decoder2.decode(bytes));
      forms = [.../* @__PURE__ */ new Set([...forms, ...fresh])].sort((a, b) => b.length - a.length);
    }
  };
}
function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

// scripts/store-pipeline-status.ts
var fileName = "pipeline-status.json";
var folder = "/workspace/pipeline-status";
var pac = "pac.test.appstudio.openshift.io";
var task = defineTask({
  name: "store-pipeline-status",
  version: "0.1",
  displayName: "Store pipeline status",
  description: [
    "The `store-pipeline-status` Task is responsible for gathering metadata about the current PipelineRun and storing it as a JSON artifact. It waits for all other TaskRuns in the PipelineRun to complete, excluding itself, and then collects information such as the PipelineRun name, duration, overall status, and details about each completed TaskRun (name, status, and duration). This information is then outputted as a JSON object and stored in OCI artifact. It is meant to be used in the `finally` section of the PipelineRun.",
    "Other Tasks that wait for the whole PipelineRun, which the label tasksmith.dev/observer tells of, are not waited for. Beside those details the JSON holds attempts, steps, skipped tasks and results, with secrets masked; pipeline-status.schema.json says what is in it."
  ].join("\n\n"),
  categories: ["Observability"],
  tags: ["status", "oci", "finally"],
  labels: { "tasksmith.dev/observer": "true" },
  params: {
    "oci-ref": {
      description: "Full OCI artifact reference in the format `quay.io/org/repo:tag`. This parameter is used by the `secure-push-oci` step (imported Task) to specify where the pipeline status artifact should be pushed.",
      example: "quay.io/org/repo:artifact-tag",
      optionalAtDesk: true
    },
    "credentials-secret-name": {
      description: "Name of the secret containing registry credentials. The Secret should have a key named `oci-storage-dockerconfigjson` with the registry credentials in `.dockerconfigjson` format. This is used by the `secure-push-oci` StepAction for authenticating with the OCI registry.",
      example: "secret-name",
      optionalAtDesk: true
    },
    "pipeline-aggregate-status": {
      description: "The aggregate status of the pipeline. See the example in the **Usage** section",
      example: "{{tasks.status}}"
    },
    "pipelinerun-name": {
      description: "The name of the PipelineRun this Task is currently running within. See the example in the **Usage** section",
      example: "{{context.pipelineRun.name}}"
    },
    "deadline": {
      description: "How long to wait for other TaskRuns, such as 1h or 90m. What has not ended by then is written down as it is, and marked.",
      default: "1h"
    },
    "on-missing-credentials": {
      description: "What happens without the Secret or its key: nothing is stored and the Task succeeds, or it fails.",
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
  options: {
    namespace: { value: "NAME", description: "The namespace of the PipelineRun; default: that of the kubeconfig." },
    output: { value: "FILE", description: `Where to write the JSON; default: ./${fileName}.` },
    kubeconfig: { value: "FILE", description: "The kubeconfig to use; default: KUBECONFIG, ~/.kube/config." },
    context: { value: "NAME", description: "The context of the kubeconfig." }
  },
  secrets: {
    "credentials-volume": {
      secretName: variable("params.credentials-secret-name"),
      key: "oci-storage-dockerconfigjson",
      optional: true,
      description: "Credentials for the registry, as docker's config.json."
    }
  },
  env: {
    TASKRUN_NAME: variable("context.taskRun.name"),
    POD_NAMESPACE: fieldRef("metadata.namespace"),
    SERVICE_ACCOUNT_DIR: serviceAccountDir,
    STATUS_FILE: `${folder}/${fileName}`,
    GIT_ORGANIZATION: fieldRef(`metadata.labels['${pac}/url-org']`),
    GIT_REPOSITORY: fieldRef(`metadata.labels['${pac}/url-repository']`),
    EVENT_TYPE: fieldRef(`metadata.labels['${pac}/event-type']`),
    PULL_REQUEST_NUMBER: fieldRef(`metadata.labels['${pac}/pull-request']`),
    SCENARIO: fieldRef("metadata.labels['test.appstudio.openshift.io/scenario']"),
    CONSOLE_URL: fieldRef(`metadata.annotations['${pac}/log-url']`)
  },
  permissions: {
    net: true,
    env: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG"],
    read: [serviceAccountDir, folder],
    write: [folder]
  },
  rbac: [
    {
      apiGroups: ["tekton.dev"],
      resources: ["pipelineruns", "taskruns", "customruns"],
      verbs: ["get", "list", "watch"]
    }
  ],
  schemas: { "pipeline-status.schema.json": "lib/record/schema.ts" },
  readme: {
    "What is stored": [
      "`pipeline-status.json`, as a layer of its own: `oras pull` gives it back. Its schema is [pipeline-status.schema.json](pipeline-status.schema.json). Other files under the same tag are kept.",
      "A TaskRun that has not ended by the deadline, or was deleted, is in `unfinished` with the reason, and the Task still succeeds. Another Task that waits as this one does has `observer: true` and may still be running."
    ].join("\n\n")
  },
  step: "collect-status",
  stepsAfter: [{
    name: "secure-push-oci",
    uses: { stepAction: "secure-push-oci", version: "0.1" },
    params: {
      "workdir-path": folder,
      "oci-ref": variable("params.oci-ref"),
      "credentials-volume-name": "credentials-volume",
      "on-missing-credentials": variable("params.on-missing-credentials"),
      "subject": variable("params.subject"),
      "plain-http": variable("params.plain-http")
    }
  }],
  run: async ({ params, options, secrets, env, signal, log }) => {
    const deadlineMs = durationOf(params.deadline);
    const secret = await secrets["credentials-volume"].read();
    const atDesk = env.STATUS_FILE === "";
    const { kubeconfig, context, namespace } = options;
    if (atDesk) await checkTargets(params["oci-ref"], options.output);
    const cluster = await connect({
      kubeconfig,
      context,
      namespace,
      serviceAccountDir: env.SERVICE_ACCOUNT_DIR || serviceAccountDir,
      signal,
      log
    });
    let text;
    try {
      const self = env.TASKRUN_NAME;
      const snapshot = await waitForOthers(cluster, {
        namespace: namespace ?? (env.POD_NAMESPACE || cluster.namespace),
        pipelineRun: params["pipelinerun-name"],
        self,
        deadlineMs,
        signal,
        log
      });
      for (const { name, why } of snapshot.unfinished) log.warn(`${name} has not ended: ${why}`);
      const pod = {
        "url-org": env.GIT_ORGANIZATION,
        "url-repository": env.GIT_REPOSITORY,
        "event-type": env.EVENT_TYPE,
        "pull-request": env.PULL_REQUEST_NUMBER,
        scenario: env.SCENARIO,
        "log-url": env.CONSOLE_URL
      };
      const aggregateStatus = params["pipeline-aggregate-status"];
      const mask = atDesk ? await masking(secret) : unchanged;
      text = pipelineStatusText(pipelineStatus(snapshot, { aggregateStatus, self, pod, mask }));
    } finally {
      cluster.close();
    }
    const path = options.output ?? (atDesk ? fileName : env.STATUS_FILE);
    await writeWhole(path, text, !atDesk);
    log.info(`wrote ${path}`);
    if (atDesk && params["oci-ref"] !== "") {
      await push(text, {
        reference: params["oci-ref"],
        credentials: secrets["credentials-volume"].path,
        secret,
        subject: params.subject,
        plainHttp: params["plain-http"] === "true" ? true : void 0,
        signal,
        log
      });
    }
  }
});
function durationOf(text) {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== void 0 && nanoseconds >= 0n) return toMilliseconds(nanoseconds);
  throw new UsageError({
    doing: `read the param "deadline"`,
    why: `"${text}" is not a duration`,
    advice: "Write it as Go does: 1h, 90m, 1h30m."
  });
}
async function writeWhole(path, text, makeFolder) {
  if (makeFolder) await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  try {
    await Deno.writeTextFile(part, text);
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {
    });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError({
      doing: `write ${path}`,
      why: `there is no folder ${dirname(path)}`,
      advice: "Name a file in a folder that exists.",
      cause: error
    });
  }
}
var unchanged = (text) => text;
async function masking(secret) {
  const { createMasker } = await Promise.resolve().then(() => (init_mask(), mask_exports));
  const masker = createMasker({ values: await valuesOf(secret) });
  return (text) => masker.mask(text);
}
async function valuesOf(secret) {
  const { secretValues: secretValues2 } = await Promise.resolve().then(() => (init_values(), values_exports));
  return secret === void 0 ? [] : secretValues2(secret);
}
async function checkTargets(reference2, output) {
  if (reference2 !== "") (await Promise.resolve().then(() => (init_secure_push(), secure_push_exports))).tagged(reference2);
  const folder2 = output?.includes("/") ? output.replace(/\/[^/]*$/, "") || "/" : ".";
  if (await Deno.stat(folder2).then(({ isDirectory }) => isDirectory, () => false)) return;
  throw new UsageError({
    doing: `write ${output}`,
    why: `there is no folder ${folder2}`,
    advice: "Create it, or name another file with --output."
  });
}
async function push(text, { reference: reference2, credentials, secret, ...rest }) {
  const { securePush } = await Promise.resolve().then(() => (init_secure_push(), secure_push_exports));
  const { credentialsFromJson } = await Promise.resolve().then(() => (init_credentials(), credentials_exports));
  const { machineCredentials } = await Promise.resolve().then(() => (init_machine_credentials(), machine_credentials_exports));
  const directory = await Deno.makeTempDir({ prefix: "pipeline-status-" });
  try {
    await Deno.writeTextFile(`${directory}/${fileName}`, text);
    await securePush({
      folder: directory,
      reference: reference2,
      credentials: secret === void 0 ? await machineCredentials() : credentialsFromJson(secret, credentials ?? ""),
      secrets: await valuesOf(secret),
      expiration: "1y",
      ...rest
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
if (import.meta.main) await main(task);
export {
  task
};
