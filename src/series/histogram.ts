import type { Row } from './series-table.ts';

/** What outlives the exporter of a {@link Histogram}: the cumulative counts, the last of them of all values, then the sum. */
export type SavedHistogram = readonly number[];

/** A histogram of one row, with its columns looked up once. */
export class Histogram<Key extends string> {
  readonly #row: Row<Key>;
  readonly #first: number;
  readonly #bounds: readonly number[];
  /** By bound, and of all; cumulative, as they are written. */
  readonly #counts: Float64Array;
  #sum = 0;

  /**
   * @param first the column of the metric
   * @param bounds those of its declaration
   */
  constructor(row: Row<Key>, first: number, bounds: readonly number[]) {
    this.#row = row;
    this.#first = first;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
    this.#show(0);
  }

  /** Adds values that are at most `value`, as many as `times`; `sum` where it is not that many times the value. */
  observe(value: number, times = 1, sum = value * times): void {
    let at = 0;
    while (at < this.#bounds.length && !(value <= (this.#bounds[at] ?? Infinity))) at += 1;
    for (let bucket = at; bucket < this.#counts.length; bucket += 1)
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#sum += sum;
    this.#show(at);
  }

  /** Adds to the sum alone, of values that were counted without. */
  addToSum(sum: number): void {
    this.#sum += sum;
    this.#show(this.#counts.length);
  }

  save(): SavedHistogram {
    return [...this.#counts, this.#sum];
  }

  /** Takes back what was saved; false where it has other bounds. */
  restore(saved: SavedHistogram): boolean {
    if (saved.length !== this.#counts.length + 1) return false;
    for (let at = 0; at < this.#counts.length; at += 1) this.#counts[at] = saved[at] ?? 0;
    this.#sum = saved.at(-1) ?? 0;
    this.#show(0);
    return true;
  }

  /** Writes what has changed: the counts from a bucket on, sum and count. */
  #show(from: number): void {
    const buckets = this.#counts.length;
    for (let at = from; at < buckets; at += 1) this.#row.put(this.#first + at, this.#counts[at] ?? 0);
    this.#row.put(this.#first + buckets, this.#sum);
    this.#row.put(this.#first + buckets + 1, this.#counts[buckets - 1] ?? 0);
  }
}
