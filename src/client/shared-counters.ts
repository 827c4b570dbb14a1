/** Steps that may be on their way to the sending thread; more of them mean that it gets no processor time at all. */
const maxInFlight = 8_192;

const inFlight = 0;
const dropped = 1;
const stage = 2;

/** What the thread has come to; before, it is 0. */
const goodbyeTaken = 1;
const finished = 2;

/**
 * The few numbers that training and the sending thread share: they bound what lies between the two, and let a process that is about
 * to exit wait, without an event loop, until the thread has said goodbye.
 */
export class SharedCounters {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Steps that were not handed over because too many were on their way. */
  get dropped(): number {
    return Atomics.load(this.#cells, dropped);
  }

  /** Asks to hand over one step. When refused, the step is counted as dropped. */
  enter(): boolean {
    if (Atomics.load(this.#cells, inFlight) >= maxInFlight) {
      Atomics.add(this.#cells, dropped, 1);
      return false;
    }
    Atomics.add(this.#cells, inFlight, 1);
    return true;
  }

  /** The thread took this many steps over. */
  leave(steps: number): void {
    Atomics.sub(this.#cells, inFlight, steps);
  }

  /** The thread has heard that the run ends. */
  takeGoodbye(): void {
    this.#reach(goodbyeTaken);
  }

  finish(): void {
    this.#reach(finished);
  }

  /** Blocks until the thread has finished: so long until it takes the goodbye, then for at most `ms` milliseconds. */
  waitUntilFinished(takenWithinMs: number, ms: number): void {
    Atomics.wait(this.#cells, stage, 0, takenWithinMs);
    Atomics.wait(this.#cells, stage, goodbyeTaken, ms);
  }

  #reach(next: number): void {
    Atomics.store(this.#cells, stage, next);
    Atomics.notify(this.#cells, stage);
  }
}
