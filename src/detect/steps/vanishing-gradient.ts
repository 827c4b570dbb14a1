import { integer, number } from '../../config/index.ts';
import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { figure } from '../figure.ts';
import { Streak } from '../streak.ts';

export interface State {
  /** Logarithms of the norms that were in range. */
  readonly usual: SlidingWindow;
  /** Norms in a row that were too small. */
  readonly streak: Streak;
}

/**
 * The gradient norm fell far below its usual range, or to nothing, and stays there: nothing is learnt any more. A norm that falls
 * slowly, as it does when training converges, takes its baseline along.
 */
export const vanishingGradient = stepDetector({
  kind: 'vanishing_gradient',
  subject: 'run',
  meaning: 'the gradient norm fell to nothing and stays there',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    floor: number({
      default: 1e-7,
      min: 0,
      max: 1e12,
      help: 'Norm below which a gradient is nothing, whatever is usual',
    }),
    z: number({
      default: 8,
      min: 1,
      max: 1000,
      help: 'Robust z of the log norm, downwards, from which a norm is too small',
    }),
    scale_floor: number({
      default: 0.35,
      min: 0.01,
      max: 10,
      help: 'Least standard deviation of the log norm that is assumed',
    }),
    window: integer({ default: 64, min: 20, max: 4096, help: 'Norms in range that make the baseline' }),
    warmup: integer({ default: 20, min: 3, max: 4096, help: 'Norms before the robust z is trusted' }),
    patience: integer({ default: 20, min: 1, max: 100_000, help: 'Norms in a row that must be too small' }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Norms in range in a row after which it is over' }),
  }),
  reads: ['gradient_norm'],
  metrics: {},
  start: ({ window }): State => ({ usual: new SlidingWindow(window), streak: new Streak() }),
  observe({ usual, streak }, { step, rank, fresh, skipped, wentBack }, options) {
    if (wentBack) streak.restart();
    const norm = fresh.gradient_norm;
    if (norm === undefined || !Number.isFinite(norm) || norm < 0 || skipped) return quiet;
    const middle = usual.median();
    const isTrained = usual.size >= Math.min(options.warmup, usual.capacity);
    const scale = Math.max(madToSigma * usual.mad(), options.scale_floor);
    const limit = isTrained ? Math.max(options.floor, Math.exp(middle - options.z * scale)) : options.floor;
    if (norm >= limit && norm > 0) {
      usual.push(Math.log(norm));
      return streak.calm(step, options.recovery);
    }
    const firstStep = streak.disturbed(step, options.patience);
    if (firstStep === null) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      // The larger, the worse: how many times too small.
      score: limit / norm,
      threshold: 1,
      baseline: usual.size === 0 ? null : Math.exp(middle),
      window: usual.size,
      cause: `The gradient norm of rank ${rank} is ${figure(norm)} since step ${firstStep}${usual.size === 0 ? '' : `, usually ${figure(Math.exp(middle))}`} (limit ${figure(limit)}).`,
      advice:
        'Look at dead units, saturated activations and the loss scale; check that the parameters that should train require a gradient.',
    };
  },
});
