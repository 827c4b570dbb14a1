import { integer } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { longestSearch, LostScale } from './lost-scale.ts';
import { UnmarkedSkips } from './unmarked-skips.ts';
import { UnskippedNorms, type Norm } from './unskipped-norms.ts';

/** Values that are judged as they come; the gradient norm waits for the loss scale or the next loss. */
const direct = ['loss', 'validation_loss', 'parameter_norm'] as const;
const nouns = {
  loss: 'loss',
  gradient_norm: 'gradient norm',
  validation_loss: 'validation loss',
  parameter_norm: 'norm of the parameters',
} as const;
type Watched = keyof typeof nouns;

interface Told extends Norm {
  readonly field: Watched;
}

export interface State {
  readonly episode: Episode;
  /** Reports in a row that were not finite. Counted by field, because the values of a step may come apart. */
  readonly streak: Record<Watched, number>;
  /** The last step of each at which it was not finite, -1 before the first. */
  readonly at: Record<Watched, number>;
  readonly norms: UnskippedNorms;
  readonly skips: UnmarkedSkips;
  readonly scale: LostScale;
}

/** A loss, the gradient norm or the norm of the parameters is NaN or infinite. Needs no history. Steps that the loss scaler skipped, by a mark, its scale or the next loss, say nothing as long as they can be a search for a scale. */
export const nonFinite = stepDetector({
  kind: 'non_finite',
  subject: 'run',
  meaning: 'a loss, the gradient norm or the norm of the parameters is NaN or infinite',
  explains: ['gradient_ratio', 'gradient_tail', 'loss_spike', 'divergence', 'worker_lost'],
  alert: 'own',
  endsWithRun: true,
  options: detectorOptions({
    consecutive: integer({
      default: 2,
      min: 1,
      max: 1000,
      help: 'Values in a row that are not finite from which it is critical',
    }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Finite values in a row after which it is over' }),
  }),
  reads: [...direct, 'gradient_norm', 'loss_scale'],
  metrics: {},
  start: (): State => ({
    episode: new Episode(),
    streak: ofAll(0),
    at: ofAll(-1),
    norms: new UnskippedNorms(),
    skips: new UnmarkedSkips(),
    scale: new LostScale(),
  }),
  observe({ episode, streak, at, norms, skips, scale }, observation, { consecutive, recovery }) {
    const { step: reported, rank, fresh, known, skipped, wentBack } = observation;
    if (wentBack) {
      Object.assign(streak, ofAll(0));
      Object.assign(at, ofAll(-1));
    }
    const counted = skips.take(observation, norms.take(observation));
    scale.take(observation);
    if (skipped) {
      const { disorder, inARow } = scale;
      if (disorder === null) return quiet;
      return {
        status: 'evidence',
        severity: disorder.severity,
        firstStep: episode.disturbed(reported - inARow + 1),
        step: reported,
        score: inARow,
        threshold: longestSearch,
        baseline: null,
        window: 0,
        origin: 'shared',
        cause: `The loss scaler of rank ${rank} skipped step ${reported}, ${disorder.reason}.`,
        advice:
          'Nothing is trained in steps that are skipped: go back to a checkpoint before the first of them, look for infinities in the weights and the data, and compute what overflows in bf16 or fp32.',
      };
    }
    const bad: Told[] = [];
    let [told, longest] = [0, 0];
    const take = (field: Watched, step: number, value: number): void => {
      told += 1;
      streak[field] = Number.isFinite(value) ? 0 : streak[field] + 1;
      if (Number.isFinite(value)) return;
      at[field] = step;
      longest = Math.max(longest, streak[field]);
      bad.push({ field, step, value });
    };
    for (const field of direct) {
      const value = fresh[field];
      if (value !== undefined) take(field, reported, value);
    }
    for (const { step, value } of counted) take('gradient_norm', step, value);
    if (bad.length === 0) {
      if (told === 0) return quiet;
      // One field in order does not make calm while the other is still out of order.
      const isInOrder = streak.gradient_norm === 0 && direct.every((field) => streak[field] === 0);
      return isInOrder ? episode.calm(reported, recovery) : quiet;
    }
    // Frameworks that filter NaN out of the loss report it as exactly 0.
    const filtered = known.loss === 0 && known.gradient_norm !== undefined && Number.isNaN(known.gradient_norm);
    const steps = bad.map((each) => each.step);
    const step = Math.max(...steps);
    // A scaler skips a step whose gradients overflow, of which the loss is finite. Both were wrong, so the weights are, unless it says so.
    const brokeWeights = at.loss === at.gradient_norm && bad.some((each) => each.step === at.loss);
    const said = bad
      .filter((each) => each.step === step)
      .map(({ field, value }) => `${nouns[field]} ${figure(value)}`)
      .join(' and ');
    return {
      status: 'evidence',
      severity: longest >= consecutive || filtered || brokeWeights ? 'critical' : 'warning',
      firstStep: episode.disturbed(Math.min(...steps)),
      step,
      score: longest,
      threshold: consecutive,
      baseline: null,
      window: 0,
      // The gradient is that of all ranks once it is reduced; a loss is the rank's.
      origin: streak.loss > 0 ? 'own' : 'shared',
      cause:
        `Rank ${rank} reported ${said} at step ${step}` +
        (filtered
          ? ' with a loss of exactly 0: the loss was NaN and was filtered out.'
          : longest > 1
            ? `, the ${ordinal(longest)} such value in a row.`
            : brokeWeights
              ? ': the loss and the gradient of a step that nothing tells was skipped.'
              : '.'),
      advice:
        'Stop or go back to the last checkpoint before the first step; look at its batch, the learning rate and the precision.',
    };
  },
});

function ofAll(value: number): Record<Watched, number> {
  return { loss: value, gradient_norm: value, validation_loss: value, parameter_norm: value };
}

function ordinal(count: number): string {
  const tens = count % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
