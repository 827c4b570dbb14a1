/** Share of the steps in which a rank that nothing is wrong with may begin to lag; more where its peers are slow more often, up to a limit. */
const [usualShare, mostUsual] = [0.05, 0.3];
/** Share of the steps in which a rank does that is looked for, and how many times as often as usual. */
const [leastShare, leastTimes] = [0.2, 3];

/**
 * Evidence that a rank lags now and then, and more often than its peers do: a cumulative sum (Page, "Continuous Inspection Schemes",
 * Biometrika 41, 1954) of the logarithms of how many times likelier each step is of a rank that begins to lag in a fifth of its steps than
 * of one that does so as often as its peers. What counts is the beginning of a lag, not how many steps it lasts: those that last are
 * found otherwise, and a pause that takes a few steps is one event.
 */
export class RecurringLag {
  private sum = 0;
  private lagged = false;
  /** The first lag since the sum has been above zero, and how many steps since then, how many of them lags, and how far behind in sum. */
  private first = 0;
  private steps = 0;
  private lags = 0;
  private total = 0;

  /** The first step of what the evidence is of. */
  get since(): number {
    return this.first;
  }

  /** How far apart the rank has stood in the mean since then. */
  get mean(): number {
    return this.total / this.steps;
  }

  /** In what share of the steps it has lagged since then. */
  get lagShare(): number {
    return this.lags / this.steps;
  }

  /**
   * @param apart how far the rank stands above its peers, as a logarithm
   * @param peers in what share of the last steps its peers were slow
   * @param enough the evidence that is enough; more is not gathered, so that the end shows soon
   */
  take(step: number, isLag: boolean, apart: number, peers: number, enough: number): void {
    const begins = isLag && !this.lagged;
    this.lagged = isLag;
    const usual = Math.max(usualShare, Math.min(peers, mostUsual));
    const sick = Math.max(leastShare, leastTimes * usual);
    if (this.sum === 0) [this.first, this.steps, this.lags, this.total] = [step, 0, 0, 0];
    this.steps += 1;
    if (isLag) this.lags += 1;
    this.total += apart;
    const gain = begins ? Math.log(sick / usual) : isLag ? 0 : Math.log((1 - sick) / (1 - usual));
    this.sum = Math.max(0, Math.min(enough, this.sum + gain));
  }

  /** Whether there is at least so much evidence, and the rank stood as far apart in the mean. */
  reaches(evidence: number, least: number): boolean {
    return this.sum >= evidence && this.mean >= least;
  }
}
