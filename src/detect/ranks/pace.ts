import { madToSigma, SlidingWindow } from '../../stats/index.ts';
import { Episode } from '../episode.ts';
import { RecurringLag } from './recurring-lag.ts';
import { SlightLag } from './slight-lag.ts';
import { SlowDrift } from './slow-drift.ts';

/** Least standard deviation of the logarithm that is assumed. */
const scaleFloor = 0.02;
/** Steps by which a rank has shown how much its own times vary. */
const young = 20;
/** Steps that tell how often a rank is slow. */
const memory = 64;

/** How fast a rank computes: what is usual for it, and which of its last steps were slow. */
export class Pace {
  /** Logarithms of own times that were in order. */
  readonly usual: SlidingWindow;
  readonly episode = new Episode();
  readonly slight = new SlightLag();
  readonly recurring = new RecurringLag();
  readonly drift = new SlowDrift();
  /** It reports waits: its step is not told before its wait. */
  waits = false;
  /** Logarithms of how far the rank's change stood above that of its peers, while in order. */
  private readonly apart: SlidingWindow;
  /** Logarithms of how many times slower it was in the last of its slow steps. */
  private readonly factors: SlidingWindow;
  /** The last steps, the newest in the lowest bit: 1 where the rank was slow. */
  private slow = 0;
  private slowSince = 0;
  private marks = 0;
  private share = 0;

  /**
   * @param window own times in order that make the usual one
   * @param of how many of the last steps count
   */
  constructor(window: number, of: number) {
    this.usual = new SlidingWindow(window);
    this.apart = new SlidingWindow(window);
    this.factors = new SlidingWindow(of);
  }

  /** Robust standard deviation of how far it usually stands apart from its peers. */
  get sigma(): number {
    return Math.max(scaleFloor, madToSigma * (this.apart.size === 0 ? 0 : this.apart.mad()));
  }

  /** It has shown few steps: its own spread may be small by chance. */
  get isYoung(): boolean {
    return this.apart.size < young;
  }

  /** The first of the slow steps that are among the last ones. */
  get since(): number {
    return this.slowSince;
  }

  /** Logarithm of how many times slower it was in the typical of its last slow steps: a pause in one of them says nothing of the others. */
  get factor(): number {
    return this.factors.median();
  }

  /** In what share of the last steps it was slow: a mean that forgets. */
  get slowShare(): number {
    return this.share;
  }

  /** How many steps that share is of. */
  get marked(): number {
    return this.marks;
  }

  /** How many of the last steps were slow. */
  get slowSteps(): number {
    let count = 0;
    for (let rest = this.slow; rest !== 0; rest &= rest - 1) count += 1;
    return count;
  }

  /** A step as it is usual. @param apart how far it stood above its peers; null where that is not known */
  learn(own: number, apart: number | null): void {
    this.usual.push(own);
    if (apart !== null) this.apart.push(apart);
  }

  /**
   * @param factor logarithm of how many times slower it was, null where it was not
   * @param of how many of the last steps count
   */
  mark(step: number, factor: number | null, of: number): void {
    const slow = factor === null ? 0 : 1;
    this.slow = ((this.slow << 1) | slow) & (2 ** of - 1);
    this.marks = Math.min(this.marks + 1, memory);
    this.share += (slow - this.share) / this.marks;
    if (factor === null) return;
    if (this.slowSteps === 1) {
      this.slowSince = step;
      this.factors.clear();
    }
    this.factors.push(factor);
  }
}
