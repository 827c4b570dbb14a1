import { lastingNoise } from '../../stats/index.ts';

/** Evaluations that tell the noise. */
const capacity = 128;

/** The noise of the last validation losses, that of a slow wave included. */
export class EvaluationNoise {
  private readonly values = new Float64Array(capacity);
  private size = 0;
  /** Values so far: the place of the last one, counted from 1. */
  taken = 0;

  /** Takes a finite value. */
  push(value: number): void {
    if (this.size === capacity) this.values.copyWithin(0, 1);
    else this.size += 1;
    this.values[this.size - 1] = value;
    this.taken += 1;
  }

  /** Standard deviation of one value, where the trend turned at a place: what turns is no noise. */
  turnedAt(place: number): number {
    return lastingNoise(this.values.subarray(0, this.size), place - 1 - (this.taken - this.size));
  }

  clear(): void {
    this.size = 0;
  }
}
