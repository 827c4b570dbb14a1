import { faultIn, readValue, worse } from './cell.ts';
import type { Header } from './csv.ts';
import type { GpuState, ReadingKey } from './metrics.ts';
import { busId } from './pci.ts';

/** What one row of nvidia-smi says. What it does not say is null or not in the map. */
export interface Row {
  readonly index: number | null;
  readonly uuid: string | null;
  /** As the kernel writes it, see {@link busId}. */
  readonly bus: string | null;
  readonly name: string | null;
  readonly driver: string | null;
  /** GPUs in the system. */
  readonly count: number | null;
  readonly state: GpuState;
  readonly values: ReadonlyMap<ReadingKey, number>;
  /** Fields whose value is impossible. */
  readonly implausible: readonly string[];
}

/** Reads the cells of a row; there are as many as the header has columns. */
export function readRow(cells: readonly string[], header: Header): Row {
  const identity = new Map<string, string>();
  const values = new Map<ReadingKey, number>();
  const implausible: string[] = [];
  let state: GpuState = 'ok';
  for (const [at, column] of header.columns.entries()) {
    const text = cells[at] ?? '';
    if (column === null) continue;
    const value = 'reading' in column ? readValue(text, column.unit, column.reading) : null;
    if ('reading' in column && typeof value === 'number') values.set(column.reading.key, value);
    else if ('reading' in column && value === 'implausible') implausible.push(column.name);
    else {
      const fault = faultIn(text);
      if (fault !== null) state = worse(fault, state);
      else if ('identity' in column && !isAbsent(text)) identity.set(column.identity, text);
    }
  }
  // What a lost card still answers comes from the driver's memory, not from the card.
  if (state === 'lost') values.clear();
  const text = (key: string): string | null => identity.get(key)?.slice(0, 128) ?? null;
  return {
    index: whole(text('index')),
    uuid: text('uuid'),
    bus: busId(text('bus') ?? ''),
    name: text('name'),
    driver: text('driver'),
    count: whole(text('count')) || null,
    state,
    values,
    implausible,
  };
}

/** `[N/A]`, `N/A`, `[Not Supported]` and the like. */
function isAbsent(text: string): boolean {
  return /^(\[.*\]|N\/A|)$/.test(text);
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : null;
}
