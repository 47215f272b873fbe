/**
 * Containers by bubblewrap: this machine's programs, read-only, under a root of the container's own, where `/tekton`,
 * `/workspace` and every volume are at the paths that the YAML says. Own process, IPC, host name and user namespaces.
 * Source: bwrap(1).
 * @module
 */
import { wantsAsh } from "./image.ts";
import type { ContainerSpec, Mount, RunningContainer, Sandbox } from "./sandbox.ts";
import { childrenOf, spawn } from "./spawn.ts";

/** An entry of a folder of this machine, as planning needs it. */
export interface HostEntry {
  /** Name within its folder. */
  readonly name: string;
  /** What it is. */
  readonly kind: "directory" | "file" | "symlink";
  /** Where a symlink points. */
  readonly target?: string;
}

/** The view of this machine's files that planning has; tests bring their own. */
export interface HostFiles {
  /** The entries of a folder; empty when there is none. */
  list(path: string): readonly HostEntry[];
  /** Whether there is something at the path. */
  exists(path: string): boolean;
}

/** What of this machine's root every container sees, read-only: programs and their configuration, no one's data. */
const shared = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "opt", "nix", "etc"];

/** Files that hold password hashes and private keys: never seen, even where the engine runs as root. */
const hidden = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"];

/** Whether `path` is `folder` or below it. */
function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/**
 * The arguments that give a container its root: shared folders bound read-only, and where a mount's target does not
 * exist in one of them, that folder taken apart so that the target can be made.
 */
function rootArguments(targets: readonly string[], files: HostFiles): string[] {
  const args: string[] = ["--tmpfs", "/"];
  const show = (path: string, entry: HostEntry): void => {
    if (entry.kind === "symlink") {
      args.push("--symlink", entry.target ?? "", path);
      return;
    }
    const missing = targets.some((target) => target !== path && within(target, path) && !files.exists(target));
    if (entry.kind === "file" || !missing) {
      args.push("--ro-bind-try", path, path);
      return;
    }
    args.push("--tmpfs", path);
    for (const inner of files.list(path)) show(`${path}/${inner.name}`, inner);
  };
  for (const entry of files.list("/")) if (shared.includes(entry.name)) show(`/${entry.name}`, entry);
  for (const path of hidden) if (files.exists(path)) args.push("--ro-bind", "/dev/null", path);
  return args;
}

/** Mounts in the order in which each finds its parent in place. */
function inOrder(mounts: readonly Mount[]): Mount[] {
  return [...mounts].sort((a, b) => a.target < b.target ? -1 : a.target > b.target ? 1 : 0);
}

/** Where a container finds `ash`, last on its PATH. */
const shells = "/run/shells";

/** Scripts for images with BusyBox ask more of `sh` than dash can do: they get BusyBox's, or bash, and as `ash`, too. */
function shellArguments(spec: ContainerSpec, files: HostFiles): string[] {
  const shell = ["/usr/bin/busybox", "/bin/busybox", "/bin/bash"].find((path) => files.exists(path));
  if (!wantsAsh(spec.image) || shell === undefined) return [];
  return ["--ro-bind", shell, "/bin/sh", "--dir", shells, "--symlink", shell, `${shells}/ash`];
}

/** The arguments of `bwrap` for a container; a function of its input alone. */
export function bubblewrapArguments(spec: ContainerSpec, files: HostFiles): string[] {
  const mounts = inOrder(spec.mounts);
  const targets = mounts.map((mount) => mount.target);
  // tools that people installed outside of the shared folders stay usable
  const onPath = (spec.env["PATH"] ?? "").split(":").filter((folder) =>
    folder.startsWith("/") && !shared.some((name) => within(folder, `/${name}`)) && files.exists(folder)
  );
  return [
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    ...(spec.network ? [] : ["--unshare-net"]),
    "--die-with-parent",
    "--hostname",
    spec.hostname.slice(0, 63),
    "--uid",
    String(spec.runAsUser ?? 0),
    "--gid",
    String(spec.runAsGroup ?? 0),
    ...rootArguments([...targets, spec.workingDir], files),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--perms",
    "1777",
    "--tmpfs",
    "/tmp",
    "--dir",
    "/var/tmp",
    "--dir",
    "/root",
    ...onPath.flatMap((folder) => ["--ro-bind", folder, folder]),
    ...shellArguments(spec, files),
    ...mounts.flatMap((mount) => [mount.readOnly ? "--ro-bind" : "--bind", mount.source, mount.target]),
    ...(targets.some((target) => within(spec.workingDir, target)) ? [] : ["--dir", spec.workingDir]),
    "--chdir",
    spec.workingDir,
    "--",
    ...spec.argv,
  ];
}

const thisMachine: HostFiles = {
  list(path) {
    try {
      return [...Deno.readDirSync(path)].map((entry): HostEntry =>
        entry.isSymlink
          ? { name: entry.name, kind: "symlink", target: Deno.readLinkSync(`${path}/${entry.name}`.replace("//", "/")) }
          : { name: entry.name, kind: entry.isDirectory ? "directory" : "file" }
      );
    } catch {
      return [];
    }
  },
  exists(path) {
    try {
      Deno.lstatSync(path);
      return true;
    } catch {
      return false;
    }
  },
};

/** The first process of the container: bwrap's child is process 1 of the namespace, and that one's child is ours. */
function firstProcess(bwrap: number): number | undefined {
  const init = childrenOf(bwrap)[0];
  return init === undefined ? undefined : childrenOf(init)[0] ?? init;
}

/** A working directory below a mount is made in its folder, as Tekton makes those below its own volumes. */
async function makeWorkingDir(spec: ContainerSpec): Promise<void> {
  const mount = inOrder(spec.mounts).findLast((m) => within(spec.workingDir, m.target));
  if (mount === undefined || mount.readOnly || mount.target === spec.workingDir) return;
  const names = spec.workingDir.slice(mount.target.length + 1).split("/");
  let at = mount.source;
  for (const name of names) {
    at = `${at}/${name}`;
    try {
      await Deno.mkdir(at, { mode: 0o777 });
    } catch (error) {
      // what is there stays; a symlink is not followed here, the container's own root decides where it leads
      if (!(error instanceof Deno.errors.AlreadyExists) || !(await Deno.lstat(at)).isDirectory) return;
    }
  }
}

/** A {@link Sandbox} over the `bwrap` program at the path given. */
export function bubblewrap(program: string): Sandbox {
  return {
    name: "bubblewrap",
    ownPaths: true,
    images: false,
    refuse: () => undefined,
    async start(spec): Promise<RunningContainer> {
      await makeWorkingDir(spec);
      return spawn({
        name: spec.name,
        argv: [program, ...bubblewrapArguments(spec, thisMachine)],
        env: { ...spec.env, PATH: `${spec.env["PATH"] ?? Deno.env.get("PATH") ?? "/usr/bin:/bin"}:${shells}` },
        cwd: "/",
        signalled: firstProcess,
      });
    },
  };
}
