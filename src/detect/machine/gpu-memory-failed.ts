import { detectorOptions, quiet } from '../detector.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const reads = [
  'gradwatch_gpu_remapped_rows_failed',
  'gradwatch_gpu_memory_unrepairable',
  'gradwatch_gpu_sram_threshold_exceeded',
] as const;
const failures = {
  gradwatch_gpu_remapped_rows_failed: 'a row could not be remapped, since no spare one is left',
  gradwatch_gpu_memory_unrepairable: 'it has errors that cannot be repaired',
  gradwatch_gpu_sram_threshold_exceeded: 'its SRAM had more uncorrected errors than NVIDIA allows',
} as const satisfies Record<(typeof reads)[number], string>;

/** Memory that cannot be mended: the card is to be replaced. */
export const gpuMemoryFailed = cardDetector({
  kind: 'gpu_memory_failed',
  meaning: 'the memory of a GPU cannot be repaired any more',
  explains: ['gpu_memory_worn', 'gpu_repair_pending', 'gpu_recovery_needed'],
  alert: 'own',
  collectors: ['gpu', 'gpu_detail'],
  reads: reads,
  options: detectorOptions(patience('0s', '1m')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    const told = reads.filter((name) => card.read(name) !== null);
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
