/**
 * An implementation of the API that plays the checker's runs as a real Tekton was recorded to play them, on a real
 * socket, and that can be given a flaw: something that it does wrong.
 * @module
 */
import { isObject, type JsonObject } from "../../lib/conformance/path.ts";
import { scenarioLabel } from "../../lib/conformance/scenario.ts";
import type { NewObject } from "../../lib/engine/object.ts";
import { type ApiResource, findResource } from "../../lib/engine/resources.ts";
import { serveApi, type ServedApi } from "../../lib/engine/server.ts";
import { ObjectStore } from "../../lib/engine/store.ts";
import { readRecordings, type Recording } from "./recording.ts";

/** What the fake does wrong. */
export interface Flaw {
  /** Changes how a scenario goes. */
  readonly recording?: (recording: Recording) => Recording;
  /** Changes every object on its way out: answers, lists, watch events. */
  readonly object?: (object: JsonObject) => JsonObject;
  /** Changes the object of a request on its way in, or answers the request instead. */
  readonly request?: (request: Asked) => Response | JsonObject | undefined;
}

/** A request as a flaw sees it. */
export interface Asked {
  /** HTTP method. */
  readonly method: string;
  /** Plural of what is asked for. */
  readonly plural: string;
  /** Name, or "". */
  readonly name: string;
  /** Whether it is a watch. */
  readonly watch: boolean;
  /** The body's object, if it has one. */
  readonly object: JsonObject | undefined;
}

/** A fake that serves. */
export interface Fake extends AsyncDisposable {
  /** Base URL. */
  readonly url: string;
  /** Path of a kubeconfig for it. */
  readonly kubeconfig: string;
  /** What there is in it: `kind/name` of every run, Task and Pipeline, and of namespaces other than "default". */
  readonly left: () => string[];
}

const kinds = ["TaskRun", "PipelineRun", "Task", "Pipeline"];

/** Serves a fake with or without a flaw, for steps of that image. */
export async function serveFake(image: string, flaw: Flaw = {}): Promise<Fake> {
  const store = new ObjectStore();
  const inner: ServedApi = serveApi({ store });
  const closing = new AbortController();
  const playing = new Set<Promise<void>>();
  const patched = new Map<string, PromiseWithResolvers<void>>();
  const recordings = new Map<string, Promise<Map<string, Recording>>>();

  const recordingOf = async (object: JsonObject): Promise<Recording | undefined> => {
    const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
    const labels = isObject(metadata["labels"]) ? metadata["labels"] : {};
    const suffix = /^conformance-([^-]+)-/.exec(String(metadata["name"] ?? metadata["generateName"]))?.[1] ?? "";
    const known = recordings.get(suffix) ?? readRecordings(suffix, image);
    recordings.set(suffix, known);
    const recording = (await known).get(String(labels[scenarioLabel]));
    return recording === undefined ? undefined : flaw.recording?.(recording) ?? recording;
  };

  const resourceOf = (kind: string): ApiResource => {
    const found = findResource("tekton.dev", "v1", `${kind.toLowerCase()}s`);
    if (found === undefined) throw new Error(`the engine serves no ${kind}`);
    return found;
  };

  const play = async (created: JsonObject, recording: Recording): Promise<void> => {
    const namespace = String((created["metadata"] as JsonObject)["namespace"]);
    const advance = async (object: JsonObject, statuses: readonly JsonObject[]) => {
      const name = String((object["metadata"] as JsonObject)["name"]);
      const resource = resourceOf(String(object["kind"]));
      for (const status of statuses) {
        if (recording.scenario === "cancel" && status === statuses.at(-1)) await patched.get(name)?.promise;
        // A turn of the event loop between any two, so that others' requests come in between.
        await new Promise((resolve) => setTimeout(resolve));
        if (closing.signal.aborted) return;
        store.update({ metadata: { name, namespace }, status } as NewObject, { status: true, resource });
      }
    };
    for (const child of recording.children) {
      const { metadata, ...rest } = child.created;
      const placed = { ...rest, metadata: { ...(metadata as JsonObject), namespace } };
      store.create(placed, namespace, resourceOf("TaskRun"));
      await advance(placed, child.statuses);
    }
    await advance(created, recording.statuses);
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const [plural = "", name = ""] = url.pathname.split("/").slice(url.pathname.startsWith("/apis/") ? 6 : 5);
    const text = await request.text();
    let object: JsonObject | undefined = text === "" ? undefined : JSON.parse(text);
    const changed = flaw.request?.({
      method: request.method,
      plural,
      name,
      watch: url.searchParams.has("watch"),
      object,
    });
    if (changed instanceof Response) return changed;
    object = changed ?? object;
    // Where there are no service accounts, nobody waits for one.
    if (plural === "serviceaccounts") return new Response("page not found", { status: 404 });
    const isRun = plural === "taskruns" || plural === "pipelineruns";
    const recording = request.method === "POST" && isRun ? await recordingOf(object ?? {}) : undefined;
    if (recording?.refusal !== undefined) {
      const { status, message } = recording.refusal;
      return Response.json({ kind: "Status", status: "Failure", message, code: status }, { status });
    }
    if (recording !== undefined) object = { ...object, spec: filled(object?.["spec"], recording.created?.["spec"]) };
    if (request.method === "POST") {
      patched.set(String((object?.["metadata"] as JsonObject)?.["name"]), Promise.withResolvers());
    }
    const response = await fetch(inner.url + url.pathname + url.search, {
      method: request.method,
      headers: request.headers,
      ...(object === undefined ? {} : { body: JSON.stringify(object) }),
      signal: closing.signal,
    });
    if (request.method === "PATCH" && response.ok) patched.get(name)?.resolve();
    if (response.body === null || !(response.headers.get("content-type") ?? "").includes("json")) return response;
    if (url.searchParams.has("watch")) {
      const lines = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(changedLines(flaw));
      return new Response(lines.pipeThrough(new TextEncoderStream()), response);
    }
    const found: JsonObject = await response.json();
    if (recording !== undefined && response.ok) {
      const played: Promise<void> = play(found, recording).catch(() => {}).finally(() => playing.delete(played));
      playing.add(played);
    }
    return Response.json(changedObject(flaw, found), { status: response.status });
  };

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen: () => {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const kubeconfig = await Deno.makeTempFile({ suffix: ".json" });
  const entry = { name: "fake" };
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      contexts: [{ ...entry, context: { cluster: "fake", user: "fake" } }],
      clusters: [{ ...entry, cluster: { server: url } }],
      users: [{ ...entry, user: {} }],
    }),
  );
  return {
    url,
    kubeconfig,
    left: () => {
      const namespaces = findResource("", "v1", "namespaces");
      const resources = [...kinds.map(resourceOf), ...(namespaces === undefined ? [] : [namespaces])];
      return resources.flatMap((resource) =>
        store.list(resource).items.map((item) => `${resource.kind}/${item.metadata.name}`)
      ).filter((each) => each !== "Namespace/default");
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      for (const { resolve } of patched.values()) resolve();
      await Promise.allSettled([...playing, server.finished]);
      await inner.close();
      await Deno.remove(kubeconfig);
    },
  };
}

/** `sent`, with the fields that only `recorded` has. */
function filled(sent: unknown, recorded: unknown): unknown {
  if (Array.isArray(sent) && Array.isArray(recorded)) return sent.map((each, index) => filled(each, recorded[index]));
  if (!isObject(sent) || !isObject(recorded)) return sent ?? recorded;
  const keys = new Set([...Object.keys(recorded), ...Object.keys(sent)]);
  return Object.fromEntries([...keys].map((key) => [key, filled(sent[key], recorded[key])]));
}

function changedObject(flaw: Flaw, object: JsonObject): JsonObject {
  if (flaw.object === undefined) return object;
  const { object: change } = flaw;
  if (Array.isArray(object["items"])) return { ...object, items: object["items"].map((item) => change(item)) };
  return kinds.includes(String(object["kind"])) ? change(object) : object;
}

function changedLines(flaw: Flaw): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") continue;
        const event = JSON.parse(line);
        controller.enqueue(`${JSON.stringify({ ...event, object: changedObject(flaw, event.object) })}\n`);
      }
    },
  });
}
