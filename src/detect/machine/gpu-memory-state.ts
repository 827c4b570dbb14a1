import { detectorOptions, quiet } from '../detector.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const failedReads = [
  'gradwatch_gpu_remapped_rows_failed',
  'gradwatch_gpu_memory_unrepairable',
  'gradwatch_gpu_sram_threshold_exceeded',
] as const;
const failures = {
  gradwatch_gpu_remapped_rows_failed: 'a row could not be remapped, since no spare one is left',
  gradwatch_gpu_memory_unrepairable: 'it has errors that cannot be repaired',
  gradwatch_gpu_sram_threshold_exceeded: 'its SRAM had more uncorrected errors than NVIDIA allows',
} as const satisfies Record<(typeof failedReads)[number], string>;

/** Memory that cannot be mended: the card is to be replaced. */
export const gpuMemoryFailed = cardDetector({
  kind: 'gpu_memory_failed',
  meaning: 'the memory of a GPU cannot be repaired any more',
  explains: ['gpu_repair_pending', 'gpu_recovery_needed'],
  alert: 'own',
  collectors: ['gpu', 'gpu_detail'],
  reads: failedReads,
  options: detectorOptions(patience('0s', '1m')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    const told = failedReads.filter((name) => card.read(name) !== null);
    if (told.length === 0) return quiet;
    const failed = told.filter((name) => card.read(name) === 1);
    return spell.judge(time, failed.length > 0, waits, () => ({
      severity: 'critical',
      score: failed.length,
      threshold: 1,
      cause: `The memory of ${card.name} has failed: ${failed.map((name) => failures[name]).join('; ')}.`,
      advice:
        'Drain the node and replace the card: the next error in its memory can end the run, or spoil what it computes.',
    }));
  },
});

const pendingReads = [
  'gradwatch_gpu_remapped_rows_pending',
  'gradwatch_gpu_retired_pages_pending',
  'gradwatch_gpu_repair_pending',
] as const;

/** Memory that the next reset or boot mends. */
export const gpuRepairPending = cardDetector({
  kind: 'gpu_repair_pending',
  meaning: 'a part of a GPU waits for a reset to be repaired',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads: pendingReads,
  options: detectorOptions(patience('0s', '1m')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    if (pendingReads.every((name) => card.all(name).length === 0)) return quiet;
    const waiting = waitingParts(card);
    return spell.judge(time, waiting.length > 0, waits, () => ({
      severity: 'warning',
      score: waiting.length,
      threshold: 1,
      cause: `${card.name} waits for a reset: ${waiting.join(', ')}.`,
      advice:
        'Reset the card as soon as the run can pause (`nvidia-smi --gpu-reset`), or reboot where pages are to be retired.',
    }));
  },
});

function waitingParts(card: Card<(typeof pendingReads)[number]>): readonly string[] {
  return [
    ...(card.read('gradwatch_gpu_remapped_rows_pending') === 1 ? ['rows of its memory are to be remapped'] : []),
    ...(card.read('gradwatch_gpu_retired_pages_pending') === 1 ? ['pages of its memory are to be retired'] : []),
    ...card
      .all('gradwatch_gpu_repair_pending')
      .filter(({ value }) => value === 1)
      .map(({ labels }) => `its ${labels.get('part') ?? ''} is to be repaired`),
  ];
}
