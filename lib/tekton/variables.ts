/**
 * Variable references: `$(params.name)`, `$(tasks.build.results.digest)`, `$(params["a.b"][0])`. The one grammar that
 * validation, linter and engine share, and beside it the two narrower readings that Tekton's webhook has of the same
 * text. Knows the syntax; must not know what is declared.
 * @module
 */

/** The words a variable may begin with. */
export const variableRoots = [
  "params",
  "results",
  "workspaces",
  "context",
  "steps",
  "tasks",
  "finally",
  "step",
  "credentials",
] as const;

/** A word that a variable may begin with. */
export type VariableRoot = typeof variableRoots[number];

/** One reference in a text. */
export interface Variable {
  /** First word. */
  readonly root: VariableRoot;
  /** What follows the root, in order: names and keys. `["a.b"]` for `params["a.b"]`. */
  readonly names: readonly string[];
  /** Index of a list element, or `*` for all; absent where there is none. */
  readonly index?: number | "*";
}

/** A reference and its place in the text it was found in. */
export interface PlacedVariable extends Variable {
  /** Offset of the `$`. */
  readonly start: number;
  /** Offset after the closing parenthesis. */
  readonly end: number;
  /** The reference as written. */
  readonly text: string;
}

const reference = new RegExp(
  String.raw`\$\((${variableRoots.join("|")})` +
    String.raw`((?:\.[_a-zA-Z0-9-]+|\["[^"\n\]]+"\]|\['[^'\n\]]+'\])*)` +
    String.raw`(?:\[([0-9]{1,9}|\*)\])?\)`,
  "g",
);
const part = /\.([_a-zA-Z0-9-]+)|\["([^"\n\]]+)"\]|\['([^'\n\]]+)'\]/g;
const bareName = /^[_a-zA-Z0-9-]+$/;

/**
 * All references in a text, in order. `$$(…)` escapes one, as Kubernetes has it, only where it reads environment
 * variables; Tekton does not, and neither does this. Never throws.
 */
export function findVariables(text: string): PlacedVariable[] {
  if (!text.includes("$(")) return [];
  const found: PlacedVariable[] = [];
  for (const match of text.matchAll(reference)) {
    const names = [...match[2]!.matchAll(part)].map((piece) => piece[1] ?? piece[2] ?? piece[3]!);
    const index = match[3];
    found.push({
      root: match[1] as VariableRoot,
      names,
      ...(index !== undefined && { index: index === "*" ? index : Number(index) }),
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
    });
  }
  return found;
}

/** The reference that a text is, and nothing else; `undefined` where there is more or less. Never throws. */
export function parseVariable(text: string): Variable | undefined {
  const [first] = findVariables(text);
  if (first === undefined || first.text !== text) return undefined;
  const { root, names, index } = first;
  return index === undefined ? { root, names } : { root, names, index };
}

/**
 * The reference as text: dots where the name allows it, brackets elsewhere. {@link parseVariable} reads it back.
 * Throws a RangeError for a name that no form can hold.
 */
export function formatVariable(variable: Variable): string {
  let text = `$(${variable.root}`;
  for (const name of variable.names) {
    if (bareName.test(name)) text += `.${name}`;
    else if (name !== "" && !/["\n\]]/.test(name)) text += `["${name}"]`;
    else if (name !== "" && !/['\n\]]/.test(name)) text += `['${name}']`;
    else throw new RangeError(`no variable can name ${JSON.stringify(name)}`);
  }
  return `${text}${variable.index === undefined ? "" : `[${variable.index}]`})`;
}

const expression = /\$\([_a-zA-Z0-9.-]+(?:\[(?:[0-9]+|\*)\])?\)/g;

/**
 * Everything between `$(` and `)` that looks like a variable, whatever it begins with: the reading that Tekton has of
 * params, when expressions and results in a Pipeline. Bracketed names are not seen. Never throws.
 */
export function expressionsIn(text: string | undefined): string[] {
  if (text === undefined || !text.includes("$(")) return [];
  return (text.match(expression) ?? []).map((match) => match.slice(2, -1));
}

/** References below one prefix, as Tekton's substitution sees them. */
export interface Mentions {
  /** For each reference the first name, with its `[0]` or `[*]`; in brackets, the whole name. */
  readonly first: readonly string[];
  /** For each reference everything after the prefix. */
  readonly whole: readonly string[];
  /** The references as written. */
  readonly texts: readonly string[];
  /** Whether one has more than two names after the prefix: `$(params.a.b.c)`. */
  readonly tooDeep: boolean;
}

const none: Mentions = { first: [], whole: [], texts: [], tooDeep: false };

/**
 * The references in `text` that begin with `prefix` (`params`, `context.taskRun`, `params.object`), read as Tekton's
 * substitution reads them: up to the next closing parenthesis of the line, whatever is in between. Takes time linear in
 * the text. Never throws.
 */
export function mentionsOf(text: string | undefined, prefix: string): Mentions {
  const opening = `$(${prefix}`;
  let at = text === undefined ? -1 : text.indexOf(opening);
  if (text === undefined || at < 0) return none;
  const first: string[] = [];
  const whole: string[] = [];
  const texts: string[] = [];
  let tooDeep = false;
  const ends = new Ends(text);
  while (at >= 0) {
    const inside = at + opening.length;
    const form = text[inside] === "."
      ? "dot"
      : text.startsWith('["', inside)
      ? '"'
      : text.startsWith("['", inside)
      ? "'"
      : "";
    const start = form === "dot" ? inside + 1 : inside + 2;
    const closing = form === "dot" ? ")" : `${form}])`;
    const end = form === "" ? -1 : ends.next(closing, start);
    if (end < 0 || end > ends.next("\n", start, text.length)) {
      at = text.indexOf(opening, inside);
      continue;
    }
    const name = text.slice(start, end);
    const names = form === "dot" ? name.split(".") : [name];
    if (names.length > 2) tooDeep = true;
    first.push(names[0]!);
    whole.push(name);
    texts.push(text.slice(at, end + closing.length));
    at = text.indexOf(opening, end + closing.length);
  }
  return first.length === 0 ? none : { first, whole, texts, tooDeep };
}

/** Where each of a few strings comes next, remembered so that going through a text stays linear. */
class Ends {
  readonly #known = new Map<string, number>();

  constructor(readonly text: string) {}

  /** Offset of `wanted` at or after `from`, `otherwise` where there is none. */
  next(wanted: string, from: number, otherwise = -1): number {
    let at = this.#known.get(wanted);
    if (at === undefined || (at >= 0 && at < from)) {
      at = this.text.indexOf(wanted, from);
      this.#known.set(wanted, at);
    }
    return at < 0 ? otherwise : at;
  }
}

/** The names that references to params begin with: `o` for `$(params.o.k)` and for `$(params.o["k"])`. */
export function paramsIn(text: string): Set<string> {
  return new Set(mentionsOf(text, "params").whole.map((whole) => whole.split(/[.[]/, 1)[0]!));
}

/** The first reference to a step's result, `$(steps.<step>.results.<result>)`, that stands in one line of a text. */
export function stepResultIn(text: string | undefined): ResultReference | undefined {
  if (text === undefined || !text.includes("$(steps.")) return undefined;
  for (const line of text.split("\n")) {
    const start = line.indexOf("$(steps.") + "$(steps.".length;
    const middle = start < "$(steps.".length ? -1 : line.indexOf(".results.", start);
    const end = middle < 0 ? -1 : line.indexOf(")", middle + ".results.".length);
    if (end >= 0) return { from: line.slice(start, middle), result: line.slice(middle + ".results.".length, end) };
  }
  return undefined;
}

/** The name without `[0]` and `[*]`. */
export function withoutIndex(name: string): string {
  return name.replace(/\[[0-9]*\*?\]/g, "");
}

/** The name without a final `[*]`. */
export function withoutStar(name: string): string {
  return name.endsWith("[*]") ? name.slice(0, -3) : name;
}

/** A reference to a result: `tasks.build.results.digest`, `finally.…`, `steps.…`. */
export interface ResultReference {
  /** Task or step. */
  readonly from: string;
  /** Name of the result. */
  readonly result: string;
  /** Key of an object result. */
  readonly key?: string;
}

/** Whether an expression has the look of a task's result: four or more parts, `results` the third. */
export function looksLikeTaskResult(text: string): boolean {
  const parts = text.split(".");
  return parts.length >= 4 && (parts[0] === "tasks" || parts[0] === "finally") && parts[2] === "results";
}

/** The result that an expression of {@link expressionsIn} names, `undefined` where it names none. */
export function taskResult(text: string): ResultReference | undefined {
  if (!looksLikeTaskResult(text)) return undefined;
  const parts = text.split(".");
  if (parts.length === 4) return { from: parts[1]!, result: withoutIndex(parts[3]!) };
  return parts.length === 5 ? { from: parts[1]!, result: parts[3]!, key: parts[4]! } : undefined;
}
