/** How often in a row a rule has held, and since which step. */
export class LastingRule {
  private count = 0;
  since = 0;

  /** Whether the rule held at the last point. */
  get holds(): boolean {
    return this.count > 0;
  }

  /** How often in a row it has held up to the last point. */
  get times(): number {
    return this.count;
  }

  /** Takes whether the rule holds at a step. True when it has held often enough in a row. */
  take(holds: boolean, step: number, patience: number): boolean {
    if (!holds) {
      this.count = 0;
      return false;
    }
    this.count += 1;
    if (this.count === 1) this.since = step;
    return this.count >= patience;
  }

  clear(): void {
    this.count = 0;
  }
}
