/** Least, mean and greatest of some values, and how many they were. */
export interface Summary {
  readonly min: number;
  /** Null where none of the values was to count for it. */
  readonly mean: number | null;
  readonly max: number;
  readonly count: number;
}

/** What is known of the values of one window of time. Values that are not finite have no place in it. */
export class Extent {
  #min = Infinity;
  #max = -Infinity;
  #count = 0;
  #sum = 0;
  #summed = 0;

  /** @param inMean whether it counts for the mean too */
  add(value: number, inMean: boolean): void {
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#count += 1;
    if (!inMean) return;
    this.#sum += value;
    this.#summed += 1;
  }

  /** The window is over: what it was, null when it was empty; the next one begins. */
  close(): Summary | null {
    const mean = this.#summed === 0 ? null : this.#sum / this.#summed;
    const summary = this.#count === 0 ? null : { min: this.#min, mean, max: this.#max, count: this.#count };
    this.#min = Infinity;
    this.#max = -Infinity;
    this.#count = this.#sum = this.#summed = 0;
    return summary;
  }
}
