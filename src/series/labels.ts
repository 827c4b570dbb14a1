/**
 * Label values as the text format writes them: backslash, quote and line feed are escaped, all else is kept.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information
 *
 * Half of a surrogate pair has no bytes in UTF-8. It becomes the replacement character here and not on the way out, so that two
 * values that are written alike are one value.
 */
export function escapeLabelValue(value: string): string {
  return /[\\"\n\p{Surrogate}]/u.test(value)
    ? value
        .replaceAll('\\', '\\\\')
        .replaceAll('"', '\\"')
        .replaceAll('\n', '\\n')
        .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    : value;
}

/**
 * `name="value",…` without braces. Quotes inside values are escaped, so two different label sets never give the same block:
 * it serves as their key too.
 */
export function labelBlock(labels: readonly (readonly [name: string, value: string])[]): string {
  return labels.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(',');
}

/** The labels of a block that {@link labelBlock} wrote. */
export function readLabelBlock(block: string): ReadonlyMap<string, string> {
  return new Map(
    [...block.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']) => [
      label,
      value.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)),
    ]),
  );
}
