/**
 * A file's bytes to what is to be said of each document in it: encoding, YAML, then validation, with lines and columns.
 * Knows the order of these; does no reading itself.
 * @module
 */

import { structureLink } from "./decode.ts";
import { type Finding, formatPath, type Layer } from "./finding.ts";
import { Lines } from "./position.ts";
import { validate, type ValidateOptions } from "./validate.ts";
import { maxFileLength, readYaml, type YamlProblem } from "./yaml.ts";

/** A finding with its place in the file. */
export interface PlacedFinding {
  /** Id of the rule. */
  readonly rule: string;
  /** Path in the document. */
  readonly path: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly advice: string;
  /** Page that says so. */
  readonly link: string;
  /** Who refuses it. */
  readonly layer: Layer;
}

/** What is said of one document. */
export interface DocumentReport {
  /** Which of the file's documents that are not empty, from 0. */
  readonly index: number;
  /** Its kind, null where it has none. */
  readonly kind: string | null;
  /** Its name or generateName, null where it has none. */
  readonly name: string | null;
  /** Whether Tekton would accept it. */
  readonly ok: boolean;
  /** The first finding in one line, null where there is none. */
  readonly error: string | null;
  /** All findings. */
  readonly findings: readonly PlacedFinding[];
}

/** What is said of a file. */
export interface FileReport {
  /** One for each document of Tekton's, and for each that could not be read. */
  readonly documents: readonly DocumentReport[];
  /** The text, for frames. */
  readonly lines: Lines;
}

/** Most findings that are told of one document. */
const maxFindings = 500;

function leftOut(count: number): Finding {
  const message = `${count} further findings are left out`;
  return { rule: "validate/too-many", path: [], message, advice: "Mend those above first.", link: structureLink };
}

const yamlLink = "https://yaml.org/spec/1.1/";

/** Checks the documents of a file. Never throws. */
export function checkFile(bytes: Uint8Array, options: ValidateOptions = {}): FileReport {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const lossy = new TextDecoder().decode(bytes.subarray(0, maxFileLength));
    const offset = Math.max(0, lossy.indexOf("\ufffd"));
    return unreadable(new Lines(lossy), { message: "the file is not UTF-8", offset }, "Save it as UTF-8.");
  }
  const lines = new Lines(text);
  const yaml = readYaml(text);
  if (yaml.problem !== undefined) {
    return unreadable(lines, yaml.problem, "Mend the YAML; nothing of the file was checked.");
  }
  const documents: DocumentReport[] = [];
  let index = -1;
  for (const document of yaml.documents) {
    if (document.value === null && document.problem === undefined) continue;
    index++;
    if (document.problem !== undefined) {
      documents.push(problemReport(index, lines, document.problem, "Mend it; nothing of the document was checked."));
      continue;
    }
    const validated = validate(document.value, options);
    if (validated === undefined) continue;
    const { kind, name, ok } = validated;
    const findings = validated.findings.slice(0, maxFindings).map((finding) =>
      place(finding, lines, document.locate(finding.path, finding.atKey))
    );
    const more = validated.findings.length - findings.length;
    if (more > 0) findings.push(place(leftOut(more), lines, document.offset));
    // the finding that refuses it, before those that another layer would
    const refusing = findings.find(({ layer }) => layer !== "api-server") ?? findings[0];
    documents.push({ index, kind, name, ok, error: ok || !refusing ? null : firstOf([refusing]), findings });
  }
  return { documents, lines };
}

/** The report for a file that is too large to be read at all. */
export function tooLarge(size: number): FileReport {
  const message = `the file has ${Math.ceil(size / (1024 * 1024))} MiB, more than the ${
    maxFileLength / (1024 * 1024)
  } MiB allowed`;
  return unreadable(new Lines(""), { message, offset: 0 }, "Split it.");
}

function unreadable(lines: Lines, problem: YamlProblem, advice: string): FileReport {
  return { documents: [problemReport(0, lines, problem, advice)], lines };
}

function problemReport(index: number, lines: Lines, problem: YamlProblem, advice: string): DocumentReport {
  const finding = place(
    { rule: "yaml/syntax", path: [], message: problem.message, advice, link: yamlLink },
    lines,
    problem.offset,
  );
  return { index, kind: null, name: null, ok: false, error: firstOf([finding]), findings: [finding] };
}

function place(finding: Finding, lines: Lines, offset: number): PlacedFinding {
  const { rule, path, message, advice, link, layer = "webhook" } = finding;
  return { rule, path: formatPath(path), ...lines.positionOf(offset), message, advice, link, layer };
}

function firstOf([first]: readonly PlacedFinding[]): string | null {
  return first === undefined ? null : `${first.path}: ${first.message} (line ${first.line}, column ${first.column})`;
}
