import { detectorOptions, quiet } from '../detector.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const words: Readonly<Record<string, string>> = {
  reset: 'a reset of the card',
  reboot: 'a reboot of the node',
  drain_p2p: 'to end what uses peer-to-peer access, and to reset',
  drain_and_reset: 'to drain the card and to reset it',
};

/** The driver itself says what must be done to a GPU: `gpu_recovery_action` of drivers from 565 on, before that its reset status. */
export const gpuRecoveryNeeded = cardDetector({
  kind: 'gpu_recovery_needed',
  meaning: 'the driver wants a GPU reset or the node rebooted',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads: ['gradwatch_gpu_recovery_action_state', 'gradwatch_gpu_reset_recommended'],
  options: detectorOptions(patience('0s', '1m')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, waits, { time }) {
    const action = card.state('gradwatch_gpu_recovery_action_state');
    const recommended = card.all('gradwatch_gpu_reset_recommended');
    if (action === null && recommended.length === 0) return quiet;
    const reset = recommended.filter(({ value }) => value === 1).map(({ labels }) => labels.get('kind') ?? '')[0];
    const wanted = action !== null && action !== 'none' ? action : reset;
    return spell.judge(time, wanted !== undefined, waits, () => ({
      severity: 'warning',
      score: 1,
      threshold: 1,
      cause: `The driver wants ${words[wanted ?? ''] ?? 'something done'} for ${card.name} (${wanted ?? ''}).`,
      advice: 'Drain the node, do what the driver says, and look at the Xid errors before it.',
    }));
  },
});
