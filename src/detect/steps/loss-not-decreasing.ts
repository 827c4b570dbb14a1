import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { LearningRate } from './learning-rate.ts';
import { ReportStride } from './report-stride.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Losses whose median is the level, and those of the very start. */
const levelWindow = 32;
const startWindow = 8;
/** Deviations of a single loss that some hundred which go nowhere lie apart at most (the range: Tippett, 1925). */
const clear = 6;

export interface State {
  readonly stride: ReportStride;
  readonly start: SmoothedLoss;
  readonly loss: SmoothedLoss;
  readonly learningRate: LearningRate;
  readonly episode: Episode;
  /** Losses so far, and those after which the loss was last better. */
  taken: number;
  bettered: number;
  /** The level that has to be bettered, and the step at which it was reached. */
  best: { readonly level: number; readonly step: number } | null;
  /** Whether the loss has fallen since the beginning. A run that goes on from a checkpoint has fallen before. */
  fell: boolean;
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
    start: new SmoothedLoss(startWindow),
    loss: new SmoothedLoss(levelWindow),
    learningRate: new LearningRate(),
    episode: new Episode(),
    taken: 0,
    bettered: 0,
    best: null,
    fell: false,
  }),
  observe(state, observation, options) {
    const { step, rank, fresh, wentBack } = observation;
    // Another learning rate gets its time, and so do older weights.
    if (state.learningRate.observe(observation) !== null || wentBack) state.bettered = state.taken;
    if (wentBack) state.loss.clear();
    const loss = fresh.loss;
    if (loss === undefined || !Number.isFinite(loss)) return quiet;
    state.stride.take(step);
    if (state.taken === 1) state.fell = state.stride.isResumed(options.start);
    state.taken += 1;
    state.loss.push(loss);
    if (state.taken <= startWindow) state.start.push(loss);
    const { best } = state;
    if (best === null) {
      const first = state.start.level;
      if (first !== null) state.best = { level: first, step };
      return quiet;
    }
    const level = state.loss.level;
    if (level === null) return quiet;
    // A constant that is added to the loss makes any share of it as large as it likes.
    if (level < best.level - Math.min(options.least * Math.abs(best.level), clear * state.loss.noise)) {
      state.best = { level, step };
      state.bettered = state.taken;
      state.fell = true;
      return state.episode.calm(step, 1);
    }
    const without = state.taken - state.bettered;
    const limit = state.fell ? Math.max(options.patience, state.bettered) : options.start;
    if (without < limit) return quiet;
    return {
      status: 'evidence',
      severity: state.fell ? 'info' : 'warning',
      firstStep: state.episode.disturbed(best.step),
      step,
      score: without,
      threshold: limit,
      baseline: best.level,
      window: levelWindow,
      cause: state.fell
        ? `The training loss of rank ${rank} stands at ${figure(level)} at step ${step}; for ${without} losses it has not been better than ${figure(best.level)} of step ${best.step}.`
        : `The training loss of rank ${rank} began at ${figure(best.level)} and is ${figure(level)} at step ${step}: it has not fallen.`,
      advice: state.fell
        ? 'Lower the learning rate or stop, unless validation still improves.'
        : 'Check the initialisation, the learning rate, the labels, and that gradients reach the parameters and the optimiser holds them.',
    };
  },
});
