import { ResistantLine, type Expected } from './resistant-line.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Losses whose median is the trend while there are too few for a line. */
const coldWindow = 8;
/** So few losses tell their noise only roughly: it may be twice as large. */
const coldMargin = 2;

export interface Forecast {
  /** How far the loss stands above the trend; by its logarithm where losses are compared by it. */
  readonly distance: number;
  /** The standard deviation of such distances. */
  readonly scale: number;
  /** The distance in standard deviations: without bound where the losses before did not differ. */
  readonly z: number;
  /** How many losses the forecast rests on. */
  readonly window: number;
  /** The loss that stands at a given z. */
  at(z: number): number;
}

/**
 * The trend of a loss and the spread around it, one step ahead: a resistant line through the last losses.
 *
 * Losses above 0 are compared by their logarithms: near 0 their noise is in proportion to them, with a long tail upwards. With the
 * first loss that is not above 0 the trend begins anew on the values themselves.
 *
 * Until there are enough losses for a line, the trend is the median of the last few, and the spread twice the noise that their changes
 * tell, though not less than a floor of its own: losses fall and swing in their first steps. Only losses above 0 are judged so.
 *
 * Until there are all residuals, a loss falls less and less steeply and becomes noisier by its logarithm, so that the line is too low and the
 * spread too small: neither may be less than that median, and once that noise.
 *
 * Where the trend begins anew in the middle of a run, the line of before goes on beside the new one until that has all its residuals: what
 * is far above the line of before leaps above the last few losses as well, or the new trend is only another one.
 */
export class LossTrend {
  private line: ResistantLine;
  /** The line of before, while the new one is young; empty otherwise. */
  private former: ResistantLine;
  private readonly last = new SmoothedLoss(coldWindow);
  readonly #window: number;
  readonly #floor: number;
  readonly #coldFloor: number;
  /** The logarithm of the multiple of the last few losses that is a leap. */
  readonly #leap: number;
  private logarithmic = true;

  /**
   * @param floor the least standard deviation, as a share of the loss
   * @param coldFactor the least multiple of the last few losses that stands at `limit` while there are too few for a line
   */
  constructor(window: number, floor: number, coldFactor: number, limit: number) {
    this.line = new ResistantLine(window);
    this.former = new ResistantLine(window);
    this.#window = window;
    this.#floor = floor;
    this.#leap = Math.log(coldFactor);
    this.#coldFloor = this.#leap / limit;
  }

  /** Whether losses are compared by their logarithms. */
  get isLogarithmic(): boolean {
    return this.logarithmic;
  }

  /** What comes next has nothing to do with what came before. */
  clear(): void {
    this.line.clear();
    this.former.clear();
    this.last.clear();
    this.logarithmic = true;
  }

  /** What comes next has another trend, but begins where the last losses were. */
  restart(): void {
    if (this.line.isKnown) [this.line, this.former] = [this.former, this.line];
    this.line.clear();
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
    const forecast = this.#formerForecast(value, limit) ?? this.#newForecast(value);
    if (forecast !== null && forecast.z > limit) value -= forecast.distance - limit * forecast.scale;
    this.line.push(value);
    this.last.push(value);
    if (this.former.size === 0) return forecast;
    // One that is new holds no memory.
    if (this.line.isYoung) this.former.push(value);
    else this.former = new ResistantLine(this.#window);
    return forecast;
  }

  #newForecast(value: number): Forecast | null {
    const { line, last } = this;
    const expected = line.expected();
    if (expected === null) return this.#coldForecast(value);
    const atLeast = line.isYoung ? (last.level ?? -Infinity) : -Infinity;
    const scale = Math.max(this.#scale(line, expected), line.isYoung ? last.noise : 0);
    return this.#forecast(value, Math.max(expected.line + expected.bias, atLeast), scale, line.size);
  }

  #coldForecast(value: number): Forecast | null {
    const { level, noise } = this.last;
    if (level === null || !this.logarithmic) return null;
    return this.#forecast(value, level, Math.max(coldMargin * noise, this.#coldFloor), coldWindow);
  }

  /** That of the line of before, where the loss is above its limit and leaps; null otherwise. */
  #formerForecast(value: number, limit: number): Forecast | null {
    const { former, last } = this;
    const expected = former.expected();
    if (expected === null || last.level === null) return null;
    const leap = this.logarithmic ? this.#leap : limit * coldMargin * last.noise;
    if (value < last.level + leap) return null;
    const told = this.#forecast(value, expected.line + expected.bias, this.#scale(former, expected), former.size);
    return told.z < limit ? null : told;
  }

  #forecast(value: number, expected: number, scale: number, window: number): Forecast {
    const logarithmic = this.logarithmic;
    const distance = value - expected;
    return {
      distance,
      scale,
      z: distance / scale,
      window,
      at: (z) => (logarithmic ? Math.exp(expected + z * scale) : expected + z * scale),
    };
  }

  #scale(line: ResistantLine, { sigma }: Expected): number {
    const floor = this.logarithmic ? this.#floor : this.#floor * Math.abs(line.level);
    return Math.max(sigma, floor, Number.MIN_VALUE);
  }
}
