/**
 * The verbs of the API over a store: a request that was allowed, and its answer. Knows HTTP's messages and the store;
 * nothing of sockets, credentials or what objects mean. Kubernetes API Concepts.
 * @module
 */
import type { Admission } from "./admission.ts";
import { isRecord, type NewObject, type StoredObject } from "./object.ts";
import type { Asked } from "./path.ts";
import { isTrue } from "./path.ts";
import { groupVersion } from "./resources.ts";
import type { ObjectStore, WatchEvent } from "./store.ts";
import { ApiError } from "./status.ts";
import { type RowObject, tableOf } from "./table.ts";

/** What the verbs work with. */
export interface ApiContext {
  /** The objects. */
  readonly store: ObjectStore;
  /** Time between bookmarks of a watch, in milliseconds. */
  readonly bookmarkMs: number;
  /** Looks at objects that are created or changed. @default they are taken as they are */
  readonly admit?: Admission | undefined;
  /** Ends watches: the client has left, or the server closes. */
  readonly signal: AbortSignal;
}

/** Largest body taken, in bytes: what etcd takes, doubled. */
const maxBody = 3 * 1024 * 1024;

/** Answers what is asked of objects (everything but logs). Throws {@link ApiError}. */
export async function answerVerb(asked: Asked, request: Request, url: URL, context: ApiContext): Promise<Response> {
  const { store } = context;
  const { verb, resource, name, subresource } = asked;
  const namespace = asked.namespace ?? "";
  const status = subresource === "status";
  const query = url.searchParams;
  if (query.has("dryRun") && request.method !== "GET") throw new ApiError(400, "dryRun is not served here");
  const strict = query.get("fieldValidation") === "Strict";
  const admit = (object: NewObject, stored?: StoredObject): NewObject =>
    context.admit === undefined ? object : context.admit(
      { ...object, apiVersion: groupVersion(resource), kind: resource.kind },
      stored === undefined ? { strict } : { strict, stored },
    );
  switch (verb) {
    case "get":
      return objectAnswer(asked, store.get(resource, namespace, name ?? ""), request, query);
    case "list":
      return list(asked, request, query, store);
    case "watch":
      return watch(asked, request, query, context);
    case "create": {
      const given = await readObject(request);
      if ((given.kind ?? resource.kind) !== resource.kind) {
        throw new ApiError(400, `${given.kind} in version ${given.apiVersion} cannot be handled as a ${resource.kind}`);
      }
      // A resource with a status part is created without: that is its controller's to write.
      const { status: _, ...rest } = given;
      return objectAnswer(
        asked,
        store.create(admit(resource.status ? rest : given), namespace, resource),
        request,
        query,
        201,
      );
    }
    case "update": {
      const given = await readObject(request);
      const metadata = isRecord(given.metadata) ? given.metadata : {};
      if (metadata["name"] !== name) {
        throw new ApiError(
          400,
          `the name of the object (${metadata["name"]}) does not match the name on the URL (${name})`,
        );
      }
      const placed = { ...given, metadata: { ...metadata, ...(resource.namespaced ? { namespace } : {}) } };
      return objectAnswer(asked, store.update(placed, { status, resource, admit }), request, query);
    }
    case "patch": {
      const type = request.headers.get("content-type")?.split(";")[0]?.trim();
      if (type !== "application/merge-patch+json") {
        throw new ApiError(
          415,
          `the body of the request was in an unknown format - accepted media types include: ` +
            "application/merge-patch+json",
        );
      }
      const patch = await readJson(request);
      const changed = store.patch(resource, namespace, name ?? "", patch, { status, admit });
      return objectAnswer(asked, changed, request, query);
    }
    case "delete": {
      const options = request.body === null ? {} : await readJson(request, {});
      const preconditions = isRecord(options) && isRecord(options["preconditions"]) ? options["preconditions"] : {};
      const { uid, resourceVersion } = preconditions as { readonly uid?: string; readonly resourceVersion?: string };
      const { metadata } = store.delete(resource, namespace, name ?? "", { uid, resourceVersion });
      const details = { name, group: resource.group, kind: resource.plural, uid: metadata.uid };
      return Response.json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
    }
    case "deletecollection": {
      const { items } = store.list(resource, selectionOf(asked, query));
      for (const item of items) store.delete(resource, item.metadata.namespace ?? "", item.metadata.name);
      return Response.json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
    }
  }
}

/** A JSON object in a request's body. 400 when it is none, 413 when it is too large, 415 when it is not JSON. */
async function readObject(request: Request): Promise<NewObject> {
  const value = await readJson(request);
  if (!isRecord(value)) throw new ApiError(400, "the body of the request is not an object");
  return value;
}

async function readJson(request: Request, absent?: unknown): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "application/json";
  if (!/^application\/([\w.-]+\+)?json(;|$)/.test(type)) {
    throw new ApiError(415, `the body of the request is ${type}: only JSON is served here`);
  }
  const bytes = await readBytes(request);
  if (bytes.length === 0 && absent !== undefined) return absent;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ApiError(400, "the object provided is unrecognized: the body is not JSON");
  }
}

/** A request's body. 413 when it is larger than anything that is stored. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > maxBody) throw new ApiError(413, `Request entity too large: limit is ${maxBody}`);
  }
  return await new Blob(parts).bytes();
}

/** Objects never change, so their text is made once. */
const texts = new WeakMap<StoredObject, string>();

function textOf(object: StoredObject): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, text = JSON.stringify(object));
  return text;
}

/** Whoever asks is on this machine or near: Deno's own compression of answers would only cost time. */
export const plainHeaders = { "cache-control": "no-cache, private, no-transform" };

function json(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...plainHeaders } });
}

/** How objects are wanted: as a table, or as they are. */
function tableWanted(request: Request, query: URLSearchParams): RowObject | undefined {
  const accept = request.headers.get("accept") ?? "";
  const wanted = accept.split(",").find((it) => /^\s*application\/json\s*(;|$)/.test(it) || it.includes("*/*"));
  if (wanted === undefined && accept !== "") {
    throw new ApiError(406, "only the following media types are accepted: application/json");
  }
  if (wanted === undefined || !/;\s*as=Table\b/.test(wanted) || !/;\s*v=v1(;|\s|$)/.test(wanted)) return undefined;
  const include = query.get("includeObject");
  return include === "None" || include === "Object" ? include : "Metadata";
}

function objectAnswer(asked: Asked, object: StoredObject, request: Request, query: URLSearchParams, status = 200) {
  const rowObject = tableWanted(request, query);
  if (rowObject === undefined) return json(textOf(object), status);
  const { resourceVersion } = object.metadata;
  return json(JSON.stringify(tableOf(asked.resource, [object], { resourceVersion }, { rowObject })), status);
}

function selectionOf(asked: Asked, query: URLSearchParams) {
  return {
    namespace: asked.namespace || undefined,
    labelSelector: query.get("labelSelector") ?? undefined,
    fieldSelector: query.get("fieldSelector") ?? undefined,
  };
}

function list(asked: Asked, request: Request, query: URLSearchParams, store: ObjectStore): Response {
  const limit = Number(query.get("limit") ?? 0);
  if (!Number.isSafeInteger(limit) || limit < 0) throw new ApiError(400, `limit: Invalid value: ${query.get("limit")}`);
  const { resource } = asked;
  const page = store.list(resource, {
    ...selectionOf(asked, query),
    limit,
    continue: query.get("continue") ?? undefined,
  });
  const { items, ...metadata } = page;
  const rowObject = tableWanted(request, query);
  if (rowObject !== undefined) return json(JSON.stringify(tableOf(resource, items, metadata, { rowObject })));
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata });
  return json(`${head.slice(0, -1)},"items":[${items.map(textOf).join(",")}]}`);
}

function watch(asked: Asked, request: Request, query: URLSearchParams, context: ApiContext): Response {
  if (isTrue(query.get("sendInitialEvents") ?? "false")) {
    throw new ApiError(422, "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
  }
  const { resource, name } = asked;
  const rowObject = tableWanted(request, query);
  const seconds = Number(query.get("timeoutSeconds") ?? 0) || 30 * 60;
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), Math.min(seconds, 24 * 60 * 60) * 1000);
  const stop = () => end.abort();
  context.signal.addEventListener("abort", stop);
  if (context.signal.aborted) stop();
  const selection = selectionOf(asked, query);
  const events = context.store.watch(resource, {
    ...selection,
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    resourceVersion: query.get("resourceVersion") ?? undefined,
    signal: end.signal,
    bookmarkMs: isTrue(query.get("allowWatchBookmarks") ?? "false") ? context.bookmarkMs : undefined,
  });
  let withColumns = true;
  const line = (event: WatchEvent) => {
    const { type, object } = event;
    const { resourceVersion } = object.metadata;
    if (rowObject === undefined) {
      // A bookmark is an object of which nothing but the version is said.
      const { apiVersion, kind } = object;
      const text = type === "BOOKMARK"
        ? JSON.stringify({ kind, apiVersion, metadata: { resourceVersion, creationTimestamp: null } })
        : textOf(object);
      return `{"type":"${type}","object":${text}}\n`;
    }
    const objects = type === "BOOKMARK" ? [] : [object];
    const table = tableOf(resource, objects, { resourceVersion }, { rowObject, withColumns });
    withColumns = false;
    return `${JSON.stringify({ type, object: table })}\n`;
  };
  const finish = async () => {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
    end.abort();
    await events.return();
  };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await events.next();
        if (!done) return controller.enqueue(new TextEncoder().encode(line(value)));
      } catch (error) {
        const { status } = error instanceof ApiError ? error : new ApiError(500, String(error));
        controller.enqueue(new TextEncoder().encode(`${JSON.stringify({ type: "ERROR", object: status })}\n`));
      }
      await finish();
      controller.close();
    },
    cancel: finish,
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "application/json", ...plainHeaders } });
}
