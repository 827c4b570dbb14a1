import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

export interface DocumentedValue {
  /** Key path, as `--set` takes it. */
  readonly path: string;
  /** The default as JSON. */
  readonly default: string;
  readonly description: string;
}

export interface ValuesReading {
  readonly documented: readonly DocumentedValue[];
  /** Key paths of values that no comment tells of. */
  readonly undocumented: readonly string[];
}

/**
 * Reads the entries of a values file. A comment that begins with `# --` stands right above a key and describes it whole; a mapping
 * without one is a group, whose keys are read in turn.
 */
export function readValues(text: string): ValuesReading {
  const lines = text.split('\n');
  const documented: DocumentedValue[] = [];
  const undocumented: string[] = [];

  const visit = (map: YAMLMap, path: readonly string[]): void => {
    for (const { key, value } of map.items as readonly Pair[]) {
      if (!isScalar(key)) throw new TypeError(`a key of ${path.join('.')} is no scalar`);
      const here = [...path, String(key.value)];
      const description = descriptionAbove(lines, text.slice(0, key.range?.[0]).split('\n').length - 1);
      if (description !== null) {
        const json = JSON.stringify(value === null ? null : (value as { toJSON(): unknown }).toJSON());
        documented.push({ path: here.join('.'), default: json, description });
      } else if (isMap(value) && value.items.length > 0) {
        visit(value, here);
      } else {
        undocumented.push(here.join('.'));
      }
    }
  };
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new TypeError('a values file is a mapping');
  visit(contents, []);
  return { documented, undocumented };
}

/** The table of the chart's README. */
export function valuesTable(values: readonly DocumentedValue[]): string {
  const cell = (content: string): string => content.replaceAll('|', '\\|');
  return [
    '| value | default | |',
    '|---|---|---|',
    ...values.map((value) => `| \`${value.path}\` | \`${cell(value.default)}\` | ${cell(value.description)} |`),
  ].join('\n');
}

/** The comment that ends right above a line, from its `# --` on; null where there is none. */
function descriptionAbove(lines: readonly string[], line: number): string | null {
  const comment: string[] = [];
  for (let above = line - 1; above >= 0; above -= 1) {
    const [, content] = /^\s*#\s?(.*)$/.exec(lines[above] ?? '') ?? [];
    if (content === undefined) return null;
    if (content.startsWith('-- ')) return [content.slice(3), ...comment].join(' ');
    comment.unshift(content);
  }
  return null;
}
