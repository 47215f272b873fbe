/**
 * Reading the text of a kubeconfig. The plain form of YAML that kubectl and its like write is read here, because
 * loading the package that reads all of YAML takes longer than everything else on the way to the first request.
 * Whatever this reader is not certain of, it leaves to the package. Pure.
 * @module
 */

/** A value of JSON. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** What {@link readPlainYaml} gives up with; the text may well be sound YAML. */
class Uncertain extends Error {}

interface Line {
  readonly indent: number;
  readonly text: string;
}

/**
 * The value of a JSON text, or of a YAML text that holds nothing but block mappings, block sequences and one-line
 * scalars of undoubted meaning; undefined for any other text, sound or not.
 */
export function readPlainYaml(text: string): Plain | undefined {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text) as Plain;
    } catch {
      return undefined;
    }
  }
  try {
    const lines = linesOf(text);
    const reader = new Reader(lines);
    const value = reader.block(0);
    return reader.at === lines.length ? value : undefined;
  } catch (error) {
    if (error instanceof Uncertain) return undefined;
    throw error;
  }
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const [number, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimEnd();
    if (line === "" || /^ *#/.test(line) || (number === 0 && line === "---")) continue;
    const body = line.trimStart();
    if (!/^ *\S/.test(line) || body.startsWith("---") || body.startsWith("...") || body.startsWith("%")) {
      throw new Uncertain();
    }
    lines.push({ indent: line.length - body.length, text: body });
  }
  return lines;
}

const entry = /^([A-Za-z][\w.-]*):(?: +(.*))?$/;

class Reader {
  readonly #lines: Line[];
  at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  /** The block that begins at this line, with this indent. */
  block(indent: number): Plain {
    const line = this.#lines[this.at];
    if (line === undefined || line.indent !== indent) throw new Uncertain();
    return /^-( |$)/.test(line.text) ? this.#sequence(indent) : this.#mapping(indent);
  }

  #mapping(indent: number): Plain {
    const mapping = new Map<string, Plain>();
    for (let line = this.#lines[this.at]; line !== undefined && line.indent === indent; line = this.#lines[this.at]) {
      // A sequence may stand at the indent of its key, so this may be the next item of one around us.
      if (/^-( |$)/.test(line.text)) break;
      const [, key = "", value = ""] = entry.exec(line.text) ?? [];
      if (key === "" || mapping.has(key) || wordy.test(key)) throw new Uncertain();
      this.at++;
      mapping.set(key, value === "" ? this.#below(indent) : scalar(value));
    }
    if (mapping.size === 0) throw new Uncertain();
    return Object.fromEntries(mapping);
  }

  #sequence(indent: number): Plain {
    const items: Plain[] = [];
    for (let line = this.#lines[this.at]; line !== undefined && line.indent === indent; line = this.#lines[this.at]) {
      const [, gap, rest = ""] = /^-( +(.*))?$/.exec(line.text) ?? [];
      if (!/^-( |$)/.test(line.text)) break;
      if (gap === undefined) throw new Uncertain();
      if (entry.test(rest)) {
        // The item is a mapping that begins on the line of its dash.
        const inner = indent + 1 + gap.length - rest.length;
        this.#lines[this.at] = { indent: inner, text: rest };
        items.push(this.#mapping(inner));
      } else {
        this.at++;
        items.push(scalar(rest));
      }
    }
    return items;
  }

  /** What stands under a key that has nothing beside it. */
  #below(indent: number): Plain {
    const next = this.#lines[this.at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent > indent) return this.block(next.indent);
    return /^-( |$)/.test(next.text) ? this.#sequence(indent) : null;
  }
}

/** Words that some reader of YAML takes for something else than text. */
const wordy = /^(true|false|null|yes|no|on|off|y|n|nan|inf)$/i;

/** A value that stands on one line. */
function scalar(text: string): Plain {
  // Outside of flow collections brackets are letters like others: https://[::1]:6443.
  if (/^(--?)?[A-Za-z/][\w/+=.:@%~[\]-]*[^:]$/.test(text) && !/[\s"'{},#]/.test(text) && !wordy.test(text)) return text;
  // Cut into quoted texts, marks of flow collections, and runs of what may be plain text.
  const tokens = text.match(/"[^"\\]*"|'[^']*'|[[\]{},]|:(?= )|[^\s"'[\]{},:]+(:[^\s"'[\]{},:]+)*| +|./g) ?? [];
  let at = 0;
  const skip = () => {
    while (/^ +$/.test(tokens[at] ?? "")) at++;
  };
  const take = (mark: string) => {
    skip();
    if (tokens[at] !== mark) return false;
    at++;
    return true;
  };
  const value = (depth: number): Plain => {
    if (depth > 20) throw new Uncertain();
    if (take("{")) {
      const mapping = new Map<string, Plain>();
      while (!take("}")) {
        if (mapping.size > 0 && !take(",")) throw new Uncertain();
        skip();
        const key = tokens[at++] ?? "";
        if (!/^[A-Za-z][\w.-]*$/.test(key) || mapping.has(key) || wordy.test(key) || tokens[at++] !== ":") {
          throw new Uncertain();
        }
        mapping.set(key, value(depth + 1));
      }
      return Object.fromEntries(mapping);
    }
    if (take("[")) {
      const items: Plain[] = [];
      while (!take("]")) {
        if (items.length > 0 && !take(",")) throw new Uncertain();
        items.push(value(depth + 1));
      }
      return items;
    }
    skip();
    return word(tokens[at++] ?? "");
  };
  const result = value(0);
  if (at !== tokens.length) throw new Uncertain();
  return result;
}

function word(text: string): Plain {
  const quoted = /^"([^"\\]*)"$/.exec(text)?.[1] ?? /^'([^']*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  // Text that cannot be a number or a date in any version of YAML: it begins with a letter or a slash, or is long.
  const safe = /^[A-Za-z0-9/][\w/+=.:@%~-]*$/.test(text) && !text.endsWith(":") && !wordy.test(text);
  if (safe && (/^[A-Za-z/]/.test(text) || (text.length > 40 && /[g-zG-Z]/.test(text)))) return text;
  throw new Uncertain();
}
