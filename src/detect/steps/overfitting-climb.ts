/** Both losses at an evaluation. */
export interface Evaluation {
  readonly step: number;
  readonly validation: number;
  readonly training: number;
}

/** Validation losses that rise from one evaluation to the next without a break, from the lowest one of the run on. */
export class OverfittingClimb {
  /** Where the rises began. */
  private foot: Evaluation | null = null;
  private last: Evaluation | null = null;
  private rises = 0;
  private lowest = Infinity;

  /** Takes the next evaluation. Gives the foot of the climb when it is the lowest one and at least so many rises lie behind. */
  take(evaluation: Evaluation, enough: number): Evaluation | null {
    if (this.last !== null && evaluation.validation > this.last.validation) {
      this.rises += 1;
    } else {
      this.rises = 0;
      this.foot = evaluation;
    }
    this.last = evaluation;
    this.lowest = Math.min(this.lowest, evaluation.validation);
    return this.foot !== null && this.rises >= enough && this.foot.validation <= this.lowest ? this.foot : null;
  }

  clear(): void {
    this.foot = this.last = null;
    this.rises = 0;
    this.lowest = Infinity;
  }
}
