import { SlidingWindow } from '../../stats/index.ts';

/** Values whose median is one level, and levels that are held. */
const block = 64;
const held = 16;

/** Where gradient norm and loss stood together. */
export interface Levels {
  /** Logarithm of the norm. */
  readonly norm: number;
  readonly loss: number;
}

/** The levels of gradient norm and loss of the last thousand steps or so: the medians of sixteen blocks of them. */
export class LevelHistory {
  private readonly norms = new SlidingWindow(block);
  private readonly losses = new SlidingWindow(block);
  /** Pairs of norm and loss, in the order of places and not of time. */
  private readonly levels = new Float64Array(2 * held).fill(NaN);
  private next = 0;

  /** Takes the logarithm of a norm with the loss of its step. */
  push(norm: number, loss: number): void {
    this.norms.push(norm);
    this.losses.push(loss);
    if (this.norms.size < block) return;
    this.levels.set([this.norms.median(), this.losses.median()], 2 * this.next);
    this.next = (this.next + 1) % held;
    this.clearBlock();
  }

  /** The levels of the block whose norms were the largest, null before the first. */
  get highest(): Levels | null {
    let highest: Levels | null = null;
    for (let at = 0; at < 2 * held; at += 2) {
      const norm = this.levels[at] ?? NaN;
      if (norm > (highest?.norm ?? -Infinity)) highest = { norm, loss: this.levels[at + 1] ?? NaN };
    }
    return highest;
  }

  clear(): void {
    this.clearBlock();
    this.levels.fill(NaN);
    this.next = 0;
  }

  private clearBlock(): void {
    this.norms.clear();
    this.losses.clear();
  }
}
