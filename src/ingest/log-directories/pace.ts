/** Divides long work on the event loop into slices, between which others have their turn. Times are seconds on a clock that only rises. */
export class Pace {
  readonly #monotonic: () => number;
  readonly #slice: number;
  #began: number;

  constructor(monotonic: () => number, slice: number) {
    this.#monotonic = monotonic;
    this.#slice = slice;
    this.#began = monotonic();
  }

  /** Whether the slice is over. */
  get isOver(): boolean {
    return this.#monotonic() - this.#began >= this.#slice;
  }

  /** Lets others have their turn. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#began = this.#monotonic();
  }
}
