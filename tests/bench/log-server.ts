/**
 * A process of its own that plays the Kubernetes API with many large logs for the export benchmark. The objects come
 * from the embedded API; logs are written by hand, from memory, because what serves them runs on the same processors
 * as what is measured.
 *
 * Arguments: number of pods, containers a pod, megabytes a log. Prints one line of JSON when it serves.
 * @module
 */
import { serveApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";

const start = Date.UTC(2026, 10, 21, 5, 36);
const words = ("compiling package module downloading resolved cache layer step sha256 test passed warning deprecated " +
  "function server client request response http GET POST index node container image pull push registry digest").split(
    " ",
  );

/** Text like that of a build: about a hundred characters a line, no two lines alike. The same every time. */
function buildLog(
  bytes: number,
): { readonly plain: Uint8Array<ArrayBuffer>; readonly stamped: Uint8Array<ArrayBuffer> } {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  const plain: string[] = [];
  const stamped: string[] = [];
  for (let size = 0, line = 0; size < bytes; line++) {
    const said = Array.from({ length: 4 + random(10) }, () => words[random(words.length)]).join(" ");
    const id = random(3) === 0 ? ` ${random(2 ** 31).toString(16)}${random(2 ** 31).toString(16)}` : "";
    const text = `[${random(64)}] ${said}${id} in ${random(100_000)} ms\n`;
    plain.push(text);
    stamped.push(`${new Date(start + line).toISOString().slice(0, -1)}${100_000 + random(899_999)}Z ${text}`);
    size += text.length;
  }
  const bytesOf = (lines: string[]) => new TextEncoder().encode(lines.join(""));
  return { plain: bytesOf(plain), stamped: bytesOf(stamped) };
}

function stream(bytes: Uint8Array<ArrayBuffer>, times: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const block = 64 * 1024;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(at, at += block));
      if (at < bytes.length) return;
      at = 0;
      if (--times === 0) controller.close();
    },
  });
}

function objects(pods: number, containers: number): ObjectStore {
  const store = new ObjectStore();
  const metadata = (name: string, labels = {}) => ({ name, namespace: "bench", labels });
  const at = new Date(start).toISOString();
  const terminated = { exitCode: 0, startedAt: at, finishedAt: at };
  const steps = Array.from({ length: containers }, (_, index) => `step-${index}`);
  const succeeded = { conditions: [{ type: "Succeeded", status: "True", reason: "Succeeded" }] };
  const tasks = Array.from({ length: pods }, (_, index) => ({ name: `task-${index}` }));
  const create = (apiVersion: string, kind: string, name: string, labels: object, more: object) =>
    store.create({ apiVersion, kind, metadata: metadata(name, labels), ...more });
  const spec = { pipelineSpec: { tasks } };
  create("tekton.dev/v1", "PipelineRun", "run", {}, { spec: {}, status: { ...succeeded, startTime: at, ...spec } });
  for (const { name } of tasks) {
    const labels = { "tekton.dev/pipelineRun": "run", "tekton.dev/pipelineTask": name };
    const states = steps.map((container) => ({ name: container, container, terminated }));
    const status = { ...succeeded, podName: `${name}-pod`, startTime: at, completionTime: at, steps: states };
    create("tekton.dev/v1", "TaskRun", `run-${name}`, labels, { spec: {}, status });
    const containerStatuses = steps.map((name) => ({ name, restartCount: 0, state: { terminated } }));
    const podSpec = { containers: steps.map((name) => ({ name, image: "image" })) };
    create("v1", "Pod", `${name}-pod`, labels, { spec: podSpec, status: { phase: "Succeeded", containerStatuses } });
  }
  return store;
}

if (import.meta.main) {
  const [pods = 20, containers = 3, megabytes = 1] = Deno.args.map(Number);
  // A log larger than this is the same text again and again, farther apart than any compression looks.
  const text = Math.min(megabytes, 20) * 1e6;
  const times = Math.max(1, Math.round(megabytes * 1e6 / text));
  const { plain, stamped } = buildLog(text);
  const api = serveApi({ store: objects(pods, containers), namespace: "bench" });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    if (!pathname.endsWith("/log")) return await fetch(`${api.url}${pathname}${search}`, { headers: request.headers });
    const bytes = searchParams.get("timestamps") === "true" ? stamped : plain;
    if (!searchParams.has("tailLines")) return new Response(stream(bytes, times));
    return new Response(bytes.slice(bytes.lastIndexOf(10, bytes.length - 2) + 1).slice(0, 40));
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  console.log(JSON.stringify({ kubeconfig: api.kubeconfig().replaceAll(api.url, url) }));
}
