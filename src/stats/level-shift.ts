import { fisherExact } from './fisher-exact.ts';
import { median } from './median.ts';
import { madToSigma, SlidingWindow } from './sliding-window.ts';

/** Chance that a shift is none below which it is one: a million to one, since every step asks. */
const chance = 1e-6;

export interface Shift {
  /** Median of the last values less the median of those before. */
  readonly by: number;
  /** Median of the values before. */
  readonly usual: number;
  /** Robust standard deviation of the values before. */
  readonly sigma: number;
  /** How many values before there are. */
  readonly size: number;
}

/**
 * Whether a stream has another level than it had: the median of its last values against median and MAD of those before them. Single
 * outliers, and as many as half of the last values, move neither.
 */
export class LevelShift {
  private readonly recent: SlidingWindow;
  private readonly before: SlidingWindow;

  /** @param recent how many values are the last; @param before how many values before them are the usual level */
  constructor(recent: number, before: number) {
    this.recent = new SlidingWindow(recent);
    this.before = new SlidingWindow(before);
  }

  /**
   * @param learn whether the value that gives way to this one belongs to the usual level
   * @returns null while there are too few values to say
   */
  take(value: number, learn: boolean): Shift | null {
    const { recent, before } = this;
    const left = recent.push(value);
    if (left !== undefined && learn) before.push(left);
    if (recent.size < recent.capacity || before.size < Math.min(2 * recent.capacity, before.capacity)) return null;
    const usual = before.median();
    return { by: recent.median() - usual, usual, sigma: madToSigma * before.mad(), size: before.size };
  }

  /** How far from the usual level the medians of as many values in a row as are the last ones strayed at most, among those before. */
  furthestMedian(): number {
    const { recent, before } = this;
    const inOrder = before.toJSON();
    const usual = before.median();
    let furthest = 0;
    for (let end = recent.capacity; end <= inOrder.length; end += 1)
      furthest = Math.max(furthest, Math.abs(median(inOrder.subarray(end - recent.capacity, end)) - usual));
    return furthest;
  }

  /**
   * Whether more of the last values are nearer to a shift upwards than to the usual level than come there by chance: where values come and
   * go between two levels the median of a few is now at the one and now at the other.
   */
  isOther({ by, usual }: Shift): boolean {
    const { recent, before } = this;
    const middle = usual + by / 2;
    const table = {
      marked: recent.size - recent.below(middle),
      size: recent.size,
      otherMarked: before.size - before.below(middle),
      otherSize: before.size,
    };
    return fisherExact(table) < chance;
  }

  /** What comes next is not to be compared with the last values, for example after a restart; the usual level stays. */
  interrupt(): void {
    this.recent.clear();
  }

  /** What comes next has nothing to do with what was before. */
  clear(): void {
    this.recent.clear();
    this.before.clear();
  }
}
