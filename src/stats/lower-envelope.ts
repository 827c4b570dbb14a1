interface Level {
  /** How many minima there are. */
  size: number;
  /** Of the minimum that is being made: its value, and how many parts went into it. */
  pending: number;
  parts: number;
  /** The highest minimum that has left the window. */
  highestBefore: number;
}

/**
 * The lower envelope of a stream at many time scales: minima of `base` values, of twice as many, of four times as many and so on,
 * the last `window` of each. A sum of garbage that is collected now and then has a flat envelope; what is never given back has not.
 */
export class LowerEnvelope {
  private readonly base: number;
  private readonly window: number;
  private readonly levels: readonly Level[];
  /** In order of time, `window` places for each scale. */
  private readonly lowest: Float64Array;

  constructor({ base, window, scales }: { readonly base: number; readonly window: number; readonly scales: number }) {
    this.base = base;
    this.window = window;
    this.lowest = new Float64Array(window * scales);
    this.levels = Array.from({ length: scales }, () => ({
      size: 0,
      pending: Infinity,
      parts: 0,
      highestBefore: -Infinity,
    }));
  }

  /** Takes a value and gives how many scales have a new minimum: all those below this number. */
  push(value: number): number {
    let part = value;
    for (const [scale, level] of this.levels.entries()) {
      level.pending = Math.min(level.pending, part);
      level.parts += 1;
      if (level.parts < (scale === 0 ? this.base : 2)) return scale;
      part = level.pending;
      level.pending = Infinity;
      level.parts = 0;
      const first = scale * this.window;
      if (level.size === this.window) {
        level.highestBefore = Math.max(level.highestBefore, this.lowest[first] ?? NaN);
        this.lowest.copyWithin(first, first + 1, first + this.window);
        level.size -= 1;
      }
      this.lowest[first + level.size] = part;
      level.size += 1;
    }
    return this.levels.length;
  }

  /** The minima of a scale in order of time, the last one last; a view that is valid until the next push. */
  minima(scale: number): Float64Array {
    const first = scale * this.window;
    return this.lowest.subarray(first, first + (this.levels[scale]?.size ?? 0));
  }

  /** The highest minimum of a scale that is no longer in its window, -Infinity where none has left it. */
  highestBefore(scale: number): number {
    return this.levels[scale]?.highestBefore ?? -Infinity;
  }

  /** How many values one minimum of a scale stands for. */
  span(scale: number): number {
    return this.base * 2 ** scale;
  }

  /** Forgets what it holds at the first so many scales. */
  clear(count: number): void {
    for (const level of this.levels.slice(0, count)) {
      level.size = level.parts = 0;
      level.pending = Infinity;
      level.highestBefore = -Infinity;
    }
  }
}
