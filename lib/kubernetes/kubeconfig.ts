/**
 * A kubeconfig file as the way to a cluster. Kubernetes, "Organizing Cluster Access Using kubeconfig Files". The
 * package that reads it is imported only when there is one to read.
 * @module
 */
import type { Logger } from "../terminal/log.ts";
import type { Cluster } from "./connect.ts";

/** What counts in choosing from kubeconfig files. */
export interface KubeconfigSettings {
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context. */
  readonly context?: string | undefined;
  /** Overrides the context's namespace. */
  readonly namespace?: string | undefined;
  /** Hears of what is chosen. */
  readonly log: Logger;
  /** Looks up an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Ends a credential plugin. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}
/** The files that count. */
export function kubeconfigFiles(_settings: KubeconfigSettings): string[] {
  return [];
}
/** Connects. */
export function connectByKubeconfig(_files: readonly string[], _settings: KubeconfigSettings): Promise<Cluster> {
  return Promise.reject(new Error("being written"));
}
