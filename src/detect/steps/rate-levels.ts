/** Powers of two of a learning rate that are told apart; what is smaller or larger counts as the last one. */
const smallest = -40;
const powers = 48;

/**
 * The levels that a loss had at learning rates: a high rate keeps a loss higher than a low one does, so after a warm restart, or in the
 * upper half of a cycle, the loss is to be compared with that of the last time at such a rate.
 */
export class RateLevels {
  /** By power of two, the last level at such a rate or a higher one; it ends at the highest rate that has a level. */
  private readonly last: number[] = [];
  /** The power of the rate of now, -1 before there is one. */
  private power = -1;

  /** The level of the last time at the rate to which it rose, and for how many levels more it counts. */
  private then = -Infinity;
  private left = 0;
  readonly #settling: number;

  /** @param settling levels for which the loss may take to settle after a rise */
  constructor(settling: number) {
    this.#settling = settling;
  }

  /** What a level may be at least, for a while after a rise to a rate that the run had before; else -Infinity. */
  get floor(): number {
    return this.left > 0 ? this.then : -Infinity;
  }

  /** Takes the learning rate. True where it rose to one that the run had before. */
  take(rate: number): boolean {
    if (!(rate > 0)) return false;
    const power = Math.min(powers - 1, Math.max(0, Math.round(Math.log2(rate)) - smallest));
    const rose = this.power >= 0 && power > this.power;
    this.power = power;
    const before = this.last[power];
    if (!rose || before === undefined) return false;
    this.then = before;
    this.left = this.#settling;
    return true;
  }

  clear(): void {
    this.last.length = 0;
    this.power = -1;
    this.then = -Infinity;
    this.left = 0;
  }

  /** The level of the loss at the rate of now. */
  reached(level: number): void {
    for (let power = 0; power <= this.power; power += 1) this.last[power] = level;
    if (this.left > 0) this.left -= 1;
  }
}
