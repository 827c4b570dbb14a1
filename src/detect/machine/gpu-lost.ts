import { detectorOptions, type Severity } from '../detector.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

interface Fault {
  readonly severity: Severity;
  readonly words: string;
  readonly advice: string;
}

/** States in which a card computes no longer. What the exporter may not read is no fault of the card. */
const faults: Readonly<Record<string, Fault>> = {
  lost: {
    severity: 'critical',
    words: 'is lost: the driver does not reach it any more',
    advice:
      'Drain the node, look for Xid 79 in the kernel log, and start it anew from cold; then look at the seat of the card and its power.',
  },
  requires_reset: {
    severity: 'critical',
    words: 'computes no more before it is reset',
    advice: 'End what uses the card, and reset it (`nvidia-smi --gpu-reset`), or reboot the node.',
  },
  unknown_error: {
    severity: 'critical',
    words: 'answers the driver with an unknown error',
    advice: 'Look at the kernel log, reset the card, and reboot the node where that does not help.',
  },
};

/** nvidia-smi tells errors in place of the readings of a GPU. */
export const gpuLost = cardDetector({
  kind: 'gpu_lost',
  meaning: 'a GPU is lost, or must be reset before it computes again',
  explains: ['gpu_recovery_needed', 'worker_lost', 'stall'],
  alert: 'own',
  collectors: ['gpu'],
  reads: ['gradwatch_gpu_state'],
  options: detectorOptions(patience('0s', '30s')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    const state = card.state('gradwatch_gpu_state');
    const fault = faults[state ?? ''];
    return spell.judge(time, state === 'initializing' ? null : fault !== undefined, waits, () => ({
      severity: fault?.severity ?? 'critical',
      score: 1,
      threshold: 1,
      cause: `${card.name} ${fault?.words ?? ''}.`,
      advice: fault?.advice ?? '',
    }));
  },
});
