import { duration, integer } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

const reads = ['gradwatch_gpu_ecc_errors_total'] as const;
type EccCard = Card<(typeof reads)[number]>;

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
  reads,
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
    const [now, ever] = [count(card, 'uncorrected', 'volatile'), count(card, 'uncorrected', 'aggregate')];
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

/** Errors that ECC corrects become many before some cannot be corrected. */
export const gpuEccCorrected = cardDetector({
  kind: 'gpu_ecc_corrected',
  meaning: 'the memory of a GPU has many errors, which ECC corrects as yet',
  explains: [],
  alert: 'none',
  collectors: ['gpu', 'gpu_detail'],
  reads,
  options: detectorOptions({
    errors: integer({ default: 100, min: 1, max: 1e12, help: 'Corrected errors within an hour' }),
    ...patience('0s', '1h'),
  }),
  start: () => ({ corrected: new Rise(3600), spell: new Spell() }),
  observe({ corrected, spell }, card, { errors, ...waits }, { time }) {
    const now = count(card, 'corrected', 'volatile');
    if (now === null) return quiet;
    corrected.push(time, now);
    return spell.judge(time, corrected.rise >= errors, waits, () => ({
      severity: 'info',
      score: corrected.rise,
      threshold: errors,
      cause: `ECC corrected ${figure(corrected.rise)} errors in the memory of ${card.name} within the last ${span(Math.min(3600, corrected.span(time)))}.`,
      advice:
        'Watch the card: reset it at the next occasion, so that rows are remapped, and replace it when the errors go on.',
    }));
  },
});

/** The sum that the driver tells, else that of its two parts. */
function count(card: EccCard, severity: string, window: string): number | null {
  const at = (location: string) => card.read('gradwatch_gpu_ecc_errors_total', { location, severity, window });
  const [total, dram, sram] = [at('total'), at('dram') ?? at('device_memory'), at('sram')];
  return total ?? (dram === null && sram === null ? null : (dram ?? 0) + (sram ?? 0));
}

function where(card: EccCard): string {
  const places = ['dram', 'sram'].filter(
    (location) =>
      (card.read('gradwatch_gpu_ecc_errors_total', { location, severity: 'uncorrected', window: 'volatile' }) ?? 0) > 0,
  );
  return places.length === 0 ? '' : ` (${places.join(', ').toUpperCase()})`;
}
