/**
 * A queue of at most `capacity` values in which the oldest gives way to the newest. Every value keeps the index that it got when it
 * was pushed (0, 1, 2, …) for as long as it is here, so others can remember a range of values as two numbers.
 */
export class RingBuffer<T> {
  readonly capacity: number;
  readonly #slots: (T | undefined)[] = [];
  #first = 0;
  #end = 0;

  /** @throws RangeError when the capacity is not a whole number above 0 */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(`a ring buffer holds a whole number of values, at least 1, not ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** The index of the oldest value; equal to `end` when empty. */
  get first(): number {
    return this.#first;
  }

  /** The index that the next value gets. */
  get end(): number {
    return this.#end;
  }

  get size(): number {
    return this.#end - this.#first;
  }

  /** Adds a value; where there is no room the oldest one goes. */
  push(value: T): void {
    if (this.size === this.capacity) this.#first += 1;
    this.#slots[this.#end % this.capacity] = value;
    this.#end += 1;
  }

  /** Takes out one value; the others keep their index. */
  remove(index: number): void {
    if (index >= this.#first && index < this.#end) this.#slots[index % this.capacity] = undefined;
  }

  /** The value of this index, undefined when it is gone or not there yet. */
  at(index: number): T | undefined {
    return index >= this.#first && index < this.#end ? this.#slots[index % this.capacity] : undefined;
  }

  /** Those of the values from index `from` up to but not including `to` that are still here. */
  slice(from: number, to: number): T[] {
    const values: T[] = [];
    for (let index = Math.max(from, this.#first); index < Math.min(to, this.#end); index += 1) {
      const value = this.#slots[index % this.capacity];
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  /** Lets go of everything before index `to`. */
  forget(to: number): void {
    const first = Math.min(Math.max(to, this.#first), this.#end);
    for (let index = this.#first; index < first; index += 1) this.#slots[index % this.capacity] = undefined;
    this.#first = first;
  }
}
