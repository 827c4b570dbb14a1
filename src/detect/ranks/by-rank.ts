import { restoreState } from '../../snapshot/index.ts';

/** What is held of each rank of a group, from when it is first asked for. It outlives the exporter: see StepDetector. */
export class ByRank<Value extends object> implements Iterable<readonly [rank: number, value: Value]> {
  readonly #begin: () => Value;
  readonly #held = new Map<number, Value>();

  /** @param begin gives what is held of a rank that is new */
  constructor(begin: () => Value) {
    this.#begin = begin;
  }

  of(rank: number): Value {
    let value = this.#held.get(rank);
    if (value === undefined) {
      value = this.#begin();
      this.#held.set(rank, value);
    }
    return value;
  }

  delete(rank: number): void {
    this.#held.delete(rank);
  }

  clear(): void {
    this.#held.clear();
  }

  [Symbol.iterator](): IterableIterator<[number, Value]> {
    return this.#held.entries();
  }

  toJSON(): readonly (readonly [number, Value])[] {
    return [...this.#held];
  }

  /** False when this is not what {@link toJSON} gave. */
  restore(saved: unknown): boolean {
    if (!Array.isArray(saved)) return false;
    return saved.every((entry: unknown) => {
      if (!Array.isArray(entry) || !Number.isSafeInteger(entry[0])) return false;
      return restoreState(this.of(entry[0] as number), entry[1]);
    });
  }
}
