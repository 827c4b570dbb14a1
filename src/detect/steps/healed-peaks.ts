/** Peaks that are remembered. */
const remembered = 32;
/** Points in a row that are no peak any more but a state: a single batch does not make them. */
const lasting = 3;
/** A peak explains one that is so much higher than itself at most. */
const margin = 1.25;

/**
 * Lone peaks of a series, over within a point or two: those that a share of batches makes which is always harder. Of each the height is
 * kept, as its distance from what was expected there; what lasts longer is not among them.
 */
export class HealedPeaks {
  private readonly heights: number[] = [];
  private readonly times: number[] = [];
  private next = 0;
  /** Points taken. */
  private now = 0;
  /** Points of the present row out of order, and the highest of them. */
  private row = 0;
  private highest = 0;

  /** A point in order: what was out of order before it has healed. */
  calm(): void {
    this.now += 1;
    if (this.row > 0 && this.row < lasting) {
      this.heights[this.next] = this.highest;
      this.times[this.next] = this.now;
      this.next = (this.next + 1) % remembered;
    }
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
}
