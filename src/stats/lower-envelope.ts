interface Level {
  /** In order of time, a window of them at most. */
  readonly minima: number[];
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
  private readonly scales: number;
  /** As many as have had a value: few series live long enough for all scales. */
  private readonly levels: Level[] = [];

  constructor({ base, window, scales }: { readonly base: number; readonly window: number; readonly scales: number }) {
    this.base = base;
    this.window = window;
    this.scales = scales;
  }

  /** Takes a value and gives how many scales have a new minimum: all those below this number. */
  push(value: number): number {
    let part = value;
    for (let scale = 0; scale < this.scales; scale += 1) {
      const level = (this.levels[scale] ??= begin());
      level.pending = Math.min(level.pending, part);
      level.parts += 1;
      if (level.parts < (scale === 0 ? this.base : 2)) return scale;
      part = level.pending;
      level.pending = Infinity;
      level.parts = 0;
      level.minima.push(part);
      if (level.minima.length > this.window) {
        level.highestBefore = Math.max(level.highestBefore, level.minima.shift() ?? NaN);
      }
    }
    return this.scales;
  }

  /** The minima of a scale in order of time, the last one last; they change with the next push. */
  minima(scale: number): readonly number[] {
    return this.levels[scale]?.minima ?? [];
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
    for (const scale of this.levels.slice(0, count).keys()) this.levels[scale] = begin();
  }
}

function begin(): Level {
  return { minima: [], pending: Infinity, parts: 0, highestBefore: -Infinity };
}
