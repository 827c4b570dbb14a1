/**
 * Where a row of values begins of which most are above a limit: the first one above it that those below have not outvoted since.
 * (Boyer and Moore, "MJRTY — A Fast Majority Vote Algorithm", 1981.)
 */
export class Onset {
  private votes = 0;
  private since = 0;

  take(above: boolean, step: number): void {
    if (above && this.votes === 0) this.since = step;
    this.votes = above ? this.votes + 1 : Math.max(0, this.votes - 1);
  }

  /** The step at which the row begins; the given one where there is none. */
  before(step: number): number {
    return this.votes > 0 ? this.since : step;
  }

  clear(): void {
    this.votes = 0;
  }
}
