#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read
/**
 * The StepAction `secure-push-oci`: the files of a folder into an OCI artifact, without secrets.
 * @module
 */
import { dirname } from "node:path";
import { credentialsFromJson, type CredentialStore } from "../lib/oci/credentials.ts";
import { securePush } from "../lib/record/secure-push.ts";
import { secretValues } from "../lib/secrets/values.ts";
import { defineStepAction, variable } from "../lib/task/define.ts";
import { main } from "../lib/task/main.ts";
import { describeError, TasksmithError } from "../lib/terminal/error.ts";

/** The StepAction. */
export const stepAction = defineStepAction({
  name: "secure-push-oci",
  version: "0.1",
  displayName: "Secure push to an OCI registry",
  description: [
    "Pushes the files of a folder to a tag of an OCI repository, after it has masked the secrets in them.",
    "Each file becomes a layer of the artifact under its path, so that `oras pull` gives the files back. If the tag " +
    "exists, the files that are there are kept, and those of the folder added or put in the place of the ones with " +
    "the same path; several writers may do so at the same time.",
    "Values of the mounted Secret (plain, base64 or URL-encoded) and what looks like a credential are replaced in text " +
    "files, and reported with file, rule and count. A binary file that holds any is left out and named.",
  ].join("\n\n"),
  categories: ["Publishing"],
  tags: ["oci", "artifact", "secrets"],
  params: {
    "workdir-path": {
      description: "The folder whose files are pushed.",
      example: "/workspace/pipeline-status",
    },
    "oci-ref": {
      description: "Full OCI artifact reference, with its tag.",
      example: "quay.io/org/repo:artifact-tag",
    },
    "credentials-volume-name": {
      description:
        "Name of the Task's volume that holds the Secret with the registry credentials. At a desk they come from " +
        "--credentials-file, or from where docker and podman keep them.",
      example: "credentials-volume",
      optionalAtDesk: true,
    },
    "credentials-volume-key": {
      description: "The Secret's key with the credentials, in .dockerconfigjson format.",
      default: "oci-storage-dockerconfigjson",
    },
    "oci-tag-expiration": {
      description: "Time after which quay.io removes the tag, as its annotation quay.expires-after; empty for never.",
      default: "1y",
    },
    "always-pass": {
      description: "Whether the step passes, with a warning, even though the push failed.",
      default: "true",
      enum: ["true", "false"],
    },
    "on-missing-credentials": {
      description:
        "What happens without the Secret or its key: nothing is pushed and the step passes, or it fails, whatever " +
        "always-pass says.",
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
  secrets: {
    credentials: {
      volumeName: variable("params.credentials-volume-name"),
      key: variable("params.credentials-volume-key"),
      optional: true,
      description: "Credentials for the registry, as docker's config.json.",
    },
  },
  readme: {
    "Writing one tag from several places": [
      "The distribution spec has no conditional write. After its push the step therefore watches the tag for a second, " +
      "longer where the registry answers slowly, and does the merge again if another writer, who had read the tag " +
      "before, has taken its files away. Of two writers of one path the later one wins.",
      "A folder that was pushed as one tar (`oras push REF ./`) stays as it is; if one of its files is replaced, the " +
      "tar is written anew without it. A tag that holds a container image or an index is refused.",
    ].join("\n\n"),
    "What stays behind": "Links out of the folder, links to folders, pipes and other special files, and names that " +
      "would not be safe to unpack are left out and named. The contents of archives are not looked into.",
  },
  // Any folder may be named; what is read goes nowhere but to the registry.
  permissions: { net: true, read: ["/"] },
  run: async ({ params, secrets, signal, log }) => {
    try {
      const { path } = secrets.credentials;
      const text = await secrets.credentials.read();
      const credentials = await credentialsOf(path, text);
      if (credentials === undefined) {
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
        plainHttp: params["plain-http"] === "true" ? true : undefined,
        signal,
        log,
      });
    } catch (error) {
      const strict = error instanceof TasksmithError && error.code === "push/no-credentials";
      if (signal.aborted || strict || params["always-pass"] !== "true") throw error;
      log.error(describeError(error));
      log.warn(`NOT PUSHED to ${params["oci-ref"]}; the step passes all the same, because always-pass is true`);
    }
  },
});

/** In a pod the Secret's; at a desk those of this machine. Undefined when a file is named and holds none. */
async function credentialsOf(path: string | undefined, text: string | undefined): Promise<CredentialStore | undefined> {
  if (path === undefined) {
    // For the desk: no part of the StepAction's script.
    const { machineCredentials } = await import("../lib/record/machine-credentials.ts");
    return await machineCredentials();
  }
  return text === undefined || text.trim() === "" ? undefined : credentialsFromJson(text, path);
}

/** The token that Kubernetes mounts into pods. */
const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** Values of every secret that is mounted: all keys of the Secret, and the service account's token. */
async function mountedSecrets(path: string | undefined, text: string | undefined): Promise<Set<string>> {
  const values = new Set(text === undefined ? [] : secretValues(text));
  const files = [serviceAccountToken];
  // At a desk the file is named by a flag, and its neighbours are somebody's home.
  if (path !== undefined && path === Deno.env.get("SECRET_CREDENTIALS")) {
    // Kubernetes keeps the files themselves in folders whose names begin with two dots.
    for await (const { name } of Deno.readDir(dirname(path))) {
      if (!name.startsWith("..")) files.push(`${dirname(path)}/${name}`);
    }
  }
  for (const file of files) {
    try {
      for (const value of secretValues(await Deno.readTextFile(file))) values.add(value);
    } catch { /* not mounted, or no text */ }
  }
  return values;
}

function missingCredentials(reference: string, why: string): TasksmithError {
  return new TasksmithError({
    code: "push/no-credentials",
    doing: `push to ${reference}`,
    why,
    advice: "Create the Secret with that key, or let on-missing-credentials be skip.",
  });
}

if (import.meta.main) await main(stepAction);
