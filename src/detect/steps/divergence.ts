import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector, type Evidence } from '../detector.ts';
import { Episode } from '../episode.ts';
import { EvaluationTrend, isAbove, type EvaluationPoint } from './evaluation-trend.ts';
import { figure } from '../figure.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Share of what the training loss had gained that must be lost again: near zero a loss doubles by noise alone. */
const givenBack = 0.1;

/** Evaluations in a row at which both losses must be blown up: one may be a mishap of its own. */
const blownEvaluations = 2;

/** How often in a row a rule has held, and since which step. */
interface Streak {
  count: number;
  since: number;
}

export interface State {
  readonly loss: SmoothedLoss;
  readonly evaluations: EvaluationTrend;
  readonly episode: Episode;
  /** Levels of the training loss: the first, and the lowest with its step. */
  firstLevel: number | null;
  best: { readonly step: number; readonly level: number } | null;
  /** The lowest levels at evaluations. */
  bestEvaluated: { validation: number; training: number } | null;
  readonly risen: Streak;
  readonly evaluatedRisen: Streak;
  /** The lowest losses of single evaluations. */
  lowest: { validation: number; training: number } | null;
  readonly blown: Streak;
}

/**
 * The loss has left its best level upwards and stays there: the training loss alone, or training and validation loss together from
 * evaluation to evaluation. A spike that heals is too short for either. Losses of evaluations that are many times as high as they were
 * need no levels: such a run often ends before there are any.
 */
export const divergence = stepDetector({
  kind: 'divergence',
  subject: 'run',
  meaning: 'the loss has risen far above its best and stays there',
  explains: ['loss_spike', 'loss_oscillation', 'loss_not_decreasing', 'overtraining'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    window: integer({ default: 64, min: 4, max: 4096, help: 'Training losses whose median is their level' }),
    rise: number({
      default: 0.5,
      min: 0.01,
      max: 1000,
      help: 'Rise of the training loss above its best level that counts, as a share of it',
    }),
    patience: integer({ default: 64, min: 1, max: 100_000, help: 'Training losses for which it must last' }),
    evaluation_window: integer({
      default: 5,
      min: 1,
      max: 1000,
      help: 'Evaluations whose median is the level of a loss',
    }),
    evaluation_rise: number({
      default: 0.1,
      min: 0.01,
      max: 1000,
      help: 'Rise of both losses of an evaluation above their best levels that counts, as a share of them',
    }),
    evaluation_patience: integer({ default: 3, min: 1, max: 1000, help: 'Evaluations for which it must last' }),
    blow_up: number({
      default: 10,
      min: 2,
      max: 1e12,
      help: 'Multiple of their lowest values so far at which both losses of two evaluations in a row are critical at once',
    }),
    noise: number({
      default: 3,
      min: 0,
      max: 1000,
      help: 'Rise that counts in standard deviations of a single value, where that is more',
    }),
  }),
  reads: ['loss', 'validation_loss', 'evaluated_training_loss'],
  metrics: {},
  start: ({ window, evaluation_window }): State => ({
    loss: new SmoothedLoss(window),
    evaluations: new EvaluationTrend(evaluation_window),
    episode: new Episode(),
    firstLevel: null,
    best: null,
    bestEvaluated: null,
    risen: { count: 0, since: 0 },
    evaluatedRisen: { count: 0, since: 0 },
    lowest: null,
    blown: { count: 0, since: 0 },
  }),
  observe(state, observation, options) {
    const { step, rank, wentBack } = observation;
    if (wentBack) {
      state.loss.clear();
      state.evaluations.clear();
      state.risen.count = state.evaluatedRisen.count = state.blown.count = 0;
    }
    const level = takeLoss(state, observation.fresh.loss, step);
    const point = state.evaluations.observe(observation);
    const evaluated = observation.fresh.validation_loss === undefined ? null : state.evaluations.latest;
    const evidence =
      (evaluated === null ? null : judgeBlowUp(state, evaluated, step, rank, options)) ??
      (point === null ? null : judgeEvaluation(state, point, rank, options)) ??
      (level === null ? null : judgeLoss(state, level, step, rank, options));
    if (evidence !== null) return { status: 'evidence', ...evidence };
    // Both rules have to be at rest, for as many losses as the verdict took; for as many evaluations where no step tells a loss.
    const onlyEvaluations = state.best === null;
    const held = [state.risen, state.evaluatedRisen, state.blown].some(({ count }) => count > 0);
    if ((onlyEvaluations ? point : level) === null || held) return quiet;
    return state.episode.calm(step, onlyEvaluations ? options.evaluation_patience : options.patience);
  },
});

interface Options {
  readonly window: number;
  readonly rise: number;
  readonly patience: number;
  readonly evaluation_window: number;
  readonly evaluation_rise: number;
  readonly evaluation_patience: number;
  readonly blow_up: number;
  readonly noise: number;
}

const advice =
  'Go back to the last checkpoint before the first step, and lower the learning rate or clip the gradient before going on.';

/** The level of the training loss with this value, null without one. */
function takeLoss(state: State, loss: number | undefined, step: number): number | null {
  if (loss === undefined || !Number.isFinite(loss)) return null;
  state.loss.push(loss);
  const level = state.loss.level;
  if (level === null) return null;
  state.firstLevel ??= level;
  if (state.best === null || level < state.best.level) state.best = { step, level };
  return level;
}

function judgeLoss(state: State, level: number, step: number, rank: number, options: Options): Evidence | null {
  const { best, firstLevel, risen, loss } = state;
  if (best === null || firstLevel === null) return null;
  const { rise, noise, patience, window } = options;
  const far =
    isAbove(best.level, { now: level, noise: loss.noise }, rise, noise) &&
    level - best.level > givenBack * (firstLevel - best.level);
  if (!lasts(risen, far, step, patience)) return null;
  return {
    severity: 'critical',
    firstStep: state.episode.disturbed(risen.since),
    step,
    score: riseOf(level, best.level),
    threshold: rise,
    baseline: best.level,
    window,
    cause: `The training loss of rank ${rank} stays at ${figure(level)} up to step ${step}, above its best level of ${figure(best.level)} at step ${best.step}.`,
    advice,
  };
}

function judgeBlowUp(
  state: State,
  { validation, training }: { readonly validation: number; readonly training: number },
  step: number,
  rank: number,
  { blow_up: factor }: Options,
): Evidence | null {
  const lowest = (state.lowest ??= { validation, training });
  lowest.validation = Math.min(lowest.validation, validation);
  lowest.training = Math.min(lowest.training, training);
  const blown =
    Math.min(lowest.validation, lowest.training) > 0 &&
    validation > factor * lowest.validation &&
    training > factor * lowest.training;
  if (!lasts(state.blown, blown, step, blownEvaluations)) return null;
  return {
    severity: 'critical',
    firstStep: state.episode.disturbed(state.blown.since),
    step,
    score: riseOf(validation, lowest.validation),
    threshold: factor - 1,
    baseline: lowest.validation,
    window: 1,
    cause: `At step ${step} the evaluation of rank ${rank} gave ${figure(validation)} for validation and ${figure(training)} for training, many times their lowest of ${figure(lowest.validation)} and ${figure(lowest.training)}.`,
    advice,
  };
}

function judgeEvaluation(state: State, point: EvaluationPoint, rank: number, options: Options): Evidence | null {
  const { step, validation, training } = point;
  const best = (state.bestEvaluated ??= { validation: validation.now, training: training.now });
  best.validation = Math.min(best.validation, validation.now);
  best.training = Math.min(best.training, training.now);
  const { evaluation_rise: rise, noise, evaluation_patience: patience, evaluation_window: window } = options;
  const far = isAbove(best.validation, validation, rise, noise) && isAbove(best.training, training, rise, noise);
  if (!lasts(state.evaluatedRisen, far, step, patience)) return null;
  return {
    severity: isAbove(best.validation, validation, options.rise, noise) ? 'critical' : 'warning',
    firstStep: state.episode.disturbed(state.evaluatedRisen.since),
    step,
    score: riseOf(validation.now, best.validation),
    threshold: rise,
    baseline: best.validation,
    window,
    cause: `At step ${step} the evaluations of rank ${rank} stand at ${figure(validation.now)} for validation and ${figure(training.now)} for training, above their best of ${figure(best.validation)} and ${figure(best.training)}.`,
    advice,
  };
}

function riseOf(level: number, best: number): number {
  return (level - best) / Math.abs(best);
}

/** Counts a rule that holds, and says whether it has held often enough in a row. */
function lasts(streak: Streak, holds: boolean, step: number, patience: number): boolean {
  if (!holds) {
    streak.count = 0;
    return false;
  }
  streak.count += 1;
  if (streak.count === 1) streak.since = step;
  return streak.count >= patience;
}
