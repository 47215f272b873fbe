/**
 * One script and what it imports as one text of JavaScript, readable and the same on every machine. Knows esbuild and
 * the import map; knows nothing of Tekton beyond which texts may not stand in a script. Only for the generator.
 * @module
 */
import type * as esbuild from "esbuild";
import { relative, resolve } from "node:path";
import { TasksmithError } from "../terminal/error.ts";

/** Where a bundle is made from. */
export interface BundleOptions {
  /** The repository's root: paths in the output are relative to it. Absolute. */
  readonly root: string;
  /** The import map of deno.json: bare name → `npm:` specifier with its version. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A bundled script. */
export interface Bundle {
  /** JavaScript, an ES module, without a shebang; ends with a newline. */
  readonly code: string;
  /** Files it was made of, relative to the root, sorted. */
  readonly files: readonly string[];
  /** Packages that are imported when the code asks for them, as pinned `npm:` specifiers, sorted. */
  readonly packages: readonly string[];
}

/**
 * Tekton replaces these wherever they stand in a script, before it runs: a value would become code (TEP-0146). The
 * names are those of Tekton's substitution, with a dot or a bracket after them.
 */
const replaced =
  /\$\((?:params|inputs|outputs|context|results|workspaces|workspace|steps|step|tasks|finally|artifacts|credentials)[.[]/;

/**
 * Bundles one script.
 * @throws {TasksmithError} `task/bundle` when something cannot be resolved, when a package is imported at start, when a
 * path leaves the root
 */
export async function bundleScript(path: string, options: BundleOptions): Promise<Bundle> {
  const root = resolve(options.root);
  const packages = new Set<string>();
  const { build } = await bundler();
  let result: esbuild.BuildResult<{ write: false; metafile: true }>;
  try {
    result = await build({
      absWorkingDir: root,
      entryPoints: [path],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "neutral",
      target: "esnext",
      charset: "utf8",
      treeShaking: true,
      minify: false,
      sourcemap: false,
      legalComments: "none",
      logLevel: "silent",
      // no tsconfig.json of a folder above may change the output
      tsconfigRaw: "{}",
      plugins: [deskOnly, packagesOnDemand(options.imports, packages)],
    });
  } catch (error) {
    throw new TasksmithError({
      code: "task/bundle",
      doing: `bundle ${path}`,
      why: messagesOf(error),
      advice: "An embedded script holds relative imports, node: built-ins and packages imported on demand, no more.",
      cause: error,
    });
  }
  const files = Object.keys(result.metafile.inputs).filter((file) => !file.startsWith("desk:")).sort();
  const outside = files.find((file) => relative(root, resolve(root, file)).startsWith(".."));
  if (outside !== undefined) {
    throw new TasksmithError({
      code: "task/bundle",
      doing: `bundle ${path}`,
      why: `${outside} is outside of the repository`,
      advice: "Import only what the repository holds, so that the output is the same on every machine.",
    });
  }
  // a source file's own shebang is for the desk, and would be a fault on any line but the first
  const code = (result.outputFiles[0]?.text ?? "").replace(/^#!.*\n+/, "");
  return { code, files, packages: [...packages].sort() };
}

/** The same program in fewer characters: names of its own shortened, what people read it by left out. */
export async function minify(code: string): Promise<string> {
  const { transform } = await bundler();
  const options = { minify: true, format: "esm", target: "esnext", charset: "utf8", legalComments: "none" } as const;
  return (await transform(code, { ...options, tsconfigRaw: "{}" })).code;
}

/** Ends esbuild's process. Call it once nothing more is bundled; bundling later starts it again. */
export async function stopBundler(): Promise<void> {
  await (await loaded)?.stop();
}

let loaded: Promise<typeof esbuild> | undefined;

/** Loaded when needed: at its import esbuild asks for permissions, which `--help` does not have. */
async function bundler(): Promise<typeof esbuild> {
  if (Deno.build.standalone) {
    throw new TasksmithError({
      code: "task/bundle",
      doing: "bundle a script",
      why: "the compiled binary cannot start the bundler's program",
      advice: "Run `deno task generate` in the repository, or generate with --embed binary.",
    });
  }
  return await (loaded ??= import("esbuild"));
}

/**
 * Where Tekton would replace text in a script: line (from 1) and the line's text.
 * Looked for in the finished text, since constant folding can make such a piece out of harmless ones.
 */
export function replacedByTekton(script: string): readonly { readonly line: number; readonly text: string }[] {
  return script.split("\n").flatMap((text, index) => replaced.test(text) ? [{ line: index + 1, text }] : []);
}

/**
 * What the repository's own code imports on demand is for the desk (kubeconfig files, help, layouts on disk) and stays
 * out of scripts: Tekton's limit leaves room only for what a pod needs.
 */
const deskOnly: esbuild.Plugin = {
  name: "desk-only",
  setup: (build) => {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, kind }) => {
      return kind === "dynamic-import" ? { path: path.replace(/^.*\//, ""), namespace: "desk" } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "desk" }, ({ path }) => ({
      // an export makes it a module, which takes no helper to stand in for
      contents: `throw new Error(${JSON.stringify(`${path} is not part of a Task's script: run it from its file`)});
export {};`,
    }));
  },
};

/**
 * Bare names become pinned `npm:` specifiers, left to the moment the code imports them; built-ins stay. With
 * `--cached-only` Deno does not look for such a package before that, so an empty cache does no harm.
 */
function packagesOnDemand(imports: BundleOptions["imports"], packages: Set<string>): esbuild.Plugin {
  return {
    name: "packages-on-demand",
    setup: (build) => {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        if (kind === "entry-point") return undefined;
        if (path.startsWith("node:")) return { path, external: true };
        const name = path.startsWith("@") ? path.split("/").slice(0, 2).join("/") : path.split("/")[0] ?? path;
        const target = imports[name];
        if (target === undefined) return { errors: [{ text: `"${path}" is not in the imports of deno.json` }] };
        if (kind !== "dynamic-import") {
          return { errors: [{ text: `"${path}" is imported at start, where no package may be, in ${importer}` }] };
        }
        const specifier = target + path.slice(name.length);
        packages.add(specifier);
        return { path: specifier, external: true };
      });
    },
  };
}

function messagesOf(error: unknown): string {
  const errors: unknown = error instanceof Error && "errors" in error ? error.errors : undefined;
  if (!Array.isArray(errors) || errors.length === 0) return error instanceof Error ? error.message : String(error);
  return (errors as esbuild.Message[]).slice(0, 5).map(({ text, location }) =>
    location ? `${location.file}:${location.line}: ${text}` : text
  ).join("; ");
}
