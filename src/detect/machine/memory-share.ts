import type { Card } from './machine.ts';

export const memoryShareReads = ['gradwatch_gpu_memory_used_bytes', 'gradwatch_gpu_memory_total_bytes'] as const;

/** Memory in use as a share of the card's own; null where it does not tell. */
export function memoryShare(card: Card<(typeof memoryShareReads)[number]>): number | null {
  const [bytes, total] = [card.read('gradwatch_gpu_memory_used_bytes'), card.read('gradwatch_gpu_memory_total_bytes')];
  return bytes === null || total === null || total === 0 ? null : bytes / total;
}
