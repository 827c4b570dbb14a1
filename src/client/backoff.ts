/** The first delay is at most this long: an exporter that was replaced in place is back within a second or two. */
const shortestMs = 250;
/** No delay is longer: a worker finds an exporter that was away for hours within seconds. */
export const longestDelayMs = 5_000;

/**
 * How long to wait before the next connection: doubling, and half of it by chance, so that the workers of a node do not all come
 * back in the same millisecond ("equal jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export class Backoff {
  readonly #random: () => number;
  #attempts = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait, more each time. */
  next(): number {
    const full = Math.min(longestDelayMs, shortestMs * 2 ** this.#attempts);
    if (full < longestDelayMs) this.#attempts += 1;
    return full / 2 + (this.#random() * full) / 2;
  }

  reset(): void {
    this.#attempts = 0;
  }
}
