/**
 * What a Task's command line says about itself: `--help`, and completions for three shells. Pure text.
 * @module
 */
import type { Declaration, Definition, Param } from "./declaration.ts";
import { type Flag, flagsOf } from "./flags.ts";
import { paramVariable, secretVariable, workspaceVariable } from "./inputs.ts";
import { renderProse } from "./prose.ts";

const exitCodes = `Exit codes: 0 done, 1 failed, 2 wrong usage, 3 deadline passed, 130 interrupted, 143 terminated.`;

/**
 * The text of `--help`, up to 100 columns wide, flags in the order of declaration.
 * @param command what people type to start it
 */
export function helpText(task: Definition, command: string): string {
  const flags = flagsOf(task);
  const section = (title: string, origins: readonly Flag["origin"][]) => {
    const own = flags.filter((flag) => origins.includes(flag.origin));
    return own.length === 0 ? [] : ["", `${title}:`, ...own.flatMap((flag) => flagLines(task, flag))];
  };
  const results = Object.entries(task.results ?? {});
  return [
    `${task.name} ${task.version} - ${task.displayName}`,
    "",
    ...paragraphs(renderProse(task.description)),
    "",
    `Usage: ${command} [options]`,
    ...section("Params", ["param"]),
    ...section("Workspaces and secrets", ["workspace", "secret"]),
    ...section("Options", ["option", "common"]),
    ...results.length === 0 ? [] : ["", "Results, printed as NAME=value and written to $RESULTS_DIR when it is set:"],
    ...results.flatMap(([name, result]) => entry(name, renderProse(result.description))),
    "",
    "Example:",
    `  ${exampleLine(task, command)}`,
    "",
    exitCodes,
    "",
  ].join("\n");
}

/** A value of the right kind for a param, as the usage examples show it. */
export function exampleValue(
  name: string,
  param: Param,
): string | readonly string[] | Readonly<Record<string, string>> {
  if (param.example !== undefined) return param.example;
  if (param.type === "array") return param.default ?? [`<${name}>`];
  if (param.type === "object") {
    return Object.fromEntries(Object.keys(param.properties).map((key) => [key, param.default?.[key] ?? `<${key}>`]));
  }
  if (typeof param.default === "string") return param.default;
  return param.enum?.[0] ?? (param.default ? `{{${param.default.variable}}}` : `<${name}>`);
}

function exampleLine(task: Declaration, command: string): string {
  const quote = (text: string) => /^[A-Za-z0-9_.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const words = [command];
  for (const [name, param] of Object.entries(task.params ?? {})) {
    if (param.default !== undefined || isOptional(param)) continue;
    const value = exampleValue(name, param);
    // a variable means nothing at a desk
    if (typeof value === "string") words.push(`--${name} ${quote(value.includes("{{") ? name.toUpperCase() : value)}`);
    else if (param.type === "array") words.push(...Object.values(value).map((one) => `--${name} ${quote(one)}`));
    else words.push(...Object.entries(value).map(([key, one]) => `--${name} ${quote(`${key}=${one}`)}`));
  }
  for (const [name, workspace] of Object.entries(task.workspaces ?? {})) {
    if (!workspace.optional) words.push(`--${name} .`);
  }
  return words.join(" ");
}

function flagLines(task: Declaration, flag: Flag): string[] {
  const notes: string[] = [];
  if (flag.origin === "param") {
    const param = task.params?.[flag.key];
    if (param) notes.push(...paramNotes(flag.key, param));
  } else if (flag.origin === "workspace") {
    notes.push(task.workspaces?.[flag.key]?.optional ? "optional" : "required", `env: ${workspaceVariable(flag.key)}`);
  } else if (flag.origin === "secret") {
    notes.push(`env: ${secretVariable(flag.key)}`);
  }
  const tail = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return entry(
    `--${flag.name}${flag.value === undefined ? "" : ` ${flag.value}`}`,
    renderProse(flag.description) + tail,
  );
}

function paramNotes(name: string, param: Param): string[] {
  const need = isOptional(param) ? "required in a pod" : "required";
  const notes = [param.default === undefined ? need : `default: ${shownDefault(param)}`];
  if (param.type === "array") notes.push("may be repeated", `env: ${paramVariable(name)} as a JSON array`);
  else if (param.type === "object") {
    notes.push(
      `keys: ${Object.keys(param.properties).join(", ")}`,
      `env: ${Object.keys(param.properties).map((key) => paramVariable(name, key)).join(", ")}`,
    );
  } else notes.push(`env: ${paramVariable(name)}`);
  return notes;
}

/** Whether the command line can do without the param although it has no default. */
function isOptional(param: Param): boolean {
  return "optionalAtDesk" in param && param.optionalAtDesk === true;
}

/** A default as tables and help show it. */
export function shownDefault(param: Param): string {
  const value = param.default;
  if (value === undefined) return "";
  if (typeof value === "string") return value === "" ? '""' : value;
  return param.type === undefined || param.type === "string"
    ? renderProse(`{{${(value as { readonly variable: string }).variable}}}`)
    : JSON.stringify(value);
}

function entry(left: string, text: string): string[] {
  const lines = wrap(text.replaceAll("\n", " "), 70).map((line) => `      ${line}`);
  return [`  ${left}`, ...lines];
}

/** Prose at the width of a terminal; lists keep their lines. */
function paragraphs(text: string): string[] {
  const lines = text.trim().split(/\n{2,}/).flatMap((paragraph) => [
    "",
    ...paragraph.split(/\n(?=\s*[-*] )/).flatMap((line) => wrap(line.replace(/\s*\n\s*/g, " "), 100)),
  ]);
  return lines.slice(1);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Shells there are completions for. */
export const shells: readonly string[] = ["bash", "zsh", "fish"];

/**
 * A completion script for the named command, to be sourced.
 * @param flags options, with the values they take
 * @param words what may stand first, such as subcommands
 */
export function completions(
  shell: string,
  command: string,
  flags: readonly Pick<Flag, "name" | "value" | "choices">[],
  words: readonly string[] = [],
): string {
  if (shell === "fish") {
    const lines = flags.map(({ name, value, choices }) =>
      `complete -c ${command} -l ${name}${value === undefined ? "" : " -r"}${
        choices ? ` -f -a '${choices.join(" ")}'` : ""
      }\n`
    );
    if (words.length > 0) lines.push(`complete -c ${command} -n __fish_use_subcommand -f -a '${words.join(" ")}'\n`);
    return lines.join("");
  }
  const given = (list: readonly string[]) => `COMPREPLY=($(compgen -W "${list.join(" ")}" -- "$current"))`;
  const cases = flags.filter((flag) => flag.choices)
    .map((flag) => `    --${flag.name}) ${given(flag.choices ?? [])}; return ;;\n`).join("");
  const id = `_${command.replace(/[^A-Za-z0-9]/g, "_")}`;
  // with no reply, the shell completes file names
  const bash = `${id}() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${cases}    --*) [[ "$current" == -* ]] || return ;;
  esac
  if [[ "$current" == -* ]]; then ${given(flags.map((flag) => `--${flag.name}`))}
  elif [[ "$COMP_CWORD" == 1 ]]; then ${given(words)}; fi
}
complete -o default -F ${id} ${command}
`;
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${bash}` : bash;
}
