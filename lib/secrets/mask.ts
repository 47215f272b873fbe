/**
 * Masking: bytes or text in, the same without secrets out. Exact values (also as base64 and URL-encoded) and the rules
 * of rules.ts, found in one pass over the bytes, in memory that does not grow with the input or with its lines. What
 * holds no secret comes out byte for byte as it went in.
 * @module
 */
import { rules as allRules } from "./rules.ts";
import { MultiSearch } from "./search.ts";
import { lookBehind, type Rule, type SecretRange } from "./shapes.ts";
import { type EncodedForm, encodedForms } from "./values.ts";

/** How often something was found. */
export interface Finding {
  /** The rule's id, or {@link valueRule}. */
  readonly rule: string;
  /** How many places. */
  readonly count: number;
}

/** The rule id of exact values. */
export const valueRule = "secret-value";

/** What a {@link Masker} looks for. */
export interface MaskerOptions {
  /** Exact values; those shorter than 6 characters are not looked for. @default none */
  readonly values?: Iterable<string>;
  /** Whether the rules are applied. @default true */
  readonly rules?: boolean;
}

/** Takes secrets out of what passes. */
export interface Masker {
  /** The text with each secret replaced by `[masked:<rule>]`. */
  mask(text: string): string;
  /**
   * A stream that masks bytes. However they are cut into chunks, the output is the same.
   * @param onFinding hears of each finding
   */
  transform(onFinding?: (rule: string) => void): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;
  /** What bytes (or text, as UTF-8) hold; does not count into {@link findings}. */
  scan(content: Uint8Array<ArrayBuffer> | string): Finding[];
  /** What has been masked so far by this masker, by rule id. */
  findings(): Finding[];
}

/** What stands in place of a secret. */
export function replacement(rule: string): string {
  return `[masked:${rule}]`;
}

/** What a needle of the search means: a rule that decides, and its place among the others. */
interface Meaning {
  readonly rule: Pick<Rule, "id" | "reach" | "match">;
  readonly rank: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes a masker. */
export function createMasker(options: MaskerOptions = {}): Masker {
  const { values = [], rules = true } = options;
  const search = new MultiSearch<Meaning>([
    ...encodedForms(values).map((form) => ({ bytes: form.bytes, meaning: { rule: valueOf(form), rank: Infinity } })),
    ...(rules ? allRules : []).flatMap((rule, rank) =>
      rule.anchors.map((anchor) => ({ bytes: encoder.encode(anchor), meaning: { rule, rank } }))
    ),
  ]);
  const totals = new Map<string, number>();
  const add = (counts: Map<string, number>) => (rule: string) => counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const whole = (bytes: Uint8Array<ArrayBuffer>, found: (rule: string) => void) => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    new Pass(search, (part) => parts.push(part), found).push(bytes, true);
    return parts;
  };
  return {
    mask(text) {
      let found = false;
      const count = add(totals);
      const parts = whole(encoder.encode(text), (rule) => {
        found = true;
        count(rule);
      });
      return found ? parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode() : text;
    },
    transform(onFinding) {
      const count = add(totals);
      let pass: Pass;
      return new TransformStream({
        start(controller) {
          pass = new Pass(search, (part) => controller.enqueue(part), (rule) => {
            count(rule);
            onFinding?.(rule);
          });
        },
        transform: (chunk) => pass.push(chunk, false),
        flush: () => pass.push(new Uint8Array(), true),
      });
    },
    scan(content) {
      const counts = new Map<string, number>();
      whole(typeof content === "string" ? encoder.encode(content) : content, add(counts));
      return listed(counts);
    },
    findings: () => listed(totals),
  };
}

function listed(counts: ReadonlyMap<string, number>): Finding[] {
  return [...counts].map(([rule, count]) => ({ rule, count })).sort((a, b) => a.rule < b.rule ? -1 : 1);
}

/** A range to mask, with offsets counted from the beginning of the stream. */
interface Range extends SecretRange {
  readonly rule: string;
  /** Of several ranges that begin together, the longest names the finding, then the lowest of these. */
  readonly rank: number;
}

/** Chunks are looked at in parts of this size, so that a huge one needs no more memory than a small one. */
const partBytes = 256 * 1024;

/** One pass over a stream. All offsets but those inside a part count from the beginning of the stream. */
class Pass {
  readonly #search: MultiSearch<Meaning>;
  readonly #write: (part: Uint8Array<ArrayBuffer>) => void;
  readonly #found: (rule: string) => void;
  /** Bytes that are not out yet. They reach back as far as a rule may look before what is not decided. */
  #kept: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** Offset of the first kept byte. */
  #base = 0;
  /** Needles that start before this have been decided about. */
  #decided = 0;
  /** What is before this is out, or masked. */
  #written = 0;
  /** Found, but not yet reached by #written; in the order in which they begin. */
  #ranges: Range[] = [];
  /** What is before this is masked. */
  #maskedTo = 0;
  /** Sets of bytes by which the secret under way goes on, and from where on each counts. */
  #runs: { readonly from: number; readonly members: Uint8Array }[] = [];

  constructor(
    search: MultiSearch<Meaning>,
    write: (part: Uint8Array<ArrayBuffer>) => void,
    found: (rule: string) => void,
  ) {
    this.#search = search;
    this.#write = write;
    this.#found = found;
  }

  push(chunk: Uint8Array<ArrayBuffer>, last: boolean): void {
    let from = 0;
    for (; chunk.length - from > partBytes; from += partBytes) {
      this.#part(chunk.subarray(from, from + partBytes), false);
    }
    this.#part(chunk.subarray(from), last);
  }

  #part(part: Uint8Array<ArrayBuffer>, last: boolean): void {
    const bytes = this.#kept.length === 0 ? part : joined([this.#kept, part]);
    const base = this.#base;
    const first = this.#decided - base;
    // A needle may begin in the last bytes and end in the next part.
    let limit = last ? bytes.length : Math.max(first, bytes.length - this.#search.longest + 1);
    const fresh: { readonly start: number; readonly range: Range }[] = [];
    this.#search.each(bytes, first, (start, { bytes: needle, meaning }) => {
      if (start >= limit) return;
      const after = start + needle.length;
      const { rule, rank } = meaning;
      const end = start + rule.reach;
      // What cannot be seen whole waits, with everything behind it: no decision depends on where chunks end.
      if (end > bytes.length && !last) {
        limit = start;
        return;
      }
      const range = rule.match(bytes, start, after, Math.min(end, bytes.length));
      if (range === undefined) return;
      fresh.push({ start, range: { ...range, from: range.from + base, to: range.to + base, rule: rule.id, rank } });
    });
    const certain = fresh.filter(({ start }) => start < limit);
    if (certain.length > 0) {
      this.#ranges.push(...certain.map(({ range }) => range));
      this.#ranges.sort((a, b) => a.from - b.from || b.to - a.to || a.rank - b.rank);
    }
    this.#decided = base + limit;
    // A needle found later may mask a few bytes before it.
    this.#writeUpTo(bytes, last ? base + bytes.length : Math.max(this.#written, base + limit - lookBehind));
    // A copy, because what was written out may be gone to another thread by then.
    const keepFrom = this.#written - base;
    this.#kept = bytes.slice(keepFrom);
    this.#base = base + keepFrom;
  }

  #writeUpTo(bytes: Uint8Array<ArrayBuffer>, upTo: number): void {
    const base = this.#base;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let at = this.#written;
    while (at < upTo) {
      if (this.#covers(at, bytes[at - base]!)) {
        while (this.#ranges[0] !== undefined && this.#ranges[0].from <= at) this.#absorb(this.#ranges.shift()!);
        const jump = Math.min(upTo, this.#maskedTo, this.#ranges[0]?.from ?? upTo);
        at = this.#runs.length === 0 && jump > at ? jump : at + 1;
        continue;
      }
      const next = this.#ranges[0];
      const stop = Math.min(upTo, Math.max(at, next?.from ?? upTo));
      if (stop > at) {
        pieces.push(bytes.subarray(at - base, stop - base));
        at = stop;
      }
      if (next === undefined || next.from > at || at === upTo) continue;
      this.#ranges.shift();
      this.#absorb(next);
      this.#found(next.rule);
      pieces.push(encoder.encode(replacement(next.rule)));
    }
    this.#written = at;
    // One chunk with a buffer of its own: whoever gets it may transfer the buffer to another thread.
    if (pieces.length > 0) this.#write(pieces.length === 1 ? pieces[0]! : joined(pieces));
  }

  /** Whether the byte at this offset belongs to the secret under way. */
  #covers(at: number, byte: number): boolean {
    if (this.#runs.length > 0) this.#runs = this.#runs.filter((run) => at < run.from || run.members[byte] === 1);
    return at < this.#maskedTo || this.#runs.some((run) => run.from <= at);
  }

  /** Lets the secret under way reach as far as this range does. */
  #absorb(range: Range): void {
    this.#maskedTo = Math.max(this.#maskedTo, range.to);
    if (range.run === undefined) return;
    // Of two runs of one set the later beginning decides: up to there all is masked anyway.
    const same = this.#runs.find((run) => run.members === range.run);
    this.#runs = this.#runs.filter((run) => run !== same);
    this.#runs.push({ from: Math.max(range.to, same?.from ?? 0), members: range.run });
  }
}

/** An exact value as a rule: it matches wherever it is found, with the characters around it that hold bits of it. */
function valueOf(form: EncodedForm): Meaning["rule"] {
  return {
    id: valueRule,
    reach: form.bytes.length + 3,
    match(bytes, at, after, end) {
      const from = form.bitsBefore && at > 0 && isBase64[bytes[at - 1]!] === 1 ? at - 1 : at;
      let to = after;
      if (form.bitsBehind && to < end && isBase64[bytes[to]!] === 1) {
        to++;
        while (to < end && bytes[to] === 0x3d) to++;
      }
      return { from, to };
    },
  };
}

const isBase64 = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
  isBase64[character.charCodeAt(0)] = 1;
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
