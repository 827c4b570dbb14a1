import type { Observation } from '../../runs/index.ts';
import { SlidingWindow } from '../../stats/index.ts';

/** A loss that is above so many before it is so by chance once in as many steps. */
const window = 64;
const fewest = 8;
/** Multiple of the highest of the first losses at which a loss is of a training that goes wrong. */
const many = 10;

/**
 * Whether the loss of a rank stands out in a step by itself. The gradient is that of all ranks once it is reduced, and tells nothing of
 * which batch made it large; the loss is still the rank's own.
 */
export class OwnLoss {
  private readonly before = new SlidingWindow(window);
  private first: number | null = null;
  private highestOfFirst = 0;
  private step = -1;
  private out = false;
  private far: boolean | null = null;
  private doubled = false;
  private multiplied = false;

  /**
   * Whether the last loss has left its range: it is farther above the highest of those before it than that is above their middle, or
   * is not finite. Null while too few were told.
   */
  get hasLeft(): boolean | null {
    return this.far;
  }

  /** Whether the last loss is above the very first one by as much as that, or is not finite. */
  get hasDoubled(): boolean {
    return this.doubled;
  }

  /** Whether the last loss is many times the highest of the first few, or is not finite. */
  get hasMultiplied(): boolean {
    return this.multiplied;
  }

  clear(): void {
    this.before.clear();
    this.first = this.far = null;
    this.highestOfFirst = 0;
    this.out = this.doubled = this.multiplied = false;
  }

  /** True when the loss of this step is above all of those before it, or is not finite. */
  observe({ step, fresh }: Observation): boolean {
    if (step !== this.step) this.out = false;
    this.step = step;
    const { loss } = fresh;
    if (loss === undefined) return this.out;
    const highest = this.before.size < fewest ? NaN : this.before.quantile(1);
    const isFinite = Number.isFinite(loss);
    this.first ??= loss;
    this.doubled = !isFinite || loss - this.first > Math.abs(this.first);
    if (isFinite && this.before.size < fewest) this.highestOfFirst = Math.max(this.highestOfFirst, Math.abs(loss));
    this.multiplied = !isFinite || (this.highestOfFirst > 0 && loss > many * this.highestOfFirst);
    this.out = !isFinite || loss > highest;
    this.far = !isFinite || (Number.isNaN(highest) ? null : loss > 2 * highest - this.before.median());
    if (isFinite) this.before.push(loss);
    return this.out;
  }
}
