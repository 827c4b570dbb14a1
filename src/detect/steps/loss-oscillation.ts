import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Levels that are looked at, each the median of a block of losses. */
const levels = 16;
/** Standard deviations of a block's median by which it must move: √(π / 2n) of that of a loss. */
const sigmas = 5;

export interface State {
  readonly block: SmoothedLoss;
  readonly path: Float64Array;
  /** Levels in `path`, and losses in the block that is being made. */
  filled: number;
  inBlock: number;
  /** The step of the first loss of the levels. */
  since: number;
  readonly episode: Episode;
}

/** The level of the training loss goes up and down and up again, farther than its noise explains. */
export const lossOscillation = stepDetector({
  kind: 'loss_oscillation',
  subject: 'run',
  meaning: 'the level of the training loss swings up and down',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    block: integer({ default: 16, min: 4, max: 4096, help: 'Losses whose median is a level' }),
    swing: number({
      default: 0.05,
      min: 0.001,
      max: 10,
      help: 'Way from one turn to the next that counts, as a share of the loss',
    }),
    share: number({
      default: 0.375,
      min: 0.05,
      max: 1,
      help: `Share of the last ${levels} levels that are such turns from which the loss oscillates`,
    }),
  }),
  reads: ['loss'],
  metrics: {},
  start: ({ block }): State => ({
    block: new SmoothedLoss(block),
    path: new Float64Array(levels),
    filled: 0,
    inBlock: 0,
    since: 0,
    episode: new Episode(),
  }),
  observe(state, { step, rank, fresh, wentBack }, { block, swing, share }) {
    const { path, episode } = state;
    if (wentBack) {
      state.block.clear();
      state.filled = state.inBlock = 0;
    }
    const loss = fresh.loss;
    if (loss === undefined || !Number.isFinite(loss)) return quiet;
    if (state.filled === 0 && state.inBlock === 0) state.since = step;
    state.block.push(loss);
    state.inBlock += 1;
    const level = state.block.level;
    if (state.inBlock < block || level === null) return quiet;
    state.inBlock = 0;
    if (state.filled === levels) path.copyWithin(0, 1);
    else state.filled += 1;
    path[state.filled - 1] = level;
    if (state.filled < levels) return quiet;
    const middle = path.toSorted()[levels >> 1] ?? NaN;
    const noise = sigmas * Math.sqrt(Math.PI / (2 * block)) * state.block.noise;
    const turns = countTurns(path, Math.max(swing * Math.abs(middle), noise));
    if (turns < share * levels) return episode.calm(step, levels);
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: episode.disturbed(state.since),
      step,
      score: turns / levels,
      threshold: share,
      baseline: middle,
      window: levels * block,
      cause: `The training loss of rank ${rank} swung between ${figure(Math.min(...path))} and ${figure(Math.max(...path))} up to step ${step} and turned ${turns} times in ${levels * block} losses.`,
      advice:
        'Lower the learning rate, enlarge the batch, or shuffle the data: a period that the data has shows in the loss.',
    };
  },
});

/** Turns of a path, from upwards to downwards or back, that are at least so far from one another. */
function countTurns(path: Float64Array, least: number): number {
  let turns = 0;
  let direction = 0;
  // The farthest point in the present direction.
  let extreme = path[0] ?? NaN;
  for (const value of path) {
    const away = value - extreme;
    if (Math.abs(away) >= least && Math.sign(away) !== direction) {
      if (direction !== 0) turns += 1;
      direction = Math.sign(away);
      extreme = value;
    } else if (direction === 0 ? false : Math.sign(away) === direction) {
      extreme = value;
    }
  }
  return turns;
}
