/** A rank that comes back after an hour sends what it kept: the clients keep 36,000 steps. Seconds of the rate. */
const burstSeconds = 20;

/**
 * How fast one rank may report: a bucket that fills by `stepsPerSecond` and holds 20 s of it. What was sent is always taken; a debt is
 * paid by not reading on, so that nothing is lost and a flood costs no more than what is allowed.
 */
export class StepRate {
  readonly #stepsPerSecond: number;
  #allowance: number;
  #at: number | null = null;

  constructor(stepsPerSecond: number) {
    this.#stepsPerSecond = stepsPerSecond;
    this.#allowance = stepsPerSecond * burstSeconds;
  }

  /**
   * Takes a message of so many steps; each message counts as one more.
   * @param now seconds, on any clock: time that goes back counts as none
   * @returns for how many seconds nothing more is to be read; 0 within the limit
   */
  take(steps: number, now: number): number {
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#at = now;
    const full = this.#stepsPerSecond * burstSeconds;
    this.#allowance = Math.min(full, this.#allowance + passed * this.#stepsPerSecond) - steps - 1;
    return Math.max(0, -this.#allowance / this.#stepsPerSecond);
  }
}
