/**
 * An engine that runs: its store, its controllers, its API over TLS on this machine, its folders. The one place that
 * puts them together.
 * @module
 */
import { dirname } from "node:path";
import { createLogger, type Logger } from "../terminal/log.ts";
import type { Admission } from "./admission.ts";
import { makeServerCertificate } from "./certificate.ts";
import { followPipelineRuns, followTaskRuns } from "./controller.ts";
import { type Engine, find, places } from "./engine.ts";
import type { LogSource } from "./logs.ts";
import { lockFolder } from "./lock.ts";
import { logFiles } from "./pod/log-files.ts";
import type { StoredObject } from "./object.ts";
import { namedPipeline, namedStepAction, namedTask, referenced } from "./resolve/named.ts";
import { settleInterrupted } from "./restart.ts";
import { chooseSandbox } from "./sandbox/choose.ts";
import { endRecorded, recorded } from "./sandbox/recorded.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { serveApi, type ServedApi } from "./server.ts";
import { SqliteStorage } from "./sqlite.ts";
import { ObjectStore } from "./store.ts";
import { logFolder } from "./taskrun/drive.ts";

/** What an engine is started with. */
export interface StartOptions {
  /**
   * Folder for objects, pods, logs and claims: an engine that is started on it again goes on where this one ended.
   * @default a temporary one that is removed at the end
   */
  readonly data?: string;
  /** Its objects. @default those of the data folder; without one, an empty store in memory */
  readonly store?: ObjectStore;
  /** How containers are kept apart. @default the best there is */
  readonly sandbox?: Sandbox;
  /** Pods that may run at once. @default four for each processor */
  readonly jobs?: number;
  /** Whether containers may use the network. @default true */
  readonly network?: boolean;
  /** Folders of this machine that pods may mount. @default none */
  readonly hostPaths?: readonly string[];
  /** Logs of pods that this engine has not run itself. @default none */
  readonly logs?: LogSource;
  /** Looks at objects that arrive over the API. @default they are taken as they are */
  readonly admit?: Admission;
  /** Address and port of the API. @default 127.0.0.1 and any free one */
  readonly listen?: { readonly hostname?: string; readonly port?: number };
  /** Lines for people. @default stderr, warnings only */
  readonly log?: Logger;
}

/** A running engine. */
export interface RunningEngine {
  /** Its objects: creating a TaskRun or PipelineRun here starts it. */
  readonly store: ObjectStore;
  /** Its API. */
  readonly api: ServedApi;
  /** How containers are kept apart. */
  readonly sandbox: Sandbox;
  /** Ends every run and the API, and removes a temporary data folder. */
  close(): Promise<void>;
}

function randomToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Starts an engine, on a data folder that was used before after what is left there has been put in order.
 * @throws {TasksmithError} `engine/data-in-use` when another engine runs on that folder, `engine/bad-data` when it
 * cannot be used
 */
export async function startEngine(options: StartOptions = {}): Promise<RunningEngine> {
  if (options.data === undefined) return await start(options);
  const unlock = await lockFolder(options.data);
  let objects: SqliteStorage<StoredObject> | undefined;
  const release = () => {
    objects?.close();
    unlock();
  };
  try {
    if (options.store === undefined) objects = new SqliteStorage(`${options.data}/objects.sqlite`);
    const engine = await start(
      objects === undefined ? options : { ...options, store: new ObjectStore({ storage: objects }) },
    );
    return { ...engine, close: () => engine.close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

async function start(options: StartOptions): Promise<RunningEngine> {
  const { store = new ObjectStore(), network = true, hostPaths = [], listen = {} } = options;
  const log = options.log ?? createLogger({ quiet: true });
  const sandbox = options.sandbox ?? await chooseSandbox();
  const data = options.data ?? await Deno.makeTempDir({ prefix: "tasksmith-engine-" });
  const processes = `${data}/processes`;
  const orphans = await endRecorded(processes);
  if (orphans > 0) log.warn(`ended ${orphans} containers that an earlier engine left running`);
  const hostname = listen.hostname ?? "127.0.0.1";
  const tls = await makeServerCertificate([hostname, "localhost"]);
  const token = randomToken();
  const files = logFiles({
    folder: (namespace, pod) => logFolder(data, namespace, pod),
    active: ({ namespace, pod, container }) => {
      const status = find(store, "Pod", namespace, pod)?.["status"] as
        | { containerStatuses?: readonly { name: string; state: { terminated?: unknown } }[] }
        | undefined;
      const state = status?.containerStatuses?.find((c) => c.name === container)?.state;
      return state !== undefined && state.terminated === undefined;
    },
  });
  const logs: LogSource = { open: (target, how) => options.logs?.open(target, how) ?? files.open(target, how) };
  const { admit } = options;
  const api = serveApi({
    store,
    logs,
    hostname,
    port: listen.port ?? 0,
    tls,
    token,
    ...(admit === undefined ? {} : { admit }),
  });
  const { port } = new URL(api.url);
  const engine: Engine = {
    store,
    sandbox: recorded(sandbox, processes),
    data,
    network,
    hostPaths,
    log,
    // the Deno that runs this is there for steps, wherever it is installed
    env: { PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}` },
    now: Date.now,
    place: places(options.jobs ?? 4 * navigator.hardwareConcurrency),
    api: {
      env: {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        KUBERNETES_SERVICE_PORT_HTTPS: port,
      },
      async folder(namespace) {
        const folder = `${data}/serviceaccounts/${namespace}`;
        await Deno.mkdir(folder, { recursive: true });
        await Deno.writeTextFile(`${folder}/token`, token, { mode: 0o600 });
        await Deno.writeTextFile(`${folder}/ca.crt`, tls.ca);
        await Deno.writeTextFile(`${folder}/namespace`, namespace);
        return folder;
      },
    },
  };
  for (const run of await settleInterrupted(engine)) {
    log.warn(`TaskRun ${run} was under way when the last engine on this data ended`);
  }
  const later = <T>(value: () => T): Promise<T> => Promise.resolve().then(value);
  const controllers = [
    followTaskRuns(engine, {
      task: (run) => later(() => namedTask(engine, run)),
      stepAction: (run, step, index) => later(() => namedStepAction(engine, run, step, index)),
    }),
    followPipelineRuns(engine, {
      pipeline: (run) => later(() => namedPipeline(engine, run)),
      checkTask: (run, task) =>
        later(() => {
          // what a resolver is to find may depend on results of other tasks
          if (task.taskRef?.resolver) return;
          referenced(engine, "Task", run.metadata.namespace ?? "default", task.taskRef ?? {});
        }),
    }),
  ];
  return {
    store,
    api,
    sandbox,
    async close() {
      await Promise.all(controllers.map((controller) => controller.stop()));
      await api.close();
      if (options.data === undefined) await Deno.remove(data, { recursive: true });
    },
  };
}
