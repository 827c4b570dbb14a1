/** Values of which each is compared with the median of the others. */
export class Others {
  readonly #sorted: Float64Array;

  private constructor(sorted: Float64Array) {
    this.#sorted = sorted;
  }

  static of(values: readonly number[]): Others {
    return new Others(new Float64Array(values).sort());
  }

  /** The median of all values but one of those that equal `value`. */
  medianWithout(value: number): number {
    const sorted = this.#sorted;
    const left = sorted.indexOf(value);
    const rest = sorted.length - 1;
    const at = (index: number) => sorted[index < left ? index : index + 1] ?? NaN;
    return rest % 2 === 1 ? at(rest >> 1) : (at(rest >> 1) + at((rest >> 1) - 1)) / 2;
  }
}
