/** How many steps lie between the reports of a value, and whether the run had begun before the first of them. */
export class ReportStride {
  private first = -1;
  /** The steps of the first and the last report in a row without a return, and how many there are. */
  private from = -1;
  private last = -1;
  private reports = 0;

  take(step: number): void {
    if (this.first < 0) this.first = step;
    if (step < this.last) this.reports = 0;
    if (this.reports === 0) this.from = step;
    this.last = step;
    this.reports += 1;
  }

  /** Steps from one report to the next in the mean; 1 before there are two. */
  get steps(): number {
    return this.reports < 2 ? 1 : (this.last - this.from) / (this.reports - 1);
  }

  /** Whether the first report came so many steps after the start of the run, and later than its first report would have. */
  isResumed(start: number): boolean {
    return this.first >= Math.max(start, 2 * this.steps);
  }
}
