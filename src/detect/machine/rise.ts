/** Marks within the window: the oldest is never older than it by more than a twentieth. */
const marks = 20;

interface Mark {
  readonly time: number;
  readonly total: number;
}

/** By how much a counter rose within the last seconds. What it counted before it was first seen does not count. */
export class Rise {
  readonly windowSeconds: number;
  private last: number | null = null;
  private total = 0;
  private readonly held: Mark[] = [];

  constructor(windowSeconds: number) {
    this.windowSeconds = windowSeconds;
  }

  /**
   * @param time Unix seconds, never less than before
   * @param value of the counter; one that fell began anew
   * @returns the rise since the last value
   */
  push(time: number, value: number): number {
    const step = this.last === null ? 0 : value >= this.last ? value - this.last : value;
    this.last = value;
    this.total += step;
    const newest = this.held.at(-1);
    if (newest === undefined || time - newest.time >= this.windowSeconds / marks) {
      this.held.push({ time, total: this.total });
    }
    while ((this.held[1]?.time ?? Infinity) <= time - this.windowSeconds) this.held.shift();
    return step;
  }

  /** The rise within the window, or since the first value where that is shorter. */
  get rise(): number {
    return this.total - (this.held[0]?.total ?? this.total);
  }

  /** Seconds that {@link rise} is about. */
  span(time: number): number {
    return time - (this.held[0]?.time ?? time);
  }
}
