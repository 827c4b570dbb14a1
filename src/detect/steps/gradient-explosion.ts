import { integer, number } from '../../config/index.ts';
import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { LearningRate } from './learning-rate.ts';
import { OwnLoss } from './own-loss.ts';

/** The fewest norms that have a middle worth comparing with. */
const fewest = 3;
/** Robust z that few norms must be beyond, beside the cold factor: they tell their spread only roughly. */
const coldZ = 3;
/** Growth from one norm out of range to the next that shows that it goes on, and so many of them that need not grow. */
const growth = 1.5;
const lasting = 3;
/** Steps for which a rise of the learning rate is named as what came before. */
const recentSteps = 32;

export interface State {
  /** Logarithms of the norms that were in range. */
  readonly usual: SlidingWindow;
  readonly episode: Episode;
  readonly learningRate: LearningRate;
  readonly loss: OwnLoss;
  /** Points beyond the critical limit in a row, up to the last one. */
  beyond: number;
  /** Logarithm of the last norm. */
  last: number;
  /** Points out of range in a row. */
  astray: number;
  /** Logarithm of the norm below which the gradient is back: the limit that stood when the episode began. */
  backBelow: number;
}

/**
 * The verdict on exploding gradients: the logarithm of the gradient norm against the median of the last norms that were in range,
 * in robust standard deviations. Beyond the critical limit a second point in a row that is larger still, a third, or one enormous one,
 * is critical; one beyond the warning limit is a warning. Points out of range do not enter the baseline.
 */
export const gradientExplosion = stepDetector({
  kind: 'gradient_explosion',
  subject: 'run',
  meaning: 'the gradient norm left its usual range by a large factor',
  explains: ['gradient_ratio', 'gradient_tail', 'non_finite', 'loss_spike', 'divergence'],
  alert: 'own',
  endsWithRun: true,
  options: detectorOptions({
    window: integer({ default: 64, min: 15, max: 4096, help: 'Norms in range that make the baseline' }),
    warning: number({
      default: 6,
      min: 1,
      max: 1000,
      help: 'Robust z of the log norm from which one point is a warning',
    }),
    critical: number({
      default: 8,
      min: 1,
      max: 1000,
      help: 'Robust z of the log norm from which points in a row are critical',
    }),
    scale_floor: number({
      default: 0.35,
      min: 0.01,
      max: 10,
      help: 'Least standard deviation of the log norm that is assumed',
    }),
    warmup: integer({
      default: 15,
      min: 3,
      max: 4096,
      help: 'Norms before the robust z is trusted; up to then the factors hold',
    }),
    cold_factor: number({
      default: 50,
      min: 2,
      max: 1e12,
      help: 'Least multiple of the median norm that is out of range before the warm-up ends',
    }),
    wide_factor: number({
      default: 100,
      min: 2,
      max: 1e12,
      help: 'Multiple of the median norm that is out of range however much the norm varies',
    }),
    jump_factor: number({
      default: 10_000,
      min: 10,
      max: 1e30,
      help: 'Multiple of the median norm of which one point is critical',
    }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Norms in range in a row after which it is over' }),
  }),
  reads: ['gradient_norm', 'learning_rate', 'loss'],
  metrics: {},
  start: ({ window }): State => ({
    usual: new SlidingWindow(window),
    episode: new Episode(),
    learningRate: new LearningRate(),
    loss: new OwnLoss(),
    beyond: 0,
    last: 0,
    astray: 0,
    backBelow: Infinity,
  }),
  observe(state, observation, options): Verdict {
    const { usual, episode, learningRate } = state;
    const { step, rank, fresh, skipped, wentBack } = observation;
    learningRate.observe(observation);
    const ownLoss = state.loss.observe(observation);
    if (wentBack) state.beyond = state.astray = 0;
    const norm = fresh.gradient_norm;
    // A norm of zero has no logarithm, and what the loss scaler skipped was no gradient.
    if (norm === undefined || norm <= 0 || skipped) return quiet;
    const middle = usual.median();
    const limits = usual.size < fewest ? null : limitsOf(usual, options);
    const finite = Number.isFinite(norm);
    // What is not finite is another detector's, unless finite norms out of range led to it.
    if (limits === null || (!finite && state.astray === 0)) {
      if (finite) usual.push(Math.log(norm));
      return quiet;
    }
    const distance = finite ? Math.log(norm) - middle : Infinity;

    if (distance < limits.warning) {
      usual.push(Math.log(norm));
      state.beyond = state.astray = 0;
      return middle + distance < state.backBelow ? episode.calm(step, options.recovery) : quiet;
    }

    state.beyond = distance >= limits.critical ? state.beyond + 1 : 0;
    state.astray += 1;
    const grown = middle + distance >= state.last + Math.log(growth) || distance >= Math.log(options.wide_factor);
    state.last = middle + distance;
    if (!episode.open) state.backBelow = middle + limits.warning;
    const goesOn = state.beyond >= lasting || (state.beyond === 2 && grown);
    const critical = goesOn || distance >= Math.log(options.jump_factor);
    const limit = goesOn ? limits.critical : critical ? Math.log(options.jump_factor) : limits.warning;
    const window = usual.size;
    // A level that lasts for a whole window is the level of now: it is judged from a new baseline, and is no recovery.
    if (state.astray >= usual.capacity) {
      usual.clear();
      state.beyond = state.astray = 0;
    }
    const firstStep = episode.disturbed(step);
    const rise = learningRate.riseBefore(firstStep, recentSteps);
    return {
      status: 'evidence',
      severity: critical ? 'critical' : 'warning',
      firstStep,
      step,
      score: Math.exp(distance),
      threshold: Math.exp(limit),
      baseline: Math.exp(middle),
      window,
      origin: ownLoss ? 'own' : 'shared',
      cause:
        `The gradient norm of rank ${rank} ${finite ? 'reached' : 'became'} ${figure(norm)} at step ${step}, ` +
        `${finite ? `${figure(Math.exp(distance))} times` : 'having left'} its usual ${figure(Math.exp(middle))} ` +
        `(limit ${figure(Math.exp(limit))} times)${rise === '' ? '' : `; ${rise}`}.`,
      advice:
        rise === ''
          ? 'Go back to the last checkpoint before the first step, skip the batches around it or lower the learning rate, and clip the gradient norm.'
          : 'Go back to the last checkpoint before the first step and take the rise of the learning rate back, or warm up more slowly.',
    };
  },
});

interface Limits {
  /** Distances from the median, in natural logarithms. */
  readonly warning: number;
  readonly critical: number;
}

interface LimitOptions {
  readonly warning: number;
  readonly critical: number;
  readonly scale_floor: number;
  readonly warmup: number;
  readonly cold_factor: number;
  readonly wide_factor: number;
}

function limitsOf(usual: SlidingWindow, options: LimitOptions): Limits {
  const wide = Math.log(options.wide_factor);
  const spread = madToSigma * usual.mad();
  if (usual.size < Math.min(options.warmup, usual.capacity)) {
    const cold = Math.min(Math.max(Math.log(options.cold_factor), coldZ * spread), wide);
    return { warning: cold, critical: cold };
  }
  const scale = Math.max(spread, options.scale_floor);
  return { warning: Math.min(options.warning * scale, wide), critical: Math.min(options.critical * scale, wide) };
}
