import { number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { cardDetector } from './machine-detector.ts';
import { memoryShare, memoryShareReads } from './memory-share.ts';
import { patience, Spell } from './spell.ts';

/** Looks from which the level before is known, and within which it may rise little by little. */
const before = 120;
/** Looks of the present level. */
const present = 6;

/** The memory in use of a GPU rises within minutes, by much more than it ever was while the same ranks compute on it. */
export const gpuMemoryJump = cardDetector({
  kind: 'gpu_memory_jump',
  meaning: 'the memory in use of a GPU has risen within minutes',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: memoryShareReads,
  options: detectorOptions({
    rise: number({ default: 0.1, min: 0.001, max: 1, help: 'Rise as a share of the memory of the card' }),
    ...patience('0s', '1m'),
  }),
  start: () => ({ ranks: '', ...nothing(), spell: new Spell() }),
  observe(state, card, { rise, ...waits }, { time }) {
    const share = memoryShare(card);
    if (share === null || card.ranks.length === 0) return quiet;
    const ranks = JSON.stringify(card.ranks);
    if (ranks !== state.ranks) Object.assign(state, { ranks, ...nothing() });
    const recent = state.now.push(share);
    const old = recent === undefined ? undefined : state.recent.push(recent);
    if (old !== undefined) {
      state.looks += 1;
      state.highest = Math.max(state.highest, old);
    }
    // The lowest of what is, against the highest of what was: memory that comes and goes, as with evaluations, is no jump.
    const { looks, highest } = state;
    const lowest = state.now.quantile(0);
    return state.spell.judge(time, looks >= before && lowest - highest > rise, waits, () => ({
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

function nothing() {
  return { looks: 0, highest: 0, recent: new SlidingWindow(before), now: new SlidingWindow(present) };
}
