import { setImmediate as nextTurn } from 'node:timers/promises';
import { CollectorError } from '../../collect/index.ts';
import type { Dropped } from '../cell.ts';
import { ending, type Ending } from '../ending.ts';
import type { ReadingField } from '../field.ts';
import type { Row } from '../row.ts';
import { isSameGpu } from '../sample.ts';
import type { Errand } from './call.ts';
import { parseElement } from './element.ts';
import { GpuElements } from './gpu-elements.ts';
import { readInstances, type Instance } from './instances.ts';
import { readProcesses, type GpuProcess } from './processes.ts';
import { readGpu, readPreamble } from './reading.ts';

/** What `nvidia-smi -q -x` says of one GPU. */
export interface GpuDetail {
  readonly row: Row;
  readonly instances: readonly Instance[];
  /** Null when they are not listed. */
  readonly processes: readonly GpuProcess[] | null;
  /** How many more there are. */
  readonly surplusProcesses: number;
}

export type Document =
  | {
      readonly kind: 'read';
      readonly gpus: readonly GpuDetail[];
      /** GPUs that could not be read. */
      readonly unreadable: number;
      /** Figures of the machine, not of one GPU, that were dropped. */
      readonly dropped: readonly Dropped[];
    }
  | { readonly kind: 'ended'; readonly end: Ending };

/**
 * Reads `nvidia-smi -q -x`, GPU by GPU, giving way to others after each.
 * @param asked bus ids to ask for; null: all
 * @throws CollectorError `unreadable` when it broke off or makes no sense, or a reason of {@link Errand.call}
 */
export async function readDocument(
  errand: Errand,
  asked: readonly string[] | null,
  fields: readonly ReadingField[],
): Promise<Document> {
  const cutter = new GpuElements();
  const args = ['-q', '-x', ...(asked === null ? [] : [`--id=${asked.join(',')}`])];
  const exit = await errand.call(args, (text) => {
    cutter.push(text);
  });
  const { elements, complete, preamble } = cutter;
  if (elements.length === 0 && (exit.code !== 0 || exit.error !== null || /no devices/i.test(preamble)))
    return { kind: 'ended', end: ending(exit, preamble) };
  if (complete && elements.length + cutter.dropped === 0 && /<attached_gpus>\s*0\s*</.test(preamble))
    return { kind: 'ended', end: { kind: 'no_devices' } };
  if (cutter.garbled) throw garbled('it begins a GPU inside a GPU, or a name that does not end');
  // Half a document would make the GPUs of its other half look as if they had lost what it tells.
  if (!complete) {
    const end = ending(exit, cutter.trailer);
    if (end.kind === 'no_handle') return { kind: 'ended', end };
    const said = preamble.trim().slice(0, 200);
    throw new CollectorError(
      'unreadable',
      elements.length === 0
        ? `nvidia-smi -q -x printed no document but: ${said}`
        : `nvidia-smi -q -x broke off after ${elements.length} GPUs`,
    );
  }
  const about = readPreamble(preamble);
  const gpus: GpuDetail[] = [];
  let unreadable = cutter.dropped;
  for (const [position, { text, surplus }] of elements.entries()) {
    await nextTurn();
    const element = parseElement(text);
    if (element === null) {
      unreadable += 1;
      continue;
    }
    const row = readGpu(element.leaves, asked === null ? position : null, about, fields);
    gpus.push({
      row,
      instances: readInstances(element.instances),
      processes: element.processes === null ? null : readProcesses(element.processes, row.values.get('memoryTotal')),
      surplusProcesses: surplus,
    });
  }
  const [told, listed] = [elements.length + cutter.dropped, asked?.length ?? about.count];
  if (listed !== null && told > listed) throw garbled(`it tells of ${told} GPUs where there are ${listed}`);
  const twice = gpus.find(({ row }, at) => gpus.slice(0, at).some((other) => isSameGpu(other.row, row)));
  if (twice !== undefined) throw garbled(`it tells twice of ${twice.row.uuid ?? twice.row.bus ?? 'a GPU'}`);
  if (gpus.length === 0) throw new CollectorError('unreadable', 'nvidia-smi -q -x tells of no GPU that can be read');
  return { kind: 'read', gpus, unreadable, dropped: about.dropped };
}

/** A document into which somebody may have written: figures of one GPU could be those of another. */
function garbled(sign: string): CollectorError {
  return new CollectorError(
    'unreadable',
    `nvidia-smi -q -x cannot be trusted: ${sign}. The name of a process, which nvidia-smi prints as it is, may have line breaks and tags`,
  );
}
