/**
 * Evidence that a rank has become a little slower, gathered over many steps: a cumulative sum (Page, "Continuous Inspection Schemes",
 * Biometrika 41, 1954) of how far it stands apart from its peers, less half of the lag that is looked for. Every step counts by at most
 * one, so that no few steps decide, and in units of the lag or of twice the noise, whichever is more.
 */
export class SlightLag {
  private sum = 0;
  /** The step since which the sum has been above zero, and how often and how far apart the rank stood in these. */
  private first = 0;
  private steps = 0;
  private total = 0;

  /** The first step of what the evidence is of. */
  get since(): number {
    return this.first;
  }

  /** How far apart the rank has stood since then. */
  get mean(): number {
    return this.total / this.steps;
  }

  /**
   * @param apart how far the rank stands above its peers, as a logarithm
   * @param least the lag that is looked for
   * @param noise standard deviation of `apart` where nothing is wrong
   * @param enough the evidence that is enough; more is not gathered, so that the end of a lag shows at once
   */
  take(step: number, apart: number, least: number, noise: number, enough: number): void {
    if (this.sum === 0) [this.first, this.steps, this.total] = [step, 0, 0];
    this.steps += 1;
    this.total += apart;
    const gain = apart / Math.max(least, 2 * noise) - 0.5;
    this.sum = Math.min(enough, Math.max(0, this.sum + Math.max(-1, Math.min(1, gain))));
  }

  /** Whether there is at least so much evidence, and the rank stood as far apart in the mean. */
  reaches(evidence: number, least: number): boolean {
    return this.sum >= evidence && this.mean >= least;
  }
}
