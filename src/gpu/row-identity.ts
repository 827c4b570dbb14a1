import { agreedCount } from './gpu-count.ts';
import type { Row } from './row.ts';
import type { Sample } from './sample.ts';

/** A row that names no card and says nothing. */
export const nobody: Row = {
  index: null,
  uuid: null,
  bus: null,
  name: null,
  driver: null,
  count: null,
  state: 'ok',
  offers: new Set(),
  values: new Map(),
  texts: new Map(),
  dropped: [],
};

export function isNameless({ uuid, bus, index }: Row): boolean {
  return uuid === null && bus === null && index === null;
}

/**
 * The row with a name, where it has none itself. Rows come in the order in which GPUs were asked for, else of their indices: as long as
 * none is missing, the place tells who a row is that names nobody.
 */
export function named(row: Row, position: number, { rows, asked }: Sample): Row {
  if (!isNameless(row) || rows.length !== (asked?.length ?? agreedCount(rows))) return row;
  return asked === null ? { ...row, index: position } : { ...row, bus: asked[position] ?? null };
}
