/**
 * Prose in declarations. Pure.
 * @module
 */

/**
 * Shows `{{name}}` as a Tekton variable. Declarations spell it with braces since Tekton replaces the real thing
 * wherever it stands in a script, even in a help text.
 */
export function renderProse(text: string): string {
  return text.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, "$$($1)");
}
