import { SlidingWindow, winsorised } from '../../stats/index.ts';

/** Where the next value is expected, and how far values stand from there by chance. */
export interface Expected {
  /** On the line, without the bias of the residuals. */
  readonly line: number;
  readonly bias: number;
  readonly sigma: number;
}

/**
 * A line through the medians of the older and the newer half of the window, each in the middle of its half, so that neither an outlier nor
 * a steady descent disturbs it. (Resistant line through medians of parts: Tukey, "Exploratory Data Analysis", 1977, chapter 5.) Spread
 * and bias are the winsorised moments of the last one-step-ahead residuals; they waste less of the data than the median absolute
 * deviation, whose own noise would decide about every small spike. For the same reason there are a third more residuals than values.
 */
export class ResistantLine {
  private readonly newer: SlidingWindow;
  private readonly older: SlidingWindow;
  private readonly residuals: SlidingWindow;

  constructor(window: number) {
    this.newer = new SlidingWindow(window >> 1);
    this.older = new SlidingWindow(window >> 1);
    this.residuals = new SlidingWindow(Math.round((window * 4) / 3));
  }

  /** How many values the line rests on. */
  get size(): number {
    return this.newer.size + this.older.size;
  }

  /** The median of the newer half. */
  get level(): number {
    return this.newer.median();
  }

  /** Whether the spread is known. */
  get isKnown(): boolean {
    return this.residuals.size >= this.older.capacity >> 1;
  }

  /** Whether residuals are still missing. */
  get isYoung(): boolean {
    return this.residuals.size < this.residuals.capacity;
  }

  /** Null while too few values were taken. */
  expected(): Expected | null {
    const line = this.isKnown ? this.#next() : null;
    const moments = line === null ? null : winsorised(this.residuals.sorted);
    return line === null || moments === null ? null : { line, bias: moments.mean, sigma: moments.sigma };
  }

  push(value: number): void {
    const line = this.#next();
    if (line !== null) this.residuals.push(value - line);
    const aged = this.newer.push(value);
    if (aged !== undefined) this.older.push(aged);
  }

  clear(): void {
    this.newer.clear();
    this.older.clear();
    this.residuals.clear();
  }

  /** The line's value at the next point, null until the older half has a quarter of its values. */
  #next(): number | null {
    const { newer, older } = this;
    if (older.size < older.capacity >> 2) return null;
    const newerAge = (newer.size + 1) / 2;
    const olderAge = newer.size + (older.size + 1) / 2;
    const level = newer.median();
    return level + ((level - older.median()) / (olderAge - newerAge)) * newerAge;
  }
}
