import { SlidingWindow } from '../../stats/index.ts';

/** Losses whose median is a level at first, and levels that are kept: two become one when there are as many. */
const firstBlock = 8;
const capacity = 32;
/** Standard deviation of a single loss in units of that of a level: a median of n varies √(π/2) times as much as a mean of n. */
const ofOne = Math.sqrt((2 * firstBlock) / Math.PI);
/** Levels that tell their own noise well enough. */
const fewest = 12;
/** Standard errors by which a later half is lower or higher that is so by chance once in a thousand. */
const clearly = 3;

/** What the losses since the beginning say of it. */
export interface Fall {
  /** The level of the beginning, the later half of the losses, and by how much that is lower. */
  readonly began: number;
  readonly later: number;
  readonly fall: number;
  /** Standard error of the fall. */
  readonly error: number;
}

/**
 * Whether a loss has fallen since its beginning: the later half of its levels against the earlier half, which tells a slow fall, and
 * against the very first loss, which tells one that is soon over. The noise of a level is that of its changes from one to the next (von
 * Neumann, 1941), so that noise within a level counts as well as what lasts a little longer. A level is the median of a block of losses;
 * blocks become longer with the run.
 */
export class EarlyFall {
  private first: number | null = null;
  private readonly block = new SlidingWindow(firstBlock);
  private levels: number[] = [];
  /** Blocks whose mean is a level, and the sum and number of those that belong to the next one. */
  private blocks = 1;
  private sum = 0;
  private taken = 0;

  /** What comes is of another learning rate, or of older weights; the first loss remains. */
  clear(): void {
    this.block.clear();
    this.levels = [];
    this.blocks = 1;
    this.sum = this.taken = 0;
  }

  /** Takes a finite loss, and tells of all when a level is complete and there are enough of them. */
  take(loss: number): Fall | null {
    this.first ??= loss;
    this.block.push(loss);
    if (this.block.size < firstBlock) return null;
    this.sum += this.block.median();
    this.block.clear();
    this.taken += 1;
    if (this.taken < this.blocks) return null;
    this.levels.push(this.sum / this.blocks);
    this.sum = this.taken = 0;
    const told = this.levels.length < fewest ? null : fallOf(this.levels, this.first);
    if (this.levels.length === capacity) {
      this.levels = pairs(this.levels);
      this.blocks *= 2;
    }
    return told;
  }
}

/** Whether a fall, or a rise where it is negative, is more than chance. */
export function isClear(fall: number, error: number): boolean {
  return fall > clearly * error;
}

function fallOf(levels: readonly number[], first: number): Fall {
  const half = levels.length >> 1;
  const [earlier, later] = [mean(levels.slice(0, half)), mean(levels.slice(-half))];
  const changes = levels.slice(1).map((level, at) => (level - (levels[at] ?? NaN)) ** 2);
  const noise = Math.sqrt(mean(changes) / 2);
  const ofHalves = { began: earlier, later, fall: earlier - later, error: noise * Math.sqrt(2 / half) };
  const ofFirst = { began: first, later, fall: first - later, error: noise * Math.sqrt(ofOne ** 2 + 1 / half) };
  const isSoonOver = isClear(ofFirst.fall, ofFirst.error) && !isClear(ofHalves.fall, ofHalves.error);
  return isSoonOver ? ofFirst : ofHalves;
}

function pairs(levels: readonly number[]): number[] {
  return Array.from({ length: levels.length >> 1 }, (_, at) => mean(levels.slice(2 * at, 2 * at + 2)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
