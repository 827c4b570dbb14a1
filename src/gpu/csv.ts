import type { ReadingField, TextField } from './field.ts';
import { identityFields, readingFields, textFields, type IdentityKey } from './fields.ts';
import { Meanings } from './meaning.ts';

/** A column of the output, as its header names it, and what is read from it. */
export interface Column {
  readonly name: string;
  readonly identity: IdentityKey | null;
  readonly text: TextField | null;
  readonly readings: readonly ReadingField[];
  /** What its cells say. */
  readonly meanings: Meanings;
}

export interface Header {
  readonly line: string;
  /** Null: it means nothing to us. */
  readonly columns: readonly (Column | null)[];
  /** Ids of fields and keys of texts that have a column. */
  readonly offers: ReadonlySet<string>;
}

const separator = ', ';

/**
 * Reads the header line of `--format=csv`: names, each with its unit in brackets where it has one. The header, not the query, says
 * what a column is: an alias may come back under its other name. Null when the line names no GPU: it is not a header.
 */
export function parseHeader(line: string): Header | null {
  const names: (readonly [name: string, unit: string] | null)[] = [];
  const offered = new Set<string>();
  for (const cell of line.split(separator)) {
    const [, name, unit = ''] = /^\s*([\w.-]+)(?:\s+\[([^\]]*)\])?\s*$/.exec(cell) ?? [];
    // A name that comes again adds nothing.
    const isNew = name !== undefined && !offered.has(name);
    if (isNew) offered.add(name);
    names.push(isNew ? [name, unit] : null);
  }
  const reads = (name: string) => (field: { readonly candidates: readonly string[] }) =>
    field.candidates.find((candidate) => offered.has(candidate)) === name;
  const columns = names.map((named): Column | null => {
    if (named === null) return null;
    const [name, unit] = named;
    const identity = identities.find(reads(name))?.key ?? null;
    const text = textFields.find(reads(name)) ?? null;
    const readings = readingFields.filter(reads(name));
    return identity === null && text === null && readings.length === 0
      ? null
      : { name, identity, text, readings, meanings: new Meanings(readings, unit, text?.key ?? null) };
  });
  const naming = new Set<string>(['uuid', 'index', 'bus']);
  if (!columns.some((column) => naming.has(column?.identity ?? ''))) return null;
  const offers = columns.flatMap((column) => [
    ...(column?.readings.map(({ id }) => id) ?? []),
    ...(column === null || column.text === null ? [] : [column.text.key]),
  ]);
  return { line, columns, offers: new Set(offers) };
}

/** The cells of a row, without the blanks around them; null when their number is not that of the header. Nothing is quoted. */
export function splitRow(line: string, { columns }: Header): readonly string[] | null {
  const cells = line.split(separator).map((cell) => cell.trim());
  return cells.length === columns.length ? cells : null;
}

const identities = (Object.entries(identityFields) as [IdentityKey, readonly string[]][]).map(([key, candidates]) => ({
  key,
  candidates,
}));
