import { worse, type Dropped } from './cell.ts';
import type { Column, Header } from './csv.ts';
import { identityFields, isVital } from './fields.ts';
import { readGpuCount } from './gpu-count.ts';
import { takeOutBeyondTotal } from './memory-parts.ts';
import type { GpuState, TextKey } from './metrics.ts';
import { busId } from './pci.ts';

/** What nvidia-smi says of one GPU: a row of `--query-gpu`, or an element of `-q -x`. What it does not say is null or not in the map. */
export interface Row {
  readonly index: number | null;
  readonly uuid: string | null;
  /** As the kernel writes it, see {@link busId}. */
  readonly bus: string | null;
  readonly name: string | null;
  readonly driver: string | null;
  /** GPUs in the system, from 1 to {@link mostGpus}. */
  readonly count: number | null;
  readonly state: GpuState;
  /** Ids of fields and keys of texts that its source has, whether this card tells them or not. */
  readonly offers: ReadonlySet<string>;
  /** By the id of the field. */
  readonly values: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<TextKey, string>;
  readonly dropped: readonly Dropped[];
}

/** Reads the cells of a row; there are as many as the header has columns. */
export function readRow(cells: readonly string[], header: Header): Row {
  const identity = new Map<string, string>();
  const texts = new Map<TextKey, string>();
  const values = new Map<string, number>();
  const dropped: Dropped[] = [];
  const impossible = new Set<string>();
  let state: GpuState = 'ok';
  for (let at = 0; at < header.columns.length; at += 1) {
    const column = header.columns[at];
    if (column === null || column === undefined) continue;
    const { readings, fault, text } = column.meanings.of(cells[at] ?? '');
    for (const { id, value } of readings) {
      if (typeof value === 'number') values.set(id, value);
      else {
        dropped.push({ field: column.name, reason: value });
        impossible.add(id);
      }
    }
    if (fault !== null && concernsCard(fault, column)) state = worse(fault, state);
    if (text !== null && column.identity !== null) identity.set(column.identity, text);
    if (text !== null && column.text !== null) texts.set(column.text.key, text);
  }
  for (const id of takeOutBeyondTotal(values, impossible))
    dropped.push({ field: nameOf(id, header), reason: 'impossible' });
  // What a lost card still answers comes from the driver's memory, not from the card.
  if (state === 'lost') values.clear();
  const text = (key: string): string | null => identity.get(key) ?? null;
  const count = readGpuCount(text('count') ?? '');
  if (typeof count === 'string') dropped.push({ field: identityFields.count[0], reason: count });
  return {
    index: whole(text('index')),
    uuid: text('uuid'),
    bus: busId(text('bus') ?? ''),
    name: text('name'),
    driver: text('driver'),
    count: typeof count === 'number' ? count : null,
    state,
    offers: header.offers,
    values,
    texts,
    dropped,
  };
}

/** A card that lacks a detail, or keeps it from us, may well be in order. */
function concernsCard(fault: GpuState, { identity, readings }: Column): boolean {
  return identity !== null || fault === 'lost' || fault === 'requires_reset' || readings.some(isVital);
}

/** The column from which a field was read. */
function nameOf(id: string, { columns }: Header): string {
  return columns.find((column) => column?.readings.some((field) => field.id === id))?.name ?? id;
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : null;
}
