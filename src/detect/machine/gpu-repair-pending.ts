import { detectorOptions, quiet } from '../detector.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const reads = [
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
  reads: reads,
  options: detectorOptions(patience('0s', '1m')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    if (reads.every((name) => card.all(name).length === 0)) return quiet;
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

function waitingParts(card: Card<(typeof reads)[number]>): readonly string[] {
  return [
    ...(card.read('gradwatch_gpu_remapped_rows_pending') === 1 ? ['rows of its memory are to be remapped'] : []),
    ...(card.read('gradwatch_gpu_retired_pages_pending') === 1 ? ['pages of its memory are to be retired'] : []),
    ...card
      .all('gradwatch_gpu_repair_pending')
      .filter(({ value }) => value === 1)
      .map(({ labels }) => `its ${labels.get('part') ?? ''} is to be repaired`),
  ];
}
