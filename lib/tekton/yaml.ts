/**
 * YAML and JSON text to values, as `kubectl` makes JSON of it: YAML 1.1 scalars, merge keys, aliases, text keys. Bounded
 * in size, depth and alias expansion; duplicate keys are an error. Values are plain objects, arrays, strings, numbers
 * (bigint where a number is too small), booleans and null. Knows nothing of Tekton.
 * @module
 */

import {
  type AliasEvent,
  COLLECTION_STYLE,
  type Event,
  EVENT_ID,
  getScalarValue,
  SCALAR_STYLE,
  type ScalarEvent,
} from "js-yaml";
import type { Path } from "./finding.ts";
import { resolvePlain } from "./scalar.ts";
import { type ParsedText, parseText, YamlSyntaxError } from "./yaml-events.ts";

/** Most that is read of one file, in UTF-16 units. Kubernetes takes 3 MiB an object; a file may hold many. */
export const maxFileLength = 32 * 1024 * 1024;

/** Most that collections may nest. */
export const maxDepth = 512;

/** Most nodes that one document may stand for once its aliases are written out. */
export const maxNodes = 1_000_000;

/** Why a text could not be read. */
export interface YamlProblem {
  /** What is wrong, in one sentence without a period. */
  readonly message: string;
  /** Offset in the text. */
  readonly offset: number;
}

/** One document of a text. */
export interface YamlDocument {
  /** Its value; never undefined, null where the document is empty. */
  readonly value: unknown;
  /** Offset of its first node. */
  readonly offset: number;
  /** What keeps it from being JSON, if anything. */
  readonly problem?: YamlProblem;
  /** Offset of the node at a path, or of the nearest node above it; with `atKey`, of the key. */
  locate(path: Path, atKey?: boolean): number;
}

/** Result of {@link readYaml}. */
export interface YamlText {
  /** The documents, empty ones included. */
  readonly documents: readonly YamlDocument[];
  /** Why the text is no YAML; then there are no documents. */
  readonly problem?: YamlProblem;
}

/** Thrown inside this module for what stops a document. */
class Refusal extends Error {
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** Reads all documents of a text. Never throws. */
export function readYaml(text: string): YamlText {
  if (text.length > maxFileLength) {
    const size = Math.ceil(text.length / (1024 * 1024));
    return {
      documents: [],
      problem: {
        message: `the file is ${size} MiB, more than the ${maxFileLength / (1024 * 1024)} MiB allowed`,
        offset: 0,
      },
    };
  }
  let parsed: ParsedText;
  try {
    parsed = parseText(text, maxDepth);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    return { documents: [], problem: { message: error.message, offset: error.offset } };
  }
  const { events } = parsed;
  const documents: YamlDocument[] = [];
  for (let index = 0; index < events.length; index++) {
    const start = index + 1;
    index = endOf(events, index);
    documents.push(readDocument(parsed, start, index));
  }
  return { documents };
}

function readDocument({ text, events, original }: ParsedText, start: number, end: number): YamlDocument {
  let locator: Locator | undefined;
  const locate = (path: Path, atKey = false) => {
    locator ??= new Locator(text, events, start);
    return original(locator.locate(path, atKey));
  };
  const first = events[start];
  const offset = first === undefined || start >= end ? 0 : original(startOf(first));
  try {
    const value = start >= end ? null : new Builder(text, events).build(start);
    return { value, offset, locate };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: null, offset, locate, problem: { message: error.message, offset: original(error.offset) } };
  }
}

/** Index of the POP that closes the event at `index`, or `index` itself where the event opens nothing. */
function endOf(events: readonly Event[], index: number): number {
  let depth = 0;
  for (let at = index; at < events.length; at++) {
    const type = events[at]!.type;
    if (type === EVENT_ID.POP) depth--;
    else if (type !== EVENT_ID.SCALAR && type !== EVENT_ID.ALIAS) depth++;
    if (depth === 0) return at;
  }
  return events.length - 1;
}

function startOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) {
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return quoted ? event.valueStart - 1 : event.valueStart;
  }
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : 0;
}

/** Makes the value of one document. */
class Builder {
  #next = 0;
  #nodes = 0;
  /** How many brackets are open. */
  #flow = 0;
  readonly #anchors = new Map<string, { value: unknown; nodes: number } | undefined>();

  constructor(readonly text: string, readonly events: readonly Event[]) {}

  /** The value whose first event is at `start`. */
  build(start: number): unknown {
    this.#next = start;
    return this.#node();
  }

  #node(): unknown {
    const event = this.events[this.#next++]!;
    const before = this.#nodes;
    this.#count(1, event);
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event);
    let anchor: string | undefined;
    if ("anchorStart" in event && event.anchorStart >= 0) {
      anchor = this.text.slice(event.anchorStart, event.anchorEnd);
      this.#anchors.set(anchor, undefined);
    }
    const flows = "style" in event && event.type !== EVENT_ID.SCALAR && event.style === COLLECTION_STYLE.FLOW;
    if (flows) this.#flow++;
    const value = event.type === EVENT_ID.SCALAR
      ? this.#scalar(event)
      : event.type === EVENT_ID.SEQUENCE
      ? this.#sequence()
      : this.#mapping();
    if (flows) this.#flow--;
    if (anchor !== undefined) this.#anchors.set(anchor, { value, nodes: this.#nodes - before });
    return value;
  }

  #count(nodes: number, event: Event): void {
    this.#nodes += nodes;
    if (this.#nodes > maxNodes) {
      throw new Refusal(
        `the document stands for more than ${maxNodes} values once its aliases are written out`,
        startOf(event),
      );
    }
  }

  #alias(event: AliasEvent): unknown {
    const name = this.text.slice(event.anchorStart, event.anchorEnd);
    if (!this.#anchors.has(name)) throw new Refusal(`the alias *${name} has no anchor`, startOf(event));
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) throw new Refusal(`the anchor &${name} contains itself`, startOf(event));
    this.#count(anchored.nodes, event);
    return anchored.value;
  }

  #sequence(): unknown[] {
    const items: unknown[] = [];
    while (this.events[this.#next]!.type !== EVENT_ID.POP) items.push(this.#node());
    this.#next++;
    return items;
  }

  #mapping(): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let own: Set<string> | undefined;
    let merged: Set<string> | undefined;
    while (this.events[this.#next]!.type !== EVENT_ID.POP) {
      const event = this.events[this.#next]!;
      if (isMergeKey(this.text, event)) {
        this.#next++;
        merged ??= new Set();
        for (const [key, value] of this.#merge(event)) {
          set(result, key, value);
          merged.add(key);
        }
        continue;
      }
      const key = this.#key(event);
      if (Object.hasOwn(result, key) && (merged === undefined || !merged.has(key) || own?.has(key))) {
        throw new Refusal(`the key ${JSON.stringify(key)} is there twice`, startOf(event));
      }
      if (merged !== undefined) (own ??= new Set()).add(key);
      set(result, key, this.#node());
    }
    this.#next++;
    return result;
  }

  /** Entries of what a merge key names; earlier maps of a list win. */
  #merge(event: Event): Map<string, unknown> {
    const source = this.#node();
    const maps = Array.isArray(source) ? source.toReversed() : [source];
    const entries = new Map<string, unknown>();
    for (const map of maps) {
      if (typeof map !== "object" || map === null || Array.isArray(map)) {
        throw new Refusal("a merge key (<<) needs a map or a list of maps", startOf(event));
      }
      for (const [key, value] of Object.entries(map)) entries.set(key, value);
    }
    return entries;
  }

  #key(event: Event): string {
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) {
      throw new Refusal("a key has to be text, not a list or map", startOf(event));
    }
    const key = this.#node();
    if (typeof key === "string") return key;
    if (key === null) throw new Refusal("a key may not be null", startOf(event));
    if (typeof key === "object") throw new Refusal("a key has to be text, not a list or map", startOf(event));
    return String(key);
  }

  /** Inside brackets, YAML 1.1 has text end at a question mark, and wants a space after the colon of a plain key. */
  #checkFlowText({ valueStart, valueEnd }: ScalarEvent): void {
    const mark = this.text.slice(valueStart, valueEnd).indexOf("?");
    if (mark >= 0) throw new Refusal("inside brackets, text with a ? has to be in quotes", valueStart + mark);
    if (/^:[[{]/.test(this.text.slice(valueEnd, valueEnd + 2))) {
      throw new Refusal("inside brackets, the colon after a key needs a space", valueEnd);
    }
  }

  #scalar(event: ScalarEvent): unknown {
    const text = getScalarValue(this.text, event);
    const tag = event.tagStart < 0 ? "" : shortTag(this.text.slice(event.tagStart, event.tagEnd));
    const plain = event.style === SCALAR_STYLE.PLAIN;
    if (plain && this.#flow > 0) this.#checkFlowText(event);
    const value = tag === "" ? (plain ? resolvePlain(text) : text) : tagged(tag, text, event);
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new Refusal(`${text} is no number that JSON can hold`, startOf(event));
    }
    return value;
  }
}

/** Sets a key, `__proto__` as well. */
function set(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

function isMergeKey(text: string, event: Event): boolean {
  return event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0 &&
    event.valueEnd - event.valueStart === 2 && text.startsWith("<<", event.valueStart);
}

function shortTag(tag: string): string {
  const verbatim = /^!<(.*)>$/.exec(tag);
  const name = verbatim?.[1] ?? tag;
  return name.startsWith("tag:yaml.org,2002:") ? `!!${name.slice(18)}` : name;
}

/** A scalar with a tag. Unknown tags leave text. */
function tagged(tag: string, text: string, event: ScalarEvent): unknown {
  const refuse = () => {
    throw new Refusal(`${JSON.stringify(text)} cannot be read as ${tag}`, startOf(event));
  };
  switch (tag) {
    case "!!binary":
      try {
        return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
      } catch {
        return refuse();
      }
    case "!!bool": {
      const value = resolvePlain(text);
      return typeof value === "boolean" ? value : refuse();
    }
    case "!!int": {
      const value = resolvePlain(text);
      return typeof value === "bigint" || Number.isInteger(value) ? value : refuse();
    }
    case "!!float": {
      const value = resolvePlain(text);
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : refuse();
    }
    case "!!null":
      return resolvePlain(text) === null ? null : refuse();
    default:
      return text;
  }
}

/** Where the parts of one list or map are: by index or key, the events of key and value. */
type Parts = ReadonlyMap<string, readonly [key: number, value: number]>;

/** Finds nodes by path. Aliases are not entered: they are the place. */
class Locator {
  readonly #parts = new Map<number, Parts>();

  constructor(readonly text: string, readonly events: readonly Event[], readonly start: number) {}

  /** Offset of the node at a path, or of the nearest above it; with `atKey`, of its key. */
  locate(path: Path, atKey: boolean): number {
    let at = this.start;
    let keyAt = this.start;
    for (const step of path) {
      const found = this.#partsOf(at).get(String(step));
      if (found === undefined) return this.#offset(keyAt);
      [keyAt, at] = found;
    }
    const event = this.events[at];
    const isEmpty = event?.type === EVENT_ID.SCALAR && event.valueEnd <= event.valueStart &&
      event.style === SCALAR_STYLE.PLAIN;
    return this.#offset(atKey || isEmpty ? keyAt : at);
  }

  #offset(at: number): number {
    const event = this.events[at];
    return event === undefined ? 0 : startOf(event);
  }

  #partsOf(at: number): Parts {
    const known = this.#parts.get(at);
    if (known !== undefined) return known;
    const parts = new Map<string, readonly [number, number]>();
    const { events } = this;
    const type = events[at]?.type;
    let index = 0;
    for (let key = at + 1; key < events.length && events[key]!.type !== EVENT_ID.POP;) {
      if (type === EVENT_ID.SEQUENCE) {
        parts.set(String(index++), [key, key]);
        key = endOf(events, key) + 1;
      } else if (type === EVENT_ID.MAPPING) {
        const value = endOf(events, key) + 1;
        const scalar = events[key]!;
        if (scalar.type === EVENT_ID.SCALAR) parts.set(keyText(this.text, scalar), [key, value]);
        key = endOf(events, value) + 1;
      } else break;
    }
    this.#parts.set(at, parts);
    return parts;
  }
}

function keyText(text: string, event: ScalarEvent): string {
  const value = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return value;
  return String(resolvePlain(value));
}
