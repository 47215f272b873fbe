#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read --allow-write
/**
 * The Task `store-pipeline-status`: what happened in a PipelineRun, as JSON in an OCI artifact.
 * @module
 */
import { dirname } from "node:path";
import { connect, serviceAccountDir } from "../lib/kubernetes/connect.ts";
import { pipelineStatus, pipelineStatusText, type PodLabels } from "../lib/record/status.ts";
import { waitForOthers } from "../lib/record/wait.ts";
import { defineTask, fieldRef, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";
import { parseDuration, toMilliseconds } from "../lib/tekton/duration.ts";
import { UsageError } from "../lib/terminal/error.ts";
import type { Logger } from "../lib/terminal/log.ts";

const fileName = "pipeline-status.json";
/** Tekton mounts an empty folder at /workspace into every step of a pod. */
const folder = "/workspace/pipeline-status";
const pac = "pac.test.appstudio.openshift.io";

/** The Task. */
export const task = defineTask({
  name: "store-pipeline-status",
  version: "0.1",
  displayName: "Store pipeline status",
  description: [
    "The `store-pipeline-status` Task is responsible for gathering metadata about the current PipelineRun and storing it " +
    "as a JSON artifact. It waits for all other TaskRuns in the PipelineRun to complete, excluding itself, and then " +
    "collects information such as the PipelineRun name, duration, overall status, and details about each completed " +
    "TaskRun (name, status, and duration). This information is then outputted as a JSON object and stored in OCI " +
    "artifact. It is meant to be used in the `finally` section of the PipelineRun.",
    "Other Tasks that wait for the whole PipelineRun, which the label tasksmith.dev/observer tells of, are not waited " +
    "for. Beside those details the JSON holds attempts, steps, skipped tasks and results, with secrets masked; " +
    "pipeline-status.schema.json says what is in it.",
  ].join("\n\n"),
  categories: ["Observability"],
  tags: ["status", "oci", "finally"],
  labels: { "tasksmith.dev/observer": "true" },
  params: {
    "oci-ref": {
      description: "Full OCI artifact reference in the format `quay.io/org/repo:tag`. This parameter is used by the " +
        "`secure-push-oci` step (imported Task) to specify where the pipeline status artifact should be pushed.",
      example: "quay.io/org/repo:artifact-tag",
      optionalAtDesk: true,
    },
    "credentials-secret-name": {
      description: "Name of the secret containing registry credentials. The Secret should have a key named " +
        "`oci-storage-dockerconfigjson` with the registry credentials in `.dockerconfigjson` format. This is used by " +
        "the `secure-push-oci` StepAction for authenticating with the OCI registry.",
      example: "secret-name",
      optionalAtDesk: true,
    },
    "pipeline-aggregate-status": {
      description: "The aggregate status of the pipeline. See the example in the **Usage** section",
      example: "{{tasks.status}}",
    },
    "pipelinerun-name": {
      description: "The name of the PipelineRun this Task is currently running within. See the example in the " +
        "**Usage** section",
      example: "{{context.pipelineRun.name}}",
    },
    "deadline": {
      description:
        "How long to wait for other TaskRuns, such as 1h or 90m. What has not ended by then is written down " +
        "as it is, and marked.",
      default: "1h",
    },
    "on-missing-credentials": {
      description: "What happens without the Secret or its key: nothing is stored and the Task succeeds, or it fails.",
      default: "skip",
      enum: ["skip", "fail"],
    },
    "subject": {
      description:
        "An image in the same repository, with tag or digest, that the artifact is attached to as a referrer.",
      default: "",
    },
    "plain-http": {
      description: "Whether to speak to the registry without TLS.",
      default: "false",
      enum: ["true", "false"],
    },
  },
  options: {
    namespace: { value: "NAME", description: "The namespace of the PipelineRun; default: that of the kubeconfig." },
    output: { value: "FILE", description: `Where to write the JSON; default: ./${fileName}.` },
    kubeconfig: { value: "FILE", description: "The kubeconfig to use; default: KUBECONFIG, ~/.kube/config." },
    context: { value: "NAME", description: "The context of the kubeconfig." },
  },
  secrets: {
    "credentials-volume": {
      secretName: variable("params.credentials-secret-name"),
      key: "oci-storage-dockerconfigjson",
      optional: true,
      description: "Credentials for the registry, as docker's config.json.",
    },
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
    CONSOLE_URL: fieldRef(`metadata.annotations['${pac}/log-url']`),
  },
  permissions: {
    net: true,
    env: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG"],
    read: [serviceAccountDir, folder],
    write: [folder],
  },
  rbac: [
    {
      apiGroups: ["tekton.dev"],
      resources: ["pipelineruns", "taskruns", "customruns"],
      verbs: ["get", "list", "watch"],
    },
  ],
  schemas: { "pipeline-status.schema.json": "lib/record/schema.ts" },
  readme: {
    "What is stored": [
      "`pipeline-status.json`, as a layer of its own: `oras pull` gives it back. Its schema is " +
      "[pipeline-status.schema.json](pipeline-status.schema.json). Other files under the same tag are kept.",
      "A TaskRun that has not ended by the deadline, or was deleted, is in `unfinished` with the reason, and the Task " +
      "still succeeds. Another Task that waits as this one does has `observer: true` and may still be running.",
    ].join("\n\n"),
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
      "plain-http": variable("params.plain-http"),
    },
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
      log,
    });
    let text: string;
    try {
      const self = env.TASKRUN_NAME;
      const snapshot = await waitForOthers(cluster, {
        namespace: namespace ?? (env.POD_NAMESPACE || cluster.namespace),
        pipelineRun: params["pipelinerun-name"],
        self,
        deadlineMs,
        signal,
        log,
      });
      for (const { name, why } of snapshot.unfinished) log.warn(`${name} has not ended: ${why}`);
      const pod: PodLabels = {
        "url-org": env.GIT_ORGANIZATION,
        "url-repository": env.GIT_REPOSITORY,
        "event-type": env.EVENT_TYPE,
        "pull-request": env.PULL_REQUEST_NUMBER,
        scenario: env.SCENARIO,
        "log-url": env.CONSOLE_URL,
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
    // In a pod the step after this one pushes it.
    if (atDesk && params["oci-ref"] !== "") {
      await push(text, {
        reference: params["oci-ref"],
        credentials: secrets["credentials-volume"].path,
        secret,
        subject: params.subject,
        plainHttp: params["plain-http"] === "true" ? true : undefined,
        signal,
        log,
      });
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

/** Writes the file under another name first, so that nobody ever sees half of it. */
async function writeWhole(path: string, text: string, makeFolder: boolean): Promise<void> {
  if (makeFolder) await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  try {
    await Deno.writeTextFile(part, text);
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError({
      doing: `write ${path}`,
      why: `there is no folder ${dirname(path)}`,
      advice: "Name a file in a folder that exists.",
      cause: error,
    });
  }
}

/** The mask of a pod: none, because the step that pushes looks through the whole file with every mounted secret. */
const unchanged = (text: string) => text;

// What is imported on demand below is for the desk, and no part of the Task's script: with what the step after this one
// needs as well, both scripts together would be longer than Tekton can pass on.

/** The mask of a desk, where nothing comes after. */
async function masking(secret: string | undefined): Promise<(text: string) => string> {
  const { createMasker } = await import("../lib/secrets/mask.ts");
  const masker = createMasker({ values: await valuesOf(secret) });
  return (text) => masker.mask(text);
}

async function valuesOf(secret: string | undefined): Promise<string[]> {
  const { secretValues } = await import("../lib/secrets/values.ts");
  return secret === undefined ? [] : secretValues(secret);
}

/** What is wrong with where it goes is said before an hour of waiting. */
async function checkTargets(reference: string, output: string | undefined): Promise<void> {
  if (reference !== "") (await import("../lib/record/secure-push.ts")).tagged(reference);
  const folder = output?.includes("/") ? output.replace(/\/[^/]*$/, "") || "/" : ".";
  if (await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) return;
  throw new UsageError({
    doing: `write ${output}`,
    why: `there is no folder ${folder}`,
    advice: "Create it, or name another file with --output.",
  });
}

interface Push {
  readonly reference: string;
  readonly credentials: string | undefined;
  readonly secret: string | undefined;
  readonly subject: string;
  readonly plainHttp: boolean | undefined;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What the StepAction does in a pod. */
async function push(text: string, { reference, credentials, secret, ...rest }: Push): Promise<void> {
  const { securePush } = await import("../lib/record/secure-push.ts");
  const { credentialsFromJson } = await import("../lib/oci/credentials.ts");
  const { machineCredentials } = await import("../lib/record/machine-credentials.ts");
  const directory = await Deno.makeTempDir({ prefix: "pipeline-status-" });
  try {
    await Deno.writeTextFile(`${directory}/${fileName}`, text);
    await securePush({
      folder: directory,
      reference,
      credentials: secret === undefined ? await machineCredentials() : credentialsFromJson(secret, credentials ?? ""),
      secrets: await valuesOf(secret),
      expiration: "1y",
      ...rest,
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) await main(task);
