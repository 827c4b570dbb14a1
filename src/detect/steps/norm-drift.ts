import { SlidingWindow } from '../../stats/index.ts';

/** Norms that stand for the whole run. */
const capacity = 128;
/** Norms in a row that must all stand there: single ones stray. */
const together = 3;

/**
 * How far the gradient norm has gone from the middle of the whole run. A middle of the last norms follows one that grows by a little in
 * every step, however far it goes; that of the whole run is left behind, since half of the run lies before it. The run is held as every
 * 2^i-th norm, of which every second is dropped when there is room for no more.
 */
export class NormDrift {
  private readonly run = new SlidingWindow(capacity);
  private readonly last = new SlidingWindow(together);
  /** The least middle that counts, in logarithms. */
  least = -Infinity;
  private stride = 1;
  private passed = 0;

  /** The middle of the run, in logarithms; NaN before the first norm. */
  get middle(): number {
    return Math.max(this.least, this.run.median());
  }

  /** Takes the logarithm of a norm. Gives the distance of the nearest of the last norms from the middle, null for fewer before than `fewest`. */
  take(norm: number, fewest: number): number | null {
    this.last.push(norm);
    const isKnown = this.run.size * this.stride >= fewest && this.last.size === together;
    const drift = isKnown ? this.last.quantile(0) - this.middle : null;
    this.passed += 1;
    if (this.passed >= this.stride) {
      this.passed = 0;
      if (this.run.size === capacity) this.#thin();
      this.run.push(norm);
    }
    return drift;
  }

  /** The last norms are of weights that were left. */
  interrupt(): void {
    this.last.clear();
  }

  clear(): void {
    this.run.clear();
    this.last.clear();
    this.least = -Infinity;
    this.stride = 1;
    this.passed = 0;
  }

  #thin(): void {
    const half = this.run.toJSON().filter((_, at) => at % 2 === 0);
    this.run.restore(half);
    this.stride *= 2;
  }
}
