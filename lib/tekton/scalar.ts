/**
 * Plain YAML scalars as Kubernetes reads them, which is how `go.yaml.in/yaml/v2` does: YAML 1.1 with a few limits.
 * `yes`, `on` and `y` are booleans, `017`, `0x1F`, `0b11` and `1_000` are integers, dates and `12:30:45` are strings.
 * Knows nothing of documents.
 * @module
 */

const words: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, -Infinity] as const),
]);

const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+([eE][-+]?[0-9]+)?$/;
const decimal = /^[-+]?(0|[1-9][0-9]*)$/;
const based = /^([-+]?)0(?:[xX]([0-9a-fA-F]+)|[oO]?([0-7]+)|[bB]([01]+))$/;
const date = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt ]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})|$)/;

/** What a plain scalar without a tag stands for. Integers that a number cannot hold come as bigint. */
export function resolvePlain(text: string): string | number | bigint | boolean | null {
  const first = text === "" ? 0 : text.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d;
  if (!numeric) {
    if (text.length > 5) return first === 0x2e && dotFloat.test(text) ? finite(text) ?? text : text;
    const word = words.get(text);
    if (word !== undefined) return word;
    return first === 0x2e && dotFloat.test(text) ? finite(text) ?? text : text;
  }
  if (text.length <= 5) {
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  const last = text.charCodeAt(text.length - 1);
  if (text.length > 4 && text.charCodeAt(4) === 0x2d && isDate(text)) return text;
  if (last > 0x66 && last !== 0x5f) return text;
  return number(text.includes("_") ? text.replaceAll("_", "") : text) ?? text;
}

/** The number a text stands for, `undefined` when it is none. */
function number(text: string): number | bigint | undefined {
  if (decimal.test(text)) {
    const small = Number(text);
    if (Number.isSafeInteger(small)) return small;
    const exact = BigInt(text.startsWith("+") ? text.slice(1) : text);
    return exact >= -(1n << 63n) && exact < (1n << 64n) ? exact : small;
  }
  const match = based.exec(text);
  if (match !== null) {
    const [, sign, hex, octal, binary] = match;
    const magnitude = hex !== undefined
      ? BigInt(`0x${hex}`)
      : octal !== undefined
      ? BigInt(`0o${octal}`)
      : BigInt(`0b${binary}`);
    const exact = sign === "-" ? -magnitude : magnitude;
    if (exact >= -(1n << 63n) && exact < (1n << 64n)) {
      const small = Number(exact);
      return Number.isSafeInteger(small) ? small : exact;
    }
  }
  return float.test(text) ? finite(text) : undefined;
}

/** The number, `undefined` where a float cannot hold it; Go leaves such a text as it is. */
function finite(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether Go would read a timestamp here; it stays a string. */
function isDate(text: string): boolean {
  const match = date.exec(text);
  if (match === null) return false;
  const month = Number(match[2]);
  const day = Number(match[3]);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
