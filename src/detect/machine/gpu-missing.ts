import { detectorOptions } from '../detector.ts';
import { nodeDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

/** The node has fewer GPUs than it should, and it is not one that was seen before: that one is lost. */
export const gpuMissing = nodeDetector({
  kind: 'gpu_missing',
  meaning: 'the node has fewer GPUs than it should have',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads: ['gradwatch_gpu_devices_seen', 'gradwatch_gpu_devices_expected', 'gradwatch_gpu_state'],
  options: detectorOptions(patience('1m', '30s')),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, machine, waits) {
    const seen = machine.read('gradwatch_gpu_devices_seen');
    const expected = machine.read('gradwatch_gpu_devices_expected');
    const lost = machine.cards.filter((card) => card.state('gradwatch_gpu_state') === 'lost').length;
    const missing = seen === null || expected === null ? null : expected - seen - lost;
    return spell.judge(machine.time, missing === null ? null : missing > 0, waits, () => ({
      severity: 'warning',
      score: missing ?? 0,
      threshold: 1,
      baseline: expected,
      cause: `The driver knows ${seen ?? 0} of the ${expected ?? 0} GPUs that the node should have.`,
      advice:
        'Look for NVRM lines in the kernel log and at `lspci`: a card that failed at boot; or correct gpu.expected.',
    }));
  },
});
