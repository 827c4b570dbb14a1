import { integer, number } from '../../config/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

/** Busy looks of which the usual power is the median. */
const window = 120;

/**
 * A GPU says that it is fully busy and draws hardly more power than an idle one: its kernels wait, as those of a collective that not
 * all ranks have joined. Utilisation is the share of time in which a kernel was there, not the work done. It takes the power that the
 * same ranks drew before: small models keep a card busy at low power all along.
 */
export const gpuLowPower = cardDetector({
  kind: 'gpu_busy_at_low_power',
  meaning: 'a GPU is fully busy at a fraction of its usual power: its kernels wait',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads: ['gradwatch_gpu_utilization_ratio', 'gradwatch_gpu_power_watts', 'gradwatch_gpu_power_limit_watts'],
  options: detectorOptions({
    busy: number({ default: 0.95, min: 0, max: 1, help: 'Utilisation from which a card is fully busy' }),
    limit: number({ default: 0.35, min: 0, max: 1, help: 'Share of the power limit below which power is low' }),
    usual: number({
      default: 0.6,
      min: 0,
      max: 1,
      help: 'Share of the power that it usually draws while busy, likewise',
    }),
    warmup: integer({ default: 24, min: 1, max: window, help: 'Busy looks from which the usual power is known' }),
    ...patience('3m', '1m'),
  }),
  start: () => ({ ranks: '', power: new SlidingWindow(window), spell: new Spell() }),
  observe(state, card, { busy, limit, usual, warmup, ...waits }, { time }) {
    const utilization = card.read('gradwatch_gpu_utilization_ratio');
    const watts = card.read('gradwatch_gpu_power_watts');
    const most = card.read('gradwatch_gpu_power_limit_watts');
    if (utilization === null || watts === null || most === null) return quiet;
    const ranks = JSON.stringify(card.ranks);
    if (ranks !== state.ranks) {
      state.power.clear();
      state.ranks = ranks;
    }
    const isBusy = utilization >= busy;
    const before = state.power.median();
    const isLow =
      isBusy && card.ranks.length > 0 && state.power.size >= warmup && watts < Math.min(limit * most, usual * before);
    if (isBusy && !isLow) state.power.push(watts);
    return state.spell.judge(time, isLow, waits, (seconds) => ({
      severity: 'warning',
      score: before / watts,
      threshold: 1 / usual,
      baseline: before,
      window: state.power.size,
      cause: `${card.name} is ${figure(100 * utilization)} % busy at ${figure(watts)} W of ${figure(most)} W, usually ${figure(before)} W, since ${span(seconds)}: its kernels wait.`,
      advice:
        'Look for the rank that does not wait: it has not joined the collective. `py-spy dump` of its process says where it stands.',
    }));
  },
});
