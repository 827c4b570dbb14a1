import { SlidingWindow, winsorised, type Moments } from '../../stats/index.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Losses whose median is the trend while there are too few for a line. */
const coldWindow = 8;
/** So few losses tell their noise only roughly: it may be twice as large. */
const coldMargin = 2;

export interface Forecast {
  /** How far the loss stands above the trend, in standard deviations. */
  readonly z: number;
  /** That standard deviation; of the logarithm where losses are compared by it. */
  readonly scale: number;
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
 *
 * Until there are enough losses for a line, the trend is the median of the last few, and the spread twice the noise that their changes
 * tell, though not less than a floor of its own: losses fall and swing in their first steps. Only losses above 0 are judged so.
 *
 * Until there are all residuals, a loss falls less and less steeply and becomes noisier by its logarithm, so that the line is too low and the
 * spread too small: neither may be less than that median, and once that noise.
 */
export class LossTrend {
  private readonly newer: SlidingWindow;
  private readonly older: SlidingWindow;
  private readonly residuals: SlidingWindow;
  private readonly last = new SmoothedLoss(coldWindow);
  readonly #floor: number;
  readonly #coldFloor: number;
  private logarithmic = true;

  /** The least standard deviation, as a share of the loss, and the one while there are too few losses for a line. */
  constructor(window: number, floor: number, coldFloor: number) {
    this.newer = new SlidingWindow(window >> 1);
    this.older = new SlidingWindow(window >> 1);
    this.residuals = new SlidingWindow(Math.round((window * 4) / 3));
    this.#floor = floor;
    this.#coldFloor = coldFloor;
  }

  /** Whether losses are compared by their logarithms. */
  get isLogarithmic(): boolean {
    return this.logarithmic;
  }

  /** What comes next has nothing to do with what came before. */
  clear(): void {
    this.restart();
    this.last.clear();
    this.logarithmic = true;
  }

  /** What comes next has another trend, but begins where the last losses were. */
  restart(): void {
    this.newer.clear();
    this.older.clear();
    this.residuals.clear();
  }

  /**
   * Judges a finite loss by those before it and takes it in; what stands above `limit` enters as if it stood at the limit. Null
   * while there are too few losses.
   */
  take(loss: number, limit: number): Forecast | null {
    if (this.logarithmic && loss <= 0) {
      this.clear();
      this.logarithmic = false;
    }
    let value = this.logarithmic ? Math.log(loss) : loss;
    const line = this.#line();
    const moments =
      line === null || this.residuals.size < this.older.capacity >> 1 ? null : winsorised(this.residuals.sorted);
    const forecast =
      line === null || moments === null ? this.#coldForecast(value) : this.#trendForecast(value, line, moments);
    if (forecast !== null && forecast.z > limit) value -= (forecast.z - limit) * forecast.scale;
    if (line !== null) this.residuals.push(value - line);
    this.last.push(value);
    const aged = this.newer.push(value);
    if (aged !== undefined) this.older.push(aged);
    return forecast;
  }

  private get young(): boolean {
    return this.residuals.size < this.residuals.capacity;
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

  #trendForecast(value: number, line: number, moments: Moments): Forecast {
    const { young, last } = this;
    const expected = Math.max(line + moments.mean, young ? (last.level ?? -Infinity) : -Infinity);
    const scale = Math.max(this.#scale(moments), young ? last.noise : 0);
    return this.#forecast(value, expected, scale, this.newer.size + this.older.size);
  }

  #coldForecast(value: number): Forecast | null {
    const { level, noise } = this.last;
    if (level === null || !this.logarithmic) return null;
    return this.#forecast(value, level, Math.max(coldMargin * noise, this.#coldFloor), coldWindow);
  }

  #forecast(value: number, expected: number, scale: number, window: number): Forecast {
    const logarithmic = this.logarithmic;
    return {
      z: (value - expected) / scale,
      scale,
      window,
      at: (z) => (logarithmic ? Math.exp(expected + z * scale) : expected + z * scale),
    };
  }

  #scale({ sigma }: Moments): number {
    const floor = this.logarithmic ? this.#floor : this.#floor * Math.abs(this.newer.median());
    return Math.max(sigma, floor, Number.MIN_VALUE);
  }
}
