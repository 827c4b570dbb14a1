import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { EvaluationTrend, isAbove } from './evaluation-trend.ts';
import { figure } from '../figure.ts';
import { Streak } from '../streak.ts';
import { OverfittingClimb, type Evaluation } from './overfitting-climb.ts';

export interface State {
  readonly trend: EvaluationTrend;
  /** Evaluations in a row that look like overfitting. */
  readonly streak: Streak;
  readonly climb: OverfittingClimb;
  /** The evaluation with the lowest smoothed validation loss, both losses smoothed. */
  best: Evaluation | null;
}

/**
 * The validation loss rises for good while the training loss still falls: the network learns its training data by heart. Both losses
 * are medians of the last evaluations, so that one bad evaluation says nothing. Rises without a break need no medians: a short run
 * with few evaluations is over before the medians have turned.
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
    rises: integer({
      default: 7,
      min: 1,
      max: 1000,
      help: 'Rises without a break from the best evaluation on that are enough, whatever the medians',
    }),
  }),
  reads: ['validation_loss', 'loss', 'evaluated_training_loss'],
  metrics: {},
  start: ({ window }): State => ({
    trend: new EvaluationTrend(window),
    streak: new Streak(),
    climb: new OverfittingClimb(),
    best: null,
  }),
  observe(state, observation, { window, rise, noise, patience, rises }) {
    const { trend, streak, climb } = state;
    if (observation.wentBack) {
      trend.clear();
      streak.restart();
      climb.clear();
      // What was reached on an abandoned path is no longer the best of this one.
      if (state.best !== null && state.best.step >= observation.step) state.best = null;
    }
    const point = trend.observe(observation);
    const { latest } = trend;
    const isEvaluation = Number.isFinite(observation.fresh.validation_loss);
    const foot = isEvaluation && latest !== null ? climb.take({ step: observation.step, ...latest }, rises) : null;
    if (point === null) return quiet;
    const { step, validation, training } = point;
    if (state.best === null || validation.now < state.best.validation) {
      state.best = { step, validation: validation.now, training: training.now };
    }
    const climbed =
      foot !== null &&
      latest !== null &&
      isAbove(foot.validation, { now: latest.validation, noise: validation.noise }, rise, noise) &&
      training.now < foot.training &&
      training.now < validation.now;
    const memorises =
      isAbove(state.best.validation, validation, rise, noise) &&
      training.now < state.best.training &&
      training.now < validation.now;
    if (!climbed && !memorises) return streak.calm(step, patience);
    const firstStep = streak.disturbed(step, climbed ? 1 : patience);
    if (firstStep === null) return quiet;
    const best = climbed ? foot : state.best;
    const [risen, fallen] = climbed ? [latest.validation, latest.training] : [validation.now, training.now];
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      score: risen / best.validation - 1,
      threshold: rise,
      baseline: best.validation,
      window,
      cause:
        `The validation loss of rank ${observation.rank} has risen to ${figure(risen)} at step ${step} from its best, ` +
        `${figure(best.validation)} at step ${best.step}, while the training loss fell from ${figure(best.training)} to ${figure(fallen)}.`,
      advice: `Keep the checkpoint of about step ${best.step}; stop, or train on with more data, augmentation, weight decay or dropout.`,
    };
  },
});
