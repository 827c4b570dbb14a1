import { SlidingWindow } from '../../stats/index.ts';
import { LevelNoise } from './level-noise.ts';

/** Blocks of losses in a window, and those of half a one: a level may have to turn yet to where they are, so they do not count. */
const perWindow = 4;
const pending = 2;
/** A deviation takes some work and moves slowly: it is worked out anew after an eighth of the losses so far, and after so many windows. */
const share = 1 / 8;
const staleWindows = 8;

/**
 * How far a training loss wanders without getting anywhere, as that of one of two players does, or of values that resemble those before
 * them. The changes from one loss to the next tell nothing of that.
 */
export class LossWander {
  private readonly noise = new LevelNoise();
  private readonly block: SlidingWindow;
  /** Medians of the newest blocks, in order. */
  private newest: readonly number[] = [];
  private taken = 0;
  /** The deviations of a block and of a level that were worked out last, and after how many losses. */
  private last = 0;
  private lastOfLevel = 0;
  private lastAt = -Infinity;
  readonly #window: number;

  constructor(window: number) {
    this.#window = window;
    this.block = new SlidingWindow(Math.max(1, Math.round(window / perWindow)));
  }

  /** Takes a finite loss. */
  push(loss: number): void {
    this.taken += 1;
    this.block.push(loss);
    if (this.block.size < this.block.capacity) return;
    this.newest = [...this.newest, this.block.median()];
    this.block.clear();
    if (this.newest.length <= pending) return;
    this.noise.push(this.newest[0] ?? NaN);
    this.newest = this.newest.slice(1);
  }

  /**
   * Standard deviation of the median of a block.
   * @param ofLosses the deviation that the noise of single losses gives it
   */
  deviation(ofLosses: number): number {
    this.#refresh(ofLosses);
    return this.last;
  }

  /** Standard deviation of the level of a window, half of that of a block where nothing wanders; that of a block while there are few. */
  levelDeviation(ofLosses: number): number {
    this.#refresh(ofLosses);
    return this.lastOfLevel;
  }

  #refresh(ofLosses: number): void {
    if (this.taken - this.lastAt < Math.min(staleWindows * this.#window, share * this.taken)) return;
    this.last = this.noise.deviation(ofLosses);
    this.lastOfLevel = this.noise.deviationOfMedian(perWindow, this.last);
    this.lastAt = this.taken;
  }

  clear(): void {
    this.noise.clear();
    this.block.clear();
    this.newest = [];
    this.taken = 0;
    this.lastAt = -Infinity;
  }
}
