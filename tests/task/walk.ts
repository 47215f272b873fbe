/**
 * The files below a folder.
 * @module
 */

/** Paths relative to the root, sorted, with slashes. */
export function* walkSync(root: string, folder: string): Iterable<string> {
  const entries = [...Deno.readDirSync(`${root}/${folder}`)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walkSync(root, path);
    else yield path;
  }
}
