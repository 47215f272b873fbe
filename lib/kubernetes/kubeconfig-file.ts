/**
 * Kubeconfig files as data: read, merged, and every field checked as it is taken, so that an error names the file and
 * the field. Kubernetes, "Organizing Cluster Access Using kubeconfig Files". Must not know what the fields are for.
 * @module
 */
import { KubernetesError } from "./error.ts";
import { readPlainYaml } from "./kubeconfig-text.ts";

/** Parts by name. */
export type Entries = Map<string, Entry>;

/** What one or several files say together. */
export interface Kubeconfig {
  /** Clusters. */
  readonly clusters: Entries;
  /** Users. */
  readonly users: Entries;
  /** Contexts. */
  readonly contexts: Entries;
  /** The context that counts when none is named. */
  readonly currentContext: string | undefined;
}

/**
 * Reads and merges files as kubectl does: of two entries of one name the first counts, and of several files those that
 * are not there do not.
 * @throws KubernetesError `kubernetes/config`
 */
export async function readKubeconfigs(files: readonly string[]): Promise<Kubeconfig> {
  const [clusters, users, contexts]: [Entries, Entries, Entries] = [new Map(), new Map(), new Map()];
  let currentContext: string | undefined;
  let found = 0;
  for (const file of files) {
    let text: string;
    try {
      text = await Deno.readTextFile(file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound && files.length > 1) continue;
      const why = error instanceof Deno.errors.NotFound ? "there is no such file" : messageOf(error);
      throw refusal(file, why, "Name a kubeconfig file with --kubeconfig FILE or env KUBECONFIG.", error);
    }
    found++;
    const whole = new Entry(file, "the file", recordOf(await parse(file, text), file, "the file"));
    for (
      const [list, field, entries] of [
        ["clusters", "cluster", clusters],
        ["users", "user", users],
        ["contexts", "context", contexts],
      ] as const
    ) {
      for (const item of whole.list(list)) {
        const name = item.text("name");
        if (name === undefined) throw item.wrong("name", "is missing");
        const value = recordOf(item.values[field] ?? {}, file, `${field} ${quote(name)}`);
        if (!entries.has(name)) entries.set(name, new Entry(file, `${field} ${quote(name)}`, value));
      }
    }
    currentContext ??= whole.text("current-context");
  }
  if (found === 0) {
    const advice = "Name a kubeconfig file with --kubeconfig FILE or env KUBECONFIG.";
    throw refusal(files.join(", "), "none of these files is there", advice);
  }
  return { clusters, users, contexts, currentContext };
}

async function parse(file: string, text: string): Promise<unknown> {
  if (text.trim() === "") return {};
  const plain = readPlainYaml(text);
  if (plain !== undefined) return plain;
  const { loadYaml } = await clientNode(file);
  try {
    return loadYaml(text) ?? {};
  } catch (error) {
    const [why = ""] = messageOf(error).split("\n");
    throw refusal(file, `it is not YAML: ${why}`, "Check the file with: kubectl config view.");
  }
}

/** The package, for what is not read here. */
export async function clientNode(file: string): Promise<typeof import("@kubernetes/client-node")> {
  try {
    return await import("@kubernetes/client-node");
  } catch (error) {
    throw refusal(
      file,
      "the package @kubernetes/client-node, which reads it, is not here",
      "A script embedded in a Task connects in a pod, by its service account; elsewhere run it from the repository, or " +
        "convert the file: kubectl config view --raw --flatten -o json.",
      error,
    );
  }
}

/** A part of a kubeconfig: its values, and where they stand. */
export class Entry {
  /** The file. */
  readonly file: string;
  /** What it is: `user "admin"`. */
  readonly what: string;
  /** Its fields. */
  readonly values: Readonly<Record<string, unknown>>;

  /** Makes the part. */
  constructor(file: string, what: string, values: Readonly<Record<string, unknown>>) {
    this.file = file;
    this.what = what;
    this.values = values;
  }

  /** A text field; undefined when it is absent or empty. Never quoted in errors: it may be a secret. */
  text(field: string): string | undefined {
    const value = this.values[field];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    throw this.wrong(field, "must be text: put it in quotes");
  }

  /** A field that is true or false; false when it is absent. */
  flag(field: string): boolean {
    const value = this.values[field] ?? false;
    if (typeof value === "boolean") return value;
    throw this.wrong(field, "must be true or false");
  }

  /** A list of mappings; empty when it is absent. */
  list(field: string): Entry[] {
    const value = this.values[field] ?? [];
    if (!Array.isArray(value)) throw this.wrong(field, "must be a list");
    return value.map((it, at) => {
      const what = `${field}[${at}]`;
      return new Entry(this.file, what, recordOf(it, this.file, what));
    });
  }

  /** The path of a file that a field names: relative ones count from the kubeconfig's folder. */
  path(field: string): string | undefined {
    const path = this.text(field);
    if (path === undefined || /^([/\\]|[A-Za-z]:)/.test(path)) return path;
    return `${/^(.*)[/\\]/.exec(this.file)?.[1] ?? "."}/${path}`;
  }

  /** A PEM: from the field's `-data`, in base64, else from the file that the field names. */
  async pem(field: string): Promise<string | undefined> {
    const data = this.text(`${field}-data`);
    if (data !== undefined) {
      try {
        return new TextDecoder().decode(Uint8Array.from(atob(data), (it) => it.charCodeAt(0)));
      } catch {
        throw this.wrong(`${field}-data`, "must be base64");
      }
    }
    return await this.content(field);
  }

  /** The content of the file that a field names. */
  async content(field: string): Promise<string | undefined> {
    const path = this.path(field);
    if (path === undefined) return undefined;
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      const why = error instanceof Deno.errors.NotFound ? "there is no such file" : messageOf(error);
      throw this.wrong(field, `names ${path}: ${why}`, error);
    }
  }

  /** The error about a field. */
  wrong(field: string, why: string, cause?: unknown): KubernetesError {
    return refusal(this.file, `${field} of ${this.what} ${why}`, "Correct it there, or name another context.", cause);
  }
}

/** A mapping, or the error that it is none. */
export function recordOf(value: unknown, file: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refusal(file, `${what} is not a mapping`, "Check the file with: kubectl config view.");
}

/** The error about kubeconfig files. */
export function refusal(file: string, why: string, advice: string, cause?: unknown): KubernetesError {
  return new KubernetesError({
    code: "kubernetes/config",
    doing: `use the kubeconfig ${file}`,
    why,
    advice,
    cause,
    exitCode: 2,
  });
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Names for a message. */
export function namesOf(entries: Entries): string {
  return entries.size === 0 ? "none" : [...entries.keys()].map(quote).join(", ");
}

/** Text in quotes. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
