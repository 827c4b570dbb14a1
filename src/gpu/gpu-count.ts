import { readValue, type Value } from './cell.ts';
import { countScale, type Scale } from './field.ts';

/** More GPUs than any machine has. */
export const mostGpus = 64;

/** Whoever tells of the GPUs of a machine is one of them. */
const gpusScale: Scale = { ...countScale, min: 1, max: mostGpus };

/** The number of GPUs in the machine, as a GPU tells it. */
export function readGpuCount(text: string): Value {
  return readValue(text, '', gpusScale);
}

/** The number of GPUs that most rows tell, of those that as many tell the one told last; null where none tells it. */
export function agreedCount(rows: readonly { readonly count: number | null }[]): number | null {
  const votes = new Map<number, number>();
  let agreed: number | null = null;
  for (const { count } of rows) {
    if (count === null) continue;
    const own = (votes.get(count) ?? 0) + 1;
    votes.set(count, own);
    if (agreed === null || own >= (votes.get(agreed) ?? 0)) agreed = count;
  }
  return agreed;
}
