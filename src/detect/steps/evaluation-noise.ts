import { lastingNoise } from '../../stats/index.ts';

/** Evaluations that tell the noise. */
const capacity = 256;
/** Fewer than these say too little of noise that lasts: then the noise of neighbours counts as well, whatever trend there is in it. */
const enough = 16;

/** The noise of the last validation losses, that of a slow wave included. */
export class EvaluationNoise {
  private readonly values = new Float64Array(capacity);
  private size = 0;

  /** Takes a finite value. */
  push(value: number): void {
    if (this.size === capacity) this.values.copyWithin(0, 1);
    else this.size += 1;
    this.values[this.size - 1] = value;
  }

  /**
   * Standard deviation of one value.
   * @param ofNeighbours the deviation that the changes from one evaluation to the next tell
   */
  deviation(ofNeighbours: number): number {
    const lasting = lastingNoise(this.values.subarray(0, this.size));
    return this.size < enough ? Math.max(lasting, ofNeighbours) : lasting;
  }

  clear(): void {
    this.size = 0;
  }
}
