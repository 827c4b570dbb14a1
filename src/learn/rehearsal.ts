import type { Random } from './random.ts';

const capacity = 256;
const draws = 4;

/**
 * Former samples that are learnt again beside a new one, so that a network that sees each sample once learns fast and does not forget
 * what was usual an hour ago: experience replay, Lin, Machine Learning 8 (1992). Which one a new sample takes the place of is drawn, so
 * that old ones are there too.
 */
export class Rehearsal {
  private readonly kept: Float64Array;
  private readonly random: Random;
  private size = 0;
  readonly #width: number;

  constructor(width: number, random: Random) {
    this.#width = width;
    this.random = random;
    this.kept = new Float64Array(capacity * width);
  }

  keep(sample: Float64Array): void {
    const at = this.size < capacity ? this.size : this.random.integer(capacity);
    if (this.size < capacity) this.size += 1;
    this.kept.set(sample, at * this.#width);
  }

  /** A few of those that are kept; views that are valid until the next {@link keep}. */
  *draw(): Generator<Float64Array> {
    for (let drawn = 0; drawn < draws && this.size > 0; drawn += 1) {
      const from = this.random.integer(this.size) * this.#width;
      yield this.kept.subarray(from, from + this.#width);
    }
  }
}
