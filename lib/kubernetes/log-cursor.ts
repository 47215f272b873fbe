/**
 * Where the reading of a log stands: which bytes of a timestamped log were handed on, and, in a second answer that
 * begins earlier, where to go on so that no byte is lost or doubled. Works on bytes in place; a log may hold anything.
 * Pure: knows no server.
 * @module
 */

const newline = 10;
const space = 32;
/** `2006-01-02T15:04:05.000000000+07:00` and a space. */
const longestPrefix = 36;

/** How a pass over the log finds its place. */
export type Pass =
  /** From the beginning: nothing was read yet. */
  | "first"
  /** The answer begins before the place: skip up to the last line that was handed on. */
  | "resume"
  /** That line is no longer there: begin with the first line of a later time. */
  | "after"
  /** The log has no timestamps: skip as many bytes as were handed on. */
  | "count";

/** The state of one log's reading. */
export class LogCursor {
  /** Bytes handed on. */
  bytes = 0;
  /** Lines handed on whole, and the one that is begun. */
  lines = 0;
  /** Lines that bore no timestamp: not the container's but the kubelet's own words. */
  unstamped = 0;
  /** The first of those, at most 300 bytes of it. */
  unstampedText: Uint8Array = new Uint8Array();
  /** Timestamp of the first line. */
  firstTimestamp: string | undefined;

  readonly #keepPrefix: boolean;
  /** Timestamp of the last line handed on, and how many lines of just that time were handed on in a row. */
  readonly #last = new Uint8Array(longestPrefix);
  #lastLength = 0;
  #same = 0;
  /** The last line is not ended, and so much of its content was handed on. */
  #open = false;
  #openBytes = 0;
  /** The last line bore a timestamp. */
  #lastStamped = false;

  #pass: Pass = "first";
  /** In this pass the place is still to be found. */
  #skipping = false;
  #beyond = false;
  /** Lines of the last timestamp seen in this pass. */
  #seen = 0;
  /** Content bytes, or in a "count" pass bytes, still to skip. */
  #toSkip = 0;
  /** What the content at hand belongs to. */
  #inside: "nothing" | "wanted" | "unwanted" = "nothing";
  /** The beginning of a line of which it is not clear yet whether it is a timestamp. */
  readonly #head = new Uint8Array(longestPrefix);
  #headLength = 0;

  /** Nothing was read yet. @param keepPrefix hand on the timestamps too */
  constructor(keepPrefix: boolean) {
    this.#keepPrefix = keepPrefix;
  }

  /** Timestamp of the last line handed on. */
  get lastTimestamp(): string | undefined {
    return this.#lastLength === 0 ? undefined : text(this.#last.subarray(0, this.#lastLength));
  }

  /** The pass that a further request calls for. */
  get nextPass(): Pass {
    return this.#lastLength > 0 ? "resume" : this.bytes > 0 ? "count" : "first";
  }

  /**
   * True when a "resume" pass need not go on: it has not found its place, and lines have come that are more than two
   * seconds later, for which a log's own disorder (two streams, a clock set back) is no explanation.
   */
  get beyond(): boolean {
    return this.#beyond && this.lost;
  }

  /** Begins a pass over a new answer. */
  begin(pass: Pass, emit: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    this.#pass = pass;
    this.#beyond = false;
    // The kubelet's own words may not come again, and are no place to go on from.
    if (pass === "resume" && !this.#lastStamped) this.#open = false;
    if (pass === "after" && this.#open) {
      // The rest of this line is lost; the next one must not become a part of it.
      this.#open = false;
      this.#handOn(Uint8Array.of(newline), emit);
    }
    this.#headLength = 0;
    this.#seen = 0;
    this.#inside = "nothing";
    this.#skipping = pass === "resume" || pass === "after";
    this.#toSkip = pass === "count" ? this.bytes : 0;
    if (pass === "count" && this.#open) this.#inside = "wanted";
  }

  /** True, at an answer's end, when a "resume" pass did not find its place. */
  get lost(): boolean {
    return this.#skipping && this.#pass === "resume";
  }

  /** Takes a chunk, which is overwritten, and hands on what is new in it, as views of it. */
  take(chunk: Uint8Array<ArrayBuffer>, emit: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    let at = 0;
    if (this.#pass === "count" && this.#toSkip > 0) {
      at = Math.min(this.#toSkip, chunk.length);
      this.#toSkip -= at;
    }
    /** What is handed on moves to the chunk's front, line by line. */
    let filled = 0;
    const length = chunk.length;
    while (at < length) {
      if (this.#inside === "nothing") {
        if (this.#headLength > 0) {
          // The beginning of this line came with the chunk before.
          const before = this.#headLength;
          let end = this.#endOfPrefix(chunk, at);
          if (end === 0) return;
          if (end < 0) end = this.#headLength;
          const head = this.#head.slice(0, this.#headLength);
          at += this.#headLength - before;
          this.#headLength = 0;
          const stamped = isTimestamp(head, 0, head.length);
          if (this.#beginLine(head, 0, stamped ? head.length : 0)) {
            if (this.#keepPrefix || !stamped) this.#handOn(head, emit);
            if (!stamped) this.#openBytes += head.length;
          }
          if (!stamped && head[head.length - 1] === newline) this.#endLine();
          continue;
        }
        const prefix = prefixLength(chunk, at);
        if (prefix < 0) {
          // Not clear before more of it is here.
          this.#head.set(chunk.subarray(at));
          this.#headLength = length - at;
          break;
        }
        if (this.#beginLine(chunk, at, prefix) && this.#keepPrefix && prefix > 0) {
          if (filled !== at) chunk.copyWithin(filled, at, at + prefix);
          filled += prefix;
        }
        at += prefix;
        if (prefix > 0 && at >= length) break;
      }
      const found = chunk.indexOf(newline, at);
      const end = found < 0 ? length : found + 1;
      if (this.#inside === "wanted") {
        const skipped = this.#pass === "count" ? 0 : Math.min(this.#toSkip, end - at);
        this.#toSkip -= skipped;
        const start = at + skipped;
        if (filled !== start) chunk.copyWithin(filled, start, end);
        filled += end - start;
        this.#openBytes += end - start;
      }
      if (found >= 0) this.#endLine();
      at = end;
    }
    if (filled > 0) this.#handOn(filled === length ? chunk : chunk.subarray(0, filled), emit);
  }

  /** The answer has come to its end: what was held back because it might have become a timestamp is content. */
  end(emit: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    if (this.#headLength === 0) return;
    const head = this.#head.slice(0, this.#headLength);
    this.#headLength = 0;
    if (!this.#beginLine(head, 0, 0)) return;
    this.#openBytes += head.length;
    this.#handOn(head, emit);
  }

  /** Completes {@link #head} from a chunk. 0: not clear yet; > 0: length of the timestamp; < 0: it is none. */
  #endOfPrefix(chunk: Uint8Array, at: number): number {
    for (let from = at; from < chunk.length; from++) {
      const byte = chunk[from] ?? 0;
      this.#head[this.#headLength++] = byte;
      if (byte === space) return this.#headLength;
      if (byte === newline || this.#headLength === longestPrefix) return -1;
    }
    return 0;
  }

  #handOn(bytes: Uint8Array<ArrayBuffer>, emit: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    this.bytes += bytes.length;
    emit(bytes);
  }

  /**
   * A line begins whose timestamp, with its space, is `length` bytes long at `from`; 0: it has none. True when the line
   * is to be handed on from its beginning.
   */
  #beginLine(source: Uint8Array, from: number, length: number): boolean {
    if (this.#skipping && !this.#seek(source, from, length)) return false;
    this.#inside = "wanted";
    this.lines++;
    this.#open = true;
    this.#openBytes = 0;
    if (length === 0) {
      if (this.unstamped++ === 0) this.unstampedText = source.slice(from, from + 300);
      this.#lastStamped = false;
      return true;
    }
    const stamp = length - 1;
    const last = this.#last;
    let same = stamp === this.#lastLength;
    for (let at = 0; at < stamp; at++) {
      const byte = source[from + at] ?? 0;
      if (last[at] !== byte) {
        last[at] = byte;
        same = false;
      }
    }
    this.#lastLength = stamp;
    this.#lastStamped = true;
    this.#same = same ? this.#same + 1 : 1;
    this.firstTimestamp ??= text(source.subarray(from, from + stamp));
    return true;
  }

  /** A line begins, and the place is still to be found. True when it is the first line after the place. */
  #seek(source: Uint8Array, from: number, length: number): boolean {
    this.#inside = "unwanted";
    if (length === 0) return false;
    const stamp = length - 1;
    const order = compare(source.subarray(from, from + stamp), this.#last.subarray(0, this.#lastLength));
    if (this.#pass === "after") {
      if (order.later) this.#skipping = false;
      return order.later;
    }
    if (order.same) {
      if (++this.#seen < this.#same) return false;
      this.#skipping = false;
      if (this.#open) {
        this.#inside = "wanted";
        this.#toSkip = this.#openBytes;
      }
    } else if (order.laterMs > 2000) {
      this.#beyond = true;
    }
    return false;
  }

  #endLine(): void {
    if (this.#inside === "wanted") {
      this.#open = false;
      this.#openBytes = 0;
      this.#toSkip = 0;
    }
    this.#inside = "nothing";
  }
}

/**
 * The length of the timestamp and its space at `at`; 0 when the line has none; -1 when that is not clear before more
 * of it is here.
 */
function prefixLength(chunk: Uint8Array, at: number): number {
  // The kubelet writes nine digits and Z: 30 characters.
  if (chunk[at + 30] === space && chunk[at + 29] === 0x5a && isTimestamp(chunk, at, 31)) return 31;
  const end = Math.min(at + longestPrefix, chunk.length);
  for (let from = at; from < end; from++) {
    const byte = chunk[from];
    if (byte === space) return isTimestamp(chunk, at, from + 1 - at) ? from + 1 - at : 0;
    if (byte === newline) return 0;
  }
  return end - at === longestPrefix ? 0 : -1;
}

/** True when so many bytes are an RFC 3339 time and a space, as far as their marks tell. */
function isTimestamp(bytes: Uint8Array, at: number, length: number): boolean {
  return length >= 21 && bytes[at + length - 1] === space && bytes[at + 4] === 0x2d && bytes[at + 7] === 0x2d &&
    bytes[at + 10] === 0x54 && bytes[at + 13] === 0x3a && bytes[at + 16] === 0x3a;
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** How a timestamp stands to another one. */
function compare(a: Uint8Array, b: Uint8Array): { same: boolean; later: boolean; laterMs: number } {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at === a.length && at === b.length) return { same: true, later: false, laterMs: 0 };
  const laterMs = Date.parse(text(a)) - Date.parse(text(b));
  // Within a millisecond the digits decide, which are as many in both as one kubelet writes.
  const later = laterMs > 0 || (laterMs === 0 && (a[at] ?? 0) > (b[at] ?? 0));
  return { same: false, later, laterMs };
}
