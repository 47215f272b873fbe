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

/** Most repairs of one text before it counts as broken: few where each takes long. */
function maxRepairs(text: string): number {
  return Math.min(200, Math.max(4, Math.floor(20_000_000 / (text.length + 1))));
}
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
      const spaced = attempt === 0 ? withoutInnerTabs(given) : given;
      if (spaced !== given) return parseText(spaced, maxDepth);
      if (error.reason !== "deficient indentation" || attempt >= maxRepairs(given) || padded.has(line)) {
        throw new YamlSyntaxError(error.reason, original(offset));
      }
      if (attempt === 0) { for (const index of closingLinesAfter(text, line)) padded.add(index); }
      padded.add(line);
    }
  }
}

/**
 * Tabs within lines as spaces: js-yaml refuses some that Kubernetes takes for the same. Not those that indent, at the
 * start of a line or behind the dash of a list: Kubernetes refuses them too.
 */
function withoutInnerTabs(text: string): string {
  return text.split("\n").map((line) => {
    const indent = /^[ \t]*(?:[-?][ \t]+)*/.exec(line)![0].length;
    return line.slice(0, indent) + line.slice(indent).replaceAll("\t", " ");
  }).join("\n");
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
  // where a tab may stand: texts, and whatever is inside brackets; both in the order of the text
  const scalars: Range[] = [];
  const brackets: Range[] = [];
  const open: boolean[] = [];
  let opened: number | undefined;
  const close = (before: number) => {
    if (opened === undefined || open.includes(true)) return;
    const end = Math.max(text.lastIndexOf("]", before), text.lastIndexOf("}", before));
    brackets.push({ from: opened, to: end, indent: 0 });
    opened = undefined;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const start = event.type === EVENT_ID.SCALAR ? event.valueStart : "start" in event ? event.start : -1;
    if (start >= 0) close(start);
    if (event.type === EVENT_ID.SCALAR) {
      const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
      scalars.push({ from: event.valueStart, to: event.valueEnd, indent: isBlock ? Math.max(event.indent, 1) : 0 });
    } else if (event.type !== EVENT_ID.ALIAS) {
      const flows = "style" in event && event.style === COLLECTION_STYLE.FLOW;
      open.push(flows);
      if (flows) opened ??= start;
    }
  }
  close(text.length);
  for (const match of text.matchAll(/^( *)\t/gm)) {
    const spaces = match[1]!.length;
    const tab = match.index + spaces;
    const allowed = [scalars, brackets].some((ranges) => {
      const range = lastBefore(ranges, tab);
      return range !== undefined && tab < range.to && spaces >= range.indent;
    });
    if (!allowed) return tab;
  }
  return undefined;
}

/** Part of a text where a tab may stand, once a line has its indentation. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** The last of the ranges, which are in order, that begins at or before an offset. */
function lastBefore(ranges: readonly Range[], offset: number): Range | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.from <= offset) low = middle + 1;
    else high = middle;
  }
  return ranges[low - 1];
}
