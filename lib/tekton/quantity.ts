/**
 * Kubernetes quantities such as `100m`, `1Gi`, `1e3`: whether a text is one. As lenient as Kubernetes' own parser,
 * which takes `.` and `m` for zero. Knows nothing of resources.
 * @module
 */

const pattern = /^[+-]?[0-9]*(?:\.[0-9]*)?(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$/;

/** Whether Kubernetes would read the text as a quantity. */
export function isQuantity(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== "" && pattern.test(trimmed);
}
