import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, severities, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { BlowUp } from './blow-up.ts';
import type { Diverged } from './diverged.ts';
import { EarlyDivergence } from './early-divergence.ts';
import { EvaluationDivergence } from './evaluation-divergence.ts';
import { LearningRate } from './learning-rate.ts';
import { ReportStride } from './report-stride.ts';
import { TrainingDivergence } from './training-divergence.ts';

/** Reports so many steps apart tell in eight what others tell in a window, and are judged by eight. */
const sparse = 8;
const sparseWindow = 8;
const sparsePatience = 16;
/** Steps for which a rise of the learning rate is named as what came before. */
const recentSteps = 32;
/** A run that begins later than this was resumed. */
const resumedFrom = 200;

export interface State {
  readonly learningRate: LearningRate;
  readonly stride: ReportStride;
  readonly training: TrainingDivergence;
  readonly sparse: TrainingDivergence;
  readonly early: EarlyDivergence;
  readonly blowUp: BlowUp;
  readonly evaluations: EvaluationDivergence;
  readonly episode: Episode;
  /** Whether steps tell a loss. */
  hasLoss: boolean;
}

/**
 * The loss has left its best level upwards and stays there: the training loss alone, or training and validation loss together from
 * evaluation to evaluation. A spike that heals is too short for either. Before there is a level to leave, it is enough that the training
 * loss stays above where it began; and at any time that it stands at many times of that.
 */
export const divergence = stepDetector({
  kind: 'divergence',
  subject: 'run',
  meaning: 'the loss has risen far above its best and stays there',
  explains: [
    'gradient_explosion',
    'gradient_ratio',
    'gradient_tail',
    'loss_not_decreasing',
    'loss_oscillation',
    'loss_spike',
    'overfitting',
    'overtraining',
    'vanishing_gradient',
  ],
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
      help: 'Multiple of the highest of the first training losses that is a warning, and of the lowest losses of evaluations so far at which both of two in a row are critical at once',
    }),
    noise: number({
      default: 3,
      min: 0,
      max: 1000,
      help: 'Rise that counts in standard deviations of a single value, where that is more',
    }),
  }),
  reads: ['loss', 'validation_loss', 'evaluated_training_loss', 'learning_rate'],
  metrics: {},
  start: ({ window, patience, evaluation_window }): State => ({
    learningRate: new LearningRate(),
    stride: new ReportStride(),
    training: new TrainingDivergence(window, patience),
    sparse: new TrainingDivergence(sparseWindow, sparsePatience),
    early: new EarlyDivergence(),
    blowUp: new BlowUp(),
    evaluations: new EvaluationDivergence(evaluation_window),
    episode: new Episode(),
    hasLoss: false,
  }),
  observe(state, observation, options) {
    const { stride, early, blowUp, evaluations, episode } = state;
    const { step, rank, wentBack, fresh } = observation;
    const learners = [state.training, state.sparse, evaluations];
    if (wentBack) {
      for (const each of [...learners, blowUp]) each.goBack(step);
      early.clear();
    }
    const rate = fresh.learning_rate;
    if (rate !== undefined) for (const each of learners) each.takeRate(rate);
    state.learningRate.observe(observation);
    const evaluated = evaluations.take(observation, options);
    let diverged = evaluated.diverged;
    let training: TrainingDivergence | null = null;
    if (fresh.loss !== undefined && Number.isFinite(fresh.loss)) {
      state.hasLoss = true;
      stride.take(step);
      const resumed = stride.isResumed(resumedFrom);
      const many = state.training.take(fresh.loss, step, rank, resumed, options);
      const few = state.sparse.take(fresh.loss, step, rank, resumed, options);
      const atOnce = early.take(fresh.loss, step, rank, options);
      const blown = blowUp.take(fresh.loss, step, rank, options);
      const isSparse = stride.steps >= sparse;
      training = isSparse ? state.sparse : state.training;
      diverged = worse(diverged ?? (isSparse ? few : many) ?? atOnce, blown);
    }
    if (diverged !== null) {
      const { since, cause, ...evidence } = diverged;
      const rise = state.learningRate.riseBefore(since, recentSteps);
      return {
        status: 'evidence',
        ...evidence,
        firstStep: episode.disturbed(since),
        step,
        cause: rise === '' ? cause : `${cause.replace(/\.$/, '')}; ${rise}.`,
        advice,
      };
    }
    // All rules have to be at rest, for as many losses as the verdict took; for as many evaluations where no step tells a loss.
    const levelled = state.hasLoss ? training?.levelled === true : evaluated.levelled;
    if (!levelled || training?.holds === true || early.holds || blowUp.holds || evaluations.holds) return quiet;
    return episode.calm(step, state.hasLoss ? options.patience : options.evaluation_patience);
  },
});

/** The worse of what two rules say, the first where they are as bad. */
function worse(one: Diverged | null, other: Diverged | null): Diverged | null {
  if (one === null || other === null) return one ?? other;
  return severities.indexOf(other.severity) > severities.indexOf(one.severity) ? other : one;
}

const advice =
  'Go back to the last checkpoint before the first step, and lower the learning rate or clip the gradient before going on.';
