/**
 * Tools of the field that some tests ask for their opinion, where they are installed.
 * @module
 */
import { statSync } from "node:fs";

/** The absolute path of a program in PATH or among the tools built for a local cluster; undefined when absent. */
export function onPath(name: string): string | undefined {
  const cluster = `${Deno.env.get("CLUSTER_HOME") ?? `${Deno.env.get("HOME")}/.cache/tekton-cluster`}/bin`;
  return [...(Deno.env.get("PATH") ?? "").split(":"), cluster].map((folder) => `${folder}/${name}`)
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
