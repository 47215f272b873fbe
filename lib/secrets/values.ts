/**
 * Exact values worth masking: which ones a mounted secret holds, and the forms in which a value turns up in text. Text
 * in, data out; reads no file.
 * @module
 */

/** Shorter values are not looked for: they would be found in every text. In characters. */
export const minimumValueLength = 6;

/** Longer values are looked for piece by piece, so that no search needs to hold back more. In bytes. */
const pieceBytes = 1024;

/** One form of a value, as bytes to search for. */
export interface EncodedForm {
  /** What to search for. */
  readonly bytes: Uint8Array;
  /** A base64 character before it holds some bits of the value too. */
  readonly bitsBefore: boolean;
  /** A base64 character behind it, and padding, hold some bits of the value too. */
  readonly bitsBehind: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The forms in which values turn up: plain, JSON-escaped, URL-encoded, and base64 (both alphabets) wherever the value
 * stands in what was encoded: base64 has three, by the number of bytes before. Each form is given once; values shorter
 * than {@link minimumValueLength} have none.
 */
export function encodedForms(values: Iterable<string>): EncodedForm[] {
  const forms = new Map<string, EncodedForm>();
  const add = (text: string, bitsBefore = false, bitsBehind = false) => {
    const known = forms.get(text);
    // The same characters may come about twice; then the wider mask counts.
    if (known === undefined || bitsBefore || bitsBehind) {
      forms.set(text, {
        bytes: encoder.encode(text),
        bitsBefore: bitsBefore || known?.bitsBefore === true,
        bitsBehind: bitsBehind || known?.bitsBehind === true,
      });
    }
  };
  for (const raw of values) {
    const value = raw.trim().toWellFormed();
    if (value.length < minimumValueLength) continue;
    for (const text of [value, JSON.stringify(value).slice(1, -1), ...urlEncoded(value)]) {
      for (const piece of pieces(encoder.encode(text))) add(decoder.decode(piece));
    }
    for (const piece of pieces(encoder.encode(value))) {
      for (const before of [0, 1, 2]) {
        const bits = 8 * (before + piece.length);
        const text = base64Of(piece, before).slice(Math.ceil(8 * before / 6), Math.floor(bits / 6));
        for (const alphabet of [text, text.replaceAll("+", "-").replaceAll("/", "_")]) {
          add(alphabet, before > 0, bits % 6 !== 0);
        }
      }
    }
  }
  return [...forms.values()];
}

/** Percent-encoded as in a path or query, as in a form, and both with lower-case hex. */
function urlEncoded(value: string): string[] {
  const path = encodeURIComponent(value);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [path, form, lower(path), lower(form)];
}

/** The bytes in pieces of bounded length, cut between characters; the last one overlaps the one before it. */
function pieces(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length <= pieceBytes) return [bytes];
  const isInside = (at: number) => at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
  const starts: number[] = [];
  for (let start = 0; start + pieceBytes < bytes.length; start += pieceBytes - 3) starts.push(start);
  starts.push(bytes.length - pieceBytes);
  return starts.map((start) => {
    let [from, to] = [start, start + pieceBytes];
    while (isInside(from)) from++;
    while (isInside(to)) to--;
    return bytes.subarray(from, to);
  });
}

function base64Of(bytes: Uint8Array, before: number): string {
  let text = "\0".repeat(before);
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const secretName = /pass|secret|token|key|auth|credential|cookie/i;

/**
 * The values worth masking of a secret's text: all of it; of a `.dockerconfigjson` or docker `config.json` each
 * entry's `auth`, what it decodes to, its password and tokens; of other JSON, of `NAME=value` lines, of a kubeconfig
 * or a `.netrc` what has a secret's name; the passwords of URLs; long lines without blanks (of a key, for instance).
 * A masker looks for each of them plain, base64 and URL-encoded. Host and user names are left out.
 */
export function secretValues(text: string): string[] {
  const values = new Set<string>();
  const add = (value: string) => {
    const trimmed = value.trim();
    if (trimmed.length >= minimumValueLength) values.add(trimmed);
  };
  const addSecret = (value: string) => {
    add(value);
    // Of a key over several lines, each line is worth masking: logs put other things between them.
    if (value.includes("\n")) { for (const line of value.split("\n")) if (isKeyLine(line)) add(line); }
  };
  add(text);
  const json = parsed(text);
  if (json !== undefined) {
    visit(json, "", 0, addSecret);
    return [...values];
  }
  for (const line of text.split("\n")) {
    if (isKeyLine(line)) add(line);
    const assignment = /^\s*(?:export\s+|-\s+)?["']?([\w./:@-]{1,128}?)["']?\s*(?::\s|=|\s)\s*(.+)$/.exec(line);
    if (assignment !== null && secretName.test(assignment[1] ?? "")) add(unquoted(assignment[2] ?? ""));
    for (const url of line.matchAll(/:\/\/[^\s:/@]*:([^\s/@]+)@/g)) {
      add(url[1] ?? "");
      add(percentDecoded(url[1] ?? ""));
    }
  }
  return [...values];
}

/** Walks JSON: what has a secret's name, or stands in something that has one. */
function visit(value: unknown, name: string, depth: number, add: (value: string) => void): void {
  if (depth > 16) return;
  if (typeof value === "string") {
    if (!secretName.test(name) || /^(user|email|.*_?url$|.*_?uri$|type)/i.test(name)) return;
    add(value);
    if (name !== "auth") return;
    const pair = decodedPair(value);
    if (pair === undefined) return;
    add(pair);
    add(pair.slice(pair.indexOf(":") + 1));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      // HttpHeaders of docker's config, whatever they are called; the members of an array have its name.
      const inherited = Array.isArray(value) ? name : name === "HttpHeaders" ? `auth-header-${key}` : key;
      visit(member, inherited, depth + 1, add);
    }
  }
}

/** What an `auth` stands for, if it is base64 of `user:password`. */
function decodedPair(auth: string): string | undefined {
  try {
    const text = decoder.decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    return text.includes(":") ? text : undefined;
  } catch {
    return undefined;
  }
}

function isKeyLine(line: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= 16 && !/\s/.test(trimmed) && !trimmed.startsWith("-----");
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return /^(["']).*\1$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
