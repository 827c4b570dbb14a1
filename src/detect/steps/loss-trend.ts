import { SlidingWindow, winsorised, type Moments } from '../../stats/index.ts';

export interface Forecast {
  /** How far the loss stands above the trend, in standard deviations. */
  readonly z: number;
  /** How many losses the forecast rests on. */
  readonly window: number;
  /** The loss that stands at a given z. */
  at(z: number): number;
}

/**
 * The trend of a loss and the spread around it, one step ahead: a line through the medians of the older and the newer half of the
 * window, each in the middle of its half, so that neither an outlier nor a steady descent disturbs it. (Resistant line through
 * medians of parts: Tukey, "Exploratory Data Analysis", 1977, chapter 5.) Spread and bias are the winsorised moments of the last
 * one-step-ahead residuals; they waste less of the data than the median absolute deviation, whose own noise would decide about
 * every small spike. For the same reason there are a third more residuals than losses in the window.
 *
 * Losses above 0 are compared by their logarithms: near 0 their noise is in proportion to them, with a long tail upwards. With the
 * first loss that is not above 0 the trend begins anew on the values themselves.
 */
export class LossTrend {
  private readonly newer: SlidingWindow;
  private readonly older: SlidingWindow;
  private readonly residuals: SlidingWindow;
  readonly #floor: number;
  private logarithmic = true;

  /** `floor` is the least standard deviation, as a share of the loss. */
  constructor(window: number, floor: number) {
    this.newer = new SlidingWindow(window >> 1);
    this.older = new SlidingWindow(window >> 1);
    this.residuals = new SlidingWindow(Math.round((window * 4) / 3));
    this.#floor = floor;
  }

  clear(): void {
    this.newer.clear();
    this.older.clear();
    this.residuals.clear();
    this.logarithmic = true;
  }

  /**
   * Judges a finite loss by those before it and takes it in; what stands above `limit` enters as if it stood at the limit. Null
   * while there are too few losses: seven eighths of a window after the start.
   */
  take(loss: number, limit: number): Forecast | null {
    if (this.logarithmic && loss <= 0) {
      this.clear();
      this.logarithmic = false;
    }
    let value = this.logarithmic ? Math.log(loss) : loss;
    let forecast: Forecast | null = null;
    const line = this.#line();
    if (line !== null) {
      const moments = this.residuals.size < this.older.capacity >> 1 ? null : winsorised(this.residuals.sorted);
      if (moments !== null) {
        forecast = this.#forecast(value, line, moments);
        if (forecast.z > limit) value -= (forecast.z - limit) * this.#scale(moments);
      }
      this.residuals.push(value - line);
    }
    const aged = this.newer.push(value);
    if (aged !== undefined) this.older.push(aged);
    return forecast;
  }

  /** The line's value at the next point, null until the older half has a quarter of its values. */
  #line(): number | null {
    const newer = this.newer;
    const older = this.older;
    if (older.size < older.capacity >> 2) return null;
    const newerAge = (newer.size + 1) / 2;
    const olderAge = newer.size + (older.size + 1) / 2;
    const level = newer.median();
    return level + ((level - older.median()) / (olderAge - newerAge)) * newerAge;
  }

  #forecast(value: number, line: number, moments: Moments): Forecast {
    const expected = line + moments.mean;
    const scale = this.#scale(moments);
    const logarithmic = this.logarithmic;
    return {
      z: (value - expected) / scale,
      window: this.newer.size + this.older.size,
      at: (z) => (logarithmic ? Math.exp(expected + z * scale) : expected + z * scale),
    };
  }

  #scale({ sigma }: Moments): number {
    const floor = this.logarithmic ? this.#floor : this.#floor * Math.abs(this.newer.median());
    return Math.max(sigma, floor, Number.MIN_VALUE);
  }
}
