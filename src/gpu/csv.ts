import { identityFields, readingFields, type IdentityKey, type ReadingField } from './fields.ts';

/** A column of the output, as its header names it. Columns that mean nothing to us are null in {@link Header}. */
export type Column =
  { readonly identity: IdentityKey } | { readonly reading: ReadingField; readonly name: string; readonly unit: string };

export interface Header {
  readonly line: string;
  readonly columns: readonly (Column | null)[];
}

const separator = ', ';

/**
 * Reads the header line of `--format=csv`: names, each with its unit in brackets where it has one. The header, not the query, says
 * what a column is: an alias may come back under its other name. Null when the line names no GPU: it is not a header.
 */
export function parseHeader(line: string): Header | null {
  const taken = new Set<string>();
  const columns = line.split(separator).map((cell): Column | null => {
    const [, name, unit = ''] = /^\s*([\w.-]+)(?:\s+\[([^\]]*)\])?\s*$/.exec(cell) ?? [];
    const known = name === undefined ? undefined : byName.get(name);
    if (name === undefined || known === undefined) return null;
    const concept = typeof known === 'string' ? known : known.key;
    if (taken.has(concept)) return null;
    taken.add(concept);
    return typeof known === 'string' ? { identity: known } : { reading: known, name, unit };
  });
  return taken.has('uuid') || taken.has('index') || taken.has('bus') ? { line, columns } : null;
}

/** The cells of a row, without the blanks around them; null when their number is not that of the header. Nothing is quoted. */
export function splitRow(line: string, { columns }: Header): readonly string[] | null {
  const cells = line.split(separator).map((cell) => cell.trim());
  return cells.length === columns.length ? cells : null;
}

const byName = new Map<string, IdentityKey | ReadingField>([
  ...(Object.entries(identityFields) as [IdentityKey, readonly string[]][]).flatMap(([key, names]) =>
    names.map((name) => [name, key] as const),
  ),
  ...readingFields.flatMap((field) => field.candidates.map((name) => [name, field] as const)),
]);
