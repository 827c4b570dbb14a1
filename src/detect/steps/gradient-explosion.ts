import { integer, number } from '../../config/index.ts';
import { SlidingWindow, tailLimit } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { evidenceOf } from './gradient-evidence.ts';
import { limitsOf } from './gradient-limits.ts';
import { LearningRate } from './learning-rate.ts';
import { NewBeginning } from './new-beginning.ts';
import { NormDrift } from './norm-drift.ts';
import { OwnLoss } from './own-loss.ts';

/** Growth from one norm out of range to the next that shows that it goes on, and so many of them that need not grow. */
const growth = 1.5;
const lasting = 3;
/** Norms that tell how far single ones stray in this run. */
const tailWindow = 256;
/** Share of the loss at the end of the warm-up below which it has been learnt. */
const resolved = 0.01;

export interface State {
  /** Logarithms of the norms that were in range. */
  readonly usual: SlidingWindow;
  /** Distances of norms from the middle of that time, in logarithms; of a short row out of range the farthest. */
  readonly strays: SlidingWindow;
  /** The whole run, which a norm that grows little by little leaves behind. */
  readonly drift: NormDrift;
  /** The middle of the first norms in range, and the loss at the end of the warm-up; NaN before. */
  began: number;
  beganLoss: number;
  /** The step from which on the norm has been out of range for the whole run, null while it is not. */
  driftedSince: number | null;
  readonly episode: Episode;
  readonly learningRate: LearningRate;
  readonly loss: OwnLoss;
  readonly beginning: NewBeginning;
  /** Norms in range that did not enter the baseline since the loss is many times what it was. */
  heldBack: number;
  /** The last distance in range, which is not among them yet. */
  recent: number | null;
  /** Points beyond the critical limit in a row, up to the last one. */
  beyond: number;
  /** Logarithm of the last norm. */
  last: number;
  /** Points out of range in a row, and the step of the first of them. */
  astray: number;
  astraySince: number;
  /** Whether the rank's own loss stood out at that step. */
  ownLossThen: boolean;
  /** Whether its loss has left its range since. */
  harmed: boolean;
  /** The farthest of them. */
  farthest: number;
  /** Logarithm of the norm below which the gradient is back: the limit that stood when the episode began. */
  backBelow: number;
}

/**
 * The verdict on exploding gradients: the logarithm of the gradient norm against the median of the last norms that were in range,
 * in robust standard deviations. Beyond the critical limit a second point in a row that is larger still, a third, or one enormous one,
 * is critical; one beyond the warning limit is a warning, unless single norms stray as far all the time. Points out of range do not
 * enter the baseline. The baseline sinks no farther below where it began than an enormous point lies above it: a training that has learnt
 * all there is has norms of nothing, and a larger one is no explosion. A norm that grows by a little in every step takes that median with
 * it, and is judged by the median of the whole run.
 */
export const gradientExplosion = stepDetector({
  kind: 'gradient_explosion',
  subject: 'run',
  meaning: 'the gradient norm left its usual range by a large factor',
  explains: ['divergence', 'gradient_ratio', 'gradient_tail', 'loss_spike', 'non_finite', 'overfitting'],
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
    stray_chance: number({
      default: 1e-6,
      min: 1e-12,
      max: 1,
      help: 'Chance, by how far norms of this run stray, below which a single norm out of range is a warning',
    }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Norms in range in a row after which it is over' }),
  }),
  reads: ['gradient_norm', 'learning_rate', 'loss'],
  metrics: {},
  start: ({ window }): State => ({
    usual: new SlidingWindow(window),
    strays: new SlidingWindow(tailWindow),
    drift: new NormDrift(),
    began: NaN,
    beganLoss: NaN,
    driftedSince: null,
    episode: new Episode(),
    learningRate: new LearningRate(),
    loss: new OwnLoss(),
    beginning: new NewBeginning(),
    heldBack: 0,
    recent: null,
    beyond: 0,
    last: 0,
    astray: 0,
    astraySince: 0,
    ownLossThen: false,
    harmed: false,
    farthest: 0,
    backBelow: Infinity,
  }),
  observe(state, observation, options): Verdict {
    const { usual, strays, episode } = state;
    const { step, fresh, known, skipped, wentBack } = observation;
    state.learningRate.observe(observation);
    if (state.beginning.observe(observation)) forget(state);
    const ownLoss = state.loss.observe(observation);
    if (state.loss.hasLeft === true) state.harmed = true;
    if (wentBack) {
      state.beyond = state.astray = state.farthest = 0;
      state.drift.interrupt();
    }
    const norm = fresh.gradient_norm;
    // A norm of zero has no logarithm, and what the loss scaler skipped was no gradient.
    if (norm === undefined || norm <= 0 || skipped) return quiet;
    const finite = Number.isFinite(norm);
    if (Number.isNaN(state.began) && usual.size >= options.warmup) {
      state.began = usual.median();
      state.beganLoss = known.loss ?? NaN;
      state.drift.least = state.began - Math.log(options.jump_factor);
    }
    const { least, middle: runMiddle } = state.drift;
    const drift = finite ? state.drift.take(Math.log(norm), options.window) : null;
    state.driftedSince = (drift ?? 0) >= Math.log(options.wide_factor) ? (state.driftedSince ?? step) : null;
    const ofDrift = (since: number, drift: number): Verdict => {
      const isEnormous = drift >= Math.log(options.jump_factor);
      const limit = Math.log(isEnormous ? options.jump_factor : options.wide_factor);
      if (!episode.open) state.backBelow = runMiddle + Math.log(options.wide_factor);
      const severity = isEnormous ? 'critical' : 'warning';
      return evidenceOf(state, observation, {
        severity,
        since,
        distance: Math.log(norm) - runMiddle,
        limit,
        usual: runMiddle,
        of: 'its middle over the whole run,',
        window: 0,
        origin: 'shared',
      });
    };
    const middle = Math.max(least, usual.median());
    const limits = limitsOf(usual, state.loss.hasDoubled, options);
    // What is not finite is another detector's, unless finite norms out of range led to it.
    if (limits === null || (!finite && state.astray === 0)) {
      if (finite) usual.push(Math.log(norm));
      return quiet;
    }
    const distance = finite ? Math.log(norm) - middle : Infinity;

    if (distance < limits.warning) {
      if (!holdBack(state, Math.log(norm), options.warmup)) usual.push(Math.log(norm));
      // A norm that goes on rising must not make itself usual: of a short row out of range the farthest counts, once it is over.
      if (state.astray > 0 && state.astray < lasting) strays.push(state.farthest);
      if (state.recent !== null) strays.push(state.recent);
      state.recent = distance;
      state.beyond = state.astray = state.farthest = 0;
      if (state.driftedSince !== null && drift !== null) return ofDrift(state.driftedSince, drift);
      return middle + distance < state.backBelow ? episode.calm(step, options.recovery) : quiet;
    }

    state.beyond = distance >= limits.critical ? state.beyond + 1 : 0;
    state.astray += 1;
    if (state.astray === 1) {
      [state.astraySince, state.ownLossThen] = [step, ownLoss];
      state.harmed = state.loss.hasLeft === true;
    }
    state.farthest = Math.max(state.farthest, Math.min(distance, Math.log(options.jump_factor)));
    const common = strays.size < options.warmup ? -Infinity : tailLimit(strays.sorted, options.stray_chance);
    const isWide = distance >= Math.log(options.wide_factor);
    // What does the loss no harm is a new level or batches that the run gets over, unless it goes where this run has never been.
    const harmless = state.loss.hasLeft !== null && !state.harmed;
    const grown = middle + distance >= state.last + Math.log(growth) || (isWide && !harmless);
    state.last = middle + distance;
    const far = !harmless || (isWide && distance >= common);
    const goesOn = far && (state.beyond >= lasting || (state.beyond === 2 && grown));
    const critical = goesOn || distance >= Math.log(options.jump_factor);
    // Where next to nothing of the loss is left, a single batch may bring a norm back as the run had when it began.
    const isLearnt = Math.abs(known.loss ?? NaN) < resolved * Math.abs(state.beganLoss);
    const isAsAtFirst = Math.log(norm) < state.began + limits.warning;
    if (!episode.open && state.astray === 1 && isLearnt && isAsAtFirst) return quiet;
    if (!critical && state.driftedSince !== null && drift !== null) return ofDrift(state.driftedSince, drift);
    // Far out, as single norms of this run are now and then.
    if (!critical && !episode.open && state.astray < lasting && distance < common) return quiet;
    // One norm with a loss in range, which most runs get over: what is wrong shows in the next step.
    const isLone = harmless && !episode.open;
    if (!episode.open) state.backBelow = middle + limits.warning;
    const limit = goesOn
      ? limits.critical
      : critical
        ? Math.log(options.jump_factor)
        : Math.max(limits.warning, Math.min(common, distance));
    const window = usual.size;
    // A level that lasts for a whole window is the level of now: it is judged from a new baseline, and is no recovery.
    if (state.astray >= usual.capacity) {
      usual.clear();
      state.beyond = state.astray = state.farthest = 0;
    }
    return evidenceOf(state, observation, {
      severity: critical ? 'critical' : isLone ? 'info' : 'warning',
      since: state.astraySince,
      distance,
      limit,
      usual: middle,
      of: middle === least ? 'the least that counts as usual,' : 'its usual',
      window,
      origin: ownLoss || state.ownLossThen ? 'own' : 'shared',
    });
  },
});

/**
 * What grows while the loss stands at many times its first ones is not usual: a training that diverges from its first steps takes its baseline
 * with it else. After a whole window of such norms that is the level of now. Fewer norms than those of the warm-up are no baseline to hold on to.
 * @returns whether the norm does not enter the baseline
 */
function holdBack(state: State, norm: number, warmup: number): boolean {
  const { usual, loss } = state;
  if (!loss.hasMultiplied) state.heldBack = 0;
  const isKnown = usual.size >= Math.min(warmup, usual.capacity);
  if (!loss.hasMultiplied || !isKnown || norm <= usual.quantile(1) || state.heldBack === usual.capacity) return false;
  state.heldBack += 1;
  return true;
}

/** What is usual in the early steps to which the run went back has to be learnt again. What was found stays open until norms are in range. */
function forget(state: State): void {
  state.usual.clear();
  state.strays.clear();
  state.drift.clear();
  state.loss.clear();
  state.began = state.beganLoss = NaN;
  state.driftedSince = state.recent = null;
  state.harmed = false;
  state.backBelow = Infinity;
}
