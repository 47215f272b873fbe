/**
 * How a secret is described: what a rule is, sets of bytes, and the few kinds of rules that most secrets need. Each looks
 * at bounded text from a fixed beginning on, in one pass and without backtracking. Bytes in, a range out.
 * @module
 */

/** The bytes to mask: from (inclusive) and to (exclusive), as offsets in the text that was given. */
export interface SecretRange {
  /** First byte of the secret. */
  readonly from: number;
  /** First byte behind it. */
  readonly to: number;
  /** The secret goes on behind `to` for as long as bytes are in this set (256 entries, 1 for a member). */
  readonly run?: Uint8Array;
}

/** One kind of secret. */
export interface Rule {
  /** Stands in the replacement text and in findings. */
  readonly id: string;
  /** Beginnings that make a closer look worth while, each at least 4 ASCII characters. */
  readonly anchors: readonly string[];
  /** How many bytes from the start of the anchor on the decision needs, at most. */
  readonly reach: number;
  /**
   * The secret at this anchor; undefined when there is none.
   * @param at where the anchor starts; up to {@link lookBehind} bytes before it may be looked at
   * @param after where it ends
   * @param end nothing at or behind this may be looked at
   */
  match(bytes: Uint8Array, at: number, after: number, end: number): SecretRange | undefined;
}

/** How many bytes before an anchor a rule may look at, and mask. */
export const lookBehind = 16;

/** A set of bytes, written like the inside of a regular expression's brackets: `A-Za-z0-9_-`. */
export function set(text: string): Uint8Array {
  const members = new Uint8Array(256);
  for (let i = 0; i < text.length; i++) {
    const isRange = text[i + 1] === "-" && i + 2 < text.length;
    const last = text.charCodeAt(isRange ? i + 2 : i);
    for (let code = text.charCodeAt(i); code <= last; code++) members[code] = 1;
    if (isRange) i += 2;
  }
  return members;
}

/** Letters, digits and `_`. */
const word = set("A-Za-z0-9_");
/** The usual alphabet of base64, and its padding. */
export const base64: Uint8Array = set("A-Za-z0-9+/=");
const digits = set("0-9");
/** What may stand between a name and its value: quotes, also escaped ones, and brackets that dumps put there. */
export const quoting: Uint8Array = set("\"'\\ \t[");
/** First offset at or behind `from` whose byte is not in the set; `end` when there is none. */
export function runEnd(bytes: Uint8Array, from: number, end: number, members: Uint8Array): number {
  let i = from;
  while (i < end && members[bytes[i]!] === 1) i++;
  return i;
}

/**
 * Whether the byte before `at` can stand before a token: it is no part of a word (nor a dash, for tokens that hold
 * dashes: else every part of a long dashed run would be looked at again and again), or it is the end of an escape.
 */
export function startsToken(bytes: Uint8Array, at: number, members: Uint8Array): boolean {
  const before = bytes[at - 1];
  if (before === undefined || (word[before] === 0 && (before !== 0x2d || members[before] === 0))) return true;
  const second = bytes[at - 2];
  // \n, \r, \t of a JSON string; %3D of a URL; the m of a terminal's colour.
  if (second === 0x5c) return before === 0x6e || before === 0x72 || before === 0x74;
  if (bytes[at - 3] === 0x25) return true;
  return before === 0x6d && (second === 0x5b || second === 0x3b || digits[second ?? 0] === 1);
}

/** The offset of the value behind a name: `: "`, `=`, `\":\"` and the like; -1 when no value follows. */
export function valueStart(bytes: Uint8Array, after: number, end: number): number {
  const limit = Math.min(end, after + 24);
  let i = runEnd(bytes, after, limit, quoting);
  if (bytes[i] !== 0x3a && bytes[i] !== 0x3d) return -1;
  i = runEnd(bytes, i + 1, limit, quoting);
  return i < limit ? i : -1;
}

const placeholders = [
  "string",
  "password",
  "secret",
  "hidden",
  "redacted",
  "required",
  "optional",
  "undefined",
  "masked",
];

/** Whether a value only stands for one: `$TOKEN`, `<token>`, `{{ token }}`, `***`, `xxxx`, `REDACTED`. */
export function isPlaceholder(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]!;
  if (first === 0x24 || first === 0x3c || first === 0x7b || first === 0x2a || first === 0x5b) return true;
  let i = from;
  while (i < to && bytes[i] === first) i++;
  if (i === to) return true;
  return to - from < 12 && placeholders.includes(textOf(bytes, from, to).toLowerCase());
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** A rule for tokens that say what they are: a prefix, and so many characters of a set. All of it is masked. */
export function token(
  id: string,
  anchors: readonly string[],
  members: Uint8Array,
  minimum: number,
  maximum = minimum,
): Rule {
  const longestAnchor = Math.max(...anchors.map((anchor) => anchor.length));
  return {
    id,
    anchors,
    reach: longestAnchor + maximum + 1,
    match(bytes, at, after, end) {
      if (!startsToken(bytes, at, members)) return undefined;
      const to = runEnd(bytes, after, Math.min(end, after + maximum + 1), members);
      const length = to - after;
      return length >= minimum && length <= maximum ? { from: at, to } : undefined;
    },
  };
}

/** A rule for values that only their name gives away. The value is masked. */
export function named(
  id: string,
  anchors: readonly string[],
  members: Uint8Array,
  minimum: number,
  maximum = Infinity,
): Rule {
  const needed = Math.min(maximum + 1, 64 + minimum);
  return {
    id,
    anchors,
    reach: Math.max(...anchors.map((anchor) => anchor.length)) + 24 + needed,
    match(bytes, _at, after, end) {
      const from = valueStart(bytes, after, end);
      if (from < 0) return undefined;
      const to = runEnd(bytes, from, Math.min(end, from + needed), members);
      if (to - from < minimum || to - from > maximum || isPlaceholder(bytes, from, to)) return undefined;
      return maximum === Infinity ? { from, to, run: members } : { from, to };
    },
  };
}

/** Whether ASCII text stands at this offset, before `end`. */
export function startsWith(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (at + i >= end || bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** The text that base64 stands for, byte by byte; "" when it is none. */
export function decoded(text: string): string {
  try {
    return atob(text.slice(0, text.length - text.length % 4));
  } catch {
    return "";
  }
}

/** base64 of some kind of text, known by its beginning; goes on for as long as base64 does. */
export function encodedText(id: string, anchors: readonly string[], minimum: number, holds = ""): Rule {
  return {
    id,
    anchors,
    reach: minimum + 4,
    match(bytes, at, _after, end) {
      const to = runEnd(bytes, at, Math.min(end, at + minimum), base64);
      if (to - at < minimum || !decoded(textOf(bytes, at, to)).includes(holds)) return undefined;
      return { from: at, to, run: base64 };
    },
  };
}

/** A prefix that stands in the middle: so many characters before it belong to the secret. */
export function infix(
  id: string,
  anchors: readonly string[],
  before: number,
  members: Uint8Array,
  minimum: number,
  maximum: number,
): Rule {
  return {
    id,
    anchors,
    reach: Math.max(...anchors.map((anchor) => anchor.length)) + maximum + 1,
    match(bytes, at, after, end) {
      const from = at - before;
      if (from < 0 || runEnd(bytes, from, at, members) !== at) return undefined;
      const to = runEnd(bytes, after, Math.min(end, after + maximum + 1), members);
      return to - after >= minimum && to - after <= maximum ? { from, to } : undefined;
    },
  };
}
