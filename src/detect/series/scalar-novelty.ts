import { NearestPattern, SlidingWindow } from '../../stats/index.ts';

/** Values that make a pattern: as few as show a course, since a long pattern is seldom like another. */
const pattern = 3;
/** Values of which the mean is one value of a scale: each twice as coarse as the one before. */
const scales = [1, 2, 4, 8, 16] as const;
/** Values of a series in a block of which the largest distance is remembered, and blocks before the first verdict. */
const block = 64;
const fewest = 3;
/** The block in ten that is taken for an anomaly of its own, so that one does not hide the next. */
const usualShare = 0.9;

/** The novelty of a series at one scale: of its values themselves, or of means of so many. */
class ScaleNovelty {
  readonly #scale: number;
  readonly #patterns: NearestPattern;
  /** The largest distances of the last blocks. */
  readonly #largest: SlidingWindow;
  readonly #blockLength: number;
  #sum = 0;
  #parts = 0;
  #highest = 0;
  #inBlock = 0;
  #latest = 0;

  constructor(scale: number, history: number) {
    this.#scale = scale;
    this.#patterns = new NearestPattern({ length: pattern, capacity: history });
    this.#blockLength = Math.floor(block / scale);
    this.#largest = new SlidingWindow(Math.max(fewest, Math.floor(history / this.#blockLength)));
  }

  /** The distance of the latest value of the scale in largest usual distances; `floor` is the least distance that counts as 1. */
  take(value: number, floor: () => number): number {
    this.#sum += value;
    this.#parts += 1;
    if (this.#parts < this.#scale) return this.#latest;
    const mean = this.#sum / this.#parts;
    this.#sum = this.#parts = 0;
    const distance = this.#patterns.take(mean);
    if (distance === null) return 0;
    if (this.#largest.size >= fewest) this.#latest = this.#compare(distance, floor);
    this.#highest = Math.max(this.#highest, distance);
    this.#inBlock += 1;
    if (this.#inBlock === this.#blockLength) {
      this.#largest.push(this.#highest);
      this.#highest = this.#inBlock = 0;
    }
    return this.#latest;
  }

  #compare(distance: number, floor: () => number): number {
    const usual = this.#largest.quantile(usualShare);
    // The floor is dear, and most distances are below the usual ones.
    if (distance <= usual) return distance === 0 ? 0 : distance / usual;
    return distance / Math.max(usual, floor());
  }
}

/**
 * How new the course of a series is: the distance of its last three values from the nearest three in a row of the history, over the largest
 * such distance that is usual, and the same for means of two, four, eight and sixteen; the largest of these. A period, a burst that came before, or a heavy tail is thus
 * nothing new, and what is new need not be large: a lull can be, or a value between the usual ones.
 *
 * What is usual is the upper decile of the largest distances of blocks of 64 values (block maxima: Gumbel, "Statistics of Extremes",
 * 1958), in which neither the number of values nor a few anomalies count for much.
 */
export class Novelty {
  readonly #scales: readonly ScaleNovelty[];

  constructor(history: number) {
    this.#scales = scales.map((scale) => new ScaleNovelty(scale, history));
  }

  /** Takes a finite value; `floor` gives the least distance that counts as 1. */
  take(value: number, floor: () => number): number {
    let most = 0;
    for (const scale of this.#scales) most = Math.max(most, scale.take(value, floor));
    return most;
  }
}
