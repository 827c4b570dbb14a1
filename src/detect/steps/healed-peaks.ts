import { SlidingWindow, tailLimit, upperTail } from '../../stats/index.ts';

/** Peaks that are remembered. */
const remembered = 32;
/** Points in a row that are no peak any more but a state: a single batch does not make them. */
const lasting = 3;
/** A peak explains one that is so much higher than itself at most. */
const margin = 1.25;
/** Distances that tell the tail of the series, and the fewest that do. */
const [tailWindow, tailFewest] = [256, 16];
/**
 * The least mean excess of a tail that is heavy, as a share of what was expected; on logarithms an index of Pareto's of four at most, below
 * which squares of values have no variance, and how far one stands out in standard deviations says little.
 */
const heavy = 0.25;
/** The chance at which the tail that a normal distribution's largest values show ends 4.25 standard deviations out. */
const tailChance = 1e-4;

/**
 * Lone peaks of a series, over within a point or two: those that a share of batches makes which is always harder. Of each the height is
 * kept, as its distance from what was expected there; what lasts longer is not among them. Beside them stand the last distances of all
 * points, whose tail tells how far single ones stray at all.
 */
export class HealedPeaks {
  private readonly heights: number[] = [];
  private readonly times: number[] = [];
  private next = 0;
  /** Of a peak the highest; what is beyond the tail enters as if it stood at its end. */
  private readonly distances = new SlidingWindow(tailWindow);
  /** Points taken. */
  private now = 0;
  /** Points of the present row out of order, and the highest of them. */
  private row = 0;
  private highest = 0;

  /** A point in order, so far from what was expected, null where nothing was: what was out of order before it has healed. */
  calm(distance: number | null): void {
    this.now += 1;
    if (this.row > 0 && this.row < lasting) {
      if (this.distances.size >= tailFewest) this.distances.push(Math.min(this.highest, this.#tailEnd));
      this.heights[this.next] = this.highest;
      this.times[this.next] = this.now;
      this.next = (this.next + 1) % remembered;
    }
    if (distance !== null) this.distances.push(distance);
    this.interrupt();
  }

  /** A point out of order that stands so high. */
  rise(height: number): void {
    this.now += 1;
    this.row += 1;
    this.highest = Math.max(this.highest, height);
  }

  /** What is out of order at present ends without having healed. */
  interrupt(): void {
    this.row = this.highest = 0;
  }

  /** What was remembered cannot be compared with what comes. */
  clear(): void {
    this.heights.length = this.times.length = this.next = 0;
    this.distances.clear();
    this.interrupt();
  }

  /** How many of the last peaks explain the present one, among so many last points: those about as high or higher. None explains what lasts. */
  explaining(points = Infinity): number {
    if (this.row >= lasting) return 0;
    let count = 0;
    for (let at = 0; at < this.heights.length; at += 1) {
      const isHigh = margin * (this.heights[at] ?? NaN) >= this.highest;
      if (isHigh && this.now - (this.times[at] ?? NaN) <= points) count += 1;
    }
    return count;
  }

  /**
   * Whether the present peak is one that a heavy tail makes. None makes what lasts.
   * @param expected what was expected, 1 on logarithms
   */
  isOfTail(expected: number): boolean {
    if (this.row >= lasting || this.distances.size < tailFewest) return false;
    const excess = upperTail(this.distances.sorted)?.excess ?? NaN;
    return excess >= heavy * expected && this.highest < this.#tailEnd;
  }

  /** Where the tail ends. */
  get #tailEnd(): number {
    return tailLimit(this.distances.sorted, tailChance);
  }
}
