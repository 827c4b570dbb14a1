import { madToSigma, SlidingWindow } from '../../stats/index.ts';

/** Deviation of the median of n values, in units of that of one over √n. */
const ofMedian = Math.sqrt(Math.PI / 2);
/** Steps from one value to the next that tell the noise. */
const noiseWindow = 30;

/** A loss without its noise: the median of its last values, and how large that noise is. */
export class SmoothedLoss {
  private readonly last: SlidingWindow;
  private readonly changes = new SlidingWindow(noiseWindow);
  private previous: number | null = null;

  constructor(window: number) {
    this.last = new SlidingWindow(window);
  }

  /** Takes a finite value. */
  push(value: number): void {
    this.last.push(value);
    if (this.previous !== null) this.changes.push(Math.abs(value - this.previous));
    this.previous = value;
  }

  /** Values whose median is the level. */
  get window(): number {
    return this.last.capacity;
  }

  /** Null until the window is full. */
  get level(): number | null {
    return this.last.size < this.last.capacity ? null : this.last.median();
  }

  /**
   * Standard deviation of the noise of one value, from the median change between neighbours, which a trend hardly moves: a change
   * has √2 times the deviation of a value (von Neumann, "Distribution of the Ratio of the Mean Square Successive Difference to the
   * Variance", 1941, with the median in the place of the mean square).
   */
  get noise(): number {
    return this.changes.size === 0 ? 0 : (madToSigma * this.changes.median()) / Math.SQRT2;
  }

  /** Standard deviation of the level. */
  get levelNoise(): number {
    return (ofMedian / Math.sqrt(this.last.capacity)) * this.noise;
  }

  clear(): void {
    this.last.clear();
    this.changes.clear();
    this.previous = null;
  }
}
