/** Signals further from their mean than so many standard deviations are cut there: one wild value is not to rule a model. */
const limit = 10;
/** Weight of a new value after the first ones: a memory of some thousand vectors. */
const forgetting = 1 / 4096;
/** Least standard deviation, as a share of the mean: a signal that never moved is not infinitely strange when it does. */
const relativeFloor = 0.01;
/** The same for signals about 0, which are shares of a whole or logarithms. */
const absoluteFloor = 0.02;

/** Brings each signal about 0 with a spread about 1, by a mean and variance that are learnt of vectors in order and forget slowly. */
export class Standardizer {
  private readonly mean: Float64Array;
  private readonly variance: Float64Array;
  private learnt = 0;

  constructor(signals: number) {
    this.mean = new Float64Array(signals);
    this.variance = new Float64Array(signals);
  }

  /** How many vectors it rests on. */
  get size(): number {
    return this.learnt;
  }

  learn(raw: Float64Array): void {
    this.learnt += 1;
    const weight = Math.max(forgetting, 1 / this.learnt);
    for (let at = 0; at < raw.length; at += 1) {
      const mean = this.mean[at] ?? 0;
      const away = (raw[at] ?? 0) - mean;
      this.mean[at] = mean + weight * away;
      // Welford (1962), with a weight that need not be 1/n.
      this.variance[at] = (1 - weight) * ((this.variance[at] ?? 0) + weight * away * away);
    }
  }

  standardize(raw: Float64Array, into: Float64Array): void {
    for (let at = 0; at < raw.length; at += 1) {
      const deviation = Math.max(Math.sqrt(this.variance[at] ?? 0), this.#floor(at));
      into[at] = Math.min(limit, Math.max(-limit, ((raw[at] ?? 0) - (this.mean[at] ?? 0)) / deviation));
    }
  }

  /** Squared errors below which none counts, in units of what is standardised: 1 for signals that stood still. */
  leastErrors(into: Float64Array): void {
    for (let at = 0; at < into.length; at += 1) {
      const least = this.#floor(at) ** 2;
      into[at] = least / Math.max(this.variance[at] ?? 0, least);
    }
  }

  #floor(at: number): number {
    return Math.max(relativeFloor * Math.abs(this.mean[at] ?? 0), absoluteFloor);
  }
}
