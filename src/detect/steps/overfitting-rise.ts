import { SlidingWindow } from '../../stats/index.ts';
import type { Evaluation } from './overfitting-climb.ts';

/** Evaluations whose median is one point of the path: one bad evaluation does not move it. */
const window = 3;
/** Points after the lowest before a rise is judged. */
const enough = 5;

/** The lowest point of a path, and where the path stands now. */
export interface Rise {
  readonly from: Evaluation;
  readonly now: Evaluation;
}

/**
 * A rise of the validation loss from its lowest point on, measured by the way that this run goes back and forth without it: the largest
 * fall on the way up, and the largest rise of before that was lost again. A random walk, which is noise with as long a memory as there
 * is, rises by k times its largest fall with a chance of exp(−k) (Taylor, "A Stopped Brownian Motion Formula", Annals of Probability 3,
 * 1975). A handful of evaluations tells no more of the noise.
 */
export class OverfittingRise {
  private readonly validation = new SlidingWindow(window);
  private readonly training = new SlidingWindow(window);
  private lowest: Evaluation | null = null;
  private highest = -Infinity;
  private points = 0;
  private previousStep = 0;
  private fall = 0;
  private lostRise = 0;

  /** Takes the next evaluation. Gives the rise where it is more than so many times the largest fall and the largest rise that was lost. */
  take({ step, validation, training }: Evaluation, times: number): Rise | null {
    this.validation.push(validation);
    this.training.push(training);
    const middleStep = this.previousStep;
    this.previousStep = step;
    if (this.validation.size < window) return null;
    const now = { step, validation: this.validation.median(), training: this.training.median() };
    if (this.lowest === null || now.validation < this.lowest.validation) {
      if (this.lowest !== null) this.lostRise = Math.max(this.lostRise, this.highest - this.lowest.validation);
      this.lowest = { ...now, step: middleStep };
      this.highest = now.validation;
      this.points = this.fall = 0;
      return null;
    }
    this.points += 1;
    this.highest = Math.max(this.highest, now.validation);
    this.fall = Math.max(this.fall, this.highest - now.validation);
    const rise = now.validation - this.lowest.validation;
    // Two bad evaluations move a median of three, but not all of them.
    const standsBy = this.validation.quantile(0) - this.lowest.validation;
    const isRise = this.points >= enough && standsBy > rise / 2 && rise > times * Math.max(this.fall, this.lostRise);
    return isRise ? { from: this.lowest, now } : null;
  }

  clear(): void {
    this.validation.clear();
    this.training.clear();
    this.lowest = null;
    this.highest = -Infinity;
    this.points = this.fall = this.lostRise = 0;
  }
}
