import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { walkSync } from "./task/walk.ts";
import { root } from "./task/repository.ts";

/** Folders of lib/, upper ones first: a file imports from its own folder and from those below. */
const layers = "engine conformance catalog task record kubernetes oci tekton secrets streams terminal".split(" ");

/** Where Task files are. */
const embedded = /^scripts\/.*\.ts$/;

interface Import {
  readonly specifier: string;
  /** URL that it means; undefined where there is no such file. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

interface Resolved {
  readonly specifier?: string;
  readonly error?: string;
}

/** What Deno itself reads out of files: their imports, by URL of the file. */
function importsOf(files: readonly string[]): ReadonlyMap<string, readonly Import[]> {
  const entry = Deno.makeTempFileSync({ suffix: ".ts" });
  try {
    Deno.writeTextFileSync(entry, files.map((file) => `import ${JSON.stringify(file)};\n`).join(""));
    const { stdout } = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", "--config", `${root}/deno.json`, entry],
    }).outputSync();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
      readonly modules: readonly {
        readonly specifier: string;
        readonly dependencies?: readonly {
          readonly specifier: string;
          readonly code?: Resolved;
          readonly type?: Resolved;
          readonly isDynamic?: boolean;
        }[];
        readonly error?: string;
      }[];
    };
    const broken = new Set(modules.filter(({ error }) => error !== undefined).map(({ specifier }) => specifier));
    return new Map(modules.map(({ specifier, dependencies = [] }) => [
      specifier,
      dependencies.map(({ specifier, code, type, isDynamic = false }): Import => {
        const target = (code ?? type)?.specifier;
        return {
          specifier,
          target: target === undefined || broken.has(target) ? undefined : target,
          typeOnly: code === undefined,
          dynamic: isDynamic,
        };
      }),
    ]));
  } finally {
    Deno.removeSync(entry);
  }
}

const base = pathToFileURL(`${root}/`).href;
const paths = ["lib", "scripts"].flatMap((folder) => [...walkSync(root, folder)]).filter((path) =>
  path.endsWith(".ts")
);
const graph = importsOf(paths.map((path) => base + path));
const modules = new Map(paths.map((path) => [path, graph.get(base + path) ?? []]));

/** The path within the repository that an import means. */
function pathOf({ target, specifier }: Import): string {
  return target?.startsWith(base) ? target.slice(base.length) : specifier;
}

Deno.test("layers: the reader of imports sees every form, and the missing ones", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const file = `${folder}/a.ts`;
    Deno.writeTextFileSync(`${folder}/b.ts`, "export const x = 1; export type X = number;\n");
    Deno.writeTextFileSync(
      file,
      `/** import "./none0.ts"; */
import { x } from "./b.ts";
import type { X } from "./none1.ts";
export * from "./none2.ts";
const text = \`\nimport "./none3.ts";\n\`;
const lazy = await import("./none4.ts");
`,
    );
    const found = importsOf([pathToFileURL(file).href]).get(pathToFileURL(file).href) ?? [];
    assert.deepEqual(
      found.map(({ specifier, target, typeOnly, dynamic }) => [specifier, target !== undefined, typeOnly, dynamic])
        .sort(),
      [
        ["./b.ts", true, false, false],
        ["./none1.ts", false, true, false],
        ["./none2.ts", false, false, false],
        ["./none4.ts", false, false, true],
      ],
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("layers: a file of lib/ imports from its own folder and from lower ones only", () => {
  const wrong: string[] = [];
  for (const [path, imports] of modules) {
    const own = layers.indexOf(path.split("/")[1] ?? "");
    if (!path.startsWith("lib/")) continue;
    if (own < 0) wrong.push(`${path} is in no known folder`);
    for (const found of imports.filter(({ specifier }) => specifier.startsWith("."))) {
      const [top, folder = ""] = pathOf(found).split("/");
      if (top !== "lib" || layers.indexOf(folder) < own) wrong.push(`${path} imports ${found.specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("layers: every import names something that exists", () => {
  const missing = [...modules].flatMap(([path, imports]) =>
    imports.filter(({ target }) => target === undefined).map(({ specifier }) => `${path} imports ${specifier}`)
  );
  assert.ok(modules.size > 50);
  assert.deepEqual(missing, []);
});

Deno.test("layers: packages are named as deno.json maps them, never by registry", () => {
  const config = JSON.parse(Deno.readTextFileSync(`${root}/deno.json`)) as { readonly imports: Record<string, string> };
  const wrong: string[] = [];
  for (const [path, imports] of modules) {
    for (const { specifier } of imports.filter(({ specifier }) => !/^(\.|node:)/.test(specifier))) {
      if (!Object.keys(config.imports).some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
        wrong.push(`${path} imports ${specifier}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  for (const [name, specifier] of Object.entries(config.imports)) {
    assert.match(specifier, /^npm:.*@\d+\.\d+\.\d+$/, `${name} is not pinned`);
  }
});

Deno.test("layers: what a Task's script holds imports no package", () => {
  const starts = [...modules.keys()].filter((path) =>
    embedded.test(path) && /^export const (task|stepAction) = define/m.test(Deno.readTextFileSync(`${root}/${path}`))
  );
  assert.ok(starts.length >= 3);
  const wrong: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, from: readonly string[]) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const found of modules.get(path) ?? []) {
      const { specifier, typeOnly, dynamic } = found;
      if (typeOnly || specifier.startsWith("node:")) continue;
      // what own code imports on demand is for the desk, and the bundler leaves it out
      if (specifier.startsWith(".")) {
        if (!dynamic) visit(pathOf(found), [...from, path]);
      } else wrong.push(`${[...from, path].join(" > ")} imports ${specifier}`);
    }
  };
  for (const path of starts) visit(path, []);
  assert.deepEqual(wrong, []);
});

Deno.test("layers: files are named for what they know", () => {
  const vague = [...modules.keys()].filter((path) => /\/(utils?|helpers?|common|misc|mod|index)\.ts$/.test(path));
  assert.deepEqual(vague, []);
});
