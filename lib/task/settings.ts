/**
 * What the generator is told beyond the scripts: image, where the catalog lies, how StepActions are referred to, limits.
 * The one place where these stand; command line options of the generator change them.
 * @module
 */
import type { ComputeResources } from "./declaration.ts";

/** Where a catalog's files are found by Tekton's git resolver. */
export interface GitCatalog {
  /** Repository URL. */
  readonly url: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** How a Task refers to a StepAction of the catalog. */
export type StepActionReference =
  /** Tekton's git resolver fetches the YAML from the catalog. */
  | { readonly by: "git" }
  /** Tekton's bundles resolver fetches it from an OCI bundle, best by digest. */
  | { readonly by: "bundle"; readonly bundle: string }
  /** It is installed in the namespace under its name. */
  | { readonly by: "name" };

/** Settings of one run of the generator. */
export interface Settings {
  /** Image of every step that names none. Needs Deno and GNU `env`; see docs/image.md. */
  readonly image: string;
  /** `source`: the script's code in the YAML. `binary`: the image holds the compiled `tasksmith`. */
  readonly embed: "source" | "binary";
  /** How StepActions are referred to. */
  readonly stepActions: StepActionReference;
  /** The catalog that usage examples and git references name. */
  readonly catalog: GitCatalog;
  /**
   * User id written into every step. Left out by default: OpenShift assigns one; elsewhere the image's own must not be
   * root, or the pod template names one.
   */
  readonly runAsUser?: number;
  /** Resources of a step that declares none. */
  readonly resources: ComputeResources;
}

/** Settings where nothing else is said. */
export const defaultSettings: Settings = {
  image: "docker.io/denoland/deno:2.9.6",
  embed: "source",
  stepActions: { by: "git" },
  catalog: { url: "https://github.com/konflux-ci/tekton-integration-catalog.git", revision: "main" },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
};

/** Image for `--embed binary`, which the stock Deno image cannot be: built from the Containerfile. */
export const binaryImage = "localhost/tasksmith:latest";

/** The oldest Tekton that takes what is generated without a feature flag: StepActions became stable there. */
export const minimumTekton = "0.68.0";

/**
 * Bytes of all scripts of one Task. Tekton hands them to an init container in one argument, base64-encoded, and Linux
 * ends an argument at 131,072 bytes: 98,304 bytes before the encoding, less what Tekton writes around them.
 */
export const scriptBudget = 96 * 1024 - 1024;

/** Characters of a shebang line: the kernel cuts silently at 255, and a reader's patience ends earlier. */
export const shebangLimit = 200;

/** Path of a generated file's folder in the catalog. */
export function taskFolder(name: string, version: string): string {
  return `tasks/${name}/${version}`;
}
