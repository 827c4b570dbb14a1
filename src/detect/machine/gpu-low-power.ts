import { integer, number } from '../../config/index.ts';
import type { RankProgress } from '../../runs/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { Pauses } from '../ranks/pauses.ts';
import { cardDetector } from './machine-detector.ts';
import { isTraining, standStill } from './run-pause.ts';
import { patience, Spell } from './spell.ts';

/** Busy looks of which the usual power is the median. */
const window = 120;
/** Share of the time in which a card reads or writes its memory, from which it works, if only a little: it generates. */
const work = 0.1;

/**
 * A GPU says that it is fully busy and draws hardly more power than an idle one, while its run takes no step: its kernels wait, as those of
 * a collective that not all ranks have joined. Utilisation is the share of time in which a kernel was there, not the work done. It takes
 * the power that the same ranks drew before: small models keep a card busy at low power all along.
 */
export const gpuLowPower = cardDetector({
  kind: 'gpu_busy_at_low_power',
  meaning: 'a GPU is fully busy at a fraction of its usual power: its kernels wait',
  explains: [],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads: [
    'gradwatch_gpu_utilization_ratio',
    'gradwatch_gpu_memory_utilization_ratio',
    'gradwatch_gpu_power_watts',
    'gradwatch_gpu_power_limit_watts',
  ],
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
  start: () => ({ ranks: '', power: new SlidingWindow(window), pauses: new Pauses(), spell: new Spell() }),
  observe(state, card, { busy, limit, usual, warmup, ...waits }, machine) {
    const utilization = card.read('gradwatch_gpu_utilization_ratio');
    const watts = card.read('gradwatch_gpu_power_watts');
    const most = card.read('gradwatch_gpu_power_limit_watts');
    if (utilization === null || watts === null || most === null) return quiet;
    const ranks = JSON.stringify(card.ranks);
    if (ranks !== state.ranks) Object.assign(state, { ranks, power: new SlidingWindow(window), pauses: new Pauses() });
    const isBusy = utilization >= busy;
    const before = state.power.median();
    const isLow = state.power.size >= warmup && watts < Math.min(limit * most, usual * before);
    if (isBusy && !isLow) state.power.push(watts);
    const isIdle = (card.read('gradwatch_gpu_memory_utilization_ratio') ?? 0) < work;
    const waitsForLong = isStuck(machine.ranksBeside(card), state.pauses, waits.after);
    return state.spell.judge(machine.time, isBusy && isLow && isIdle && waitsForLong, waits, (seconds) => ({
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

/** Whether a run takes no step although it trains, and for longer than in a pause like those that ended with further steps. */
function isStuck(ranks: readonly RankProgress[], pauses: Pauses, least: number): boolean {
  pauses.take(ranks, (rank) => standStill([rank], least));
  if (!ranks.every(isTraining) || !standStill(ranks)) return false;
  const step = Math.max(-1, ...ranks.map((rank) => rank.step ?? -1));
  return Math.min(...ranks.map(({ idle }) => idle)) >= pauses.after(step);
}
