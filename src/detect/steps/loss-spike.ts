import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { HealedPeaks } from './healed-peaks.ts';
import { LearningRate } from './learning-rate.ts';
import { LossTrend } from './loss-trend.ts';

/** Losses among which `usual` peaks show that they are of the data, and among which as many go on showing it. */
const [showing, goingOn] = [512, 1024];

export interface State {
  trend: LossTrend;
  readonly peaks: HealedPeaks;
  /** Lone peaks have been shown to be of the data. */
  isPeaky: boolean;
  readonly episode: Episode;
  readonly learningRate: LearningRate;
  /** Points above the warning limit in a row. */
  above: number;
  /** Loss below which a spike is over: the limit that stood when it began. */
  backBelow: number;
}

/** The trend begins anew, on logarithms: heights that were none say nothing of them. */
function begin({ trend, peaks }: State): void {
  if (!trend.isLogarithmic) peaks.clear();
  trend.clear();
}

/**
 * The training loss rose above its trend: the residual from a line through the medians of the older and the newer half of the last
 * losses, in standard deviations of such residuals, outliers winsorised.
 */
export const lossSpike = stepDetector({
  kind: 'loss_spike',
  subject: 'run',
  meaning: 'the training loss rose suddenly above its trend',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    window: integer({ default: 128, min: 16, max: 4096, help: 'Losses from which trend and spread are taken' }),
    warning: number({
      default: 4.25,
      min: 1,
      max: 1000,
      help: 'z of the residual from which a point is a warning',
    }),
    critical: number({
      default: 6.5,
      min: 1,
      max: 1000,
      help: 'z of the residual from which a point is critical',
    }),
    mild: number({
      default: 0.1,
      min: 0,
      max: 1000,
      help: 'Rise of the loss, as a share of its trend, below which a spike is info whatever its z',
    }),
    scale_floor: number({
      default: 0.002,
      min: 0,
      max: 1,
      help: 'Least standard deviation of the residual that is assumed, as a share of the loss',
    }),
    cold_factor: number({
      default: 2,
      min: 1,
      max: 1e12,
      help: 'Least multiple of the last losses that is a warning while there are too few for a trend',
    }),
    shift: integer({
      default: 20,
      min: 2,
      max: 4096,
      help: 'Points above the limit in a row that are a new level and no spike',
    }),
    healed: integer({
      default: 2,
      min: 1,
      max: 32,
      help: 'Lone peaks as high from which the run recovered at once, after which the next one is no more than a warning',
    }),
    usual: integer({
      default: 10,
      min: 1,
      max: 32,
      help: `The same within ${showing} losses, after which the next one is info`,
    }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Losses in range in a row after which it is over' }),
  }),
  reads: ['loss', 'learning_rate'],
  metrics: {},
  start: ({ window, scale_floor, cold_factor, warning }): State => ({
    trend: new LossTrend(window, scale_floor, cold_factor, warning),
    peaks: new HealedPeaks(),
    isPeaky: false,
    episode: new Episode(),
    learningRate: new LearningRate(),
    above: 0,
    backBelow: Infinity,
  }),
  observe(state, observation, { warning, critical, mild, shift, healed, usual, recovery }) {
    const { trend, peaks, episode, learningRate } = state;
    const { step, rank, fresh, wentBack } = observation;
    const jump = learningRate.observe(observation);
    // Older weights have another loss; another learning rate has another trend, which begins at the loss of now.
    if (wentBack) begin(state);
    else if (jump !== null) trend.restart();
    if (wentBack || jump !== null) {
      state.above = 0;
      peaks.interrupt();
    }
    const loss = fresh.loss;
    if (loss === undefined || !Number.isFinite(loss)) return quiet;
    // Heights that were logarithms say nothing of losses that have none.
    if (trend.isLogarithmic && loss <= 0) peaks.clear();
    const forecast = trend.take(loss, warning);
    if (forecast === null || forecast.z < warning) {
      state.above = 0;
      peaks.calm(forecast?.distance ?? null);
      return loss < state.backBelow ? episode.calm(step, recovery) : quiet;
    }
    const { z, distance } = forecast;
    state.above += 1;
    peaks.rise(distance);
    const explaining = peaks.explaining();
    if (state.above >= shift) {
      begin(state);
      state.above = 0;
    }
    if (!episode.open) state.backBelow = forecast.at(warning);
    const severe = z >= critical && explaining < healed;
    const isUsual = peaks.explaining(state.isPeaky ? goingOn : showing) >= usual;
    state.isPeaky ||= isUsual;
    const baseline = forecast.at(0);
    const isOfTail = peaks.isOfTail(trend.isLogarithmic ? 1 : Math.abs(baseline));
    // Over thousands of quiet steps a few percent above the trend happen by chance, and no one needs to look at them.
    const isMild = loss - baseline < mild * Math.abs(baseline);
    return {
      status: 'evidence',
      severity: isMild || isUsual || isOfTail ? 'info' : severe ? 'critical' : 'warning',
      firstStep: episode.disturbed(step),
      step,
      score: z,
      threshold: severe ? critical : warning,
      baseline,
      window: forecast.window,
      origin: 'own',
      cause: `The loss of rank ${rank} rose to ${figure(loss)} at step ${step}, where its trend was ${figure(baseline)} (z ${figure(z)}, limit ${figure(severe ? critical : warning)})${explaining < healed ? '' : `; ${explaining} such peaks before it passed at once`}.`,
      advice:
        'One spike often heals by itself; when it stays, go back before its first step and skip its batches or lower the learning rate.',
    };
  },
});
