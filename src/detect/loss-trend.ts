import { madToSigma, SlidingWindow } from '../stats/index.ts';

export interface Forecast {
  /** How far the loss stands above the trend, in robust standard deviations. */
  readonly z: number;
  /** How many losses the forecast rests on. */
  readonly window: number;
  /** The loss that stands at a given z. */
  at(z: number): number;
}

/**
 * The trend of a loss and the spread around it, one step ahead: a line through the medians of the older and the newer half of the
 * window, each in the middle of its half, so that neither an outlier nor a steady descent disturbs it. (Resistant line through
 * medians of parts: Tukey, "Exploratory Data Analysis", 1977, chapter 5.) The spread is the median absolute deviation of the
 * window's own one-step-ahead residuals.
 *
 * Losses above 0 are compared by their logarithms: near 0 their noise is in proportion to them. With the first loss that is not
 * above 0 the trend begins anew on the values themselves.
 */
export class LossTrend {
  readonly #newer: SlidingWindow;
  readonly #older: SlidingWindow;
  readonly #residuals: SlidingWindow;
  readonly #floor: number;
  #logarithmic = true;

  /** `floor` is the least standard deviation, as a share of the loss. */
  constructor(window: number, floor: number) {
    this.#newer = new SlidingWindow(window >> 1);
    this.#older = new SlidingWindow(window >> 1);
    this.#residuals = new SlidingWindow(window);
    this.#floor = floor;
  }

  clear(): void {
    this.#newer.clear();
    this.#older.clear();
    this.#residuals.clear();
    this.#logarithmic = true;
  }

  /** Where a finite loss stands, null until half a window of residuals is known. */
  forecast(loss: number): Forecast | null {
    const line = this.#line();
    if (line === null || this.#residuals.size < this.#residuals.capacity >> 2) return null;
    const value = this.#scaled(loss);
    if (value === null) return null;
    const expected = line + this.#residuals.median();
    const scale = this.#scale();
    return {
      z: (value - expected) / scale,
      window: this.#newer.size + this.#older.size,
      at: (z) => (this.#logarithmic ? Math.exp(expected + z * scale) : expected + z * scale),
    };
  }

  /** Takes a finite loss in. What stands above `limit` standard deviations enters as if it stood there. */
  push(loss: number, limit: number): void {
    let value = this.#scaled(loss);
    if (value === null) {
      this.clear();
      this.#logarithmic = false;
      value = loss;
    }
    const line = this.#line();
    if (line !== null) {
      if (this.#residuals.size >= this.#residuals.capacity >> 2) {
        value = Math.min(value, line + this.#residuals.median() + limit * this.#scale());
      }
      this.#residuals.push(value - line);
    }
    const aged = this.#newer.push(value);
    if (aged !== undefined) this.#older.push(aged);
  }

  /** The line's value at the next point, null until the older half has a quarter of its values. */
  #line(): number | null {
    const newer = this.#newer;
    const older = this.#older;
    if (older.size < older.capacity >> 2) return null;
    const newerAge = (newer.size + 1) / 2;
    const olderAge = newer.size + (older.size + 1) / 2;
    const level = newer.median();
    return level + ((level - older.median()) / (olderAge - newerAge)) * newerAge;
  }

  #scale(): number {
    const floor = this.#logarithmic ? this.#floor : this.#floor * Math.abs(this.#newer.median());
    return Math.max(madToSigma * this.#residuals.mad(), floor, Number.MIN_VALUE);
  }

  #scaled(loss: number): number | null {
    if (!this.#logarithmic) return loss;
    return loss > 0 ? Math.log(loss) : null;
  }
}
