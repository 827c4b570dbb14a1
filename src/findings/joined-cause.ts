import type { Finding } from './finding.ts';

/** What a sentence is joined with: what the other finding says for itself, and when it opened. */
export interface Told extends Pick<Finding, 'openedAt'> {
  readonly words: string;
}

/**
 * The sentence of a finding with that of its cause, or with the first clause of what follows from it: "Rank 5 computes 1.4 times slower than
 * its 7 peers since step 8120; GPU 3 is throttled by its temperature, first seen 12 s before."
 */
export function joinedCause(own: Told, other: Told): string {
  const seconds = own.openedAt - other.openedAt;
  const distance = Math.abs(seconds) < 1 ? 'at the same time' : `${span(Math.abs(seconds))} ${when(seconds)}`;
  return `${open(own.words)}; ${open(other.words)}, first seen ${distance}.`;
}

/** The sentence of a card that is not the only one: "GPU 0 is throttled by its temperature; 7 more GPUs of the node are affected." */
export function withOthers(words: string, count: number): string {
  return `${open(words)}; ${count} more ${count === 1 ? 'GPU of the node is' : 'GPUs of the node are'} affected.`;
}

/** The beginning of a sentence that stands for itself. */
export function firstClause(sentence: string): string {
  return sentence.split(';', 1)[0] ?? '';
}

function when(seconds: number): string {
  return seconds > 0 ? 'before' : 'after';
}

/** A sentence that goes on. */
function open(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
