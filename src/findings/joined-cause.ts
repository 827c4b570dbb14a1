import type { Finding } from './finding.ts';

/**
 * The sentence of a finding with that of its cause: "Rank 5 computes 1.4 times slower than its 7 peers since step 8120; GPU 3 is
 * throttled by its temperature, first seen 12 s before."
 */
export function joinedCause(words: string, openedAt: number, cause: Pick<Finding, 'cause' | 'openedAt'>): string {
  const seconds = openedAt - cause.openedAt;
  const distance = Math.abs(seconds) < 1 ? 'at the same time' : `${span(Math.abs(seconds))} ${when(seconds)}`;
  return `${open(words)}; ${open(cause.cause)}, first seen ${distance}.`;
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
