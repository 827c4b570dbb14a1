/** Levels that are looked at. */
export const levels = 16;

/**
 * The last levels of a loss, each of as many losses, and the step at which the oldest began; and beside them a path of levels of twice
 * as many losses, and so on.
 */
export class LevelPath {
  readonly coarser: LevelPath | null;
  private readonly path: number[] = [];
  private readonly starts: number[] = [];
  /** A level that has no partner yet, and the step at which it began: null when there is none. */
  private single: { readonly level: number; readonly since: number } | null = null;

  /** @param paths how many there are, this one included */
  constructor(paths: number) {
    this.coarser = paths > 1 ? new LevelPath(paths - 1) : null;
  }

  get full(): boolean {
    return this.path.length === levels;
  }

  get since(): number {
    return this.starts[0] ?? NaN;
  }

  get median(): number {
    return this.path.toSorted((one, other) => one - other)[levels >> 1] ?? NaN;
  }

  get lowest(): number {
    return Math.min(...this.path);
  }

  get highest(): number {
    return Math.max(...this.path);
  }

  /** Takes the next level; two of them are one of the coarser path. */
  take(level: number, since: number): void {
    if (this.full) {
      this.path.shift();
      this.starts.shift();
    }
    this.path.push(level);
    this.starts.push(since);
    const { single } = this;
    this.single = single === null ? { level, since } : null;
    if (single !== null) this.coarser?.take((single.level + level) / 2, single.since);
  }

  /** Turns from upwards to downwards, or back, that are at least so far from one another. */
  turns(least: number): number {
    let turns = 0;
    let direction = 0;
    // The farthest point in the present direction.
    let extreme = this.path[0] ?? NaN;
    for (const value of this.path) {
      const away = value - extreme;
      if (Math.abs(away) >= least && Math.sign(away) !== direction) {
        if (direction !== 0) turns += 1;
        direction = Math.sign(away);
        extreme = value;
      } else if (direction !== 0 && Math.sign(away) === direction) {
        extreme = value;
      }
    }
    return turns;
  }

  /** Whether levels are like those of about a period before: their correlation at that lag, or at one beside it, is high enough. */
  repeats(period: number, correlation: number): boolean {
    const lag = Math.round(period);
    return [lag - 1, lag, lag + 1].some((each) => this.#correlation(each) >= correlation);
  }

  #correlation(lag: number): number {
    const mean = this.path.reduce((sum, value) => sum + value, 0) / levels;
    let [squares, products] = [0, 0];
    for (const [at, value] of this.path.entries()) {
      squares += (value - mean) ** 2 / levels;
      if (at >= lag) products += ((value - mean) * ((this.path[at - lag] ?? NaN) - mean)) / (levels - lag);
    }
    return products / squares;
  }

  clear(): void {
    this.path.length = this.starts.length = 0;
    this.single = null;
    this.coarser?.clear();
  }
}
