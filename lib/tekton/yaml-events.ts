/**
 * YAML text to parser events, as lenient about indentation inside brackets and quotes as Kubernetes' parser is: there a
 * line may begin further left than YAML 1.2 wants. Such lines are padded before parsing, which changes no value. Knows
 * nothing of values.
 * @module
 */

import { COLLECTION_STYLE, type Event, EVENT_ID, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";

/**
 * Events of a text.
 * @internal
 */
export interface ParsedText {
  /** The events. */
  readonly events: readonly Event[];
  /** The text that their offsets belong to. */
  readonly text: string;
  /** The offset in the text as given, for an offset in {@link ParsedText.text}. */
  original(offset: number): number;
}

/** Thrown where the text is no YAML. */
export class YamlSyntaxError extends Error {
  /** What is wrong, and the offset in the text as given. */
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** Most repairs of one text before it counts as broken. */
const maxRepairs = 200;
const padding = " ".repeat(200);
const closingLine = /^[ \t]*[\]}][\]},\t ]*\r?$/;

/** Parses a text. Throws a {@link YamlSyntaxError}. */
export function parseText(given: string, maxDepth: number): ParsedText {
  let padded = new Set<number>();
  for (let attempt = 0;; attempt++) {
    const { text, original } = pad(given, padded);
    try {
      const events = parseEvents(text, { maxDepth });
      const inScalars = attempt === 0 ? new Set<number>() : linesInBlockScalars(text, events, padded);
      if (inScalars.size === 0) {
        const tab = misplacedTab(text, events);
        if (tab !== undefined) throw new YamlSyntaxError("a line is indented by a tab; use spaces", original(tab));
        return { events, text, original };
      }
      padded = new Set([...padded].filter((line) => !inScalars.has(line)));
    } catch (error) {
      if (error instanceof YamlSyntaxError) throw error;
      if (error instanceof RangeError) throw new YamlSyntaxError("the document nests too deeply", 0);
      if (!(error instanceof YAMLException)) throw error;
      const offset = error.mark?.position ?? 0;
      const line = lineOf(text, offset);
      if (error.reason !== "deficient indentation" || attempt >= maxRepairs || padded.has(line)) {
        throw new YamlSyntaxError(error.reason, original(offset));
      }
      if (attempt === 0) { for (const index of closingLinesAfter(text, line)) padded.add(index); }
      padded.add(line);
    }
  }
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** Lines with nothing but closing brackets: if one is too far left, so are probably the others. */
function* closingLinesAfter(text: string, first: number): Generator<number> {
  for (const [index, line] of text.split("\n").entries()) if (index > first && closingLine.test(line)) yield index;
}

function pad(given: string, lines: ReadonlySet<number>): { text: string; original: (offset: number) => number } {
  if (lines.size === 0) return { text: given, original: (offset) => offset };
  const places: number[] = [];
  let length = 0;
  const text = given.split("\n").map((line, index) => {
    const isPadded = lines.has(index);
    if (isPadded) places.push(length);
    length += line.length + 1 + (isPadded ? padding.length : 0);
    return isPadded ? padding + line : line;
  }).join("\n");
  const original = (offset: number) => {
    let shift = 0;
    for (const place of places) {
      if (place >= offset) break;
      shift += Math.min(padding.length, offset - place);
    }
    return offset - shift;
  };
  return { text, original };
}

/** Which of the padded lines are text of a script or the like, where padding would change the value. */
function linesInBlockScalars(text: string, events: readonly Event[], padded: ReadonlySet<number>): Set<number> {
  const inside = new Set<number>();
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const offsets = [...padded].sort((a, b) => a - b).map((line) => ({ line, start: starts[line] ?? 0 }));
  let next = 0;
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR) continue;
    if (event.style !== SCALAR_STYLE.LITERAL_BLOCK && event.style !== SCALAR_STYLE.FOLDED_BLOCK) continue;
    while (next < offsets.length && offsets[next]!.start < event.valueStart) next++;
    while (next < offsets.length && offsets[next]!.start <= event.valueEnd) inside.add(offsets[next++]!.line);
  }
  return inside;
}

/** Offset of a tab in the indentation of a line, where Kubernetes' parser refuses it: outside of brackets and texts. */
function misplacedTab(text: string, events: readonly Event[]): number | undefined {
  if (!/^ *\t/m.test(text)) return undefined;
  // where a tab may stand: from, to, and the indentation that has to come first
  const allowed: [number, number, number][] = [];
  const open: (number | undefined)[] = [];
  let flowEnded: number | undefined;
  const closedBefore = (offset: number) => Math.max(text.lastIndexOf("]", offset), text.lastIndexOf("}", offset));
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      flowEnded = open.pop() ?? flowEnded;
      continue;
    }
    const start = event.type === EVENT_ID.SCALAR ? event.valueStart : "start" in event ? event.start : -1;
    if (flowEnded !== undefined && start >= 0) {
      allowed.push([flowEnded, closedBefore(start), 0]);
      flowEnded = undefined;
    }
    if (event.type === EVENT_ID.SCALAR) {
      const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
      allowed.push([event.valueStart, event.valueEnd, isBlock ? Math.max(event.indent, 1) : 0]);
    } else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      open.push(event.style === COLLECTION_STYLE.FLOW ? event.start : undefined);
    } else if (event.type === EVENT_ID.DOCUMENT) open.push(undefined);
  }
  if (flowEnded !== undefined) allowed.push([flowEnded, closedBefore(text.length), 0]);
  for (const match of text.matchAll(/^( *)\t/gm)) {
    const spaces = match[1]!.length;
    const tab = match.index + spaces;
    if (!allowed.some(([from, to, indent]) => from <= tab && tab < to && spaces >= indent)) return tab;
  }
  return undefined;
}
