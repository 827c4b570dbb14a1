import { faultIn, isAbsent, readValue, worse, type Dropped } from '../cell.ts';
import { documentPaths, textPaths } from '../document-paths.ts';
import type { ReadingField } from '../field.ts';
import { isVital, readingFields } from '../fields.ts';
import { readGpuCount } from '../gpu-count.ts';
import { labelText } from '../label-text.ts';
import { takeOutBeyondTotal } from '../memory-parts.ts';
import type { GpuState, TextKey } from '../metrics.ts';
import { busId } from '../pci.ts';
import type { Row } from '../row.ts';
import type { Leaves } from './element.ts';

/** What stands before the first GPU of a document. */
export interface Preamble {
  readonly driver: string | null;
  readonly count: number | null;
  readonly dropped: readonly Dropped[];
}

export function readPreamble(text: string): Preamble {
  const [, driver] = /<(?:driver|kmd)_version>\s*([\w.-]{1,32})\s*</.exec(text) ?? [];
  const [, attached = ''] = /<attached_gpus>\s*([^<]*?)\s*<\/attached_gpus>/.exec(text) ?? [];
  const count = readGpuCount(attached);
  return {
    driver: driver ?? null,
    count: typeof count === 'number' ? count : null,
    dropped: typeof count === 'string' ? [{ field: 'attached_gpus', reason: count }] : [],
  };
}

/** Paths in whose place any fault is that of the card; see {@link isVital}. */
const vitalPaths: ReadonlySet<string> = new Set([
  'uuid',
  ...readingFields.filter(isVital).flatMap(({ id }) => documentPaths.get(id) ?? []),
]);
/** What people name freely. */
const namePaths: ReadonlySet<string> = new Set(['product_name', 'product_brand']);

/**
 * Reads an element of `-q -x` as a row of `--query-gpu` is read.
 * @param position its place in the document: the index, as long as all GPUs are asked for
 * @param fields what is looked for
 */
export function readGpu(
  leaves: Leaves,
  position: number | null,
  { driver, count }: Pick<Preamble, 'driver' | 'count'>,
  fields: readonly ReadingField[] = readingFields,
): Row {
  const state = stateOf(leaves);
  const values = new Map<string, number>();
  const offers = new Set<string>();
  const dropped: Dropped[] = [];
  const names = new Map<string, string>();
  const impossible = new Set<string>();
  for (const field of fields) {
    for (const path of documentPaths.get(field.id) ?? []) {
      const text = leaves.get(path);
      if (text === undefined) continue;
      offers.add(field.id);
      const value = readValue(text, '', field);
      if (value === null) continue;
      names.set(field.id, path);
      if (typeof value === 'string') {
        dropped.push({ field: path, reason: value });
        impossible.add(field.id);
      } else values.set(field.id, value);
      break;
    }
  }
  for (const id of takeOutBeyondTotal(values, impossible))
    dropped.push({ field: names.get(id) ?? id, reason: 'impossible' });
  // What a lost card still answers comes from the driver's memory, not from the card.
  if (state === 'lost') values.clear();
  const texts = new Map<TextKey, string>();
  for (const [key, paths] of textPaths) {
    const text = first(leaves, paths);
    if (text !== null) texts.set(key, labelText(key, text));
  }
  return {
    index: position,
    uuid: first(leaves, ['uuid']),
    bus: busId(first(leaves, ['pci/pci_bus_id']) ?? leaves.get('@id') ?? ''),
    name: first(leaves, ['product_name']),
    driver,
    count,
    state,
    offers,
    values,
    texts,
    dropped,
  };
}

/** A lost card says so in every element, in place of whole branches too. */
function stateOf(leaves: Leaves): GpuState {
  let state: GpuState = 'ok';
  for (const [path, text] of leaves) {
    if (namePaths.has(path)) continue;
    const fault = faultIn(text);
    if (fault === 'lost' || fault === 'requires_reset' || (fault !== null && vitalPaths.has(path)))
      state = worse(fault, state);
  }
  return state;
}

function first(leaves: Leaves, paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = leaves.get(path);
    if (text !== undefined && !isAbsent(text) && faultIn(text) === null && !/deprecated/i.test(text))
      return labelText(null, text);
  }
  return null;
}
