import { integer, number } from '../../config/index.ts';
import type { Observation } from '../../runs/index.ts';
import { detectorOptions, quiet, stepDetector, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { EarlyFall, isClear } from './early-fall.ts';
import { LearningRate } from './learning-rate.ts';
import { bestOnPath } from './lowest-on-path.ts';
import { NewBeginning } from './new-beginning.ts';
import { ReportStride } from './report-stride.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Losses whose median is the level. */
const levelWindow = 32;
/** Deviations of a single loss that some hundred which go nowhere lie apart at most (the range: Tippett, 1925). */
const clear = 6;

export interface State {
  readonly stride: ReportStride;
  readonly early: EarlyFall;
  readonly loss: SmoothedLoss;
  readonly learningRate: LearningRate;
  readonly beginning: NewBeginning;
  readonly episode: Episode;
  /** Losses so far, and those after which the loss was last better. */
  taken: number;
  bettered: number;
  /** The step at which the beginning began: the first one, or that of the last jump of the learning rate. */
  since: number;
  /** The level that has to be bettered, and the step at which it was reached. */
  best: { readonly level: number; readonly step: number } | null;
  /** Whether the loss has fallen since the beginning. A run that goes on from a checkpoint has fallen before. */
  fell: boolean;
}

interface Options {
  readonly start: number;
  readonly patience: number;
  readonly least: number;
}

/**
 * The training loss does not fall: from the start on, as under a poor initialisation, a dead network or a wrong learning rate; or no
 * more, for as many losses as it took to come down so far.
 */
export const lossNotDecreasing = stepDetector({
  kind: 'loss_not_decreasing',
  subject: 'run',
  meaning: 'the training loss does not fall from the start on, or no more for half of the run',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    start: integer({
      default: 200,
      min: 32,
      max: 1_000_000,
      help: 'Losses within which the training loss must have fallen below that of its first steps',
    }),
    patience: integer({
      default: 1000,
      min: 32,
      max: 100_000_000,
      help: 'Losses without a better level, and no fewer than it took to reach the best, before the loss stands still',
    }),
    least: number({ default: 0.01, min: 0, max: 1, help: 'Fall of the level that counts, as a share of it' }),
  }),
  reads: ['loss', 'learning_rate'],
  metrics: {},
  start: (): State => ({
    stride: new ReportStride(),
    early: new EarlyFall(),
    loss: new SmoothedLoss(levelWindow),
    learningRate: new LearningRate(),
    beginning: new NewBeginning(),
    episode: new Episode(),
    taken: 0,
    bettered: 0,
    since: 0,
    best: null,
    fell: false,
  }),
  observe(state, observation, options) {
    const { step, fresh, wentBack } = observation;
    // Another learning rate gets its time, and so do older weights.
    if (state.learningRate.observe(observation) !== null || wentBack) {
      state.bettered = state.taken;
      state.early.clear();
    }
    if (wentBack) {
      state.loss.clear();
      state.best = bestOnPath(state.best, step);
    }
    if (state.beginning.observe(observation)) {
      state.taken = state.bettered = 0;
      state.fell = false;
    }
    const loss = fresh.loss;
    if (loss === undefined || !Number.isFinite(loss)) return quiet;
    state.stride.take(step);
    if (state.taken === 1) state.fell = state.stride.isResumed(options.start);
    if (state.taken === state.bettered) state.since = step;
    state.taken += 1;
    state.loss.push(loss);
    return state.fell ? ofStanding(state, observation, options) : ofBeginning(state, observation, options, loss);
  },
});

/** A loss that has not fallen since the beginning: whether it has now, or surely has not. */
function ofBeginning(state: State, { step, rank }: Observation, options: Options, loss: number): Verdict {
  const early = state.early.take(loss);
  if (early === null) return quiet;
  const { began, later, fall, error } = early;
  if (isClear(fall, error)) {
    state.fell = true;
    state.early.clear();
    state.best = { level: later, step };
    state.bettered = state.taken;
    return state.episode.calm(step, 1);
  }
  const without = state.taken - state.bettered;
  // Noise that hides a fall which would count says nothing yet, and of a level of 0 there is nothing to fall by.
  const counting = options.least * Math.abs(later);
  if (without < options.start || error >= counting || fall > counting - error) return quiet;
  return {
    status: 'evidence',
    // One that goes on rising may be the loss of one of two players: divergence tells it.
    severity: isClear(-fall, error) ? 'info' : 'warning',
    firstStep: state.episode.disturbed(state.since),
    step,
    score: without,
    threshold: options.start,
    baseline: began,
    window: levelWindow,
    cause: `The training loss of rank ${rank} began at ${figure(began)} and is ${figure(later)} up to step ${step}: it has not fallen.`,
    advice:
      'Check the initialisation, the learning rate, the labels, and that gradients reach the parameters and the optimiser holds them.',
  };
}

/** A loss that has fallen: whether it stands still since. */
function ofStanding(state: State, { step, rank }: Observation, options: Options): Verdict {
  const level = state.loss.level;
  if (level === null) return quiet;
  // A constant that is added to the loss makes any share of it as large as it likes.
  const { best } = state;
  if (best === null || level < best.level - Math.min(options.least * Math.abs(best.level), clear * state.loss.noise)) {
    state.best = { level, step };
    state.bettered = state.taken;
    return state.episode.calm(step, 1);
  }
  const without = state.taken - state.bettered;
  const limit = Math.max(options.patience, state.bettered);
  if (without < limit) return quiet;
  return {
    status: 'evidence',
    severity: 'info',
    firstStep: state.episode.disturbed(best.step),
    step,
    score: without,
    threshold: limit,
    baseline: best.level,
    window: levelWindow,
    cause: `The training loss of rank ${rank} stands at ${figure(level)} at step ${step}; for ${without} losses it has not been better than ${figure(best.level)} of step ${best.step}.`,
    advice: 'Lower the learning rate or stop, unless validation still improves.',
  };
}
