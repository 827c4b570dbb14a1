import { madToSigma, median, SlidingWindow, theilSen } from '../../stats/index.ts';

/** Levels that are kept, and from how many on one is judged. */
const [kept, leastKept] = [32, 8];

/**
 * Whether a rank has become slower than it was long ago, against its peers: what is usual for it follows a slow drift, and hides it. Once in so
 * many steps its level is compared with the median of those before, which do not learn one that may be too high.
 */
export class SlowDrift {
  /** How far the usual time of the rank stood above that of its peers, as logarithms. */
  private readonly levels = new SlidingWindow(kept);
  private rows = 0;
  private peers = 0;
  private first = 0;
  private above = 0;
  private far = false;

  /** It stands too far above what it was. */
  get isFar(): boolean {
    return this.far;
  }

  /** How far above, as a logarithm. */
  get by(): number {
    return this.above;
  }

  /** Since when it has been on its way. */
  get since(): number {
    return this.first;
  }

  /** One more step is done. @returns whether it is time to {@link take} a level */
  isDue(every: number): boolean {
    this.rows += 1;
    return this.rows % every === 0;
  }

  /**
   * @param level how far the usual time of the rank stands above that of its peers
   * @param peers how many these are: among others it stands elsewhere
   * @param least the drift that is looked for
   * @param z the same in robust standard deviations of the levels before
   * @param noise standard deviation of a level, at least
   */
  take(step: number, level: number, peers: number, least: number, z: number, noise: number): void {
    if (peers !== this.peers) {
      this.levels.clear();
      this.far = false;
    }
    this.peers = peers;
    const { levels } = this;
    if (levels.size < leastKept) {
      levels.push(level);
      this.first = step;
      return;
    }
    const inOrder = levels.toJSON();
    this.above = level - median(inOrder.subarray(0, leastKept));
    const limit = Math.max(least, z * Math.max(noise, spreadAboutLine(inOrder)));
    const isOnItsWay = this.above >= limit / 2;
    if (!isOnItsWay) {
      levels.push(level);
      this.first = step;
    }
    this.far = this.far ? isOnItsWay : this.above >= limit;
  }
}

/** Robust standard deviation about a straight line, so that a drift is not its own noise. */
function spreadAboutLine(values: Float64Array): number {
  const slope = theilSen(values);
  const rest = values.map((value, at) => value - slope * at);
  const middle = median(rest);
  return madToSigma * median(rest.map((value) => Math.abs(value - middle)));
}
