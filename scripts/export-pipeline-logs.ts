#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read --allow-write
/**
 * The Task `export-pipeline-logs`: every log of a PipelineRun as one compressed archive, beside the image it built.
 * @module
 */
import { connect, serviceAccountDir } from "../lib/kubernetes/connect.ts";
import { list } from "../lib/kubernetes/read.ts";
import { checkName, pods } from "../lib/kubernetes/resource.ts";
import { pushArtifact } from "../lib/oci/artifact.ts";
import { openRepository } from "../lib/oci/client.ts";
import { credentialsFromJson, type CredentialStore, loadCredentials } from "../lib/oci/credentials.ts";
import { formatReference, isDigest, parseReference, type Reference, repositoryOf } from "../lib/oci/reference.ts";
import type { Target } from "../lib/oci/target.ts";
import { aggregateStatus } from "../lib/record/aggregate.ts";
import { type Archive, archiveOf, memoryFile } from "../lib/record/archive.ts";
import { planLogs, type Pod } from "../lib/record/attempts.ts";
import { collectLogs } from "../lib/record/logs.ts";
import { type LogManifest, logManifest, logManifestText, lostLogs } from "../lib/record/manifest.ts";
import { openSpool, type Spool, type SpoolOptions } from "../lib/record/spool.ts";
import { inWorker } from "../lib/record/spool-worker.ts";
import { pipelineStatus, pipelineStatusText } from "../lib/record/status.ts";
import { waitForOthers } from "../lib/record/wait.ts";
import { createMasker } from "../lib/secrets/mask.ts";
import { secretValues } from "../lib/secrets/values.ts";
import { type Compression, extensionOf } from "../lib/streams/compression.ts";
import { defineTask, fieldRef, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";
import { parseDuration, toMilliseconds } from "../lib/tekton/duration.ts";
import { labels } from "../lib/tekton/labels.ts";
import { parseTime } from "../lib/tekton/time.ts";
import { TasksmithError, UsageError } from "../lib/terminal/error.ts";
import type { Logger } from "../lib/terminal/log.ts";

/** The Task. */
export const task = defineTask({
  name: "export-pipeline-logs",
  version: "0.1",
  displayName: "Export pipeline logs",
  description:
    `Gathers the execution logs of a PipelineRun and stores them as a compressed archive in an OCI repository,
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
      description:
        "The OCI repository to push to, such as quay.io/org/repo. A tag or digest behind it is ignored; the " +
        "timestamped tag of the archive is made by the Task.",
      example: "{{params.output-image}}",
    },
    "pipeline-run-name": {
      description: "The name of the PipelineRun whose logs are collected (use {{context.pipelineRun.name}}).",
      example: "{{context.pipelineRun.name}}",
    },
    "namespace": {
      description: "The namespace of the PipelineRun. By default that of the Task's own pod.",
      default: variable("context.pipelineRun.namespace"),
    },
    "artifact-credentials-secret": {
      description: "The name of the Secret with the registry credentials, under the key .dockerconfigjson.",
      example: "quay-push-secret",
      optionalAtDesk: true,
    },
    "compression": {
      description:
        "How the archive is compressed: gzip makes logs.tar.gz, zstd makes logs.tar.zst, smaller and faster.",
      default: "gzip",
      enum: ["gzip", "zstd"],
    },
    "timestamps": {
      description: "Whether each line begins with the time at which it was written.",
      default: "false",
      enum: ["true", "false"],
    },
    "on-missing-logs": {
      description:
        "What a log that is gone or not complete does, once the archive with all others is pushed: a warning, " +
        "or a failure.",
      default: "warn",
      enum: ["warn", "fail"],
    },
    "on-missing-credentials": {
      description:
        "What happens without the Secret or its key: nothing is exported and the Task succeeds, or it fails.",
      default: "skip",
      enum: ["skip", "fail"],
    },
    "deadline": {
      description:
        "How long to wait for other TaskRuns, such as 1h or 90m. What has not ended by then is exported as it " +
        "is, and marked.",
      default: "1h",
    },
    "subject": {
      description:
        "An image in the same repository, with tag or digest, that the archive is attached to as a referrer.",
      default: "",
    },
    "concurrency": {
      description: "How many logs are read at once, 1 to 64.",
      default: "8",
    },
    "plain-http": {
      description: "Whether to speak to the registry without TLS.",
      default: "false",
      enum: ["true", "false"],
    },
  },
  options: {
    output: {
      value: "PATH",
      description: "Write instead of pushing: a file when it ends in .tar.gz or .tar.zst, else an OCI image layout.",
    },
    kubeconfig: { value: "FILE", description: "The kubeconfig to use; default: KUBECONFIG, ~/.kube/config." },
    context: { value: "NAME", description: "The context of the kubeconfig." },
  },
  results: {
    LOG_ARTIFACT_TAG: { description: "The tag of the archive; empty when nothing was exported." },
    LOG_ARTIFACT_REF: { description: "The archive by digest, REPOSITORY@DIGEST; empty when nothing was exported." },
  },
  workspaces: {
    "shared-data": {
      description: "Room for the compressed logs until they are pushed. Without it, they lie in an emptyDir.",
      optional: true,
    },
  },
  secrets: {
    credentials: {
      secretName: variable("params.artifact-credentials-secret"),
      key: ".dockerconfigjson",
      optional: true,
      description: "Credentials for the registry, as docker's config.json.",
    },
  },
  env: {
    TASKRUN_NAME: variable("context.taskRun.name"),
    POD_NAMESPACE: fieldRef("metadata.namespace"),
    SERVICE_ACCOUNT_DIR: serviceAccountDir,
    SCRATCH_DIR: "/scratch",
  },
  scratch: ["/scratch"],
  permissions: {
    net: true,
    env: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG"],
    // the script itself: threads are started on it
    read: [serviceAccountDir, "/tekton/scripts"],
  },
  rbac: [
    { apiGroups: ["tekton.dev"], resources: ["pipelineruns", "taskruns", "customruns"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  ],
  schemas: { "manifest.schema.json": "lib/record/manifest-schema.ts" },
  readme: {
    "The archive": [
      "`oras pull REPOSITORY:TAG` gives `logs.tar.gz`, and `tar xzf logs.tar.gz`:",
      "- `<pipeline task>/<attempt>/<container>.log`, with `matrix-<index>/` before the attempt where a task has a matrix;",
      "- `manifest.json`: for each container the pod, bytes, lines, SHA-256, first and last timestamp, and whether the log " +
      "is complete, or the reason why not; its schema is [manifest.schema.json](manifest.schema.json);",
      "- `status.json`: what the Task store-pipeline-status stores.",
    ].join("\n"),
    "What can be missing": [
      "- `rotated`: a kubelet serves only the current file of a log, 10 MiB by default. A log that is large and steady " +
      "and begins too late is recognised. A burst of output before a long silence is not: compare `startedAt` with " +
      "`firstTimestamp`.",
      "- `gone`: the pod was deleted, or, where Tekton stops sidecars by another image, the sidecar has been stopped; " +
      "its log goes with it. Tekton's `enable-kubernetes-sidecar` keeps it.",
      "- `running`, `connection-lost`, `unavailable`, and `never-started`, which loses nothing.",
    ].join("\n"),
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
    if (output !== undefined) await checkOutput(output, compression);

    const secret = await secrets.credentials.read();
    const credentials = await credentialsOf(secrets.credentials.path, secret);
    if (credentials === undefined && output === undefined) {
      const why = `there is no file ${secrets.credentials.path}: the Secret ` +
        `"${params["artifact-credentials-secret"]}" or its key .dockerconfigjson does not exist`;
      if (params["on-missing-credentials"] === "fail") throw missingCredentials(why);
      log.warn(`skipped: nothing is exported, because ${why}`);
      // A Pipeline that hands the results on fails without them.
      results.set("LOG_ARTIFACT_TAG", "");
      results.set("LOG_ARTIFACT_REF", "");
      return;
    }
    const values = secret === undefined ? [] : secretValues(secret);
    const masker = createMasker({ values });

    const choice = { kubeconfig, context, serviceAccountDir: env.SERVICE_ACCOUNT_DIR || serviceAccountDir };
    const cluster = await connect({ ...choice, signal, log });
    let spool: Spool | undefined;
    try {
      const namespace = params.namespace || env.POD_NAMESPACE || cluster.namespace;
      const self = env.TASKRUN_NAME;
      const snapshot = await waitForOthers(cluster, { namespace, pipelineRun, self, deadlineMs, signal, log });
      const { finishedAt } = snapshot;

      const labelSelector = `${labels.pipelineRun}=${pipelineRun}`;
      const { items } = await list<Pod>(cluster, pods, { namespace, labelSelector, signal });
      const plan = planLogs(snapshot, items, self);
      const folders = [workspaces["shared-data"]?.path, env.SCRATCH_DIR || undefined, undefined];
      spool = await spoolIn(folders, { cluster, choice, compression, values }, log);
      log.info(`reading ${plan.logs.length} logs of PipelineRun ${pipelineRun} in namespace ${namespace}`);
      const collected = await collectLogs(plan.logs, {
        namespace,
        spool,
        timestamps,
        concurrency,
        signal,
        log,
      });

      spool.complete();

      const mask = (text: string) => masker.mask(text);
      const manifest = logManifest({ snapshot, plan, collected, timestamps, compression, mask });
      const status = pipelineStatus(snapshot, { aggregateStatus: aggregateStatus(snapshot), self, mask });
      const archive = await archiveOf([
        memoryFile("manifest.json", logManifestText(manifest), compression, finishedAt),
        memoryFile("status.json", pipelineStatusText(status), compression, finishedAt),
        ...collected.flatMap(({ planned: { path }, spooled, lastTimestamp }) => {
          const mtime = parseTime(lastTimestamp ?? "") ?? finishedAt;
          return spooled === undefined ? [] : [{ path, bytes: spooled.bytes, content: spooled.content, mtime }];
        }),
      ], compression);
      signal.throwIfAborted();

      const delivered = await deliver(archive, {
        artifact: {
          artifactType: `application/vnd.logs.tar+${compression}`,
          title: `logs.tar${extensionOf(compression)}`,
          annotations: { "dev.tasksmith.pipelinerun": pipelineRun, "dev.tasksmith.namespace": namespace },
          created: finishedAt,
          tag: tagFor(pipelineRun, finishedAt),
          subject,
        },
        output,
        repository,
        credentials,
        plainHttp: params["plain-http"] === "true",
        signal,
        log,
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
  },
});

function durationOf(text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds !== undefined && nanoseconds >= 0n) return toMilliseconds(nanoseconds);
  throw new UsageError({
    doing: `read the param "deadline"`,
    why: `"${text}" is not a duration`,
    advice: "Write it as Go does: 1h, 90m, 1h30m.",
  });
}

function concurrencyOf(text: string): number {
  const number = /^[0-9]{1,2}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 64) return number;
  throw new UsageError({
    doing: `read the param "concurrency"`,
    why: `"${text}" is not a number from 1 to 64`,
    advice: "8 is a good number for most clusters.",
  });
}

/** Tag or digest of the image that the archive is attached to. */
function subjectOf(text: string, repository: Reference): string | undefined {
  if (text === "") return undefined;
  if (isDigest(text)) return text;
  const { digest, tag, ...where } = parseReference(text);
  if (formatReference(where) === formatReference(repository)) return digest ?? tag ?? "latest";
  throw new UsageError({
    doing: `attach the archive to ${text}`,
    why: `it is not in the repository ${formatReference(repository)}`,
    advice: "A referrer lies in the repository of its subject: push the archive there, or leave the subject out.",
  });
}

/** In a pod the Secret's; at a desk those of this machine. Undefined when a file is named and holds none. */
async function credentialsOf(path: string | undefined, text: string | undefined): Promise<CredentialStore | undefined> {
  if (path === undefined) return await loadCredentials({ env: Deno.env.toObject(), home: Deno.env.get("HOME") });
  return text === undefined || text.trim() === "" ? undefined : credentialsFromJson(text, path);
}

function missingCredentials(why: string): TasksmithError {
  return new TasksmithError({
    code: "export/no-credentials",
    doing: "export logs",
    why,
    advice: "Create it (kubectl create secret docker-registry), or let on-missing-credentials be skip.",
  });
}

function missingLogs(pipelineRun: string, lost: number): TasksmithError {
  return new TasksmithError({
    code: "export/missing-logs",
    doing: `export all logs of PipelineRun ${pipelineRun}`,
    why: `${lost} are missing or not complete; the archive with the others is stored`,
    advice: "manifest.json in the archive has the reason of each. To accept that, let on-missing-logs be warn.",
    details: { lost },
  });
}

/** A spool in the first folder that can be written; undefined is the system's for temporary files. */
async function spoolIn(
  folders: readonly (string | undefined)[],
  options: Omit<SpoolOptions, "folder">,
  log: Logger,
): Promise<Spool> {
  let failure: unknown;
  for (const folder of new Set(folders)) {
    try {
      return await openSpool({ ...options, folder });
    } catch (error) {
      if (folder !== undefined) log.debug(`no room for logs: ${error instanceof Error ? error.message : error}`);
      failure ??= error;
    }
  }
  throw failure;
}

/** `NAME-20261121053614-logs`, at most 128 characters. */
export function tagFor(pipelineRun: string, at: Date): string {
  const end = `-${at.toISOString().slice(0, 19).replace(/[^0-9]/g, "")}-logs`;
  return pipelineRun.slice(0, 128 - end.length).replace(/[^A-Za-z0-9_.-]/g, "_") + end;
}

const isFile = (output: string) => /\.(tar\.(gz|zst)|tgz)$/.test(output);

async function checkOutput(output: string, compression: Compression): Promise<void> {
  const folder = output.includes("/") ? output.replace(/\/[^/]*\/?$/, "") || "/" : ".";
  if (!await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) {
    throw new UsageError({
      doing: `write ${output}`,
      why: `there is no folder ${folder}`,
      advice: "Create it, or name another place with --output.",
    });
  }
  if (!isFile(output) || output.replace(/\.tgz$/, ".tar.gz").endsWith(extensionOf(compression))) return;
  throw new UsageError({
    doing: `write ${output}`,
    why: `its name does not end as ${compression} does`,
    advice: `Name it *.tar${extensionOf(compression)}, or choose the other --compression.`,
  });
}

async function writeFile({ source }: Archive, path: string, signal: AbortSignal): Promise<void> {
  // Under another name until it is whole.
  const part = `${path}.part`;
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    for await (const chunk of source.open()) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

interface Delivery {
  readonly artifact: {
    readonly artifactType: string;
    readonly title: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly created: Date;
    readonly tag: string;
    /** Tag or digest. */
    readonly subject: string | undefined;
  };
  readonly output: string | undefined;
  readonly repository: Reference;
  readonly credentials: CredentialStore | undefined;
  readonly plainHttp: boolean;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Puts the archive where it is wanted; gives the results. */
async function deliver(archive: Archive, to: Delivery): Promise<{ readonly tag: string; readonly reference: string }> {
  const { artifact, output, repository, credentials, plainHttp, signal, log } = to;
  if (output !== undefined && isFile(output)) {
    await writeFile(archive, output, signal);
    log.info(`wrote ${output}`);
    return { tag: "", reference: output };
  }
  const push = async (target: Target) => {
    const { title, subject, ...rest } = artifact;
    const about = subject === undefined ? undefined : await target.resolve(subject, { signal });
    const { source, digest } = archive;
    const layers = [{ source, digest, mediaType: artifact.artifactType, title }];
    return await pushArtifact(target, { ...rest, layers, subject: about }, { signal });
  };
  const { tag } = artifact;
  if (output !== undefined) {
    const { openLayout } = await import("../lib/oci/layout.ts"); // for the desk alone: no part of the Task's script
    const { digest } = await push(await openLayout(output, { create: true }));
    log.info(`wrote the archive; to get it: oras pull --oci-layout ${output}:${tag}`);
    return { tag, reference: `${output}@${digest}` };
  }
  using target = openRepository(repository, { credentials, signal, log, ...plainHttp && { plainHttp } });
  const { digest } = await push(target);
  log.info(`pushed the archive; to get it: oras pull ${formatReference({ ...repository, tag })}`);
  return { tag, reference: formatReference({ ...repository, digest }) };
}

function report(manifest: LogManifest, archive: Archive, log: Logger): void {
  const { logs, unfinished } = manifest;
  const bytes = logs.reduce((sum, { bytes }) => sum + bytes, 0);
  const size = (n: number) => n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
  const files = logs.filter((one) => one.path !== undefined).length;
  log.info(`${files} logs, ${size(bytes)}, compressed ${size(archive.source.size)}, ${archive.digest}`);
  const incomplete = logs.filter((one) => !one.complete && one.reason !== "never-started");
  for (const { pipelineTask, attempt, container, reason, detail } of incomplete.slice(0, 20)) {
    log.warn(`${pipelineTask}, attempt ${attempt}, ${container}: ${reason}: ${detail}`);
  }
  if (incomplete.length > 20) log.warn(`and ${incomplete.length - 20} more, see manifest.json`);
  for (const { name, why } of unfinished.slice(0, 20)) log.warn(`${name} had not ended: ${why}`);
}

// A thread that masks and compresses logs is started on this file too, once it is a Task's script.
if (import.meta.main && !inWorker()) await main(task);
