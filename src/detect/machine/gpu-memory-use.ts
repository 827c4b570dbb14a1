import { number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const reads = ['gradwatch_gpu_memory_used_bytes', 'gradwatch_gpu_memory_total_bytes'] as const;

/** The memory of a GPU is nearly full while a run computes on it. Frameworks that take all memory at the start are among these. */
export const gpuMemoryPressure = cardDetector({
  kind: 'gpu_memory_pressure',
  meaning: 'the memory of a GPU is nearly full',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads,
  options: detectorOptions({
    high: number({ default: 0.92, min: 0, max: 1, help: 'Share of the memory from which it is told' }),
    full: number({ default: 0.97, min: 0, max: 1, help: 'Share from which it is a warning' }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, { high, full, ...waits }, { time }) {
    const share = used(card);
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

/** Looks of the level before, and of the present one. */
const before = 120;
const present = 6;

/** The memory in use of a GPU rises at once by much more than it moved before, while the same ranks compute on it. */
export const gpuMemoryJump = cardDetector({
  kind: 'gpu_memory_jump',
  meaning: 'the memory in use of a GPU has risen at once',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads,
  options: detectorOptions({
    rise: number({ default: 0.1, min: 0.001, max: 1, help: 'Rise as a share of the memory of the card' }),
    ...patience('0s', '1m'),
  }),
  start: () => ({ ranks: '', level: new SlidingWindow(before), now: new SlidingWindow(present), spell: new Spell() }),
  observe(state, card, { rise, ...waits }, { time }) {
    const share = used(card);
    if (share === null || card.ranks.length === 0) return quiet;
    const ranks = JSON.stringify(card.ranks);
    if (ranks !== state.ranks) {
      state.level.clear();
      state.now.clear();
      state.ranks = ranks;
    }
    const older = state.now.push(share);
    if (older !== undefined) state.level.push(older);
    // The lowest of what is, against the highest of what was: memory that comes and goes is no jump.
    const [lowest, highest] = [state.now.sorted[0] ?? NaN, state.level.sorted.at(-1) ?? NaN];
    const known = state.level.size === before;
    return state.spell.judge(time, known && lowest - highest > rise, waits, () => ({
      severity: 'info',
      score: lowest - highest,
      threshold: rise,
      baseline: highest,
      window: before,
      cause: `The memory in use of ${card.name} has risen from ${figure(100 * highest)} to ${figure(100 * lowest)} % of what it has.`,
      advice:
        'Look for what came at this time: an evaluation, a longer sequence, a second process on the card (`nvidia-smi`).',
    }));
  },
});

function used(card: Card<(typeof reads)[number]>): number | null {
  const [bytes, total] = [card.read('gradwatch_gpu_memory_used_bytes'), card.read('gradwatch_gpu_memory_total_bytes')];
  return bytes === null || total === null || total === 0 ? null : bytes / total;
}
