import type { Observation } from '../../runs/index.ts';
import { SlidingWindow } from '../../stats/index.ts';

/** A loss that is above so many before it is so by chance once in as many steps. */
const window = 64;
const fewest = 8;

/**
 * Whether the loss of a rank stands out in a step by itself. The gradient is that of all ranks once it is reduced, and tells nothing of
 * which batch made it large; the loss is still the rank's own.
 */
export class OwnLoss {
  private readonly before = new SlidingWindow(window);
  private first: number | null = null;
  private step = -1;
  private out = false;
  private far: boolean | null = null;
  private doubled = false;

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

  clear(): void {
    this.before.clear();
    this.first = this.far = null;
    this.out = this.doubled = false;
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
    this.out = !isFinite || loss > highest;
    this.far = !isFinite || (Number.isNaN(highest) ? null : loss > 2 * highest - this.before.median());
    if (isFinite) this.before.push(loss);
    return this.out;
  }
}
