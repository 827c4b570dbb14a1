import type { Item } from './measured-report.ts';
import type { RingBuffer } from './ring-buffer.ts';
import type { WireStep } from './wire-step.ts';

/** How far back a part looks for its step. What belongs together is logged within a step or two. */
const lookBack = 8;
/** What a further part of a step may bring again. */
const repeatable: ReadonlySet<string> = new Set(['step', 'unix_nanos', 'phase', 'extras', 'auxiliary_losses']);

/**
 * The report that a part of the same step can be added to: it still waits, at index `from` of the ring or after it. Undefined where there
 * is none, or where it has one of the part's fields already: then the worker went back to a checkpoint and takes the step again, and both
 * are told.
 */
export function findOpenStep(waiting: RingBuffer<Item>, from: number, part: WireStep): WireStep | undefined {
  const oldest = Math.max(from, waiting.first, waiting.end - lookBack);
  for (let index = waiting.end - 1; index >= oldest; index -= 1) {
    const candidate = waiting.at(index);
    if (candidate !== undefined && 'part' in candidate) continue;
    // Steps rise, so below a smaller number the same one can only be of before a return to a checkpoint.
    if (candidate === undefined || candidate.step < part.step) return undefined;
    if (candidate.step === part.step) return fills(candidate, part) ? candidate : undefined;
  }
  return undefined;
}

/** Adds a part to its step. Another phase takes the place of the one before; values with names of their own are added. */
export function addPart(step: WireStep, part: WireStep): void {
  Object.assign(step, part, {
    // The first report of a step was nearest to its end: its time stays.
    unix_nanos: step.unix_nanos,
    ...(part.extras && { extras: { ...step.extras, ...part.extras } }),
    ...(part.auxiliary_losses && { auxiliary_losses: { ...step.auxiliary_losses, ...part.auxiliary_losses } }),
  });
}

function fills(target: WireStep, part: WireStep): boolean {
  return Object.keys(part).every((name) => repeatable.has(name) || !(name in target));
}
