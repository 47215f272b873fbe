/**
 * What is known of common images where images themselves are not used: the program they start, and the shell that
 * their scripts are written for. Names and words only.
 * Source: the images' own definitions.
 * @module
 */

/** Last part of an image's name: `bash` of `mirror.gcr.io/library/bash:5.2@sha256:…`. */
export function imageName(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^:/]*$/, "").split("/").at(-1) ?? "";
}

/** What images start that are not told what to do. Tekton looks this up in the image: entrypoint, else command. */
const commands: Readonly<Record<string, readonly string[]>> = {
  alpine: ["/bin/sh"],
  busybox: ["sh"],
  debian: ["bash"],
  git: ["git"],
  node: ["node"],
  perl: ["perl"],
  python: ["python3"],
  ubuntu: ["bash"],
};

/** The program of an image and its arguments; undefined where that is not known. */
export function imageCommand(image: string, args: readonly string[]): readonly string[] | undefined {
  const name = imageName(image);
  // bash's entrypoint runs what it is given, and bash itself only for nothing or options
  if (name === "bash") return args.length === 0 || args[0]?.startsWith("-") ? ["bash", ...args] : args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command === undefined ? undefined : [...command, ...args];
}

/** Whether scripts for the image may ask of `sh` what only BusyBox's and bash's can do, or call it `ash`. */
export function wantsAsh(image: string): boolean {
  return ["alpine", "bash", "busybox", "git"].includes(imageName(image)) || /alpine|busybox/.test(image);
}
