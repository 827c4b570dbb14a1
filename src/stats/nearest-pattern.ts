/**
 * How unlike everything before a stream's last few values are: their distance from the nearest equally long stretch among the last
 * `capacity` values that does not overlap them, as the mean absolute difference of their values. The stretch that is farthest from its
 * nearest neighbour is the discord of Keogh, Lin and Fu ("HOT SAX", ICDM 2005); comparing only with the past makes it an online
 * measure (Lu et al., "Matrix Profile XXIV: DAMP", KDD 2022).
 *
 * The stretches are held in the order of their sums, of which the difference is never more than the sum of the differences: so the search
 * goes from the most alike outwards and stops where the sum alone is farther away than the nearest stretch so far. It begins with the one that follows the nearest of before: a course that is
 * like another mostly stays so, and then hardly any other is looked at.
 */
export class NearestPattern {
  readonly #length: number;
  readonly #capacity: number;
  /** The last values in order of time, with room for an eighth more, so that they are moved seldom, and how many were dropped. */
  readonly #values: Float64Array;
  #end = 0;
  #dropped = 0;
  /** Of the stretches that can be compared with: their sums in order of size, and where they end in the stream. */
  readonly #sums: Float64Array;
  readonly #places: Float64Array;
  #count = 0;
  /** Where the stretch that was the nearest last time ends in the stream. */
  #nearestPlace = NaN;

  constructor({ length, capacity }: { readonly length: number; readonly capacity: number }) {
    this.#length = length;
    this.#capacity = Math.max(capacity, 2 * length);
    this.#values = new Float64Array(this.#capacity + Math.max(1, this.#capacity >> 3));
    this.#sums = new Float64Array(this.#capacity);
    this.#places = new Float64Array(this.#capacity);
  }

  /** Takes a finite value and gives the distance of the stretch that it ends; null while there is nothing to compare with. */
  take(value: number): number | null {
    const values = this.#values;
    if (this.#end === values.length) {
      const excess = this.#end - this.#capacity;
      values.copyWithin(0, excess);
      this.#end -= excess;
      this.#dropped += excess;
    }
    values[this.#end] = value;
    this.#end += 1;
    const length = this.#length;
    const oldest = Math.max(0, this.#end - this.#capacity) + length - 1;
    // The newest that does not overlap the last one.
    const newest = this.#end - 1 - length;
    const isFull = this.#end + this.#dropped > this.#capacity;
    if (newest >= length - 1) this.#insert(newest, isFull ? oldest - 1 : null);
    if (this.#count === 0) return null;
    const following = this.#nearestPlace + 1 - this.#dropped;
    const isHeld = following >= oldest && following <= newest;
    return this.#nearest(isHeld ? following : newest) / length;
  }

  /** @param first where the stretch ends with which the search begins */
  #nearest(first: number): number {
    const [sums, places, count, dropped] = [this.#sums, this.#places, this.#count, this.#dropped];
    const sum = this.#sum(this.#end - 1);
    const middle = this.#rank(sum);
    let nearest = this.#distance(first, Infinity);
    this.#nearestPlace = first + dropped;
    const look = (at: number): void => {
      const place = places[at] ?? NaN;
      const distance = this.#distance(place - dropped, nearest);
      if (distance >= nearest) return;
      nearest = distance;
      this.#nearestPlace = place;
    };
    for (let at = middle; at < count && (sums[at] ?? NaN) - sum < nearest; at += 1) look(at);
    for (let at = middle - 1; at >= 0 && sum - (sums[at] ?? NaN) < nearest; at -= 1) look(at);
    return nearest;
  }

  /** Of the last stretch from the one that ends there, or one that is no less than `enough`. */
  #distance(end: number, enough: number): number {
    const [values, last] = [this.#values, this.#end - 1];
    let distance = 0;
    for (let back = 0; back < this.#length && distance < enough; back += 1) {
      distance += Math.abs((values[last - back] ?? NaN) - (values[end - back] ?? NaN));
    }
    return distance;
  }

  #sum(end: number): number {
    let sum = 0;
    for (let back = 0; back < this.#length; back += 1) sum += this.#values[end - back] ?? NaN;
    return sum;
  }

  /**
   * Takes in the stretch that ends there, in the place of one that is too old. Of equal sums the newest stands last, so that the oldest is
   * found without a search among them.
   */
  #insert(end: number, tooOld: number | null): void {
    const [sums, places, sum] = [this.#sums, this.#places, this.#sum(end)];
    const gap = tooOld === null ? this.#count : this.#rank(this.#sum(tooOld));
    let at = this.#rank(sum, true);
    if (at > gap) {
      at -= 1;
      sums.copyWithin(gap, gap + 1, at + 1);
      places.copyWithin(gap, gap + 1, at + 1);
    } else {
      sums.copyWithin(at + 1, at, gap);
      places.copyWithin(at + 1, at, gap);
    }
    sums[at] = sum;
    places[at] = end + this.#dropped;
    if (tooOld === null) this.#count += 1;
  }

  /** How many of the sums are smaller, or, with those that are equal, not larger. */
  #rank(sum: number, orEqual = false): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#sums[middle] ?? NaN;
      if (other < sum || (orEqual && other === sum)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
