/**
 * `GET pods/NAME/log` as the API server and the kubelet answer it together: which container, which part, and their
 * words when there is no log. Knows pods' containers and their states; where the bytes come from is the source's affair.
 * Kubernetes API reference, "read log of the specified Pod".
 * @module
 */
import { plainHeaders } from "./api.ts";
import { countLines, type LogSource, renderLog } from "./logs.ts";
import type { StoredObject } from "./object.ts";
import { isTrue } from "./path.ts";
import { valueAt } from "./selector.ts";
import { ApiError } from "./status.ts";

/** Answers a request for a log. Throws {@link ApiError}. */
export async function answerLog(
  pod: StoredObject,
  query: URLSearchParams,
  source: LogSource,
  signal: AbortSignal,
): Promise<Response> {
  const { name, namespace = "" } = pod.metadata;
  const container = containerOf(pod, query.get("container"));
  const previous = isTrue(query.get("previous") ?? "false");
  const follow = isTrue(query.get("follow") ?? "false");
  const selection = {
    timestamps: isTrue(query.get("timestamps") ?? "false"),
    tailLines: wholeNumber(query, "tailLines", 0),
    limitBytes: wholeNumber(query, "limitBytes", 1),
    since: sinceOf(query),
  };
  const ended = new AbortController();
  const stop = () => ended.abort();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const target = { namespace, pod: name, container, previous };
  let { tailLines } = selection;
  let skipLines = 0;
  if (follow && tailLines !== undefined) {
    // The last lines of now, and then what comes: the log is read once to count its lines.
    const now = source.open(target, { follow: false, signal: ended.signal });
    if (now !== undefined) skipLines = Math.max(0, await countLines(now) - tailLines);
    tailLines = undefined;
  }
  const log = source.open(target, { follow, signal: ended.signal });
  if (log === undefined) {
    signal.removeEventListener("abort", stop);
    throw absence(pod, container, previous);
  }
  const blocks = renderLog(log, { ...selection, tailLines, skipLines });
  const finish = async () => {
    signal.removeEventListener("abort", stop);
    ended.abort();
    await blocks.return();
  };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await blocks.next();
      if (!done && !ended.signal.aborted) return controller.enqueue(value);
      await finish();
      controller.close();
    },
    cancel: finish,
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/plain", ...plainHeaders } });
}

function namesAt(pod: StoredObject, field: string): string[] {
  const containers = valueAt(pod, ["spec", field]);
  return Array.isArray(containers) ? containers.map((it) => String(valueAt(it, ["name"]))) : [];
}

function containerOf(pod: StoredObject, wanted: string | null): string {
  const { name } = pod.metadata;
  const containers = namesAt(pod, "containers");
  const inits = namesAt(pod, "initContainers");
  if (!wanted) {
    const [only, ...others] = containers;
    if (only !== undefined && others.length === 0 && inits.length === 0) return only;
    const initially = inits.length === 0 ? "" : ` or one of the init containers: [${inits.join(" ")}]`;
    throw new ApiError(
      400,
      `a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]${initially}`,
    );
  }
  if ([...containers, ...inits, ...namesAt(pod, "ephemeralContainers")].includes(wanted)) return wanted;
  throw new ApiError(400, `container ${wanted} is not valid for pod ${name}`);
}

/** Why there is no log, in the kubelet's words. */
function absence(pod: StoredObject, container: string, previous: boolean): ApiError {
  const { name } = pod.metadata;
  if (previous) return new ApiError(400, `previous terminated container "${container}" in pod "${name}" not found`);
  const states = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap((field) => {
    const value = valueAt(pod, ["status", field]);
    return Array.isArray(value) ? value : [];
  });
  const state = states.find((it) => valueAt(it, ["name"]) === container);
  if (valueAt(state, ["state", "terminated"]) !== undefined || valueAt(state, ["state", "running"]) !== undefined) {
    return new ApiError(500, `unable to retrieve container logs for "${container}" in pod "${name}": no such file`);
  }
  const reason = valueAt(state, ["state", "waiting", "reason"]) ?? "ContainerCreating";
  return new ApiError(400, `container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

function wholeNumber(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new ApiError(422, `PodLogOptions "" is invalid: ${name}: Invalid value: ${text}: must be at least ${least}`);
}

/** The oldest time wanted. The API server hands whole seconds to the kubelet. */
function sinceOf(query: URLSearchParams): number | undefined {
  const seconds = wholeNumber(query, "sinceSeconds", 1);
  const time = query.get("sinceTime");
  if (seconds !== undefined && time) {
    throw new ApiError(422, `PodLogOptions "" is invalid: at most one of sinceTime or sinceSeconds may be specified`);
  }
  if (seconds !== undefined) return Date.now() - seconds * 1000;
  if (!time) return undefined;
  const at = /^\d{4}-\d\d-\d\dT/.test(time) ? Date.parse(time) : NaN;
  if (Number.isNaN(at)) throw new ApiError(400, `parsing time ${JSON.stringify(time)}: it is not in RFC 3339`);
  return Math.floor(at / 1000) * 1000;
}
