import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { EvaluationTrend, isAbove, isLost } from './evaluation-trend.ts';
import { figure } from '../figure.ts';
import { Streak } from '../streak.ts';
import { LevelNoise } from './level-noise.ts';
import { bestOnPath } from './lowest-on-path.ts';
import { OverfittingClimb, type Evaluation } from './overfitting-climb.ts';
import { OverfittingRise, type Rise } from './overfitting-rise.ts';

/**
 * Fall of the training loss that is more than chance, in deviations of one of its values: two medians of five values lie 0.8 of them
 * apart by chance.
 */
const clearFall = 3;

/** Rise that counts of a validation loss below zero, as a share of the way that it had come down: its level is no measure. */
const ofWay = 0.05;

export interface State {
  readonly trend: EvaluationTrend;
  readonly noise: LevelNoise;
  /** Evaluations in a row that look like overfitting. */
  readonly streak: Streak;
  readonly climb: OverfittingClimb;
  readonly path: OverfittingRise;
  /** The evaluation with the lowest smoothed validation loss, both losses smoothed. */
  best: Evaluation | null;
  /** The first validation loss, smoothed. */
  first: number | null;
}

/**
 * The validation loss rises for good while the training loss still falls: the network learns its training data by heart. Both losses
 * are medians of the last evaluations, so that one bad evaluation says nothing. A short run is over before long medians have turned and
 * its noise is known: rises without a break need neither, nor does a large rise that hardly ever fell back.
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
      default: 6,
      min: 0,
      max: 1000,
      help: 'Rise that counts in standard deviations of the noise of evaluations, where that is more',
    }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Evaluations in a row that must look so' }),
    rises: integer({
      default: 7,
      min: 1,
      max: 1000,
      help: 'Rises without a break from the best evaluation on that are enough, whatever the medians',
    }),
    large_rise: number({
      default: 0.13,
      min: 0,
      max: 1000,
      help: 'Rise above the best, as a share of it, that is found in few evaluations where it hardly ever fell back',
    }),
    clear_factor: number({
      default: 4,
      min: 0,
      max: 1000,
      help: 'Multiple of the noise, of the largest fall on the way up and of the largest rise lost before, that a large rise must be',
    }),
  }),
  reads: ['validation_loss', 'loss', 'evaluated_training_loss'],
  metrics: {},
  start: ({ window }): State => ({
    trend: new EvaluationTrend(window),
    noise: new LevelNoise(),
    streak: new Streak(),
    climb: new OverfittingClimb(),
    path: new OverfittingRise(),
    best: null,
    first: null,
  }),
  observe(state, observation, options) {
    const { window, rise, noise: sigmas, patience } = options;
    const { trend, streak, climb, path } = state;
    if (observation.wentBack) {
      trend.clear();
      state.noise.clear();
      streak.restart();
      climb.clear();
      path.clear();
      state.best = bestOnPath(state.best, observation.step);
    }
    const point = trend.observe(observation);
    const { latest } = trend;
    const value = observation.fresh.validation_loss;
    const isEvaluation = value !== undefined && Number.isFinite(value);
    if (isEvaluation) state.noise.push(value);
    const single = isEvaluation && latest !== null ? { step: observation.step, ...latest } : null;
    const foot = single === null ? null : climb.take(single, options.rises);
    const risen = single === null ? null : path.take(single, options.clear_factor);
    if (point === null) return quiet;
    const { step, validation, training } = point;
    const level = { step, validation: validation.now, training: training.now };
    if (state.best === null || level.validation < state.best.validation) state.best = level;
    const first = (state.first ??= level.validation);
    const isHigh = (best: number, now: number, noise: number) =>
      isLost({ first, best }, { now, noise }, { ofLevel: rise, ofWay }, sigmas);
    const learns = (from: Evaluation) => {
      const clear = level.training < level.validation ? 0 : clearFall * training.noise;
      return level.training < from.training - clear;
    };
    const memorises = (from: Evaluation, now: Evaluation) => {
      const above = (noise: number) => isHigh(from.validation, now.validation, noise);
      // The noise takes some work, and most evaluations are no rise at all.
      return learns(from) && above(0) && above(state.noise.deviation(validation.noise));
    };
    const climbed = foot !== null && single !== null && memorises(foot, single) ? { from: foot, now: single } : null;
    const isLarge = ({ from, now }: Rise) => {
      const lasting = { now: now.validation, noise: state.noise.deviation(0) };
      const isFar = isAbove(from.validation, lasting, options.large_rise, options.clear_factor);
      return from.validation > 0 && learns(from) && isFar;
    };
    const short = climbed ?? (risen !== null && isLarge(risen) ? risen : null);
    // Once found, it is over when the validation loss has come back, and not when noise or the training loss hide it for a while.
    const stays = streak.open && isHigh(state.best.validation, validation.now, 0);
    if (short === null && !stays && !memorises(state.best, level)) return streak.calm(step, patience);
    const { from: best, now } = short ?? { from: state.best, now: level };
    const firstStep = streak.disturbed(best.step + 1, short !== null || stays ? 1 : patience);
    if (firstStep === null) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      score: now.validation / best.validation - 1,
      threshold: rise,
      baseline: best.validation,
      window,
      cause:
        `The validation loss of rank ${observation.rank} has risen to ${figure(now.validation)} at step ${step} from its best, ` +
        `${figure(best.validation)} at step ${best.step}, while the training loss ${now.training < best.training ? 'fell' : 'went'} from ${figure(best.training)} to ${figure(now.training)}.`,
      advice: `Keep the checkpoint of about step ${best.step}; stop, or train on with more data, augmentation, weight decay or dropout.`,
    };
  },
});
