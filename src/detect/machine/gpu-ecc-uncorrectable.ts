import { duration } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { eccCount, eccReads, type EccCard } from './ecc-count.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { Spell } from './spell.ts';

/**
 * Memory errors that ECC saw and could not correct. Those since the driver was loaded and those ever counted are held apart: the first
 * begin anew with the driver. What was counted before the exporter looked is no news, and is told as such.
 */
export const gpuEccUncorrectable = cardDetector({
  kind: 'gpu_ecc_uncorrectable',
  meaning: 'the memory of a GPU had errors that ECC could not correct',
  explains: ['gpu_repair_pending', 'gpu_recovery_needed', 'worker_lost'],
  alert: 'own',
  collectors: ['gpu', 'gpu_detail'],
  reads: eccReads,
  options: detectorOptions({
    calm: duration({
      default: '1h',
      min: '5s',
      max: '30d',
      help: 'Time without a further error after which it is recovered',
    }),
  }),
  start: ({ calm }) => ({
    volatile: new Rise(calm),
    aggregate: new Rise(calm),
    before: 0,
    since: NaN,
    spell: new Spell(),
  }),
  observe(state, card, { calm }, { time }) {
    const [now, ever] = [eccCount(card, 'uncorrected', 'volatile'), eccCount(card, 'uncorrected', 'aggregate')];
    if (now === null && ever === null) return quiet;
    // The driver was loaded anew, or the card was reset: that is what was asked for.
    if ((now ?? 0) < state.before) Object.assign(state, { volatile: new Rise(calm), aggregate: new Rise(calm) });
    const { volatile, aggregate, spell } = state;
    state.before = now ?? 0;
    if (Number.isNaN(state.since)) state.since = time;
    if (now !== null) volatile.push(time, now);
    if (ever !== null) aggregate.push(time, ever);
    const rise = Math.max(volatile.rise, aggregate.rise);
    const isOld = (now ?? 0) > 0 && time - state.since < calm;
    return spell.judge(time, rise > 0 || isOld, { after: 0, calm: 0 }, () => ({
      severity: rise > 0 ? 'critical' : 'info',
      score: Math.max(rise, now ?? 0),
      threshold: 1,
      cause:
        rise > 0
          ? `The memory of ${card.name} had ${figure(rise)} errors that ECC could not correct${where(card)}, within the last ${span(Math.min(calm, aggregate.span(time)))}.`
          : `The memory of ${card.name} has ${figure(now ?? 0)} errors that ECC could not correct${where(card)} since the driver was loaded.`,
      advice:
        'What the run computed on this card since is not to be trusted: go back to the last checkpoint, drain the node and reset the card.',
    }));
  },
});

function where(card: EccCard): string {
  const places = ['dram', 'sram'].filter(
    (location) =>
      (card.read('gradwatch_gpu_ecc_errors_total', { location, severity: 'uncorrected', window: 'volatile' }) ?? 0) > 0,
  );
  return places.length === 0 ? '' : ` (${places.join(', ').toUpperCase()})`;
}
