/**
 * Logs of containers as the API serves them: where lines come from, and which of them a request gets (timestamps,
 * tailLines, sinceTime, limitBytes). Bytes in, bytes out. Knows no HTTP.
 * @module
 */

/** A piece of a log: one line, or several of the same time. */
export interface LogEntry {
  /** When it was written, RFC 3339 with nanoseconds: `2026-01-02T03:04:05.678901234Z`. */
  readonly time: string;
  /** Whole lines with their newlines; only the last entry of a log may lack its last newline. */
  readonly bytes: Uint8Array;
}

/** Whose log. */
export interface LogTarget {
  /** Namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly pod: string;
  /** Name of the container. */
  readonly container: string;
  /** The instance before this one. */
  readonly previous: boolean;
}

/** Where logs come from. */
export interface LogSource {
  /**
   * The log from its beginning, or undefined when there is none. With `follow` it goes on until the container ends or
   * the signal is aborted. Asked anew for each request, so that a log of any size can be generated as it is read.
   */
  open(
    target: LogTarget,
    options: { readonly follow: boolean; readonly signal: AbortSignal },
  ): Iterable<LogEntry> | AsyncIterable<LogEntry> | undefined;
}

/** What of a log is wanted. */
export interface LogSelection {
  /** Begin each line with its time and a space. */
  readonly timestamps?: boolean;
  /** Only so many lines at the end. The log must come to an end: see `skipLines` for one that is followed. */
  readonly tailLines?: number | undefined;
  /** Leave out so many lines at the beginning. */
  readonly skipLines?: number | undefined;
  /** Only lines not older, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Only so many bytes. */
  readonly limitBytes?: number | undefined;
}

const newline = 10;
const blockSize = 64 * 1024;

/** The bytes of a log that a request gets, in blocks. A block is not kept waiting for more to fill it. */
export async function* renderLog(
  log: Iterable<LogEntry> | AsyncIterable<LogEntry>,
  selection: LogSelection = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { timestamps = false, since = -Infinity, tailLines, limitBytes = Infinity } = selection;
  if (limitBytes <= 0) return;
  const selected = tailLines === undefined ? log : await tail(log, tailLines);
  let skip = selection.skipLines ?? 0;
  const out = new Blocks(limitBytes);
  const encoder = new TextEncoder();
  const prefixes = new Uint8Array(128);
  let prefixOf = "";
  let prefix = new Uint8Array();
  let atLineStart = true; // a long line comes in several entries, and has one time
  const write = ({ time, bytes: all }: LogEntry) => {
    let bytes = all;
    while (skip > 0 && bytes.length > 0) {
      const found = bytes.indexOf(newline);
      bytes = found < 0 ? bytes.subarray(bytes.length) : bytes.subarray(found + 1);
      if (found >= 0) skip--;
    }
    if (since > -Infinity && Date.parse(time) < since) return;
    if (!timestamps) return out.put(bytes);
    if (time !== prefixOf) {
      prefix = prefixes.subarray(0, encoder.encodeInto(`${time} `, prefixes).written);
      prefixOf = time;
    }
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(newline, start);
      const end = found < 0 ? bytes.length : found + 1;
      if (atLineStart) out.put(prefix);
      atLineStart = found >= 0;
      out.put(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      start = end;
    }
  };
  if (Symbol.asyncIterator in selected) {
    // What there is goes out before the next is awaited.
    for await (const entry of selected) {
      write(entry);
      out.flush();
      yield* out.take();
      if (out.ended) return;
    }
  } else {
    // A log that is not waited for fills its blocks; `for await` here would wait for each line all the same.
    for (const entry of selected) {
      write(entry);
      if (out.full.length > 0) yield* out.take();
      if (out.ended) return;
    }
  }
  out.flush();
  yield* out.take();
}

/** Bytes gathered into blocks, up to a limit. */
class Blocks {
  /** Blocks ready to go. */
  full: Uint8Array<ArrayBuffer>[] = [];
  #left: number;
  #block = new Uint8Array(blockSize);
  #filled = 0;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** The limit is reached; everything is ready to go. */
  get ended(): boolean {
    return this.#left <= 0;
  }

  put(bytes: Uint8Array): void {
    if (bytes.length <= this.#left && bytes.length <= blockSize - this.#filled) {
      this.#block.set(bytes, this.#filled);
      this.#filled += bytes.length;
      this.#left -= bytes.length;
    } else {
      for (let at = 0; at < bytes.length && this.#left > 0;) {
        const size = Math.min(bytes.length - at, this.#left, blockSize - this.#filled);
        this.#block.set(bytes.subarray(at, at + size), this.#filled);
        this.#filled += size;
        this.#left -= size;
        at += size;
        if (this.#filled === blockSize) this.flush();
      }
    }
    if (this.#left <= 0) this.flush();
  }

  flush(): void {
    if (this.#filled === 0) return;
    this.full.push(this.#block.subarray(0, this.#filled));
    this.#block = new Uint8Array(blockSize);
    this.#filled = 0;
  }

  take(): Uint8Array<ArrayBuffer>[] {
    const full = this.full;
    this.full = [];
    return full;
  }
}

/** The last lines of a log; holds no more than twice those. */
async function tail(log: Iterable<LogEntry> | AsyncIterable<LogEntry>, count: number): Promise<LogEntry[]> {
  let kept: LogEntry[] = [];
  if (count <= 0) return kept;
  let inLine = false;
  await each(log, ({ time, bytes }) => {
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(newline, start);
      const end = found < 0 ? bytes.length : found + 1;
      const part = bytes.subarray(start, end);
      const line = inLine ? kept.pop() : undefined; // more of the line before
      kept.push(line === undefined ? { time, bytes: part } : { time: line.time, bytes: joined(line.bytes, part) });
      inLine = found < 0;
      start = end;
    }
    if (kept.length > 2 * count + 1000) kept = kept.slice(-count);
  });
  return kept.slice(-count);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** How many lines a log has. */
export async function countLines(log: Iterable<LogEntry> | AsyncIterable<LogEntry>): Promise<number> {
  let lines = 0;
  let ended = true;
  await each(log, ({ bytes }) => {
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
    ended = bytes.length === 0 ? ended : bytes[bytes.length - 1] === newline;
  });
  return ended ? lines : lines + 1;
}

/** `for await` waits for each entry even of a log that need not be waited for. */
async function each(
  log: Iterable<LogEntry> | AsyncIterable<LogEntry>,
  visit: (entry: LogEntry) => void,
): Promise<void> {
  if (Symbol.asyncIterator in log) {
    for await (const entry of log) visit(entry);
  } else {
    for (const entry of log) visit(entry);
  }
}

/** One log in memory. */
interface Book {
  readonly entries: LogEntry[];
  ended: boolean;
  waiting: Set<() => void>;
}

/** A {@link LogSource} in memory, for small logs: written line by line, followed while it is written. */
export class MemoryLogs implements LogSource {
  readonly #books = new Map<string, Book>();
  readonly #now: () => Date;

  /** No logs yet. @param now the time, for lines written without one */
  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  /** Adds lines; `time` in RFC 3339. The first write makes the log, an empty one too. */
  write(
    target: Omit<LogTarget, "previous"> & { previous?: boolean },
    content: string | Uint8Array,
    time?: string,
  ): void {
    const book = this.#book(target);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    if (bytes.length > 0) book.entries.push({ time: time ?? nanoseconds(this.#now()), bytes });
    wake(book);
  }

  /** The container has ended: who follows its log comes to an end. */
  end(target: Omit<LogTarget, "previous"> & { previous?: boolean }): void {
    const book = this.#book(target);
    book.ended = true;
    wake(book);
  }

  /** Forgets a pod's logs, as when it is deleted. */
  forget(namespace: string, pod: string): void {
    for (const key of this.#books.keys()) if (key.startsWith(`${namespace}/${pod}/`)) this.#books.delete(key);
  }

  /** The log from its beginning. */
  open(
    target: LogTarget,
    options: { readonly follow: boolean; readonly signal: AbortSignal },
  ): Iterable<LogEntry> | AsyncIterable<LogEntry> | undefined {
    const book = this.#books.get(keyOf(target));
    if (book === undefined) return undefined;
    return options.follow ? follow(book, options.signal) : book.entries.slice();
  }

  #book(target: Omit<LogTarget, "previous"> & { previous?: boolean }): Book {
    const key = keyOf({ previous: false, ...target });
    let book = this.#books.get(key);
    if (book === undefined) this.#books.set(key, book = { entries: [], ended: false, waiting: new Set() });
    return book;
  }
}

function keyOf({ namespace, pod, container, previous }: LogTarget): string {
  return `${namespace}/${pod}/${container}${previous ? "/previous" : ""}`;
}

function wake(book: Book): void {
  const waiting = book.waiting;
  book.waiting = new Set();
  for (const each of waiting) each();
}

async function* follow(book: Book, signal: AbortSignal): AsyncGenerator<LogEntry, void> {
  for (let at = 0; !signal.aborted;) {
    const entry = book.entries[at];
    if (entry !== undefined) {
      at++;
      yield entry;
    } else if (book.ended) {
      return;
    } else {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener("abort", done);
          book.waiting.delete(done);
          resolve();
        };
        book.waiting.add(done);
        signal.addEventListener("abort", done);
      });
    }
  }
}

/** A time as the kubelet writes it, with nine digits after the second. */
export function nanoseconds(time: Date): string {
  return time.toISOString().replace("Z", "000000Z");
}
