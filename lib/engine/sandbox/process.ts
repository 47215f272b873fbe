/**
 * Containers as plain processes: no isolation at all, works everywhere. Paths are this machine's own, so steps find
 * their folders through variables and not at fixed places.
 * @module
 */
import type { RunningContainer, Sandbox } from "./sandbox.ts";
import { spawn } from "./spawn.ts";

/** The {@link Sandbox} that is none. */
export function plainProcess(): Sandbox {
  return {
    name: "process",
    ownPaths: false,
    images: false,
    refuse(spec) {
      if (!spec.network) return "a plain process cannot be kept from the network";
      if (spec.runAsUser !== undefined && spec.runAsUser !== Deno.uid()) {
        return `a plain process cannot run as user ${spec.runAsUser}`;
      }
      return undefined;
    },
    async start(spec): Promise<RunningContainer> {
      await Deno.mkdir(spec.workingDir, { recursive: true });
      return spawn({
        name: spec.name,
        argv: spec.argv,
        env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", ...spec.env },
        cwd: spec.workingDir,
      });
    },
  };
}
