/**
 * How unlike everything before a stream's last few values are: their distance from the nearest equally long stretch among the last
 * `capacity` values that does not overlap them, as the mean absolute difference of their values. The stretch that is farthest from its
 * nearest neighbour is the discord of Keogh, Lin and Fu ("HOT SAX", ICDM 2005); comparing only with the past makes it an online
 * measure (Lu et al., "Matrix Profile XXIV: DAMP", KDD 2022).
 *
 * A value costs one comparison with nearly each of those in memory, and more only where the last value is near.
 */
export class NearestPattern {
  readonly #length: number;
  readonly #capacity: number;
  /** The last values in order of time, with room for as many again, so that they are moved once in `capacity` values. */
  readonly #values: Float64Array;
  #end = 0;

  constructor({ length, capacity }: { readonly length: number; readonly capacity: number }) {
    this.#length = length;
    this.#capacity = Math.max(capacity, 2 * length);
    this.#values = new Float64Array(2 * this.#capacity);
  }

  /** Takes a finite value and gives the distance of the stretch that it ends; null while there is nothing to compare with. */
  take(value: number): number | null {
    const values = this.#values;
    if (this.#end === values.length) {
      values.copyWithin(0, this.#end - this.#capacity + 1);
      this.#end = this.#capacity - 1;
    }
    values[this.#end] = value;
    this.#end += 1;
    const length = this.#length;
    const oldest = Math.max(0, this.#end - this.#capacity) + length - 1;
    const last = this.#end - 1;
    let nearest = Infinity;
    // The newest first: they are often the nearest, and the nearer one is, the sooner the others are out of the question.
    for (let end = last - length; end >= oldest; end -= 1) {
      let distance = Math.abs(value - (values[end] ?? NaN));
      for (let back = 1; back < length && distance < nearest; back += 1) {
        distance += Math.abs((values[last - back] ?? NaN) - (values[end - back] ?? NaN));
      }
      if (distance < nearest) nearest = distance;
    }
    return last - length < oldest ? null : nearest / length;
  }
}
