/**
 * Headers of tar archives, so that an archive can be put together from pieces whose content lies elsewhere. Writes
 * POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), and pax extended headers where a path or a size does
 * not fit. Bytes out; no I/O, and nothing of where the content comes from.
 *
 * An archive is, for each file: {@link tarHeader}, the content, {@link tarPadding}; and then {@link tarEnd}.
 * @module
 */

/** A regular file of an archive. */
export interface TarFile {
  /** Path in the archive, with `/`; relative and without `.` or `..`. See {@link tarPath}. */
  readonly path: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Time of last change. @default 1970-01-01T00:00:00Z */
  readonly mtime?: Date | undefined;
  /** Permissions. @default 0o644 */
  readonly mode?: number;
}

const blockBytes = 512;
const encoder = new TextEncoder();

/** What follows the last file: two empty blocks. */
export const tarEnd: Uint8Array<ArrayBuffer> = new Uint8Array(2 * blockBytes);

/** What follows `size` bytes of content, so that the next header begins on a block: 0 to 511 zero bytes. */
export function tarPadding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((blockBytes - size % blockBytes) % blockBytes);
}

/**
 * The header of a file, 512 bytes or, with an extended one, a multiple of it.
 * @throws RangeError when the path would leave the folder it is unpacked in, or the size is not a whole number
 */
export function tarHeader(file: TarFile): Uint8Array<ArrayBuffer> {
  const { path, size, mode = 0o644 } = file;
  const mtime = Math.max(0, Math.floor((file.mtime?.getTime() ?? 0) / 1000));
  if (path.split("/").some((part) => part === "" || part === "." || part === "..") || path.includes("\0")) {
    throw new RangeError(`cannot archive ${JSON.stringify(path)}: an archived path is relative, without "." and ".."`);
  }
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`cannot archive ${path} with a size of ${size}`);
  const fields = { size, mtime, mode };
  const split = splitPath(path);
  const extended: Record<string, string> = {};
  if (split === undefined) extended["path"] = path;
  if (size > 0o77777777777) extended["size"] = String(size);
  if (Object.keys(extended).length === 0 && split !== undefined) return ustar(split, fields, "0");
  const records = Object.entries(extended).map(([key, value]) => paxRecord(key, value)).join("");
  const body = encoder.encode(records);
  // Readers without pax see this name and write the records to a file: keep it short and apart from the others.
  const standIn: readonly [string, string] = ["", `_${path.replace(/[^A-Za-z0-9._-]/g, "_").slice(-60)}`];
  return concat([
    ustar(["PaxHeaders", standIn[1]], { ...fields, size: body.length }, "x"),
    body,
    tarPadding(body.length),
    ustar(split ?? standIn, "size" in extended ? { ...fields, size: 0 } : fields, "0"),
  ]);
}

/**
 * A path from names that may hold anything: each becomes one harmless component of at most 100 characters from
 * `A-Za-z0-9._-`, not beginning with `-` and never `.` or `..`.
 */
export function tarPath(...names: readonly string[]): string {
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 100);
    return /^\.{0,2}$/.test(plain) ? "_".repeat(Math.max(1, plain.length)) : plain.replace(/^-/, "_");
  }).join("/");
}

/** `[prefix, name]` as ustar stores a path, or undefined where it does not fit or is not ASCII. */
function splitPath(path: string): readonly [prefix: string, name: string] | undefined {
  if (!/^[\x20-\x7e]*$/.test(path)) return undefined;
  if (path.length <= 100) return ["", path];
  for (let slash = path.indexOf("/"); slash >= 0 && slash <= 155; slash = path.indexOf("/", slash + 1)) {
    if (path.length - slash - 1 <= 100) return [path.slice(0, slash), path.slice(slash + 1)];
  }
  return undefined;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = encoder.encode(rest).length;
  let length = bytes + String(bytes).length;
  length = bytes + String(length).length;
  return `${length}${rest}`;
}

function ustar(
  [prefix, name]: readonly [string, string],
  fields: { readonly size: number; readonly mtime: number; readonly mode: number },
  type: "0" | "x",
): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockBytes);
  const text = (offset: number, value: string) => block.set(encoder.encode(value), offset);
  const octal = (offset: number, digits: number, value: number) =>
    text(offset, value.toString(8).padStart(digits, "0"));
  text(0, name);
  octal(100, 7, fields.mode);
  octal(108, 7, 0);
  octal(116, 7, 0);
  octal(124, 11, fields.size);
  octal(136, 11, fields.mtime);
  text(148, " ".repeat(8));
  text(156, type);
  text(257, "ustar\x0000");
  text(345, prefix);
  octal(148, 6, block.reduce((sum, byte) => sum + byte, 0));
  block[154] = 0;
  return block;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
