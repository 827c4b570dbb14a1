import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { riseOf, type Diverged } from './diverged.ts';
import { EarlyDivergence } from './early-divergence.ts';
import { EvaluationDivergence } from './evaluation-divergence.ts';
import { isAbove } from './evaluation-trend.ts';
import { LastingRule } from './lasting-rule.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Share of what the training loss had gained that must be lost again: near zero a loss doubles by noise alone. */
const givenBack = 0.1;

export interface State {
  readonly loss: SmoothedLoss;
  readonly early: EarlyDivergence;
  readonly evaluations: EvaluationDivergence;
  readonly episode: Episode;
  /** Levels of the training loss: the first, and the lowest with its step. */
  firstLevel: number | null;
  best: { readonly step: number; readonly level: number } | null;
  readonly risen: LastingRule;
}

/**
 * The loss has left its best level upwards and stays there: the training loss alone, or training and validation loss together from
 * evaluation to evaluation. A spike that heals is too short for either. Before there is a level to leave, it is enough that the training
 * loss stays above where it began.
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
    early: integer({
      default: 128,
      min: 0,
      max: 100_000,
      help: 'First training losses, of which it is a warning to stay above the very first by rise and noise',
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
    early: new EarlyDivergence(),
    evaluations: new EvaluationDivergence(evaluation_window),
    episode: new Episode(),
    firstLevel: null,
    best: null,
    risen: new LastingRule(),
  }),
  observe(state, observation, options) {
    const { early, evaluations, risen, episode } = state;
    const { step, rank, wentBack, fresh } = observation;
    if (wentBack) {
      state.loss.clear();
      early.clear();
      evaluations.clear();
      risen.clear();
    }
    const loss = fresh.loss !== undefined && Number.isFinite(fresh.loss) ? fresh.loss : null;
    const level = loss === null ? null : takeLoss(state, loss, step);
    const evaluated = evaluations.take(observation, options);
    const atOnce = loss === null ? null : early.take(loss, step, rank, options);
    const diverged =
      evaluated.diverged ?? (level === null ? null : judgeLoss(state, level, step, rank, options)) ?? atOnce;
    if (diverged !== null) {
      const { since, ...evidence } = diverged;
      return { status: 'evidence', ...evidence, firstStep: episode.disturbed(since), step, advice };
    }
    // All rules have to be at rest, for as many losses as the verdict took; for as many evaluations where no step tells a loss.
    const onlyEvaluations = state.best === null;
    const held = risen.holds || early.holds || evaluations.holds;
    if ((onlyEvaluations ? !evaluated.levelled : level === null) || held) return quiet;
    return episode.calm(step, onlyEvaluations ? options.evaluation_patience : options.patience);
  },
});

const advice =
  'Go back to the last checkpoint before the first step, and lower the learning rate or clip the gradient before going on.';

/** The level of the training loss with this value, null while there are too few. */
function takeLoss(state: State, loss: number, step: number): number | null {
  state.loss.push(loss);
  const level = state.loss.level;
  if (level === null) return null;
  state.firstLevel ??= level;
  if (state.best === null || level < state.best.level) state.best = { step, level };
  return level;
}

interface LossOptions {
  readonly window: number;
  readonly rise: number;
  readonly patience: number;
  readonly noise: number;
}

function judgeLoss(state: State, level: number, step: number, rank: number, options: LossOptions): Diverged | null {
  const { best, firstLevel, risen, loss } = state;
  if (best === null || firstLevel === null) return null;
  const { rise, noise, patience, window } = options;
  const far =
    isAbove(best.level, { now: level, noise: loss.noise }, rise, noise) &&
    level - best.level > givenBack * (firstLevel - best.level);
  if (!risen.take(far, step, patience)) return null;
  return {
    severity: 'critical',
    since: risen.since,
    score: riseOf(level, best.level),
    threshold: rise,
    baseline: best.level,
    window,
    cause: `The training loss of rank ${rank} stays at ${figure(level)} up to step ${step}, above its best level of ${figure(best.level)} at step ${best.step}.`,
  };
}
