/**
 * What the volumes of pods in a namespace hold: Secrets and ConfigMaps of the store, claims as folders of the engine.
 * @module
 */
import { type Engine, find, resourceFor } from "../engine.ts";
import type { VolumeContent } from "../pod/folders.ts";
import type { WorkspaceBinding } from "./spec.ts";

/** {@link VolumeContent} of a namespace, and the making of claims. */
export interface NamespaceContent extends VolumeContent {
  /** Makes the claim that a template stands for, unless it is there. */
  makeClaim(name: string, binding: WorkspaceBinding): Promise<void>;
}

function decoded(data: unknown): Record<string, Uint8Array> {
  const entries = Object.entries((data ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Uint8Array.from(atob(String(value)), (c) => c.charCodeAt(0))]),
  );
}

function encoded(data: unknown): Record<string, Uint8Array> {
  const entries = Object.entries((data ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([key, value]) => [key, new TextEncoder().encode(String(value))]));
}

/** The content of volumes in a namespace of the engine. */
export function volumeContent(engine: Engine, namespace: string): NamespaceContent {
  const claimFolder = (name: string) => `${engine.data}/claims/${namespace}/${name}`;
  return {
    secret(name) {
      const object = find(engine.store, "Secret", namespace, name);
      return Promise.resolve(object && { ...decoded(object["data"]), ...encoded(object["stringData"]) });
    },
    configMap(name) {
      const object = find(engine.store, "ConfigMap", namespace, name);
      return Promise.resolve(object && { ...decoded(object["binaryData"]), ...encoded(object["data"]) });
    },
    async claim(name) {
      if (find(engine.store, "PersistentVolumeClaim", namespace, name) === undefined) return undefined;
      await Deno.mkdir(claimFolder(name), { recursive: true });
      await Deno.chmod(claimFolder(name), 0o777);
      return claimFolder(name);
    },
    token: () => Promise.resolve(""),
    hostPathAllowed: (path) =>
      !path.split("/").includes("..") &&
      engine.hostPaths.some((allowed) => path === allowed || path.startsWith(`${allowed.replace(/\/$/, "")}/`)),
    makeClaim(name, binding) {
      if (find(engine.store, "PersistentVolumeClaim", namespace, name) === undefined) {
        const spec = binding.volumeClaimTemplate?.spec ?? {};
        const claim = { metadata: { name }, spec, status: { phase: "Bound" } };
        engine.store.create(claim, namespace, resourceFor("PersistentVolumeClaim"));
      }
      return Promise.resolve();
    },
  };
}
