/**
 * YAML as the generator writes it: the same bytes for the same value, scripts as readable blocks, and read back alike by
 * readers of YAML 1.1 (kubectl, Tekton) and 1.2. Knows YAML; nothing of Tekton. Only for the generator.
 * @module
 */
import { Document, isPair, isScalar, Scalar, visit } from "yaml";

/** A value as JSON knows it; undefined members are left out. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | PlainMap;

/** A map of such values. */
export interface PlainMap {
  /** An undefined value leaves the key out. */
  readonly [key: string]: Plain | undefined;
}

/**
 * Text that needs no quotes in any version of YAML: begins with a letter, a slash or a variable, holds no colon or hash
 * in a place that means something, and is no boolean, null or number in disguise.
 */
const plainText = /^(?:[A-Za-z/]|\$\()(?:[A-Za-z0-9 ,;=(){}$.*/_@'!?+~<>[\]|"-]|:(?=[^ ])|`)*$/;
const disguised = /^(?:y|yes|n|no|on|off|true|false|null|nan|inf|infinity)$/i;

/** The characters a literal block may hold: what YAML 1.1 counts as printable, without its further line breaks. */
const printable = /^[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** How a text is best written: as a block where it has lines, without quotes where no reader could misread it. */
function styleOf(text: string): Scalar.Type {
  if (text.includes("\n") && printable.test(text) && !/^[\s]|[\t ]\n*$/.test(text)) return Scalar.BLOCK_LITERAL;
  return plainText.test(text) && !text.endsWith(" ") && !text.endsWith(":") && !text.includes(" #") &&
      !disguised.test(text)
    ? Scalar.PLAIN
    : Scalar.QUOTE_DOUBLE;
}

/**
 * One YAML document with a comment before it. Keys stand in the order of the value.
 * @param comment lines without `#`
 */
export function writeYaml(value: Plain, comment?: string): string {
  const document = new Document(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === "string") node.type = styleOf(node.value);
    },
    Pair: (_key, pair) => {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === "<<") pair.key.type = Scalar.QUOTE_DOUBLE;
    },
  });
  if (comment !== undefined) document.commentBefore = comment.split("\n").map((line) => ` ${line}`).join("\n");
  const text = document.toString({
    lineWidth: 0,
    indentSeq: false,
    singleQuote: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    flowCollectionPadding: false,
    nullStr: "null",
  });
  // only quoted text still holds such characters, and there they have an escape every reader knows
  const escaped = text.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  // a comment is set apart by an empty line, which is of no use at the head of a file
  return escaped.replace(/^((?:#.*\n)+)\n/, "$1");
}
