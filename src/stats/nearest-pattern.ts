/**
 * How unlike everything before a stream's last few values are: their distance from the nearest equally long stretch among the last
 * `capacity` values that does not overlap them, as the mean absolute difference of their values. The stretch that is farthest from its
 * nearest neighbour is the discord of Keogh, Lin and Fu ("HOT SAX", ICDM 2005); comparing only with the past makes it an online
 * measure (Lu et al., "Matrix Profile XXIV: DAMP", KDD 2022).
 *
 * The stretches are held in the order of their last values, so that the search goes from the most alike outwards and stops where the last
 * value alone is farther away than the nearest stretch so far. It begins with the one that follows the nearest of before: a course that is
 * like another mostly stays so, and then hardly any other is looked at.
 */
export class NearestPattern {
  readonly #length: number;
  readonly #capacity: number;
  /** The last values in order of time, with room for an eighth more, so that they are moved seldom, and how many were dropped. */
  readonly #values: Float64Array;
  #end = 0;
  #dropped = 0;
  /** Of the stretches that can be compared with: their last values in order of size, and where those stand in the stream. */
  readonly #lasts: Float64Array;
  readonly #places: Float64Array;
  #count = 0;
  /** Where the stretch that was the nearest last time ends in the stream. */
  #nearestPlace = NaN;

  constructor({ length, capacity }: { readonly length: number; readonly capacity: number }) {
    this.#length = length;
    this.#capacity = Math.max(capacity, 2 * length);
    this.#values = new Float64Array(this.#capacity + Math.max(1, this.#capacity >> 3));
    this.#lasts = new Float64Array(this.#capacity);
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
    if (this.#end + this.#dropped > this.#capacity) this.#remove(oldest - 1);
    // The newest that does not overlap the last one.
    const newest = this.#end - 1 - length;
    if (newest >= length - 1) this.#insert(newest);
    if (this.#count === 0) return null;
    const following = this.#nearestPlace + 1 - this.#dropped;
    const isHeld = following >= oldest && following <= newest;
    return this.#nearest(value, isHeld ? following : newest) / length;
  }

  /** @param first where the stretch ends with which the search begins */
  #nearest(value: number, first: number): number {
    const [lasts, places, count, dropped] = [this.#lasts, this.#places, this.#count, this.#dropped];
    let right = this.#rank(value);
    let left = right - 1;
    let nearest = this.#distance(first, Math.abs(value - (this.#values[first] ?? NaN)), Infinity);
    this.#nearestPlace = first + dropped;
    while (left >= 0 || right < count) {
      const below = left >= 0 ? value - (lasts[left] ?? NaN) : Infinity;
      const above = right < count ? (lasts[right] ?? NaN) - value : Infinity;
      const ofLast = Math.min(below, above);
      if (ofLast >= nearest) break;
      const place = places[below <= above ? left : right] ?? NaN;
      if (below <= above) left -= 1;
      else right += 1;
      const distance = this.#distance(place - dropped, ofLast, nearest);
      if (distance >= nearest) continue;
      nearest = distance;
      this.#nearestPlace = place;
    }
    return nearest;
  }

  /** Of the last stretch from the one that ends there, of which that of the last values is known; or one that is no less than `enough`. */
  #distance(end: number, ofLast: number, enough: number): number {
    const [values, last] = [this.#values, this.#end - 1];
    let distance = ofLast;
    for (let back = 1; back < this.#length && distance < enough; back += 1) {
      distance += Math.abs((values[last - back] ?? NaN) - (values[end - back] ?? NaN));
    }
    return distance;
  }

  /** Of equal values the newest stands last, so that the oldest is found without a search among them. */
  #insert(end: number): void {
    const last = this.#values[end] ?? NaN;
    const at = this.#rank(last, true);
    this.#lasts.copyWithin(at + 1, at, this.#count);
    this.#places.copyWithin(at + 1, at, this.#count);
    this.#lasts[at] = last;
    this.#places[at] = end + this.#dropped;
    this.#count += 1;
  }

  #remove(end: number): void {
    const at = this.#rank(this.#values[end] ?? NaN);
    this.#lasts.copyWithin(at, at + 1, this.#count);
    this.#places.copyWithin(at, at + 1, this.#count);
    this.#count -= 1;
  }

  /** How many of the last values are smaller, or, with those that are equal, not larger. */
  #rank(value: number, orEqual = false): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#lasts[middle] ?? NaN;
      if (last < value || (orEqual && last === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
