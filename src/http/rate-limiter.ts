import type { RateLimit } from '../listen/index.ts';

/** A token bucket for all clients together: `burst` requests at once, then one per interval. */
export class RateLimiter {
  /** Seconds on a clock that never steps back. */
  readonly #monotonic: () => number;
  #limit: RateLimit | null;
  #tokens: number;
  #at: number;

  constructor(limit: RateLimit | null, monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#limit = limit;
    this.#tokens = limit?.burst ?? 0;
    this.#at = monotonic();
  }

  /** Takes another limit; the bucket is full again. */
  change(limit: RateLimit | null): void {
    this.#limit = limit;
    this.#tokens = limit?.burst ?? 0;
    this.#at = this.#monotonic();
  }

  /** Whether a request may be answered. */
  allows(): boolean {
    if (this.#limit === null) return true;
    const now = this.#monotonic();
    const { burst, intervalSeconds } = this.#limit;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) / intervalSeconds);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
