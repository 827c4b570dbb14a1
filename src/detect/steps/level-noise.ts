import { lastingNoise } from '../../stats/index.ts';

/** Values that tell the noise. */
const capacity = 256;
/** Fewer than these say too little of noise that lasts: then the noise of neighbours counts as well, whatever trend there is in it. */
const enough = 16;

/** The noise of the last validation losses, or levels of the training loss: that of a slow wave included. */
export class LevelNoise {
  private readonly values: number[] = [];

  /** Takes a finite value. */
  push(value: number): void {
    if (this.values.length === capacity) this.values.shift();
    this.values.push(value);
  }

  /**
   * Standard deviation of one value.
   * @param ofNeighbours the deviation that the changes from one value to the next tell
   */
  deviation(ofNeighbours: number): number {
    const lasting = lastingNoise(this.values);
    return this.values.length < enough ? Math.max(lasting, ofNeighbours) : lasting;
  }

  clear(): void {
    this.values.length = 0;
  }
}
