import type { Item } from './measured-report.ts';
import type { RingBuffer } from './ring-buffer.ts';
import type { WireStep } from './step-report.ts';

/** How far back a part looks for its step. What belongs together is logged within a step or two. */
const lookBack = 8;
/** What a further part of a step may bring again. */
const repeatable: ReadonlySet<string> = new Set(['step', 'unix_nanos', 'phase', 'extras', 'auxiliary_losses']);

/**
 * Adds a part to the report of the same step where that one still waits, at index `from` of the ring or after it. False where there is
 * none, or where it has one of the part's fields already: then the worker went back to a checkpoint and takes the step again, and both
 * are told. Another phase takes the place of the one before; values with names of their own are added.
 */
export function mergeStep(waiting: RingBuffer<Item>, from: number, part: WireStep): boolean {
  const oldest = Math.max(from, waiting.first, waiting.end - lookBack);
  for (let index = waiting.end - 1; index >= oldest; index -= 1) {
    const candidate = waiting.at(index);
    if (candidate !== undefined && 'part' in candidate) continue;
    // Steps rise, so below a smaller number the same one can only be of before a return to a checkpoint.
    if (candidate === undefined || candidate.step < part.step) return false;
    if (candidate.step > part.step) continue;
    if (!fills(candidate, part)) return false;
    Object.assign(candidate, part, {
      // The first report of a step was nearest to its end: its time stays.
      unix_nanos: candidate.unix_nanos,
      ...(part.extras && { extras: { ...candidate.extras, ...part.extras } }),
      ...(part.auxiliary_losses && {
        auxiliary_losses: { ...candidate.auxiliary_losses, ...part.auxiliary_losses },
      }),
    });
    return true;
  }
  return false;
}

function fills(target: WireStep, part: WireStep): boolean {
  return Object.keys(part).every((name) => repeatable.has(name) || !(name in target));
}
