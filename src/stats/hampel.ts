import { madToSigma, SlidingWindow } from './sliding-window.ts';

/** Values that a new one is judged by, and how many there must be. */
const window = 21;
const least = 11;
/** Standard deviations; the usual choice. */
const width = 3;

/**
 * Tells values that stand out from the last ones: further from their median than three standard deviations, estimated by the median
 * absolute deviation. Where more than half of the values are the same, nothing can be said. Every value enters the window, so that a
 * change that lasts is an outlier for half a window at most.
 *
 * Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974); the filter as in Pearson, "Outliers in process modeling
 * and identification", IEEE Transactions on Control Systems Technology 10 (2002).
 */
export class HampelFilter {
  readonly #last = new SlidingWindow(window);

  /** Whether a finite value is an outlier. */
  isOutlier(value: number): boolean {
    let outlier = false;
    if (this.#last.size >= least) {
      const spread = this.#last.mad() * madToSigma;
      outlier = spread > 0 && Math.abs(value - this.#last.median()) > width * spread;
    }
    this.#last.push(value);
    return outlier;
  }
}
