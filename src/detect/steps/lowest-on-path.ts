/**
 * The lowest value that a run has reached, on the path on which it is: what was reached after the step to which it goes back is of a path
 * that was abandoned. The value is held as it was at the end of each power of two of the steps since the first one, so that after a return that
 * of half the way to the step, or of more, is still known.
 */
export class LowestOnPath {
  private first = -1;
  /** By power of two of the steps since the first one, the lowest value up to the end of such steps; it ends with the last power at which one was reached. */
  private marks: number[] = [];
  private lowest = Infinity;

  /** Infinite before the first one. */
  get value(): number {
    return this.lowest;
  }

  /** True where it is the lowest so far. */
  take(value: number, step: number): boolean {
    if (this.first < 0) this.first = step;
    if (!(value < this.lowest)) return false;
    const power = this.#powerOf(step);
    while (this.marks.length < power) this.marks.push(this.lowest);
    this.lowest = this.marks[power] = value;
    return true;
  }

  /** No lower value counts any more. */
  raise(least: number): void {
    this.marks = this.marks.map((mark) => Math.max(mark, least));
    this.lowest = Math.max(this.lowest, least);
  }

  goBack(step: number): void {
    this.marks.splice(this.#powerOf(step));
    this.lowest = this.marks.at(-1) ?? Infinity;
    if (step < this.first) this.first = step;
  }

  #powerOf(step: number): number {
    return Math.floor(Math.log2(Math.max(0, step - this.first) + 1));
  }
}

/** The best that a run has reached, null where that was at the step to which it goes back or later: it is not of this path. */
export function bestOnPath<Best extends { readonly step: number }>(best: Best | null, step: number): Best | null {
  return best !== null && best.step >= step ? null : best;
}
