import { SlidingWindow } from '../../stats/index.ts';
import { levels } from './level-path.ts';

/**
 * How far the medians of blocks of values vary by chance alone, whatever the values are: those of two kinds by turns, too, of which the
 * median is now one kind and now the other. Where a level moves slowly it moves in every second value as in those between, so the medians
 * of the two halves of a block differ by their chance only. (Half-samples: McCarthy, "Pseudo-Replication: Half Samples", 1969.)
 */
export class BlockNoise {
  private readonly even: SlidingWindow;
  private readonly odd: SlidingWindow;
  /** Differences of the two halves of the last blocks. Values of two kinds by turns differ all the time, which is no chance. */
  private readonly differences = new SlidingWindow(2 * levels);
  private isOdd = false;

  /** @param block values in a block */
  constructor(block: number) {
    this.even = new SlidingWindow(block);
    this.odd = new SlidingWindow(block);
  }

  push(value: number): void {
    (this.isOdd ? this.odd : this.even).push(value);
    this.isOdd = !this.isOdd;
  }

  /** The block is full: what comes belongs to the next one. */
  next(): void {
    this.differences.push(this.odd.median() - this.even.median());
    this.interrupt();
  }

  /** The values of the block that is being made do not count. */
  interrupt(): void {
    this.even.clear();
    this.odd.clear();
    this.isOdd = false;
  }

  /** Standard deviation of the median of a block: that of half of it varies √2 times as much, the difference of two halves twice. */
  get deviation(): number {
    const { sorted, size } = this.differences;
    if (size === 0) return 0;
    const mean = sorted.reduce((sum, each) => sum + each, 0) / size;
    return Math.sqrt(sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0) / size) / 2;
  }
}
