/**
 * What a check has to say about a place in a document, and how places are named. Knows no rule and no file.
 * @module
 */

/** A place inside a document: field names and list indices from the top. Empty is the document itself. */
export type Path = readonly (string | number)[];

/** Who refuses the document for it. */
export type Layer = "webhook" | "api-server";

/** One thing that is wrong. */
export interface Finding {
  /** Id of the rule, such as `steps/image-required`. */
  readonly rule: string;
  /** Where. */
  readonly path: Path;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What would be right. */
  readonly advice: string;
  /** Page that says so. */
  readonly link: string;
  /**
   * Who refuses it.
   * @default "webhook"
   */
  readonly layer?: Layer;
  /** Whether the place meant is the key of the last path element, not its value. */
  readonly atKey?: boolean;
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The path as people write it: `spec.steps[0].image`, `metadata.labels["a/b"]`; `(document)` for the document itself. */
export function formatPath(path: Path): string {
  let out = "";
  for (const key of path) {
    if (typeof key === "number") out += `[${key}]`;
    else if (plainKey.test(key)) out += out === "" ? key : `.${key}`;
    else out += `[${JSON.stringify(key)}]`;
  }
  return out === "" ? "(document)" : out;
}

/** Whether `inner` is `outer` or lies below it. */
export function isWithin(inner: Path, outer: Path): boolean {
  return inner.length >= outer.length && outer.every((key, index) => key === inner[index]);
}
