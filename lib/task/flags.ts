/**
 * The command line of a Task at a desk: which flags it has, and reading them. Pure. Knows nothing of pods.
 * @module
 */
import { UsageError } from "../terminal/error.ts";
import type { Definition } from "./declaration.ts";
import { suggestion } from "./suggest.ts";

/** One flag of a command line. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** What declared it. */
  readonly origin: "param" | "option" | "workspace" | "secret" | "common";
  /** Name within its origin: the secret `credentials` has the flag `credentials-file`. */
  readonly key: string;
  /** Placeholder of the value; undefined for a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeated?: boolean;
  /** For `--help`. */
  readonly description: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
}

/** Flags that no declaration may take. */
export const commonFlags: readonly Flag[] = [
  ...([
    ["help", "Show this text.", undefined],
    ["version", "Show name and version.", undefined],
    ["completions", "Print shell completions.", ["bash", "zsh", "fish"]],
    ["format", "How results are printed on stdout.", ["text", "json"]],
    ["quiet", "Only warnings and errors.", undefined],
    ["debug", "Debug lines, and stacks of errors.", undefined],
  ] as const).map(([name, description, choices]): Flag => ({
    name,
    key: name,
    origin: "common",
    description,
    ...choices ? { value: choices.join("|"), choices } : {},
  })),
];

/** All flags of a Task's command line, in the order of declaration. */
export function flagsOf(task: Definition): readonly Flag[] {
  return [
    ...Object.entries(task.params ?? {}).map(([name, param]): Flag => ({
      name,
      key: name,
      origin: "param",
      description: param.description,
      value: param.type === "object" ? "KEY=VALUE" : "VALUE",
      ...param.type === "array" || param.type === "object" ? { repeated: true } : {},
      ..."enum" in param && param.enum ? { choices: param.enum, value: param.enum.join("|") } : {},
    })),
    ...Object.entries(task.options ?? {}).map(([name, option]): Flag => ({
      name,
      key: name,
      origin: "option",
      description: option.description,
      ...option.value === undefined ? {} : { value: option.value },
    })),
    ...Object.entries(task.workspaces ?? {}).map(([name, workspace]): Flag => ({
      name,
      key: name,
      origin: "workspace",
      description: workspace.description,
      value: "DIR",
    })),
    ...Object.entries(task.secrets ?? {}).map(([name, secret]): Flag => ({
      name: `${name}-file`,
      key: name,
      origin: "secret",
      description: secret.description,
      value: "FILE",
    })),
    ...commonFlags,
  ];
}

/** What was written on a command line: flag → its values, in order. A switch has one empty value. */
export type Given = ReadonlyMap<string, readonly string[]>;

/**
 * Reads flags as `--name value`, `--name=value` and `--switch`; a param that is true or false is a switch as well.
 * @throws {UsageError} on an unknown flag, a missing or repeated value, a wrong choice, a word that is no flag
 */
export function parseFlags(command: string, flags: readonly Flag[], args: readonly string[]): Given {
  const given = new Map<string, string[]>();
  const refuse = (why: string, advice = `${command} --help lists all options.`): UsageError =>
    new UsageError({ code: "usage/flag", doing: `run ${command}`, why, advice });
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (!word.startsWith("--")) throw refuse(`"${word}" is not an option`);
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const flag = flags.find((candidate) => candidate.name === name);
    if (!flag) {
      const near = suggestion(name, flags.map((candidate) => candidate.name));
      throw refuse(`there is no option --${name}`, near && `Did you mean --${near}? ${command} --help lists all.`);
    }
    let value = "";
    if (flag.value === undefined) {
      if (equals >= 0) throw refuse(`--${name} takes no value`);
    } else if (equals >= 0) {
      value = word.slice(equals + 1);
    } else {
      const next = args[at + 1];
      if (next !== undefined && !next.startsWith("--")) {
        value = next;
        at++;
      } else if (flag.choices?.join() === "true,false") {
        value = "true";
      } else {
        throw refuse(`--${name} needs a value`, `Write --${name} ${flag.value}, or --${name}=… for one with dashes.`);
      }
    }
    if (flag.origin === "common" && flag.choices && !flag.choices.includes(value)) {
      throw refuse(`--${name} is "${value}"`, `It is one of ${flag.choices.join(", ")}.`);
    }
    const values = given.get(name);
    if (values && !flag.repeated) throw refuse(`--${name} is given twice`, "Give it once.");
    if (values) values.push(value);
    else given.set(name, [value]);
  }
  return given;
}
