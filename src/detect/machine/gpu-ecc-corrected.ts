import { integer } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { eccCount, eccReads } from './ecc-count.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

/** Errors that ECC corrects become many before some cannot be corrected. */
export const gpuEccCorrected = cardDetector({
  kind: 'gpu_ecc_corrected',
  meaning: 'the memory of a GPU has many errors, which ECC corrects as yet',
  explains: [],
  alert: 'none',
  collectors: ['gpu', 'gpu_detail'],
  reads: eccReads,
  options: detectorOptions({
    errors: integer({ default: 100, min: 1, max: 1e12, help: 'Corrected errors within an hour' }),
    ...patience('0s', '1h'),
  }),
  start: () => ({ corrected: new Rise(3600), spell: new Spell() }),
  observe({ corrected, spell }, card, { errors, ...waits }, { time }) {
    const now = eccCount(card, 'corrected', 'volatile');
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
