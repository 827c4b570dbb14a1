import { number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { cardDetector } from './machine-detector.ts';
import { memoryShare, memoryShareReads } from './memory-share.ts';
import { patience, Spell } from './spell.ts';

/** The memory of a GPU is nearly full while a run computes on it. Frameworks that take all memory at the start are among these. */
export const gpuMemoryPressure = cardDetector({
  kind: 'gpu_memory_pressure',
  meaning: 'the memory of a GPU is nearly full',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: memoryShareReads,
  options: detectorOptions({
    high: number({ default: 0.92, min: 0, max: 1, help: 'Share of the memory from which it is told' }),
    full: number({ default: 0.97, min: 0, max: 1, help: 'Share from which it is a warning' }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, { high, full, ...waits }, { time }) {
    const share = memoryShare(card);
    if (share === null) return quiet;
    return spell.judge(time, card.ranks.length > 0 && share > high, waits, (seconds) => ({
      severity: share > full ? 'warning' : 'info',
      score: share,
      threshold: high,
      cause: `The memory of ${card.name} is ${figure(100 * share)} % full, since ${span(seconds)}.`,
      advice:
        'A larger batch, a longer sequence or fragmentation can end the run: leave room, or checkpoint activations.',
    }));
  },
});
