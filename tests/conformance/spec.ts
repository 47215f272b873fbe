/**
 * The tables of the specification as the tests compare with them: a committed list of sections, fields and levels, and
 * a reader of the specification's own text.
 * @module
 */

/** One row of a table of the specification. */
export interface SpecRow {
  /** Heading of the section. */
  readonly section: string;
  /** Field. */
  readonly field: string;
  /** REQUIRED, RECOMMENDED or OPTIONAL. */
  readonly level: string;
}

/** The committed list. */
export async function committedRows(): Promise<SpecRow[]> {
  const text = await Deno.readTextFile(new URL("./testdata/spec-fields.txt", import.meta.url));
  return text.trimEnd().split("\n").filter((line) => !line.startsWith("#")).map((line) => {
    const [section = "", field = "", level = ""] = line.split("\t");
    return { section, field, level };
  });
}

/** The rows of all tables in the specification's Markdown that have a column `Requirement`. */
export function readRows(markdown: string): SpecRow[] {
  const rows: SpecRow[] = [];
  let section = "";
  let columns: string[] | undefined;
  for (const line of markdown.split("\n")) {
    const heading = /^#{2,3} (.*)$/.exec(line)?.[1];
    if (heading !== undefined) section = heading.trim().replaceAll("`", "");
    if (!line.startsWith("|")) {
      columns = undefined;
      continue;
    }
    const cells = line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
    const [first = ""] = cells;
    if (first === "Field" || first === "Field Name") columns = cells;
    else if (columns?.includes("Requirement") && !/^[-: ]*$/.test(first)) {
      // One row of the specification misspells its level.
      const level = (cells[columns.indexOf("Requirement")] ?? "").split(" ")[0]?.replace("RECOMMEDED", "RECOMMENDED");
      rows.push({ section, field: first.replace(/[`^*\\]/g, "").trim(), level: level ?? "" });
    }
  }
  return rows;
}
