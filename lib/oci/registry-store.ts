/**
 * Where the embedded registry keeps its repositories: one folder with an OCI image layout for each, named like the
 * repository with `+` for `/` (no repository's name holds one), so that every layout stands alone for `oras` and
 * `skopeo`. Blobs mounted from another repository are hard links. Knows folders; knows no HTTP.
 * @module
 */
import { LayoutBlobs } from "./layout-blobs.ts";
import { type Layout, openLayout } from "./layout.ts";
import { isRepository } from "./reference.ts";

/** Folders of open layouts that are remembered, with their parsed index. */
const maximumOpen = 256;

/** The repositories under one folder. */
export class RegistryStore {
  /** The folder. */
  readonly directory: string;
  readonly #open = new Map<string, Layout>();

  /** The store in this folder, which must exist. */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** A repository that exists; undefined otherwise. */
  async find(repository: string): Promise<Layout | undefined> {
    const known = this.#open.get(repository);
    if (known !== undefined) return known;
    const directory = this.#path(repository);
    try {
      await Deno.stat(`${directory}/oci-layout`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    return this.#remember(repository, await openLayout(directory));
  }

  /** A repository, made when it does not exist. */
  async create(repository: string): Promise<Layout> {
    return this.#open.get(repository) ??
      this.#remember(repository, await openLayout(this.#path(repository), { create: true }));
  }

  /** Repositories that hold a manifest, in lexical order. */
  async repositories(): Promise<string[]> {
    const names: string[] = [];
    for await (const entry of Deno.readDir(this.directory)) {
      const name = entry.name.replaceAll("+", "/");
      if (!entry.isDirectory || !isRepository(name)) continue;
      const layout = await this.find(name);
      if (layout !== undefined && (await layout.index.read()).entries.length > 0) names.push(name);
    }
    return names.sort();
  }

  /** Gives a repository the blob of another one. Whether that had it. */
  async mount(digest: string, from: string, to: string): Promise<boolean> {
    const source = await this.find(from);
    if (await source?.blobs.size(digest) === undefined) return false;
    const target = await this.create(to);
    if (await target.blobs.size(digest) !== undefined) return true;
    await linkBlob(source!.blobs, target.blobs, digest);
    return true;
  }

  /** Which of the repositories in use lately, of those that `allowed` takes, has the blob; undefined when none has. */
  async whoHas(digest: string, allowed: (repository: string) => boolean): Promise<string | undefined> {
    for (const [name, layout] of this.#open) {
      if (allowed(name) && await layout.blobs.size(digest) !== undefined) return name;
    }
    return undefined;
  }

  #path(repository: string): string {
    if (!isRepository(repository)) throw new RangeError(`${JSON.stringify(repository)} is not a repository's name`);
    return `${this.directory}/${repository.replaceAll("/", "+")}`;
  }

  #remember(repository: string, layout: Layout): Layout {
    const oldest = this.#open.keys().next().value;
    if (this.#open.size >= maximumOpen && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(repository, layout);
    return layout;
  }
}

async function linkBlob(from: LayoutBlobs, to: LayoutBlobs, digest: string): Promise<void> {
  const target = to.path(digest);
  await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  try {
    await Deno.link(from.path(digest), target);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
}
