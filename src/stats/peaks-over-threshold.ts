/** Of the first scores; those above it are peaks. */
const quantile = 0.95;
/**
 * The limit that a stream of scores exceeds with a given small probability, by extreme value theory: scores beyond a high quantile follow
 * a generalised Pareto distribution, whatever the scores themselves follow. Siffer et al., "Anomaly Detection in Streams with Extreme Value
 * Theory", KDD 2017 (SPOT). The distribution is fitted by probability-weighted moments (Hosking & Wallis, Technometrics 29 (1987),
 * section 3), which have a closed form and are steadier than maximum likelihood for few excesses.
 */
export class PeaksOverThreshold {
  /** Scores of the start, until there are enough of them for a quantile; then excesses over it, the oldest replaced first. */
  private readonly values: Float64Array;
  private size = 0;
  private next = 0;
  private seen = 0;
  private peaks = 0;
  private threshold: number | null = null;
  private currentLimit: number | null = null;
  readonly #risk: number;
  readonly #start: number;
  readonly #heaviest: number;

  /**
   * @param risk probability with which a usual score exceeds the limit
   * @param start scores before there is a limit
   * @param heaviest largest shape of the distribution that is believed: 0 is an exponential tail, 0.5 one that hardly has a variance. A
   *   few excesses can look heavier than they are, and would set a limit that nothing reaches
   */
  constructor(risk: number, start: number, heaviest = 0.5) {
    this.#risk = risk;
    this.#start = start;
    this.#heaviest = heaviest;
    this.values = new Float64Array(start);
  }

  /** Null while there are too few scores. */
  get limit(): number | null {
    return this.currentLimit;
  }

  /** Takes a score that is usual, one below the limit. */
  push(score: number): void {
    if (!Number.isFinite(score)) return;
    this.seen += 1;
    if (this.threshold === null) {
      this.#keep(score);
      if (this.seen === this.#start) this.#begin();
    } else if (score > this.threshold) {
      this.peaks += 1;
      this.#keep(score - this.threshold);
      this.#fit(this.threshold);
    }
  }

  #begin(): void {
    const sorted = this.values.toSorted();
    const threshold = sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0;
    this.threshold = threshold;
    this.values.fill(0);
    this.size = 0;
    this.next = 0;
    for (const score of sorted) {
      if (score <= threshold) continue;
      this.peaks += 1;
      this.#keep(score - threshold);
    }
    this.#fit(threshold);
  }

  #keep(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.values.length;
    this.size = Math.min(this.size + 1, this.values.length);
  }

  #fit(threshold: number): void {
    const excesses = this.values.subarray(0, this.size).toSorted();
    let [mean, weighted] = [0, 0];
    for (const [at, excess] of excesses.entries()) {
      mean += excess / this.size;
      weighted += ((1 - (at + 0.65) / this.size) * excess) / this.size;
    }
    // Hosking & Wallis write k for the shape with the other sign.
    const shape = Math.min(this.#heaviest, 2 - mean / (mean - 2 * weighted));
    const scale = (2 * mean * weighted) / (mean - 2 * weighted);
    const rarity = (this.#risk * this.seen) / this.peaks;
    const beyond =
      Math.abs(shape) < 1e-6 ? -scale * Math.log(rarity) : (scale / shape) * (Math.pow(rarity, -shape) - 1);
    this.currentLimit = threshold + (Number.isFinite(beyond) ? beyond : 0);
  }
}
