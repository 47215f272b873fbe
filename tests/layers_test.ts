import assert from "node:assert/strict";
import { walkSync } from "./task/walk.ts";
import { root } from "./task/repository.ts";

/** Folders of lib/, upper ones first: a file imports from its own folder and from those below. */
const layers = "engine conformance catalog task record kubernetes oci tekton secrets streams terminal".split(" ");

/** Where Task files are. */
const embedded = /^scripts\/.*\.ts$/;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

/** The imports of a module's text. Comments are taken out first: examples in them import too. */
function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  const found: Import[] = [];
  for (const match of code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm)) {
    found.push({ specifier: match[2] ?? "", typeOnly: match[1] !== undefined, dynamic: false });
  }
  for (const match of code.matchAll(/(typeof\s+)?\bimport\(\s*"([^"]+)"/g)) {
    found.push({ specifier: match[2] ?? "", typeOnly: match[1] !== undefined, dynamic: true });
  }
  return found;
}

const modules = new Map<string, readonly Import[]>();
for (const folder of ["lib", "scripts"]) {
  for (const path of walkSync(root, folder)) {
    if (path.endsWith(".ts")) modules.set(path, importsOf(Deno.readTextFileSync(`${root}/${path}`)));
  }
}

/** The path within the repository that a relative import means. */
function target(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

Deno.test("layers: the reader of imports sees every form", () => {
  assert.deepEqual(
    importsOf(`
/** import "a"; */
import "b";
import { type X, y } from "c";
import type { Z } from "d";
export * from "e";
export type { Q } from "f";
import {
  one,
} from "g";
const h = await import("h"); // import("i")
type T = typeof import("j");
`).map(({ specifier, typeOnly, dynamic }) => `${specifier}${typeOnly ? " type" : ""}${dynamic ? " dynamic" : ""}`),
    ["b", "c", "d type", "e", "f type", "g", "h dynamic", "j type dynamic"],
  );
});

Deno.test("layers: a file of lib/ imports from its own folder and from lower ones only", () => {
  const wrong: string[] = [];
  for (const [path, imports] of modules) {
    const own = layers.indexOf(path.split("/")[1] ?? "");
    if (!path.startsWith("lib/")) continue;
    if (own < 0) wrong.push(`${path} is in no known folder`);
    for (const { specifier } of imports.filter(({ specifier }) => specifier.startsWith("."))) {
      const [top, folder = ""] = target(path, specifier).split("/");
      if (top !== "lib" || layers.indexOf(folder) < own) wrong.push(`${path} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("layers: every relative import names a file that exists", () => {
  const missing: string[] = [];
  for (const [path, imports] of modules) {
    for (const { specifier } of imports.filter(({ specifier }) => specifier.startsWith("."))) {
      const file = target(path, specifier);
      if (!modules.has(file) && !file.endsWith(".json")) missing.push(`${path} imports ${specifier}`);
    }
  }
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

Deno.test("layers: what a Task's script holds imports no package at start", () => {
  const starts = [...modules.keys()].filter((path) =>
    embedded.test(path) && /^export const (task|stepAction) = define/m.test(Deno.readTextFileSync(`${root}/${path}`))
  );
  const wrong: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string, from: readonly string[]) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, typeOnly, dynamic } of modules.get(path) ?? []) {
      if (typeOnly || specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) visit(target(path, specifier), [...from, path]);
      else if (!dynamic) wrong.push(`${[...from, path].join(" > ")} imports ${specifier}`);
      else if (!(path.startsWith("lib/kubernetes/") && specifier === "@kubernetes/client-node")) {
        wrong.push(`${path} imports ${specifier} on demand, which only lib/kubernetes does, for kubeconfig files`);
      }
    }
  };
  for (const path of starts) visit(path, []);
  assert.deepEqual(wrong, []);
});

Deno.test("layers: files are named for what they know", () => {
  const vague = [...modules.keys()].filter((path) => /\/(utils?|helpers?|common|misc|mod|index)\.ts$/.test(path));
  assert.deepEqual(vague, []);
});
