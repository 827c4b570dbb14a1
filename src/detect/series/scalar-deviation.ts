import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { Novelty } from './scalar-novelty.ts';

export const methods = ['novelty', 'robust_z', 'ewma', 'mean_sigma'] as const;

/** Values before the first verdict. */
const warmup = 64;
/** Scale that is assumed at least, as a share of what is usual: what hardly moves is not judged by its last digit. */
const scaleFloor = 0.001;
/** The least distance of patterns that counts, as a share of the scale. */
const noveltyFloor = 0.1;

export interface DeviationOptions {
  readonly method: (typeof methods)[number];
  readonly novelty: number;
  readonly sigmas: number;
  readonly smoothing: number;
}

/** How far a value is out of order, and by which limit. */
export interface Deviation {
  readonly score: number;
  readonly limit: number;
  readonly usual: number;
}

/** Compares each value of a series with those before it. */
export class Deviations {
  readonly history: SlidingWindow;
  readonly #novelty: Novelty;
  /** Exponentially weighted mean, null before the first value. */
  #mean: number | null = null;

  constructor(history: number) {
    this.history = new SlidingWindow(history);
    this.#novelty = new Novelty(history);
  }

  /** Takes a finite value in. Null while there is too little history. */
  take(value: number, options: DeviationOptions): Deviation | null {
    const deviation = this.#deviation(value, options);
    this.history.push(value);
    return this.history.size <= Math.min(warmup, this.history.capacity - 1) ? null : deviation;
  }

  #deviation(value: number, { method, novelty, sigmas, smoothing }: DeviationOptions): Deviation {
    const { history } = this;
    const usual = history.median();
    switch (method) {
      case 'novelty':
        return { score: this.#novelty.take(value, () => noveltyFloor * scaleOf(history)), limit: novelty, usual };
      case 'robust_z':
        return { score: Math.abs(value - usual) / scaleOf(history), limit: sigmas, usual };
      case 'ewma': {
        // Control limits of the exponentially weighted moving average: Roberts, Technometrics 1 (1959).
        this.#mean = smoothing * value + (1 - smoothing) * (this.#mean ?? value);
        const sigma = scaleOf(history) * Math.sqrt(smoothing / (2 - smoothing));
        return { score: Math.abs(this.#mean - usual) / sigma, limit: sigmas, usual };
      }
      case 'mean_sigma': {
        const { mean, sigma } = moments(history.sorted);
        return { score: Math.abs(value - mean) / Math.max(sigma, floorOf(mean)), limit: sigmas, usual: mean };
      }
    }
  }
}

/** Standard deviation of a normal distribution with the same middle half, or the same middle nine tenths where that is more. */
function scaleOf(history: SlidingWindow): number {
  const { sorted } = history;
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  // 3.29 standard deviations lie between the quantiles 5 % and 95 % of a normal distribution.
  return Math.max(madToSigma * history.mad(), (at(0.95) - at(0.05)) / 3.29, floorOf(history.median()));
}

function floorOf(usual: number): number {
  return Math.max(scaleFloor * Math.abs(usual), Number.MIN_VALUE);
}

function moments(values: Float64Array): { readonly mean: number; readonly sigma: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, sigma: Math.sqrt(squares / values.length) };
}
