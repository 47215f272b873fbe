/**
 * Lines for people, on stderr: what happens, warnings, progress while a person watches. Knows terminals and CI logs;
 * knows nothing of what is being reported. Never writes to stdout, which belongs to data.
 * @module
 */

/** Where lines for people go. */
export interface Logger {
  /** Something a person following along wants to know. Silenced by `--quiet`. */
  info(message: string): void;
  /** Something that may need action; shown even with `--quiet`. */
  warn(message: string): void;
  /** What failed; shown even with `--quiet`. */
  error(message: string): void;
  /** Detail for finding a fault; shown only with `--debug`. */
  debug(message: string): void;
  /** A line that replaces the one before it while a person watches; nothing where nobody does. `""` clears it. */
  progress(message: string): void;
}

/** How a {@link Logger} behaves. */
export interface LoggerOptions {
  /** Only warnings and errors. @default false */
  readonly quiet?: boolean;
  /** Debug lines too. @default false */
  readonly debug?: boolean;
  /** Colour and progress. @default stderr is a terminal and NO_COLOR is not set */
  readonly terminal?: boolean;
  /** Receives each finished piece of text. @default writes to stderr */
  readonly write?: (text: string) => void;
  /** Applied to every message before it is written, so that no secret reaches a log. @default identity */
  readonly mask?: (message: string) => string;
}

const encoder = new TextEncoder();

/** A logger for people; by default to stderr. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { quiet = false, debug = false, mask = (message: string) => message } = options;
  const write = options.write ?? ((text: string) => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  });
  const terminal = options.terminal ?? (Deno.stderr.isTerminal() && !Deno.noColor);
  let progress = false;
  const clear = () => {
    if (progress) write("\r\x1b[2K");
    progress = false;
  };
  const line = (label: string, colour: number, message: string) => {
    clear();
    const text = mask(message);
    if (label === "") write(`${text}\n`);
    else write(terminal ? `\x1b[${colour}m${label}\x1b[0m ${text}\n` : `${label} ${text}\n`);
  };
  return {
    info: (message) => quiet ? undefined : line("", 0, message),
    warn: (message) => line("warning:", 33, message),
    error: (message) => line("error:", 31, message),
    debug: (message) => debug ? line("debug:", 2, message) : undefined,
    progress: (message) => {
      if (!terminal || quiet) return;
      clear();
      if (message === "") return;
      write(mask(message).slice(0, 200));
      progress = true;
    },
  };
}

/** A logger that says nothing: for library callers that pass none. */
export const silent: Logger = createLogger({ quiet: true, terminal: false, write: () => {} });
