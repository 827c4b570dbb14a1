import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { EvaluationTrend, isAbove } from './evaluation-trend.ts';
import { figure } from '../figure.ts';
import { Streak } from '../streak.ts';

export interface State {
  readonly trend: EvaluationTrend;
  /** Evaluations in a row that look like overfitting. */
  readonly streak: Streak;
  /** The evaluation with the lowest smoothed validation loss. */
  best: { readonly step: number; readonly validation: number; readonly training: number } | null;
}

/**
 * The validation loss rises for good while the training loss still falls: the network learns its training data by heart. Both losses
 * are medians of the last evaluations, so that one bad evaluation says nothing.
 */
export const overfitting = stepDetector({
  kind: 'overfitting',
  subject: 'run',
  meaning: 'the validation loss rises while the training loss still falls',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    window: integer({ default: 5, min: 1, max: 1000, help: 'Evaluations whose median is the level of a loss' }),
    rise: number({
      default: 0.03,
      min: 0,
      max: 1000,
      help: 'Rise of the validation loss above its best level that counts, as a share of it',
    }),
    noise: number({
      default: 3,
      min: 0,
      max: 1000,
      help: 'Rise that counts in standard deviations of a single evaluation, where that is more',
    }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Evaluations in a row that must look so' }),
  }),
  reads: ['validation_loss', 'loss', 'evaluated_training_loss'],
  metrics: {},
  start: ({ window }): State => ({
    trend: new EvaluationTrend(window),
    streak: new Streak(),
    best: null,
  }),
  observe(state, observation, { window, rise, noise, patience }) {
    const { trend, streak } = state;
    if (observation.wentBack) {
      trend.clear();
      streak.restart();
      // What was reached on an abandoned path is no longer the best of this one.
      if (state.best !== null && state.best.step >= observation.step) state.best = null;
    }
    const point = trend.observe(observation);
    if (point === null) return quiet;
    const { step, validation, training } = point;
    if (state.best === null || validation.now < state.best.validation) {
      state.best = { step, validation: validation.now, training: training.now };
    }
    const { best } = state;
    const memorises =
      isAbove(best.validation, validation, rise, noise) &&
      training.now < best.training &&
      training.now < validation.now;
    if (!memorises) return streak.calm(step, patience);
    const firstStep = streak.disturbed(step, patience);
    if (firstStep === null) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      score: validation.now / best.validation - 1,
      threshold: rise,
      baseline: best.validation,
      window,
      cause:
        `The validation loss of rank ${observation.rank} has risen to ${figure(validation.now)} at step ${step} from its best, ` +
        `${figure(best.validation)} at step ${best.step}, while the training loss fell from ${figure(best.training)} to ${figure(training.now)}.`,
      advice: `Keep the checkpoint of about step ${best.step}; stop, or train on with more data, augmentation, weight decay or dropout.`,
    };
  },
});
