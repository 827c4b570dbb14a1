import { lastingNoise, median } from '../../stats/index.ts';

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
    return deviationOf(this.values, ofNeighbours);
  }

  /**
   * Standard deviation of the median of so many values in a row.
   * @param ofOne that of one value, which it is not above
   */
  deviationOfMedian(inRow: number, ofOne: number): number {
    const medians = this.values.slice(inRow - 1).map((_, at) => median(this.values.slice(at, at + inRow)));
    return Math.min(ofOne, deviationOf(medians, ofOne));
  }

  clear(): void {
    this.values.length = 0;
  }
}

function deviationOf(values: readonly number[], ofNeighbours: number): number {
  const lasting = lastingNoise(values);
  return values.length < enough ? Math.max(lasting, ofNeighbours) : lasting;
}
