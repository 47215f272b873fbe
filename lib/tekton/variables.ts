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
  /** The first reference as written. */
  readonly text: string;
  /** Whether one has more than two names after the prefix: `$(params.a.b.c)`. */
  readonly tooDeep: boolean;
}

const none: Mentions = { first: [], whole: [], text: "", tooDeep: false };
const patterns = new Map<string, RegExp>();

/**
 * The references in `text` that begin with `prefix` (`params`, `context.taskRun`, `params.object`), read as Tekton's
 * substitution reads them: up to the next closing parenthesis, whatever is in between. Never throws.
 */
export function mentionsOf(text: string | undefined, prefix: string): Mentions {
  if (text === undefined || !text.includes("$(")) return none;
  let pattern = patterns.get(prefix);
  if (pattern === undefined) {
    if (patterns.size > 10_000) patterns.clear();
    const escaped = prefix.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const name = String.raw`([^\n]*?(?:\[\*\])?)`;
    pattern = new RegExp(String.raw`\$\(${escaped}(?:\.${name}|\["${name}"\]|\['${name}'\])\)`, "g");
    patterns.set(prefix, pattern);
  }
  const first: string[] = [];
  const whole: string[] = [];
  let written = "";
  let tooDeep = false;
  for (const match of text.matchAll(pattern)) {
    if (first.length === 0) written = match[0];
    const dotted = match[1] ?? "";
    if (dotted.includes(".")) {
      const names = dotted.split(".");
      if (names.length > 2) tooDeep = true;
      first.push(names[0]!);
    } else first.push(dotted || match[2] || match[3] || "");
    whole.push(dotted || match[2] || match[3] || "");
  }
  return first.length === 0 ? none : { first, whole, text: written, tooDeep };
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
