/**
 * A glance at CEL expressions: tokens, brackets, quotes and bare Tekton variables. Not a compiler: types, functions and
 * names are not looked at.
 * @module
 */

const token =
  /\s+|\/\/[^\n]*|[rbRB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[uU]?|[_a-zA-Z][_a-zA-Z0-9]*|&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]{}]/y;
const binary = /^(&&|\|\||[=!<>]=|[*\/%<>?:,+]|in)$/;
const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** What is wrong with the syntax of an expression; `undefined` where nothing was seen. Never throws. */
export function celProblem(text: string): string | undefined {
  const open: string[] = [];
  let last = "";
  let operandBefore = false;
  for (let at = 0; at < text.length;) {
    token.lastIndex = at;
    const match = token.exec(text)?.[0];
    if (match === undefined) {
      return `the CEL expression cannot be read from ${JSON.stringify(text.slice(at, at + 12))} on`;
    }
    at += match.length;
    if (/^(\s|\/\/)/.test(match)) continue;
    const operand = /^[_a-zA-Z0-9"']|^\.[0-9]/.test(match) && match !== "in";
    if (operand && operandBefore) return `the CEL expression has no operator before ${JSON.stringify(match)}`;
    if (binary.test(match) && !operandBefore) return `the CEL expression has nothing before ${JSON.stringify(match)}`;
    if (closing[match] !== undefined) open.push(closing[match]);
    else if (/^[)\]}]$/.test(match) && open.pop() !== match) return `the CEL expression has a ${match} too many`;
    operandBefore = operand || /^[)\]}]$/.test(match);
    last = match;
  }
  if (open.length > 0) return `the CEL expression lacks a ${open.at(-1)}`;
  return operandBefore ? undefined : `the CEL expression ends with ${JSON.stringify(last)}`;
}
