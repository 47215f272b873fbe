/**
 * Two texts as a unified diff. Pure.
 * @module
 */

/** One line of an edit script: kept, removed from the old text, added by the new one. */
interface Edit {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/**
 * What turns the old text into the new one, as `diff -u` writes it; `""` where they are the same.
 * @param names how the two sides are called in the head
 * @param context unchanged lines around each change
 */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
  context = 3,
): string {
  if (before === after) return "";
  const edits = editScript(toLines(before), toLines(after));
  const changed = edits.flatMap(({ kind }, index) => kind === " " ? [] : [index]);
  const hunks: [start: number, end: number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    if (last && index - context <= last[1]) last[1] = Math.min(index + context + 1, edits.length);
    else hunks.push([Math.max(index - context, 0), Math.min(index + context + 1, edits.length)]);
  }
  const count = (from: number, to: number, kind: Edit["kind"]) =>
    edits.slice(from, to).filter((edit) => edit.kind !== kind).length;
  const range = (first: number, length: number) =>
    `${length === 0 ? first : first + 1}${length === 1 ? "" : `,${length}`}`;
  const body = hunks.map(([start, end]) => {
    const old = range(count(0, start, "+"), count(start, end, "+"));
    const new_ = range(count(0, start, "-"), count(start, end, "-"));
    return [`@@ -${old} +${new_} @@`, ...edits.slice(start, end).map(({ kind, text }) => kind + text)].join("\n");
  });
  return [`--- ${names.before}`, `+++ ${names.after}`, ...body, ""].join("\n");
}

/** Lines; a last one without its end says so, as `diff` does. */
function toLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const last = lines.pop();
  return last === "" || last === undefined ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** A shortest edit script, by the longest common subsequence of what lies between a common head and tail. */
function editScript(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail++;
  }
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  const kept = (lines: readonly string[]) => lines.map((text): Edit => ({ kind: " ", text }));
  return [...kept(before.slice(0, head)), ...betweenEdits(old, fresh), ...kept(before.slice(before.length - tail))];
}

function betweenEdits(old: readonly string[], fresh: readonly string[]): readonly Edit[] {
  const width = fresh.length + 1;
  // common[i * width + j]: length of the longest common subsequence of old from i and fresh from j
  const common = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    const left = old[i];
    const right = fresh[j];
    if (left !== undefined && left === right) {
      edits.push({ kind: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ kind: "-", text: left });
      i++;
    } else {
      edits.push({ kind: "+", text: right ?? "" });
      j++;
    }
  }
  return edits;
}
