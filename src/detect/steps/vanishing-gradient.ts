import { integer, number } from '../../config/index.ts';
import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { figure } from '../figure.ts';
import { Streak } from '../streak.ts';
import { LevelHistory, type Levels } from './level-history.ts';
import { NewBeginning } from './new-beginning.ts';

export interface State {
  /** Logarithms of the norms that were in range. */
  readonly usual: SlidingWindow;
  readonly history: LevelHistory;
  /** The levels at the highest norms of the whole run, null before the first block of them. */
  highest: Levels | null;
  /** The loss told last, NaN before the first. */
  loss: number;
  readonly beginning: NewBeginning;
  /** Norms in a row that were too small. */
  readonly streak: Streak;
}

/** Share of itself that the loss may fall while it stands still. */
const standsStill = 0.1;

/**
 * The gradient norm fell far below its usual range, or to nothing, and stays there: nothing is learnt any more. A norm that falls
 * slowly, as it does when training converges, takes its baseline along; it is too small where the loss did not fall with it. Where the loss
 * fell by as large a factor as the norm, no norm is too small.
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
    share: number({
      default: 0.001,
      min: 0,
      max: 1,
      help: 'Share of its level within the last thousand norms below which a norm is too small while the loss stands still',
    }),
    window: integer({ default: 64, min: 20, max: 4096, help: 'Norms in range that make the baseline' }),
    warmup: integer({ default: 20, min: 3, max: 4096, help: 'Norms before the robust z is trusted' }),
    patience: integer({ default: 20, min: 1, max: 100_000, help: 'Norms in a row that must be too small' }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Norms in range in a row after which it is over' }),
  }),
  reads: ['gradient_norm', 'loss'],
  metrics: {},
  start: ({ window }): State => ({
    usual: new SlidingWindow(window),
    history: new LevelHistory(),
    highest: null,
    loss: NaN,
    beginning: new NewBeginning(),
    streak: new Streak(),
  }),
  observe(state, observation, options) {
    const { step, rank, fresh, skipped, wentBack } = observation;
    const { usual, history, streak } = state;
    if (wentBack) {
      streak.restart();
      history.clear();
    }
    if (state.beginning.observe(observation)) {
      usual.clear();
      state.highest = null;
    }
    state.loss = fresh.loss ?? state.loss;
    const norm = fresh.gradient_norm;
    if (norm === undefined || !Number.isFinite(norm) || norm < 0 || skipped) return quiet;
    // At a loss of exactly 0, as of a margin that every sample keeps, there is nothing to learn and nothing wrong.
    if (state.loss === 0) return quiet;
    const middle = usual.median();
    const isTrained = usual.size >= Math.min(options.warmup, usual.capacity);
    const scale = Math.max(madToSigma * usual.mad(), options.scale_floor);
    const sudden = isTrained ? Math.exp(middle - options.z * scale) : 0;
    const before = history.highest;
    const slow = before !== null && stoodStill(before, state.loss) ? options.share * Math.exp(before.norm) : 0;
    const limit = Math.max(options.floor, sudden, slow);
    if (norm > 0 && Number.isFinite(state.loss)) history.push(Math.log(norm), state.loss);
    if (before !== null && before.norm > (state.highest?.norm ?? -Infinity)) state.highest = before;
    const hasConverged = state.highest !== null && fellWithNorm(state.highest, Math.log(norm), state.loss);
    if (norm > 0 && (norm >= limit || hasConverged)) {
      usual.push(Math.log(norm));
      return streak.calm(step, options.recovery);
    }
    const firstStep = streak.disturbed(step, options.patience);
    if (firstStep === null) return quiet;
    const level = before !== null && limit === slow ? before.norm : usual.size === 0 ? null : middle;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      // The larger, the worse: how many times too small.
      score: limit / norm,
      threshold: 1,
      baseline: level === null ? null : Math.exp(level),
      window: usual.size,
      cause: `The gradient norm of rank ${rank} is ${figure(norm)} since step ${firstStep}${level === null ? '' : `, usually ${figure(Math.exp(level))}`} (limit ${figure(limit)}).`,
      advice:
        'Look at dead units, saturated activations and the loss scale; check that the parameters that should train require a gradient.',
    };
  },
});

/** Whether a loss above zero has fallen since by as large a factor as the norm, as one that converges on zero does: there is nothing left to learn. */
function fellWithNorm(highest: Levels, norm: number, loss: number): boolean {
  return loss > 0 && Math.log(loss / highest.loss) <= norm - highest.norm;
}

/** Whether the loss has not fallen since, so that there is as much to learn as there was. */
function stoodStill(before: Levels, loss: number): boolean {
  return before.loss - loss < standsStill * Math.abs(before.loss);
}
