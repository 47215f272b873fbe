/**
 * Which names Kubernetes and Tekton allow: labels, subdomains, qualified names, results, params. Knows the patterns;
 * must not know where they apply.
 * @module
 */

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** RFC 1123 label: lower case, digits and `-`, at most 63 characters. */
export function isLabel(name: string): boolean {
  return name.length <= 63 && label.test(name);
}

/** RFC 1123 subdomain: labels joined by dots, at most 253 characters. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}

/** Kubernetes qualified name: `name` or `prefix/name`. */
export function isQualifiedName(name: string): boolean {
  const parts = name.split("/");
  if (parts.length > 2) return false;
  const last = parts.at(-1)!;
  return (parts.length === 1 || isSubdomain(parts[0]!)) && last.length <= 63 && qualified.test(last);
}

/** Value of a Kubernetes label: empty, or as the name part of a qualified name. */
export function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= 63 && qualified.test(value));
}

/** Name of a result. */
export function isResultName(name: string): boolean {
  return qualified.test(name);
}

/** Name of a string or array param. */
export function isParamName(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9.-]*$/.test(name);
}

/** Name of an object param, or of a key of it. */
export function isObjectName(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9-]*$/.test(name);
}

/** A path without `.`, `..`, doubled and final slashes, as Go's filepath.Clean leaves it. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = parts.join("/");
  return rooted ? `/${joined}` : joined === "" ? "." : joined;
}

/** The names that come again, with the index of each repetition. */
export function repetitions(names: readonly string[]): { readonly name: string; readonly index: number }[] {
  const seen = new Set<string>();
  const again: { name: string; index: number }[] = [];
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) again.push({ name, index });
    seen.add(name);
  }
  return again;
}

/** Names for a message: the first few, and a sign that there are more. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  return all.length > 12 ? `${all.slice(0, 12).join(", ")} …` : all.join(", ");
}
