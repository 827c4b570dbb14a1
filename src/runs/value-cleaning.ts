import { HampelFilter } from '../stats/index.ts';
import type { CleanReason } from './cleaned.ts';

/** So often the very same double comes from a sensor that is stuck, not from a measurement. */
const stuckAfter = 32;

/** Judges the values of one field of one rank, in the order in which they come. */
export class ValueCleaning {
  readonly #hampel = new HampelFilter();
  #last = NaN;
  #repeats = 0;

  /** Why a finite value is not to count for a mean; null where it is. */
  judge(value: number): Extract<CleanReason, 'outlier' | 'stuck'> | null {
    this.#repeats = value === this.#last ? this.#repeats + 1 : 1;
    this.#last = value;
    if (this.#repeats >= stuckAfter) return 'stuck';
    return this.#hampel.isOutlier(value) ? 'outlier' : null;
  }
}
