import { choice, integer, number, text } from '../config/index.ts';
import { madToSigma, SlidingWindow } from '../stats/index.ts';
import { detectorOptions, quiet } from './detector.ts';
import { Episode } from './episode.ts';
import { figure } from './figure.ts';
import { limitCrossed, limitsOf } from './scalar-limits.ts';
import { scalarDetector } from './scalar.ts';

/** Values before the first verdict. */
const warmup = 64;
/** Scale that is assumed at least, as a share of the median: what hardly moves is not judged by its last digit. */
const scaleFloor = 0.001;

const methods = ['novelty', 'robust_z', 'ewma', 'mean_sigma'] as const;

export interface State {
  readonly history: SlidingWindow;
  /** The last few values, and the medians that they had in the course of the history. */
  readonly recent: SlidingWindow;
  readonly levels: SlidingWindow;
  readonly episode: Episode<number | null>;
  /** Exponentially weighted mean, null before the first value. */
  mean: number | null;
}

/** How far a value is out of order, and by which limit. Null while there is too little history. */
interface Deviation {
  readonly score: number;
  readonly limit: number;
  readonly usual: number;
}

/**
 * Any series that the configuration names, whatever it measures: a value, or a level, beyond everything that its history holds; or, by
 * choice, the charts of statistical process control. Beside them fixed limits.
 */
export const scalarAnomaly = scalarDetector({
  kind: 'scalar_anomaly',
  subject: 'series',
  meaning: 'a series that the configuration names left its range',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    series: text({
      default: 'none',
      expected: 'names of metrics, * for any characters, separated by commas',
      help: 'Series that are judged; none unless they are named',
    }),
    limits: text({
      default: 'none',
      expected: 'NAME>VALUE or NAME<VALUE, * for any characters, separated by commas',
      help: 'Fixed limits of series that are judged',
    }),
    method: choice({ of: methods, default: 'novelty', help: 'How a value is compared with the history' }),
    novelty: number({
      default: 0.2,
      min: 0,
      max: 1000,
      help: 'With novelty: standard deviations beyond all values of the history, and half as many for the level',
    }),
    sigmas: number({ default: 4, min: 0.1, max: 1000, help: 'With the other methods: standard deviations' }),
    smoothing: number({ default: 0.1, min: 0.001, max: 1, help: 'With ewma: weight of the newest value' }),
    history: integer({ default: 2048, min: 128, max: 65_536, help: 'Values with which one is compared' }),
    level: integer({ default: 12, min: 1, max: 1024, help: 'With novelty: values of which the median is the level' }),
    recovery: integer({ default: 60, min: 1, max: 100_000, help: 'Values in order after which it is over' }),
  }),
  start: ({ history, level }): State => ({
    history: new SlidingWindow(history),
    recent: new SlidingWindow(level),
    levels: new SlidingWindow(history),
    episode: new Episode(),
    mean: null,
  }),
  observe(state, { value, step }, { name, owner }, options) {
    if (!Number.isFinite(value)) return quiet;
    const { episode } = state;
    const deviation = deviationOf(state, value, options);
    take(state, value, options.smoothing);
    const crossed = limitCrossed(limitsOf(options), name, value);
    const strange = deviation !== null && deviation.score > deviation.limit ? deviation : null;
    if (strange === null && crossed === null) return episode.calm(step, options.recovery);
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: episode.disturbed(step),
      step,
      score: strange?.score ?? value,
      threshold: strange?.limit ?? crossed ?? NaN,
      baseline: deviation?.usual ?? null,
      window: state.history.size,
      cause:
        strange === null
          ? `${name} of ${owner} is ${figure(value)} (fixed limit ${figure(crossed ?? NaN)}).`
          : `${name} of ${owner} is ${figure(value)}, usually ${figure(strange.usual)} (${options.method} ${figure(strange.score)}, limit ${figure(strange.limit)}).`,
      advice:
        'See what else changed at that time; when it is usual for this series, leave it out of detect.scalar_anomaly.series.',
    };
  },
});

interface Options {
  readonly method: (typeof methods)[number];
  readonly novelty: number;
  readonly sigmas: number;
  readonly smoothing: number;
}

function deviationOf(state: State, value: number, { method, novelty, sigmas, smoothing }: Options): Deviation | null {
  const { history, recent, levels } = state;
  if (history.size < Math.min(warmup, history.capacity)) return null;
  const usual = history.median();
  switch (method) {
    case 'novelty': {
      const ofLevel = levels.size < warmup ? 0 : 2 * beyond(levels, recent.median());
      const distance = Math.max(beyond(history, value), ofLevel);
      // The scale costs more than all else, and nearly every value is within the history.
      return { score: distance === 0 ? 0 : distance / scaleOf(history), limit: novelty, usual };
    }
    case 'robust_z':
      return { score: Math.abs(value - usual) / scaleOf(history), limit: sigmas, usual };
    case 'ewma': {
      // Control limits of the exponentially weighted moving average: Roberts, Technometrics 1 (1959).
      const mean = smoothing * value + (1 - smoothing) * (state.mean ?? value);
      const sigma = scaleOf(history) * Math.sqrt(smoothing / (2 - smoothing));
      return { score: Math.abs(mean - usual) / sigma, limit: sigmas, usual };
    }
    case 'mean_sigma': {
      const { mean, sigma } = moments(history.sorted);
      return { score: sigma > 0 ? Math.abs(value - mean) / sigma : 0, limit: sigmas, usual: mean };
    }
  }
}

function take(state: State, value: number, smoothing: number): void {
  const { history, recent, levels } = state;
  if (recent.size === recent.capacity) levels.push(recent.median());
  recent.push(value);
  history.push(value);
  state.mean = state.mean === null ? value : smoothing * value + (1 - smoothing) * state.mean;
}

/** How far a value is beyond the smallest and the largest of a window; 0 within. */
function beyond({ sorted }: SlidingWindow, value: number): number {
  const [low, high] = [sorted[0] ?? value, sorted.at(-1) ?? value];
  return value > high ? value - high : value < low ? low - value : 0;
}

/** Standard deviation of a normal distribution with the same middle half, or the same middle nine tenths where that is more. */
function scaleOf(history: SlidingWindow): number {
  const { sorted } = history;
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  // 3.29 standard deviations lie between the quantiles 5 % and 95 % of a normal distribution.
  const floor = Math.max(scaleFloor * Math.abs(history.median()), Number.MIN_VALUE);
  return Math.max(madToSigma * history.mad(), (at(0.95) - at(0.05)) / 3.29, floor);
}

function moments(values: Float64Array): { readonly mean: number; readonly sigma: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, sigma: Math.sqrt(squares / values.length) };
}
