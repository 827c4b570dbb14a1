import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { BlockNoise } from './block-noise.ts';
import { LevelPath, levels } from './level-path.ts';
import { RateLevels } from './rate-levels.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Each path has levels of twice as many losses as the one before: a path of 16 levels sees periods of two to five of them. */
const paths = 5;
/** Standard deviations of a block's median by which it must move: √(π / 2n) of that of a loss, or what half-samples tell. */
const sigmas = 5;

/** Correlation after a period of levels that swing. */
const repeating = 0.5;

export interface State {
  readonly block: SmoothedLoss;
  readonly chance: BlockNoise;
  readonly path: LevelPath;
  readonly rates: RateLevels;
  /** Losses in the block that is being made, and the step of its first one. */
  inBlock: number;
  blockSince: number;
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
  reads: ['loss', 'learning_rate'],
  metrics: {},
  start: ({ block }): State => ({
    block: new SmoothedLoss(block),
    chance: new BlockNoise(block),
    path: new LevelPath(paths),
    rates: new RateLevels(0),
    inBlock: 0,
    blockSince: 0,
    episode: new Episode(),
  }),
  observe(state, { step, rank, fresh, wentBack }, { block, swing, share }) {
    const { episode } = state;
    // A learning rate that rises and falls takes the loss with it.
    const again = fresh.learning_rate !== undefined && state.rates.take(fresh.learning_rate);
    if (wentBack || again) {
      state.block.clear();
      state.chance.interrupt();
      state.path.clear();
      state.inBlock = 0;
    }
    const loss = fresh.loss;
    if (loss === undefined || !Number.isFinite(loss)) return quiet;
    if (state.inBlock === 0) state.blockSince = step;
    state.block.push(loss);
    state.chance.push(loss);
    state.inBlock += 1;
    const level = state.block.level;
    if (state.inBlock < block || level === null) return quiet;
    state.inBlock = 0;
    state.chance.next();
    state.rates.reached(level);
    state.path.take(level, state.blockSince);
    if (!state.path.full) return quiet;
    let losses = block;
    const chance = state.chance.deviation;
    for (let path: LevelPath | null = state.path; path?.full === true; path = path.coarser, losses *= 2) {
      const middle = path.median;
      const noise = Math.max(Math.sqrt(Math.PI / (2 * losses)) * state.block.noise, Math.sqrt(block / losses) * chance);
      const turns = path.turns(Math.max(swing * Math.abs(middle), sigmas * noise));
      if (turns < share * levels) continue;
      // Few levels of many losses turn by a slow drift, too, which does not come back after a period.
      if (path !== state.path && !path.repeats((2 * levels) / turns, repeating)) continue;
      return {
        status: 'evidence',
        severity: 'warning',
        firstStep: episode.disturbed(path.since),
        step,
        score: turns / levels,
        threshold: share,
        baseline: middle,
        window: levels * losses,
        cause: `The training loss of rank ${rank} swung between ${figure(path.lowest)} and ${figure(path.highest)} up to step ${step} and turned ${turns} times in ${levels * losses} losses.`,
        advice:
          'Lower the learning rate, enlarge the batch, or shuffle the data: a period that the data has shows in the loss.',
      };
    }
    return episode.calm(step, levels);
  },
});
