/**
 * The logs of this machine's containers as the API serves them: read from their files, followed while they grow. Knows
 * the form that `logfile.ts` writes.
 * @module
 */
import type { LogEntry, LogSource, LogTarget } from "../logs.ts";

const newline = 10;
const space = 32;
const blockSize = 256 * 1024;

/** How {@link logFiles} finds and follows logs. */
export interface LogFilesOptions {
  /** The folder of a pod's logs. */
  readonly folder: (namespace: string, pod: string) => string;
  /** Whether the container is still being written about. */
  readonly active: (target: LogTarget) => boolean;
  /** How often a followed log that has ended for now is looked at again, in milliseconds. @default 100 */
  readonly pollMs?: number;
}

/** A {@link LogSource} over files. Names come from outside: whatever could leave the folder has no log. */
export function logFiles(options: LogFilesOptions): LogSource {
  const { folder, active, pollMs = 100 } = options;
  return {
    open(target, { follow, signal }) {
      if (
        target.previous || [target.namespace, target.pod, target.container].some((name) => /[/\0]|^\.\.?$/.test(name))
      ) {
        return undefined;
      }
      const path = `${folder(target.namespace, target.pod)}/${target.container}.log`;
      try {
        Deno.statSync(path);
      } catch {
        return undefined;
      }
      return entries(path, () => follow && !signal.aborted && active(target), pollMs);
    },
  };
}

/** The lines of a file with their times, in pieces where a line is long. */
async function* entries(path: string, more: () => boolean, pollMs: number): AsyncGenerator<LogEntry, void> {
  const file = await Deno.open(path);
  try {
    let time: string | undefined; // of the line that the next bytes belong to
    let head: number[] = []; // the time that is still being read
    const block = new Uint8Array(blockSize);
    for (;;) {
      const wasMore = more(); // asked before reading: what is written before the end is told is still read
      const count = await file.read(block);
      if (count === null) {
        if (!wasMore) return;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
        continue;
      }
      for (let at = 0; at < count;) {
        if (time === undefined) {
          const end = block.subarray(at, count).indexOf(space);
          const stop = end < 0 ? count : at + end;
          head.push(...block.subarray(at, stop));
          at = end < 0 ? count : stop + 1;
          if (end >= 0) {
            time = new TextDecoder().decode(Uint8Array.from(head));
            head = [];
          }
          continue;
        }
        const end = block.subarray(at, count).indexOf(newline);
        const stop = end < 0 ? count : at + end + 1;
        yield { time, bytes: block.slice(at, stop) };
        at = stop;
        if (end >= 0) time = undefined;
      }
    }
  } finally {
    file.close();
  }
}
