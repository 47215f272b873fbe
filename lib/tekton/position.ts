/**
 * Lines and columns of offsets in a text, and the source line with a caret below, as compilers show it. Knows texts
 * only.
 * @module
 */

/** A place in a text, both counted from 1. The column counts UTF-16 units. */
export interface Position {
  /** Line. */
  readonly line: number;
  /** Column. */
  readonly column: number;
}

/** The lines of one text, found on first use. */
export class Lines {
  #starts: number[] | undefined;

  /** Lines of `text`. */
  constructor(readonly text: string) {}

  #offsets(): number[] {
    if (this.#starts === undefined) {
      this.#starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
    }
    return this.#starts;
  }

  /** Where an offset is; an offset beyond the text is at its end. */
  positionOf(offset: number): Position {
    const starts = this.#offsets();
    const at = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - starts[low]! + 1 };
  }

  /** The text of a line, without its end. */
  line(number: number): string {
    const starts = this.#offsets();
    const start = starts[number - 1] ?? this.text.length;
    return this.text.slice(start, starts[number] ?? this.text.length).replace(/\r?\n$/, "");
  }

  /** The line and a caret under the column, long lines cut around it. */
  frame({ line, column }: Position): string {
    const width = 100;
    const cut = Math.max(0, column - 1 - Math.floor(width / 2));
    const shown = printable(this.line(line).slice(cut, cut + width));
    const indent = printable(this.line(line).slice(cut, column - 1)).replace(/[^\t]/g, " ");
    const gutter = String(line);
    return `${gutter} | ${shown}\n${" ".repeat(gutter.length)} | ${indent}^`;
  }
}

/** Without characters that a terminal would act upon. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}
