import type { CollectorError } from '../../collect/index.ts';

/** The longest pause, in seconds. */
const longest = 600;

/** The pause after failed readings, which doubles with each: a driver in trouble is not asked for everything every time. */
export class Rest {
  readonly #intervalSeconds: number;
  readonly #now: () => number;
  #failures = 0;
  #until = -Infinity;
  #error: CollectorError | null = null;

  /** @param now Unix time in seconds */
  constructor(intervalSeconds: number, now: () => number) {
    this.#intervalSeconds = intervalSeconds;
    this.#now = now;
  }

  /** Why nothing is asked now; null: it may be. */
  get reason(): CollectorError | null {
    return this.#now() < this.#until ? this.#error : null;
  }

  begin(error: CollectorError): void {
    const pause = Math.min(longest, this.#intervalSeconds * 2 ** Math.min(this.#failures++, 20));
    this.#until = this.#now() + pause - this.#intervalSeconds / 2;
    this.#error = error;
  }

  /** A reading succeeded. */
  end(): void {
    this.#failures = 0;
    this.#until = -Infinity;
    this.#error = null;
  }
}
